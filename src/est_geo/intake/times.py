"""When incidents happened: columns of dates and of times of day, of starts and ends, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from est_geo.intake import reasons
from est_geo.intake.clock import DAY, matches, read_clocks
from est_geo.intake.date_forms import ZONE, extract, plain, says_nothing
from est_geo.intake.dates import as_precision, as_times, read_moments
from est_geo.intake.moments import (
    DAY_ONLY,
    MINUTE,
    NEVER,
    NO_YEAR,
    NOT_A_TIME,
    REASONS,
    Moments,
    join_ends,
    next_morning,
)
from est_geo.intake.reasons import Fault
from est_geo.intake.text import as_text
from est_geo.midnight import midnight_spike

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

NOTES = ("time does not exist", "time exists twice")

_HOUR = DAY // 24
_MINUTE = _HOUR // 60
_SUNDAY = 3  # Of days since 1970-01-01, a Thursday, by sevens.
_BETWEEN = r"(?P<start>.+?) ?(?:-+| till | to ) ?(?P<end>.+)"


class FoundTimes(NamedTuple):
    """Times of the rows of a file.

    Attributes
    ----------
    occurred_from, occurred_to : Series of n
        Naive local time. The end is the start where only one was given; without a time of day it
        is a date that belongs to the time.
    precision : Series of n text
        minute, day, week or unknown: the coarser of start and end, unknown also where more than
        seven days lie between them.
    note : Series of n text
        One of `NOTES`, where the start, else the end, falls in the hour that summer time skips or
        that its end repeats; else missing.
    faults : list of Fault
        Rows whose time cannot be used, and why.
    midnight_spike : bool
        More rows at exactly 00:00 than the hours around make likely: there it means "unknown".
    midnight : int
        Rows at exactly 00:00, of those known to the minute.
    """

    occurred_from: pd.Series[Any]
    occurred_to: pd.Series[Any]
    precision: pd.Series[Any]
    note: pd.Series[Any]
    faults: list[Fault]
    midnight_spike: bool
    midnight: int


class _Clocks(NamedTuple):
    """A column of times of day, microseconds or -1; `moments` where it has dates too."""

    start: Integers
    end: Integers
    moments: Moments
    bad: Mask


def find_times(
    table: pd.DataFrame, used: Mapping[str, str], *, year: int | None = None
) -> FoundTimes:
    """Find when the incident of each row happened.

    Parameters
    ----------
    table : DataFrame of n rows
        As it was read.
    used : mapping
        Meaning to column: `occurred_from`, `occurred_to`, `occurred_from_clock` and
        `occurred_to_clock` count here, and none of them is needed.
    year : int, optional
        The year of dates and weeks that lack one.

    Returns
    -------
    FoundTimes
        The times, and everything that was at fault or strange.

    Notes
    -----
    Whether rows at exactly 00:00 are a spike is judged by `midnight_spike`. The times are left as
    they are.
    """
    n = len(table)
    faults: list[Fault] = []
    start_column, start_clock, end_column, end_clock = (
        used.get(meaning)
        for meaning in (
            "occurred_from",
            "occurred_from_clock",
            "occurred_to",
            "occurred_to_clock",
        )
    )
    start = _read(table, start_column, faults, year=year)
    clock_end = np.full(n, -1, dtype=np.int64)
    if start_clock is not None:
        clock_end = _add_clocks(start, table[start_clock], start_clock, faults, year=year)
    end, clocks = _read_ends(table, end_column, faults, year=year)
    clocks = np.where(clocks < 0, clock_end, clocks)
    if end_clock is not None:
        own = _read_clocks(table[end_clock], year=year)
        clocks = np.where(own.start >= 0, own.start, clocks)
        _add_clocks(end, table[end_clock], end_clock, faults, year=year)
    _put_on_start(end, start, clocks)
    last = np.where(end.end != NEVER, end.end, end.start)
    blunt = np.where(end.precision == MINUTE, MINUTE, DAY_ONLY)
    own_end = (start.end != NEVER) & (last == NEVER)
    until, precision, backwards = join_ends((start.start, start.precision), (last, blunt))
    until = np.where(own_end, start.end, np.where(start.start == NEVER, last, until))
    column = end_column or end_clock or start_clock or ""
    faults.append(Fault(backwards, column, reasons.END_BEFORE_START))
    faults = [fault for fault in faults if fault.rows.any()]
    good = ~np.logical_or.reduce([fault.rows for fault in faults]) if faults else np.ones(n, bool)
    note = _notes(start.start, good & (precision == MINUTE) & ~start.fixed)
    end_fixed = np.where(own_end, start.fixed, end.fixed)
    end_note = _notes(until, good & (precision == MINUTE) & (until != start.start) & ~end_fixed)
    note = np.where(note < 0, end_note, note)
    midnight, spike = _midnight(start.start[good & (precision == MINUTE)])
    return FoundTimes(
        as_times(start.start, table.index),
        as_times(until, table.index),
        as_precision(precision, table.index),
        pd.Series(pd.array(NOTES, dtype="str").take(note, allow_fill=True), index=table.index),
        faults,
        spike,
        midnight,
    )


def _read(
    table: pd.DataFrame, column: str | None, faults: list[Fault], *, year: int | None
) -> Moments:
    """Read a column of dates, if there is one, and name what is at fault in it."""
    if column is None:
        found = Moments.none(len(table))
        found.blank[:] = True
        return found
    found = read_moments(table[column], year=year)
    _name_faults(found, column, faults)
    return found


def _name_faults(found: Moments, column: str, faults: list[Fault]) -> None:
    """Name the rows of each fault."""
    faults += [
        Fault(found.fault == fault, column, reason)
        for fault, reason in enumerate(REASONS, start=1)
        if (found.fault == fault).any()
    ]


def _read_ends(
    table: pd.DataFrame, column: str | None, faults: list[Fault], *, year: int | None
) -> tuple[Moments, Integers]:
    """Read a column of ends, which may be times of day only."""
    none = np.full(len(table), -1, dtype=np.int64)
    if column is None:
        return _read(table, None, faults, year=year), none
    found = read_moments(table[column], year=year)
    rows = np.flatnonzero((found.fault == NOT_A_TIME) | (found.fault == NO_YEAR))
    text = plain(as_text(table[column].iloc[rows]).combine_chunks())
    clocks = read_clocks(text, bare=False)
    # 12.10 is a time of day, unless 30.10 stands beside it.
    dates = (found.fault[rows] == NO_YEAR) & ~clocks.readable
    sure = clocks.readable & (matches(text, "^kl|:") | ~dates.any())
    none[rows[sure]] = clocks.micros[sure]
    found.fault[rows[sure]] = 0
    _name_faults(found, column, faults)
    return found, none


def _read_clocks(values: pd.Series[Any], *, year: int | None) -> _Clocks:
    """Read a column of times of day, of spans of them, or of full times after all."""
    text = pc.fill_null(as_text(values).combine_chunks(), "").dictionary_encode()
    written = plain(text.dictionary)
    first = read_clocks(written, bare=True).micros
    last = np.full(len(first), -1, dtype=np.int64)
    where, halves = extract(written, _BETWEEN, unread=first < 0)
    if len(where):
        both = [read_clocks(pc.struct_field(halves, half), bare=True) for half in ("start", "end")]
        good = both[0].readable & both[1].readable
        first[where[good]], last[where[good]] = both[0].micros[good], both[1].micros[good]
    codes = text.indices.to_numpy(zero_copy_only=False)
    start, end, blank = first[codes], last[codes], says_nothing(written)[codes]
    moments = Moments.none(len(values))
    rows = np.flatnonzero((start < 0) & ~blank)
    moments.put(rows, read_moments(values.iloc[rows], year=year))
    timed = (moments.precision == MINUTE) & (moments.end == NEVER)
    moments.start[~timed] = NEVER
    return _Clocks(start, end, moments, (start < 0) & ~blank & ~timed)


def _add_clocks(
    found: Moments, values: pd.Series[Any], column: str, faults: list[Fault], *, year: int | None
) -> Integers:
    """Add a column of times of day to dates, and give the ends of those that are spans.

    Where the dates have times of day already, both must say the same; beside an interval or a week
    a time of day is not used.
    """
    clocks = _read_clocks(values, year=year)
    single = (found.start != NEVER) & (found.end == NEVER)
    midnight = found.start - found.start % DAY
    bare = single & ((found.precision == DAY_ONLY) | (found.start == midnight))
    full = clocks.moments.start != NEVER
    said = np.where(full, clocks.moments.start, midnight + clocks.start)
    given = full | (clocks.start >= 0)
    taken = given & bare & (said >= midnight) & (said <= midnight + DAY)
    missing = full & found.blank
    disagree = (given & single & ~taken) & (said // _MINUTE != found.start // _MINUTE)
    taken |= missing
    found.start[taken] = said[taken]
    found.precision[taken] = MINUTE
    found.fixed[taken] = clocks.moments.fixed[taken]
    faults += [
        Fault(clocks.bad, column, reasons.NOT_A_CLOCK),
        Fault(disagree, column, reasons.TIMES_DISAGREE),
    ]
    return np.where(taken, clocks.end, -1)


def _put_on_start(end: Moments, start: Moments, clocks: Integers) -> None:
    """Put ends that are only a time of day on the date of the start, or on the next morning."""
    rows = (clocks >= 0) & (end.start == NEVER) & (start.start != NEVER) & (start.end == NEVER)
    date = start.start - start.start % DAY
    ends = next_morning(start.start, date + clocks, rows)
    end.start[rows] = ends[rows]
    end.precision[rows] = MINUTE


def _notes(micros: Integers, rows: Mask) -> Integers:
    """Say which note local times deserve, as a place in `NOTES`; -1 for none.

    The clock has skipped or repeated the hour after two on a Sunday since 1980.
    """
    note = np.full(len(micros), -1, dtype=np.int64)
    rows = rows & (micros // _HOUR % 24 == 2) & (micros // DAY % 7 == _SUNDAY)  # noqa: PLR2004
    where = np.flatnonzero(rows)
    local = pd.DatetimeIndex(micros[where].astype("datetime64[us]"))
    exists = local.tz_localize(ZONE, nonexistent="NaT", ambiguous=np.ones(len(where), dtype=bool))
    once = local.tz_localize(ZONE, nonexistent="shift_forward", ambiguous="NaT")
    note[where[once.isna()]] = 1
    note[where[exists.isna()]] = 0
    return note


def _midnight(micros: Integers) -> tuple[int, bool]:
    """Count times at exactly 00:00, and say whether they are a spike."""
    sharp = micros[micros % _HOUR == 0] // _HOUR % 24
    return midnight_spike(sharp)
