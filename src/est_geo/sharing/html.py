"""One HTML file that opens anywhere, asks nothing of the network, and runs only what we wrote.

A folium map is a tree of elements, each of which adds text to the head, body and script of a page.
Here that page is put together again: scripts and styles come from packages on this machine, the
policy in the head names every script by its hash, and folium's random ids are numbered.

Text from data goes into a page in two ways only, `json_block` and `html_text`: see
`est_geo.sharing.escaping`.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import folium
from branca.element import CssLink, Element, Figure, Link

from est_geo.errors import InputError, MissingAsset
from est_geo.files import write_atomic
from est_geo.sharing.escaping import html_text, json_block, safe_json
from est_geo.sharing.folium_elements import (
    D3,
    color_scales,
    fetched_by,
    refuse_links,
    refuse_what_needs_a_network,
    walk,
)
from est_geo.sharing.outgoing import check_outgoing
from est_geo.sharing.packaged import PACKAGED, packaged_script, packaged_style, read_asset
from est_geo.sharing.policy import page_policy, script_hashes, script_text
from est_geo.sharing.rendered_once import rendered_once
from est_geo.sharing.tiles import Tiles, tiles_for
from est_geo.sharing.wording import number, words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Page", "Raw", "html_text", "json_block", "make_page", "save_offline", "to_html"]

_LOG = logging.getLogger(__name__)

# What folium asks for on every page: Bootstrap, glyphs and jQuery are only used by `folium.Icon`
# (refused) and by popups (served by assets/folium_popup.js).
_DEFAULT = {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]} | {D3}

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SCRIPT_START = re.compile(r"<script\b", re.IGNORECASE)
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')


class Raw(Element):
    """A piece of page whose text is written as it is: no template is read from it."""

    def __init__(self, text: str, *, kind: Literal["script", "style", "text"]) -> None:
        super().__init__()
        self._name = "Raw"
        self.text = text
        self.kind = kind

    def render(self, **_kwargs: object) -> str:
        """Return the text, in its tag if it has one."""
        return self.text if self.kind == "text" else f"<{self.kind}>{self.text}</{self.kind}>"


@dataclass(frozen=True)
class Page:
    """A page as text, with what another page has to know to hold it.

    Attributes
    ----------
    text : str
        The whole page.
    hashes : tuple of str
        Its scripts as a Content-Security-Policy names them: a page that holds this one in a frame
        and has a policy of its own must allow them too, for a frame obeys both.
    origins : tuple of str
        Servers that the page asks for tiles; empty without tiles.
    """

    text: str
    hashes: tuple[str, ...]
    origins: tuple[str, ...] = ()


def save_offline(
    folium_map: folium.Map,
    path: str | Path,
    *,
    title: str | None = None,
    language: Literal["sv", "en"] = "sv",
    tiles: str | None = None,
    tiles_attribution: str | None = None,
) -> Path:
    """Save any folium map as one file that opens without a network.

    Parameters
    ----------
    folium_map : folium.Map
        A map without tiles: ``folium.Map(tiles=None, ...)``. Leaflet, MarkerCluster, popups,
        GeoJSON, Choropleth, colour scales and default markers work; an element that needs anything
        else is refused by name.
    path : str or Path
        File to write; an existing one is replaced only when the new one is complete.
    title : str, optional
        Title of the page; else the figure's own, else "Karta".
    language : {"sv", "en"}
        Language of the page, for screen readers and hyphenation.
    tiles : str, optional
        Address of a server of tiles to lay under the map, such as the municipality's own
        ``https://karta.example.se/{z}/{x}/{y}.png``. The page then asks that server, and no other,
        for pictures while it is read; without an answer the rest of the map works as before.
    tiles_attribution : str, optional
        Whose map the tiles are; by default the name of the server.

    Returns
    -------
    Path
        The file; its size is logged.

    Raises
    ------
    MissingAsset
        If the page needs tiles of another server, a script, style or picture that does not come
        with the library.
    InputError
        If the map holds scripts outside its script part, or `tiles` is not a safe address of tiles.
    PersonalDataFound
        If a text on the page looks like personal data; nothing is then written.

    Notes
    -----
    Texts that you put in folium's popups, tooltips and labels are HTML to folium. Pass text from
    data through `est_geo.sharing.html.html_text`; what is not passed through it may be shown as
    markup, although the page's policy stops scripts in it from running.
    """
    laid = tiles_for(tiles, tiles_attribution)
    page = make_page(folium_map, title=title, language=language, tiles=laid)
    return write_page(page, path, language=language)


def write_page(page: Page, path: str | Path, *, language: str) -> Path:
    """Write a page whole, and tell how large it is."""
    content = page.text.encode()
    check_outgoing("page.html", content, called=Path(path).name)
    written = write_atomic(path, content)
    _LOG.info("%s, %s kB", written.name, number(-(-len(content) // 1000), language))
    return written


def to_html(
    folium_map: folium.Map,
    *,
    title: str | None = None,
    language: str = "sv",
    tiles: Tiles | None = None,
) -> str:
    """Render a folium map as one page; see `save_offline` for arguments and errors.

    The same map gives the same text in every process.
    """
    return make_page(folium_map, title=title, language=language, tiles=tiles).text


def make_page(
    folium_map: folium.Map,
    *,
    title: str | None = None,
    language: str = "sv",
    tiles: Tiles | None = None,
) -> Page:
    """Render a folium map as `to_html` does, and tell what it runs and whom it asks."""
    figure: Any = folium_map.get_root()
    say = words(language)
    name = title or figure.title or say["map"]
    with _unchanged(figure), rendered_once():
        for _, child in _children(figure):
            child.render()
        tree = list(walk(figure))
        refuse_what_needs_a_network(tree)
        ids = {_id_of(element) for element in tree}
        maps = {element.get_name() for element in tree if isinstance(element, folium.Map)}
        scales = color_scales(tree)
        head, scripts = _head(figure.header, tree, maps)
        body = [_markup(name, child) for name, child in _children(figure.html)]
        drawing = "\n".join(
            scales.get(name) or _text(name, child) for name, child in _children(figure.script)
        )
    if "$(" in drawing:
        scripts.append(read_asset("folium_popup.js"))
    if scales:
        scripts.append(read_asset("color_scale.js"))
    if tiles is not None:
        scripts.append(read_asset("tiles.js"))
        given = {"url": tiles.url, "attribution": tiles.attribution, "silent": say["tiles_silent"]}
        drawing += f"\naddTiles({folium_map.get_name()}, {safe_json(given)});"

    # folium's ids are random; numbered in the order they appear, equal maps give equal pages.
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        known = match[0] in ids
        return numbers.setdefault(match[0], str(len(numbers))) if known else match[0]

    head = [_ID.sub(numbered, text) for text in head]
    body = [_ID.sub(numbered, text) for text in body]
    scripts = [script_text(text) for text in scripts]
    last = script_text(_ID.sub(numbered, drawing))
    running = [*scripts, last]
    origins = () if tiles is None else (tiles.origin,)
    policy = page_policy(running, pictures_from=origins)
    text = "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{html_text(language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html_text(name)}</title>",
            *head,
            *(f"<script>{text}</script>" for text in scripts),
            "</head>",
            "<body>",
            *body,
            f"<script>{last}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )
    return Page(text=text, hashes=script_hashes(running), origins=origins)


@contextmanager
def _unchanged(figure: Figure) -> Iterator[None]:
    """Put back what rendering adds to a map, so that rendering it again gives the same."""
    before = [(element, element._children.copy()) for element in walk(figure)]  # noqa: SLF001
    try:
        yield
    finally:
        for element, children in before:
            element._children = children  # noqa: SLF001 - branca has no other way


def _head(header: Element, tree: list[Element], maps: set[str]) -> tuple[list[str], list[str]]:
    """Return texts for the head and the scripts to run first."""
    head: list[str] = []
    scripts: list[str] = []
    links = [child.url for _, child in _children(header) if isinstance(child, Link)]
    missing = [url for url in links if _file_of(url) not in PACKAGED and url not in _DEFAULT]
    refuse_links(missing, tree)
    for name, child in _children(header):
        if name == "meta_http":  # says the charset again
            continue
        if isinstance(child, Link):
            file = _file_of(child.url)
            if file in PACKAGED:
                if isinstance(child, CssLink):
                    head.append(f"<style>{packaged_style(file)}</style>")
                else:
                    scripts.append(packaged_script(file))
        elif isinstance(child, Raw) and child.kind == "script":
            scripts.append(child.text)
        elif name in maps:
            # The one place where folium itself writes a script in the head.
            text = _VIEWPORT.sub("", _text(name, child))
            scripts.extend(_SCRIPT.findall(text))
            head.append(_SCRIPT.sub("", text))
        else:
            head.append(_markup(name, child))
    return head, scripts


def _file_of(url: str) -> str:
    return url.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]


def _children(element: Element) -> list[tuple[str, Element]]:
    return list(element._children.items())  # noqa: SLF001 - branca has no other way


def _id_of(element: Element) -> str:
    return str(element.get_name().rsplit("_", 1)[1])


def _markup(name: str, child: Element) -> str:
    """Text of a child of the head or the body: no script but our own, nothing to fetch."""
    text = _text(name, child)
    if isinstance(child, Raw):
        return text
    fetched = fetched_by(text)
    if fetched is not None:
        raise MissingAsset(
            f"The page asks for {fetched[:80]!r}, which does not come with est_geo. "
            "Leave out the element that needs it, or embed it as a data: address."
        )
    if _SCRIPT_START.search(text):
        raise InputError(
            f"`folium_map` holds a script in its HTML, in element {name.rsplit('_', 1)[0]!r}; the "
            "page's policy would not run it. Add it to get_root().script instead."
        )
    return text


def _text(name: str, child: Element) -> str:
    """Text of a child of the page, without reading rendered text as a template again.

    A map that was rendered before, such as by a notebook, still holds what folium made of it then:
    texts in `Element`, whose own `render` runs them as templates. They carry the name of the
    element that rendered them, also where that has been taken off the map since; only what a user
    added as a template of their own is rendered here.
    """
    rendered = type(child) is Element and bool(set(_ID.findall(name)) - {_id_of(child)})
    return str(child._template_str if rendered else child.render())  # noqa: SLF001 - no accessor
