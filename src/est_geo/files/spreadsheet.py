"""Spreadsheets: one sheet of a workbook to columns of text, as a text table has them.

Values are read, nothing else: formulas as last calculated, no macros, no links to other files.
Hidden rows and columns are read as others are, since an incident is none the less one for a filter
that hides it. Merged cells have their text in the first of them and the others blank.
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from est_geo.errors import FileRefused
from est_geo.files.compound import rebuild_xls
from est_geo.files.extent import MAX_CELLS, MAX_SHEETS, MAX_TEXT
from est_geo.files.header import SAMPLED_ROWS, find_header, first_full_row
from est_geo.files.records import LaidOut, Records, lay_out
from est_geo.files.zipped import check_zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# Numbers up to here are whole without doubt; beyond, a float cannot tell.
_LARGEST_WHOLE: Final = 2**53

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SheetTable:
    """A sheet as read.

    Attributes
    ----------
    laid_out : LaidOut
        Its rows, and an account of those that are none.
    sheet : str
        Its name.
    """

    laid_out: LaidOut
    sheet: str


def read_spreadsheet(
    path: Path,
    *,
    kind: str,
    layer: str | None,
    max_columns: int,
    known: Callable[[str], bool] | None = None,
) -> SheetTable:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        A checked file.
    kind : str
        "xlsx", "xls" or "ods".
    layer : str or None
        Name of the sheet; needed where several visible ones have content.
    max_columns : int
        More columns than this are refused.
    known : callable, optional
        Says whether a text is a column name with a meaning; the header is then found more surely.

    Returns
    -------
    SheetTable
        The rows of the sheet, and how it was read.

    Raises
    ------
    FileRefused
        If the workbook is damaged, has a password, unpacks to too much, or has no such sheet or
        several to choose from; or if no row can be the header or it repeats a name.
    """
    name = path.name
    if kind == "xls":
        source: Path | io.BytesIO = io.BytesIO(rebuild_xls(path.read_bytes(), name=name))
    else:
        check_zipped(path, kind=kind)
        source = path
    try:
        with CalamineWorkbook.from_object(source) as workbook:
            sheet, rows = _choose_sheet(workbook, layer, name=name)
    except PasswordError as error:
        raise FileRefused(f"{name!r} is protected by a password. Save it without one.") from error
    except CalamineError as error:
        raise _damaged(name) from error
    except BaseException as error:
        # The reader's own way to say that it met what it did not think of.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(name) from error
    width = max(map(len, rows), default=0)
    if width > max_columns:
        raise FileRefused(
            f"{name!r} has {width} columns; at most {max_columns} are read. "
            "Leave out those that are not needed."
        )
    first = next((number for number, row in enumerate(rows) if _has_content(row)), 0)
    sampled: list[list[str]] = []
    columns: list[pa.LargeStringArray] = []
    # As texts of Python all columns together would take several times the memory.
    for column in map(_to_text, zip(*rows, strict=True)):
        sampled.append(column[first : first + SAMPLED_ROWS])
        columns.append(pa.array(column, pa.large_string()))
    del rows
    sample = list(zip(*sampled, strict=True))
    return SheetTable(_lay_out(columns, sample, first=first, known=known, name=name), sheet)


def _damaged(name: str) -> FileRefused:
    """Say that the workbook's reader gave up."""
    return FileRefused(
        f"{name!r} is damaged and cannot be read. Open it in a spreadsheet program and save it "
        "anew, or ask the sender for it again."
    )


def _choose_sheet(
    workbook: CalamineWorkbook, layer: str | None, *, name: str
) -> tuple[str, list[list[Any]]]:
    """Find the sheet to read: the one named, or the only one with content that can be seen."""
    sheets = {
        sheet.name: (position, sheet.visible == SheetVisibleEnum.Visible)
        for position, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet
    }
    if layer is not None:
        if layer not in sheets:
            raise FileRefused(f"{name!r} has no sheet {layer[:80]!r}. It has: {_listed(sheets)}.")
        return layer, _read(workbook, sheets[layer][0])
    filled: dict[str, list[list[Any]]] = {}
    span = text = 0
    for sheet, (position, _) in sheets.items():
        cells = _read(workbook, position)
        span += sum(map(len, cells))
        if len(sheets) > 1:
            text += sum(len(cell) for row in cells for cell in row if type(cell) is str)
        if len(sheets) > MAX_SHEETS or span > MAX_CELLS or text > MAX_TEXT:
            # However often one part of the file is named as a sheet.
            raise FileRefused(
                f"{name!r} has {len(sheets)} sheets, which span {span} cells with {text} letters "
                f"or more; at most {MAX_SHEETS}, {MAX_CELLS} and {MAX_TEXT} are read. Choose one "
                "with layer=."
            )
        if any(map(_has_content, cells)):
            filled[sheet] = cells
    seen = [sheet for sheet in filled if sheets[sheet][1]]
    hidden = [sheet for sheet in filled if not sheets[sheet][1]]
    if not filled:
        raise FileRefused(f"{name!r} is empty: it has 0 rows. Ask the sender for it again.")
    if len(seen) != 1:
        raise FileRefused(
            f"{name!r} has {len(seen)} sheets with content: {_listed(seen)}"
            f"{f', and hidden {_listed(hidden)}' if hidden else ''}. Choose one with layer=."
        )
    if hidden:
        _log.info("%s: %d hidden sheet(s) with content not read", name, len(hidden))
    return seen[0], filled[seen[0]]


def _read(workbook: CalamineWorkbook, position: int) -> list[list[Any]]:
    """Read a sheet from its first row and column, empty or not, so that rows keep their number."""
    return workbook.get_sheet_by_index(position).to_python(skip_empty_area=False)


def _has_content(row: Sequence[Any]) -> bool:
    """Say whether a row has anything in it."""
    return any(not isinstance(cell, str) or cell.strip() for cell in row)


def _lay_out(
    columns: Sequence[pa.LargeStringArray],
    sample: list[tuple[str, ...]],
    *,
    first: int,
    known: Callable[[str], bool] | None,
    name: str,
) -> LaidOut:
    """Part the rows into the table and the rest; the sample begins with the first filled one."""
    header = find_header(sample, known=known)
    if header is None:
        header = first_full_row(sample)
    return lay_out(
        Records(
            cells=pa.table({str(number): column for number, column in enumerate(columns)}),
            rows=np.arange(1, (len(columns[0]) if columns else 0) + 1, dtype=np.int64),
            header_row=first + header + 1,
            header=sample[header] if sample else (),
            expected=len(columns),
        ),
        name=name,
    )


def _to_text(column: Sequence[Any]) -> list[str]:
    """Write the cells of a column as text."""
    kinds = set(map(type, column))
    if kinds <= {str}:
        return list(column)
    # The reader gives a midnight as a date. Where others have a time, it is one of the times.
    midnight = " 00:00" if dt.datetime in kinds else ""
    return [cell if type(cell) is str else _cell_text(cell, midnight) for cell in column]


def _cell_text(cell: Any, midnight: str) -> str:  # noqa: ANN401 - whatever a sheet holds
    """Write one cell as text."""
    match cell:
        case bool():
            text = "TRUE" if cell else "FALSE"
        case float():
            whole = cell.is_integer() and abs(cell) <= _LARGEST_WHOLE
            text = str(int(cell)) if whole else repr(cell)
        case dt.datetime():
            text = _to_second(cell)
        case dt.date():
            text = cell.isoformat() + midnight
        case dt.time():
            text = cell.isoformat("seconds" if cell.second else "minutes")
        case dt.timedelta():
            text = _duration(cell)
        case _:
            text = str(cell)
    return text


def _to_second(moment: dt.datetime) -> str:
    """Write a time to the second, or to the minute where it is one."""
    # A spreadsheet counts in days, so that a whole minute may be a hair short of it.
    with suppress(OverflowError):
        moment += dt.timedelta(microseconds=500_000) if moment.microsecond else dt.timedelta()
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")


def _duration(duration: dt.timedelta) -> str:
    """Write a duration in hours and minutes, which is also how a time of day may be stored."""
    seconds = round(duration.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hours, minute = divmod(minutes, 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def _listed(names: Sequence[str] | dict[str, Any]) -> str:
    """List names from a file, cut short."""
    names = list(names)
    shown = ", ".join(repr(name[:80]) for name in names[:20])
    return f"{shown} …" if len(names) > 20 else shown or "none"  # noqa: PLR2004 - a screenful
