import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import DBSCAN
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import validate_data

import est_geo as eg
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


@pytest.mark.parametrize("seed", range(12))
def test_cores_noise_and_partition_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 3000, (15, 2))
    points = np.vstack(
        [
            centres[rng.integers(0, 15, 900)] + rng.normal(0, 60, (900, 2)),
            rng.uniform(0, 3000, (600, 2)),
        ]
    )
    if seed % 2:
        points = np.round(points / 10) * 10  # repeats and exact distances
    eps, min_samples = rng.uniform(30, 120), int(rng.integers(3, 12))
    model = eg.SpatialDBSCAN(eps, min_samples=min_samples).fit(points)
    peer = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
    np.testing.assert_array_equal(model.core_sample_indices_, peer.core_sample_indices_)
    np.testing.assert_array_equal(model.labels_ == -1, peer.labels_ == -1)
    cores = model.core_sample_indices_
    np.testing.assert_array_equal(model.labels_[cores], peer.labels_[cores])


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
