"""Which row of a table has the names of its columns: not always the first.

Reports have titles, dates and empty rows above. The row of names is known by its shape: about as
wide as the rows below, with different words in its cells, over columns of numbers and dates. A row
that has names we know is preferred to one that only looks so.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Known = Callable[[str], bool]

SEARCHED_ROWS: Final = 30
SAMPLED_ROWS: Final = 200

_LONGEST_NAME = 100
_MOSTLY = 0.6
_CLEARLY_MORE = 2
_NUMBER_OR_DATE = re.compile(r"[\s\d.,:/+\-−%TZ]*\d[\s\d.,:/+\-−%TZ]*")


def find_header(records: Sequence[Sequence[str]], *, known: Known | None = None) -> int | None:
    """Find the row of column names.

    Parameters
    ----------
    records : sequence of sequence of str
        The first rows of a table, at best `SAMPLED_ROWS` of them; they need not be of one length.
    known : callable, optional
        Says whether a text is a column name with a meaning.

    Returns
    -------
    int or None
        The position of the row, among the first `SEARCHED_ROWS`, or None if none looks like it.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    usual = np.quantile([number for number in filled if number] or [0], 0.75)
    least = max(min(usual, 2), usual / 2)
    chosen: tuple[int, int, int, int] | None = None
    candidates = [row for row, number in enumerate(filled) if number]
    first, last = (candidates[0], candidates[-1]) if candidates else (0, 0)
    for row in candidates[:SEARCHED_ROWS]:
        record = records[row]
        if filled[row] < least or not _looks_like_names(record):
            continue
        names = sum(1 for cell in record if known is not None and known(cell.strip()))
        below = records[row + 1 :]
        if row != first and (_recurs(record, below) or (row == last and not names)):
            continue
        over = _over_numbers(record, below)
        if (
            chosen is None
            or names >= chosen[1] + _CLEARLY_MORE
            or (filled[row] > chosen[2] and over > chosen[3] and names >= chosen[1])
        ):
            chosen = row, names, filled[row], over
    return None if chosen is None else chosen[0]


def first_full_row(records: Sequence[Sequence[str]]) -> int:
    """Find the first row that is no title: where none looks like a header, it is taken for one.

    Parameters
    ----------
    records : sequence of sequence of str
        As in `find_header`.

    Returns
    -------
    int
        Its position; the first row with anything in it where all have one cell.
    """
    filled = [sum(1 for cell in record if cell.strip()) for record in records]
    widest = max(filled, default=0)
    return next((row for row, number in enumerate(filled) if number >= min(widest, 2)), 0)


def name_columns(header: Sequence[str], *, has_content: Sequence[bool], name: str) -> list[str]:
    """Name the columns: as the header says, by number where it is blank, "" where to be dropped.

    Parameters
    ----------
    header : sequence of str
        The cells of the row of names.
    has_content : sequence of bool
        Whether each column has anything below its name.
    name : str
        What messages call the file.

    Returns
    -------
    list of str
        A name for each column, or "" for a column with neither name nor content.

    Raises
    ------
    FileRefused
        If the header is blank or repeats a name.
    """
    given = [cell.strip() for cell in header]
    if not any(given):
        raise FileRefused(
            f"{name!r} has no row of column names among its first {SEARCHED_ROWS} rows. Put one "
            "above the data."
        )
    names = [
        cell or (f"column {number}" if content else "")
        for number, (cell, content) in enumerate(zip(given, has_content, strict=True), 1)
    ]
    repeated = sorted(cell for cell, times in Counter(names).items() if cell and times > 1)
    if repeated:
        raise FileRefused(
            f"{name!r} has {len(repeated)} column name(s) more than once; the first is "
            f"{repeated[0][:80]!r}. Give each column a name of its own."
        )
    return names


def is_number_or_date(cell: str) -> bool:
    """Say whether a cell holds digits and signs only, as numbers, dates and times do.

    Parameters
    ----------
    cell : str
        A cell of a table.

    Returns
    -------
    bool
        True for "12,5", "2026-03-01 14:30", "−3 %"; False for blank cells and words.
    """
    return len(cell) <= _LONGEST_NAME and _NUMBER_OR_DATE.fullmatch(cell) is not None


def _looks_like_names(record: Sequence[str]) -> bool:
    """Say whether the cells of a row are mostly different words."""
    cells = [cell.strip() for cell in record if cell.strip()]
    words = [
        cell
        for cell in cells
        if len(cell) <= _LONGEST_NAME and not cell[0].isdigit() and any(map(str.isalpha, cell))
    ]
    return min(len(words), len(set(cells))) >= _MOSTLY * len(cells)


def _recurs(record: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Say whether a cell stands again below itself, as data does; a whole row repeated may."""
    whole = [cell.strip() for cell in record]
    return any(
        any(cell and cell == again.strip() for cell, again in zip(whole, other, strict=False))
        for other in below
        if [cell.strip() for cell in other] != whole
    )


def _over_numbers(record: Sequence[str], below: Sequence[Sequence[str]]) -> int:
    """Count the words of a row that stand over columns of numbers or dates."""
    count = 0
    for column, cell in enumerate(record):
        if not cell.strip() or is_number_or_date(cell):
            continue
        under = [row[column] for row in below if column < len(row) and row[column].strip()]
        numbers = sum(map(is_number_or_date, under))
        count += numbers > 0 and numbers >= _MOSTLY * len(under)
    return count
