"""The command line: est-geo demo, est-geo map.

Exit codes: 0 done · 1 est_geo refused the input (the reason is on stderr, and no map was written) ·
2 the command was not understood. Results go to stdout; choices and progress to stderr.
"""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

import est_geo as eg
from est_geo.errors import EstGeoError, InputError
from est_geo.sharing.map import draw_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From incident files to one shared map of what keeps coming back.",
)

_SHOWN = 15


class Outside(StrEnum):
    """What to do with incidents outside every district."""

    RAISE = "raise"
    KEEP = "keep"
    NEAREST = "nearest"


class Rejected(StrEnum):
    """What to do when rows of the file cannot become incidents."""

    RAISE = "raise"
    SKIP = "skip"


class Level(StrEnum):
    """Level of the bundled districts."""

    KOMMUNDEL = "kommundel"
    REGSO = "regso"


class Language(StrEnum):
    """Language of the map."""

    SV = "sv"
    EN = "en"


def _version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"est_geo {eg.__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say on stderr what is chosen on the way.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - acts through its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Set up what every command shares."""
    if verbose:
        logger = logging.getLogger("est_geo")
        logger.setLevel(logging.INFO)
        logger.handlers = [RichHandler(console=Console(stderr=True), show_path=False, markup=False)]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")] = Path(
        "est-geo-demo"
    ),
    *,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another year.")] = 2026,
) -> None:
    """Make a year of invented incidents in Sollentuna, and find what was planted in it."""
    with _errors_told():
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder.name!r} is a file. Give the name of a folder.")
        folder.mkdir(parents=True, exist_ok=True)
        with _waiting("Making a year of incidents"):
            example = eg.make_example(seed=seed)
            files = example.write(folder)
        with _waiting("Reading them and looking for what comes back"):
            intake = eg.read_incidents(files["incidents"], crs=3006)
            districts = eg.load_districts("sollentuna", level="kommundel")
            picture = eg.build_picture(intake.incidents, districts, outside="keep")
        with _waiting("Drawing the map"):
            title = "Sollentuna, påhittade händelser"
            map_file = draw_map(picture, title=title).save(folder / "map.html")
            tables = _write_tables(folder, intake, picture)
        _say(str(intake.summary))
        _say(_sum(picture))
        compared = example.compare(picture.addresses, picture.places)
        _print_table("Planted in the data, and what was found", _with_gaps(compared))
        found = compared["found"].notna()
        for kind, plural in (("address", "addresses"), ("place", "places")):
            of_kind = compared["kind"] == kind
            ranks = compared.loc[of_kind & found, "rank"]
            last = f", the last at rank {ranks.max()}" if len(ranks) else ""
            _say(f"{len(ranks)} of {int(of_kind.sum())} planted {plural} found{last}.")
        _say("Written: " + ", ".join(str(path) for path in [*files.values(), map_file, *tables]))


@app.command(name="map")
def map_(  # noqa: PLR0913 - one for each option
    incidents: Annotated[Path, typer.Argument(help="CSV, GeoPackage, GeoJSON or Parquet.")],
    *,
    districts: Annotated[
        str | None,
        typer.Option(help="A polygon file, or a bundled municipality such as sollentuna."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The map to write.")] = Path("map.html"),
    tables: Annotated[
        Path | None, typer.Option(help="A folder for the tables as CSV for Excel.")
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(help="CRS of the file's coordinates: 3006 is SWEREF 99 TM, 3011 is 18 00."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="Our name = the file's, such as occurred_from=Händelsedatum. Repeatable."
        ),
    ] = None,
    level: Annotated[Level, typer.Option(help="Of bundled districts.")] = Level.KOMMUNDEL,
    district_name: Annotated[
        str | None, typer.Option(help="Column of the polygon file that holds the names.")
    ] = None,
    outside: Annotated[
        Outside, typer.Option(help="Incidents outside every district: stop, keep or move.")
    ] = Outside.RAISE,
    rejected: Annotated[
        Rejected, typer.Option(help="Rows that cannot be read: stop, or go on without them.")
    ] = Rejected.RAISE,
    title: Annotated[str | None, typer.Option(help="Heading of the map.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the map.")] = Language.SV,
) -> None:
    """Map anyone's incidents: districts, density, problem places and recurring addresses."""
    with _errors_told():
        area = None
        if districts is not None:
            area = (
                eg.read_districts(districts, name=district_name)
                if _is_file(districts)
                else eg.load_districts(districts, level=level.value)
            )
        with _waiting("Reading"):
            intake = eg.read_incidents(
                incidents,
                crs=crs,
                columns=_columns(column or []),
                to_crs=None if area is None else area.crs,
            )
        if rejected is Rejected.RAISE:
            _refuse_rejected(intake)
        with _waiting("Analysing"):
            picture = eg.build_picture(intake.incidents, area, outside=outside.value)
        if tables is not None:
            tables.mkdir(parents=True, exist_ok=True)
        with _waiting("Drawing the map"):
            drawn = draw_map(picture, title=title, language=language.value)
            written = [drawn.save(out)]
            if tables is not None:
                written += _write_tables(tables, intake, picture)
        _say(str(intake.summary))
        _say(_sum(picture))
        shown = ["rank", "address", "district", "n", "months", "first", "last"]
        _print_table("Addresses that come back", picture.addresses.head(_SHOWN)[shown])
        shown = ["place_id", "name", "district", "n", "sites", "first", "last"]
        _print_table("Problem places", picture.places.head(_SHOWN)[shown])
        _say("Written: " + ", ".join(str(path) for path in written))


def _is_file(districts: str) -> bool:
    """Tell a file from a municipality: it exists, or its name has a suffix or a folder."""
    path = Path(districts)
    return path.exists() or bool(path.suffix) or len(path.parts) > 1


def _columns(pairs: list[str]) -> dict[str, str] | None:
    """Read `--column occurred_from=datum` pairs."""
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise InputError(
            f"`--column` has {len(wrong)} value(s) without '='; the first is {wrong[0][:40]!r}. "
            "Write our name, '=', and the file's: occurred_from=datum."
        )
    return dict(pair.split("=", 1) for pair in pairs) or None


def _refuse_rejected(intake: eg.Intake) -> None:
    """Stop before anything is written when rows of the file could not be read."""
    count = len(intake.rejected)
    if count:
        first = intake.rejected.iloc[0]
        raise InputError(
            f"{first['file']!r} has {count} of {intake.summary.rows_read} rows that cannot become "
            f"incidents; the first is row {first['row']}: column {str(first['column'])[:40]!r} is "
            f"{first['reason']}. Mend the file, or pass --rejected skip to go on without them."
        )


def _sum(picture: eg.Picture) -> str:
    """Account for the incidents, and say what was found, in a line."""
    counts = picture.counts
    return (
        f"{counts['read']} incidents = {counts['inside']} on the map "
        f"+ {counts['duplicates']} that repeat another report "
        f"+ {counts['outside']} outside (of which {counts['at_null_island']} at 0, 0) "
        f"+ {counts['unplaced']} without a coordinate. "
        f"{len(picture.sites)} sites, {len(picture.places)} problem places, "
        f"{len(picture.addresses)} addresses that come back; "
        f"radius {picture.density.bandwidth_m:g} m."
    )


def _write_tables(folder: Path, intake: eg.Intake, picture: eg.Picture) -> list[Path]:
    """Write the tables of a picture, and the rejected rows."""
    return [
        eg.write_table(cast("pd.DataFrame", table), folder / name)
        for name, table in (
            ("aterkommande_adresser.csv", picture.addresses),
            ("platser.csv", picture.places),
            ("avvisade_rader.csv", intake.rejected),
        )
    ]


def _with_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Show missing values as a dash."""
    return table.astype("object").where(table.notna(), "–")


def _print_table(heading: str, table: pd.DataFrame | gpd.GeoDataFrame) -> None:
    """Print a table to stdout; text from data is text, never markup."""
    drawn = Table(title=heading, title_justify="left", header_style="bold")
    numbers = table.select_dtypes("number").columns
    for name in table.columns:
        drawn.add_column(str(name), justify="right" if name in numbers else "left")
    for row in table.itertuples(index=False):
        drawn.add_row(*(_plain(value) for value in row))
    Console(highlight=False, markup=False).print(drawn)


def _plain(value: object) -> str:
    """Text of a cell without control characters, which a terminal would obey."""
    text = f"{value:%Y-%m-%d}" if hasattr(value, "strftime") and value == value else str(value)  # noqa: PLR0124 - NaT
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _say(text: str) -> None:
    """Print a line to stdout."""
    typer.echo(text)


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    """Show on stderr that something is under way, where a person is looking."""
    with Console(stderr=True).status(what) if sys.stderr.isatty() else _nothing():
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _errors_told() -> Iterator[None]:
    """Tell our own errors in a line on stderr and leave with 1; any other is a fault of ours."""
    try:
        yield
    except EstGeoError as error:
        typer.echo(f"est-geo: {_plain(error)}", err=True)
        raise typer.Exit(1) from None
