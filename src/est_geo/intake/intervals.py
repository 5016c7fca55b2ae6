"""Intervals within one cell, as "27-30 mars 2026": text to the numbers of both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow.compute as pc

from est_geo.intake.clock import CLOCK, read_clocks
from est_geo.intake.date_forms import Parts, extract, read_parts

if TYPE_CHECKING:
    from typing import Any

    import pyarrow as pa

    Mask = np.ndarray[Any, np.dtype[np.bool_]]

_WORDS = r"till(?: och med)?|t\.? ?o\.? ?m\.?|och|to|and|until"
# Tried in this order; both halves must then be read. The dashes are all one kind by now.
_BETWEEN = (
    rf"(?P<start>.+?)(?: -+ | ?-- ?| (?:{_WORDS}) )(?P<end>.+)",
    r"(?P<start>\d{4}-[^/]+)/(?P<end>\d{4}-.+)",
    rf"(?P<start>.*{CLOCK}) ?- ?(?P<end>.+)",
    r"(?P<start>[^-]+)-(?P<end>[^-]+)",
    r"(?P<start>\d{4}-\d\d-\d\d.*?) ?- ?(?P<end>\d{4}-\d\d-\d\d.*)",
    r"(?P<start>.+[/ ].*-\d{2,4}) ?- ?(?P<end>\d{1,2}[/ ].*-\d{2,4})",
)
_LEAD_IN = r"^(?:mellan|från(?: och med)?|fr\.? ?o\.? ?m\.?|between|from) "
_HOURS = r"kl (\d{1,2}) ?- ?(?:kl )?(\d{1,2})$"
_WEEKS = r"^((?:vecka|week|v|w)\.? ?)(\d{1,2}) ?- ?(\d{1,2}[ ,/]+\d{4})$"


class Ends(NamedTuple):
    """Both ends of the intervals among n texts; `clock_only` where the end has no date itself."""

    start: Parts
    end: Parts
    found: Mask
    clock_only: Mask


def read_intervals(text: pa.Array) -> Ends:
    """Read texts that are two dates, or a date and two times of day.

    Parameters
    ----------
    text : array of n text
        As `date_forms.plain` gives it.

    Returns
    -------
    Ends
        What one end leaves unsaid is taken from the other: the year, the month, the date.
    """
    n = len(text)
    ends = Ends(Parts.none(n), Parts.none(n), np.zeros(n, bool), np.zeros(n, bool))
    text = pc.replace_substring_regex(text, pattern=_LEAD_IN, replacement="")
    text = pc.replace_substring_regex(text, pattern=_HOURS, replacement=r"kl \1:00 - \2:00")
    text = pc.replace_substring_regex(text, pattern=_WEEKS, replacement=r"\1\2 - \1\3")
    for pattern in _BETWEEN:
        rows, halves = extract(text, pattern, unread=~ends.found)
        if len(rows) == 0:
            continue
        first, second = (
            pc.utf8_trim(pc.struct_field(halves, half), characters=" ,.")
            for half in ("start", "end")
        )
        start, end = _read_half(first), _read_half(second)
        # After a time of day 23.30 is one too, not the 23rd of some month.
        clocks = read_clocks(second)
        again = np.flatnonzero(clocks.readable & (start.clock >= 0))
        end.put(again, Parts.none(len(again)))
        end.clock[again] = clocks.micros[again]
        good, clock_only = _complete(start, end)
        where, among = rows[good], np.flatnonzero(good)
        ends.start.put(where, start.take(among))
        ends.end.put(where, end.take(among))
        ends.found[where] = True
        ends.clock_only[where] = clock_only[among]
    return ends


def _read_half(text: pa.Array) -> Parts:
    """Read one end of each interval; many share one."""
    codes = text.dictionary_encode()
    return read_parts(codes.dictionary).take(codes.indices.to_numpy(zero_copy_only=False))


def _complete(start: Parts, end: Parts) -> tuple[Mask, Mask]:
    """Let each end say what the other leaves unsaid; say which are intervals then."""
    clock_only = ~end.dated & (end.clock >= 0) & start.dated & (start.clock >= 0)
    for name in ("year", "month", "day", "week", "short", "slashed"):
        ours = getattr(start, name)
        getattr(end, name)[clock_only] = ours[clock_only]
    lone_day = ~start.dated & (start.day >= 0) & (end.day >= 0) & end.dated
    start.month[lone_day] = end.month[lone_day]
    start.slashed[lone_day] = end.slashed[lone_day]
    for one, other in ((start, end), (end, start)):
        yearless = (one.year < 0) & (other.year >= 0)
        one.year[yearless] = other.year[yearless]
        one.short[yearless] = other.short[yearless]
    return start.dated & end.dated, clock_only
