"""Pairs of reports that could be of one event, and the events that they make.

The cost is that of the pairs within both bounds, of time and of distance, and not of all incidents
at an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SECOND = 1_000_000  # times are counted in microseconds

# Where so many reports follow, nothing tells which of them is the same event.
_MOST_CANDIDATES = 50
_WORTH_COMPILING = 20_000  # pairs
_PAIRS_AT_A_TIME = 2_000_000


class Reports(NamedTuple):
    """Reports that may be linked, by category, cell of the ground, and time."""

    row: NDArray[np.int64]  # of the table
    category: NDArray[np.int64]
    source: NDArray[np.int64]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    begin: NDArray[np.int64]  # µs
    finish: NDArray[np.int64]

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Reports:
        """Give some of them."""
        taken = {name: values[which] for name, values in self._asdict().items()}
        return self._replace(**taken)


class Pairs(NamedTuple):
    """Pairs of reports that could be one event, by their places among the reports."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    gap: NDArray[np.int64]  # µs
    distance2: NDArray[np.float64]  # m²


def find_pairs(reports: Reports, *, within_m: float, within: int) -> tuple[Pairs, int]:
    """Find all pairs within both bounds, and count the reports that have too many after them.

    Reports lie sorted by category, cell and start; the later ones of a pair are then one stretch of
    the same cell or of one beside it.
    """
    if len(reports.row) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return Pairs(nothing, nothing, nothing, np.empty(0)), 0
    side = max(within_m, 1.0)
    column = np.floor(reports.easting / side).astype(np.int64)
    line = np.floor(reports.northing / side).astype(np.int64)
    width = int(np.ptp(column)) + 3
    cells, cell = np.unique(
        (line - line.min()) * width + column - column.min() + 1, return_inverse=True
    )
    groups, group = np.unique(reports.category * len(cells) + cell, return_inverse=True)
    start = reports.begin // SECOND
    until = (reports.finish + within) // SECOND
    earliest, stretch = int(start.min()), int(np.ptp(start)) + 1
    order = np.argsort(group * stretch + (start - earliest), kind="stable")
    key = (group * stretch + (start - earliest))[order]
    low = start[order] - earliest
    high = np.minimum(until[order] - earliest, stretch - 1)
    stretches = []
    of_cell = groups % len(cells)
    for step in (up * width + right for up in (-1, 0, 1) for right in (-1, 0, 1)):
        beside = _position(cells, cells + step)[of_cell]
        into = _position(groups, np.where(beside >= 0, groups - of_cell + beside, -1))[group[order]]
        rows = np.flatnonzero(into >= 0)
        base = into[rows] * stretch
        begins = np.searchsorted(key, base + low[rows], side="left")
        ends = np.searchsorted(key, base + high[rows], side="right")
        stretches.append((rows, begins, ends - begins))
    following = np.zeros(len(key), dtype=np.int64)
    for rows, _, lengths in stretches:
        following[rows] += lengths
    crowded = following > _MOST_CANDIDATES + 1  # it is among them itself
    in_order = reports.take(order)
    found = [
        _within(in_order, first, second, within_m=within_m, within=within)
        for rows, begins, lengths in stretches
        for first, second in _expand(rows, begins, np.where(crowded[rows], 0, lengths))
    ]
    pairs = Pairs(*(np.concatenate(values) for values in zip(*found, strict=True)))
    return pairs._replace(first=order[pairs.first], second=order[pairs.second]), int(crowded.sum())


def _position(values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the place of each wanted value among sorted ones, -1 where it is not there."""
    place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return np.where(values[place] == wanted, place, -1)


def _expand(
    rows: NDArray[np.int64], begins: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Write out stretches as pairs, so many at a time that memory stays small."""
    some = lengths > 0
    rows, begins, lengths = rows[some], begins[some], lengths[some]
    total = np.cumsum(lengths)
    cuts = np.flatnonzero(np.diff(total // _PAIRS_AT_A_TIME, prepend=0))
    for part in np.split(np.arange(len(rows)), cuts):
        size = lengths[part]
        inside = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        yield np.repeat(rows[part], size), np.repeat(begins[part], size) + inside


def _within(
    reports: Reports,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    *,
    within_m: float,
    within: int,
) -> Pairs:
    """Keep the pairs of different sources within both bounds, each once."""
    begin = reports.begin
    later = (begin[second] > begin[first]) | ((begin[second] == begin[first]) & (second > first))
    keep = later & (reports.source[first] != reports.source[second])
    first, second = first[keep], second[keep]
    gap = np.maximum(begin[second] - reports.finish[first], 0)
    east = reports.easting[second] - reports.easting[first]
    north = reports.northing[second] - reports.northing[first]
    distance2 = east * east + north * north
    near = (gap <= within) & (distance2 <= within_m * within_m)
    return Pairs(first[near], second[near], gap[near], distance2[near])


def join(
    reports: Reports, pairs: Pairs, ids: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Join pairs to events; give the rows in any pair, and for each the row that counts."""
    used, both = np.unique(np.concatenate((pairs.first, pairs.second)), return_inverse=True)
    by_time = np.lexsort((pd.factorize(ids[reports.row[used]], sort=True)[0], reports.begin[used]))
    rank = np.empty_like(by_time)
    rank[by_time] = np.arange(len(by_time))
    # From here on a report is its rank: by start, then by identifier.
    ends = rank[both].reshape(2, -1)
    earlier, later = ends.min(axis=0), ends.max(axis=0)
    source = reports.source[used][by_time]
    links = sparse.coo_array((np.ones(len(earlier)), (earlier, later)), shape=(len(used),) * 2)
    component = csgraph.connected_components(links, directed=False)[1]
    n_sources = int(source.max(initial=-1)) + 1
    kinds, counts = np.unique(component * np.int64(n_sources) + source, return_counts=True)
    contested = np.zeros(len(used), dtype=bool)
    contested[kinds[counts > 1] // max(n_sources, 1)] = True
    order = np.lexsort((later, earlier, pairs.distance2, pairs.gap))
    order = order[contested[component[earlier[order]]]]
    run = _join_in_order
    if len(order) > _WORTH_COMPILING:
        import numba  # noqa: PLC0415 - felt only where there are many

        run = numba.njit(cache=True)(_join_in_order)
    event = run(earlier[order], later[order], source)
    # Its first report by rank stands for an event; those without a contest are components whole.
    event = np.where(contested[component], len(used) + event, component)
    _, first, which = np.unique(event, return_index=True, return_inverse=True)
    rows = reports.row[used][by_time]
    return rows, rows[first[which]]


def _join_in_order(
    earlier: NDArray[np.int64], later: NDArray[np.int64], source: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Join pairs one after the other, where no event may have two reports of one source.

    What a pair may do depends on those before it, hence the loop. Only pairs come here among which
    some source occurs more than once. An event has at most one report a source, so it is short.
    """
    n = len(source)
    event = np.arange(n)
    size = np.ones(n, dtype=np.int64)
    last = np.arange(n)  # of the chain of an event's reports, which begins with its own number
    following = np.full(n, -1)
    for pair in range(len(earlier)):
        large, small = event[earlier[pair]], event[later[pair]]
        if large == small:
            continue
        if size[large] < size[small]:
            large, small = small, large
        clash = False
        one = small
        while one >= 0 and not clash:
            other = large
            while other >= 0 and not clash:
                clash = source[one] == source[other]
                other = following[other]
            one = following[one]
        if clash:
            continue
        one = small
        while one >= 0:
            event[one] = large
            one = following[one]
        following[last[large]] = small
        last[large] = last[small]
        size[large] += size[small]
    return event
