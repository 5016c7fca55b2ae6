"""A picture's tables: workbook, GeoPackage, CSV and GeoJSON, as people open them."""

import dataclasses
import io
import json
import zipfile
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import est_geo as eg
from builders import box_area, incidents_at
from est_geo import schema
from est_geo.picture.presets import PRESETS
from est_geo.sharing.facts import _SAID, fact_table
from est_geo.sharing.headings import _HEADINGS, heading, sort_names, swedish_order
from est_geo.sharing.workbook import Sheet, sheet_name, workbook_bytes

WEST, SOUTH = 667_000, 6_591_000


def picture():
    names = ["Östra", "Ärla", "Zon", "Åby"]
    area = pd.concat(
        [
            box_area(WEST + 500 * i, SOUTH, WEST + 500 * i + 500, SOUTH + 500).assign(
                district_id=str(i), district=name, municipality="Provkommun"
            )
            for i, name in enumerate(names)
        ],
        ignore_index=True,
    )
    points = [
        (WEST + 250.4 + 500 * i, SOUTH + 250.4)
        for i, n in enumerate((2, 9, 5, 6))
        for _ in range(n)
    ]
    times = pd.date_range("2026-01-05 21:30", periods=len(points), freq="9D").astype(
        "datetime64[us]"
    )
    incidents = incidents_at(
        points,
        occurred_from=times,
        address=[f"=Gatan {int(x) % 7}" for x, _ in points],
        source="polis",
        category="klotter",
    )
    return eg.build_picture(incidents, area)


def sheets_of(content):
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def test_a_workbook_has_a_sheet_a_table_with_headings_in_the_language(tmp_path):
    built = picture()
    (path,) = built.tables(tmp_path / "tabeller.xlsx")
    sheets = sheets_of(path.read_bytes())
    assert list(sheets)[:2] == ["Återkommande adresser", "Platser"]
    assert list(sheets)[-1] == "Uppgifter"
    assert sheets["Kommundelar"][0] == [
        "Kommundelens id",
        "Kommundel",
        "Händelser",
        "Med läge",
        "Vikt",
    ]
    # å ä ö last, in that order.
    assert [row[1] for row in sheets["Kommundelar"][1:]] == ["Zon", "Åby", "Ärla", "Östra"]
    first = dict(zip(*sheets["Återkommande adresser"][:2], strict=True))
    assert first["Adress"].startswith("=Gatan")  # as text, which a formula would not come back as
    assert first["Händelser"] == 9
    assert str(first["Första händelsen"]).startswith("2026-")
    english = sheets_of(built.tables(tmp_path / "tables.xlsx", language="en")[0].read_bytes())
    assert english["Districts"][0][:3] == ["District id", "District", "Incidents"]


def test_codes_of_ours_are_words_and_the_whole_area_is_named(tmp_path):
    frame = {
        "time_profile": pd.DataFrame(
            {"place_id": pd.array([None, 1], "Int64"), "name": [None, "Torget"], "weekday": 0}
            | {"hour": 3, "weight": [2.0, 1.0]}
        ),
        "concentration": pd.DataFrame({"district_id": [None, "0"], "district": [None, "Zon"]}),
        "deviations": pd.DataFrame(
            {"category": ["vald_hot", "trafik_buskorning", "Fallfrukt"], "district": "Zon"}
        ),
    }
    built = replace(picture(), **frame)
    built.places["categories"] = "skadegorelse 10; Fallfrukt 3; brand"
    built.tables(tmp_path / "t.xlsx")
    sheets = sheets_of((tmp_path / "t.xlsx").read_bytes())
    assert [row[:2] for row in sheets["Veckans timmar"][1:]] == [
        ["", "Hela området"],
        [1, "Torget"],
    ]
    assert [row[1] for row in sheets["Koncentration"][1:]] == ["Hela området", "Zon"]
    # Sorted by the words: våld after trafik.
    assert [row[0] for row in sheets["Avvikelser"][1:]] == [
        "Fallfrukt",
        "trafik, buskörning",
        "våld och hot",
    ]
    column = sheets["Platser"][0].index("Händelsetyper")
    assert sheets["Platser"][1][column] == "skadegörelse 10; Fallfrukt 3; brand"


def test_a_sheet_prints_on_whole_pages_under_its_headings():
    table = pd.DataFrame({"at_least_times": [2.0], "rank": [1]})
    content = workbook_bytes([Sheet("Blad", table)], language="sv")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        names = parts.read("xl/workbook.xml").decode()
    assert 'fitToHeight="0"' in sheet
    assert 'orientation="landscape"' in sheet
    assert '<row r="1" spans="1:2" ht="60" customHeight="1">' in sheet, "four lines"
    assert "Blad!$1:$1" in names


def test_numbers_that_are_hidden_say_so(tmp_path):
    (path,) = picture().for_audience("partner").tables(tmp_path / "t.xlsx")
    rows = {row[1]: row[2] for row in sheets_of(path.read_bytes())["Kommundelar"][1:]}
    assert rows["Östra"] == "visas inte"  # 2
    assert rows["Ärla"] == 9
    assert list(rows.values()).count("visas inte") == 2


def test_a_folder_gets_one_csv_a_table_and_one_geojson_a_layer(tmp_path):
    files = {path.name: path.read_bytes() for path in picture().tables(tmp_path)}
    assert {"kommundelar.csv", "platser.csv", "uppgifter.csv", "lagen.geojson"} <= set(files)
    assert files["kommundelar.csv"].startswith("\ufeffKommundelens id;Kommundel;".encode())
    assert "'=Gatan" in files["aterkommande_adresser.csv"].decode("utf-8-sig")
    collection = json.loads(files["kommundelar.geojson"])
    lon, lat = np.array(collection["features"][0]["geometry"]["coordinates"][0]).T
    assert ((lon > 17) & (lon < 19) & (lat > 59) & (lat < 60)).all()


def test_a_geopackage_has_the_layers_in_metres(tmp_path):
    (path,) = picture().tables(tmp_path / "lager.gpkg")
    layers = set(gpd.list_layers(path)["name"])
    assert {"platser", "lagen", "kommundelar", "aterkommande_adresser"} <= layers
    sites = gpd.read_file(path, layer="lagen")
    assert sites.crs.to_epsg() == 3006
    assert sites["n"].sum() == 22
    counted = gpd.read_file(path, layer="kommundelar")
    assert counted.sort_values("n")["n"].tolist() == [2, 5, 6, 9]


@pytest.mark.parametrize("name", ["t.xlsx", "t.gpkg"])
def test_the_same_picture_gives_the_same_bytes(tmp_path, name):
    first, second = ((picture().tables(tmp_path / name)[0]).read_bytes() for _ in range(2))
    assert first == second


def test_what_is_no_place_to_write_is_refused(tmp_path):
    with pytest.raises(eg.InputError, match=r"must end in \.xlsx or \.gpkg or be a folder"):
        picture().tables(tmp_path / "finns-inte")
    with pytest.raises(eg.InputError, match="`language` must be one of"):
        picture().tables(tmp_path, language="fi")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_says_how_many_addresses_that_may_be_chance_it_leaves_out(tmp_path):
    built = picture()
    one = built.addresses.iloc[:1]
    many = pd.concat([one] * 2507, ignore_index=True).assign(
        rank=range(1, 2508), verdict=["calm_now"] * 2 + ["may_be_chance"] * 2504 + ["none"]
    )
    many = dataclasses.replace(built, addresses=many)
    many.tables(tmp_path / "t.xlsx")
    rows = sheets_of((tmp_path / "t.xlsx").read_bytes())["Återkommande adresser"]
    # The headings, the table, a row apart, and what is not there.
    ranks = [*range(1, 1003), 2507]
    assert [row[0] for row in rows[1:-2]] == ranks
    assert rows[-2][0] == ""
    assert rows[-1][0] == (
        "De 1\xa0000 första adresserna som kan vara slump. Ytterligare 1\xa0504 finns i GeoPackage "
        "och CSV."
    )
    (tmp_path / "csv").mkdir()
    many.tables(tmp_path / "csv")
    listed = pd.read_csv(tmp_path / "csv" / "aterkommande_adresser.csv", sep=";", decimal=",")
    many.tables(tmp_path / "t.gpkg")
    layer = gpd.read_file(tmp_path / "t.gpkg", layer="aterkommande_adresser")
    assert len(listed) == len(layer) == 2507

    few = dataclasses.replace(built, addresses=many.addresses.iloc[:1002])
    few.tables(tmp_path / "t.xlsx")
    rows = sheets_of((tmp_path / "t.xlsx").read_bytes())["Återkommande adresser"]
    assert len(rows) == 1 + 1002


def test_one_table_can_be_a_workbook_or_a_layer(tmp_path):
    table = gpd.GeoDataFrame(
        {"name": ["=1+1", None], "n": [1, 2]}, geometry=shapely.points([[1, 2], [3, 4]]), crs=3006
    )
    for suffix in (".xlsx", ".gpkg", ".geojson"):
        assert eg.write_table(table, tmp_path / f"t{suffix}").stat().st_size > 0
    rows = sheets_of((tmp_path / "t.xlsx").read_bytes())["Tabell"]
    assert rows == [
        ["Namn", "Händelser", "Östlig koordinat, m", "Nordlig koordinat, m"],
        ["=1+1", 1, 1, 2],
        ["", 2, 3, 4],
    ]
    with pytest.raises(eg.InputError, match=r"has no geometry, which a \.gpkg needs"):
        eg.write_table(pd.DataFrame({"a": [1]}), tmp_path / "u.gpkg")


def test_every_column_we_give_has_a_heading():
    tables = [
        value
        for value in vars(schema).values()
        if isinstance(value, tuple) and value and isinstance(value[0], schema.Column)
    ]
    columns = {name for table in tables for name in schema.names(table)} - {"geometry"}
    assert sorted(columns - set(_HEADINGS)) == []
    assert heading("n", "en") == "Incidents"
    assert heading("något_eget", "sv") == "något eget"


def test_swedish_order():
    words = ["Österåker", "Ängby", "Årsta", "zebra", "Édouard", "eken", "Wik", "Vik", "a"]
    assert sorted(words, key=swedish_order) == [
        "a", "Édouard", "eken", "Vik", "Wik", "zebra", "Årsta", "Ängby", "Österåker",
    ]  # fmt: skip
    table = pd.DataFrame({"district": ["Ö", None, "a"], "n": [1, 2, 3]})
    assert sort_names(table, "district")["n"].tolist() == [3, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_makes_a_name_of_a_sheet_that_excel_takes(text):
    name = sheet_name(text)
    assert 0 < len(name) <= 31
    content = workbook_bytes([Sheet(text, pd.DataFrame({"a": [text]}))], language="sv")
    with closing(io.BytesIO(content)) as file:
        assert CalamineWorkbook.from_filelike(file).sheet_names


def test_two_sheets_of_one_name_and_none_are_refused():
    table = pd.DataFrame({"a": [1]})
    with pytest.raises(eg.InputError, match=r"1 name.s. twice; the first is 'Ett'"):
        workbook_bytes([Sheet("Ett", table), Sheet("Ett", table)], language="sv")
    with pytest.raises(eg.InputError, match="0 sheets to write"):
        workbook_bytes([], language="sv")


@pytest.mark.parametrize(("language", "said"), [("sv", "kommundelarna"), ("en", "the districts")])
def test_choices_of_ours_are_words_among_the_facts(language, said):
    facts = fact_table(picture(), language)
    values = dict(zip(facts.iloc[:, 0], facts.iloc[:, 1], strict=True))
    assert values[{"sv": "Område", "en": "Area"}[language]] == said
    # Every choice that a caller has is one of them, in both languages.
    for name, known in (
        ("outside", ("raise", "keep", "nearest")),
        ("kernel", ("quartic", "epanechnikov", "gaussian")),
        ("preset", tuple(PRESETS)),
    ):
        assert set(_SAID[name]) == set(known)
