"""Compiled inner loops: exact density sums and exact DBSCAN over weighted points.

Each has a naive twin in tests/reference.py. Coordinates come in local metres (from the corner of
the grid), so that no digits are lost to seven-digit northings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SLACK = 1 - 1e-6  # a cell is this much under eps/√2, so that rounding never parts cell mates
_REACH = 2  # points within eps are at most two such cells apart


@numba.njit(cache=True, parallel=True)
def quartic_sum(
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    cell: float,
    radius: float,
    out: NDArray[np.float64],
) -> None:
    """Add Σ w (1 − d²/h²)² over points within `radius` of each cell centre to `out`.

    Points are sorted by northing; each row of cells looks only at the band of points it can reach.
    """
    rows, columns = out.shape
    per_h2 = 1.0 / (radius * radius)
    for row in numba.prange(rows):
        centre = (row + 0.5) * cell
        first = np.searchsorted(northing, centre - radius)
        last = np.searchsorted(northing, centre + radius, side="right")
        for i in range(first, last):
            dy = centre - northing[i]
            rest = 1.0 - dy * dy * per_h2
            if rest <= 0.0:
                continue
            half = radius * math.sqrt(rest)
            start = max(0, math.floor((easting[i] - half) / cell - 0.5))
            stop = min(columns - 1, math.ceil((easting[i] + half) / cell - 0.5))
            for column in range(start, stop + 1):
                dx = (column + 0.5) * cell - easting[i]
                t = rest - dx * dx * per_h2
                if t > 0.0:
                    out[row, column] += weight[i] * t * t


def gaussian_sum(
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    cell: float,
    sigma: float,
    out: NDArray[np.float64],
) -> None:
    """Add Σ w exp(−d²/2σ²) over all points at each cell centre to `out`; nothing is cut off.

    The kernel is a product of one factor in easting and one in northing, so the sum over points is
    a matrix product, done for a block of points at a time to bound memory.
    """
    rows, columns = out.shape
    x = (np.arange(columns) + 0.5) * cell
    y = (np.arange(rows) + 0.5) * cell
    block = max(1, 2**22 // (rows + columns))
    for start in range(0, len(weight), block):
        part = slice(start, start + block)
        across = np.exp(-((easting[part, None] - x) ** 2) / (2 * sigma**2))
        along = np.exp(-((northing[part, None] - y) ** 2) / (2 * sigma**2))
        along *= weight[part, None]
        out += along.T @ across


def dbscan_labels(
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    eps: float,
    min_weight: float,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Label weighted points by DBSCAN; the order of the points breaks ties, nothing else does.

    A point is core if the weight within `eps` of it (itself and the edge included) reaches
    `min_weight`. Core points within `eps` of each other share a cluster. A border point joins its
    nearest core point; equally near, the one first in order. Clusters are numbered by their first
    core point. Only occupied cells are held, so a stray point far away costs nothing.

    Parameters
    ----------
    easting, northing, weight : arrays of n float
        Coordinates in the unit of `eps`. With a negative weight the shortcuts are left out.
    eps, min_weight : float
        Radius and weight that make a core point.

    Returns
    -------
    labels : array of n int
        Cluster of each point, −1 for noise.
    core : array of n bool
        Whether the point is core.
    """
    n = len(weight)
    if n == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    side = eps / math.sqrt(2) * _SLACK
    column = np.floor((easting - easting.min()) / side).astype(np.int64)
    row = np.floor((northing - northing.min()) / side).astype(np.int64)
    order = np.lexsort((np.arange(n), column, row))
    column, row = column[order], row[order]
    new_cell = np.ones(n, dtype=np.bool_)
    new_cell[1:] = (np.diff(column) != 0) | (np.diff(row) != 0)
    start = np.append(np.flatnonzero(new_cell), n)
    cell_column, cell_row = column[new_cell], row[new_cell]
    new_row = np.ones(len(cell_row), dtype=np.bool_)
    new_row[1:] = np.diff(cell_row) != 0
    points = (
        np.ascontiguousarray(easting[order], dtype=np.float64),
        np.ascontiguousarray(northing[order], dtype=np.float64),
    )
    eps2 = float(eps) * float(eps)
    near = _neighbourhoods(cell_column, cell_row, np.append(np.flatnonzero(new_row), len(cell_row)))
    core = _cores(
        *points,
        np.ascontiguousarray(weight[order], dtype=np.float64),
        start,
        near,
        eps2,
        float(min_weight),
        bool((weight >= 0).all()),
    )
    cluster = _clusters(*points, core, start, near, eps2)
    labels = _labels(*points, order, core, cluster, start, near, eps2)
    label_of, core_of = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.bool_)
    label_of[order], core_of[order] = labels, core
    return label_of, core_of


@numba.njit(cache=True)
def _neighbourhoods(
    cell_column: NDArray[np.int64], cell_row: NDArray[np.int64], row_start: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each occupied cell five runs [first, last) of occupied cells, one a row within reach.

    Occupied cells are sorted by row, then column, so the neighbours in one row stand side by side.
    """
    n_rows = row_start.size - 1
    near = np.zeros((cell_column.size, 2 * _REACH + 1, 2), dtype=np.int64)
    for r in range(n_rows):
        for s in range(max(0, r - _REACH), min(n_rows, r + _REACH + 1)):
            step = cell_row[row_start[s]] - cell_row[row_start[r]]
            if abs(step) > _REACH:
                continue
            low = high = row_start[s]
            for cell in range(row_start[r], row_start[r + 1]):
                while low < row_start[s + 1] and cell_column[low] < cell_column[cell] - _REACH:
                    low += 1
                while high < row_start[s + 1] and cell_column[high] <= cell_column[cell] + _REACH:
                    high += 1
                near[cell, step + _REACH, 0] = low
                near[cell, step + _REACH, 1] = high
    return near


@numba.njit(cache=True)
def _cores(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    weight: NDArray[np.float64],
    start: NDArray[np.int64],
    near: NDArray[np.int64],
    eps2: float,
    min_weight: float,
    shortcuts: bool,  # noqa: FBT001
) -> NDArray[np.bool_]:
    """Tell which points are core. Any two points of a cell are within eps of each other."""
    core = np.zeros(x.size, dtype=np.bool_)
    for cell in range(start.size - 1):
        own = weight[start[cell] : start[cell + 1]].sum()
        crowded = shortcuts and own >= min_weight
        for i in range(start[cell], start[cell + 1]):
            core[i] = crowded or _reaches(
                i, x, y, weight, start, near[cell], eps2, min_weight, shortcuts
            )
    return core


@numba.njit(cache=True)
def _reaches(  # noqa: PLR0913, PLR0917
    i: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    weight: NDArray[np.float64],
    start: NDArray[np.int64],
    runs: NDArray[np.int64],
    eps2: float,
    min_weight: float,
    shortcuts: bool,  # noqa: FBT001
) -> bool:
    """Tell whether the weight within eps of point i reaches `min_weight`."""
    total = 0.0
    for k in range(runs.shape[0]):
        for j in range(start[runs[k, 0]], start[runs[k, 1]]):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if dx * dx + dy * dy <= eps2:
                total += weight[j]
                if shortcuts and total >= min_weight:
                    return True
    return total >= min_weight


@numba.njit(cache=True)
def _clusters(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    core: NDArray[np.bool_],
    start: NDArray[np.int64],
    near: NDArray[np.int64],
    eps2: float,
) -> NDArray[np.int64]:
    """Join cells whose core points touch, and give each cell the first cell of its cluster."""
    n_cells = start.size - 1
    has_core = np.zeros(n_cells, dtype=np.bool_)
    for cell in range(n_cells):
        has_core[cell] = core[start[cell] : start[cell + 1]].any()
    parent = np.arange(n_cells)
    for cell in range(n_cells):
        if not has_core[cell]:
            continue
        for k in range(near.shape[1]):
            for other in range(max(near[cell, k, 0], cell + 1), near[cell, k, 1]):
                a, b = _root(parent, cell), _root(parent, other)
                if has_core[other] and a != b and _touch(cell, other, x, y, core, start, eps2):
                    parent[max(a, b)] = min(a, b)
    for cell in range(n_cells):
        parent[cell] = _root(parent, cell)
    return parent


@numba.njit(cache=True)
def _labels(  # noqa: C901 - two plain passes over the points of each cell
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    rank: NDArray[np.int64],
    core: NDArray[np.bool_],
    cluster: NDArray[np.int64],
    start: NDArray[np.int64],
    near: NDArray[np.int64],
    eps2: float,
) -> NDArray[np.int64]:
    """Give clusters numbers by the lowest rank of their cores, and border points their cluster.

    `rank` is each point's place in the caller's order, `cluster` the first cell of each cell's own.
    """
    n, n_cells = x.size, cluster.size
    first = np.full(n_cells, n, dtype=np.int64)
    for cell in range(n_cells):
        for i in range(start[cell], start[cell + 1]):
            if core[i]:
                first[cluster[cell]] = min(first[cluster[cell]], rank[i])
    roots = np.flatnonzero(first < n)
    number = np.full(n_cells, -1, dtype=np.int64)
    number[roots[np.argsort(first[roots])]] = np.arange(roots.size)

    labels = np.full(n, -1, dtype=np.int64)
    for cell in range(n_cells):
        for i in range(start[cell], start[cell + 1]):
            if core[i]:
                labels[i] = number[cluster[cell]]
    for cell in range(n_cells):
        for i in range(start[cell], start[cell + 1]):
            if not core[i]:
                nearest = _nearest_core(i, x, y, rank, core, start, near[cell], eps2)
                if nearest >= 0:
                    labels[i] = labels[nearest]
    return labels


@numba.njit(cache=True)
def _touch(
    cell: int,
    other: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    core: NDArray[np.bool_],
    start: NDArray[np.int64],
    eps2: float,
) -> bool:
    """Tell whether a core point of one cell lies within eps of a core point of another."""
    for i in range(start[cell], start[cell + 1]):
        if core[i]:
            for j in range(start[other], start[other + 1]):
                dx, dy = x[j] - x[i], y[j] - y[i]
                if core[j] and dx * dx + dy * dy <= eps2:
                    return True
    return False


@numba.njit(cache=True)
def _nearest_core(
    i: int,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    rank: NDArray[np.int64],
    core: NDArray[np.bool_],
    start: NDArray[np.int64],
    runs: NDArray[np.int64],
    eps2: float,
) -> int:
    """Find the core point within eps that is nearest to point i, −1 if there is none."""
    best, best_d2 = -1, eps2
    for k in range(runs.shape[0]):
        for j in range(start[runs[k, 0]], start[runs[k, 1]]):
            dx, dy = x[j] - x[i], y[j] - y[i]
            d2 = dx * dx + dy * dy
            if core[j] and (d2 < best_d2 or (d2 == best_d2 and (best < 0 or rank[j] < rank[best]))):
                best, best_d2 = j, d2
    return best


@numba.njit(cache=True)
def _root(parent: NDArray[np.int64], cell: int) -> int:
    """Follow a cell to the root of its tree, halving the path on the way."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell
