"""Run the analyses of one table of incidents, and keep every parameter they were given."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import shapely

from est_geo.analysis.density import kde
from est_geo.analysis.places import problem_places
from est_geo.analysis.recurring import recurring_addresses
from est_geo.analysis.time_profile import time_profile
from est_geo.checks import check_number, check_points, has_shape
from est_geo.errors import InputError
from est_geo.geography.assignment import assign_districts
from est_geo.picture.result import Picture
from est_geo.sites.by_district import count_by_district
from est_geo.sites.collapse import count_by_site, is_counted, to_sites

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
_TERTIAL_DAYS = 122
_PER_TERTIAL = 5  # incidents that make a core site, in four months
_FEWEST = 3
_MARGIN_M = 500  # around the incidents, where no districts are given


def build_picture(
    incidents: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None = None,
    *,
    outside: Literal["raise", "keep", "nearest"] = "raise",
    bandwidth_m: float | Literal["auto"] = "auto",
    cell_m: float = 50,
    eps_m: float = 50,
    min_incidents: float | Literal["auto"] = "auto",
) -> Picture:
    """Run the analyses of one table of incidents: sites, density, problem places, addresses.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points
        As `read_incidents` or `geocode` gives them, in a CRS in metres. Rows without a point are
        in no analysis; they are counted in their district where `geocode` found it, else as
        unplaced.
    districts : GeoDataFrame of Polygons, optional
        Study area, in the same CRS. Without it the area is the convex hull of the incidents and
        500 m around it.
    outside : {"raise", "keep", "nearest"}
        What to do with points outside every district, see `assign_districts`. Kept ones are
        counted, but are in no analysis.
    bandwidth_m, cell_m
        See `kde`.
    eps_m : float
        See `problem_places`.
    min_incidents : float or "auto"
        See `problem_places`. "auto": 5 for four months, in proportion to the length of the period,
        never under 3.

    Returns
    -------
    Picture
        Its `parameters` hold what "auto" chose.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for both tables.
    InputError
        If a table is empty or does not hold what is needed, if points lie outside and `outside` is
        "raise", or if no point lies inside.
    """
    check_points(incidents, name="incidents", columns=("occurred_from",), unplaced=True)
    area = _hull(incidents) if districts is None else districts
    placed = assign_districts(incidents, area, outside=outside)
    known = placed[placed["district_id"].notna()]
    counted = int(is_counted(known).sum())
    reports = known[has_shape(np.asarray(known.geometry.array))]
    inside = reports[is_counted(reports)]
    if len(inside) == 0:
        raise InputError(
            f"`incidents` has none of its {len(placed)} rows inside the districts. "
            "Check that both are of the same municipality, and the CRS of each."
        )
    times = inside["occurred_from"].dropna()
    span = (times.min(), times.max()) if len(times) else None
    if min_incidents == "auto":
        least: float = _least_incidents(span)
        _LOG.info("min_incidents=%d chosen for a period of %s", least, span)
    else:
        check_number(min_incidents, name="min_incidents", above=0)
        least = min_incidents
    sites = to_sites(inside)
    density = kde(sites, within=area, bandwidth_m=bandwidth_m, cell_m=cell_m)
    places = problem_places(sites, eps_m=eps_m, min_incidents=least, incidents=reports)
    assignment = placed.attrs["assignment"]
    return Picture(
        districts=area,
        sites=sites,
        places=places,
        addresses=recurring_addresses(reports),
        density=density,
        district_counts=count_by_district(placed, area),
        span=span,
        counts={
            "read": len(placed),
            "inside": len(inside),
            "duplicates": len(known) - counted,
            "outside": assignment["outside"],
            "at_null_island": assignment["at_null_island"],
            "district_only": counted - len(inside),
            "unplaced": assignment["unplaced"],
            "without_time": len(inside) - len(times),
        },
        parameters={
            "outside": outside,
            "area": "around the incidents" if districts is None else "districts",
            "bandwidth_m": density.bandwidth_m,
            "kernel": density.kernel,
            "cell_m": density.cell_m,
            "eps_m": float(eps_m),
            "min_incidents": float(least),
            "crs": str(incidents.crs.to_string()),
        },
        sources=_sources(reports),
        site_counts=count_by_site(inside),
        place_hours=time_profile(reports, by="place", places=places),
    )


def _sources(incidents: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Name the reporters, most incidents first, equally many by name."""
    if "source" not in incidents.columns:
        return ()
    counts = incidents["source"].value_counts(sort=False).sort_index()
    return tuple(map(str, counts.sort_values(ascending=False, kind="stable").index))


def _least_incidents(span: tuple[pd.Timestamp, pd.Timestamp] | None) -> int:
    """Incidents that make a core site in a period: five for four months, at least three."""
    if span is None:
        return _PER_TERTIAL
    days = (span[1].normalize() - span[0].normalize()).days + 1
    return max(_FEWEST, math.floor(_PER_TERTIAL * days / _TERTIAL_DAYS + 0.5))


def _hull(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make one district of the incidents' convex hull and a margin around it.

    Raises
    ------
    InputError
        If a point lies at 0, 0: it would stretch the hull to the origin of the CRS.
    """
    geometry = np.asarray(incidents.geometry.array)
    geometry = geometry[has_shape(geometry)]
    if len(geometry) == 0:
        raise InputError(
            f"`incidents` has no point in any of its {len(incidents)} rows. Geocode them first."
        )
    at_null = _at_null_island(geometry)
    if at_null.any():
        raise InputError(
            f"`incidents` has {int(at_null.sum())} of {len(incidents)} points at 0, 0, which is a "
            "missing coordinate, not a place. Leave them out, or pass `districts` and "
            "outside='keep'."
        )
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(geometry)), _MARGIN_M)
    return gpd.GeoDataFrame(
        {"district_id": ["area"], "district": [""], "municipality": [""]},
        geometry=[hull],
        crs=incidents.crs,
    )


def _at_null_island(points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which points lie at exactly 0, 0."""
    at_null: NDArray[np.bool_] = (shapely.get_coordinates(points) == 0).all(axis=1)
    return at_null
