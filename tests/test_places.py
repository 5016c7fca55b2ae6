import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.schema import KIND_DTYPE, PLACES, names


def two_places():
    return incidents_at(
        [(0, 0)] * 4 + [(30, 0)] * 2 + [(60, 0)] + [(1000, 1000)] * 9 + [(5000, 5000)],
        address=["A 1"] * 4 + ["A 3"] * 2 + ["A 5"] + [None] * 9 + ["B 1"],
        district_id=["1"] * 7 + ["2"] * 10,
        district=["Ett"] * 7 + ["Två"] * 10,
        occurred_from=pd.date_range("2026-01-01", periods=17, unit="us"),
    )


def test_places_are_described_and_ranked_by_weight():
    places = eg.problem_places(eg.to_sites(two_places()), eps_m=50, min_incidents=5)
    assert places.columns.tolist() == names(PLACES)
    first, second = places.to_dict("records")
    assert (first["place_id"], first["name"], first["n"], first["sites"]) == (
        1,
        "N 1000, E 1000",
        9,
        1,
    )
    assert (second["name"], second["addresses"]) == ("A 1", "A 1; A 3; A 5")
    assert (second["n"], second["sites"], second["district"]) == (7, 3, "Ett")
    assert second["share"] == pytest.approx(7 / 17)
    assert (second["first"], second["last"]) == (
        pd.Timestamp("2026-01-01"),
        pd.Timestamp("2026-01-07"),
    )
    assert second["site_ids"] == "0 30 60"


def test_places_of_equal_weight_are_ranked_by_their_most_southern_site():
    incidents = incidents_at([(0, 10)] * 5 + [(1000, 0)] * 5)
    places = eg.problem_places(eg.to_sites(incidents), eps_m=50, min_incidents=5)
    assert places["name"].tolist() == ["N 0, E 1000", "N 10, E 0"]


def test_the_polygon_holds_every_member_and_little_more():
    places = eg.problem_places(eg.to_sites(two_places()), eps_m=50, min_incidents=5)
    members = shapely.multipoints([(0, 0), (30, 0), (60, 0)])
    assert places.geometry[1].covers(members)
    # (60, 0) is a border site: discs stand around (0, 0) and (30, 0) only.
    true_area = shapely.union_all(
        shapely.buffer(shapely.points([(0, 0), (30, 0)]), 50, quad_segs=500)
    ).area
    assert 0 <= places.area[1] / true_area - 1 < 0.02


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 120)), min_size=12, max_size=60),
    st.randoms(use_true_random=False),
)
def test_row_order_changes_nothing_and_members_lie_inside(points, random):
    incidents = incidents_at(points)
    places = eg.problem_places(eg.to_sites(incidents), min_incidents=4)
    sites = eg.to_sites(incidents)
    shuffled = sites.iloc[random.sample(range(len(sites)), len(sites))]
    again = eg.problem_places(shuffled, min_incidents=4)
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(places))
    labels = eg.SpatialDBSCAN(50, min_samples=4).fit_predict(points)
    assert places["n"].sum() == (labels >= 0).sum()
    for place in places.itertuples():
        ids = [int(i) for i in place.site_ids.split()]
        assert all(place.geometry.covers(shapely.Point(i % 10**8, i // 10**8)) for i in ids)


def test_nothing_found_gives_an_empty_table_with_every_column():
    places = eg.problem_places(eg.to_sites(incidents_at([(0, 0)])))
    assert len(places) == 0
    assert places.columns.tolist() == names(PLACES)
    assert {c.name: str(places[c.name].dtype) for c in PLACES} == {
        c.name: KIND_DTYPE[c.kind] for c in PLACES
    }
    assert places.crs.to_epsg() == 3006


def test_found_places_have_the_dtypes_of_the_schema():
    places = eg.problem_places(eg.to_sites(two_places()))
    assert {c.name: str(places[c.name].dtype) for c in PLACES} == {
        c.name: KIND_DTYPE[c.kind] for c in PLACES
    }


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"eps_m": 0}, "`eps_m` must be a finite number above 0, not 0"),
        ({"eps_m": True}, "`eps_m` must be a finite number above 0, not True"),
        ({"eps_m": np.inf}, "`eps_m` must be a finite number"),
        ({"min_incidents": "5"}, "`min_incidents` must be a finite number above 0, not '5'"),
    ],
)
def test_bad_arguments(arguments, text):
    with pytest.raises(eg.InputError, match=text):
        eg.problem_places(eg.to_sites(two_places()), **arguments)


def test_a_table_that_is_not_sites_is_refused():
    with pytest.raises(eg.InputError, match="`sites` lacks 5 column"):
        eg.problem_places(two_places())
