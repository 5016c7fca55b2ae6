"""What followed an effort: published numbers, invariants, and a planted fall."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import est_geo as eg
from builders import CRS, box_area, incidents_at
from est_geo.analysis.follow_up import (
    displacement_difference,
    displacement_quotient,
    follow_up,
)
from est_geo.schema import FOLLOW_UP, names

# Wheeler & Ratcliffe (2018), table 1, as ptools reckons it.
C, T, DC, D = (308, 318), (207, 110), (150, 140), (178, 157)


def test_the_published_difference():
    found = displacement_difference(T, C, around=D, around_control=DC)
    assert found.wdd == -118
    assert found.variance == 1568
    assert found.z == pytest.approx(-2.98, abs=0.005)
    assert (found.low, found.high) == (
        pytest.approx(-195.6, abs=0.05),
        pytest.approx(-40.4, abs=0.05),
    )


def test_the_published_difference_with_weights_of_area():
    found = displacement_difference(
        T, C, around=D, around_control=DC, area_weights=(0.9, 1.2, 1.6, 1.5)
    )
    assert found.wdd == pytest.approx(-99.694444, abs=5e-7)
    assert math.sqrt(found.variance) == pytest.approx(35.428076, abs=5e-7)


def test_a_halving_of_twenty_cannot_be_told_from_chance():
    found = displacement_difference((20, 10), (20, 20), confidence=0.9)
    assert (found.low, found.high) == (pytest.approx(-23.8, abs=0.05), pytest.approx(3.8, abs=0.05))
    assert found.detectable > 20


@pytest.mark.parametrize(("around", "quotient"), [((50, 45), 0.125), ((50, 55), -0.125)])
def test_the_published_quotient(around, quotient):
    assert displacement_quotient((100, 60), (1000, 1000), around=around) == pytest.approx(quotient)


def test_no_fall_no_quotient():
    assert math.isnan(displacement_quotient((100, 120), (1000, 1000), around=(50, 45)))
    assert math.isnan(displacement_quotient((100, 60), (0, 10), around=(50, 45)))


COUNTS = st.tuples(st.integers(0, 500), st.integers(0, 500))


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_what_happens_everywhere_alike_is_no_difference(t, c, d, dc):
    found = displacement_difference(t, c, around=d, around_control=dc)
    swapped = displacement_difference(c, t, around=dc, around_control=d)
    assert swapped.wdd == pytest.approx(-found.wdd)
    assert swapped.variance == pytest.approx(found.variance)
    assert displacement_difference(t, t, around=d, around_control=d).wdd == 0
    assert found.low <= found.wdd <= found.high


@pytest.mark.parametrize("pair", [(1, -1), (np.nan, 2), (np.inf, 2)])
def test_what_is_no_count_is_refused(pair):
    with pytest.raises(eg.InputError, match="two counts each, 0 or more"):
        displacement_difference(pair, (1, 1))
    with pytest.raises(eg.InputError, match="`area_weights`"):
        displacement_difference((1, 1), (1, 1), area_weights=(0, 1, 1, 1))
    with pytest.raises(eg.InputError, match="`confidence` must be below 1"):
        displacement_difference((1, 1), (1, 1), confidence=1)


def year(seed, *, fall):
    """A year of chance over a square of 4 km; after July what lies in its middle falls."""
    rng = np.random.default_rng(seed)
    points = np.vstack([rng.uniform(0, 4000, (3000, 2)), rng.uniform(1950, 2050, (300, 2))])
    times = pd.Timestamp("2025-11-24") + pd.to_timedelta(rng.uniform(0, 364, len(points)), unit="D")
    central = (np.abs(points - 2000) <= 50).all(axis=1)
    gone = central & (times >= "2026-07-01") & (rng.random(len(points)) < fall)
    kept = ~gone
    return incidents_at(points[kept], occurred_from=pd.Series(times[kept]).dt.floor("us"))


def effort(**columns):
    return gpd.GeoDataFrame(
        {"effort_id": ["A"], "start": ["2026-07-01"], **columns},
        geometry=[shapely.box(1950, 1950, 2050, 2050)],
        crs=CRS,
    )


def test_a_planted_fall_is_seen_and_chance_is_not():
    area = box_area(0, 0, 4000, 4000)
    verdicts = {
        fall: [
            follow_up(year(seed, fall=fall), effort(), within=area, as_of="2026-11-22")[
                "verdict"
            ].iloc[0]
            for seed in range(12)
        ]
        for fall in (0.0, 0.8)
    }
    assert verdicts[0.8].count("fewer") == 12
    assert verdicts[0.0].count("may_be_chance") >= 10


def test_the_counts_are_those_of_the_days_and_places():
    area = box_area(0, 0, 4000, 4000)
    incidents = incidents_at(
        [(2000, 2000)] * 4 + [(2150, 2000)] * 3 + [(3000, 3000)] * 2 + [(2300, 2000)],
        occurred_from=pd.to_datetime(
            [
                *("2026-06-30 23:59", "2026-07-01 00:00", "2026-07-10 23:59", "2026-07-11 00:00"),
                *("2026-06-25 12:00", "2026-07-02 12:00", "2026-07-03 12:00"),
                *("2026-06-21 00:00", "2026-06-20 23:59", "2026-07-05 12:00"),
            ]
        ).astype("datetime64[us]"),
    )
    table = follow_up(incidents, effort(end=["2026-07-10"]), within=area, as_of="2026-11-22")
    assert list(table.columns) == names(FOLLOW_UP)
    row = table.iloc[0]
    # Ten days from 1 July, and the ten before; the ring to 200 m; beyond 400 m the control.
    assert (row.before, row.after) == (1, 2)
    assert (row.around_before, row.around_after) == (1, 2)
    assert (row.control_before, row.control_after) == (1, 0)
    repeated = incidents.assign(duplicate_of=[None, None, "0", *[None] * 7])
    again = follow_up(repeated, effort(end=["2026-07-10"]), within=area, as_of="2026-11-22").iloc[0]
    assert again.after == 1


def test_an_effort_that_has_not_begun_and_an_area_without_a_rest():
    incidents = year(1, fall=0)
    with pytest.raises(eg.InputError, match="1 of 1 that begin after 2026-06-30; the first is 'A'"):
        follow_up(incidents, effort(), within=box_area(0, 0, 4000, 4000), as_of="2026-06-30")
    small = follow_up(
        incidents, effort(), within=box_area(1900, 1900, 2100, 2100), as_of="2026-11-22"
    )
    assert small["verdict"].tolist() == ["no_control"]
    assert small["wdd"].isna().all()
