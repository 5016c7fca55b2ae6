"""Encodings: found by rule, also where one å is all there is to go by."""

from __future__ import annotations

import codecs

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import FileRefused
from est_geo.files import open_file
from est_geo.files.encoding import (
    CODE_PAGES,
    _places_to_weigh,
    find_encoding,
    looks_wide,
    to_utf8,
)

WORDS = """å ö år på gå få åt än är ön öl sjö så då när här där väg vägen gård gården torg båt bår
låt tåg gång kväll natt rån stöld inbrott skadegörelse otrygg ordningsstörning våld misshandel
klotter Åkersberga Älvsjö Österåker Örebro Öland Ångström Ärla Åhus ÅBY ÄLVSJÖ ÖREBRO SKÅNE MALMÖ
GÖTEBORG HÄRNÖSAND RÅN STÖLD Häggvik Häggviksvägen Malmvägen Sollentunavägen Töjnan Sjöberg
Norrviken Väsby Märsta Råsunda Brännkyrka Hägersten Årsta Ö Å Östra Södra Nöje Café kafé Müller
Lübeck idé René Linné LINNÉ IDÉ armé""".split()  # noqa: SIM905 - a list to read
TEMPLATES = ["{}", "{};1\n", "id;plats\r\n1;{}\r\n", "Plats: {}, 12", "{}\t12", '"{}","a"']
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *CODE_PAGES]


@pytest.mark.parametrize("page", CODE_PAGES)
def test_one_word_is_enough(page):
    texts = [shape.format(word) for word in WORDS for shape in TEMPLATES]
    wrong = [
        text
        for text in texts
        if not text.isascii()
        and text.encode(page).decode(find_encoding(text.encode(page), name="a")) != text
    ]
    assert wrong == []


SIGNS = (
    "”hej” på väg",
    "a – å",
    "12 m² gård",
    "§ 5 väg",
    "Väg 12\xa0B",
    "½ väg",
    "slut… på",
    "20 °C å",
)


def has(page, text):
    """Tell whether a code page has all signs of a text."""
    try:
        text.encode(page)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("page", "sign"), [(page, sign) for page in CODE_PAGES for sign in SIGNS if has(page, sign)]
)
def test_signs_beside_letters_do_not_mislead(page, sign):
    assert sign.encode(page).decode(find_encoding(sign.encode(page), name="a")) == sign


@pytest.mark.parametrize("sign", ["10–12", "a – b", "10 €", "”Torget”", "50 %°", "d\u2019Arc"])
def test_signs_alone_are_of_windows(sign):
    assert find_encoding(sign.encode("cp1252"), name="a") == "cp1252"


SWEDISH = st.lists(st.sampled_from([*WORDS, "och", "12", "Malm", "2026-03-01"]), min_size=3)


@settings(max_examples=200, deadline=None)
@given(words=SWEDISH, encoding=st.sampled_from(ENCODINGS), gap=st.sampled_from([" ", ";", "\n"]))
def test_any_swedish_text_reads_back(words, encoding, gap):
    text = "plats" + gap + gap.join(words)
    found, _ = to_utf8(bytearray(text.encode(encoding)), name="a")
    assert found.decode() == text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_encoding_is_named(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes("Ärende;Plats\n1;Malmvägen\n".encode(encoding))
    opened = open_file(tmp_path / "a.csv")
    assert opened.encoding == encoding
    assert opened.table.columns.tolist() == ["Ärende", "Plats"]


def test_a_letter_late_in_a_long_file_counts(monkeypatch):
    # Dashes alone say nothing; the one letter is after all that is weighed from the start.
    monkeypatch.setattr("est_geo.files.encoding._WEIGHED", 10)
    monkeypatch.setattr("est_geo.files.encoding._BLOCK", 64)
    text = "½ " * 500 + "Malmvägen gård sjö"
    letter = text.index("ä")
    assert letter in _places_to_weigh(np.frombuffer(text.encode("cp850"), dtype=np.uint8))
    assert find_encoding(text.encode("cp850"), name="a") == "cp850"
    found, _ = to_utf8(bytearray(text.encode("cp850")), name="a")
    assert found.decode() == text


def test_a_text_in_two_encodings_is_refused():
    joined = "väg\ngård\n".encode() * 3 + "väg\n".encode("cp1252")
    with pytest.raises(FileRefused, match="UTF-8 in most places but not in line 7"):
        find_encoding(joined, name="a")
    with pytest.raises(FileRefused, match="in line 2"):
        find_encoding("väg\ngår sjö ä".encode()[:-1], name="a")


def test_a_mark_promises_and_is_held_to_it():
    with pytest.raises(FileRefused, match="not text in utf-8-sig"):
        to_utf8(bytearray(codecs.BOM_UTF8 + b"v\xe4g"), name="a")
    with pytest.raises(FileRefused, match="not text in utf-16"):
        to_utf8(bytearray(codecs.BOM_UTF16_LE + b"\0\xd8a\0"), name="a")
    with pytest.raises(FileRefused, match="not text in utf-16"):
        to_utf8(bytearray(codecs.BOM_UTF16_LE + b"\0\0a\0"), name="a")


def test_a_character_across_blocks_is_whole(monkeypatch):
    monkeypatch.setattr("est_geo.files.encoding._BLOCK", 3)
    text = "Malmvägen 🏠 å"
    for encoding in ("utf-16", "utf-16-be"):
        assert to_utf8(bytearray(text.encode(encoding)), name="a")[0].decode() == text


def test_zeros_alone_are_no_wide_text():
    assert looks_wide("ab;ö\n".encode("utf-16-le")) == "utf-16-le"
    assert looks_wide("ab;ö\n".encode("utf-16-be")) == "utf-16-be"
    assert looks_wide(b"a;b\n1;\0") is None
    assert looks_wide(bytes(10)) is None


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=60))
def test_any_bytes_give_text_or_our_error(data):
    try:
        found, encoding = to_utf8(bytearray(data), name="a")
    except FileRefused:
        return
    assert found.decode() == data.decode(encoding)
