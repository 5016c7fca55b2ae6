"""The inner loops of DBSCAN on sites sorted into cells of side eps/√2.

Any two sites of a cell are within eps of each other. So a cell whose own weight is enough is all
core, the core sites of a cell are one cluster, and joining sites comes down to joining cells. The
neighbours of a cell are at most two rows and two columns away; in each row they stand side by side.

What these loops call stands in this file: numba's cache sees only changes to a loop's own file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from est_geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 2  # rows and columns
RUNS = 2 * REACH + 1
NONE, SOME, ALL = 0, 1, 2  # how many sites of a cell are core
ACROSS2 = 2.0004  # (eps / side)², a little more, to be sure when sites are passed over
FEW = 12  # sites in a row within reach: to look at each takes less than to pass some over
MANY = 4096  # pairs of sites, beyond which those near enough are found by sorting


class Cells(NamedTuple):
    """Sites sorted into cells, as `CellIndex` has them."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    start: NDArray[np.int64]
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    row_start: NDArray[np.int64]
    frame: NDArray[np.float64]


@compiled()
def row_of(cell: int, row_start: NDArray[np.int64]) -> int:
    """Find the occupied row of a cell."""
    return int(np.searchsorted(row_start, cell, side="right")) - 1


@compiled()
def own_row(cell: int, cells: Cells) -> np.int64:
    """Give the row that a cell lies in."""
    return np.int64((cells.y[cells.start[cell]] - cells.frame[1]) * cells.frame[2])


@compiled()
def open_runs(
    at: int, row: NDArray[np.int64], row_start: NDArray[np.int64], runs: NDArray[np.int64]
) -> None:
    """Begin at the left end of the rows within reach of occupied row number `at`.

    `runs` holds for each of them the first cell within reach, the first beyond it, and the row's
    end. `slide` takes it from cell to cell.
    """
    runs[:, :] = 0
    for other in range(max(0, at - REACH), min(row.size, at + REACH + 1)):
        step = row[other] - row[at]
        if -REACH <= step <= REACH:
            runs[step + REACH, 0] = row_start[other]
            runs[step + REACH, 1] = row_start[other]
            runs[step + REACH, 2] = row_start[other + 1]


@compiled()
def slide(
    column: NDArray[np.int64], cell: int, runs: NDArray[np.int64], lowest: int, highest: int
) -> None:
    """Move runs `lowest` … `highest` on to the neighbours of `cell`, further right in its row."""
    for k in range(lowest, highest + 1):
        first, beyond, end = runs[k, 0], runs[k, 1], runs[k, 2]
        while first < end and column[first] < column[cell] - REACH:
            first += 1
        while beyond < end and column[beyond] <= column[cell] + REACH:
            beyond += 1
        runs[k, 0], runs[k, 1] = first, beyond


@compiled()
def narrow(
    k: int,
    across: float,
    up: float,
    at_column: int,
    column: NDArray[np.int64],
    start: NDArray[np.int64],
    runs: NDArray[np.int64],
) -> tuple[int, int]:
    """Leave out the cells of run k that a point's circle does not reach, if they hold many sites.

    `across` and `up` tell where in its own cell the point lies, from 0 to 1.
    """
    first, beyond = runs[k, 0], runs[k, 1]
    if start[beyond] - start[first] <= FEW:
        return first, beyond
    step = k - REACH
    gap = max(step - up, up - step - 1.0, 0.0)
    left = ACROSS2 - gap * gap
    if left <= 0.0:
        return 0, 0
    half = math.sqrt(left)
    lowest = at_column + math.floor(across - half)
    highest = at_column + math.floor(across + half)
    while first < beyond and column[first] < lowest:
        first += 1
    while beyond > first and column[beyond - 1] > highest:
        beyond -= 1
    return first, beyond


@compiled()
def mark_cores(  # noqa: PLR0913, PLR0917, PLR0912, C901 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    cells: Cells,
    weight: NDArray[np.float64],
    own: NDArray[np.float64],
    before: NDArray[np.float64],
    eps2: float,
    least: float,
    shortcuts: bool,  # noqa: FBT001
    core: NDArray[np.bool_],
    state: NDArray[np.int8],
) -> None:
    """Tell which sites of the cells first … last are core.

    `own` is the weight of each cell, `before` that of all earlier ones. Without `shortcuts` (a
    weight is negative) everything within eps is counted to the end.
    """
    x, y, start, column, row, row_start, frame = cells
    runs = np.zeros((RUNS, 3), dtype=np.int64)
    at = row_of(first, row_start) - 1
    doubt = 1e-12 * before[-1]  # what rounding may have done to the sums
    for cell in range(first, last):
        if cell == first or cell == row_start[at + 1]:
            at += 1
            open_runs(at, row, row_start, runs)
        if shortcuts and own[cell] >= least:
            core[start[cell] : start[cell + 1]] = True
            state[cell] = ALL
            continue
        slide(column, cell, runs, 0, RUNS - 1)
        if shortcuts:
            around = 0.0
            for k in range(RUNS):
                around += before[runs[k, 1]] - before[runs[k, 0]]
            if around < least - doubt:
                continue
        cores = 0
        for i in range(start[cell], start[cell + 1]):
            total = 0.0
            across = (x[i] - frame[0]) * frame[2] - column[cell]
            up = (y[i] - frame[1]) * frame[2] - row[at]
            for turn in range(RUNS):
                # The rows from the middle outward: 2, 1, 3, 0, 4.
                k = REACH + (turn + 1) // 2 * (1 - 2 * (turn % 2))
                if shortcuts and total >= least:
                    break
                near, beyond = narrow(k, across, up, column[cell], column, start, runs)
                for j in range(start[near], start[beyond]):
                    dx, dy = x[j] - x[i], y[j] - y[i]
                    if dx * dx + dy * dy <= eps2:
                        total += weight[j]
                        if shortcuts and total >= least:
                            break
            if total >= least:
                core[i] = True
                cores += 1
        if cores:
            state[cell] = ALL if cores == start[cell + 1] - start[cell] else SOME


@compiled()
def root(parent: NDArray[np.int32], cell: int) -> int:
    """Follow a cell to the root of its tree, halving the path on the way."""
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


@compiled()
def join(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    others_from: int,
    others_to: int,
    cells: Cells,
    eps2: float,
    core: NDArray[np.bool_],
    state: NDArray[np.int8],
    parent: NDArray[np.int32],
) -> None:
    """Join the cells first … last with later ones among the others, where core sites touch.

    Side by side first: they nearly always touch, and most cells farther apart are joined by then.
    """
    start, column, row, row_start = cells.start, cells.column, cells.row, cells.row_start
    runs = np.zeros((RUNS, 3), dtype=np.int64)
    for far in range(2):
        at = row_of(first, row_start) - 1
        for cell in range(first, last):
            if cell == first or cell == row_start[at + 1]:
                at += 1
                open_runs(at, row, row_start, runs)
            if state[cell] == NONE:
                continue
            slide(column, cell, runs, REACH, REACH + 1 + far)
            a = root(parent, cell)
            for k in range(REACH, REACH + 2 + far):
                for other in range(
                    max(runs[k, 0], cell + 1, others_from), min(runs[k, 1], others_to)
                ):
                    # Most are of one cluster by then.
                    if state[other] == NONE or parent[other] == a:
                        continue
                    aside = column[other] - column[cell]
                    if (k == RUNS - 1 or abs(aside) == REACH) != bool(far):
                        continue
                    b = root(parent, other)
                    here, there = start[cell + 1] - start[cell], start[other + 1] - start[other]
                    if a != b and (
                        many_touch(cell, other, cells, eps2, core)
                        if here * there > MANY
                        else few_touch(cell, other, cells, eps2, core)
                    ):
                        parent[max(a, b)] = a = min(a, b)


@compiled()
def few_touch(cell: int, other: int, cells: Cells, eps2: float, core: NDArray[np.bool_]) -> bool:
    """Tell whether a core site of a cell lies within eps of a core site of another, pair by pair.

    Apart from `many_touch`: numba counts who holds arrays where any are made, which takes longer.
    """
    x, y, start = cells.x, cells.y, cells.start
    for i in range(start[cell], start[cell + 1]):
        if not core[i]:
            continue
        for j in range(start[other], start[other + 1]):
            dx, dy = x[j] - x[i], y[j] - y[i]
            if dx * dx + dy * dy <= eps2 and core[j]:
                return True
    return False


@compiled()
def many_touch(cell: int, other: int, cells: Cells, eps2: float, core: NDArray[np.bool_]) -> bool:
    """Tell it of cells with many sites: only those are looked at whose circles reach the other."""
    x, y = cells.x, cells.y
    ours, theirs = reaching(cell, other, cells, core), reaching(other, cell, cells, core)
    if abs(cells.column[other] - cells.column[cell]) > abs(
        own_row(other, cells) - own_row(cell, cells)
    ):
        return meet(x[ours], y[ours], x[theirs], y[theirs], eps2)
    return meet(y[ours], x[ours], y[theirs], x[theirs], eps2)


@compiled()
def reaching(cell: int, other: int, cells: Cells, core: NDArray[np.bool_]) -> NDArray[np.int64]:
    """List the core sites of a cell whose circles reach another cell."""
    x, y, start, frame = cells.x, cells.y, cells.start, cells.frame
    column, row = cells.column[cell], own_row(cell, cells)
    aside, above = cells.column[other] - column, own_row(other, cells) - row
    listed = np.empty(start[cell + 1] - start[cell], dtype=np.int64)
    count = 0
    for i in range(start[cell], start[cell + 1]):
        across = (x[i] - frame[0]) * frame[2] - column
        up = (y[i] - frame[1]) * frame[2] - row
        gap_x = max(aside - across, across - aside - 1.0, 0.0)
        gap_y = max(above - up, up - above - 1.0, 0.0)
        if core[i] and gap_x * gap_x + gap_y * gap_y <= ACROSS2:
            listed[count] = i
            count += 1
    return listed[:count]


@compiled()
def meet(
    apart: NDArray[np.float64],
    along: NDArray[np.float64],
    other_apart: NDArray[np.float64],
    other_along: NDArray[np.float64],
    eps2: float,
) -> bool:
    """Tell whether two groups of points that lie apart in one coordinate come within eps.

    The other group is sorted by the other coordinate, so that only a short stretch of it can be
    near a point: the nearer the groups are to not meeting, the shorter.
    """
    sort_both(other_along, other_apart)
    low, high = np.inf, -np.inf
    for j in range(other_apart.size):
        low, high = min(low, other_apart[j]), max(high, other_apart[j])
    for i in range(apart.size):
        gap = max(low - apart[i], apart[i] - high, 0.0)
        left = eps2 * (1.0 + 1e-9) - gap * gap
        if left < 0.0:
            continue
        half = math.sqrt(left)
        j = np.searchsorted(other_along, along[i] - half)
        while j < other_along.size and other_along[j] <= along[i] + half:
            da, db = other_apart[j] - apart[i], other_along[j] - along[i]
            if da * da + db * db <= eps2:
                return True
            j += 1
    return False


@compiled()
def sort_both(key: NDArray[np.float64], other: NDArray[np.float64]) -> None:
    """Sort two arrays by the first, in place, by Shell's sort: numpy's takes 2 s to compile."""
    gap = key.size // 2
    while gap:
        for i in range(gap, key.size):
            moved, its_other, j = key[i], other[i], i
            while j >= gap and key[j - gap] > moved:
                key[j], other[j] = key[j - gap], other[j - gap]
                j -= gap
            key[j], other[j] = moved, its_other
        gap = (gap + 1) * 5 // 11


@compiled()
def name_cores(
    start: NDArray[np.int64],
    core: NDArray[np.bool_],
    state: NDArray[np.int8],
    parent: NDArray[np.int32],
    label: NDArray[np.int32],
    before: NDArray[np.int64],
) -> None:
    """Label core sites by the first cell of their cluster, and count the cells with any, so far."""
    for cell in range(start.size - 1):
        before[cell + 1] = before[cell]
        if state[cell] == NONE:
            continue
        before[cell + 1] += 1
        named = root(parent, cell)
        for i in range(start[cell], start[cell + 1]):
            if core[i]:
                label[i] = named


@compiled()
def name_borders(  # noqa: C901 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    cells: Cells,
    eps2: float,
    core: NDArray[np.bool_],
    state: NDArray[np.int8],
    before: NDArray[np.int64],
    label: NDArray[np.int32],
) -> None:
    """Give the other sites the label of the nearest core site within eps, if there is one.

    Equally near: the more southern takes it, then the more western, which is met first: cells come
    from west to east, and the cores of one cell are of one cluster.
    """
    x, y, start, column, row, row_start, frame = cells
    runs = np.zeros((RUNS, 3), dtype=np.int64)
    at = row_of(first, row_start) - 1
    for cell in range(first, last):
        if cell == first or cell == row_start[at + 1]:
            at += 1
            open_runs(at, row, row_start, runs)
        if state[cell] == ALL:
            continue
        slide(column, cell, runs, 0, RUNS - 1)
        with_core = 0
        for k in range(RUNS):
            with_core += before[runs[k, 1]] - before[runs[k, 0]]
        if not with_core:
            continue
        for i in range(start[cell], start[cell + 1]):
            if core[i]:
                continue
            across = (x[i] - frame[0]) * frame[2] - column[cell]
            up = (y[i] - frame[1]) * frame[2] - row[at]
            best, best_d2 = -1, eps2
            for k in range(RUNS):
                near, beyond = narrow(k, across, up, column[cell], column, start, runs)
                for j in range(start[near], start[beyond]):
                    dx, dy = x[j] - x[i], y[j] - y[i]
                    d2 = dx * dx + dy * dy
                    if d2 > best_d2 or not core[j]:
                        continue
                    if d2 < best_d2 or best < 0 or y[j] < y[best]:
                        best, best_d2 = j, d2
            if best >= 0:
                label[i] = label[best]
