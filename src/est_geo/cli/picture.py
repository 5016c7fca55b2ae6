"""est-geo picture: the scheduled run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from est_geo.cli.console import errors_told, say, waiting
from est_geo.cli.logs import log_to
from est_geo.scheduled.locking import Locked
from est_geo.scheduled.run import run_scheduled

LOCKED = 75
"""Exit code of a run that found another one writing: EX_TEMPFAIL, try again later."""


class AudienceOption(StrEnum):
    """For whom a picture is made."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"


def picture(
    settings: Annotated[Path, typer.Argument(help="The settings, as est-geo init writes them.")],
    *,
    period: Annotated[
        str | None,
        typer.Option(help="Such as 2026-W47; without it the last that the incidents cover."),
    ] = None,
    audience: Annotated[
        list[AudienceOption] | None,
        typer.Option(help="For whom, instead of those in the settings. Repeatable."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to, instead of that in the settings.")
    ] = None,
    log_file: Annotated[
        Path | None, typer.Option(help="Add what is chosen on the way to this file.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Say it as JSON, a line a message, on stderr.")
    ] = False,
) -> None:
    """Make the pictures of a period: maps, reports and tables for each audience, and a manifest."""
    with errors_told(), log_to(log_file, as_json=json):
        try:
            with waiting("Making the picture"):
                run = run_scheduled(
                    settings,
                    period=period,
                    audiences=None if audience is None else [one.value for one in audience],
                    out=out,
                )
        except Locked as error:
            typer.echo(f"est-geo: {error}", err=True)
            raise typer.Exit(LOCKED) from None
        for folder in run.unchanged:
            say(f"{run.period.key} {folder.name}: oförändrat")
        for folder in run.written:
            say(f"{run.period.key} {folder.name}: {folder}")
        if run.rejected:
            say(f"{run.rejected} of {run.rows} rows could not become incidents.")
