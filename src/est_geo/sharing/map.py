"""The shared map: districts, density, problem places and addresses in one file.

`hotspot_map` goes from incidents to a map, `draw_map` from a finished `Picture`. The map is a
`folium.Map`: anything of folium that needs no network can be added to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import folium
from branca.element import Element, Figure

from est_geo.picture import Picture, build_picture
from est_geo.sharing import layers
from est_geo.sharing.escaping import json_block
from est_geo.sharing.html import Raw
from est_geo.sharing.map_layer import add_assets
from est_geo.sharing.map_text import method_of, period_of, shown_in, source_of, title_of
from est_geo.sharing.map_words import map_words, page_words
from est_geo.sharing.showing import OfflineMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from est_geo.sharing.background import Background
    from est_geo.sharing.map_layer import MapLayer

TOP = 10  # addresses on a map, as in the table of a report
_DATA_ID = "est-geo-data"


class HotspotMap(OfflineMap):
    """A map of one picture; made by `hotspot_map` and `draw_map`.

    It shows itself in Jupyter, and `save` writes it as one file that opens without a network.

    Parameters
    ----------
    content : dict
        What the page draws, as `page_content` makes it: plain lists, dicts, texts and numbers.
    """

    # Of folium's defaults only Leaflet: nothing on this page uses jQuery, Bootstrap or icon fonts.
    default_js = [pair for pair in folium.Map.default_js if pair[0] == "leaflet"]  # noqa: RUF012 - as folium declares it
    default_css = [pair for pair in folium.Map.default_css if pair[0] == "leaflet_css"]  # noqa: RUF012 - the same

    def __init__(self, content: dict[str, Any]) -> None:
        bounds = content["bounds"]
        super().__init__(
            location=[sum(side) / 2 for side in zip(*bounds, strict=True)],
            tiles=None,
            zoom_control=False,  # ours speaks the page's language
            attribution_control=False,
            max_zoom=19,
            zoom_snap=0.25,
            font_size="15px",
        )
        self.data = content
        self.heading, self.language = content["title"], content["language"]
        _OfflineFigure(self)
        self.add_child(_Drawing(content), name="drawing")


def hotspot_map(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    districts: gpd.GeoDataFrame | None = None,
    *,
    outside: Literal["raise", "keep", "nearest"] = "raise",
    bandwidth_m: float | Literal["auto"] = "auto",
    eps_m: float = 50,
    min_incidents: float | Literal["auto"] = "auto",
    title: str | None = None,
    language: Literal["sv", "en"] = "sv",
) -> HotspotMap:
    """Map where incidents come back: density, problem places and the addresses with most of them.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        As from `read_incidents`, in a CRS in metres; a DataFrame has `easting` and `northing` in
        place of points.
    districts : GeoDataFrame of Polygons, optional
        Study area, in the same CRS; without it the area around the incidents.
    outside : {"raise", "keep", "nearest"}
        What to do with incidents outside every district; see `assign_districts`.
    bandwidth_m : float or "auto"
        Distance in metres at which an incident stops counting in the density.
    eps_m : float
        Distance in metres within which incidents are neighbours in a problem place.
    min_incidents : float or "auto"
        Weight that must lie within `eps_m` to make a problem place; "auto": by the period's length.
    title : str, optional
        Heading of the page.
    language : {"sv", "en"}
        Language of everything on the page but the data.

    Returns
    -------
    HotspotMap
        A `folium.Map`. ``save(path)`` writes one file that opens without a network.

    Raises
    ------
    InputError, CRSError
        As `build_picture` raises them.
    """
    map_words(language)  # a wrong language is refused before the work, not after
    picture = build_picture(
        incidents,
        districts,
        outside=outside,
        bandwidth_m=bandwidth_m,
        eps_m=eps_m,
        min_incidents=min_incidents,
    )
    return draw_map(picture, title=title, language=language)


def draw_map(
    picture: Picture,
    *,
    title: str | None = None,
    language: Literal["sv", "en"] = "sv",
    levels: Sequence[float] | None = None,
    top: int = TOP,
    background: Background | Sequence[Mapping[str, Any]] = (),
    more: Sequence[MapLayer] = (),
) -> HotspotMap:
    """Draw a finished picture.

    Parameters
    ----------
    picture : Picture
        Finished tables of one period.
    title : str, optional
        Heading of the page.
    language : {"sv", "en"}
        Language of everything on the page but the data.
    levels : sequence of float, optional
        Limits between classes of density, in incidents per km²; give the same ones to every map of
        a series. Without them the density chooses.
    top : int
        Addresses to show, those with most incidents first. More than a table of ten is not read.
    background : Background or sequence of dict
        Streets, railways, water and names, as from `read_background`.
    more : sequence of MapLayer
        Further layers from `est_geo.layers`, drawn over the others.

    Returns
    -------
    HotspotMap
        A `folium.Map`.

    Raises
    ------
    InputError
        If `language` is another, or `top` is not a whole number from 0.
    """
    return HotspotMap(
        page_content(
            picture,
            title=title,
            language=language,
            levels=levels,
            top=top,
            background=background,
            more=more,
        )
    )


def page_content(
    picture: Picture,
    *,
    title: str | None = None,
    language: Literal["sv", "en"] = "sv",
    levels: Sequence[float] | None = None,
    top: int = TOP,
    background: Background | Sequence[Mapping[str, Any]] = (),
    more: Sequence[MapLayer] = (),
) -> dict[str, Any]:
    """Everything the page shows, as plain lists, dicts, texts and numbers."""
    drawn = [*_layers(picture, language=language, levels=levels, top=top), *more]
    if background:
        drawn.insert(1, layers.background(background, language=language))
    west, south, east, north = picture.districts.to_crs(4326).total_bounds.round(6).tolist()
    shown = sum(len(x.data["features"]) for x in drawn if x.data["key"] == "addresses")
    return {
        "language": language,
        "title": title or title_of(picture, language),
        "period": period_of(picture, language),
        "shown": shown_in(picture, language),
        "bounds": [[south, west], [north, east]],
        "layers": [layer.data for layer in drawn],
        "source": source_of(picture, language),
        "method": method_of(picture, language, shown=shown),
        "words": page_words(language),
    }


def _layers(
    picture: Picture,
    *,
    language: Literal["sv", "en"],
    levels: Sequence[float] | None,
    top: int,
) -> Iterator[MapLayer]:
    """Yield a picture's tables as layers, the lowest first."""
    yield layers.districts(picture.districts, language=language)
    yield layers.density(picture.density, levels=levels, language=language)
    sites = None
    if len(picture.sites):
        sites = layers.sites(picture.sites, picture.site_counts, show=False, language=language)
        yield sites
    places = layers.places(picture.places, profile=picture.place_hours, language=language)
    if sites is not None and picture.site_counts is not None:
        members = picture.places["site_ids"].fillna("")
        codes = sites.member_codes(members)
        for feature, code in zip(places.data["features"], codes, strict=True):
            feature["sites"] = code
    if picture.priority is not None and len(picture.priority):
        yield layers.priority(picture.priority, show=False, language=language)
    yield places
    if picture.deviations is not None and len(picture.deviations):
        yield layers.deviations(picture.deviations, picture.districts, language=language)
    if picture.efforts is not None and len(picture.efforts):
        yield layers.efforts(picture.efforts, language=language)
    yield layers.addresses(picture.addresses, top=top, language=language)


class _OfflineFigure(Figure):
    """The page of one map, so that ``map.get_root().render()`` is the offline page too."""

    def __init__(self, owner: HotspotMap) -> None:
        super().__init__(title=owner.data["title"])
        self.add_child(owner)
        self._owner = owner

    def render(self, **_kwargs: object) -> str:
        return self._owner.to_html()


class _Drawing(Element):
    """Adds the page's own script, style, frame and data around the map."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        self._name = "Drawing"
        self.data = content

    def render(self, **_kwargs: object) -> str:
        page: Any = self.get_root()
        owner: Any = self._parent
        add_assets(page, scripts=("page.js",), styles=("page.css",))
        frame = '<header id="est-geo-head"></header>\n<section id="est-geo-tools"></section>'
        page.html.add_child(Raw(frame, kind="text"), name="est_geo_head", index=0)
        rest = (
            '<aside id="est-geo-panel" hidden></aside>\n<footer id="est-geo-foot"></footer>\n'
            + json_block(self.data, element_id=_DATA_ID)
        )
        page.html.add_child(Raw(rest, kind="text"), name="est_geo_rest")
        draw = f"estGeo.page({owner.get_name()}, estGeo.read('{_DATA_ID}'));"
        page.script.add_child(Raw(draw, kind="text"), name="est_geo_draw")
        return ""
