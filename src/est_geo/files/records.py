"""Records to a table: which is the header, which are data, and which are neither.

A record is one row of a text table or of a sheet, all cells as text. Here the rows above the
header, repeated headers and sums at the end are set aside and counted, never taken for incidents
and never for faults; rows with nothing in them are no rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from est_geo.files.header import is_number_or_date, name_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

ABOVE_HEADER: Final = "above the header"
REPEATED_HEADER: Final = "repeated header"
SUM_ROW: Final = "sum row"

# At most so many rows of sums are looked for at the end.
LAST_ROWS: Final = 8

_SUM = re.compile(
    r"(?:del)?(?:summa|totalsumma|totalt?|antal|sum|totals?)\b[^\d\n]{0,40}[:=]?[\s\d.,]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Records:
    """Records as read, before anything is known of them.

    Attributes
    ----------
    cells : pyarrow.Table
        n records, every column text.
    rows : array of n int
        The row of each in the file.
    header_row : int
        The row of the column names.
    header : sequence of str
        Its cells, one a column.
    expected : int
        Number of fields that the file itself gives a record; what stands beyond does not fit.
    odd : mapping
        Records of other lengths that may be titles or sums: row to cells.
    misfits : array of int
        All rows with a wrong number of fields and something in them.
    blank_misfits : int
        Number of those with nothing in them.
    """

    cells: pa.Table
    rows: NDArray[np.int64]
    header_row: int
    header: Sequence[str]
    expected: int
    odd: Mapping[int, Sequence[str]] = field(default_factory=dict)
    misfits: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    blank_misfits: int = 0


@dataclass(frozen=True)
class LaidOut:
    """A table and what of the file is not in it.

    Attributes
    ----------
    table : DataFrame
        All columns as text, the index `row` being the row in the file.
    misfits : array of int
        Rows that have too many or too few fields.
    blank_rows : int
        Rows with nothing in any cell.
    header_row : int
        The row of the column names.
    set_aside : DataFrame
        `row` and `reason` of rows that are neither data nor faults.
    """

    table: pd.DataFrame
    misfits: NDArray[np.int64]
    blank_rows: int
    header_row: int
    set_aside: pd.DataFrame


def lay_out(records: Records, *, name: str) -> LaidOut:
    """Part records into the table and the rest.

    Parameters
    ----------
    records : Records
        What was read.
    name : str
        What messages call the file.

    Returns
    -------
    LaidOut
        The table, and an account of every other row.

    Raises
    ------
    FileRefused
        If the header is blank or repeats a name.
    """
    rows, header_row = records.rows, records.header_row
    blank = _blank(records.cells)
    body = ~blank & (rows > header_row)
    above = rows[~blank & (rows < header_row)]
    again = body & _equals(records.cells, records.header, body)
    body &= ~again
    too_long = body & _beyond(records.cells, records.expected, body)
    body &= ~too_long
    sums = _find_sums(records, body)
    body[np.searchsorted(rows, [row for row in sums if row not in records.odd])] = False
    odd_above = [row for row in records.odd if row < header_row]
    set_aside: dict[str, Sequence[int] | NDArray[np.int64]] = {
        ABOVE_HEADER: [*above, *odd_above],
        REPEATED_HEADER: rows[again],
        SUM_ROW: sums,
    }
    below = records.misfits[records.misfits > header_row]
    misfits = np.union1d(below, rows[too_long])
    return LaidOut(
        table=_table(_keep(records.cells, body), rows[body], records.header, name=name),
        misfits=np.setdiff1d(misfits, sums).astype(np.int64),
        blank_rows=int(blank.sum()) + records.blank_misfits,
        header_row=header_row,
        set_aside=set_aside_rows(set_aside),
    )


def set_aside_rows(by_reason: Mapping[str, Sequence[int] | NDArray[np.int64]]) -> pd.DataFrame:
    """List rows that are neither data nor faults.

    Parameters
    ----------
    by_reason : mapping
        Reason to the rows.

    Returns
    -------
    DataFrame
        `row` and `reason`, by row.
    """
    numbers = [np.asarray(rows, dtype=np.int64) for rows in by_reason.values()]
    reasons = [why for why, rows in zip(by_reason, numbers, strict=True) for _ in rows]
    listed = pd.DataFrame(
        {
            "row": np.concatenate([np.empty(0, dtype=np.int64), *numbers]),
            "reason": pd.Series(reasons, dtype="str"),
        }
    )
    return listed.sort_values("row", ignore_index=True)


def _table(
    cells: pa.Table, rows: NDArray[np.int64], header: Sequence[str], *, name: str
) -> pd.DataFrame:
    """Name the columns, leave out those with neither name nor content, and hand over to pandas."""
    # A column with a name stays, so only the others are looked into.
    has_content = [
        bool(named.strip()) or not bool(_blank(cells.select([position])).all())
        for position, named in enumerate(header)
    ]
    names = name_columns(header, has_content=has_content, name=name)
    kept = [position for position, named in enumerate(names) if named]
    texts = {pa.string(): pd.StringDtype(na_value=np.nan)}
    texts[pa.large_string()] = texts[pa.string()]
    table = cells.select(kept).to_pandas(types_mapper=texts.get)
    table.columns = pd.Index([names[position] for position in kept])
    table.index = pd.Index(rows, name="row")
    return table


def _keep(cells: pa.Table, kept: NDArray[np.bool_]) -> pa.Table:
    """Take some records; where they lie together, without a copy."""
    where = np.flatnonzero(kept)
    if len(where) and where[-1] - where[0] + 1 == len(where):
        return cells.slice(where[0], len(where))
    return cells.filter(pa.array(kept))


def _blank(cells: pa.Table) -> NDArray[np.bool_]:
    """Mark the records that have nothing but white space in every cell."""
    blank = np.ones(len(cells), dtype=bool)
    for column in cells.columns:
        where = np.flatnonzero(blank)
        if len(where) == 0:
            break
        # Only what was blank so far is looked at: one column settles it for nearly every row.
        looked_at = column if len(where) == len(blank) else column.take(pa.array(where))
        blank[where] = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(looked_at)), 0).to_numpy()
    return blank


def _equals(cells: pa.Table, header: Sequence[str], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the records, of some, that repeat the header cell by cell."""
    same = among.copy()
    for column, named in zip(cells.columns, header, strict=True):
        where = np.flatnonzero(same)
        if len(where) == 0:
            break
        looked_at = column if len(where) * 2 > len(same) else column.take(pa.array(where))
        equal = pc.equal(pc.utf8_trim_whitespace(looked_at), named.strip()).to_numpy()
        same[where] = equal[where] if len(equal) == len(same) else equal
    return same


def _beyond(cells: pa.Table, expected: int, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the records, of some, with anything in a column that the header does not reach."""
    beyond = cells.select(range(expected, cells.num_columns))
    return among & ~_blank(beyond) if beyond.num_columns else np.zeros(len(cells), dtype=bool)


def _find_sums(records: Records, body: NDArray[np.bool_]) -> list[int]:
    """Find the rows of sums after the last row of data."""
    found: list[int] = []
    positions = np.flatnonzero(body)
    last = {int(records.rows[place]): place for place in positions[-LAST_ROWS - 1 :]}
    odd = {row for row in records.misfits[-LAST_ROWS - 1 :].tolist() if row > records.header_row}
    for row in sorted({*last, *odd}, reverse=True)[:LAST_ROWS]:
        if row in last:
            cells = [column[int(last[row])].as_py() for column in records.cells.columns]
        else:
            cells = list(records.odd.get(row, ()))
        if not _is_sum(cells):
            break
        found.append(row)
    # A file of nothing but sums is what it says: its rows are data.
    return found if len(last.keys() & set(found)) < len(positions) else []


def _is_sum(cells: Sequence[str]) -> bool:
    """Say whether a row is a word for a sum and its numbers, and nothing else."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return (
        len(filled) > 0
        and _SUM.fullmatch(filled[0]) is not None
        and all(map(is_number_or_date, filled[1:]))
        and (len(filled) > 1 or any(map(str.isdigit, filled[0])))
    )
