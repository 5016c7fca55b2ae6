"""Which polygon each point lies in, exactly, also for a million points.

Most points of a town lie far from every border. So a grid is laid over the polygons, of which a
cell that no border runs through lies in one polygon whole: its points need no test of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]

NOWHERE: Final = -1
_WORTH_A_GRID = 50_000  # points
_CELLS = 256  # along the longer side
_STEPS = 4  # along a border, for each cell


def locate(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Integers, Integers]:
    """Find the polygon of each point.

    Parameters
    ----------
    xy : array of (n, 2) float
        Finite coordinates.
    polygons : array of Polygons
        Valid; they may touch each other.

    Returns
    -------
    tuple of array of n int
        The first polygon that touches each point, `NOWHERE` where none does; and how many do.
    """
    west, south, east, north = shapely.total_bounds(polygons)
    cell = max(east - west, north - south) / _CELLS
    if len(xy) < _WORTH_A_GRID or not cell > 0:
        return locate_one_by_one(xy, polygons)
    columns, rows = int((east - west) / cell) + 1, int((north - south) / cell) + 1

    def cell_of(easting: Floats, northing: Floats) -> Integers:
        """Give the number of the cell; all that is outside lies in a rim around them."""
        column = np.clip(np.floor((easting - west) / cell), -1, columns).astype(np.intp) + 1
        row = np.clip(np.floor((northing - south) / cell), -1, rows).astype(np.intp) + 1
        return row * (columns + 2) + column

    # A border's points are less than half a step from one of these, so at most a cell further.
    step = cell / _STEPS
    border = shapely.get_coordinates(shapely.segmentize(polygons, step))
    is_crossed = np.zeros((rows + 2) * (columns + 2), dtype=bool)
    for up in (-step, step):
        for right in (-step, step):
            is_crossed[cell_of(border[:, 0] + right, border[:, 1] + up)] = True
    row, column = np.divmod(np.arange(len(is_crossed)), columns + 2)
    centres = np.column_stack([west + (column - 0.5) * cell, south + (row - 0.5) * cell])
    cell_found, cell_touching = locate_one_by_one(centres, polygons)
    cells = cell_of(xy[:, 0], xy[:, 1])
    found, touching = cell_found[cells], cell_touching[cells]
    near = np.flatnonzero(is_crossed[cells])
    found[near], touching[near] = locate_one_by_one(xy[near], polygons)
    return found, touching


def locate_one_by_one(xy: Floats, polygons: np.ndarray[Any, Any]) -> tuple[Integers, Integers]:
    """Find the polygon of each point by testing it against each that may hold it.

    Points are sorted by easting, so those inside a polygon's west and east bounds are a slice; of
    the slice, those inside its south and north bounds are tested against the polygon itself.
    """
    order = np.argsort(xy[:, 0], kind="stable")
    eastings, northings = xy[order, 0], xy[order, 1]
    found = np.full(len(xy), NOWHERE)
    touching = np.zeros(len(xy), dtype=np.intp)
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(eastings, bounds[:, 0], side="left")
    last = np.searchsorted(eastings, bounds[:, 2], side="right")
    for index, polygon in enumerate(polygons):
        north = northings[first[index] : last[index]]
        near = np.flatnonzero((north >= bounds[index, 1]) & (north <= bounds[index, 3]))
        near += first[index]
        shapely.prepare(polygon)
        # `intersects`, unlike `contains`, holds on the edge too.
        hit = near[shapely.intersects_xy(polygon, eastings[near], northings[near])]
        touching[hit] += 1
        found[hit[found[hit] == NOWHERE]] = index
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return found[back], touching[back]
