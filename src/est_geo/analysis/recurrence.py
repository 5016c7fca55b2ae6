"""The test of what comes back: is the rate of an address clearly above the usual around it.

Arrays only, one entry an address. Weeks with an event are counted, not reports, so that a burst and
the repeats of one event weigh as much as one. Chosen among fifteen methods by simulation; see
docs/recurring.md for what was tried and how often each is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, expit, gammainccinv, gammaincinv

from est_geo.analysis.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLEARLY = 1.5
"""How many times the usual a rate must be above to be clearly above it."""
LISTED_AT = 0.05
LISTED_UNTIL = 0.30
FEWEST_WEEKS = 3
_LOWER = 0.05
_LOGITS = np.arange(-40, 40.25, 0.25)
_HIGHEST_EXPONENT = 1.2


@dataclass(frozen=True)
class WindowTest:
    """What the test says of each address, over the weeks of one window.

    Attributes
    ----------
    weeks : array of n int
        Weeks with an event.
    expected : array of n float
        Weeks to expect at the usual rate; NaN where there is nothing to compare with.
    lower : array of n float
        Lowest rate that the weeks leave plausible (one-sided, 5 %).
    p, q : array of n float
        Chance of so many weeks at 1.5 times the usual rate; and over all addresses.
    others, ratio : array of n float
        Weeks of the others, and their exposure over 1.5 times its own.
    length : int
        Most weeks that can be seen where weeks run together, see `tail`; else 0.
    """

    weeks: NDArray[np.int64]
    expected: NDArray[np.float64]
    lower: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    others: NDArray[np.float64]
    ratio: NDArray[np.float64]
    length: int = 0

    @property
    def score(self) -> NDArray[np.float64]:
        """Weeks that are surely too many: what addresses are ranked by."""
        return self.lower - CLEARLY * self.expected

    @property
    def at_least_times(self) -> NDArray[np.float64]:
        """How many times the usual rate it is, at least."""
        return self.lower / self.expected

    def flagged(self, blocks: NDArray[np.int64], *, fewest: int) -> NDArray[np.bool_]:
        """Tell which addresses are clearly above the usual, in enough weeks and 4-week blocks."""
        return (self.q <= LISTED_AT) & (self.weeks >= FEWEST_WEEKS) & (blocks >= fewest)


def tail(
    weeks: NDArray[np.int64],
    others: NDArray[np.float64],
    ratio: NDArray[np.float64],
    *,
    length: int = 0,
) -> NDArray[np.float64]:
    """Chance of at least so many weeks, given the weeks of the others.

    Jeffreys' prediction: with `others` weeks seen over an exposure `ratio` times the address's own,
    the weeks of the address follow NB(others + 1/2, ratio / (ratio + 1)): Poisson, at a rate of
    which the others tell a gamma distribution.

    Parameters
    ----------
    weeks : array of n int
        Weeks of each address; 0 gives 1.
    others : array of n float
        Weeks of all others in its district.
    ratio : array of n float
        Exposure of the others over 1.5 times its own.
    length : int
        Where many addresses are taken as one, their weeks run together, and no more than `length`
        of them can be seen: binomial in place of Poisson, at the same rate. 0: no such bound.
    """
    seen = np.maximum(weeks, 1)
    p = (
        _bounded_tail(seen, others + 0.5, ratio, length)
        if length
        else betainc(seen, others + 0.5, 1 / (ratio + 1))
    )
    return np.where(weeks > 0, p, 1.0)


def _bounded_tail(
    weeks: NDArray[np.int64], shape: NDArray[np.float64], ratio: NDArray[np.float64], length: int
) -> NDArray[np.float64]:
    """Average the binomial tail over the gamma-distributed rate.

    Over the quantiles u of the rate, at u = 1 / (1 + exp(-t)) for evenly spaced t: the sum then
    has as many digits as it needs in both tails.
    """
    u, complement = expit(_LOGITS), expit(-_LOGITS)
    low = _LOGITS < 0
    rate = np.empty((len(shape), len(_LOGITS)))
    rate[:, low] = gammaincinv(shape[:, None], u[low])
    rate[:, ~low] = gammainccinv(shape[:, None], complement[~low])
    with np.errstate(divide="ignore"):
        rate /= ratio[:, None]
    chance = -np.expm1(-rate / length)
    tails = betainc(weeks[:, None], np.maximum(length - weeks, 0)[:, None] + 1, chance)
    return (tails * (u * complement * (_LOGITS[1] - _LOGITS[0]))).sum(axis=1)


def compare_in_districts(
    weeks: NDArray[np.int64],
    district: NDArray[np.int64],
    exposure: NDArray[np.float64],
    *,
    district_exposure: NDArray[np.float64] | None = None,
    tests: int | None = None,
) -> WindowTest:
    """Compare each address with all others in its district.

    Parameters
    ----------
    weeks : array of n int
        Weeks with an event at each address of the register, 0 where there was none.
    district : array of n int
        District of each, from 0.
    exposure : array of n float
        Weeks to expect at each, up to a factor: 1 where addresses are taken as equal.
    district_exposure : array of float, optional
        Exposure of each district, where not all of its addresses are given; else their sum.
    tests : int, optional
        Addresses in all, where not all are given.
    """
    total = np.bincount(district, weights=weeks)[district].astype(float)
    sums = np.bincount(district, weights=exposure) if district_exposure is None else None
    around = (district_exposure if sums is None else sums)[district] - exposure  # type: ignore[index]
    return compare_with(weeks, total - weeks, around, exposure, tests=tests)


def compare_with(
    weeks: NDArray[np.int64],
    others: NDArray[np.float64],
    around: NDArray[np.float64],
    exposure: NDArray[np.float64],
    *,
    tests: int | None,
    length: int = 0,
) -> WindowTest:
    """Compare weeks with those of others: `others` weeks over an exposure of `around`."""
    # Rounding may leave a hair of exposure around an address that is alone in its district.
    around = np.where(around > exposure * 1e-9, around, 0.0)
    ratio = around / (CLEARLY * exposure)
    p = np.where(around > 0, tail(weeks, others, np.maximum(ratio, 1e-12), length=length), 1.0)
    with np.errstate(divide="ignore"):
        expected = exposure * (others + 0.5) / around
    return WindowTest(
        weeks=weeks,
        expected=np.where(around > 0, expected, np.nan),
        lower=_lowest_rate(weeks, length),
        p=p,
        q=benjamini_hochberg(p, tests=tests),
        others=others,
        ratio=ratio,
        length=length,
    )


def _lowest_rate(weeks: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """Find the lowest rate at which so many weeks have a chance of 5 %."""
    seen = np.maximum(weeks, 1)
    if length:
        chance = betaincinv(seen, np.maximum(length - seen, 0) + 1, _LOWER)
        lowest = -length * np.log1p(-chance)
    else:
        lowest = gammaincinv(seen, _LOWER)
    return np.where(weeks > 0, lowest, 0.0)


def fit_exponent(
    weeks: NDArray[np.int64], dwellings: NDArray[np.float64], district: NDArray[np.int64]
) -> float:
    """Find how weeks grow with dwellings: the g in dwellings ** g, by maximum likelihood.

    The total of each district is held fixed, so that g compares addresses with their neighbours
    only. The likelihood is concave; its slope falls from 0 to 1.2 or g is at one of them.

    Parameters
    ----------
    weeks : array of n int
        Weeks with an event at each address.
    dwellings : array of n float
        At least 1.
    district : array of n int
        District of each, from 0.

    Returns
    -------
    float
        0 to 1.2.
    """
    logs = np.log(dwellings)
    total = np.bincount(district, weights=weeks)
    # Addresses of a district with equally many dwellings are as one, counted so many times.
    keys = _pairs(district, logs)
    of_district, of_log, times = keys
    seen = float((weeks * logs).sum())

    def slope(g: float) -> float:
        share = times * np.exp(g * of_log)
        size = np.bincount(of_district, weights=share, minlength=len(total))
        mean = np.bincount(of_district, weights=share * of_log, minlength=len(total))
        held = size > 0
        return seen - float((total[held] * mean[held] / size[held]).sum())

    if slope(0.0) <= 0:
        return 0.0
    if slope(_HIGHEST_EXPONENT) >= 0:
        return _HIGHEST_EXPONENT
    return float(brentq(slope, 0.0, _HIGHEST_EXPONENT, xtol=1e-12))


def _pairs(
    district: NDArray[np.int64], logs: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Count each pair of a district and a number that occurs."""
    values, codes = np.unique(logs, return_inverse=True)
    pairs, times = np.unique(district * len(values) + codes, return_counts=True)
    return pairs // len(values), values[pairs % len(values)], times


def chao_addresses(weeks: NDArray[np.int64]) -> float:
    """Estimate how many addresses there are from those that occur.

    Addresses seen in one week and in two tell how many were seen in none. The estimate is a lower
    bound: guessed too large, a register makes everyone look unusual.

    Parameters
    ----------
    weeks : array of n int
        Weeks of each address that occurs, at least 1.

    References
    ----------
    .. [1] Chao (1984), Nonparametric estimation of the number of classes in a population.
    """
    once, twice = int((weeks == 1).sum()), int((weeks == 2).sum())  # noqa: PLR2004 - seen twice
    return len(weeks) + once * (once - 1) / (2 * (twice + 1))
