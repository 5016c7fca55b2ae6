"""Incidents to sites: unique locations with a weight, the sufficient statistic of every method.

Incidents repeat at the same address. For density, DBSCAN and counts a site of weight k gives
exactly what k incidents at its point give, so everything downstream runs on sites.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_finite_weights, check_on_earth, read_points
from est_geo.errors import InputError
from est_geo.periods import period_keys
from est_geo.schema import SITE_COUNTS, SITES, names
from est_geo.sites.grouping import district_names, first_and_last, most_frequent, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    from est_geo.periods import Kind

_LOG = logging.getLogger(__name__)
_NORTHING_STEP = 10**8
_ANOTHER_ADDRESS = ("nearest_number", "street", "district")


def to_sites(incidents: gpd.GeoDataFrame | pd.DataFrame) -> gpd.GeoDataFrame:
    """Collapse incidents to unique locations.

    Coordinates are rounded to whole metres, halves upward, in the CRS of the table; a site lies at
    the rounded coordinate. The order of the rows changes nothing.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        In a CRS in metres; a DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. `weight` (1 where absent), `occurred_from`, `address` (that of
        the register where `geocode` found one), `district_id` and `district` are used where
        present. Rows without a point and rows that repeat another report (`duplicate_of`) are left
        out; the log counts them.

    Returns
    -------
    GeoDataFrame of at most n Points
        Columns as `est_geo.schema.SITES`, sorted by (northing, easting). `n` sums to the number of
        incidents used, `weight` to their total weight.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If the table is empty, a geometry is not a point, a coordinate or weight is not finite, or a
        weight is negative.
    """
    placed, ids, crs = _placed(incidents)
    codes, site_ids = pd.factorize(ids, sort=True)
    n_sites = len(site_ids)
    weights = placed["weight"].to_numpy(dtype=float)
    first, last = first_and_last(codes, placed["occurred_from"].to_numpy(), n_sites)
    easting, northing = coordinates_of(site_ids)
    table: dict[str, object] = {
        "site_id": site_ids,
        "n": np.bincount(codes, minlength=n_sites),
        "weight": summed(codes, weights, n_sites),
        "first": first,
        "last": last,
    }
    ones = np.ones(len(placed))
    for column in ("address", "district_id"):
        table[column] = pd.array(most_frequent(codes, placed[column], ones, n_sites), dtype="str")
    table["district"] = district_names(pd.Series(table["district_id"], dtype="str"), placed)
    sites = gpd.GeoDataFrame(table, geometry=shapely.points(easting, northing), crs=crs)[
        names(SITES)
    ]
    _LOG.info("%d incidents at %d sites (rounded to 1 m)", len(placed), n_sites)
    return sites


def count_by_site(
    incidents: gpd.GeoDataFrame | pd.DataFrame, *, kind: Kind = "month"
) -> pd.DataFrame:
    """Count incidents by site, period, category and source: the long table of the sites.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        As for `to_sites`; `category` and `source` are used where present.
    kind : {"month", "week", "quarter", "tertial", "year"}
        Periods to count by: what a map's slider then moves by.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.SITE_COUNTS`, one row for each combination that occurs, sorted.
        `n` sums to the number of incidents used.

    Raises
    ------
    CRSError, InputError
        As `to_sites`.
    """
    placed, ids, _ = _placed(incidents)
    keys = pd.DataFrame(
        {
            "site_id": ids,
            "period": period_keys(placed["occurred_from"], kind=kind),
            "category": placed["category"].to_numpy(),
            "source": placed["source"].to_numpy(),
            "weight": placed["weight"].to_numpy(dtype=float),
        }
    )
    if not (keys["weight"] == np.floor(keys["weight"])).all():
        # Added from the smallest up, so that the order of the rows leaves the last digit alone.
        keys = keys.sort_values("weight", kind="stable", ignore_index=True)
    grouped = keys.groupby(["site_id", "period", "category", "source"], dropna=False, sort=True)
    counts = grouped["weight"].agg(["size", "sum"]).reset_index()
    return counts.rename(columns={"size": "n", "sum": "weight"})[names(SITE_COUNTS)]


def is_counted(incidents: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which incidents count: all but those that repeat another report."""
    if "duplicate_of" not in incidents.columns:
        return np.ones(len(incidents), dtype=np.bool_)
    return incidents["duplicate_of"].isna().to_numpy(dtype=np.bool_)


def address_names(incidents: pd.DataFrame) -> pd.Series:
    """Give each incident its address in the register, else as reported.

    The nearest number, a street and a district are not the address that was meant.
    """
    missing = pd.Series(np.nan, index=incidents.index, dtype="str")
    reported = incidents["address"] if "address" in incidents.columns else missing
    if "matched_address" not in incidents.columns or "match_level" not in incidents.columns:
        return reported
    other = incidents["match_level"].isin(_ANOTHER_ADDRESS)
    return incidents["matched_address"].mask(other).fillna(reported)


def site_ids_of(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.int64]:
    """Identify the site of each coordinate: rounded northing x 10^8 + rounded easting."""
    east = np.floor(easting + 0.5).astype(np.int64)
    north = np.floor(northing + 0.5).astype(np.int64)
    return north * _NORTHING_STEP + east


def coordinate_name(easting: float, northing: float) -> str:
    """Name a point that has no address: N 6591437, E 667425."""
    return f"N {math.floor(northing + 0.5)}, E {math.floor(easting + 0.5)}"


def coordinates_of(site_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Easting and northing of sites: the inverse of `site_ids_of`."""
    half = _NORTHING_STEP // 2
    northing = (site_ids + half) // _NORTHING_STEP
    return site_ids - northing * _NORTHING_STEP, northing


def _values(column: pd.Series, used: NDArray[np.bool_]) -> Any:  # noqa: ANN401 - array of any kind
    """Values of some rows; text stays in its own array, which saves an object a row."""
    values = column.array if column.dtype == "str" else column.to_numpy()
    return values if used.all() else values[used]


def _placed(incidents: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64], CRS]:
    """Incidents that make sites, with every column a site is made from, and their site ids."""
    xy, has_point, crs = read_points(incidents, name="incidents", unplaced=True, plain=True)
    if not has_point.any():
        raise InputError(
            f"`incidents` has no point in any of its {len(incidents)} rows. Geocode them first."
        )
    used = has_point & is_counted(incidents)
    if not used.any():
        raise InputError(
            f"`incidents` has only repeated reports among its {len(incidents)} rows: each names "
            "another in `duplicate_of`. Include the reports that they repeat."
        )
    absent = {
        "weight": 1.0,
        "occurred_from": np.datetime64("NaT", "us"),
        **dict.fromkeys(("address", "district_id", "district", "category", "source"), np.nan),
    }
    given = incidents.assign(address=address_names(incidents))
    placed = pd.DataFrame(
        {
            column: _values(given[column], used)
            if column in given.columns
            else np.broadcast_to(np.asarray(missing), int(used.sum()))
            for column, missing in absent.items()
        },
        index=incidents.index if used.all() else incidents.index[used],
        copy=False,
    )
    check_finite_weights(placed, name="incidents")
    points = xy if used.all() else xy[used]
    check_on_earth(points, name="incidents")
    if len(placed) < len(incidents):
        _LOG.info(
            "%d incidents without a point and %d repeated reports are not in any site",
            int((~has_point).sum()),
            int((has_point & ~used).sum()),
        )
    return placed, site_ids_of(points[:, 0], points[:, 1]), crs
