"""Reading a file of incidents: every row becomes an incident or a rejected row with a reason."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from est_geo.errors import InputError
from est_geo.files import OpenedFile, open_file
from est_geo.intake import reasons
from est_geo.intake.columns import check_columns_exist, match_columns
from est_geo.intake.dates import parse_times
from est_geo.intake.positions import Fault, Positions, find_positions
from est_geo.intake.result import Intake, IntakeSummary
from est_geo.intake.text import clean_text, read_numbers
from est_geo.schema import INCIDENTS, KIND_DTYPE, REJECTED, names

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from typing import Any

    from pyproj import CRS

__all__ = ["UNKNOWN", "Intake", "IntakeSummary", "read_incidents"]

UNKNOWN = "okänd"

_TEXT_MEANINGS = frozenset(("incident_id", "category", "source", "address", "place"))

_log = logging.getLogger(__name__)


def read_incidents(
    path: str | os.PathLike[str] | pd.DataFrame,
    *,
    source: str | None = None,
    columns: Mapping[str, str] | None = None,
    crs: CRS | str | int | None = None,
    to_crs: CRS | str | int | None = None,
    layer: str | None = None,
    keep: Sequence[str] = (),
) -> Intake:
    """Read incidents from a file and account for every row of it.

    Parameters
    ----------
    path : str, Path, DataFrame or GeoDataFrame
        A local .csv, .tsv, .txt, .gpkg, .geojson, .json, .shp or .parquet file, or a table.
    source : str, optional
        Who reported, where the file has no column for it or leaves it blank; else "okänd".
    columns : mapping, optional
        Our name to the file's, as ``{"occurred_from": "anmäld", "easting": "x"}``. Columns not
        named here are recognised by known Swedish and English names, whatever their case, dots and
        separators; x and y alone are not.
    crs : CRS, str or int, optional
        CRS of the coordinates. Needed for easting and northing columns; longitude and latitude
        columns are WGS 84 without it; geometries have that of their file.
    to_crs : CRS, str or int, optional
        CRS of the result, in metres. Without it the file's own where that is in metres, else
        SWEREF 99 TM in Sweden and the UTM zone elsewhere.
    layer : str, optional
        Layer of a GeoPackage; needed where it has several.
    keep : sequence of str
        Columns of the file to keep beside ours, under their own names. Free text is not kept
        unless it is named here.

    Returns
    -------
    Intake
        `.incidents` (columns as `est_geo.schema.INCIDENTS`), `.rejected` (as
        `est_geo.schema.REJECTED`) and `.summary`; rows read = incidents + rejected.

    Raises
    ------
    FileRefused
        If the file is unsafe, empty, damaged or of another kind than its name says.
    InputError
        If the columns needed are not there or two mean the same, or if easting and northing are
        swapped.
    CRSError
        If the CRS is not known, contradicts the file, or cannot be true of most coordinates.

    Notes
    -----
    A row without coordinates is kept, with no geometry and `match_level` "none"; one at 0, 0 is
    kept at POINT (0 0) with `match_level` "null_island" and score 0. A row is rejected when a
    coordinate or weight is not a number or not a possible one, when only half a coordinate is
    there, when a time cannot be read, or when the end lies before the start.

    `category` is "okänd" where the file has none. An identifier that is not a row's own gets the
    row added to it: "A7 (rad 12)".
    """
    opened, file = _open(path, layer=layer)
    table = opened.table
    present = _present(table)
    used = match_columns(
        present, asked=columns, has_geometry=isinstance(table, gpd.GeoDataFrame), file=file
    )
    _check_keep(keep, present, file=file)
    positions = find_positions(
        table, used, crs=crs, to_crs=to_crs, names_crs=opened.names_crs, file=file
    )
    filled, faults = _fill(table, used, positions, source=source)
    for column in keep:
        text = isinstance(table[column].dtype, pd.StringDtype)
        filled[column] = clean_text(table[column]) if text else table[column]
    rejected = _reject(table.index, [*positions.faults, *faults], opened.faults, file=file)
    good = ~table.index.isin(rejected["row"])
    ids, repeated = _make_unique(filled["incident_id"][good])
    incidents = gpd.GeoDataFrame(
        filled[good].assign(incident_id=ids).reset_index(drop=True),
        geometry="geometry",
        crs=positions.crs,
    )
    levels = incidents["match_level"].value_counts()
    summary = IntakeSummary(
        file=file,
        rows_read=len(incidents) + len(rejected),
        incidents=len(incidents),
        rejected=len(rejected),
        placed=int(levels.get("coordinates", 0)),
        unplaced=int(levels.get("none", 0)),
        null_island=int(levels.get("null_island", 0)),
        without_time=int(incidents["occurred_from"].isna().sum()),
        repeated_ids=repeated,
        blank_rows=opened.blank_rows,
        reasons={str(why): int(n) for why, n in rejected["reason"].value_counts().items()},
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        crs_read=None if positions.crs_read is None else positions.crs_read.to_string(),
        crs=positions.crs.to_string(),
        columns=used,
        ignored=tuple(name for name in present if name not in {*keep, *used.values()}),
    )
    _announce(summary)
    return Intake(incidents, rejected, summary)


def _open(
    path: str | os.PathLike[str] | pd.DataFrame, *, layer: str | None
) -> tuple[OpenedFile, str]:
    """Open a file, or take a table as if it had been one."""
    if not isinstance(path, pd.DataFrame):
        return open_file(path, layer=layer), Path(path).name
    if len(path) == 0:
        raise InputError("`path` is a table with 0 rows. Check the filter before it.")
    repeated = path.columns[path.columns.duplicated()]
    if len(repeated):
        raise InputError(
            f"`path` is a table with {len(repeated)} column name(s) more than once; the first is "
            f"{str(repeated[0])[:80]!r}. Give each column a name of its own."
        )
    table = path.set_axis(pd.RangeIndex(1, len(path) + 1, name="row"))
    return OpenedFile(table), "<DataFrame>"


def _present(table: pd.DataFrame) -> list[str]:
    """List a table's columns, without its geometry."""
    geometry = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    return [name for name in table.columns if isinstance(name, str) and name != geometry]


def _check_keep(keep: Sequence[str], present: Sequence[str], *, file: str) -> None:
    """Require that columns to keep are there, and would not take the place of ours."""
    if isinstance(keep, str):
        raise InputError(f"`keep` must be a list of columns, not a text. Write keep=[{keep!r}].")
    check_columns_exist(keep, present, name="keep", file=file)
    ours = [name for name in keep if name in names(INCIDENTS)]
    if ours:
        raise InputError(
            f"`keep` names {len(ours)} column(s) that incidents have already; the first is "
            f"{ours[0]!r}. Leave it out, or rename it in the file."
        )


def _fill(
    table: pd.DataFrame, used: Mapping[str, str], positions: Positions, *, source: str | None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Fill the columns of incidents for every row, and name the rows that are at fault."""

    def text(meaning: str) -> pd.Series[Any]:
        if meaning not in used:
            return pd.Series(np.nan, index=table.index, dtype="str")
        return clean_text(table[used[meaning]])

    filled = {name: text(name) for name in names(INCIDENTS) if name in _TEXT_MEANINGS}
    filled["category"] = filled["category"].fillna(UNKNOWN)
    filled["source"] = filled["source"].fillna(source or UNKNOWN)
    by_row = "rad " + table.index.to_series().astype("str")
    filled["incident_id"] = filled["incident_id"].fillna(by_row)
    times, faults = _fill_times(table, used)
    filled |= times
    filled["weight"], weight_faults = _fill_weight(table, used)
    placed = ~pd.isna(positions.points)
    level = np.where(placed, np.where(positions.null_island, "null_island", "coordinates"), "none")
    filled["match_level"] = pd.Series(level, index=table.index)
    filled["match_score"] = pd.Series((level == "coordinates") * 1.0, index=table.index)
    filled["geometry"] = gpd.GeoSeries(positions.points, index=table.index, crs=positions.crs)
    for column in INCIDENTS:
        # What later steps fill in is missing until then; all of that is text.
        values = filled.get(column.name, pd.Series(np.nan, index=table.index, dtype="str"))
        dtype = pd.api.types.pandas_dtype(KIND_DTYPE[column.kind])
        filled[column.name] = values.astype(dtype)
    complete = {name: filled[name] for name in names(INCIDENTS)}
    return pd.DataFrame(complete), [*faults, *weight_faults]


def _fill_times(
    table: pd.DataFrame, used: Mapping[str, str]
) -> tuple[dict[str, pd.Series[Any]], list[Fault]]:
    """Read start and end; an end that was not given is the start."""
    nothing = pd.Series(np.nan, index=table.index, dtype="str")
    start_column, end_column = used.get("occurred_from"), used.get("occurred_to")
    start = parse_times(table[start_column] if start_column else nothing)
    end = parse_times(table[end_column] if end_column else nothing)
    # An end known to the day only may be the very day it started.
    same_day = (end.precision == "day") & (end.times == start.times.dt.normalize())
    until = end.times.mask(same_day).fillna(start.times)
    faults = [
        Fault(start.bad, start_column or "", reasons.NOT_A_TIME),
        Fault(start.outside, start_column or "", reasons.OUTSIDE_RANGE),
        Fault(end.bad, end_column or "", reasons.NOT_A_TIME),
        Fault(end.outside, end_column or "", reasons.OUTSIDE_RANGE),
        Fault((until < start.times).to_numpy(), end_column or "", reasons.END_BEFORE_START),
    ]
    filled = {
        "occurred_from": start.times,
        "occurred_to": until,
        "time_precision": start.precision,
    }
    return filled, faults


def _fill_weight(
    table: pd.DataFrame, used: Mapping[str, str]
) -> tuple[pd.Series[Any], list[Fault]]:
    """Read weights; a blank one counts as 1."""
    column = used.get("weight")
    if column is None:
        return pd.Series(1.0, index=table.index), []
    found = read_numbers(table[column])
    faults = [
        Fault(found.bad, column, reasons.NOT_A_NUMBER),
        Fault(found.numbers < 0, column, reasons.OUTSIDE_RANGE),
    ]
    return pd.Series(np.where(found.blank, 1.0, found.numbers), index=table.index), faults


def _reject(
    rows: pd.Index[Any], faults: list[Fault], unread: pd.DataFrame, *, file: str
) -> pd.DataFrame:
    """List each row that cannot be an incident once, with the first of its faults."""
    listed = [unread] + [
        pd.DataFrame({"row": rows[fault.rows], "column": fault.column, "reason": fault.reason})
        for fault in faults
        if fault.rows.any()
    ]
    rejected = pd.concat(listed).drop_duplicates("row").sort_values("row", ignore_index=True)
    rejected.insert(0, "file", file)
    return rejected.astype({column.name: KIND_DTYPE[column.kind] for column in REJECTED})


def _make_unique(ids: pd.Series[Any]) -> tuple[pd.Series[Any], int]:
    """Add the row to every identifier that several rows share."""
    repeated = np.zeros(len(ids), dtype=bool)
    while (again := ids.duplicated(keep=False)).any():
        repeated |= again.to_numpy()
        rows = ids.index[again].astype(str)
        ids = ids.mask(again, ids + pd.Series(" (rad " + rows + ")", index=ids.index[again]))
    return ids, int(repeated.sum())


def _announce(summary: IntakeSummary) -> None:
    """Log what was chosen for the caller; nothing from the rows."""
    _log.info("%s", summary)
    _log.info(
        "%s: encoding %s, delimiter %r, coordinates %s, given in %s; columns %s; not used: %s",
        summary.file,
        summary.encoding,
        summary.delimiter,
        summary.crs_read,
        summary.crs,
        summary.columns,
        ", ".join(summary.ignored) or "none",
    )
    for meaning in ("occurred_from", "category"):
        if meaning not in summary.columns:
            _log.info("%s: no column for `%s` was recognised", summary.file, meaning)
