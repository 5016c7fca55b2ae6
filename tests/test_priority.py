import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import CRS, box_area, incidents_at
from est_geo.analysis.priority import priority_cells
from est_geo.schema import KIND_DTYPE, PRIORITY_CELLS, names
from reference import naive_two_scale

TOWN = box_area(0, 0, 2000, 2000)  # 400 cells of 100 m


def sites_at(points, weights=None, **columns):
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    weights = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    table = {"n": weights.astype(int), "weight": weights, **columns}
    return gpd.GeoDataFrame(table, geometry=shapely.points(points), crs=CRS)


def test_the_score_is_the_naive_one():
    rng = np.random.default_rng(1)
    points, weights = rng.integers(0, 600, (15, 2)) + 0.5, rng.integers(1, 9, 15)
    cells = priority_cells(
        sites_at(points, weights), within=box_area(0, 0, 600, 600), area_share=1, wide_m=250
    )
    corners = cells.bounds[["minx", "miny"]].to_numpy()
    expected = naive_two_scale(points, weights, corners, cell_m=100, wide_m=250, parts=4)
    np.testing.assert_allclose(cells["score"], expected * 1e6, rtol=1e-9)
    # 4 x 4 points are enough: many more change the mean by little.
    finer = naive_two_scale(points, weights, corners, cell_m=100, wide_m=250, parts=12)
    assert np.abs(cells["score"] / 1e6 - finer).max() < 2e-3 * finer.max()


def test_planted_cells_come_first_and_a_neighbourhood_breaks_ties():
    # Three cells of four incidents each; one of them stands among cells of one.
    around = [(950 + dx, 950 + dy) for dx in (-100, 0, 100) for dy in (-100, 0, 100) if dx or dy]
    points = [(350, 350), (1550, 350), (950, 950), *around]
    sites = sites_at(points, [4, 4, 4] + [1] * 8, address=list("ABCDEFGHIJK"))
    cells = priority_cells(sites, within=TOWN, area_share=3 / 400)
    assert cells["address"].tolist() == ["C", "A", "B"]
    assert cells["rank"].tolist() == [1, 2, 2]
    assert cells["n"].tolist() == [4, 4, 4]
    assert cells["share"].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert cells["included"].tolist() == [1, 1, 1]
    assert cells.geometry[0].bounds == (900, 900, 1000, 1000)
    assert cells["district"].tolist() == ["A", "A", "A"]
    assert cells.attrs["priority"]["share"] == pytest.approx(0.6)


def test_tied_cells_share_the_last_places():
    points = [(350, 350), (1550, 350), (350, 1550), (1550, 1550), (1050, 1050)]
    cells = priority_cells(sites_at(points, [3, 3, 3, 3, 9]), within=TOWN, area_share=2 / 400)
    assert cells["rank"].tolist() == [1, 2, 2, 2, 2]
    assert cells["included"].tolist() == [1, 0.25, 0.25, 0.25, 0.25]
    # Tied cells stand from south to north, from west to east.
    assert [g.bounds[:2] for g in cells.geometry[1:]] == [
        (300, 300), (1500, 300), (300, 1500), (1500, 1500),
    ]  # fmt: skip
    assert cells.attrs["priority"]["area_used"] == pytest.approx(2 / 400)
    assert cells.attrs["priority"]["share"] == pytest.approx((9 + 3) / 21)


def test_rounding_does_not_rank_equal_neighbourhoods():
    pattern = np.random.default_rng(2).integers(-40, 140, (40, 2)) / 1.1  # no round numbers
    corners = [(300, 300), (1600, 300), (300, 1600), (1600, 1600)]
    points = np.concatenate([np.add(pattern, corner) for corner in corners])
    cells = priority_cells(sites_at(points), within=TOWN, area_share=0.1, wide_m=350)
    assert (cells["rank"].value_counts() % 4 == 0).all()


def test_a_part_of_a_place_is_used():
    cells = priority_cells(sites_at([(350, 350), (1550, 350)], [5, 4]), within=TOWN,
                           area_share=1.25 / 400)  # fmt: skip
    assert cells["included"].tolist() == [1, 0.25]


def test_cells_without_a_score_are_never_listed():
    cells = priority_cells(sites_at([(350, 350)]), within=TOWN, area_share=1, score="two_scale")
    assert 80 < len(cells) < 400
    assert (cells["score"] > 0).all()
    assert cells.attrs["priority"]["area_used"] < 1
    none = priority_cells(sites_at([(350, 350)], [0]), within=TOWN, score="two_scale")
    assert len(none) == 0
    assert {c.name: str(none[c.name].dtype) for c in PRIORITY_CELLS} == {
        c.name: KIND_DTYPE[c.kind] for c in PRIORITY_CELLS
    }


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1999), st.integers(0, 1999)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_order_copies_and_whole_cells_of_shift_change_nothing(points, random):
    cells = priority_cells(sites_at(points), within=TOWN, area_share=0.05)
    shuffled = random.sample(points, len(points))
    again = priority_cells(sites_at(shuffled), within=TOWN, area_share=0.05)
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(cells))
    doubled = priority_cells(sites_at(points * 2), within=TOWN, area_share=0.05, wide_m=500)
    weighted = priority_cells(
        sites_at(points, [2] * len(points)), within=TOWN, area_share=0.05, wide_m=500
    )
    assert doubled.geometry.tolist() == weighted.geometry.tolist()
    np.testing.assert_allclose(doubled["score"], weighted["score"], rtol=1e-9)
    far = np.add(points, [667_000, 6_591_000])
    moved = priority_cells(
        sites_at(far), within=box_area(667_000, 6_591_000, 669_000, 6_593_000), area_share=0.05
    )
    assert moved["rank"].tolist() == cells["rank"].tolist()
    np.testing.assert_allclose(moved["score"], cells["score"], rtol=1e-7)
    assert cells["included"].sum() == pytest.approx(min(20, (cells["score"] > 0).sum()))


def test_the_radius_grows_where_incidents_are_few(caplog):
    caplog.set_level(logging.INFO)
    area = box_area(0, 0, 10_000, 10_000)
    few = priority_cells(sites_at([(500, 500)], [99]), within=area)
    many = priority_cells(sites_at([(500, 500)], [100]), within=area)
    assert few.attrs["priority"]["radius_m"] == 1000
    assert many.attrs["priority"]["radius_m"] == 500
    assert "two-scale score, radius 1000 m (coordinates are fine enough; 0.99" in caplog.text
    # Incidents outside do not make the area less empty.
    outside = priority_cells(sites_at([(500, 500), (20_000, 0)], [99, 99]), within=area)
    assert outside.attrs["priority"]["radius_m"] == 1000


@pytest.mark.parametrize("lattice_m", [50, 100])
def test_rounded_coordinates_get_a_plain_density(lattice_m, caplog):
    caplog.set_level(logging.INFO)
    points = np.random.default_rng(4).uniform(0, 2000, (400, 2))
    fine = priority_cells(sites_at(np.round(points)), within=TOWN)
    assert fine.attrs["priority"]["score"] == "two_scale"
    rounded = np.floor(points / lattice_m) * lattice_m + lattice_m / 2
    coarse = priority_cells(sites_at(rounded), within=TOWN)
    used = coarse.attrs["priority"]
    assert (used["score"], used["radius_m"]) == ("plain", 175)
    assert "coordinates look rounded: 0 pairs of sites within 50 m" in caplog.text
    # Turned, as degrees are when projected, it is a lattice still.
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    turned = priority_cells(sites_at((rounded - 1000) @ turn * 1.01 + 1000), within=TOWN)
    assert turned.attrs["priority"]["score"] == "plain"


def test_uncertain_coordinates_get_a_plain_density():
    points = [(350, 350), (1550, 350)]
    for uncertainty, score in (([25, 0], "two_scale"), ([0, 25], "plain"), ([24, 24], "two_scale"),
                               (["okänd", None], "two_scale")):  # fmt: skip
        sites = sites_at(points, [4, 5], uncertainty_m=uncertainty)
        assert priority_cells(sites, within=TOWN).attrs["priority"]["score"] == score


def test_it_takes_the_sites_of_incidents_and_names_every_column():
    incidents = incidents_at([(350, 350)] * 3 + [(360, 350)], address=["A 1"] * 3 + ["B 2"])
    cells = priority_cells(eg.to_sites(incidents), within=TOWN, area_share=1 / 400)
    assert cells.columns.tolist() == names(PRIORITY_CELLS)
    assert cells.loc[0, ["n", "address", "district_id"]].tolist() == [4, "A 1", "a"]
    assert cells.crs.to_epsg() == 3006
    assert {c.name: str(cells[c.name].dtype) for c in PRIORITY_CELLS} == {
        c.name: KIND_DTYPE[c.kind] for c in PRIORITY_CELLS
    }


def test_a_centre_on_a_shared_edge_belongs_to_the_lower_id():
    halves = gpd.GeoDataFrame(
        {"district_id": ["b", "a"], "district": ["B", "A"]},
        geometry=[shapely.box(0, 0, 350, 2000), shapely.box(350, 0, 2000, 2000)],
        crs=CRS,
    )
    cells = priority_cells(sites_at([(350, 350)]), within=halves, area_share=1 / 400)
    assert cells["district"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"area_share": 0}, "`area_share` must be a finite number above 0, not 0"),
        ({"area_share": 5}, "`area_share` must be at most 1, not 5: 0.01 is one percent"),
        ({"cell_m": 0}, "`cell_m` must be a finite number above 0"),
        ({"cell_m": 0.5}, "makes 16,000,000 cells over this area, at most 6,250,000"),
        ({"cell_m": 1e4}, "`within` holds the centre of no cell of 10000 m"),
        ({"wide_m": 1e30}, "`wide_m` must be at most 40,000,000, not 1e.30"),
        ({"wide_m": 99}, "`wide_m` must be a finite number of at least 100"),
        ({"score": "best"}, "`score` must be one of auto, two_scale, plain"),
        ({"within": TOWN.to_crs(3011)}, "`sites` is in"),
        ({"within": TOWN.to_crs(4326)}, "`within` is in degrees"),
        ({"within": incidents_at([(0, 0)])}, "that are not polygons"),
    ],
)
def test_bad_arguments(arguments, text):
    with pytest.raises(eg.InputError, match=text):
        priority_cells(sites_at([(350, 350)]), **{"within": TOWN, **arguments})


@pytest.mark.parametrize(("weight", "text"), [(-1, "negative `weight`"), (np.nan, "not a finite")])
def test_bad_weights(weight, text):
    with pytest.raises(eg.InputError, match=text):
        priority_cells(sites_at([(350, 350)]).assign(weight=weight), within=TOWN)


@pytest.mark.parametrize(("n", "text"), [("x", "`n` is not a finite"), (-1, "negative `n`")])
def test_bad_numbers_of_incidents(n, text):
    with pytest.raises(eg.InputError, match=text):
        priority_cells(sites_at([(350, 350)]).assign(n=n), within=TOWN)


def test_repeated_reports_do_not_count():
    points = [(350, 350), *[(1550, 350)] * 3]
    sites = sites_at(points, [2, 1, 1, 1], duplicate_of=[None, None, "a", "a"])
    cells = priority_cells(sites, within=TOWN, area_share=2 / 400)
    assert cells["weight"].tolist() == [2, 1]
    assert cells["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    with pytest.raises(eg.InputError, match="`sites` has only repeated reports among its 4 rows"):
        priority_cells(sites.assign(duplicate_of="a"), within=TOWN)


def test_a_district_without_an_id_leaves_its_cells_without_one():
    halves = gpd.GeoDataFrame(
        {"district_id": ["a", None], "district": ["A", None]},
        geometry=[shapely.box(0, 0, 1000, 2000), shapely.box(1000, 0, 2000, 2000)],
        crs=CRS,
    )
    sites = sites_at([(350, 350), (1550, 350)], [5, 4])
    cells = priority_cells(sites, within=halves, area_share=2 / 400)
    assert cells["district"].fillna("none").tolist() == ["A", "none"]


def test_cells_of_any_side_share_their_corners():
    far = np.add(np.random.default_rng(3).integers(0, 300, (60, 2)), [667_000, 6_591_000])
    area = box_area(667_000, 6_591_000, 667_300, 6_591_300)
    cells = priority_cells(sites_at(far), within=area, area_share=1, cell_m=33.3)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
