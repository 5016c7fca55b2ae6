"""Aoristic weights: an incident known only to an interval counts in every hour it may have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS, HOURS = 7, 24
BINS = DAYS * HOURS
HOUR_S = 3600
WEEK_S = BINS * HOUR_S
_FIRST_MONDAY_S = 4 * HOURS * HOUR_S  # 1970-01-05


def aoristic_weights(
    begin: NDArray[np.int64],
    length: NDArray[np.int64],
    weight: NDArray[np.float64],
    groups: NDArray[np.int64],
    n_groups: int,
) -> NDArray[np.float64]:
    """Spread each incident over the hours of the week in proportion to the overlap.

    Parameters
    ----------
    begin : array of n int
        Seconds of local time since 1970.
    length : array of n int
        Seconds, from 0 (a point in time) to a week.
    weight : array of n float
        What each incident counts.
    groups : array of n int
        Group of each, 0 … n_groups − 1.
    n_groups : int
        Number of groups.

    Returns
    -------
    array of n_groups x 168 float
        Bin 0 is Monday 00–01. Each incident adds up to its weight. The order of the incidents
        changes nothing, not even the last digit.
    """
    at = (begin - _FIRST_MONDAY_S) % WEEK_S
    keys, weight = _summed((groups * WEEK_S + at) * (WEEK_S + 1) + length, weight)
    moment, length = np.divmod(keys, WEEK_S + 1)
    groups, at = np.divmod(moment, WEEK_S)
    point = length == 0
    result: NDArray[np.float64] = np.bincount(
        groups[point] * BINS + at[point] // HOUR_S, weights=weight[point], minlength=n_groups * BINS
    ).astype(np.float64)
    result = result.reshape(n_groups, BINS)
    if not point.all():
        spread = _spread(at[~point], length[~point], weight[~point], groups[~point], n_groups)
        result = result + spread[:, :BINS] + spread[:, BINS:]
    return result


def _summed(
    keys: NDArray[np.int64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sum the weights of equal keys, in an order that the rows have no say in."""
    if (weight == 1).all():
        unique, counts = np.unique(keys, return_counts=True)
        return unique, counts.astype(np.float64)
    order = np.lexsort((weight, keys))
    unique, first = np.unique(keys[order], return_index=True)
    return unique, np.add.reduceat(weight[order], first) if len(first) else weight


def _spread(
    at: NDArray[np.int64],
    length: NDArray[np.int64],
    weight: NDArray[np.float64],
    groups: NDArray[np.int64],
    n_groups: int,
) -> NDArray[np.float64]:
    """Spread intervals over two weeks of hours, of which the second is the first come again.

    The hours at both ends are added where they are; those between, all of one height, as a step
    up and a step down that are summed along the hours.
    """
    last_moment = at + length
    first, last = at // HOUR_S, (last_moment - 1) // HOUR_S
    rate = weight / length
    row = groups * (2 * BINS + 1)
    size = n_groups * (2 * BINS + 1)
    one = first == last
    head = np.where(one, length, (first + 1) * HOUR_S - at)
    tail = np.where(one, 0, last_moment - last * HOUR_S)
    ends = np.bincount(row + first, weights=rate * head, minlength=size)
    ends += np.bincount(row + last, weights=rate * tail, minlength=size)
    full = last - first > 1
    up, down = (row + first + 1)[full], (row + last)[full]
    height = rate[full] * HOUR_S
    steps = np.bincount(up, weights=height, minlength=size)
    steps -= np.bincount(down, weights=height, minlength=size)
    covered = np.bincount(up, minlength=size) - np.bincount(down, minlength=size)
    between = steps.reshape(n_groups, -1).cumsum(axis=1)
    # Where no interval is, the steps leave a trace of rounding: there it is 0.
    between[covered.reshape(n_groups, -1).cumsum(axis=1) == 0] = 0.0
    spread: NDArray[np.float64] = (ends.reshape(n_groups, -1) + between)[:, : 2 * BINS]
    return spread
