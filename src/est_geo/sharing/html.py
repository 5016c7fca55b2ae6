"""One HTML file that opens anywhere, asks nothing of the network, and runs only what we wrote.

A folium map is a tree of elements, each of which adds text to the head, body and script of a page.
Here that page is put together again: scripts and styles come from packages on this machine, the
policy in the head names every script by its hash, and folium's random ids are numbered.

Two ways in for text that comes from data:

- `json_block` for the library's own pages: data never is HTML or script, only JSON.
- `html_text` for text that has to be part of HTML, in our pages or in a user's own folium map.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import folium
from branca.element import CssLink, Element, Figure, Link
from folium.features import CustomIcon
from folium.raster_layers import ImageOverlay, TileLayer, WmsTileLayer
from jinja2 import TemplateSyntaxError

from est_geo.errors import InputError, MissingAsset
from est_geo.files import write_atomic
from est_geo.sharing.packaged import (
    PACKAGED,
    newlines,
    packaged_script,
    packaged_style,
    read_asset,
)
from est_geo.sharing.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What folium asks for on every page: Bootstrap, glyphs and jQuery are only used by `folium.Icon`
# (refused below) and by popups (served by assets/folium_popup.js).
_DEFAULT = {url for _, url in [*folium.Map.default_js, *folium.Map.default_css]}

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SCRIPT_START = re.compile(r"<script\b", re.IGNORECASE)
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
_LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*?"
    r"\b(?:src|href|data)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)"
    r"|url\(\s*[\"']?((?:https?:)?//[^\"')\s]+)",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_UNSAFE = re.compile("[<>&'`\u2028\u2029\ud800-\udfff]|\\$(?=\\{)|\\{(?=[{%#])")
_HTML_ENTITIES = {ord(char): f"&#{ord(char)};" for char in "{}`$\\"} | {0: "\ufffd"}


def html_text(text: object) -> str:
    r"""Make text inert in every place where folium puts HTML.

    Besides ``< > & " '`` the characters ``{ } ` $ \`` become entities: a popup's HTML stands in a
    script's template literal, and branca reads what it rendered as a template once more.

    >>> html_text("<b> {{7*7}} ${x}")
    '&lt;b&gt; &#123;&#123;7*7&#125;&#125; &#36;&#123;x&#125;'
    """
    escaped = html.escape(str(text), quote=True).translate(_HTML_ENTITIES)
    return _SURROGATE.sub("\ufffd", escaped)


def json_block(data: object, *, element_id: str) -> str:
    r"""Write data as a block of JSON that a page can hold and only `JSON.parse` reads.

    Everything that could end the block, open a tag, an entity, a template literal or a Jinja
    expression is written as a ``\uXXXX`` escape, so the text reads back exactly.

    Raises
    ------
    ValueError
        If the data hold NaN or infinity, which JSON has no word for.

    Examples
    --------
    >>> json_block({"a": "</script>{{"}, element_id="data")
    '<script type="application/json" id="data">{"a":"\\u003c/script\\u003e\\u007b{"}</script>'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Outside strings JSON has none of these characters, except braces that never meet as {{.
    safe = _JSON_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return f'<script type="application/json" id="{html_text(element_id)}">{safe}</script>'


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


def save_offline(
    folium_map: folium.Map,
    path: str | Path,
    *,
    title: str | None = None,
    language: str = "sv",
) -> Path:
    """Save any folium map as one file that opens without a network.

    Parameters
    ----------
    folium_map : folium.Map
        A map without tiles: ``folium.Map(tiles=None, ...)``. Leaflet, MarkerCluster, popups,
        GeoJSON and default markers work; an element that needs anything else is refused by name.
    path : str or Path
        File to write; an existing one is replaced only when the new one is complete.
    title : str, optional
        Title of the page; else the figure's own, else "Karta".
    language : {"sv", "en"}
        Language of the page, for screen readers and hyphenation.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MissingAsset
        If the page needs tiles, a script, style or picture that does not come with the library.
    InputError
        If text in the map cannot be written, or the map holds scripts outside its script part.

    Notes
    -----
    Texts that you put in folium's popups, tooltips and labels are HTML to folium. Pass text from
    data through `est_geo.sharing.html.html_text`; what is not passed through it may be shown as
    markup, although the page's policy stops scripts in it from running.
    """
    return write_atomic(path, to_html(folium_map, title=title, language=language))


def to_html(folium_map: folium.Map, *, title: str | None = None, language: str = "sv") -> str:
    """Render a folium map as one page; see `save_offline` for arguments and errors.

    The same map gives the same text in every process.
    """
    figure: Any = folium_map.get_root()
    name = title or figure.title or words(language)["map"]
    with _unchanged(figure):
        try:
            for _, child in _children(figure):
                child.render()
        except TemplateSyntaxError as error:
            raise InputError(
                f"`folium_map` holds a text that folium reads as a template ({error.message}). "
                "Pass texts from data through est_geo.sharing.html.html_text."
            ) from None
        tree = list(_walk(figure))
        _refuse_network(tree)
        ids = {_id_of(element) for element in tree}
        maps = {element.get_name() for element in tree if isinstance(element, folium.Map)}
        head, scripts = _head(figure.header, ids, maps)
        body = [_markup(name, child, ids) for name, child in _children(figure.html)]
        drawing = "\n".join(_text(name, child, ids) for name, child in _children(figure.script))
    if "$(" in drawing:
        scripts.append(read_asset("folium_popup.js"))

    # folium's ids are random; numbered in the order they appear, equal maps give equal pages.
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        known = match[0] in ids
        return numbers.setdefault(match[0], str(len(numbers))) if known else match[0]

    head = [_ID.sub(number, text) for text in head]
    body = [_ID.sub(number, text) for text in body]
    scripts = [_script(text) for text in scripts]
    last = _script(_ID.sub(number, drawing))
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{html_text(language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy([*scripts, last])}">',
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


@contextmanager
def _unchanged(figure: Figure) -> Iterator[None]:
    """Put back what rendering adds to a map, so that rendering it again gives the same."""
    before = [(element, element._children.copy()) for element in _walk(figure)]  # noqa: SLF001
    try:
        yield
    finally:
        for element, children in before:
            element._children = children  # noqa: SLF001 - branca has no other way


def _walk(root: Element) -> Iterator[Element]:
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


def _refuse_network(tree: list[Element]) -> None:
    """Refuse elements that only work with a network, by name."""
    tiles = [item for item in tree if isinstance(item, TileLayer | WmsTileLayer)]
    if tiles:
        raise MissingAsset(
            f"`folium_map` has {len(tiles)} layer(s) of tiles, fetched from a server while the map "
            "is read. Make it with folium.Map(tiles=None) and draw the background as polygons."
        )
    icons = [item for item in tree if isinstance(item, folium.Icon)]
    if any(not isinstance(item, CustomIcon) for item in icons):
        raise MissingAsset(
            f"`folium_map` has {len(icons)} folium.Icon, which need leaflet.awesome-markers.js and "
            "its fonts; they do not come with est_geo. Use folium.CircleMarker, folium.DivIcon or "
            "markers without an icon."
        )
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


def _head(header: Element, ids: set[str], maps: set[str]) -> tuple[list[str], list[str]]:
    """Return texts for the head and the scripts to run first."""
    head: list[str] = []
    scripts: list[str] = []
    missing: list[str] = []
    for name, child in _children(header):
        if name == "meta_http":  # says the charset again
            continue
        if isinstance(child, Link):
            file = child.url.split("?")[0].rsplit("/", 1)[-1]
            if file in PACKAGED:
                if isinstance(child, CssLink):
                    head.append(f"<style>{packaged_style(file)}</style>")
                else:
                    scripts.append(packaged_script(file))
            elif child.url not in _DEFAULT:
                missing.append(child.url)
        elif isinstance(child, Raw) and child.kind == "script":
            scripts.append(child.text)
        elif name in maps:
            # The one place where folium itself writes a script in the head.
            text = _VIEWPORT.sub("", _text(name, child, ids))
            scripts.extend(_SCRIPT.findall(text))
            head.append(_SCRIPT.sub("", text))
        else:
            head.append(_markup(name, child, ids))
    if missing:
        raise MissingAsset(
            f"The page asks for {len(missing)} file(s) that do not come with est_geo: "
            f"{', '.join(missing)}. Leave out the element that needs them."
        )
    return head, scripts


def _children(element: Element) -> list[tuple[str, Element]]:
    return list(element._children.items())  # noqa: SLF001 - branca has no other way


def _id_of(element: Element) -> str:
    return str(element.get_name().rsplit("_", 1)[1])


def _markup(name: str, child: Element, ids: set[str]) -> str:
    """Text of a child of the head or the body: no script but our own, nothing to fetch."""
    text = _text(name, child, ids)
    if isinstance(child, Raw):
        return text
    loaded = _LOADED.search(text)
    if loaded:
        raise MissingAsset(
            f"The page asks for {loaded[1] or loaded[2]!r}, which does not come with est_geo. "
            "Leave out the element that needs it, or embed it as a data: address."
        )
    if _SCRIPT_START.search(text):
        raise InputError(
            f"`folium_map` holds a script in its HTML, in element {name.rsplit('_', 1)[0]!r}; the "
            "page's policy would not run it. Add it to get_root().script instead."
        )
    return text


def _text(name: str, child: Element, ids: set[str]) -> str:
    """Text of a child of the page, without reading rendered text as a template again.

    branca wraps what an element rendered in a new `Element`, whose own `render` runs it as a
    template: text from data would run as code. Such children carry the name of the element that
    rendered them; only what a user added as a template of their own is rendered here.
    """
    rendered = type(child) is Element and bool(
        ids.intersection(_ID.findall(name)) - {_id_of(child)}
    )
    return str(child._template_str if rendered else child.render())  # noqa: SLF001 - no accessor


def _policy(scripts: list[str]) -> str:
    """Content-Security-Policy: the scripts we wrote, no connection, nothing else."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        for text in scripts
    ]
    allowed = " ".join(f"'sha256-{value}'" for value in dict.fromkeys(hashes))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; font-src data:; connect-src 'none'; base-uri 'none'; "
        "form-action 'none'"
    )


def _script(text: str) -> str:
    """Keep a script inside its tag, and equal to what the browser will hash.

    ``</script`` and ``<!--`` only stand in strings and comments of a script, where a backslash
    before them changes nothing. A browser reads CR as LF and NUL as U+FFFD.
    """
    inside = re.sub(r"<(?=/script|!--)", r"<\\", text, flags=re.IGNORECASE)
    return _SURROGATE.sub("\ufffd", newlines(inside).replace("\0", "\ufffd"))
