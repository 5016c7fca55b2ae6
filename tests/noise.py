"""Addresses as people write them, with the answer kept; and how far a geocoder's answers are right.

Every fault is drawn by itself, at the rates of `RATES`. What the text then still says is what is
asked of the geocoder: where it no longer tells two streets of one name apart, no match is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

MATCHED = ("exact", "letter_dropped", "nearest_number", "street_corrected", "type_corrected")
"""Levels that say: here is the address."""
PLACED = ("coordinates", *MATCHED, "crossing", "place", "street")
"""Levels that say: it is at least on this street."""

RATES = {
    # kind: share of all addresses that have it; in a harsher setting
    "abbreviation": (0.15, 0.25),  # of names with something to abbreviate
    "upper": (0.06, 0.10),
    "lower": (0.15, 0.25),
    "title": (0.03, 0.05),
    "fold": (0.10, 0.20),  # a, a, o; of names with such letters
    "digraph": (0.02, 0.04),  # aa, ae, oe
    "typing": (0.25, 0.40),
    "second_typing": (0.10, 0.20),  # of names of nine letters or more; part of the above
    "missing_letter": (0.10, 0.15),  # "12" for 12B; of addresses with a letter
    "letter_form": (0.50, 0.50),  # "12 B", "12b", "12 b"; of addresses with a letter
    "district": (0.08, 0.10),
    "post_town": (0.10, 0.10),
    "postcode": (0.06, 0.06),
    "flat": (0.12, 0.18),
    "prefix": (0.10, 0.15),
    "spaces": (0.05, 0.08),
    "nbsp": (0.03, 0.05),
    "trailing": (0.04, 0.06),
}
UNLISTED = 0.02  # of all noisy addresses: the number exists on the ground and not in the register

_LONG_NAME = 9
_SHORTEST = 4  # letters a name must have left for a typing error to leave something of it
_SPARED_FIRST = 0.7
_ROWS = ("1234567890", "qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_ABBREVIATED = {
    "vägen": ("v.", "v.", "v.", "v", "väg.", "väg"),
    "gatan": ("g.", "g.", "gat.", "g"),
    "stigen": ("st.", "st.", "stig."),
    "gränd": ("gr.",),
    " väg": (" v.", " v", " väg."),
    " gata": (" g.",),
}
_WORDS = {
    "Sankt ": ("S:t ", "S:t ", "St ", "St. ", "s:t "),
    "Norra ": ("N. ", "N ", "N:a "),
    "Södra ": ("S. ", "S ", "S:a "),
    "Östra ": ("Ö. ", "Ö "),
    "Västra ": ("V. ", "V "),
    "Gamla ": ("G:a ", "Gla "),
    "Lilla ": ("L:a ",),
    "Stora ": ("St:a ",),
}
_FLATS = (
    *("lgh 1102", "lgh 1203", "Lgh 0901", "lägenhet 1001", "2 tr", "3 tr", "1tr", "nb", "bv"),
    *("uppg. B", "uppg A", "uppgång C", "port 2", "våning 3", "vån 4", "2 tr ög"),
)
_PREFIXES = ("utanför", "vid", "vid", "mitt emot", "i höjd med", "utanför", "på", "intill")
_TRAILING = (".", ",", " .", "!", " -", ";", " ")


class Noisy(NamedTuple):
    """A text, what was done to it, and whether it still says which street of one name is meant."""

    text: str
    did: tuple[str, ...]
    decided: bool


def corrupt(address: Any, rng: np.random.Generator, *, heavy: bool = False) -> Noisy:
    """Write an address as a reporter might.

    Parameters
    ----------
    address : named tuple
        street, number, letter, district, postcode, post_town, double: a row of `Register.truth`.
    rng : Generator
        Where chance comes from; the same state gives the same text.
    heavy : bool
        Take the harsher rates.
    """
    chances = dict(zip(RATES, rng.random(len(RATES)), strict=True))
    done = {kind for kind, chance in chances.items() if chance < RATES[kind][heavy]}
    did: list[str] = []
    street = address.street
    if "abbreviation" in done:
        street = _abbreviated(street, rng)
    house = _house(address, done, rng)
    if address.letter and not house.upper().endswith(address.letter):
        did.append("missing_letter")
    if street != address.street:
        did.append("abbreviation")
    tail = _suffixes(address, done, did, rng)
    street, house, tail = _in_case(street, house, tail, done, did)
    before = street
    if "digraph" in done:
        street, tail = _digraphs(street), _digraphs(tail)
    elif "fold" in done:
        street, tail = _plain(street), _plain(tail)
    if before != street:
        did.append("digraph" if "digraph" in done else "fold")
    spelt = street
    for _ in range(_typing_errors(address.street, street, chances["typing"], heavy=heavy)):
        street, kind = _mistyped(street, spelt, rng)
        did.append(kind)
    text = f"{street} {house}{tail}"
    if "prefix" in done:
        prefix = str(rng.choice(_PREFIXES))
        text = f"{prefix if rng.random() < 0.5 else prefix.capitalize()} {text}"
        did.append("prefix")
    named = bool({"district", "postcode"} & set(did))
    return Noisy(_marked(text, done, did, rng), tuple(did), decided=not address.double or named)


def _abbreviated(street: str, rng: np.random.Generator) -> str:
    for long, short in _ABBREVIATED.items():
        if street.endswith(long) and len(street) - len(long) > 1:
            street = street.removesuffix(long) + _one_of(short, rng)
            break
    for long, short in _WORDS.items():
        if street.startswith(long) and rng.random() < 0.7:
            street = _one_of(short, rng) + street.removeprefix(long)
    return street


def _house(address: Any, done: set[str], rng: np.random.Generator) -> str:
    # Of two streets of one name only the full number tells, so it is left as it is.
    if not address.letter or ("missing_letter" in done and not address.double):
        return str(address.number)
    if "letter_form" not in done:
        return f"{address.number}{address.letter}"
    forms = ("{} {}", "{} {}", "{}{}", "{} {}")
    which = rng.integers(len(forms))
    letter = address.letter.lower() if which >= 2 else address.letter
    return forms[which].format(address.number, letter)


def _suffixes(address: Any, done: set[str], did: list[str], rng: np.random.Generator) -> str:
    tail = ""
    if "flat" in done:
        tail += (", " if rng.random() < 0.6 else " ") + _one_of(_FLATS, rng)
        did.append("flat")
    if "district" in done and address.district:
        tail += (", " if rng.random() < 0.6 else " ") + address.district
        did.append("district")
    if "postcode" in done and address.postcode:
        code = address.postcode
        code = code if rng.random() < 0.3 else f"{code[:3]} {code[3:]}"
        tail += f", {code} {address.post_town}"
        did.append("postcode")
    elif "post_town" in done and address.post_town:
        tail += (", " if rng.random() < 0.7 else " ") + address.post_town
        did.append("post_town")
    return tail


def _in_case(
    street: str, house: str, tail: str, done: set[str], did: list[str]
) -> tuple[str, str, str]:
    for kind, change in (("upper", str.upper), ("lower", str.lower), ("title", str.title)):
        if kind in done:
            if change(street) != street:
                did.append(kind)
            # A house's letter keeps its case in "Kung Hans Väg 4b".
            return change(street), house if kind == "title" else change(house), change(tail)
    return street, house, tail


_PLAIN = str.maketrans("åäöÅÄÖé", "aaoAAOe")
_DIGRAPHS = {"å": "aa", "ä": "ae", "ö": "oe", "Å": "Aa", "Ä": "Ae", "Ö": "Oe"}


def _plain(text: str) -> str:
    return text.translate(_PLAIN)


def _digraphs(text: str) -> str:
    pairs = {k: v.upper() if text.isupper() else v for k, v in _DIGRAPHS.items()}
    return text.translate(str.maketrans(pairs))


def _typing_errors(name: str, written: str, chance: float, *, heavy: bool) -> int:
    """Say how many; none where an abbreviation has left too little to recognise."""
    if chance >= RATES["typing"][heavy] or sum(map(str.isalpha, written)) < _SHORTEST:
        return 0
    # One draw for both: what has a second error is part of what has at least one.
    long = sum(map(str.isalpha, name)) >= _LONG_NAME <= sum(map(str.isalpha, written))
    return 2 if long and chance < RATES["second_typing"][heavy] else 1


def _mistyped(street: str, original: str, rng: np.random.Generator) -> tuple[str, str]:
    """Slip once, on any letter: a neighbouring key, or a letter doubled, dropped or swapped."""
    while True:
        letters = [i for i, c in enumerate(street) if c.isalpha()]
        # Seldom the first: eyes are on it.
        i = letters[rng.integers(rng.random() < _SPARED_FIRST, len(letters))]
        kind = ("neighbour", "doubled", "dropped", "swapped")[rng.integers(4)]
        c = street[i]
        if kind == "neighbour":
            near = _one_of(_NEIGHBOURS.get(c.lower(), (c,)), rng)
            new = street[:i] + (near.upper() if c.isupper() else near) + street[i + 1 :]
        elif kind == "doubled":
            new = street[: i + 1] + c.lower() + street[i + 1 :]
        elif kind == "dropped":
            new = street[:i] + street[i + 1 :]
        else:
            new = street[:i] + street[i + 1 : i + 2] + c + street[i + 2 :]
            if not street[i + 1 : i + 2].isalpha():
                continue
        # Nothing that changes nothing; and what slips twice does not slip back.
        if new.casefold() not in (street.casefold(), original.casefold()):
            return new, kind


def _neighbours() -> dict[str, tuple[str, ...]]:
    """Letters beside each letter on a Swedish keyboard; each row stands right of the one above."""
    at = {
        c: (x + 0.4 * y, y) for y, row in enumerate(_ROWS) for x, c in enumerate(row) if c.isalpha()
    }
    return {
        c: tuple(o for o, (u, v) in at.items() if o != c and abs(u - x) <= 1 and abs(v - y) <= 1)
        for c, (x, y) in at.items()
    }


_NEIGHBOURS = _neighbours()


def _marked(text: str, done: set[str], did: list[str], rng: np.random.Generator) -> str:
    """Double a space, make one unbreakable, put a mark at the end."""
    for kind, mark in (("spaces", "  "), ("nbsp", "\xa0")):
        if kind in done:
            parts = text.split(" ")
            i = rng.integers(1, len(parts))
            text = " ".join(parts[:i]) + mark + " ".join(parts[i:])
            did.append(kind)
    if "trailing" in done:
        text += _one_of(_TRAILING, rng)
        did.append("trailing")
    return text


def _one_of(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[rng.integers(len(choices))]


def noisy_addresses(
    truth: pd.DataFrame,
    n: int,
    *,
    seed: int,
    heavy: bool = False,
    unlisted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Draw n addresses and write them noisily.

    Returns
    -------
    DataFrame
        The columns of `truth`, and text, did, decided, and listed: False where the number was drawn
        from `unlisted`.
    """
    rng = np.random.default_rng(seed)
    drawn = truth.iloc[rng.choice(len(truth), n, replace=n > len(truth))].assign(listed=True)
    if unlisted is not None:
        # Not of doubled names, where the other street may have the number.
        rest = unlisted[~unlisted["double"]]
        count = round(n * UNLISTED)
        other = rest.iloc[rng.choice(len(rest), count)].assign(listed=False)
        drawn = pd.concat([drawn.iloc[count:], other])
    drawn = drawn.reset_index(drop=True)
    noisy = [corrupt(row, rng, heavy=heavy) for row in drawn.itertuples()]
    return drawn.assign(
        text=pd.Series([one.text for one in noisy], dtype="str"),
        did=[one.did for one in noisy],
        decided=[one.decided for one in noisy],
    )


def as_incidents(texts: pd.Series) -> gpd.GeoDataFrame:
    """Make incidents that have an address and nothing else to go by."""
    n = len(texts)
    missing = pd.Series([None] * n, dtype="str")
    time = pd.Series(pd.NaT, range(n), dtype="datetime64[us]")
    return gpd.GeoDataFrame(
        {
            "incident_id": pd.Series(range(n)).map("H-{}".format).astype("str"),
            "occurred_from": time,
            "occurred_to": time,
            "time_precision": pd.Series(["unknown"] * n, dtype="str"),
            "time_note": missing,
            "category": pd.Series(["klotter"] * n, dtype="str"),
            "source": pd.Series(["kommun"] * n, dtype="str"),
            "weight": np.ones(n),
            "address": texts.astype("str").reset_index(drop=True),
            "place": missing,
            "match_level": pd.Series(["none"] * n, dtype="str"),
            "match_score": np.full(n, np.nan),
            "uncertainty_m": np.full(n, np.nan),
            "matched_address": missing,
            "district_id": missing,
            "district": missing,
            "duplicate_of": missing,
        },
        geometry=gpd.GeoSeries([None] * n, crs="EPSG:3006"),
    )


@dataclass(frozen=True)
class Rates:
    """How a geocoder did: three rates that only mean something together.

    Attributes
    ----------
    matched : float
        Share of the decidable noisy addresses that got a point at a level of `MATCHED`.
    right : float
        Share of those that lie where they should: see `judge`. What was put on a street of another
        name is wrong, decidable or not.
    absent : float
        Share of the noisy addresses on streets the register lacks that were put on some street of
        it, at any level of `PLACED`.
    drawn_by_lot : int
        Addresses whose text fits two streets of one name, yet were put on the wrong one of the two.
    n, n_absent, undecided : int
        Addresses behind the first rate, the third, and those of a doubled name left out of both.
    """

    matched: float
    right: float
    absent: float
    drawn_by_lot: int
    n: int
    n_absent: int
    undecided: int

    def __str__(self) -> str:
        """Give the three, always together."""
        return (
            f"matched {self.matched:.2%} of {self.n}, right {self.right:.3%} of those, put on a "
            f"street {self.absent:.2%} of {self.n_absent} on absent streets; drawn by lot "
            f"{self.drawn_by_lot} of {self.undecided} undecided"
        )


NEAR_UNLISTED_M = 150.0  # a few houses on


def answers_of(found: gpd.GeoDataFrame) -> pd.DataFrame:
    """Take from a geocoded table what `judge` looks at."""
    point = found.geometry
    return pd.DataFrame(
        {
            "match_level": found["match_level"].to_numpy(dtype=object),
            "easting": point.x.to_numpy(),
            "northing": point.y.to_numpy(),
        }
    )


def judge(noisy: pd.DataFrame, answers: pd.DataFrame, register: pd.DataFrame) -> pd.DataFrame:
    """Say of each answer whether it is a match, and whether it is right.

    Right is, for an address in the register, a point within 1 m of it; where the text has lost the
    house's letter, a point within the group of its street and number; for a number that the
    register lacks, a point of the same street within 150 m of where the house stands.

    Parameters
    ----------
    noisy : DataFrame
        From `noisy_addresses`.
    answers : DataFrame
        match_level, easting, northing (NaN where there is no point), in the order of `noisy`.
    register : DataFrame
        As `Register.truth`.
    """
    at = answers[["easting", "northing"]].to_numpy(dtype=float)
    true = noisy[["easting", "northing"]].to_numpy(dtype=float)
    level = answers["match_level"].to_numpy(dtype=object)
    matched = np.isin(level, MATCHED) & ~np.isnan(at).any(axis=1)
    off = np.hypot(*(at - true).T)
    groups = register.groupby(["street", "number"])[["easting", "northing"]]
    low, high = groups.min(), groups.max()
    key = pd.MultiIndex.from_frame(noisy[["street", "number"]])
    # A point between a house's entrances is as good as one of them.
    below, above = (side.reindex(key).to_numpy() for side in (low, high))
    in_group = ((at >= below - 1) & (at <= above + 1)).all(axis=1)
    # Doubled names keep their letters, so that a group is of one street.
    lost = noisy["did"].map(lambda did: "missing_letter" in did).to_numpy(dtype=bool)
    listed = noisy["listed"].to_numpy(dtype=bool)
    right = listed & ((off <= 1) | (lost & in_group))
    of = pd.Series(
        register["street"].to_numpy(),
        pd.MultiIndex.from_frame(register[["easting", "northing"]].round(1)),
    )
    of = of[~of.index.duplicated()]
    street = of.reindex(pd.MultiIndex.from_arrays(np.round(at, 1).T)).to_numpy(dtype=object)
    same = street == noisy["street"].to_numpy(dtype=object)
    right |= ~listed & same & (off <= NEAR_UNLISTED_M)
    return noisy.assign(
        level=level, matched=matched, right=matched & right, off_m=off, at_street=street
    )


def rates(judged: pd.DataFrame, absent: pd.DataFrame) -> Rates:
    """Sum up what `judge` says of addresses that exist, and the answers to those that do not."""
    clear, open_ = judged[judged["decided"]], judged[~judged["decided"]]
    elsewhere = judged["at_street"] != judged["street"]
    hits = judged[judged["matched"] & (judged["decided"] | elsewhere)]
    return Rates(
        matched=len(hits) / len(clear),
        right=float(hits["right"].mean()),
        absent=float(absent["match_level"].isin(PLACED).mean()),
        drawn_by_lot=int((open_["matched"] & ~open_["right"] & ~elsewhere[open_.index]).sum()),
        n=len(clear),
        n_absent=len(absent),
        undecided=len(open_),
    )
