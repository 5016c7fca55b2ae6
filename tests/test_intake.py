"""Intake: one trait a test, with the incidents that should come of it written out."""

from __future__ import annotations

import json
import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from est_geo import schema
from est_geo.errors import CRSError, FileRefused, InputError
from est_geo.files.column_names import plain_name
from est_geo.intake.columns import KNOWN, match_columns
from est_geo.intake.dates import parse_times
from est_geo.intake.incidents import Intake, read_incidents
from est_geo.intake.reasons import REASONS
from est_geo.intake.text import clean_text, read_numbers

# The centre of Sollentuna, by three systems (METHODS 16).
DEGREES = (17.9515, 59.4281)
SWEREF_TM = (667425.12, 6591436.90)
SWEREF_1800 = (147247.13, 6590359.93)
HEAD = "id;datum;kategori;adress;easting;northing\n"


def csv(folder, text, *, name="fil.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def points(incidents):
    return [
        None if point is None else (round(point.x, 2), round(point.y, 2))
        for point in incidents.geometry
    ]


def rejected(intake):
    return intake.rejected[["row", "column", "reason"]].to_numpy().tolist()


def assert_adds_up(intake):
    said = intake.summary
    assert said.rows_read == len(intake.incidents) + len(intake.rejected)
    assert said.incidents == said.placed + said.unplaced + said.null_island
    assert said.rejected == sum(sum(file.reasons.values()) for file in said.files)
    assert set(intake.rejected["reason"]) <= set(REASONS)
    assert intake.rejected["row"].is_unique
    assert intake.incidents["incident_id"].is_unique


# The tables


def test_the_tables_are_those_of_the_schema(tmp_path):
    intake = read_incidents(csv(tmp_path, HEAD + "1;2025-03-01;brand;;667425;6591436\n"), crs=3006)
    for table, columns in (
        (intake.incidents, schema.INCIDENTS),
        (intake.rejected, schema.REJECTED),
    ):
        assert list(table.columns) == schema.names(columns)
        for column in columns:
            assert table[column.name].dtype == schema.KIND_DTYPE[column.kind], column.name
    assert intake.incidents.crs == 3006


def test_a_row_of_every_kind_is_accounted_for(tmp_path):
    text = HEAD + (
        "a;2025-03-01 14:30;skadegörelse;Malmvägen 1;667425,12;6591436,90\n"
        "b;20250301;;;;\n"  # no coordinate: kept, unplaced
        "c;;brand;;0;0\n"  # null island, no time
        "d;2025-02-30;brand;;667425;6591436\n"
        "e;2025-03-01;brand;;öst;6591436\n"
        "f;2025-03-01;brand;;667425;\n"
        "g;2025-03-01;brand;;17,95;59,43\n"
        "h;1925-03-01;brand;;667425;6591436\n"
        "i;2025-03-01;brand;667425;6591436\n"
        ";;;;;\n"  # nothing at all: no row
    )
    intake = read_incidents(csv(tmp_path, text), crs=3006, source="polis")
    incidents = intake.incidents
    assert incidents["incident_id"].tolist() == ["a", "b", "c"]
    assert points(incidents) == [SWEREF_TM, None, (0, 0)]
    assert incidents["match_level"].tolist() == ["coordinates", "none", "null_island"]
    assert incidents["match_score"].tolist() == [1, 0, 0]
    assert incidents["time_precision"].tolist() == ["minute", "day", "unknown"]
    assert incidents["category"].tolist() == ["skadegorelse", "okänd", "brand"]
    assert set(incidents["source"]) == {"polis"}
    assert set(incidents["weight"]) == {1.0}
    assert incidents["occurred_to"].equals(incidents["occurred_from"])
    assert rejected(intake) == [
        [5, "datum", "not a date"],
        [6, "easting", "not a number"],
        [7, "northing", "only one of two coordinates"],
        [8, "easting", "outside the valid range"],
        [9, "datum", "outside the valid range"],
        [10, "", "wrong number of fields"],
    ]
    said = intake.summary
    assert (said.rows_read, said.placed, said.unplaced, said.null_island) == (9, 1, 1, 1)
    assert (said.without_time, said.files[0].blank_rows) == (1, 1)
    assert_adds_up(intake)


def test_rows_that_are_all_rejected_still_give_tables(tmp_path):
    intake = read_incidents(csv(tmp_path, HEAD + "1;i går;brand;;;\n"), crs=3006)
    assert list(intake.incidents.columns) == schema.names(schema.INCIDENTS)
    assert (len(intake.incidents), len(intake.rejected)) == (0, 1)
    assert intake.incidents.crs == 3006
    assert intake.incidents["occurred_from"].dtype == "datetime64[us]"


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_swedish_letters_are_read_in_each_encoding(tmp_path, encoding):
    path = csv(tmp_path, HEAD + "1;;Förstörelse;Åvägen 3;;\n", encoding=encoding)
    intake = read_incidents(path, crs=3006)
    assert intake.incidents[["category", "address"]].to_numpy().tolist() == [
        ["Förstörelse", "Åvägen 3"]
    ]
    assert intake.summary.files[0].encoding == encoding


def test_text_is_made_clean():
    dirty = ["A\u030avägen\u00a03\t", "x\u202ey\u200bz\0", "  ", None, "rad\r\nrad", "ö" * 600]
    assert clean_text(pd.Series(dirty)).fillna("saknas").tolist() == [
        "Åvägen 3",
        "xyz",
        "saknas",
        "saknas",
        "rad rad",
        "ö" * 500,
    ]


def test_numbers_in_every_way_they_are_written():
    texts = {
        "6591436,90": 6591436.9,
        "6 591 436,90": 6591436.9,
        "6\u00a0591\u202f436": 6591436.0,
        "\u22121,5": -1.5,
        "+2.50": 2.5,
        " 1e3 ": 1000.0,
    }
    numbers = read_numbers(pd.Series(list(texts)))
    assert numbers.numbers.tolist() == list(texts.values())
    assert not numbers.bad.any()


@pytest.mark.parametrize("text", ["x", "1,2,3", "12 34", "0x10", "inf", "nan", "1e999", "--1", "."])
def test_what_is_no_number_is_said_to_be_none(text):
    numbers = read_numbers(pd.Series([text, "1"]))
    assert numbers.bad.tolist() == [True, False]
    assert np.isnan(numbers.numbers[0])


def test_numbers_that_are_numbers_already():
    numbers = read_numbers(pd.Series([1.5, np.nan, np.inf]))
    assert numbers.blank.tolist() == [False, True, False]
    assert numbers.bad.tolist() == [False, False, True]


# Times


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        ("2025-03-01", "2025-03-01", "day"),
        ("20250301", "2025-03-01", "day"),
        ("2025-03-01 14:30", "2025-03-01 14:30", "minute"),
        ("2025-03-01T14:30:15", "2025-03-01 14:30:15", "minute"),
        ("2025-03-01 14:30:15.250", "2025-03-01 14:30:15.250", "minute"),
        ("2025-03-01 9:30", "2025-03-01 09:30", "minute"),
        ("2025-03-01 00:00", "2025-03-01", "minute"),
        ("2025-03-01T14:30Z", "2025-03-01 15:30", "minute"),  # winter: one hour
        ("2025-07-01T14:30:00+00:00", "2025-07-01 16:30", "minute"),  # summer: two
        ("2025-07-01 9:30:00 +02:00", "2025-07-01 09:30", "minute"),
        ("2025-07-01 14:30-0500", "2025-07-01 21:30", "minute"),
        (" 2025-03-01 ", "2025-03-01", "day"),
    ],
)
def test_a_time_is_read(text, time, precision):
    read = parse_times(pd.Series([text]))
    assert read.times[0] == pd.Timestamp(time)
    assert read.precision.tolist() == [precision]
    assert (read.bad.tolist(), read.outside.tolist()) == ([False], [False])


@pytest.mark.parametrize(
    "text",
    [
        "2025-13-01",
        "2025-02-30",
        "02/13/2025",
        "2025-03",
        "2025-03-01 25:00",
        "i går",
        "1",
        "99999999",
    ],
)
def test_what_is_no_time_is_said_to_be_none(text):
    read = parse_times(pd.Series([text]))
    assert read.times.isna().all()
    assert (read.bad.tolist(), read.precision.tolist()) == ([True], ["unknown"])


@pytest.mark.parametrize(
    ("year", "outside"), [(1989, True), (1990, False), (2100, False), (2101, True)]
)
def test_years_have_bounds(year, outside):
    assert parse_times(pd.Series([f"{year}-06-01"])).outside.tolist() == [outside]


def test_times_that_are_times_already():
    utc = pd.Series(pd.to_datetime(["2025-07-01 12:00Z", None]))
    assert parse_times(utc).times[0] == pd.Timestamp("2025-07-01 14:00")
    assert parse_times(utc).precision.tolist() == ["minute", "unknown"]
    days = pd.Series(pd.to_datetime(["2025-07-01", "2025-07-02"]))
    assert parse_times(days).precision.tolist() == ["day", "day"]


def test_an_interval_keeps_both_ends_and_may_not_run_backwards(tmp_path):
    text = (
        "adress;from;tom\n"
        "a;2025-03-01 18:00;2025-03-03 07:00\n"
        "b;2025-03-01 18:00;2025-03-01\n"  # ends some time the same day
        "c;2025-03-01;\n"
        "d;2025-03-03;2025-03-01\n"
        "e;2025-03-03;snart\n"
        "f;2025-03-03;2525-03-03\n"
    )
    intake = read_incidents(csv(tmp_path, text))
    assert intake.incidents["occurred_to"].astype(str).tolist() == [
        "2025-03-03 07:00:00",
        "2025-03-01 18:00:00",
        "2025-03-01 00:00:00",
    ]
    assert rejected(intake) == [
        [5, "tom", "end before start"],
        [6, "tom", "not a date"],
        [7, "tom", "outside the valid range"],
    ]


# Coordinates


@pytest.mark.parametrize(
    ("names", "values", "crs"),
    [
        ("lon;lat", DEGREES, None),
        ("Longitude;LATITUDE", DEGREES, 4326),
        ("E;N", SWEREF_TM, 3006),
        ("öst;nord", SWEREF_1800, "EPSG:3011"),
        ("Sweref_E;sweref n", SWEREF_1800, "3011"),
    ],
)
def test_each_system_gives_the_same_place(tmp_path, names, values, crs):
    path = csv(tmp_path, f"{names}\n{values[0]};{values[1]}\n")
    point = read_incidents(path, crs=crs, to_crs=3006).incidents.geometry[0]
    # Five decimals of a degree are half a metre here.
    assert point.distance(shapely.Point(SWEREF_TM)) < 6


def test_the_working_crs_is_metric_and_announced(tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="est_geo")
    intake = read_incidents(csv(tmp_path, "lon;lat;hemligt\n17.95;59.43;x\n"))
    assert intake.incidents.crs == 3006
    assert (intake.summary.files[0].crs_read, intake.summary.crs) == (("EPSG:4326",), "EPSG:3006")
    assert "1 row in WGS 84 (EPSG:4326)" in caplog.text
    assert "not used: hemligt" in caplog.text
    assert "no column for `occurred_from`" in caplog.text
    assert read_incidents(csv(tmp_path, "e;n\n147247;6590359\n"), crs=3011).incidents.crs == 3011


def test_metres_without_a_crs_are_refused_where_it_cannot_be_told(tmp_path):
    assert read_incidents(csv(tmp_path, HEAD + "1;;;;667425;6591436\n")).incidents.crs == 3006
    with pytest.raises(CRSError, match=r"`crs` is needed: 'fil.csv' has 1 coord.*3011. around Sol"):
        read_incidents(csv(tmp_path, HEAD + "1;;;;147247;6590359\n"))


def test_degrees_given_as_metres_are_refused(tmp_path):
    path = csv(tmp_path, HEAD + ";;;;0;0\n;;;;17,95;59,43\n;;;;17,96;59,44\n")
    with pytest.raises(
        CRSError, match=r"SWEREF99 TM, but 2 of 2 coordinates are in degrees.*row 3"
    ):
        read_incidents(path, crs=3006)


def test_metres_given_as_degrees_are_refused(tmp_path):
    path = csv(tmp_path, "lon;lat\n667425;6591436\n")
    with pytest.raises(CRSError, match=r"1 of 1 coordinates are beyond 180, 90.*row 2"):
        read_incidents(path, crs=4326)
    # Without that, the values say more than the names.
    assert points(read_incidents(path).incidents) == [(667425, 6591436)]


def test_one_impossible_coordinate_is_one_rejected_row(tmp_path):
    intake = read_incidents(csv(tmp_path, "lon;lat\n17.9;59.4\n17.9;59.4\n17.9;95\n"))
    assert rejected(intake) == [[4, "lon", "outside the valid range"]]


def test_half_or_no_number_is_said_of_the_column_it_is_in(tmp_path):
    text = "e;n\n667425;6591436\n;6591436\n667425;\n667425;norr\n\u00f6st;6591436\n"
    assert rejected(read_incidents(csv(tmp_path, text), crs=3006)) == [
        [3, "e", "only one of two coordinates"],
        [4, "n", "only one of two coordinates"],
        [5, "n", "not a number"],
        [6, "e", "not a number"],
    ]


def test_a_place_the_working_crs_cannot_hold_is_rejected(tmp_path):
    intake = read_incidents(csv(tmp_path, "lon;lat\n17.9;59.4\n17.9;59.4\n105;1\n"))
    assert rejected(intake) == [[4, "lon", "outside the valid range"]]


def test_an_endless_point_is_rejected():
    table = gpd.GeoDataFrame(
        geometry=[shapely.Point(SWEREF_TM), shapely.Point(np.inf, 6591436)], crs=3006
    )
    assert rejected(read_incidents(table)) == [[2, "geometry", "not a number"]]


def test_northing_first_is_found_out(tmp_path):
    path = csv(tmp_path, "e;n\n6591436;667425\n")
    swapped = {"easting": "n", "northing": "e"}
    for columns in (None, swapped, {"easting": "e", "northing": "n"}):
        intake = read_incidents(path, crs=3006, columns=columns)
        assert points(intake.incidents) == [(667425, 6591436)]


@pytest.mark.parametrize("argument", ["crs", "to_crs"])
@pytest.mark.parametrize("value", ["nonsens", 999999])
def test_an_unknown_crs_is_refused(tmp_path, argument, value):
    with pytest.raises(CRSError, match=f"`{argument}` is .*no CRS that is known"):
        read_incidents(csv(tmp_path, "lon;lat\n17.9;59.4\n"), **{argument: value})


def test_a_result_in_degrees_is_refused(tmp_path):
    with pytest.raises(CRSError, match="`to_crs` is in degrees"):
        read_incidents(csv(tmp_path, "lon;lat\n17.9;59.4\n"), to_crs=4326)


def test_addresses_alone_are_read_without_points(tmp_path):
    intake = read_incidents(csv(tmp_path, "adress;datum\nMalmvägen 1;2025-03-01\n"))
    assert intake.summary.unplaced == 1
    assert intake.summary.files[0].crs_read == ()
    assert intake.incidents.crs == 3006


# Columns


def test_every_known_name_means_one_thing():
    meanings = {}
    for meaning, known in KNOWN.items():
        for name in known:
            assert meanings.setdefault(plain_name(name), meaning) == meaning, name


@pytest.mark.parametrize(
    "name", ["Händelsetid", "HANDELSETID", "händelse-tid", "Ha\u0308ndelse tid", " handelse_tid "]
)
def test_a_name_is_known_in_any_spelling(name):
    used = match_columns([name, "plats"], asked=None, has_geometry=False, file="f")
    assert used == {"occurred_from": name, "place": "plats"}


def test_no_column_that_says_where_is_refused_with_what_there_is(tmp_path):
    path = csv(tmp_path, "datum;x;z\n2025-03-01;1;2\n")
    with pytest.raises(
        InputError, match=r"no column that says where.*3 columns: 'datum', 'x', 'z'"
    ):
        read_incidents(path)


def test_two_columns_for_the_same_are_refused_until_one_is_chosen(tmp_path):
    path = csv(tmp_path, "plats;kategori;brottstyp\nTorget;a;b\n")
    with pytest.raises(
        InputError, match=r"2 columns that may be `category`: 'kategori', 'brottstyp'"
    ):
        read_incidents(path)
    intake = read_incidents(path, columns={"category": "brottstyp"})
    assert intake.incidents["category"].tolist() == ["b"]
    assert intake.summary.files[0].ignored == ("kategori",)


def test_a_column_that_is_not_there_is_refused_with_the_nearest(tmp_path):
    path = csv(tmp_path, "plats;hittad\nTorget;2025-03-01\n")
    with pytest.raises(
        InputError, match=r"`columns` names 1 col.*'hitad'. Did you mean 'hittad'\?"
    ):
        read_incidents(path, columns={"occurred_from": "hitad"})
    with pytest.raises(InputError, match=r"mean nothing here.*'hittad'.*\{ours: the file's\}"):
        read_incidents(path, columns={"hittad": "occurred_from"})
    assert len(read_incidents(path, columns={"occurred_from": "hittad"}).incidents) == 1


def test_half_a_pair_of_coordinates_is_refused(tmp_path):
    with pytest.raises(InputError, match="no column for `longitude`"):
        read_incidents(csv(tmp_path, "lat;b\n59.4;18.0\n"))


def test_two_pairs_of_coordinates_are_refused_until_one_is_chosen(tmp_path):
    path = csv(tmp_path, "lon;lat;e;n\n17.9515;59.4281;667425;6591436\n")
    with pytest.raises(
        InputError, match="both degrees and easting, northing: 'lon', 'lat', 'e', 'n'"
    ):
        read_incidents(path, crs=3006)
    chosen = read_incidents(path, crs=3006, columns={"easting": "e", "northing": "n"})
    assert points(chosen.incidents) == [(667425, 6591436)]
    assert chosen.summary.files[0].ignored == ("lon", "lat")


def test_free_text_is_kept_only_when_asked_for(tmp_path):
    path = csv(tmp_path, "plats;fritext\nTorget; såg\u200b tre  personer \n")
    assert "fritext" not in read_incidents(path).incidents
    kept = read_incidents(path, keep=["fritext"])
    assert kept.incidents["fritext"].tolist() == ["såg tre personer"]
    assert kept.summary.files[0].ignored == ()
    with pytest.raises(
        InputError, match=r"`keep` names 1 column.*'fritxt'. Did you mean 'fritext'"
    ):
        read_incidents(path, keep=["fritxt"])
    with pytest.raises(InputError, match=r"keep=\['fritext'\]"):
        read_incidents(path, keep="fritext")


def test_a_kept_column_does_not_take_the_place_of_ours(tmp_path):
    with pytest.raises(InputError, match="incidents have already; the first is 'district'"):
        read_incidents(csv(tmp_path, "plats;district\nTorget;A\n"), keep=["district"])


def test_identifiers_become_unique_and_rows_without_one_are_named(tmp_path):
    intake = read_incidents(csv(tmp_path, "id;plats\nA;x\nB;x\nA;x\n;x\n"))
    assert intake.incidents["incident_id"].tolist() == ["A (rad 2)", "B", "A (rad 4)", "rad 5"]
    assert intake.summary.repeated_ids == 2


def test_identifiers_that_look_like_ours_stay_unique(tmp_path):
    intake = read_incidents(csv(tmp_path, "id;plats\nA;x\nA;x\nA (rad 2);x\nrad 6;x\n;x\n"))
    assert_adds_up(intake)


def test_a_source_in_the_file_comes_first(tmp_path):
    path = csv(tmp_path, "plats;källa\nx;väktare\nx;\n")
    assert read_incidents(path, source="polis").incidents["source"].tolist() == ["väktare", "polis"]
    assert read_incidents(path).incidents["source"].tolist() == ["väktare", "okänd"]


def test_weights_are_numbers_from_0_up(tmp_path):
    intake = read_incidents(csv(tmp_path, "plats;vikt\na;2,5\nb;\nc;-1\nd;tung\ne;0\n"))
    assert intake.incidents["weight"].tolist() == [2.5, 1.0, 0.0]
    assert rejected(intake) == [
        [4, "vikt", "outside the valid range"],
        [5, "vikt", "not a number"],
    ]


# Other files


@pytest.fixture
def table():
    return gpd.GeoDataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "tid": pd.to_datetime(
                ["2025-03-01 12:00", None, "2025-03-02 00:00", "2025-03-03 00:00"]
            ),
            "lon": [1.0, 2.0, 3.0, 4.0],
        },
        geometry=[
            shapely.Point(SWEREF_TM),
            None,
            shapely.LineString([SWEREF_TM, (0, 0)]),
            shapely.MultiPoint([SWEREF_TM]),
        ],
        crs=3006,
    )


@pytest.mark.parametrize("suffix", ["gpkg", "parquet", "geojson"])
def test_geometry_files_are_read_alike(tmp_path, table, suffix):
    path = tmp_path / f"fil.{suffix}"
    table.to_parquet(path) if suffix == "parquet" else table.to_file(path, engine="pyogrio")
    intake = read_incidents(path)
    assert intake.incidents["incident_id"].tolist() == ["a", "b", "d"]
    assert points(intake.incidents) == [SWEREF_TM, None, SWEREF_TM]
    assert intake.incidents["occurred_from"][0] == pd.Timestamp("2025-03-01 12:00")
    assert rejected(intake) == [[3, "geometry", "not a point"]]
    assert intake.summary.files[0].ignored == ("lon",)
    with pytest.raises(CRSError, match=r"`crs` is SWEREF99 18 00, but .* in SWEREF99 TM"):
        read_incidents(path, crs=3011)


def test_geometry_without_a_crs_is_refused_where_it_cannot_be_told(tmp_path, table):
    local = table.set_crs(None, allow_override=True).translate(-520_000)
    gpd.GeoDataFrame(geometry=local).to_parquet(tmp_path / "zon.parquet")
    with pytest.raises(CRSError, match=r"`crs` is needed: 'zon.parquet' has 2 coordinates"):
        read_incidents(tmp_path / "zon.parquet")
    table.set_crs(None, allow_override=True).to_parquet(tmp_path / "fil.parquet")
    assert points(read_incidents(tmp_path / "fil.parquet").incidents) == [
        SWEREF_TM,
        None,
        SWEREF_TM,
    ]
    assert read_incidents(tmp_path / "fil.parquet", crs=3006).incidents.crs == 3006


def test_geojson_in_metres_that_does_not_say_so(tmp_path):
    shape = {"type": "Point", "coordinates": SWEREF_TM}
    features = [{"type": "Feature", "properties": {"typ": "brand"}, "geometry": shape}]
    path = csv(
        tmp_path, json.dumps({"type": "FeatureCollection", "features": features}), name="a.geojson"
    )
    assert points(read_incidents(path).incidents) == [SWEREF_TM]
    assert points(read_incidents(path, crs=3006).incidents) == [SWEREF_TM]


def test_a_table_is_read_like_a_file(table):
    intake = read_incidents(table)
    assert (intake.summary.files[0].file, intake.summary.rows_read) == ("<DataFrame>", 4)
    assert rejected(intake) == [[3, "geometry", "not a point"]]
    plain = read_incidents(pd.DataFrame({"lon": [17.95, np.inf], "lat": [59.4, 59.4], 7: [0, 0]}))
    assert rejected(plain) == [[2, "lon", "not a number"]]
    with pytest.raises(InputError, match="`path` is a table with 0 rows"):
        read_incidents(table.iloc[:0])
    with pytest.raises(InputError, match=r"1 column name.* more than once; the first is 'id'"):
        read_incidents(pd.concat([table, table[["id"]]], axis=1))


def test_a_refused_file_is_refused_here_too(tmp_path):
    with pytest.raises(FileRefused, match="has 0 rows"):
        read_incidents(csv(tmp_path, HEAD))


# What is shown


def test_text_from_the_file_is_inert_in_the_notebook(tmp_path):
    attack = "<img src=x onerror=alert(1)>"
    path = csv(tmp_path, f"plats;{attack}\nx;y\n")
    shown = read_incidents(path)._repr_html_()
    assert "<img" not in shown
    assert "&lt;img src=x" in shown


def test_the_account_is_shown_without_the_rows(tmp_path):
    intake = read_incidents(csv(tmp_path, HEAD + "hemligt;i går;klotter;hemligt;;\n"), crs=3006)
    assert isinstance(intake, Intake)
    assert "1 rows read = 0 incidents" in repr(intake)
    assert "inte ett datum" in intake._repr_html_()
    shown = repr(intake) + intake._repr_html_() + intake.rejected.to_csv()
    assert "hemligt" not in shown


# Any file


ROW = st.tuples(
    st.one_of(st.none(), st.datetimes(pd.Timestamp("1991-01-01"), pd.Timestamp("2099-01-01"))),
    st.one_of(
        st.none(),
        st.tuples(st.integers(655_000_00, 680_000_00), st.integers(6_570_000_00, 6_610_000_00)),
    ),
    st.sampled_from(["", "skadegorelse", "A;B, \"C\" 'D'", "två\nrader", "Åäö ÅÄÖ é"]),
)


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(ROW, min_size=1, max_size=8),
    delimiter=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    decimal=st.sampled_from([".", ","]),
    style=st.sampled_from(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%d"]),
    crs=st.sampled_from([3006, 3011, 3021, 4326]),
)
def test_any_table_in_any_dialect_reads_back(
    tmp_path_factory, rows, delimiter, encoding, decimal, style, crs
):
    move = Transformer.from_crs(3006, crs, always_xy=True).transform
    lines = []
    for time, place, category in rows:
        xy = ("", "") if place is None else move(place[0] / 100, place[1] / 100)
        fields = [
            "" if time is None else time.strftime(style),
            *(f"{value:.9f}".replace(".", decimal) if value != "" else "" for value in xy),
            category,
            "x",
        ]
        lines.append(delimiter.join('"' + field.replace('"', '""') + '"' for field in fields))
    head = ["datum", *(("lon", "lat") if crs == 4326 else ("e", "n")), "kategori", "rest"]
    text = "\r\n".join([delimiter.join(head), *lines])
    path = csv(tmp_path_factory.getbasetemp(), text, name="any.csv", encoding=encoding)
    intake = read_incidents(path, crs=crs, to_crs=3006)
    assert_adds_up(intake)
    assert intake.summary.rows_read == len(intake.incidents) == len(rows)
    for incident, (time, place, category) in zip(intake.incidents.itertuples(), rows, strict=True):
        expected = pd.NaT if time is None else pd.to_datetime(time.strftime(style), format=style)
        assert incident.occurred_from is expected or incident.occurred_from == expected
        assert incident.category == (" ".join(category.split()) or "okänd")
        if place is None:
            assert incident.geometry is None
        else:
            assert abs(incident.geometry.x - place[0] / 100) < 0.01
            assert abs(incident.geometry.y - place[1] / 100) < 0.01


JUNK = st.sampled_from(
    ["", " ", "0", "1", "-1", "x", "667000", "6591000,5", "2025-03-01", "1e400", "NaN", "§", "'=1"]
)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(JUNK, min_size=5, max_size=8), min_size=1, max_size=12))
def test_any_rows_add_up(tmp_path_factory, rows):
    text = "id;datum;e;n;vikt;tom\n" + "".join(";".join(row) + "\n" for row in rows)
    path = csv(tmp_path_factory.getbasetemp(), text, name="junk.csv")
    filled = [row for row in rows if "".join(row).strip()]
    try:
        intake = read_incidents(path, crs=3006)
    except (InputError, FileRefused):
        return  # nothing but blank rows, or mostly no metres, or the northing first
    assert_adds_up(intake)
    assert intake.summary.rows_read == len(filled)
