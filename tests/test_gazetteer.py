"""Address registers: every row gives entries or a reason; all texts and files are made up."""

from __future__ import annotations

import json
import logging
import pickle

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import CRSError, FileRefused, InputError
from est_geo.geocoding.gazetteer import cache as gazetteer_cache
from est_geo.geocoding.gazetteer.columns import match_columns
from est_geo.geocoding.gazetteer.reading import read_gazetteer
from est_geo.geocoding.gazetteer.text import clean, read_designation
from est_geo.schema import GAZETTEER, KIND_DTYPE

WEST, SOUTH = 667_000, 6_591_000  # in Sollentuna
STORED = "register.gpkg.est_geo.parquet"


def lantmateriet(rows, crs=3006):
    """Rows as (street, number, letter, district, east, north), in the register's own columns."""
    street, number, letter, district, east, north = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "objektidentitet": [f"id-{i}" for i in range(len(rows))],
            "adressomrade_faststalltnamn": street,
            "adressplatsnummer": number,
            "bokstavstillagg": letter,
            "lagestillagg": None,
            "gardsadressomrade_faststalltnamn": None,
            "avvikandeadressplatsbeteckning": None,
            "postnummer": 19262,
            "postort": "SOLLENTUNA",
            "kommundel_faststalltnamn": district,
            "kommunkod": "0163",
            "kommunnamn": "Sollentuna",
            "popularnamn": None,
            "statusforbelagenhetsadress": "Gallande",
        },
        geometry=gpd.points_from_xy(WEST + np.array(east), SOUTH + np.array(north)),
        crs=crs,
    )


def some():
    return lantmateriet(
        [
            ("Provvägen", "2", None, "Tureberg", 0, 0),
            ("Provvägen", "10", "B", "Tureberg", 100, 0),
            ("Provvägen", "10", "A", "Tureberg", 90, 0),
            ("Torget", "1", None, "Edsberg", 500, 500),
        ]
    )


def addresses(gazetteer):
    """Addresses as texts, in their order."""
    rows = gazetteer.entries[gazetteer.entries["kind"] == "address"]
    letters = rows["letter"].fillna("")
    return [f"{s} {n}{b}" for s, n, b in zip(rows["street"], rows["number"], letters, strict=True)]


def places(gazetteer):
    rows = gazetteer.entries[gazetteer.entries["kind"] == "place"]
    return dict(zip(rows["name"], rows["uncertainty_m"], strict=True))


def check_account(gazetteer):
    """Rows add up, and entries are what the schema says."""
    said, entries = gazetteer.summary, gazetteer.entries
    for one in (said, *said.files):
        assert one.rows_read == one.rows_used + sum(one.left_out.values())
        assert all(number > 0 for number in one.left_out.values())
    assert said.rows_read == sum(file.rows_read for file in said.files)
    assert said.addresses + said.places == len(entries) == len(gazetteer)
    assert [str(kind) for kind in entries.dtypes] == [KIND_DTYPE[c.kind] for c in GAZETTEER]
    assert list(entries.columns) == [column.name for column in GAZETTEER]
    assert entries["entry_id"].is_unique
    assert entries["entry_id"].notna().all()
    assert entries.geometry.geom_type.eq("Point").all()
    assert entries.crs.axis_info[0].unit_name == "metre"
    is_address = entries["kind"] == "address"
    assert (entries["street"].notna() == is_address).all()
    assert (entries["name"].isna() == is_address).all()
    assert (entries.loc[is_address, "uncertainty_m"] == 0).all()
    assert (entries.loc[~is_address, "uncertainty_m"] > 0).all()


def test_reads_lantmateriets_register(tmp_path):
    path = tmp_path / "adresser.gpkg"
    some().to_file(path, layer="belagenhetsadress")
    found = read_gazetteer(path)
    check_account(found)
    assert addresses(found) == ["Provvägen 2", "Provvägen 10A", "Provvägen 10B", "Torget 1"]
    first = found.entries.iloc[0]
    assert first["entry_id"] == "id-0"
    assert first["postcode"] == "19262"
    assert first["post_town"] == "SOLLENTUNA"
    assert first["district"] == "Tureberg"
    assert first["municipality"] == "Sollentuna"
    assert first.geometry.equals(shapely.Point(WEST, SOUTH))
    assert found.entries.crs == "EPSG:3006"
    assert found.summary.streets == 2
    assert found.summary.left_out == {}


def test_reads_nested_names():
    table = some().rename(
        columns={
            "adressomrade_faststalltnamn": "adressomrade.faststalltNamn",
            "adressplatsnummer": "adressplatsattribut.adressplatsbeteckning.adressplatsnummer",
            "bokstavstillagg": "adressplatsattribut.adressplatsbeteckning.bokstavstillagg",
            "kommundel_faststalltnamn": "kommundelFaststalltnamn",
            "gardsadressomrade_faststalltnamn": "gardsadressomrade.faststalltNamn",
        }
    )
    found = read_gazetteer(table)
    assert addresses(found) == addresses(read_gazetteer(some()))
    assert found.entries["district"].notna().all()
    short = some().rename(columns={"adressomrade_faststalltnamn": "gata"})
    assert addresses(read_gazetteer(short)) == addresses(found)


def test_only_addresses_in_force_count():
    table = some()
    table["statusforbelagenhetsadress"] = ["Gallande", "Gällande", "Reserverad", None]
    found = read_gazetteer(table)
    check_account(found)
    assert addresses(found) == ["Provvägen 2", "Provvägen 10B"]
    assert found.summary.left_out == {"address not in force": 2}


def test_farm_and_deviating_sign_and_popular_name():
    table = some()
    table.loc[0, "gardsadressomrade_faststalltnamn"] = "Norrgården"
    table.loc[1, "avvikandeadressplatsbeteckning"] = "12-16"
    table.loc[2, "avvikandeadressplatsbeteckning"] = "5 1/2"
    table.loc[3, "popularnamn"] = "Provhuset"
    found = read_gazetteer(table)
    check_account(found)
    assert addresses(found) == [
        "Provvägen 5½",
        "Provvägen 12",
        "Provvägen 14",
        "Provvägen 16",
        "Provvägen Norrgården 2",
        "Torget 1",
    ]
    assert places(found) == {"Provhuset": 100.0}
    ids = found.entries.set_index("number")["entry_id"]
    assert [ids[12], ids[14], ids[16]] == ["id-1", "id-1 (2)", "id-1 (3)"]
    assert found.summary.repeated_ids == 0


def test_number_that_cannot_be_read_is_left_out_unless_the_register_has_another():
    table = some()
    table["avvikandeadressplatsbeteckning"] = [None, "vid ån", "vid ån", None]
    table["adressplatsnummer"] = ["2", None, "10", "x"]
    table["bokstavstillagg"] = None
    found = read_gazetteer(table)
    assert addresses(found) == ["Provvägen 2", "Provvägen 10"]
    assert found.summary.left_out == {"number not understood": 2}


def test_number_stored_with_decimals_or_with_its_letter_twice_is_read():
    table = some().assign(adressplatsnummer=["2.0", "10B", "10", "0.0"])
    assert addresses(read_gazetteer(table)) == [
        *("Provvägen 2", "Provvägen 10A", "Provvägen 10B", "Torget 0"),
    ]


def test_address_without_number_counts_only_where_no_other_on_the_street_has_one():
    table = some()
    table["adressplatsnummer"] = ["2", None, "0", None]
    table["bokstavstillagg"] = None
    table.loc[2, "popularnamn"] = "Provhuset"
    found = read_gazetteer(table)
    check_account(found)
    assert addresses(found) == ["Provvägen 2", "Torget 0"]
    assert list(places(found)) == ["Provhuset"]
    assert found.summary.left_out == {"no number, on a street with numbers": 1}


def test_points_of_one_number_are_kept_and_repeats_within_a_metre_dropped():
    rows = [("Provvägen", "2", None, "Tureberg", east, 0) for east in (0, 0, 0.9, 1.8, 30, 31.2)]
    rows += [("Provvägen", "4", None, "Tureberg", 0, 0), ("Prov-vägen", "2", None, "X", 30, 0.5)]
    rows += [("Provvägen", "6", None, "Tureberg", east, 0.2) for east in (0, 30)]
    found = read_gazetteer(lantmateriet(rows))
    check_account(found)
    assert addresses(found) == ["Provvägen 2"] * 3 + ["Provvägen 4"] + ["Provvägen 6"] * 2
    east = found.entries.geometry.x - WEST
    assert east.round(1).tolist() == [0, 30, 31.2, 0, 0, 30]
    assert found.summary.duplicates == 4
    assert found.summary.left_out == {"repeats another row": 4}


def test_of_repeats_the_one_that_says_most_stays():
    rows = [("Provvägen", "2", None, district, 0, 0) for district in (None, "Tureberg", None)]
    assert read_gazetteer(lantmateriet(rows)).entries["district"].tolist() == ["Tureberg"]


def test_which_of_repeats_stays_does_not_depend_on_their_order():
    rows = [("Provvägen", "2", None, district, 0, 0) for district in "BAC"]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        table = lantmateriet(rows).iloc[order]
        assert read_gazetteer(table).entries["district"].tolist() == ["A"]


def test_reads_openstreetmap_tables():
    table = pd.DataFrame(
        {
            "addr:street": ["Provvägen", "Provvägen", "Provvägen", None, None, None],
            "addr:housenumber": ["12B", "4;6", None, None, None, None],
            "addr:city": ["Sollentuna"] * 6,
            "addr:postcode": ["192 62"] * 6,
            "addr:suburb": ["Tureberg"] * 6,
            "name": ["Livs", None, "Kiosken", "Provs station", "En sten", None],
            "shop": ["convenience", None, "kiosk", None, "no", None],
            "railway": [None, None, None, "station", None, "station"],
            "lat": 59.43,
            "lon": np.arange(6) / 1000 + 17.94,
        }
    )
    found = read_gazetteer(table)
    check_account(found)
    assert addresses(found) == ["Provvägen 4", "Provvägen 6", "Provvägen 12B"]
    assert sorted(places(found)) == ["Kiosken", "Livs", "Provs station"]
    assert found.summary.left_out == {"neither a street nor a name": 2}
    first = found.entries.iloc[0]
    assert (first["postcode"], first["post_town"], first["district"]) == (
        "19262",
        "Sollentuna",
        "Tureberg",
    )
    assert found.entries.crs == "EPSG:3006"


def test_reads_whole_addresses_and_names(tmp_path):
    path = tmp_path / "skolor.csv"
    path.write_text(
        "title,adress,postnr,postort,lat,lon\n"
        "Provskolan,Provvägen 22,192 62,Sollentuna,59.4301,17.9501\n"
        "Fiktiva skolan,Fiktivgatan 1-5 B,192 62,Sollentuna,59.4302,17.9502\n"
        "Provvägen 24,Provvägen 24,19262,Sollentuna,59.4303,17.9503\n"
        "Stationsskolan,Provs station,19262,Sollentuna,59.4304,17.9504\n",
        encoding="utf-8",
    )
    found = read_gazetteer(path)
    check_account(found)
    assert addresses(found)[-2:] == ["Provvägen 22", "Provvägen 24"]
    assert set(places(found)) == {
        *("Provskolan", "Fiktiva skolan", "Stationsskolan", "Provs station"),
    }
    assert found.summary.rows_used == 4
    assert found.entries["postcode"].eq("19262").all()


def test_reads_any_table_by_columns(tmp_path):
    path = tmp_path / "egen.csv"
    path.write_text(
        "Väg;Hus;Lägesort;Öster;Norr\nProvvägen;2 b;A;667000,5;6591000,25\n", encoding="utf-8"
    )
    columns = {"street": "Väg", "number": "Hus", "district": "Lägesort", "easting": "Öster"}
    found = read_gazetteer(path, columns=columns | {"northing": "Norr"}, crs=3006)
    assert addresses(found) == ["Provvägen 2B"]
    assert found.entries["district"].tolist() == ["A"]
    assert found.entries.geometry.iloc[0].equals(shapely.Point(667000.5, 6591000.25))
    assert found.entries["entry_id"].tolist() == ["rad 2"]


def test_columns_that_do_not_exist_are_named():
    table = some()
    with pytest.raises(InputError, match=r"1 key\(s\).*'strete'.*Did you mean 'street'"):
        read_gazetteer(table, columns={"strete": "adressomrade_faststalltnamn"})
    with pytest.raises(InputError, match=r"1 column\(s\) that '<DataFrame>' lacks.*'gata'"):
        read_gazetteer(table, columns={"street": "gata"})
    with pytest.raises(InputError, match="no column for `longitude`"):
        read_gazetteer(table, columns={"lat": "postort"})


def test_table_without_names_or_places_is_refused():
    with pytest.raises(InputError, match="no column with streets, addresses or names"):
        read_gazetteer(some()[["kommunkod", "geometry"]])
    with pytest.raises(InputError, match="no coordinates"):
        read_gazetteer(pd.DataFrame(some().drop(columns="geometry")))
    with pytest.raises(InputError, match="2 columns that may be `street`: 'Gata' and 'gata'"):
        read_gazetteer(some().assign(Gata="a", gata="b").iloc[:, -3:])
    with pytest.raises(InputError, match="`kind` is 'place', but"):
        read_gazetteer(some().drop(columns="popularnamn"), kind="place")


def test_places_reach_to_the_corner_of_their_area_or_as_far_as_said():
    square = shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 400)
    table = gpd.GeoDataFrame(
        {"namn": ["Ytan", "Punkten", "Sagda"], "uncertainty_m": [None, None, 40.0]},
        geometry=[square, square.centroid, square.centroid],
        crs=3006,
    )
    for crs in (3006, 4326, 3011):
        found = read_gazetteer(table.to_crs(crs))
        check_account(found)
        near = {name: round(reach) for name, reach in places(found).items()}
        assert near == {"Punkten": 100, "Sagda": 40, "Ytan": 250}


def test_reach_that_cannot_be_is_not_believed():
    table = gpd.GeoDataFrame(
        {"namn": ["a", "b", "c"], "uncertainty_m": ["-5", "0", "1e999"]},
        geometry=[shapely.Point(WEST, SOUTH)] * 3,
        crs=3006,
    )
    assert places(read_gazetteer(table)) == {"a": 100, "b": 100, "c": 100}


def test_outline_that_crosses_itself_and_one_without_end():
    corners = [(0, 0), (100, 100), (100, 0), (0, 100)]
    crossed = shapely.Polygon([(WEST + x, SOUTH + y) for x, y in corners])
    endless = shapely.Polygon([(WEST, SOUTH), (np.inf, SOUTH), (WEST, SOUTH + 9)])
    table = gpd.GeoDataFrame({"namn": ["a", "b"]}, geometry=[crossed, endless], crs=3006)
    found = read_gazetteer(table)
    check_account(found)
    assert shapely.make_valid(crossed).contains(found.entries.geometry.iloc[0])
    assert found.summary.left_out == {"coordinate is not a number": 1}


def test_line_is_no_place():
    line = shapely.LineString([(WEST, SOUTH), (WEST + 9, SOUTH)])
    table = gpd.GeoDataFrame(
        {"namn": ["a", "b", "c"]},
        geometry=[line, shapely.Point(WEST, SOUTH), shapely.MultiPoint([(WEST, SOUTH)])],
        crs=3006,
    )
    found = read_gazetteer(table)
    assert sorted(places(found)) == ["b", "c"]
    assert found.summary.left_out == {"geometry is neither a point nor an area": 1}


def test_kind_is_forced():
    table = some().assign(namn=["Huset", None, "Boden", None])
    assert places(read_gazetteer(table, kind="place")) == {"Boden": 100, "Huset": 100}
    only = read_gazetteer(table, kind="address")
    assert only.summary.places == 0
    assert read_gazetteer(table).summary.places == 2
    none = table.assign(adressomrade_faststalltnamn=["Provvägen", None, None, None])
    assert read_gazetteer(none, kind="address").summary.left_out == {"no street": 3}
    assert read_gazetteer(table, kind="place").summary.left_out == {"no name": 2}
    with pytest.raises(InputError, match="`kind`"):
        read_gazetteer(table, kind="plats")


def test_missing_half_and_null_coordinates_are_left_out_by_reason():
    table = pd.DataFrame(
        {
            "gata": "Provvägen",
            "nr": range(1, 11),
            "e": ["667000"] * 4 + ["0", "0", None, "667000", "öst", "5"],
            "n": ["6591000"] * 4 + ["0", "6591000", "6591000", None, "6591000", "5"],
        }
    )
    found = read_gazetteer(table, crs=3006)
    check_account(found)
    assert found.summary.left_out == {
        "half a coordinate": 3,
        "coordinate 0, 0": 1,
        "coordinate is not a number": 1,
        "coordinate is not possible": 1,
    }


def test_point_that_the_plane_does_not_reach_is_left_out():
    table = pd.DataFrame(
        {"namn": list("abc"), "lon": [17.95, 17.96, 105.0], "lat": [59.43, 59.44, 1.0]}
    )
    found = read_gazetteer(table)
    check_account(found)
    assert found.summary.left_out == {"coordinate is not possible": 1}


@pytest.mark.parametrize("crs", [3006, 3011, 3021, 4326])
def test_coordinates_are_recognised_in_either_order(crs):
    rng = np.random.default_rng(1)
    spots = rng.uniform(0, 3000, (40, 2))
    points = gpd.GeoSeries.from_xy(WEST + spots[:, 0], SOUTH + spots[:, 1], crs=3006)
    there = points.to_crs(crs)
    for first, second in ((there.x, there.y), (there.y, there.x)):
        table = pd.DataFrame({"gata": "Provvägen", "nr": range(1, 41), "x": first, "y": second})
        found = read_gazetteer(table, municipality="Sollentuna")
        assert found.entries.crs.to_epsg() == (3006 if crs == 4326 else crs)
        apart = found.entries.geometry.to_crs(3006).distance(points)
        assert apart.max() < 0.01
        assert found.summary.outside_municipality == 0


def test_geojson_that_does_not_say_is_in_degrees_unless_it_cannot_be(tmp_path):
    path = tmp_path / "a.geojson"
    for crs in (4326, 3006):
        points = some().to_crs(crs).geometry
        features = [
            {
                "type": "Feature",
                "properties": {"gata": "Provvägen", "nr": i},
                "geometry": {"type": "Point", "coordinates": [point.x, point.y]},
            }
            for i, point in enumerate(points, 1)
        ]
        features.append({**features[0], "geometry": {"type": "Point", "coordinates": ["x"]}})
        path.write_text(
            json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
        )
        found = read_gazetteer(path)
        check_account(found)
        assert found.entries.geometry.distance(some().geometry).max() < 0.01
        assert found.summary.left_out == {"not a geometry": 1}


def test_swedish_system_that_puts_most_points_abroad_is_refused():
    table = pd.DataFrame({"gata": "P", "nr": [1, 2], "e": [147_000, 147_100], "n": [6_590_000] * 2})
    with pytest.raises(CRSError, match="SWEREF99 TM, but 2 of 2 coordinates cannot be in it"):
        read_gazetteer(table, crs=3006)
    assert read_gazetteer(table, crs=3011).entries.crs == "EPSG:3011"


def test_crs_that_contradicts_is_refused():
    with pytest.raises(CRSError, match=r"`crs` is WGS 84, but '<DataFrame>' says"):
        read_gazetteer(some(), crs=4326)
    with pytest.raises(CRSError, match="'nonsense', which is no CRS"):
        read_gazetteer(some(), crs="nonsense")
    bare = pd.DataFrame({"gata": "P", "nr": [1, 2], "e": [17.9, 17.8], "n": [59.4, 59.5]})
    with pytest.raises(CRSError, match="2 of 2 coordinates cannot be in it; the first is row 1"):
        read_gazetteer(bare, crs=3006)
    with pytest.raises(CRSError, match=r"`crs` is needed.*2 of 2 coordinates.*Swedish"):
        read_gazetteer(bare.assign(e=5e6))


def test_outside_the_municipality_is_counted_and_kept(caplog):
    table = some()
    table.loc[0, "geometry"] = shapely.Point(WEST - 60_000, SOUTH)
    with caplog.at_level(logging.INFO):
        found = read_gazetteer(table)
    assert found.summary.outside_municipality == 1
    assert len(found) == 4
    assert "1 of 4 entries lie outside" in caplog.text
    bare = table.drop(columns=["kommunkod", "kommunnamn"])
    assert read_gazetteer(bare).summary.outside_municipality == 0
    said = read_gazetteer(bare, municipality="Sollentuna")
    assert said.summary.outside_municipality == 1
    assert said.entries["municipality"].fillna("-").tolist() == ["-"] + ["Sollentuna"] * 3
    by_code = read_gazetteer(table.drop(columns="kommunnamn").assign(kommunkod=163))
    assert by_code.entries["municipality"].unique().tolist() == ["Sollentuna"]
    with pytest.raises(InputError, match="`municipality`"):
        read_gazetteer(table, municipality="Ingenstans")


def test_streets_in_several_districts_are_listed():
    rows = [
        ("Storgatan", "1", None, "Tureberg", 0, 0),
        ("Storgatan", "1", None, "Edsberg", 900, 0),
        ("STORGATAN", "3", "A", "Edsberg", 910, 0),
        ("Storgatan", "3", None, "Tureberg", 10, 0),
        ("Långvägen", "1", None, "Tureberg", 50, 0),
        ("Långvägen", "2", None, "Edsberg", 60, 0),
        ("Provvägen", "2", None, "Edsberg", 70, 0),
        ("Provvägen", "4", None, None, 80, 0),
    ]
    shared = read_gazetteer(lantmateriet(rows)).summary.shared_streets
    assert shared.to_dict("records") == [
        {"street": "STORGATAN", "districts": "Edsberg; Tureberg", "conflicting_numbers": 1},
        {"street": "Långvägen", "districts": "Edsberg; Tureberg", "conflicting_numbers": 0},
    ]


def test_districts_of_one_name_in_two_municipalities_are_two():
    table = some().assign(
        adressomrade_faststalltnamn="Storgatan",
        adressplatsnummer="1",
        bokstavstillagg=None,
        kommundel_faststalltnamn="Centrum",
        kommunkod=None,
        kommunnamn=["Sollentuna", "Solna", "Solna", "Solna"],
    )
    assert read_gazetteer(table).summary.shared_streets["districts"].tolist() == [
        "Centrum, Sollentuna; Centrum, Solna"
    ]
    bare = table.drop(columns=["kommundel_faststalltnamn", "postort"])
    assert read_gazetteer(bare).summary.shared_streets["districts"].tolist() == [
        "Sollentuna; Solna"
    ]


def test_column_of_very_many_municipalities_holds_something_else():
    table = pd.concat([some()] * 101, ignore_index=True)
    table["adressplatsnummer"] = np.arange(len(table)) + 1
    many = table.assign(kommunnamn=[f"{i:04d}" for i in range(len(table))])
    assert "0163" in read_gazetteer(many).entries["municipality"].tolist()


def test_table_with_numbered_columns_is_read():
    table = pd.DataFrame([["Provvägen", "1", 667000, 6591000]])
    columns = {"street": "0", "number": "1", "easting": "2", "northing": "3"}
    assert addresses(read_gazetteer(table, columns=columns, crs=3006)) == ["Provvägen 1"]
    with pytest.raises(InputError, match=r"1 column name\(s\) more than once"):
        read_gazetteer(pd.DataFrame([[1, 2]], columns=["1", 1]))


def test_several_files_are_one_register(tmp_path):
    some().iloc[:2].to_file(tmp_path / "a.geojson")
    some().iloc[1:].to_crs(3011).to_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.csv").write_text("name;e;n\nProvtorget;667100;6591100\n", encoding="utf-8")
    found = read_gazetteer(sorted(tmp_path.iterdir()))
    check_account(found)
    assert addresses(found) == addresses(read_gazetteer(some()))
    assert sum(file.rows_used for file in found.summary.files) == 5
    assert [file.rows_read for file in found.summary.files] == [2, 3, 1]
    assert found.summary.left_out == {"repeats another row": 1}
    assert "c.csv rad 2" in found.entries["entry_id"].tolist()
    assert len(read_gazetteer(tmp_path / "*.geojson")) == 2


def test_repeated_identifiers_are_told_apart():
    table = some().assign(objektidentitet=["A", "A", "A (2)", "A"])
    found = read_gazetteer(table)
    assert found.entries["entry_id"].is_unique
    assert found.summary.repeated_ids == 3


def test_rows_with_the_wrong_number_of_fields_are_accounted_for(tmp_path):
    path = tmp_path / "a.csv"
    lines = ["gata;nr;e;n", *(f"Provvägen;{i};66700{i};6591000" for i in range(1, 9))]
    path.write_text("\n".join([*lines, "Provvägen;9"]) + "\n", encoding="utf-8")
    found = read_gazetteer(path)
    check_account(found)
    assert found.summary.rows_read == 9
    assert found.summary.left_out == {"wrong number of fields": 1}


def test_register_of_which_nothing_can_be_used_is_refused():
    table = some().assign(statusforbelagenhetsadress="Reserverad")
    with pytest.raises(InputError, match=r"4 rows, and none.*address not in force: 4"):
        read_gazetteer(table)
    with pytest.raises(InputError, match="0 rows"):
        read_gazetteer(some().iloc[:0])
    with pytest.raises(FileRefused, match="does not exist"):
        read_gazetteer("saknas.gpkg")


@pytest.mark.parametrize(
    ("sign", "numbers"),
    [
        ("12", [(12, "")]),
        ("12 b", [(12, "B")]),
        ("012B", [(12, "B")]),
        ("10-14", [(10, ""), (12, ""), (14, "")]),
        ("10–12", [(10, ""), (12, "")]),
        ("1-3;5", [(1, ""), (3, ""), (5, "")]),
        ("1-2", [(1, ""), (2, "")]),
        ("12A-C", [(12, "A"), (12, "B"), (12, "C")]),
        ("12A-12C", [(12, "A"), (12, "B"), (12, "C")]),
        ("12A-14B", [(12, "A"), (14, "B")]),
        ("1-999", [(1, ""), (999, "")]),
        ("5 1/2", [(5, "½")]),
        ("5½", [(5, "½")]),
        ("12-10", []),
        ("0", []),
        ("12-", []),
        ("C-A", []),
        ("12C-A", []),
        ("vid 12", []),
        ("1," * 40, []),
        ("1-39," * 8 + "1", []),
        ("123456", []),
    ],
)
def test_designations(sign, numbers):
    assert read_designation(sign) == tuple(numbers)


def test_texts_are_cleaned():
    dirty = pd.Series(
        ["  Prov \u00a0va\u0308gen\u200b ", "-", "None", None, "\u202eprov", "x" * 900]
    )
    assert clean(dirty).fillna("·").tolist() == ["Prov vägen", "·", "·", "·", "prov", "x" * 200]
    assert clean(pd.Series([12.0, np.nan])).fillna("·").tolist() == ["12", "·"]


def test_text_from_the_register_is_inert_in_html():
    table = some()
    table["adressomrade_faststalltnamn"] = "<script>alert(1)</script>"
    table["kommundel_faststalltnamn"] = [f"<img src={i}>" for i in range(4)]
    table = table.rename(columns={"lagestillagg": "<b>x</b>"})
    table["statusforbelagenhetsadress"] = ["Gallande", "Gallande", "Gallande", "<i>"]
    shown = read_gazetteer(table)._repr_html_()
    assert "Adressregister" in shown
    assert "&lt;script&gt;" in shown
    assert not any(tag in shown for tag in ("<script", "<img", "<b>", "<i>"))
    assert "adressen gäller inte" in shown


def test_messages_hold_no_addresses(caplog):
    table = some().assign(popularnamn="Hemliga huset")
    with caplog.at_level(logging.DEBUG):
        read_gazetteer(table)
    assert "4 rows read" in caplog.text
    assert "Provvägen" not in caplog.text
    assert "Hemliga" not in caplog.text


cells = st.sampled_from(["Provvägen", "Torget", "", None, "Åsvägen 3", "-"])
numbers = st.sampled_from(["1", "2-6", "", None, "x", "7 B"])
spots = st.sampled_from([0.0, 0.5, 1.4, 40.0, None, -667_000.0])


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(cells, numbers, cells, cells, spots, st.sampled_from([0.0, 0.9, -6_591_000.0])),
        min_size=1,
        max_size=12,
    ),
    shuffle=st.randoms(use_true_random=False),
    kind=st.sampled_from([None, "address", "place"]),
)
def test_every_row_is_accounted_for_and_their_order_is_of_no_consequence(rows, shuffle, kind):
    table = pd.DataFrame(rows, columns=["gata", "nr", "namn", "kommundel", "e", "n"])
    table["id"] = [f"id-{i}" for i in range(len(table))]
    table["e"], table["n"] = table["e"].astype(float) + WEST, table["n"] + SOUTH
    order = list(range(len(table)))
    shuffle.shuffle(order)
    try:
        found = read_gazetteer(table, crs=3006, kind=kind)
    except (InputError, CRSError):
        with pytest.raises((InputError, CRSError)):
            read_gazetteer(table.iloc[order], crs=3006, kind=kind)
        return
    check_account(found)
    assert found.summary.rows_read == len(rows)
    again = read_gazetteer(table.iloc[order], crs=3006, kind=kind)
    pd.testing.assert_frame_equal(found.entries, again.entries)
    assert found.summary == again.summary


def test_own_entries_read_back_are_the_same(tmp_path):
    table = some()
    table.loc[0, "popularnamn"] = "Provhuset"
    found = read_gazetteer(table)
    found.entries.to_parquet(tmp_path / "egna.parquet")
    pd.testing.assert_frame_equal(read_gazetteer(tmp_path / "egna.parquet").entries, found.entries)


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "register.gpkg"
    table = some()
    table.loc[3, "kommundel_faststalltnamn"] = "Tureberg"
    table.loc[1, "kommundel_faststalltnamn"] = "Edsberg"
    table.loc[0, "popularnamn"] = "Provhuset"
    table.to_file(path)
    return path


def reads(monkeypatch):
    """Count how often a register is read itself."""
    seen = []
    module = __import__("est_geo.geocoding.gazetteer.reading", fromlist=["open_file"])
    real = module.open_file
    monkeypatch.setattr(
        module, "open_file", lambda *args, **named: seen.append(args) or real(*args, **named)
    )
    return seen


def same(one, other):
    pd.testing.assert_frame_equal(one.entries, other.entries)
    pd.testing.assert_frame_equal(one.summary.shared_streets, other.summary.shared_streets)
    assert one.entries.crs == other.entries.crs
    assert one.summary == other.summary


def test_what_was_read_is_kept_and_comes_back_equal(register, monkeypatch):
    seen = reads(monkeypatch)
    plain = read_gazetteer(register)
    assert [path.name for path in register.parent.iterdir()] == [register.name]
    first = read_gazetteer(register, cache=True)
    assert (register.parent / STORED).is_file()
    assert len(seen) == 2
    second = read_gazetteer(register, cache=True)
    assert len(seen) == 2
    same(first, plain)
    same(second, plain)
    assert len(plain.summary.shared_streets) == 1
    # What is kept is GeoParquet, and a pattern does not find it beside the register.
    assert gpd.read_parquet(register.parent / STORED).crs == "EPSG:3006"
    assert len(read_gazetteer(register.parent / "*").summary.files) == 1


def test_what_is_kept_is_used_only_for_the_same_file_arguments_and_version(register, monkeypatch):
    seen = reads(monkeypatch)
    read_gazetteer(register, cache=True)
    for number, arguments in enumerate(
        [
            {"kind": "address"},
            {"municipality": "Solna"},
            {"crs": 3006},
            {"columns": {"name": "postort"}},
            {"layer": "register"},
        ]
    ):
        read_gazetteer(register, cache=True, **arguments)
        assert len(seen) == number + 2
    read_gazetteer(register, cache=True, layer="register")
    assert len(seen) == 6
    monkeypatch.setattr(gazetteer_cache, "__version__", "99")
    read_gazetteer(register, cache=True, layer="register")
    assert len(seen) == 7
    some().iloc[:2].to_file(register)
    assert len(read_gazetteer(register, cache=True, layer="register")) == 2


def kept_with(register, change):
    """Write what is kept anew, changed, with its right key."""
    stored = register.parent / STORED
    table = pq.read_table(stored)
    said = json.loads(table.schema.metadata[b"est_geo_gazetteer"])
    table, said = change(table, said)
    metadata = {**table.schema.metadata, b"est_geo_gazetteer": json.dumps(said).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), stored)


def put(table, name, values):
    return table.set_column(table.schema.get_field_index(name), name, values)


HOSTILE = {
    "fewer rows": lambda table, said: (table.slice(1), said),
    "no rows": lambda table, said: (table.slice(0, 0), said),
    "a column less": lambda table, said: (table.drop_columns(["letter"]), said),
    "other kind": lambda table, said: (
        put(table, "number", pa.array(["1"] * len(table))),
        said,
    ),
    "no geometry": lambda table, said: (
        put(table, "geometry", pa.array([None] * len(table), pa.binary())),
        said,
    ),
    "endless point": lambda table, said: (
        put(table, "geometry", pa.array([shapely.to_wkb(shapely.Point(np.inf, 1))] * len(table))),
        said,
    ),
    "not a geometry": lambda table, said: (
        put(table, "geometry", pa.array([b"\x80\x04K\x01."] * len(table))),
        said,
    ),
    "strange kind": lambda table, said: (
        put(table, "kind", pa.array(["street"] * len(table))),
        said,
    ),
    "endless reach": lambda table, said: (
        put(table, "uncertainty_m", pa.array([np.nan] * len(table))),
        said,
    ),
    "one identifier": lambda table, said: (
        put(table, "entry_id", pa.array(["a"] * len(table))),
        said,
    ),
    "crs of a file": lambda table, said: (table, said | {"crs": "/etc/passwd"}),
    "crs in degrees": lambda table, said: (
        table,
        said | {"crs": gpd.GeoSeries(crs=4326).crs.to_wkt()},
    ),
    "no summary": lambda table, said: (table, said | {"summary": 7}),
    "other summary": lambda table, said: (table, said | {"summary": said["summary"] | {"z": 1}}),
    "other numbers": lambda table, said: (
        table,
        said | {"summary": said["summary"] | {"places": 9}},
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_kept_file_that_is_not_what_we_write_is_ignored_and_rewritten(register, change, caplog):
    plain = read_gazetteer(register, cache=True)
    kept_with(register, change)
    same(read_gazetteer(register, cache=True), plain)
    assert "read anew" in caplog.text
    caplog.clear()
    same(read_gazetteer(register, cache=True), plain)
    assert "read anew" not in caplog.text


def test_damaged_kept_file_is_ignored_and_rewritten(register, monkeypatch):
    plain = read_gazetteer(register, cache=True)
    stored = register.parent / STORED
    whole = stored.read_bytes()
    seen = reads(monkeypatch)
    spoilt = bytearray(whole)
    spoilt[60] ^= 255
    other = pq.read_table(register.parent / STORED).replace_schema_metadata(None)
    stored.unlink()
    for number, content in enumerate((b"", b"PAR1", whole[:-40], bytes(spoilt), pickle.dumps([1]))):
        stored.write_bytes(content)
        same(read_gazetteer(register, cache=True), plain)
        assert len(seen) == number + 1
        assert stored.read_bytes() == whole
    pq.write_table(other, stored)
    same(read_gazetteer(register, cache=True), plain)
    assert stored.read_bytes() == whole


def test_too_large_a_kept_file_is_ignored(register, monkeypatch, caplog):
    read_gazetteer(register, cache=True)
    monkeypatch.setattr(gazetteer_cache, "MAX_FEATURES", 4)
    read_gazetteer(register, cache=True)
    assert "read anew" in caplog.text


def test_register_replaced_while_it_was_read_is_not_kept(register, monkeypatch):
    module = __import__("est_geo.geocoding.gazetteer.reading", fromlist=["open_file"])
    real = module.open_file

    def replace(path, **named):
        opened = real(path, **named)
        some().iloc[:2].to_file(path)
        return opened

    monkeypatch.setattr(module, "open_file", replace)
    assert len(read_gazetteer(register, cache=True)) == 5
    assert not (register.parent / STORED).exists()


def test_spoilt_coordinates_are_not_believed(register):
    plain = read_gazetteer(register, cache=True)
    stored = register.parent / STORED
    whole = stored.read_bytes()
    said = pq.read_metadata(stored)
    key = json.loads(said.metadata[b"est_geo_gazetteer"])["key"]
    column = said.row_group(0).column(len(GAZETTEER) - 1)
    start = column.dictionary_page_offset
    for at in range(start, start + column.total_compressed_size):
        stored.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        found = gazetteer_cache.load_cached(register, key)
        if found is not None:
            same(found, plain)


def test_where_nothing_can_be_kept_it_is_logged_and_the_register_read(register, caplog):
    (register.parent / STORED).mkdir()
    assert len(read_gazetteer(register, cache=True)) == 5
    assert "what was read is not kept" in caplog.text


def test_table_has_nothing_to_keep_beside():
    with pytest.raises(InputError, match="`cache` is True"):
        read_gazetteer(some(), cache=True)


def test_parts_of_a_shapefile_belong_to_what_is_kept(tmp_path):
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"gata": ["P", "P"], "nr": ["1", "2"]}, geometry=some().geometry[:2]).to_file(
        path
    )
    assert addresses(read_gazetteer(path, cache=True)) == ["P 1", "P 2"]
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"2   ", b"4   "))
    assert addresses(read_gazetteer(path, cache=True)) == ["P 1", "P 4"]


def test_columns_are_matched_by_the_surest_name():
    found = match_columns(
        ["adress", "GATA", "adressomrade_faststalltnamn", "x", "y", "lat", "lon", "blad"],
        asked=None,
        has_geometry=False,
        file="f",
    )
    assert found.used["street"] == "adressomrade_faststalltnamn"
    assert found.pair() == ("longitude", "latitude")
    assert found.ignored == ("GATA", "x", "y", "blad")


def test_half_a_pair_of_columns_is_not_used():
    found = match_columns(["namn", "e", "lat", "lon"], asked=None, has_geometry=False, file="f")
    assert found.pair() == ("longitude", "latitude")
    assert found.ignored == ("e",)


def test_points_of_the_file_go_before_columns_unless_those_are_named():
    table = some().assign(e=WEST + 5_000, n=SOUTH)
    assert read_gazetteer(table).entries.geometry.x.min() == WEST
    named = read_gazetteer(table, columns={"easting": "e", "northing": "n"}, crs=3006)
    assert named.entries.geometry.x.min() == WEST + 5_000


def test_name_that_the_caller_points_out_needs_no_tag():
    table = some()[["geometry"]].assign(name="Platsen", shop=[None, None, None, "kiosk"])
    assert len(read_gazetteer(table)) == 1
    assert len(read_gazetteer(table, columns={"name": "name"})) == 4
