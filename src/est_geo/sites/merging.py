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


# What is known of a place stands side by side: most of the time goes to fetching it from memory.
_PLACE = np.dtype([("x", "f8"), ("y", "f8"), ("total", "f8"), ("first", "i8")])


class _Known(NamedTuple):
    """Places met so far: how many, and a hash table from coordinates to numbers."""

    slots: NDArray[np.int32]
    at: NDArray[np.void]  # of dtype _PLACE
    places: int


def _nothing_known(room: int) -> _Known:
    """Make a table for so many places at first, a power of 2."""
    return _Known(np.full(2 * room, -1, dtype=np.int32), np.empty(room, dtype=_PLACE), 0)


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
        before, theirs = known.places, piece.at[: piece.places]
        numbers.append(np.empty(piece.places, dtype=np.int32))
        at = np.column_stack([theirs["x"], theirs["y"]])
        total = np.ascontiguousarray(theirs["total"])
        known = _merge(at, total, 0, piece.places, numbers[-1], known)
        new = known.at[before : known.places]
        new["first"] = theirs["first"][new["first"]]
    places = known.at[: known.places]
    first, weight = np.ascontiguousarray(places["first"]), np.ascontiguousarray(places["total"])
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
    slots, at, count = known
    bits = xy.view(np.uint64)
    size = slots.size
    for i in range(begin, end):
        x, y = xy[i, 0], xy[i, 1]
        slot = _slot(bits[i, 0] if x else np.uint64(0), bits[i, 1] if y else np.uint64(0), size)
        k = slots[slot]
        while k >= 0 and (at[k].x != x or at[k].y != y):
            slot = (slot + 1) & (size - 1)
            k = slots[slot]
        added = weight[i] if weight.size else 1.0
        if k >= 0:
            at[k].total += added
            place[i] = k
            continue
        slots[slot] = count
        at[count].x, at[count].y, at[count].total, at[count].first = x, y, added, i
        place[i] = count
        count += 1
        if 2 * count == size:
            slots, at = _longer(at)
            size = slots.size
    return _Known(slots, at, count)


@compiled()
def _longer(full: NDArray[np.void]) -> tuple[NDArray[np.int32], NDArray[np.void]]:
    """Give the table twice its room, and put every place in again."""
    at = np.empty(2 * full.size, dtype=full.dtype)
    size = 2 * at.size
    slots = np.full(size, -1, dtype=np.int32)
    xy = np.empty(2)
    bits = xy.view(np.uint64)
    for k in range(full.size):  # one by one: to copy all at once takes 3 s to compile
        at[k] = full[k]
        xy[0], xy[1] = full[k].x, full[k].y
        slot = _slot(bits[0] if xy[0] else np.uint64(0), bits[1] if xy[1] else np.uint64(0), size)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = k
    return slots, at


@compiled()
def _slot(a: np.uint64, b: np.uint64, size: int) -> int:
    """Scatter the bits of two coordinates over a table of `size` slots, a power of 2."""
    mixed = (a * _SPREAD) ^ (b * _SPREAD_TOO)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _SPREAD
    return np.int64(mixed >> np.uint64(33)) & (size - 1)  # type: ignore[return-value]


@compiled()
def _hand_out(within: NDArray[np.int32], values: NDArray, out: NDArray) -> None:  # type: ignore[type-arg]
    """Give each row what its place has."""
    for i in range(within.size):
        out[i] = values[within[i]]
