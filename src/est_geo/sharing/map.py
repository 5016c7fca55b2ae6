"""The shared map: districts, density, problem places and addresses in one file.

`hotspot_map` goes from incidents to a map, `draw_map` from a finished `Picture`. The map is a
`folium.Map`: anything of folium that needs no network can be added to it.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import folium
from branca.element import Element, Figure

from est_geo.checks import check_number
from est_geo.picture import Picture, build_picture
from est_geo.sharing.html import Raw, json_block
from est_geo.sharing.layers import (
    address_features,
    area_features,
    density_features,
    place_features,
)
from est_geo.sharing.packaged import read_asset
from est_geo.sharing.showing import OfflineMap
from est_geo.sharing.wording import date_range, number, short_number, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

TOP = 10  # addresses on a map, as in the table of a report
_REPORTERS = 4  # named in the line under the map
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
    incidents: gpd.GeoDataFrame,
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
    incidents : GeoDataFrame of n Points
        As from `read_incidents`, in a CRS in metres.
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
    words(language)  # a wrong language is refused before the work, not after
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

    Returns
    -------
    HotspotMap
        A `folium.Map`.

    Raises
    ------
    InputError
        If `language` is another, or `top` is not a whole number from 0.
    """
    check_number(top, name="top", at_least=0, whole=True)
    return HotspotMap(page_content(picture, title=title, language=language, levels=levels, top=top))


def page_content(
    picture: Picture,
    *,
    title: str | None = None,
    language: str = "sv",
    levels: Sequence[float] | None = None,
    top: int = TOP,
) -> dict[str, Any]:
    """Everything the page shows, as plain lists, dicts, texts and numbers."""
    say = words(language)
    shown = picture.addresses.head(top)  # sorted by rank
    west, south, east, north = picture.districts.to_crs(4326).total_bounds.round(6).tolist()
    return {
        "language": language,
        "title": title or _title(picture, language),
        "period": _period(picture, language),
        "shown": _shown(picture, language),
        "bounds": [[south, west], [north, east]],
        "areas": area_features(picture.districts),
        "density": density_features(picture.density, levels=levels, language=language),
        "places": place_features(picture.places, language=language),
        "addresses": address_features(shown, language=language),
        "counts": {
            "places": number(len(picture.places), language),
            "addresses": _some_of(len(shown), len(picture.addresses), language),
        },
        "source": _source(picture, language),
        "method": _method(picture, language, shown=len(shown)),
        "words": say,
    }


def _title(picture: Picture, language: str) -> str:
    say = words(language)["title"]
    named = "municipality" in picture.districts.columns
    towns = set(picture.districts["municipality"].dropna()) - {""} if named else set()
    return f"{towns.pop()}: {say[0].lower()}{say[1:]}" if len(towns) == 1 else say


def _period(picture: Picture, language: str) -> str:
    if picture.span is None:
        return words(language)["no_period"]
    return date_range(*picture.span, language)


def _shown(picture: Picture, language: str) -> str:
    say, count = words(language), picture.counts.get("inside", 0)
    return say["shown_one"] if count == 1 else say["shown"].format(number(count, language))


def _some_of(shown: int, count: int, language: str) -> str:
    if shown == count:
        return number(count, language)
    return words(language)["some_of"].format(number(shown, language), number(count, language))


def _reporters(picture: Picture, language: str) -> list[str]:
    """Name those who reported, the first few of them."""
    named, rest = picture.sources[:_REPORTERS], picture.sources[_REPORTERS:]
    if not named:
        return []
    say = words(language)
    text = ", ".join([*named, *([say["more"].format(len(rest))] if rest else [])])
    return [say["reporters"].format(text)]


def _source(picture: Picture, language: str) -> list[str]:
    """Parts of the line under the map: audience, reporters, and what is not on it."""
    say = words(language)
    absent = ("duplicates", "outside", "district_only", "unplaced", "without_time")
    return [
        say["audience"],
        *_reporters(picture, language),
        *(
            say[key].format(number(picture.counts[key], language))
            for key in absent
            if picture.counts.get(key)
        ),
    ]


def _method(picture: Picture, language: str, *, shown: int) -> list[str]:
    """Sentences on how the map was made; one whose numbers are not known is left out."""
    say, counts, chosen = words(language), picture.counts, picture.parameters

    def fill(key: str, *values: object) -> list[str]:
        if not all(isinstance(value, int | float) and value for value in values):
            return []
        return [say[key].format(*(short_number(value, language) for value in values))]  # type: ignore[arg-type]

    density = picture.density
    gaussian = density.kernel == "gaussian"
    return [
        say["method_counts"].format(
            number(counts.get("read", 0), language), number(counts.get("inside", 0), language)
        ),
        *fill("method_null_island", counts.get("at_null_island")),
        *(
            fill("method_gaussian", density.bandwidth_m / math.sqrt(8), density.cell_m)
            if gaussian
            else fill("method_density", density.bandwidth_m, density.cell_m)
        ),
        *fill("method_places", chosen.get("min_incidents"), chosen.get("eps_m")),
        *fill("method_addresses", shown),
        say["no_test"],
        say["method_background"],
        say["method_version"].format(version("est_geo")),
    ]


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
        page.header.add_child(Raw(read_asset("map.css"), kind="style"), name="est_geo_style")
        page.header.add_child(Raw(read_asset("map.js"), kind="script"), name="est_geo_script")
        frame = '<header id="est-geo-head"></header>'
        page.html.add_child(Raw(frame, kind="text"), name="est_geo_head", index=0)
        rest = (
            '<aside id="est-geo-panel" hidden></aside>\n<footer id="est-geo-foot"></footer>\n'
            + json_block(self.data, element_id=_DATA_ID)
        )
        page.html.add_child(Raw(rest, kind="text"), name="est_geo_rest")
        draw = (
            f"drawHotspotMap({owner.get_name()}, "
            f'JSON.parse(document.getElementById("{_DATA_ID}").textContent));'
        )
        page.script.add_child(Raw(draw, kind="text"), name="est_geo_draw")
        return ""
