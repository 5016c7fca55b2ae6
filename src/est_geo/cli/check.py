"""est-geo check: what is in these files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

import est_geo as eg
from est_geo.cli import options
from est_geo.cli.console import errors_told, print_table, say, waiting
from est_geo.cli.geocoding import check_options, geocode, say_quality, write_unmatched
from est_geo.cli.reading import municipality_of, read_area, read_files

if TYPE_CHECKING:
    from est_geo.intake.result import FileSummary, IntakeSummary

_SHOWN = 20


def check(  # noqa: PLR0913 - one for each option
    files: options.Files,
    *,
    crs: options.Crs = None,
    municipality: options.Municipality = None,
    column: options.Columns = None,
    source: options.Source = None,
    layer: options.Layer = None,
    personal_data: options.Personal = options.PersonalData.MASK,
    categories: options.Categories = None,
    gazetteer: options.Gazetteer = None,
    aliases: options.Aliases = None,
    districts: options.Districts = None,
    level: options.DistrictLevel = options.Level.KOMMUNDEL,
    district_name: options.DistrictName = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows to this CSV.")
    ] = None,
    unmatched: Annotated[
        Path | None,
        typer.Option(help="Write what geocoding did not find to this CSV, to fill in as aliases."),
    ] = None,
) -> None:
    """Read files and account for every row; leave with 1 when rows were rejected."""
    with errors_told():
        check_options(gazetteer, aliases=aliases, unmatched=unmatched)
        area = read_area(districts, level=level, name=district_name)
        municipality = municipality_of(municipality, districts)
        with waiting("Reading"):
            intake = read_files(
                files,
                area=area,
                crs=crs,
                municipality=municipality,
                column=column,
                source=source,
                layer=layer,
                personal_data=personal_data,
                categories=categories,
            )
        for file in intake.summary.files:
            _say_file(file)
        say(str(intake.summary))
        _say_counts(intake.summary)
        if len(intake.summary.by_source):
            print_table("Incidents by reporter", intake.summary.by_source.head(_SHOWN))
        if len(intake.summary.unmapped):
            print_table("Categories not recognised", intake.summary.unmapped.head(_SHOWN))
        if len(intake.summary.personal_data):
            print_table("Personal data found", intake.summary.personal_data)
        if len(intake.rejected):
            print_table("Rejected rows (the first)", intake.rejected.head(_SHOWN))
        if rejected is not None:
            say(f"Written: {eg.write_table(intake.rejected, rejected)}")
        placed = geocode(
            intake.incidents,
            area,
            gazetteer=gazetteer,
            aliases=aliases,
            municipality=municipality,
        )
        if placed is not None:
            say_quality(placed.quality)
            if unmatched is not None:
                say(f"Written: {write_unmatched(placed.quality, unmatched)}")
    if len(intake.rejected):
        raise typer.Exit(1)


def _say_file(file: FileSummary) -> None:
    """Say how a file was read."""
    say(str(file))
    facts: dict[str, object] = {
        "encoding": file.encoding,
        "delimiter": None if file.delimiter is None else repr(file.delimiter),
        "header in row": file.header_row,
        "coordinates": "; ".join(file.readings) or None,
        "columns": ", ".join(f"{ours} = {theirs}" for ours, theirs in file.columns.items()),
        "not used": ", ".join(file.ignored) or None,
        "set aside": ", ".join(f"{number} {what}" for what, number in file.set_aside.items()),
        "blank rows": file.blank_rows or None,
        "repeated rows": file.repeated_rows or None,
        "at 00:00, probably time unknown": file.midnight if file.midnight_spike else None,
    }
    for name, fact in facts.items():
        if fact:
            say(f"  {name}: {fact}")


def _say_counts(summary: IntakeSummary) -> None:
    """Say what else was counted, where there is anything to say."""
    counts = {
        "outside the municipality": summary.outside_municipality,
        "without a time": summary.without_time,
        **{f"with a note: {note}": number for note, number in summary.time_notes.items()},
        "that repeat another report, counted once": summary.duplicates,
        "with an identifier that was not theirs alone": summary.repeated_ids,
    }
    for what, number in counts.items():
        if number:
            say(f"  {number} {what}")
