"""Reading files of incidents: every row becomes an incident or a rejected row with a reason."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import pandas as pd

from est_geo.checks import check_choice, check_number
from est_geo.errors import InputError
from est_geo.files import OpenedFile, expand, open_file
from est_geo.intake.categories import load_categories
from est_geo.intake.columns import is_known
from est_geo.intake.duplicates import link_all
from est_geo.intake.reading import Asked, Part, count_values, read_part
from est_geo.intake.result import Intake, IntakeSummary

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence
    from typing import Any

    from pyproj import CRS

    Local = str | os.PathLike[str]

_log = logging.getLogger(__name__)


def read_incidents(  # noqa: PLR0913 - each is a fact about the files that only the caller knows
    path: Local | Iterable[Local] | pd.DataFrame,
    *,
    source: str | Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    crs: CRS | str | int | None = None,
    to_crs: CRS | str | int | None = None,
    municipality: str | None = None,
    year: int | None = None,
    layer: str | None = None,
    keep: Sequence[str] = (),
    personal_data: Literal["mask", "reject", "report"] = "mask",
    categories: Local | Mapping[str, str] | None = None,
    duplicates: bool = True,
) -> Intake:
    """Read incidents from files and account for every row of them.

    Parameters
    ----------
    path : str, Path, list of them, DataFrame or GeoDataFrame
        Local .csv, .tsv, .txt, .xlsx, .xls, .ods, .gpkg, .geojson, .json, .shp or .parquet files, a
        pattern such as ``"vecka47/*.csv"``, or a table.
    source : str or mapping, optional
        Who reported, where a file has no column for it or leaves it blank; else "okänd". For
        several files, file name to reporter: ``{"polis_v47.csv": "polis"}``.
    columns : mapping, optional
        Our name to the file's, as ``{"occurred_from": "anmäld", "easting": "x"}``. Columns not
        named here are recognised by known Swedish and English names, whatever their case, dots and
        separators.
    crs : CRS, str or int, optional
        CRS of the files' coordinates. Without it it is recognised from the values, and confirmed
        against the outlines of the municipalities; if more than one fits, that is an error.
    to_crs : CRS, str or int, optional
        CRS of the result, in metres. Without it the first file's own where that is in metres, else
        SWEREF 99 TM in Sweden and the UTM zone elsewhere.
    municipality : str, optional
        Name or code of the municipality the incidents are from. It settles which local zone
        coordinates are in, and incidents outside it are counted.
    year : int, optional
        The year of dates and weeks that lack one ("29/3", "v. 12"); without it they are rejected.
    layer : str, optional
        Layer of a GeoPackage or sheet of a spreadsheet; needed where there are several.
    keep : sequence of str
        Columns of the files to keep beside ours, under their own names. Free text is not kept
        unless it is named here.
    personal_data : {"mask", "reject", "report"}
        What to do with personal identity numbers, telephone numbers, e-mail addresses and
        registration plates in kept text: replace them, reject the row, or only count them.
    categories : str, Path or mapping, optional
        What the reporters' words are called here: a TOML file, or their word to our category; they
        go before the bundled table. Words that neither has are kept as they are, and counted.
    duplicates : bool
        Link reports of one event from different reporters (see `link_duplicates`), and repeated
        reports of a state in a month, so that each counts once.

    Returns
    -------
    Intake
        `.incidents` (columns as `est_geo.schema.INCIDENTS`), `.rejected` (as
        `est_geo.schema.REJECTED`) and `.summary`; rows read = incidents + rejected.

    Raises
    ------
    FileRefused
        If a file is unsafe, empty, damaged or of another kind than its name says.
    InputError
        If the columns needed are not there or two mean the same, or an argument is not understood.
    CRSError
        If the CRS is not known, contradicts a file, or several fit.

    Notes
    -----
    A row without coordinates is kept, with no geometry and `match_level` "none"; one at 0, 0 is
    kept at POINT (0 0) with `match_level` "null_island" and score 0. A row is rejected when a
    coordinate or weight is not a number or not a possible one, when only half a coordinate is
    there, when a time cannot be read, or when the end lies before the start. A time that does not
    exist, or exists twice, when clocks change is kept, with a `time_note`.

    An identifier that is not a row's own gets the row added to it: "A7 (rad 12)".
    """
    check_choice(personal_data, ("mask", "reject", "report"), name="personal_data")
    if isinstance(keep, str):
        raise InputError(f"`keep` must be a list of columns, not a text. Write keep=[{keep!r}].")
    if year is not None:
        check_number(year, name="year", at_least=1990, whole=True)
    known = load_categories(categories)
    asked = Asked(source, columns, crs, municipality, year, keep, personal_data, known)
    opened = _open(path, layer=layer)
    _check_sources(source, [file for file, _ in opened])
    parts: list[Part] = []
    for file, table in opened:
        target = parts[0].crs if parts and to_crs is None else to_crs
        parts.append(read_part(table, file, asked, to_crs=target, alone=len(opened) == 1))
    intake = _join(parts, duplicates=duplicates)
    _announce(intake.summary)
    return intake


def _open(
    path: Local | Iterable[Local] | pd.DataFrame, *, layer: str | None
) -> list[tuple[str, OpenedFile]]:
    """Open every file, or take a table as if it had been one."""
    if not isinstance(path, pd.DataFrame):
        paths = expand(path)
        return [(file.name, open_file(file, layer=layer, known=is_known)) for file in paths]
    if len(path) == 0:
        raise InputError("`path` is a table with 0 rows. Check the filter before it.")
    repeated = path.columns[path.columns.duplicated()]
    if len(repeated):
        raise InputError(
            f"`path` is a table with {len(repeated)} column name(s) more than once; the first is "
            f"{str(repeated[0])[:80]!r}. Give each column a name of its own."
        )
    table = path.set_axis(pd.RangeIndex(1, len(path) + 1, name="row"))
    return [("<DataFrame>", OpenedFile(table))]


def _check_sources(source: str | Mapping[str, str] | None, files: Sequence[str]) -> None:
    """Require that reporters are named for files that are there."""
    if isinstance(source, Mapping):
        strange = [name for name in source if name not in files]
        if strange:
            raise InputError(
                f"`source` names {len(strange)} file(s) that are not read; the first is "
                f"{strange[0][:80]!r}. Read are: {', '.join(files[:20])}."
            )


def _join(parts: Sequence[Part], *, duplicates: bool) -> Intake:
    """Put the files together, link reports of one event, and account for all of it."""
    rows = pd.concat([part.incidents for part in parts], ignore_index=True)
    row_names = pd.concat([part.row_names for part in parts], ignore_index=True)
    ids, repeated = _make_unique(rows["incident_id"], row_names)
    incidents = gpd.GeoDataFrame(
        rows.assign(incident_id=ids), geometry="geometry", crs=parts[0].crs
    )
    if duplicates:
        incidents = link_all(incidents)
    rejected = pd.concat([part.rejected for part in parts], ignore_index=True)
    levels = incidents["match_level"].value_counts()
    summary = IntakeSummary(
        files=tuple(part.summary for part in parts),
        rows_read=len(incidents) + len(rejected),
        incidents=len(incidents),
        rejected=len(rejected),
        placed=int(levels.get("coordinates", 0)),
        unplaced=int(levels.get("none", 0)),
        null_island=int(levels.get("null_island", 0)),
        outside_municipality=sum(part.outside_municipality for part in parts),
        without_time=int(incidents["occurred_from"].isna().sum()),
        time_notes=count_values(incidents["time_note"].dropna()),
        duplicates=int(incidents["duplicate_of"].notna().sum()),
        repeated_ids=repeated,
        crs=parts[0].crs.to_string(),
        by_source=_by_source(incidents),
        unmapped=_unmapped(parts),
        personal_data=pd.concat([part.personal_data for part in parts], ignore_index=True),
    )
    return Intake(incidents, rejected, summary)


def _make_unique(ids: pd.Series[Any], rows: pd.Series[Any]) -> tuple[pd.Series[Any], int]:
    """Add its row to every identifier that several rows share, and a number if that does not do."""
    repeated = ids.duplicated(keep=False)
    if not repeated.any():
        return ids, 0
    unique = ids.mask(repeated, ids + " (" + rows + ")")
    while (again := unique.duplicated()).any():
        number = unique.groupby(unique).cumcount().add(1).astype("str")
        unique = unique.mask(again, unique + " nr " + number)
    return unique, int(repeated.sum())


def _by_source(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count incidents by reporter, most first, equally many by name."""
    table = pd.DataFrame(
        {
            "source": incidents["source"],
            "incidents": 1,
            "placed": (incidents["match_level"] == "coordinates").astype("int64"),
            "duplicates": incidents["duplicate_of"].notna().astype("int64"),
        }
    )
    counts = table.groupby("source", as_index=False).sum()
    return counts.sort_values(["incidents", "source"], ascending=[False, True], ignore_index=True)


def _unmapped(parts: Sequence[Part]) -> pd.DataFrame:
    """Sum the words that no category is known for, most frequent first."""
    counts = pd.concat([part.unmapped for part in parts])
    summed = counts.groupby(level=0).sum()
    table = pd.DataFrame({"category": summed.index.astype("str"), "incidents": summed.to_numpy()})
    return table.sort_values(["incidents", "category"], ascending=[False, True], ignore_index=True)


def _announce(summary: IntakeSummary) -> None:
    """Log what was chosen for the caller; nothing from the rows."""
    for file in summary.files:
        _log.info("%s", file)
        _log.info(
            "%s: encoding %s, delimiter %r, header in row %s; coordinates %s; columns %s; "
            "not used: %s",
            file.file,
            file.encoding,
            file.delimiter,
            file.header_row,
            "; ".join(file.readings) or "none",
            file.columns,
            ", ".join(file.ignored) or "none",
        )
        for meaning in ("occurred_from", "category"):
            if meaning not in file.columns:
                _log.info("%s: no column for `%s` was recognised", file.file, meaning)
        if file.midnight_spike:
            _log.info("%s: %d at 00:00, probably time unknown", file.file, file.midnight)
    _log.info("%s", summary)
