"""Finished tables to files that open in Excel as Swedes have it, with all text inert."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from est_geo.checks.coordinate_columns import with_points
from est_geo.errors import InputError
from est_geo.schema import COORDINATES, names
from est_geo.sharing.geofiles import geojson_text, geopackage_bytes
from est_geo.sharing.outgoing import write_checked
from est_geo.sharing.workbook import Sheet, workbook_bytes

if TYPE_CHECKING:
    from typing import Any

# Excel and LibreOffice start a formula at these, some of them also in full width or after a space.
_UNSEEN = r"\s\p{Z}\x{200B}\x{FEFF}"
_FORMULA = rf"^([{_UNSEEN}]*[=+\-@\x{{FF1D}}\x{{FF0B}}\x{{FF0D}}\x{{FF20}}|%]|[\t\r])"
_PLAIN_NUMBER = r"^[+-]?\d{1,15}([.,]\d+)?$"
_LINE_BREAK = r"[\r\n\x{2028}\x{2029}]+"
_AUDIENCES = ("internal",)
_KINDS = (".csv", ".xlsx", ".gpkg", ".geojson")
_WITH_SHAPES = (".gpkg", ".geojson")


def write_table(table: pd.DataFrame, path: str | Path, *, audience: str = "internal") -> Path:
    """Write a table for Excel or for a map: .csv, .xlsx, .gpkg or .geojson.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        A finished table. In .csv and .xlsx points become the columns `easting` and `northing` in
        the table's own CRS, in .csv to the millimetre; other geometries are left out. In .gpkg and
        .geojson these columns of a DataFrame become points; its ``attrs["crs"]`` says what they are
        in, see `est_geo.schema.COORDINATES`. Times are written as ISO 8601, those known to the day
        (`time_precision` "day") without a time of day; what is missing is blank.
    path : str or Path
        Where; an existing file is replaced whole. A .csv has semicolons, decimal commas and UTF-8
        with a byte order mark, as Swedish Excel reads it; an .xlsx one sheet with a heading that
        stays; a .gpkg one layer in the table's own CRS; a .geojson is in degrees (WGS 84).
    audience : "internal"
        Who it is for. Only the analyst's own organisation: what others may see is made from a whole
        picture, ``picture.for_audience("partner").tables(path)``.

    Returns
    -------
    Path
        The file written. The same table gives the same bytes.

    Raises
    ------
    InputError
        If the table is none, the suffix is another, the audience is another, the table has neither
        geometry nor coordinates for a map, or points would take the place of columns named easting
        and northing.
    PersonalDataFound
        If a text in it looks like a personnummer, telephone number, e-mail address or registration
        plate.
    FileRefused
        If the file cannot be written; the old one is then whole.

    Notes
    -----
    A text that a spreadsheet would run as a formula gets a ' in front. `read_incidents` takes it
    away again.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"`table` must be a DataFrame, not {type(table).__name__}.")
    if audience not in _AUDIENCES:
        raise InputError(
            f"`audience` must be 'internal', not {audience!r}: one table cannot tell what may be "
            "worked out from others. Use picture.for_audience('partner').tables(path)."
        )
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in _KINDS:
        raise InputError(f"`path` must end in {', '.join(_KINDS)}, not {target.suffix!r}.")
    if kind in _WITH_SHAPES and set(names(COORDINATES)) <= set(table.columns):
        table = with_points(table, name="table")
    if kind in _WITH_SHAPES and not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"`table` has no geometry, which a {kind} needs. Name a .csv or .xlsx.")
    return write_checked({target: _content(table, kind)})[0]


def _content(table: pd.DataFrame, kind: str) -> bytes | str:
    if kind == ".csv":
        return csv_bytes(table)
    if kind == ".xlsx":
        plain = pd.DataFrame({name: table[name] for name in _plain_columns(table)})
        return workbook_bytes([Sheet("Tabell", plain.assign(**_points(table)))], language="sv")
    layer = gpd.GeoDataFrame(table)
    return geojson_text(layer) if kind == ".geojson" else geopackage_bytes({"tabell": layer})


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as CSV for Swedish Excel: the same table gives the same bytes."""
    columns = {str(name): _written(table, name) for name in _plain_columns(table)}
    columns |= _coordinates(table)
    if not columns:
        raise InputError("`table` has no columns to write: 0 besides its geometry.")
    return _as_csv(columns).encode("utf-8-sig")


def _as_csv(columns: dict[str, pa.ChunkedArray]) -> str:
    """Join columns of text to lines; a field is quoted where it must be."""
    header = _quoted(_inert(pd.Series(list(columns), dtype="str"))).to_pylist()
    fields = [pc.fill_null(_quoted(column), "") for column in columns.values()]
    lines = pc.binary_join_element_wise(*fields, pa.scalar(";", pa.large_string()))
    return "\r\n".join([";".join(header), *lines.to_pylist(), ""])


def _quoted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Quote the fields that would be read as more than one, or with their blanks cut."""
    doubled = pc.replace_substring(texts, pattern='"', replacement='""')
    quoted = pc.replace_substring_regex(doubled, pattern=r"(?s)^(.*)$", replacement=r'"\1"')
    return pc.if_else(pc.match_substring_regex(texts, pattern=r'[;"\r\n]'), quoted, texts)


def _plain_columns(table: pd.DataFrame) -> list[Any]:
    """List the columns that are no geometry."""
    return [
        name
        for name, dtype in zip(table.columns, table.dtypes, strict=True)
        if not isinstance(dtype, gpd.array.GeometryDtype)
    ]


def _coordinates(table: pd.DataFrame) -> dict[str, pa.ChunkedArray]:
    """Give the columns that stand for points, written out."""
    return {name: _number(values) for name, values in _points(table).items()}


def _points(table: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Give the columns that stand for points; none for other geometries."""
    if not isinstance(table, gpd.GeoDataFrame):
        return {}
    geometry = np.asarray(table.geometry.array)
    point = shapely.get_type_id(geometry) == shapely.GeometryType.POINT
    if not (point | shapely.is_missing(geometry)).all() or not point.any():
        return {}
    both = sorted(set(map(str, _plain_columns(table))) & {"easting", "northing"})
    if both:
        raise InputError(
            f"`table` has points and {len(both)} column(s) named for them; the first is "
            f"{both[0]!r}. Drop the column or the geometry."
        )
    parts = {"easting": shapely.get_x(geometry), "northing": shapely.get_y(geometry)}
    # To the millimetre: the digits after that are the arithmetic's, not the place's.
    return {name: pd.Series(values.round(3), index=table.index) for name, values in parts.items()}


def _written(table: pd.DataFrame, name: Any) -> pa.ChunkedArray:  # noqa: ANN401 - any label
    """Write one column out as text."""
    values = table[name]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _time(values, table.get("time_precision"))
    if pd.api.types.is_float_dtype(values.dtype):
        return _number(values)
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype(object).map(str, na_action="ignore")
    return _inert(values)


def _number(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Write numbers with a decimal comma, as short as they can be read back the same."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    texts = pc.cast(pa.array(numbers, from_pandas=True), pa.string())
    if pc.any(pc.match_substring(texts, "e")).as_py():
        # Very large and very small ones: 1e-07 is no number to a Swedish spreadsheet.
        texts = pa.array(
            None if np.isnan(number) else np.format_float_positional(number, trim="-")
            for number in numbers
        )
    commas = pc.replace_substring(texts, pattern=".", replacement=",")
    return pa.chunked_array([commas.cast(pa.large_string())])


def _time(values: pd.Series[Any], precision: pd.Series[Any] | None) -> pa.ChunkedArray:
    """Write times to the minute, or to the second where any has seconds."""
    seconds = bool((values.dropna() != values.dropna().dt.floor("min")).any())
    written = values.dt.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    if precision is not None:
        written = written.mask(precision == "day", values.dt.strftime("%Y-%m-%d"))
    return _arrow(written)


def _inert(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Put a ' before what a spreadsheet would run, and keep each row on one line."""
    text = _arrow(values)
    runs = pc.and_not(
        pc.match_substring_regex(text, pattern=_FORMULA),
        pc.match_substring_regex(text, pattern=_PLAIN_NUMBER),
    )
    text = pc.replace_substring_regex(text, pattern=_LINE_BREAK, replacement=" ")
    return pc.if_else(runs, pc.binary_replace_slice(text, start=0, stop=0, replacement="'"), text)


def _arrow(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Give a column of text to Arrow, without a copy where it lies there already."""
    text = pa.array(values.astype("str").array)
    chunks = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
    return chunks.cast(pa.large_string())
