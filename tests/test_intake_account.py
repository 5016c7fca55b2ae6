"""Every row is an incident or a rejected row, whatever the file; and nothing of it is told."""

from __future__ import annotations

import json
import logging
import tempfile
from itertools import count, cycle, product
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import EstGeoError
from est_geo.intake.incidents import read_incidents
from est_geo.intake.reasons import REASONS

HEAD = ("ärendenr", "datum", "kategori", "adress", "easting", "northing", "vikt")
# The first of each are good; a row with any of the others is to be rejected.
TIMES = (("2026-03-01 14:30", "2026-03-02", ""), ("i går", "2026-02-30", "1066-10-14"))
EASTS = (("667425.12", "667300", "0", ""), ("öst", "1e400"))
WEIGHTS = (("1", "2.5", ""), ("-1", "tung"))


class Row(NamedTuple):
    """The cells of a row, and whether it can be an incident."""

    time: str
    category: str
    address: str
    east: str
    north: str
    weight: str
    fits: bool
    good: bool


@st.composite
def rows(draw):
    """A row that is good, or has some fault."""
    good = draw(st.booleans())
    time, east, weight = (draw(st.sampled_from(fine)) for fine, _ in (TIMES, EASTS, WEIGHTS))
    north = {"0": "0", "": ""}.get(east, "6591436.90")
    fits = True
    if not good:
        fault = draw(st.sampled_from(["time", "east", "north", "weight", "fields"]))
        if fault == "time":
            time = draw(st.sampled_from(TIMES[1]))
        elif fault == "east":
            east, north = draw(st.sampled_from(EASTS[1])), "6591436.90"
        elif fault == "north":
            east, north = "667425.12", ""
        elif fault == "weight":
            weight = draw(st.sampled_from(WEIGHTS[1]))
        fits = fault != "fields"
    text = st.sampled_from(["brand", "klotter", "Örnstigen, uppgång B", ""])
    return Row(time, draw(text), draw(text), east, north, weight, fits, good)


# A file with its first row good always says which system it is in.
GOOD = Row("2026-03-01", "brand", "Åsgränd 7", "668010.5", "6590210.25", "1", fits=True, good=True)
TABLES = st.lists(rows(), max_size=12).map(lambda drawn: [GOOD, *drawn])


def cells(table, numbers):
    return [
        (f"nr {number}", row.time, row.category, row.address, row.east, row.north, row.weight)
        for number, row in zip(numbers, table, strict=False)
    ]


def write_csv(folder, table, *, name="fil.csv", numbers=None, delimiter=";", encoding="utf-8"):
    lines = [HEAD]
    for row, fields in zip(table, cells(table, numbers or count(1)), strict=True):
        lines.append(fields if row.fits else fields[:3])
    quoted = [delimiter.join(f'"{field}"' for field in line) for line in lines]
    path = folder / name
    path.write_bytes("\r\n".join(quoted).encode(encoding))
    return path


def as_frame(table):
    return pd.DataFrame(cells(table, count(1)), columns=list(HEAD), dtype="str")


def write_xlsx(folder, table):
    path = folder / "fil.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        as_frame(table).to_excel(book, index=False, startrow=3)
        book.sheets["Sheet1"].write(0, 0, "Händelser i mars")
    return path


def write_geojson(folder, table):
    features = []
    for row, fields in zip(table, cells(table, count(1)), strict=True):
        properties = dict(zip(HEAD, fields, strict=True))
        for name in ("easting", "northing"):
            properties.pop(name)
        pair = [17.95, 59.43] if row.fits else ["öst", "norr"]
        feature = {"type": "Point", "coordinates": pair}
        features.append({"type": "Feature", "properties": properties, "geometry": feature})
    path = folder / "fil.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def assert_account(intake, table, *, first, bad=None):
    """Require that rows are rejected for their own faults, under the number they have."""
    bad = [not row.good for row in table] if bad is None else bad
    rejected = intake.rejected
    assert rejected["row"].tolist() == [row for row, fault in enumerate(bad, first) if fault]
    assert set(rejected["reason"]) <= set(REASONS)
    ids = [f"nr {number}" for number, fault in enumerate(bad, 1) if not fault]
    assert intake.incidents["incident_id"].tolist() == ids
    assert_adds_up(intake, len(table))


def assert_adds_up(intake, read):
    said = intake.summary
    assert said.rows_read == read == len(intake.incidents) + len(intake.rejected)
    assert (said.incidents, said.rejected) == (len(intake.incidents), len(intake.rejected))
    assert said.incidents == said.placed + said.unplaced + said.null_island
    assert said.rows_read == sum(file.incidents + file.rejected for file in said.files)
    assert said.incidents == int(said.by_source["incidents"].sum())


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(
    table=TABLES,
    delimiter=st.sampled_from([";", ",", "\t"]),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "cp1252", "cp850"]),
)
@settings(max_examples=50, deadline=None)
def test_rows_of_a_text_table_add_up(folder, table, delimiter, encoding):
    path = write_csv(folder, table, delimiter=delimiter, encoding=encoding)
    assert_account(read_incidents(path, crs=3006), table, first=2)


@given(tables=st.lists(TABLES, min_size=2, max_size=3))
@settings(max_examples=15, deadline=None)
def test_rows_of_several_files_add_up(folder, tables):
    paths = [write_csv(folder, table, name=f"{n}.csv") for n, table in enumerate(tables)]
    intake = read_incidents(paths, crs=3006)
    assert_adds_up(intake, sum(map(len, tables)))
    assert intake.incidents["incident_id"].is_unique
    for path, table, file in zip(paths, tables, intake.summary.files, strict=True):
        assert (file.file, file.rows_read) == (path.name, len(table))
        rejected = intake.rejected.query("file == @path.name")
        assert rejected["row"].tolist() == [n for n, row in enumerate(table, 2) if not row.good]


@given(table=TABLES)
@settings(max_examples=20, deadline=None)
def test_rows_of_a_table_in_memory_add_up(table):
    bad = [not row.good and row.fits for row in table]
    assert_account(read_incidents(as_frame(table), crs=3006), table, first=1, bad=bad)


@given(table=TABLES)
@settings(max_examples=20, deadline=None)
def test_rows_of_geojson_add_up(folder, table):
    bad = [row.time in TIMES[1] or row.weight in WEIGHTS[1] or not row.fits for row in table]
    assert_account(read_incidents(write_geojson(folder, table)), table, first=1, bad=bad)


@given(table=TABLES)
@settings(max_examples=20, deadline=None)
def test_rows_of_a_workbook_add_up(folder, table):
    bad = [not row.good and row.fits for row in table]
    intake = read_incidents(write_xlsx(folder, table), crs=3006)
    assert_account(intake, table, first=5, bad=bad)


def as_set(intake):
    """Give what incidents say, whatever their order; text, so that missing equals missing."""
    table = pd.DataFrame(intake.incidents.drop(columns="geometry"))
    table["point"] = shapely.to_wkt(intake.incidents.geometry.to_numpy(), rounding_precision=3)
    return set(table.astype("str").itertuples(index=False, name=None))


@given(data=st.data(), table=TABLES)
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(folder, data, table):
    numbers = data.draw(st.permutations(range(1, len(table) + 1)))
    turned = [table[number - 1] for number in numbers]
    first = read_incidents(write_csv(folder, table), crs=3006)
    second = read_incidents(write_csv(folder, turned, numbers=numbers), crs=3006)
    assert as_set(first) == as_set(second)


@given(tables=st.lists(TABLES, min_size=2, max_size=3), data=st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_files_does_not_matter(folder, tables, data):
    paths = [
        write_csv(folder, table, name=f"{n}.csv", numbers=range(100 * n, 100 * n + len(table)))
        for n, table in enumerate(tables, 1)
    ]
    reporters = {path.name: path.stem for path in paths}
    turned = data.draw(st.permutations(paths))
    first, second = (read_incidents(order, crs=3006, source=reporters) for order in (paths, turned))
    assert as_set(first) == as_set(second)


# Nothing of what rows hold is told, except in the incidents themselves

CANARIES = {
    "text": "KanarieKanarie",
    "number": "98765.43219",
    "date": "9876-54-32",
    "personal": "200001012392 KanarieKanarie",
    "quote": 'Kanarie"Kanarie',
    "long": "KanarieKanarie" * 100,
}
PARTS = ("KanarieKanarie", "98765", "9876-54", "200001012392", 'Kanarie"')


@pytest.mark.parametrize(
    ("kind", "canary"),
    [("csv", canary) for canary in CANARIES]
    + [
        (kind, canary)
        for kind in ("xlsx", "frame", "geo", "geojson")
        for canary in list(CANARIES)[:2]
    ],
)
def test_nothing_from_a_row_is_told(tmp_path, caplog, canary, kind):
    caplog.set_level(logging.DEBUG)
    word = CANARIES[canary]
    whole = cells([GOOD] * 3, count(1))
    told = []
    policies = cycle(["mask", "reject", "report"])
    # In two rows of one column at a time, then in all columns.
    for column, options in product(
        [*range(len(HEAD)), None], [{"crs": 4326}, {"keep": ["adress"]}]
    ):
        table = [
            [word if column in {number, None} and row != 0 else cell
             for number, cell in enumerate(fields)]
            for row, fields in enumerate(whole)
        ]  # fmt: skip
        try:
            intake = read_incidents(
                write(tmp_path, kind, table),
                personal_data=next(policies),
                municipality="Sollentuna",
                **options,
            )
        except EstGeoError as error:
            told.append(str(error))
        else:
            told += [str(intake), repr(intake), str(intake.summary), repr(intake.summary)]
            told.append(intake.rejected.to_csv())
    told.append(caplog.text)
    assert not [text for text in told if any(part in text for part in PARTS)]


def write(folder, kind, table):
    """Write cells that may hold anything."""
    frame = pd.DataFrame(table, columns=list(HEAD), dtype="str")
    if kind == "csv":
        path = folder / "fil.csv"
        frame.to_csv(path, sep=";", index=False)
        return path
    if kind == "xlsx":
        path = folder / "fil.xlsx"
        frame.to_excel(path, index=False, engine="xlsxwriter")
        return path
    if kind == "frame":
        return frame
    if kind == "geo":
        points = [shapely.Point(667300, 6591500 + number) for number in range(len(table))]
        return gpd.GeoDataFrame(frame, geometry=points, crs=3006)
    path = folder / "fil.geojson"
    point = {"type": "Point", "coordinates": [table[0][4], table[0][5]]}
    features = [
        {"type": "Feature", "geometry": point, "properties": dict(zip(HEAD, row, strict=True))}
        for row in table
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_canary_that_is_told_is_found():
    """The names of columns are told, so one in a name must be seen by the test's own eyes."""
    frame = pd.DataFrame([["nr 1"]], columns=["KanarieKanarie"])
    with pytest.raises(EstGeoError, match="KanarieKanarie"):
        read_incidents(frame)
