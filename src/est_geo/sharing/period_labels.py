"""Periods as a page writes them; a text that is no period stays as it is."""

from __future__ import annotations

import re

from est_geo.errors import InputError
from est_geo.periods import parse_period
from est_geo.periods.labels import MONTHS

_KEY = re.compile(r"\d{4}(-(W\d{2}|\d{2}|Q\d|T\d))?")
_SHORT = 4  # letters of a month that is written in full: mars, juni


def period_label(key: str, language: str) -> str:
    """Write a period for a reader.

    >>> period_label("2026-11", "sv"), period_label("2026-W47", "en")
    ('november 2026', 'week 47, 16–22 November 2026')
    """
    try:
        return parse_period(key).label(language) if _KEY.fullmatch(key) else key
    except InputError:
        return key


def short_label(key: str, language: str) -> str:
    """Write a period where there is little room.

    >>> short_label("2026-11", "sv"), short_label("2026-W47", "sv"), short_label("2026-05", "sv")
    ('nov. 2026', 'v. 47 2026', 'maj 2026')
    """
    try:
        period = parse_period(key) if _KEY.fullmatch(key) else None
    except InputError:
        period = None
    if period is None:
        return key
    if period.kind == "week":
        return f"{'v' if language == 'sv' else 'w'}. {period.part} {period.year}"
    if period.kind == "month":
        name = MONTHS[language][period.part - 1]
        return f"{name if len(name) <= _SHORT else name[:3] + '.'} {period.year}"
    return period.label(language, short=True)
