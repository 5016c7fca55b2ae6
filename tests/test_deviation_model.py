"""The arithmetic: other people's numbers, scipy's tails, and what must hold for any numbers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from est_geo.analysis.deviation_model import (
    fit_noise,
    noise_sums,
    predict,
    season_factor,
    without_source,
)
from est_geo.analysis.deviation_table import limits
from est_geo.analysis.deviations_plot import root_band

counts = st.integers(0, 200)
lengths = st.floats(1, 60)
phis, alphas = st.floats(1, 3), st.floats(0, 0.5)
close = pytest.approx


def fitted(n, baseline, m):
    arrays = (np.array(v, dtype=float).reshape(-1, 1, 1) for v in (n, baseline))
    return fit_noise(noise_sums(*arrays, np.full((1, 1, 1), m)).sum(axis=0))


def test_d1():
    poisson_noise = predict(10, 8.0, 1.0, 0.0)
    assert poisson_noise.mean == close(1.3125)
    assert poisson_noise.at_least(6) == close(0.00467048, rel=2e-6)
    noisy = predict(10, 8.0, 1.3, 0.05)
    variance = noisy.mean + noisy.mean**2 / noisy.size
    assert variance == close(2.016431, rel=1e-6)
    assert noisy.size == close(2.447196, rel=1e-6)
    assert noisy.at_least(6) == close(0.0147622, rel=3e-6)
    # Summed by hand: one less the probabilities of 0 to 6.
    assert noisy.at_least(7) == close(0.00613757, rel=2e-6)
    # What the rule guards against, on the same numbers: exact conditional, and plug-in Poisson.
    assert poisson.sf(5, 10 / 8) == close(0.001838, rel=5e-4)
    from scipy.stats import binom

    assert binom.sf(5, 16, 1 / 9) == close(0.005600, rel=2e-4)


def test_d2():
    # Two categories: 30 of 210 near, 100 of 900 in the baselines; the rest is the other one.
    factor = season_factor([30, 180], [100, 800], length=26 / 5)
    assert factor[0] == close(1.437417, rel=1e-6)
    alone = season_factor([210], [900], length=26 / 5)
    together = ((210 + 10) / 5) / ((900 + 52) / 26)
    assert together == close(1.201681, rel=1e-6)
    # One category is all of them: it is drawn to itself, which stays.
    assert alone[0] == close((210 + 10 * together) * 5.2 / (900 + 52))
    expected = predict(39, 26 / 1.2, 1.3, 0.05)
    assert close(21.666667) == 26 / 1.2
    assert expected.mean == close(1.823077, rel=1e-6)
    assert expected.mean + expected.mean**2 / expected.size == close(2.653235, rel=1e-6)
    assert expected.size == close(4.003586, rel=1e-6)
    assert expected.at_least(9) == close(0.00236330, rel=3e-6)


def test_d3():
    baseline = [4, 9, 14, 20, 33, 41, 52, 66]
    phi, alpha = fitted([0, 2, 1, 5, 3, 9, 4, 12], baseline, 8.0)
    assert (phi, alpha) == (1, close(0.0623318, rel=1e-6))
    phi, alpha = fitted([0, 2, 1, 7, 3, 4, 4, 8], baseline, 8.0)
    assert (phi, alpha) == (close(1.252879, rel=1e-6), 0)


def test_d4():
    assert predict(24, 8.0, 1.0, 0.0).at_least(9) == close(0.00741871, rel=2e-6)
    rest, split = without_source(9, 24, 8.0, n_source=7, baseline_source=4)
    assert (rest, split) == (close(0.706943, rel=1e-6), close(0.00207210, rel=3e-6))
    rest, split = without_source(9, 24, 8.0, n_source=4, baseline_source=9)
    assert (rest, split) == (close(0.0574793, rel=2e-6), close(0.508973, rel=1e-6))


def test_reference_values_of_plain_tails():
    assert poisson.sf(7, 2) == close(0.00109672, rel=1e-5)
    assert nbinom.sf(7, 2, 0.5) == close(0.01953125)
    # And ours gives both, when it is told the same.
    from est_geo.analysis.deviation_model import Predictive

    assert Predictive(np.array(2.0), np.array(2.0)).at_least(8) == close(0.01953125)
    assert Predictive(np.array(2.0), np.array(1e9)).at_least(8) == close(0.00109672, rel=1e-5)


def test_the_band_for_the_eye():
    low, high = root_band(np.array([4.0, 1.0, 0.0]))
    assert low.tolist() == [0.25, 0, 0]
    assert high.tolist() == [12.25, 6.25, 2.25]


def test_p_is_scaled_to_the_size_of_the_table():
    assert limits("week", 72) == (0.003, 0.02, 72)
    assert limits("four_weeks", 72)[:2] == (0.003, 0.02)
    assert limits("month", 72)[:2] == limits("tertial", 72)[:2] == (0.005, 0.02)
    assert limits("week", 720)[:2] == (close(0.0003), close(0.002))
    # Small tables do not make a common count red.
    assert limits("week", 2)[:2] == (0.01, 0.05)
    assert limits("week", 0)[:2] == (0.01, 0.05)


@given(counts, counts, lengths, phis, alphas)
def test_the_tail_is_scipys(n, baseline, m, phi, alpha):
    expected = predict(baseline, m, phi, alpha)
    tail = nbinom.sf(n - 1, expected.size, expected.size / (expected.size + expected.mean))
    assert expected.at_least(n) == close(tail, rel=1e-8, abs=1e-14)
    assert expected.mean == close((baseline + 0.5) / m)


@given(counts, lengths)
def test_poisson_noise_is_jeffreys_predictive(baseline, m):
    expected = predict(baseline, m, 1.0, 0.0)
    n = np.arange(12)
    assert np.allclose(
        expected.at_least(n), nbinom.sf(n - 1, baseline + 0.5, m / (m + 1)), rtol=1e-9
    )


@given(counts, lengths, phis, alphas, st.floats(1e-6, 0.05), st.sampled_from([2, 3]))
def test_red_first_at_is_the_first(baseline, m, phi, alpha, limit, above):
    expected = predict(baseline, m, phi, alpha)
    first = int(expected.first_at(limit, above=above))
    naive = next(
        n for n in range(first + 2) if expected.at_least(n) <= limit and n - expected.mean >= above
    )
    assert first == naive


@given(counts, lengths, phis, alphas, st.integers(3, 20))
def test_a_limit_that_is_exactly_the_tail_is_reached(baseline, m, phi, alpha, more):
    expected = predict(baseline, m, phi, alpha)
    n = int(np.ceil(expected.mean)) + more
    assume(expected.at_least(n) > 1e-9)
    assert expected.first_at(expected.at_least(n), above=0) == n


@given(counts, lengths, phis, alphas)
def test_the_interval_leaves_a_tenth_on_either_side(baseline, m, phi, alpha):
    expected = predict(baseline, m, phi, alpha)
    low, high = expected.interval(0.2)
    assert 1 - expected.at_least(low) <= 0.1 + 1e-9  # below low
    assert expected.at_least(high + 1) <= 0.1 + 1e-9  # above high
    assert low <= high


@given(
    st.lists(st.tuples(counts, counts), min_size=1, max_size=12), st.integers(1, 40), st.randoms()
)
def test_the_fit_is_least_squares_within_its_bounds(pairs, m, random):
    n, baseline = (list(v) for v in zip(*pairs, strict=True))
    phi, alpha = fitted(n, baseline, float(m))
    assert phi >= 1
    assert alpha >= 0
    order = random.sample(range(len(n)), len(n))
    again = fitted([n[i] for i in order], [baseline[i] for i in order], float(m))
    assert np.allclose((phi, alpha), again, rtol=1e-6, atol=1e-9)

    def misfit(f, a):
        rate = np.array(baseline) / m
        x2 = rate**2 - rate / m
        z = (np.array(n) - rate) ** 2 / (1 + 1 / m)
        return (((z - f * rate - a * x2) / ((np.array(baseline) + 0.5) / m + 0.3)) ** 2).sum()

    # No point near it on its own edge fits better: the boundary rules keep to one edge.
    best = misfit(phi, alpha)
    if phi > 1 and alpha > 0:
        for f, a in ((1.001, 1), (0.999, 1), (1, 1.001), (1, 0.999)):
            assert misfit(phi * f, alpha * a) >= best * (1 - 1e-9)
    elif phi > 1:
        assert misfit(phi * 1.001, 0) >= best * (1 - 1e-9)


def test_nothing_to_fit_is_poisson():
    assert fitted([0, 0], [0, 0], 26.0) == (1, 0)
    # One and the same rate everywhere: φ and α cannot be told apart, and φ takes it all.
    phi, alpha = fitted([9, 0, 4, 1], [26, 26, 26, 26], 26.0)
    assert alpha == 0
    assert phi > 1


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8), st.integers(2, 5))
def test_the_season_keeps_when_all_years_are_repeated(pairs, times):
    near, base = (np.array(v, dtype=float) for v in zip(*pairs, strict=True))
    factor = season_factor(near, base, length=5.2)
    assert (factor > 0).all()
    # Without the prior the number of years cancels out, and so does a common scale.
    if (near > 0).all() and (base > 0).all():
        free = season_factor(near, base, length=5.2, prior=0.0)
        assert np.allclose(season_factor(near * times, base * times, length=5.2, prior=0.0), free)
        assert np.allclose(free, near * 5.2 / base)


def test_a_change_is_found_more_often_the_larger_it_is():
    expected = predict(np.array([10, 40, 80]), 26.0, 1.1, 0.05)
    red = expected.first_at(0.003, above=3)
    shares = [expected.at_least(red, times=t) for t in (1.0, 2.0, 3.0)]
    assert (shares[0] <= 0.003).all()
    assert (shares[0] < shares[1]).all()
    assert (shares[1] < shares[2]).all()
