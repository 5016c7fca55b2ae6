"""Whether a change in who reports explains a deviation, and since when each reporter does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.analysis.deviation_model import PRIOR, without_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.analysis.deviation_counts import Events

    Integers = NDArray[np.int64]

_SPLIT, _REST = 0.05, 0.05
_NEW_AT_LEAST = 3
_STARTED_WEEKS, _FIRST_WEEKS = 26, 4


def label_reporting(
    events: Events,
    row: Integers,
    flagged: pd.DataFrame,
) -> pd.DataFrame:
    """Say of red and yellow cells whether one reporter explains them.

    The reporter with the largest y − (B + ½)/m is looked at. "new": it brought three or more, none
    in the baseline, and nothing at all anywhere in the municipality before the baseline; who
    reports within the first four weeks of the data is never new.
    "changed": its share of the incidents has risen (hypergeometric p ≤ .05), and what is left
    without it is nothing unusual (p > .05).

    Parameters
    ----------
    events : Events
        All incidents that count.
    row : array of n int
        Row of the table that each lies in.
    flagged : DataFrame
        `row`, `category_code`, `n`, `baseline`, `m`, and the ordinals of the days on which the
        baseline begins (`before`), the period begins (`begin`) and has ended (`end`).

    Returns
    -------
    DataFrame
        With the index of `flagged`: `reporting`, "new", "changed" or missing; `source`, the
        reporter where it is one of these; and `source_n`, how many of n that reporter brought.
    """
    labels: list[tuple[object, object, float]] = [(np.nan, np.nan, np.nan)] * len(flagged)
    count = len(events.sources)
    if count == 0 or len(flagged) == 0:
        return _labelled(labels, flagged.index)
    width = len(events.categories)
    is_flagged = np.zeros(((int(row.max()) + 1), width), dtype=bool)
    is_flagged[flagged["row"], flagged["category_code"]] = True
    used = np.flatnonzero((row >= 0) & is_flagged[row, events.category])
    cell = row[used] * width + events.category[used]
    order = used[np.argsort(cell, kind="stable")]
    ordered = np.sort(cell)
    first_seen, settled = _first_seen(events), _settled(events)
    columns = ("row", "category_code", "n", "baseline", "before", "begin", "end")
    table, m = flagged[list(columns)].to_numpy(dtype=np.int64), flagged["m"].to_numpy(dtype=float)
    for i, (at, category, n, baseline, before, begin, end) in enumerate(table):
        key = at * width + category
        its = order[np.searchsorted(ordered, key) : np.searchsorted(ordered, key, side="right")]
        its = its[events.source[its] >= 0]
        day, who = events.day[its], events.source[its]
        now = np.bincount(who[(day >= begin) & (day < end)], minlength=count)
        then = np.bincount(who[(day >= before) & (day < begin)], minlength=count)
        largest = int(np.argmax(now - (then + PRIOR) / m[i]))
        rest, split = without_source(
            n, baseline, m[i], n_source=now[largest], baseline_source=then[largest]
        )
        started = first_seen[largest] >= max(before, settled)
        if then[largest] == 0 and now[largest] >= _NEW_AT_LEAST and started:
            said = "new"
        elif split <= _SPLIT and rest > _REST:
            said = "changed"
        else:
            continue
        labels[i] = said, events.sources[largest], float(now[largest])
    return _labelled(labels, flagged.index)


def _labelled(labels: list[tuple[object, object, float]], index: pd.Index) -> pd.DataFrame:
    dtypes = {"reporting": "str", "source": "str", "source_n": "float64"}
    return pd.DataFrame(labels, index, list(dtypes)).astype(dtypes)


def reporter_starts(events: Events) -> pd.DataFrame:
    """List the reporters with their first and last incident.

    Parameters
    ----------
    events : Events
        All incidents that count.

    Returns
    -------
    DataFrame
        `source`, `n`, `first` and `last` day; `new`, whether the first is among the last 26 weeks,
        and later than the first four weeks of the data; `last_four_weeks`, incidents in the last
        four complete weeks, and `usual_four_weeks`, the mean of the 24 weeks before them (of fewer
        where there are fewer; missing where there are none). Sorted by `source`.
    """
    count = len(events.sources)
    known = events.source >= 0
    who, day = events.source[known], events.day[known]
    n = np.bincount(who, minlength=count)
    first, last = _first_seen(events), np.zeros(count, dtype=np.int64)
    np.maximum.at(last, who, day)
    seen = n > 0
    recent = events.last_week.end.toordinal() - _STARTED_WEEKS * 7
    end = events.last_week.end.toordinal()
    four, long = end - 4 * 7, end - 28 * 7
    begin = max(long, events.since.toordinal())
    now = np.bincount(who[(day >= four) & (day < end)], minlength=count)
    then = np.bincount(who[(day >= begin) & (day < four)], minlength=count)
    usual = then * 28 / (four - begin) if four > begin else np.full(count, np.nan)
    to_epoch = dt.date(1970, 1, 1).toordinal()
    table = pd.DataFrame(
        {
            "source": pd.Series(events.sources, dtype="str")[seen],
            "n": n[seen],
            "first": (first[seen] - to_epoch).astype("datetime64[D]").astype("datetime64[us]"),
            "last": (last[seen] - to_epoch).astype("datetime64[D]").astype("datetime64[us]"),
            "new": (first[seen] >= recent) & (first[seen] >= _settled(events)),
            "last_four_weeks": now[seen],
            "usual_four_weeks": usual[seen],
        }
    )
    return table.reset_index(drop=True)


def _first_seen(events: Events) -> Integers:
    """Give the first day on which each reporter reported anything."""
    first = np.full(len(events.sources), np.iinfo(np.int64).max)
    known = events.source >= 0
    np.minimum.at(first, events.source[known], events.day[known])
    return first


def _settled(events: Events) -> int:
    """Give the day from which a first report is a start, and not only the start of the data."""
    return events.since.toordinal() + _FIRST_WEEKS * 7
