"""Swedish addresses as people write them, taken apart: street, number, letter, and the rest.

A report says "utanför Malmv. 12 b, lgh 1101 (gården), 192 30 Sollentuna". Flats, floors,
entrances and persons are dropped; they say nothing of where, and are nobody's business here.

Decisions, where a text could be read in two ways:

- "10-12", "10/12", "10 och 12" are a range; "12-1102" and "1234-5" are the first number alone (a
  flat; a part of a metre address), since a range ends after it begins and is not that long.
- "plan 2" is a floor after a number or alone, and a street in "Karla plan 2".
- After c/o only a street that ends in a known type is kept, so that no name can slip through.
- A number in the text wins: "Solskolan, Malmvägen 12" is that address, with a place beside it.

No more than 300 characters are looked at, so a hostile text costs milliseconds and not more.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from est_geo.geocoding import address_patterns as patterns
from est_geo.geocoding import address_words as words
from est_geo.geocoding.street_names import SIGNS, split_type, street_key, written_out

if TYPE_CHECKING:
    import re

__all__ = ["MOST_CHARACTERS", "Address", "parse_address", "split_type", "street_key"]

MOST_CHARACTERS = 300
# A range this long is a flat's or a part's number, not a row of houses.
_LONGEST_RANGE = 200
# Characters of the shortest street that is sure without its number: "Åv.", "Malmvägen".
_SHORT_STREET = 4
_SHORT_TYPED = 7
# Digits of a postal code, and letters that make a name of a street in a crossing.
_CODE = 5
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Address:
    """What a text says of where; every field may be empty.

    Attributes
    ----------
    street : str
        Name of the street, written out, in the text's own case; without a number, whatever the
        head of the text names, such as a station.
    number, to_number : int or None
        Number in the street, and the last one of a range.
    letter : str
        Upper case.
    postcode : str
        Five digits.
    others : tuple of str
        Other pieces that may be a place, district, postal place or municipality, in order. A name
        of a person without c/o cannot be told from a place: match them, never show them.
    crossing : tuple of str
        Streets that meet; `street` is then empty.
    designation : str
        Of a property, upper case: "TUREBERG 29:46"; `street` is then empty.
    """

    street: str = ""
    number: int | None = None
    to_number: int | None = None
    letter: str = ""
    postcode: str = ""
    others: tuple[str, ...] = ()
    crossing: tuple[str, ...] = ()
    designation: str = ""


class _Piece(NamedTuple):
    """One piece of a text: a name, a number, or both."""

    name: str
    number: int | None = None
    to_number: int | None = None
    letter: str = ""

    @property
    def text(self) -> str:
        """The piece as one text."""
        return f"{self.name} {self.number}{self.letter}" if self.number is not None else self.name


def parse_address(text: str) -> Address:
    """Take apart an address, a crossing, a property designation or the name of a place.

    Parameters
    ----------
    text : str
        Any text; what is beyond 300 characters is not looked at.

    Returns
    -------
    Address
        Empty where the text names no place, as "Lgh 1102". Never raises.

    Examples
    --------
    >>> address = parse_address("utanför Sollentunav. 12 b, lgh 1101, 192 30 Sollentuna")
    >>> address.street, address.number, address.letter, address.postcode, address.others
    ('Sollentunavägen', 12, 'B', '19230', ('Sollentuna',))
    >>> parse_address("korsningen Malmv. och Turebergs torg").crossing
    ('Malmvägen', 'Turebergs torg')
    """
    plain = patterns.PLAIN.fullmatch(text)
    if plain is not None:
        street, number, letter = plain.groups()
        return Address(street, int(number), None, letter.upper() if letter else "")
    return _parse(_clean(text))


def _parse(text: str) -> Address:
    """Parse what is not plain: drop what is inside a building, then part the rest."""
    low = text.lower()
    found = set(patterns.WORD.findall(low))
    if "/o" in low or not patterns.CONTACT.isdisjoint(found):
        text = patterns.PHONE.sub(",", patterns.PERSON.sub(_without_person, text))
    if not patterns.INDOOR_WORDS.isdisjoint(found):
        text = patterns.INDOORS.sub(_without_indoors, text).strip(patterns.EDGE)
    between = not patterns.BETWEEN_WORDS.isdisjoint(found)
    before = patterns.BEFORE.match(text) if between else None
    if before is not None:
        text = text[before.end() :]
        found = set(patterns.WORD.findall(text.lower()))
        between = not patterns.BETWEEN_WORDS.isdisjoint(found)
    simple = patterns.SIMPLE.fullmatch(text) if patterns.NOT_SIMPLE.isdisjoint(found) else None
    if simple is not None:
        name, number, letter, postcode, area = simple.groups(default="")
        if name.lower() not in words.ROADS and (not area or area.lower() not in patterns.NOTHING):
            return Address(
                written_out(name, numbered=True),
                int(number),
                letter=letter.upper(),
                postcode=postcode.replace(" ", ""),
                others=(area,) if area else (),
            )
    postcode = ""
    code = _postcode(text)
    if code is not None:
        postcode = code[1] + code[2]
        text = f"{text[: code.start()]},{text[code.end() :]}"
    split = patterns.SPLIT_WORDS if between else patterns.SPLIT
    return _assemble([p for p in split.split(text) if p], postcode)


def _clean(text: str) -> str:
    """Return `text` composed, with plain signs and single spaces, cut to what is looked at."""
    text = text[:MOST_CHARACTERS]
    if not patterns.CLEAN.fullmatch(text):
        text = unicodedata.normalize("NFKC", text.translate(SIGNS)).translate(SIGNS)
        text = text[:MOST_CHARACTERS]
    if "  " in text or not text.isprintable():
        text = patterns.SPACES.sub(" ", text)
    return text.strip(patterns.EDGE)


def _without_person(match: re.Match[str]) -> str:
    """Keep of "c/o Anna Andersson Malmvägen 12" what is surely a street or a postal place."""
    after = match[1]
    street = patterns.STREET_IN.search(after) or patterns.POSTCODE.search(after)
    return f",{after[street.start() :]}" if street is not None else ","


def _without_indoors(match: re.Match[str]) -> str:
    """Drop a flat, floor or entrance, unless it is the number of "Karla plan 2"."""
    if match["level"] is not None:
        before = match.string[: match.start()].rpartition(",")[2].strip()
        if before and not any(sign.isdigit() for sign in before):
            return match[0]
    return ","


def _postcode(text: str) -> re.Match[str] | None:
    """Find a postal code, which is not the number 12345 of a road."""
    for match in patterns.POSTCODE.finditer(text):
        before = text[: match.start()].rstrip()
        after = text[match.end() :].lstrip()
        apart = (
            not before
            or before[-1] in ",."
            or before[-1].isdigit()
            or len(match[0].replace(" ", "")) > _CODE
        )
        if len(match[0]) == _CODE and any(sign.isdigit() for sign in before):
            return match
        if apart or before[-2:-1] in (" ", *"0123456789") or after[:1].isalpha():
            return match
    return None


def _assemble(texts: list[str], postcode: str) -> Address:
    """Choose among the pieces what the address is; the rest are others."""
    pieces: list[_Piece] = []
    crossing: tuple[str, ...] = ()
    designation = ""
    half = False  # one street of a crossing was read, and the other may come
    for text in texts:
        text, meets = _before(text.strip(patterns.EDGE))  # noqa: PLW2901 - the same piece, made shorter
        if text.rstrip(".").lower() in patterns.NOTHING or "@" in text:
            continue
        if meets == "mellan" and pieces:
            pieces += [_Piece(written_out(p, numbered=False)) for p in patterns.AND.split(text)]
            continue
        if not crossing:
            half = bool(meets) or (half and _sure(text))
            crossing = _crossing(text, meets=half, pieces=pieces)
            if crossing:
                continue
        sign = _designation(text)
        if sign is not None:
            designation = designation or sign[0]
            text = sign[1]  # noqa: PLW2901
        if text:
            pieces += _read(text)
    return _choose(pieces, crossing, designation, postcode)


def _choose(
    pieces: list[_Piece], crossing: tuple[str, ...], designation: str, postcode: str
) -> Address:
    """Tell the main piece from the others: the first street with a number, else the head."""
    pieces = _joined(pieces)
    main = next((p for p in pieces if p.name and p.number is not None), None)
    if main is not None:
        crossing_texts = [_Piece(street) for street in crossing]
        rest = [*crossing_texts, *(p for p in pieces if p is not main)]
        others = tuple(text for p in rest if (text := _area(p)))
        return Address(*main, postcode, others)
    if crossing or designation:
        others = tuple(text for p in pieces if (text := _area(p)))
        kept = "" if crossing else designation
        return Address(postcode=postcode, others=others, crossing=crossing, designation=kept)
    head = next((p for p in pieces if p.name), None)
    others = tuple(text for p in pieces if p is not head and (text := _area(p)))
    lone = next((p for p in pieces if not p.name), _Piece(""))
    if head is None:
        return Address(*lone, postcode, others)
    return Address(*head, postcode, others)


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join "Malmvägen" and "12", which a comma had parted; drop other numbers without a name."""
    if all(p.name for p in pieces):
        return pieces
    if any(p.name and p.number is not None for p in pieces):
        return [p for p in pieces if p.name]
    for i in range(1, len(pieces)):
        if pieces[i - 1].name and not pieces[i].name:
            name = written_out(pieces[i - 1].name, numbered=True)
            return [*pieces[: i - 1], pieces[i]._replace(name=name), *pieces[i + 1 :]]
    return pieces


def _area(piece: _Piece) -> str:
    """Return the text of another piece, "Sollentuna kommun" without its last word."""
    text = piece.text
    head, _, last = text.rpartition(" ")
    if head and last.lower() in words.AREA_LAST:
        text = head
    return text if piece.name and not patterns.NO_NAME.fullmatch(text) else ""


def _before(text: str) -> tuple[str, str]:
    """Return a piece without the words before it, and that of them which told of a crossing."""
    match = patterns.BEFORE.match(text)
    if match is not None:
        text = text[match.end() :]
    meets = patterns.CROSSING.match(text)
    if meets is not None:
        return text[meets.end() :], meets[0].strip().lower()
    part = patterns.PARTS_BEFORE.match(text)
    if part is not None:
        rest = text[part.end() :]
        if patterns.STREET_IN.match(rest) or any(sign.isdigit() for sign in rest):
            text = rest
    return text, ""


def _crossing(text: str, *, meets: bool, pieces: list[_Piece]) -> tuple[str, ...]:
    """Return the streets that meet in a piece, none if it tells of no crossing.

    "korsningen Sköldvägen" after "Malmvägen" takes the street before, off `pieces`.
    """
    if meets:
        parts = patterns.AND.split(text)
        if len(parts) == 1 and pieces and _sure(pieces[-1].name) and pieces[-1].number is None:
            parts = [pieces.pop().name, text]
    elif "/" in text or " x " in text.lower():
        parts = patterns.FIRM_AND.split(text)
    elif "-" in text or "&" in text or "+" in text or " " in text:
        parts = patterns.LOOSE_AND.split(text)
        if len(parts) == 1:
            parts = text.split("-")
        if len(parts) > 1 and not all(_sure(part) for part in parts):
            return ()
    else:
        return ()
    names = [_street_of_crossing(part.strip(patterns.EDGE)) for part in parts]
    return tuple(names) if len(names) > 1 and all(names) else ()


def _street_of_crossing(part: str) -> str:
    """Write out one of the streets that meet; empty if it can be none, as "12" or "B"."""
    road = patterns.ROAD.fullmatch(part)
    if road is not None:
        return words.ROADS[road[1].lower()] + road[2]
    if len(part) < _SHORTEST_NAME or any(sign.isdigit() for sign in part):
        return ""
    return written_out(part, numbered=True)


def _designation(text: str) -> tuple[str, str] | None:
    """Return a property designation and what follows it, None where there is none."""
    match = patterns.DESIGNATION.match(text) if ":" in text else None
    if match is None:
        match = patterns.BLOCK.match(text)
    if match is None or match[1].lower().endswith(words.NO_PROPERTY):
        return None
    return f"{match[1]} {match[2]}".upper(), text[match.end() :].strip(patterns.TIDY)


def _read(text: str) -> list[_Piece]:
    """Read a piece: name and number, and what follows as more pieces."""
    road = patterns.ROAD.match(text)
    if road is not None:
        name = words.ROADS[road[1].lower()] + road[2]
        rest = text[road.end() :].strip(patterns.TIDY)
        return [_Piece(name), *([_Piece(rest)] if patterns.LETTERS.search(rest) else [])]
    match = patterns.HOUSE.match(text)
    if match is None:
        return [_Piece(name) for name in _names(text) if patterns.LETTERS.search(name)]
    number = int(match["number"])
    letter = (match["letter"] or "").upper()
    end = match.end()
    to_number = None
    more = patterns.TO.match(text, end)
    if more is not None:
        end = more.end()
        last = int(more[1]) if more[1] else number
        to_number = last if number < last <= number + _LONGEST_RANGE else None
    name = written_out((match["name"] or "").strip(patterns.EDGE), numbered=True)
    left = patterns.LEFT_OVER.match(text, end)
    rest = text[left.end() if left else end :].strip(patterns.TIDY)
    if not name and _sure(rest):
        return [_Piece(rest, number, to_number, letter)]
    pieces = [_Piece(name, number, to_number, letter)]
    if patterns.LETTERS.search(rest) and rest.lower() not in patterns.NOTHING:
        pieces += _read(rest)
    return pieces


def _names(text: str) -> list[str]:
    """Part "Malmvägen Tureberg" after the street, which has no number to part them."""
    text = text.strip(patterns.EDGE)
    parts = text.split(" ")
    for i, part in enumerate(parts[:-1]):
        low = part.lower()
        cut = low.endswith(".") and len(low) >= _SHORT_STREET and _sure(low)
        if (
            cut
            or (i and low in words.LONE_TYPES)
            or (len(low) >= _SHORT_TYPED and low.endswith(patterns.SURE))
        ):
            street = written_out(" ".join(parts[: i + 1]), numbered=False)
            return [street, " ".join(parts[i + 1 :])]
    return [written_out(text, numbered=False)]


def _sure(name: str) -> bool:
    """Tell whether a name ends in a type that only streets have, or in its abbreviation."""
    low = name.lower()
    if low.endswith(patterns.SURE):
        return True
    return low.endswith(patterns.SHORT) and low != written_out(low, numbered=True)
