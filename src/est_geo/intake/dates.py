"""Times from files: what is written in a column to naive local time, and how precise it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from est_geo.intake import moments
from est_geo.intake.clock import DAY, matches
from est_geo.intake.date_forms import ZONE, local_times, plain, read_parts, says_nothing
from est_geo.intake.intervals import read_intervals
from est_geo.intake.moments import DAY_ONLY, MINUTE, NEVER, NOT_A_TIME, Moments
from est_geo.intake.text import as_text

if TYPE_CHECKING:
    from typing import Any

    Integers = np.ndarray[Any, np.dtype[np.int64]]
    Codes = np.ndarray[Any, np.dtype[np.int8]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

# The forms that machines write need no second look.
_ISO = r"^\d{4}-\d{2}-\d{2}(?:[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?$"
_ISO_OFFSET = (
    r"^\d{4}-\d{2}-\d{2}[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?"
    r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$"
)
_ISO_DATE = 10


class Times(NamedTuple):
    """Times read from a column.

    Attributes
    ----------
    times : Series of n
        Naive local time; missing where it is blank or not readable.
    until : Series of n
        Where an interval or a week was written, its end; without a time of day it is the last
        date, which belongs to it. Else missing.
    precision : Series of n text
        "minute" where a time of day was given, "day" where only a date, "week" where only a week;
        "unknown" where there is no time, or an interval longer than seven days.
    fault : array of n int8
        0, or one more than the place in `moments.REASONS` of why the text could not be used.
    """

    times: pd.Series[Any]
    until: pd.Series[Any]
    precision: pd.Series[Any]
    fault: Codes

    @property
    def outside(self) -> Mask:
        """Which are times that no incident has."""
        return self.fault == moments.OUTSIDE_RANGE

    @property
    def bad(self) -> Mask:
        """Which could not be read for another reason."""
        return (self.fault > 0) & ~self.outside


def parse_times(values: pd.Series[Any], *, year: int | None = None) -> Times:
    """Read a column of times.

    Parameters
    ----------
    values : Series of n
        Text in any of the forms of docs/intake.md, or times already. What has an offset or a zone
        is given as the clock showed in Sweden; what has none is taken as that already.
    year : int, optional
        The year of dates and weeks that lack one. Without it they are not read.

    Returns
    -------
    Times
        The times, their precision, and which could not be read and why.

    Notes
    -----
    The day comes before the month, always. Where at least three different dates can only be month
    first, and more than can only be day first, those that could be either are not read. Years of
    two digits are of this century, and not read where they lie more than a year after the latest
    year of four digits in the column, or after 2049 if there is none.
    """
    read = read_moments(values, year=year)
    return Times(
        as_times(read.start, values.index),
        as_times(read.end, values.index),
        as_precision(read.precision, values.index),
        read.fault,
    )


def as_times(micros: Integers, index: pd.Index[Any]) -> pd.Series[Any]:
    """Give moments as a column of times."""
    return pd.Series(micros.astype("datetime64[us]"), index=index)


def as_precision(codes: Codes, index: pd.Index[Any]) -> pd.Series[Any]:
    """Give precisions by name."""
    return pd.Series(pd.array(moments.PRECISIONS, dtype="str").take(codes), index=index)


def read_moments(values: pd.Series[Any], *, year: int | None = None) -> Moments:
    """Do what `parse_times` does, in numbers."""
    if isinstance(values.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(values):
        return _of_times(values).settle()
    text = pc.utf8_trim_whitespace(as_text(values)).combine_chunks()
    read = Moments.none(len(text))
    left = np.ones(len(text), dtype=bool)
    for pattern, parse in ((_ISO, _iso_times), (_ISO_OFFSET, local_times)):
        fits = matches(text, pattern) & left
        if not fits.any():
            continue
        these = text if fits.all() else text.filter(pa.array(fits))
        read.start[fits] = parse(these)
        dates = pc.equal(pc.binary_length(these), _ISO_DATE).to_numpy(zero_copy_only=False)
        read.precision[fits] = np.where(dates, DAY_ONLY, MINUTE)
        read.fixed[fits] = pattern == _ISO_OFFSET
        left &= ~fits
    read.fault[~left & (read.start == NEVER)] = NOT_A_TIME
    if left.any():
        rest = pc.fill_null(text.filter(pa.array(left)), "").dictionary_encode()
        codes = rest.indices.to_numpy(zero_copy_only=False)
        distinct = _read_distinct(rest.dictionary, year=year, others=read.start)
        read.put(left, distinct.take(codes))
    return read.settle()


def _of_times(values: pd.Series[Any]) -> Moments:
    """Take times as they are; a column without any time of day holds days."""
    zoned = isinstance(values.dtype, pd.DatetimeTZDtype)
    if zoned:
        values = values.dt.tz_convert(ZONE).dt.tz_localize(None)
    read = Moments.none(len(values))
    read.start[:] = values.to_numpy().astype("datetime64[us]").astype(np.int64)
    there = read.start != NEVER
    only_days = bool((read.start[there] % DAY == 0).all())
    read.precision[there] = DAY_ONLY if only_days else MINUTE
    read.fixed[:] = zoned
    read.blank[:] = ~there
    return read


def _iso_times(text: pa.Array) -> Integers:
    """Read ISO texts. Arrow is five times as fast as pandas, but stops at the first 30 February."""
    try:
        times = text.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        written = pd.Series(text.to_pandas(), dtype="str")
        times = pd.to_datetime(written, format="ISO8601", errors="coerce").to_numpy()
    micros: Integers = times.astype("datetime64[us]").astype(np.int64)
    return micros


def _read_distinct(text: pa.Array, *, year: int | None, others: Integers) -> Moments:
    """Read texts, each a different one, of which nothing is known; `others` are read already."""
    written = plain(text)
    blank = says_nothing(written)
    single = read_parts(written)
    rows = np.flatnonzero(~single.dated & ~blank)
    ends = read_intervals(written.take(pa.array(rows)))
    good = np.flatnonzero(ends.found)
    rows, last = rows[good], ends.end.take(good)
    single.put(rows, ends.start.take(good))
    latest_short = moments.latest_short_year((single, last), others)
    month_first = moments.is_month_first((single, last))
    read, end = (
        moments.place(parts, year=year, latest_short=latest_short, month_first=month_first)
        for parts in (single, last)
    )
    read.blank[:] = blank
    read.fault[~single.dated & ~blank] = NOT_A_TIME
    joined = moments.join_moments(read.take(rows), end, ends.clock_only[good])
    read.put(rows, joined)
    return read
