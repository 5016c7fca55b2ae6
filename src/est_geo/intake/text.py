"""Text from files made clean: one way to write each character, nothing that hides, and numbers.

All of it runs on whole columns at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from typing import Any

MAX_CHARACTERS = 500

_TEXT = pd.StringDtype(na_value=np.nan)
# Line breaks and tabs part words; the rest of these are not seen and turn text around.
_WHITE = r"[\s\x{00A0}\x{2007}\x{202F}\x{2009}]+"
_HIDDEN = r"[\p{Cc}\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]"
# What write_table puts before a text that a spreadsheet would take for a formula.
_FORMULA_GUARD = r"^'(\s*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}|%])"

# Printable ASCII and the letters of Latin-1, single blanks between, no quote first: clean already.
_CLEAN = r"^[!-&(-~\x{00C0}-\x{00FF}]( ?[!-~\x{00C0}-\x{00FF}])*$"

_SPACE = r"[ \x{00A0}\x{2007}\x{202F}\x{2009}]"
_NUMBER = rf"[+-]?(\d+|\d{{1,3}}({_SPACE}\d{{3}})+)([.,]\d+)?([eE][+-]?\d{{1,3}})?"

_PLAIN_NUMBER = r"^-?\d+([.,]\d+)?$"


class Numbers(NamedTuple):
    """Numbers read from a column, NaN where there is none."""

    numbers: np.ndarray[Any, np.dtype[np.float64]]
    blank: np.ndarray[Any, np.dtype[np.bool_]]
    bad: np.ndarray[Any, np.dtype[np.bool_]]


def as_text(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Give a column of any kind as text, missing where it is missing."""
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
    # The array inside, not the Series: that one is copied value by value.
    text = pa.array(values.astype(_TEXT).array)
    chunks = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
    return chunks.cast(pa.large_string())


def clean_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Clean a column of text.

    Parameters
    ----------
    values : Series of n
        Anything; numbers are written out.

    Returns
    -------
    Series of n text
        In NFC, white space made single blanks, hidden characters removed, cut at
        `MAX_CHARACTERS`; missing where nothing is left.
    """
    text = as_text(values).combine_chunks()
    text = pc.if_else(pc.equal(pc.binary_length(text), 0), None, text)
    # Nearly all text is clean as it comes, and to see that costs a tenth of cleaning it.
    clean = pc.and_(
        pc.match_substring_regex(text, pattern=_CLEAN),
        pc.less_equal(pc.binary_length(text), MAX_CHARACTERS),
    )
    dirty = pc.invert(pc.fill_null(clean, fill_value=True))
    if pc.any(dirty).as_py():
        text = pc.replace_with_mask(text, dirty, _clean(text.filter(dirty)))
    inside = _TEXT.__from_arrow__(text)  # type: ignore[attr-defined]  # not in the stubs
    return pd.Series(inside, index=values.index)


def _clean(text: pa.Array) -> pa.Array:
    """Clean texts that need it."""
    text = pc.utf8_normalize(text, form="NFC")
    text = pc.replace_substring_regex(text, pattern=_WHITE, replacement=" ")
    text = pc.replace_substring_regex(text, pattern=_HIDDEN, replacement="")
    text = pc.replace_substring_regex(text, pattern=_FORMULA_GUARD, replacement=r"\1")
    text = pc.utf8_trim_whitespace(text)
    text = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(text, 0, MAX_CHARACTERS))
    return pc.if_else(pc.equal(pc.utf8_length(text), 0), None, text)


def read_numbers(values: pd.Series[Any]) -> Numbers:
    """Read a column of numbers.

    Parameters
    ----------
    values : Series of n
        Numbers, or text with decimal point or comma, thousands parted by any kind of space, and
        either minus sign.

    Returns
    -------
    Numbers
        The values; which are blank; and which hold something that is not a finite number.
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        found = values.to_numpy(dtype=float, na_value=np.nan)
        blank = np.isnan(found)
        bad = np.isinf(found)
        return Numbers(np.where(bad, np.nan, found), blank, bad)
    text = pc.utf8_trim_whitespace(as_text(values))
    blank = pc.equal(pc.binary_length(text), 0)
    plain = pc.if_else(blank, None, text)
    # Nearly all columns hold nothing else, and to see that costs a third of what follows.
    if not pc.all(pc.match_substring_regex(plain, pattern=_PLAIN_NUMBER), min_count=0).as_py():
        plain = pc.replace_substring(plain, pattern="\u2212", replacement="-")
        valid = pc.match_substring_regex(plain, pattern=rf"^{_NUMBER}$")
        plain = pc.if_else(valid, plain, None)
        plain = pc.replace_substring_regex(plain, pattern=_SPACE, replacement="")
        # Arrow reads no leading plus.
        plain = pc.replace_substring_regex(plain, pattern=r"^\+", replacement="")
    plain = pc.replace_substring(plain, pattern=",", replacement=".")
    found = pc.cast(plain, pa.float64()).to_numpy()
    blank = pc.fill_null(blank, fill_value=True).to_numpy()
    found = np.where(np.isfinite(found), found, np.nan)
    return Numbers(found, blank, ~blank & np.isnan(found))
