"""Whether times at exactly 00:00 are times, or mean that the time of day is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HOURS = 24
_AT_LEAST = 5
_RATIO = 2
_P = 0.001
_NEIGHBOURS = (22, 23, 1, 2)


def midnight_spike(hours: NDArray[np.int64]) -> tuple[int, bool]:
    """Count times at exactly 00:00, and say whether they are far more than around midnight.

    Parameters
    ----------
    hours : array of n int
        Hour of the day, 0 to 23, of every time that falls on a full hour exactly; no other times.

    Returns
    -------
    tuple of int and bool
        How many are at 00:00; and whether these are a spike: at least five, at least twice the mean
        of those at exactly 22:00, 23:00, 01:00 and 02:00, and so many that a binomial test against
        these five being alike gives p < .001.
    """
    counts = np.bincount(hours, minlength=_HOURS)
    midnight, around = int(counts[0]), int(counts[list(_NEIGHBOURS)].sum())
    alike = len(_NEIGHBOURS) + 1
    enough = midnight >= _AT_LEAST and midnight * (alike - 1) >= _RATIO * around
    # The upper tail of the binomial: of `midnight + around` rows, one in five at midnight.
    return midnight, enough and bool(betainc(midnight, around + 1, 1 / alike) < _P)
