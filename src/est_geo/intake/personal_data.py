"""Personal data in text: personnummer, telephone numbers, e-mail addresses, registration plates.

Looked for in every text column before anything is kept. One regular expression passes over a whole
column; only texts it stops at are looked at one by one, and each of them once. What was found is
counted and masked, and stands in no message, log or repr.

Names, birth dates alone, reserve numbers with letters, personalised and foreign plates are not
found: no scan replaces reading a text before it is handed on.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from est_geo.checks import check_choice
from est_geo.intake import personal_patterns as patterns
from est_geo.intake.reasons import PERSONAL_DATA, Fault
from est_geo.intake.text import as_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

Policy = Literal["reject", "mask", "report"]
POLICIES: tuple[str, ...] = get_args(Policy)

# What takes the place of each kind, in the text that stays.
MARKS = {
    "email": "[e-post]",
    "personnummer": "[personnummer]",
    "telephone": "[telefon]",
    "plate": "[regnr]",
}
KINDS = tuple(MARKS)

# Whole identifiers that are only a birth date and four digits, only digits, or shaped as a plate.
_DATE_NUMBER = r"^(?:18|19|20)?[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}[-+ ]?[0-9]{4}$"
_PLATE_NUMBER = r"^[A-Z]{3}[ -]?[0-9]{2}[0-9A-Z]$"
# One in ten running numbers has a right check digit, every personnummer has; so has a column of
# either kind. Fewer than this many tell nothing.
_ENOUGH_NUMBERS = 20
_NUMBERS_TRIED = 10_000
_SAME_LETTERS = 2

_log = logging.getLogger(__name__)


class Guarded(NamedTuple):
    """Columns of text after the scan.

    Attributes
    ----------
    texts : dict of Series
        As given, or with marks in place of what was found.
    faults : list of Fault
        Rows to reject, one fault a column; empty unless the policy is "reject".
    counts : DataFrame
        `column`, `kind` (of `KINDS`) and `rows`, the number of rows with that kind; in the order of
        the columns, then of the kinds, and only what was found.
    """

    texts: dict[str, pd.Series[Any]]
    faults: list[Fault]
    counts: pd.DataFrame

    def __repr__(self) -> str:
        """Say how many were found, and nothing of the texts."""
        return f"<Guarded {len(self.texts)} columns, {int(self.counts['rows'].sum())} finds>"


class _Found(NamedTuple):
    """Rows of a column in which something was found."""

    rows: NDArray[np.int64]
    kinds: NDArray[np.bool_]  # rows x kinds
    masked: NDArray[np.object_]


def guard_text(
    texts: Mapping[str, pd.Series[Any]], policy: Policy = "mask", *, as_of: dt.date | None = None
) -> Guarded:
    """Look for personal data in columns of text, and mask, reject or report it.

    Parameters
    ----------
    texts : mapping of name to Series of n
        Text as `est_geo.intake.text.clean_text` gives it; whole numbers are looked at too, and
        other kinds of column pass. The column `incident_id` is taken for a reporter's identifiers:
        running numbers in it are told from personnummer, telephone numbers and plates.
    policy : {"mask", "reject", "report"}
        "mask" puts `MARKS` in place of what is found; "reject" does so too, and names the rows as
        faults; "report" only counts, and leaves the texts as they are.
    as_of : date, optional
        The latest day the file speaks of. Nobody in it was born later, and the years before it are
        when "20260301 2130" is a day and a time. Without it such numbers are personnummer.

    Returns
    -------
    Guarded
        The texts, the faults, and the number of rows by column and kind.

    Raises
    ------
    InputError
        If `policy` is none of the three.
    """
    check_choice(policy, POLICIES, name="personal_data")
    guarded = dict(texts)
    faults = []
    counts: list[tuple[str, str, int]] = []
    for name, values in texts.items():
        found = _scan(values, identifiers=name == "incident_id", as_of=as_of)
        if found is None:
            continue
        sums = found.kinds.sum(axis=0)
        counts += [(name, kind, int(n)) for kind, n in zip(KINDS, sums, strict=True) if n]
        _log.info(
            "%s: personal data in %d of %d rows (%s): %s",
            name,
            len(found.rows),
            len(values),
            ", ".join(f"{kind} {n}" for kind, n in zip(KINDS, sums, strict=True) if n),
            {"mask": "masked", "reject": "rejected", "report": "kept"}[policy],
        )
        if policy == "report":
            continue
        guarded[name] = _put(values, found)
        if policy == "reject":
            rows = np.zeros(len(values), dtype=bool)
            rows[found.rows] = True
            faults.append(Fault(rows, name, PERSONAL_DATA))
    table = pd.DataFrame(counts, columns=["column", "kind", "rows"])
    return Guarded(guarded, faults, table.astype({"column": "str", "kind": "str", "rows": "int64"}))


def _scan(values: pd.Series[Any], *, identifiers: bool, as_of: dt.date | None) -> _Found | None:
    """Find the rows of a column that hold personal data."""
    text = _as_scanned(values)
    if text is None:
        return None
    maybe = pc.match_substring_regex(text, pattern=patterns.ANYTHING, ignore_case=False)
    rows = np.flatnonzero(pc.fill_null(maybe, fill_value=False).to_numpy())
    if identifiers and len(rows):
        rows = rows[~_running_numbers(text.take(pa.array(rows)))]
    if len(rows) == 0:
        return None
    codes, unique = pd.factorize(text.take(pa.array(rows)).to_numpy())
    masked = np.empty(len(unique), dtype=object)
    kinds = np.zeros((len(unique), len(KINDS)), dtype=bool)
    for number, one in enumerate(unique):
        spans = patterns.find_spans(one, as_of=as_of, identifier=identifiers)
        kinds[number] = [any(span.kind == kind for span in spans) for kind in KINDS]
        masked[number] = _mask(one, spans)
    hit = kinds[codes].any(axis=1)
    if not hit.any():
        return None
    return _Found(rows[hit], kinds[codes[hit]], masked[codes[hit]])


def _as_scanned(values: pd.Series[Any]) -> pa.ChunkedArray | None:
    """Give a column as text to scan; None where its kind can hold no personal data."""
    if isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype) or values.dtype == object:
        return as_text(values)
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return None
    # Ten to twelve digits, as a personnummer or a number with a country's code has.
    low, high = 10**9, 10**12
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    whole = (numbers >= low) & (numbers < high) & (numbers == np.floor(numbers))
    if not whole.any():
        return None
    digits = np.full(len(values), None, dtype=object)
    digits[whole] = numbers[whole].astype(np.int64).astype(str)
    return pa.chunked_array([pa.array(digits, type=pa.large_string())])


def _running_numbers(text: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Mark identifiers that belong to a series of running numbers, and so to nobody."""
    dated = pc.match_substring_regex(text, pattern=_DATE_NUMBER).to_numpy()
    some = np.flatnonzero(dated)[:: int(dated.sum()) // _NUMBERS_TRIED + 1]
    if len(some) < _ENOUGH_NUMBERS or 2 * _share_with_check_digit(text.take(pa.array(some))) >= 1:
        dated = np.zeros(len(text), dtype=bool)
    shaped = pc.match_substring_regex(text, pattern=_PLATE_NUMBER).to_numpy()
    codes, letters = pd.factorize(pc.utf8_slice_codeunits(text, 0, 3).to_numpy())
    count = np.bincount(codes[shaped], minlength=len(letters))
    # Plates of many cars seldom share their letters; a reporter's numbers nearly all do.
    shared = count[codes] >= np.maximum(_SAME_LETTERS, 0.1 * shaped.sum())
    return dated | (shaped & shared)


def _share_with_check_digit(numbers: pa.ChunkedArray) -> float:
    """Give the share of numbers whose last of ten digits is right by the Luhn sum."""
    digits = pc.replace_substring_regex(numbers, pattern="[^0-9]", replacement="")
    last_ten = np.asarray(pc.utf8_slice_codeunits(digits, -10).to_numpy(), dtype="S10")
    values = last_ten.view(np.uint8).reshape(-1, 10).astype(np.int64) - ord("0")
    doubled = values * np.tile([2, 1], 5)
    return float(((doubled - 9 * (doubled > 9)).sum(axis=1) % 10 == 0).mean())  # noqa: PLR2004 - Luhn


def _mask(text: str, spans: list[patterns.Span]) -> str:
    """Put marks in place of what was found."""
    for span in sorted(spans, reverse=True):
        text = f"{text[: span.start]}{MARKS[span.kind]}{text[span.end :]}"
    return text


def _put(values: pd.Series[Any], found: _Found) -> pd.Series[Any]:
    """Replace the texts of the rows found; a column of numbers becomes text by it."""
    where = np.zeros(len(values), dtype=bool)
    where[found.rows] = True
    masked = pa.array(found.masked, type=pa.large_string())
    text = pc.replace_with_mask(as_text(values), pa.array(where), masked)
    # The array inside, not its values: those would be copied one by one.
    inside = pd.array(text, dtype=pd.StringDtype(na_value=np.nan))
    return pd.Series(inside, index=values.index, name=values.name)
