"""From a table of points to arrays: each place once, with the weight of all that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from est_geo.analysis.compiled import compiled, cores, in_bands
from est_geo.checks import check_finite_weights, check_metric_crs, check_points, check_table
from est_geo.errors import InputError
from est_geo.sites.collapse import is_counted

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_LOOKED_AT = 50_000  # rows after which it is clear whether places come back
_DISTINCT = 0.75
_WORTH_THREADS = 50_000
_HALF_KEY = 2**31


class Rows(NamedTuple):
    """What a table says of each of its points.

    Attributes
    ----------
    easting, northing, weight, number : arrays of n float
        Coordinates in metres, what the row counts, and of how many incidents it is made.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    weight: NDArray[np.float64]
    number: NDArray[np.float64]


def points_of(table: gpd.GeoDataFrame, *, name: str) -> Rows:
    """Read the points of sites or of incidents.

    A table without `weight` counts 1 a row; rows that repeat another report (`duplicate_of`) are
    left out, as `to_sites` does.

    Raises
    ------
    CRSError, InputError
        As `check_points` and `check_finite_weights`.
    """
    check_table(table, name=name)
    check_metric_crs(table, name=name)
    geometry = np.asarray(table.geometry.array)
    easting, northing = _coordinates(geometry)
    if not (np.isfinite(easting).all() and np.isfinite(northing).all()):
        # What has no easting is no point, or a bad one: this says which, and why.
        check_points(table, name=name)
    if "weight" in table.columns:
        check_finite_weights(table, name=name)
        weight = table["weight"].to_numpy(dtype=float)
    else:
        weight = np.ones(len(table))
    number = weight
    if "n" in table.columns:
        number = table["n"].to_numpy(dtype=float)
    elif "occurred_from" in table.columns:
        number = np.ones(len(table))  # incidents, whose weight may be a severity
    rows = Rows(easting, northing, weight, number)
    if "duplicate_of" in table.columns:
        counted = is_counted(table)
        if not counted.any():
            raise InputError(
                f"`{name}` has only repeated reports among its {len(table)} rows: each names "
                "another in `duplicate_of`. Include the reports that they repeat."
            )
        rows = Rows(*(column[counted] for column in rows))
    return rows


def merged(
    easting: NDArray[np.float64], northing: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Add up weights of the same place, and sort by northing, then easting.

    Nothing is rounded: the same place means equal coordinates. Where few places come back they stay
    apart, which costs less and gives the same sums.
    """
    n = len(weight)
    if n > 1:
        x, y = easting + 0.0, northing + 0.0  # −0 and 0 are one place
        first, total, places = _add_up(x, y, weight, _LOOKED_AT, _DISTINCT)
        if places:
            kept = first[:places]
            easting, northing, weight = easting[kept], northing[kept], total[:places]
    order = _by_northing(easting, northing)
    return easting[order], northing[order], weight[order]


def _coordinates(
    geometry: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Easting and northing; not a number for what is not a point."""
    easting, northing = np.empty(len(geometry)), np.empty(len(geometry))

    def read(first: int, last: int) -> None:
        easting[first:last] = shapely.get_x(geometry[first:last])
        northing[first:last] = shapely.get_y(geometry[first:last])

    if len(geometry) >= _WORTH_THREADS and cores() > 1:
        in_bands(read, len(geometry))
    else:
        read(0, len(geometry))
    return easting, northing


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


@compiled()
def _add_up(
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    looked_at: int,
    distinct: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """First row and total weight of each place, in the order in which places come.

    0 places: after `looked_at` rows more than the share `distinct` were new, so it was given up.
    """
    n = weight.size
    first = np.empty(n, dtype=np.int64)
    total = np.empty(n, dtype=np.float64)
    a, b = easting.view(np.uint64), northing.view(np.uint64)
    mask = np.uint64(2**12 - 1)
    table = np.full(2**12, -1, dtype=np.int32)
    places = 0
    for i in range(n):
        if i == looked_at and places > distinct * looked_at:
            return first, total, 0
        slot = _slot(a[i], b[i]) & mask
        while table[slot] >= 0:
            j = first[table[slot]]
            if a[j] == a[i] and b[j] == b[i]:
                break
            slot = (slot + np.uint64(1)) & mask
        if table[slot] >= 0:
            total[table[slot]] += weight[i]
            continue
        table[slot] = places
        first[places], total[places] = i, weight[i]
        places += 1
        if 2 * places > table.size:
            # Half full: twice the room, and every place put in again.
            mask = np.uint64(2 * table.size - 1)
            table = np.full(2 * table.size, -1, dtype=np.int32)
            for place in range(places):
                j = first[place]
                slot = _slot(a[j], b[j]) & mask
                while table[slot] >= 0:
                    slot = (slot + np.uint64(1)) & mask
                table[slot] = place
    return first, total, places


@compiled()
def _slot(a: np.uint64, b: np.uint64) -> np.uint64:
    """Scatter the bits of two coordinates over the table."""
    mixed = (a ^ (b * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    return (mixed * np.uint64(0x94D049BB133111EB)) >> np.uint64(20)
