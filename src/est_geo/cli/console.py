"""What the command line says: lines and tables to stdout, errors and progress to stderr."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from est_geo.errors import EstGeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


def say(text: str) -> None:
    """Print a line to stdout."""
    typer.echo(plain(text))


def print_table(heading: str, table: pd.DataFrame) -> None:
    """Print a table to stdout; text from data is text, never markup."""
    drawn = Table(title=heading, title_justify="left", header_style="bold")
    numbers = table.select_dtypes("number").columns
    for name in table.columns:
        drawn.add_column(str(name), justify="right" if name in numbers else "left")
    for row in table.itertuples(index=False):
        drawn.add_row(*(plain(value) for value in row))
    Console(highlight=False, markup=False).print(drawn)


def with_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Show missing values as a dash."""
    return table.astype("object").where(table.notna(), "–")


def plain(value: object) -> str:
    """Text of a cell without control characters, which a terminal would obey."""
    dated = hasattr(value, "strftime") and value == value  # noqa: PLR0124 - NaT is not itself
    text = f"{value:%Y-%m-%d}" if dated else str(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on stderr that something is under way, where a person is looking."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        bar.add_task(what, total=None)
        yield


@contextmanager
def errors_told() -> Iterator[None]:
    """Tell our own errors in a line on stderr and leave with 1; any other is a fault of ours."""
    try:
        yield
    except EstGeoError as error:
        typer.echo(f"est-geo: {plain(error)}", err=True)
        raise typer.Exit(1) from None
