"""Points of a plane sorted into the square cells that they occupy, and coincident ones merged.

Only occupied cells are held, sorted by row and column, so that a stray point far away costs
nothing. The points are first dealt out to bands of rows that fit the processor's cache, then each
band is sorted by itself: memory is read and written in a few streams, and the time of a point grows
little with their number. Pieces and bands are shared out over the processor's cores; what comes out
does not depend on how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from est_geo.analysis import cell_kernels as kernels
from est_geo.compiled import in_bands
from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_CELLS = 2**31  # across: a cell's key fits 62 bits, and its place is right to 1e-6 of a cell
_MOST_ROWS = 2**18  # told apart when the points are dealt out
_BANDS = 256  # few enough that each has its own stream of writes
_BAND_POINTS = 4096
_PIECE_POINTS = 65_536
_MOST_PIECES = 16


@dataclass(frozen=True)
class CellIndex:
    """Distinct points in the order of their cells; rows and columns count from the lowest ones.

    Attributes
    ----------
    x, y, weight : arrays of s float
        The distinct points ("sites"), cell after cell, and the sum of the weights at each.
    start : array of c + 1 int
        First site of each cell, then s.
    column : array of c int
        Column of each cell.
    row, row_start : arrays of r and r + 1 int
        The occupied rows, and the first cell of each, then c.
    frame : array of 3 float
        Lowest x, lowest y and cells per unit of length: a point lies in column
        floor((x − frame[0]) · frame[2]).
    site : array of n int
        Site of each point, in the order in which they were dealt out: see `Deal.give_back`.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    start: NDArray[np.int64]
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    row_start: NDArray[np.int64]
    frame: NDArray[np.float64]
    site: NDArray[np.int32]
    deal: Deal


@dataclass(frozen=True)
class Deal:
    """How points are dealt out to bands of rows: doing it again finds each one's place."""

    points: NDArray[np.float64]
    frame: NDArray[np.float64]
    shift: int  # rows are dealt out by groups of 2^shift
    edges: NDArray[np.int64]  # of the pieces of the input
    band: NDArray[np.int32] = field(repr=False)  # of each group of rows
    heads: NDArray[np.int64] = field(repr=False)  # pieces x bands: where a piece begins in a band
    band_start: NDArray[np.int64] = field(repr=False)

    def each_piece(self, work: Any, heads: NDArray[np.int64], *arrays: NDArray[Any]) -> None:  # noqa: ANN401 - compiled functions are untyped
        """Run a compiled loop over all pieces of the input."""
        in_bands(
            lambda first, last: work(
                first, last, self.edges, self.points, self.frame, self.shift, self.band, heads,
                *arrays,
            ),
            len(self.edges) - 1,
        )  # fmt: skip

    def give_back(self, dealt: NDArray[np.int32]) -> NDArray[np.int32]:
        """Put values of the points into the order in which the points were given."""
        out = np.empty(len(dealt), dtype=np.int32)
        self.each_piece(kernels.collect, self.heads.copy(), dealt, out)
        return out


def sort_into_cells(
    points: NDArray[np.float64], weight: NDArray[np.float64] | None, *, side: float
) -> CellIndex:
    """Sort points into cells and merge those at exactly the same coordinates.

    Parameters
    ----------
    points : array of (n, 2) float
        Finite, n at least 1.
    weight : array of n float, optional
        1 each by default.
    side : float
        Of a cell.

    Raises
    ------
    InputError
        If the points are more than 2^31 cells apart.
    """
    # One kind of array, so that the loops are compiled once: read-only ones are copied, too.
    points = np.require(points, dtype=np.float64, requirements=["C", "W"])
    edges = _pieces(len(points))
    bounds = np.empty((len(edges) - 1, 4))
    in_bands(lambda first, last: kernels.bounds(first, last, edges, points, bounds), len(bounds))
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    with np.errstate(over="ignore"):
        apart = float(np.max(high - low))
        across = apart / side if side > 0 else np.inf
    if not across < _MOST_CELLS:
        raise InputError(
            f"The points are {apart:g} apart, too far for neighbourhoods of "
            f"{side:.2g}: leave out those at wrong coordinates, or use a larger `eps`."
        )
    frame = np.array([low[0], low[1], min(1.0 / side, np.finfo(np.float64).max)])
    deal = _deal_out(points, edges, frame, float(high[1]))
    n = len(points)
    x, y, w = np.empty(n), np.empty(n), np.empty(n)
    given = np.empty(0) if weight is None else np.ascontiguousarray(weight, dtype=np.float64)
    deal.each_piece(kernels.deal_points, deal.heads.copy(), given, x, y, w)
    site = np.empty(n, dtype=np.int32)
    opens = np.empty(n, dtype=np.bool_)  # the site is the first of its cell
    bands = len(deal.band_start) - 1
    found = np.zeros(bands + 1, dtype=np.int64)
    in_bands(
        lambda first, last: kernels.sort_bands(
            first, last, deal.band_start, frame, len(given) > 0, x, y, w, site, opens, found[1:]
        ),
        bands,
        bands_per_core=8,
    )
    site_start = np.cumsum(found)
    in_bands(
        lambda first, last: kernels.count_on(first, last, deal.band_start, site_start, site), bands
    )
    kernels.close_up(deal.band_start, site_start, x, y, w, opens)
    s = int(site_start[-1])
    if s < n // 2:  # most of the room is no longer needed
        x, y, w = x[:s].copy(), y[:s].copy(), w[:s].copy()
    start = np.append(np.flatnonzero(opens[:s]), s)
    column, row_of_cell = kernels.cells_of(x, y, start, frame)
    new_row = np.flatnonzero(np.diff(row_of_cell, prepend=-1))
    return CellIndex(
        x=x[:s],
        y=y[:s],
        weight=w[:s],
        start=start,
        column=column,
        row=row_of_cell[new_row],
        row_start=np.append(new_row, len(column)),
        frame=frame,
        site=site,
        deal=deal,
    )


def _pieces(n: int) -> NDArray[np.int64]:
    """Edges of the pieces in which the input is read."""
    pieces = min(_MOST_PIECES, -(-n // _PIECE_POINTS))
    return np.array([n * i // pieces for i in range(pieces + 1)], dtype=np.int64)


def _deal_out(
    points: NDArray[np.float64],
    edges: NDArray[np.int64],
    frame: NDArray[np.float64],
    highest: float,
) -> Deal:
    """Choose bands of about as many points each, and where each piece of the input begins there."""
    n, pieces = len(points), len(edges) - 1
    rows = int((highest - frame[1]) * frame[2]) + 1
    shift = max(0, (rows - 1).bit_length() - (_MOST_ROWS - 1).bit_length())
    groups = ((rows - 1) >> shift) + 1
    count = np.zeros((pieces, groups), dtype=np.int32)
    in_bands(
        lambda first, last: kernels.count_rows(first, last, edges, points, frame, shift, count),
        pieces,
    )
    before = np.cumsum(count.sum(axis=0, dtype=np.int64))
    wanted = max(_BAND_POINTS, -(-n // _BANDS))
    # A group of rows belongs to the band in which its last point falls; empty bands are left out.
    full = (before - 1) // wanted
    band = np.cumsum(np.diff(full, prepend=full[0]) != 0, dtype=np.int32)
    first = np.append(0, np.flatnonzero(np.diff(band)) + 1)
    by_piece = np.add.reduceat(count, first, axis=1, dtype=np.int64)
    band_start = np.append(0, np.cumsum(by_piece.sum(axis=0)))
    heads = np.cumsum(by_piece, axis=0) - by_piece + band_start[:-1]
    return Deal(points, frame, shift, edges, band, heads, band_start)
