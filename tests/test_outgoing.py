"""The last door: personal data in any kind of file stops the writing."""

import base64
import html
import io
import json
import struct
import zipfile
import zlib
from itertools import chain

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.sharing.geofiles import geojson_text, geopackage_bytes
from est_geo.sharing.map import draw_map
from est_geo.sharing.outgoing import check_outgoing, write_checked
from est_geo.sharing.outgoing_texts import _unescaped, texts_in
from est_geo.sharing.tables import csv_bytes
from est_geo.sharing.workbook import Sheet, workbook_bytes

# Invented, with a right check digit; a number set aside for fiction; a plate.
PERSONAL = ("811218-9876", "070-174 06 35", "kalle@exempel.se", "ABC 12D")


def layer(text):
    return gpd.GeoDataFrame(
        {"name": ["Tureberg", text], "n": [3, 4]},
        geometry=shapely.points([[0, 1], [2, 3]]),
        crs=3006,
    )


def page(text):
    data = json.dumps({"a": [{"b": [1, 2, text]}]}).replace("<", "\\u003c")
    return {
        "shown": f"<!doctype html><p>Ring {text} genast</p>".replace("@", "&#64;"),
        "data": f'<script type="application/json">{data}</script>',
        "attribute": f'<img alt="{text}">',
        "inside": f'<iframe srcdoc="&lt;p&gt;{text}&lt;/p&gt;"></iframe>',
    }


def png(kind, data):
    """The smallest picture, and one part more of it."""
    plain = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    )
    part = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return plain[:33] + part + plain[33:]


def pictures_with(text):
    latin, utf = text.encode("latin-1"), text.encode()
    return {
        "plain": png(b"tEXt", b"Author\0" + latin),
        "name": png(b"tEXt", latin + b"\0"),
        "packed": png(b"zTXt", b"Comment\0\0" + zlib.compress(latin)),
        "wide": png(b"iTXt", b"Title\0\0\0sv\0Titel\0" + utf),
        "wide and packed": png(b"iTXt", b"Title\0\1\0sv\0Titel\0" + zlib.compress(utf)),
        "translated": png(b"iTXt", b"Title\0\0\0sv\0" + utf + b"\0Karta"),
        "camera": png(b"eXIf", b"MM\0*\0\0\0\x08\0" + latin + b"\0"),
    }


def parquet(table):
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()


def files_with(text):
    plain = pd.DataFrame(layer(text).drop(columns="geometry"))
    return {
        "t.csv": csv_bytes(plain),
        "t.xlsx": workbook_bytes([Sheet("Blad", plain)], language="sv"),
        "t.gpkg": geopackage_bytes({"lager": layer(text)}),
        "t.geojson": geojson_text(layer(text)),
        "t.parquet": parquet(plain),
        "t.json": json.dumps({"nyckel": {text: 1}}),
        "t.txt": f"rad\n{text}\n",
        **{f"{kind}.html": content for kind, content in page(text).items()},
    }


@pytest.mark.parametrize("text", PERSONAL)
def test_personal_data_is_found_in_every_kind_of_file(text):
    for name, content in files_with(text).items():
        with pytest.raises(
            eg.PersonalDataFound, match="looks like personal data in 1 of "
        ) as caught:
            check_outgoing(name, content)
        assert name in str(caught.value)
        assert text not in str(caught.value)


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("kind", pictures_with(""))
def test_what_a_picture_says_about_itself_is_read(kind, text):
    with pytest.raises(eg.PersonalDataFound, match="the first is in what the picture says"):
        check_outgoing("karta.png", pictures_with(text)[kind])
    check_outgoing("karta.png", pictures_with("Malmvägen 12")[kind])


def test_what_is_no_picture_is_not_searched_as_one():
    with pytest.raises(eg.InputError, match="is no PNG"):
        check_outgoing("karta.png", b"GIF89a")


def test_names_of_columns_are_read():
    named = layer("x").rename(columns={"name": PERSONAL[2]})
    with pytest.raises(eg.PersonalDataFound, match="the names in layer 'lager'"):
        check_outgoing("t.gpkg", geopackage_bytes({"lager": named}))
    with pytest.raises(eg.PersonalDataFound, match="the names of columns"):
        check_outgoing("t.parquet", parquet(pd.DataFrame(named.drop(columns="geometry"))))


def test_harmless_text_passes_in_every_kind_of_file():
    for name, content in files_with("Malmvägen 12 B lgh 1101, kl. 20–02").items():
        check_outgoing(name, content)


def test_checksums_and_packed_numbers_are_no_texts():
    # 811218-9876 without its dash stands in both.
    check_outgoing(
        "t.json", json.dumps({"a": "a8112189876a".ljust(64, "f"), "b": "A" * 30 + "8112189876"})
    )
    with pytest.raises(eg.PersonalDataFound):
        check_outgoing("t.json", json.dumps({"a": "a 8112189876 a"}))


def test_the_message_says_where():
    with pytest.raises(
        eg.PersonalDataFound, match=r"\(email 1, telephone 1\); the first is in row 2"
    ):
        check_outgoing("t.csv", "namn\na@b.se 070-174 06 35\n")
    with pytest.raises(eg.PersonalDataFound, match="the first is in sheet 'Blad', row 3"):
        check_outgoing("t.xlsx", files_with(PERSONAL[0])["t.xlsx"])


def test_a_kind_that_cannot_be_searched_is_not_written(tmp_path):
    with pytest.raises(eg.InputError, match="cannot be searched for personal data"):
        write_checked({tmp_path / "t.docx": b"PK"})
    assert list(tmp_path.iterdir()) == []


def test_one_bad_file_stops_them_all(tmp_path):
    files = {tmp_path / "a.txt": "bra", tmp_path / "b.txt": PERSONAL[1]}
    with pytest.raises(eg.PersonalDataFound, match=r"'b\.txt'"):
        write_checked(files)
    assert list(tmp_path.iterdir()) == []
    assert write_checked({tmp_path / "a.txt": "bra"}) == [tmp_path / "a.txt"]


def test_a_map_without_personal_data_passes_and_one_with_does_not(tmp_path):
    points = [(667_500.5, 6_591_500.5)] * 9
    area = box_area(667_000, 6_591_000, 668_000, 6_592_000)
    incidents = incidents_at(points, address=["Malmvägen 8"] * 9)
    check_outgoing("karta.html", draw_map(eg.build_picture(incidents, area)).to_html())
    noted = incidents.assign(
        address=f"Malmvägen 8, ring {PERSONAL[1]}",
        occurred_from=pd.date_range("2026-01-01", periods=9, freq="20D").astype("datetime64[us]"),
    )
    drawn = draw_map(eg.build_picture(noted, area))
    with pytest.raises(eg.PersonalDataFound, match="telephone"):
        check_outgoing("karta.html", drawn.to_html())
    with pytest.raises(eg.PersonalDataFound, match=r"'min karta\.html' would hold"):
        drawn.save(tmp_path / "min karta.html")
    assert list(tmp_path.iterdir()) == []


def test_a_table_with_personal_data_is_not_written(tmp_path):
    with pytest.raises(eg.PersonalDataFound, match="row 2"):
        eg.write_table(pd.DataFrame({"a": [PERSONAL[2]]}), tmp_path / "t.csv")
    assert list(tmp_path.iterdir()) == []


def test_every_file_of_a_workbook_is_text_or_number():
    with zipfile.ZipFile(io.BytesIO(files_with("=1+1")["t.xlsx"])) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


# Quotes, slashes and names of signs, as they stand where texts are written and read back.
HOSTILE = st.lists(
    st.sampled_from(["\\", '"', "'", "&", "&amp;", "#34;", "quot;", "&lt", ";", "<", ">", "\n"])
    | st.sampled_from(["{", "}", "[", ":", "\\u0022", "&#x40;", "\u2028", "å", "😀", " ", "a"])
    | st.characters(codec="utf-8"),
    max_size=12,
).map("".join)
ANY_JSON = st.recursive(
    HOSTILE | st.integers() | st.none() | st.booleans(),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(HOSTILE, inside, max_size=4),
)


def strings_of(value):
    """Walk through data as JSON has it."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set(value).union(*map(strings_of, value.values()))
    return set(chain.from_iterable(map(strings_of, value))) if isinstance(value, list) else set()


@given(value=ANY_JSON, plain=st.booleans(), indent=st.sampled_from([None, 1]))
def test_every_string_of_json_is_read_and_nothing_else(value, plain, indent):
    written = json.dumps(value, ensure_ascii=not plain, indent=indent)
    assert set(texts_in("a.json", written.encode())) == strings_of(value)


@given(value=ANY_JSON, shown=HOSTILE, depth=st.integers(1, 3))
def test_every_text_of_a_page_within_pages_is_read(value, shown, depth):
    data = json.dumps(value).replace("<", "\\u003c")
    inner = f'<p title="{html.escape(shown)}"></p><script type="application/json">{data}</script>'
    for _ in range(depth):
        inner = f'<iframe srcdoc="{html.escape(inner)}" title="b"></iframe>'
    # A browser, as the reader, takes line ends and nothing else for others.
    assert set(texts_in("a.html", inner.encode())) == strings_of(value) | {shown, "b"}


@given(text=HOSTILE)
def test_signs_of_a_page_are_read_as_html_reads_them(text):
    assert _unescaped(text) == html.unescape(text)
    assert _unescaped(html.escape(text)) == text


def test_a_key_that_stands_twice_hides_nothing():
    with pytest.raises(eg.PersonalDataFound):
        check_outgoing("t.json", f'{{"a": "{PERSONAL[2]}", "a": "b"}}')
    with pytest.raises(eg.PersonalDataFound):
        check_outgoing("t.html", f'<img alt="{PERSONAL[2]}" alt="b">')


@pytest.mark.parametrize("data", ["{a: 1}", "", '{"a": "b}'])
def test_what_is_no_json_is_not_taken_for_it(data):
    with pytest.raises(ValueError, match="line 1 column"):
        check_outgoing("t.json", data)
