"""Incidents by week for the last half year, with a band of what is usual, for the eye only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.analysis.deviations_plot import root_band
from est_geo.periods import period_numbers, period_of
from est_geo.periods.as_of import last_day
from est_geo.periods.period import period_number
from est_geo.schema import KIND_DTYPE, WEEKLY_COUNTS, names
from est_geo.sites.collapse import is_counted

if TYPE_CHECKING:
    from est_geo.periods import AsOf

_BASELINE = 26
_FEWEST = 12


def weekly_counts(incidents: pd.DataFrame, *, as_of: AsOf, weeks: int = 26) -> pd.DataFrame:
    """Count incidents by ISO week up to a day, and say what is usual.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With `occurred_from`; reports that repeat another (`duplicate_of`) and those without a time
        are left out.
    as_of : date, text or Period
        Up to when they are known. The week it lies in is the last, complete or not.
    weeks : int
        How many of the last weeks; fewer where the incidents begin later.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.WEEKLY_COUNTS`. The band is that of the mean of the 26 complete
        weeks before, at least 12 of them, else missing; the week in which the first incident lies
        is in no mean, since it may be known in part.
    """
    day = last_day(as_of)
    last = period_of(day, kind="week")
    number = period_numbers(incidents["occurred_from"][is_counted(incidents)], kind="week")
    number = number[(number >= 0) & (number <= last.number)]
    if len(number) == 0:
        return pd.DataFrame({c.name: pd.Series(dtype=KIND_DTYPE[c.kind]) for c in WEEKLY_COUNTS})
    first = int(number.min())
    counts = np.bincount(number - first, minlength=last.number - first + 1)
    before = np.concatenate([[0], np.cumsum(counts[1:])])  # the first week left out
    shown = np.arange(max(0, len(counts) - weeks), len(counts))
    begin = np.maximum(shown - 1 - _BASELINE, 0)
    length = np.maximum(shown - 1 - begin, 0)
    held = before[np.maximum(shown - 1, 0)] - before[begin]
    mean = np.where(length >= _FEWEST, held / np.maximum(length, 1), np.nan)
    low, high = root_band(mean)
    periods = [period_number("week", first + int(i)) for i in shown]
    return pd.DataFrame(
        {
            "week": pd.Series([period.key for period in periods], dtype="str"),
            "n": counts[shown],
            "low": low,
            "high": high,
            "complete": [period.is_complete(day) for period in periods],
        }
    )[names(WEEKLY_COUNTS)]
