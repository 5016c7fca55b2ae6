"""Coordinates as people write them: degrees with minutes and seconds, letters, pairs in one cell.

All of it runs on the distinct values of a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from est_geo.intake.text import as_text, read_numbers

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

_MAX_DEGREES = 180
_SIXTY = 60

# One way to write each sign. Runs of white space, and the colons of 59:25:41, become a blank.
_SIGNS = (
    ("[\\s\u00a0\u2007\u2009\u202f:]+", " "),
    (" ,", ","),
    ("[\u2212\u2013]", "-"),
    ("[\u00ba\u02da]", "°"),
    ("[\u2032\u2019\u2018\u00b4`\u02b9]", "'"),
    ("[\u2033\u201d\u201c\u02ba]|''", '"'),
)
# Swedish öst is Ö, or O where the dots were lost; väst is V.
_NORTH, _EAST, _SOUTH, _WEST = ("N",), ("E", "O", "Ö"), ("S",), ("W", "V")
_LETTER = "[NSEWVOÖ]"
_HALF = (
    rf"^(?P<before>{_LETTER}?) ?(?P<sign>[+-]?)"
    r"(?P<whole>\d{1,3}(?: \d{3}){1,3}(?:\.\d{1,15})?|\d{1,9}(?:\.\d{1,15})?) ?(?P<mark>°?)"
    r"(?: ?(?P<minutes>\d{1,2}(?:\.\d{1,15})?) ?(?P<prime>'?)"
    r'(?: ?(?P<seconds>\d{1,2}(?:\.\d{1,15})?) ?"?)?)?'
    rf" ?(?P<after>{_LETTER}?)$"
)

# What stands around a pair and says nothing: brackets, and words for the axes.
_AROUND = (
    r"^(?:SRID=\d+;)? ?(?:POINT ?)?[(\[]|[)\]]$"
    r"|\bLAT(?:ITUDE?)?[ =]*|\bLON(?:G(?:ITUDE?)?)?[ =]*"
)
# In order: the first that matches a text parts it.
_PARTINGS = (
    r"^(?P<a>[^;|/]+)[;|/](?P<b>[^;|/]+)$",
    r"^(?P<a>.+?) ?, (?P<b>.+)$",
    rf"^(?P<a>.*{_LETTER}) ?,? ?(?P<b>[+-]?\d.*{_LETTER})$",
    rf"^(?P<a>{_LETTER}.*?) ?,? ?(?P<b>{_LETTER} ?\d.*)$",
    r"^(?P<a>[^ ]+) (?P<b>[^ ]+)$",
    r"^(?P<a>[+-]?\d{1,3} ?°[^°]+?) (?P<b>[+-]?\d{1,3} ?°[^°]+)$",
    r"^(?P<a>[^,]+),(?P<b>[^,]+)$",
    r"^(?P<a>[+-]?\d+,\d+),(?P<b>[+-]?\d+,\d+)$",
)


class Halves(NamedTuple):
    """One half of each coordinate of a column, NaN where there is none.

    `northward` and `eastward` mark those whose letter says the axis; `degrees` those that are
    degrees by their signs.
    """

    numbers: Floats
    blank: Mask
    bad: Mask
    northward: Mask
    eastward: Mask
    degrees: Mask


def read_halves(values: pd.Series[Any]) -> Halves:
    """Read a column with one half of a coordinate.

    Parameters
    ----------
    values : Series of n
        Numbers, as `read_numbers` takes them, or text: degrees with a letter (N, S, E, W and
        Swedish Ö, O, V, before or after), with minutes, with seconds; metres with a letter.

    Returns
    -------
    Halves
        South and west are negative. Bad is what cannot be read, or has 60 minutes or more.

    Notes
    -----
    Degrees and minutes without any sign or letter ("59 25") are not read: they may be a number
    that lost its comma. Three numbers ("59 25 41") are.
    """
    plain = read_numbers(values)
    none = np.zeros(len(values), dtype=bool)
    halves = Halves(plain.numbers, plain.blank, plain.bad, none, none.copy(), none.copy())
    rows = np.flatnonzero(plain.bad)
    if len(rows) == 0 or _is_numeric(values):
        return halves
    return _fill_written(halves, rows, as_text(values.iloc[rows]))


def read_pairs(values: pd.Series[Any]) -> tuple[Halves, Halves]:
    """Read a column with both halves of a coordinate in each cell.

    Parameters
    ----------
    values : Series of n text
        As "59.4281, 17.9515", "59,4281 17,9515", "6591437 667425", "59°25.7'N 17°57.1'E" or
        "POINT (17.95 59.43)".

    Returns
    -------
    tuple of Halves
        What stands first and what stands second. A cell that cannot be parted is bad in both.
    """
    text = pc.dictionary_encode(as_text(values)).combine_chunks()
    codes = pc.fill_null(text.indices, -1).to_numpy(zero_copy_only=False)
    distinct = pc.replace_substring_regex(_plain(text.dictionary), pattern=_AROUND, replacement="")
    distinct = pc.utf8_trim_whitespace(distinct)
    none = pa.nulls(len(distinct), pa.large_string())
    first, second = none, none
    for pattern in _PARTINGS:
        found = pc.extract_regex(distinct, pattern=pattern)
        first = pc.coalesce(first, pc.struct_field(found, "a"))
        # A null here is one in both: a text is parted by one pattern.
        second = pc.coalesce(second, pc.struct_field(found, "b"))
    blank = pc.equal(pc.utf8_length(distinct), 0).to_numpy(zero_copy_only=False)
    whole = Halves(
        np.full(len(distinct), np.nan), blank, ~blank, *(np.zeros(len(distinct), bool),) * 3
    )
    rows = np.flatnonzero(pc.is_valid(first).to_numpy(zero_copy_only=False))
    parted = (_fill_written(_copied(whole), rows, half.take(rows)) for half in (first, second))
    one, two = (_spread(half, codes) for half in parted)
    # A cell with half a coordinate that can be read is a cell that cannot be read.
    bad = one.bad | two.bad
    return _without(one, bad), _without(two, bad)


def _is_numeric(values: pd.Series[Any]) -> bool:
    """Say whether a column holds numbers, so that no text hides in it."""
    return values.dtype.kind in "iufb"


def _copied(halves: Halves) -> Halves:
    """Copy what will be written into."""
    return Halves._make(values.copy() for values in halves)


def _without(halves: Halves, bad: Mask) -> Halves:
    """Take the numbers of bad cells away."""
    return halves._replace(numbers=np.where(bad, np.nan, halves.numbers), bad=bad)


def _spread(distinct: Halves, codes: np.ndarray[Any, Any]) -> Halves:
    """Give each row what its distinct value has; a missing one is blank."""
    # The last place stands for -1, the code of a missing value.
    nothing = (np.nan, True, False, False, False, False)
    return Halves._make(
        np.append(values, [value])[codes] for values, value in zip(distinct, nothing, strict=True)
    )


def _plain(text: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Write each sign in one way, and letters large."""
    text = pc.utf8_upper(pc.utf8_normalize(text, form="NFC"))
    for pattern, replacement in _SIGNS:
        text = pc.replace_substring_regex(text, pattern=pattern, replacement=replacement)
    return pc.utf8_trim_whitespace(text)


def _fill_written(halves: Halves, rows: np.ndarray[Any, Any], text: pa.ChunkedArray) -> Halves:
    """Fill in the rows whose text can be read as one half of a coordinate."""
    coded = pc.dictionary_encode(text)
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    distinct = _read_distinct(coded.dictionary)
    for mine, read in zip(halves, distinct, strict=True):
        mine[rows] = read[codes]
    return halves


def _read_distinct(text: pa.Array) -> Halves:
    """Read distinct texts, all of them given."""
    plain = pc.replace_substring(_plain(text), pattern=",", replacement=".")
    found = pc.extract_regex(plain, pattern=_HALF)

    def words(name: str) -> np.ndarray[Any, Any]:
        return pc.fill_null(pc.struct_field(found, name), "").to_numpy(zero_copy_only=False)

    def numbers(name: str) -> Floats:
        digits = pc.replace_substring(pc.struct_field(found, name), pattern=" ", replacement="")
        digits = pc.if_else(pc.equal(digits, ""), None, digits)
        read: Floats = pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False)
        return read

    before, after = words("before"), words("after")
    letter = np.where(before == "", after, before)
    whole, minutes, seconds = numbers("whole"), numbers("minutes"), numbers("seconds")
    negative = words("sign") == "-"
    parted, in_three = ~np.isnan(minutes), ~np.isnan(seconds)
    marked = words("mark") == "°"
    westward, southward = np.isin(letter, _WEST), np.isin(letter, _SOUTH)
    whole_minutes = np.where(in_three, minutes % 1 == 0, True)  # noqa: FBT003 - a value
    good = (
        np.isfinite(whole)
        & ((before == "") | (after == ""))
        & ~(negative & (letter != ""))
        & (~parted | ((whole % 1 == 0) & (minutes < _SIXTY) & whole_minutes))
        & (~in_three | (seconds < _SIXTY))
        & (~parted | in_three | marked | (words("prime") != "") | (letter != ""))
        & ((whole <= _MAX_DEGREES) | ~(parted | marked | westward | southward))
    )
    value = whole + np.nan_to_num(minutes) / 60 + np.nan_to_num(seconds) / 3600
    value = np.where(negative | westward | southward, -value, value)
    return Halves(
        np.where(good, value, np.nan),
        np.zeros(len(value), dtype=bool),
        ~good,
        good & (np.isin(letter, _NORTH) | southward),
        good & (np.isin(letter, _EAST) | westward),
        good & (parted | marked),
    )
