"""Rows at exactly the same coordinates made one, exactly and fast: the heart of a collapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from est_geo.compiled import compiled, in_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOOKED_AT = 50_000  # rows after which it is clear whether places come back
_PIECES = 2  # whatever the machine, so that sums do not depend on it; each meets every busy place
_ROOM, _LITTLE_ROOM = 2**15, 2**11  # places
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, without pattern: parts keys that are alike
_SPREAD_TOO = np.uint64(0xC2B2AE3D27D4EB4F)
_EMPTY = np.uint32(2**32 - 1)
_SPARSE = 4  # slots a place: most are found where they are first looked for


class Merged(NamedTuple):
    """Distinct places, in the order in which they come.

    Attributes
    ----------
    first : array of p int
        First row of each place.
    weight : array of p float
        Sum of the weights of its rows; they add up to the weight of all rows.
    edges : list of int
        Edges of the pieces in which the rows were read.
    within : array of n int
        Place of each row, by the number it has in its piece.
    numbers : list of arrays of int
        For each piece, the number among all of each of its places.
    """

    first: NDArray[np.int64]
    weight: NDArray[np.float64]
    edges: list[int]
    within: NDArray[np.int32]
    numbers: list[NDArray[np.int32]]

    def of_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Give each row the value of its place."""
        out = np.empty(len(self.within), dtype=values.dtype)
        of_pieces = [values[number] for number in self.numbers]

        def give(first: int, last: int) -> None:
            for of_piece, begin, end in zip(of_pieces, self.edges, self.edges[1:], strict=False):
                part = slice(max(first, begin), max(first, begin, min(last, end)))
                _hand_out(self.within[part], of_piece, out[part])

        in_bands(give, len(out), worth_it=len(out) >= _LOOKED_AT)
        return out


class _Known(NamedTuple):
    """Places met so far: how many, and a hash table from coordinates to numbers."""

    slots: NDArray[np.uint32]  # `_SPARSE` for each place there is room for
    at: NDArray[np.float64]  # room x 2
    first: NDArray[np.int64]
    total: NDArray[np.float64]
    places: int


def _nothing_known(room: int) -> _Known:
    """Make a table for so many places at first, a power of 2."""
    slots = np.full(_SPARSE * room, _EMPTY, dtype=np.uint32)
    return _Known(slots, np.empty((room, 2)), np.empty(room, dtype=np.int64), np.zeros(room), 0)


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
    within = np.empty(n, dtype=np.int32)
    pieces, room = (_PIECES, _ROOM) if n > _LOOKED_AT else (1, _LITTLE_ROOM)
    edges = [n * i // pieces for i in range(pieces + 1)]
    most = distinct * _LOOKED_AT
    if edges[1] < _LOOKED_AT < n:
        tried = _merge(xy, given, 0, _LOOKED_AT, within, _nothing_known(room))
        if tried.places > most:
            return None
    found: dict[int, _Known] = {}
    given_up: list[bool] = []

    def merge_pieces(start: int, stop: int) -> None:
        for i in range(start, stop):
            known = _nothing_known(room)
            for begin in range(edges[i], edges[i + 1], _LOOKED_AT):
                if given_up:
                    return
                end = min(begin + _LOOKED_AT, edges[i + 1])
                known = _merge(xy, given, begin, end, within, known)
                if begin == 0 and end == _LOOKED_AT < n and known.places > most:
                    given_up.append(True)
            found[i] = known

    in_bands(merge_pieces, pieces, bands_per_core=pieces, worth_it=pieces > 1)
    if given_up:
        return None
    return _joined([found[i] for i in range(pieces)], edges, within)


def _joined(found: list[_Known], edges: list[int], within: NDArray[np.int32]) -> Merged:
    """Put the places of later pieces in after those of the first, as if each were a row.

    So a place has the number that it would have without pieces.
    """
    known = found[0]
    numbers = [np.arange(known.places, dtype=np.int32)]
    for piece in found[1:]:
        before, theirs = known.places, piece.places
        numbers.append(np.empty(theirs, dtype=np.int32))
        known = _merge(piece.at, piece.total, 0, theirs, numbers[-1], known)
        new = known.first[before : known.places]
        new[:] = piece.first[new]
    first, weight = known.first[: known.places].copy(), known.total[: known.places].copy()
    return Merged(first, weight, edges, within, numbers)


@compiled()
def _merge(
    xy: NDArray[np.float64],
    weight: NDArray[np.float64],
    begin: int,
    end: int,
    place: NDArray[np.int32],
    known: _Known,
) -> _Known:
    """Add some rows to the places known, of which the arrays given are used up, and tell theirs."""
    slots, at, first, total, count = known
    row = begin
    while row < end:
        row, count = _number(xy, row, end, place, slots, at, first, count)
        if count == first.size:
            slots, at, first, total = _longer(at, first, total)
    # A loop of its own: to write a sum and read the next place's would make each wait for the last.
    for i in range(begin, end):
        total[place[i]] += weight[i] if weight.size else 1.0
    return _Known(slots, at, first, total, count)


@compiled()
def _number(
    xy: NDArray[np.float64],
    begin: int,
    end: int,
    place: NDArray[np.int32],
    slots: NDArray[np.uint32],
    at: NDArray[np.float64],
    first: NDArray[np.int64],
    count: int,
) -> tuple[int, int]:
    """Give places a number until the table is full; tell the next row and how many there are.

    Arrays made in the loop would be counted by numba at every row: five times slower.
    """
    bits = xy.view(np.uint64)
    for i in range(np.uint64(begin), np.uint64(end)):
        x, y = xy[i, 0], xy[i, 1]
        slot = _slot(bits[i, 0], bits[i, 1], slots.size)
        k = np.uint64(slots[slot])
        # Both are compared at once: one guess of the processor in place of two.
        while k != _EMPTY and ((at[k, 0] != x) | (at[k, 1] != y)):
            slot = _next(slot, slots.size)
            k = np.uint64(slots[slot])
        if k == _EMPTY:
            k = np.uint64(count)
            slots[slot] = k
            at[k, 0], at[k, 1], first[k] = x, y, i
            count += 1
        place[i] = k
        if count == first.size:
            return i + 1, count
    return end, count


@compiled()
def _longer(
    at: NDArray[np.float64], first: NDArray[np.int64], total: NDArray[np.float64]
) -> tuple[NDArray[np.uint32], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Give a full table twice its room, and put every place in again."""
    room = 2 * first.size
    longer_at, longer_first = np.empty((room, 2)), np.empty(room, dtype=np.int64)
    longer_total = np.zeros(room)
    slots = np.full(_SPARSE * room, _EMPTY, dtype=np.uint32)
    bits = at.view(np.uint64)
    for k in range(first.size):  # one by one: to copy all at once takes 3 s to compile
        longer_at[k, 0], longer_at[k, 1] = at[k, 0], at[k, 1]
        longer_first[k], longer_total[k] = first[k], total[k]
        slot = _slot(bits[k, 0], bits[k, 1], slots.size)
        while slots[slot] != _EMPTY:
            slot = _next(slot, slots.size)
        slots[slot] = k
    return slots, longer_at, longer_first, longer_total


@compiled()
def _slot(a: np.uint64, b: np.uint64, size: int) -> np.uint64:
    """Scatter the bits of two coordinates over a table of `size` slots, a power of 2.

    Without the first bit, which is the sign: −0 and 0 are the same place.
    """
    one = np.uint64(1)
    mixed = ((a << one) * _SPREAD) ^ ((b << one) * _SPREAD_TOO)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _SPREAD
    return (mixed >> np.uint64(33)) & np.uint64(size - 1)


@compiled()
def _next(slot: np.uint64, size: int) -> np.uint64:
    """Go on to the next slot, after the last one to the first."""
    return (slot + np.uint64(1)) & np.uint64(size - 1)


@compiled()
def _hand_out(within: NDArray[np.int32], values: NDArray, out: NDArray) -> None:  # type: ignore[type-arg]
    """Give each row what its place has."""
    for i in range(within.size):
        out[i] = values[within[i]]
