import geopandas as gpd
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
    # Also where that one is a border site: the core in the west is the more southern.
    incidents = incidents_at([(0, 10)] * 7 + [(1000, 20)] * 5 + [(1000, 0), (1000, 40)])
    places = eg.problem_places(eg.to_sites(incidents), eps_m=20, min_incidents=7)
    assert places["name"].tolist() == ["N 20, E 1000", "N 10, E 0"]


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


def with_reports():
    """Seven incidents of a place, a repeated report among them, and nine of another."""
    incidents = two_places()
    incidents["category"] = ["klotter"] * 4 + ["brand"] * 3 + ["rån"] * 9 + ["brand"]
    incidents["source"] = ["polis", "kommun", "polis", "kommun", None, "polis", "kommun"] + [
        "väktare"
    ] * 10
    hours = [23, 1, 0, 22, 14, 9, 23] + [0] * 8 + [12] + [3]
    incidents["occurred_from"] = pd.to_datetime("2026-01-05") + pd.to_timedelta(hours, unit="h")
    incidents["time_precision"] = ["minute"] * 7 + ["day"] * 8 + ["minute"] * 2
    incidents["duplicate_of"] = [None] * 3 + ["a"] + [None] * 13
    return incidents


def test_the_incidents_of_a_place_tell_what_who_and_when():
    incidents = with_reports()
    places = eg.problem_places(eg.to_sites(incidents), incidents=incidents)
    first, second = places.to_dict("records")
    assert first["categories"] == "rån 9"
    # All but one of its times are known to the day only: one time is too few for hours.
    assert pd.isna(first["hours"])
    # Six incidents; the repeated report counts among the reporters, and nowhere else.
    assert second["n"] == 6
    assert second["categories"] == "brand 3; klotter 3"
    assert second["reporters"] == "kommun 3; polis 3"
    # At 23, 1, 0, 14, 9 and 23 h: half of them from 23 to 1.
    assert second["hours"] == "23-01"
    assert {c.name: str(places[c.name].dtype) for c in PLACES} == {
        c.name: KIND_DTYPE[c.kind] for c in PLACES
    }
    without = eg.problem_places(eg.to_sites(incidents))
    assert without[["categories", "reporters", "hours"]].isna().all(axis=None)
    bare = incidents[["geometry", "duplicate_of"]]
    places = eg.problem_places(eg.to_sites(bare), incidents=bare)
    assert places[["categories", "reporters", "hours"]].isna().all(axis=None)


def hours_of(times, **columns):
    incidents = incidents_at([(0, 0)] * len(times), occurred_from=pd.to_datetime(times), **columns)
    return eg.problem_places(eg.to_sites(incidents), incidents=incidents)["hours"].iloc[0]


def test_hours_are_the_shortest_stretch_that_holds_half():
    day = "2026-02-01 "
    assert hours_of([day + f"{h}:30" for h in (8, 8, 8, 20, 23)]) == "08-09"
    # Past midnight.
    assert hours_of([day + f"{h}:30" for h in (23, 0, 23, 0, 12, 13, 14)]) == "23-01"
    # Of equally short ones the one that holds most.
    assert hours_of([day + f"{h}:30" for h in (3, 3, 3, 17, 17, 17, 17)]) == "17-18"
    # Exactly midnight means unknown, unless said to be known to the minute.
    midnights = [day + "00:00"] * 5 + [day + "10:30"] * 5
    assert hours_of([*midnights, day + "10:30"]) == "10-11"
    assert pd.isna(hours_of([day + "00:00"] * 9))
    assert hours_of([day + "00:00"] * 9, time_precision="minute") == "00-01"
    # What happened at some time between evening and morning has no hour.
    ends = pd.to_datetime([day + "07:30"] * 6 + [day + "20:15"] * 5)
    begins = [day + "01:30"] * 6 + [day + "20:10"] * 5
    assert hours_of(begins, occurred_to=ends) == "20-21"


def test_incidents_of_another_table_are_refused():
    incidents = with_reports()
    sites = eg.to_sites(incidents)
    with pytest.raises(eg.InputError, match="at 1 of 5 sites their number is another; the first"):
        eg.problem_places(sites, incidents=incidents.iloc[1:])
    with pytest.raises(eg.InputError, match="at 0 of 4 sites their number is another, and 1 lie"):
        eg.problem_places(eg.to_sites(incidents.iloc[:-1]), incidents=incidents)
    moved = incidents.set_geometry(incidents.geometry.translate(7, 0))
    with pytest.raises(eg.InputError, match="and 16 lie at no site"):
        eg.problem_places(sites, incidents=moved)
    with pytest.raises(eg.CRSError, match="`sites` is in"):
        eg.problem_places(sites, incidents=incidents.to_crs(3011))


def named_places(points, labels, crs=3006):
    return gpd.GeoDataFrame({"name": labels}, geometry=shapely.points(points), crs=crs)


def test_a_place_is_called_by_the_nearest_named_place():
    sites = eg.to_sites(two_places())
    named = named_places(
        [(0, 80), (0, -60), (60, 0), (1000, 1101), (0, 1)], ["Norr", "Torget", "Aha", "Borta", None]
    )
    # The heaviest site is at (0, 0): Torget and Aha are as near, and Aha comes first by name.
    places = eg.problem_places(sites, named=named)
    assert places["name"].tolist() == ["N 1000, E 1000", "Aha"]
    assert places["addresses"].iloc[1] == "A 1; A 3; A 5"
    wide = eg.problem_places(sites, named=named, named_within_m=101)
    assert wide["name"].tolist() == ["Borta", "Aha"]
    near = eg.problem_places(sites, named=named, named_within_m=59)
    assert near["name"].tolist() == ["N 1000, E 1000", "A 1"]
    nameless = named_places([(0, 0)], [None]).astype({"name": "str"})
    assert eg.problem_places(sites, named=nameless)["name"].tolist() == ["N 1000, E 1000", "A 1"]
    with pytest.raises(eg.InputError, match="`named` lacks 1 column"):
        eg.problem_places(sites, named=named.rename(columns={"name": "namn"}))
    with pytest.raises(eg.CRSError, match="`sites` is in"):
        eg.problem_places(sites, named=named.to_crs(3011))
    with pytest.raises(eg.InputError, match="`named_within_m` must be"):
        eg.problem_places(sites, named=named, named_within_m=0)


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
        ({"eps_m": 1e200}, "`eps_m` must be at most 40,000,000, not 1e.200"),
        ({"min_incidents": "5"}, "`min_incidents` must be a finite number above 0, not '5'"),
    ],
)
def test_bad_arguments(arguments, text):
    with pytest.raises(eg.InputError, match=text):
        eg.problem_places(eg.to_sites(two_places()), **arguments)


def test_a_table_that_is_not_sites_is_refused():
    with pytest.raises(eg.InputError, match="`sites` lacks 5 column"):
        eg.problem_places(two_places())


def test_numbers_of_incidents_that_are_none_are_refused_and_texts_are_added_up():
    sites = eg.to_sites(two_places())
    with pytest.raises(eg.InputError, match="5 of 5 rows whose `n` is not a finite number"):
        eg.problem_places(sites.assign(n="nio"))
    as_text = eg.problem_places(sites.assign(n=sites["n"].astype(str)))
    pd.testing.assert_frame_equal(pd.DataFrame(as_text), pd.DataFrame(eg.problem_places(sites)))


def test_addresses_that_are_numbers_are_written_as_text():
    sites = eg.to_sites(two_places())
    places = eg.problem_places(sites.assign(address=[17, 3, 17, 5, 5]))
    assert places["name"].tolist() == ["5", "17"]
    assert places["addresses"].tolist() == ["5", "17; 3"]
