"""Weeks, 4-week blocks and reporters of each address, in the year and in the last 17 weeks."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

YEAR, RECENT = 52, 17
WINDOWS = ((YEAR, 3), (RECENT, 2))
"""Weeks of each window, and in how many 4-week blocks of it an address must be seen."""
BLOCK = 4
LAST_BLOCKS = 4
"""The last four months, in blocks of four weeks."""
_WEEK = 7
_THURSDAY = 3  # 1 January 1970 was a Thursday: days + 3 begin a week on Mondays
_UNUSUAL = 0.05


@dataclass(frozen=True)
class WindowCounts:
    """What was seen at each of n addresses in one window.

    Attributes
    ----------
    n : array of n int
        Incidents.
    weeks : array of n int
        Distinct ISO weeks with an incident.
    blocks : array of n int
        Distinct 4-week blocks with an incident, counted back from the end of the window.
    """

    n: NDArray[np.int64]
    weeks: NDArray[np.int64]
    blocks: NDArray[np.int64]


def weeks_ago(times: pd.Series, last_day: dt.date) -> NDArray[np.int64]:
    """Count ISO weeks back from the week that ends on a Sunday: 0 is that week.

    A time after it is below 0; a missing time is a great number, outside every window.
    """
    days = times.to_numpy().astype("datetime64[D]")
    missing = np.isnat(days)
    week = (days.astype(np.int64) + _THURSDAY) // _WEEK
    last = (int(np.datetime64(last_day).astype(np.int64)) + _THURSDAY) // _WEEK
    return np.where(missing, np.iinfo(np.int64).max, last - week)


def count_window(
    address: NDArray[np.int64], ago: NDArray[np.int64], *, weeks: int, count: int
) -> WindowCounts:
    """Count one window.

    Parameters
    ----------
    address : array of i int
        Address of each incident, those that repeat another left out.
    ago : array of i int
        Weeks ago, 0 and up.
    weeks : int
        Length of the window.
    count : int
        Number of addresses.
    """
    used = ago < weeks
    seen = pd.unique(address[used] * weeks + ago[used])
    blocks = pd.unique((seen // weeks) * weeks + (seen % weeks) // BLOCK)
    return WindowCounts(
        n=np.bincount(address[used], minlength=count),
        weeks=np.bincount(seen // weeks, minlength=count),
        blocks=np.bincount(blocks // weeks, minlength=count),
    )


def count_reporters(
    address: NDArray[np.int64], ago: NDArray[np.int64], source: NDArray[np.int64], *, weeks: int
) -> pd.DataFrame:
    """Count reports by address and reporter, and the weeks that rest on one reporter alone.

    Parameters
    ----------
    address, ago : array of r int
        As for `count_window`, of all reports: those that repeat another too.
    source : array of r int
        Reporter of each, −1 where not known. Such a report is nobody's, but its week is not
        anybody else's alone.
    weeks : int
        Length of the window.

    Returns
    -------
    DataFrame
        One row for each address and known reporter of it: `address`, `source`, `reports`, and
        `only`, the weeks in which nobody else reported anything there.
    """
    used = ago < weeks
    width = int(source.max(initial=-1)) + 2
    who = source[used] + 1
    pair = address[used] * width + who
    codes, found = pd.factorize(pair)
    week, weeks_found = pd.factorize(address[used] * weeks + ago[used])
    by_source = pd.unique(week * width + who)
    of_week, reporter = by_source // width, by_source % width
    alone = np.bincount(of_week)[of_week] == 1
    at = weeks_found[of_week[alone]] // weeks
    position = pd.Index(found).get_indexer(pd.Index(at * width + reporter[alone]))
    table = pd.DataFrame(
        {
            "address": found // width,
            "source": found % width - 1,
            "reports": np.bincount(codes, minlength=len(found)),
            "only": np.bincount(position, minlength=len(found)),
        }
    )
    return table[table["source"] >= 0].reset_index(drop=True)


def last_complete_day(times: pd.Series, as_of: Any) -> dt.date:  # noqa: ANN401 - days, texts, periods
    """Find the Sunday that ends the last complete week.

    Parameters
    ----------
    times : Series of n times
        When the incidents happened.
    as_of : date, text, Period or None
        A week, or a day: the week that is complete when that day is over. None: the week of the
        latest incident, unless it ends in days without incidents that would be unusual (a chance
        under 5 % at the mean rate of the year before); then the week before it.

    Returns
    -------
    date
        A Sunday.

    Raises
    ------
    InputError
        If it is not a date, or no incident has a time to choose by.
    """
    if as_of is not None:
        return _sunday_by(_day_of(as_of))
    known = times.dropna()
    if known.empty:
        raise InputError(
            f"`incidents` has no time in any of its {len(times)} rows, so there is no last week. "
            "Pass `as_of`, or mend `occurred_from`."
        )
    latest = known.max()
    year = known[known > latest - pd.Timedelta(weeks=YEAR)]
    days = max(_WEEK, (latest.normalize() - year.min().normalize()).days + 1)
    silent = 6 - latest.weekday()
    usual = float(np.exp(-len(year) / days * silent)) > _UNUSUAL
    sunday = (latest + pd.Timedelta(days=silent)).date()
    chosen: dt.date = sunday if usual else sunday - dt.timedelta(days=_WEEK)
    _LOG.info(
        "as_of: the week to %s is taken as the last complete one; the latest incident is of %s",
        chosen,
        latest.date(),
    )
    return chosen


def _day_of(as_of: Any) -> dt.date:  # noqa: ANN401 - days, texts, periods
    """Day that is over, from what the caller gave."""
    if hasattr(as_of, "end") and hasattr(as_of, "kind"):
        last: dt.date = as_of.end - dt.timedelta(days=1)
        return last
    try:
        return pd.Timestamp(as_of).date()
    except (TypeError, ValueError):
        raise InputError(
            f"`as_of` must be a date or a week, as '2026-11-22', not {str(as_of)[:40]!r}."
        ) from None


def _sunday_by(day: dt.date) -> dt.date:
    """Last Sunday that is over when this day is."""
    return day - dt.timedelta(days=(day.weekday() + 1) % _WEEK)
