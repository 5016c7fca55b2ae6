"""What was read of a register, kept beside it as GeoParquet, and used while nothing changed.

The kept file is only ever believed as a table: its key must be that of the register, the arguments
and this version, its pages must be whole, and its columns those that reading would give. Anything
else is read anew and written over.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from est_geo import __version__
from est_geo.errors import FileRefused
from est_geo.files import write_atomic
from est_geo.files.guards import MAX_BYTES, MAX_FEATURES, check_path
from est_geo.geocoding.gazetteer.result import Gazetteer, GazetteerFile, GazetteerSummary
from est_geo.geocoding.gazetteer.text import TEXT
from est_geo.schema import GAZETTEER, KIND_DTYPE, names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from est_geo.geocoding.gazetteer.rows import Asked

SUFFIX = ".est_geo.parquet"

_log = logging.getLogger(__name__)

_META = b"est_geo_gazetteer"
# Raised when what is kept, or how a register is read, changes between versions of the library.
_FORMAT = 1
# Files beside the one named that its reader reads too.
_BESIDE = (".shx", ".dbf", ".prj", ".cpg", "-wal")
_DTYPES = {column.name: KIND_DTYPE[column.kind] for column in GAZETTEER}
_ARROW = {"text": ("string", "large_string"), "integer": ("int64",), "number": ("double",)}
_FAULTS = (
    *(pa.ArrowException, shapely.errors.ShapelyError, ProjError, OSError, FileRefused),
    *(ValueError, TypeError, KeyError, AttributeError, RecursionError),
)


def read_key(paths: Sequence[Path], asked: Asked, *, layer: str | None) -> str:
    """Give a text that is the same as long as the files, the arguments and the version are.

    Raises
    ------
    FileRefused
        If a file is not one that is read.
    """
    digest = hashlib.sha256()
    said = {
        "format": _FORMAT,
        "version": __version__,
        "columns": None
        if asked.columns is None
        else sorted(f"{k}={v}" for k, v in asked.columns.items()),
        "layer": layer,
        "crs": None if asked.crs is None else asked.crs.to_wkt(),
        "municipality": None if asked.area is None else asked.area.code,
        "kind": asked.kind,
        "files": [path.name for path in paths],
    }
    digest.update(json.dumps(said, ensure_ascii=True).encode())
    for path in paths:
        check_path(path)
        beside = [path.with_suffix(end) for end in _BESIDE[:-1]] if _is_shape(path) else []
        for file in (path, *beside, path.with_name(path.name + _BESIDE[-1])):
            if file.is_file():
                with file.open("rb") as stream:
                    digest.update(hashlib.file_digest(stream, "sha256").digest())
            digest.update(b";")
    return digest.hexdigest()


def _is_shape(path: Path) -> bool:
    return path.suffix.lower() == ".shp"


def load_cached(path: Path, key: str) -> Gazetteer | None:
    """Load what was kept of a register, if it was kept under this key and is whole."""
    kept = _beside(path)
    if not kept.is_file():
        return None
    try:
        gazetteer = _load(kept, key)
    except _FAULTS as error:
        _log.warning("%s cannot be used (%s): read anew", kept.name, type(error).__name__)
        return None
    said = "used" if gazetteer is not None else "of another file, version or arguments: read anew"
    _log.info("%s is %s", kept.name, said)
    return gazetteer


def save_cached(gazetteer: Gazetteer, paths: Sequence[Path], key: str) -> None:
    """Keep what was read; where that cannot be done, say so and go on."""
    kept = _beside(paths[0])
    try:
        write_atomic(kept, _as_parquet(gazetteer, key))
    except FileRefused as error:
        _log.warning("what was read is not kept: %s", error)
        return
    _log.info("what was read is kept in %s", kept.name)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _as_parquet(gazetteer: Gazetteer, key: str) -> bytes:
    """Write entries as GeoParquet, with the key and the summary in its metadata."""
    stream = io.BytesIO()
    gazetteer.entries.to_parquet(stream, index=False)
    stream.seek(0)
    table = pq.read_table(stream)
    summary = asdict(gazetteer.summary) | {
        "shared_streets": gazetteer.summary.shared_streets.to_dict("list")
    }
    said = {"key": key, "summary": summary, "crs": gazetteer.entries.crs.to_wkt()}
    metadata = {**(table.schema.metadata or {}), _META: json.dumps(said).encode()}
    whole = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), whole, write_page_checksum=True)
    return whole.getvalue()


def _load(kept: Path, key: str) -> Gazetteer | None:
    """Read a kept file; None where it has another key; raise where it is not what we write."""
    target, _ = check_path(kept)
    with pq.ParquetFile(target, page_checksum_verification=True) as file:
        said = json.loads((file.metadata.metadata or {})[_META])
        if said["key"] != key:
            return None
        size = sum(file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))
        if file.metadata.num_rows > MAX_FEATURES or size > MAX_BYTES["parquet"]:
            raise ValueError("too large")
        _check_schema(file.schema_arrow)
        table = file.read()
    summary = _as_summary(said["summary"])
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    plain = table.drop_columns(["geometry"]).to_pandas(ignore_metadata=True)
    entries = gpd.GeoDataFrame(
        plain.astype({name: _DTYPES[name] for name in plain.columns}),
        geometry=shapes,
        crs=CRS.from_wkt(said["crs"]),
    )
    _check_entries(entries, summary)
    return Gazetteer(entries, summary)


def _check_schema(schema: pa.Schema) -> None:
    """Require the columns that we write, of the kinds that we write."""
    if schema.names != names(GAZETTEER):
        raise ValueError("other columns")
    for column in GAZETTEER[:-1]:
        if str(schema.field(column.name).type) not in _ARROW[column.kind]:
            raise TypeError("a column of another kind")
    if not pa.types.is_binary(schema.field("geometry").type):
        raise TypeError("a geometry of another kind")


def _check_entries(entries: gpd.GeoDataFrame, summary: GazetteerSummary) -> None:
    """Require of the entries what reading promises of them."""
    shapes = np.asarray(entries.geometry.array)
    numbers = entries["uncertainty_m"].to_numpy()
    fine = (
        len(entries) == summary.addresses + summary.places > 0
        and bool((shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all())
        and bool(np.isfinite(shapely.get_coordinates(shapes)).all())
        and not bool(shapely.is_empty(shapes).any())
        and bool(entries["kind"].isin(["address", "place"]).all())
        and bool((np.isfinite(numbers) & (numbers >= 0)).all())
        and bool((entries["number"] >= 0).all())
        and entries["entry_id"].is_unique
        and not bool(entries["entry_id"].isna().any())
        and entries.crs.is_projected
    )
    if not fine:
        raise ValueError("not what we write")


def _as_summary(said: dict[str, Any]) -> GazetteerSummary:
    """Make the summary of what was written of it."""
    shared = pd.DataFrame(said["shared_streets"]).astype(
        {"street": TEXT, "districts": TEXT, "conflicting_numbers": "int64"}
    )
    files = tuple(
        GazetteerFile(
            **file | {"ignored": tuple(file["ignored"]), "readings": tuple(file["readings"])}
        )
        for file in said["files"]
    )
    return GazetteerSummary(**said | {"files": files, "shared_streets": shared})
