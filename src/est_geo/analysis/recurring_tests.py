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
_HAIR = 1e-12


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

        All that this reporter alone has told is left out, there and everywhere around.
        """
        largest = largest_reporters(self.reporters)
        address, source = largest["address"].to_numpy(), largest["source"].to_numpy()
        around = told_alone(self.reporters, self.group, self.group[address], source)
        result = np.zeros(len(self.group), dtype=bool)
        result[address] = not_above(self.test, largest, around - largest["only"].to_numpy())
        return result


def largest_reporters(reporters: pd.DataFrame) -> pd.DataFrame:
    """Keep the largest reporter of each address.

    Of equally large ones it is the one with most weeks of its own, then the first by name.
    """
    table = reporters
    order = np.lexsort((table["source"], -table["only"], -table["reports"], table["address"]))
    return table.iloc[order].drop_duplicates("address")


def told_alone(
    reporters: pd.DataFrame,
    group: NDArray[np.int64],
    of_group: NDArray[np.int64],
    source: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Sum the weeks that rest on a reporter alone, in its whole group of addresses."""
    width = int(max(reporters["source"].max(), source.max())) + 1 if len(source) else 1
    keys = group[reporters["address"]] * width + reporters["source"].to_numpy()
    sums = pd.Series(reporters["only"].to_numpy(dtype=float)).groupby(keys).sum()
    return sums.reindex(of_group * width + source).fillna(0.0).to_numpy()


def not_above(
    test: WindowTest, largest: pd.DataFrame, around: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which are not above the usual without their largest reporter; `around` is told alone."""
    rows = largest["address"].to_numpy()
    without = test.weeks[rows] - largest["only"].to_numpy()
    others, ratio = test.others[rows] - around, np.maximum(test.ratio[rows], _HAIR)
    return tail(without, others, ratio, length=test.length) > _ABOVE


@dataclass(frozen=True)
class Compared:
    """Both windows, and what they were compared by.

    Attributes
    ----------
    year, recent : Comparison
        The last 52 weeks, and the last 17.
    last_blocks : array of n int
        4-week blocks with an incident among the last four.
    exposure : array of n float
        What each was compared by; NaN where it was not.
    said : dict
        What was chosen, for each kind of address.
    """

    year: Comparison
    recent: Comparison
    last_blocks: NDArray[np.int64]
    exposure: NDArray[np.float64]
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
        weeks: count_counted(reports, weeks=weeks, count=len(addresses)) for weeks, _ in WINDOWS
    }
    # Squares and stations are few in each district: they are compared over the whole area.
    places = int(addresses.district.max(initial=0)) + 1
    group = np.where(addresses.is_place, places, addresses.district)
    said: dict[str, dict[str, Any]] = {}
    tests = {weeks: _untested(counts[weeks].weeks) for weeks, _ in WINDOWS}
    exposure = np.full(len(addresses), np.nan)
    for kind, members in (("address", ~addresses.is_place), ("place", addresses.is_place)):
        # A register of addresses only says nothing of how many squares there are.
        known = registered and bool(members[: addresses.known].any())
        rows = np.flatnonzero(members if known else members & (counts[YEAR].weeks > 0))
        if len(rows):
            by = _exposure(rows, group, addresses, counts[YEAR], registered=known)
            exposure[rows] = by.pop("exposure")
            said[kind] = _test_kind(rows, group, exposure, counts, tests, by)
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
    last = count_counted(reports, weeks=LAST_BLOCKS * BLOCK, count=len(addresses))
    return Compared(comparisons[0], comparisons[1], last.blocks, exposure, said)


def count_counted(reports: Reports, *, weeks: int, count: int) -> WindowCounts:
    """Count one window, reports that repeat another left out."""
    used = reports.counted
    return count_window(reports.address[used], reports.ago[used], weeks=weeks, count=count)


def _exposure(
    rows: NDArray[np.int64],
    group: NDArray[np.int64],
    addresses: Addresses,
    counts: WindowCounts,
    *,
    registered: bool,
) -> dict[str, Any]:
    """Find what addresses of one kind are compared by, and how many there are."""
    year = counts.weeks[rows]
    said: dict[str, Any] = {
        "addresses": len(rows),
        "seen": int((year > 0).sum()),
        "estimated": not registered,
        "gamma": None,
        "tested": True,
        "exposure": np.ones(len(rows)),
    }
    if not registered:
        if len(rows) < _FEWEST_SEEN or not (year == 2).any():  # noqa: PLR2004 - seen twice
            return {**said, "addresses": None, "tested": False, "exposure": np.nan}
        return {**said, "addresses": int(chao_addresses(year))}
    if addresses.dwellings is not None and not addresses.is_place[rows[0]]:
        said["gamma"] = fit_exponent(year, addresses.dwellings[rows], group[rows])
        said["exposure"] = addresses.dwellings[rows] ** said["gamma"]
    return said


def _test_kind(
    rows: NDArray[np.int64],
    group: NDArray[np.int64],
    exposure: NDArray[np.float64],
    counts: dict[int, WindowCounts],
    tests: dict[int, WindowTest],
    said: dict[str, Any],
) -> dict[str, Any]:
    """Test addresses of one kind, write the outcome into `tests`, and say how it was done."""
    if not said["tested"]:
        return said
    sums: NDArray[np.float64] | None = None
    if said["estimated"]:
        sums = chao_addresses(counts[YEAR].weeks[rows]) * np.bincount(group[rows]) / len(rows)
    for weeks, _ in WINDOWS:
        found = compare_in_districts(
            counts[weeks].weeks[rows],
            group[rows],
            exposure[rows],
            district_exposure=sums,
            tests=said["addresses"],
        )
        for name in ("expected", "lower", "p", "q", "others", "ratio"):
            getattr(tests[weeks], name)[rows] = getattr(found, name)
    return said


def _untested(weeks: NDArray[np.int64]) -> WindowTest:
    """Make a test that says nothing of any address, to be written into."""
    names = ("expected", "lower", "p", "q", "others", "ratio")
    unknown: dict[str, Any] = {name: np.full(len(weeks), np.nan) for name in names}
    return WindowTest(weeks, **unknown)
