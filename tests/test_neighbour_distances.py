import logging

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree as tree  # noqa: N813 - patched below

import est_geo as eg
from builders import CRS, incidents_at
from est_geo.analysis import neighbour_distances
from est_geo.analysis.neighbour_distances import k_distances, weighted_distances
from reference import naive_k_distances


def sites_at(points, weights=None):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    weight = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    return gpd.GeoDataFrame({"weight": weight}, geometry=shapely.points(points), crs=CRS)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 5)),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 40),
)
def test_distances_are_the_naive_ones_and_say_which_sites_are_core(rows, k):
    points, weights = [row[:2] for row in rows], [row[2] for row in rows]
    distance = weighted_distances(np.asarray(points, float), np.asarray(weights, float), float(k))
    expected = naive_k_distances(points, weights, k)
    np.testing.assert_allclose(distance, expected, rtol=1e-12)
    if any(weights):
        eps = 10.0
        model = eg.SpatialDBSCAN(eps, min_samples=k).fit(points, sample_weight=weights)
        # At exactly eps a root and a square may differ in their last digit.
        sure = ~np.isclose(expected, eps)
        core = np.isin(np.arange(len(points)), model.core_sample_indices_)
        np.testing.assert_array_equal((expected <= eps)[sure], core[sure])


def test_many_neighbours_are_looked_up_where_weights_are_small():
    points = np.column_stack([np.arange(300.0), np.zeros(300)])
    distance = weighted_distances(points, np.full(300, 0.1), 10.0)
    assert distance[150] == 50
    assert distance[0] == 99
    assert np.isinf(weighted_distances(points, np.full(300, 0.1), 30.1)).all()
    assert distance.min() == 50


def test_the_table_is_the_plots_data():
    result = k_distances(sites_at([(0, 0), (10, 0), (40, 0), (900, 0)], [5, 1, 1, 1]), k=5)
    assert result.table["distance_m"].tolist() == [0, 10, 40, 900]
    assert result.table["share"].tolist() == [5 / 8, 6 / 8, 7 / 8, 1]
    assert result.by_eps["eps_m"].tolist() == list(range(10, 201, 10))
    assert result.by_eps.loc[0, ["places", "share", "largest_share"]].tolist() == [1, 0.75, 0.75]
    assert result.by_eps.loc[3, ["places", "share"]].tolist() == [1, 0.875]


def test_sites_that_never_reach_it_come_last():
    result = k_distances(sites_at([(0, 0), (10, 0)]), k=3)
    assert result.table["distance_m"].isna().all()
    assert np.isnan(result.recommended_m)
    assert np.isnan(result.knee_m)


def test_the_recommendation_is_the_eps_with_most_places(caplog):
    """Streets of houses 25 m apart, 80 m from street to street."""
    caplog.set_level(logging.INFO)
    houses = [(25 * i, 80 * street) for i in range(6) for street in range(4)]
    result = k_distances(sites_at(houses), k=3)
    assert result.by_eps.set_index("eps_m")["places"].loc[[20, 30, 70, 80]].tolist() == [0, 4, 4, 1]
    assert result.recommended_m == 30
    assert "eps_m=30 is recommended, with 4 places" in caplog.text


def test_the_knee_is_where_the_curve_bends_most():
    pairs = [(50 * i + step, 0) for i in range(20) for step in (0, 1 + i % 4)]
    strays = [(10_000 + 1000 * i, 0) for i in range(5)]
    assert k_distances(sites_at(pairs + strays), k=2).knee_m == 4
    assert np.isnan(k_distances(sites_at(pairs[:2] + strays), k=2).knee_m)


@pytest.mark.filterwarnings("error")
def test_sites_of_no_weight_do_not_bend_the_curve():
    pairs = [(50 * i + step, 0) for i in range(20) for step in (0, 1 + i % 4)]
    strays = [(10_000 + 1000 * i, 0) for i in range(5)]
    points, weights = [*pairs, *strays], [1] * 45
    far = [(x, 9e6) for x in range(3)]
    knee = k_distances(sites_at([*points, *far], [*weights, 0, 0, 0]), k=2).knee_m
    assert knee == k_distances(sites_at(points, weights), k=2).knee_m
    level = sites_at([(0, 0), (0, 0), (40, 0), (90, 0)], [2, 2, 0, 0])
    assert np.isnan(k_distances(level, k=2).knee_m)


def test_order_changes_nothing_and_site_ids_are_kept():
    incidents = incidents_at(np.random.default_rng(0).integers(0, 300, (80, 2)))
    sites = eg.to_sites(incidents)
    result = k_distances(sites, k=4)
    again = k_distances(sites.sample(frac=1, random_state=1), k=4)
    assert again.table.equals(result.table)
    assert set(result.table["site_id"]) == set(sites["site_id"])


@pytest.mark.parametrize(
    ("weights", "k", "text"),
    [
        ([1], 0, "`k` must be a finite number above 0"),
        ([-1], 1, "with a negative `weight`"),
        ([0], 1, "total `weight` of 0"),
    ],
)
def test_bad_arguments(weights, k, text):
    with pytest.raises(eg.InputError, match=text):
        k_distances(sites_at([(0, 0)], weights), k=k)


def test_very_many_incidents_at_one_address_are_looked_up_as_one_site(monkeypatch):
    # Looked up one by one, a hundred thousand of them would take half a minute.
    looked_up = []
    monkeypatch.setattr(
        neighbour_distances, "cKDTree", lambda points: looked_up.append(len(points)) or tree(points)
    )
    heap = np.vstack([np.full((1000, 2), 500.0), [[500, 540], [500, 900]]])
    result = k_distances(sites_at(heap), k=5)
    assert result.table["distance_m"].tolist() == [0.0] * 1000 + [40, 400]
    assert looked_up == [3]


def test_repeated_reports_do_not_count():
    sites = sites_at([(0, 0)] * 4 + [(30, 0)])
    again = sites.assign(duplicate_of=[None, "a", "a", "a", None])
    assert k_distances(again, k=2).table["distance_m"].tolist() == [30, 30]
    with pytest.raises(eg.InputError, match="`sites` has only repeated reports among its 5 rows"):
        k_distances(sites.assign(duplicate_of="a"), k=2)


def test_a_notebook_shows_what_each_eps_would_give():
    houses = [(25 * i, 80 * street) for i in range(6) for street in range(4)]
    shown = k_distances(sites_at(houses), k=3)._repr_html_()
    for said in ("30 m (föreslås)", "100 %", "Avstånd till vikten 3"):
        assert said in shown
    assert "nan" not in k_distances(sites_at([(0, 0), (10, 0)]), k=3)._repr_html_()
