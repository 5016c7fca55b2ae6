"""How likely a count is, given earlier ones: the arithmetic of deviations, on arrays of any shape.

An earlier count B over m periods of equal length (m is divided by the season) foretells the next
one: a negative binomial with mean M = (B + ½)/m and variance V = (1 + 1/m)(φM + αM²). With φ = 1
and α = 0 it is Jeffreys' predictive distribution of a Poisson count. φ and α say how much noisier
than Poisson the weeks of this municipality are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import betainc
from scipy.stats import hypergeom, nbinom

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[Any] | float

PRIOR = 0.5
SEASON_PRIOR = 10.0  # K: events by which a category's season is drawn to that of all
FEWEST_PICTURES = 26  # for a noise of one's own
PICTURES = 52
PHI, ALPHA = 1.3, 0.1  # where there are fewer
_NOISE_FLOOR = 0.3


class Predictive(NamedTuple):
    """What a count is expected to be: a negative binomial with mean M and size r."""

    mean: Floats
    size: Floats

    @property
    def chance(self) -> Floats:
        """The success probability, as scipy's `nbinom` takes it."""
        return self.size / (self.size + self.mean)

    def at_least(self, n: Numbers, *, times: float = 1.0) -> Floats:
        """Probability of n or more, where the mean is so many times what was expected."""
        mean = self.mean * times
        tail = betainc(np.maximum(n, 1), self.size, mean / (self.size + mean))
        return np.where(np.asarray(n) <= 0, 1.0, tail)

    def first_at(self, probability: Numbers, *, above: float) -> NDArray[np.int64]:
        """Smallest n with `at_least(n)` no more than a probability, and n − M no less than `above`.

        Where the data say next to nothing it may lie far up, but there always is one.
        """
        inverse = nbinom.isf(probability, self.size, self.chance)
        n = np.maximum(inverse + 1, np.ceil(self.mean + above)).astype(np.int64)
        # The inverse is rounded, and goes one too far where the tail is exactly the probability.
        lower = np.maximum(n - 1, 0)
        fits = (self.at_least(lower) <= probability) & (lower - self.mean >= above)
        return np.where(fits, lower, n)

    def interval(self, outside: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Quantiles with no more than `outside` / 2 below the lower, and above the upper."""
        low = np.asarray(nbinom.ppf(outside / 2, self.size, self.chance))
        high = np.asarray(nbinom.ppf(1 - outside / 2, self.size, self.chance))
        return low.astype(np.int64), high.astype(np.int64)


def predict(baseline: Numbers, m: Numbers, phi: Numbers, alpha: Numbers) -> Predictive:
    """Foretell a count.

    Parameters
    ----------
    baseline : array of int
        B, the earlier count.
    m : array of float
        How many times as long the earlier period was, divided by the season factor ρ.
    phi, alpha : array of float
        The noise, see `fit_noise`; 1 and 0 are Poisson's.

    Returns
    -------
    Predictive
        Of the shape that the arguments broadcast to.
    """
    mean = (np.asarray(baseline) + PRIOR) / m
    variance = (1 + 1 / np.asarray(m)) * (phi * mean + alpha * mean**2)
    mean, variance = np.broadcast_arrays(mean, variance)
    return Predictive(mean, mean**2 / (variance - mean))


def season_factor(
    near: Numbers, base: Numbers, *, length: Numbers, prior: float = SEASON_PRIOR
) -> Floats:
    """How much more there is at this time of the year than before it, by category.

    Parameters
    ----------
    near : array of (..., c) float
        a: incidents of each category at this time of earlier years.
    base : array of (..., c) float
        b: incidents in those years' baselines.
    length : float or array of (..., 1)
        How long the baselines are beside the times near: 26 weeks by 5 weeks is 26 / 5. How many
        years there are cancels out.
    prior : float
        K, the events by which a category is drawn to all categories together.

    Returns
    -------
    array of (..., c) float
        ρ; 1 where there is no season.
    """
    near, base = np.asarray(near, dtype=float), np.asarray(base, dtype=float)
    all_near, all_base = near.sum(axis=-1, keepdims=True), base.sum(axis=-1, keepdims=True)
    together = (all_near + prior) * length / (all_base + prior * length)
    return (near + prior * together) * length / (base + prior * length)


def noise_sums(n: Numbers, baseline: Numbers, m: Numbers) -> Floats:
    """Give the five sums of the weighted least squares that fit the noise, over all cells.

    Parameters
    ----------
    n, baseline : array of (..., d, c, t) int
        y and B of each cell and picture.
    m : array of (..., 1, c, t) float
        As for `predict`.

    Returns
    -------
    array of (..., t, 5) float
        Sums that add up over pictures, for `fit_noise`.
    """
    rate = baseline / m
    z = (n - rate) ** 2 / (1 + 1 / m)
    x2 = rate**2 - rate / m
    weight = np.asarray(1 / ((baseline + PRIOR) / m + _NOISE_FLOOR) ** 2)
    products = (rate * rate, rate * x2, x2 * x2, z * rate, z * x2)
    return np.stack([(weight * p).sum(axis=(-3, -2)) for p in products], axis=-1)


def fit_noise(sums: Floats) -> tuple[Floats, Floats]:
    """Fit z = φ·x1 + α·x2 by weighted least squares without intercept, with φ ≥ 1 and α ≥ 0.

    Where nothing was ever expected there is nothing to fit, and the noise is Poisson's.

    Parameters
    ----------
    sums : array of (..., 5) float
        From `noise_sums`, summed over the pictures that are used.

    Returns
    -------
    tuple of array of (...)
        φ and α.
    """
    a11, a12, a22, b1, b2 = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        determinant = a11 * a22 - a12**2
        phi = (b1 * a22 - b2 * a12) / determinant
        alpha = (a11 * b2 - a12 * b1) / determinant
        alpha_alone = np.maximum(0.0, (b2 - a12) / a22)
        phi_alone = np.maximum(1.0, b1 / a11)
    # One rate for all cells leaves no second unknown to tell apart.
    undetermined = determinant <= 1e-12 * a11 * a22  # rounding of the products
    low_phi = ~undetermined & (phi < 1)
    low_alpha = undetermined | (~low_phi & (alpha < 0))
    phi = np.where(low_phi, 1.0, np.where(low_alpha, phi_alone, phi))
    alpha = np.where(low_phi, alpha_alone, np.where(low_alpha, 0.0, alpha))
    return np.where(a11 > 0, phi, 1.0), np.where(a11 > 0, alpha, 0.0)


def without_source(
    n: Numbers, baseline: Numbers, m: Numbers, *, n_source: Numbers, baseline_source: Numbers
) -> tuple[Floats, Floats]:
    """Ask whether one reporter explains a count.

    Parameters
    ----------
    n, baseline, m
        y, B and m of cells.
    n_source, baseline_source
        What of y and B came from one reporter.

    Returns
    -------
    tuple of array of float
        The probability of what is left without the reporter, by Poisson noise; and that so much of
        y comes from the reporter, if its share is what it was (hypergeometric).
    """
    rest = predict(baseline - baseline_source, m, 1.0, 0.0)
    split = hypergeom.sf(n_source - 1, n + baseline, n_source + baseline_source, n)
    return rest.at_least(n - n_source), np.asarray(split)
