"""est-geo check: what is in these files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

import est_geo as eg
from est_geo.cli import options
from est_geo.cli.console import errors_told, print_table, say, waiting

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
    rejected: Annotated[
        Path | None, typer.Option(help="Write the rejected rows to this CSV.")
    ] = None,
) -> None:
    """Read files and account for every row; leave with 1 when rows were rejected."""
    with errors_told():
        with waiting("Reading"):
            intake = eg.read_incidents(
                files,
                crs=crs,
                municipality=municipality,
                columns=options.read_pairs(column, name="column"),
                source=options.read_source(source),
                layer=layer,
                personal_data=personal_data.value,
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
