"""From a table of points to arrays: each place once, with the weight of all that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from est_geo.checks import check_finite_weights, read_points
from est_geo.sites.collapse import check_some_count, is_counted
from est_geo.sites.merging import merge_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

_HALF_KEY = 2**31


class Rows(NamedTuple):
    """What a table says of each of its points.

    Attributes
    ----------
    xy : array of (n, 2) float
        Eastings and northings in metres.
    weight, number : arrays of n float
        What the row counts, and of how many incidents it is made.
    crs : CRS
        What the coordinates are in.
    error_m : array of n float, or None
        How far off each point may be, where the table says so (`uncertainty_m`).
    """

    xy: NDArray[np.float64]
    weight: NDArray[np.float64]
    number: NDArray[np.float64]
    crs: CRS
    error_m: NDArray[np.float64] | None


def points_of(table: gpd.GeoDataFrame | pd.DataFrame, *, name: str) -> Rows:
    """Read the points of sites or of incidents.

    A table without `weight` counts 1 a row; rows that repeat another report (`duplicate_of`) are
    left out, as `to_sites` does.

    Raises
    ------
    CRSError, InputError
        As `read_points` and `check_finite_weights`.
    """
    xy, _, crs = read_points(table, name=name, plain=True)
    if "weight" in table.columns:
        check_finite_weights(table, name=name)
        weight = table["weight"].to_numpy(dtype=float)
    else:
        weight = np.ones(len(table))
    number = weight
    if "n" in table.columns:
        check_finite_weights(table, name=name, column="n")
        number = table["n"].to_numpy(dtype=float)
    elif "occurred_from" in table.columns:
        number = np.broadcast_to(1.0, len(table))  # incidents, whose weight may be a severity
    error_m = None
    if "uncertainty_m" in table.columns:
        error_m = pd.to_numeric(table["uncertainty_m"], errors="coerce").to_numpy(dtype=float)
    counted = rows_that_count(table, name=name)
    if counted is None:
        return Rows(xy, weight, number, crs, error_m)
    return Rows(
        *(xy[counted], weight[counted], number[counted], crs),
        error_m if error_m is None else error_m[counted],
    )


def rows_that_count(table: gpd.GeoDataFrame, *, name: str) -> NDArray[np.bool_] | None:
    """Tell which rows do not repeat another report (`duplicate_of`); None where all count.

    Raises
    ------
    InputError
        If none does.
    """
    if "duplicate_of" not in table.columns:
        return None
    counted = is_counted(table)
    check_some_count(int(counted.sum()), len(table), name=name)
    return None if counted.all() else counted


def merged(
    xy: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Add up weights of the same place, and sort by northing, then easting.

    Nothing is rounded: the same place means equal coordinates. Where few places come back they stay
    apart, which costs less and gives the same sums.

    Returns
    -------
    tuple of three arrays of float
        Easting, northing and weight of each place.
    """
    found = merge_places(xy, weight)
    if found is not None:
        xy, weight = np.take(xy, found.first, axis=0), found.weight
    easting, northing = xy[:, 0], xy[:, 1]
    order = _by_northing(easting, northing)
    return easting[order], northing[order], weight[order]


def _by_northing(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.intp]:
    """Order by northing, then easting."""
    if len(easting) == 0:
        return np.empty(0, dtype=np.intp)
    x, y = easting - np.floor(easting.min()), northing - np.floor(northing.min())
    whole = (x == np.floor(x)).all() and (y == np.floor(y)).all()
    if not whole or max(x.max(), y.max()) >= _HALF_KEY:
        return np.lexsort((easting, northing))
    # Two whole numbers in one are sorted several times faster than two keys one after the other.
    return np.argsort(y.astype(np.int64) * (2 * _HALF_KEY) + x.astype(np.int64))
