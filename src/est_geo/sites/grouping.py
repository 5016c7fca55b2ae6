"""Sums and most frequent values of groups, without a Python loop over rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SEVERAL = -2


def summed(
    groups: NDArray[np.int64], weights: NDArray[np.float64], n_groups: int
) -> NDArray[np.float64]:
    """Add up the weights of each group, to the same last digit whatever the order of the rows.

    Whole numbers add up exactly; others are added from the smallest to the largest. Without that,
    two places of three equal weights each would be ranked by the order of the rows.
    """
    if not (weights == np.floor(weights)).all():
        order = np.argsort(weights, kind="stable")
        groups, weights = groups[order], weights[order]
    return np.bincount(groups, weights=weights, minlength=n_groups).astype(np.float64)


def most_frequent(
    groups: NDArray[np.int64], values: pd.Series, weights: NDArray[np.float64], n_groups: int
) -> NDArray[Any]:
    """Value with the largest weight in each group; equal weights go to the value first in order.

    Parameters
    ----------
    groups : array of n int
        Group of each row, 0 … n_groups − 1.
    values : Series of n
        Rows whose value is missing are passed over.
    weights : array of n float
        Weight of each row.
    n_groups : int
        Number of groups.

    Returns
    -------
    array of n_groups object
        Missing (NaN) for a group without any value.
    """
    codes, kinds = pd.factorize(values, sort=True)
    # Most groups have one value, an address its own name: only the others need be counted.
    only = _only_code(groups, codes, n_groups)
    contested = (only == _SEVERAL)[groups] & (codes >= 0)
    if contested.any():
        # Hashing the pairs takes a fraction of sorting them; the few different are sorted below.
        position, pairs = pd.factorize(groups[contested] * len(kinds) + codes[contested])
        total = np.bincount(position, weights=weights[contested])
        group, code = np.divmod(pairs, len(kinds))
        order = np.lexsort((code, -total, group))
        leader = order[np.unique(group[order], return_index=True)[1]]
        only[group[leader]] = code[leader]
    return np.append(np.asarray(kinds, dtype=object), np.nan)[only]


def _only_code(
    groups: NDArray[np.int64], codes: NDArray[np.int64], n_groups: int
) -> NDArray[np.int64]:
    """Code that all rows of a group have; −1 where none has any, `_SEVERAL` where they differ."""
    only = np.full(n_groups, -1, dtype=np.int64)
    known = codes >= 0
    only[groups[known]] = codes[known]
    only[groups[known & (codes != only[groups])]] = _SEVERAL
    return only


def earliest(
    groups: NDArray[np.int64], times: NDArray[np.datetime64], n_groups: int
) -> NDArray[np.datetime64]:
    """Earliest time of each group; missing (NaT) for one without any."""
    groups, moments = _known_moments(groups, times)
    bounds = np.iinfo(np.int64)
    first = np.full(n_groups, bounds.max, dtype=np.int64)
    np.minimum.at(first, groups, moments)
    first[first == bounds.max] = bounds.min  # as numpy writes NaT
    return first.view(times.dtype)


def latest(
    groups: NDArray[np.int64], times: NDArray[np.datetime64], n_groups: int
) -> NDArray[np.datetime64]:
    """Latest time of each group; missing (NaT) for one without any."""
    groups, moments = _known_moments(groups, times)
    last = np.full(n_groups, np.iinfo(np.int64).min, dtype=np.int64)
    np.maximum.at(last, groups, moments)
    return last.view(times.dtype)


def _known_moments(
    groups: NDArray[np.int64], times: NDArray[np.datetime64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Take the groups and times of the rows that have a time, as numbers."""
    known = ~np.isnat(times)
    if not known.all():
        groups, times = groups[known], times[known]
    return groups, times.view(np.int64)


def district_names(ids: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Name districts by the `district_id` and `district` of some rows; missing where an id is."""
    named = rows.drop_duplicates("district_id").set_index("district_id")["district"]
    return ids.map(named).astype("str")


def count_distinct(
    groups: NDArray[np.int64], codes: NDArray[np.int64], n_groups: int
) -> NDArray[np.int64]:
    """Count distinct codes in each group; codes below 0 are missing and not counted."""
    known = codes >= 0
    width = int(codes.max()) + 1
    pairs = np.unique(groups[known] * width + codes[known])
    return np.bincount(pairs // width, minlength=n_groups).astype(np.int64)


def joined_texts(
    groups: NDArray[np.int64], texts: pd.Series, n_groups: int, *, between: str
) -> pd.Series:
    """Join the texts of each group, in the order of the rows; missing for one without any."""
    order = np.argsort(groups, kind="stable")
    sorted_texts = texts.to_numpy(dtype=object)[order].tolist()
    ends = np.cumsum(np.bincount(groups, minlength=n_groups)).tolist()
    joined = [
        between.join(sorted_texts[start:end]) if end > start else None
        for start, end in pairwise([0, *ends])
    ]
    return pd.Series(joined, dtype="str")
