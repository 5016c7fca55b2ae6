"""Shapes, points and whole numbers as a page reads them: small, exact, and plain JSON.

A shape is a list of polygons, a polygon a list of rings (outline first, then holes), a ring one
flat list of whole millionths of a degree, latitude before longitude: the first point, then the
step from each point to the next. A millionth of a degree is 0.11 m, and steps are short to write.

Long columns of whole numbers become one text each (`coded`): a letter holds five bits of a number,
and says whether more follow. JSON needs two signs for the smallest number, this one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shape = list[list[list[int]]]

# Outlines of more vertices than this are simplified, by at most so many metres. On a screen that
# shows a municipality a metre is a tenth of a pixel.
MANY_VERTICES = 20_000
OUTLINE_M = 4.0
CONTOUR_M = 2.0
PLACE_M = 1.0

WGS84 = 4326
MILLIONTHS = 1_000_000

# Letters that neither JSON, HTML nor any template gives a meaning; assets/elements.js has the same.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BITS = 5


def coded(numbers: NDArray[np.integer[Any]]) -> str:
    """Write whole numbers from 0 as one text, five bits a letter, the lowest first.

    >>> coded(np.array([0, 31, 32]))
    'AfgB'
    """
    letters, _ = _letters(np.asarray(numbers, dtype=np.int64))
    return letters.tobytes().decode("ascii")


def coded_parts(numbers: NDArray[np.integer[Any]], sizes: NDArray[np.integer[Any]]) -> list[str]:
    """Write stretches of numbers, of these sizes, as one text each.

    >>> coded_parts(np.array([0, 31, 32]), np.array([1, 0, 2]))
    ['A', '', 'fgB']
    """
    letters, length = _letters(np.asarray(numbers, dtype=np.int64))
    ends = np.append(0, np.cumsum(length))[np.append(0, np.cumsum(sizes))]
    text = letters.tobytes().decode("ascii")
    return [text[start:end] for start, end in pairwise(ends.tolist())]


def _letters(values: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give the letters of all numbers, and how many each has."""
    length = np.ones(len(values), dtype=np.int64)
    rest = values >> _BITS
    while rest.any():
        length += rest > 0
        rest >>= _BITS
    start = np.cumsum(length) - length
    letters = np.empty(int(length.sum()), dtype=np.uint8)
    alphabet = np.frombuffer(LETTERS.encode("ascii"), dtype=np.uint8)
    for place in range(int(length.max(initial=0))):
        has = np.flatnonzero(length > place)
        more = (length[has] > place + 1).astype(np.int64) << _BITS
        letters[start[has] + place] = alphabet[
            (values[has] >> (_BITS * place)) & ((1 << _BITS) - 1) | more
        ]
    return letters, length


def signed(numbers: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Fold numbers of both signs into numbers from 0, small ones staying small.

    >>> signed(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    values = np.asarray(numbers, dtype=np.int64)
    return (values << 1) ^ (values >> 63)


def positions(points: gpd.GeoSeries) -> list[list[float]]:
    """Latitude and longitude of points, to six decimals."""
    degrees = shapely.get_coordinates(points.to_crs(WGS84).array)
    return [[round(lat, 6), round(lon, 6)] for lon, lat in degrees.tolist()]


def shapes(polygons: gpd.GeoSeries) -> list[Shape]:
    """Polygons in any CRS as shapes, each vertex transformed by itself."""
    parts, owner = shapely.get_parts(np.asarray(polygons.to_crs(WGS84).array), return_index=True)
    filled = ~shapely.is_empty(parts)
    rings, part = shapely.get_rings(parts[filled], return_index=True)
    lonlat, ring = shapely.get_coordinates(rings, return_index=True)
    # The point that closes a ring is its first one again.
    open_ = np.append(ring[1:] == ring[:-1], False)[: len(ring)]
    ring = ring[open_]
    whole = np.rint(lonlat[open_][:, ::-1] * MILLIONTHS).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    first = np.diff(ring, prepend=-1) > 0
    steps[first] = whole[first]
    flat = steps.ravel().tolist()
    found: list[Shape] = [[] for _ in range(len(polygons))]
    drawn: list[list[list[int]]] = [[] for _ in owner[filled]]
    for number, polygon in zip(owner[filled], drawn, strict=True):
        found[number].append(polygon)
    starts = np.flatnonzero(first) * 2
    ends = np.append(starts[1:], len(flat))[: len(starts)]
    for start, end, number in zip(starts, ends, part, strict=True):
        drawn[number].append(flat[start:end])
    return found


def outlines(districts: gpd.GeoDataFrame) -> list[Shape]:
    """Outlines as given up to 20 000 vertices in all, else simplified by about 4 m.

    Shared borders are simplified alike where the districts share borders exactly.
    """
    given = np.asarray(districts.geometry.array)
    if shapely.get_num_coordinates(given).sum() > MANY_VERTICES:
        if shapely.coverage_is_valid(given):
            given = shapely.coverage_simplify(given, OUTLINE_M)
        else:
            given = shapely.simplify(given, OUTLINE_M)
    return shapes(gpd.GeoSeries(given, crs=districts.crs))


def middles(areas: gpd.GeoDataFrame) -> list[list[float]]:
    """Where a name reads best in each area: a point well inside its largest part."""
    inside = [_middle(outline) for outline in areas.geometry]
    return positions(gpd.GeoSeries(inside, crs=areas.crs))


def _middle(outline: shapely.Geometry) -> shapely.Point:
    """Centre of the largest circle inside the largest part."""
    parts = shapely.get_parts(outline)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    tolerance = max(np.sqrt(largest.area) / 50, 1.0)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=tolerance)
    return shapely.get_point(circle, 0)
