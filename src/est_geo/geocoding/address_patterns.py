"""Patterns over the words of Swedish addresses, and the sets that say which are worth a try.

No repeated group holds another repetition of the same signs, and texts are cut to a few hundred
characters before, so a hostile text costs milliseconds and not more.
"""

from __future__ import annotations

import re
from typing import Final

from est_geo.geocoding import address_words as words


def _any(*tables: tuple[str, ...] | frozenset[str] | dict[str, str]) -> str:
    """Return a pattern of any word in the tables, longest first."""
    found = sorted({word for table in tables for word in table}, key=lambda w: (-len(w), w))
    return "(?:" + "|".join(re.escape(word) for word in found) + ")"


_I: Final = re.IGNORECASE
# The plain form in one look. Only types that no word of the tables ends with.
PLAIN: Final = re.compile(
    r" ?([A-ZÅÄÖ][a-zåäöé]{1,40}(?:vägen|gatan|gränd|stigen|backen)) (\d{1,4})"
    r"(?: ?([A-Za-z]))? ?"
)
WORD: Final = re.compile(r"[^\W\d_]+")
LETTERS: Final = re.compile(r"[^\W\d_]{2}")
SPACES: Final = re.compile(r"\s+")
TIDY: Final = " \t.,:;-+&/'\"*!?"
# The same but a dot, which may tell of an abbreviation.
EDGE: Final = TIDY.replace(".", "")
CLEAN: Final = re.compile(r"[a-zåäöéA-ZÅÄÖÉ0-9.,:/ -]*")
PLACE: Final = r"(?=[^\W\d_]{2})"
BEFORE: Final = re.compile(rf"(?:{_any(words.BETWEEN, words.ONLY_BEFORE)}:? +)+(?=[^\W_])", _I)
PARTS_BEFORE: Final = re.compile(rf"{_any(words.PARTS_BEFORE)} +{PLACE}", _I)
CROSSING: Final = re.compile(
    rf"(?:i +)?{_any(words.CROSSING_WORDS)}(?: +(?:av|mellan|med|vid))?:? +(?=[^\W\d_])|mellan +",
    _I,
)
SPLIT: Final = re.compile(r" *, *| +-+ +(?=[^\W\d_]{2})")
SPLIT_WORDS: Final = re.compile(
    rf" *, *| +-+ +{PLACE}| +(?=mellan |(?:i )?{_any(words.CROSSING_WORDS)} +[^\W\d_])"
    rf"| +{_any(words.BETWEEN)} +{PLACE}",
    _I,
)
AND: Final = re.compile(r" +(?:och|o|samt|resp\.?|x|&|\+) +| *[/&+] *", _I)
LOOSE_AND: Final = re.compile(r" +(?:och|o|samt|resp\.?|&|\+) +| *[&+] *", _I)
FIRM_AND: Final = re.compile(r" +x +| */ *", _I)

NUMBER_OR_LETTER: Final = (
    r"(?:\.?:? *(?:nr\.? *)?\d{1,4}(?: ?[a-zåäö])?|[.: ]{1,3}[a-zåäö])(?![^\W_])"
)
INDOORS: Final = re.compile(
    r"(?<![^\W_])(?:"
    rf"(?P<level>{_any(words.LEVEL)}){NUMBER_OR_LETTER}"
    rf"|{_any(words.FLAT)}(?:{NUMBER_OR_LETTER}|\.|(?![^\W_]))"
    rf"|{_any(words.FLAT_SHORT)}\.? *\d{{1,4}}(?![^\W_])"
    rf"|{_any(words.DOORS)}{NUMBER_OR_LETTER}"
    rf"|{_any(words.FLOOR)}\.? *-?\d{{1,2}}(?![^\W_])"
    rf"|\d{{1,2}}(?::[ae])? *{_any(words.FLOOR)}(?![^\W_])(?!\.? *\d)\.?"
    rf"|\d{{1,2}}(?:[,.]5| ?½| ?1/2)? *{_any(words.STAIRS)}(?![^\W_])(?!\.? *\d)\.?"
    r"(?: *(?:upp|ned|ner)(?![^\W_]))?"
    rf"|{_any(words.STAIRS)}\.? *\d{{1,2}}(?![^\W_])"
    rf"|{_any(words.GROUND, words.SIDES)}(?![^\W_])\.?"
    r"|u[hv]? ?\d{1,2}(?![^\W_])"
    r"|kl(?:ockan)?\.? *\d{1,2}(?:[:.]\d\d)?(?![^\W_])"
    r"|m\.? ?fl\.?(?![^\W_])"
    r")",
    _I,
)
INDOOR_WORDS: Final = frozenset(
    word
    for table in (words.FLAT, words.FLAT_SHORT, words.FLOOR, words.STAIRS, words.LEVEL, words.DOORS)
    for word in table
) | frozenset(
    (
        "nb",
        "bv",
        "ög",
        "b",
        "n",
        "ö",
        "gh",
        "öh",
        "uh",
        "uv",
        "u",
        "kl",
        "klockan",
        "m",
        "fl",
        "g",
        "t",
        "th",
        "tv",
    )
)
BETWEEN_WORDS: Final = frozenset(
    word
    for phrase in (*words.BETWEEN, *words.ONLY_BEFORE, *words.CROSSING_WORDS, "mellan")
    for word in WORD.findall(phrase)
)
PART_WORDS: Final = frozenset(
    word for phrase in words.PARTS_BEFORE for word in WORD.findall(phrase)
)

SURE: Final = (*words.SURE_TYPES, *(f" {word}" for word in words.LONE_TYPES))
SHORT: Final = ("v", "g", "gat", "v.", "g.", "gr.", "st.", "all.", "pl.")
NOTHING: Final = words.PARTS | frozenset((*words.BETWEEN, *words.ONLY_BEFORE, *words.DOORS, ""))
PERSON: Final = re.compile(
    rf"(?<![^\W_])(?:{_any(words.PERSON_WORDS)} *|"
    rf"hos(?![^\W_]) *|{_any(words.CONTACT_WORDS)} *[:.] *)([^,]*)",
    _I,
)
PHONE: Final = re.compile(rf"(?<![^\W_]){_any(words.PHONE_WORDS)}[ .:]*[+\d][\d -]*", _I)
STREET_IN: Final = re.compile(
    rf"(?:[^\W\d_]+ +{_any(words.LONE_TYPES)}|(?:(?:norra|södra|östra|västra|gamla|nya|stora|lilla)"
    rf" +)?[^\W\d_]+(?:{_any(words.SURE_TYPES)}|v\.|g\.))(?![^\W_])",
    _I,
)
POSTCODE: Final = re.compile(
    r"(?:(?<![^\W_])se?[- ]{1,2}|(?<![\d:-]))([1-9]\d\d) ?(\d\d)(?![\d:])", _I
)
ROAD: Final = re.compile(rf"({_any(words.ROADS)}) ?(\d{{1,4}})(?:[:.]?an)?(?![^\W_])", _I)
DESIGNATION: Final = re.compile(
    rf"(?:{_any(words.PROPERTY_WORDS)} +)?([^\W\d_][^\d:]{{1,40}}?) +((?:\d{{1,4}}|s|ga):\d{{1,4}})"
    r"(?![\d:]|[^\W_])",
    _I,
)
BLOCK: Final = re.compile(
    rf"{_any(words.PROPERTY_WORDS, words.BLOCK_WORDS)} +([^\W\d_][^\d:]{{1,40}}?) +(\d{{1,4}})"
    r"(?![\d:]|[^\W_])",
    _I,
)
HOUSE: Final = re.compile(
    r"(?P<name>.*?[^\W\d_]['.]?)?? ?(?:(?<![^\W_])(?:n[ro]|ca|cirka)\.? ?)?"
    r"(?P<number>(?!(?:[12]:a|[3-9]:e|1\d:e|2[12]:a) |\A(?:[12]a|[3-9]e|1\de|2[12]a) )\d{1,5})"
    r"(?!\d|:(?!an)[^\W\d_])(?::?an)?"
    r"(?: (?!(?:o|x|i) [^\W_]))?(?P<letter>[a-zåäö](?![^\W_]|:|\.[a-z]))?",
    _I,
)
TO: Final = re.compile(
    r" ?(?:-+|/|&|\+|(?:och|o|samt|resp|till|t\.?o\.?m)(?![^\W\d_])\.?) ?"
    r"(?:(\d{1,5})(?!\d) ?([a-zåäö](?![^\W_]))?|[a-zåäö](?![^\W_]))",
    _I,
)
# Nothing but signs, numbers, letters of entrances and what joins them: "B och C".
NO_NAME: Final = re.compile(r"(?:[\W\d_]+|(?:och|samt|resp|eller|till|[a-zåäö])(?![^\W_]))*", _I)
LEFT_OVER: Final = re.compile(r"(?:[\W\d_]+|(?:och|o|samt|resp|till|x)(?![^\W_]))*", _I)


CONTACT: Final = frozenset(
    (*words.CONTACT_WORDS, *words.PHONE_WORDS, "hos", "co", "e", "post", "c")
)
# Most of all texts, read in one look where none of these words asks for a closer one. The tests
# compare it with the long way.
SIMPLE: Final = re.compile(
    r"([^\W\d_](?:[^\W\d_]|[ '.:-](?=[^\W\d_ ]|\. |[ ]\d))*\.?) ?(\d{1,5})(?: ?([a-zåäö]))?"
    r"(?:,? ([1-9]\d\d ?\d\d))?(?:,? ([^\W\d_]{2,}))?\.?",
    _I,
)
NOT_SIMPLE: Final = (
    BETWEEN_WORDS
    | PART_WORDS
    | CONTACT
    | frozenset(
        word
        for phrase in (*words.PROPERTY_WORDS, *words.BLOCK_WORDS, "nr", "no")
        for word in WORD.findall(phrase)
    )
)
