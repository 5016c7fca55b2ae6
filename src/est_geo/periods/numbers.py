"""The period of each of many times, as numbers and as text, without a loop over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.periods.as_of import AsOf, last_complete
from est_geo.periods.period import PARTS, Kind, check_kind, period_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAYS = 7
_TO_EPOCH = 719162  # days from Monday 1 January of year 1 to 1 January 1970
_EPOCH_MONTH = 1970 * 12


def period_numbers(
    times: pd.Series[Any] | NDArray[np.datetime64], *, kind: Kind
) -> NDArray[np.int64]:
    """Give the number of the period of each time, as `Period.number` counts.

    Parameters
    ----------
    times : Series or array of n times
        Naive local times.
    kind : {"week", "month", "quarter", "tertial", "year"}
        What to number.

    Returns
    -------
    array of n int
        −1 where the time is missing.
    """
    check_kind(kind)
    stamps = np.asarray(times, dtype="datetime64[us]")
    if kind == "week":
        numbers = (stamps.astype("datetime64[D]").astype(np.int64) + _TO_EPOCH) // _DAYS
    else:
        months = stamps.astype("datetime64[M]").astype(np.int64) + _EPOCH_MONTH
        numbers = months // (12 // PARTS[kind])
    numbers[np.isnat(stamps)] = -1
    return numbers


def period_keys(times: pd.Series[Any], *, kind: Kind) -> pd.Series[Any]:
    """Write the period of each time as `Period.key` does; missing where the time is.

    Parameters
    ----------
    times : Series of n times
        Naive local times.
    kind : {"week", "month", "quarter", "tertial", "year"}
        What to write.

    Returns
    -------
    Series of n text
        With the index of `times`.
    """
    codes, numbers = pd.factorize(period_numbers(times, kind=kind))
    keys = [period_number(kind, int(n)).key if n >= 0 else np.nan for n in numbers]
    text = np.asarray([*keys, np.nan], dtype=object)
    return pd.Series(pd.array(text[codes], dtype="str"), index=times.index)


def block_numbers(
    times: pd.Series[Any] | NDArray[np.datetime64], *, as_of: AsOf, weeks: int = 4
) -> NDArray[np.int64]:
    """Count blocks of whole weeks backward from the last complete one.

    Parameters
    ----------
    times : Series or array of n times
        Naive local times.
    as_of : date, datetime, Timestamp, text or Period
        Up to when they are known; block 0 ends with the last complete week.
    weeks : int
        Length of a block.

    Returns
    -------
    array of n int
        0 for the last `weeks` complete weeks, 1 for those before; −1 where the time is missing or
        later than the last complete week.
    """
    last = last_complete(as_of, kind="week").number
    number = period_numbers(times, kind="week")
    return np.where((number < 0) | (number > last), -1, (last - number) // weeks)
