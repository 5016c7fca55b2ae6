"""What followed an effort: the weighted displacement difference, with its doubt.

The incidents where something was done, before and after, less what happened in the same time where
nothing was done, and beside it what happened around the place, to where it may have moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.stats import norm

from est_geo.checks import check_columns, check_number, check_same_crs, read_points
from est_geo.errors import InputError
from est_geo.periods import last_day
from est_geo.schema import FOLLOW_UP, names
from est_geo.sites.collapse import is_counted

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from est_geo.periods import AsOf

Pair = tuple[float, float]
_POWER = 0.8
_AREAS = 4


@dataclass(frozen=True)
class Difference:
    """A weighted displacement difference.

    Attributes
    ----------
    wdd : float
        Incidents more (or, below 0, fewer) than expected, in the treated area and around it.
    variance : float
        Of `wdd`, if the counts are Poisson.
    z : float
        `wdd` by its standard error.
    low, high : float
        Ends of its confidence interval.
    detectable : float
        Smallest change that would be told from chance four times of five.
    """

    wdd: float
    variance: float
    z: float
    low: float
    high: float
    detectable: float


def displacement_difference(
    treated: Pair,
    control: Pair,
    *,
    around: Pair = (0, 0),
    around_control: Pair = (0, 0),
    area_weights: tuple[float, float, float, float] = (1, 1, 1, 1),
    confidence: float = 0.95,
) -> Difference:
    """Reckon the weighted displacement difference of counts before and after.

    Parameters
    ----------
    treated, control : (before, after)
        Incidents where something was done, and where nothing was.
    around, around_control : (before, after)
        Incidents around either; 0 where that is not looked at.
    area_weights : four floats
        What the counts of `control`, `treated`, `around_control` and `around` are divided by: the
        areas beside each other, or 1.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Difference
        (T1 − T0) − (C1 − C0) + (D1 − D0) − (DC1 − DC0), each count divided by its weight, and the
        sum of the counts, each divided by its weight squared, as variance.

    Raises
    ------
    InputError
        If a count is below 0 or not finite, or a weight not above 0.

    References
    ----------
    .. [1] Wheeler & Ratcliffe (2018), A simple weighted displacement difference test to evaluate
       place based crime interventions. Crime Science 7:11.
    """
    check_number(confidence, name="confidence", above=0)
    if confidence >= 1:
        raise InputError(f"`confidence` must be below 1, not {confidence!r}.")
    pairs = np.array([control, treated, around_control, around], dtype=float)
    if pairs.shape != (_AREAS, 2) or not np.isfinite(pairs).all() or (pairs < 0).any():
        raise InputError("`treated` and the others must be two counts each, 0 or more.")
    for weight in area_weights:
        check_number(weight, name="area_weights", above=0)
    weights = np.asarray(area_weights, dtype=float)
    change = (pairs[:, 1] - pairs[:, 0]) / weights
    wdd = float(change @ np.array([-1.0, 1.0, -1.0, 1.0]))
    variance = float((pairs.sum(axis=1) / weights**2).sum())
    error = math.sqrt(variance)
    half = float(norm.ppf(0.5 + confidence / 2)) * error
    detectable = float(norm.ppf(0.5 + confidence / 2) + norm.ppf(_POWER)) * error
    z = wdd / error if error > 0 else math.nan
    return Difference(wdd, variance, z, wdd - half, wdd + half, detectable)


def displacement_quotient(treated: Pair, control: Pair, *, around: Pair) -> float:
    """Reckon the weighted displacement quotient: what of a fall in the place came up around it.

    Parameters
    ----------
    treated, control : (before, after)
        Incidents where something was done, and where nothing was.
    around : (before, after)
        Incidents around the place.

    Returns
    -------
    float
        Above 0: the fall reached further than the place; below: some of it moved. NaN where there
        was no fall beside the control, or nothing to divide by.

    References
    ----------
    .. [1] Bowers & Johnson (2003), Measuring the geographical displacement and diffusion of benefit
       effects of crime prevention activity. Journal of Quantitative Criminology 19.
    """
    if min(control) <= 0:
        return math.nan
    fall = treated[1] / control[1] - treated[0] / control[0]
    if not fall < 0:
        return math.nan
    return (around[1] / control[1] - around[0] / control[0]) / fall


def follow_up(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    efforts: gpd.GeoDataFrame,
    *,
    within: gpd.GeoDataFrame,
    as_of: AsOf,
    around_m: float = 200,
) -> pd.DataFrame:
    """Hold what followed each effort against the rest of the area in the same time.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        Needs `occurred_from`; a DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. Reports that repeat another, and rows without a point, are
        left out.
    efforts : GeoDataFrame of (Multi)Polygons
        `effort_id` and `start` (a date), `end` (missing: still going on) where it has one. Where
        something was done.
    within : GeoDataFrame of Polygons
        The area. What lies in it further than twice `around_m` from every effort is the control.
    as_of : date, str or Period
        Last day that the incidents cover.
    around_m : float
        Width in metres of the ring around an effort to which it may have moved or spread.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.FOLLOW_UP`, a row an effort, by `effort_id`. After is from its
        start to its end, or to `as_of`; before is as many days just before it. The control's counts
        are divided by how many times larger its area is.

    Raises
    ------
    InputError
        If a column is missing, or an effort begins after `as_of`.
    CRSError
        If the tables are not in the same CRS in metres.

    Notes
    -----
    A place is given an effort because it was bad just before, and bad times are followed by better
    ones by themselves. A fall is therefore no proof, and a difference whose interval holds 0 cannot
    be told from chance.
    """
    read = read_points(
        incidents, name="incidents", columns=("occurred_from",), unplaced=True, plain=True
    )
    check_columns(efforts, name="efforts", columns=("effort_id", "start"))
    check_same_crs(read, efforts, names=("incidents", "efforts"))
    check_same_crs(read, within, names=("incidents", "within"))
    check_number(around_m, name="around_m", above=0)
    last = pd.Timestamp(last_day(as_of))
    used = read.there & is_counted(incidents) & incidents["occurred_from"].notna().to_numpy(bool)
    times, xy = incidents["occurred_from"].to_numpy()[used], read.xy[used]
    area = shapely.union_all(np.asarray(within.geometry.array))
    near = shapely.buffer(shapely.union_all(np.asarray(efforts.geometry.array)), 2 * around_m)
    control = shapely.difference(area, near)
    ordered = efforts.sort_values("effort_id", kind="stable", ignore_index=True)
    starts = pd.to_datetime(ordered["start"])
    late = (starts > last).to_numpy()
    if late.any():
        raise InputError(
            f"`efforts` has {int(late.sum())} of {len(ordered)} that begin after {last:%Y-%m-%d}; "
            f"the first is {str(ordered['effort_id'][late].iloc[0])[:40]!r}. Leave them out."
        )
    ends = (
        pd.to_datetime(ordered["end"])
        if "end" in ordered.columns
        else pd.Series(pd.NaT, ordered.index)
    )
    ends = ends.fillna(last)
    ends = ends.where(ends <= last, last) + pd.Timedelta(1, "D")
    in_control = shapely.contains_xy(control, xy)
    rows = []
    for place, start, end, name in zip(
        ordered.geometry, starts, ends, ordered["effort_id"], strict=True
    ):
        ring = shapely.difference(
            shapely.intersection(shapely.buffer(place, around_m), area), place
        )
        pairs = [
            _before_and_after(times[inside], start, end)
            for inside in (
                shapely.intersects_xy(place, xy[:, 0], xy[:, 1]),
                in_control,
                shapely.contains_xy(ring, xy),
            )
        ]
        rows.append(
            (name, start, end - pd.Timedelta(1, "D"), *_judged(pairs, place, control, ring))
        )
    return pd.DataFrame(rows, columns=names(FOLLOW_UP)).astype(
        {"effort_id": "str", "start": "datetime64[us]", "end": "datetime64[us]", "verdict": "str"}
    )


def _before_and_after(
    times: NDArray[np.datetime64], start: pd.Timestamp, end: pd.Timestamp
) -> tuple[int, int]:
    """Count from start to end, and in as many days before."""
    after = (times >= start.to_datetime64()) & (times < end.to_datetime64())
    before = (times >= (start - (end - start)).to_datetime64()) & (times < start.to_datetime64())
    return int(before.sum()), int(after.sum())


def _judged(
    pairs: list[tuple[int, int]],
    place: shapely.Geometry,
    control: shapely.Geometry,
    ring: shapely.Geometry,
) -> tuple[object, ...]:
    """Give the counts, the difference and a verdict."""
    treated, elsewhere, around = pairs
    counts = (*treated, *around, *elsewhere)
    if control.area <= 0 or place.area <= 0:
        return (*counts, *[math.nan] * 6, "no_control")
    times_larger = control.area / place.area
    found = displacement_difference(
        treated,
        elsewhere,
        around=around,
        # What lies around is held against as much of the control.
        around_control=elsewhere,
        area_weights=(times_larger, 1, control.area / max(ring.area, 1), 1),
    )
    told = not (found.low <= 0 <= found.high)
    verdict = ("fewer" if found.wdd < 0 else "more") if told else "may_be_chance"
    quotient = displacement_quotient(treated, elsewhere, around=around)
    return (*counts, found.wdd, found.low, found.high, found.z, found.detectable, quotient, verdict)
