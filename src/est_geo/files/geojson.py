"""GeoJSON: a file's text to a table, without a driver that could take the text for an order.

GDAL has several drivers for JSON, and one of them runs what the text says. Read here instead, a
feature with a geometry that cannot be built is also one row to name, not a file to refuse.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from pathlib import Path

NOT_A_GEOMETRY = "not a geometry"

# The ways in which files name a CRS: short, or as a URN with or without a version.
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})", re.IGNORECASE)
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:)?OGC:[\d.]*:?CRS84", re.IGNORECASE)


def read_geojson(
    path: Path, *, max_features: int, max_columns: int
) -> tuple[gpd.GeoDataFrame, np.ndarray[Any, np.dtype[np.bool_]], bool]:
    """Read a collection of features.

    Parameters
    ----------
    path : Path
        A checked file.
    max_features, max_columns : int
        More than this is refused.

    Returns
    -------
    GeoDataFrame
        One row a feature, its properties as columns.
    array of bool
        Rows whose geometry is there but cannot be built.
    bool
        Whether the file names its CRS; if not, it is taken for WGS 84 as the standard has it.

    Raises
    ------
    FileRefused
        If it is not JSON, not a collection of features, or has too many features or properties.
    """
    name = path.name
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileRefused(f"{name!r} is damaged: it is not JSON in UTF-8. Save it anew.") from error
    features = _features(document, name=name)
    if len(features) > max_features:
        raise FileRefused(
            f"{name!r} has {len(features)} features; at most {max_features} are read. Split it."
        )
    crs, named = _crs(document, name=name)
    geometry, broken = _geometry(features)
    table = _properties(features, name=name, max_columns=max_columns)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=crs), broken, named


def _features(document: object, *, name: str) -> list[dict[str, Any]]:
    """Take the features out of a collection."""
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if isinstance(document, dict) else None
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise FileRefused(
            f"{name!r} is JSON but no GeoJSON FeatureCollection. Save it anew as GeoJSON."
        )
    strange = [
        number
        for number, feature in enumerate(features, 1)
        if not isinstance(feature, dict)
        or feature.get("type") != "Feature"
        or not isinstance(feature.get("properties"), dict | None)
    ]
    if strange:
        raise FileRefused(
            f"{name!r} has {len(strange)} of {len(features)} features that are none; "
            f"the first is number {strange[0]}. Save it anew as GeoJSON."
        )
    return features


def _crs(document: dict[str, Any], *, name: str) -> tuple[CRS | None, bool]:
    """Read the CRS that older GeoJSON names; without one the standard says WGS 84."""
    if "crs" not in document:
        return CRS.from_epsg(4326), False
    member = document["crs"]
    if member is None:
        return None, True
    properties = member.get("properties") if isinstance(member, dict) else None
    said = properties.get("name") if isinstance(properties, dict) else None
    # Only these forms: a free text handed on to PROJ may name a file.
    if isinstance(said, str) and _CRS84.fullmatch(said):
        return CRS.from_epsg(4326), True
    found = _EPSG.fullmatch(said) if isinstance(said, str) else None
    try:
        if found:
            return CRS.from_epsg(int(found[1])), True
    except ProjError:
        pass
    raise FileRefused(
        f"{name!r} has a CRS that is not known. Save it anew in EPSG:3006 (SWEREF 99 TM) or WGS 84."
    )


def _geometry(
    features: list[dict[str, Any]],
) -> tuple[np.ndarray[Any, np.dtype[np.object_]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Build the geometries; those that cannot be built are missing and marked."""
    given = [feature.get("geometry") for feature in features]
    texts = [None if shape is None else json.dumps(shape) for shape in given]
    built = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    absent = np.array([text is None for text in texts], dtype=bool)
    return built, shapely.is_missing(built) & ~absent


def _properties(features: list[dict[str, Any]], *, name: str, max_columns: int) -> pd.DataFrame:
    """Lay out the properties as columns."""
    keys: dict[str, None] = {}
    for feature in features:
        keys.update(dict.fromkeys(feature.get("properties") or ()))
        if len(keys) > max_columns:
            raise FileRefused(
                f"{name!r} has more than {max_columns} different properties. "
                "Leave out those that are not needed."
            )
    try:
        columns = {
            # A property of that name would take the place of the geometry.
            "geometry (property)" if key == "geometry" else key: pd.Series(
                [(feature.get("properties") or {}).get(key) for feature in features]
            )
            for key in keys
        }
    except (UnicodeEncodeError, OverflowError) as error:
        raise FileRefused(
            f"{name!r} is damaged: a property holds half a character or too large a number."
        ) from error
    return pd.DataFrame(columns, index=pd.RangeIndex(len(features)))
