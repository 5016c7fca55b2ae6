"""Rows at exactly the same coordinates made one, exactly and fast: the heart of a collapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from est_geo.compiled import compiled, in_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOOKED_AT = 50_000  # rows after which it is clear whether places come back
_PIECES = 2  # whatever the machine, so that sums do not depend on it; each meets every busy place
_ROOM, _LITTLE_ROOM = 2**15, 2**11  # places
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, without pattern: parts keys that are alike
_SPREAD_TOO = np.uint64(0xC2B2AE3D27D4EB4F)


class Merged(NamedTuple):
    """Distinct places, in the order in which they come.

    Attributes
    ----------
    first : array of p int
        First row of each place.
    weight : array of p float
        Sum of the weights of its rows; they add up to the weight of all rows.
    place : array of n int
        Place of each row.
    """

    first: NDArray[np.int64]
    weight: NDArray[np.float64]
    place: NDArray[np.int32]


def merge_places(
    xy: NDArray[np.float64], weight: NDArray[np.float64] | None, *, distinct: float = 0.75
) -> Merged | None:
    """Find the rows at the same coordinates and add up their weights.

    Nothing is rounded: the same place means equal coordinates, −0 and 0 being equal.

    Parameters
    ----------
    xy : array of (n, 2) float
        Finite coordinates.
    weight : array of n float, optional
        1 each by default.
    distinct : float
        Share of the first 50 000 rows at places of their own, above which nothing would be won.

    Returns
    -------
    Merged or None
        None where that share is higher.
    """
    n = len(xy)
    if n == 0:
        return None
    given = np.empty(0) if weight is None else np.ascontiguousarray(weight, dtype=np.float64)
    xy = np.require(xy, dtype=np.float64, requirements=["C", "W"])
    place = np.empty(n, dtype=np.int32)
    if n > _LOOKED_AT:
        tried, _ = _merge(xy, given, 0, _LOOKED_AT, place, _ROOM)
        if len(tried) > distinct * _LOOKED_AT:
            return None
    pieces, room = (_PIECES, _ROOM) if n > _LOOKED_AT else (1, _LITTLE_ROOM)
    edges = [n * i // pieces for i in range(pieces + 1)]
    found: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = [()] * pieces  # type: ignore[list-item]

    def merge_pieces(start: int, stop: int) -> None:
        for i in range(start, stop):
            found[i] = _merge(xy, given, edges[i], edges[i + 1], place, room)

    in_bands(merge_pieces, pieces, bands_per_core=pieces, worth_it=pieces > 1)
    if pieces == 1:
        first, total = found[0]
        return Merged(first, total, place)
    # The places of all pieces once more, as if each were a row; in their order, so that a place
    # keeps the number it would have had without pieces.
    firsts = np.concatenate([first for first, _ in found])
    parts = np.concatenate([total for _, total in found])
    of_part = np.empty(len(firsts), dtype=np.int32)
    room = 1 << (len(firsts) - 1).bit_length()
    kept, total = _merge(np.take(xy, firsts, axis=0), parts, 0, len(firsts), of_part, room)
    start = np.cumsum([0, *(len(first) for first, _ in found)])

    def renumber_pieces(begin: int, end: int) -> None:
        for i in range(begin, end):
            _renumber(place, edges[i], edges[i + 1], of_part[start[i] : start[i + 1]])

    in_bands(renumber_pieces, pieces, bands_per_core=pieces)
    return Merged(firsts[kept], total, place)


@compiled()
def _merge(
    xy: NDArray[np.float64],
    weight: NDArray[np.float64],
    begin: int,
    end: int,
    place: NDArray[np.int32],
    room: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """First row and total weight of each place of some rows, and the place of each row.

    `room` is for how many places there is room at first, a power of 2.
    """
    bits = xy.view(np.uint64)
    size = 2 * room
    table = np.full(size, -1, dtype=np.int32)
    first = np.empty(room, dtype=np.int64)
    total = np.empty(room, dtype=np.float64)
    at_x = np.empty(room, dtype=np.float64)  # beside each other, unlike in the rows
    at_y = np.empty(room, dtype=np.float64)
    places = 0
    for i in range(begin, end):
        x, y = xy[i, 0], xy[i, 1]
        slot = _slot(bits[i, 0] if x else np.uint64(0), bits[i, 1] if y else np.uint64(0), size)
        at = table[slot]
        while at >= 0 and (at_x[at] != x or at_y[at] != y):
            slot = (slot + 1) & (size - 1)
            at = table[slot]
        added = weight[i] if weight.size else 1.0
        if at >= 0:
            total[at] += added
            place[i] = at
            continue
        table[slot] = places
        first[places], total[places] = i, added
        at_x[places], at_y[places] = x, y
        place[i] = places
        places += 1
        if places == room:
            # Half full: twice the room, and every place put in again.
            room *= 2
            first, total = _longer(first), _longer(total)
            at_x, at_y = _longer(at_x), _longer(at_y)
            size *= 2
            table = np.full(size, -1, dtype=np.int32)
            for again in range(places):
                a = bits[first[again], 0] if at_x[again] else np.uint64(0)
                b = bits[first[again], 1] if at_y[again] else np.uint64(0)
                slot = _slot(a, b, size)
                while table[slot] >= 0:
                    slot = (slot + 1) & (size - 1)
                table[slot] = again
    return first[:places].copy(), total[:places].copy()


@compiled()
def _slot(a: np.uint64, b: np.uint64, size: int) -> int:
    """Scatter the bits of two coordinates over a table of `size` slots, a power of 2."""
    mixed = (a * _SPREAD) ^ (b * _SPREAD_TOO)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _SPREAD
    return np.int64(mixed >> np.uint64(33)) & (size - 1)  # type: ignore[return-value]


@compiled()
def _longer(values: NDArray) -> NDArray:  # type: ignore[type-arg]
    """Give an array twice its room."""
    out = np.empty(2 * values.size, dtype=values.dtype)
    out[: values.size] = values
    return out


@compiled()
def _renumber(place: NDArray[np.int32], begin: int, end: int, number: NDArray[np.int32]) -> None:
    """Replace the places of some rows by their numbers among all."""
    for i in range(begin, end):
        place[i] = number[place[i]]
