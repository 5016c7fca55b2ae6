"""The command line: est-geo demo, check, map, init, picture.

Exit codes: 0 done (or nothing had changed) · 1 est_geo refused the input (the reason is on stderr,
and nothing was written), or `check` found rows that cannot be read · 2 the command was not
understood · 75 another run is writing to the folder: try again later. Results go to stdout; choices
and progress to stderr.
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer
from rich.console import Console
from rich.logging import RichHandler

import est_geo as eg
from est_geo.cli.check import check
from est_geo.cli.demo import demo
from est_geo.cli.init import init
from est_geo.cli.map import map_
from est_geo.cli.picture import picture

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From incident files to one shared map of what keeps coming back.",
)
app.command()(demo)
app.command()(check)
app.command(name="map")(map_)
app.command()(init)
app.command()(picture)


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
