"""Finished tables to what a page can draw: plain lists and dicts, ready for JSON.

Every function takes one table, as in `est_geo.schema`, and returns one list, an item a feature, in
the table's order. Nothing is counted here. Shapes are in WGS84, each vertex transformed by itself.

A shape is a list of polygons, a polygon a list of rings (outline first, then holes), a ring one
flat list of whole millionths of a degree, latitude before longitude: the first point, then the
step from each point to the next. A millionth of a degree is 0.11 m, and steps are short to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.sharing.wording import EN_DASH, date, number, percent, short_number, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from est_geo.analysis.density_result import Density

Shape = list[list[list[int]]]
Feature = dict[str, Any]

# One sequential ramp, light to dark violet; in order also in greyscale and to colour-blind eyes.
RAMP = ("#e3daf0", "#c4b1df", "#a184c9", "#7a54ab", "#4b2482")

# Outlines of more vertices than this are simplified, by at most so many metres. On a screen that
# shows a municipality a metre is a tenth of a pixel.
MANY_VERTICES = 20_000
OUTLINE_M = 4.0
CONTOUR_M = 2.0
PLACE_M = 1.0

_WGS84 = 4326
_MILLIONTHS = 1_000_000


def area_features(districts: gpd.GeoDataFrame) -> list[Feature]:
    """Outlines of districts, with a point well inside each for its name.

    Outlines are as given up to 20 000 vertices in all; above that they are simplified by about
    4 m, shared borders alike where the districts share borders exactly.

    Returns
    -------
    list of dict
        `name`, `at` (latitude, longitude) and `shape`.
    """
    if districts.empty:
        return []
    outlines = np.asarray(districts.geometry.array)
    inside = [_middle(outline) for outline in outlines]
    if shapely.get_num_coordinates(outlines).sum() > MANY_VERTICES:
        if shapely.coverage_is_valid(outlines):
            outlines = shapely.coverage_simplify(outlines, OUTLINE_M)
        else:
            outlines = shapely.simplify(outlines, OUTLINE_M)
    shapes = _shapes(gpd.GeoSeries(outlines, crs=districts.crs))
    points = _positions(gpd.GeoSeries(inside, crs=districts.crs))
    names = districts["district"]
    return [
        {"name": _text(name), "at": at, "shape": shape}
        for name, at, shape in zip(names, points, shapes, strict=True)
    ]


def density_features(
    density: Density, *, levels: Sequence[float] | None = None, language: str = "sv"
) -> list[Feature]:
    """Classes of density in incidents per km², lowest first, simplified by at most 2 m.

    Returns
    -------
    list of dict
        `label` ("5–10", "över 80"), `color` and `shape`.
    """
    contours = density.contours(levels)
    if contours.empty:
        return []
    over = words(language)["over"]
    labels = [
        f"{short_number(low, language)}{EN_DASH}{short_number(high, language)}"
        if np.isfinite(high)
        else over.format(short_number(low, language))
        for low, high in zip(contours["low"], contours["high"], strict=True)
    ]
    # Classes without a cell are not among the contours; where the caller fixed the limits, each
    # class keeps its colour all the same, so that maps of a series can be compared.
    limits = list(contours["low"]) if levels is None else [float(level) for level in levels]
    colors = dict(zip(limits, ramp(len(limits)), strict=True))
    shapes = _shapes(contours.geometry.simplify(CONTOUR_M))
    return [
        {"label": label, "color": colors[low], "shape": shape}
        for label, low, shape in zip(labels, contours["low"], shapes, strict=True)
    ]


def place_features(places: gpd.GeoDataFrame, *, language: str = "sv") -> list[Feature]:
    """Problem places, outlines simplified by at most 1 m, with the table a click opens.

    Returns
    -------
    list of dict
        `number`, `kind`, `title`, `rows` (pairs of a label and a text or a list of texts), `at` and
        `shape`.
    """
    if places.empty:
        return []
    say = words(language)
    shapes = _shapes(places.geometry.simplify(PLACE_M))
    points = _positions(places.geometry.representative_point())
    return [
        {
            "number": int(row["place_id"]),
            "kind": say["place"].format(int(row["place_id"])),
            "title": _text(row["name"]),
            "rows": [
                [say["district"], _text(row["district"], say["unknown"])],
                [say["incidents"], number(row["n"], language)],
                [say["share"], percent(row["share"], language)],
                [say["first"], _day(row["first"], language)],
                [say["last"], _day(row["last"], language)],
                [say["place_addresses"], _text(row["addresses"], say["unknown"]).split("; ")],
            ],
            "at": at,
            "shape": shape,
        }
        for row, at, shape in zip(places.to_dict("records"), points, shapes, strict=True)
    ]


def address_features(addresses: gpd.GeoDataFrame, *, language: str = "sv") -> list[Feature]:
    """Addresses with most incidents, with the table a click opens.

    Returns
    -------
    list of dict
        `number`, `n`, `kind`, `title`, `rows`, `note` (no chance test has been made) and `at`.
    """
    located = addresses[addresses.geometry.notna()]
    if located.empty:
        return []
    say = words(language)
    return [
        {
            "number": int(row["rank"]),
            "n": int(row["n"]),
            "kind": say["address"].format(int(row["rank"])),
            "title": _text(row["address"]),
            "rows": [
                [say["district"], _text(row["district"], say["unknown"])],
                [say["incidents"], number(row["n"], language)],
                [say["months"], number(row["months"], language)],
                [say["weeks"], number(row["weeks"], language)],
                [say["first"], _day(row["first"], language)],
                [say["last"], _day(row["last"], language)],
                [say["sources"], number(row["sources"], language)],
            ],
            "note": say["no_test"],
            "at": at,
        }
        for row, at in zip(located.to_dict("records"), _positions(located.geometry), strict=True)
    ]


def ramp(count: int) -> list[str]:
    """Colours for a number of classes, evenly spaced on the ramp, darkest last.

    >>> ramp(1), ramp(2)
    (['#4b2482'], ['#e3daf0', '#4b2482'])
    """
    stops = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in RAMP])
    where = np.linspace(0, len(RAMP) - 1, count) if count > 1 else np.array([len(RAMP) - 1.0])
    channels = [np.interp(where, np.arange(len(RAMP)), stops[:, i]) for i in range(3)]
    return ["#" + "".join(f"{round(v):02x}" for v in rgb) for rgb in zip(*channels, strict=True)]


def _middle(outline: shapely.Geometry) -> shapely.Point:
    """Centre of the largest circle inside the largest part: where a name reads best."""
    parts = shapely.get_parts(outline)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    tolerance = max(np.sqrt(largest.area) / 50, 1.0)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=tolerance)
    return shapely.get_point(circle, 0)


def _positions(points: gpd.GeoSeries) -> list[list[float]]:
    """Latitude and longitude of points, to six decimals."""
    degrees = shapely.get_coordinates(points.to_crs(_WGS84).array)
    return [[round(lat, 6), round(lon, 6)] for lon, lat in degrees.tolist()]


def _shapes(polygons: gpd.GeoSeries) -> list[Shape]:
    return [
        [_rings(part) for part in shapely.get_parts(shape) if not part.is_empty]
        for shape in polygons.to_crs(_WGS84)
    ]


def _rings(polygon: shapely.Polygon) -> list[list[int]]:
    """Rings of one polygon, each without the point that closes it."""
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        lonlat = shapely.get_coordinates(ring)[:-1]
        whole = np.rint(lonlat[:, ::-1] * _MILLIONTHS).astype(np.int64)
        steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        rings.append(steps.ravel().tolist())
    return rings


def _text(value: object, instead: str = "") -> str:
    return instead if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _day(value: pd.Timestamp, language: str) -> str:
    return words(language)["unknown"] if pd.isna(value) else date(value, language)
