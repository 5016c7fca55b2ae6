"""One layer on any folium map: its data as JSON, drawn by the library's own script.

folium's elements render their text and then read the result as a template once more; here nothing
is ever read as a template. What stands in the page's script is names we chose; text from the data
stands in a block of JSON, which the script reads with `JSON.parse` and shows as text.
"""

from __future__ import annotations

from typing import Any

from folium.map import Layer

from est_geo.sharing.escaping import html_text, json_block
from est_geo.sharing.html import Raw
from est_geo.sharing.map_words import layer_words
from est_geo.sharing.packaged import read_asset

# In this order: each uses what those before it made.
SCRIPTS = ("elements.js", "charts.js", "layers.js", "sites.js")
STYLES = ("layers.css",)


class MapLayer(Layer):
    """A layer for any folium map; the functions of `est_geo.layers` make them.

    ``layer.add_to(folium_map)`` draws it, and folium's `LayerControl` can switch it.

    Parameters
    ----------
    data : dict
        What is drawn: plain lists, dicts, texts and numbers. ``data["name"]`` is the layer's name
        and ``data["show"]`` whether it is drawn from the start.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        # LayerControl writes the name as HTML, after a second reading as a template.
        super().__init__(name=html_text(data["name"]), overlay=True, show=data["show"])
        self._name = "EstGeoLayer"
        self.data = data

    def render(self, **kwargs: object) -> str:
        """Add the layer's script, style and data to its page, as they are."""
        page: Any = self.get_root()
        parent: Any = self._parent
        add_assets(page)
        name = self.get_name()
        said = self.data | {"words": layer_words(self.data["language"])}
        block = json_block(said, element_id=f"data_{name}")
        page.html.add_child(Raw(block, kind="text"), name=f"data_{name}")
        draw = f"var {name} = estGeo.layer(estGeo.read('data_{name}'));"
        if self.show:
            draw += f" {name}.addTo({parent.get_name()});"
        page.script.add_child(Raw(draw, kind="text"), name=f"draw_{name}")
        for child in self._children.values():
            child.render(**kwargs)
        return ""


def add_assets(
    page: Any,  # noqa: ANN401 - branca's Figure, which has no types
    *,
    scripts: tuple[str, ...] = (),
    styles: tuple[str, ...] = (),
) -> None:
    """Put the scripts and styles of our layers, and more of ours, in a page's head once."""
    for kind, files in (("style", (*STYLES, *styles)), ("script", (*SCRIPTS, *scripts))):
        for file in files:
            page.header.add_child(Raw(read_asset(file), kind=kind), name=f"est_geo_{file}")  # type: ignore[arg-type]
