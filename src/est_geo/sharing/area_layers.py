"""Layers of areas: density, hot areas, priority cells, and a background.

Each function takes one finished table and gives a layer for any folium map. Nothing is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from est_geo.sharing.background import Background
from est_geo.sharing.coding import CONTOUR_M, positions, shapes
from est_geo.sharing.details import cell_rows, hot_area_rows, text
from est_geo.sharing.layer_data import class_legend, layer_data, ramp, signs
from est_geo.sharing.map_layer import MapLayer
from est_geo.sharing.map_words import map_words
from est_geo.sharing.wording import EN_DASH, short_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from est_geo.analysis.density_result import Density


def density(
    density: Density,
    *,
    levels: Sequence[float] | None = None,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw density in classes, in incidents per km², contours simplified by at most 2 m.

    Parameters
    ----------
    density : Density
        As from `kde`.
    levels : sequence of float, optional
        Rising limits between classes, in incidents per km²; give the same ones to every map of a
        series. Without them the density chooses.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of the unit and the numbers.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``. A class keeps its colour where another is empty.

    Raises
    ------
    InputError
        If the levels do not rise.
    """
    say = map_words(language)
    contours = density.contours(levels)
    # Classes without a cell are not among the contours; where the caller fixed the limits, each
    # class keeps its colour all the same, so that maps of a series can be compared.
    limits = list(contours["low"]) if levels is None else [float(level) for level in levels]
    colors = dict(zip(limits, ramp(len(limits)), strict=True)) if limits else {}
    features: list[dict[str, Any]] = [
        {"color": colors[low], "shape": shape}
        for low, shape in zip(
            contours["low"], shapes(contours.geometry.simplify(CONTOUR_M)), strict=True
        )
    ]
    data = layer_data("density", features, language, show=show, style="class")
    labels = [
        f"{short_number(low, language)}{EN_DASH}{short_number(high, language)}"
        if np.isfinite(high)
        else say["over"].format(short_number(low, language))
        for low, high in zip(contours["low"], contours["high"], strict=True)
    ]
    data["unit"] = say["density_unit"]
    data["legend"] = class_legend([feature["color"] for feature in features], labels)
    return MapLayer(data)


def hot_areas(
    hot_areas: gpd.GeoDataFrame,
    *,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw hot areas, as from `Density.hot_areas`, with a thick outline.

    Parameters
    ----------
    hot_areas : GeoDataFrame of (Multi)Polygons
        Most incidents first; `incidents`, `share`, `area_km2` and `peak_per_km2` are shown.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.
    """
    say = map_words(language)
    features: list[dict[str, Any]] = [
        {
            "kind": say["hot_areas"],
            "title": say["hot_area"].format(index),
            "rows": hot_area_rows(row, language),
            "shape": shape,
            "at": at,
        }
        for index, (row, shape, at) in enumerate(
            zip(
                hot_areas.drop(columns="geometry").to_dict("records"),
                shapes(hot_areas.geometry.simplify(CONTOUR_M)),
                positions(hot_areas.geometry.representative_point()),
                strict=True,
            ),
            start=1,
        )
    ]
    data = layer_data("hot_areas", features, language, show=show, style="hot")
    return MapLayer(data | signs(features, ("hot", say["hot_areas_sign"]), language=language))


def priority(
    cells: gpd.GeoDataFrame,
    *,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw priority cells, as from `priority_cells`: squares with their rank.

    Parameters
    ----------
    cells : GeoDataFrame of Polygons
        With `rank`; `score`, `n`, `address` and `district` are shown.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of what a click opens.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.
    """
    say = map_words(language)
    features: list[dict[str, Any]] = [
        {
            "kind": say["priority"],
            "title": text(row.get("address"), say["cell"].format(int(row["rank"]))),
            "rows": cell_rows(row, language),
            "label": str(int(row["rank"])),
            "order": int(row["rank"]),
            "size": 18,
            "shape": shape,
            "at": at,
        }
        for row, shape, at in zip(
            cells.drop(columns="geometry").to_dict("records"),
            shapes(cells.geometry),
            positions(cells.geometry.representative_point()),
            strict=True,
        )
    ]
    data = layer_data("priority", features, language, show=show, style="cell", sign="cell")
    return MapLayer(data | signs(features, ("cell", say["priority_sign"]), language=language))


def background(
    background: Background | Sequence[Mapping[str, Any]],
    *,
    show: bool = True,
    language: Literal["sv", "en"] = "sv",
) -> MapLayer:
    """Draw a finished background: streets, railways, water and names, under everything else.

    Parameters
    ----------
    background : Background or sequence of dict
        As from `read_background`, or what its `features` gives: each with `kind`, "street",
        "railway", "water" or "name". Water has `shape`, a list of polygons; streets and railways
        have `lines`; a name has `text` and `at`. See `est_geo.sharing.coding` for coordinates.
    show : bool
        Whether the layer is drawn from the start.
    language : {"sv", "en"}
        Language of the layer's name.

    Returns
    -------
    MapLayer
        Add it with ``.add_to(folium_map)``.
    """
    features: list[dict[str, Any]] = []
    for layer in background.features() if isinstance(background, Background) else background:
        kind = layer["kind"]
        if kind == "name":
            features.append({"name": str(layer["text"]), "at": layer["at"]})
        elif kind == "water":
            features.append({"style": kind, "shape": layer["shape"]})
        else:
            features.append({"style": kind, "lines": layer["lines"]})
    return MapLayer(layer_data("background", features, language, show=show))
