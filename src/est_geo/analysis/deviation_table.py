"""Pictures to rows: the table of deviations, and what chance alone and a real change would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

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
    expected = predict(
        _by_period(seen.baseline), _by_period(seen.m), *(part[:, None, None] for part in noise[:2])
    )
    light = _light(_by_period(seen.n), expected, _by_period(year), view)
    preliminary = noise[2] < FEWEST_PICTURES
    keys = [period.key for period in wanted]
    table = _rows(events, cells, seen, light, view=view, wanted=wanted)
    size = len(table) // len(wanted)
    return ViewTables(
        table=table.assign(preliminary=np.repeat(preliminary, size)),
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
        chance=_chance(light, view, keys),
        power=_power(Predictive(expected.mean[-1], expected.size[-1]), light.red_at[-1], view),
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


def _by_period(values: NDArray[Any]) -> NDArray[Any]:
    """Put periods first: (t, d, c)."""
    return np.moveaxis(values, -1, 0)


class _Light(NamedTuple):
    """The traffic light of t periods, (t, d, c), and its limits, (t)."""

    n: Integers
    expected: Predictive
    p: NDArray[np.float64]
    signal: NDArray[np.str_]
    red_at: Integers
    yellow_at: Integers
    limits: list[Limits]


def _light(n: Integers, expected: Predictive, year: Integers, view: View) -> _Light:
    """Judge every cell of every period."""
    chosen = [limits(view, int(cells)) for cells in (year + n > 0).sum(axis=(1, 2))]
    red_p, yellow_p = (np.array([limit[i] for limit in chosen])[:, None, None] for i in range(2))
    p, above = expected.at_least(n), n - expected.mean
    grey = (expected.mean < GREY_MEAN) & (n < GREY_N)
    red = (p <= red_p) & (above >= RED_ABOVE)
    yellow = (p <= yellow_p) & (above >= YELLOW_ABOVE)
    red_at = expected.first_at(red_p, above=RED_ABOVE)
    yellow_at = np.minimum(expected.first_at(yellow_p, above=YELLOW_ABOVE), red_at)
    signal = np.select([grey, red, yellow], ["grey", "red", "yellow"], "none")
    return _Light(n, expected, p, signal, red_at, yellow_at, chosen)


def _rows(
    events: Events,
    cells: Cells,
    seen: Pictures,
    light: _Light,
    *,
    view: View,
    wanted: Sequence[Period],
) -> pd.DataFrame:
    """Write a row for each period, district or place, and category."""
    low, high = light.expected.interval(OUTSIDE)
    periods, rows, categories = light.n.shape
    time, row, category = (
        at.ravel() for at in np.indices((periods, rows, categories), dtype=np.int64)
    )
    keys = np.asarray([period.key for period in wanted], dtype=object)
    baseline = _by_period(seen.baseline).ravel()
    table = cells.names.loc[row].reset_index(drop=True)
    table = table.assign(
        period=pd.array(keys[time], dtype="str"),
        view=pd.Series(view, table.index, dtype="str"),
        category=pd.array(np.asarray(events.categories, dtype=object)[category], dtype="str"),
        n=light.n.ravel(),
        baseline=baseline,
        expected=light.expected.mean.ravel(),
        low=low.ravel(),
        high=high.ravel(),
        p=light.p.ravel(),
        signal=pd.array(light.signal.ravel(), dtype="str"),
        red_at=light.red_at.ravel(),
    )
    before, begin, end = (np.array(days) for days in zip(*_days(seen, view, wanted), strict=True))
    flagged = pd.DataFrame(
        {
            "row": row,
            "category_code": category,
            "n": light.n.ravel(),
            "baseline": baseline,
            "m": np.broadcast_to(_by_period(seen.m), light.n.shape).ravel(),
            "before": before[time],
            "begin": begin[time],
            "end": end[time],
        }
    )[np.isin(light.signal, ["red", "yellow"]).ravel()]
    return table.join(label_reporting(events, cells.row, flagged))


def _days(seen: Pictures, view: View, wanted: Sequence[Period]) -> list[tuple[int, int, int]]:
    """Give the days on which baselines begin, periods begin and periods have ended."""
    span = SPAN[view] - 1
    return [
        (
            period.previous(span + int(seen.span[i])).start.toordinal(),
            period.previous(span).start.toordinal(),
            period.end.toordinal(),
        )
        for i, period in enumerate(wanted)
    ]


def _chance(light: _Light, view: View, keys: list[str]) -> pd.DataFrame:
    """Count the red and yellow cells of each period, and those that chance gives."""
    by_chance = light.expected.at_least(light.red_at)
    yellow_by_chance = light.expected.at_least(light.yellow_at) - by_chance
    return pd.DataFrame(
        {
            "view": pd.Series(view, range(len(keys)), dtype="str"),
            "period": pd.Series(keys, dtype="str"),
            "cells": [limit.cells for limit in light.limits],
            "p_red": [limit.red for limit in light.limits],
            "p_yellow": [limit.yellow for limit in light.limits],
            "red": (light.signal == "red").sum(axis=(1, 2)),
            "red_by_chance": by_chance.sum(axis=(1, 2)),
            "yellow": (light.signal == "yellow").sum(axis=(1, 2)),
            "yellow_by_chance": yellow_by_chance.sum(axis=(1, 2)),
        }
    )


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
