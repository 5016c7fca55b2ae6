"""Times from files: what is written in them to naive local time, and how precise it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from est_geo.intake.text import as_text

if TYPE_CHECKING:
    from typing import Any

ZONE = "Europe/Stockholm"
YEARS = (1990, 2100)

_DAY = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
_FORMS = {
    "day": (rf"^({_DAY}|\d{{8}})$", "day"),
    "local": (rf"^{_DAY}[ T]{_CLOCK}$", "minute"),
    "offset": (rf"^{_DAY}[ T]{_CLOCK}{_OFFSET}$", "minute"),
}


class Times(NamedTuple):
    """Times read from a column.

    Attributes
    ----------
    times : Series of n
        Naive local time; missing where it is blank or not readable.
    precision : Series of n text
        "minute" where a time of day was given, "day" where only a date, else "unknown".
    bad : array of n bool
        Something is written that is not a time we read.
    outside : array of n bool
        A time that no incident has: before 1990 or after 2100.
    """

    times: pd.Series[Any]
    precision: pd.Series[Any]
    bad: np.ndarray[Any, np.dtype[np.bool_]]
    outside: np.ndarray[Any, np.dtype[np.bool_]]


def parse_times(values: pd.Series[Any]) -> Times:
    """Read a column of times.

    Parameters
    ----------
    values : Series of n
        Text as 2026-03-29, 20260329, 2026-03-29 14:30 (or T, 9:30, seconds, a fraction), with or
        without Z or an offset; or times already. What has an offset or a zone is given as the
        clock showed in Sweden; what has none is taken as that already.

    Returns
    -------
    Times
        The times, their precision, and which could not be read.
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(values):
        times, kind = _from_times(values)
        bad = np.zeros(len(values), dtype=bool)
    else:
        times, kind, bad = _from_text(values)
    outside = times.notna().to_numpy() & ~times.dt.year.between(*YEARS).to_numpy()
    times = times.mask(outside).astype("datetime64[us]").set_axis(values.index)
    precision = pd.Series(np.where(times.notna(), kind, "unknown"), index=values.index, dtype="str")
    return Times(times, precision, bad, outside)


def _from_times(values: pd.Series[Any]) -> tuple[pd.Series[Any], np.ndarray[Any, Any]]:
    """Take times as they are; a column without any time of day holds days."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(ZONE).dt.tz_localize(None)
    times = values.astype("datetime64[us]").reset_index(drop=True)
    only_days = bool((times.dropna() == times.dropna().dt.normalize()).all())
    return times, np.full(len(times), "day" if only_days else "minute", dtype=object)


def _from_text(
    values: pd.Series[Any],
) -> tuple[pd.Series[Any], np.ndarray[Any, Any], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Read written times: form by form, each form all at once."""
    text = pc.utf8_trim_whitespace(as_text(values))
    # Some write a space before the offset, and no zero before the hours of the morning.
    text = pc.replace_substring_regex(text, pattern=rf"\s+({_OFFSET})$", replacement=r"\1")
    text = pc.replace_substring_regex(text, pattern=rf"^({_DAY})[ T](\d:)", replacement=r"\1 0\2")
    written = pd.Series(text.to_numpy(), dtype="str")
    times = pd.Series(pd.NaT, index=written.index, dtype="datetime64[us]")
    kind = np.full(len(written), "unknown", dtype=object)
    for form, (pattern, precision) in _FORMS.items():
        fits = pc.fill_null(pc.match_substring_regex(text, pattern=pattern), fill_value=False)
        where = np.flatnonzero(fits.to_numpy())
        if len(where) == 0:
            continue
        found = pd.to_datetime(
            written.iloc[where], format="ISO8601", errors="coerce", utc=form == "offset"
        )
        if form == "offset":
            found = found.dt.tz_convert(ZONE).dt.tz_localize(None)
        times.iloc[where] = found.to_numpy().astype("datetime64[us]")
        kind[where] = precision
    blank = written.isna() | (written == "")
    return times, kind, (~blank & times.isna()).to_numpy(dtype=bool)
