"""Each view of each period: the count, what came before it, and how long that was by the season.

Arrays end in (districts, categories, time); any axes before those are worlds beside each other, as
a simulation has them. Place of a period in its array is its number since the first complete one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from est_geo.analysis.deviation_model import (
    ALPHA,
    FEWEST_PICTURES,
    PHI,
    PICTURES,
    fit_noise,
    noise_sums,
    season_factor,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]

View = Literal["week", "four_weeks", "month", "tertial"]
VIEWS: tuple[View, ...] = ("week", "four_weeks", "month", "tertial")

YEARS_AT_MOST = 2
YEAR = 52  # weeks
BASELINE = {"week": 26, "four_weeks": 24, "month": 6, "tertial": 3}
"""Weeks, months or tertials before a period that foretell it."""

SHORT_BASELINE = 12  # weeks, where no earlier year says what the season does
SPAN = {"week": 1, "four_weeks": 4, "month": 1, "tertial": 1}
_NEAR = {"week": (-2, 2), "four_weeks": (-4, 1)}  # weeks around the same week of earlier years
_NEAR_DAYS = 7  # on either side of the same month
_PER_YEAR = {"month": 12, "tertial": 3}


class Pictures(NamedTuple):
    """A view of t periods.

    Attributes
    ----------
    n, baseline : array of (..., d, c, t) int
        Incidents of the period, and of those before it.
    m : array of (..., 1, c, t) float
        How many times as long those before are, divided by ρ.
    season : array of (..., c, t) float
        ρ.
    years : array of t int
        Earlier years that ρ was taken from; 0 where it is 1.
    span : array of t int
        Periods in the baseline.
    there : array of t bool
        Whether there is a baseline at all.
    """

    n: Counts
    baseline: Counts
    m: Floats
    season: Floats
    years: NDArray[np.int64]
    span: NDArray[np.int64]
    there: NDArray[np.bool_]


def cumulative(counts: NDArray[Any]) -> Counts:
    """Sum from the beginning, so that any span of time is a difference of two."""
    total = np.zeros((*counts.shape[:-1], counts.shape[-1] + 1), dtype=np.int64)
    np.cumsum(counts, axis=-1, out=total[..., 1:])
    return total


def week_pictures(
    cells: Counts, total: Counts, weeks: NDArray[np.int64], *, view: Literal["week", "four_weeks"]
) -> Pictures:
    """Picture weeks, or the four weeks that end with each.

    Parameters
    ----------
    cells : array of (..., d, c, w + 1) int
        Cumulative counts by week, see `cumulative`.
    total : array of (..., c, w + 1) int
        The same for the whole municipality, from which the season is taken.
    weeks : array of t int
        Places of the weeks, from 0.
    view : {"week", "four_weeks"}
        Which.
    """
    span, long = SPAN[view], BASELINE[view]
    begin = weeks - span + 1
    years = np.clip((begin - long) // YEAR, 0, YEARS_AT_MOST)
    # A single week may follow the season within its baseline; a shorter one follows it less.
    short = SHORT_BASELINE if view == "week" else long
    before = np.where(years > 0, long, short)

    def window(sums: Counts, first: NDArray[np.int64], last: NDArray[np.int64]) -> Counts:
        newest = sums.shape[-1] - 1
        return sums[..., np.clip(last + 1, 0, newest)] - sums[..., np.clip(first, 0, newest)]

    near, base = (np.zeros((*total.shape[:-1], len(weeks))) for _ in range(2))
    first, last = _NEAR[view]
    for year in range(1, YEARS_AT_MOST + 1):
        used, ago = years >= year, YEAR * year
        near += used * window(total, weeks - ago + first, weeks - ago + last)
        base += used * window(total, begin - ago - long, begin - ago - 1)
    season = _season(near, base, years, np.full(len(weeks), long / (last - first + 1)))
    return Pictures(
        n=window(cells, begin, weeks),
        baseline=window(cells, begin - before, begin - 1),
        m=(before / span / season)[..., None, :, :],
        season=season,
        years=years,
        span=before,
        there=begin - before >= 0,
    )


def calendar_pictures(
    cells: Counts,
    starts: NDArray[np.int64],
    daily: Callable[[NDArray[np.int64], NDArray[np.int64]], Counts],
    periods: NDArray[np.int64],
    *,
    view: Literal["month", "tertial"],
) -> Pictures:
    """Picture months or tertials.

    Parameters
    ----------
    cells : array of (..., d, c, p + 1) int
        Cumulative counts by month or tertial.
    starts : array of p + 1 int
        Day on which each begins, and after the last; any day is 0.
    daily : callable
        Counts by category, of (..., c, t), in the municipality from one day of each of t periods
        until before another.
    periods : array of t int
        Places of the months or tertials, from 0.
    view : {"month", "tertial"}
        Which.
    """
    long, in_year = BASELINE[view], _PER_YEAR[view]
    there = periods >= long
    if view == "tertial":
        years = np.clip(periods // in_year, 0, YEARS_AT_MOST)
    else:
        years = np.clip((periods - long) // in_year, 0, YEARS_AT_MOST)

    def day(place: NDArray[np.int64]) -> NDArray[np.int64]:
        return starts[np.clip(place, 0, len(starts) - 1)]

    now = day(periods + 1) - day(periods)
    before = day(periods) - day(periods - long)
    some = daily(day(periods), day(periods))
    near, base = (np.zeros(some.shape) for _ in range(2))
    near_days, base_days = (np.zeros(len(periods)) for _ in range(2))
    for year in range(1, YEARS_AT_MOST + 1):
        used, then = years >= year, periods - in_year * year
        if view == "tertial":
            # The year that begins with the same tertial: each season has its share of it.
            near_span = day(then), day(then + 1)
            base_span = day(then), day(then + in_year)
        else:
            near_span = day(then) - _NEAR_DAYS, day(then + 1) + _NEAR_DAYS
            base_span = day(then - long), day(then)
        near += used * daily(*near_span)
        base += used * daily(*base_span)
        near_days += used * (near_span[1] - near_span[0])
        base_days += used * (base_span[1] - base_span[0])
    length = np.where(near_days > 0, base_days, 1) / np.maximum(near_days, 1)
    season = _season(near, base, years, length)
    ratio = before / np.maximum(now, 1)
    return Pictures(
        n=cells[..., periods + 1] - cells[..., periods],
        baseline=cells[..., periods] - cells[..., np.maximum(periods - long, 0)],
        m=(ratio / season)[..., None, :, :],
        season=season,
        years=years,
        span=np.full(len(periods), long),
        there=there,
    )


class WeeklySums(NamedTuple):
    """What all weekly pictures say of the noise, cumulative over weeks.

    Attributes
    ----------
    sums : array of (..., t + 1, 5) float
        As `noise_sums` gives them.
    known : array of t + 1 int
        How many pictures there were.
    """

    sums: Floats
    known: NDArray[np.int64]


def weekly_sums(cells: Counts, total: Counts) -> WeeklySums:
    """Sum up the pictures of all weeks, for `noise_before`.

    Parameters
    ----------
    cells, total
        As for `week_pictures`.
    """
    weekly = week_pictures(cells, total, np.arange(cells.shape[-1] - 1), view="week")
    there = weekly.there
    n, baseline = weekly.n * there, weekly.baseline * there
    sums = noise_sums(n, baseline, np.where(there, weekly.m, 1.0))
    running = np.zeros((*sums.shape[:-2], sums.shape[-2] + 1, sums.shape[-1]))
    np.cumsum(sums, axis=-2, out=running[..., 1:, :])
    return WeeklySums(running, np.append(0, np.cumsum(there)))


def noise_before(
    weekly: WeeklySums, wanted: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Fit the noise from the weekly pictures before each of some weeks.

    Parameters
    ----------
    weekly : WeeklySums
        Of every week from the first complete one.
    wanted : array of t int
        Places of the weeks that are left out, with all after them.

    Returns
    -------
    tuple of array
        φ and α, of (..., t); and how many pictures there were, of t, where under 26 mean that both
        are those of other municipalities.
    """
    newest = len(weekly.known) - 1
    until, since = np.clip(wanted, 0, newest), np.clip(wanted - PICTURES, 0, newest)
    pictures = weekly.known[until] - weekly.known[since]
    phi, alpha = fit_noise(weekly.sums[..., until, :] - weekly.sums[..., since, :])
    enough = pictures >= FEWEST_PICTURES
    return np.where(enough, phi, PHI), np.where(enough, alpha, ALPHA), pictures


def _season(
    near: Floats, base: Floats, years: NDArray[np.int64], length: NDArray[np.float64]
) -> Floats:
    """Season factor of (..., c, t) counts; 1 where there is no earlier year."""
    factor = season_factor(
        np.swapaxes(near, -1, -2), np.swapaxes(base, -1, -2), length=length[:, None]
    )
    return np.where(years > 0, np.swapaxes(factor, -1, -2), 1.0)
