"""The inner loops that look points up in a grid over polygons; see `location`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from est_geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

CROSSED = -2


@compiled()
def mark_borders(border: Floats, frame: Floats, step: float, found: NDArray[np.int32]) -> None:
    """Mark the cells through which a border may run.

    A border's points are less than half a step from one of these, so at most a cell further.
    """
    for i in range(border.shape[0]):
        for up in (-step, step):
            for right in (-step, step):
                row, column = _cell_of(border[i, 0] + right, border[i, 1] + up, frame, found)
                found[row, column] = CROSSED


@compiled()
def stretches(found: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the first cell of each stretch without a border, in order."""
    rows, columns = found.shape
    count = 0
    for row in range(rows):
        for column in range(columns):
            opens = column == 0 or found[row, column - 1] == CROSSED
            count += opens and found[row, column] != CROSSED
    at = np.empty((2, count), dtype=np.int64)
    count = 0
    for row in range(rows):
        for column in range(columns):
            opens = column == 0 or found[row, column - 1] == CROSSED
            if opens and found[row, column] != CROSSED:
                at[0, count], at[1, count] = row, column
                count += 1
    return at[0], at[1]


@compiled()
def fill(
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
            crossed = found[row, column] == CROSSED
            if crossed:
                continue
            stretch += opens
            found[row, column] = of_stretch[stretch]
            shared[row, column] = shared_stretch[stretch]


@compiled()
def look_up(
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
