"""Tables for Excel: Swedish dialect, inert text, and the same incidents when read back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import InputError
from est_geo.intake.incidents import read_incidents
from est_geo.sharing.tables import write_table


def written(table, folder, **arguments):
    """Write a table and give its lines, without the byte order mark."""
    data = write_table(table, folder / "t.csv", **arguments).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"\r\n")
    return data.decode("utf-8-sig").split("\r\n")[:-1]


def test_the_dialect_is_that_of_a_swedish_excel(tmp_path):
    table = gpd.GeoDataFrame(
        {
            "address": ["Malmvägen 1", 'Torget; "norra"', None],
            "n": [3, 0, -1],
            "share": [0.25, np.nan, 1e-7],
            "first": pd.to_datetime(["2025-03-01 14:30", "2025-03-02 00:00", None]),
        },
        geometry=[shapely.Point(667425.12345, 6591436.9), None, shapely.Point(-1, 0)],
        crs=3006,
    )
    assert written(table, tmp_path) == [
        "address;n;share;first;easting;northing",
        "Malmvägen 1;3;0,25;2025-03-01 14:30;667425,123;6591436,9",
        '"Torget; ""norra""";0;;2025-03-02 00:00;;',
        ";-1;0,0000001;;-1;0",
    ]


def test_times_have_seconds_only_where_any_has_and_no_clock_where_only_the_day_is_known(tmp_path):
    times = pd.to_datetime(["2025-03-01 14:30:15", "2025-03-02 00:00:00"])
    table = pd.DataFrame({"occurred_from": times, "time_precision": ["minute", "day"]})
    assert written(table, tmp_path)[1:] == ["2025-03-01 14:30:15;minute", "2025-03-02;day"]


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "+46 70",
        "-a",
        "@SUM(A1)",
        "|cmd",
        "%x",
        "  =1+1",
        "\t=1",
        "\u00a0=1",
        "\u3000=1",
        "\ufeff=1",
        "\u200b=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "\n=1",
        "-1+1",
        "=1;=2",
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text(tmp_path, text):
    (_, line) = written(pd.DataFrame({"a": [text]}), tmp_path)
    assert line.removeprefix('"').startswith("'")


@pytest.mark.parametrize("text", ["-5", "+2,50", "-1.5", "Malmvägen 12-14", "a=b", "12 %"])
def test_plain_numbers_and_plain_text_are_left_as_they_are(tmp_path, text):
    assert written(pd.DataFrame({"a": [text]}), tmp_path) == ["a", text]


def test_a_heading_is_text_too(tmp_path):
    assert written(pd.DataFrame({"=1;2": [1]}), tmp_path)[0] == '"\'=1;2"'


def test_a_line_break_in_a_text_starts_no_row(tmp_path):
    table = pd.DataFrame({"a": ["x\r\ny\u2028z"], "b": [1]})
    assert written(table, tmp_path) == ["a;b", "x y z;1"]


def test_polygons_are_left_out(tmp_path):
    table = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3006)
    assert written(table, tmp_path) == ["n", "1"]


def test_a_table_without_rows_has_its_heading(tmp_path):
    table = gpd.GeoDataFrame({"n": pd.Series([], dtype="int64")}, geometry=[], crs=3006)
    assert written(table, tmp_path) == ["n"]


def test_two_runs_give_the_same_bytes(tmp_path):
    table = pd.DataFrame({"a": ["å", None], "b": [0.1, 2.0]})
    first = write_table(table, tmp_path / "a.csv").read_bytes()
    assert write_table(table.set_axis([5, 6]), tmp_path / "b.csv").read_bytes() == first


@pytest.mark.parametrize(
    ("table", "name", "audience", "said"),
    [
        (pd.DataFrame({"a": [1]}), "a.xls", "internal", r"`path` must end in \.csv.* not '\.xls'"),
        (
            pd.DataFrame({"a": [1]}),
            "a.csv",
            "public",
            "`audience` must be 'internal', not 'public'",
        ),
        ([1], "a.csv", "internal", "`table` must be a DataFrame, not list"),
        (pd.DataFrame(index=[1]), "a.csv", "internal", "no columns to write"),
        (
            gpd.GeoDataFrame({"easting": [1]}, geometry=[shapely.Point(1, 2)]),
            "a.csv",
            "internal",
            "points and 1 column.* the first is 'easting'",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_written(
    tmp_path, table, name, audience, said
):
    with pytest.raises(InputError, match=said):
        write_table(table, tmp_path / name, audience=audience)
    assert list(tmp_path.iterdir()) == []


PLAIN = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Cf", "Z"]), max_size=8)
TEXT = st.builds(
    lambda start, rest: start + rest, st.sampled_from(["", "=", "-", "@", "%", "x"]), PLAIN
)
TIME = st.datetimes(pd.Timestamp("1991-01-01"), pd.Timestamp("2099-01-01"))


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            TEXT,
            st.one_of(st.none(), TIME),
            st.booleans(),
            st.one_of(
                st.none(),
                st.just((0, 0)),
                st.tuples(st.integers(300_000_000, 900_000_000), st.integers(7_000_000_000)),
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_incidents_read_back_as_they_were(tmp_path_factory, rows):
    folder = tmp_path_factory.getbasetemp()
    first = read_incidents(
        pd.DataFrame(
            {
                "address": [text for text, *_ in rows],
                "occurred_from": [
                    None if time is None else time.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M")
                    for _, time, day, _ in rows
                ],
                "easting": [None if xy is None else min(xy[0], 9e8) / 1000 for *_, xy in rows],
                "northing": [None if xy is None else min(xy[1], 7.6e9) / 1000 for *_, xy in rows],
            }
        ),
        crs=3006,
    )
    again = read_incidents(write_table(first.incidents, folder / "i.csv"), crs=3006)
    assert len(again.rejected) == 0
    # Numbered by the file's rows now: identifiers were written, so they are the same.
    assert_geodataframe_equal(again.incidents, first.incidents)
