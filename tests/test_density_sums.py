"""The compiled sums against the naive one, and what must hold for any points."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

import est_geo as eg
from builders import box_area, incidents_at
from est_geo import compiled
from est_geo.analysis import density_sums
from est_geo.analysis.density_sums import Points, direct_sum, gaussian_sum, sweep_sum
from est_geo.analysis.weighted_points import merged
from reference import naive_density

KERNELS = ("quartic", "epanechnikov", "gaussian")
AREA = box_area(0, 0, 1200, 800)

rows = st.lists(
    st.tuples(st.integers(-200, 1400), st.integers(-200, 1000), st.integers(1, 9)),
    min_size=1,
    max_size=30,
)


def random_points(rng, n, *, whole=True, largest=9):
    easting, northing = rng.uniform(-400, 1600, n), rng.uniform(-400, 1200, n)
    if whole:
        easting, northing = np.floor(easting), np.floor(northing)
    order = np.argsort(northing)
    weight = rng.integers(0, largest, n).astype(float)
    return Points(easting[order], northing[order], weight)


def centres_of(cell, shape):
    y, x = np.mgrid[: shape[0], : shape[1]]
    return np.column_stack([(x.ravel() + 0.5) * cell, (y.ravel() + 0.5) * cell])


def plain(points, radius, cell, power, shape):
    """Σ w (h² − d²)^power, unscaled."""
    kernel = {1: "epanechnikov", 2: "quartic"}[power]
    density = naive_density(
        list(zip(*points[:2], strict=True)),
        points.weight,
        centres_of(cell, shape),
        kernel=kernel,
        radius=radius,
    )
    return density.reshape(shape) * math.pi * radius ** (2 * power + 2) / (power + 1)


def density_of(points, weights=None, *, area=AREA, cell=50, bandwidth=200, **options):
    table = incidents_at(points, weight=np.ones(len(points)) if weights is None else weights)
    return eg.kde(table, within=area, bandwidth_m=bandwidth, cell_m=cell, **options)


@pytest.mark.parametrize("seed", range(300))
def test_300_random_cases_are_the_naive_sum(seed):
    rng = np.random.default_rng(seed)
    n, kernel = int(rng.integers(1, 40)), KERNELS[seed % 3]
    cell = float(rng.choice([40, 50, 62.5, 75]))
    radius = float(rng.choice([cell, 100.5, 260, 900]))
    bandwidth = max(radius, cell)
    weights = rng.choice([0.0, 0.25, 1.0, 3.0, 1e6], n)
    points = rng.uniform([-300, -300], [900, 700], (n, 2))
    if seed % 2:
        points = np.floor(points)
    area = box_area(0, 0, 600, 400)
    found = density_of(
        points, weights, area=area, cell=cell, bandwidth=bandwidth, kernel=kernel
    ).values
    inside = np.isfinite(found)
    centres = centres_of(cell, found.shape)[inside.ravel()]
    expected = 1e6 * naive_density(points, weights, centres, kernel=kernel, radius=bandwidth)
    atol = 1e-12 * expected.max()
    np.testing.assert_allclose(found[inside], expected, rtol=0, atol=atol)
    if kernel != "gaussian":
        assert (found[inside][expected == 0] == 0).all()


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize(
    ("cell", "radius", "units"), [(50.0, 300.0, 1), (7.0, 99.0, 2), (12.5, 77.25, 4)]
)
def test_both_ways_give_the_same_sum_to_the_last_bit(power, cell, radius, units):
    rng = np.random.default_rng(4)
    for _ in range(5):
        points, shape = random_points(rng, 60), (int(800 / cell), int(1200 / cell))
        direct, sweep = np.zeros(shape), np.zeros(shape)
        direct_sum(points, radius, cell=cell, power=power, out=direct)
        assert density_sums._whole_units(points, radius, cell=cell, power=power) == units
        sweep_sum(points, radius, cell=cell, power=power, units=units, out=sweep)
        expected = plain(points, radius, cell, power, shape)
        np.testing.assert_array_equal(direct, sweep)
        np.testing.assert_allclose(sweep, expected, rtol=0, atol=1e-12 * expected.max())
        np.testing.assert_array_equal(sweep == 0, expected == 0)


def test_the_sweep_is_right_where_an_interval_ends_at_a_centre():
    # Perfect squares: centres at exactly the radius, which get nothing.
    shape = (40, 40)
    for shift in range(7):
        points = Points(np.array([100.0 + shift]), np.array([100.0]), np.array([1.0]))
        for radius in (25.0, 65.0, 85.0):
            sweep = np.zeros(shape)
            sweep_sum(points, radius, cell=5.0, power=2, units=2, out=sweep)
            expected = plain(points, radius, 5.0, 2, shape)
            np.testing.assert_allclose(sweep, expected, rtol=1e-13)
            np.testing.assert_array_equal(sweep == 0, expected == 0)


@pytest.mark.parametrize("power", [1, 2])
def test_the_sweep_holds_at_the_limits_of_its_numbers(power):
    # The largest radius and coordinates it takes, and ends that nearly fall on a centre.
    radius, side = 46_000 if power == 2 else 2**16 - 1, 1021
    far = 2**31 - 1 - radius
    rng = np.random.default_rng(9)
    easting = np.floor(far + rng.uniform(0, radius, 200))
    for row, x in enumerate(easting):
        rest = radius**2 - int(rng.integers(0, radius)) ** 2
        west, east = density_sums._interval(int(x), rest, side, 2**33)
        inside = [c for c in range(west - 2, east + 3) if (c * side - int(x)) ** 2 < rest]
        assert [c for c in range(west, east + 1) if (c * side - int(x)) ** 2 != rest] == inside, row
    for root in range(radius - 300, radius):
        # √(n² − 1) is the number next below n, and √(n² + 1) the next above.
        x = far // side * side
        for rest, reached in ((root**2 - 1, False), (root**2 + 1, True)):
            west, east = density_sums._interval(x + root, rest, 1, 2**33)
            assert (west == x, east == x + 2 * root) == (reached, reached)


@pytest.mark.parametrize(
    ("change", "units"),
    [
        (lambda p: p, 1),
        (lambda p: p._replace(weight=p.weight + 0.5), 0),
        (lambda p: p._replace(easting=p.easting + 0.25), 4),
        (lambda p: p._replace(northing=p.northing + 1 / 3), 0),
        (lambda p: p._replace(weight=p.weight * 1e9), 0),
        (lambda p: p._replace(easting=p.easting - 2.0**31), 0),
    ],
)
def test_the_sweep_is_left_alone_where_integers_cannot_hold_the_sum(change, units):
    points = change(random_points(np.random.default_rng(0), 20))
    assert density_sums._whole_units(points, 300.0, cell=10.0, power=2) == units
    assert density_sums._whole_units(points, 66_000.0, cell=10.0, power=1) == 0


def test_fine_grids_are_swept_and_coarse_ones_are_not(monkeypatch):
    calls = []
    monkeypatch.setattr(density_sums, "sweep_sum", lambda *_, **__: calls.append("sweep"))
    monkeypatch.setattr(density_sums, "direct_sum", lambda *_, **__: calls.append("direct"))
    points = random_points(np.random.default_rng(0), 20_000)
    for cell in (5.0, 50.0):
        shape = (int(800 / cell), int(1200 / cell))
        density_sums.polynomial_sum(points, 400.0, cell=cell, power=2, out=np.zeros(shape))
    fine = points._replace(weight=points.weight + 0.5)
    density_sums.polynomial_sum(fine, 400.0, cell=5.0, power=2, out=np.zeros((160, 240)))
    assert calls == ["sweep", "direct", "direct"]


@pytest.mark.parametrize("workers", [2, 3, 16])
def test_the_number_of_cores_changes_no_bit(monkeypatch, workers):
    points, shape = random_points(np.random.default_rng(6), 80, whole=False), (16, 24)
    whole = points._replace(easting=np.floor(points.easting), northing=np.floor(points.northing))
    radii = np.random.default_rng(7).uniform(50, 600, 80)
    ways = [
        lambda out: direct_sum(points, radii, cell=50.0, power=2, out=out),
        lambda out: direct_sum(points, radii, cell=50.0, power=1, out=out),
        lambda out: gaussian_sum(points, radii / 3, cell=50.0, reach=4.0, out=out),
        lambda out: sweep_sum(whole, 300.0, cell=50.0, power=2, units=1, out=out),
    ]
    monkeypatch.setattr(density_sums, "_MUCH", 0)
    for way in ways:
        alone, shared = np.zeros(shape), np.zeros(shape)
        monkeypatch.setattr(compiled, "cores", lambda: 1)
        way(alone)
        monkeypatch.setattr(compiled, "cores", lambda: workers)
        way(shared)
        np.testing.assert_array_equal(shared, alone)
        assert alone.max() > 0


def test_a_radius_of_each_points_own():
    rng = np.random.default_rng(8)
    points, shape = random_points(rng, 50, whole=False), (16, 24)
    radii = rng.uniform(60, 500, 50)
    for power, kernel in ((1, "epanechnikov"), (2, "quartic")):
        out = np.zeros(shape)
        scaled = points._replace(
            weight=points.weight * (power + 1) / (math.pi * radii ** (2 * power + 2))
        )
        direct_sum(scaled, radii, cell=50.0, power=power, out=out)
        expected = naive_density(
            list(zip(*points[:2], strict=True)),
            points.weight,
            centres_of(50.0, shape),
            kernel=kernel,
            radius=radii,
        )
        np.testing.assert_allclose(out.ravel(), expected, rtol=0, atol=1e-12 * expected.max())


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from(KERNELS), st.randoms(use_true_random=False))
def test_invariants(rows, kernel, random):
    points = np.array([(x, y) for x, y, _ in rows], float)
    weights = np.array([w for *_, w in rows], float)
    given_ = density_of(points, weights, kernel=kernel).values
    # A single far point may leave only a tail inside, so tolerance goes by what it gives there.
    atol = 1e-11 * given_.max()

    def same(values, expected=given_):
        np.testing.assert_allclose(values, expected, rtol=0, atol=atol)

    order = random.sample(range(len(points)), len(points))
    same(density_of(points[order], weights[order], kernel=kernel).values)
    copies = np.repeat(points, weights.astype(int), axis=0)
    same(density_of(copies, kernel=kernel).values)
    same(density_of(points, weights * 1024, kernel=kernel).values / 1024)
    moved = AREA.assign(geometry=AREA.translate(667_400, 6_591_450))
    offset = np.array([667_400, 6_591_450])
    same(density_of(points + offset, weights, area=moved, kernel=kernel).values)
    turned = np.column_stack([-points[:, 1], points[:, 0]])
    quarter = box_area(-800, 0, 0, 1200)
    same(density_of(turned, weights, area=quarter, kernel=kernel).values.T[::-1])
    if kernel != "gaussian":
        far = np.vstack([points, [[1401, 300], [600, -201], [2e6, 9e6]]])
        more = np.append(weights, [5.0, 5.0, 5.0])
        np.testing.assert_array_equal(density_of(far, more, kernel=kernel).values, given_)


def test_whole_metres_give_the_same_bits_in_any_order_of_rows():
    rng = np.random.default_rng(11)
    points, weights = rng.integers(0, 1000, (500, 2)), rng.integers(1, 5, 500).astype(float)
    first = density_of(points, weights).values
    for _ in range(5):
        order = rng.permutation(500)
        np.testing.assert_array_equal(density_of(points[order], weights[order]).values, first)


def test_metre_gaps_survive_seven_million_metres():
    gaps = np.array([[300 + i, 400] for i in range(40)], float)
    offset = [700_000, 7_000_000]
    near = density_of(gaps, cell=1, bandwidth=3, area=box_area(290, 390, 350, 410))
    far = density_of(
        gaps + offset, cell=1, bandwidth=3, area=box_area(700_290, 7_000_390, 700_350, 7_000_410)
    )
    np.testing.assert_array_equal(far.values, near.values)
    assert near.values.max() > 0


def test_a_hundred_thousand_incidents_at_one_address_are_one_site():
    heap = np.full((100_000, 2), 500.0)
    np.testing.assert_array_equal(
        density_of(heap).values, density_of([(500, 500)], [100_000.0]).values
    )


def test_weighted_gaussian_against_scipy():
    rng = np.random.default_rng(5)
    points, weights = rng.normal([600, 400], 150, (300, 2)), rng.uniform(0.1, 3, 300)
    peer = gaussian_kde(points.T, weights=weights)
    # scipy scales the data's own covariance; whitened data make that a circle of one σ.
    spread = np.linalg.cholesky(peer.covariance)
    white = np.linalg.solve(spread, points.T).T * 100 + 600
    peer = gaussian_kde(white.T, weights=weights)
    sigma = math.sqrt(peer.covariance[0, 0])
    np.testing.assert_allclose(peer.covariance, np.eye(2) * sigma**2, atol=1e-8 * sigma**2)
    found = density_of(white, weights, bandwidth=sigma * math.sqrt(8), kernel="gaussian").values
    expected = 1e6 * weights.sum() * peer(centres_of(50, found.shape).T)
    np.testing.assert_allclose(found.ravel(), expected, rtol=0, atol=1e-9 * expected.max())


def test_what_the_gaussian_cuts_off_is_under_the_stated_share_of_the_peak():
    # One incident inside, and very many that give it only their tails.
    ring = np.array([(600 + 1500 * math.cos(a), 400 + 1500 * math.sin(a)) for a in range(200)])
    points = np.vstack([[(610, 390)], np.floor(ring)])
    weights = np.append([1.0], np.full(200, 1e5))
    for bandwidth in (50, 141, 400, 900):
        found = density_of(points, weights, bandwidth=bandwidth, kernel="gaussian").values
        expected = 1e6 * naive_density(
            points, weights, centres_of(50, found.shape), kernel="gaussian", radius=bandwidth
        )
        np.testing.assert_allclose(found.ravel(), expected, rtol=0, atol=1e-12 * expected.max())


def test_the_cut_off_holds_for_the_worst_place_in_a_cell():
    # The peak may come from the one point inside, at the corner of its cell of √8 σ.
    sigma, cell = 100.0, 100 * math.sqrt(8)
    heights, inside = np.array([2.0, 1e6]), np.array([True, False])
    reach = density_sums.cut_off(heights, sigma, inside, cell=cell)
    worst = 2 * math.exp(-((cell / 2) ** 2 + (cell / 2) ** 2) / (2 * sigma**2))
    assert heights.sum() * math.exp(-(reach**2) / 2) == pytest.approx(1e-12 * worst)
    each = density_sums.cut_off(heights, np.array([sigma, 5.0]), inside, cell=cell)
    assert each == reach
    assert density_sums.cut_off(heights, sigma, np.zeros(2, bool), cell=cell) == math.inf


def test_the_gaussian_is_not_cut_off_when_all_incidents_lie_outside():
    points = [(3000.0, 400.0), (-900.0, 100.0)]
    found = density_of(points, kernel="gaussian").values
    expected = 1e6 * naive_density(
        points, [1, 1], centres_of(50, found.shape), kernel="gaussian", radius=200
    )
    assert expected.max() > 0
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-9, atol=0)


def test_the_gaussian_of_the_sums_is_not_a_disc_but_a_square():
    points = Points(np.array([400.0]), np.array([400.0]), np.array([2.0]))
    out = np.zeros((16, 16))
    gaussian_sum(points, 50.0, cell=50.0, reach=3.0, out=out)
    reached = np.abs(np.arange(16) * 50 + 25 - 400) <= 150
    np.testing.assert_array_equal(out > 0, np.outer(reached, reached))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, -0.0, 1.0, 0.5, 7e6, 7e6 + 1]),
            st.sampled_from([0.0, -0.0, 3.0, 0.1, 6.6e6, 2.0**40]),
            st.integers(0, 5),
        ),
        max_size=60,
    )
)
def test_places_are_merged_and_sorted(rows):
    x, y, w = (
        (np.array(column, float) for column in zip(*rows, strict=True))
        if rows
        else [np.empty(0)] * 3
    )
    expected = {}
    for a, b, c in rows:
        expected[b + 0.0, a + 0.0] = expected.get((b + 0.0, a + 0.0), 0) + c
    easting, northing, weight = merged(np.column_stack([x, y]), w)
    assert [*zip(northing, easting, weight, strict=True)] == [
        (*place, total) for place, total in sorted(expected.items())
    ]


def test_many_places_outgrow_the_table_and_distinct_ones_stay_as_they_are():
    rng = np.random.default_rng(2)
    x = np.append(rng.permutation(60_000), rng.integers(0, 60_000, 60_000)).astype(float)
    y = np.floor(x / 250)
    order = rng.permutation(120_000)
    easting, northing, weight = merged(np.column_stack([x, y])[order], np.ones(120_000))
    np.testing.assert_array_equal(easting, np.arange(60_000))
    np.testing.assert_array_equal(northing, np.floor(np.arange(60_000) / 250))
    np.testing.assert_array_equal(weight, np.bincount(x.astype(int)))
    distinct = np.append(np.arange(60_000.0), [0.0])
    easting, _, weight = merged(np.column_stack([distinct, distinct]), np.ones(60_001))
    assert len(easting) == 60_001, "given up after 50 000 new places"
    assert (np.diff(easting) >= 0).all()
