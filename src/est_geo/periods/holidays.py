"""Weeks with holidays, in which counts are not what they usually are: a table to replace."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from est_geo.errors import InputError
from est_geo.periods.labels import LANGUAGES, check_language
from est_geo.periods.period import Period, period_of, week_of_year, weeks_of_year

if TYPE_CHECKING:
    from collections.abc import Iterable

# The weeks of every year, in Swedish and English; Easter moves and is reckoned.
_FIXED: dict[int, tuple[str, str]] = {
    1: ("nyår", "New Year"),
    8: ("sportlov", "winter holiday"),
    9: ("sportlov", "winter holiday"),
    18: ("valborg och första maj", "Walpurgis Night and May Day"),
    24: ("skolavslutning", "end of the school year"),
    25: ("midsommar", "Midsummer"),
    44: ("höstlov", "autumn holiday"),
    52: ("jul", "Christmas"),
    53: ("nyår", "New Year"),
}
_EASTER = ("påsk", "Easter")
HOLIDAY_WEEKS = ("week", "name")
"""Columns of a table of holiday weeks: the key of the week, and what is celebrated."""


def holiday_weeks(years: Iterable[int], *, language: str = "sv") -> pd.DataFrame:
    """List the weeks of some years that hold holidays: a table to edit and pass on.

    Weeks 1, 8, 9, 18, 24, 25, 44, 52 and 53; that in which Good Friday and Easter Sunday lie, and
    the next, with Easter Monday. Winter holidays are those of Stockholm and Uppsala (weeks 8 to 10
    elsewhere): add and take away rows as your schools have it.

    Parameters
    ----------
    years : iterable of int
        ISO years.
    language : {"sv", "en"}
        Of the names.

    Returns
    -------
    DataFrame
        `week` ("2026-W08") and `name` ("sportlov"), sorted by week.

    Raises
    ------
    InputError
        If a year is before 1583, when Easter was reckoned otherwise, or after 9998.

    Examples
    --------
    >>> holiday_weeks([2026])["week"].tolist()[:6]
    ['2026-W01', '2026-W08', '2026-W09', '2026-W14', '2026-W15', '2026-W18']
    """
    check_language(language)
    index = LANGUAGES.index(language)
    named: dict[Period, str] = {}
    for year in sorted(set(years)):
        easter = period_of(easter_sunday(year), kind="week")
        for week, names in _FIXED.items():
            if week <= weeks_of_year(year):
                named[week_of_year(year, week)] = names[index]
        for week_of_easter in (easter, easter.previous(-1)):
            named.setdefault(week_of_easter, _EASTER[index])
    ordered = sorted(named)
    return pd.DataFrame(
        {
            "week": pd.Series([week.key for week in ordered], dtype="str"),
            "name": pd.Series([named[week] for week in ordered], dtype="str"),
        }
    )


def easter_sunday(year: int) -> dt.date:
    """Reckon Easter Sunday in the Gregorian calendar.

    References
    ----------
    .. [1] Anonymous (1876), A New York Correspondent, Nature 13, 487: the rule without exceptions.
    """
    first, last = 1583, 9998
    if not first <= year <= last:
        raise InputError(f"`years` must lie between {first} and {last}, not {year!r}.")
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    moon = (8 * century + 13) // 25
    epact = (19 * golden + century - leap - moon + 15) % 30
    leap_years, odd = divmod(in_century, 4)
    weekday = (32 + 2 * rest + 2 * leap_years - epact - odd) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)
