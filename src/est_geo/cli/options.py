"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class PersonalData(StrEnum):
    """What to do with personal data in kept text."""

    MASK = "mask"
    REJECT = "reject"
    REPORT = "report"


class Level(StrEnum):
    """Level of the bundled districts."""

    KOMMUNDEL = "kommundel"
    REGSO = "regso"


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
Districts = Annotated[
    str | None,
    typer.Option(help="A polygon file, or a bundled municipality such as sollentuna."),
]
DistrictLevel = Annotated[Level, typer.Option("--level", help="Of bundled districts.")]
DistrictName = Annotated[
    str | None, typer.Option(help="Column of the polygon file that holds the names.")
]
Gazetteer = Annotated[
    list[str] | None,
    typer.Option(
        help="An address register, or a list of places, to place what has no coordinates by. "
        "Repeatable."
    ),
]
Aliases = Annotated[
    Path | None,
    typer.Option(help="TOML or CSV with people's own words for streets and places."),
]
Background = Annotated[
    list[str] | None,
    typer.Option(
        help="Lines and areas to lie under the map: streets=FILE, railways=, water= or names=; "
        "FILE#LAYER for one layer of a GeoPackage. Repeatable."
    ),
]
Tiles = Annotated[
    str | None,
    typer.Option(
        help="Your own server of tiles, https://karta.example.se/{z}/{x}/{y}.png, asked while the "
        "map is read."
    ),
]
TilesAttribution = Annotated[str | None, typer.Option(help="Whose map the tiles are.")]
