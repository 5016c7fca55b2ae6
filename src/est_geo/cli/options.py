"""Options that several commands share, and what they say of a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from est_geo.errors import InputError


class PersonalData(StrEnum):
    """What to do with personal data in kept text."""

    MASK = "mask"
    REJECT = "reject"
    REPORT = "report"


Files = Annotated[
    list[str],
    typer.Argument(
        help="CSV, Excel, OpenDocument, GeoPackage, GeoJSON, Shapefile or Parquet; or a pattern."
    ),
]
Crs = Annotated[
    str | None,
    typer.Option(
        help="CRS of the coordinates, where it cannot be recognised: 3006 is SWEREF 99 TM, 3011 is "
        "SWEREF 99 18 00."
    ),
]
Municipality = Annotated[
    str | None, typer.Option(help="Where the incidents are from: name or code, any of the 290.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="Our name = the file's, such as occurred_from=Händelsedatum. Repeatable."
    ),
]
Source = Annotated[
    list[str] | None,
    typer.Option(
        help="Who reported, where a file does not say: a name, or FILE=NAME for each. Repeatable."
    ),
]
Layer = Annotated[str | None, typer.Option(help="Layer of a GeoPackage, sheet of a workbook.")]
Personal = Annotated[
    PersonalData, typer.Option(help="Personal data in kept text: replace, reject the row, report.")
]
Categories = Annotated[
    Path | None, typer.Option(help="TOML with the reporters' words for our categories.")
]


def read_pairs(pairs: list[str] | None, *, name: str) -> dict[str, str] | None:
    """Read options such as `--column occurred_from=datum`."""
    given = pairs or []
    wrong = [pair for pair in given if "=" not in pair]
    if wrong:
        raise InputError(
            f"`--{name}` has {len(wrong)} value(s) without '='; the first is {wrong[0][:40]!r}. "
            "Write it as left=right: --column occurred_from=datum, --source polis_v47.csv=polis."
        )
    return dict(pair.split("=", 1) for pair in given) or None


def read_source(given: list[str] | None) -> str | dict[str, str] | None:
    """Read `--source polis`, or `--source polis_v47.csv=polis` for each file."""
    if given and len(given) == 1 and "=" not in given[0]:
        return given[0]
    return read_pairs(given, name="source")
