"""Periods as people write them: 2026-W47, v. 47 2026, T3 2026, november 2026, kvartal 4 2026."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from est_geo.errors import InputError
from est_geo.periods.labels import MONTHS
from est_geo.periods.period import PARTS, Kind, Period, as_day, period_number, period_of
from est_geo.periods.period import week_of_year as _week

if TYPE_CHECKING:
    import datetime as dt

_YEAR = r"(?P<year>[12]\d{3})"
_WORDS: dict[Kind, str] = {
    "week": r"(?:vecka|week|v|w)\.?\s*",
    "quarter": r"(?:kvartal|quarter|kv|q|k)\.?\s*",
    "tertial": r"(?:tertial|t)\.?\s*",
}
_NTH = {
    "första": 1, "andra": 2, "tredje": 3, "fjärde": 4, "first": 1, "second": 2, "third": 3,
    "fourth": 4,
}  # fmt: skip
_NOUN: dict[Kind, str] = {
    "quarter": r"(?:kvartal(?:et)?|quarter)",
    "tertial": r"tertial(?:et)?",
}
# Each name in full, and its first three letters, which differ between all months.
_MONTH_NUMBERS = {
    name[:length].casefold(): number + 1
    for names in MONTHS.values()
    for number, name in enumerate(names)
    for length in (3, 4 if name.startswith("sep") else 3, len(name))
}
_LONGEST = 60


def parse_period(
    text: str | Period, *, year: int | None = None, as_of: dt.date | str | None = None
) -> Period:
    """Read a period as people write it.

    Parameters
    ----------
    text : str or Period
        "2026-W47", "v. 47 2026", "vecka 47", "2026-11", "november 2026", "nov", "2026-Q4",
        "kvartal 4 2026", "fjärde kvartalet 2026", "T3 2026", "tertial 3", "2026"; case does not
        matter. A period is given back as it is.
    year : int, optional
        The year of a text that lacks one. A year in the text goes first.
    as_of : date, datetime, Timestamp or ISO text, optional
        Instead of `year`: the latest such period that has begun by this day.

    Returns
    -------
    Period
        What was meant.

    Raises
    ------
    InputError
        If the text is not a period, is one that does not exist (week 53 of most years), or lacks a
        year while neither `year` nor `as_of` is given: the clock is never asked.

    Examples
    --------
    >>> parse_period("T3 2026").label()
    'tertial 3, september–december 2026'
    >>> parse_period("v47", as_of="2027-02-01").key
    '2026-W47'
    """
    if isinstance(text, Period):
        return text
    if not isinstance(text, str):
        raise InputError(f"`text` must be text such as '2026-W47', not {type(text).__name__}.")
    if year is not None and as_of is not None:
        raise InputError("`year` and `as_of` both say the year. Pass one of them.")
    plain = " ".join(text[: _LONGEST + 1].casefold().replace(",", " ").split())
    found = _read(plain) if len(text) <= _LONGEST else None
    if found is None:
        raise InputError(f"`text` is not a period: {text[:40]!r}. {_remedy(plain)}")
    kind, written, part = found
    if written is None and year is None and as_of is None:
        raise InputError(
            f"`text` lacks a year: {text[:40]!r}. Write it out, as in '{text[:40]} 2026', "
            "or pass `year` or `as_of`."
        )
    if written is None and as_of is not None:
        return _latest(kind, part, as_day(as_of, name="as_of"))
    said = written if written is not None else year
    if not isinstance(said, int) or isinstance(said, bool):
        raise InputError(f"`year` must be a whole number such as 2026, not {said!r}.")
    return _of_year(kind, said, part)


def _read(plain: str) -> tuple[Kind, int | None, int] | None:
    """Take apart a text into kind, year if there is one, and which of the year."""
    match = re.fullmatch(rf"(?:år )?{_YEAR}", plain)
    if match:
        return "year", int(match["year"]), 1
    match = re.fullmatch(rf"{_YEAR}[-/](?P<part>\d{{1,2}})", plain)
    if match:
        return "month", int(match["year"]), int(match["part"])
    for kind, word in _WORDS.items():
        part = rf"{word}(?P<part>\d{{1,2}})"
        if kind in _NOUN:
            part = rf"(?:{part}|(?P<nth>{'|'.join(_NTH)}|[1-4]:[ae]) {_NOUN[kind]})"
        match = _either_way(part, plain)
        if match:
            nth = match["nth"] if kind in _NOUN else None
            which = _NTH.get(nth, int(nth[0]) if nth[0].isdigit() else 0) if nth else 0
            return kind, _year_of(match), which or int(match["part"])
    match = _either_way(rf"(?P<part>{'|'.join(_MONTH_NUMBERS)})\.?", plain)
    if match:
        return "month", _year_of(match), _MONTH_NUMBERS[match["part"]]
    return None


def _either_way(part: str, plain: str) -> re.Match[str] | None:
    """Match a part of a year with its year before it, after it or not there."""
    return re.fullmatch(rf"{part}(?:[ -]?{_YEAR})?", plain) or re.fullmatch(
        rf"{_YEAR}[ -]?{part}", plain
    )


def _year_of(match: re.Match[str]) -> int | None:
    return int(match["year"]) if match["year"] else None


def _of_year(kind: Kind, year: int, part: int) -> Period:
    """Give a period by its year and place in it."""
    if kind == "week":
        return _week(year, part)
    if not 1 <= part <= PARTS[kind]:
        raise InputError(f"{year} has no {kind} {part}: a year has {kind}s 1 to {PARTS[kind]}.")
    return period_number(kind, year * PARTS[kind] + part - 1)


def _latest(kind: Kind, part: int, day: dt.date) -> Period:
    """Give the latest period with a place in its year that has begun by a day."""
    now = period_of(day, kind=kind).year
    found = None
    for year in range(now, now - 8, -1):  # a year with a week 53 comes within seven
        try:
            found = _of_year(kind, year, part)
        except InputError:
            if kind != "week" or part != 53:  # noqa: PLR2004 - the week that few years have
                raise
            continue
        if found.start <= day:
            return found
    raise InputError(f"No {kind} {part} has begun by {day}.")


def _remedy(plain: str) -> str:
    """Say what to write instead."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", plain):
        return (
            "It is a day: ask for the period around it with "
            f"est_geo.period_of('{plain[:10]}', kind='week')."
        )
    return (
        "Write a week as '2026-W47', a month as '2026-11' or 'november 2026', a quarter as "
        "'2026-Q4', a tertial as 'T3 2026', a year as '2026'."
    )
