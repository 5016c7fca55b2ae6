"""The map on paper: districts, places and addresses as one still SVG, with its signs explained.

The map that moves needs a script; this one stands in for it in print, in PDF and where no script
runs.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from est_geo.sharing.escaping import html_text
from est_geo.sharing.headlines import RECURS
from est_geo.sharing.report_words import report_words

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_WIDTH, _MARGIN, _TALLEST = 720.0, 12.0, 900.0
_TOP = 10  # places with a number, and addresses
_RADIUS, _APART = 8, 17.5  # of a sign, and from the middle of one to that of the next
_SEEN = 2.0  # square units of the sheet: smaller specks are left out
_VIOLET = ("#e4dcef", "#cabbe0", "#a78fc9", "#7f61ac", "#573a85")
_NAME_INK = 'fill="#4d4d4d"'
_RED, _INK, _RULE = "#b2182b", "#222222", "#9a9a9a"
_NICE_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


def still_map(picture: Any, language: str) -> str | None:  # noqa: ANN401 - any picture
    """Draw a picture's map as SVG; None where it has no districts."""
    districts: gpd.GeoDataFrame | None = getattr(picture, "districts", None)
    if districts is None or len(districts) == 0:
        return None
    say = report_words(language)
    west, south, east, north = (float(bound) for bound in districts.total_bounds)
    scale = (_WIDTH - 2 * _MARGIN) / max(east - west, 1.0)
    scale = min(scale, (_TALLEST - 2 * _MARGIN) / max(north - south, 1.0))
    width = (east - west) * scale + 2 * _MARGIN
    height = (north - south) * scale + 2 * _MARGIN
    place = _Sheet(west, north, scale)
    parts = [f'<rect width="{width:.0f}" height="{height:.0f}" fill="#f4f4f2"/>']
    outlines = place.paths(districts.geometry)
    parts += [f'<path d="{path}" fill="#fff" stroke="none"/>' for path in outlines]
    parts += _density(picture, place)
    parts += [
        f'<path d="{path}" fill="none" stroke="{_RULE}" stroke-width="1"/>' for path in outlines
    ]
    parts += _names(districts, place)
    parts += _outlines(picture, place)
    parts += _signs(picture, place)
    parts.append(_scale_bar(scale, height))
    inside = "".join(parts)
    return (
        f'<svg class="still-map" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="{html_text(say["section_map"])}" font-family="system-ui, sans-serif" '
        f'font-size="11">{inside}</svg>'
    )


class _Sheet:
    """From metres to the sheet: north up, one decimal."""

    def __init__(self, west: float, north: float, scale: float) -> None:
        self.west, self.north, self.scale = west, north, scale

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = (points - (self.west, self.north)) * (self.scale, -self.scale) + _MARGIN
        rounded: NDArray[np.float64] = np.round(moved, 1)
        return rounded

    def paths(self, shapes: gpd.GeoSeries) -> list[str]:
        """Outlines of polygons, thinned to what can be seen."""
        thin = shapely.simplify(np.asarray(shapes.array), 0.4 / self.scale)
        pieces, owner = shapely.get_parts(thin, return_index=True)
        seen = shapely.area(pieces) * self.scale**2 >= _SEEN
        pieces, owner = pieces[seen], owner[seen]
        rings, piece = shapely.get_rings(pieces, return_index=True)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        written = [f"{x:g} {y:g}" for x, y in self.at(points).tolist()]
        ends = np.cumsum(np.bincount(ring, minlength=len(rings))).tolist()
        paths = [""] * len(shapes)
        for number, (start, end) in zip(owner[piece].tolist(), pairwise([0, *ends]), strict=True):
            paths[number] += "M" + "L".join(written[start:end]) + "Z"
        return paths


def _density(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    density = getattr(picture, "density", None)
    if density is None:
        return []
    bands = density.contours()
    return [
        f'<path d="{path}" fill="{_VIOLET[min(i, len(_VIOLET) - 1)]}" fill-rule="evenodd"/>'
        for i, path in enumerate(place.paths(bands.geometry))
    ]


def _names(districts: gpd.GeoDataFrame, place: _Sheet) -> list[str]:
    if "district" not in districts.columns:
        return []
    points = shapely.get_coordinates(shapely.point_on_surface(np.asarray(districts.geometry)))
    # The white edge is a text of its own: not every reader of SVG knows `paint-order`.
    return [
        f'<text x="{x:g}" y="{y:g}" text-anchor="middle" {ink}>{html_text(name)}</text>'
        for (x, y), name in zip(place.at(points), districts["district"].fillna(""), strict=True)
        for ink in ('fill="#fff" stroke="#fff" stroke-width="3" aria-hidden="true"', _NAME_INK)
    ]


def _outlines(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    places: gpd.GeoDataFrame | None = getattr(picture, "places", None)
    if places is None:
        return []
    return [
        f'<path d="{path}" fill="none" stroke="{_RED}" stroke-width="1.6" stroke-dasharray="5 3"/>'
        for path in place.paths(places.geometry)
    ]


def _signs(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    """Draw numbers of addresses in rings and of places in discs; lines lead to those moved."""
    numbered: list[tuple[tuple[float, float], object, bool]] = []
    addresses: gpd.GeoDataFrame | None = getattr(picture, "addresses", None)
    if addresses is not None and len(addresses):
        shown = addresses
        if "verdict" in addresses.columns:
            shown = addresses[addresses["verdict"].isin(RECURS)]
        shown = shown[shown.geometry.notna()].head(_TOP)
        at = place.at(shapely.get_coordinates(np.asarray(shown.geometry.array)))
        numbered += [(_pair(xy), rank, False) for xy, rank in zip(at, shown["rank"], strict=True)]
    places: gpd.GeoDataFrame | None = getattr(picture, "places", None)
    if places is not None and len(places):
        at = place.at(shapely.get_coordinates(places.geometry.centroid.array))
        first = zip(at[:_TOP], places["place_id"], strict=False)
        numbered += [(_pair(xy), number, True) for xy, number in first]
    moved = _moved_apart([at for at, _, _ in numbered])
    lines = [
        f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{_INK}"/>'
        for ((x, y), _, _), (to_x, to_y) in zip(numbered, moved, strict=True)
        if (x, y) != (to_x, to_y)
    ]
    discs = [
        _sign(there, number, dark=dark)
        for (_, number, dark), there in zip(numbered, moved, strict=True)
    ]
    return lines + discs


def _pair(xy: NDArray[np.float64]) -> tuple[float, float]:
    return float(xy[0]), float(xy[1])


def _moved_apart(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave each sign where it is, or move it to the nearest free spot of those around it."""
    taken: list[tuple[float, float]] = []
    around = [
        (step * _APART * math.cos(turn * math.pi / 4), step * _APART * math.sin(turn * math.pi / 4))
        for step in (1, 1.5, 2)
        for turn in range(8)
    ]
    for x, y in points:
        spots = [(x, y), *((x + right, y + down) for right, down in around)]
        free = (spot for spot in spots if all(math.dist(spot, t) >= _APART - 1 for t in taken))
        taken.append(next(free, (x, y)))
    return taken


def _sign(at: tuple[float, float], number: object, *, dark: bool) -> str:
    x, y = at
    fill, ink = (_INK, "#fff") if dark else ("#fff", _INK)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS}" fill="{fill}" stroke="{_INK}" '
        f'stroke-width="1.6"/><text x="{x:.1f}" y="{y + 3.6:.1f}" text-anchor="middle" '
        f'fill="{ink}" font-size="10">{html_text(number)}</text>'
    )


def _scale_bar(scale: float, height: float) -> str:
    fitting = [metres for metres in _NICE_M if metres * scale <= _WIDTH / 4]
    metres = fitting[-1] if fitting else _NICE_M[0]
    long = metres * scale
    label = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"  # noqa: PLR2004 - a km
    y = height - 16
    return (
        f'<path d="M{_MARGIN} {y - 5:g}V{y:g}H{_MARGIN + long:.1f}V{y - 5:g}" fill="none" '
        f'stroke="{_INK}"/><text x="{_MARGIN + long + 5:.1f}" y="{y + 1:g}" fill="{_INK}">'
        f"{label}</text>"
    )
