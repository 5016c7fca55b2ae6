"""Small numbers in a table with margins: which to hide, and which others with them.

A number under k is hidden. That alone protects nothing: it is the row's sum less the row's other
numbers. So each hidden number is made the corner of a rectangle of hidden numbers that can be
shifted against each other without changing any sum that is shown (the hypercube method). The shift
must leave room: between the least and the largest value that the shown numbers allow lie at least
k. Where no rectangle inside the table leaves that room, sums are hidden too.

References
----------
.. [1] Repsilber (1994), Preservation of confidentiality in aggregated data: the hypercube method.
.. [2] Hundepool et al. (2012), Statistical Disclosure Control, ch. 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from est_geo.checks import check_number
from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Mask = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_TABLE = 2  # dimensions


@dataclass(frozen=True, eq=False)
class Hidden:
    """What must not be shown of a table and its sums.

    Attributes
    ----------
    cells : array of rows x columns bool
        Numbers of the table.
    rows, columns : array of bool
        Sums of its rows and of its columns.
    total : bool
        The sum of all.
    """

    cells: Mask
    rows: Mask
    columns: Mask
    total: bool


def suppress(counts: ArrayLike, *, k: float) -> Hidden:
    """Choose what to hide in a table of counts whose sums may be known.

    Parameters
    ----------
    counts : array of rows x columns
        Counts or weights, 0 or more.
    k : float
        Smallest number shown; 0 is always shown.

    Returns
    -------
    Hidden
        Every number and every sum strictly between 0 and `k` is hidden, and as few others as are
        found: for each of those, what is shown leaves a span of at least `k` between the least and
        the largest value it could have.

    Raises
    ------
    InputError
        If the table has not two dimensions, holds a negative number or one that is not finite, or
        `k` is not above 0.
    """
    check_number(k, name="k", above=0)
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != _TABLE:
        raise InputError(f"`counts` has {table.ndim} dimensions; rows and columns are needed.")
    wrong = ~np.isfinite(table) | (table < 0)
    if wrong.any():
        raise InputError(f"`counts` has {int(wrong.sum())} numbers that are negative or not known.")
    whole = np.empty((table.shape[0] + 1, table.shape[1] + 1))
    whole[:-1, :-1] = table
    whole[:-1, -1] = table.sum(axis=1)
    whole[-1] = whole[:-1].sum(axis=0)
    hidden = (whole > 0) & (whole < k)
    cost = _costs(whole)
    # The smallest first: it needs most of its neighbours, and others can then share them.
    small = np.argwhere(hidden)
    for row, column in small[np.argsort(whole[hidden], kind="stable")]:
        _hide_rectangle(whole, hidden, cost, at=(int(row), int(column)), room=k)
    return Hidden(
        hidden[:-1, :-1].copy(),
        hidden[:-1, -1].copy(),
        hidden[-1, :-1].copy(),
        bool(hidden[-1, -1]),
    )


def _costs(whole: Floats) -> Floats:
    """Price what is hidden: its value, sums far above numbers, and the sum of all highest."""
    cost = whole + 1.0
    above_all = cost.sum()
    cost[:, -1] += above_all
    cost[-1, :] += above_all
    return cost


def _hide_rectangle(
    whole: Floats, hidden: Mask, cost: Floats, *, at: tuple[int, int], room: float
) -> None:
    """Hide the cheapest three corners that leave a number the room it needs."""
    row, column = at
    rows, columns = whole.shape
    # A sum goes up when its parts do, a number goes up when its neighbours go down.
    row_sign = np.where(np.arange(rows) == rows - 1, 1.0, -1.0) * (-1.0 if row == rows - 1 else 1.0)
    column_sign = np.where(np.arange(columns) == columns - 1, 1.0, -1.0) * (
        -1.0 if column == columns - 1 else 1.0
    )
    moves = (
        (whole[:, [column]] + np.zeros_like(whole), row_sign[:, None] + np.zeros_like(whole)),
        (whole[[row], :] + np.zeros_like(whole), column_sign[None, :] + np.zeros_like(whole)),
        (whole, row_sign[:, None] * column_sign[None, :]),
    )
    up = np.full(whole.shape, np.inf)
    down = np.full(whole.shape, whole[row, column])
    for value, sign in moves:
        up = np.where(sign < 0, np.minimum(up, value), up)
        down = np.where(sign > 0, np.minimum(down, value), down)
    price = np.where(hidden, 0.0, cost)
    total = price + price[:, [column]] + price[[row], :]
    allowed = up + down >= room
    allowed[row, :] = False
    allowed[:, column] = False
    total = np.where(allowed, total, np.inf)
    other_row, other_column = np.unravel_index(int(np.argmin(total)), total.shape)
    for corner in ((other_row, other_column), (row, other_column), (other_row, column)):
        hidden[corner] = True
