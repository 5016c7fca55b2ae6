"""Pairs of reports that could be of one event, and the events that they make.

The cost is that of the pairs within both bounds, of time and of distance, and not of all incidents
at an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

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


def find_pairs(reports: Reports, *, within_m: float, within: int) -> tuple[Reports, Pairs, int]:
    """Find all pairs within both bounds, and count the reports that have too many after them.

    Reports are sorted by category, cell and start, and come back so; the later ones of a pair are
    then one stretch of the same cell or of one beside it.
    """
    if len(reports.row) == 0:
        nothing = np.empty(0, dtype=np.int64)
        return reports, Pairs(nothing, nothing, nothing, np.empty(0)), 0
    side = max(within_m, 1.0)
    column = np.floor(reports.easting / side).astype(np.int64)
    line = np.floor(reports.northing / side).astype(np.int64)
    width = int(np.ptp(column)) + 3
    cell, cells = pd.factorize((line - line.min()) * width + column - column.min() + 1, sort=True)
    group, groups = pd.factorize(reports.category * len(cells) + cell, sort=True)
    start = reports.begin // SECOND
    earliest, stretch = int(start.min()), int(np.ptp(start)) + 1
    key = group * stretch + (start - earliest)
    order = np.argsort(key, kind="stable")
    key, group = key[order], group[order]
    in_order = reports.take(order)
    until = (in_order.finish + within) // SECOND
    low = key - group * stretch
    high = np.minimum(until - earliest, stretch - 1)
    stretches = []
    following = np.zeros(len(key), dtype=np.int64)
    of_cell = groups % len(cells)
    for step in (up * width + right for up in (-1, 0, 1) for right in (-1, 0, 1)):
        beside = _position(cells, cells + step)[of_cell]
        into = _position(groups, np.where(beside >= 0, groups - of_cell + beside, -1))[group]
        rows = np.flatnonzero(into >= 0)
        base = into[rows] * stretch
        begins = np.searchsorted(key, base + low[rows], side="left")
        lengths = np.searchsorted(key, base + high[rows], side="right") - begins
        following[rows] += lengths
        # Most lie in a stretch of their own cell that holds nothing but themselves.
        some = np.flatnonzero(lengths > (step == 0))
        stretches.append((rows[some], begins[some], lengths[some]))
    crowded = following > _MOST_CANDIDATES + 1  # it is among them itself
    found = [
        _within(in_order, first, second, crowded, within_m=within_m, within=within)
        for rows, begins, lengths in stretches
        for first, second in _expand(rows, begins, np.where(crowded[rows], 0, lengths))
    ]
    pairs = Pairs(*(np.concatenate(values) for values in zip(*found, strict=True)))
    return in_order, pairs, int(crowded.sum())


def _position(values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the place of each wanted value among sorted ones, -1 where it is not there."""
    place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    return np.where(values[place] == wanted, place, -1)


def _expand(
    rows: NDArray[np.int64], begins: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Write out stretches as pairs, so many at a time that memory stays small."""
    total = np.cumsum(lengths)
    cuts = np.flatnonzero(np.diff(total // _PAIRS_AT_A_TIME, prepend=0))
    for part in np.split(np.arange(len(rows)), cuts):
        size = lengths[part]
        # What to add to a running number to come to the place in the stretch.
        shift = begins[part] - (np.cumsum(size) - size)
        yield np.repeat(rows[part], size), np.arange(int(size.sum())) + np.repeat(shift, size)


def _within(
    reports: Reports,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    crowded: NDArray[np.bool_],
    *,
    within_m: float,
    within: int,
) -> Pairs:
    """Keep the pairs of different sources within both bounds, each once.

    Reports that start together follow each other, so that neither may be crowded.
    """
    keep = np.flatnonzero(reports.source[first] != reports.source[second])
    first, second = first[keep], second[keep]
    wait = reports.begin[second] - reports.begin[first]
    keep = np.flatnonzero((wait > 0) | ((wait == 0) & (second > first) & ~crowded[second]))
    first, second = first[keep], second[keep]
    gap = np.maximum(reports.begin[second] - reports.finish[first], 0)
    east = reports.easting[second] - reports.easting[first]
    north = reports.northing[second] - reports.northing[first]
    distance2 = east * east + north * north
    near = np.flatnonzero((gap <= within) & (distance2 <= within_m * within_m))
    return Pairs(first[near], second[near], gap[near], distance2[near])


def join(
    reports: Reports, pairs: Pairs, ids: ExtensionArray
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Join pairs to events; give the rows in any pair, and for each the row that counts."""
    n = len(reports.row)
    links = sparse.coo_array((np.ones(len(pairs.first)), (pairs.first, pairs.second)), shape=(n, n))
    component = csgraph.connected_components(links, directed=False)[1].astype(np.int64)
    paired = np.zeros(n, dtype=bool)
    paired[pairs.first] = paired[pairs.second] = True
    used = np.flatnonzero(paired)
    used = used[_ranked(component[used], reports.begin[used], reports.row[used], ids)]
    rows, source, component = reports.row[used], reports.source[used], component[used]
    rank = np.empty(n, dtype=np.int64)
    rank[used] = np.arange(len(used))
    # From here on a report is its rank: by component, start, and identifier.
    ends = rank[pairs.first], rank[pairs.second]
    earlier, later = np.minimum(*ends), np.maximum(*ends)
    contested = np.zeros(n, dtype=bool)
    again = pd.Series(component * (source.max(initial=0) + 1) + source).duplicated().to_numpy()
    contested[component[again]] = True
    doubtful = np.flatnonzero(contested[component[earlier]])
    earlier, later = earlier[doubtful], later[doubtful]
    gap, distance2 = _numbered(pairs.gap[doubtful]), _numbered(pairs.distance2[doubtful])
    order = np.lexsort((earlier * n + later, distance2, gap))
    run = _join_in_order
    if len(order) > _WORTH_COMPILING:
        import numba  # noqa: PLC0415 - felt only where there are many

        run = numba.njit(cache=True)(_join_in_order)
    event = run(earlier[order], later[order], source)
    # Its first report by rank stands for an event; those without a contest are components whole.
    event = np.where(contested[component], n + event, component)
    first = np.full(n + len(used), n)
    np.minimum.at(first, event, np.arange(len(used)))
    return rows, rows[first[event]]


def _ranked(
    component: NDArray[np.int64],
    begin: NDArray[np.int64],
    row: NDArray[np.int64],
    ids: ExtensionArray,
) -> NDArray[np.int64]:
    """Give the order by component, start, and identifier, which is looked at only for ties."""
    order = np.lexsort((begin, component))
    same = (np.diff(begin[order]) == 0) & (np.diff(component[order]) == 0)
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    which = order[tied]
    by_id = pd.factorize(pd.Series(ids[row[which]]), sort=True)[0]
    order[tied] = which[np.lexsort((by_id, begin[which], component[which]))]
    return order


def _numbered(values: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.unsignedinteger[Any]]:
    """Give the numbers of values by size; few fit into 16 bits, which NumPy sorts by radix."""
    codes, kinds = pd.factorize(values, sort=True)
    return codes.astype(np.min_scalar_type(len(kinds)))


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
