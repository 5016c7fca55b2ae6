"""Both windows of every address, tested; and what that makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.analysis.recurrence import (
    LISTED_UNTIL,
    WindowTest,
    chao_addresses,
    compare_in_districts,
    fit_exponent,
    tail,
)
from est_geo.analysis.recurring_windows import (
    BLOCK,
    LAST_BLOCKS,
    WINDOWS,
    YEAR,
    WindowCounts,
    count_reporters,
    count_window,
)
from est_geo.schema import VERDICTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.analysis.recurring_register import Addresses

LONG, NEW, CALM, CHANCE, NONE = VERDICTS
_FEWEST_SEEN = 30
_FEWEST_INCIDENTS = 3
_FEWEST_BLOCKS = 2
_ABOVE = 0.05


@dataclass(frozen=True)
class Reports:
    """The reports of the last 52 weeks, as numbers.

    Attributes
    ----------
    address, ago, source : array of r int
        Address, weeks ago and reporter (−1 where not known) of each.
    counted : array of r bool
        False where it repeats another report.
    """

    address: NDArray[np.int64]
    ago: NDArray[np.int64]
    source: NDArray[np.int64]
    counted: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_]) -> Reports:
        """Keep some rows."""
        return Reports(self.address[rows], self.ago[rows], self.source[rows], self.counted[rows])


@dataclass(frozen=True)
class Comparison:
    """One window of every address: counts, tests, and who reported.

    Attributes
    ----------
    counts : WindowCounts
        What was seen.
    test : WindowTest
        How it compares; NaN where nothing could be compared.
    flagged : array of n bool
        Clearly above the usual.
    group : array of n int
        With which addresses each is compared.
    reporters : DataFrame
        As `count_reporters` gives it.
    """

    counts: WindowCounts
    test: WindowTest
    flagged: NDArray[np.bool_]
    group: NDArray[np.int64]
    reporters: pd.DataFrame

    def sources(self) -> NDArray[np.int64]:
        """Count the known reporters of each address."""
        return np.bincount(self.reporters["address"], minlength=len(self.group))

    def rests_on_one_source(self) -> NDArray[np.bool_]:
        """Tell where nothing is above the usual without the largest reporter of the address.

        All that this reporter alone has told is left out, there and everywhere around. Of equally
        large ones the reporter with most weeks of its own is meant, then the first by name.
        """
        table = self.reporters
        order = np.lexsort((table["source"], -table["only"], -table["reports"], table["address"]))
        largest = table.iloc[order].drop_duplicates("address")
        address = largest["address"].to_numpy()
        width = int(table["source"].max()) + 1 if len(table) else 1
        keys = self.group[table["address"]] * width + table["source"].to_numpy()
        lost = pd.Series(table["only"].to_numpy()).groupby(keys).sum()
        total = np.bincount(self.group, weights=self.counts.weeks)[self.group[address]]
        without = self.counts.weeks[address] - largest["only"].to_numpy()
        around = lost.reindex(self.group[address] * width + largest["source"].to_numpy()).to_numpy()
        p = tail(without, total - around - without, self.test.ratio[address])
        result = np.zeros(len(self.group), dtype=bool)
        result[address] = p > _ABOVE
        return result


@dataclass(frozen=True)
class Compared:
    """Both windows, and what they were compared by.

    Attributes
    ----------
    year, recent : Comparison
        The last 52 weeks, and the last 17.
    last_blocks : array of n int
        4-week blocks with an incident among the last four.
    said : dict
        What was chosen, for each kind of address.
    """

    year: Comparison
    recent: Comparison
    last_blocks: NDArray[np.int64]
    said: dict[str, dict[str, Any]]

    def verdicts(self, before: NDArray[np.object_]) -> NDArray[np.object_]:
        """Say what each address is; `before` is what an earlier result said, None where nothing."""
        flags = []
        for comparison, words in ((self.year, (LONG, CALM)), (self.recent, (NEW,))):
            listed = np.isin(before, words) & (comparison.test.q <= LISTED_UNTIL)
            flags.append(comparison.flagged | listed)
        year, recent = flags
        seen = self.recent.counts.weeks > 0
        chance = (self.year.counts.n >= _FEWEST_INCIDENTS) | (self.last_blocks >= _FEWEST_BLOCKS)
        conditions = [year & seen, recent, year, chance]
        return np.select(conditions, (LONG, NEW, CALM, CHANCE), NONE).astype(object)


def compare_all(reports: Reports, addresses: Addresses, *, registered: bool) -> Compared:
    """Count and test both windows.

    Parameters
    ----------
    reports : Reports
        Of the last 52 weeks.
    addresses : Addresses
        Every one that is known.
    registered : bool
        Whether `addresses` are all there are. Else their number is estimated, and too few of them
        are not tested at all.
    """
    counts = {
        weeks: count_window(
            reports.address[reports.counted],
            reports.ago[reports.counted],
            weeks=weeks,
            count=len(addresses),
        )
        for weeks, _ in WINDOWS
    }
    # Squares and stations are few in each district: they are compared over the whole area.
    places = int(addresses.district.max(initial=0)) + 1
    group = np.where(addresses.is_place, places, addresses.district)
    said: dict[str, dict[str, Any]] = {}
    tests = {weeks: _untested(counts[weeks].weeks) for weeks, _ in WINDOWS}
    for kind, members in (("address", ~addresses.is_place), ("place", addresses.is_place)):
        # A register of addresses only says nothing of how many squares there are.
        known = registered and bool(members[: addresses.known].any())
        rows = np.flatnonzero(members if known else members & (counts[YEAR].weeks > 0))
        if len(rows):
            said[kind] = _test_kind(rows, group, addresses, counts, tests, registered=known)
    comparisons = [
        Comparison(
            counts=counts[weeks],
            test=tests[weeks],
            flagged=tests[weeks].flagged(counts[weeks].blocks, fewest=fewest),
            group=group,
            reporters=count_reporters(reports.address, reports.ago, reports.source, weeks=weeks),
        )
        for weeks, fewest in WINDOWS
    ]
    last = count_window(
        reports.address[reports.counted],
        reports.ago[reports.counted],
        weeks=LAST_BLOCKS * BLOCK,
        count=len(addresses),
    )
    return Compared(comparisons[0], comparisons[1], last.blocks, said)


def _test_kind(
    rows: NDArray[np.int64],
    group: NDArray[np.int64],
    addresses: Addresses,
    counts: dict[int, WindowCounts],
    tests: dict[int, WindowTest],
    *,
    registered: bool,
) -> dict[str, Any]:
    """Test addresses of one kind, write the outcome into `tests`, and say how it was done."""
    group, year = group[rows], counts[YEAR].weeks[rows]
    exposure = np.ones(len(rows))
    sums: NDArray[np.float64] | None = None
    size: int | None = None
    gamma: float | None = None
    if registered and addresses.dwellings is not None and not addresses.is_place[rows[0]]:
        gamma = fit_exponent(year, addresses.dwellings[rows], group)
        exposure = addresses.dwellings[rows] ** gamma
    said = {"addresses": len(rows), "seen": int((year > 0).sum()), "estimated": not registered}
    if not registered:
        if len(rows) < _FEWEST_SEEN or not (year == 2).any():  # noqa: PLR2004 - seen twice
            return {**said, "addresses": None, "gamma": None, "tested": False}
        estimate = chao_addresses(year)
        seen = np.bincount(group)
        sums, size = estimate * seen / len(rows), int(estimate)
        said["addresses"] = size
    for weeks, _ in WINDOWS:
        found = compare_in_districts(
            counts[weeks].weeks[rows], group, exposure, district_exposure=sums, tests=size
        )
        for name in ("expected", "lower", "p", "q", "ratio"):
            getattr(tests[weeks], name)[rows] = getattr(found, name)
    return {**said, "gamma": gamma, "tested": True}


def _untested(weeks: NDArray[np.int64]) -> WindowTest:
    """Make a test that says nothing of any address, to be written into."""
    unknown = [np.full(len(weeks), np.nan) for _ in range(5)]
    return WindowTest(weeks, *unknown)
