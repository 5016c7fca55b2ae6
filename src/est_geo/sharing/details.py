"""What a click opens: rows of a label and a text, made from one row of a finished table.

Columns that a table lacks are left out of its rows, so that tables of other makes can be drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from est_geo.sharing.map_words import category_name, map_words
from est_geo.sharing.values import word_of
from est_geo.sharing.wording import EN_DASH, date, number, percent, short_number

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Row = list[Any]  # a label, and a text or a list of texts
Record = dict["Hashable", Any]


def text(value: object, instead: str = "") -> str:
    """Text of a value, another where it is missing."""
    return instead if pd.isna(value) else str(value)  # type: ignore[call-overload]


def place_rows(row: Record, language: str) -> list[Row]:
    """Rows of a problem place."""
    return _rows(
        row,
        language,
        ("district", "district", _text),
        ("incidents", "n", _count),
        ("share", "share", percent),
        ("categories", "categories", _counts),
        ("sources", "reporters", _counts),
        ("hours", "hours", _hours),
        ("first", "first", _day),
        ("last", "last", _day),
        ("place_addresses", "addresses", _list),
    )


def address_rows(row: Record, language: str) -> list[Row]:
    """Rows of a recurring address."""
    return _rows(
        row,
        language,
        ("district", "district", _text),
        ("incidents", "n", _count),
        ("verdict", "verdict", _verdict),
        ("at_least_times", "at_least_times", _short),
        ("expected", "expected", _short),
        ("months_seen" if "window_weeks" in row else "months", "months", _count),
        ("weeks", "weeks", _weeks(row)),
        ("categories", "category", _category),
        ("hours", "hours", _hours),
        ("first", "first", _day),
        ("last", "last", _day),
        ("sources", "sources", _sources),
        ("only_one_source", "only_one_source", _flag),
    )


def hot_area_rows(row: Record, language: str) -> list[Row]:
    """Rows of a hot area."""
    return _rows(
        row,
        language,
        ("incidents", "incidents", _rounded),
        ("share", "share", percent),
        ("area_km2", "area_km2", _short),
        ("peak", "peak_per_km2", _short),
    )


def cell_rows(row: Record, language: str) -> list[Row]:
    """Rows of a priority cell."""
    return _rows(
        row,
        language,
        ("district", "district", _text),
        ("address_word", "address", _text),
        ("incidents", "n", _count),
        ("score", "score", _short),
    )


def effort_rows(row: Record, language: str) -> list[Row]:
    """Rows of an effort; one without an end goes on."""
    rows = _rows(
        row,
        language,
        ("district", "district", _text),
        ("address_word", "address", _text),
        ("responsible", "responsible", _text),
        ("start", "start", _day),
        ("categories", "category", _category),
    )
    say = map_words(language)
    if "end" in row:
        end: str = (
            say["goes_on"] if pd.isna(row["end"]) else date(pd.Timestamp(row["end"]), language)
        )
        rows.append([say["end"], end])
    return rows


def _rows(
    row: Record, language: str, *columns: tuple[str, str, Callable[[Any, str], object]]
) -> list[Row]:
    """Label and write the columns that a row has; some say so where they are not known."""
    say = map_words(language)
    rows: list[Row] = []
    for label, column, write in columns:
        if column not in row:
            continue
        missing = pd.isna(row[column])
        value: object = say["unknown"] if missing else write(row[column], language)
        if value and (not missing or label in _MUST_BE_KNOWN):
            rows.append([say[label], value])
    return rows


_MUST_BE_KNOWN = {"district", "first", "last", "place_addresses"}


def _text(value: object, _language: str) -> str:
    return str(value)


def _count(value: float, language: str) -> str:
    return number(value, language)


def _rounded(value: float, language: str) -> str:
    return number(round(value), language)


def _short(value: float, language: str) -> str:
    return short_number(value, language)


def _sources(value: object, language: str) -> str | list[str]:
    """Write how many reporters there are, or their names."""
    return number(value, language) if isinstance(value, int | float) else str(value).split("; ")


def _flag(value: object, language: str) -> str:
    return map_words(language)["yes"] if value else ""


def _verdict(value: object, language: str) -> str:
    return word_of("verdict", str(value), language)


def _category(value: object, language: str) -> str:
    return category_name(str(value), language)


def _weeks(row: Record) -> Callable[[Any, str], str]:
    """Write weeks as part of those that were looked at, where the row says how many."""
    window = row.get("window_weeks")

    def write(value: float, language: str) -> str:
        shown = number(value, language)
        if window is None or pd.isna(window):
            return shown
        return map_words(language)["some_of"].format(shown, number(window, language))

    return write


def _list(value: object, _language: str) -> list[str]:
    return str(value).split("; ")


def _counts(value: object, language: str) -> list[str]:
    """Write 'klotter 12; brand 3' as a list, with our own categories as people write them."""
    parts = [part.rpartition(" ") for part in str(value).split("; ")]
    return [f"{category_name(name, language)}{gap}{count}" for name, gap, count in parts]


def _hours(value: object, language: str) -> str:
    return map_words(language)["hours_span"].format(str(value).replace("-", EN_DASH))


def _day(value: Any, language: str) -> str:  # noqa: ANN401 - whatever pandas takes for a time
    return date(pd.Timestamp(value), language)


_SYMBOLS = {"red": "▲", "yellow": "●", "reporting": "◇"}


def deviation_rows(found: pd.DataFrame, language: str) -> list[Row]:
    """Rows of what deviates in one district: category, and number against what was expected."""
    say = map_words(language)
    order = {signal: index for index, signal in enumerate(_SYMBOLS)}
    rows: list[Row] = []
    for row in found.sort_values("signal", key=lambda s: s.map(order), kind="stable").to_dict(
        "records"
    ):
        usual: list[Any] = [row.get("low"), row.get("high")]
        span = (
            short_number(row["expected"], language)
            if pd.isna(usual).any()
            else EN_DASH.join(number(value, language) for value in usual)
        )
        kind = text(row["category"], say["all_categories"])
        label = f"{_SYMBOLS[row['signal']]} {category_name(kind, language)}"
        told = [say["against"].format(number(row["n"], language), span)]
        if row["signal"] == "reporting":
            told.append(": ".join([say["sign_reporting"], text(row.get("source"))]).rstrip(": "))
        rows.append([label, told])
    return rows
