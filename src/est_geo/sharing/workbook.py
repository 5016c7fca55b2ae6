"""Tables to one Excel workbook: a sheet a table, headings that stay, text that is only text."""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xlsxwriter

from est_geo.errors import InputError
from est_geo.sharing.headings import heading
from est_geo.sharing.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Fixed, so that the same tables give the same bytes.
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a date in a file's properties, not a time
_ROWS_AT_MOST = 1_048_575
_TEXT_AT_MOST = 32_767
_NAME_AT_MOST = 31
_NO_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NO_COUNT = {"place_id"}  # of no place where missing, and nothing that is hidden
_EXCELS_OWN = "history"
_A4, _LINE_HEIGHT = 9, 15  # Excel's number of the paper; points
_NARROWEST, _WIDEST, _LOOKED_AT = 9, 60, 300
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Sheet:
    """A table, the name of its sheet, and what is said below the table."""

    name: str
    table: pd.DataFrame
    note: str = ""


def workbook_bytes(sheets: Sequence[Sheet], *, language: str) -> bytes:
    """Write tables as sheets of a workbook.

    Parameters
    ----------
    sheets : sequence of Sheet
        Tables without geometry. Every text stays text: no formula, number or link is made of it.
    language : {"sv", "en"}
        Of the headings.

    Returns
    -------
    bytes
        The .xlsx. The same tables give the same bytes.

    Raises
    ------
    InputError
        If there is no sheet, a table has more rows than a sheet, or two sheets one name.
    """
    if not sheets:
        raise InputError("`tables` is empty: 0 sheets to write. Name at least one table.")
    named = [sheet_name(sheet.name) for sheet in sheets]
    twice = sorted(
        {name for name in named if [n.casefold() for n in named].count(name.casefold()) > 1}
    )
    if twice:
        raise InputError(f"`tables` has {len(twice)} name(s) twice; the first is {twice[0]!r}.")
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "", "company": ""})
        formats = {
            "heading": workbook.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
            ),
            "integer": workbook.add_format({"num_format": "#,##0"}),
            "share": workbook.add_format({"num_format": "0.0 %"}),
            "time": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "absent": workbook.add_format({"italic": True, "font_color": "#595959"}),
        }
        for name, sheet in zip(named, sheets, strict=True):
            _check_rows(sheet)
            written = workbook.add_worksheet(name)
            _write_sheet(written, sheet.table, formats, language)
            if sheet.note:
                # A row apart, so that sorting and filtering the table leaves it where it is.
                written.write_string(len(sheet.table) + 2, 0, sheet.note, formats["absent"])
    return buffer.getvalue()


def sheet_name(name: str) -> str:
    """Make a name that Excel takes: at most 31 letters, and none that it refuses."""
    plain = _NO_NAME.sub(" ", name)
    plain = _cut(plain.strip(" '"), _NAME_AT_MOST).strip(" '") or "-"
    return f"{plain}_" if plain.casefold() == _EXCELS_OWN else plain


def _cut(text: str, at_most: int) -> str:
    """Cut a text as Excel counts: a sign beyond the first 65 536 is two."""
    if 2 * len(text) <= at_most:
        return text
    wide = text.encode("utf-16-le", errors="replace")[: 2 * at_most]
    return wide.decode("utf-16-le", errors="ignore")


def _check_rows(sheet: Sheet) -> None:
    if len(sheet.table) > _ROWS_AT_MOST - (2 if sheet.note else 0):
        raise InputError(
            f"`{sheet.name}` has {len(sheet.table)} rows; a sheet holds {_ROWS_AT_MOST}. Write it "
            "as .csv or .gpkg."
        )


def _write_sheet(
    sheet: Worksheet, table: pd.DataFrame, formats: dict[str, Format], language: str
) -> None:
    absent, lines = words(language)["suppressed"], 1
    for position, name in enumerate(table.columns):
        values = table[name]
        title = heading(str(name), language)
        sheet.write_string(0, position, _cut(title, _TEXT_AT_MOST), formats["heading"])
        width = _write_column(sheet, position, values, formats, absent)
        widest = min(max(width, _longest_word(title) + 2, _NARROWEST), _WIDEST)
        sheet.set_column(position, position, widest)
        lines = max(lines, len(textwrap.wrap(title, widest)))
    # Spreadsheets other than Excel do not find the height of wrapped headings by themselves.
    sheet.set_row(0, _LINE_HEIGHT * lines)
    sheet.freeze_panes(1, 0)
    _on_paper(sheet)
    if len(table) and len(table.columns):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _on_paper(sheet: Worksheet) -> None:
    """Lay a sheet out for A4: columns on one page, headings on each, its name and page below."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R&P/&N")


def _longest_word(title: str) -> int:
    return max(len(word) for word in title.split(" "))


def _write_column(
    sheet: Worksheet, position: int, values: pd.Series[Any], formats: dict[str, Format], absent: str
) -> int:
    """Write one column, and say how wide it needs to be."""
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype):
        for row, value in enumerate(values, start=1):
            sheet.write_boolean(row, position, bool(value))
        return _NARROWEST
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _write_times(sheet, position, values, formats)
    if pd.api.types.is_numeric_dtype(dtype):
        hides = pd.api.types.is_extension_array_dtype(dtype) and values.name not in _NO_COUNT
        style = _number_style(str(values.name), values, formats)
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        for row, value in enumerate(numbers.tolist(), start=1):
            if np.isfinite(value):
                # The digits after the sixth are the arithmetic's.
                sheet.write_number(row, position, round(value, 6), style)
            elif hides:
                sheet.write_string(row, position, absent, formats["absent"])
        return len(absent) + 1 if hides else _NARROWEST
    texts = values.astype(object).where(values.notna(), None).tolist()
    longest = 0
    for row, text in enumerate(texts, start=1):
        if text is not None:
            sheet.write_string(row, position, _cut(str(text), _TEXT_AT_MOST))
            longest = max(longest, len(str(text))) if row <= _LOOKED_AT else longest
    return longest + 2


def _write_times(
    sheet: Worksheet, position: int, values: pd.Series[Any], formats: dict[str, Format]
) -> int:
    known = values.dropna()
    style = "day" if (known == known.dt.normalize()).all() else "time"
    for row, value in enumerate(values, start=1):
        if not pd.isna(value):
            sheet.write_datetime(row, position, value.to_pydatetime(warn=False), formats[style])
    return len("2026-11-22 23:10") + 2


def _number_style(name: str, values: pd.Series[Any], formats: dict[str, Format]) -> Format | None:
    if name.startswith(("share_", "cumulative_share")) or name in {"share", "hit_rate"}:
        return formats["share"]
    return formats["integer"] if pd.api.types.is_integer_dtype(values.dtype) else None
