"""Run the analyses of a period, and keep every parameter they were given."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from est_geo.analysis.density import kde
from est_geo.analysis.places import problem_places
from est_geo.analysis.recurring import recurring_addresses
from est_geo.analysis.time_profile import time_profile
from est_geo.checks import check_number, check_points, has_shape
from est_geo.checks.coordinate_columns import with_points
from est_geo.errors import InputError
from est_geo.geography.assignment import assign_districts
from est_geo.periods import Period, parse_period
from est_geo.picture.analyses import register_of
from est_geo.picture.area import area_around
from est_geo.picture.of_period import tables_of_period
from est_geo.picture.presets import known_until, preset_of, window_start
from est_geo.picture.previous import Previous
from est_geo.picture.provenance import versions
from est_geo.picture.quality import quality_by_source
from est_geo.picture.result import Picture, Provenance
from est_geo.sites.by_district import count_by_district
from est_geo.sites.collapse import count_by_site, is_counted, to_sites

if TYPE_CHECKING:
    import geopandas as gpd

    from est_geo.picture.presets import Preset, PresetName

_LOG = logging.getLogger(__name__)
_TERTIAL_DAYS = 122
_PER_TERTIAL = 5  # incidents that make a core site, in four months
_FEWEST = 3


def build_picture(  # noqa: PLR0913 - each analysis has a choice of its own
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    districts: gpd.GeoDataFrame | None = None,
    *,
    period: Period | str | None = None,
    preset: PresetName | Literal["auto"] = "auto",
    baseline: Period | str | None = None,
    gazetteer: Any = None,  # noqa: ANN401 - a Gazetteer or a table of addresses
    previous: Picture | Previous | None = None,
    efforts: gpd.GeoDataFrame | None = None,
    outside: Literal["raise", "keep", "nearest"] = "raise",
    bandwidth_m: float | Literal["auto"] = "auto",
    cell_m: float = 50,
    eps_m: float = 50,
    min_incidents: float | Literal["auto"] = "auto",
) -> Picture:
    """Run the analyses of a period, or of all incidents, and freeze what they give.

    Without a period all incidents are taken: sites, density, problem places, addresses. With one,
    also deviations, hours, when and where, concentration, need, where to be next, and what became
    of the places of the picture before; nothing after the period is looked at, so that a picture
    made again later is the same.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        As `read_incidents` or `geocode` gives them, in a CRS in metres; with a period, all history
        that there is. A DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. Rows without a point are in no analysis; they are counted
        in their district where `geocode` found it, else as unplaced.
    districts : GeoDataFrame of Polygons, optional
        Study area, in the same CRS; several municipalities if their districts are. Without it the
        area is the convex hull of the incidents and 500 m around it.
    period : Period or str, optional
        "2026-W47", "2026-11", "2026-T3", "2026"; see `parse_period`.
    preset : {"auto", "week", "month", "tertial", "year", "two_years"}
        What the picture holds, by default that of its period. Places, density and hours of a week
        are those of the 17 weeks that end with it, of a month those of four months; "two_years" is
        the law's lägesbild, for the second of them.
    baseline : Period or str, optional
        Earlier period that need is held against; by default the time as long just before.
    gazetteer : Gazetteer or GeoDataFrame of Points, optional
        Every address there is, with `dwellings` where known: recurring addresses are then tested
        against all of them, and squares for other audiences are made wide enough.
    previous : Picture or Previous, optional
        The picture before, so that places keep their ids and the list of addresses does not
        flicker.
    efforts : GeoDataFrame of Polygons, optional
        What was done, where and from when; see `follow_up`.
    outside : {"raise", "keep", "nearest"}
        What to do with points outside every district, see `assign_districts`. Kept ones are
        counted, but are in no analysis.
    bandwidth_m, cell_m
        See `kde`.
    eps_m : float
        See `problem_places`.
    min_incidents : float or "auto"
        See `problem_places`. "auto": 5 for four months, in proportion to the length of the time,
        never under 3.

    Returns
    -------
    Picture
        Its `parameters` hold what "auto" chose, `chosen_for_you` which of them that were.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for two tables.
    InputError
        If a table is empty or does not hold what is needed, if points lie outside and `outside` is
        "raise", or if no point lies inside (in the period's window).
    """
    incidents = with_points(incidents, name="incidents")
    check_points(incidents, name="incidents", columns=("occurred_from",), unplaced=True)
    asked = None if period is None else parse_period(period)
    kind = None if asked is None else preset_of(asked, preset)
    chosen = {
        name
        for name, value in (
            ("bandwidth_m", bandwidth_m),
            ("min_incidents", min_incidents),
            ("preset", preset if asked else None),
        )
        if isinstance(value, str) and value == "auto"
    }
    area = area_around(incidents) if districts is None else districts
    covered = None if asked is None else known_until(incidents["occurred_from"], asked)
    history = incidents if asked is None else _until(incidents, asked)
    placed = assign_districts(history, area, outside=outside)
    looked_at = placed if asked is None or kind is None else _since(placed, asked, kind)
    if asked is not None and len(looked_at) == 0:
        raise InputError(
            f"`incidents` has 0 of its {len(incidents)} rows in the time of {asked.key}: the last "
            f"is of {history['occurred_from'].max():%Y-%m-%d}. Add newer files, or ask for an "
            "earlier period."
        )
    known = looked_at[looked_at["district_id"].notna()]
    counted = int(is_counted(known).sum())
    reports = known[has_shape(np.asarray(known.geometry.array))]
    inside = reports[is_counted(reports)]
    if len(inside) == 0:
        raise InputError(
            f"`incidents` has none of its {len(looked_at)} rows inside the districts"
            f"{'' if asked is None else f' in the time of {asked.key}'}. "
            "Check that both are of the same municipality, and the CRS of each."
        )
    times = inside["occurred_from"].dropna()
    span = (times.min(), times.max()) if len(times) else None
    if min_incidents == "auto":
        least: float = _least_incidents(span if asked is None else _window(asked, kind))
        _LOG.info("min_incidents=%d chosen for the time of %s", least, asked or span)
    else:
        check_number(min_incidents, name="min_incidents", above=0)
        least = min_incidents
    sites = to_sites(inside)
    density = kde(sites, within=area, bandwidth_m=bandwidth_m, cell_m=cell_m)
    places = problem_places(sites, eps_m=eps_m, min_incidents=least, incidents=reports)
    counts = count_by_district(looked_at, area)
    parameters: dict[str, object] = {
        "outside": outside,
        "area": "around the incidents" if districts is None else "districts",
        "bandwidth_m": density.bandwidth_m,
        "kernel": density.kernel,
        "cell_m": density.cell_m,
        "eps_m": float(eps_m),
        "min_incidents": float(least),
        "crs": str(incidents.crs.to_string()),
    }
    before = _handed_on(previous)
    register = register_of(gazetteer, area)
    more: dict[str, Any] = {}
    if asked is None or kind is None or covered is None:
        addresses = recurring_addresses(
            reports, register=register, previous=None if before is None else before.addresses
        )
    else:
        inside_ever = placed[placed["district_id"].notna()]
        addresses = recurring_addresses(
            inside_ever[has_shape(np.asarray(inside_ever.geometry.array))],
            register=register,
            as_of=covered,
            previous=None if before is None else before.addresses,
        )
        made, more = tables_of_period(
            inside_ever,
            reports,
            area,
            period=asked,
            preset=kind,
            covered=covered,
            baseline=None if baseline is None else parse_period(baseline),
            sites=sites,
            places=places,
            counts=counts,
            register=register,
            before=before,
            efforts=efforts,
            eps_m=eps_m,
        )
        parameters |= made
        chosen |= {"baseline"} if baseline is None else set()
    return Picture(
        districts=area,
        sites=sites,
        places=places,
        addresses=addresses,
        density=density,
        district_counts=counts,
        span=span,
        counts=_account(looked_at, placed, known, counted, inside, asked, len(times)),
        parameters=parameters,
        period=asked,
        sources=_sources(reports),
        site_counts=count_by_site(inside),
        place_hours=time_profile(reports, by="place", places=places),
        chosen_for_you=frozenset(chosen),
        homes=register,
        quality=quality_by_source(looked_at),
        provenance=Provenance(versions()),
        **more,
    )


def _until(incidents: gpd.GeoDataFrame, period: Period) -> gpd.GeoDataFrame:
    """Leave out what happened after a period; what has no time stays, to be counted."""
    times = incidents["occurred_from"]
    until = incidents[~(times >= pd.Timestamp(period.end)).to_numpy()]
    if len(until) == 0:
        raise InputError(
            f"`incidents` has none of its {len(incidents)} rows before the end of {period.key}. "
            "Ask for a later period."
        )
    return until


def _since(placed: gpd.GeoDataFrame, period: Period, preset: Preset) -> gpd.GeoDataFrame:
    """Take what happened in the time that places and density are of."""
    start = pd.Timestamp(window_start(period, preset))
    return placed[(placed["occurred_from"] >= start).to_numpy()]


def _window(period: Period, preset: Preset | None) -> tuple[pd.Timestamp, pd.Timestamp]:
    start = period.start if preset is None else window_start(period, preset)
    return pd.Timestamp(start), pd.Timestamp(period.last)


def _handed_on(previous: Picture | Previous | None) -> Previous | None:
    """Take from a picture what the next one needs."""
    if previous is None or isinstance(previous, Previous):
        return previous
    if previous.period is None or previous.audience != "internal":
        raise InputError(
            "`previous` must be an internal picture of a period: only that knows which places and "
            "addresses it had."
        )
    return Previous(
        previous.period, previous.addresses, previous.followed, previous.recurring_places
    )


def _account(
    looked_at: gpd.GeoDataFrame,
    placed: gpd.GeoDataFrame,
    known: gpd.GeoDataFrame,
    counted: int,
    inside: gpd.GeoDataFrame,
    period: Period | None,
    timed: int,
) -> dict[str, int]:
    """Account for every row that was looked at."""
    shaped = has_shape(np.asarray(looked_at.geometry.array))
    away = (looked_at["district_id"].isna()).to_numpy() & shaped
    counts = {
        "read": len(looked_at),
        "inside": len(inside),
        "duplicates": len(known) - counted,
        "outside": int(away.sum()),
        "at_null_island": _at_null_island(looked_at, away),
        "district_only": counted - len(inside),
        "unplaced": int((looked_at["district_id"].isna().to_numpy() & ~shaped).sum()),
        "without_time": len(inside) - timed,
    }
    if period is not None:
        counts["without_time"] = int(placed["occurred_from"].isna().sum())
        counts["in_period"] = int(period.contains(inside["occurred_from"]).sum())
    return counts


def _at_null_island(incidents: gpd.GeoDataFrame, away: np.ndarray[Any, Any]) -> int:
    points = incidents.geometry[away]
    return int(((points.x == 0) & (points.y == 0)).sum())


def _sources(incidents: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Name the reporters, most incidents first, equally many by name."""
    if "source" not in incidents.columns:
        return ()
    counts = incidents["source"].value_counts(sort=False).sort_index()
    return tuple(map(str, counts.sort_values(ascending=False, kind="stable").index))


def _least_incidents(span: tuple[pd.Timestamp, pd.Timestamp] | None) -> int:
    """Incidents that make a core site in a time: five for four months, at least three."""
    if span is None:
        return _PER_TERTIAL
    days = (span[1].normalize() - span[0].normalize()).days + 1
    return max(_FEWEST, math.floor(_PER_TERTIAL * days / _TERTIAL_DAYS + 0.5))
