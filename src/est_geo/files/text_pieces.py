"""A text table (CSV) of any length, read piece by piece.

It is a table written by a program: UTF-8, names in the first row, a number of fields that stays.
What people have worked on is read by `est_geo.files.delimited`, which holds the whole of it.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BLOCK: Final = 1 << 24  # bytes; no record is longer
_LONGEST_HEADER = 1 << 16
_SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?$', re.IGNORECASE)
_DELIMITERS = ";\t,|"
# As in pandas.read_csv.
_MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)


def read_text_pieces(
    target: Path,
    *,
    choose: Callable[[list[str]], list[str]],
    numbers: Sequence[str],
    max_columns: int,
) -> Iterator[pd.DataFrame]:
    """Read some columns of a text table, some megabytes at a time.

    Parameters
    ----------
    target : Path
        A checked file.
    choose : callable
        Gives the columns to read of those there are.
    numbers : sequence of str
        Which of them are numbers; with another delimiter than a comma they may have decimal commas.
    max_columns : int
        More columns than this are refused.

    Yields
    ------
    DataFrame
        Numbers where they are; text that is none stays, for the caller to refuse. All else is text.

    Raises
    ------
    FileRefused
        If the file is not UTF-8, or a row has another number of fields than the first.
    """
    delimiter, skipped, header = _read_header(target)
    if len(header) > max_columns:
        raise FileRefused(
            f"{target.name!r} has {len(header)} columns; at most {max_columns} are read. "
            "Leave out those that are not needed."
        )
    columns = choose(header)
    misfits: list[int | None] = []

    def note(row: pa_csv.InvalidRow) -> str:
        misfits.append(row.number)
        return "skip"

    with pa.OSFile(str(target)) as stream:
        reader = pa_csv.open_csv(
            stream,
            pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=skipped),
            pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.large_string()),
                include_columns=columns,
                null_values=_MISSING,
                strings_can_be_null=True,
            ),
        )
        for batch in reader:
            yield pd.DataFrame(
                {
                    name: _number(batch.column(name), decimal_comma=delimiter != ",")
                    if name in numbers
                    else batch.column(name).to_pandas()
                    for name in columns
                }
            )
    if misfits:
        raise FileRefused(
            f"{target.name!r} has {len(misfits)} rows with another number of fields than its "
            f"header; the first is row {misfits[0]}. Mend it, or read it with "
            "est_geo.read_incidents, which says which rows it leaves out."
        )


def _read_header(target: Path) -> tuple[str, int, list[str]]:
    """Find the delimiter, how many lines stand above the names, and the names."""
    with target.open("rb") as stream:
        lines = [stream.readline(_LONGEST_HEADER) for _ in range(2)]
    try:
        first, second = (line.decode("utf-8-sig").rstrip("\r\n") for line in lines)
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"{target.name!r} is not in UTF-8. Save it so, or read it with est_geo.read_incidents."
        ) from error
    said = _SEPARATOR_LINE.match(first)
    names = second if said else first
    delimiter = said[1] if said else max(_DELIMITERS, key=names.count)
    return delimiter, 1 if said else 0, next(csv.reader([names], delimiter=delimiter), [])


def _number(texts: pa.Array, *, decimal_comma: bool) -> pd.Series:
    """Read numbers; where one is none, that text is left among them."""
    plain = pc.replace_substring(texts, ",", ".") if decimal_comma else texts
    try:
        return plain.cast(pa.float64()).to_pandas()
    except pa.ArrowInvalid:
        values = plain.to_pandas().astype(object)
        numbers = pd.to_numeric(values, errors="coerce")
        return numbers.astype(object).where(numbers.notna() | values.isna(), values)
