"""Reading address registers: every row becomes entries, or is left out with a reason."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.checks import check_choice, check_flag
from est_geo.checks.metric_crs import parse_crs
from est_geo.errors import InputError
from est_geo.files import OpenedFile, expand, open_file
from est_geo.geocoding.gazetteer.cache import SUFFIX, load_cached, read_key, save_cached
from est_geo.geocoding.gazetteer.columns import is_known
from est_geo.geocoding.gazetteer.joining import join_entries
from est_geo.geocoding.gazetteer.result import Gazetteer, GazetteerFile, GazetteerSummary
from est_geo.geocoding.gazetteer.rows import Asked, Part, read_part
from est_geo.geography.crs import plane
from est_geo.geography.municipalities import find_municipality

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyproj import CRS

    from est_geo.geocoding.gazetteer.rows import EntryKind

    Local = str | os.PathLike[str]

__all__ = ["Gazetteer", "GazetteerFile", "GazetteerSummary", "read_gazetteer"]

_log = logging.getLogger(__name__)

_TABLE = "<DataFrame>"


def read_gazetteer(
    path: Local | Iterable[Local] | pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    crs: CRS | str | int | None = None,
    municipality: str | None = None,
    kind: EntryKind | None = None,
    cache: bool = False,
) -> Gazetteer:
    """Read a register of addresses and places, against which incidents are geocoded.

    Lantmäteriet's Belägenhetsadress, tables as OpenStreetMap has them, and lists of places are
    recognised by their columns; any other table is read with `columns`.

    Parameters
    ----------
    path : str, Path, list of them, DataFrame or GeoDataFrame
        Local .gpkg, .csv, .tsv, .txt, .xlsx, .xls, .ods, .geojson, .json, .shp or .parquet files,
        a pattern such as ``"register/*.gpkg"``, or a table.
    columns : mapping, optional
        Our name to the file's, as ``{"street": "Gata", "number": "Nr", "lat": "wgs_n", "lon":
        "wgs_e"}``: columns of `est_geo.schema.GAZETTEER`, `easting` and `northing`, `latitude` and
        `longitude`, or `address` for a street and number in one text. The others are recognised.
    layer : str, optional
        Layer of a GeoPackage or sheet of a workbook; needed where there are several.
    crs : CRS, str or int, optional
        What the coordinates are in. Without it, it is as the file says, else recognised from the
        values and from where they fall.
    municipality : str, optional
        Name or code of the municipality the register is of. Entries outside it are counted.
    kind : {"address", "place"}, optional
        Take every row as that. Without it rows with a street are addresses (and, with a name,
        places too), and rows with only a name are places.
    cache : bool
        Keep what was read beside the first file, as ``<name>.est_geo.parquet``, and use that as
        long as the files, the arguments and the version of est_geo are the same.

    Returns
    -------
    Gazetteer
        `.entries` (columns as `est_geo.schema.GAZETTEER`, in a CRS in metres: the first file's own
        where it is one, else SWEREF 99 TM in Sweden and the UTM zone elsewhere) and `.summary`;
        rows read = rows used + rows left out, by reason. The order of the rows, and of the files,
        is of no consequence for the entries, but for identifiers made of row numbers.

    Raises
    ------
    FileRefused
        If a file is unsafe, empty, damaged or of another kind than its name says.
    InputError
        If the columns needed are not there, an argument is not understood, or no row can be used.
    CRSError
        If the CRS is not known, contradicts a file, or several fit.

    Notes
    -----
    Of a sign with several numbers ("10-12", "12A-D") each number is an entry. An address that is
    not in force, one whose number cannot be read, and one without a number on a street where others
    have one are left out: they would draw incidents to a wrong house.
    """
    if kind is not None:
        check_choice(kind, ("address", "place"), name="kind")
    check_flag(cache, name="cache")
    area = None if municipality is None else find_municipality(municipality)
    named = parse_crs(crs)
    asked = Asked(columns, None if named is None else plane(named), area, kind)
    if isinstance(path, pd.DataFrame):
        if cache:
            raise InputError(
                "`cache` is True, but `path` is a table: there is no file to keep it beside. "
                "Leave `cache` out."
            )
        gazetteer = _read([(_TABLE, _as_opened(path))], asked)
    else:
        gazetteer = _read_files(_without_caches(expand(path)), asked, layer=layer, cache=cache)
    _announce(gazetteer.summary)
    return gazetteer


def _read_files(
    paths: Sequence[Path], asked: Asked, *, layer: str | None, cache: bool
) -> Gazetteer:
    """Read files, or what was kept of them."""
    key = read_key(paths, asked, layer=layer) if cache else None
    kept = None if key is None else load_cached(paths[0], key)
    if kept is not None:
        return kept
    opened = [(file.name, open_file(file, layer=layer, known=is_known)) for file in paths]
    gazetteer = _read(opened, asked)
    # A register that was replaced while it was read is not the one that the key tells of.
    if key is not None and read_key(paths, asked, layer=layer) == key:
        save_cached(gazetteer, paths, key)
    return gazetteer


def _without_caches(paths: list[Path]) -> list[Path]:
    """Leave out what we kept ourselves, where a pattern found it beside other files."""
    others = [path for path in paths if not path.name.endswith(SUFFIX)]
    return others or paths


def _as_opened(table: pd.DataFrame) -> OpenedFile:
    """Take a table as if it had been a file; its first row is row 1."""
    if len(table) == 0:
        raise InputError("`path` is a table with 0 rows. Check the filter before it.")
    table = table.rename(columns=str)
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise InputError(
            f"`path` is a table with {len(repeated)} column name(s) more than once; the first is "
            f"{str(repeated[0])[:80]!r}. Give each column a name of its own."
        )
    return OpenedFile(table.set_axis(pd.RangeIndex(1, len(table) + 1, name="row")))


def _read(opened: Sequence[tuple[str, OpenedFile]], asked: Asked) -> Gazetteer:
    """Read every table, put them together, and account for all of it."""
    parts: list[Part] = []
    for file, table in opened:
        row_name = "rad " if len(opened) == 1 else f"{file} rad "
        to_crs = parts[0].crs if parts else None
        parts.append(read_part(table, file, asked, to_crs=to_crs, row_name=row_name))
    ends = np.cumsum([len(part.reasons) for part in parts])
    starts = ends - [len(part.reasons) for part in parts]
    entries = pd.concat(
        [
            part.entries.assign(row=part.entries["row"] + start)
            for part, start in zip(parts, starts, strict=True)
        ],
        ignore_index=True,
    )
    _check_any(entries, parts, opened)
    joined = join_entries(
        entries,
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.reasons for part in parts]),
        crs=parts[0].crs,
        area=asked.area,
    )
    files = tuple(
        _account(file, part, joined.reasons[start:end])
        for (file, _), part, start, end in zip(opened, parts, starts, ends, strict=True)
    )
    kinds = joined.entries["kind"].value_counts()
    summary = GazetteerSummary(
        files=files,
        rows_read=sum(file.rows_read for file in files),
        rows_used=sum(file.rows_used for file in files),
        left_out=_count(joined.reasons),
        addresses=int(kinds.get("address", 0)),
        places=int(kinds.get("place", 0)),
        streets=joined.streets,
        duplicates=joined.duplicates,
        repeated_ids=joined.repeated_ids,
        municipality="" if asked.area is None else asked.area.name,
        outside_municipality=joined.outside_municipality,
        crs=parts[0].crs.to_string(),
        shared_streets=joined.shared_streets,
    )
    return Gazetteer(joined.entries, summary)


def _check_any(
    entries: pd.DataFrame, parts: Sequence[Part], opened: Sequence[tuple[str, OpenedFile]]
) -> None:
    """Refuse registers of which no row can be used."""
    if len(entries):
        return
    reasons = np.concatenate([part.reasons for part in parts])
    counts = ", ".join(f"{reason}: {number}" for reason, number in _count(reasons).items())
    others = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
    raise InputError(
        f"{opened[0][0]!r}{others} has {len(reasons)} rows, and none of them can be used "
        f"({counts}). The columns used are {parts[0].columns.used}. Name others with columns=."
    )


def _account(file: str, part: Part, reasons: np.ndarray[Any, Any]) -> GazetteerFile:
    """Account for the rows of one file."""
    return GazetteerFile(
        file=file,
        rows_read=len(reasons),
        rows_used=int((reasons == "").sum()),
        left_out=_count(reasons),
        columns=part.columns.used | {tag: tag for tag in part.columns.tags},
        ignored=part.columns.ignored,
        readings=part.readings,
    )


def _count(reasons: np.ndarray[Any, Any]) -> dict[str, int]:
    """Count the rows left out by reason, most first, equally many by reason."""
    said, number = np.unique(reasons[reasons != ""].astype(str), return_counts=True)
    pairs = sorted(zip(said.tolist(), number.tolist(), strict=True), key=lambda one: -one[1])
    return dict(pairs)


def _announce(summary: GazetteerSummary) -> None:
    """Log what was chosen and what was left out, in numbers."""
    for file in summary.files:
        _log.info(
            "%s: %d rows read, %d used, left out %s; columns %s; coordinates %s; not used: %s",
            file.file,
            file.rows_read,
            file.rows_used,
            file.left_out or "none",
            file.columns,
            "; ".join(file.readings) or "none",
            ", ".join(file.ignored) or "none",
        )
    _log.info("%s; CRS %s", summary, summary.crs)
    if summary.duplicates:
        _log.info("%d entries repeat another within 1 m: left out", summary.duplicates)
    if summary.outside_municipality:
        _log.info(
            "%d of %d entries lie outside %s: kept",
            summary.outside_municipality,
            summary.addresses + summary.places,
            summary.municipality or "the municipality that the register names",
        )
    if len(summary.shared_streets):
        _log.info(
            "%d names of streets occur in several districts, %d of them with the same numbers",
            len(summary.shared_streets),
            int((summary.shared_streets["conflicting_numbers"] > 0).sum()),
        )
