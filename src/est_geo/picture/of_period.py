"""The tables that only a picture of a period has."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

import pandas as pd

from est_geo.analysis.deviations import deviations
from est_geo.analysis.follow_up import follow_up
from est_geo.analysis.tracking import track_places
from est_geo.analysis.weekly_counts import weekly_counts
from est_geo.picture.analyses import (
    concentration_of,
    hours_of,
    need_of,
    next_cells,
    places_that_recur,
    times_and_places,
)
from est_geo.picture.presets import window_start
from est_geo.sites.by_district import count_by_district

if TYPE_CHECKING:
    import geopandas as gpd

    from est_geo.periods import Period
    from est_geo.picture.presets import Preset
    from est_geo.picture.previous import Previous

_LOG = logging.getLogger(__name__)


def tables_of_period(  # noqa: PLR0913 - what the other analyses have made already
    history: gpd.GeoDataFrame,
    reports: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    *,
    period: Period,
    preset: Preset,
    covered: dt.date,
    baseline: Period | None,
    sites: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    counts: pd.DataFrame,
    register: gpd.GeoDataFrame | None,
    before: Previous | None,
    efforts: gpd.GeoDataFrame | None,
    eps_m: float,
) -> tuple[dict[str, object], dict[str, Any]]:
    """Make them, and say what was chosen.

    Parameters
    ----------
    history : GeoDataFrame
        Every report inside the districts up to the end of the period.
    reports : GeoDataFrame
        Those of the window with a point.
    districts, sites, places, counts
        As the picture has them.
    period, preset, covered, baseline
        What was asked for, and the last day that the incidents cover.
    register, before, efforts
        As far as they were given.
    eps_m : float
        As the places were found with.

    Returns
    -------
    parameters : dict
        What was asked for and chosen.
    tables : dict
        Parts of a `Picture` by name.
    """
    start = window_start(period, preset)
    days = (period.end - start).days
    complete = covered >= period.last
    if not complete:
        _LOG.warning(
            "%s is not complete: incidents are known until %s. It is not held against whole "
            "periods.",
            period.key,
            covered,
        )
    earlier_from, earlier_to = (
        (start - dt.timedelta(days=days), start)
        if baseline is None
        else (baseline.start, baseline.end)
    )
    earlier = _counts_between(history, districts, earlier_from, earlier_to)
    length = (earlier_to - earlier_from).days
    parameters: dict[str, object] = {
        "period": period.key,
        "preset": preset.name,
        "window_from": start.isoformat(),
        "window_to": period.last.isoformat(),
        "period_complete": complete,
        "known_until": covered.isoformat(),
        "previous": None if before is None else before.period.key,
        # Not with a dash or stroke: a day and a year beside each other can be a personnummer.
        "baseline": f"{earlier_from.isoformat()} to {earlier_to - dt.timedelta(days=1)}",
    }
    tables: dict[str, Any] = {
        "time_profile": hours_of(reports, places),
        "when_and_where": times_and_places(reports, places),
        "concentration": concentration_of(sites, register),
        "priority": next_cells(history[history.geometry.notna().to_numpy()], districts),
        "need": need_of(counts, earlier, earlier_periods=length / days),
    }
    same_kind = before is not None and before.period.kind == period.kind
    followed = track_places(
        {period: places}, history=before.followed if before is not None and same_kind else None
    )
    found = deviations(history, districts, as_of=covered, views=preset.views)
    tables |= {"deviations": found.table, "deviation_chance": found.chance}
    tables |= {"tracking": followed.latest(), "followed": followed.history}
    if preset.recurring:
        tables["recurring_places"] = places_that_recur(
            history[history.geometry.notna().to_numpy()],
            places,
            register,
            as_of=covered,
            previous=None if before is None else before.recurring_places,
            eps_m=eps_m,
        )
    tables["weekly"] = weekly_counts(history, as_of=covered)
    if efforts is not None:
        tables["efforts"] = efforts
        tables["follow_up"] = follow_up(history, efforts, within=districts, as_of=covered)
    return parameters, tables


def _counts_between(
    history: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, start: dt.date, end: dt.date
) -> pd.DataFrame | None:
    """Count the districts in an earlier time; None where the incidents do not reach so far back."""
    times = history["occurred_from"]
    first = times.min()
    if pd.isna(first) or first.date() > start:
        return None
    between = (times >= pd.Timestamp(start)) & (times < pd.Timestamp(end))
    return count_by_district(history[between.to_numpy()], districts) if between.any() else None
