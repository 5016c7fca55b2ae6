import numpy as np
import pandas as pd
import pytest

import est_geo as eg
from builders import box_area, incidents_at

AREA = box_area(0, 0, 2000, 2000)


def some(points, times=None):
    times = times or ["2026-01-01"] * len(points)
    return incidents_at(
        points, occurred_from=pd.to_datetime(pd.Series(times)).astype("datetime64[us]")
    )


def test_every_incident_is_counted_once():
    incidents = some([(500, 500)] * 6 + [(9000, 9000), (0, 0), (1, 1)])
    incidents.loc[8, "geometry"] = None
    away = AREA.assign(geometry=AREA.translate(10, 10))
    counts = eg.build_picture(incidents, away, outside="keep").counts
    assert counts == {
        "read": 9, "inside": 6, "duplicates": 0, "outside": 2, "at_null_island": 1,
        "district_only": 0, "unplaced": 1, "without_time": 0,
    }  # fmt: skip


def test_a_repeated_report_counts_once_and_its_reporter_too():
    incidents = some([(500, 500)] * 6).assign(source=["polis"] * 5 + ["kommun"])
    incidents["duplicate_of"] = [None] * 5 + ["0"]
    picture = eg.build_picture(incidents, AREA)
    assert (picture.counts["read"], picture.counts["inside"], picture.counts["duplicates"]) == (
        6,
        5,
        1,
    )
    assert picture.sites["n"].tolist() == [5]
    assert picture.sources == ("polis", "kommun")
    addresses = eg.recurring_addresses(incidents, as_of="2026-12-31", min_months=0)
    assert (addresses["n"].tolist(), addresses["sources"].tolist()) == ([5], [2])
    with pytest.raises(eg.InputError, match="only repeated reports among its 1 rows"):
        eg.to_sites(incidents.iloc[5:])


def test_points_outside_stop_the_picture_unless_told_otherwise():
    incidents = some([(500, 500), (9000, 9000)])
    with pytest.raises(eg.InputError, match="1 of 2 points outside every district"):
        eg.build_picture(incidents, AREA)


def test_what_was_chosen_is_in_the_parameters():
    picture = eg.build_picture(some([(500, 500)] * 6), AREA)
    assert picture.parameters == {
        "outside": "raise",
        "area": "districts",
        "bandwidth_m": 150.0,  # 0.17·√(4e6/6) = 138.8
        "kernel": "quartic",
        "cell_m": 50.0,
        "eps_m": 50.0,
        "min_incidents": 3.0,
        "crs": "EPSG:3006",
    }


@pytest.mark.parametrize(
    ("last", "least"), [("2026-01-01", 3), ("2026-03-31", 4), ("2026-05-02", 5), ("2026-12-31", 15)]
)
def test_the_least_incidents_of_a_place_grow_with_the_period(last, least):
    picture = eg.build_picture(some([(500, 500)] * 2, ["2026-01-01", last]), AREA)
    assert picture.parameters["min_incidents"] == least


def test_without_districts_the_area_is_the_hull_and_its_margin():
    picture = eg.build_picture(some([(5000, 5000), (6000, 5000)]))
    west, south, east, north = picture.districts.total_bounds
    np.testing.assert_allclose([west, south, east, north], [4500, 4500, 6500, 5500], atol=1e-6)
    assert picture.counts["inside"] == 2


def test_without_districts_a_point_at_zero_is_refused():
    with pytest.raises(eg.InputError, match="1 of 3 points at 0, 0, which is a missing coordinate"):
        eg.build_picture(some([(5000, 5000), (0, 0), (6000, 5000)]))


def test_nothing_inside_or_nothing_placed_is_refused():
    with pytest.raises(eg.InputError, match="none of its 1 rows inside the districts"):
        eg.build_picture(some([(9000, 9000)]), AREA, outside="keep")
    incidents = some([(5, 5)])
    incidents.loc[0, "geometry"] = None
    with pytest.raises(eg.InputError, match="no point in any of its 1 rows"):
        eg.build_picture(incidents)


def test_incidents_without_any_time_have_no_period():
    picture = eg.build_picture(incidents_at([(500, 500)] * 5), AREA)
    assert picture.span is None
    assert picture.counts["without_time"] == 5
    assert len(picture.places) == 1
