"""Sites of a file are those of the table that is in it, and nothing else is opened."""

import json
import logging
import shutil
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import est_geo as eg
from est_geo.files import guards, pieces, text_pieces
from est_geo.sites import engines

WEST, SOUTH = 667_000.0, 6_591_000.0


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Let a few rows make several pieces, and these be merged on the way."""
    monkeypatch.setattr(pieces, "ROWS_AT_A_TIME", 7)
    monkeypatch.setattr(engines, "_WORTH_MERGING", 5)


def table_of(n=60, seed=1):
    """Make incidents at few addresses, with everything that a table may have."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, 9, n)
    home = rng.integers(0, 4000, (9, 2)) / 2  # some on halves, which are rounded upward
    xy = home[at] + (WEST, SOUTH)
    xy[rng.random(n) < 0.1] = np.nan
    minutes = rng.integers(0, 364 * 1440, n).astype("timedelta64[m]")

    def some(values, missing=0.2):
        drawn = pd.Series(rng.choice(values, n), dtype="str")
        return drawn.mask(rng.random(n) < missing)

    times = (np.datetime64("2025-11-24") + minutes).astype("datetime64[us]")
    return pd.DataFrame(
        {
            "incident_id": [f"P-{i}" for i in range(n)],
            "occurred_from": pd.Series(times).mask(rng.random(n) < 0.1),
            "category": some(["klotter", "brand", "stöld"]),
            "source": some(["polis", "kommun"]),
            "weight": rng.choice([0.1, 1.0, 2.7], n),
            "address": some(["Å 1", "B 2", "b 2", "Ö 10"]),
            "matched_address": some(["Ågatan 1", "Bgatan 2"], 0.5),
            "match_level": some(["exact", "street", "district", "nearest_number", "place"]),
            "duplicate_of": some(["P-1", "P-2"], 0.8),
            "district_id": some(["2", "1", "10"]),
            "district": some(["Viby", "Edsberg", "Häggvik"]),
            "easting": xy[:, 0],
            "northing": xy[:, 1],
        }
    )


def points_of(table, crs=3006):
    there = table["easting"].notna().to_numpy()
    xy = np.nan_to_num(table[["easting", "northing"]].to_numpy(dtype=float))
    geometry = np.where(there, shapely.points(xy), None)
    columns = table.drop(columns=["easting", "northing"])
    columns.attrs = {}
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def assert_same(path, table):
    """Compare what a file gives with what its table gives; sums may differ by their order."""
    sites, expected = eg.to_sites(path), eg.to_sites(table)
    assert_geodataframe_equal(sites.drop(columns="weight"), expected.drop(columns="weight"))
    np.testing.assert_allclose(sites["weight"], expected["weight"], rtol=1e-12)
    assert sites.columns.tolist() == expected.columns.tolist()
    for kind in ("month", "week"):
        counts, expected = eg.count_by_site(path, kind=kind), eg.count_by_site(table, kind=kind)
        pd.testing.assert_frame_equal(counts, expected, rtol=1e-12, atol=0)


def to_file(table, folder, **options):
    path = Path(folder) / "incidents.parquet"
    table.to_parquet(path, index=False, **options)
    return path


CHANGES = {
    "categories": lambda t: t.astype(
        dict.fromkeys(("address", "district_id", "district", "source", "duplicate_of"), "category")
    ),
    "float32": lambda t: t.astype({"easting": "float32", "northing": "float32"}),
    "whole": lambda t: t.assign(
        easting=np.floor(t["easting"].astype(float)).astype("Int64"),
        northing=np.floor(t["northing"].astype(float)).astype("Int64"),
    ),
    "decimals": lambda t: t.assign(
        easting=[None if pd.isna(v) else Decimal(str(v)) for v in t["easting"]],
        northing=[None if pd.isna(v) else Decimal(str(v)) for v in t["northing"]],
    ),
    "whole weights": lambda t: t.assign(weight=(t["weight"] * 10).astype("int32")),
    "nanoseconds": lambda t: t.astype({"occurred_from": "datetime64[ns]"}),
    "milliseconds": lambda t: t.astype({"occurred_from": "datetime64[ms]"}),
    "a blank coordinate": lambda t: t.assign(
        easting=t["easting"].where(t.index % 5 > 0, 0.0),
        northing=t["northing"].where(t.index % 5 > 0, 0.0),
    ),
    "nothing repeated": lambda t: t.assign(duplicate_of=pd.Series(np.nan, t.index)),
}
OPTIONAL = [
    name for name in table_of(2).columns if name not in {"incident_id", "easting", "northing"}
]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(20, 60),
    changes=st.sets(st.sampled_from(sorted(CHANGES)), max_size=3),
    without=st.sets(st.sampled_from(OPTIONAL), max_size=4),
    group=st.sampled_from([3, 11, 100]),
    crs=st.sampled_from([None, "EPSG:3006", 3011]),
)
def test_a_parquet_file_gives_what_its_table_gives(tmp_path, seed, n, changes, without, group, crs):
    table = table_of(n, seed)
    for change in sorted(changes):
        table = CHANGES[change](table)
    table = table.drop(columns=list(without))
    if crs is not None:
        table.attrs["crs"] = crs
    path = to_file(table, tmp_path, row_group_size=group)
    assert_same(path, pd.read_parquet(path))


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
)
def test_text_is_text_however_it_is_stored(tmp_path, kind):
    table = pa.Table.from_pandas(table_of(), preserve_index=False)
    for name in ("address", "district_id", "district", "duplicate_of", "matched_address"):
        column = table.column(name).cast(pa.string())
        coded = pa.types.is_dictionary(kind)
        stored = column.dictionary_encode() if coded else column.cast(kind)
        table = table.set_column(table.column_names.index(name), name, stored)
    path = tmp_path / "incidents.parquet"
    pq.write_table(table, path, row_group_size=13)
    assert_same(path, table_of())


def test_a_missing_number_is_missing_also_where_it_is_written_as_nan(tmp_path):
    table = table_of().assign(duplicate_of=lambda t: np.where(t.index % 3 == 0, 1.0, np.nan))
    stored = pa.Table.from_pandas(table, preserve_index=False)
    for name in ("easting", "northing", "duplicate_of"):
        values = pa.array(table[name].to_numpy(), from_pandas=False)
        stored = stored.set_column(stored.column_names.index(name), name, values)
    assert stored.column("easting").null_count == 0
    path = tmp_path / "incidents.parquet"
    pq.write_table(stored, path)
    assert_same(path, table)


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_geoparquet_gives_what_its_points_give(tmp_path, encoding):
    table = points_of(table_of(), crs=3011)
    table["other"] = table.geometry
    path = tmp_path / "incidents.parquet"
    table.to_parquet(path, geometry_encoding=encoding, row_group_size=9)
    assert_same(path, gpd.read_parquet(path))
    assert eg.to_sites(path).crs == "EPSG:3011"


def test_points_count_and_not_columns_that_stand_beside_them(tmp_path):
    table = points_of(table_of()).assign(easting=1.0, northing=2.0)
    path = tmp_path / "incidents.parquet"
    table.to_parquet(path)
    assert_same(path, table)


def test_a_geopackage_gives_what_its_points_give(tmp_path):
    table = points_of(table_of()).astype({"occurred_from": "datetime64[ms]"})
    path = tmp_path / "incidents.gpkg"
    table.to_file(path)
    assert_same(path, gpd.read_file(path, use_arrow=True))


def test_a_csv_of_ours_gives_what_its_table_gives(tmp_path):
    table = table_of()
    path = eg.write_table(table, tmp_path / "incidents.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbfincident_id;")
    assert_same(path, table)


@pytest.mark.parametrize(
    "options",
    [{}, {"sep": ";", "decimal": ","}, {"sep": "\t"}, {"sep": ";", "encoding": "utf-8-sig"}],
)
def test_a_csv_of_pandas_gives_what_its_table_gives(tmp_path, options):
    table = table_of().assign(address=lambda t: t["address"] + ', "Gården"\nvåning 1')
    path = tmp_path / "incidents.csv"
    table.to_csv(path, index=False, **options)
    assert_same(path, table)


def test_a_csv_is_read_across_its_blocks_as_pandas_reads_it(tmp_path, monkeypatch):
    monkeypatch.setattr(text_pieces, "_BLOCK", 700)
    table = table_of().drop(columns=["incident_id", "weight"])
    table = table[["easting", *table.columns.drop("easting")]]
    table["address"] = np.where(table.index % 2, "None", "a\n" * 60)
    path = tmp_path / "incidents.csv"
    table.to_csv(path, index=False, encoding="utf-8-sig")
    assert_same(path, table.assign(address=table["address"].where(table["address"] != "None")))


def test_a_csv_may_say_its_delimiter(tmp_path):
    path = tmp_path / "incidents.txt"
    text = table_of().to_csv(index=False, sep="|")
    path.write_text("sep=|\n" + text, encoding="utf-8")
    assert_same(str(path), table_of())


def test_fractions_add_up_to_the_same_digit_wherever_pieces_begin(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    table = table_of(500).assign(weight=rng.choice([0.1, 0.3, 0.7, 1.1], 500))
    path = to_file(table, tmp_path)
    sites, counts = eg.to_sites(path), eg.count_by_site(path)
    to_file(table.sample(frac=1, random_state=1), tmp_path)
    monkeypatch.setattr(pieces, "ROWS_AT_A_TIME", 13)
    # Of two names that a district has here, the first is taken.
    again, sites = (pd.DataFrame(s).drop(columns="district") for s in (eg.to_sites(path), sites))
    pd.testing.assert_frame_equal(again, sites, check_exact=True)
    pd.testing.assert_frame_equal(eg.count_by_site(path), counts, check_exact=True)


def test_the_example_has_the_same_sites_from_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "ROWS_AT_A_TIME", 1000)
    written = eg.make_example(seed=3).write(tmp_path)
    incidents = eg.read_incidents(written["incidents"]).incidents
    incidents.to_parquet(tmp_path / "example.parquet")
    assert_same(tmp_path / "example.parquet", incidents)


def test_what_is_left_out_and_what_was_taken_is_logged_once(tmp_path, caplog):
    table = table_of()
    path = to_file(table, tmp_path)
    with caplog.at_level(logging.INFO, logger="est_geo"):
        eg.to_sites(path)
    from_file = [record.message for record in caplog.records]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="est_geo"):
        eg.to_sites(table)
    assert sorted(from_file) == sorted(record.message for record in caplog.records)
    assert len(from_file) == 3


def fault(table, **rows):
    """Put values into some rows of the columns named."""
    table = table.copy()
    for column, values in rows.items():
        for row, value in values.items():
            table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    "change",
    [
        lambda t: fault(t, easting={20: np.nan, 40: np.nan}),
        lambda t: fault(t, northing={20: np.inf, 22: np.inf, 58: -np.inf}),
        lambda t: t.rename(columns={"easting": "northing", "northing": "easting"}),
        lambda t: fault(t, easting={30: 12.0, 50: 13.0}),
        lambda t: t.iloc[:0],
        lambda t: t.assign(easting=np.nan, northing=np.nan),
        lambda t: t.assign(duplicate_of="P-1"),
        lambda t: t.assign(easting="1"),
    ],
)
def test_faults_are_those_of_the_whole_table(tmp_path, change):
    table = change(table_of().assign(easting=lambda t: t["easting"].fillna(WEST), northing=SOUTH))
    path = to_file(table, tmp_path)
    with pytest.raises(eg.InputError) as of_table:
        eg.to_sites(table)
    with pytest.raises(eg.InputError) as of_file:
        eg.to_sites(path)
    assert str(of_file.value) == str(of_table.value)
    assert type(of_file.value) is type(of_table.value)


def test_rows_behind_another_fault_are_counted_too(tmp_path):
    table = table_of().assign(easting=WEST, northing=SOUTH)
    table = fault(table, easting={3: np.inf, 17: np.nan, 18: np.inf})
    with pytest.raises(eg.InputError, match="2 of 60 rows with a coordinate that is not a finite"):
        eg.to_sites(to_file(table, tmp_path))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({20: np.nan, 41: np.inf}, "2 of 60 rows whose `weight` is not a finite number; the first"),
        ({20: -1.0, 21: -2.0, 41: -1.0}, "3 of 60 rows with a negative `weight`; the first"),
        ({20: 1e300}, "1 of 60 rows whose `weight` is neither 0 nor"),
    ],
)
def test_bad_weights_are_counted_and_named(tmp_path, values, text):
    table = table_of().drop(columns="duplicate_of").assign(easting=WEST, northing=SOUTH)
    with pytest.raises(eg.InputError, match=f"{text}.*row 'P-20'"):
        eg.to_sites(to_file(fault(table, weight=values), tmp_path))


def test_a_row_without_an_identifier_is_named_by_its_number_in_the_file(tmp_path):
    table = fault(table_of(), easting={20: 5.0}, northing={20: 5.0}).drop(columns="incident_id")
    with pytest.raises(eg.CRSError, match=r"1 of 60 rows that cannot be in .* the first is row 21"):
        eg.to_sites(to_file(table, tmp_path))
    table.to_csv(tmp_path / "incidents.csv", index=False)
    with pytest.raises(eg.CRSError, match=r"1 of 60 rows that cannot be in .* the first is row 22"):
        eg.to_sites(tmp_path / "incidents.csv")


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (
            lambda t: t.rename(columns={"easting": "x"}),
            eg.InputError,
            r"lacks 1 column\(s\): easting\. It has: 'incident_id'.*read_incidents",
        ),
        (
            lambda t: t.assign(occurred_from=t["occurred_from"].dt.tz_localize("UTC")),
            eg.InputError,
            r"datetime64\[us, UTC\] as `occurred_from`, where times without a zone",
        ),
        (lambda t: t.assign(occurred_from=1), eg.InputError, "has int64 as `occurred_from`"),
        (
            lambda t: t.assign(occurred_from=["2026-01-02"] * 50 + ["i går"] * 10),
            eg.InputError,
            "10 of 60 rows whose `occurred_from` is no time .* row 'P-50'",
        ),
        (
            lambda t: t.assign(easting=t["northing"] * 0 + 4e6),
            eg.CRSError,
            "cannot be in SWEREF 99 TM",
        ),
        (lambda t: t.assign(address=[[1]] * 60), eg.FileRefused, "list.* in the column 'address'"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, change, error, text):
    path = to_file(change(table_of()), tmp_path)
    with pytest.raises(error, match=text) as raised:
        eg.to_sites(path)
    assert "går" not in str(raised.value), "never what stands there"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("easting;northing\n667000;6591000;1\n667000;6591000\n9\n", eg.FileRefused, "2 rows with"),
        ("easting;northing\n667000;hemligt\n667000;6591000\n", eg.InputError, "1 of 2 rows whose"),
        ("easting,northing\n667000,'6591000'\n", eg.InputError, "`northing` is not a number"),
        ('easting,northing\n667000,"6591000,5"\n', eg.InputError, "`northing` is not a number"),
        ("easting;northing;easting\n1;1;1\n", eg.FileRefused, "1 column name"),
        ("öst;nord\n1;1\n", eg.InputError, r"lacks 2 column\(s\): easting, northing"),
        ("easting;northing\n", eg.InputError, "0 rows"),
    ],
)
def test_a_csv_that_is_not_as_it_should_be_is_refused(tmp_path, text, error, said):
    path = tmp_path / "incidents.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=said) as raised:
        eg.to_sites(path)
    assert "hemligt" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("easting;northing;öst\n1;1;1\n", "not in UTF-8"),
        ("easting;northing;address\n667000;6591000;A\n667000;6591000;Ågatan\n", "damaged"),
    ],
)
def test_a_csv_in_another_encoding_is_refused(tmp_path, text, said):
    path = tmp_path / "incidents.csv"
    path.write_bytes(text.encode("cp1252"))
    with pytest.raises(eg.FileRefused, match=said) as raised:
        eg.to_sites(path)
    assert "gatan" not in str(raised.value)


@pytest.mark.parametrize(
    "path",
    [
        "s3://bucket/incidents.parquet",
        "http://example.org/incidents.csv",
        "file:///etc/incidents.parquet",
        "gs://bucket/x.parquet",
        "/vsicurl/http://example.org/x.gpkg",
        "hdfs:incidents.parquet",
        "incidents\n.parquet",
    ],
)
def test_nothing_but_a_local_file_is_opened(path):
    with pytest.raises(eg.FileRefused, match=r"address or a driver's prefix|character"):
        eg.to_sites(path)


def test_folders_and_other_kinds_of_file_are_refused(tmp_path):
    (tmp_path / "many.parquet").mkdir()
    to_file(table_of(), tmp_path / "many.parquet")
    with pytest.raises(eg.FileRefused, match="is a folder"):
        eg.to_sites(tmp_path / "many.parquet")
    with pytest.raises(eg.FileRefused, match="does not exist"):
        eg.to_sites(tmp_path / "none.parquet")
    points_of(table_of()).to_crs(4326).to_file(tmp_path / "incidents.geojson")
    with pytest.raises(eg.FileRefused, match=r"not read piece by piece.*read_incidents"):
        eg.to_sites(tmp_path / "incidents.geojson")


def test_a_name_with_signs_that_mean_something_elsewhere_is_a_name(tmp_path):
    path = tmp_path / "a=1" / "_hidden *?[x] 100% ; #.parquet"
    path.parent.mkdir()
    shutil.copy(to_file(table_of(), tmp_path), path)
    assert_same(path, table_of())


def test_a_damaged_file_is_refused(tmp_path):
    path = to_file(table_of(), tmp_path)
    whole = path.read_bytes()
    for damaged in (whole[:200] + whole[-60:], whole[:8] + bytes(6000) + whole[6008:]):
        path.write_bytes(damaged)
        with pytest.raises(eg.FileRefused, match="is damaged"):
            eg.to_sites(path)


def test_a_piece_that_would_not_fit_is_refused(tmp_path, monkeypatch):
    path = to_file(table_of(), tmp_path)
    monkeypatch.setitem(guards.MAX_BYTES, "parquet", 1_000_000)
    monkeypatch.setattr(pieces, "ROWS_AT_A_TIME", 100_000)
    same = pa.table({"easting": [WEST] * 10**6, "northing": [SOUTH] * 10**6})
    pq.write_table(same, path, use_dictionary=False, compression="zstd")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(eg.FileRefused, match="a group of rows that unpacks to"):
        eg.to_sites(path)


def test_a_long_text_said_to_be_in_every_row_is_refused(tmp_path):
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 20, pa.int32()), ["Å" * 20_000])
    table = pa.table({"easting": [WEST] * 20, "northing": [SOUTH] * 20, "address": texts})
    path = tmp_path / "incidents.parquet"
    for stored in (table, table.set_column(2, "address", texts.dictionary_decode())):
        pq.write_table(stored, path)
        with pytest.raises(eg.FileRefused, match="text of 40000 bytes in the column 'address'"):
            eg.to_sites(path)


@pytest.mark.parametrize("encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_text_is_text_however_it_is_packed(tmp_path, encoding):
    table = pa.Table.from_pandas(table_of(), preserve_index=False)
    path = tmp_path / "incidents.parquet"
    names = ["address", "district_id", "district"]
    pq.write_table(
        table,
        path,
        row_group_size=13,
        use_dictionary=["source", "match_level"],
        column_encoding=dict.fromkeys(names, encoding),
    )
    assert_same(path, table_of())


def test_text_is_read_as_numbers_of_texts_only_where_every_part_of_it_can_be():
    def columns(**encodings):
        return SimpleNamespace(
            num_columns=len(encodings),
            column=lambda position: SimpleNamespace(
                path_in_schema=list(encodings)[position],
                physical_type="BYTE_ARRAY",
                encodings=list(encodings.values())[position],
            ),
        )

    # Some writers go on with another encoding when there are too many texts.
    kept, mixed = ("PLAIN", "RLE", "RLE_DICTIONARY"), ("RLE_DICTIONARY", "DELTA_BYTE_ARRAY")
    groups = [columns(a=kept, b=kept, c=kept), columns(a=kept, b=mixed, c=("PLAIN",))]
    said = SimpleNamespace(num_row_groups=2, num_columns=3, row_group=groups.__getitem__)
    assert pieces._dictionaries(said) == ["a"]


def test_more_rows_than_can_be_read_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "MAX_ROWS_IN_PIECES", 59)
    with pytest.raises(eg.FileRefused, match="has 60 rows; at most 59"):
        eg.to_sites(to_file(table_of(), tmp_path))


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "MAX_COLUMNS", 12)
    with pytest.raises(eg.FileRefused, match="13 columns"):
        eg.to_sites(to_file(table_of(), tmp_path))
    table_of().to_csv(tmp_path / "incidents.csv", index=False)
    with pytest.raises(eg.FileRefused, match="13 columns"):
        eg.to_sites(tmp_path / "incidents.csv")


def test_only_the_columns_that_are_needed_are_read(tmp_path, monkeypatch):
    path = to_file(table_of(), tmp_path)
    seen = set()
    of_table = pa.Table.from_batches

    class Table:
        @staticmethod
        def from_batches(batches):
            seen.update(batches[0].schema.names)
            return of_table(batches)

    class Arrow:
        def __getattr__(self, name):
            return Table if name == "Table" else getattr(pa, name)

    monkeypatch.setattr(pieces, "pa", Arrow())
    eg.to_sites(path)
    assert seen.isdisjoint({"incident_id", "category", "source"})
    assert {"easting", "northing", "address"} <= seen


def test_text_that_is_not_what_it_says_is_refused(tmp_path):
    table = pa.table({"easting": [WEST] * 2, "northing": [SOUTH] * 2})
    broken = pa.array([b"\xc5gatan", b"Bgatan"], pa.binary()).view(pa.string())
    path = tmp_path / "incidents.parquet"
    pq.write_table(table.append_column("address", broken), path)
    with pytest.raises(eg.FileRefused, match="'address', or text that is not in the encoding"):
        eg.to_sites(path)


def test_columns_of_the_same_name_are_refused(tmp_path):
    columns = [pa.array([WEST]), pa.array([SOUTH]), pa.array(["A"]), pa.array(["B"])]
    table = pa.Table.from_arrays(columns, names=["easting", "northing", "address", "address"])
    pq.write_table(table, tmp_path / "incidents.parquet")
    with pytest.raises(eg.FileRefused, match=r"1 column name.* more than once; the first is 'add"):
        eg.to_sites(tmp_path / "incidents.parquet")


def test_days_are_times_and_columns_of_nothing_are_as_if_absent(tmp_path):
    days = pa.array([20_000, None, 19_000], pa.date32())
    nothing = pa.nulls(3)
    table = pa.table(
        {
            "easting": [WEST] * 3,
            "northing": [SOUTH] * 3,
            "occurred_from": days,
            "address": nothing,
            "duplicate_of": nothing,
        }
    )
    pq.write_table(table, tmp_path / "incidents.parquet")
    site = eg.to_sites(tmp_path / "incidents.parquet").iloc[0]
    assert (site["n"], site["first"]) == (3, pd.Timestamp("2022-01-08"))
    pq.write_table(table.drop("occurred_from"), tmp_path / "a.parquet")
    empty = table.drop("occurred_from").append_column("occurred_from", nothing)
    pq.write_table(empty, tmp_path / "b.parquet")
    assert_geodataframe_equal(
        eg.to_sites(tmp_path / "a.parquet"), eg.to_sites(tmp_path / "b.parquet")
    )
    unplaced = table.set_column(0, "easting", nothing).set_column(1, "northing", nothing)
    pq.write_table(unplaced, tmp_path / "c.parquet")
    with pytest.raises(eg.InputError, match="no point in any of its 3 rows"):
        eg.to_sites(tmp_path / "c.parquet")


def test_numbers_in_a_column_of_text_are_as_they_are_written(tmp_path):
    table = table_of().assign(district_id=pd.array([126, None] * 30, dtype="Int64"))
    assert set(eg.to_sites(to_file(table, tmp_path))["district_id"].dropna()) == {"126"}
    table.assign(district_id="0126").to_csv(tmp_path / "incidents.csv", index=False)
    assert set(eg.to_sites(tmp_path / "incidents.csv")["district_id"]) == {"0126"}


def test_times_of_a_csv_are_of_one_kind_however_fine_they_are_written(tmp_path):
    path = tmp_path / "incidents.csv"
    for time in ("2026-03-01", "2026-03-01 00:00", "2026-03-01T00:00:00.000000000"):
        path.write_text(
            f"easting;northing;occurred_from\n667000;6591000;{time}\n", encoding="utf-8"
        )
        first = eg.to_sites(path)["first"]
        assert (first.dtype, first[0]) == ("datetime64[us]", pd.Timestamp("2026-03-01"))


@pytest.mark.parametrize("zones", [("+01:00", "+01:00"), ("+01:00", "+02:00"), ("Z", "")])
def test_times_of_a_csv_with_a_zone_are_refused(tmp_path, zones):
    path = tmp_path / "incidents.csv"
    times = [f"2026-03-0{day}T22:15{zone}" for day, zone in enumerate(zones, 1)]
    lines = ["easting;northing;occurred_from", *(f"667000;6591000;{time}" for time in times)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(eg.InputError, match="`occurred_from`"):
        eg.to_sites(path)


def test_what_a_file_says_of_itself_must_make_sense(tmp_path):
    table = table_of()
    table.attrs["crs"] = "EPSG:4326"
    with pytest.raises(eg.CRSError, match="in degrees"):
        eg.to_sites(to_file(table, tmp_path))
    stored = pa.Table.from_pandas(table_of(), preserve_index=False)
    notes = {b"PANDAS_ATTRS": json.dumps([1]).encode()}
    pq.write_table(stored.replace_schema_metadata(notes), tmp_path / "odd.parquet")
    with pytest.raises(eg.FileRefused, match="is damaged"):
        eg.to_sites(tmp_path / "odd.parquet")
