"""Text tables (CSV): bytes to columns of text, with the rows that do not fit named.

Everything is read as text: what is a number or a date is for the reader of the meaning to say.
Rows are numbered as records, from 1; so a text with a line break inside quotes is one row, as it is
when the file is opened in a spreadsheet. Lines with nothing at all in them keep their number but
are no rows, and a first line "sep=;" is not even numbered, as in Excel, whose own it is.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from est_geo.errors import FileRefused
from est_geo.files.encoding import to_utf8
from est_geo.files.header import SAMPLED_ROWS, find_header, first_full_row
from est_geo.files.records import LAST_ROWS, LaidOut, Records, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

WRONG_NUMBER_OF_FIELDS: Final = "wrong number of fields"
DELIMITERS: Final = (";", "\t", ",", "|")

_SAMPLE = 1 << 20
_SENTINEL = "est-geo: end of file"
_SEPARATOR_LINE = re.compile(rb'"?sep=([;,\t|])"?(?:\r\n|\n|\r)', re.IGNORECASE)
_ODD_KEPT = 2 * LAST_ROWS


@dataclass(frozen=True)
class TextTable:
    """A text table as read.

    Attributes
    ----------
    laid_out : LaidOut
        Its rows, and an account of those that are none.
    encoding, delimiter : str
        What the file was read with.
    """

    laid_out: LaidOut
    encoding: str
    delimiter: str


@dataclass(frozen=True)
class _Start:
    """What the first rows tell: the delimiter, the row of names, and how many fields there are."""

    delimiter: str
    header_row: int
    header: list[str]
    width: int


@dataclass
class _Odd:
    """Records with another number of fields than most."""

    rows: list[int] = field(default_factory=list)
    blank: set[int] = field(default_factory=set)
    early: dict[int, str] = field(default_factory=dict)
    late: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_ODD_KEPT))


def read_delimited(
    path: Path, *, max_columns: int, known: Callable[[str], bool] | None = None
) -> TextTable:
    """Read a text table.

    Parameters
    ----------
    path : Path
        A checked file.
    max_columns : int
        More columns than this are refused.
    known : callable, optional
        Says whether a text is a column name with a meaning; the header is then found more surely.

    Returns
    -------
    TextTable
        Its rows, those that do not fit, and how it was read.

    Raises
    ------
    FileRefused
        If the bytes are not text, if no row can be the header or it repeats a name, or if a quote
        is left open, since rows would then have been swallowed by it.
    """
    name = path.name
    text, encoding = to_utf8(_read_bytes(path), name=name)
    start = _read_start(text, known=known, name=name)
    if start.width > max_columns:
        raise FileRefused(
            f"{name!r} has {start.width} columns; at most {max_columns} are read. "
            "Leave out those that are not needed."
        )
    cells, odd = _parse(text, start, name=name)
    del text
    fits = np.ones(len(cells) + len(odd.rows), dtype=bool)
    fits[np.asarray(odd.rows, dtype=np.int64) - 1] = False
    rows = np.flatnonzero(fits) + 1
    header = [*start.header, *[""] * start.width][: start.width]
    _check_header(cells, rows, header, start, odd, name=name)
    texts = {row: text for row, text in (*odd.early.items(), *odd.late) if row not in odd.blank}
    laid_out = lay_out(
        Records(
            cells=cells,
            rows=rows,
            header_row=start.header_row,
            header=header,
            expected=min(len(start.header), start.width),
            odd={row: _fields(text, start.delimiter) for row, text in texts.items()},
            misfits=np.asarray([row for row in odd.rows if row not in odd.blank], dtype=np.int64),
            blank_misfits=len(odd.blank),
        ),
        name=name,
    )
    return TextTable(laid_out, encoding, start.delimiter)


def _read_bytes(path: Path) -> bytearray:
    """Read a file into memory that can be added to in place."""
    data = bytearray(path.stat().st_size)
    with path.open("rb") as stream:
        del data[stream.readinto(data) :]
    return data


def _read_start(text: bytearray, *, known: Callable[[str], bool] | None, name: str) -> _Start:
    """Take off a line that names the delimiter, then find the delimiter and the row of names."""
    said = _SEPARATOR_LINE.match(text)
    delimiters: Sequence[str] = DELIMITERS
    if said:
        delimiters = (said[1].decode(),)
        end = said.end()
        del said  # while it is there the bytes cannot be changed
        del text[:end]
    sample = bytes(text[:_SAMPLE]).decode("utf-8", errors="ignore")
    cut = len(text) > _SAMPLE
    samples = {delimiter: _sample(sample, delimiter, cut=cut) for delimiter in delimiters}
    delimiter, header = _choose_delimiter(samples, known=known)
    records = samples[delimiter]
    if not records:
        raise FileRefused(f"{name!r} has a header that cannot be read. Save it anew as CSV.")
    return _Start(delimiter, header + 1, records[header], _width(records, header))


def _sample(text: str, delimiter: str, *, cut: bool) -> list[list[str]]:
    """Part the start of a text into records by a delimiter, as far as it goes."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        records.extend(itertools.islice(reader, SAMPLED_ROWS))
    except csv.Error:
        return records
    # The last record of a text that was cut is cut itself.
    return records[:-1] if cut and len(records) < SAMPLED_ROWS else records


def _choose_delimiter(
    samples: dict[str, list[list[str]]], *, known: Callable[[str], bool] | None
) -> tuple[str, int]:
    """Choose the delimiter that parts the records into the same number of fields, under names."""
    best: tuple[float, int] | None = None
    chosen = next(iter(samples)), 0
    for delimiter, records in samples.items():
        counts = [len(record) for record in records if any(map(str.strip, record))]
        several = Counter(count for count in counts if count > 1)
        header = find_header(records, known=known)
        if header is None:
            header = first_full_row(records)
            # Without a header to see, what the first row does not do is chance.
            first = next((record for record in records if any(map(str.strip, record))), [])
            looks_right = 0.0 if len(first) > 1 else -1.0
        else:
            looks_right = 0.5 if len(records[header]) > 1 else 0.0
        named = records[header] if records else []
        if known is not None and any(known(cell.strip()) for cell in named):
            looks_right += 0.5 if len(named) > 1 else 0.25
        width, times = max(several.items(), key=lambda pair: pair[::-1], default=(1, 0))
        score = round(times / max(len(counts), 1) + looks_right, 2), width
        if best is None or score > best:
            best, chosen = score, (delimiter, header)
    return chosen


def _width(records: list[list[str]], header: int) -> int:
    """Say how many fields a record has, where the header or the data have blank ones at the end.

    Data that are wider than the header by more than blanks do not fit, and are not made to.
    """
    reach = len(records[header])
    named = max((n for n, cell in enumerate(records[header], 1) if cell.strip()), default=0)
    counts = Counter(
        len(record)
        for record in records[header + 1 :]
        if any(map(str.strip, record)) and not any(map(str.strip, record[reach:]))
    )
    usual = max(counts, key=lambda count: (counts[count], count), default=reach)
    # Half a file of such records is a trait of it; fewer are faults of their own.
    return max(named, usual) if counts[usual] * 2 > counts.total() else reach


def _parse(text: bytearray, start: _Start, *, name: str) -> tuple[pa.Table, _Odd]:
    """Part text into records of so many fields.

    A last row of our own stands at the end: where it is missing afterwards, an open quote has
    swallowed it, and with it every row since the quote.
    """
    odd = _Odd()
    nothing = f' \t\r\n"{start.delimiter}'

    def note(row: pa_csv.InvalidRow) -> str:
        odd.rows.append(row.number)
        if not row.text.strip(nothing):
            odd.blank.add(row.number)
        elif row.number <= start.header_row:
            odd.early[row.number] = row.text
        else:
            odd.late.append((row.number, row.text))
        return "skip"

    names = [f"{number}" for number in range(start.width)]
    lines = text.count(b"\n")
    if b"\r" in text:
        lines += text.count(b"\r") - text.count(b"\r\n")
    length = len(text)
    if not text.endswith((b"\n", b"\r")):
        text += b"\n"
        lines += 1
    text += (start.delimiter.join([_SENTINEL] * start.width) + "\n").encode()
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(text)),
            # One thread, since only then are the rows that do not fit numbered.
            read_options=pa_csv.ReadOptions(use_threads=False, column_names=names),
            parse_options=pa_csv.ParseOptions(
                delimiter=start.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileRefused(
            f"{name!r} cannot be parted into rows: it has an open quote, or a row longer than a "
            "million characters. Save it anew as CSV."
        ) from error
    records = len(table) + len(odd.rows)
    whole = len(table) > 0 and table.column(0)[-1].as_py() == _SENTINEL
    # Fewer records than lines: some text runs over lines, by right or by an open quote.
    if not whole or records - 1 < lines:
        open_at = _first_open_quote(text[:length].decode(), start.delimiter)
        if open_at is not None or not whole:
            raise FileRefused(
                f"{name!r} has quotes that do not balance, so rows run together; the first is row "
                f"{open_at or records}. Save it anew as CSV."
            )
    return table.slice(0, len(table) - 1), odd


def _fields(text: str, delimiter: str) -> list[str]:
    """Part one record, if it can be."""
    return next(iter(_sample(text, delimiter, cut=False)), [])


def _check_header(
    cells: pa.Table,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    header: list[str],
    start: _Start,
    odd: _Odd,
    *,
    name: str,
) -> None:
    """Require that the header, which was read from the first bytes, is the record it was there."""
    place = np.searchsorted(rows, start.header_row)
    if place < len(rows) and rows[place] == start.header_row:
        fine = [column[int(place)].as_py() for column in cells.columns] == header
    else:
        fine = start.header_row in odd.early and start.width != len(start.header)
    if not fine:
        raise FileRefused(f"{name!r} has a header that cannot be read. Save it anew as CSV.")


def _first_open_quote(text: str, delimiter: str) -> int | None:
    """Find the first record over several lines whose quotes do not close at the end of a field.

    Record by record, which is slow; only files with a text over several lines come here.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for record in itertools.count(1):
        before = reader.line_num
        try:
            next(reader)
        except StopIteration:
            return None
        except csv.Error:
            # Within one line it is a stray mark, and no row is lost by it.
            if reader.line_num - before > 1:
                return record
    return None
