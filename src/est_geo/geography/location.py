"""Which polygon each point lies in, exactly, also for a million points.

Most points of a town lie far from every border. So a grid is laid over the polygons, of which a
cell that no border runs through lies in one polygon whole: its points need no test of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from est_geo.compiled import in_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Numbers = np.ndarray[Any, np.dtype[np.int32]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

NOWHERE: Final = -1
_WORTH_A_GRID = 50_000  # points
_WORTH_PREPARING = 100  # tests
_POINT_IN_CELLS = 14  # what testing a point costs more than a cell of the grid, measured
_MOST_CELLS = 2048  # along the longer side


def locate(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Numbers, Mask]:
    """Find the polygon of each point.

    Parameters
    ----------
    xy : array of (n, 2) float
        Finite coordinates.
    polygons : array of Polygons
        Valid; they may touch each other.

    Returns
    -------
    tuple of array of n int and array of n bool
        The first polygon that touches each point, `NOWHERE` where none does; and whether several
        do.
    """
    west, south, east, north = map(float, shapely.total_bounds(polygons))
    side = max(east - west, north - south)
    if len(xy) < _WORTH_A_GRID or side == np.inf:
        return locate_one_by_one(xy, polygons)
    # Compiled loops are felt only where there are many.
    from est_geo.geography import location_kernels as kernels  # noqa: PLC0415

    per_m = min(_cells_along(side, polygons, len(xy)) / side, np.finfo(np.float64).max)
    frame = np.array([west, south, per_m])
    # One cell more on each side: a rim for all that lies outside.
    shape = (int((north - south) * per_m) + 3, int((east - west) * per_m) + 3)
    cells = _locate_cells(polygons, frame, shape)
    found, shared = np.empty(len(xy), dtype=np.int32), np.empty(len(xy), dtype=np.bool_)

    def look(first: int, last: int) -> None:
        part = slice(first, last)
        kernels.look_up(xy[part], frame, cells, found[part], shared[part])
        near = first + np.flatnonzero(found[part] == kernels.CROSSED)
        found[near], shared[near] = locate_one_by_one(xy[near], polygons)

    in_bands(look, len(xy), bands_per_core=1)
    return found, shared


def _cells_along(side: float, polygons: np.ndarray[Any, Any], points: int) -> int:
    """Choose how many cells lie along the longer side.

    With c of them, filling the grid takes a time like c², and testing the points near borders one
    like points · borders / c, borders being measured in sides. The sum is least at a cube root.
    """
    borders = float(shapely.length(polygons).sum()) / side
    return int(min(max(1.0, np.cbrt(_POINT_IN_CELLS * points * borders)), _MOST_CELLS))


def _locate_cells(
    polygons: np.ndarray[Any, Any], frame: Floats, shape: tuple[int, int]
) -> NDArray[np.int32]:
    """Find the polygon of whole cells, as codes for `look_up`."""
    from est_geo.geography import location_kernels as kernels  # noqa: PLC0415 - as above

    cells = np.zeros(shape, dtype=np.int32)
    rings = shapely.get_rings(shapely.get_parts(polygons))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    kernels.mark_borders(corners, ring, frame, cells)
    # Within a region nothing changes: one cell tells for all.
    row, column, region = kernels.regions(cells)
    centres = np.column_stack(
        [frame[0] + (column - 0.5) / frame[2], frame[1] + (row - 0.5) / frame[2]]
    )
    found, shared = locate_one_by_one(centres, polygons)
    kernels.fill(2 * found + shared, region, cells)
    return cells


def locate_one_by_one(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Numbers, Mask]:
    """Find the polygon of each point by testing it against each that may hold it."""
    point, polygon = _candidates(xy, shapely.bounds(polygons))
    if len(point) > _WORTH_PREPARING:
        # A prepared polygon makes its index when first asked, and no two threads may ask the same
        # one: copies are prepared, and not the caller's own.
        asked = np.unique(polygon)
        polygons = polygons.copy()
        polygons[asked] = shapely.force_2d(polygons[asked])
        shapely.prepare(polygons[asked])
    # `intersects`, unlike `contains`, holds on the edge too.
    hit = shapely.intersects_xy(polygons[polygon], xy[point, 0], xy[point, 1])
    point, polygon = point[hit], polygon[hit]
    found = np.full(len(xy), NOWHERE, dtype=np.int32)
    found[point[::-1]] = polygon[::-1]  # the first one is written last
    return found, np.bincount(point, minlength=len(xy)) > 1


def _candidates(xy: Floats, bounds: Floats) -> tuple[Integers, Integers]:
    """List points with the polygons within whose bounds they lie, polygon by polygon.

    Points are sorted by easting, so those inside a polygon's west and east bounds are a slice.
    """
    order = np.argsort(xy[:, 0], kind="stable")
    eastings, northings = xy[order, 0], xy[order, 1]
    first = np.searchsorted(eastings, bounds[:, 0], side="left")
    last = np.searchsorted(eastings, bounds[:, 2], side="right")
    inside: list[Integers] = []
    for (_, south, _, north), start, stop in zip(bounds, first, last, strict=True):
        across = northings[start:stop]
        inside.append(order[start:stop][(across >= south) & (across <= north)])
    counts = [len(points) for points in inside]
    return np.concatenate(inside), np.repeat(np.arange(len(bounds)), counts)
