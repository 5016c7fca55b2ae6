"""Misspelt street names: which streets of the register one may be meant to be.

What is let through was set by what wrong matches cost: a field worker on the wrong street. A
misspelt name must look as if a finger had slipped (a neighbouring key, a letter dropped, doubled or
changed places), and must not itself be a name that the register knows; then only streets of the
same type are compared. How many of the streets that are *not* in a register are still matched is
measured in the tests, beside the hit rate.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from est_geo.geocoding.addresses import split_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

# The cost of a slip: below 1 where hardly anything else can be meant.
_DOUBLED, _SLIP, _ODD, _AT_START = 0.5, 1.0, 1.5, 1.0
# Names from this length may cost so much.
_ALLOWED: Final = ((7, 2.0), (5, 1.5), (4, 1.0), (2, 0.5))
_TWO_EDITS_FROM = 5
_WHOLE_FROM = 6  # letters of a name whose type cannot be told
_LONGEST_ABBREVIATION = 4  # of a street type: v, vä, väg
_BATCH = 2000

# Keys beside each other, as they stand after å and ä are written a, and ö o.
_KEYBOARD = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_FOLDED = str.maketrans("åäö", "aao")
_SAME_TYPE = {
    "vag": "vagen", "gata": "gatan", "stig": "stigen", "grand": "granden", "back": "backen",
    "torg": "torget", "plan": "planen", "plats": "platsen", "alle": "allen", "led": "leden",
    "ring": "ringen", "park": "parken",
}  # fmt: skip


class Correction(NamedTuple):
    """A street that a misspelt name may mean."""

    cost: float
    key: str
    is_type: bool  # only the type was wrong: väg, vägn or vöagen for vägen


def find_corrections(unknown: Collection[str], known: Iterable[str]) -> dict[str, list[Correction]]:
    """Find the streets that each unknown name may mean, the most likely first.

    Parameters
    ----------
    unknown : collection of str
        Keys (see `street_key`) that no street of the register has.
    known : iterable of str
        Keys of the register's streets.

    Returns
    -------
    dict
        Unknown key to corrections, only where there are any.
    """
    whole = sorted(known)
    by_type: dict[str, list[str]] = {}
    by_stem: dict[str, list[str]] = {}
    for key in whole:
        stem, kind = split_type(key)
        by_type.setdefault(kind, []).append(key)
        by_stem.setdefault(stem, []).append(kind)
    found: dict[str, list[Correction]] = {}
    asked: dict[str, list[str]] = {}
    for key in sorted(unknown):
        stem, kind = split_type(key)
        meant = _of_type(stem, kind, by_stem) or _abbreviated(key, by_stem)
        if meant:
            found[key] = [Correction(_DOUBLED, other, is_type=True) for other in meant]
        elif stem not in by_stem:
            asked.setdefault(kind, []).append(key)
    untyped = [(key, key) for key in asked.pop("", []) if len(key) >= _WHOLE_FROM]
    for kind, keys in asked.items():
        stems = [(key, split_type(key)[0]) for key in by_type.get(kind, [])]
        _compare([(key, key[: -len(kind)]) for key in keys], stems, found)
    # Where the type itself is misspelt it cannot be told: whole names are compared.
    _compare(untyped, [(key, key) for key in whole], found)
    for letter in sorted({key[-1] for key, _ in untyped}):
        stems = [
            (key, stem) for key in whole for stem, kind in (split_type(key),) if kind[:1] == letter
        ]
        _compare([(key, key[:-1]) for key, _ in untyped if key[-1] == letter], stems, found)
    return found


def _of_type(stem: str, kind: str, by_stem: Mapping[str, list[str]]) -> list[str]:
    """Find the streets with the other form of a type: vägen for väg, väg for vägen."""
    others = [b if kind == a else a for a, b in _SAME_TYPE.items() if kind in (a, b)]
    return [f"{stem}{other}" for other in others if other in by_stem.get(stem, ())]


def _abbreviated(key: str, by_stem: Mapping[str, list[str]]) -> list[str]:
    """Find the streets whose type may be cut short: Malmv, Malmvä, Malmb for Malmbacken."""
    found = []
    for cut in range(1, min(_LONGEST_ABBREVIATION, len(key) - 2) + 1):
        stem, short = key[:-cut], key[-cut:]
        kinds = by_stem.get(stem, ())
        found += [f"{stem}{kind}" for kind in kinds if kind.startswith(short)]
    return sorted(found)


def _compare(
    unknown: list[tuple[str, str]],
    known: list[tuple[str, str]],
    found: dict[str, list[Correction]],
) -> None:
    """Compare names, each given as its key and the part of it that is compared."""
    if not known:
        return
    choices = [part for _, part in known]
    for start in range(0, len(unknown), _BATCH):
        batch = unknown[start : start + _BATCH]
        queries = [part for _, part in batch]
        edits = cdist(queries, choices, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
        for query, choice in zip(*np.nonzero(edits <= 2), strict=True):  # noqa: PLR2004 - as above
            key, wrote = batch[query]
            other, meant = known[choice]
            shorter = min(len(wrote), len(meant))
            if edits[query, choice] > 1 and shorter < _TWO_EDITS_FROM:
                continue
            cost = _cost(wrote, meant)
            if cost <= _allowed(shorter):
                is_type = key == wrote and wrote.startswith(split_type(other)[0])
                found.setdefault(key, []).append(Correction(cost, other, is_type=is_type))
    for key, _ in unknown:
        if key in found:
            found[key].sort()


def _allowed(letters: int) -> float:
    return next((cost for least, cost in _ALLOWED if letters >= least), 0.0)


def _cost(written: str, meant: str) -> float:
    """Give what writing one name for another costs, over the letters in which they differ.

    An edit distance whose edits (a letter for another, lost, added, two that changed places) cost
    less the more they look like a slip of the finger.
    """
    start, most = 0, min(len(written), len(meant))
    while start < most and written[start] == meant[start]:
        start += 1
    end = 0
    while end < most - start and written[-1 - end] == meant[-1 - end]:
        end += 1
    # What is beside a letter tells whether it was doubled, also where that is the same in both.
    added = [_added(written, place) for place in range(start, len(written) - end)]
    lost = [_lost(meant, place) for place in range(start, len(meant) - end)]
    above: list[float] = []
    row = [0.0, *itertools.accumulate(lost)]
    for i, too_many in enumerate(added, start):
        letter = written[i]
        two_above, above = above, row
        row = [above[0] + too_many]
        for j, too_few in enumerate(lost):
            other = meant[start + j]
            cost = min(
                above[j + 1] + too_many, row[j] + too_few, above[j] + _swapped(letter, other)
            )
            if i > start and j and letter == meant[start + j - 1] and written[i - 1] == other:
                cost = min(cost, two_above[j - 1] + _SLIP)
            row.append(cost)
    return row[-1] + (0.0 if start or written == meant else _AT_START)


def _swapped(wrote: str, meant: str) -> float:
    if wrote == meant:
        return 0.0
    return _SLIP if (wrote, meant) in _BESIDE else _ODD


def _added(written: str, place: int) -> float:
    """Give the cost of a letter too many: one pressed twice, one beside, any other."""
    letter, around = written[place], written[max(place - 1, 0) : place] + written[place + 1 :][:1]
    if letter in around:
        return _DOUBLED
    return _SLIP if any((letter, other) in _BESIDE for other in around) else _ODD


def _lost(meant: str, place: int) -> float:
    """Give the cost of a letter too few: one of a pair, any other."""
    around = meant[max(place - 1, 0) : place] + meant[place + 1 :][:1]
    return _DOUBLED if meant[place] in around else _SLIP


def _neighbours() -> frozenset[tuple[str, str]]:
    """List the pairs of keys that lie beside each other, both ways."""
    pairs = set()
    for line, letters in enumerate(_KEYBOARD):
        for column, letter in enumerate(letters):
            beside = [letters[column + 1 : column + 2]]
            if line + 1 < len(_KEYBOARD):
                # The line below is half a key to the right: each key touches two of it.
                beside += list(_KEYBOARD[line + 1][max(column - 1, 0) : column + 1])
            for other in filter(None, beside):
                one, two = letter.translate(_FOLDED), other.translate(_FOLDED)
                pairs |= {(one, two), (two, one)}
    return frozenset(pairs)


_BESIDE: Final = _neighbours()
