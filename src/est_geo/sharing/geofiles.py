"""Tables with geometry to files for maps: GeoPackage in metres, GeoJSON in degrees."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

_WGS84 = 4326
_DECIMALS = 6  # 0.11 m
# GDAL writes the time of day into a GeoPackage unless it is told one.
# And it forces each part to the disk, of a file that is only read back here.
_GDAL = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z", "OGR_SQLITE_SYNCHRONOUS": "OFF"}


def geopackage_bytes(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """Write layers as one GeoPackage, in the CRS they are in.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        Layers by name; columns keep their names.

    Returns
    -------
    bytes
        The same layers give the same bytes.
    """
    before = {name: pyogrio.get_gdal_config_option(name) for name in _GDAL}
    pyogrio.set_gdal_config_options(_GDAL)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "layers.gpkg"
            for name, layer in layers.items():
                pyogrio.write_dataframe(
                    _plain(layer), path, layer=name, driver="GPKG", append=path.exists()
                )
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options(before)


def geojson_text(table: gpd.GeoDataFrame) -> str:
    """Write a table as GeoJSON, in WGS 84 as RFC 7946 has it, to 0.1 m."""
    shapes = table.geometry.to_crs(_WGS84)
    geometry = shapely.to_geojson(shapely.set_precision(np.asarray(shapes.array), 10.0**-_DECIMALS))
    columns = {name: _json_values(table[name]) for name in table.columns if name != shapes.name}
    features = [
        {
            "type": "Feature",
            "properties": {name: values[row] for name, values in columns.items()},
            "geometry": None if shape is None else json.loads(shape),
        }
        for row, shape in enumerate(geometry.tolist())
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"


def _json_values(values: pd.Series[Any]) -> list[Any]:
    """Give a column as JSON has it: times as text, what is missing or infinite as null."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S")
    if pd.api.types.is_float_dtype(values.dtype):
        values = values.where(np.isfinite(values)).round(6)
    plain: list[Any] = values.astype(object).where(values.notna(), None).tolist()
    return plain


def _plain(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give columns of kinds that GDAL knows."""
    texts = {
        name: layer[name].astype(object).where(layer[name].notna(), None)
        for name, dtype in layer.dtypes.items()
        if isinstance(dtype, pd.CategoricalDtype)
    }
    return layer.assign(**texts) if texts else layer
