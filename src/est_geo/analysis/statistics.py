"""Small exact statistics that several analyses share: many tests at once, trends, and runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import poisson

from est_geo.checks import check_number

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike, *, tests: int | None = None) -> NDArray[np.float64]:
    """Turn p-values into q-values by Benjamini and Hochberg.

    Parameters
    ----------
    p : array of n float
        The p-values, 0 to 1.
    tests : int, optional
        How many tests were made in all, at least n: those that are not among `p` have p = 1. To
        leave out the tests that could not come out is to look only where something was found.

    Returns
    -------
    array of n float
        The share of false ones to expect among all with this q or less, at most 1.

    References
    ----------
    .. [1] Benjamini, Hochberg (1995), Controlling the false discovery rate.
    """
    values = np.asarray(p, dtype=float)
    total = values.size if tests is None else tests
    order = np.argsort(values, kind="stable")
    steps = values[order] * total / np.arange(1, values.size + 1)
    q = np.empty(values.size)
    q[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return q


class Trend(NamedTuple):
    """Outcome of the Mann-Kendall test.

    Attributes
    ----------
    s : int
        Pairs that rise less pairs that fall.
    variance : float
        Of `s` without a trend, ties taken into account.
    z : float
        With the correction for continuity; 0 where every value is the same.
    p : float
        Two-sided.
    """

    s: int
    variance: float
    z: float
    p: float


def mann_kendall(values: ArrayLike) -> Trend:
    """Test whether a series rises or falls, whatever the shape, by the signs of all pairs.

    The values must be independent but for the trend: counts of periods that overlap are not.

    Parameters
    ----------
    values : array of n float
        In order of time. Fewer than ten show only the steepest trends.

    Returns
    -------
    Trend
        S, its variance, z and the two-sided p.

    References
    ----------
    .. [1] Mann (1945), Nonparametric tests against trend; Kendall (1975), Rank correlation methods.
    """
    series = np.asarray(values, dtype=float)
    n = series.size
    s = int(np.sign(series[None, :] - series[:, None])[np.triu_indices(n, 1)].sum())
    ties = np.unique(series, return_counts=True)[1].astype(float)
    variance = float(n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    z = float((s - np.sign(s)) / np.sqrt(variance)) if variance > 0 else 0.0
    return Trend(s, variance, z, float(2 * ndtr(-abs(z))))


def scan_probability(n: int, *, mean: float, windows: float) -> float:
    """Chance that a run of incidents somewhere in a period holds at least n.

    "Six in a week" is rare in a week that was named beforehand, and common in *some* seven days of
    five years. This is the second: a window slides over the whole period.

    Parameters
    ----------
    n : int
        Incidents in the window; at least 1.
    mean : float
        Incidents to expect in one window, evenly over the period.
    windows : float
        Length of the period in windows, at least 2: 260 for a week in five years.

    Returns
    -------
    float
        0 to 1. An approximation by Naus, good to about three digits.

    Raises
    ------
    InputError
        If a number is out of range.

    Notes
    -----
    The R package ptools gives .4868 for the example below: it leaves out the last term of a sum,
    and its example subtracts 1 from the number of windows where the paper subtracts 2.

    References
    ----------
    .. [1] Naus (1982), Approximations for distributions of scan statistics, JASA 77, eq. 3.

    Examples
    --------
    >>> from est_geo import scan_probability
    >>> round(scan_probability(6, mean=1.0, windows=260), 3)  # six in some week of five years
    0.486
    """
    check_number(n, name="n", at_least=1, whole=True)
    check_number(mean, name="mean", above=0)
    check_number(windows, name="windows", at_least=2)
    if n == 1:  # any incident at all
        return float(-np.expm1(-mean * windows))

    def exactly(count: int) -> float:
        return float(poisson.pmf(count, mean))

    def at_most(count: int) -> float:
        return float(poisson.cdf(count, mean))

    here, under = exactly(n), at_most(n - 1)
    two = under**2 - (n - 1) * here * exactly(n - 2) - (n - 1 - mean) * here * at_most(n - 3)
    first = 2 * here * under * ((n - 1) * at_most(n - 2) - mean * at_most(n - 3))
    second = (here**2 / 2) * (
        (n - 1) * (n - 2) * at_most(n - 3)
        - 2 * (n - 2) * mean * at_most(n - 4)
        + mean**2 * at_most(n - 5)
    )
    third = sum(exactly(2 * n - r) * at_most(r - 1) ** 2 for r in range(1, n))
    fourth = sum(
        exactly(2 * n - r) * exactly(r) * ((r - 1) * at_most(r - 2) - mean * at_most(r - 3))
        for r in range(2, n)
    )
    three = under**3 - first + second + third - fourth
    return float(np.clip(1 - two * (three / two) ** (windows - 2), 0.0, 1.0))
