"""Hours of the week: worked numbers, a slow reference, invariants, and what has no time."""

import logging
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.analysis.aoristic import aoristic_weights
from est_geo.schema import TIME_PROFILE, names

MONDAY = pd.Timestamp("2026-11-16")
WEEK_S = 7 * 86_400


def spanning(*spans, **columns):
    """Incidents without a place, each from one time to another."""
    times = pd.DataFrame(
        [s if isinstance(s, tuple) else (s, s) for s in spans],
        columns=["occurred_from", "occurred_to"],
    )
    times = times.apply(lambda column: pd.to_datetime(column, format="mixed"))
    return times.astype("datetime64[us]").assign(**columns)


def bins_of(profile):
    """Weekday and hour to weight, without the zeros."""
    held = profile[profile["weight"] > 0]
    return dict(zip(zip(held["weekday"], held["hour"], strict=True), held["weight"], strict=True))


def naive_profile(spans):
    """Walk each incident hour by hour, in fractions, one at a time."""
    week = [Fraction(0)] * 168
    for begin, length, weight in spans:
        if length == 0:
            week[begin // 3600 % 168] += Fraction(weight)
        moment = begin
        while moment < begin + length:
            after = min(begin + length, (moment // 3600 + 1) * 3600)
            week[moment // 3600 % 168] += Fraction(weight) * Fraction(after - moment, length)
            moment = after
    return np.array([float(part) for part in week])


# Worked numbers


def test_an_hour_and_a_half_is_two_thirds_and_one_third():
    profile = eg.time_profile(spanning(("2026-11-16 01:00", "2026-11-16 02:30")))
    assert bins_of(profile) == {(0, 1): pytest.approx(2 / 3), (0, 2): pytest.approx(1 / 3)}


def test_twenty_five_hours_are_four_hundredths_each():
    profile = eg.time_profile(spanning(("2026-11-16 10:00", "2026-11-17 11:00")))
    expected = {(0, h): 0.04 for h in range(10, 24)} | {(1, h): 0.04 for h in range(11)}
    assert bins_of(profile) == pytest.approx(expected)
    assert profile["weight"].sum() == pytest.approx(1, abs=1e-15)


def test_zero_length_and_a_missing_end_are_a_point():
    incidents = spanning("2026-11-18 23:59", ("2026-11-18 23:00", None))
    assert bins_of(eg.time_profile(incidents)) == {(2, 23): 2}
    without_end = incidents.drop(columns="occurred_to")
    assert bins_of(eg.time_profile(without_end)) == {(2, 23): 2}


def test_an_end_before_the_start_is_refused_with_its_row_and_never_swapped():
    incidents = spanning(
        "2026-11-16 10:00", ("2026-11-16 10:00", "2026-11-16 09:59"), incident_id=["P-1", "P-2"]
    )
    with pytest.raises(eg.InputError, match=r"1 of 2 rows that end before .* row 'P-2'"):
        eg.time_profile(incidents)


def test_seven_days_are_known_and_a_second_more_is_not():
    incidents = spanning(
        ("2026-11-16 10:00", "2026-11-23 10:00:00"), ("2026-11-16 10:00", "2026-11-23 10:00:01")
    )
    profile = eg.time_profile(incidents)
    assert np.allclose(profile["weight"], 1 / 168, rtol=1e-12)
    counts = profile.attrs["time_profile"]
    assert (counts["known"], counts["longer_than_a_week"]) == (1, 1)


def test_a_weekend_between_friday_evening_and_monday_morning_runs_into_the_next_week():
    profile = eg.time_profile(spanning(("2026-11-20 18:00", "2026-11-23 06:00")))
    bins = bins_of(profile)
    assert len(bins) == 60
    assert set(bins) >= {(4, 18), (6, 23), (0, 0), (0, 5)}
    assert list(bins.values()) == pytest.approx([1 / 60] * 60)


# Columns, order, weights


def test_one_profile_has_every_hour_monday_first():
    profile = eg.time_profile(spanning("2026-11-16 10:00"))
    assert profile.columns.tolist() == names(TIME_PROFILE)
    assert [str(t) for t in profile.dtypes] == ["int64", "int64", "float64"]
    assert profile["weekday"].tolist() == [d for d in range(7) for _ in range(24)]
    assert profile["hour"].tolist() == list(range(24)) * 7


def test_weights_count_and_repeated_reports_do_not():
    incidents = spanning(
        *["2026-11-16 10:00"] * 3, weight=[2.5, 1.0, 4.0], duplicate_of=[None, None, "a"]
    )
    profile = eg.time_profile(incidents)
    assert bins_of(profile) == {(0, 10): 3.5}
    assert profile.attrs["time_profile"]["repeated"] == 1


def test_by_two_columns_gives_the_combinations_that_occur():
    incidents = spanning(
        *["2026-11-16 10:00"] * 4,
        category=["klotter", "brand", "brand", None],
        district_id=["2", "1", "2", "1"],
        district=["Två", "Ett", "Två", "Ett"],
    )
    profile = eg.time_profile(incidents, by=("district", "category"))
    groups = profile[["district_id", "district", "category"]].drop_duplicates()
    assert groups.to_numpy().tolist() == [
        ["1", "Ett", "brand"],
        ["2", "Två", "brand"],
        ["2", "Två", "klotter"],
    ]
    assert profile.attrs["time_profile"]["not_in_a_group"] == 1
    assert len(profile) == 3 * 168


def test_by_place_lists_every_place_and_leaves_out_what_lies_in_none():
    near = [(0, 0), (10, 0), (20, 0), (5000, 0)]
    incidents = incidents_at(
        [*near, (9000, 0), (9010, 0)],
        occurred_from=pd.Series([*["2026-11-20 22:00"] * 4, None, None], dtype="datetime64[us]"),
        address=[*["A 1"] * 4, "B 1", "B 2"],
    )
    places = eg.problem_places(eg.to_sites(incidents), min_incidents=2)
    profile = eg.time_profile(incidents, by="place", places=places)
    sums = profile.groupby(["place_id", "name"])["weight"].sum()
    assert sums.to_dict() == {(1, "A 1"): 3.0, (2, "B 1"): 0.0}
    assert profile.attrs["time_profile"]["not_in_a_group"] == 1
    mixed = eg.time_profile(incidents.assign(category="x"), by=["place", "category"], places=places)
    assert mixed[["place_id", "category"]].drop_duplicates().to_numpy().tolist() == [
        [1, "x"],
        [2, "x"],
    ]


# Times that are not known


def test_each_precision_is_counted_and_the_counts_add_up():
    incidents = spanning(
        "2026-11-16 10:00",
        "2026-11-17",
        ("2026-11-16", "2026-11-22"),
        "2026-11-16 10:00",
        None,
        ("2026-11-01", "2026-11-12"),
        time_precision=["minute", "day", "week", "unknown", "minute", "day"],
    )
    counts = eg.time_profile(incidents).attrs["time_profile"]
    reasons = ("known", "without_time", "week_only", "longer_than_a_week", "day_only", "midnight")
    assert [counts[reason] for reason in reasons] == [1, 2, 1, 1, 1, 0]


def test_a_day_is_left_out_or_spread_over_its_hours():
    incidents = spanning(
        "2026-11-17", ("2026-11-21 12:00", "2026-11-22"), time_precision=["day", "day"]
    )
    assert eg.time_profile(incidents)["weight"].sum() == 0
    bins = bins_of(eg.time_profile(incidents, day_only="spread"))
    assert [bins[1, h] for h in range(24)] == pytest.approx([1 / 24] * 24)
    # From a time on Saturday to the end of Sunday: 36 hours.
    assert bins[5, 12] == pytest.approx(1 / 36)
    assert (5, 11) not in bins
    assert sum(bins.values()) == pytest.approx(2)


def test_a_day_whose_end_is_earlier_on_its_clock_is_not_backwards():
    incidents = spanning(("2026-11-17 22:00", "2026-11-17"), time_precision=["day"])
    bins = bins_of(eg.time_profile(incidents, day_only="spread"))
    assert bins == {(1, 22): 0.5, (1, 23): 0.5}


def test_a_spike_at_midnight_means_unknown_for_its_reporter_alone(caplog):
    blank = ["2026-11-16 00:00"] * 20
    real = [
        f"2026-11-{16 + i % 3} {h}:00" for i, h in enumerate(["00", "22", "23", "01", "02"] * 6)
    ]
    incidents = spanning(*blank, *real, source=["kommun"] * 20 + ["polis"] * 30)
    with caplog.at_level(logging.INFO):
        profile = eg.time_profile(incidents)
    counts = profile.attrs["time_profile"]
    assert (counts["midnight"], counts["midnight_spikes"]) == (20, ["kommun"])
    assert profile.loc[profile["hour"] == 0, "weight"].sum() == 6
    assert "20 incidents at exactly 00:00 taken for 'time unknown'" in caplog.text
    known = eg.time_profile(incidents, midnight="known")
    assert known["weight"].sum() == 50
    unknown = eg.time_profile(incidents, midnight="unknown")
    assert unknown.attrs["time_profile"]["midnight"] == 26


def test_an_interval_from_midnight_and_a_second_past_it_are_times():
    spans = [("2026-11-16 00:00", "2026-11-16 01:00")] * 30 + ["2026-11-16 00:00:01"] * 30
    assert eg.time_profile(spanning(*spans))["weight"].sum() == 60


# Nothing, and little


@pytest.mark.parametrize("by", [(), "category", ("district", "category")])
def test_no_incidents(by):
    incidents = incidents_at([], category=[], district_id=[], district=[])
    profile = eg.time_profile(incidents, by=by)
    assert len(profile) == (0 if by else 168)
    assert profile["weight"].sum() == 0
    assert profile.attrs["time_profile"]["known"] == 0


def test_no_incidents_by_place():
    some = incidents_at([(0, 0)] * 3)
    places = eg.problem_places(eg.to_sites(some), min_incidents=2)
    profile = eg.time_profile(some.iloc[:0], by="place", places=places)
    assert (len(profile), profile["weight"].sum()) == (168, 0)
    assert len(eg.time_profile(some, by="place", places=places.iloc[:0])) == 0


def test_all_times_unknown():
    profile = eg.time_profile(spanning(None, None, None))
    assert (len(profile), profile["weight"].sum()) == (168, 0)
    assert profile.attrs["time_profile"]["without_time"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "weekday"}, "`by` must be one of district, category, source, place"),
        ({"by": "category"}, r"`incidents` lacks 1 column\(s\): category"),
        ({"by": "place"}, "`places` is needed with by='place'"),
        ({"day_only": "guess"}, "`day_only` must be one of leave_out, spread"),
        ({"midnight": "maybe"}, "`midnight` must be one of auto, known, unknown"),
    ],
)
def test_what_cannot_be_done_is_said(options, message):
    with pytest.raises(eg.InputError, match=message):
        eg.time_profile(spanning("2026-11-16 10:00"), **options)


def test_bad_weights_and_tables_are_refused():
    with pytest.raises(eg.InputError, match="negative `weight`"):
        eg.time_profile(spanning("2026-11-16 10:00", weight=[-1.0]))
    with pytest.raises(eg.InputError, match="must be a DataFrame, not list"):
        eg.time_profile([])


# Reference and invariants

SPANS = st.lists(
    st.tuples(
        st.integers(0, 3 * WEEK_S),
        st.one_of(st.just(0), st.integers(1, WEEK_S), st.sampled_from([3600, 7200, WEEK_S])),
        st.sampled_from([1.0, 1.0, 0.1, 0.3, 3.7]),
        st.integers(0, 2),
    ),
    max_size=25,
)


W = (0.1, 0.2, 0.3)


def weights_of(spans):
    begin, length, weight, group = (
        np.array([s[i] for s in spans], dtype=float if i == 2 else np.int64) for i in range(4)
    )
    monday = int(MONDAY.timestamp())
    return aoristic_weights(begin + monday, length, weight, group, 3)


@settings(deadline=None)
@given(SPANS)
def test_the_fast_sum_is_the_slow_one(spans):
    fast = weights_of(spans)
    for group in range(3):
        slow = naive_profile([s[:3] for s in spans if s[3] == group])
        assert np.allclose(fast[group], slow, rtol=1e-12, atol=1e-13)
        assert ((fast[group] > 0) == (slow > 0)).all()


def test_equal_times_of_unlike_weights_are_summed_in_one_order():
    # 0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last digit.
    forth, back = ([(0, 0, weight, 0) for weight in order] for order in (W, W[::-1]))
    assert (weights_of(forth) == weights_of(back)).all()


@settings(deadline=None)
@given(SPANS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_digit_and_parts_add_up(spans, random):
    whole = weights_of(spans)
    shuffled = list(spans)
    random.shuffle(shuffled)
    assert (weights_of(shuffled) == whole).all()
    cut = len(spans) // 2
    assert np.allclose(weights_of(spans[:cut]) + weights_of(spans[cut:]), whole, atol=1e-12)
    assert np.allclose(whole.sum(), sum(s[2] for s in spans), rtol=1e-12)
    later = [(b + 5 * WEEK_S, *rest) for b, *rest in spans]
    assert (weights_of(later) == whole).all()


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(0, WEEK_S), st.integers(0, 2 * WEEK_S), st.sampled_from("abc")),
        min_size=1,
        max_size=20,
    )
)
def test_weights_sum_to_the_incidents_with_a_known_time_and_groups_to_the_whole(rows):
    begin = MONDAY + pd.to_timedelta([r[0] for r in rows], unit="s")
    incidents = pd.DataFrame(
        {
            "occurred_from": begin,
            "occurred_to": begin + pd.to_timedelta([r[1] for r in rows], unit="s"),
            "category": [r[2] for r in rows],
        }
    )
    whole = eg.time_profile(incidents)
    known = sum(r[1] <= WEEK_S for r in rows)
    counts = whole.attrs["time_profile"]
    assert counts["known"] + counts["midnight"] == known
    assert whole["weight"].sum() == pytest.approx(counts["known"])
    parts = eg.time_profile(incidents, by="category", midnight="known")
    again = eg.time_profile(incidents, midnight="known")
    summed = parts.groupby(["weekday", "hour"])["weight"].sum().to_numpy()
    assert np.allclose(summed, again["weight"], atol=1e-12)


def test_a_table_with_geometry_does_as_well():
    incidents = gpd.GeoDataFrame(
        spanning("2026-11-16 10:00"), geometry=gpd.points_from_xy([0], [0])
    )
    assert bins_of(eg.time_profile(incidents)) == {(0, 10): 1}
