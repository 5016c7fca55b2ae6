"""Which incidents have a time of day, and what is the matter with the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from est_geo.analysis.aoristic import HOUR_S, HOURS, WEEK_S
from est_geo.checks import first_row
from est_geo.errors import InputError
from est_geo.midnight import midnight_spike

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
_DAY_S = HOURS * HOUR_S

DayOnly = Literal["leave_out", "spread"]
Midnight = Literal["auto", "known", "unknown"]


class KnownTimes(NamedTuple):
    """When n incidents began, in seconds, and how long each may have taken.

    `known` says where that is known to the hour or to an interval; `counts` how many are, and how
    many are not for each reason; `spikes` names the reporters whose 00:00 means "unknown".
    """

    begin: NDArray[np.int64]
    length: NDArray[np.int64]
    known: NDArray[np.bool_]
    counts: dict[str, int]
    spikes: tuple[str, ...]


def known_times(incidents: pd.DataFrame, *, day_only: DayOnly, midnight: Midnight) -> KnownTimes:
    """Tell whose time is known, and since when until when.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With `occurred_from`; `occurred_to`, `time_precision` and `source` where present.
    day_only : {"leave_out", "spread"}
        What to do with incidents of which only the day or days are known.
    midnight : {"auto", "known", "unknown"}
        What exactly 00:00 means. "auto": not known, of each reporter with a spike there.

    Raises
    ------
    InputError
        If an incident known to the minute ends before it begins.
    """
    begin = _seconds(incidents["occurred_from"])
    there = incidents["occurred_from"].notna().to_numpy(dtype=bool)
    end = begin.copy()
    if "occurred_to" in incidents.columns:
        has_end = incidents["occurred_to"].notna().to_numpy(dtype=bool)
        end[has_end] = _seconds(incidents["occurred_to"])[has_end]
    if "time_precision" in incidents.columns:
        precision = incidents["time_precision"]
        sharp = (precision.isna() | (precision == "minute")).to_numpy(dtype=bool) & there
        by_day, by_week = (
            (precision == coarse).to_numpy(dtype=bool) & there for coarse in ("day", "week")
        )
    else:
        sharp = there
        by_day = by_week = np.zeros(len(there), dtype=bool)
    end[by_day] += _DAY_S - end[by_day] % _DAY_S
    _refuse_backwards(incidents, (sharp | by_day) & (end < begin))
    length = end - begin
    too_long = (sharp | by_day) & (length > WEEK_S)
    at_midnight, spikes = _at_midnight(incidents, begin, sharp & (length == 0), midnight)
    no_hour = by_day & ~too_long if day_only == "leave_out" else np.zeros(len(begin), dtype=bool)
    known = (sharp | by_day) & ~too_long & ~no_hour & ~at_midnight
    counts = {
        "known": int(known.sum()),
        "without_time": int((~there | ~(sharp | by_day | by_week)).sum()),
        "week_only": int(by_week.sum()),
        "longer_than_a_week": int(too_long.sum()),
        "day_only": int(no_hour.sum()),
        "midnight": int(at_midnight.sum()),
    }
    if spikes:
        _LOG.info(
            "%d incidents at exactly 00:00 taken for 'time unknown': a spike for %d reporter(s)",
            counts["midnight"], len(spikes),
        )  # fmt: skip
    return KnownTimes(begin, length, known, counts, spikes)


def _seconds(times: pd.Series) -> NDArray[np.int64]:
    """Whole seconds of local time since 1970; missing times have a number without meaning."""
    return times.to_numpy().astype("datetime64[s]").astype(np.int64)


def _refuse_backwards(incidents: pd.DataFrame, backwards: NDArray[np.bool_]) -> None:
    if backwards.any():
        raise InputError(
            f"`incidents` has {int(backwards.sum())} of {len(incidents)} rows that end before they "
            f"begin; the first is row {first_row(incidents, backwards)}. Mend them in the file: "
            "start and end are never swapped here."
        )


def _at_midnight(
    incidents: pd.DataFrame,
    begin: NDArray[np.int64],
    points: NDArray[np.bool_],
    midnight: Midnight,
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Find the points in time at exactly 00:00 that are not known, and the reporters with a spike.

    Each reporter is judged alone: one who writes 00:00 for "unknown" hides among many who do not.
    """
    exactly = points & (begin % _DAY_S == 0)
    if midnight == "known" or not exactly.any():
        return np.zeros(len(begin), dtype=bool), ()
    if midnight == "unknown":
        return exactly, ()
    sharp = np.flatnonzero(points & (begin % HOUR_S == 0))
    hours = begin[sharp] // HOUR_S % HOURS
    source = pd.Series("", range(len(sharp)), dtype="str")
    if "source" in incidents.columns:
        source = incidents["source"].iloc[sharp].astype("str").fillna("")
    codes, reporters = pd.factorize(source, sort=True)
    spiked = [c for c in np.unique(codes[hours == 0]) if midnight_spike(hours[codes == c])[1]]
    unknown = np.zeros(len(begin), dtype=bool)
    unknown[sharp[(hours == 0) & np.isin(codes, spiked)]] = True
    return unknown, tuple(str(reporters[c]) for c in spiked)
