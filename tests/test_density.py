import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KernelDensity

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.analysis.density import Density
from est_geo.geography.grid import Grid
from reference import naive_density

# METHODS 2's eight points; expected densities were computed independently.
EIGHT = [
    (200, 100),
    (400, 220),
    (400, 310),
    (500, 150),
    (700, 400),
    (900, 90),
    (1000, 380),
    (1400, 260),
]
AREA = box_area(0, 0, 1600, 600)

points_and_weights = st.lists(
    st.tuples(st.integers(-300, 1500), st.integers(-300, 900), st.integers(0, 9)),
    min_size=1,
    max_size=25,
)


def density_at(density, easting, northing):
    grid = density.grid
    row = round(northing / grid.cell_m - 0.5) - grid.south
    column = round(easting / grid.cell_m - 0.5) - grid.west
    assert grid.northings[row] == northing
    assert grid.eastings[column] == easting
    return density.values[row, column]


def sites_of(points, weights=None):
    return eg.to_sites(
        incidents_at(points, weight=np.ones(len(points)) if weights is None else weights)
    )


@pytest.mark.parametrize(
    ("kernel", "bandwidth", "expected", "adaptive"),
    [
        ("quartic", 300, 8.844050, False),
        ("gaussian", 100 * math.sqrt(8), 7.464973, False),
        ("gaussian", 100 * math.sqrt(8), 7.184653, True),
    ],
)
def test_published_numbers(kernel, bandwidth, expected, adaptive):
    # Cells of 20 m, shifted by half a cell, have a centre at (700, 250) = (35, 12.5) cells.
    shifted = [(x + 10, y) for x, y in EIGHT]
    density = eg.kde(
        sites_of(shifted),
        within=AREA,
        bandwidth_m=bandwidth,
        cell_m=20,
        kernel=kernel,
        adaptive=adaptive,
    )
    assert density_at(density, 710, 250) == pytest.approx(expected, abs=1e-6)


def test_quartic_of_one_point_at_its_own_place_at_half_way_and_at_its_edge():
    density = eg.kde(sites_of([(505, 305)]), within=AREA, bandwidth_m=300, cell_m=10)
    assert density_at(density, 505, 305) == pytest.approx(10.610330, abs=5e-7)
    assert density_at(density, 655, 305) == pytest.approx(5.968310, abs=5e-7)
    assert density_at(density, 805, 305) == 0
    assert density_at(density, 795, 305) > 0


@settings(max_examples=60, deadline=None)
@given(
    points_and_weights, st.sampled_from(["quartic", "gaussian"]), st.sampled_from([100, 137.5, 420])
)
def test_density_is_the_naive_sum(rows, kernel, bandwidth):
    points, weights = [(x, y) for x, y, _ in rows], [float(w) for *_, w in rows]
    density = eg.kde(
        sites_of(points, weights), within=AREA, bandwidth_m=bandwidth, cell_m=100, kernel=kernel
    )
    x, y = np.meshgrid(density.grid.eastings, density.grid.northings)
    expected = 1e6 * naive_density(
        points, weights, np.column_stack([x.ravel(), y.ravel()]), kernel=kernel, radius=bandwidth
    )
    atol = 1e-12 * expected.max()
    np.testing.assert_allclose(density.values.ravel(), expected, rtol=0, atol=atol)
    if kernel == "quartic":
        np.testing.assert_array_equal(density.values.ravel() == 0, expected == 0)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_far_coordinates_lose_no_digits(kernel):
    offset = np.array([700_000.0, 7_000_000.0])
    near = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=50, kernel=kernel)
    far = eg.kde(
        sites_of(np.array(EIGHT) + offset),
        within=AREA.assign(geometry=AREA.translate(*offset)),
        bandwidth_m=300,
        cell_m=50,
        kernel=kernel,
    )
    np.testing.assert_allclose(far.values, near.values, rtol=0, atol=1e-13 * near.values.max())


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("cell", [33.3, 0.7, 100 / 3])
def test_cells_whose_corner_is_no_round_number_lose_no_digits(kernel, cell):
    rng = np.random.default_rng(6)
    south, west = round(7_000_000 / cell), round(700_000 / cell)
    corner = np.array([west * cell, south * cell])
    points = corner + rng.uniform(0, 8 * cell, (12, 2))
    area = box_area(*corner + cell / 4, *corner + 8 * cell)
    density = eg.kde(
        incidents_at(points), within=area, bandwidth_m=1.5 * cell, cell_m=cell, kernel=kernel
    )
    assert (density.grid.west, density.grid.south) == (west, south)
    # The reference counts in fractions: a float of seven million metres has no digits to spare.
    origin = [Fraction(cells) * Fraction(cell) for cells in (west, south)]
    local = [[float(Fraction(v) - o) for v, o in zip(p, origin, strict=True)] for p in points]
    rows, columns = density.values.shape
    x, y = np.meshgrid((np.arange(columns) + 0.5) * cell, (np.arange(rows) + 0.5) * cell)
    expected = 1e6 * naive_density(
        local, np.ones(12), np.column_stack([x.ravel(), y.ravel()]), kernel=kernel,
        radius=1.5 * cell,
    )  # fmt: skip
    inside = np.isfinite(density.values).ravel()
    atol = 1e-12 * expected.max()
    np.testing.assert_allclose(density.values.ravel()[inside], expected[inside], rtol=0, atol=atol)


@pytest.mark.parametrize(("kernel", "spill"), [("quartic", 0.0), ("gaussian", 1e-9)])
def test_the_whole_weight_is_found_when_nothing_spills(kernel, spill):
    sites = sites_of([(800, 300), (820, 290)], [2.0, 3.0])
    density = eg.kde(sites, within=AREA, bandwidth_m=130, cell_m=5, kernel=kernel)
    table = density.to_geodataframe()
    # A sum over 5 m cells instead of an integral: the quartic's is right to 1e-5.
    assert (table["per_km2"] * table.area / 1e6).sum() == pytest.approx(5, rel=1e-5 + spill)


def test_density_is_additive_and_one_weight_is_as_many_copies():
    whole = eg.kde(sites_of(EIGHT + [(410, 220)] * 3), within=AREA, bandwidth_m=300, cell_m=50)
    left = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=50)
    right = eg.kde(sites_of([(410, 220)], [3.0]), within=AREA, bandwidth_m=300, cell_m=50)
    np.testing.assert_allclose(whole.values, left.values + right.values, rtol=1e-14)


def test_swapping_the_axes_swaps_the_picture():
    density = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=50)
    swapped = eg.kde(
        sites_of([(y, x) for x, y in EIGHT]),
        within=box_area(0, 0, 600, 1600),
        bandwidth_m=300,
        cell_m=50,
    )
    np.testing.assert_allclose(swapped.values.T, density.values, rtol=1e-13)


def test_gaussian_against_scikit_learn():
    rng = np.random.default_rng(7)
    points = np.floor(rng.uniform([0, 0], [1600, 600], (200, 2)))
    density = eg.kde(
        sites_of(points), within=AREA, bandwidth_m=150 * math.sqrt(8), cell_m=50, kernel="gaussian"
    )
    x, y = np.meshgrid(density.grid.eastings, density.grid.northings)
    peer = KernelDensity(bandwidth=150).fit(points)
    expected = 1e6 * 200 * np.exp(peer.score_samples(np.column_stack([x.ravel(), y.ravel()])))
    atol = 1e-12 * expected.max()
    np.testing.assert_allclose(density.values.ravel(), expected, rtol=0, atol=atol)


def test_cells_lie_at_multiples_of_their_side_and_only_those_inside_have_a_value():
    triangle = AREA.assign(geometry=[shapely.Polygon([(130, 130), (930, 130), (130, 530)])])
    density = eg.kde(sites_of(EIGHT), within=triangle, bandwidth_m=300, cell_m=100)
    assert (density.grid.west, density.grid.south, density.grid.columns, density.grid.rows) == (
        1,
        1,
        9,
        5,
    )
    x, y = np.meshgrid(density.grid.eastings, density.grid.northings)
    inside = np.array(
        [
            triangle.geometry[0].covers(shapely.Point(a, b))
            for a, b in zip(x.ravel(), y.ravel(), strict=True)
        ]
    )
    np.testing.assert_array_equal(np.isfinite(density.values).ravel(), inside)
    assert len(density.to_geodataframe()) == inside.sum()


def test_xarray_has_cell_centres_as_coordinates():
    array = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=100).to_xarray()
    assert array.dims == ("northing", "easting")
    assert array.easting.values[:2].tolist() == [50, 150]
    assert array.attrs["bandwidth_m"] == 300
    assert array.sel(northing=250, easting=450).item() > 8


def test_contours_follow_the_density():
    density = eg.kde(sites_of([(800, 300)]), within=AREA, bandwidth_m=250, cell_m=10)
    contours = density.contours([4.0, 8.0])
    assert contours["low"].tolist() == [4, 8]
    assert contours["high"].tolist() == [8, math.inf]
    # A quartic peak of 3e6/(πh²) falls to c at d = h·√(1 − √(c/peak)).
    peak = 3e6 / (math.pi * 250**2)
    disc = [math.pi * 250**2 * (1 - math.sqrt(level / peak)) for level in (4, 8)]
    assert contours.area[1] == pytest.approx(disc[1], rel=0.01)
    assert contours.area[0] == pytest.approx(disc[0] - disc[1], rel=0.01)
    assert len(contours.geometry[0].interiors) == 1, "the inner class is a hole of the outer"
    assert contours.is_valid.all()
    assert contours.crs == AREA.crs


def test_contours_of_random_densities_are_valid_and_do_not_overlap():
    rng = np.random.default_rng(3)
    for _ in range(20):
        sites = sites_of(
            rng.integers(0, 1600, (60, 2)) * [1, 0.4], rng.integers(1, 9, 60).astype(float)
        )
        contours = eg.kde(sites, within=AREA, bandwidth_m=100, cell_m=50).contours()
        assert contours.is_valid.all()
        assert contours.area.sum() == pytest.approx(shapely.union_all(contours.geometry).area)


def test_contours_of_densities_with_ties_at_the_levels_are_polygons():
    # Whole numbers and gaps make contours touch themselves, and shrink to lines and points.
    rng = np.random.default_rng(5)
    for _ in range(200):
        values = rng.integers(0, 4, (6, 6)).astype(float)
        values[rng.random((6, 6)) < 0.15] = math.nan
        grid = Grid(cell_m=10, west=0, south=0, columns=6, rows=6)
        density = Density(values, grid, AREA.crs, 50.0, "quartic")
        contours = density.contours([1, 2])
        assert contours.is_valid.all()
        assert set(contours.geom_type) <= {"Polygon", "MultiPolygon"}
        assert contours.area.sum() == pytest.approx(shapely.union_all(contours.geometry).area)


@pytest.mark.parametrize("levels", [[0, 1], [2, 1], [1, 1], [1, math.nan], [1, math.inf]])
def test_levels_that_do_not_rise_are_refused(levels):
    density = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=50)
    with pytest.raises(eg.InputError, match="`levels` must be finite, above 0 and rising"):
        density.contours(levels)


def test_suggested_levels_are_round_and_rise_from_three_times_the_mean():
    density = eg.kde(sites_of(EIGHT), within=AREA, bandwidth_m=300, cell_m=50)
    levels = density.levels()
    assert len(levels) == 5
    assert levels[0] == pytest.approx(3 * density.mean, rel=0.4)
    assert [b / a for a, b in pairwise(levels)] == [2] * 4
    assert f"{levels[0]:g}".strip("0.") in "123456789"


def test_no_incident_inside_gives_no_contours():
    density = eg.kde(sites_of([(90_000, 90_000)]), within=AREA, bandwidth_m=300, cell_m=50)
    assert density.levels() == []
    assert density.contours().columns.tolist() == ["low", "high", "geometry"]
    assert len(density.contours()) == 0


def test_automatic_bandwidth_is_used_announced_and_not_under_the_cell(caplog):
    caplog.set_level("INFO", logger="est_geo")
    # 0.17·√(0.96e6/8) = 58.9 m, held at 75 m, raised to the cell.
    assert eg.kde(sites_of(EIGHT), within=AREA, cell_m=50).bandwidth_m == 75
    assert eg.kde(sites_of(EIGHT), within=AREA, cell_m=100).bandwidth_m == 100
    assert "bandwidth_m=75 chosen from 8 incidents over 1.0 km²" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"bandwidth_m": 90}, eg.InputError, "90 m is smaller than `cell_m` of 100 m"),
        (
            {"bandwidth_m": math.nan},
            eg.InputError,
            "`bandwidth_m` must be a finite number above 0, not nan",
        ),
        ({"cell_m": 0}, eg.InputError, "`cell_m` must be a finite number above 0"),
        ({"cell_m": 0.01, "bandwidth_m": 5}, eg.InputError, "9,600,000,000 cells"),
        ({"cell_m": 1e-30, "bandwidth_m": 5}, eg.InputError, "makes countless cells over this"),
        ({"cell_m": 5e-324, "bandwidth_m": 5}, eg.InputError, "makes countless cells over this"),
        ({"cell_m": 1e300}, eg.InputError, "`cell_m` must be at most 40,000,000, not 1e.300"),
        ({"bandwidth_m": 1e30}, eg.InputError, "`bandwidth_m` must be at most 40,000,000, not 1e"),
        (
            {"cell_m": 5000},
            eg.InputError,
            "`within` holds the centre of no cell of 5000 m.* Use smaller cells, or check",
        ),
        ({"bandwidth_m": "silverman"}, eg.InputError, "must be one of auto, arcgis, scott, normal"),
        ({"edge": "reflect"}, eg.InputError, "`edge` must be one of none, mass"),
        ({"edge": "mass", "adaptive": True}, eg.InputError, "`adaptive` gives each site its own"),
        (
            {"kernel": "box"},
            eg.InputError,
            "`kernel` must be one of quartic, epanechnikov, gaussian",
        ),
        (
            {"within": AREA.to_crs(3011)},
            eg.CRSError,
            "`sites` is in SWEREF99 TM but `within` in SWEREF99 18 00",
        ),
        (
            {"within": box_area(0, 0, 100_000, 100_000), "cell_m": 3, "bandwidth_m": 9},
            eg.InputError,
            r"`cell_m` of 3 m makes 1,111,155,556 cells .* Use larger cells or a smaller area",
        ),
        (
            {
                "within": box_area(0, 0, 30_000, 30_000),
                "cell_m": 5,
                "bandwidth_m": 5,
                "edge": "mass",
            },
            eg.InputError,
            '`edge="mass"` needs 10,404,000,000 small squares',
        ),
        ({"within": AREA.iloc[:0]}, eg.InputError, "`within` is empty"),
        (
            {"within": AREA.assign(geometry=AREA.boundary)},
            eg.InputError,
            "1 of 1 rows that are not polygons",
        ),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        eg.kde(sites_of(EIGHT), **{"within": AREA, **arguments})


def test_an_invalid_polygon_is_named():
    bow = AREA.assign(geometry=[shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])])
    with pytest.raises(
        eg.InputError, match=r"1 of 1 rows with an invalid polygon \(Self-intersection"
    ):
        eg.kde(sites_of(EIGHT), within=bow)


def test_a_site_without_a_point_is_refused_and_named_in_few_letters():
    sites = sites_of(EIGHT).assign(incident_id="x" * 41)
    sites.loc[3, "geometry"] = None
    with pytest.raises(
        eg.InputError, match=rf"1 of 8 rows without a point; the first is row '{'x' * 40}'"
    ):
        eg.kde(sites, within=AREA)


def test_negative_weights_are_refused():
    sites = sites_of(EIGHT).assign(weight=[-1.0] + [1.0] * 7)
    with pytest.raises(eg.InputError, match="1 of 8 rows with a negative `weight`"):
        eg.kde(sites, within=AREA)


def test_row_order_changes_nothing():
    sites = sites_of(EIGHT)
    first = eg.kde(sites, within=AREA, bandwidth_m=300, cell_m=50)
    second = eg.kde(sites.iloc[::-1], within=AREA, bandwidth_m=300, cell_m=50)
    pd.testing.assert_frame_equal(pd.DataFrame(first.values), pd.DataFrame(second.values))


@pytest.mark.parametrize("options", [{}, {"adaptive": True}, {"kernel": "gaussian"}])
def test_coordinates_farther_than_any_place_are_refused(options):
    far = incidents_at([*EIGHT, (1e300, 0)])
    with pytest.raises(eg.InputError, match=r"`sites` has a coordinate of 1e.300 m, farther than"):
        eg.kde(far, within=AREA, bandwidth_m=300, **options)
