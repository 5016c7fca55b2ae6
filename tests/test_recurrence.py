"""The numbers of the test of recurring addresses, against other people's and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from est_geo.analysis.recurrence import (
    chao_addresses,
    compare_in_districts,
    compare_with,
    fit_exponent,
    tail,
)
from est_geo.analysis.statistics import benjamini_hochberg, mann_kendall
from recurrence_reference import naive_q

# One district of 1 400 equal addresses.
WEEKS = np.array([7, 5, 4, 4] + [3] * 4 + [2] * 20 + [1] * 188 + [0] * 1184)
FIRST_OF_EACH = [0, 1, 2, 4, 8, 28]


def test_equal_addresses_in_one_district():
    test = compare_in_districts(WEEKS, np.zeros(1400, int), np.ones(1400))
    assert test.p[FIRST_OF_EACH] == pytest.approx(
        [1.849796e-08, 1.060090e-05, 0.000195347, 0.00288238, 0.0320798, 0.242768], rel=3e-6
    )
    assert test.q[[0, 1, 2, 4]] == pytest.approx(
        [2.589714e-05, 0.00742063, 0.0683713, 0.504417], rel=2e-6
    )
    assert (test.p[WEEKS == 0] == 1).all()


def test_only_the_occurring_ones_would_make_chance_look_sure():
    occurring = WEEKS > 0
    test = compare_in_districts(WEEKS, np.zeros(1400, int), np.ones(1400))
    assert occurring.sum() == 216
    assert benjamini_hochberg(test.p[occurring])[2] == pytest.approx(0.0105487, rel=5e-6)


@pytest.mark.parametrize(
    ("weeks", "p", "score"), [(9, 0.00442204, 1.652889), (12, 8.416016e-05, 3.918164)]
)
def test_a_block_of_flats_is_expected_to_have_more(weeks, p, score):
    one = (np.array([v]) for v in (weeks, 260.0 - weeks, 5000.0 - 40.0, 40.0))
    test = compare_with(*one, tests=None)
    assert test.ratio[0] == pytest.approx(82.666667, abs=1e-6)
    assert test.p[0] == pytest.approx(p, rel=2e-6)
    assert test.score[0] == pytest.approx(score, abs=1e-6)
    if weeks == 9:
        assert test.expected[0] == pytest.approx(2.028226, abs=1e-6)
        assert test.lower[0] == pytest.approx(4.695228, abs=1e-6)


def test_without_a_register_the_number_of_addresses_is_estimated():
    occurring = WEEKS[WEEKS > 0]
    estimate = chao_addresses(occurring)
    assert estimate == pytest.approx(1053.047619, abs=1e-6)
    test = compare_in_districts(
        occurring,
        np.zeros(216, int),
        np.ones(216),
        district_exposure=np.array([estimate]),
        tests=int(estimate),
    )
    assert test.p[0] == pytest.approx(1.255444e-07, rel=1e-6)
    assert test.q[:3] == pytest.approx([1.321982e-04, 0.0215088, 0.149517], rel=3e-6)


def test_the_exponent_of_dwellings():
    dwellings = np.array([1.0, 1, 2, 4, 8, 16])
    weeks = np.array([1, 0, 1, 2, 3, 5])
    assert fit_exponent(weeks, dwellings, np.zeros(6, int)) == pytest.approx(0.791532, abs=5e-7)
    twice = fit_exponent(np.tile(weeks, 2), np.tile(dwellings, 2), np.repeat([0, 1], 6))
    assert twice == pytest.approx(0.791532, abs=5e-7)
    # Held within 0 and 1.2, and 0 where dwellings say nothing.
    assert fit_exponent(weeks[::-1], dwellings, np.zeros(6, int)) == 0.0
    assert fit_exponent(np.array([0, 0, 0, 0, 0, 9]), dwellings, np.zeros(6, int)) == 1.2
    assert fit_exponent(weeks, np.ones(6), np.zeros(6, int)) == 0.0
    assert fit_exponent(np.zeros(6, int), dwellings, np.zeros(6, int)) == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_other_exponent_is_more_likely(seed):
    rng = np.random.default_rng(seed)
    dwellings = rng.integers(1, 30, 40).astype(float)
    weeks, district = rng.poisson(dwellings**0.5), rng.integers(0, 3, 40)

    def loglik(g):
        size = np.bincount(district, weights=dwellings**g, minlength=3)
        total = np.bincount(district, weights=weeks, minlength=3)
        held = size > 0
        return g * (weeks * np.log(dwellings)).sum() - (total[held] * np.log(size[held])).sum()

    best = loglik(fit_exponent(weeks, dwellings, district))
    assert all(best >= loglik(g) - 1e-9 for g in np.linspace(0, 1.2, 25))


@pytest.mark.parametrize("weeks", [1, 2, 5, 12, 52])
@pytest.mark.parametrize("others", [0.0, 3.0, 260.0])
@pytest.mark.parametrize("ratio", [0.5, 80.0, 9000.0])
def test_the_tail_is_that_of_scipys_negative_binomial(weeks, others, ratio):
    p = tail(np.array([weeks]), np.array([others]), np.array([ratio]))
    assert p[0] == pytest.approx(
        stats.nbinom.sf(weeks - 1, others + 0.5, ratio / (ratio + 1)), rel=1e-9, abs=1e-300
    )


def test_reference_values_of_tails():
    assert stats.poisson.sf(7, 2) == pytest.approx(0.00109672, rel=1e-5)
    # NB2 with alpha 1/2 and mean 2, which is our tail with 3/2 others seen over an exposure of 1.
    nb2 = tail(np.array([8]), np.array([1.5]), np.array([1.0]))
    assert nb2[0] == pytest.approx(0.01953125, rel=1e-12)


def test_benjamini_hochberg_against_a_published_example_and_scipy():
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205]
    q = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.084571, 0.205]
    assert benjamini_hochberg(p) == pytest.approx(q, abs=5e-7)
    rng = np.random.default_rng(5)
    for size in (1, 2, 500):
        drawn = rng.random(size).round(2)
        assert benjamini_hochberg(drawn) == pytest.approx(stats.false_discovery_control(drawn))
        assert benjamini_hochberg(drawn) == pytest.approx(naive_q(list(drawn)))


def test_tests_that_are_not_listed_count_as_sure_chance():
    p = np.array([0.001, 0.02, 0.4])
    whole = np.concatenate([p, np.ones(97)])
    assert benjamini_hochberg(p, tests=100) == pytest.approx(benjamini_hochberg(whole)[:3])
    assert len(benjamini_hochberg([])) == 0


@pytest.mark.parametrize(
    ("values", "s", "variance", "z", "p"),
    [
        ([1, 2, 3, 4, 5], 10, 16.6667, 2.204541, 0.027486),
        ([1, 2, 2, 4, 3, 6, 5, 8], 23, 64.3333, 2.742866, 0.006091),
        ([5, 4, 6, 3, 2, 4, 1, 2, 1, 0], -32, 122, -2.806608, 0.005007),
    ],
)
def test_mann_kendall(values, s, variance, z, p):
    trend = mann_kendall(values)
    assert trend.s == s
    assert trend.variance == pytest.approx(variance, abs=5e-5)
    assert (trend.z, trend.p) == pytest.approx((z, p), abs=5e-7)
    assert mann_kendall(values[::-1]).s == -s


def test_no_trend_in_what_does_not_change():
    assert mann_kendall([3, 3, 3, 3]) == (0, 0.0, 0.0, 1.0)
    assert mann_kendall([]) == (0, 0.0, 0.0, 1.0)


def test_an_address_alone_in_its_district_has_nothing_to_be_compared_with():
    test = compare_in_districts(np.array([9, 1, 1]), np.array([0, 1, 1]), np.ones(3))
    assert test.p[0] == 1
    assert np.isnan(test.expected[0])
    assert not test.flagged(np.array([9, 1, 1]), fewest=3).any()
