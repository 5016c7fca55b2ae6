"""How days, spans of days and periods are written, in Swedish and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from est_geo.errors import InputError

if TYPE_CHECKING:
    import datetime as dt

EN_DASH = "\u2013"
LANGUAGES = ("sv", "en")

MONTHS = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
NOUNS = {
    "sv": {"week": "vecka", "quarter": "kvartal", "tertial": "tertial"},
    "en": {"week": "week", "quarter": "quarter", "tertial": "tertial"},
}


def check_language(language: str) -> None:
    """Require one of the languages that people read."""
    if language not in LANGUAGES:
        raise InputError(f"`language` must be one of {', '.join(LANGUAGES)}, not {language!r}.")


def day_text(day: dt.date, language: str) -> str:
    """Write a day: 16 november 2026, 16 November 2026."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def span_text(first: dt.date, last: dt.date, language: str) -> str:
    """Write a span of days, both included, with nothing said twice.

    >>> import datetime
    >>> span_text(datetime.date(2026, 11, 16), datetime.date(2026, 11, 22), "sv")
    '16–22 november 2026'
    """
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return day_text(last, language)
    if (first.year, first.month) == (last.year, last.month):
        start = str(first.day)
    elif first.year == last.year:
        start = f"{first.day} {MONTHS[language][first.month - 1]}"
    else:
        start = day_text(first, language)
    return start + EN_DASH + day_text(last, language)


def months_text(first: dt.date, last: dt.date, language: str) -> str:
    """Write a span of whole months of one year: september–december 2026."""
    months = MONTHS[language]
    return f"{months[first.month - 1]}{EN_DASH}{months[last.month - 1]} {last.year}"
