"""Tables that a notebook shows; everything in them is text, whoever wrote it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_AT_MOST = 15
_STYLE = "style='text-align:left'"


def show_lines(caption: str, lines: Iterable[tuple[object, object]]) -> str:
    """Write what each line is called, and its value."""
    rows = (_row([_cell(name, "th"), _cell(value, "td")]) for name, value in lines)
    return _table(caption, rows)


def show_table(caption: str, heading: Sequence[str], lines: Sequence[tuple[object, ...]]) -> str:
    """Write a table with a heading, and how many lines more there are than fit."""
    rows = [_row(_cell(name, "th") for name in heading)]
    rows += [_row(_cell(value, "td") for value in line) for line in lines[:_AT_MOST]]
    if len(lines) > _AT_MOST:
        rows.append(_row([_cell(f"… och {len(lines) - _AT_MOST} till", "td")]))
    return _table(caption, rows)


def _cell(value: object, tag: str) -> str:
    return f"<{tag} {_STYLE}>{html.escape(str(value))}</{tag}>"


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _table(caption: str, rows: Iterable[str]) -> str:
    return f"<table><caption>{html.escape(caption)}</caption>{''.join(rows)}</table>"
