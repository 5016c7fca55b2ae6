"""est-geo map: anyone's incidents on one map."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

import est_geo as eg
from est_geo.cli import options
from est_geo.cli.console import errors_told, print_table, say, waiting
from est_geo.cli.geocoding import check_options, geocode, say_quality_in_short
from est_geo.cli.map_files import file_or_folder, read_lying_under, save_maps, sized
from est_geo.cli.output import account, write_tables
from est_geo.cli.reading import municipality_of, read_area, read_files
from est_geo.errors import InputError
from est_geo.intake.duplicates import link_all
from est_geo.sharing.tiles import tiles_for

_SHOWN = 15
_ADDRESS_COLUMNS = ["rank", "address", "district", "verdict", "weeks", "last"]
_PLACE_COLUMNS = ["place_id", "name", "district", "n", "sites", "first", "last"]


class Outside(StrEnum):
    """What to do with incidents outside every district."""

    RAISE = "raise"
    KEEP = "keep"
    NEAREST = "nearest"


class Rejected(StrEnum):
    """What to do when rows of the file cannot become incidents."""

    RAISE = "raise"
    SKIP = "skip"


class Language(StrEnum):
    """Language of the map."""

    SV = "sv"
    EN = "en"


def map_(  # noqa: PLR0913 - one for each option
    incidents: options.Files,
    *,
    districts: options.Districts = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The map to write, map.html; with --by-district the folder, maps."),
    ] = None,
    by_district: Annotated[
        bool, typer.Option("--by-district", help="One map a district, and an index of them.")
    ] = False,
    tables: Annotated[
        Path | None, typer.Option(help="A folder for the tables as CSV for Excel.")
    ] = None,
    crs: options.Crs = None,
    municipality: options.Municipality = None,
    column: options.Columns = None,
    source: options.Source = None,
    layer: options.Layer = None,
    personal_data: options.Personal = options.PersonalData.MASK,
    categories: options.Categories = None,
    gazetteer: options.Gazetteer = None,
    aliases: options.Aliases = None,
    level: options.DistrictLevel = options.Level.KOMMUNDEL,
    district_name: options.DistrictName = None,
    outside: Annotated[
        Outside, typer.Option(help="Incidents outside every district: stop, keep or move.")
    ] = Outside.RAISE,
    rejected: Annotated[
        Rejected, typer.Option(help="Rows that cannot be read: stop, or go on without them.")
    ] = Rejected.RAISE,
    background: options.Background = None,
    tiles: options.Tiles = None,
    tiles_attribution: options.TilesAttribution = None,
    title: Annotated[str | None, typer.Option(help="Heading of the map.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the map.")] = Language.SV,
) -> None:
    """Map anyone's incidents: districts, density, problem places and recurring addresses."""
    with errors_told():
        check_options(gazetteer, aliases=aliases)
        target = file_or_folder(out, by_district=by_district)
        tiles_for(tiles, tiles_attribution)
        area = read_area(districts, level=level, name=district_name)
        municipality = municipality_of(municipality, districts)
        with waiting("Reading"):
            intake = read_files(
                incidents,
                area=area,
                crs=crs,
                municipality=municipality,
                column=column,
                source=source,
                layer=layer,
                personal_data=personal_data,
                categories=categories,
            )
        if rejected is Rejected.RAISE:
            _refuse_rejected(intake)
        placed = geocode(
            intake.incidents,
            area,
            gazetteer=gazetteer,
            aliases=aliases,
            municipality=municipality,
        )
        with waiting("Analysing"):
            # What repeats another report can be told only now that both have points.
            reports = intake.incidents if placed is None else link_all(placed.incidents)
            picture = eg.build_picture(reports, area, outside=outside.value)
        if tables is not None:
            tables.mkdir(parents=True, exist_ok=True)
        with waiting("Drawing the map"):
            lying_under = read_lying_under(background, picture.districts)
            written = save_maps(
                picture,
                target,
                by_district=by_district,
                title=title,
                language=language.value,
                background=lying_under,
                tiles=tiles,
                tiles_attribution=tiles_attribution,
            )
            if tables is not None:
                written += write_tables(tables, intake, picture)
        say(str(intake.summary))
        if placed is not None:
            say_quality_in_short(placed.quality)
        say(account(picture))
        print_table("Addresses that come back", picture.addresses.head(_SHOWN)[_ADDRESS_COLUMNS])
        print_table("Problem places", picture.places.head(_SHOWN)[_PLACE_COLUMNS])
        say("Written: " + ", ".join(sized(path) for path in written))


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
