"""Which polygon each point lies in, exactly, also for a million points.

Most points of a town lie far from every border. So a grid is laid over the polygons, of which a
cell that no border runs through lies in one polygon whole: its points need no test of their own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from est_geo.compiled import compiled, in_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

NOWHERE: Final = -1
_CROSSED: Final = -2
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
    frame = np.array([west, south, cell])
    # One cell more on each side: a rim for all that lies outside.
    shape = (int((north - south) / cell) + 3, int((east - west) / cell) + 3)
    cell_found, cell_shared = _locate_cells(polygons, frame, shape)
    found, shared = np.empty(len(xy), dtype=np.intp), np.empty(len(xy), dtype=np.bool_)
    in_bands(
        lambda first, last: _look_up(
            xy[first:last], frame, cell_found, cell_shared, found[first:last], shared[first:last]
        ),
        len(xy),
    )
    near = np.flatnonzero(found == _CROSSED)
    found[near], shared[near] = locate_one_by_one(xy[near], polygons)
    return found, shared


def _locate_cells(
    polygons: np.ndarray[Any, Any], frame: Floats, shape: tuple[int, int]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Find the polygon of whole cells, `_CROSSED` where a border may run, and which are shared."""
    found, shared = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.bool_)
    step = frame[2] / _STEPS
    _mark_borders(shapely.get_coordinates(shapely.segmentize(polygons, step)), frame, step, found)
    # Along a row nothing changes but at a border: the first cell of each stretch tells for all.
    row, column = _stretches(found)
    centres = np.column_stack(
        [frame[0] + (column - 0.5) * frame[2], frame[1] + (row - 0.5) * frame[2]]
    )
    _fill(*locate_one_by_one(centres, polygons), found, shared)
    return found, shared


@compiled()
def _stretches(found: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the first cell of each stretch without a border, in order."""
    rows, columns = found.shape
    count = 0
    for row in range(rows):
        for column in range(columns):
            opens = column == 0 or found[row, column - 1] == _CROSSED
            count += opens and found[row, column] != _CROSSED
    at = np.empty((2, count), dtype=np.int64)
    count = 0
    for row in range(rows):
        for column in range(columns):
            opens = column == 0 or found[row, column - 1] == _CROSSED
            if opens and found[row, column] != _CROSSED:
                at[0, count], at[1, count] = row, column
                count += 1
    return at[0], at[1]


@compiled()
def _fill(
    of_stretch: Integers,
    shared_stretch: Mask,
    found: NDArray[np.int32],
    shared: NDArray[np.bool_],
) -> None:
    """Give all cells of a stretch what its first one has."""
    rows, columns = found.shape
    stretch = -1
    for row in range(rows):
        crossed = True
        for column in range(columns):
            opens = crossed
            crossed = found[row, column] == _CROSSED
            if crossed:
                continue
            stretch += opens
            found[row, column] = of_stretch[stretch]
            shared[row, column] = shared_stretch[stretch]


@compiled()
def _mark_borders(border: Floats, frame: Floats, step: float, found: NDArray[np.int32]) -> None:
    """Mark the cells through which a border may run.

    A border's points are less than half a step from one of these, so at most a cell further.
    """
    for i in range(border.shape[0]):
        for up in (-step, step):
            for right in (-step, step):
                row, column = _cell_of(border[i, 0] + right, border[i, 1] + up, frame, found)
                found[row, column] = _CROSSED


@compiled()
def _look_up(
    xy: Floats,
    frame: Floats,
    cell_found: NDArray[np.int32],
    cell_shared: NDArray[np.bool_],
    found: Integers,
    shared: Mask,
) -> None:
    """Read for each point what is known of its cell."""
    for i in range(found.size):
        row, column = _cell_of(xy[i, 0], xy[i, 1], frame, cell_found)
        found[i] = cell_found[row, column]
        shared[i] = cell_shared[row, column]


@compiled()
def _cell_of(
    easting: float, northing: float, frame: Floats, cells: NDArray[np.int32]
) -> tuple[int, int]:
    """Give row and column of a point's cell; what is outside lies in the rim."""
    row = math.floor(min(max((northing - frame[1]) / frame[2], -1.0), cells.shape[0] - 2.0)) + 1
    column = math.floor(min(max((easting - frame[0]) / frame[2], -1.0), cells.shape[1] - 2.0)) + 1
    return row, column


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
