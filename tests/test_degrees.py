"""Coordinates as people write them: the forms that are read, and those that are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.intake.degrees import read_halves, read_pairs

LATITUDE = 59 + 25 / 60 + 41.2 / 3600
LONGITUDE = 17 + 57 / 60 + 5 / 3600


def half(text):
    """One half that can be read: its number, its axis, and whether it is degrees by its signs."""
    found = read_halves(pd.Series([text], dtype="str"))
    assert not found.bad[0]
    assert not found.blank[0]
    axis = "N" if found.northward[0] else "E" if found.eastward[0] else ""
    assert not (found.northward[0] and found.eastward[0])
    return found.numbers[0], axis, bool(found.degrees[0])


@pytest.mark.parametrize(
    ("text", "number", "axis", "degrees"),
    [
        ("59.4281", 59.4281, "", False),
        ("59,4281", 59.4281, "", False),
        ("6 591\u00a0437,5", 6_591_437.5, "", False),
        ("\u221217,95", -17.95, "", False),
        ("N 59.4281", 59.4281, "N", False),
        ("59,4281 n", 59.4281, "N", False),
        ("33.9 S", -33.9, "N", False),
        ("17.95 E", 17.95, "E", False),
        ("17.95Ö", 17.95, "E", False),
        ("17.95 O\u0308", 17.95, "E", False),  # the dots apart from the O
        ("17.95 O", 17.95, "E", False),
        ("17.95 V", -17.95, "E", False),
        ("W17.95", -17.95, "E", False),
        ("N 6591437", 6_591_437, "N", False),
        ("6 591 437 N", 6_591_437, "N", False),
        ("59°", 59, "", True),
        ("59.4281°", 59.4281, "", True),
        ("59°25'41.2\"", LATITUDE, "", True),
        ("59°25'41.2\"N", LATITUDE, "N", True),
        ("59\u00ba 25\u2032 41,2\u2033 N", LATITUDE, "N", True),
        ("59\u02da25\u201941,2\u201d N", LATITUDE, "N", True),
        ("59°25'41.2''N", LATITUDE, "N", True),
        ("59° 25.68667' N", LATITUDE, "N", True),
        ("N59 25 41,2", LATITUDE, "N", True),
        ("N59 25.68667", LATITUDE, "N", True),
        ("59 25 41.2", LATITUDE, "", True),
        ("59:25:41.2", LATITUDE, "", True),
        ("-17°57'05\"", -LONGITUDE, "", True),
        ("17°57'05\" V", -LONGITUDE, "E", True),
    ],
)
def test_every_form_of_half_a_coordinate(text, number, axis, degrees):
    read = half(text)
    assert read[0] == pytest.approx(number, abs=1e-6)
    assert read[1:] == (axis, degrees)


@pytest.mark.parametrize(
    "text",
    [
        "norr",
        "59 25",  # may be a number that lost its comma
        "59°60'",
        "59°25'60\"",
        "59.5°25'",
        "59°25.5'30\"",
        "191°",
        "W 667425",
        "-17 W",
        "N59N",
        "N59E",
        "1e400 N",
        "N " + "9" * 400,
    ],
)
def test_what_is_no_half_of_a_coordinate(text):
    found = read_halves(pd.Series(["59.4", text], dtype="str"))
    assert found.bad.tolist() == [False, True]
    assert np.isnan(found.numbers[1])


def test_blank_cells_and_numbers():
    found = read_halves(pd.Series(["", None, " ", "59° N"], dtype="str"))
    assert found.blank.tolist() == [True, True, True, False]
    assert not found.bad.any()
    found = read_halves(pd.Series([17.95, np.nan, np.inf]))
    assert found.blank.tolist() == [False, True, False]
    assert found.bad.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("59.4281, 17.9515", 59.4281, 17.9515),
        ("59.4281,17.9515", 59.4281, 17.9515),
        ("59.4281 ,17.9515", 59.4281, 17.9515),
        ("59,4281 17,9515", 59.4281, 17.9515),
        ("59,4281, 17,9515", 59.4281, 17.9515),
        ("59,4281; 17,9515", 59.4281, 17.9515),
        ("59,4281,17,9515", 59.4281, 17.9515),
        ("59.4281/17.9515", 59.4281, 17.9515),
        ("(59.4281, 17.9515)", 59.4281, 17.9515),
        ("POINT (17.9515 59.4281)", 17.9515, 59.4281),
        ("Lat: 59.4281 Long: 17.9515", 59.4281, 17.9515),
        ("lat=59.4281, lon=17.9515", 59.4281, 17.9515),
        ("6591437 667425", 6_591_437, 667_425),
        ("6591437,667425", 6_591_437, 667_425),
        ("6 591 437, 667 425", 6_591_437, 667_425),
        ("N 6591437 E 667425", 6_591_437, 667_425),
        ("N 6591437, Ö 667425", 6_591_437, 667_425),
        ("59°25'41.2\"N 17°57'05\"E", LATITUDE, LONGITUDE),
        ("59° 25' 41,2\" N, 17° 57' 5\" Ö", LATITUDE, LONGITUDE),
        ("N59 25 41.2 E17 57 05", LATITUDE, LONGITUDE),
        ("59°25'41.2\" 17°57'05\"", LATITUDE, LONGITUDE),
        ("59° 25' 41.2\" 17° 57' 05\"", LATITUDE, LONGITUDE),
        ("-33.9, 151.2", -33.9, 151.2),
    ],
)
def test_every_form_of_a_pair(text, first, second):
    one, two = read_pairs(pd.Series([None, text], dtype="str"))
    assert one.numbers[1] == pytest.approx(first, abs=1e-6)
    assert two.numbers[1] == pytest.approx(second, abs=1e-6)
    assert one.blank.tolist() == two.blank.tolist() == [True, False]
    assert not (one.bad | two.bad).any()
    assert one.northward[1] == two.eastward[1] == (text[0] == "N" or '" N' in text or '"N' in text)


@pytest.mark.parametrize(
    "text", ["torget", "59.4281", "59.4281, vid kiosken", "59, 17, 3", "1 2 3"]
)
def test_what_is_no_pair(text):
    for found in read_pairs(pd.Series([text, "59.4281, 17.9515"], dtype="str")):
        assert found.bad.tolist() == [True, False]
        assert np.isnan(found.numbers[0])


MINUTES = st.integers(0, 59)


@settings(max_examples=50, deadline=None)
@given(
    degrees=st.integers(0, 89),
    minutes=MINUTES,
    seconds=st.integers(0, 5999).map(lambda n: n / 100),
    letter=st.sampled_from(["N", "S", "E", "Ö", "V", "W", ""]),
    signs=st.sampled_from(["°'\"", "\u00ba\u2032\u2033", "   "]),
    comma=st.booleans(),
    before=st.booleans(),
)
def test_degrees_written_out_read_back(degrees, minutes, seconds, letter, signs, comma, before):
    written = f"{degrees}{signs[0]}{minutes}{signs[1]}{seconds:.2f}{signs[2]}".strip()
    written = f"{letter} {written}" if before else f"{written} {letter}"
    number, axis, said = half(written.replace(".", ",") if comma else written)
    expected = degrees + minutes / 60 + seconds / 3600
    assert number == pytest.approx(-expected if letter in {"S", "V", "W"} else expected, abs=1e-9)
    assert axis == {"N": "N", "S": "N", "": ""}.get(letter, "E")
    assert said


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.text(max_size=12) | st.sampled_from(["59° N", "1,2", ""]), max_size=8))
def test_any_text_is_a_number_blank_or_bad(texts):
    values = pd.Series(texts, dtype="str")
    for found in (read_halves(values), *read_pairs(values)):
        assert ((found.blank.astype(int) + found.bad + np.isfinite(found.numbers)) == 1).all()
