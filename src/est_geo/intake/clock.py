"""Times of day as people write them: "14:30", "kl. 22.30", "24:00", "2230", 2:30 pm."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from typing import Any

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS

# With minutes, so that it can be told from a day, a year or a number wherever it stands.
CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?(?: ?[ap]\.?m)?"
# Without minutes, or without a mark between: only after "kl" or in a column of its own.
BARE_CLOCK = r"\d{1,2}(?:\d{2}){0,2}(?: ?[ap]\.?m)?"

_MARKED = (
    r"^(?:kl )?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?(?: ?(?P<half>[ap])\.?m)?$"
)
_BARE = (
    r"^(?:kl )?(?P<hour>\d{1,2})(?:(?P<minute>\d{2})(?P<second>\d{2})?)?(?P<fraction>)"
    r"(?: ?(?P<half>[ap])\.?m)?$"
)
# A spreadsheet's time of day is a share of the day. Two decimals would be 0.30 for half past.
_SHARE = r"^0?(?:\.\d|,\d{1,2}|[.,]\d{3,17})$"
# What spreadsheets and pandas put before a time of day that has no date.
_NO_DATE = r"^(?:(?:1899-12-3[01]|1900-01-0[01])[ t]|0 days )"


class Clocks(NamedTuple):
    """Times of day, in microseconds since midnight (24:00 is one day); -1 where not readable."""

    micros: Integers
    readable: Mask


def integers(text: pa.Array) -> Integers:
    """Give digits as integers, -1 where there are none."""
    digits = pc.if_else(pc.equal(pc.binary_length(text), 0), None, text)
    found: Integers = pc.fill_null(digits.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return found


def matches(text: pa.Array, pattern: str) -> Mask:
    """Say which texts fit a pattern; missing ones do not."""
    fits = pc.fill_null(pc.match_substring_regex(text, pattern=pattern), fill_value=False)
    mask: Mask = fits.to_numpy(zero_copy_only=False)
    return mask


def read_clocks(text: pa.Array, *, bare: bool = False) -> Clocks:
    """Read times of day.

    Parameters
    ----------
    text : array of n text
        As `date_forms.plain` gives it: "14:30", "14.30", "kl 22.30", "22:30:00", "24:00",
        "2:30 pm".
    bare : bool
        Read "22", "2230", "223000" too, and a spreadsheet's share of a day, as 0,604166.

    Returns
    -------
    Clocks
        n times of day, and which of the texts are one.
    """
    # A day has few times of day, however many rows there are.
    codes = text.dictionary_encode()
    micros = _read_distinct(codes.dictionary, bare=bare)[
        codes.indices.to_numpy(zero_copy_only=False)
    ]
    return Clocks(micros, micros >= 0)


def _read_distinct(text: pa.Array, *, bare: bool) -> Integers:
    """Read times of day that are all different."""
    if bare:
        text = pc.replace_substring_regex(text, pattern=_NO_DATE, replacement="")
        text = pc.replace_substring_regex(text, pattern=r"^(\d{1,6})\.0$", replacement=r"\1")
    micros = np.full(len(text), -1, dtype=np.int64)
    for pattern in (_MARKED, _BARE) if bare else (_MARKED,):
        found = pc.extract_regex(text, pattern=pattern)
        where = np.flatnonzero(~pc.is_null(found).to_numpy(zero_copy_only=False) & (micros < 0))
        if len(where):
            micros[where] = _micros(found.take(pa.array(where)))
    if bare:
        where = np.flatnonzero(matches(text, _SHARE) & (micros < 0))
        shares = pc.replace_substring(text.take(pa.array(where)), pattern=",", replacement=".")
        shares = pc.utf8_lpad(pc.utf8_ltrim(shares, characters="0"), width=2, padding="0")
        micros[where] = share_of_day(shares.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return micros


def share_of_day(share: np.ndarray[Any, np.dtype[np.float64]]) -> Integers:
    """Give shares of a day in microseconds, to the whole second: more they do not hold."""
    rounded: Integers = np.rint(share * 86_400).astype(np.int64) * MICROSECONDS
    return rounded


def _micros(found: pa.StructArray) -> Integers:
    """Put the parts of a time of day together; -1 where no clock shows it."""
    hour, minute, second = (
        integers(pc.struct_field(found, part)) for part in ("hour", "minute", "second")
    )
    minute, second = np.maximum(minute, 0), np.maximum(second, 0)
    digits = pc.utf8_slice_codeunits(pc.struct_field(found, "fraction"), 0, 6)
    fraction = integers(pc.utf8_rpad(digits, width=6, padding="0"))
    half = pc.struct_field(found, "half")
    halved = pc.not_equal(half, "").to_numpy(zero_copy_only=False)
    afternoon = pc.equal(half, "p").to_numpy(zero_copy_only=False)
    possible = (minute < 60) & (second < 60) & (hour <= 24)  # noqa: PLR2004 - as on a clock
    possible &= ~halved | ((hour >= 1) & (hour <= 12))  # noqa: PLR2004
    hour = np.where(halved, hour % 12 + 12 * afternoon, hour)
    micros = ((hour * 60 + minute) * 60 + second) * MICROSECONDS + fraction
    return np.where(possible & (micros <= DAY), micros, -1)
