"""A background as a page reads it: lines, areas and names in plain lists and whole numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_MILLIONTHS = 1_000_000


def _coded(table: gpd.GeoDataFrame) -> list[Any]:
    """Write each row as a page reads it: a line, the rings of an area, or a point."""
    degrees = table.geometry.to_crs(4326)
    return [
        _point(shape)
        if shape.geom_type == "Point"
        else _steps(shape)
        if shape.geom_type == "LineString"
        else [_steps(ring, closed=True) for ring in (shape.exterior, *shape.interiors)]
        for shape in degrees
    ]


def _point(point: shapely.Point) -> list[float]:
    return [round(point.y, 6), round(point.x, 6)]


def _steps(line: shapely.LineString, *, closed: bool = False) -> list[int]:
    """Write whole millionths of a degree, latitude first, each point a step from the one before."""
    lonlat = shapely.get_coordinates(line)[: -1 if closed else None]
    whole = np.rint(lonlat[:, ::-1] * _MILLIONTHS).astype(np.int64)
    steps: list[int] = (
        np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel().tolist()
    )
    return steps


def features_of(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Put what is drawn together: one feature a kind, and one a name."""
    coded, kinds = _coded(table), table["kind"].tolist()
    of_kind = {
        kind: [shape for shape, its in zip(coded, kinds, strict=True) if its == kind]
        for kind in ("water", "streets", "railways")
    }
    shown: list[dict[str, Any]] = [
        {"kind": "water", "shape": of_kind["water"]},
        {"kind": "street", "lines": of_kind["streets"]},
        {"kind": "railway", "lines": of_kind["railways"]},
    ]
    return [feature for feature in shown if feature.get("shape") or feature.get("lines")] + [
        {"kind": "name", "text": str(name), "at": at}
        for name, at, kind in zip(table["name"], coded, kinds, strict=True)
        if kind == "names"
    ]


def as_json(data: object) -> bytes:
    """Write data as they stand in a page."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def costs_of(table: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Bytes that each row takes in a page."""
    named = (table["kind"] == "names").tolist()
    return np.array(
        [
            len(as_json({"kind": "name", "text": name, "at": shape} if is_name else shape)) + 1
            for shape, name, is_name in zip(_coded(table), table["name"], named, strict=True)
        ],
        dtype=np.int64,
    )
