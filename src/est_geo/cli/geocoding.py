"""Geocoding on the command line: asking the register, and the account of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

import est_geo as eg
from est_geo.cli.console import print_table, say, waiting
from est_geo.errors import InputError
from est_geo.geocoding.counts import percent

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from est_geo.geocoding.quality import GeocodeQuality

_SHOWN = 15


def check_options(gazetteer: list[str] | None, **needing_it: object) -> None:
    """Refuse options that do nothing without a register."""
    given = [name for name, value in needing_it.items() if value is not None]
    if not gazetteer and given:
        raise InputError(
            f"`--{given[0]}` does nothing without an address register. Add --gazetteer FILE."
        )


def geocode(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame | None,
    *,
    gazetteer: list[str] | None,
    aliases: Path | None,
    municipality: str | None,
) -> eg.Geocoding | None:
    """Place what has no coordinates by the register in files; None where there is no register."""
    if not gazetteer:
        return None
    with waiting("Geocoding"):
        register = eg.read_gazetteer(gazetteer, municipality=municipality)
        return eg.geocode(incidents, register, area, aliases=aliases)


def say_quality(quality: GeocodeQuality) -> None:
    """Say how geocoding went: by level, by reporter, what to look at and what to mend first."""
    say_quality_in_short(quality)
    print_table("Geocoding by level", _in_percent(quality.levels, "share"))
    columns = ["group", "rows", "asked", "placed", "hit_rate"]
    for kind, table in (
        ("reporter", quality.by_source),
        ("category", quality.by_category),
        ("district", quality.by_district),
    ):
        if len(table):
            print_table(f"Geocoding by {kind}", _in_percent(table[columns], "hit_rate"))
    if len(quality.ambiguous):
        print_table("Ambiguous: several fit, none is taken", _in_percent(quality.ambiguous))
    if len(quality.unmatched):
        print_table("Not found", _in_percent(quality.unmatched, "hit_rate_if_fixed"))
    fixes = quality.fixes
    if fixes is not None:
        first = "the first" if fixes.streets == 1 else f"the first {fixes.streets}"
        say(f"Fix {first} of those not found and you reach {percent(fixes.hit_rate)}.")


def say_quality_in_short(quality: GeocodeQuality) -> None:
    """Say how geocoding went in a line, and what is too low to be relied on."""
    say(f"Geocoding: {quality}")
    for warning in quality.warnings:
        say(f"  low hit rate: {warning}")


def write_unmatched(quality: GeocodeQuality, path: Path) -> Path:
    """Write what was not found and what is ambiguous, as a table of aliases to fill in."""
    return eg.write_table(
        pd.concat(
            [
                _to_fill_in(quality.unmatched, "not found"),
                _to_fill_in(quality.ambiguous, "ambiguous"),
            ],
            ignore_index=True,
        ),
        path,
    )


def _to_fill_in(listed: pd.DataFrame, why: str) -> pd.DataFrame:
    """Lay a list out as a table of aliases, the meanings left blank."""
    blank = pd.Series(None, index=listed.index, dtype="str")
    return pd.DataFrame(
        {
            "alias": listed["street"],
            "betyder": blank,
            "n": listed["n"],
            "why": pd.Series(why, index=listed.index, dtype="str"),
            "candidates": listed.get("candidates", blank),
        }
    )


def _in_percent(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Show the first rows, with shares as percent and gaps in texts as a dash."""
    shown = table.head(_SHOWN)
    shares = {name: shown[name].map(percent) for name in columns}
    texts = [name for name in shown.columns if shown[name].dtype == "str"]
    return shown.assign(**shares, **{name: shown[name].fillna("–") for name in texts})
