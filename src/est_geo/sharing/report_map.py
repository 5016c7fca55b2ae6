"""The map on paper: districts, places and addresses as one still SVG, with its signs explained.

The map that moves needs a script; this one stands in for it in print, in PDF and where no script
runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from est_geo.sharing.escaping import html_text
from est_geo.sharing.report_words import report_words

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_WIDTH, _MARGIN, _TALLEST = 720.0, 12.0, 900.0
_TOP = 10  # places with a number, and addresses
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
    parts += [
        f'<path d="{place.path(shape)}" fill="#fff" stroke="none"/>' for shape in districts.geometry
    ]
    parts += _density(picture, place)
    parts += [
        f'<path d="{place.path(shape)}" fill="none" stroke="{_RULE}" stroke-width="1"/>'
        for shape in districts.geometry
    ]
    parts += _names(districts, place)
    parts += _places(picture, place)
    parts += _addresses(picture, place)
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

    def path(self, shape: shapely.Geometry) -> str:
        """Outline of a polygon, thinned to what can be seen."""
        thin = shapely.simplify(shape, 0.4 / self.scale)
        pieces = shapely.get_parts(thin)
        pieces = pieces[shapely.area(pieces) * self.scale**2 >= _SEEN]
        rings = shapely.get_rings(pieces) if len(pieces) else []
        return "".join(
            "M" + "L".join(f"{x:g} {y:g}" for x, y in self.at(shapely.get_coordinates(ring))) + "Z"
            for ring in rings
        )


def _density(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    density = getattr(picture, "density", None)
    if density is None:
        return []
    bands = density.contours()
    return [
        f'<path d="{place.path(shape)}" fill="{_VIOLET[min(i, len(_VIOLET) - 1)]}" '
        'fill-rule="evenodd"/>'
        for i, shape in enumerate(bands.geometry)
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


def _places(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    places: gpd.GeoDataFrame | None = getattr(picture, "places", None)
    if places is None or len(places) == 0:
        return []
    parts = [
        f'<path d="{place.path(shape)}" fill="none" stroke="{_RED}" stroke-width="1.6" '
        'stroke-dasharray="5 3"/>'
        for shape in places.geometry
    ]
    centres = place.at(shapely.get_coordinates(places.geometry.centroid.array))
    numbered = list(zip(centres, places["place_id"], strict=True))[:_TOP]
    for (x, y), number in reversed(numbered):
        parts.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="8" fill="{_INK}"/><text x="{x:g}" y="{y + 3.8:g}" '
            f'text-anchor="middle" fill="#fff" font-size="10">{html_text(number)}</text>'
        )
    return parts


def _addresses(picture: Any, place: _Sheet) -> list[str]:  # noqa: ANN401 - any picture
    addresses: gpd.GeoDataFrame | None = getattr(picture, "addresses", None)
    if addresses is None or len(addresses) == 0:
        return []
    shown = addresses
    if "verdict" in addresses.columns:
        shown = addresses[addresses["verdict"].isin(["recurring_long", "recurring_new"])]
    shown = shown.head(_TOP)
    points = place.at(shapely.get_coordinates(np.asarray(shown.geometry.array)))
    return [
        # Wide enough to be seen around the disc of a place.
        f'<circle cx="{x:g}" cy="{y:g}" r="10" fill="none" stroke="{ink}" stroke-width="{width}"/>'
        for x, y in points
        for ink, width in (("#fff", 5), (_INK, 2))
    ]


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
