"""What a scheduled run begins with: every file that the settings name, read to one table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from est_geo.checks import check_columns
from est_geo.errors import FileRefused, InputError
from est_geo.files import open_table
from est_geo.files.paths import expand
from est_geo.geocoding.gazetteer.reading import Gazetteer, read_gazetteer
from est_geo.geocoding.geocode import geocode
from est_geo.geography.bundled import load_districts
from est_geo.geography.districts import read_districts
from est_geo.intake.duplicates import link_all
from est_geo.intake.incidents import read_incidents

if TYPE_CHECKING:
    from pathlib import Path

    from est_geo.scheduled.settings import Settings, Source

_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Read:
    """What was read.

    Attributes
    ----------
    incidents : GeoDataFrame
        Of all reporters, geocoded where there is a register, repeated reports linked.
    rejected : DataFrame
        Rows that could not become incidents.
    rows : int
        Rows read; incidents and rejected rows together.
    districts : GeoDataFrame
        The study area.
    register : Gazetteer or None
        Addresses.
    efforts : GeoDataFrame or None
        What was done.
    """

    incidents: gpd.GeoDataFrame
    rejected: pd.DataFrame
    rows: int
    districts: gpd.GeoDataFrame
    register: Gazetteer | None
    efforts: gpd.GeoDataFrame | None


def files_of(settings: Settings, home: Path) -> dict[str, Path]:
    """List every file that is read, by its name relative to the folder of the settings."""
    named: list[Path] = []
    for source in settings.sources:
        named += _expanded(source, home)
    if settings.register_ is not None:
        named += expand([home / file for file in settings.register_.files])
        named += [home / settings.register_.aliases] if settings.register_.aliases else []
    named += [home / settings.districts.file] if settings.districts.file else []
    named += [home / settings.efforts.file] if settings.efforts else []
    named += [home / settings.categories] if settings.categories else []
    return {_relative(path, home): path for path in named}


def checksums(files: dict[str, Path]) -> dict[str, str]:
    """Give the SHA-256 of files, by name."""
    return {name: _checksum(path) for name, path in sorted(files.items())}


def read_all(settings: Settings, home: Path) -> Read:
    """Read districts, register, efforts, and the files of every reporter.

    Raises
    ------
    FileRefused, InputError, CRSError
        As the readers of each raise them; and if rows were rejected and `rejected` is "raise".
    """
    districts = _districts(settings, home)
    register = None
    if settings.register_ is not None:
        files = [home / file for file in settings.register_.files]
        register = read_gazetteer(files, municipality=settings.municipality)
    parts = [
        read_incidents(
            files,
            source=source.name,
            columns=source.columns or None,
            crs=source.crs,
            to_crs=districts.crs,
            municipality=settings.municipality,
            year=source.year,
            layer=source.layer,
            personal_data=settings.personal_data,
            categories=None if settings.categories is None else home / settings.categories,
        )
        for source in settings.sources
        if (files := _expanded(source, home))
    ]
    if not parts:
        raise FileRefused("No file is there: none of the sources in the settings has any. Add one.")
    rejected = pd.concat([part.rejected for part in parts], ignore_index=True)
    rows = sum(part.summary.rows_read for part in parts)
    if settings.rejected == "raise" and len(rejected):
        first = rejected.iloc[0]
        raise InputError(
            f"{first['file']!r} and the others have {len(rejected)} of {rows} rows that cannot "
            f"become incidents; the first is row {first['row']}: {first['reason']}. Mend the file, "
            'or set rejected = "skip".'
        )
    incidents = _joined([part.incidents for part in parts])
    if register is not None and settings.register_ is not None:
        aliases = settings.register_.aliases
        placed = geocode(
            incidents, register, districts, aliases=None if aliases is None else home / aliases
        )
        incidents = placed.incidents
    if register is not None or len(parts) > 1:
        # What repeats another report can be told only now that all are here and have points.
        incidents = link_all(incidents)
    named = settings.efforts
    efforts = None if named is None else _efforts(home / named.file, districts)
    return Read(incidents, rejected, rows, districts, register, efforts)


def _expanded(source: Source, home: Path) -> list[Path]:
    try:
        return expand([home / file for file in source.files])
    except FileRefused as error:
        if source.optional:
            return []
        whose = "[[sources]]" if source.name is None else f"[[sources]] {source.name!r}"
        raise FileRefused(f"{whose}: {error} If there may be none, set optional = true.") from error


def _districts(settings: Settings, home: Path) -> gpd.GeoDataFrame:
    chosen = settings.districts
    if chosen.file is not None:
        return read_districts(home / chosen.file, name=chosen.name)
    parts = [load_districts(name, level=chosen.level) for name in chosen.bundled]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)


def _joined(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the reporters' tables under each other, with identifiers that stay unique."""
    if len(parts) == 1:
        return parts[0]
    table = pd.concat(parts, ignore_index=True)
    repeated = table["incident_id"].duplicated(keep=False)
    own = table["incident_id"] + " " + table["source"].fillna("")
    ids = table["incident_id"].mask(repeated, own)
    # The same reporter twice: by where it stands, which the order of the settings fixes.
    again = ids.groupby(ids).cumcount()
    ids = ids.where(again == 0, ids + " " + (again + 1).astype("str"))
    # Links between reports of one file are found again among all.
    return gpd.GeoDataFrame(table.assign(incident_id=ids), crs=parts[0].crs)


def _efforts(path: Path, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read efforts as polygons, in the CRS of the districts."""
    table = open_table(path)
    if not isinstance(table, gpd.GeoDataFrame) or table.crs is None:
        raise InputError(f"{path.name!r} holds no areas whose coordinate system is known.")
    check_columns(table, name="efforts", columns=("effort_id", "start"))
    return table.to_crs(districts.crs)


def _relative(path: Path, home: Path) -> str:
    try:
        return path.resolve().relative_to(home.resolve()).as_posix()
    except ValueError:
        return path.name


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise FileRefused(
            f"{path.name!r} cannot be read: {error.strerror or type(error).__name__}. Check the "
            "path in the settings."
        ) from error
    return digest.hexdigest()
