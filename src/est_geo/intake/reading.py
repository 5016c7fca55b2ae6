"""Reading one opened file: its rows as incidents, those that cannot be, and the account of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from est_geo.errors import InputError
from est_geo.files.column_names import check_columns_exist
from est_geo.intake.categories import CategoryMap, map_categories
from est_geo.intake.columns import match_columns
from est_geo.intake.duplicates import count_repeated_rows
from est_geo.intake.personal_data import guard_text
from est_geo.intake.positions import Positions, find_positions
from est_geo.intake.reasons import NOT_A_NUMBER, OUTSIDE_RANGE, Fault
from est_geo.intake.result import FileSummary
from est_geo.intake.text import clean_text, read_numbers
from est_geo.intake.times import FoundTimes, find_times
from est_geo.schema import INCIDENTS, KIND_DTYPE, REJECTED, names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from typing import Any

    from pyproj import CRS

    from est_geo.files import OpenedFile

UNKNOWN = "okänd"

_TEXT_MEANINGS = ("incident_id", "category", "source", "address", "place")


@dataclass(frozen=True)
class Asked:
    """What the caller asked for, the same for every file."""

    source: str | Mapping[str, str] | None
    columns: Mapping[str, str] | None
    crs: CRS | str | int | None
    municipality: str | None
    year: int | None
    keep: Sequence[str]
    personal_data: Literal["mask", "reject", "report"]
    categories: CategoryMap


@dataclass(frozen=True)
class Part:
    """One file as read: its rows as incidents, those rejected, and its account."""

    incidents: pd.DataFrame
    row_names: pd.Series[Any]
    rejected: pd.DataFrame
    summary: FileSummary
    crs: CRS
    outside_municipality: int
    unmapped: pd.Series[Any]
    personal_data: pd.DataFrame


def read_part(
    opened: OpenedFile,
    file: str,
    asked: Asked,
    *,
    to_crs: CRS | str | int | None,
    alone: bool,
) -> Part:
    """Read one opened file."""
    table = opened.table
    present = _present(table)
    used = match_columns(
        present,
        asked=asked.columns,
        has_geometry=isinstance(table, gpd.GeoDataFrame),
        file=file,
    )
    _check_keep(asked.keep, present, file=file)
    times = find_times(table, used, year=asked.year)
    positions = find_positions(
        table,
        used,
        crs=asked.crs,
        to_crs=to_crs,
        municipality=asked.municipality,
        names_crs=opened.names_crs,
        file=file,
    )
    texts = {meaning: _text(table, used.get(meaning)) for meaning in _TEXT_MEANINGS}
    kept = {column: _kept(table[column]) for column in asked.keep}
    guarded = guard_text(
        texts | kept,
        asked.personal_data,
        as_of=_latest_day(times),
    )
    texts = {meaning: guarded.texts[meaning] for meaning in texts}
    mapped, unmapped = map_categories(texts["category"], asked.categories)
    texts["category"] = mapped.fillna(UNKNOWN)
    said = asked.source.get(file) if isinstance(asked.source, Mapping) else asked.source
    texts["source"] = texts["source"].fillna(said or UNKNOWN)
    row = "rad " if alone else f"{file} rad "
    by_row = row + table.index.to_series().astype("str")
    texts["incident_id"] = texts["incident_id"].fillna(by_row)
    weight, weight_faults = _weights(table, used)

    filled = _fill(table, texts, times, positions, weight)
    for column in kept:
        filled[column] = guarded.texts[column]
    personal = [
        fault._replace(column=used.get(fault.column, fault.column)) for fault in guarded.faults
    ]
    faults = [*positions.faults, *times.faults, *weight_faults, *personal]
    rejected = _reject(table.index, faults, opened.faults, file=file)
    good = ~table.index.isin(rejected["row"])
    summary = FileSummary(
        file=file,
        rows_read=int(good.sum()) + len(rejected),
        incidents=int(good.sum()),
        rejected=len(rejected),
        reasons=count_values(rejected["reason"]),
        blank_rows=opened.blank_rows,
        set_aside=count_values(opened.set_aside["reason"]),
        repeated_rows=count_repeated_rows(table),
        midnight=times.midnight,
        midnight_spike=times.midnight_spike,
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        header_row=opened.header_row,
        crs_read=tuple(crs.to_string() for crs in positions.crs_read),
        readings=positions.readings,
        columns=used,
        ignored=tuple(name for name in present if name not in {*asked.keep, *used.values()}),
    )
    return Part(
        incidents=filled[good],
        row_names=by_row[good],
        rejected=rejected,
        summary=summary,
        crs=positions.crs,
        outside_municipality=int((positions.outside_municipality & good).sum()),
        unmapped=unmapped,
        personal_data=guarded.counts.assign(
            file=file, column=guarded.counts["column"].replace(used)
        )[["file", "column", "kind", "rows"]],
    )


def _latest_day(times: FoundTimes) -> dt.date | None:
    """Give the latest day that a file speaks of; nobody in it was born later."""
    latest = times.occurred_to.max()
    return None if pd.isna(latest) else latest.date()


def _present(table: pd.DataFrame) -> list[str]:
    """List a table's columns, without its geometry."""
    geometry = table.geometry.name if isinstance(table, gpd.GeoDataFrame) else None
    return [name for name in table.columns if isinstance(name, str) and name != geometry]


def _check_keep(keep: Sequence[str], present: Sequence[str], *, file: str) -> None:
    """Require that columns to keep are there, and would not take the place of ours."""
    check_columns_exist(keep, present, name="keep", file=file)
    ours = [name for name in keep if name in names(INCIDENTS)]
    if ours:
        raise InputError(
            f"`keep` names {len(ours)} column(s) that incidents have already; the first is "
            f"{ours[0]!r}. Leave it out, or rename it in the file."
        )


def _text(table: pd.DataFrame, column: str | None) -> pd.Series[Any]:
    """Take a column of text, clean; all missing where there is none."""
    if column is None:
        return pd.Series(np.nan, index=table.index, dtype="str")
    return clean_text(table[column])


def _kept(values: pd.Series[Any]) -> pd.Series[Any]:
    """Take a column to keep: numbers and times as they are, anything else as clean text."""
    plain = pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values)
    return values if plain else clean_text(values)


def _weights(table: pd.DataFrame, used: Mapping[str, str]) -> tuple[pd.Series[Any], list[Fault]]:
    """Read weights; a blank one counts as 1."""
    column = used.get("weight")
    if column is None:
        return pd.Series(1.0, index=table.index), []
    found = read_numbers(table[column])
    faults = [
        Fault(found.bad, column, NOT_A_NUMBER),
        Fault(found.numbers < 0, column, OUTSIDE_RANGE),
    ]
    return pd.Series(np.where(found.blank, 1.0, found.numbers), index=table.index), faults


def _fill(
    table: pd.DataFrame,
    texts: Mapping[str, pd.Series[Any]],
    times: FoundTimes,
    positions: Positions,
    weight: pd.Series[Any],
) -> pd.DataFrame:
    """Put the columns of incidents together, for every row."""
    placed = ~pd.isna(positions.points)
    level = np.where(placed, np.where(positions.null_island, "null_island", "coordinates"), "none")
    filled: dict[str, object] = {
        **texts,
        "occurred_from": times.occurred_from,
        "occurred_to": times.occurred_to,
        "time_precision": times.precision,
        "time_note": times.note,
        "weight": weight,
        "match_level": pd.Series(level, index=table.index),
        "match_score": pd.Series((level == "coordinates") * 1.0, index=table.index),
        "uncertainty_m": pd.Series(np.where(level == "coordinates", 0.0, np.nan), table.index),
        "geometry": gpd.GeoSeries(positions.points, index=table.index, crs=positions.crs),
    }
    # What later steps fill in is missing until then; all of that is text.
    missing = pd.Series(np.nan, index=table.index, dtype="str")
    complete = {
        column.name: pd.Series(filled.get(column.name, missing)).astype(
            pd.api.types.pandas_dtype(KIND_DTYPE[column.kind])
        )
        for column in INCIDENTS
    }
    return pd.DataFrame(complete)


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


def count_values(values: pd.Series[Any]) -> dict[str, int]:
    """Count values, most frequent first, equally many by name."""
    counts = values.value_counts(sort=False).sort_index()
    ordered = counts.sort_values(ascending=False, kind="stable")
    return {str(value): int(number) for value, number in ordered.items()}
