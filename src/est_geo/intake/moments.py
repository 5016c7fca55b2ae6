"""Moments in numbers: parts of dates put together, joined to intervals, and judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from est_geo.intake import reasons
from est_geo.intake.clock import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from est_geo.intake.date_forms import Parts

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Codes = np.ndarray[Any, np.dtype[np.int8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

YEARS = (1990, 2100)
# Where a column has no year of four digits, those of two are taken as far as this.
LATEST_SHORT_YEAR = 2049
LONGEST = 7 * DAY
NEXT_MORNING = DAY // 2
# So many different dates that can only be month first make a column suspect.
MONTH_FIRST_AT_LEAST = 3
# Microseconds of no time: what pandas and numpy take for NaT.
NEVER = np.iinfo(np.int64).min

PRECISIONS = ("minute", "day", "week", "unknown")
MINUTE, DAY_ONLY, WEEK, UNKNOWN = range(4)
# A fault is 0, or one more than the place of its reason here.
REASONS = (
    reasons.NOT_A_TIME,
    reasons.NO_YEAR,
    reasons.MONTH_FIRST,
    reasons.OUTSIDE_RANGE,
    reasons.WEEKDAY_DISAGREES,
    reasons.END_BEFORE_START,
)
NOT_A_TIME, NO_YEAR, MONTH_FIRST, OUTSIDE_RANGE, WEEKDAY_DISAGREES, END_BEFORE_START = range(1, 7)

_MONTHS = 12


class Moments(NamedTuple):
    """n times in numbers.

    `start` and `end` are microseconds of local time since 1970, or `NEVER`; `end` only where an
    interval or a week was written. `precision` is a place in `PRECISIONS`. `fixed` marks times that
    an offset makes unambiguous, and `blank` what says nothing.
    """

    start: Integers
    end: Integers
    precision: Codes
    fault: Codes
    fixed: Mask
    blank: Mask

    @classmethod
    def none(cls, n: int) -> Moments:
        """Make n moments of which nothing is known."""
        return cls(
            np.full(n, NEVER, dtype=np.int64),
            np.full(n, NEVER, dtype=np.int64),
            np.full(n, UNKNOWN, dtype=np.int8),
            np.zeros(n, dtype=np.int8),
            np.zeros(n, dtype=bool),
            np.zeros(n, dtype=bool),
        )

    def put(self, where: Integers | Mask, some: Moments) -> None:
        """Fill in some of the moments."""
        for name in self._fields:
            getattr(self, name)[where] = getattr(some, name)

    def take(self, where: Integers) -> Moments:
        """Take some of the moments, in any order and number."""
        return Moments(*(getattr(self, name)[where] for name in self._fields))

    def settle(self) -> Moments:
        """Find years that no incident has, and let what is at fault say nothing."""
        start, end = years_of(self.start), years_of(self.end)
        outside = (start < YEARS[0]) | (start > YEARS[1]) | (end > YEARS[1])
        self.fault[(self.start != NEVER) & outside & (self.fault == 0)] = OUTSIDE_RANGE
        bad = self.fault > 0
        self.start[bad], self.end[bad], self.precision[bad] = NEVER, NEVER, UNKNOWN
        return self


def years_of(micros: Integers) -> Integers:
    """Give the year of each moment; far below any for those that are never."""
    years: Integers = micros.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64)
    return years + 1970


def latest_short_year(sides: Sequence[Parts], read: Integers) -> int:
    """Give the latest year that two digits may mean: the one after the latest of four digits."""
    years = np.concatenate([years_of(read), *(side.year[~side.short] for side in sides)])
    years = years[(years >= YEARS[0]) & (years <= YEARS[1])]
    return int(years.max()) + 1 if len(years) else LATEST_SHORT_YEAR


def is_month_first(sides: Sequence[Parts]) -> bool:
    """Say whether dates as 3/29 2026 show that the column was written with the month first."""
    slashed = [side.take(np.flatnonzero(side.slashed)) for side in sides]
    year, month, day = (
        np.concatenate([getattr(side, name) for side in slashed])
        for name in ("year", "month", "day")
    )
    date = (year * 100 + month) * 100 + day
    month_first = len(np.unique(date[(month > _MONTHS) & (day >= 1) & (day <= _MONTHS)]))
    day_first = len(np.unique(date[(day > _MONTHS) & (month >= 1) & (month <= _MONTHS)]))
    return month_first >= MONTH_FIRST_AT_LEAST and month_first > day_first


def place(parts: Parts, *, year: int | None, latest_short: int, month_first: bool) -> Moments:
    """Put parts of dates together; a part of no date gives no moment and no fault.

    Parameters
    ----------
    parts : Parts of n
    year : int, optional
        The year of those that have none.
    latest_short : int
        Latest year that two digits may mean.
    month_first : bool
        Dates as 3/4 2026 are not to be trusted.

    Returns
    -------
    Moments
        n of them, each with the first fault that it has.
    """
    n = len(parts.year)
    # A leap year, so that only days that no year has are impossible.
    years = np.where(parts.year < 0, 2000 if year is None else year, parts.year)
    by_week = parts.week >= 0
    monday = _first_monday(years)
    weeks = (_first_monday(years + 1) - monday) // 7
    weeks[(parts.year < 0) & (year is None)] = 53
    month = np.clip(parts.month, 1, _MONTHS)
    first, next_first = _first_of_month(years, month), _first_of_month(years, month + 1)
    possible = np.where(
        by_week,
        (parts.week >= 1) & (parts.week <= weeks),
        (parts.month == month) & (parts.day >= 1) & (parts.day <= next_first - first),
    )
    days = np.where(
        by_week, monday + 7 * (parts.week - 1) + np.maximum(parts.weekday, 0), first + parts.day - 1
    )
    whole_week = by_week & (parts.weekday < 0)
    possible &= ~(whole_week & (parts.clock >= 0))
    either = parts.slashed & (parts.day <= _MONTHS) & (parts.day != parts.month)
    other_day = ~by_week & (parts.weekday >= 0) & ((days + 3) % 7 != parts.weekday)
    # A missing year hides whether the weekday is right, and whether the year is.
    faults = (
        (~possible, NOT_A_TIME),
        ((parts.year < 0) & (year is None), NO_YEAR),
        (either & month_first, MONTH_FIRST),
        (parts.short & (years > latest_short), OUTSIDE_RANGE),
        (other_day, WEEKDAY_DISAGREES),
    )
    found = Moments.none(n)
    for rows, fault in reversed(faults):
        found.fault[rows] = fault
    start = days * DAY + np.maximum(parts.clock, 0)
    found.start[:] = np.where(possible, start, NEVER)
    found.end[:] = np.where(possible & whole_week, start + 6 * DAY, NEVER)
    found.precision[:] = np.where(parts.clock >= 0, MINUTE, np.where(whole_week, WEEK, DAY_ONLY))
    found.fixed[:] = parts.fixed
    for values, nothing in ((found.fault, 0), (found.start, NEVER), (found.end, NEVER)):
        values[~parts.dated] = nothing
    found.precision[found.start == NEVER] = UNKNOWN
    return found


def join_moments(start: Moments, end: Moments, clock_only: Mask) -> Moments:
    """Join the two ends of n intervals that stand in one cell each."""
    # A week ends with its last day.
    last = np.where(end.end != NEVER, end.end, end.start)
    last = next_morning(start.start, last, clock_only)
    blunt = np.where(end.precision == MINUTE, MINUTE, DAY_ONLY)
    until, precision, backwards = join_ends((start.start, start.precision), (last, blunt))
    fault = np.where(start.fault > 0, start.fault, end.fault)
    fault[(fault == 0) & backwards] = END_BEFORE_START
    return start._replace(
        end=until, precision=precision, fault=fault, fixed=start.fixed & end.fixed
    )


def join_ends(
    start: tuple[Integers, Codes], end: tuple[Integers, Codes]
) -> tuple[Integers, Codes, Mask]:
    """Join starts and ends, each with its precision, and judge the length.

    Returns
    -------
    until : array of n
        The end; the start where there is none, or where the end is but the start's own date.
    precision : array of n
        The coarser of the two; unknown where it is longer than seven days, the last date of an end
        without a time of day counted in full.
    backwards : array of n bool
        Where the end lies before the start.
    """
    (first, sharp), (last, blunt) = start, end
    midnight = first - first % DAY
    both = (first != NEVER) & (last != NEVER)
    both &= ~((sharp == MINUTE) & (blunt == DAY_ONLY) & (last == midnight))
    last, blunt = np.where(both, last, first), np.where(both, blunt, sharp)
    # What is known to the day only may be any time of that day.
    by_day = (sharp != MINUTE) | (blunt != MINUTE)
    backwards = both & np.where(by_day, last - last % DAY < midnight, last < first)
    full = last + np.where(blunt == MINUTE, 0, DAY)
    too_long = both & (full - first > LONGEST)
    precision = np.where(too_long, UNKNOWN, np.maximum(sharp, blunt)).astype(np.int8)
    return last, precision, backwards


def next_morning(start: Integers, end: Integers, rows: Mask) -> Integers:
    """Put ends that are only a time of day on the next day, where they lie before their starts.

    From 22.00 to 06.00 is a night; where that makes more than twelve hours, nothing is changed.
    """
    over = rows & (end < start) & (end + DAY - start <= NEXT_MORNING)
    return np.where(over, end + DAY, end)


def _first_of_month(year: Integers, month: Integers) -> Integers:
    """Give the first day of months, in days since 1970; month 13 is the next January."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days: Integers = months.astype("datetime64[D]").astype(np.int64)
    return days


def _first_monday(year: Integers) -> Integers:
    """Give the Monday of ISO week 1, in days since 1970: that of the week with 4 January."""
    fourth = _first_of_month(year, np.ones_like(year)) + 3
    return fourth - (fourth + 3) % 7
