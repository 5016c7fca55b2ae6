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
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

NOWHERE: Final = -1
_WORTH_A_GRID = 50_000  # points
_MANY = 200_000
_CELLS, _MANY_CELLS = 256, 1024  # along the longer side, and with many points
_STEPS = 4  # along a border, for each cell


def locate(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Integers, Mask]:
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
    west, south, east, north = shapely.total_bounds(polygons)
    cells = _CELLS if len(xy) < _MANY else _MANY_CELLS
    cell = max(east - west, north - south) / cells
    if len(xy) < _WORTH_A_GRID or not cell > 0:
        return locate_one_by_one(xy, polygons)
    # Compiled loops are felt only where there are many.
    from est_geo.geography import location_kernels as kernels  # noqa: PLC0415

    frame = np.array([west, south, cell])
    # One cell more on each side: a rim for all that lies outside.
    shape = (int((north - south) / cell) + 3, int((east - west) / cell) + 3)
    cell_found, cell_shared = _locate_cells(polygons, frame, shape)
    found, shared = np.empty(len(xy), dtype=np.intp), np.empty(len(xy), dtype=np.bool_)
    in_bands(
        lambda first, last: kernels.look_up(
            xy[first:last], frame, cell_found, cell_shared, found[first:last], shared[first:last]
        ),
        len(xy),
    )
    near = np.flatnonzero(found == kernels.CROSSED)
    found[near], shared[near] = locate_one_by_one(xy[near], polygons)
    return found, shared


def _locate_cells(
    polygons: np.ndarray[Any, Any], frame: Floats, shape: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Find the polygon of whole cells, `CROSSED` where a border may run, and which are shared."""
    from est_geo.geography import location_kernels as kernels  # noqa: PLC0415 - as above

    found, shared = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.bool_)
    step = frame[2] / _STEPS
    border = shapely.get_coordinates(shapely.segmentize(polygons, step))
    kernels.mark_borders(border, frame, step, found)
    # Along a row nothing changes but at a border: the first cell of each stretch tells for all.
    row, column = kernels.stretches(found)
    centres = np.column_stack(
        [frame[0] + (column - 0.5) * frame[2], frame[1] + (row - 0.5) * frame[2]]
    )
    kernels.fill(*locate_one_by_one(centres, polygons), found, shared)
    return found, shared


def locate_one_by_one(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Integers, Mask]:
    """Find the polygon of each point by testing it against each that may hold it.

    Points are sorted by easting, so those inside a polygon's west and east bounds are a slice; of
    the slice, those inside its south and north bounds are tested against the polygon itself.
    """
    order = np.argsort(xy[:, 0], kind="stable")
    eastings, northings = xy[order, 0], xy[order, 1]
    found = np.full(len(xy), NOWHERE)
    shared = np.zeros(len(xy), dtype=np.bool_)
    shapely.prepare(polygons)
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(eastings, bounds[:, 0], side="left")
    last = np.searchsorted(eastings, bounds[:, 2], side="right")
    for index, polygon in enumerate(polygons):
        north = northings[first[index] : last[index]]
        near = np.flatnonzero((north >= bounds[index, 1]) & (north <= bounds[index, 3]))
        near += first[index]
        # `intersects`, unlike `contains`, holds on the edge too.
        hit = near[shapely.intersects_xy(polygon, eastings[near], northings[near])]
        new = found[hit] == NOWHERE
        found[hit[new]] = index
        shared[hit[~new]] = True
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return found[back], shared[back]
