"""What several commands begin with: files to incidents, and the districts they are looked at in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import est_geo as eg
from est_geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

    from est_geo.cli import options


def read_files(  # noqa: PLR0913 - one for each option
    files: list[str],
    *,
    area: gpd.GeoDataFrame | None,
    crs: str | None,
    municipality: str | None,
    column: list[str] | None,
    source: list[str] | None,
    layer: str | None,
    personal_data: options.PersonalData,
    categories: Path | None,
) -> eg.Intake:
    """Read files as the options say, in the CRS of the districts where there are any."""
    return eg.read_incidents(
        files,
        crs=crs,
        to_crs=None if area is None else area.crs,
        municipality=municipality,
        columns=_read_pairs(column, name="column"),
        source=_read_source(source),
        layer=layer,
        personal_data=personal_data.value,
        categories=categories,
    )


def read_area(
    districts: str | None, *, level: options.Level, name: str | None
) -> gpd.GeoDataFrame | None:
    """Read the districts, or load bundled ones."""
    if districts is None:
        return None
    if _is_file(districts):
        return eg.read_districts(districts, name=name)
    return eg.load_districts(districts, level=level.value)


def municipality_of(municipality: str | None, districts: str | None) -> str | None:
    """Take the municipality that is named, else that of bundled districts."""
    if municipality is None and districts is not None and not _is_file(districts):
        return districts
    return municipality


def _is_file(districts: str) -> bool:
    """Tell a file from a municipality: it exists, or its name has a suffix or a folder."""
    path = Path(districts)
    return path.exists() or bool(path.suffix) or len(path.parts) > 1


def _read_pairs(pairs: list[str] | None, *, name: str) -> dict[str, str] | None:
    """Read options such as `--column occurred_from=datum`."""
    given = pairs or []
    wrong = [pair for pair in given if "=" not in pair]
    if wrong:
        raise InputError(
            f"`--{name}` has {len(wrong)} value(s) without '='; the first is {wrong[0][:40]!r}. "
            "Write it as left=right: --column occurred_from=datum, --source polis_v47.csv=polis."
        )
    return dict(pair.split("=", 1) for pair in given) or None


def _read_source(given: list[str] | None) -> str | dict[str, str] | None:
    """Read `--source polis`, or `--source polis_v47.csv=polis` for each file."""
    if given and len(given) == 1 and "=" not in given[0]:
        return given[0]
    return _read_pairs(given, name="source")
