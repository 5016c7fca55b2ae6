"""Up to when the incidents are known, and which periods are complete by then."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from est_geo.errors import InputError
from est_geo.periods.parsing import parse_period
from est_geo.periods.period import Kind, Period, as_day, period_of

AsOf = dt.date | str | Period
"""A day (date, time or ISO text), or a period or its text, of which the last day is meant."""


def last_day(as_of: AsOf, *, name: str = "as_of") -> dt.date:
    """Give the last day that the incidents cover, that whole day included.

    Parameters
    ----------
    as_of : date, datetime, Timestamp, text or Period
        A day, whose time of day is not looked at; or a period such as "2026-W47", of which the last
        day is meant.
    name : str
        What the caller calls it, for the message.

    Returns
    -------
    date
        The day.

    Raises
    ------
    InputError
        If it is neither a day nor a period.
    """
    if isinstance(as_of, Period):
        return as_of.last
    if isinstance(as_of, str):
        try:
            return as_day(as_of, name=name)
        except InputError:
            try:
                return parse_period(as_of).last
            except InputError as error:
                raise InputError(
                    f"`{name}` must be a day such as '2026-11-22' or a period such as '2026-W47', "
                    f"not {as_of[:40]!r}."
                ) from error
    return as_day(as_of, name=name)


def last_complete(as_of: AsOf, *, kind: Kind) -> Period:
    """Give the latest period of a kind that is complete when `as_of` has passed."""
    day = last_day(as_of)
    period = period_of(day, kind=kind)
    return period if period.is_complete(day) else period.previous()


def whole_weeks_by(times: pd.Series, *, as_of: AsOf | None, name: str = "incidents") -> Period:
    """Give the last complete week of some incidents: the week that an analysis looks at.

    Parameters
    ----------
    times : Series of n times
        When incidents occurred; missing ones are passed over.
    as_of : date, datetime, Timestamp, text, Period or None
        Up to when they are known. None: up to the day of the latest incident, so that the week it
        lies in counts as complete only if that day is a Sunday.
    name : str
        What the caller calls the incidents, for the message.

    Returns
    -------
    Period
        An ISO week.

    Raises
    ------
    InputError
        If `as_of` is None and no incident has a time, or `as_of` is neither a day nor a period.
    """
    if as_of is None:
        latest = times.max()
        if pd.isna(latest):
            raise InputError(
                f"`{name}` has no time in any of its {len(times)} rows, so there is no last week. "
                "Pass `as_of`."
            )
        as_of = latest
    return last_complete(as_of, kind="week")
