"""Incidents to sites: unique locations with a weight, the sufficient statistic of every method.

Incidents repeat at the same address. For density, DBSCAN and counts a site of weight k gives
exactly what k incidents at its point give, so everything downstream runs on sites.
"""

from __future__ import annotations

import logging
import math
import os
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_finite_weights, check_on_earth, read_points
from est_geo.errors import InputError
from est_geo.periods import period_keys
from est_geo.schema import SITE_COUNTS, SITES, names
from est_geo.sites.engines import NAME, reduce_file
from est_geo.sites.grouping import district_names, earliest, latest, most_frequent, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from est_geo.checks import Points
    from est_geo.files.pieces import Kind as FileKind
    from est_geo.periods import Kind
    from est_geo.sites.engines import Reduced

_LOG = logging.getLogger(__name__)
_NORTHING_STEP = 10**8
# What is read of a file, beside its points, and what its columns hold.
_COUNTED: Final[dict[str, FileKind]] = {
    "occurred_from": "time",
    "weight": "number",
    "duplicate_of": "text",
}
_NAMES: Final[dict[str, FileKind]] = dict.fromkeys(
    ("address", "matched_address", "match_level", "district_id", "district"), "text"
)
_ANOTHER_ADDRESS = ("nearest_number", "street", "district")


def to_sites(
    incidents: gpd.GeoDataFrame | pd.DataFrame | str | os.PathLike[str],
) -> gpd.GeoDataFrame:
    """Collapse incidents to unique locations.

    Coordinates are rounded to whole metres, halves upward, in the CRS of the table; a site lies at
    the rounded coordinate. The order of the rows changes nothing.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, DataFrame, or path of a file
        In a CRS in metres; a DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. A file is a .parquet, .csv, .tsv, .txt or .gpkg with such a
        table; all but a .gpkg are read piece by piece, so that memory grows with the sites and not
        with the rows. `weight` (1 where absent), `occurred_from`, `address` (that of the register
        where `geocode` found one), `district_id` and `district` are used where present. Rows
        without a point and rows that repeat another report (`duplicate_of`) are left out; the log
        counts them.

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
        weight is negative. Also if a file has neither points nor the two columns: what a reporter
        sent is for `read_incidents`.
    FileRefused
        If a file is not local, is damaged, or is of another kind.

    Notes
    -----
    A file gives the sites of the table in it; weights may differ in the last digit, since sums are
    made in another order. Parquet says what its columns are in by ``attrs["crs"]``, which pandas
    keeps there, or by the CRS of its points. A CSV cannot say it, and is taken as SWEREF 99 TM if
    it can be. It is in UTF-8, with decimal commas unless commas part its fields, and times in ISO
    8601, as `write_table` and pandas write it. Of rows that are refused, all with the same fault
    are counted; one without `incident_id` is named by its row number in the file.
    """
    if isinstance(incidents, str | os.PathLike):
        read = _reduced(incidents, ("address", "district_id"), _NAMES)
        return _sites_of(read.groups, read.districts, read.crs)
    placed, crs = _placed(incidents)
    return _sites_of(placed, placed, crs)


def count_by_site(
    incidents: gpd.GeoDataFrame | pd.DataFrame | str | os.PathLike[str], *, kind: Kind = "month"
) -> pd.DataFrame:
    """Count incidents by site, period, category and source: the long table of the sites.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, DataFrame, or path of a file
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
    CRSError, InputError, FileRefused
        As `to_sites`.
    """
    by = ["site_id", "period", "category", "source"]
    if isinstance(incidents, str | os.PathLike):
        reported: dict[str, FileKind] = {"category": "text", "source": "text"}
        rows = _reduced(incidents, by[1:], reported, kind=kind).groups[[*by, "n", "weight"]]
    else:
        placed, _ = _placed(incidents)
        periods = period_keys(placed["occurred_from"], kind=kind)
        rows = placed.assign(period=periods, n=1)[[*by, "n", "weight"]]
        rows = rows.astype({"weight": float})
    if not (rows["weight"] == np.floor(rows["weight"])).all():
        # Added from the smallest up, so that the order of the rows leaves the last digit alone.
        rows = rows.sort_values("weight", kind="stable", ignore_index=True)
    return rows.groupby(by, dropna=False, sort=True).sum().reset_index()[names(SITE_COUNTS)]


def is_counted(incidents: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which incidents count: all but those that repeat another report."""
    if "duplicate_of" not in incidents.columns:
        return np.ones(len(incidents), dtype=np.bool_)
    return incidents["duplicate_of"].isna().to_numpy(dtype=np.bool_)


def check_some_count(counted: int, rows: int, *, name: str) -> None:
    """Require that not every row of a table repeats another report."""
    if counted == 0:
        raise InputError(
            f"`{name}` has only repeated reports among its {rows} rows: each names "
            "another in `duplicate_of`. Include the reports that they repeat."
        )


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


def _placed(incidents: pd.DataFrame) -> tuple[pd.DataFrame, CRS]:
    """Incidents that make sites, with every column a site is made from and their `site_id`."""
    points = read_points(incidents, name=NAME, unplaced=True, plain=True)
    placed = _counted(incidents, points)
    _account(len(incidents), int(points.there.sum()), len(placed))
    return placed, points.crs


def _reduced(
    path: str | os.PathLike[str],
    by: Sequence[str],
    columns: dict[str, FileKind],
    *,
    kind: Kind | None = None,
) -> Reduced:
    """Reduce a file to sites, and further by other columns or by period."""

    def take(piece: pd.DataFrame, points: Points) -> pd.DataFrame:
        placed = _counted(piece, points)
        if kind is not None:
            placed["period"] = period_keys(placed["occurred_from"], kind=kind)
        return placed

    read = reduce_file(path, wanted={**_COUNTED, **columns}, keys=["site_id", *by], take=take)
    _account(read.rows, read.placed, int(read.groups["n"].sum()))
    return read


def _account(rows: int, placed: int, counted: int) -> None:
    """Require that some rows count, and say which do not."""
    if placed == 0:
        raise InputError(f"`{NAME}` has no point in any of its {rows} rows. Geocode them first.")
    check_some_count(counted, rows, name=NAME)
    if counted < rows:
        _LOG.info(
            "%d incidents without a point and %d repeated reports are not in any site",
            rows - placed,
            placed - counted,
        )


def _counted(incidents: pd.DataFrame, points: Points) -> pd.DataFrame:
    """Take the rows that make sites, with every column a site is made from and their `site_id`."""
    used = points.there & is_counted(incidents)
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
    check_finite_weights(placed, name=NAME)
    xy = points.xy if used.all() else points.xy[used]
    check_on_earth(xy, name=NAME)
    placed["site_id"] = site_ids_of(xy[:, 0], xy[:, 1])
    return placed


def _sites_of(rows: pd.DataFrame, districts: pd.DataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Make the table of sites, of incidents or of groups of them that are alike."""
    codes, site_ids = pd.factorize(rows["site_id"].to_numpy(), sort=True)
    n_sites = len(site_ids)
    if "n" in rows.columns:
        n, begin, end = rows["n"].to_numpy(dtype=float), rows["first"], rows["last"]
    else:
        n, begin, end = np.ones(len(rows)), rows["occurred_from"], rows["occurred_from"]
    easting, northing = coordinates_of(site_ids)
    table: dict[str, object] = {
        "site_id": site_ids,
        "n": np.bincount(codes, n, minlength=n_sites).astype(np.int64),
        "weight": summed(codes, rows["weight"].to_numpy(dtype=float), n_sites),
        "first": earliest(codes, begin.to_numpy(), n_sites),
        "last": latest(codes, end.to_numpy(), n_sites),
    }
    for column in ("address", "district_id"):
        table[column] = pd.array(most_frequent(codes, rows[column], n, n_sites), dtype="str")
    table["district"] = district_names(pd.Series(table["district_id"], dtype="str"), districts)
    sites = gpd.GeoDataFrame(table, geometry=shapely.points(easting, northing), crs=crs)[
        names(SITES)
    ]
    _LOG.info("%d incidents at %d sites (rounded to 1 m)", int(n.sum()), n_sites)
    return sites
