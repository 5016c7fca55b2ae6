"""DBSCAN of weighted points in a plane: exact, whatever the order of the points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from est_geo.analysis import dbscan_kernels as kernels
from est_geo.analysis.cell_index import sort_into_cells
from est_geo.compiled import compiled, in_bands
from est_geo.errors import InputError
from est_geo.sites.merging import merge_places

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from est_geo.analysis.cell_index import CellIndex
    from est_geo.sites.merging import Merged

_SLACK = 1 - 1e-5  # a cell is this much under eps/√2, so that rounding never parts cell mates
_ENOUGH = 1 - 1e-9  # ten weights of .1 reach 1, in whatever order they are added
_MOST_POINTS = 2**30
_WORTH_SHARING = 5_000  # cells
_BLOCKS = 16
_FEW_PLACES = 0.25


def dbscan_labels(
    points: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    *,
    eps: float,
    min_weight: float,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Label weighted points by DBSCAN; the order of the points only numbers the clusters.

    A point is core if the weight within `eps` of it (itself and the edge included) reaches
    `min_weight`, to one part in 10⁹. Core points within `eps` of each other share a cluster. A
    border point joins its nearest core point; equally near, the more southern, then the more
    western one. Clusters are numbered by their first core point.

    Points at the same coordinates are merged first, so the time is that of the sites, and the
    memory about 50 bytes a point. Only occupied cells are held: a stray point costs nothing.

    Parameters
    ----------
    points : array of (n, 2) float
        Finite coordinates in the unit of `eps`.
    weight : array of n float, optional
        1 each by default. A negative one lowers the weight around it, and makes the count slower.
    eps, min_weight : float
        Radius and weight that make a core point.

    Returns
    -------
    labels : array of n int
        Cluster of each point, −1 for noise.
    core : array of n bool
        Whether the point is core.

    Raises
    ------
    InputError
        If the points are more than 2³¹ · eps/√2 apart, or more than 2³⁰.
    """
    n = len(points)
    if n == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    if n > _MOST_POINTS:
        raise InputError(
            f"There are {n:,} points, at most {_MOST_POINTS:,} are allowed. Collapse them with "
            "est_geo.to_sites and pass the weights."
        )
    # Where they are many, sorting into cells finds the places as fast.
    found = merge_places(points, weight, distinct=_FEW_PLACES)
    if found is None:
        return _number_rows(*_label_points(points, weight, eps, min_weight), None)
    sites = np.take(points, found.first, axis=0)
    return _number_rows(*_label_points(sites, found.weight, eps, min_weight), found)


def _label_points(
    points: NDArray[np.float64], weight: NDArray[np.float64] | None, eps: float, min_weight: float
) -> tuple[NDArray[np.int32], int]:
    """Code of each point, 2 · (first cell of its cluster + 1), 1 more for a core; and the cells."""
    index = sort_into_cells(points, weight, side=eps / math.sqrt(2) * _SLACK)
    label, is_core = _label_sites(index, eps * eps, min_weight * _ENOUGH)
    dealt = ((label + 1) * np.int32(2) + is_core)[index.site]
    return index.deal.give_back(dealt), len(index.column)


def _number_rows(
    code: NDArray[np.int32], cells: int, found: Merged | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Let clusters be numbered by their first core, and give each row the label of its place."""
    labels, core = np.empty(len(code), dtype=np.int64), np.empty(len(code), dtype=np.bool_)
    # Places come in the order of their first rows, so that they number clusters as rows would.
    _number_clusters(code, np.full(cells + 1, -1, dtype=np.int32), labels, core)
    return (labels, core) if found is None else (found.of_rows(labels), found.of_rows(core))


def _label_sites(
    index: CellIndex, eps2: float, least: float
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Label sites by the first cell of their cluster, −1 for noise, and tell which are core."""
    cells = len(index.column)
    core = np.zeros(len(index.x), dtype=np.bool_)
    state = np.zeros(cells, dtype=np.int8)
    own = np.add.reduceat(index.weight, index.start[:-1])
    sorted_sites = kernels.Cells(
        index.x, index.y, index.start, index.column, index.row, index.row_start, index.frame
    )
    before = np.append(0.0, np.cumsum(own))
    shortcuts = bool(index.weight.min() >= 0)
    _share(
        lambda first, last: kernels.mark_cores(
            first, last, sorted_sites, index.weight, own, before, eps2, least, shortcuts,
            core, state,
        ),
        cells,
    )  # fmt: skip
    parent = np.arange(cells, dtype=np.int32)
    edges = _blocks(index)

    def join(first: int, last: int, others_from: int, others_to: int) -> None:
        kernels.join(first, last, others_from, others_to, sorted_sites, eps2, core, state, parent)

    def join_blocks(first: int, last: int) -> None:
        for block in range(first, last):
            join(edges[block], edges[block + 1], edges[block], edges[block + 1])

    # Each block by itself, several at a time; then, one after the other, what they share.
    _share(
        join_blocks,
        len(edges) - 1,
        worth=2,
    )
    for block, edge in enumerate(edges[1:-1]):
        at = kernels.row_of(edge, index.row_start)
        within = np.searchsorted(index.row, index.row[at] - kernels.REACH)
        join(max(int(index.row_start[within]), edges[block]), edge, edge, cells)

    label = np.full(len(index.x), -1, dtype=np.int32)
    with_core = np.zeros(cells + 1, dtype=np.int64)
    kernels.name_cores(index.start, core, state, parent, label, with_core)
    _share(
        lambda first, last: kernels.name_borders(
            first, last, sorted_sites, eps2, core, state, with_core, label
        ),
        cells,
    )
    return label, core


def _blocks(index: CellIndex) -> list[int]:
    """Edges of blocks of cells with about as many sites each."""
    cells = len(index.column)
    if cells < _WORTH_SHARING:
        return [0, cells]
    sites = np.arange(1, _BLOCKS) * (len(index.x) // _BLOCKS)
    inner = np.searchsorted(index.start, sites)
    return [int(edge) for edge in np.unique([0, *inner, cells])]


def _share(work: Callable[[int, int], object], count: int, *, worth: int = _WORTH_SHARING) -> None:
    """Share work out over the processor's cores where there is enough of it."""
    if count < worth:
        work(0, count)
    else:
        in_bands(work, count, bands_per_core=8)


@compiled()
def _number_clusters(
    code: NDArray[np.int32],
    number: NDArray[np.int32],
    labels: NDArray[np.int64],
    core: NDArray[np.bool_],
) -> None:
    """Give clusters numbers by their first core; a code is 2 · (label + 1), and 1 for a core."""
    found = 0
    for i in range(code.size):
        core[i] = code[i] & 1
        if core[i] and number[code[i] >> 1] < 0:
            number[code[i] >> 1] = found
            found += 1
    for i in range(code.size):
        labels[i] = number[code[i] >> 1]
