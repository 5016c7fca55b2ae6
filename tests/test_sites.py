import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import incidents_at
from est_geo.schema import SITE_COUNTS, SITES, names
from reference import naive_sites

coordinates = st.lists(
    st.tuples(
        st.floats(-2000, 2000).map(lambda v: round(v, 2)),
        st.floats(-2000, 2000).map(lambda v: round(v, 2)),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(coordinates, st.randoms(use_true_random=False))
def test_sites_are_the_naive_sites_in_any_row_order(points, random):
    weights = [float(random.randint(0, 5)) for _ in points]
    incidents = incidents_at(points, weight=weights)
    sites = eg.to_sites(incidents)
    found = {
        (p.y, p.x): (n, w)
        for p, n, w in zip(sites.geometry, sites["n"], sites["weight"], strict=True)
    }
    assert list(found.items()) == list(naive_sites(points, weights).items())
    order = random.sample(range(len(points)), len(points))
    pd.testing.assert_frame_equal(
        pd.DataFrame(eg.to_sites(incidents.iloc[order])), pd.DataFrame(sites)
    )


def test_fractions_add_up_to_the_same_digit_in_any_row_order():
    rng = np.random.default_rng(0)
    incidents = incidents_at(
        rng.integers(0, 5, (500, 2)),
        weight=rng.choice([0.1, 0.3, 0.7, 1.1], 500),
        district_id=rng.choice(["1", "2"], 500),
        district="A",
    )
    for table in (eg.to_sites, eg.count_by_site, eg.count_by_district):
        first, again = table(incidents), table(incidents.sample(frac=1, random_state=1))
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(first), check_exact=True)


def test_places_of_the_same_fractions_tie_whatever_the_order_of_their_rows():
    weights = [0.1, 0.2, 0.3, 0.3, 0.2, 0.1]
    assert sum(weights[:3]) != sum(weights[3:])
    incidents = incidents_at([(0, 0)] * 3 + [(900, 0)] * 3, weight=weights)
    for rows in (incidents, incidents.iloc[::-1]):
        places = eg.problem_places(eg.to_sites(rows), min_incidents=0.5)
        assert places["name"].tolist() == ["N 0, E 0", "N 0, E 900"]


def test_site_id_holds_the_rounded_coordinate_and_sorts_by_northing_then_easting():
    sites = eg.to_sites(incidents_at([(667425.4, 6591436.5), (5, 6591437), (-3.5, -7.2)]))
    assert sites["site_id"].tolist() == [-700000003, 659143700000005, 659143700667425]
    assert [(p.x, p.y) for p in sites.geometry] == [(-3, -7), (5, 6591437), (667425, 6591437)]


def test_a_site_keeps_its_most_frequent_address_and_its_first_and_last_time():
    times = pd.to_datetime(["2026-03-01", "2026-01-01", "2026-02-01", None]).astype(
        "datetime64[us]"
    )
    incidents = incidents_at(
        [(1, 1), (1.2, 1), (0.9, 1), (1, 1)],
        occurred_from=times,
        address=["B 1", "A 1", "B 1", None],
        district_id=["2", "1", "1", "2"],
        district=["Två", "Ett", "Ett", "Två"],
    )
    site = eg.to_sites(incidents).iloc[0]
    assert site["address"] == "B 1"
    assert (site["first"], site["last"]) == (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-03-01"))
    assert (site["district_id"], site["district"]) == ("1", "Ett"), "equally many: the first id"


def test_rows_without_a_point_are_in_no_site():
    incidents = incidents_at([(1, 1), (2, 2)])
    incidents.loc[0, "geometry"] = None
    assert eg.to_sites(incidents)["n"].sum() == 1
    incidents.loc[1, "geometry"] = None
    with pytest.raises(eg.InputError, match="no point in any of its 2 rows"):
        eg.to_sites(incidents)


def test_tables_have_the_columns_of_the_schema():
    incidents = incidents_at([(1, 1), (1, 1), (2, 2)])
    assert eg.to_sites(incidents).columns.tolist() == names(SITES)
    assert eg.count_by_site(incidents).columns.tolist() == names(SITE_COUNTS)


def test_counts_by_site_add_up_and_keep_missing_values_apart():
    times = pd.to_datetime(["2026-01-31", "2026-02-01", None, "2026-02-03"])
    incidents = incidents_at(
        [(1, 1)] * 4,
        occurred_from=times,
        category=["klotter", "klotter", None, "klotter"],
        source=["polis"] * 4,
        weight=[1.0, 2.0, 3.0, 4.0],
    )
    counts = eg.count_by_site(incidents)
    assert counts["period"].tolist()[:2] == ["2026-01", "2026-02"]
    assert counts["period"].isna().sum() == 1
    assert counts["n"].tolist() == [1, 2, 1]
    assert counts["weight"].tolist() == [1.0, 6.0, 3.0]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda t: t.set_crs(None, allow_override=True), eg.CRSError, "has no CRS"),
        (lambda t: t.set_crs(4326, allow_override=True), eg.CRSError, "is in degrees"),
        (lambda t: t.set_crs(3857, allow_override=True), eg.CRSError, "Web Mercator"),
        (lambda t: t.set_crs(2264, allow_override=True), eg.CRSError, "US survey foot"),
        (lambda t: t.iloc[:0], eg.InputError, "has 0 rows"),
        (lambda t: t.assign(weight=[1.0, np.nan]), eg.InputError, "1 of 2 rows whose `weight`"),
        (lambda t: t.assign(weight=[1.0, -1.0]), eg.InputError, "negative `weight`"),
        (lambda t: t.set_geometry(t.buffer(1)), eg.InputError, "2 of 2 rows whose geometry is not"),
        (lambda t: t.set_geometry(t.translate(np.inf)), eg.InputError, "not a finite number"),
        (
            lambda t: t.set_geometry(t.translate(1e9)),
            eg.InputError,
            "farther than any place on Earth",
        ),
        (pd.DataFrame, eg.InputError, r"lacks 2 column\(s\): easting, northing"),
    ],
)
def test_bad_tables_are_refused_with_count_and_remedy(change, error, text):
    incidents = incidents_at([(667425, 6591437), (667430, 6591437)])
    with pytest.raises(error, match=text):
        eg.to_sites(change(incidents))


def test_the_input_is_left_as_it_was():
    incidents = incidents_at([(1.4, 1.4), (1.4, 1.4)])
    before = gpd.GeoDataFrame(incidents.copy())
    eg.to_sites(incidents)
    pd.testing.assert_frame_equal(pd.DataFrame(incidents), pd.DataFrame(before))
