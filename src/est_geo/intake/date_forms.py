"""The forms in which a date, with or without a time of day, is written: text to numbers.

Nothing is judged here: day 45 of month 13 is read as that, and a date may lack its year. Where day
and month are both numbers the day comes first, unless the year of four digits does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from est_geo.intake.clock import (
    BARE_CLOCK,
    CLOCK,
    DAY,
    integers,
    matches,
    read_clocks,
    share_of_day,
)

if TYPE_CHECKING:
    from typing import Any, Self

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

ZONE = "Europe/Stockholm"

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
# Two letters tell the weekdays of Swedish and English apart, also without rings and dots.
_WEEKDAYS = {
    "må": 0, "ma": 0, "mo": 0, "ti": 1, "tu": 1, "on": 2, "we": 2, "to": 3, "th": 3, "fr": 4,
    "lö": 5, "lo": 5, "sa": 5, "sö": 6, "so": 6, "su": 6,
}  # fmt: skip

_LONGEST = 100
_SHARE_DIGITS = 17
_DASHES = r"[\x{2010}-\x{2015}\x{2043}\x{2212}\x{FE58}\x{FE63}\x{FF0D}]"
_UNSEEN = r"[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]"

_WEEKDAY = (
    r"(?P<weekday>(?:m[åa]n|tis|ons|tors?|fre|l[öo]r|s[öo]n)(?:dag(?:en)?)?"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?)"
)
_NAME = (
    r"(?P<name>jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:s|ch)?|apr(?:il)?|ma[jy]|jun[ie]?"
    r"|jul[iy]?|aug(?:usti?)?|sep(?:t(?:ember)?)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NTH = r"(?:\.|:?[ae]|st|nd|rd|th)?"
_WEEK = r"(?:vecka|week|v|w)\.? ?(?P<week>\d{1,2})"
_DAY, _MONTH, _YEAR, _SHORT = (
    r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})", r"(?P<year>\d{4})", r"(?P<short>\d{2})"
)  # fmt: skip
# Nearly anything may stand before a year of four digits. One of two needs a mark: in "29/3 22" it
# may be ten at night.
_YEAR_AFTER = rf"(?:(?:\.? ?[-/.,] ?|\.? ){_YEAR}|\.? ?[-/.'] ?'?{_SHORT})"

# Those that are written month first in other countries, so that a column may turn out to be so.
_SLASHED = (
    rf"{_DAY} ?/ ?{_MONTH}{_YEAR_AFTER}",
    rf"{_DAY}-{_MONTH}-{_YEAR}",
    rf"{_DAY} ?/ ?{_MONTH}",
)
_FORMS = (
    *_SLASHED[:2],
    rf"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}",
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:\.0)?",
    r"(?P<short>\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:\.0)?",
    rf"{_DAY}\. ?{_MONTH}{_YEAR_AFTER}",
    rf"{_DAY}{_NTH}[ -]?{_NAME}(?:[ ,-]*{_YEAR}|[ -]*[ '-]{_SHORT})",
    rf"{_NAME} {_DAY}{_NTH},? {_YEAR}",
    rf"{_YEAR} ?-? ?{_WEEK}(?:-(?P<iso>[1-7]))?",
    rf"{_WEEK}(?:(?: ?[-/.,] ?| )(?:år )?{_YEAR}| ?[-/.'] ?{_SHORT})",
    r"(?P<serial>[3-7]\d{4})(?:[.,](?P<share>\d{1,17}))?",
    # Without a year.
    _SLASHED[2],
    rf"{_DAY}\. ?{_MONTH}",
    rf"{_DAY}{_NTH}[ -]?{_NAME}",
    _WEEK,
)
# Where a time of day stands beside a date: after it, marked or not; before it; run together.
_SPLITS = (
    rf"(?P<date>.*?[^ ,-])(?:,? kl |, ?| | - |, - )(?P<clock>{CLOCK})",
    rf"(?P<date>.*\d)t(?P<clock>{CLOCK})",
    rf"(?P<date>.*?[^ ,]),? (?P<clock>kl {BARE_CLOCK})",
    r"(?P<date>\d{8})[ t]?(?P<clock>\d{4}(?:\d{2})?)",
    r"(?P<date>\d{4}-\d\d-\d\d|.+[ /.-]\d{4})[ t](?P<clock>\d{4})",
    rf"(?P<clock>(?:kl )?{CLOCK}|kl {BARE_CLOCK}),? (?P<date>.+)",
)
_HOURS = r"(?:0\d|1[0-4])"
_OFFSET = rf"(?:z|utc|gmt|[+-]{_HOURS}(?::?[0-5]\d)?)"
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_OFFSETS = (
    rf"{_ISO_DAY}t\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)? ?{_OFFSET}",
    rf"{_ISO_DAY} \d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,9}})? ?{_OFFSET}",
    # Here 10:00-11:00 is an hour in Sweden, not a time eleven hours west of Greenwich.
    rf"{_ISO_DAY} \d{{1,2}}:\d{{2}} ?(?:z|utc|gmt|\+{_HOURS}(?::?[0-5]\d)?|-{_HOURS}\d\d)",
)
_WITH_OFFSET = rf"^(?:{'|'.join(_OFFSETS)})$"

# What people and programs write where they know nothing.
_NOTHING = (
    r"^(?:[-?._/*() ]*|(?:(?:uppgift|datum|tid(?:punkt)?) )?(?:okänd|okänt|okända|saknas)|vet ej"
    r"|ej (?:känt|känd|angivet|angiven)|unknown|n/?a|nan|nat|null|none)$"
)


@dataclass(frozen=True)
class Parts:
    """The numbers in n texts, -1 for what a text does not say.

    `weekday` is 0 for Monday; `clock` in microseconds; `short` marks years of two digits, `slashed`
    dates as 29/3 2026, and `fixed` times given with an offset, which are local time here.
    """

    year: Integers
    month: Integers
    day: Integers
    week: Integers
    weekday: Integers
    clock: Integers
    short: Mask
    slashed: Mask
    fixed: Mask

    @classmethod
    def none(cls, n: int) -> Self:
        """Parts of n texts that say nothing."""
        year, month, day, week, weekday, clock = (np.full(n, -1, dtype=np.int64) for _ in range(6))
        short, slashed, fixed = (np.zeros(n, dtype=bool) for _ in range(3))
        return cls(year, month, day, week, weekday, clock, short, slashed, fixed)

    @property
    def dated(self) -> Mask:
        """Which say a day or a week, of whatever year."""
        return ((self.month >= 0) & (self.day >= 0)) | (self.week >= 0)

    @property
    def said(self) -> Mask:
        """Which say anything."""
        return self.dated | (self.day >= 0) | (self.clock >= 0)

    def take(self, where: Integers) -> Self:
        """Take some of the texts."""
        return type(self)(*(getattr(self, part.name)[where] for part in fields(self)))

    def put(self, where: Integers, parts: Parts) -> None:
        """Fill in some of the texts."""
        for part in fields(self):
            getattr(self, part.name)[where] = getattr(parts, part.name)


def plain(text: pa.Array) -> pa.Array:
    """Write texts one way: small letters, one kind of dash and blank, "kl", no mark at the end."""
    text = pc.utf8_normalize(text, form="NFKC")
    text = pc.utf8_lower(text)
    text = pc.replace_substring_regex(text, pattern=_UNSEEN, replacement="")
    text = pc.replace_substring_regex(text, pattern=_DASHES, replacement="-")
    text = pc.replace_substring(text, pattern="\N{RIGHT SINGLE QUOTATION MARK}", replacement="'")
    text = pc.replace_substring_regex(text, pattern=r"\s+", replacement=" ")
    text = pc.replace_substring_regex(
        text, pattern=r"(^|[ ,\d])kl(?:ockan)?[.:]? ?(\d)", replacement=r"\1kl \2"
    )
    text = pc.replace_substring_regex(text, pattern=r"^[ '\"]+|[ .,;'\"]+$", replacement="")
    # No date is as long; what is must not become one by being cut.
    return pc.utf8_slice_codeunits(text, 0, _LONGEST)


def says_nothing(text: pa.Array) -> Mask:
    """Say which texts, as `plain` gives them, only mean that something is not known."""
    return matches(text, _NOTHING)


def read_parts(text: pa.Array) -> Parts:
    """Read what is written in each text.

    Parameters
    ----------
    text : array of n text
        As `plain` gives it.

    Returns
    -------
    Parts
        Of a date with or without a time of day; or of a time of day, or a day of the month alone,
        which stand in one half of an interval.
    """
    parts = Parts.none(len(text))
    where = np.flatnonzero(matches(text, _WITH_OFFSET))
    if len(where):
        parts.put(where, _of_moments(local_times(text.take(pa.array(where)))))
    for pattern in _SPLITS:
        where, found = extract(text, pattern, unread=~parts.said)
        if len(where) == 0:
            continue
        clocks = read_clocks(pc.struct_field(found, "clock"), bare=True)
        # Many times of day share a date.
        codes = pc.struct_field(found, "date").dictionary_encode()
        dates = _read_dates(codes.dictionary).take(codes.indices.to_numpy(zero_copy_only=False))
        good = dates.dated & (dates.clock < 0) & clocks.readable
        dates.clock[good] = clocks.micros[good]
        parts.put(where[good], dates.take(np.flatnonzero(good)))
    where = np.flatnonzero(~parts.said)
    parts.put(where, _read_dates(text.take(pa.array(where))))
    for pattern in (rf"(?P<clock>(?:kl )?{CLOCK}|kl {BARE_CLOCK})", rf"{_DAY}"):
        where, found = extract(text, pattern, unread=~parts.said)
        if len(where) and "clock" in pattern:
            parts.clock[where] = read_clocks(pc.struct_field(found, "clock"), bare=True).micros
        elif len(where):
            parts.day[where] = integers(pc.struct_field(found, "day"))
    return parts


def local_times(text: pa.Array) -> Integers:
    """Give ISO times with an offset as clocks in Sweden showed them, microseconds since 1970.

    The least integer, pandas' NaT, stands where there is no such time.
    """
    text = pc.replace_substring(text, pattern=",", replacement=".")
    for pattern, replacement in (
        (r"^(.{10})[ tT](\d:)", r"\1T0\2"),
        (r"^(.{10})[ t]", r"\1T"),
        (r" ?(?:[zZ]|utc|gmt)$", "Z"),
        (r"(:[\d.]+) ?([+-]\d\d):?(\d\d)$", r"\1\2:\3"),
        (r"(:[\d.]+) ?([+-]\d\d)$", r"\1\2:00"),
    ):
        text = pc.replace_substring_regex(text, pattern=pattern, replacement=replacement)
    times = pd.to_datetime(pd.Series(text.to_pandas()), format="ISO8601", errors="coerce", utc=True)
    local = times.dt.tz_convert(ZONE).dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    micros: Integers = local.astype(np.int64)
    return micros


def extract(text: pa.Array, pattern: str, *, unread: Mask) -> tuple[Integers, pa.StructArray]:
    """Find the unread texts that a pattern fits in whole, and its groups in them."""
    whole = f"^(?:{pattern})$"
    rows = np.flatnonzero(unread)
    # To look for a fit is ten times as fast as to take it apart.
    rows = rows[matches(text.take(pa.array(rows)), whole)] if len(rows) else rows
    if len(rows) == 0:
        return rows, pa.array([], pa.struct([]))
    return rows, pc.extract_regex(text.take(pa.array(rows)), pattern=whole)


def _read_dates(text: pa.Array) -> Parts:
    """Read dates that stand alone, perhaps after a weekday and "den"."""
    parts = Parts.none(len(text))
    where, found = extract(text, rf"{_WEEKDAY}[.,]* (?P<rest>.+)", unread=np.ones(len(text), bool))
    words = np.full(len(text), -1, dtype=np.int64)
    if len(where):
        words[where] = _look_up(pc.struct_field(found, "weekday"), _WEEKDAYS, letters=2)
        mask = np.zeros(len(text), dtype=bool)
        mask[where] = True
        text = pc.replace_with_mask(text, pa.array(mask), pc.struct_field(found, "rest"))
    text = pc.replace_substring_regex(text, pattern=r"^den ", replacement="")
    for form in _FORMS:
        where, found = extract(text, form, unread=~parts.dated)
        if len(where):
            parts.put(where, _of_groups(found, slashed=form in _SLASHED))
    dated = parts.dated & (words >= 0)
    parts.weekday[dated] = words[dated]
    return parts


def _of_groups(found: pa.StructArray, *, slashed: bool) -> Parts:
    """Turn the groups of one form into numbers."""
    said = {field.name: pc.struct_field(found, field.name) for field in found.type}
    if "serial" in said:
        return _of_serials(said["serial"], said["share"])
    parts = Parts.none(len(found))
    for name in ("year", "month", "day", "week"):
        if name in said:
            getattr(parts, name)[:] = integers(said[name])
    if "short" in said:
        years = integers(said["short"])
        parts.short[:] = years >= 0
        parts.year[:] = np.where(parts.short, 2000 + years, parts.year)
    if "name" in said:
        parts.month[:] = _look_up(said["name"], _MONTHS, letters=3)
    if "iso" in said:
        days = integers(said["iso"])
        parts.weekday[:] = np.where(days > 0, days - 1, -1)
    parts.slashed[:] = slashed
    return parts


def _of_serials(serial: pa.Array, share: pa.Array) -> Parts:
    """Turn a spreadsheet's days since 1899-12-30 into dates; with a share, a time of day too."""
    days = integers(serial) - 25_569
    shares = integers(pc.utf8_rpad(share, width=_SHARE_DIGITS, padding="0")) / 10**_SHARE_DIGITS
    parts = _of_moments(days * DAY + share_of_day(shares))
    whole = matches(share, "^0*$")
    parts.clock[whole] = -1
    parts.fixed[:] = False
    return parts


def _of_moments(micros: Integers) -> Parts:
    """Take moments, microseconds since 1970, apart; say nothing of those that are NaT."""
    parts = Parts.none(len(micros))
    there = np.flatnonzero(micros != np.iinfo(np.int64).min)
    days = (micros[there] // DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    parts.year[there] = months.astype("datetime64[Y]").astype(np.int64) + 1970
    parts.month[there] = months.astype(np.int64) % 12 + 1
    parts.day[there] = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    parts.clock[there] = micros[there] % DAY
    parts.fixed[there] = True
    return parts


def _look_up(words: pa.Array, numbers: dict[str, int], *, letters: int) -> Integers:
    """Give the number of each word by its first letters."""
    keys = pa.array(list(numbers), pa.large_string())
    found = pc.index_in(pc.utf8_slice_codeunits(words, 0, letters), value_set=keys)
    places: Integers = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
    return np.append(np.array(list(numbers.values())), -1)[places]
