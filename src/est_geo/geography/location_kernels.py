"""The inner loops that look points up in a grid over polygons; see `location`.

A point lies in cell (row, column) = floor((northing − frame[1]) · frame[2]) + 1 and the same of its
easting: row 0 and column 0, like the last ones, are a rim that holds all that lies outside. A cell
holds 2 · (number of its polygon), and 1 more if it lies in several.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from est_geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Numbers = np.ndarray[Any, np.dtype[np.int32]]

CROSSED = -2  # in place of a polygon's number: a border may run through the cell
_MARGIN = 1e-3  # cells, far more than rounding may move a point or a border


@compiled()
def mark_borders(
    corners: Floats, ring: NDArray[np.int64], frame: Floats, cells: NDArray[np.int32]
) -> None:
    """Mark the cells that a border runs through or comes near.

    `corners` are those of the rings, one after the other, and `ring` tells which ring each is of.
    """
    for i in range(1, ring.size):
        if ring[i] != ring[i - 1]:
            continue
        x, y = (corners[i - 1, 0] - frame[0]) * frame[2], (corners[i - 1, 1] - frame[1]) * frame[2]
        to_x, to_y = (corners[i, 0] - frame[0]) * frame[2], (corners[i, 1] - frame[1]) * frame[2]
        if to_y < y:
            x, y, to_x, to_y = to_x, to_y, x, y
        rise = to_y - y
        for row in range(math.floor(y - _MARGIN), math.floor(to_y + _MARGIN) + 1):
            enters, leaves = x, to_x
            if rise > 0:
                enters = x + (to_x - x) * min(max((row - _MARGIN - y) / rise, 0.0), 1.0)
                leaves = x + (to_x - x) * min(max((row + 1 + _MARGIN - y) / rise, 0.0), 1.0)
            left, right = min(enters, leaves), max(enters, leaves)
            for column in range(math.floor(left - _MARGIN), math.floor(right + _MARGIN) + 1):
                cells[row + 1, column + 1] = 2 * CROSSED


@compiled()
def regions(cells: NDArray[np.int32]) -> tuple[Numbers, Numbers, Numbers]:
    """Part the cells into regions that no border runs through, and number their stretches.

    A stretch is what lies side by side in a row without a border; stretches above each other are of
    one region. Each cell gets the number of its stretch.

    Returns
    -------
    row, column : arrays of int
        A cell of each region.
    region : array of int
        Region of each stretch.
    """
    rows, columns = cells.shape
    crossed = 2 * CROSSED
    count = 0
    for row in range(rows):
        for column in range(columns):
            opens = column == 0 or cells[row, column - 1] == crossed
            count += opens and cells[row, column] != crossed
    parent = np.arange(count).astype(np.int32)
    at = np.empty((2, count), dtype=np.int32)
    stretch = below = -1
    for row in range(rows):
        for column in range(columns):
            if cells[row, column] == crossed:
                continue
            if column == 0 or cells[row, column - 1] == crossed:
                stretch, below = stretch + 1, -1
                at[0, stretch], at[1, stretch] = row, column
            cells[row, column] = stretch
            beside = cells[row - 1, column] if row else crossed
            if beside in (crossed, below):
                continue
            below = beside
            a, b = _root(parent, stretch), _root(parent, below)
            parent[max(a, b)] = min(a, b)
    # The first stretch of a region is its root, so that it has its number before the others ask.
    region = np.empty(count, dtype=np.int32)
    found = 0
    for stretch in range(count):
        if parent[stretch] == stretch:
            region[stretch] = found
            at[0, found], at[1, found] = at[0, stretch], at[1, stretch]
            found += 1
        else:
            region[stretch] = region[parent[stretch]]
    return at[0, :found], at[1, :found], region


@compiled()
def _root(parent: Numbers, stretch: int) -> int:
    """Follow a stretch to the root of its tree, halving the path on the way."""
    while parent[stretch] != stretch:
        parent[stretch] = parent[parent[stretch]]
        stretch = parent[stretch]
    return stretch


@compiled()
def fill(code: Numbers, region: Numbers, cells: NDArray[np.int32]) -> None:
    """Put the code of its region in place of each cell's stretch."""
    rows, columns = cells.shape
    for row in range(rows):
        for column in range(columns):
            if cells[row, column] != 2 * CROSSED:
                cells[row, column] = code[region[cells[row, column]]]


@compiled()
def look_up(
    xy: Floats,
    frame: Floats,
    cells: NDArray[np.int32],
    found: Numbers,
    shared: NDArray[np.bool_],
) -> None:
    """Read for each point what is known of its cell."""
    top, right, width = cells.shape[0] - 1.0, cells.shape[1] - 1.0, cells.shape[1]
    flat = cells.ravel()
    for i in range(np.uint64(found.size)):  # numba looks at every sign that may be negative
        # Cut off before it is made whole: an integer cannot hold what is very far away.
        row = int(min(max((xy[i, 1] - frame[1]) * frame[2] + 1.0, 0.0), top))
        column = int(min(max((xy[i, 0] - frame[0]) * frame[2] + 1.0, 0.0), right))
        code = flat[np.uint64(row * width + column)]
        found[i] = code >> 1
        shared[i] = code & 1
