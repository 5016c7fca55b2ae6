"""est-geo init: settings to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from est_geo.cli.console import errors_told, say
from est_geo.errors import InputError
from est_geo.files import write_atomic
from est_geo.scheduled.template import TEMPLATE


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("lagesbild.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write settings for est-geo picture, with what each of them means, in Swedish."""
    with errors_told():
        if path.exists() and not force:
            raise InputError(
                f"{path.name!r} is there already. Name another file, or pass --force to replace it."
            )
        say(f"Written: {write_atomic(path, TEMPLATE)}")
