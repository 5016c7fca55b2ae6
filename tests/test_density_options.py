"""Adaptive radii, the edge of the study area, comparisons, and tables of incidents."""

import logging
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.analysis.density import kde_ratio
from est_geo.analysis.density_sums import Points
from est_geo.analysis.kernel_scaling import adapted, density_at_points, mass_inside
from est_geo.geography.grid import Grid, grid_over
from reference import naive_adapted, naive_density

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
KERNELS = ("quartic", "epanechnikov", "gaussian")


def points_at(places, weights):
    places = np.asarray(places, float).reshape(-1, 2)
    return Points(places[:, 0].copy(), places[:, 1].copy(), np.asarray(weights, float))


def cell_centres(density):
    x, y = np.meshgrid(density.grid.eastings, density.grid.northings)
    return np.column_stack([x.ravel(), y.ravel()])


def test_published_widths_of_abramson():
    points = points_at(EIGHT, np.ones(8))
    widths = adapted(points, 100 * math.sqrt(8), "gaussian") / (100 * math.sqrt(8))
    expected = [1.089355, 0.765291, 0.834613, 0.883133, 1.122277, 1.131739, 1.126367, 1.137539]
    assert widths == pytest.approx(expected, abs=5e-7)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 900), st.integers(1, 5)),
        min_size=1,
        max_size=25,
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from(KERNELS),
)
def test_adaptive_is_the_naive_sum_with_a_radius_each(rows, kernel):
    places, weights = [row[:2] for row in rows], [float(w) for *_, w in rows]
    points = points_at(places, weights)
    pilot = naive_density(places, weights, places, kernel=kernel, radius=200)
    np.testing.assert_allclose(density_at_points(points, 200.0, kernel), pilot, rtol=1e-9)
    widths = np.maximum(naive_adapted(places, weights, kernel=kernel, radius=200), 50)
    density = eg.kde(
        incidents_at(places, weight=weights),
        within=AREA,
        bandwidth_m=200,
        cell_m=50,
        kernel=kernel,
        adaptive=True,
    )
    expected = 1e6 * naive_density(
        places, weights, cell_centres(density), kernel=kernel, radius=widths
    )
    atol = 1e-9 * max(expected.max(), 1e-3)
    np.testing.assert_allclose(density.values.ravel(), expected, rtol=0, atol=atol)
    assert density.adaptive


def test_an_adaptive_radius_is_never_under_the_cell():
    # A hundred at one place and a hundred far apart: the heap's radius would be 100/√10 m.
    alone = [(10_000 + 1000 * i, 312) for i in range(100)]
    density = eg.kde(
        incidents_at([*[(512, 312)] * 100, *alone]),
        within=AREA,
        bandwidth_m=100,
        cell_m=50,
        adaptive=True,
    )
    expected = 100 * 3e6 / (math.pi * 50**2) * (1 - (13**2 + 13**2) / 50**2) ** 2
    assert density.values.max() == pytest.approx(expected, rel=1e-9)


def test_adaptive_keeps_the_total():
    density = eg.kde(
        incidents_at([(800, 300), (820, 290), (700, 310)]),
        within=AREA,
        bandwidth_m=100,
        cell_m=5,
        adaptive=True,
    )
    assert np.nansum(density.values) * 25 / 1e6 == pytest.approx(3, rel=1e-4)


@pytest.mark.parametrize("kernel", KERNELS)
def test_mass_is_one_inside_half_at_a_straight_edge_and_a_quarter_in_a_corner(kernel):
    area = shapely.box(0, 0, 3000, 3000)
    mass = mass_inside(area, Grid(20.0, 0, 0, 150, 150), 200.0, kernel)
    assert mass[75, 75] == pytest.approx(1, abs=1e-9)
    # The first centre lies 10 m inside the edge: between one half and the share 10 m farther in.
    edge, corner = mass[75, 0], mass[0, 0]
    assert 0.5 < edge < 0.62
    assert corner == pytest.approx(edge**2, abs=0.01)
    assert (mass > 0).all()
    assert mass.max() <= 1


def test_mass_is_the_share_of_the_kernel_by_integration():
    # Wide cells are cut into parts: one cell's kernel over half a plane, by a fine sum.
    area = shapely.box(0, 0, 945, 2000)
    mass = mass_inside(area, Grid(100.0, 0, 0, 10, 20), 150.0, "quartic")
    step = np.arange(-149.5, 150) / 150
    x, y = np.meshgrid(step, step)
    height = np.clip(1 - x**2 - y**2, 0, None) ** 2
    assert mass[10, 8] == pytest.approx(height[:, step * 150 < 95].sum() / height.sum(), abs=0.004)
    assert mass[10, 5] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("cell", "radius"), [(100.0, 150.0), (50.0, 300.0), (10.0, 300.0)])
@pytest.mark.parametrize("kernel", ["quartic", "epanechnikov"])
def test_mass_is_right_to_two_percent_wherever_the_edge_lies(kernel, cell, radius):
    step = (np.arange(-600, 600) + 0.5) / 600
    x, y = np.meshgrid(step, step[::8])
    height = np.clip(1 - x**2 - y**2, 0, None) ** (2 if kernel == "quartic" else 1)
    until = np.append(0, np.cumsum(height.sum(axis=0)) / height.sum())
    columns = math.ceil(2 * radius / cell) + 1
    grid = Grid(cell, 0, 0, columns, 2 * columns + 1)
    for edge in np.linspace((columns - 1) * cell, columns * cell, 23):
        mass = mass_inside(shapely.box(0, 0, edge, 1e4), grid, radius, kernel)[columns]
        centres = grid.eastings[grid.eastings <= edge]
        # Both the edge in the east and that in the west, at 0, cut off a part.
        share = sum(
            np.interp(far / radius, np.linspace(-1, 1, 1201), until)
            for far in (edge - centres, centres)
        )
        np.testing.assert_allclose(mass[: len(centres)], share - 1, rtol=0.02)


def test_a_cell_in_a_strip_that_squares_miss_has_a_mass():
    # The cells' own centres lie inside, on its edge, and no centre of a sixteenth does.
    strip = shapely.box(0, 50, 1000, 50.1)
    mass = mass_inside(strip, Grid(100.0, 0, 0, 10, 1), 150.0, "quartic")
    assert (mass > 0).all()


def test_edge_correction_divides_by_the_mass_and_leaves_the_middle():
    sites = incidents_at(EIGHT)
    kept = {"within": AREA, "bandwidth_m": 150, "cell_m": 50}
    plain, mended = eg.kde(sites, **kept), eg.kde(sites, **kept, edge="mass")
    mass = mass_inside(AREA.geometry[0], grid_over(AREA, cell_m=50.0), 150.0, "quartic")
    np.testing.assert_allclose(mended.values, plain.values / mass, rtol=1e-14)
    np.testing.assert_allclose(mended.values[4:8, 4:-4], plain.values[4:8, 4:-4], rtol=1e-9)
    assert (mended.values >= plain.values).all()
    assert (mended.edge, plain.edge) == ("mass", "none")


def test_an_even_spread_looks_even_up_to_the_edge_once_mended():
    x, y = np.meshgrid(np.arange(5, 1600, 10.0), np.arange(5, 600, 10.0))
    even = incidents_at(np.column_stack([x.ravel(), y.ravel()]))
    mended = eg.kde(even, within=AREA, bandwidth_m=200, cell_m=50, edge="mass")
    assert mended.values == pytest.approx(10_000, rel=0.01)
    plain = eg.kde(even, within=AREA, bandwidth_m=200, cell_m=50)
    assert plain.values.min() < 5_000


def test_ratios_of_two_densities(caplog):
    caplog.set_level(logging.INFO, logger="est_geo")
    first, second = incidents_at(EIGHT), incidents_at(EIGHT[:5], weight=[3.0, 1, 1, 1, 2])
    kept = {"within": AREA, "bandwidth_m": 300, "cell_m": 50}
    above, below = (eg.kde(table, **kept).values for table in (first, second))
    ratio = kde_ratio(first, second, **kept)
    floor = 3e6 / (math.pi * 300**2)
    assert ratio.floor_per_km2 == pytest.approx(floor)
    assert "floor_per_km2=10.61 chosen" in caplog.text
    np.testing.assert_array_equal(np.isfinite(ratio.values), below >= floor)
    enough = below >= floor
    assert 0 < enough.mean() < 1
    np.testing.assert_allclose(ratio.values[enough], above[enough] / below[enough], rtol=1e-14)
    log = kde_ratio(first, second, **kept, compare="log_ratio", floor_per_km2=4)
    some = below >= 4
    np.testing.assert_allclose(
        log.values[some], np.log(above[some] / below[some]), rtol=0, atol=1e-13
    )
    assert np.isnan(log.values[~some]).all()
    difference = kde_ratio(first, second, **kept, compare="difference")
    np.testing.assert_allclose(difference.values, above - below, atol=1e-12)
    assert (ratio.measure, log.measure, difference.measure) == ("ratio", "log_ratio", "difference")


def test_a_logarithm_of_nothing_is_missing():
    first, second = incidents_at([(200, 200)]), incidents_at([(200, 200), (1200, 300)])
    log = kde_ratio(
        first, second, within=AREA, bandwidth_m=200, cell_m=50, compare="log_ratio", floor_per_km2=1
    )
    assert np.isnan(log.values[6, 24])
    assert log.values[4, 4] == pytest.approx(0, abs=1e-12)
    assert not np.isinf(log.values).any()


def test_a_ratio_goes_by_the_study_area_too():
    triangle = AREA.assign(geometry=[shapely.Polygon([(0, 0), (1600, 0), (0, 600)])])
    sites = incidents_at(EIGHT)
    values = kde_ratio(sites, sites, within=triangle, bandwidth_m=300, cell_m=50).values
    assert np.isnan(values[-1, -1])
    assert np.nanmax(np.abs(values - 1)) < 1e-14


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"compare": "quotient"}, eg.InputError, "must be one of ratio, difference, log_ratio"),
        ({"floor_per_km2": 0}, eg.InputError, "`floor_per_km2` must be a finite number above 0"),
        ({"bandwidth_m": 40}, eg.InputError, "40 m is smaller than `cell_m`"),
        (
            {"against": incidents_at(EIGHT).to_crs(3011)},
            eg.CRSError,
            "`against` is in SWEREF99 18 00 but `within`",
        ),
        ({"sites": incidents_at(EIGHT).to_crs(3011)}, eg.CRSError, "`sites` is in SWEREF99 18 00"),
        ({"against": None}, eg.InputError, "`against` must be a GeoDataFrame"),
    ],
)
def test_bad_comparisons(change, error, text):
    given_ = {"sites": incidents_at(EIGHT), "against": incidents_at(EIGHT), "bandwidth_m": 300}
    given_ |= change
    with pytest.raises(error, match=text):
        kde_ratio(given_.pop("sites"), given_.pop("against"), within=AREA, cell_m=50, **given_)


def test_a_table_of_incidents_does_without_sites_weights_and_repeated_reports():
    places = [*EIGHT, *EIGHT[:3]]
    kept = {"within": AREA, "bandwidth_m": 300, "cell_m": 50}
    expected = eg.kde(eg.to_sites(incidents_at(places)), **kept).values
    incidents = incidents_at(places)
    np.testing.assert_array_equal(eg.kde(incidents, **kept).values, expected)
    again = incidents_at([*places, *places], duplicate_of=[None] * 11 + ["a"] * 11)
    np.testing.assert_array_equal(eg.kde(again, **kept).values, expected)
    with pytest.raises(eg.InputError, match="only repeated reports among its 22 rows"):
        eg.kde(again.assign(duplicate_of="a"), **kept)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda t: t.set_geometry(t.translate(np.nan)), "not a finite number|without a point"),
        (
            lambda t: t.set_geometry(t.translate(np.inf)),
            "8 of 8 rows with a coordinate that is not",
        ),
        (lambda t: t.set_geometry(t.buffer(1)), "8 of 8 rows whose geometry is not a point"),
        (lambda t: t.assign(weight=-1.0), "8 of 8 rows with a negative `weight`"),
        (lambda t: t.assign(weight=np.nan), "8 of 8 rows whose `weight` is not a finite number"),
        (lambda t: t.iloc[:0], "`sites` is empty"),
    ],
)
def test_bad_points_are_refused(change, text):
    with pytest.raises(eg.InputError, match=text):
        eg.kde(change(incidents_at(EIGHT)), within=AREA, bandwidth_m=300)


def test_points_in_degrees_or_without_a_system_are_refused():
    for sites, text in (
        (incidents_at(EIGHT).to_crs(4326), "`sites` is in degrees"),
        (incidents_at(EIGHT).set_crs(None, allow_override=True), "`sites` has no CRS"),
    ):
        with pytest.raises(eg.CRSError, match=text):
            eg.kde(sites, within=AREA, bandwidth_m=300)


def test_no_weight_at_all_is_a_density_of_nothing():
    sites = incidents_at(EIGHT, weight=np.zeros(8))
    for options in ({}, {"adaptive": True}, {"kernel": "gaussian"}):
        assert (eg.kde(sites, within=AREA, bandwidth_m=300, **options).values == 0).all()
