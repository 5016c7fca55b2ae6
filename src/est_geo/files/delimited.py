"""Text tables (CSV): bytes to columns of text, with the rows that do not fit named.

Everything is read as text: what is a number or a date is for the reader of the meaning to say.
Rows are numbered as records, the header being row 1; so a text with a line break inside quotes is
one row, as it is when the file is opened in a spreadsheet. Lines with nothing at all in them keep
their number but are no rows.
"""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from est_geo.errors import FileRefused

WRONG_NUMBER_OF_FIELDS = "wrong number of fields"
DELIMITERS = (";", "\t", ",")

_HEADER_SEARCH = 1 << 20
_SENTINEL = "est-geo: end of file"


@dataclass(frozen=True)
class TextTable:
    """A text table as read.

    Attributes
    ----------
    table : DataFrame
        All columns as text, the index `row` being the row in the file.
    misfits : array of int
        Rows that have too many or too few fields.
    blank_rows : int
        Lines with nothing in any field.
    encoding, delimiter : str
        What the file was read with.
    """

    table: pd.DataFrame
    misfits: np.ndarray[tuple[int], np.dtype[np.int64]]
    blank_rows: int
    encoding: str
    delimiter: str


def read_delimited(data: bytes, *, name: str, max_columns: int) -> TextTable:
    """Read a text table.

    Parameters
    ----------
    data : bytes
        The file's content.
    name : str
        What messages call the file.
    max_columns : int
        More columns than this are refused.

    Returns
    -------
    TextTable
        Its rows, those that do not fit, and how it was read.

    Raises
    ------
    FileRefused
        If the bytes are not text, if the header is blank or repeats a name, or if a quote is left
        open, since rows would then have been swallowed by it.
    """
    text, encoding = _decode(data, name=name)
    delimiter, header = _read_header(text, name=name)
    if len(header) > max_columns:
        raise FileRefused(
            f"{name!r} has {len(header)} columns; at most {max_columns} are read. "
            "Leave out those that are not needed."
        )
    records, misfits = _parse(text, delimiter=delimiter, columns=len(header), name=name)
    blank = _blank_records(records)
    rows = np.setdiff1d(np.arange(1, len(records) + len(misfits) + 1), misfits)
    kept = records.filter(pa.array(~blank))
    table = kept.to_pandas(types_mapper={pa.string(): pd.StringDtype(na_value=np.nan)}.get)
    table.columns = pd.Index(header)
    table.index = pd.Index(rows[~blank], name="row")
    return TextTable(table.iloc[1:], misfits, int(blank.sum()), encoding, delimiter)


def _decode(data: bytes, *, name: str) -> tuple[str, str]:
    """Decode by byte order mark, else as UTF-8, else as Windows' Western code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding
    raise FileRefused(
        f"{name!r} is not text in {' or '.join(encodings)}. Save it anew as CSV in UTF-8."
    )


def _read_header(text: str, *, name: str) -> tuple[str, list[str]]:
    """Find the delimiter, the one that parts the header most, and the names of the columns."""
    found: list[tuple[str, list[str]]] = []
    for delimiter in DELIMITERS:
        lines = io.StringIO(text[:_HEADER_SEARCH], newline="")
        try:
            found.append((delimiter, next(csv.reader(lines, delimiter=delimiter), [])))
        except csv.Error as error:
            raise FileRefused(
                f"{name!r} has a header that cannot be read. Save it anew as CSV."
            ) from error
    delimiter, fields = max(found, key=lambda pair: len(pair[1]))
    header = [field.strip() for field in fields]
    if not any(header):
        raise FileRefused(
            f"{name!r} has a blank first row. Remove what stands above the row of column names."
        )
    header = [field or f"column {number}" for number, field in enumerate(header, 1)]
    repeated = sorted({field for field in header if header.count(field) > 1})
    if repeated:
        raise FileRefused(
            f"{name!r} has {len(repeated)} column name(s) more than once; the first is "
            f"{repeated[0][:80]!r}. Give each column a name of its own."
        )
    return delimiter, header


def _parse(
    text: str, *, delimiter: str, columns: int, name: str
) -> tuple[pa.Table, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Part text into records of so many fields; the first record is the header.

    A last row of our own stands at the end: where it is missing afterwards, an open quote has
    swallowed it, and with it every row since the quote.
    """
    misfits: list[int] = []

    def note(row: pa_csv.InvalidRow) -> str:
        misfits.append(row.number)
        return "skip"

    names = [f"{number}" for number in range(columns)]
    end = "" if text.endswith(("\n", "\r")) else "\n"
    last = delimiter.join([_SENTINEL] * columns)
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(f"{text}{end}{last}\n".encode()),
            # One thread, since only then are the rows that do not fit numbered.
            read_options=pa_csv.ReadOptions(use_threads=False, column_names=names),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, UnicodeEncodeError) as error:
        raise FileRefused(
            f"{name!r} cannot be parted into rows: it has an open quote, or a row longer than a "
            "million characters. Save it anew as CSV."
        ) from error
    records = len(table) + len(misfits)
    whole = len(table) > 0 and table.column(0)[-1].as_py() == _SENTINEL
    # Fewer records than lines: some text runs over lines, by right or by an open quote.
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") + bool(end)
    if not whole or records - 1 < lines:
        open_at = _first_open_quote(text, delimiter)
        if open_at is not None or not whole:
            raise FileRefused(
                f"{name!r} has quotes that do not balance, so rows run together; the first is row "
                f"{open_at or records}. Save it anew as CSV."
            )
    if misfits[:1] == [1]:
        raise FileRefused(f"{name!r} has a header that cannot be read. Save it anew as CSV.")
    return table.slice(0, len(table) - 1), np.asarray(misfits, dtype=np.int64)


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


def _blank_records(records: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the records that have nothing but white space in every field."""
    blank = np.ones(len(records), dtype=bool)
    for column in records.columns:
        where = np.flatnonzero(blank)
        if len(where) == 0:
            break
        # Only what was blank so far is looked at: one column settles it for nearly every row.
        trimmed = pc.utf8_trim_whitespace(column.take(pa.array(where)))
        blank[where] = pc.equal(pc.utf8_length(trimmed), 0).to_numpy()
    return blank
