"""est-geo demo: a year of invented incidents, and what the library finds in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import est_geo as eg
from est_geo.cli.console import errors_told, print_table, say, waiting, with_gaps
from est_geo.cli.output import account, write_tables
from est_geo.errors import InputError
from est_geo.sharing.map import draw_map


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")] = Path(
        "est-geo-demo"
    ),
    *,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another year.")] = 2026,
) -> None:
    """Make a year of invented incidents in Sollentuna, and find what was planted in it."""
    with errors_told():
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder.name!r} is a file. Give the name of a folder.")
        folder.mkdir(parents=True, exist_ok=True)
        with waiting("Making a year of incidents"):
            example = eg.make_example(seed=seed)
            files = example.write(folder)
        with waiting("Reading them and looking for what comes back"):
            intake = eg.read_incidents(files["incidents"], crs=3006)
            districts = eg.load_districts("sollentuna", level="kommundel")
            picture = eg.build_picture(intake.incidents, districts, outside="keep")
        with waiting("Drawing the map"):
            title = "Sollentuna, påhittade händelser"
            map_file = draw_map(picture, title=title).save(folder / "map.html")
            tables = write_tables(folder, intake, picture)
        say(str(intake.summary))
        say(account(picture))
        compared = example.compare(picture.addresses, picture.places)
        print_table("Planted in the data, and what was found", with_gaps(compared))
        found = compared["found"].notna()
        for kind, plural in (("address", "addresses"), ("place", "places")):
            of_kind = compared["kind"] == kind
            ranks = compared.loc[of_kind & found, "rank"]
            last = f", the last at rank {ranks.max()}" if len(ranks) else ""
            say(f"{len(ranks)} of {int(of_kind.sum())} planted {plural} found{last}.")
        say("Written: " + ", ".join(str(path) for path in [*files.values(), map_file, *tables]))
