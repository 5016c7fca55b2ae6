"""Opening: what is let through, what is refused and how it is said; writing: all or nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import zipfile
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import EstGeoError, FileRefused
from est_geo.files import expand, guards, open_file, open_table, write_atomic

POINTS = gpd.GeoDataFrame(
    {"id": ["a", "b", "c"]},
    geometry=gpd.points_from_xy([667000.0, 667100.0, 667200.0], [6591000.0] * 3),
    crs=3006,
)
VRT = """<OGRVRTDataSource><OGRVRTLayer name="p"><SrcDataSource>/etc/passwd</SrcDataSource>
</OGRVRTLayer></OGRVRTDataSource>"""


@pytest.fixture
def gpkg(tmp_path):
    path = tmp_path / "points.gpkg"
    POINTS.to_file(path, layer="points", engine="pyogrio")
    return path


def run_sql(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# Paths


@pytest.mark.parametrize(
    "path",
    [
        "https://example.org/a.csv",
        "http:/example.org/a.csv",
        "/vsicurl/http://example.org/a.gpkg",
        "/vsizip/a.zip/a.geojson",
        r"\vsimem\a.gpkg",
        "WFS:http://example.org",
        "WFS:a.geojson",
        "GeoJSON:a.geojson",
        "sqlite:a.gpkg",
        "file:///etc/a.csv",
    ],
)
def test_an_address_or_driver_prefix_is_refused(path):
    with pytest.raises(FileRefused, match="not a local file"):
        open_table(path)


def test_an_address_is_not_echoed():
    with pytest.raises(FileRefused) as refused:
        open_table("https://user:hemligt@example.org/a.csv?key=hemligt")
    assert "hemligt" not in str(refused.value)


def test_a_missing_file_is_refused_by_its_name_alone(tmp_path):
    with pytest.raises(FileRefused, match=r"^'saknas.csv' does not exist") as refused:
        open_table(tmp_path / "saknas.csv")
    assert str(tmp_path) not in str(refused.value)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="is a folder"):
        open_table(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileRefused, match="not a plain file"):
        open_table(tmp_path / "pipe.csv")


def test_a_name_with_a_control_character_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="character that no name"):
        open_table(f"{tmp_path}/a\0.csv")


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path):
    path = write(tmp_path, "a.csv.gz", b"\x1f\x8b")
    with pytest.raises(FileRefused, match=r"not read here: \.gz\. Save it as one of \.csv, .*gpkg"):
        open_table(path)


# Patterns


def names(paths):
    return [path.name for path in paths]


def test_a_pattern_means_the_files_it_matches_by_name(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt", "[x].csv"):
        write(tmp_path, name, "a")
    (tmp_path / "d.csv").mkdir()
    assert names(expand(str(tmp_path / "*.csv"))) == ["[x].csv", "a.csv", "b.csv"]
    assert names(expand(tmp_path / "[ab].csv")) == ["a.csv", "b.csv"]
    assert names(expand(tmp_path / "[x].csv")) == ["[x].csv"]  # a file of just that name
    assert names(expand([tmp_path / "c.txt", str(tmp_path / "?.csv")])) == [
        "c.txt",
        "a.csv",
        "b.csv",
    ]


def test_a_file_named_twice_is_one_file(tmp_path, monkeypatch):
    write(tmp_path, "a.csv", "a")
    (tmp_path / "länk.csv").symlink_to(tmp_path / "a.csv")
    monkeypatch.chdir(tmp_path)
    assert names(expand(["a.csv", "*.csv", tmp_path / "a.csv"])) == ["a.csv"]
    assert names(expand("*.csv")) == ["a.csv"]


def test_a_path_without_a_pattern_is_left_to_be_opened(tmp_path):
    assert names(expand(tmp_path / "saknas.csv")) == ["saknas.csv"]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*.csv", r"'\*.csv' matches no file"),
        ("*/a.csv", "pattern in its folder"),
        ("**/*.csv", "pattern in its folder"),
        ("https://example.org/*.csv", "not a local file"),
        ("/vsizip/*.csv", "not a local file"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused(tmp_path, monkeypatch, pattern, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileRefused, match=said):
        expand(pattern)


def test_a_folder_that_looks_like_a_pattern_is_a_folder(tmp_path):
    folder = tmp_path / "[2026]"
    folder.mkdir()
    write(folder, "a.csv", "a")
    assert names(expand(folder / "*.csv")) == ["a.csv"]


def test_no_files_and_too_many_are_refused(tmp_path, monkeypatch):
    with pytest.raises(FileRefused, match="list of paths is empty"):
        expand([])
    monkeypatch.setattr("est_geo.files.paths.MAX_FILES", 1)
    write(tmp_path, "a.csv", "a")
    write(tmp_path, "b.csv", "a")
    with pytest.raises(FileRefused, match="more than 1 files"):
        expand(tmp_path / "*.csv")


# First bytes


@pytest.mark.parametrize("suffix", sorted(guards.FORMATS))
def test_a_file_of_0_bytes_is_refused(tmp_path, suffix):
    with pytest.raises(FileRefused, match="empty: 0 bytes"):
        open_table(write(tmp_path, f"tom{suffix}", b""))


@pytest.mark.parametrize("suffix", sorted(guards.FORMATS))
def test_a_vrt_by_any_other_name_is_refused(tmp_path, suffix):
    with pytest.raises(FileRefused, match="holds XML or HTML"):
        open_table(write(tmp_path, f"karta{suffix}", VRT))


@pytest.mark.parametrize(
    "content",
    [
        {"type": "gdal_streamed_alg", "command_line": "gdal vector read /etc/passwd"},
        {"type": "Topology", "objects": {}},
        {"features": []},
        {"type": "FeatureCollection", "features": {}},
    ],
)
def test_json_that_is_no_feature_collection_is_refused(tmp_path, content):
    with pytest.raises(FileRefused, match="no GeoJSON FeatureCollection"):
        open_table(write(tmp_path, "a.geojson", json.dumps(content)))


def test_a_json_array_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="holds JSON"):
        open_table(write(tmp_path, "a.geojson", "[1, 2]"))


def test_a_zip_renamed_csv_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a;b")
    with pytest.raises(FileRefused, match="holds a zip archive"):
        open_table(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"SQLite format 3\0" + bytes(100), "an SQLite database"),
        (b"PAR1....PAR1", "a Parquet table"),
        (b"\x80\x04\x95abc", "a Python pickle"),
        (b"%PDF-1.7", "a PDF"),
        (b"a;b\n1;\0", "other bytes"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_other_content_named_csv_is_refused(tmp_path, content, said):
    with pytest.raises(FileRefused, match=said):
        open_table(write(tmp_path, "a.csv", content))


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet", ".xlsx", ".xls", ".ods"])
def test_text_named_otherwise_is_refused(tmp_path, suffix):
    with pytest.raises(FileRefused, match="holds other bytes"):
        open_table(write(tmp_path, f"a{suffix}", "a;b\n1;2\n"))


def test_a_parquet_cut_off_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FileRefused, match="cut off"):
        open_table(path)


def test_a_file_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(guards.MAX_BYTES, "text", 5)
    with pytest.raises(FileRefused, match="GB is read of a text table"):
        open_table(write(tmp_path, "a.csv", "a;b\n1;2\n"))


@pytest.mark.parametrize("suffix", sorted(set(guards.FORMATS) - {".csv", ".tsv", ".txt"}))
def test_a_damaged_file_is_refused(tmp_path, suffix):
    kind = guards.FORMATS[suffix]
    start = {"geojson": b"{", **guards._MAGIC}[kind]
    path = write(tmp_path, f"a{suffix}", start + b"\x01\x02damaged" * 50 + b"PAR1")
    for part in (".shx", ".dbf"):
        write(tmp_path, f"a{part}", b"nothing")
    with pytest.raises(FileRefused, match=r"damaged|cannot be read"):
        open_table(path)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200), suffix=st.sampled_from(sorted(guards.FORMATS)))
def test_any_bytes_give_a_table_or_one_of_our_errors(tmp_path_factory, data, suffix):
    folder = tmp_path_factory.getbasetemp()
    start = guards._MAGIC.get(guards.FORMATS[suffix], b"")
    try:
        table = open_table(write(folder, f"fuzz{suffix}", start + data))
    except EstGeoError:
        return
    assert len(table) > 0


# GeoPackage


def test_a_geopackage_is_read_with_its_crs(gpkg):
    table = open_table(gpkg)
    assert table["id"].tolist() == ["a", "b", "c"]
    assert table.crs == 3006


def test_several_layers_are_listed_and_one_can_be_chosen(gpkg):
    POINTS.iloc[:1].to_file(gpkg, layer="more", engine="pyogrio")
    with pytest.raises(
        FileRefused, match=r"has 2 layers: 'more', 'points'. Choose one with layer="
    ):
        open_table(gpkg)
    assert len(open_table(gpkg, layer="more")) == 1
    with pytest.raises(FileRefused, match=r"no layer 'other'. It has: 'more', 'points'"):
        open_table(gpkg, layer="other")


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid FROM n"


def test_a_layer_that_is_a_view_is_refused(gpkg):
    run_sql(
        gpkg,
        f"CREATE VIEW endless AS {ENDLESS}",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES ('endless', 'features', 'endless', 3006)",
    )
    with pytest.raises(FileRefused, match="'endless' that is a view"):
        open_table(gpkg, layer="endless")
    assert len(open_table(gpkg, layer="points")) == 3


def test_a_view_in_place_of_a_table_of_its_own_is_refused(gpkg):
    run_sql(
        gpkg,
        "DROP TABLE gpkg_extensions",
        f"CREATE VIEW gpkg_extensions AS {ENDLESS}",
    )
    with pytest.raises(FileRefused, match="a view in place of its own table 'gpkg_extensions'"):
        open_table(gpkg)


def test_a_computed_column_is_refused(gpkg):
    run_sql(gpkg, "ALTER TABLE points ADD COLUMN big AS (zeroblob(1000000000))")
    with pytest.raises(FileRefused, match="computed columns in layer 'points'"):
        open_table(gpkg)


def test_too_many_features_are_refused(gpkg, monkeypatch):
    monkeypatch.setattr(guards, "MAX_FEATURES", 2)
    with pytest.raises(FileRefused, match=r"has 3 rows .* at most 2"):
        open_table(gpkg)


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    run_sql(tmp_path / "a.gpkg", "CREATE TABLE a (b)")
    with pytest.raises(FileRefused, match="no GeoPackage"):
        open_table(tmp_path / "a.gpkg")


def test_a_name_that_leads_the_driver_elsewhere_is_refused(gpkg):
    # Without the guard the driver opens the file named before the semicolon.
    other = gpkg.rename(gpkg.with_name("a;b.gpkg"))
    with pytest.raises(FileRefused, match="one of ! ; "):
        open_table(other)


def test_a_layer_for_a_file_without_layers_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="has no layers to choose 'x' from"):
        open_table(write(tmp_path, "a.csv", "a;b\n1;2\n"), layer="x")


# Other formats


def test_geojson_is_wgs84_unless_it_says_otherwise(tmp_path):
    feature = {"type": "Feature", "properties": {"id": 1}, "geometry": None}
    body = {"type": "FeatureCollection", "features": [feature]}
    plain = open_file(write(tmp_path, "a.geojson", json.dumps(body)))
    assert (plain.table.crs.to_epsg(), plain.names_crs) == (4326, False)
    body["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}
    named = open_file(write(tmp_path, "b.json", "\ufeff" + json.dumps(body)))
    assert (named.table.crs.to_epsg(), named.names_crs) == (3006, True)
    body["crs"]["properties"]["name"] = "+init=/etc/passwd:1"
    with pytest.raises(FileRefused, match="a CRS that is not known"):
        open_file(write(tmp_path, "c.json", json.dumps(body)))


def test_a_broken_geometry_is_one_faulty_row(tmp_path):
    shapes = [{"type": "Point", "coordinates": [18, 59]}, {"type": "Point", "coordinates": "x"}]
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    path = write(
        tmp_path, "a.geojson", json.dumps({"type": "FeatureCollection", "features": features})
    )
    assert open_file(path).faults.to_dict("records") == [
        {"row": 2, "column": "geometry", "reason": "not a geometry"}
    ]
    with pytest.raises(FileRefused, match="1 of 2 rows that cannot be read; the first is row 2"):
        open_table(path)


def test_too_many_different_properties_are_refused(tmp_path, monkeypatch):
    # Each feature with names of its own makes a table that grows with the square of the file.
    monkeypatch.setattr(guards, "MAX_COLUMNS", 5)
    features = [
        {"type": "Feature", "properties": {f"p{number}": 1}, "geometry": None}
        for number in range(6)
    ]
    body = {"type": "FeatureCollection", "features": features}
    with pytest.raises(FileRefused, match="more than 5 different properties"):
        open_table(write(tmp_path, "a.geojson", json.dumps(body)))


@pytest.mark.parametrize("strange", [1, {"type": "Point"}, {"type": "Feature", "properties": [1]}])
def test_features_that_are_none_are_refused(tmp_path, strange):
    feature = {"type": "Feature", "properties": {}, "geometry": None}
    body = {"type": "FeatureCollection", "features": [feature, strange]}
    with pytest.raises(FileRefused, match="1 of 2 features that are none; the first is number 2"):
        open_table(write(tmp_path, "a.geojson", json.dumps(body)))


def test_too_many_geojson_features_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "MAX_FEATURES", 1)
    feature = {"type": "Feature", "properties": {}, "geometry": None}
    body = {"type": "FeatureCollection", "features": [feature, feature]}
    with pytest.raises(FileRefused, match="has 2 features; at most 1"):
        open_table(write(tmp_path, "a.geojson", json.dumps(body)))


def test_a_parquet_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": ["x" * 1000 + str(number) for number in range(200)]}).to_parquet(path)
    monkeypatch.setitem(guards.MAX_BYTES, "parquet", path.stat().st_size + 1)
    with pytest.raises(FileRefused, match="unpacks to"):
        open_table(path)


def test_deep_json_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="not JSON"):
        open_table(write(tmp_path, "a.geojson", '{"a":' + "[" * 200_000))


def test_half_a_character_is_refused(tmp_path):
    text = (
        r'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":"\ud800"}}]}'
    )
    with pytest.raises(FileRefused, match="half a character"):
        open_table(write(tmp_path, "a.geojson", text))


def test_a_shapefile_is_read_and_its_parts_are_required(tmp_path):
    path = tmp_path / "a.shp"
    POINTS.to_file(path, engine="pyogrio")
    assert len(open_table(path)) == 3
    path.with_suffix(".shx").unlink()
    with pytest.raises(FileRefused, match=r"lacks \.shx of the same name"):
        open_table(path)


def test_parquet_is_read_with_and_without_geometry(tmp_path):
    POINTS.to_parquet(tmp_path / "a.parquet")
    assert open_table(tmp_path / "a.parquet").crs == 3006
    pd.DataFrame({"a": ["x"]}, index=[7]).to_parquet(tmp_path / "b.parquet")
    assert open_table(tmp_path / "b.parquet")["a"].tolist() == ["x"]


# Text tables


def test_rows_with_too_many_or_few_fields_are_named(tmp_path):
    text = 'a;b;c\n1;2;3\n1;2\n\n1;2;3;4\n"två\nrader";2;3\n;;\n9;9;9'
    opened = open_file(write(tmp_path, "a.csv", text))
    assert opened.table.index.tolist() == [2, 6, 8]  # the line break in quotes is no row
    assert opened.faults["row"].tolist() == [3, 5]
    assert set(opened.faults["reason"]) == {"wrong number of fields"}
    assert (opened.rows, opened.blank_rows) == (5, 2)
    with pytest.raises(FileRefused, match="2 of 5 rows that cannot be read; the first is row 3"):
        open_table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "text",
    [
        'a;b;c\n1;2;3\n1;"2;3\n4;5;6\n',  # swallows the rest as one row that does not fit
        'a;b;c\n1;2;3\n1;2;"3\n4;5;6\n',  # swallows the rest as one row that fits
        'a;b;c\n1;2;3\n1;"2;3\n4;5;"6;7\n8;9;10\n',  # swallows up to the next quote
    ],
)
def test_an_open_quote_is_refused_not_swallowed(tmp_path, text):
    with pytest.raises(FileRefused, match=r"quotes that do not balance.*first is row 3"):
        open_table(write(tmp_path, "a.csv", text))


def test_an_inch_mark_is_only_text(tmp_path):
    table = open_table(write(tmp_path, "a.csv", 'a;b\n1;rör 12" brett\n'))
    assert table["b"].tolist() == ['rör 12" brett']


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_dialect_reads_the_same(tmp_path, encoding, delimiter, end):
    rows = [["Adress", "Kategori"], ["Malmvägen 1", "skadegörelse"], ["Ö", "NA"]]
    text = end.join(delimiter.join(row) for row in rows)
    opened = open_file(write(tmp_path, "a.csv", text.encode(encoding)))
    assert opened.table.reset_index(drop=True).T.reset_index().T.to_numpy().tolist() == rows
    assert (opened.encoding, opened.delimiter) == (encoding, delimiter)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6),
    delimiter=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_reads_back(tmp_path_factory, rows, delimiter, encoding, end):
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    lines = [delimiter.join(row) for row in [["a", "b", "c"], *quoted]]
    path = write(tmp_path_factory.getbasetemp(), "any.csv", end.join(lines).encode(encoding))
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        with pytest.raises(FileRefused, match="0 rows"):
            open_file(path)
        return
    assert list(open_table(path).itertuples(index=False, name=None)) == filled


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n", "empty: it has 0 rows"),
        ("a;b\n;\n\n", "empty: it has 0 rows"),
        (";\n\n;\n", "no row of column names"),
        ("a;b;a\n1;2;3\n", "1 column name.* more than once; the first is 'a'"),
        (b"\xff\xfea", "not text in utf-16"),
        ("a;b\n" + '"' + "x\n" * 1_500_000 + '";2\n', "longer than a million"),
    ],
)
def test_text_that_is_no_table_is_refused(tmp_path, text, said):
    with pytest.raises(FileRefused, match=said):
        open_table(write(tmp_path, "a.csv", text))


def test_a_header_cut_short_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("est_geo.files.delimited._SAMPLE", 3)
    with pytest.raises(FileRefused, match="a header that cannot be read"):
        open_table(write(tmp_path, "a.csv", "a;b;c\n1;2;3\n"))


def test_a_header_beyond_what_is_looked_at_is_refused(tmp_path, monkeypatch):
    # The first bytes hold less of the row than the whole file does.
    monkeypatch.setattr("est_geo.files.delimited.SAMPLED_ROWS", 1)
    monkeypatch.setattr("est_geo.files.delimited._SAMPLE", 5)
    with pytest.raises(FileRefused, match="a header that cannot be read"):
        open_table(write(tmp_path, "a.csv", "a;b;cdef\n1;2;3\n"))


def test_an_empty_first_row_is_passed_over(tmp_path):
    opened = open_file(write(tmp_path, "a.csv", "\na;b\n1;2\n"))
    assert (opened.header_row, opened.blank_rows, opened.table.index.tolist()) == (2, 1, [3])


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "MAX_COLUMNS", 2)
    with pytest.raises(FileRefused, match="has 3 columns; at most 2"):
        open_table(write(tmp_path, "a.csv", "a;b;c\n1;2;3\n"))


def test_a_refusal_is_an_oserror():
    assert issubclass(FileRefused, OSError)


# Writing


def test_what_is_written_is_what_was_given(tmp_path):
    assert write_atomic(tmp_path / "a.txt", "åäö\r\n") == tmp_path / "a.txt"
    assert (tmp_path / "a.txt").read_bytes() == "åäö\r\n".encode()
    write_atomic(str(tmp_path / "a.txt"), b"\0\1")
    assert (tmp_path / "a.txt").read_bytes() == b"\0\1"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
def test_a_failure_leaves_the_old_file_whole(tmp_path, monkeypatch, step):
    path = write(tmp_path, "a.txt", "old")

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(FileRefused, match=r"'a.txt' was not written: No space left.*unchanged"):
        write_atomic(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_no_temporary_file(tmp_path, monkeypatch):
    def interrupt(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.txt", "new")
    assert list(tmp_path.iterdir()) == []


def test_a_result_can_be_read_by_others_and_keeps_its_permissions(tmp_path):
    before = os.umask(0o022)
    try:
        path = write_atomic(tmp_path / "a.txt", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    path.chmod(0o600)
    write_atomic(path, "y")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_and_a_missing_folder_are_refused(tmp_path):
    with pytest.raises(FileRefused, match="is a folder"):
        write_atomic(tmp_path, "x")
    with pytest.raises(FileRefused, match="its folder 'saknas' does not exist"):
        write_atomic(tmp_path / "saknas" / "a.txt", "x")
