"""One period: an ISO week, calendar month, quarter, tertial or year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from est_geo.errors import InputError
from est_geo.periods.labels import MONTHS, NOUNS, check_language, months_text, span_text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Kind = Literal["week", "month", "quarter", "tertial", "year"]
KINDS: tuple[Kind, ...] = get_args(Kind)

PARTS: dict[Kind, int] = {"month": 12, "quarter": 4, "tertial": 3, "year": 1}
"""How many of each kind make a calendar year; ISO weeks make their own years, of 52 or 53."""

_LETTER = {"week": "W", "quarter": "Q", "tertial": "T"}
_DAYS = 7
_LAST_WEEK = 53
_YEARS = (1, 9998)


@dataclass(frozen=True, order=True)
class Period:
    """A week, month, quarter, tertial or year.

    Weeks are ISO weeks, Monday to Sunday, and belong to the year of their Thursday. A tertial is a
    third of a year: January to April, May to August, September to December. Periods of one kind
    sort by time.

    Attributes
    ----------
    kind : {"week", "month", "quarter", "tertial", "year"}
        What it is.
    start : date
        Its first day.
    end : date
        The day after its last: the end is not in it.

    Raises
    ------
    InputError
        If `start` and `end` are not those of a period of that kind.

    Examples
    --------
    >>> import est_geo as eg
    >>> week = eg.parse_period("2026-W47")
    >>> week.label(), week.previous().key, week.earlier().key
    ('vecka 47, 16–22 november 2026', '2026-W46', '2025-W47')
    """

    kind: Kind
    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        check_kind(self.kind)
        start, end = _bounds(self.kind, self.number)
        if (start, end) != (self.start, self.end):
            raise InputError(
                f"`start` and `end` are not those of a {self.kind}: {self.start} to {self.end} "
                f"(end not included). Ask for the {self.kind} of a day with "
                f"est_geo.period_of('{self.start}', kind='{self.kind}')."
            )

    @property
    def number(self) -> int:
        """Its number among all of its kind since year 1: consecutive periods differ by 1."""
        if self.kind == "week":
            return (self.start.toordinal() - 1) // _DAYS
        parts = PARTS[self.kind]
        return self.start.year * parts + (self.start.month - 1) * parts // 12

    @property
    def year(self) -> int:
        """The year it belongs to; a week's is that of its Thursday."""
        return self.start.isocalendar().year if self.kind == "week" else self.start.year

    @property
    def part(self) -> int:
        """Which of its kind in its year, from 1: 47 for week 47."""
        if self.kind == "week":
            return self.start.isocalendar().week
        return self.number % PARTS[self.kind] + 1

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def last(self) -> dt.date:
        """Its last day, which is in it."""
        return self.end - dt.timedelta(days=1)

    @property
    def key(self) -> str:
        """Short text that sorts by time: 2026-W47, 2026-11, 2026-Q4, 2026-T3, 2026."""
        if self.kind == "year":
            return f"{self.year:04d}"
        if self.kind in {"week", "month"}:
            return f"{self.year:04d}-{_LETTER.get(self.kind, '')}{self.part:02d}"
        return f"{self.year:04d}-{_LETTER[self.kind]}{self.part}"

    def label(self, language: str = "sv", *, short: bool = False) -> str:
        """Write it for a reader.

        Parameters
        ----------
        language : {"sv", "en"}
            Swedish or English.
        short : bool
            Without its days: "vecka 47 2026", which `parse_period` reads.

        Returns
        -------
        str
            "vecka 47, 16–22 november 2026", "november 2026", "kvartal 4, oktober–december 2026",
            "tertial 3, september–december 2026", "2026".
        """
        check_language(language)
        if self.kind == "year":
            return str(self.year)
        if self.kind == "month":
            return f"{MONTHS[language][self.part - 1]} {self.year}"
        name = f"{NOUNS[language][self.kind]} {self.part}"
        if short:
            return f"{name} {self.year}"
        write = span_text if self.kind == "week" else months_text
        return f"{name}, {write(self.start, self.last, language)}"

    def previous(self, n: int = 1) -> Period:
        """Give the period of its kind that lies n before it; after it where n is negative."""
        return period_number(self.kind, self.number - n)

    def earlier(self, years: int = 1) -> Period:
        """Give the same period of an earlier year.

        Week 53 is the week after week 52. In a year without a week 53 that is week 1 of the next:
        2026-W53 (28 December to 3 January) is held against 2026-W01 (29 December to 4 January),
        which has the same holidays, and not against Christmas.
        """
        if self.kind != "week":
            return period_number(self.kind, self.number - years * PARTS[self.kind])
        year = self.year - years
        if self.part < _LAST_WEEK:
            return week_of_year(year, self.part)
        return week_of_year(year, self.part - 1).previous(-1)

    def contains(self, times: pd.Series[Any] | NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Tell which of n times lie in it; missing times do not."""
        stamps = np.asarray(times, dtype="datetime64[us]")
        inside: NDArray[np.bool_] = (stamps >= np.datetime64(self.start)) & (
            stamps < np.datetime64(self.end)
        )
        return inside

    def is_complete(self, as_of: dt.date | str | Period) -> bool:
        """Tell whether it has ended when a day, or the last day of a period, has passed."""
        day = as_of.last if isinstance(as_of, Period) else as_day(as_of, name="as_of")
        return day >= self.last

    def __str__(self) -> str:
        return self.key


def period_of(time: dt.date | str, *, kind: Kind) -> Period:
    """Give the period of a kind that a day lies in.

    Parameters
    ----------
    time : date, datetime, Timestamp or ISO text
        The day; its time of day is not looked at.
    kind : {"week", "month", "quarter", "tertial", "year"}
        What to give.

    Returns
    -------
    Period
        The one that contains the day.

    Raises
    ------
    InputError
        If `time` is not a day, or `kind` not one of those.

    Examples
    --------
    >>> period_of("2024-12-30", kind="week").key
    '2025-W01'
    """
    check_kind(kind)
    day = as_day(time, name="time")
    if kind == "week":
        return period_number(kind, (day.toordinal() - 1) // _DAYS)
    return period_number(kind, day.year * PARTS[kind] + (day.month - 1) * PARTS[kind] // 12)


def periods_between(
    first: dt.date | str | Period,
    last: dt.date | str | Period,
    *,
    kind: Kind,
    whole: bool = False,
) -> tuple[Period, ...]:
    """List the periods of a kind from one day or period to another, both included.

    Parameters
    ----------
    first, last : date, datetime, Timestamp, ISO text or Period
        Where to begin and end; of a period its first and last day.
    kind : {"week", "month", "quarter", "tertial", "year"}
        What to list.
    whole : bool
        Only those that lie between `first` and `last` with all their days.

    Returns
    -------
    tuple of Period
        In order of time; empty where `whole` leaves none.

    Raises
    ------
    InputError
        If `last` comes before `first`, or either is not a day or period.
    """
    check_kind(kind)
    begin = first.start if isinstance(first, Period) else as_day(first, name="first")
    stop = last.last if isinstance(last, Period) else as_day(last, name="last")
    if stop < begin:
        raise InputError(f"`last` ({stop}) comes before `first` ({begin}). Swap them.")
    numbers = range(period_of(begin, kind=kind).number, period_of(stop, kind=kind).number + 1)
    listed = (period_number(kind, number) for number in numbers)
    return tuple(p for p in listed if not whole or (p.start >= begin and p.last <= stop))


def period_number(kind: Kind, number: int) -> Period:
    """Give the period with a number, as `Period.number` counts."""
    return Period(kind, *_bounds(kind, number))


def week_of_year(year: int, week: int) -> Period:
    """Give an ISO week by its year and number.

    Raises
    ------
    InputError
        If the year has no such week.
    """
    _check_year(year)
    if not 1 <= week <= weeks_of_year(year):
        raise InputError(f"{year} has no week {week}: its weeks are 1 to {weeks_of_year(year)}.")
    return period_of(dt.date.fromisocalendar(year, week, 1), kind="week")


def weeks_of_year(year: int) -> int:
    """Count the ISO weeks of a year: 52 or 53."""
    # 28 December is always in the last week.
    return dt.date(year, 12, 28).isocalendar().week


def as_day(time: object, *, name: str) -> dt.date:
    """Read a day from a date, a time or ISO text."""
    if isinstance(time, str):
        try:
            # Python takes "2026-W47" for its Monday; here a week is never a day.
            if "W" not in time:
                return dt.datetime.fromisoformat(time.strip()).date()
        except ValueError:
            pass  # the message below
    if isinstance(time, np.datetime64) and not np.isnat(time):
        return time.astype("datetime64[D]").item()
    # A missing time (NaT) is a datetime too, one without a year.
    if isinstance(time, dt.date) and time.year == time.year:
        return dt.date(time.year, time.month, time.day)
    raise InputError(f"`{name}` must be a day such as '2026-11-22', not {str(time)[:40]!r}.")


def check_kind(kind: object) -> None:
    """Require one of the kinds of periods."""
    if kind not in KINDS:
        raise InputError(f"`kind` must be one of {', '.join(KINDS)}, not {kind!r}.")


def _bounds(kind: Kind, number: int) -> tuple[dt.date, dt.date]:
    """First day, and day after the last, of the period with a number."""
    if kind == "week":
        first = number * _DAYS + 1
        if not 1 <= first <= dt.date(_YEARS[1], 12, 31).toordinal():
            _check_year(_YEARS[1] + 1)
        return dt.date.fromordinal(first), dt.date.fromordinal(first + _DAYS)
    parts = PARTS[kind]
    start, end = (divmod(n, parts) for n in (number, number + 1))
    _check_year(start[0])
    months = 12 // parts
    return (
        dt.date(start[0], start[1] * months + 1, 1),
        dt.date(end[0], end[1] * months + 1, 1),
    )


def _check_year(year: int) -> None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise InputError(f"A period must lie in the years {_YEARS[0]} to {_YEARS[1]}.")
