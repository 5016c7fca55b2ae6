"""How rows are refused: how many, the first of them, and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from est_geo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


class Refusal(NamedTuple):
    """Rows that were refused, for who reads a table in pieces and counts them in all.

    Attributes
    ----------
    name, fault, remedy : str
        The argument, what is wrong with the rows, and what to do.
    rows : Index
        Labels of the rows.
    """

    name: str
    fault: str
    remedy: str
    rows: pd.Index


def first_row(table: pd.DataFrame, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> str:
    """Name the first row of a mask: its incident_id where there is one, else its index label.

    Reporters' identifiers are shown with `repr`, cut at 40 characters: they are text from a file.
    """
    position = int(np.argmax(mask))
    label = (
        table["incident_id"].iloc[position]
        if "incident_id" in table.columns
        else table.index[position]
    )
    label = label.item() if isinstance(label, np.generic) else label
    if isinstance(label, tuple):  # of an index of several levels
        label = ", ".join(str(part) for part in label)
    return f"{str(label)[:40]!r}" if isinstance(label, str) else f"{label}"


def refuse(
    table: pd.DataFrame,
    mask: np.ndarray[Any, np.dtype[np.bool_]],
    *,
    name: str,
    fault: str,
    remedy: str,
    error: type[InputError] = InputError,
) -> None:
    """Raise if any row is marked."""
    count = int(mask.sum())
    if count:
        raised = error(
            f"`{name}` has {count} of {len(table)} rows {fault}; "
            f"the first is row {first_row(table, mask)}. {remedy}"
        )
        raised.refusal = Refusal(name, fault, remedy, table.index[mask])
        raise raised
