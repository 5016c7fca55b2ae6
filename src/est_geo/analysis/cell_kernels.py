"""The inner loops that sort points into cells; see `cell_index` for what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from est_geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIGIT = 11  # bits a pass of the sort
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, without pattern: parts keys that are alike
_SPREAD_TOO = np.uint64(0xC2B2AE3D27D4EB4F)


@compiled()
def bounds(
    first: int,
    last: int,
    edges: NDArray[np.int64],
    points: NDArray[np.float64],
    bounds: NDArray[np.float64],
) -> None:
    """Find lowest x and y, then highest x and y, of each piece."""
    for piece in range(first, last):
        i = edges[piece]
        left = right = points[i, 0]
        low = high = points[i, 1]
        for i in range(edges[piece], edges[piece + 1]):
            left, right = min(left, points[i, 0]), max(right, points[i, 0])
            low, high = min(low, points[i, 1]), max(high, points[i, 1])
        bounds[piece, 0], bounds[piece, 1] = left, low
        bounds[piece, 2], bounds[piece, 3] = right, high


@compiled()
def count_rows(
    first: int,
    last: int,
    edges: NDArray[np.int64],
    points: NDArray[np.float64],
    frame: NDArray[np.float64],
    shift: int,
    count: NDArray[np.int32],
) -> None:
    """Count the points of each group of rows, piece by piece."""
    for piece in range(first, last):
        of_piece = count[piece]
        for i in range(edges[piece], edges[piece + 1]):
            of_piece[np.int64((points[i, 1] - frame[1]) * frame[2]) >> shift] += 1


@compiled()
def deal_points(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    edges: NDArray[np.int64],
    points: NDArray[np.float64],
    frame: NDArray[np.float64],
    shift: int,
    band: NDArray[np.int32],
    heads: NDArray[np.int64],
    weight: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
) -> None:
    """Write each point to the next place of its band."""
    for piece in range(first, last):
        head = heads[piece]
        for i in range(edges[piece], edges[piece + 1]):
            b = band[np.int64((points[i, 1] - frame[1]) * frame[2]) >> shift]
            place = head[b]
            head[b] = place + 1
            x[place] = points[i, 0]
            y[place] = points[i, 1]
            if weight.size:
                w[place] = weight[i]


@compiled()
def collect(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    edges: NDArray[np.int64],
    points: NDArray[np.float64],
    frame: NDArray[np.float64],
    shift: int,
    band: NDArray[np.int32],
    heads: NDArray[np.int64],
    dealt: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    """Read for each point the next place of its band: `deal_points` backwards."""
    for piece in range(first, last):
        head = heads[piece]
        for i in range(edges[piece], edges[piece + 1]):
            b = band[np.int64((points[i, 1] - frame[1]) * frame[2]) >> shift]
            out[i] = dealt[head[b]]
            head[b] += 1


@compiled()
def sort_bands(  # noqa: PLR0913, PLR0917 - a compiled loop takes arrays, not objects
    first: int,
    last: int,
    band_start: NDArray[np.int64],
    frame: NDArray[np.float64],
    weighted: bool,  # noqa: FBT001
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    site: NDArray[np.int32],
    opens: NDArray[np.bool_],
    found: NDArray[np.int64],
) -> None:
    """Merge coincident points of each band; its sites, sorted by cell, replace its first points."""
    for band in range(first, last):
        a, b = band_start[band], band_start[band + 1]
        sites = _merge(x[a:b], y[a:b], w[a:b], site[a:b], weighted)
        key = _cell_keys(x[a : a + sites], y[a : a + sites], frame)
        order = _sorted(key)
        in_order = np.empty(sites, dtype=np.int32)
        held = np.empty((sites, 3))
        for s in range(sites):
            k = a + order[s]
            held[s, 0], held[s, 1], held[s, 2] = x[k], y[k], w[k]
        for s in range(sites):
            in_order[order[s]] = s
            x[a + s], y[a + s], w[a + s] = held[s, 0], held[s, 1], held[s, 2]
            opens[a + s] = s == 0 or key[order[s]] != key[order[s - 1]]
        for i in range(a, b):
            site[i] = in_order[site[i]]
        found[band] = sites


@compiled()
def _merge(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    site: NDArray[np.int32],
    weighted: bool,  # noqa: FBT001
) -> int:
    """Merge coincident points by a hash table; the sites found stand first in x, y and w.

    Zero and minus zero stay apart: two sites at one place, which changes nothing but the count.
    """
    size = 16
    while size < 2 * x.size:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    bits_x, bits_y = x.view(np.uint64), y.view(np.uint64)
    found = 0
    for i in range(x.size):
        mixed = (bits_x[i] * _SPREAD) ^ (bits_y[i] * _SPREAD_TOO)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * _SPREAD
        slot = np.int64(mixed >> np.uint64(33)) & (size - 1)
        at = table[slot]
        while at >= 0 and (x[at] != x[i] or y[at] != y[i]):
            slot = (slot + 1) & (size - 1)
            at = table[slot]
        added = w[i] if weighted else 1.0
        if at < 0:
            at = table[slot] = found
            x[at], y[at], w[at] = x[i], y[i], added
            found += 1
        else:
            w[at] += added
        site[i] = at
    return found


@compiled()
def _cell_keys(
    x: NDArray[np.float64], y: NDArray[np.float64], frame: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Give the cell of each point a number that rises by row, then by column."""
    key = np.empty(x.size, dtype=np.int64)
    row = np.empty(x.size, dtype=np.int64)
    left = low = np.int64(2**62)
    right = np.int64(0)
    for i in range(x.size):
        key[i] = np.int64((x[i] - frame[0]) * frame[2])
        row[i] = np.int64((y[i] - frame[1]) * frame[2])
        left, right, low = min(left, key[i]), max(right, key[i]), min(low, row[i])
    width = right - left + 1
    for i in range(x.size):
        key[i] += (row[i] - low) * width - left
    return key


@compiled()
def _sorted(key: NDArray[np.int64]) -> NDArray[np.int32]:
    """Order that sorts the keys, by a radix sort of as many passes as the highest one needs."""
    n = key.size
    order, other = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    highest = np.int64(0)
    for i in range(n):
        order[i] = i
        highest = max(highest, key[i])
    place = np.empty((1 << _DIGIT) + 1, dtype=np.int64)
    mask = (1 << _DIGIT) - 1
    down = 0
    while highest >> down:
        place[:] = 0
        for i in range(n):
            place[((key[i] >> down) & mask) + 1] += 1
        for d in range(mask):
            place[d + 1] += place[d]
        for i in range(n):
            digit = (key[order[i]] >> down) & mask
            other[place[digit]] = order[i]
            place[digit] += 1
        order, other = other, order
        down += _DIGIT
    return order


@compiled()
def count_on(
    first: int,
    last: int,
    band_start: NDArray[np.int64],
    site_start: NDArray[np.int64],
    site: NDArray[np.int32],
) -> None:
    """Let the numbers of sites run on through all bands."""
    for band in range(first, last):
        for i in range(band_start[band], band_start[band + 1]):
            site[i] += site_start[band]


@compiled()
def close_up(
    band_start: NDArray[np.int64],
    site_start: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    w: NDArray[np.float64],
    opens: NDArray[np.bool_],
) -> None:
    """Move the sites of each band up to those of the band before."""
    for band in range(band_start.size - 1):
        step = band_start[band] - site_start[band]
        if step:
            for s in range(site_start[band], site_start[band + 1]):
                x[s], y[s], w[s], opens[s] = x[s + step], y[s + step], w[s + step], opens[s + step]


@compiled()
def cells_of(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    start: NDArray[np.int64],
    frame: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Column and row of each cell, from its first site."""
    column = np.empty(start.size - 1, dtype=np.int64)
    row = np.empty(start.size - 1, dtype=np.int64)
    for cell in range(start.size - 1):
        column[cell] = np.int64((x[start[cell]] - frame[0]) * frame[2])
        row[cell] = np.int64((y[start[cell]] - frame[1]) * frame[2])
    return column, row
