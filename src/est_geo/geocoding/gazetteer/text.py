"""Texts of an address register: cells cleaned, house numbers and postcodes read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

    Texts = pd.Series[Any]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

TEXT: Final = "str"

# What programs write for nothing. Only as they write it: a village may be called Nan.
_NOTHING = frozenset(
    ("", "-", "–", "None", "none", "NULL", "null", "<Null>", "<null>", "nan", "NaN", "#N/A")
)
# What a cell rarely has: characters beyond composed Latin letters, or spaces that are too many.
_UNCLEAN = r"[^\x20-\x7e\x{c0}-\x{ff}]|^ | $|  "
# Signs that are not seen, and marks that turn the direction of writing.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffc-\uffff]")
_LONGEST = 200

_DESIGNATION = re.compile(
    r"0*(?P<first>\d{1,5})\s*(?P<letter>[A-ZÅÄÖ]{0,2})\s*(?P<half>½|(?<=\s)1/2)?"
    r"(?:\s*[-–—/]\s*(?:0*(?P<last>\d{1,5}))?\s*(?P<to_letter>[A-ZÅÄÖ]{0,2}))?"
)
# A range longer than this is no building; its two ends are kept.
_LONGEST_RANGE = 40
_MOST = 60
_POSTCODE = r"^(?:SE?-?)?(\d{3})\s?(\d{2})$"


def clean(values: Texts) -> Texts:
    """Give a column as text: composed, without unseen signs and needless spaces, or missing.

    Parameters
    ----------
    values : Series of n
        Cells of any kind; whole numbers stored with decimals are written without.

    Returns
    -------
    Series of n str
        At most 200 characters each; missing where the cell says nothing.
    """
    if pd.api.types.is_float_dtype(values):
        whole = (values.dropna() % 1 == 0).all() and np.isfinite(values.dropna()).all()
        values = values.astype("Int64") if whole else values
    texts = values
    if values.dtype != TEXT:
        texts = values.astype("object").where(values.notna(), None).astype(TEXT)
    return on_distinct(texts, _clean_all)


def _clean_all(texts: Texts) -> Texts:
    # Arrow's own matching: a register has as many identifiers as rows.
    unclean = pc.match_substring_regex(pa.array(texts.array), _UNCLEAN).to_numpy(
        zero_copy_only=False
    )
    changed = texts.copy()
    changed[unclean] = [_clean(text) for text in texts[unclean]]
    if changed.str.len().max() > _LONGEST:
        changed = changed.str.slice(0, _LONGEST)
    return changed.mask(changed.isin(_NOTHING))


def _clean(text: str) -> str:
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def on_distinct(texts: Texts, change: Callable[[Texts], Texts]) -> Texts:
    """Change texts, each different one once; missing ones stay missing."""
    codes, distinct = pd.factorize(texts)
    if len(distinct) == 0:
        return texts.astype(TEXT)
    changed = change(pd.Series(distinct, dtype=TEXT)).astype(TEXT)
    # The last is for those without a text.
    with_none = pd.concat([changed, pd.Series([np.nan], dtype=TEXT)], ignore_index=True)
    return with_none.take(codes % len(with_none)).set_axis(texts.index)


def read_numbers(values: Texts) -> tuple[Floats, Mask]:
    """Read numbers with a decimal point or comma.

    Returns
    -------
    numbers : array of n
        NaN where there is none.
    bad : array of n bool
        Cells with something that is no finite number.
    """
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan), np.isinf(numbers)
    texts = clean(values)
    plain = texts.str.replace(r"\s", "", regex=True).str.replace(",", ".").str.replace("−", "-")
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    endless = ~np.isfinite(numbers)
    return np.where(endless, np.nan, numbers), endless & texts.notna().to_numpy()


def read_postcodes(texts: Texts) -> Texts:
    """Give postcodes as five digits; missing where the text is none."""
    return on_distinct(texts, _read_postcodes)


def _read_postcodes(texts: Texts) -> Texts:
    parts = texts.str.upper().str.extract(_POSTCODE)
    return (parts[0] + parts[1]).astype(TEXT)


def read_designation(text: str) -> tuple[tuple[int, str], ...]:
    """Read what stands after a street's name on the sign.

    Parameters
    ----------
    text : str
        "12", "12B", "12 b", "10-12", "12A-D", "12A;12B", "5 1/2".

    Returns
    -------
    tuple of (int, str)
        Every house number and letter it stands for: of a range each one on the same side, or each
        one where its ends lie on different sides. A half is the letter "½". Empty where it cannot
        be read.
    """
    found: list[tuple[int, str]] = []
    for piece in re.split(r"[;,+&]", text.upper()):
        part = _read_piece(piece.strip())
        if not part:
            return ()
        found += part
    return tuple(dict.fromkeys(found)) if len(found) <= _MOST else ()


def _read_piece(piece: str) -> list[tuple[int, str]]:
    """Read one number with its letter, or one range."""
    said = _DESIGNATION.fullmatch(piece)
    if said is None or int(said["first"]) == 0:
        return []
    first, letter, to_letter = int(said["first"]), said["letter"], said["to_letter"]
    letter = "½" if said["half"] else letter
    if to_letter is None:
        return [(first, letter)]
    if said["last"] is None:
        return [(first, one) for one in _letters_between(letter, to_letter)]
    last = int(said["last"])
    if last < first:
        return []
    if letter or to_letter or last - first > _LONGEST_RANGE:
        between = _letters_between(letter, to_letter) if first == last else []
        return [(first, one) for one in between] or [(first, letter), (last, to_letter)]
    step = 1 if (last - first) % 2 else 2
    return [(number, "") for number in range(first, last + 1, step)]


def _letters_between(first: str, last: str) -> list[str]:
    """List the letters from one to another; none where they are not two plain letters."""
    if len(first) != 1 or len(last) != 1 or not first <= last <= "Z":
        return []
    return [chr(at) for at in range(ord(first), ord(last) + 1)]
