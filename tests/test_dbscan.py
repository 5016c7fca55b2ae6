import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import DBSCAN
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import validate_data

import est_geo as eg
from est_geo.analysis.dbscan_kernels import meet, sort_both
from reference import naive_dbscan

# On a lattice many distances are equal and many points repeat: ties and edges in plenty.
lattice = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=60)
METHODS_LINE = [0, 0.5, 1, 1.5, 3.25, 5, 5.5, 6, 6.5]


def same_partition(a, b):
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))


@settings(max_examples=200, deadline=None)
@given(lattice, st.sampled_from([1.0, 2.0, 5.0, 2**0.5, 8**0.5]), st.integers(1, 9))
def test_labels_are_the_naive_ones(points, eps, min_samples):
    model = eg.SpatialDBSCAN(eps, min_samples=min_samples).fit(points)
    labels, core = naive_dbscan(points, np.ones(len(points)), eps=eps, min_weight=min_samples)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.core_sample_indices_, np.flatnonzero(core))


@settings(max_examples=100, deadline=None)
@given(lattice, st.data())
def test_weights_are_copies_also_negative_ones(points, data):
    weights = data.draw(
        st.lists(st.integers(-2, 4), min_size=len(points), max_size=len(points)).filter(any)
    )
    model = eg.SpatialDBSCAN(2, min_samples=4).fit(points, sample_weight=weights)
    peer = DBSCAN(eps=2, min_samples=4).fit(points, sample_weight=weights)
    np.testing.assert_array_equal(model.core_sample_indices_, peer.core_sample_indices_)
    labels, _ = naive_dbscan(points, weights, eps=2, min_weight=4)
    np.testing.assert_array_equal(model.labels_, labels)
    positive = np.repeat(np.arange(len(points)), np.maximum(weights, 0))
    if (np.asarray(weights) > 0).all():
        copied = eg.SpatialDBSCAN(2, min_samples=4).fit(np.asarray(points)[positive])
        np.testing.assert_array_equal(copied.labels_, model.labels_[positive])


@settings(max_examples=100, deadline=None)
@given(lattice, st.randoms(use_true_random=False))
def test_row_order_and_whole_metres_of_shift_change_nothing(points, random):
    model = eg.SpatialDBSCAN(2, min_samples=4).fit(points)
    order = random.sample(range(len(points)), len(points))
    moved = np.asarray(points)[order] + [667_000, 6_591_000]
    other = eg.SpatialDBSCAN(2, min_samples=4).fit(moved)
    assert same_partition(other.labels_, model.labels_[order])
    np.testing.assert_array_equal(other.labels_ == -1, model.labels_[order] == -1)


@settings(max_examples=50, deadline=None)
@given(lattice, st.sampled_from([2.0**-30, 0.1, 3.0, 1e6]), st.data())
def test_weights_and_lengths_may_be_in_any_unit(points, factor, data):
    n = len(points)
    weights = np.array(data.draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)))
    model = eg.SpatialDBSCAN(2, min_samples=5).fit(points, sample_weight=weights)
    heavier = eg.SpatialDBSCAN(2, min_samples=5 * factor).fit(
        points, sample_weight=weights * factor
    )
    # By a power of two: other factors would round lengths that are equal to eps.
    longer = eg.SpatialDBSCAN(2 * 2.0**-7, min_samples=5).fit(
        np.asarray(points) * 2.0**-7, sample_weight=weights
    )
    for other in (heavier, longer):
        np.testing.assert_array_equal(other.labels_, model.labels_)
        np.testing.assert_array_equal(other.core_sample_indices_, model.core_sample_indices_)


@settings(max_examples=50, deadline=None)
@given(lattice)
def test_a_quarter_turn_and_a_mirror_change_only_who_gets_a_border_point(points):
    points = np.asarray(points, dtype=float)
    model = eg.SpatialDBSCAN(2, min_samples=4).fit(points)
    for turned in (np.column_stack([-points[:, 1], points[:, 0]]), points[:, ::-1], -points):
        other = eg.SpatialDBSCAN(2, min_samples=4).fit(turned)
        cores = model.core_sample_indices_
        np.testing.assert_array_equal(other.core_sample_indices_, cores)
        np.testing.assert_array_equal(other.labels_[cores], model.labels_[cores])
        np.testing.assert_array_equal(other.labels_ == -1, model.labels_ == -1)


def agrees_with_scikit_learn(points, eps, min_samples, weights=None):
    """Cores, noise and numbers of the cores' clusters are the same."""
    model = eg.SpatialDBSCAN(eps, min_samples=min_samples).fit(points, sample_weight=weights)
    peer = DBSCAN(eps=eps, min_samples=min_samples).fit(points, sample_weight=weights)
    np.testing.assert_array_equal(model.core_sample_indices_, peer.core_sample_indices_)
    np.testing.assert_array_equal(model.labels_ == -1, peer.labels_ == -1)
    cores = model.core_sample_indices_
    np.testing.assert_array_equal(model.labels_[cores], peer.labels_[cores])
    return model


@pytest.mark.parametrize("hundred", range(3))
def test_cores_noise_and_partition_are_those_of_scikit_learn(hundred):
    for seed in range(100 * hundred, 100 * hundred + 100):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(1, 1200))
        centres = rng.uniform(0, 3000, (15, 2))
        near = centres[rng.integers(0, 15, n)] + rng.normal(0, rng.uniform(5, 90), (n, 2))
        points = np.vstack([near, rng.uniform(0, 3000, (n // 2, 2))])
        eps, min_samples = rng.uniform(5, 150), int(rng.integers(1, 25))
        if seed % 2:  # repeats and exact distances
            points, eps = np.round(points / 10) * 10, round(eps / 10) * 10 + 10
        if seed % 3 == 0:
            points += [667_000, 6_591_000]
        weights = [None, rng.integers(0, 5, len(points)), rng.integers(-2, 5, len(points))][
            seed % 3
        ]
        agrees_with_scikit_learn(points, eps, min_samples, weights)


def test_it_agrees_where_the_work_is_shared_out():
    rng = np.random.default_rng(3)
    points = rng.uniform(0, 12_000, (150_000, 2))
    points[::7] = points[3::7][: len(points[::7])][rng.permutation(len(points[::7])) % 21_000]
    model = agrees_with_scikit_learn(points, 30, 6)
    assert model.labels_.max() > 500
    order = rng.permutation(len(points))
    other = eg.SpatialDBSCAN(30, min_samples=6).fit(points[order])
    assert same_partition(other.labels_, model.labels_[order])


@pytest.mark.parametrize("addresses", [300, 30_000])
def test_many_rows_at_few_places_and_at_many_are_labelled_as_their_sites(addresses):
    rng = np.random.default_rng(addresses)
    at = np.round(rng.normal((667_000, 6_591_000), 1500, (addresses, 2)))
    # Rows beside the first one of an address, so that cluster 0 is not the southernmost.
    chosen = rng.integers(0, addresses, 120_000) ** 2 // addresses
    points, sites = at[chosen], np.unique(at[chosen], axis=0)
    where = {tuple(site): number for number, site in enumerate(sites.tolist())}
    of_row = np.array([where[tuple(point)] for point in points.tolist()])
    peer = DBSCAN(eps=60, min_samples=40).fit(sites, sample_weight=np.bincount(of_row))
    core = np.isin(np.arange(len(sites)), peer.core_sample_indices_)[of_row]
    model = eg.SpatialDBSCAN(60, min_samples=40).fit(points)
    np.testing.assert_array_equal(model.core_sample_indices_, np.flatnonzero(core))
    np.testing.assert_array_equal(model.components_, points[core])
    np.testing.assert_array_equal(model.labels_ == -1, peer.labels_[of_row] == -1)
    assert same_partition(model.labels_[core], peer.labels_[of_row][core])
    # Clusters are numbered by their first core row.
    numbers = model.labels_[core]
    assert (np.diff(numbers[np.sort(np.unique(numbers, return_index=True)[1])]) > 0).all()


def test_before_it_is_fitted_there_are_no_core_points():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        _ = eg.SpatialDBSCAN().components_


@pytest.mark.parametrize("n", [*range(12), 300, 5000])
def test_two_arrays_are_sorted_by_the_first(n):
    key = np.round(np.random.default_rng(n).normal(0, n, n))
    order = np.argsort(key, kind="stable")
    sorted_key, place = key.copy(), np.arange(n, dtype=float)
    sort_both(sorted_key, place)
    np.testing.assert_array_equal(sorted_key, key[order])
    np.testing.assert_array_equal(key[place.astype(int)], sorted_key)
    np.testing.assert_array_equal(np.sort(place), np.arange(n))


@pytest.mark.parametrize("gap", [19.9, 20, 20.1])
def test_crowds_that_nearly_touch(gap):
    """Thousands of pairs in two cells, which are not all looked at."""
    rng = np.random.default_rng(5)
    crowd = rng.uniform(0, 10, (300, 2))
    crowd = np.vstack([crowd, [[10, 5], [5, 10]]])
    for step in ([gap + 10, 0], [0, gap + 10]):
        other = crowd.copy()
        other = np.asarray(step) + np.where(np.asarray(step) > 0, 10 - crowd, crowd)
        model = agrees_with_scikit_learn(np.vstack([crowd, other]), 20, 5)
        assert model.labels_.max() == (gap > 20)


@pytest.mark.parametrize("angle", np.linspace(0, 2 * np.pi, 24, endpoint=False) + 0.01)
def test_crowds_apart_in_any_direction(angle):
    rng = np.random.default_rng(int(100 * angle))
    crowds = rng.normal(0, 1.5, (2, 150, 2))
    crowds[1] += np.array([np.cos(angle), np.sin(angle)]) * 30
    nearest = np.sqrt(((crowds[0][:, None] - crowds[1][None]) ** 2).sum(axis=2).min())
    points = np.concatenate(crowds)
    for factor, clusters in ((1 - 1e-9, 2), (1 + 1e-9, 1)):
        labels = eg.SpatialDBSCAN(nearest * factor, min_samples=5).fit_predict(points)
        assert np.unique(labels).tolist() == list(range(clusters))


@pytest.mark.parametrize("seed", range(20))
def test_crowds_of_which_only_a_part_is_core(seed):
    rng = np.random.default_rng(seed)
    crowds = np.add(rng.normal(0, 6, (2, 150, 2)), [[[0, 0]], [[14 + seed / 2, 5]]])
    agrees_with_scikit_learn(np.concatenate(crowds), 10, 110)


def test_crowds_at_the_near_edges_of_their_cells_touch_at_exactly_eps():
    rng = np.random.default_rng(8)
    west = np.column_stack([rng.uniform(0, 0.41, 100), rng.uniform(0, 0.5, 100)])
    east = np.add(west, [1.8, 0])
    west[:2], east[0] = [[0, 0], [0.41421, 0.25]], [1.41421, 0.25]
    labels = agrees_with_scikit_learn(np.vstack([west, east]), 1, 5).labels_
    assert (labels == 0).all()
    assert eg.SpatialDBSCAN(1 - 1e-6, min_samples=5).fit_predict(np.vstack([west, east])).max() == 1


@pytest.mark.parametrize("copies", [1, 70])
def test_a_border_point_between_joins_no_clusters(copies):
    """A core, a border point and a core again, the latter two in one cell; cores do not touch."""
    jitter = np.random.default_rng(0).uniform(0, 1e-3, (copies, 2))
    points = np.vstack([[[-9, 0]], jitter, np.add(jitter, [10 - 1e-3, 0]), [[11.9, 0], [21.5, 0]]])
    weights = [50, *[10 / copies] * (2 * copies), 10, 50]
    labels = agrees_with_scikit_learn(points, 10, 69, weights).labels_
    assert np.unique(labels).tolist() == [0, 1]


def test_points_of_one_cell_are_never_farther_apart_than_eps():
    just_over = 0.70710680  # its diagonal is 1.00000003
    points = [(0, 0), (just_over, just_over)]
    assert eg.SpatialDBSCAN(1, min_samples=2).fit_predict(points).tolist() == [-1, -1]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), max_size=40),
    st.lists(st.tuples(st.integers(8, 12), st.integers(0, 30)), max_size=40),
    st.integers(3, 12),
)
def test_two_groups_meet_where_some_pair_does(ours, theirs, eps):
    groups = [np.asarray(g, dtype=float).reshape(-1, 2) for g in (ours, theirs)]
    d2 = ((groups[0][:, None] - groups[1][None]) ** 2).sum(axis=2)
    columns = [np.ascontiguousarray(g[:, c]) for g in groups for c in (0, 1)]
    assert meet(*columns, float(eps * eps)) == bool((d2 <= eps * eps).any())


def test_a_border_point_joins_its_nearest_core_whatever_the_order():
    line = np.column_stack([METHODS_LINE, np.zeros(9)])
    forward = eg.SpatialDBSCAN(1.8, min_samples=4).fit_predict(line)
    backward = eg.SpatialDBSCAN(1.8, min_samples=4).fit_predict(line[::-1])[::-1]
    # 3.25 lies 1.75 from both 1.5 and 5: the more western takes it; scikit-learn's two
    # answers differ.
    assert forward.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert backward.tolist() == [1, 1, 1, 1, 1, 0, 0, 0, 0]


def test_a_border_point_as_near_to_two_cores_joins_the_more_southern():
    points = [(0, 4), (0, 2), (4, 0), (2, 0), (0, 0)]
    model = eg.SpatialDBSCAN(2, min_samples=10).fit(points, sample_weight=[9, 1, 9, 1, 1])
    assert model.core_sample_indices_.tolist() == [0, 1, 2, 3]
    assert model.labels_.tolist() == [0, 0, 1, 1, 1]


def test_clusters_that_touch_at_exactly_eps_are_one():
    two = [(0, 0), (1, 0), (2, 0), (5, 0), (6, 0), (7, 0)]
    assert eg.SpatialDBSCAN(3, min_samples=3).fit_predict(two).tolist() == [0] * 6
    assert eg.SpatialDBSCAN(2.999, min_samples=3).fit_predict(two).tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("points", "labels"),
    [
        ([(5, 5)], [-1]),
        ([(5, 5)] * 3, [0, 0, 0]),
        ([(0, 0)] * 3 + [(1e9, -1e9)], [0, 0, 0, -1]),  # a stray point costs nothing
        ([(7e6, 7e6), (7e6 + 1, 7e6), (7e6 + 2, 7e6), (7e6 + 4, 7e6)], [0, 0, 0, -1]),
    ],
)
def test_small_and_extreme_cases(points, labels):
    assert eg.SpatialDBSCAN(1, min_samples=3).fit_predict(points).tolist() == labels


def test_metre_gaps_at_seven_million_metres_keep_their_digits():
    far = np.array([[667_000.0, 6_591_000.0]])
    line = far + np.column_stack([np.arange(2000.0), np.zeros(2000)])
    assert (eg.SpatialDBSCAN(1, min_samples=3).fit_predict(line) == 0).all()
    assert (eg.SpatialDBSCAN(1 - 1e-9, min_samples=2).fit_predict(line) == -1).all()
    stretched = far + (line - far) * (1 + 1e-9)  # a micrometre over 1 km
    assert (eg.SpatialDBSCAN(1, min_samples=2).fit_predict(stretched) == -1).sum() > 1000


def test_an_eps_larger_than_the_extent_makes_one_cluster():
    points = np.random.default_rng(1).uniform(0, 1000, (500, 2))
    assert (eg.SpatialDBSCAN(1e5, min_samples=500).fit_predict(points) == 0).all()
    assert (eg.SpatialDBSCAN(1e5, min_samples=501).fit_predict(points) == -1).all()


@pytest.mark.parametrize("axis", [0, 1])
def test_points_in_a_row(axis):
    points = np.zeros((300, 2))
    points[:, axis] = np.repeat([0, 400, 900], 100) + np.tile(np.arange(100), 3)
    labels = agrees_with_scikit_learn(points, 3, 4).labels_
    assert np.unique(labels).tolist() == [0, 1, 2]


def test_weights_that_rounding_would_part_from_the_threshold_reach_it():
    points = np.column_stack([np.arange(8.0), np.zeros(8)])
    assert sum([0.1] * 8) < 0.8
    labels = eg.SpatialDBSCAN(7, min_samples=0.8).fit_predict(points, sample_weight=[0.1] * 8)
    assert (labels == 0).all()
    lighter = [0.1] * 7 + [0.0999]
    labels = eg.SpatialDBSCAN(7, min_samples=0.8).fit_predict(points, sample_weight=lighter)
    assert (labels == -1).all()


def test_zero_and_minus_zero_are_one_place():
    model = eg.SpatialDBSCAN(1e-3, min_samples=2).fit([[0.0, 0.0], [-0.0, -0.0]])
    assert model.labels_.tolist() == [0, 0]


def test_the_input_is_left_as_it_was():
    points = np.random.default_rng(0).normal(size=(50, 2)) - 1
    points[:25] = points[25:]
    points[0] = [-0.0, 0.0]
    before = points.copy()
    weights = np.ones(50)
    eg.SpatialDBSCAN(1, min_samples=3).fit(points, sample_weight=weights)
    np.testing.assert_array_equal(points, before)
    assert np.signbit(points[0, 0])
    assert (weights == 1).all()


def test_scikit_learns_expectations_of_weights():
    """From its own tests: what weight makes a core sample of a pair or a lone point."""
    cores = lambda w, eps: (  # noqa: E731
        eg.SpatialDBSCAN(eps, min_samples=6)
        .fit([[0, 0], [1, 0]], sample_weight=w)
        .core_sample_indices_.tolist()
    )
    assert cores([5, 0], 0.9) == []
    assert cores([6, 5], 0.9) == [0]
    assert cores([6, 6], 0.9) == [0, 1]
    # Within reach of each other; a negative weight can keep the other from being core.
    assert cores([5, 1], 1.5) == [0, 1]
    assert cores([5, 0], 1.5) == []
    assert cores([5.9, 0.1], 1.5) == [0, 1]
    assert cores([6, -1], 1.5) == []
    assert cores([6, 0], 1.5) == [0, 1]


def test_scikit_learns_toy_of_core_samples():
    points = np.column_stack([[0, 2, 3, 4, 6, 8, 10], np.zeros(7)])
    for min_samples, cores, labels in (
        (1, [0, 1, 2, 3, 4, 5, 6], [0, 1, 1, 1, 2, 3, 4]),
        (2, [1, 2, 3], [-1, 0, 0, 0, -1, -1, -1]),
        (3, [2], [-1, 0, 0, 0, -1, -1, -1]),
        (4, [], [-1] * 7),
    ):
        model = eg.SpatialDBSCAN(1, min_samples=min_samples).fit(points)
        assert model.core_sample_indices_.tolist() == cores
        assert model.labels_.tolist() == labels
        np.testing.assert_array_equal(model.components_, points[cores])


@pytest.mark.parametrize("kind", ["list", "float32", "fortran", "int"])
def test_any_kind_of_table_gives_the_same(kind):
    points = np.random.default_rng(2).integers(0, 40, (200, 2)).astype(float)
    given_as = {
        "list": points.tolist(),
        "float32": points.astype("float32"),
        "fortran": np.asfortranarray(points),
        "int": points.astype(int),
    }[kind]
    expected = eg.SpatialDBSCAN(2, min_samples=4).fit_predict(points)
    np.testing.assert_array_equal(
        eg.SpatialDBSCAN(2, min_samples=4).fit_predict(given_as), expected
    )


def test_many_incidents_at_one_address():
    points = np.vstack([np.zeros((100_000, 2)), [[30, 0], [90, 0]]])
    labels = eg.SpatialDBSCAN(50, min_samples=5).fit_predict(points)
    assert labels[-2:].tolist() == [0, -1]
    assert (labels[:-2] == 0).all()


def test_it_is_a_scikit_learn_estimator():
    model = eg.SpatialDBSCAN(30, min_samples=2)
    assert clone(model).get_params() == {"eps": 30, "min_samples": 2}
    pipeline = make_pipeline(FunctionTransformer(lambda points: points * 10), model)
    assert pipeline.fit_predict(np.array([[0, 0], [1, 0], [9, 9]], dtype="float32")).tolist() == [
        0,
        0,
        -1,
    ]


@pytest.mark.parametrize(
    ("points", "arguments", "text"),
    [
        ([[0, 0], [np.nan, 1]], {}, "contains NaN"),
        ([[0, 0], [np.inf, 1]], {}, "contains infinity"),
        ([[0, 0, 0]], {}, "3 features, but SpatialDBSCAN clusters points in a plane"),
        ([[0, 0], [1e300, 0]], {}, "points are 1e.300 apart, too far"),
        ([[0, -1e308], [0, 1e308]], {}, "too far for neighbourhoods"),
        ([[0, 0], [0, 3.1e9]], {}, "points are 3.1e.09 apart, too far"),
        ([[0, 0]], {"eps": 0}, "`eps` must be a finite number above 0, not 0"),
        ([[0, 0]], {"min_samples": -1}, "`min_samples` must be a finite number above 0, not -1"),
        (np.empty((0, 2)), {}, "0 sample"),
    ],
)
def test_bad_input_is_refused(points, arguments, text):
    with pytest.raises(ValueError, match=text):
        eg.SpatialDBSCAN(**{"eps": 1, **arguments}).fit(points)


class FirstTwoColumns(eg.SpatialDBSCAN):
    """scikit-learn's checks feed tables of many columns; this looks at the first two of them."""

    def fit(self, X, y=None, sample_weight=None):  # noqa: ARG002, N803 - scikit-learn's names
        table = validate_data(self, X, dtype=np.float64, ensure_min_features=2)
        names = getattr(self, "feature_names_in_", None)
        super().fit(table[:, :2], sample_weight=sample_weight)
        self.n_features_in_ = table.shape[1]
        if names is not None:
            self.feature_names_in_ = names
        return self


def test_scikit_learns_own_checks():
    results = check_estimator(FirstTwoColumns(eps=0.5), on_fail=None, on_skip=None)
    failed = {r["check_name"]: repr(r["exception"]) for r in results if r["status"] == "failed"}
    assert failed == {}
    assert sum(r["status"] == "passed" for r in results) >= 45
