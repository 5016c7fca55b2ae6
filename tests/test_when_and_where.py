"""The smallest set of places, weekdays and hours that holds half."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.schema import WHEN_AND_WHERE, names

MONDAY = pd.Timestamp("2026-11-16")


def at(*rows):
    """Incidents of (district, hours after Monday 00:00, how many)."""
    district, hour, times = zip(*rows, strict=True)
    table = pd.DataFrame({"district_id": district, "district": district, "hour": hour})
    table = table.loc[table.index.repeat(times)].reset_index(drop=True)
    table["occurred_from"] = MONDAY + pd.to_timedelta(table["hour"] * 60 + 1, unit="min")
    return table.drop(columns="hour")


def find(incidents, **options):
    return eg.when_and_where(incidents, by="district", **options)


def test_the_heaviest_blocks_are_taken_until_half_is_held():
    # Friday 21, Saturday 22, and one each of ten other hours elsewhere.
    incidents = at(("A", 117, 6), ("B", 142, 3), *(("C", 10 * h, 1) for h in range(10)))
    table = find(incidents)
    assert table.columns.tolist() == ["district_id", *names(WHEN_AND_WHERE)]
    first, second = table.iloc[0], table.iloc[1]
    assert (first["name"], first["weekday"], first["from_hour"], first["to_hour"]) == (
        "A",
        4,
        20,
        24,
    )
    assert (second["name"], second["weekday"], second["from_hour"]) == ("B", 5, 20)
    assert first["share"] == pytest.approx(6 / 19)
    # 6 + 3 are 47 %: one more block of one incident is needed.
    assert table["cumulative_share"].iloc[-1] == pytest.approx(10 / 19)
    chosen = table.attrs["when_and_where"]
    assert (chosen["blocks"], chosen["blocks_in_all"], chosen["tied"]) == (3, 3 * 42, 9)
    assert chosen["weight"] == chosen["weight_in_all"] == 19


def test_exactly_half_is_enough():
    table = find(at(("A", 117, 5), ("B", 20, 3), ("C", 60, 2)))
    assert table["cumulative_share"].tolist() == [0.5]


def test_a_night_is_one_row_that_runs_past_midnight():
    table = find(at(("A", 4 * 24 + 21, 4), ("A", 5 * 24 + 1, 4), ("B", 30, 1)), hold=0.8)
    assert len(table) == 1
    assert table[["weekday", "from_hour", "to_hour"]].iloc[0].tolist() == [4, 20, 4]
    assert table.attrs["when_and_where"]["blocks"] == 2


def test_the_small_hours_alone_belong_to_the_day_the_calendar_says():
    table = find(at(("A", 5 * 24 + 1, 4)))
    assert table[["weekday", "from_hour", "to_hour"]].iloc[0].tolist() == [5, 0, 4]
    sunday_night = find(at(("A", 1, 4)))
    assert sunday_night[["weekday", "from_hour"]].iloc[0].tolist() == [0, 0]


def test_two_days_are_not_run_together_and_a_whole_day_ends_where_it_began():
    incidents = at(*(("A", h, 1) for h in range(4, 4 + 48)))
    table = find(incidents, hold=1)
    assert table[["weekday", "from_hour", "to_hour"]].to_numpy().tolist() == [[0, 4, 4], [1, 4, 4]]


def test_the_same_hours_elsewhere_stand_beside():
    incidents = at(("A", 117, 8), ("A", 10, 2), ("B", 117, 1), ("B", 30, 4))
    row = find(incidents).iloc[0]
    assert row["share_of_own"] == pytest.approx(0.8)
    assert row["share_elsewhere"] == pytest.approx(0.2)
    # P(X >= 8) of 10 at 0.2 is 7.79264e-05; a week has 42 blocks of four hours.
    assert row["p"] == pytest.approx(42 * 7.79264e-05, rel=1e-6)
    alone = find(at(("A", 117, 8))).iloc[0]
    assert np.isnan([alone["share_elsewhere"], alone["p"]]).all()


def test_hours_that_are_heavy_everywhere_are_nothing_of_the_place():
    table = find(at(("A", 117, 3), ("B", 117, 3), ("C", 30, 1)), hold=0.8)
    assert table["p"].tolist() == [1, 1]


def test_places_are_compared_with_everything_outside_them():
    friday, monday = MONDAY + pd.Timedelta(hours=117), MONDAY + pd.Timedelta(hours=9)
    incidents = incidents_at(
        [(0, 0)] * 4 + [(9000, 0), (9500, 0)],
        occurred_from=pd.Series([friday] * 3 + [monday, friday, monday], dtype="datetime64[us]"),
        address=["A"] * 4 + ["B", "C"],
    )
    places = eg.problem_places(eg.to_sites(incidents), min_incidents=3)
    table = eg.when_and_where(incidents, places=places)
    assert table[["place_id", "name", "weekday"]].iloc[0].tolist() == [1, "A", 4]
    assert table[["share", "share_of_own", "share_elsewhere"]].iloc[0].tolist() == [0.75, 0.75, 0.5]
    chosen = table.attrs["when_and_where"]
    assert (chosen["weight"], chosen["weight_in_all"]) == (4, 6)


def test_rounding_neither_breaks_ties_nor_takes_a_block_too_many():
    # 0.1 + 0.2 is more than 0.3 by rounding; 0.7 of ten tenths is seven of them.
    third = at(("A", 10, 1), ("B", 10, 1), ("B", 10, 1)).assign(weight=[0.3, 0.1, 0.2])
    table = find(third, hold=0.5)
    assert table["name"].tolist() == ["A"]
    assert table.attrs["when_and_where"]["tied"] == 1
    tenths = at(*(("A", 4 * block, 1) for block in range(10))).assign(weight=0.1)
    assert find(tenths, hold=0.3).attrs["when_and_where"]["blocks"] == 3


def test_nothing_known_gives_no_rows():
    incidents = at(("A", 1, 3)).assign(occurred_from=pd.NaT)
    table = find(incidents)
    assert (len(table), table.columns.tolist()) == (0, ["district_id", *names(WHEN_AND_WHERE)])
    assert len(find(incidents.iloc[:0])) == 0


def test_one_incident_is_one_row():
    table = find(at(("A", 30, 1)))
    assert table[["weekday", "from_hour", "to_hour", "weight"]].to_numpy().tolist() == [
        [1, 4, 8, 1]
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hold": 0}, "`hold` must be a finite number above 0"),
        ({"hold": 1.01}, "`hold` must be at most 1, not 1.01"),
        ({"block_hours": 5}, "`block_hours` must divide 24, not 5"),
        ({"first_hour": 24}, "`first_hour` must be at most 23, not 24"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message):
    with pytest.raises(eg.InputError, match=message):
        find(at(("A", 1, 1)), **options)
    with pytest.raises(eg.InputError, match="`by` must be one of place, district"):
        eg.when_and_where(at(("A", 1, 1)), by="category")


ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 167), st.integers(1, 4)),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from([0.25, 0.5, 0.8]), st.sampled_from([4, 8]))
def test_no_smaller_set_of_blocks_holds_as_much(rows, hold, block_hours):
    table = find(at(*rows), hold=hold, block_hours=block_hours)
    blocks = {}
    for district, hour, n in rows:
        key = (district, (hour - 4) % 168 // block_hours)
        blocks[key] = blocks.get(key, 0) + n
    total = sum(blocks.values())
    least = next(
        size
        for size in range(1, len(blocks) + 1)
        if any(
            sum(chosen) >= hold * total - 1e-9
            for chosen in itertools.combinations(blocks.values(), size)
        )
    )
    assert table.attrs["when_and_where"]["blocks"] == least
    assert table["cumulative_share"].iloc[-1] >= hold - 1e-9


@settings(deadline=None, max_examples=40)
@given(ROWS, st.integers(0, 100))
def test_the_order_of_rows_changes_nothing(rows, seed):
    incidents = at(*rows)
    table = find(incidents)
    shuffled = find(incidents.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(table, shuffled)
