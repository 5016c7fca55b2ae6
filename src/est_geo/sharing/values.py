"""Values of ours that stand in tables, in words: verdicts, signals, weekdays, categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from est_geo.sharing.map_words import category_name
from est_geo.sharing.wording import LANGUAGES

if TYPE_CHECKING:
    from typing import Any

_DAYS: dict[object, tuple[str, str]] = {
    0: ("måndag", "Monday"),
    1: ("tisdag", "Tuesday"),
    2: ("onsdag", "Wednesday"),
    3: ("torsdag", "Thursday"),
    4: ("fredag", "Friday"),
    5: ("lördag", "Saturday"),
    6: ("söndag", "Sunday"),
}
# By column: each value, in Swedish and in English.
_WORDS: dict[str, dict[object, tuple[str, str]]] = {
    "weekday": _DAYS,
    "kind": {"address": ("adress", "address"), "place": ("plats", "place")},
    "signal": {
        "red": ("avviker", "deviates"),
        "yellow": ("håll ögonen på", "keep an eye on"),
        "grey": ("för lite för att bedöma", "too little to judge"),
        "none": ("som vanligt", "as usual"),
    },
    "verdict": {
        "recurring_long": ("återkommande, långvarig", "recurring, for long"),
        "recurring_new": ("återkommande, ny", "recurring, new"),
        "calm_now": ("lugnt nu", "calm now"),
        "may_be_chance": ("kan vara slump", "may be chance"),
        "none": ("ingen", "none"),
        "fewer": ("färre än väntat", "fewer than expected"),
        "more": ("fler än väntat", "more than expected"),
        "no_control": ("inget att jämföra med", "nothing to compare with"),
    },
    "view": {
        "week": ("vecka", "week"),
        "four_weeks": ("fyra veckor", "four weeks"),
        "month": ("månad", "month"),
        "tertial": ("tertial", "tertial"),
    },
    "change": {
        "new": ("ny", "new"),
        "remains": ("kvar", "remains"),
        "grows": ("växer", "grows"),
        "shrinks": ("minskar", "shrinks"),
        "split": ("delad", "split"),
        "merged": ("sammanslagen", "merged"),
        "gone": ("borta", "gone"),
        "back": ("tillbaka", "back"),
    },
    "reporting": {
        "changed": ("ändrad rapportering", "changed reporting"),
        "new": ("ny rapportör", "new reporter"),
    },
}
_OF_CATEGORIES = {"category", "categories"}
_FLAG = (("nej", "no"), ("ja", "yes"))


def word_of(column: str, value: object, language: str) -> str:
    """Word for a code of ours in a column; empty for what is not one.

    >>> word_of("verdict", "calm_now", "sv")
    'lugnt nu'
    """
    known = _WORDS[column].get(value)
    return known[LANGUAGES.index(language)] if known else ""


def in_words(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """Put words in place of our own codes; what is not one of them stays as it is."""
    index = LANGUAGES.index(language)
    changed = {}
    for name in table.columns:
        values = table[name]
        if pd.api.types.is_bool_dtype(values.dtype):
            said = {bool(i): _FLAG[i][index] for i in (0, 1)}
            changed[name] = values.map(said).astype("str")
        elif name in _WORDS and (name != "weekday" or pd.api.types.is_integer_dtype(values.dtype)):
            said_here: dict[Any, str] = {code: text[index] for code, text in _WORDS[name].items()}
            changed[name] = values.map(lambda value, said=said_here: said.get(value, value))
        elif name in _OF_CATEGORIES:
            written = {value: _categories(value, language) for value in values.dropna().unique()}
            changed[name] = values.map(written).astype("str")
    return table.assign(**changed)


def _categories(value: object, language: str) -> str:
    """Name one category, or each of 'skadegorelse 10; klotter 3'."""
    parts = []
    for part in str(value).split("; "):
        name, blank, count = part.rpartition(" ")
        counted = bool(name) and count.isdecimal()
        said = category_name(name if counted else part, language)
        parts.append(f"{said}{blank}{count}" if counted else said)
    return "; ".join(parts)
