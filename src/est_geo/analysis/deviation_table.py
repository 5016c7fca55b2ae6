"""Pictures to rows: the table of deviations, and what chance alone and a real change would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from est_geo.analysis.deviation_model import FEWEST_PICTURES, Predictive, predict
from est_geo.analysis.deviation_pictures import (
    BASELINE,
    SPAN,
    YEAR,
    Pictures,
    View,
    WeeklySums,
    calendar_pictures,
    noise_before,
    week_pictures,
)
from est_geo.analysis.deviation_reporting import label_reporting
from est_geo.periods.period import period_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from est_geo.analysis.deviation_counts import Cells, Events
    from est_geo.periods import Kind, Period

    Integers = NDArray[np.int64]

KIND: dict[View, Kind] = {
    "week": "week",
    "four_weeks": "week",
    "month": "month",
    "tertial": "tertial",
}
RED, YELLOW = 0.003, 0.02
RED_CALENDAR = 0.005  # months and tertials
_FOR_CELLS = 72  # the table that these hold for
RED_AT_MOST, YELLOW_AT_MOST = 0.01, 0.05
RED_ABOVE, YELLOW_ABOVE = 3, 2
GREY_MEAN, GREY_N = 0.1, 3
OUTSIDE = 0.2  # of the interval that is shown
_BANDS = (0.0, 0.5, 1.0, 2.0, 4.0, np.inf)


class Limits(NamedTuple):
    """When a cell is red or yellow.

    Attributes
    ----------
    red, yellow : float
        Largest p.
    cells : int
        Cells in which something has happened in the past year, by which both are scaled.
    """

    red: float
    yellow: float
    cells: int


@dataclass(frozen=True)
class ViewTables:
    """One view of one kind of rows: districts or places."""

    table: pd.DataFrame
    noise: pd.DataFrame
    season: pd.DataFrame
    chance: pd.DataFrame
    power: pd.DataFrame


def limits(view: View, cells: int) -> Limits:
    """Scale p so that a table of any size has about as many red cells by chance: 72 p is kept."""
    scale = _FOR_CELLS / max(cells, 1)
    red = RED if view in {"week", "four_weeks"} else RED_CALENDAR
    return Limits(min(red * scale, RED_AT_MOST), min(YELLOW * scale, YELLOW_AT_MOST), cells)


def picture_view(
    events: Events,
    cells: Cells,
    weekly: tuple[Cells, WeeklySums],
    totals: tuple[Integers, Integers],
    *,
    view: View,
    wanted: Sequence[Period],
) -> ViewTables | None:
    """Make the rows of a view of some periods.

    Parameters
    ----------
    events : Events
        All incidents that count.
    cells : Cells
        Counts by the view's periods.
    weekly : tuple of Cells and WeeklySums
        Counts of the same rows by week, and what they say of the noise.
    totals : tuple of array
        Counts of the whole municipality by category: cumulative by week, and by day.
    view : {"week", "four_weeks", "month", "tertial"}
        Which.
    wanted : sequence of Period
        The weeks, months or tertials; those without a baseline are left out.

    Returns
    -------
    ViewTables or None
        None where no period has a baseline.
    """
    at = np.array([period.number - cells.first for period in wanted], dtype=np.int64)
    inside = (at >= 0) & (at < cells.counts.shape[-1] - 1)
    at, wanted = at[inside], [p for p, there in zip(wanted, inside, strict=True) if there]
    if len(at) == 0:
        return None
    seen = _pictures(events, cells, totals, view, at)
    at, wanted = at[seen.there], [p for p, there in zip(wanted, seen.there, strict=True) if there]
    if len(at) == 0:
        return None
    seen = _pictures(events, cells, totals, view, at)
    before = _weeks_left_out(view, wanted) - weekly[0].first
    noise = noise_before(weekly[1], before)
    year = _past_year(weekly[0], before)
    parts = []
    for i, period in enumerate(wanted):
        one = _one(seen, i)
        expected = predict(one.baseline, one.m, noise[0][i], noise[1][i])
        alive = int((year[..., i] + one.n > 0).sum())
        parts.append(
            _rows(events, cells, one, expected, limits(view, alive), view=view, period=period)
        )
    preliminary = noise[2] < FEWEST_PICTURES
    keys = [period.key for period in wanted]
    tables = [
        rows.assign(preliminary=bool(p)) for (rows, *_), p in zip(parts, preliminary, strict=True)
    ]
    return ViewTables(
        table=pd.concat(tables, ignore_index=True),
        noise=pd.DataFrame(
            {
                "view": view,
                "period": pd.Series(keys, dtype="str"),
                "phi": noise[0],
                "alpha": noise[1],
                "pictures": noise[2],
                "preliminary": preliminary,
            }
        ),
        season=_season_table(events, seen, view, keys),
        chance=pd.concat([chance for _, chance, _ in parts], ignore_index=True),
        power=parts[-1][2],
    )


def _pictures(
    events: Events, cells: Cells, totals: tuple[Integers, Integers], view: View, at: Integers
) -> Pictures:
    if view in {"week", "four_weeks"}:
        return week_pictures(cells.counts, totals[0], at, view=view)
    periods = range(cells.first, cells.first + cells.counts.shape[-1])
    origin = events.since.toordinal()
    starts = [period_number(KIND[view], n).start.toordinal() - origin for n in periods]

    def daily(first: Integers, end: Integers) -> Integers:
        newest = totals[1].shape[-1] - 1
        return totals[1][..., np.clip(end, 0, newest)] - totals[1][..., np.clip(first, 0, newest)]

    return calendar_pictures(cells.counts, np.array(starts), daily, at, view=view)  # type: ignore[arg-type]


def _weeks_left_out(view: View, wanted: Sequence[Period]) -> Integers:
    """Give the number of the first week that may not tell the noise: the picture's own."""
    if view in {"week", "four_weeks"}:
        return np.array([period.number for period in wanted], dtype=np.int64)
    # The week in which the month begins is partly in it.
    return np.array([(p.start.toordinal() - 1) // 7 for p in wanted], dtype=np.int64)


def _past_year(weekly: Cells, before: Integers) -> Integers:
    """Incidents of each cell in the 52 weeks before some weeks, (d, c, t)."""
    newest = weekly.counts.shape[-1] - 1
    until, since = np.clip(before, 0, newest), np.clip(before - YEAR, 0, newest)
    return weekly.counts[..., until] - weekly.counts[..., since]


class _One(NamedTuple):
    """A view of one period: (d, c) arrays."""

    n: Integers
    baseline: Integers
    m: NDArray[np.float64]
    span: int


def _one(seen: Pictures, i: int) -> _One:
    n, baseline = seen.n[..., i], seen.baseline[..., i]
    return _One(n, baseline, np.broadcast_to(seen.m[..., i], n.shape), int(seen.span[i]))


def _rows(
    events: Events,
    cells: Cells,
    one: _One,
    expected: Predictive,
    limit: Limits,
    *,
    view: View,
    period: Period,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give the rows of one period, what chance gives, and what a change would."""
    p, above = expected.at_least(one.n), one.n - expected.mean
    grey = (expected.mean < GREY_MEAN) & (one.n < GREY_N)
    red = (p <= limit.red) & (above >= RED_ABOVE)
    yellow = (p <= limit.yellow) & (above >= YELLOW_ABOVE) & ~red
    signal = np.where(grey, "grey", np.where(red, "red", np.where(yellow, "yellow", "none")))
    red_at = expected.first_at(limit.red, above=RED_ABOVE)
    yellow_at = np.minimum(expected.first_at(limit.yellow, above=YELLOW_ABOVE), red_at)
    low, high = expected.interval(OUTSIDE)
    rows, categories = one.n.shape
    category = np.tile(np.arange(categories), rows)
    table = cells.names.loc[np.repeat(np.arange(rows), categories)].reset_index(drop=True)
    table = table.assign(
        period=pd.Series(period.key, table.index, dtype="str"),
        view=pd.Series(view, table.index, dtype="str"),
        category=pd.array(np.asarray(events.categories, dtype=object)[category], dtype="str"),
        n=one.n.ravel(),
        baseline=one.baseline.ravel(),
        expected=expected.mean.ravel(),
        low=low.ravel(),
        high=high.ravel(),
        p=p.ravel(),
        signal=pd.array(signal.ravel(), dtype="str"),
        red_at=red_at.ravel(),
    )
    begin = period.previous(SPAN[view] - 1).start
    before = period.previous(SPAN[view] - 1 + one.span).start
    flagged = pd.DataFrame(
        {
            "row": np.repeat(np.arange(rows), categories),
            "category_code": category,
            "n": table["n"],
            "baseline": table["baseline"],
            "m": one.m.ravel(),
            "before": before.toordinal(),
            "begin": begin.toordinal(),
            "end": period.end.toordinal(),
        }
    )[(red | yellow).ravel()]
    reporting, source = label_reporting(events, cells.row, flagged)
    labels = pd.DataFrame({"reporting": reporting, "source": source}, index=flagged.index)
    labels = labels.astype("str").reindex(table.index)
    by_chance = expected.at_least(red_at)
    chance = pd.DataFrame(
        {
            "view": pd.Series([view], dtype="str"),
            "period": pd.Series([period.key], dtype="str"),
            "cells": limit.cells,
            "p_red": limit.red,
            "p_yellow": limit.yellow,
            "red": int(red.sum()),
            "red_by_chance": float(by_chance.sum()),
            "yellow": int(yellow.sum()),
            "yellow_by_chance": float((expected.at_least(yellow_at) - by_chance).sum()),
        }
    )
    return table.assign(**labels), chance, _power(expected, red_at, view)


def _power(expected: Predictive, red_at: Integers, view: View) -> pd.DataFrame:
    """How often a doubling and a tripling in one period would be red, by what is expected."""
    weeks = {"week": 1.0, "four_weeks": 4.0, "month": 365.25 / 12 / 7, "tertial": 365.25 / 3 / 7}
    band = np.digitize(expected.mean / weeks[view], _BANDS[1:-1]).ravel()
    count = np.bincount(band, minlength=len(_BANDS) - 1)
    shares = [
        np.bincount(band, expected.at_least(red_at, times=times).ravel(), len(_BANDS) - 1)
        / np.maximum(count, 1)
        for times in (2.0, 3.0)
    ]
    table = pd.DataFrame(
        {
            "view": pd.Series(view, range(len(count)), dtype="str"),
            "weekly_from": _BANDS[:-1],
            "weekly_to": _BANDS[1:],
            "cells": count,
            "doubling_found": shares[0],
            "tripling_found": shares[1],
        }
    )
    return table[table["cells"] > 0].reset_index(drop=True)


def _season_table(events: Events, seen: Pictures, view: View, keys: list[str]) -> pd.DataFrame:
    """Season factors as a long table."""
    categories, periods = seen.season.shape
    return pd.DataFrame(
        {
            "view": pd.Series(view, range(categories * periods), dtype="str"),
            "period": pd.array(np.tile(np.asarray(keys, dtype=object), categories), dtype="str"),
            "category": pd.array(
                np.repeat(np.asarray(events.categories, dtype=object), periods), dtype="str"
            ),
            "factor": seen.season.ravel(),
            "years": np.tile(seen.years, categories),
            "baseline_periods": np.tile(seen.span, categories),
            "of": BASELINE[view],
        }
    ).drop(columns="of")
