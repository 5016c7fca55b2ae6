"""Small exact statistics that several analyses share: many tests at once, and trends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

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
