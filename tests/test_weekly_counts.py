"""Counts by week with a band: by hand, against a slow reference, and at the edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.analysis.weekly_counts import weekly_counts
from est_geo.schema import KIND_DTYPE, WEEKLY_COUNTS


def incidents(ago):
    """Incidents at noon on the Wednesday so many weeks before week 47."""
    weeks = pd.to_timedelta(np.array(ago, dtype=int) * 7, unit="D")
    days = pd.Timestamp("2026-11-18 12:00") - weeks
    return pd.DataFrame({"occurred_from": pd.Series(days, dtype="datetime64[us]")})


def test_four_a_week_is_usual_between_a_quarter_and_twelve_and_a_quarter():
    ago = [week for week in range(1, 41) for _ in range(4)] + [0] * 9 + [41]
    table = weekly_counts(incidents(ago), as_of="2026-W47")
    assert {c.name: str(table[c.name].dtype) for c in WEEKLY_COUNTS} == {
        c.name: KIND_DTYPE[c.kind] for c in WEEKLY_COUNTS
    }
    last = table.iloc[-1]
    assert (len(table), last["week"], last["n"], last["complete"]) == (26, "2026-W47", 9, True)
    # Wheeler's band around a mean of 4.
    assert (last["low"], last["high"]) == (pytest.approx(0.25), pytest.approx(12.25))


def test_the_week_that_is_not_over_is_last_and_said_to_be():
    table = weekly_counts(incidents([0, 1, 2]), as_of="2026-11-20")
    assert table["complete"].tolist() == [True, True, False]
    assert table["low"].isna().all()


def test_later_incidents_repeated_ones_and_those_without_a_time_are_left_out():
    rows = incidents([-1, 0, 0, 1]).assign(duplicate_of=[None, None, "x", None])
    rows.loc[len(rows)] = [pd.NaT, None]
    table = weekly_counts(rows, as_of="2026-W47")
    assert table[["week", "n"]].to_numpy().tolist() == [["2026-W46", 1], ["2026-W47", 1]]


def test_nothing_gives_no_rows_and_a_silent_week_is_a_zero():
    assert len(weekly_counts(incidents([]), as_of="2026-W47")) == 0
    assert weekly_counts(incidents([2]), as_of="2026-W47")["n"].tolist() == [1, 0, 0]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 45), min_size=1, max_size=60))
def test_the_band_is_that_of_the_mean_of_the_weeks_before(ago):
    table = weekly_counts(incidents(ago), as_of="2026-W47")
    oldest = max(ago)
    for back, row in zip(range(len(table) - 1, -1, -1), table.itertuples(), strict=True):
        assert row.n == ago.count(back)
        before = [ago.count(week) for week in range(back + 1, oldest)][:26]
        if len(before) < 12:
            assert np.isnan(row.low)
        else:
            root = np.sqrt(np.mean(before))
            assert row.low == pytest.approx(max(0, root - 1.5) ** 2, abs=1e-12)
            assert row.high == pytest.approx((root + 1.5) ** 2)
