"""What personal data looks like in one text: the patterns, and the checks behind them.

A number is a personnummer when it has a date and its check digit; a telephone number by its area
code and length; a plate by its letters, unless they are a word that stands before numbers, as in
"LGH 110".
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from personnummer import personnummer

# Classes of characters, closed by who uses them.
_SPACES = " \u00a0\u2007\u2009\u202f"
_DASHES = "\u2010-\u2015\u2212\\-"
_SPACE = f"[{_SPACES}]"
_DASH = f"[{_DASHES}]"
_PART = f"[{_DASHES}{_SPACES}./]"

# Strings in capitals without a compiled pattern are read by RE2 too, which passes over whole
# columns. It knows no looking around and no going back: that is added for Python alone, below.
_YEAR = "[0-9]{2}"
_MONTH = "(?:0[1-9]|1[0-2])"
_DAY = "(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"  # 61 to 91: samordningsnummer
_CENTURY = f"(?:18|19|20)[{_DASHES}{_SPACES}]?"
_BEFORE_MARK = f"[{_DASHES}+./:]"
_BEFORE_FOUR = f"{_SPACE}{{0,2}}{_BEFORE_MARK}?{_SPACE}{{0,2}}"
# The date in one, or with every part of it set off.
_PERSONNUMMER = (
    f"(?:{_CENTURY})?{_YEAR}(?:{_MONTH}{_DAY}{_BEFORE_FOUR}|{_PART}{_MONTH}{_PART}{_DAY}"
    f"(?:{_SPACE}{{1,2}}|{_SPACE}{{0,2}}{_BEFORE_MARK}{_SPACE}{{0,2}}))[0-9]{{4}}(?:$|[^0-9])"
)


def _grouped(gap: str) -> str:
    """Give the ways to group the digits after an area code, the longest first."""
    three, two, some = "[0-9]{3}", "[0-9]{2}", "[0-9]{2,3}"
    groups = ((three, some, two), (two, some, some), ("[0-9]{4}", "[0-9]{4}"), (three, some))
    return "|".join(gap.join(parts) for parts in groups)


_ZERO = rf"(?:{_PART}{{0,2}}\(0\))?{_PART}{{0,2}}(?:0{_PART}?)?"
_KNOWN_AREA = "0(?:8|1[0136-9]|2[0136]|3[1356]|4[0246]|54|6[03]|90)"
_AREA = f"(?:{_KNOWN_AREA}|0[1-9][0-9]{{2}})"
_AREA_END = rf"(?:\)|{_SPACE}|{_SPACE}?[{_DASHES}/.]){_SPACE}?"
_AFTER_AREA = rf"\)?{_SPACE}?[{_DASHES}/.]?{_SPACE}?"
# Sweden as seen from abroad: a mobile number has nine digits, others seven to nine.
_ABROAD = (
    rf"(?:\(?(?:[+]{_SPACE}?|00{_SPACE}?)46\)?{_ZERO}"
    rf"(?:7[0-9](?:{_PART}{{0,2}}[0-9]){{7}}|[1-9](?:{_PART}{{0,2}}[0-9]){{6,8}})"
    rf"|46{_SPACE}?7[02369](?:{_PART}?[0-9]){{7}})"
)
_OTHER_COUNTRY = rf"\(?[+]{_SPACE}?[1-9](?:\)?{_PART}{{0,2}}\(?[0-9]){{7,13}}"
_MOBILE = rf"\(?07[0-9]{_AFTER_AREA}[0-9](?:{_PART}?[0-9]){{6}}"
# In groups as people write them, parted alike throughout, or in one.
_LANDLINE = (
    rf"\(?(?:08{_AREA_END}[0-9]{{2}}(?:{_SPACE}[0-9]{{2}}){{3}}|{_AREA}(?:{_AREA_END}"
    rf"(?:{_grouped(_SPACE)}|{_grouped(_DASH)})|{_AFTER_AREA}[0-9]{{5,8}}))"
)
_LANDLINE_DIGITS = (8, 10)  # with the area code

_AT = r"(?:@|[(\[](?:at|AT|a|snabel-?a)[)\]])"
# Plates have no I, Q or V, nor any letter with ring or dots, and O is no last sign.
_PLATE = "[A-HJ-PR-UW-Z]{3}[ -]?[0-9]{2}[0-9A-HJ-NPR-UW-Z]"
# Small letters make a plate only where the text says that it is one.
_PLATE_SAID = (
    "(?i:reg(?:istrerings)?[.]?[ -]?(?:nr|nummer|skylt(?:en)?)?|nummerskylt(?:en)?)[ .:]{1,3}"
)
_ANY_PLATE = f"(?i:{_PLATE})"

ANYTHING = "|".join(
    (
        *(
            f"(?:^|[^0-9]){number}"
            for number in (_PERSONNUMMER, _ABROAD, _OTHER_COUNTRY, _MOBILE, _LANDLINE)
        ),
        _AT,
        rf"\b{_PLATE}\b",
        f"{_PLATE_SAID}{_ANY_PLATE}",
        # Signs as wide as a Chinese one are made narrow before they are looked at.
        r"[\x{FF10}-\x{FF19}\x{FF20}]",
    )
)
_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {
    0xFF0B: "+", 0xFF0D: "-", 0xFF20: "@", 0x3000: " ",
}  # fmt: skip

_find_at = re.compile(_AT).search
_find_emails = re.compile(
    rf"(?<![\w.+%'-])[\w.+%'-]+{_SPACE}?{_AT}{_SPACE}?"
    rf"(?:[\w-]+(?:[.]|{_SPACE}?[(\[](?:dot|punkt)[)\]]{_SPACE}?))+[^\W\d_]{{2,}}"
).finditer
_find_birth = re.compile(
    f"(?<![0-9])(?P<century>{_CENTURY})?(?P<year>{_YEAR})(?P<part>{_PART}?)(?P<month>{_MONTH})"
    f"(?P=part)(?P<day>{_DAY})(?P<before>{_BEFORE_FOUR})(?P<four>[0-9]{{4}})(?![0-9])"
).search
# Not the end of a date, a decimal, a time or another number.
_ALONE = "(?<![0-9+])(?<![0-9][-.,:/])"
# Each with what is in every text that it finds anything in.
_TELEPHONES = tuple(
    (sign, re.compile(f"{_ALONE}{number}(?![0-9])").finditer)
    for sign, number in (("46", _ABROAD), ("+", _OTHER_COUNTRY), ("07", _MOBILE))
)
_find_landlines = re.compile(rf"(?<!\w){_ALONE}{_LANDLINE}(?![-.,:]?[0-9])").finditer
_begins_with_known_area = re.compile(_KNOWN_AREA).match
_find_plates = re.compile(rf"(?<!\w)(?<![0-9][-/]){_PLATE}(?!\w|[-:.,/][0-9])").finditer
_find_said_plates = re.compile(rf"(?<!\w){_PLATE_SAID}(?P<plate>{_ANY_PLATE})(?!\w)").finditer
# What stands before a number and makes no plate: in addresses, in codes, in lines of capitals.
_WORDS = """
ALL ANN ART ATM ATT BLK BOX BUS CAM DEL DEM DEN DET DOC ENH EST ETT EUR FAK FEM FOR GPS HAN HAR HON
HOS HUS KAN KAP KOD LAG LAN LGH LOK MAN MAR MAX MED MER MOB MOT NED NER NYA OBJ OCH OMR PER PKT PLA
POS RAD RAM REF REG RTJ RUM SAK SAL SEK SEP SEX SJU SKA SOM SOS STN SUM TAG TEL TFN TOG TOM TOT TRE
TUR UPP USD UTE ZON
"""
_NOT_PLATES = frozenset(_WORDS.split())

_is_time_of_day = re.compile("(?:[01][0-9]|2[0-3])[0-5][0-9]").fullmatch
_NO_CHILD = dt.timedelta(days=5 * 366)


class Span(NamedTuple):
    """Where in a text something was found, and its kind."""

    start: int
    end: int
    kind: str


def find_spans(text: str, *, as_of: dt.date | None = None, identifier: bool = False) -> list[Span]:
    """Find personal data in one text.

    Parameters
    ----------
    text : str
        As it stands in the file.
    as_of : date, optional
        As in `est_geo.intake.personal_data.guard_text`.
    identifier : bool
        The text is a reporter's identifier: if it is digits and nothing else, it is a running
        number and no landline's.

    Returns
    -------
    list of Span
        Parts that do not overlap; empty where there is none.
    """
    left = text if text.isascii() else text.translate(_NARROW)
    running = identifier and left.isdecimal()
    spans: list[Span] = []

    def take(kind: str, found: list[tuple[int, int]]) -> None:
        nonlocal left
        for start, end in found:
            spans.append(Span(start, end, kind))
            # What is taken is nobody else's, and keeps its length.
            left = f"{left[:start]}{'|' * (end - start)}{left[end:]}"

    if _find_at(left):
        take("email", [match.span() for match in _find_emails(left)])
    take("personnummer", _find_personnummer(left, as_of=as_of))
    for sign, find in _TELEPHONES:
        if sign in left:
            take("telephone", [match.span() for match in find(left)])
    if not running:
        take("telephone", [m.span() for m in _find_landlines(left) if _is_landline(m[0])])
    take("plate", [match.span("plate") for match in _find_said_plates(left)])
    take("plate", [m.span() for m in _find_plates(left) if m[0][:3] not in _NOT_PLATES])
    return spans


def _find_personnummer(text: str, *, as_of: dt.date | None) -> list[tuple[int, int]]:
    """Find personnummer and samordningsnummer, from every place where one could begin."""
    found = []
    match = _find_birth(text)
    while match:
        valid = _is_personnummer(match, as_of=as_of)
        if valid:
            found.append(match.span())
        match = _find_birth(text, match.end() if valid else match.start() + 1)
    return found


def _is_personnummer(match: re.Match[str], *, as_of: dt.date | None) -> bool:
    """Check the date and the check digit, and that it is no decimal and no day with its time."""
    century, year, part, month, day, before, four = match.groups()
    if part and not before:
        return False
    # A number of one's own is not what follows a point: that is a decimal, or minutes.
    if not (part or before).strip() and re.search("[0-9][.,:]$", match.string[: match.start()]):
        return False
    for first in [century[:2]] if century else ["20", "19", "18"]:
        # In full, so that the package has no need to look at a clock.
        if not personnummer.valid(f"{first}{year}{month}{day}{four}"):
            continue
        if as_of is None:
            return True
        born = dt.date(int(f"{first}{year}"), int(month), (int(day) - 1) % 60 + 1)
        if born <= as_of:
            is_time = not before.strip() and _is_time_of_day(four)
            return not (is_time and as_of - born < _NO_CHILD)
    return False


def _is_landline(text: str) -> bool:
    """Check the length: longer where the area code is, or where all is written in one."""
    digits = re.sub("[^0-9]", "", text)
    at_least, at_most = _LANDLINE_DIGITS
    short = _begins_with_known_area(digits) and digits != text
    return at_least + (not short) <= len(digits) <= at_most
