"""What a picture leaves on the command line: an account in a line, and tables in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import est_geo as eg

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def account(picture: eg.Picture) -> str:
    """Account for the incidents, and say what was found."""
    counts = picture.counts
    recurring = picture.addresses["verdict"].isin(("recurring_long", "recurring_new"))
    return (
        f"{counts['read']} incidents = {counts['inside']} on the map "
        f"+ {counts['duplicates']} that repeat another report "
        f"+ {counts['outside']} outside (of which {counts['at_null_island']} at 0, 0) "
        f"+ {counts['district_only']} in a district only + {counts['unplaced']} without a place. "
        f"{len(picture.sites)} sites, {len(picture.places)} problem places, "
        f"{int(recurring.sum())} addresses that come back; "
        f"radius {picture.density.bandwidth_m:g} m."
    )


def write_tables(folder: Path, intake: eg.Intake, picture: eg.Picture) -> list[Path]:
    """Write the tables of a picture, and the rejected rows."""
    return [
        eg.write_table(cast("pd.DataFrame", table), folder / name)
        for name, table in (
            ("aterkommande_adresser.csv", picture.addresses),
            ("platser.csv", picture.places),
            ("kommundelar.csv", picture.district_counts),
            ("avvisade_rader.csv", intake.rejected),
        )
    ]
