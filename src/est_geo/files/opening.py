"""Opening any file that someone hands us, safely: what is refused, and what is read with what."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj.exceptions import CRSError as ProjError

from est_geo.errors import EstGeoError, FileRefused
from est_geo.files import guards
from est_geo.files.delimited import WRONG_NUMBER_OF_FIELDS, read_delimited
from est_geo.files.geojson import NOT_A_GEOMETRY, read_geojson
from est_geo.files.guards import Format, check_path
from est_geo.files.records import set_aside_rows

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from pathlib import Path

_DAMAGED = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.CRSError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    sqlite3.Error,
    pa.ArrowException,
    shapely.errors.ShapelyError,
    ProjError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    UnboundLocalError,  # pyogrio's, where it can make nothing of a .prj
)
_SIDECARS = (".shx", ".dbf")
_STORED_TABLES = """
    SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')
"""


@dataclass(frozen=True)
class OpenedFile:
    """A file as it was read, with what could not be.

    Attributes
    ----------
    table : DataFrame or GeoDataFrame
        Its rows; the index `row` is the row number in the file, as a spreadsheet shows it; in
        files without a header the first feature is row 1. All columns of a CSV or of a sheet are
        text.
    faults : DataFrame
        Rows of the file that are not to be used: `row`, `column`, `reason`. Rows with the wrong
        number of fields are only here; those with a broken geometry are in the table too.
    blank_rows : int
        Lines of a CSV or rows of a sheet with nothing in them, which are no rows.
    encoding, delimiter : str or None
        How a CSV was read.
    names_crs : bool
        False for GeoJSON without a CRS, which the standard makes WGS 84.
    header_row : int or None
        The row with the column names of a CSV or sheet.
    set_aside : DataFrame
        Rows of a CSV or sheet that are neither data nor faults: `row`, `reason` ("above the
        header", "repeated header" or "sum row").
    layer : str or None
        The layer or sheet that was read.
    """

    table: pd.DataFrame
    faults: pd.DataFrame = field(default_factory=lambda: _faults([], "", ""))
    blank_rows: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    names_crs: bool = True
    header_row: int | None = None
    set_aside: pd.DataFrame = field(default_factory=lambda: set_aside_rows({}))
    layer: str | None = None

    @property
    def rows(self) -> int:
        """Number of rows of data in the file, used or not."""
        return len(self.table.index.union(pd.Index(self.faults["row"])))


def open_table(path: str | os.PathLike[str], *, layer: str | None = None) -> pd.DataFrame:
    """Open a table of any kind we read, of which every row can be used.

    Parameters
    ----------
    path : str or Path
        A local .csv, .tsv, .txt, .xlsx, .xlsm, .xls, .ods, .gpkg, .geojson, .json, .shp or
        .parquet file.
    layer : str, optional
        Layer of a GeoPackage or sheet of a workbook; needed where it has several.

    Returns
    -------
    DataFrame or GeoDataFrame
        n rows with an index 0 to n - 1. All columns of a text table or a sheet are text.

    Raises
    ------
    FileRefused
        If the file is unsafe, empty, damaged, too large or of another kind than its name says, or
        if it has rows that cannot be read.
    """
    opened = open_file(path, layer=layer)
    if len(opened.faults):
        first = opened.faults.iloc[0]
        raise FileRefused(
            f"{check_path(path)[0].name!r} has {len(opened.faults)} of {opened.rows} rows that "
            f"cannot be read; the first is row {first['row']}: {first['reason']}. Mend it."
        )
    return opened.table.reset_index(drop=True)


def open_file(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    known: Callable[[str], bool] | None = None,
) -> OpenedFile:
    """Open a file and keep account of every row of it.

    Parameters
    ----------
    path : str or Path
        As in `open_table`.
    layer : str, optional
        As in `open_table`.
    known : callable, optional
        Says whether a text is a column name with a meaning. The header of a CSV or sheet is then
        found by its names too, not by its shape alone.

    Returns
    -------
    OpenedFile
        The rows, those that could not be read, and how it was read.

    Raises
    ------
    FileRefused
        If the file is unsafe, empty, damaged, too large or of another kind than its name says.
    """
    target, kind = check_path(path)
    if layer is not None and kind not in {"geopackage", *guards.WORKBOOKS}:
        raise FileRefused(
            f"{target.name!r} has no layers to choose {layer[:80]!r} from. Leave `layer` out."
        )
    with refusing_damage(target):
        opened = _read(target, kind, layer=layer, known=known)
    if opened.rows == 0:
        raise FileRefused(f"{target.name!r} is empty: it has 0 rows. Ask the sender for it again.")
    return opened


@contextmanager
def refusing_damage(target: Path) -> Iterator[None]:
    """Say of whatever goes wrong in reading that the file is damaged; let refusals pass."""
    try:
        yield
    except EstGeoError:
        raise
    except _DAMAGED as error:
        # What the driver says may quote the content, so it is the cause and not the message.
        raise FileRefused(
            f"{target.name!r} is damaged and cannot be read ({type(error).__name__}). "
            "Ask the sender for it again."
        ) from error


def _read(
    target: Path, kind: Format, *, layer: str | None, known: Callable[[str], bool] | None
) -> OpenedFile:
    """Read a checked file with the one reader of its kind."""
    if kind == "text":
        return _read_text(target, known)
    if kind in guards.WORKBOOKS:
        return _read_workbook(target, kind, layer, known)
    if kind == "geojson":
        table, broken, named = read_geojson(
            target, max_features=guards.MAX_FEATURES, max_columns=guards.MAX_COLUMNS
        )
        table.index = pd.RangeIndex(1, len(table) + 1, name="row")
        faults = _faults(np.flatnonzero(broken) + 1, "geometry", NOT_A_GEOMETRY)
        return OpenedFile(table, faults, names_crs=named)
    readers = {"geopackage": _read_geopackage, "shapefile": _read_shapefile}
    table = readers[kind](target, layer) if kind in readers else _read_parquet(target)
    _check_columns(table, target)
    table.index = pd.RangeIndex(1, len(table) + 1, name="row")
    return OpenedFile(table)


def _read_text(target: Path, known: Callable[[str], bool] | None) -> OpenedFile:
    """Read a CSV."""
    text = read_delimited(target, max_columns=guards.MAX_COLUMNS, known=known)
    return OpenedFile(
        text.laid_out.table,
        _faults(text.laid_out.misfits, "", WRONG_NUMBER_OF_FIELDS),
        text.laid_out.blank_rows,
        text.encoding,
        text.delimiter,
        header_row=text.laid_out.header_row,
        set_aside=text.laid_out.set_aside,
    )


def _read_workbook(
    target: Path, kind: Format, layer: str | None, known: Callable[[str], bool] | None
) -> OpenedFile:
    """Read a sheet of a workbook."""
    # Late: only who has a workbook needs its reader.
    from est_geo.files.spreadsheet import read_spreadsheet  # noqa: PLC0415 - as said

    read = read_spreadsheet(
        target, kind=kind, layer=layer, max_columns=guards.MAX_COLUMNS, known=known
    )
    return OpenedFile(
        read.laid_out.table,
        blank_rows=read.laid_out.blank_rows,
        header_row=read.laid_out.header_row,
        set_aside=read.laid_out.set_aside,
        layer=read.sheet,
    )


def _read_geopackage(target: Path, layer: str | None) -> gpd.GeoDataFrame:
    """Read one stored layer of a GeoPackage."""
    chosen = choose_layer(target, layer)
    # LIST_ALL_TABLES: GDAL looks at the layers the file lists, and at nothing else in it.
    return pyogrio.read_dataframe(target, layer=chosen, use_arrow=True, LIST_ALL_TABLES="NO")


def choose_layer(target: Path, layer: str | None) -> str:
    """Find the layer to read, and require that it is rows on disk: a view may never end."""
    uri = f"{target.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        stored = {name: (kind, sql) for name, kind, sql in database.execute(_STORED_TABLES)}
        for name, (kind, sql) in stored.items():
            if name.lower().startswith("gpkg_") and not _is_stored(kind, sql):
                raise FileRefused(
                    f"{target.name!r} has a view in place of its own table {name[:80]!r}. "
                    "Save it anew from a GIS."
                )
        if "gpkg_contents" not in stored:
            raise FileRefused(
                f"{target.name!r} is an SQLite database but no GeoPackage. Save it anew from a GIS."
            )
        query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY 1"
        layers = [str(name) for (name,) in database.execute(query)]
        if layer is None and len(layers) != 1:
            raise FileRefused(
                f"{target.name!r} has {len(layers)} layers: {_listed(layers)}. "
                "Choose one with layer=."
            )
        chosen = layers[0] if layer is None else layer
        if chosen not in layers:
            raise FileRefused(
                f"{target.name!r} has no layer {chosen[:80]!r}. It has: {_listed(layers)}."
            )
        if not _is_stored(*stored.get(chosen, ("", ""))):
            raise FileRefused(
                f"{target.name!r} has a layer {chosen[:80]!r} that is a view, not a table. "
                "Save the layer to a file of its own from a GIS."
            )
        _check_stored_layer(database, target, chosen)
    return chosen


def _is_stored(kind: str, sql: str) -> bool:
    """Say whether a table's rows lie in the file, not made by a query or by a module."""
    return kind == "table" and not sql.lstrip().lower().startswith("create virtual")


def _check_stored_layer(database: sqlite3.Connection, target: Path, layer: str) -> None:
    """Refuse a table with computed columns, which may be of any size, or with too many rows."""
    quoted = '"' + layer.replace('"', '""') + '"'
    columns = database.execute(f"PRAGMA table_xinfo({quoted})").fetchall()
    if any(column[-1] for column in columns):
        raise FileRefused(
            f"{target.name!r} has computed columns in layer {layer[:80]!r}. "
            "Save the layer to a file of its own from a GIS."
        )
    count_up_to_cap = f"SELECT count(*) FROM (SELECT 1 FROM {quoted} LIMIT ?)"  # noqa: S608 - quoted
    (rows,) = database.execute(count_up_to_cap, [guards.MAX_FEATURES + 1]).fetchone()
    check_extent(target, rows=rows, columns=len(columns))


def _read_shapefile(target: Path, layer: str | None) -> gpd.GeoDataFrame:  # noqa: ARG001 - as above
    """Read a Shapefile, of which the other parts must lie beside it."""
    there = {beside.name.lower() for beside in target.parent.iterdir()}
    missing = [part for part in _SIDECARS if f"{target.stem}{part}".lower() not in there]
    if missing:
        raise FileRefused(
            f"{target.name!r} lacks {' and '.join(missing)} of the same name beside it. "
            "Copy all its files to the same folder."
        )
    info = pyogrio.read_info(target)
    check_extent(target, rows=info["features"], columns=len(info["fields"]))
    return pyogrio.read_dataframe(target, use_arrow=True)


def _read_parquet(target: Path) -> pd.DataFrame:
    """Read Parquet, as GeoParquet where it says so."""
    with pq.ParquetFile(target) as file:
        said = file.metadata
        size = sum(said.row_group(number).total_byte_size for number in range(said.num_row_groups))
        check_extent(target, rows=said.num_rows, columns=said.num_columns)
        if size > guards.MAX_BYTES["parquet"]:
            raise FileRefused(
                f"{target.name!r} unpacks to {size / 1024**3:.1f} GB; at most "
                f"{guards.MAX_BYTES['parquet'] / 1024**3:.1f} GB is read. Split it."
            )
        if b"geo" not in (said.metadata or {}):
            # Without its own metadata: an index stored by pandas becomes a column like others.
            return file.read().to_pandas(ignore_metadata=True)
    return gpd.read_parquet(target)


def _check_columns(table: pd.DataFrame, target: Path) -> None:
    """Refuse what readers hand on as it is: names repeated, text not in the encoding it should."""
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise FileRefused(
            f"{target.name!r} has {len(repeated)} column name(s) more than once; the first is "
            f"{str(repeated[0])[:80]!r}. Give each column a name of its own."
        )
    for column in table.columns[table.dtypes == "str"]:
        try:
            pa.array(table[column].array).validate(full=True)
        except pa.ArrowInvalid as error:
            raise FileRefused(
                f"{target.name!r} has text in the column {str(column)[:80]!r} that is not in the "
                "encoding the file says. Save it anew in UTF-8."
            ) from error


def check_extent(target: Path, *, rows: int, columns: int) -> None:
    """Refuse a table too long or too wide to hold."""
    if rows > guards.MAX_FEATURES or columns > guards.MAX_COLUMNS:
        raise FileRefused(
            f"{target.name!r} has {rows} rows and {columns} columns; at most {guards.MAX_FEATURES} "
            f"and {guards.MAX_COLUMNS} are read. Split it."
        )


def _faults(rows: object, column: str, reason: str) -> pd.DataFrame:
    """Name rows that are not to be used."""
    numbers = pd.Series(rows, dtype="int64")
    texts = {
        key: pd.Series([value] * len(numbers), dtype="str")
        for key, value in (("column", column), ("reason", reason))
    }
    return pd.DataFrame({"row": numbers, **texts})


def _listed(names: list[str]) -> str:
    """List names from a file, cut short."""
    shown = ", ".join(repr(name[:80]) for name in names[:20])
    return f"{shown} …" if len(names) > 20 else shown or "none"  # noqa: PLR2004 - a screenful
