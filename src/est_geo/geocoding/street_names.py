"""Names of streets: their short forms written out, and the key by which two are compared.

"St. Eriksvägen" is Sankt and "St. Nygatan" Stora, by the word that follows. What neither table
knows is left as written, and its key is that of Sankt. "S. Kungsgatan" is Södra, but in "S.
Lagerlöfs väg" a genitive before the type tells of a person, whose initial is left.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from est_geo.geocoding import address_words as words

# Letters of a word that is too short to be a stem and an abbreviation.
_SHORT_WORD: Final = 4
# Characters that show nothing, and those that stand for another.
SIGNS: Final = {
    **dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F)], None),
    **dict.fromkeys([*range(0x2060, 0x2070), 0xFEFF, 0x180E, 0x34F, 0x61C], None),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-"),
    **dict.fromkeys((0xB4, 0x60, 0x2019, 0x2018, 0x2B9, 0x2032), "'"),
    **dict.fromkeys(map(ord, '"”“„«»<>{}*_=~^¨'), " "),
    **dict.fromkeys(map(ord, "()[]\n\r\v\f;|\u2028\u2029\u0085•·"), ","),
    **dict.fromkeys([*range(9), 9, *range(14, 32), 0x7F], " "),
    0x00D7: " x ",
    0x2044: "/",
    0x2215: "/",
}


def written_out(name: str, *, numbered: bool) -> str:
    """Write out the first word and the last of a street's name.

    `numbered` says that a number follows: then "Malmv" needs no dot to be an abbreviation, and
    "st." is a street and no station.
    """
    first, _, after = name.partition(" ")
    if after[:1].isalnum() and (len(first) <= _SHORT_WORD or first[-1] == "."):
        name = _first_word(first, after)
    head, space, last = name.rpartition(" ")
    low = last.lower()
    if head and low in words.LAST_WORDS:
        return f"{head} {words.LAST_WORDS[low]}"
    if low.endswith(".") or (numbered and low.endswith(words.BARE_ENDINGS)):
        last = _last_word(head, last, numbered=numbered)
        name = f"{head}{space}{last.upper() if name.isupper() else last}"
    return name.rstrip(" .")


def _last_word(head: str, last: str, *, numbered: bool) -> str:
    """Write out the type of a street at the end of `last`, which follows `head`."""
    dotted = last.endswith(".")
    word = last.rstrip(".")
    stem = word.lower()
    for ending, (joined, apart) in words.ENDINGS.items():
        if not stem.endswith(ending) or not (dotted or ending in words.BARE_ENDINGS):
            continue
        kept = word[: len(stem) - len(ending)]
        if (not kept and not head) or (ending == "torg" and len(kept) == 1):
            continue
        if kept:
            known = not joined or _is_word(stem, ending, dotted=dotted, numbered=numbered)
            return last if known else kept + joined
        if ending == "st" and not numbered:
            return "station"
        return apart if not joined or head[-1].lower() in "sxz" else joined
    return last


def _is_word(stem: str, ending: str, *, dotted: bool, numbered: bool) -> bool:
    """Tell a word that happens to end as an abbreviation does: "Tureberg", "Eslöv", "Stortorg"."""
    if dotted and numbered and ending in ("v", "g", "st"):
        return ending == "g" and stem.endswith(words.NOT_G_DOTTED) and stem != "storg"
    if ending == "v":
        return stem.endswith(words.NOT_V) or len(stem) < _SHORT_WORD
    if ending == "g":
        known = stem.endswith(words.NOT_G) and stem != "storg"
        return known or len(stem) < _SHORT_WORD or (not dotted and stem[-2] not in words.G_AFTER)
    return len(stem) <= _SHORT_WORD or (ending == "st" and stem.endswith(words.NOT_ST))


def _first_word(first: str, after: str) -> str:
    """Write out "S:t", "N.", "1:a" before the rest of a name, where only one reading is left."""
    low = first.lower()
    rest = after.lower()
    full = words.FIRST_WORDS.get(low, "")
    if low in words.SAINT or (low in words.ST and rest.startswith(words.SAINTS)):
        full = "Sankt"
    elif low in words.SAINTESS and rest.startswith(words.SAINTS):
        full = "Sankta"
    elif low in words.ST and rest.startswith(words.STORA_BEFORE):
        full = "Stora"
    elif low[0].isdigit():
        ordinal = _ORDINAL.match(low)
        full = words.ORDINALS[int(ordinal[1]) - 1] if ordinal is not None else ""
    elif full and len(low.rstrip(".")) == 1 and _PERSONS.search(rest):
        full = ""
    if not full:
        return f"{first} {after}"
    return f"{full.upper() if after.isupper() else full} {after}"


# "1:a", "1:sta", "3e", "12:e"; the rest of the name follows.
_ORDINAL: Final = re.compile(r"(1[012]|[1-9]):?(?:a|e|sta|dra|dje|de|te)$")
_PERSONS: Final = re.compile(r"s (?:väg|v\.?|gata|g\.?|plats|torg|gränd|stig|allé)\.?$")

_FOLD: Final = str.maketrans(
    {"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u", "ø": "o", "æ": "a", "œ": "o", "đ": "d"}
    | {"ł": "l", "ð": "d", "þ": "th", "à": "a", "á": "a", "è": "e", "ó": "o", "ô": "o", "ë": "e"}
)
_KEY_SAINT: Final = re.compile(r"(?<![^\W_])(?:s[:.]?ta?|sankta?)\.?(?=[^\w]+[^\W_])")
_KEY_FIRST: Final = re.compile(
    r"[\W_]*([^\W\d_]:a|\d\d?:?(?:a|e|sta|dra|dje|de|te))(?=[^\w]+[^\W_])"
)
_NOT_KEY: Final = re.compile(r"[\W_]+")
_A: Final = re.compile(r"a[ae]+")
_O: Final = re.compile(r"oe+")


def street_key(name: str) -> str:
    """Return what is compared of a name: lower case, folded, without spaces and signs.

    "Malmvägen", "MALM VÄGEN", "malmvagen" and "Malmvaegen" have one key; "S:t", "St" and "Sankt"
    are one, and so are "1:a" and "Första". The key of a key is itself. Abbreviated types are
    written out by `parse_address`, not here.

    Examples
    --------
    >>> street_key("S:t Eriksvägen"), street_key("SANKT ERIKS-VAEGEN")
    ('sankteriksvagen', 'sankteriksvagen')
    """
    key = name.casefold()
    if not key.isascii():
        key = key.translate(_FOLD)
        if not key.isascii():
            key = unicodedata.normalize("NFKD", key).casefold()
            key = unicodedata.normalize("NFKD", key).translate(_FOLD)
            key = "".join(sign for sign in key if not unicodedata.combining(sign))
            key = key.translate(SIGNS)
    if not key.isalnum():
        if key[:1].isdigit() or ":" in key:
            key = _KEY_FIRST.sub(_key_first, key, count=1)
        if "s" in key:
            key = _KEY_SAINT.sub("sankt", key)
        key = _NOT_KEY.sub("", key)
    if "aa" in key or "ae" in key:
        key = _A.sub("a", key)
    return _O.sub("o", key) if "oe" in key else key


def _key_first(match: re.Match[str]) -> str:
    """Write out a first word in a key."""
    word = match[1]
    ordinal = _ORDINAL.match(word)
    if ordinal is not None:
        return words.ORDINALS[int(ordinal[1]) - 1].casefold().translate(_FOLD)
    full = words.FIRST_WORDS.get(word, "")
    return full.casefold().translate(_FOLD) or match[0]


_TYPES: Final = frozenset(street_key(word) for word in words.STREET_TYPES)
_TYPE_LENGTHS: Final = tuple(sorted({len(word) for word in _TYPES}, reverse=True))


def split_type(key: str) -> tuple[str, str]:
    """Part a key into stem and street type: "malmvagen" is "malm" and "vagen".

    The type is empty where none is known, and where the key is nothing but a type ("torget").
    """
    if key in _TYPES:
        return key, ""
    for length in _TYPE_LENGTHS:
        if key[-length:] in _TYPES and len(key) > length:
            return key[:-length], key[-length:]
    return key, ""
