"""What of folium works in a page without a network, what is drawn in another way, what is refused.

Whatever cannot work is refused by name before anything is written: a map that opens half empty on
someone else's screen is worse than an error on one's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import folium
from branca.colormap import ColorMap
from branca.element import Element, Html, IFrame
from folium.features import CustomIcon
from folium.raster_layers import ImageOverlay, TileLayer, WmsTileLayer

from est_geo.errors import MissingAsset
from est_geo.sharing.escaping import safe_json

if TYPE_CHECKING:
    from collections.abc import Iterator

# Asked for by every colormap, and replaced by assets/color_scale.js.
D3 = "https://cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js"

_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|track|video|audio|object|embed|image|use|input)\b[^>]*?"
    r"\b(?:src|srcset|href|data|poster)\s*=\s*[\"']?\s*(?!data:|blob:|#)([^\"'\s>]+)"
    r"|url\(\s*[\"']?\s*(?!data:|blob:|#)([^\"')\s]+)"
    r"|@import\s+[\"']?([^\"';\s]+)",
    re.IGNORECASE,
)


def fetched_by(markup: str) -> str | None:
    """First address that HTML would fetch by itself; links to follow by hand are none."""
    found = _LOADED.search(markup)
    return None if found is None else next(filter(None, found.groups()))


def walk(root: Element) -> Iterator[Element]:
    """Yield every element of a page once, also those that folium keeps in attributes."""
    seen: set[int] = set()
    waiting: list[object] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
        elif isinstance(item, Element) and id(item) not in seen:
            seen.add(id(item))
            yield item
            # GeoJson keeps its coordinates in `data`: many, and never elements.
            waiting.extend(value for key, value in vars(item).items() if key != "data")


def refuse_what_needs_a_network(tree: list[Element]) -> None:
    """Refuse elements that only work with a network, by name."""
    _refuse_tiles(tree)
    _refuse_icons(tree)
    _refuse_frames(tree)
    pictures = [
        str(item.url if isinstance(item, ImageOverlay) else item.options.get("icon_url", ""))
        for item in tree
        if isinstance(item, ImageOverlay | CustomIcon)
    ]
    remote = [address for address in pictures if not address.startswith("data:")]
    if remote:
        raise MissingAsset(
            f"`folium_map` has {len(remote)} picture(s) that are not in the map itself; the first "
            f"is {remote[0][:80]!r}. Give folium the file or an array: it is embedded then."
        )
    fetched = [found for item in tree for text in _markup_of(item) if (found := fetched_by(text))]
    if fetched:
        raise MissingAsset(
            f"`folium_map` has {len(fetched)} popup(s), tooltip(s) or icon(s) whose HTML asks for "
            f"a file; the first asks for {fetched[0][:80]!r}. Embed it as a data: address; if the "
            "text comes from data, pass it through est_geo.sharing.html.html_text."
        )


def refuse_links(missing: list[str], tree: list[Element]) -> None:
    """Refuse files that elements asked for and that are not on this machine, with who asked."""
    if not missing:
        return
    asking = {
        type(item).__name__
        for item in tree
        for _, url in [*getattr(item, "default_js", []), *getattr(item, "default_css", [])]
        if url in missing
    }
    by = f" (asked for by {', '.join(sorted(asking))})" if asking else ""
    raise MissingAsset(
        f"The page asks for {len(missing)} file(s) that do not come with est_geo: "
        f"{', '.join(missing)}{by}. Leave out the element that needs them."
    )


def color_scales(tree: list[Element]) -> dict[str, str]:
    """Scripts that draw the colormaps of a map, by the names of the elements they stand for."""
    return {
        item.get_name(): f"drawColorScale({_parent(item).get_name()}, {safe_json(_scale(item))});"
        for item in tree
        if isinstance(item, ColorMap) and item._parent is not None  # noqa: SLF001 - branca has no other way
    }


def _parent(item: Any) -> Any:  # noqa: ANN401 - branca is not typed for this
    return item._parent  # noqa: SLF001 - as above


def _scale(item: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """Take from a rendered colormap what it shows."""
    return {
        "limits": [item.color_domain[0], item.color_domain[-1]],
        "colors": item.color_range,
        "ticks": [tick if tick == "" else float(tick) for tick in item.tick_labels],
        "caption": str(item.caption),
        "textColor": str(item.text_color),
        "width": int(item.width),
    }


def _refuse_tiles(tree: list[Element]) -> None:
    tiles = [item for item in tree if isinstance(item, TileLayer | WmsTileLayer)]
    if tiles:
        raise MissingAsset(
            f"`folium_map` has {len(tiles)} layer(s) of tiles, fetched from a server while the map "
            "is read. Make it with folium.Map(tiles=None) and draw the background as polygons, or "
            "pass tiles= with the address of a server of your own to save_offline."
        )


def _refuse_icons(tree: list[Element]) -> None:
    icons = [item for item in tree if isinstance(item, folium.Icon)]
    if any(not isinstance(item, CustomIcon) for item in icons):
        raise MissingAsset(
            f"`folium_map` has {len(icons)} folium.Icon, which need leaflet.awesome-markers.js and "
            "its fonts; they do not come with est_geo. Use folium.CircleMarker, folium.DivIcon or "
            "markers without an icon."
        )
    fast = [item for item in tree if "L.AwesomeMarkers" in str(getattr(item, "callback", ""))]
    if fast:
        raise MissingAsset(
            f"`folium_map` has {len(fast)} {type(fast[0]).__name__} whose callback needs "
            "leaflet.awesome-markers.js; it does not come with est_geo. Pass a callback of your "
            "own, such as 'function (row) { return L.circleMarker([row[0], row[1]]); }'."
        )


def _refuse_frames(tree: list[Element]) -> None:
    frames = [item for item in tree if isinstance(item, IFrame)]
    if frames:
        raise MissingAsset(
            f"`folium_map` has {len(frames)} folium.IFrame: a page of its own in the page, which "
            "the page's policy does not load. Give its HTML to folium.Popup as it is."
        )


def _markup_of(item: Any) -> list[str]:  # noqa: ANN401 - branca is not typed for this
    """List the HTML that an element puts on the page when it is opened, as it was given."""
    if isinstance(item, Html) and item.script:
        return [str(item.data)]
    if isinstance(item, folium.Tooltip):
        return [str(item.text)]
    if isinstance(item, folium.DivIcon):
        return [str(item.options.get("html", ""))]
    return []
