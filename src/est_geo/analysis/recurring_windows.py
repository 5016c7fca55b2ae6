"""Weeks, 4-week blocks and reporters of each address, in the year and in the last 17 weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.periods import period_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.periods import Period

YEAR, RECENT = 52, 17
WINDOWS = ((YEAR, 3), (RECENT, 2))
"""Weeks of each window, and in how many 4-week blocks of it an address must be seen."""
BLOCK = 4
LAST_BLOCKS = 4
"""The last four months, in blocks of four weeks."""
SHOWN_BLOCKS = 6
"""How many blocks of four weeks are shown one by one."""


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


def weeks_ago(times: pd.Series, week: Period) -> NDArray[np.int64]:
    """Count ISO weeks back from a week: 0 is that week, below 0 is later.

    A missing time is a great number, outside every window.
    """
    numbers = period_numbers(times, kind="week")
    return np.where(numbers < 0, np.iinfo(np.int64).max, week.number - numbers)


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


def blocks_seen(
    address: NDArray[np.int64], ago: NDArray[np.int64], *, count: int
) -> NDArray[np.str_]:
    """Write for each address in which of the last six 4-week blocks it had an incident.

    Parameters
    ----------
    address, ago, count
        As for `count_window`.

    Returns
    -------
    array of count text
        "010011", oldest first.
    """
    used = ago < SHOWN_BLOCKS * BLOCK
    seen = np.zeros((count, SHOWN_BLOCKS), dtype=bool)
    seen[address[used], ago[used] // BLOCK] = True
    codes = seen @ (1 << np.arange(SHOWN_BLOCKS))
    written = np.array([f"{code:0{SHOWN_BLOCKS}b}" for code in range(1 << SHOWN_BLOCKS)])
    return written[codes]


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
