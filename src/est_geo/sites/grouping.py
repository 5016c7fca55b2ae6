"""Sums and most frequent values of groups, without a Python loop over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    result = np.full(n_groups, np.nan, dtype=object)
    known = codes >= 0
    if not known.any():
        return result
    # Hashing the pairs takes a fraction of sorting them; the few different ones are sorted below.
    position, pairs = pd.factorize(groups[known] * len(kinds) + codes[known])
    total = np.bincount(position, weights=weights[known])
    group, code = np.divmod(pairs, len(kinds))
    order = np.lexsort((code, -total, group))
    leader = order[np.unique(group[order], return_index=True)[1]]
    result[group[leader]] = np.asarray(kinds, dtype=object)[code[leader]]
    return result


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
