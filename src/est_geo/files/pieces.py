"""Large tables read piece by piece: the columns that are wanted, and no more rows than a piece."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final, Literal

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio

from est_geo.errors import FileRefused, InputError
from est_geo.files import guards
from est_geo.files.column_names import listed
from est_geo.files.guards import check_path
from est_geo.files.opening import check_extent, choose_layer, refusing_damage
from est_geo.files.text_pieces import read_text_pieces
from est_geo.schema import COORDINATES, names

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Kind = Literal["text", "number", "time"]

ROWS_AT_A_TIME: Final = 1 << 17
_READ_AHEAD = 1 << 20  # bytes of each column
_POINTS = names(COORDINATES)
_CODED = {"RLE_DICTIONARY"}
_READ_AS_CODED = {"RLE_DICTIONARY", "PLAIN_DICTIONARY", "PLAIN", "RLE", "BIT_PACKED"}
_STREAMED = (".parquet", ".csv", ".tsv", ".txt", ".gpkg")


def read_pieces(
    path: str | os.PathLike[str], *, wanted: Mapping[str, Kind]
) -> Iterator[pd.DataFrame]:
    """Read some columns of a table of any length, a piece at a time.

    A GeoPackage is read at once, of these columns only.

    Parameters
    ----------
    path : str or Path
        A local .parquet, .csv, .tsv, .txt or .gpkg file, with points or with `easting` and
        `northing`.
    wanted : mapping of str to {"text", "number", "time"}
        The columns to read besides, where they are there, and what they hold. Text comes as text,
        also where the file has it as categories or numbers; of a CSV times are text as well.

    Yields
    ------
    DataFrame or GeoDataFrame
        At most 131 072 rows, or 16 MB of a CSV, in their order. The index is the row number
        in the file: 1 is the first, or the header of a CSV. ``attrs["crs"]`` is what the file says
        of its columns, if anything.

    Raises
    ------
    InputError
        If the file has neither points nor the two columns.
    FileRefused
        As `est_geo.files.open_file`; also if a piece of the file is too large to hold.
    """
    target, kind = check_path(path)
    readers = {"parquet": _read_parquet, "geopackage": _read_geopackage, "text": _read_text}
    if kind not in readers:
        raise FileRefused(
            f"{target.name!r} is of a kind that is not read piece by piece; {', '.join(_STREAMED)} "
            "are. Read it with est_geo.read_incidents."
        )
    number = 2 if kind == "text" else 1
    with refusing_damage(target):
        for piece in readers[kind](target, wanted):
            piece.index = pd.RangeIndex(number, number + len(piece), name="row")
            number += len(piece)
            yield piece


def _read_parquet(target: Path, wanted: Mapping[str, Kind]) -> Iterator[pd.DataFrame]:
    """Read Parquet in batches; GeoParquet through geopandas, which knows how points are written."""
    said = pq.read_metadata(target)
    check_extent(target, rows=0, columns=said.num_columns)
    _check_groups(said, target)
    coded = [name for name in _dictionaries(said) if wanted.get(name) == "text"]
    with pq.ParquetFile(
        target, pre_buffer=False, buffer_size=_READ_AHEAD, read_dictionary=coded, metadata=said
    ) as file:
        schema = file.schema_arrow
        notes = schema.metadata or {}
        geo = {b"geo": notes[b"geo"]} if b"geo" in notes else None
        points = [json.loads(geo[b"geo"])["primary_column"]] if geo else _POINTS
        columns = _columns(target, schema.names, points, wanted)
        crs = dict(json.loads(notes.get(b"PANDAS_ATTRS", b"{}"))).get("crs")
        for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
            table = _as_wanted(pa.Table.from_batches([batch]), wanted, target)
            if geo:
                yield _with_points(table.replace_schema_metadata(geo))
                continue
            piece = table.replace_schema_metadata(None).to_pandas()
            if crs is not None:
                piece.attrs["crs"] = crs
            yield piece


def _check_groups(said: pq.FileMetaData, target: Path) -> None:
    """Refuse more rows than can be read in any time, and groups of them too large to hold."""
    if said.num_rows > guards.MAX_ROWS_IN_PIECES:
        raise FileRefused(
            f"{target.name!r} has {said.num_rows} rows; at most {guards.MAX_ROWS_IN_PIECES} are "
            "read. Split it, for instance by year."
        )
    groups = range(said.num_row_groups)
    largest = max((said.row_group(number).total_byte_size for number in groups), default=0)
    if largest > guards.MAX_BYTES["parquet"]:
        raise FileRefused(
            f"{target.name!r} has a group of rows that unpacks to {largest / 1024**3:.1f} GB; "
            f"at most {guards.MAX_BYTES['parquet'] / 1024**3:.1f} GB is read at a time. Write "
            "it with fewer rows in each group."
        )


def _dictionaries(said: pq.FileMetaData) -> list[str]:
    """List the columns of text whose every part is stored as numbers of texts."""
    parts: dict[str, list[bool]] = {}
    for group in range(said.num_row_groups):
        for position in range(said.num_columns):
            part = said.row_group(group).column(position)
            fine = _CODED <= set(part.encodings) <= _READ_AS_CODED
            is_text = part.physical_type == "BYTE_ARRAY"
            parts.setdefault(part.path_in_schema, []).append(fine and is_text)
    return [name for name, fine in parts.items() if all(fine)]


def _with_points(table: pa.Table) -> gpd.GeoDataFrame:
    """Make points of a batch in whatever way of GeoParquet they are written."""
    stream = io.BytesIO()
    pq.write_table(table, stream, compression="none", use_dictionary=False)
    return gpd.read_parquet(stream)


def _read_geopackage(target: Path, wanted: Mapping[str, Kind]) -> Iterator[pd.DataFrame]:
    """Read the one layer of a GeoPackage, of the columns that are wanted."""
    layer = choose_layer(target, None)
    info = pyogrio.read_info(target, layer=layer, LIST_ALL_TABLES="NO")
    columns = _columns(target, [*info["fields"]], [], wanted)
    table = pyogrio.read_dataframe(
        target, layer=layer, columns=columns, use_arrow=True, LIST_ALL_TABLES="NO"
    )
    for name in set(columns) & {name for name, kind in wanted.items() if kind == "text"}:
        texts = pa.chunked_array([_as_text(pa.array(table[name]), name, target)])
        table[name] = texts.to_pandas().to_numpy()
    for start in range(0, len(table), ROWS_AT_A_TIME):
        yield table.iloc[start : start + ROWS_AT_A_TIME]


def _read_text(target: Path, wanted: Mapping[str, Kind]) -> Iterator[pd.DataFrame]:
    """Read a CSV; coordinates are numbers as `wanted` has them."""
    numbers = [*_POINTS, *(name for name, kind in wanted.items() if kind == "number")]
    return read_text_pieces(
        target,
        choose=lambda header: _columns(target, header, _POINTS, wanted),
        numbers=numbers,
        max_columns=guards.MAX_COLUMNS,
    )


def _columns(
    target: Path, present: list[str], points: list[str], wanted: Mapping[str, Kind]
) -> list[str]:
    """List the columns to read, and require that the points are among them."""
    missing = [name for name in points if name not in present]
    if missing:
        raise InputError(
            f"{target.name!r} has no points and lacks {len(missing)} column(s): "
            f"{', '.join(missing)}. It has: {listed(present)}. Rename those that hold its "
            "coordinates in metres; a reporter's own file is read with est_geo.read_incidents."
        )
    columns = [*points, *(name for name in wanted if name in present and name not in points)]
    repeated = [name for name in columns if present.count(name) > 1]
    if repeated:
        raise FileRefused(
            f"{target.name!r} has {len(repeated)} column name(s) more than once; the first is "
            f"{repeated[0]!r}. Give each column a name of its own."
        )
    return columns


def _as_wanted(table: pa.Table, wanted: Mapping[str, Kind], target: Path) -> pa.Table:
    """Give the columns the types that they have in every piece."""
    for position, field in enumerate(table.schema):
        kind = wanted.get(field.name)
        array = table.column(position)
        if pa.types.is_dictionary(field.type):
            _check_letters(array, field.name, target)
            array = array.cast(field.type.value_type)
        if kind == "text":
            array = _as_text(array, field.name, target)
        elif kind == "time" and (pa.types.is_null(array.type) or pa.types.is_date(array.type)):
            array = array.cast(pa.timestamp("us"))
        table = table.set_column(position, field.name, array)
    return table


def _check_letters(array: pa.ChunkedArray, name: str, target: Path) -> None:
    """Refuse a long text of which a file has one, and says that each of its rows has it."""
    for chunk in array.chunks:
        texts = chunk.dictionary
        if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            continue
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if longest > guards.MAX_LETTERS:
            raise FileRefused(
                f"{target.name!r} has a text of {longest} bytes in the column {name!r}; at most "
                f"{guards.MAX_LETTERS} are read. Leave the column out, or cut it."
            )


def _as_text(array: pa.Array | pa.ChunkedArray, name: str, target: Path) -> pa.Array:
    """Read text as text in whatever way it is stored, and numbers as they are written."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_floating(array.type):
        array = pa.array(array.to_pandas().astype("str"))  # as pandas, to which NaN is missing
    try:
        text = array.cast(pa.large_string())
        text.validate(full=True)
    except pa.ArrowException as error:
        raise FileRefused(
            f"{target.name!r} has {str(array.type)[:40]} in the column {name!r}, or text that is "
            "not in the encoding the file says. Save it anew as text in UTF-8."
        ) from error
    return text
