"""Values of tables as a reader sees them: what is missing is said, never shown as NaN."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.sharing.map_words import category_name
from est_geo.sharing.wording import EN_DASH, date, number, percent, short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

DASH = EN_DASH
_SPELT = 12


def table_of(result: object) -> pd.DataFrame | None:
    """Take the table of a result: a table itself, or one that has it as `.table`; None if empty."""
    table = getattr(result, "table", result)
    return table if isinstance(table, pd.DataFrame) and len(table) else None


def rows_of(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Take the rows as plain dicts in which missing values are None."""
    if table is None:
        return []
    columns = [name for name in table.columns if name != "geometry"]
    values = [_plain(table[name]) for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Values of a column as Python has them, None where one is missing."""
    values, missing = column.tolist(), np.flatnonzero(column.isna())
    for row in missing.tolist():
        values[row] = None
    return values


def text(value: object, instead: str = DASH) -> str:
    """Write a text, or what stands for a missing one."""
    return instead if value is None else str(value)


def count(value: object, language: str, instead: str = DASH) -> str:
    """Write a count, or what stands for a missing one; weights keep one decimal."""
    if not isinstance(value, int | float | np.integer | np.floating):
        return instead
    whole = float(value).is_integer()
    return number(float(value), language, decimals=0 if whole else 1)


def share(value: object, language: str) -> str:
    """Write a share as a percentage, or a dash; not all is never 100 %."""
    if not isinstance(value, int | float):
        return DASH
    nearly = 0.995
    if nearly <= value < 1:
        return percent(value, language).replace("100", number(99.9, language, decimals=1))
    return percent(float(value), language)


def times(value: object, language: str) -> str:
    """Write how many times, rounded down so that "at least" stays true; a dash where missing."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return DASH
    ten = 10
    down = math.floor(value) if value >= ten else math.floor(value * 10) / 10
    return short_number(down, language)


def expected_range(row: dict[str, Any], language: str) -> str:
    """Write what was expected: "2–5", or the mean where no range is known."""
    low, high = row.get("low"), row.get("high")
    if low is None or high is None:
        mean = row.get("expected")
        return DASH if mean is None else short_number(float(mean), language)
    if low == high:
        return count(low, language)
    return f"{count(low, language)}{EN_DASH}{count(high, language)}"


def category(value: object, language: str) -> str:
    """Name a category as people write it."""
    return category_name(str(value), language) if value is not None else DASH


def day(value: object, language: str) -> str:
    """Write a day, or a dash."""
    return DASH if value is None else date(pd.Timestamp(str(value)), language)


def clock(first: int, last: int) -> str:
    """Write hours: 20–04; the whole day from 0 to 24."""
    whole = first == last or (first, last) == (0, 24)
    return f"{0:02d}{EN_DASH}{24:02d}" if whole else f"{first:02d}{EN_DASH}{last:02d}"


def joined(parts: Sequence[str], conjunction: str) -> str:
    """List as in a sentence: A, B och C."""
    if len(parts) < 2:  # noqa: PLR2004 - one, or none
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def spelt(value: int, say: dict[str, str], language: str) -> str:
    """Spell small numbers out: three, tre; larger ones in figures."""
    return say["small_numbers"].split()[value] if value <= _SPELT else number(value, language)


def capital(sentence: str) -> str:
    """Begin with a capital letter, whatever the sentence begins with."""
    return sentence[:1].upper() + sentence[1:]


def more_rows(rest: int, say: dict[str, str], language: str) -> str:
    """Say how many rows more there are; nothing where there are none."""
    return say["more_rows"].format(number(rest, language)) if rest > 0 else ""
