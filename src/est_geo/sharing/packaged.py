"""Scripts and styles for pages: our own, and those that packages on this machine bring."""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from importlib import import_module, resources
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin

# Last part of an address -> the package that brings the file.
PACKAGED = {
    "leaflet.js": "xstatic.pkg.leaflet",
    "leaflet.css": "xstatic.pkg.leaflet",
    "leaflet.markercluster.js": "xstatic.pkg.leaflet_markercluster",
    "MarkerCluster.css": "xstatic.pkg.leaflet_markercluster",
    "MarkerCluster.Default.css": "xstatic.pkg.leaflet_markercluster",
}
_MARKERS = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png"}
_SHADOW = {"shadowUrl": "marker-shadow.png"}
_CSS_URL = re.compile(r"url\(\s*[\"']?(?!data:|#)([^\"')]+)[\"']?\s*\)")


@cache
def read_asset(name: str) -> str:
    """Read a script or style of our own pages, without its comments and what spaces it can spare.

    Every page carries them whole: the files are for people, a third of them is not for browsers.
    """
    source = resources.files("est_geo.sharing") / "assets" / name
    text = newlines(source.read_text(encoding="utf-8"))
    return str(jsmin(text) if name.endswith(".js") else cssmin(text))


def newlines(text: str) -> str:
    """End lines as a browser does when it reads a page."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _packaged(file: str) -> Path:
    package = import_module(PACKAGED[file])
    return Path(str(package.BASE_DIR)) / file


def _picture(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def packaged_style(file: str) -> str:
    """Style sheet with its pictures inside."""
    path = _packaged(file)

    def embed(match: re.Match[str]) -> str:
        return f"url({_picture(path.parent / match[1])})"

    return _CSS_URL.sub(embed, newlines(path.read_text(encoding="utf-8")))


def packaged_script(file: str) -> str:
    """Script without its reference to a source map, which a browser would try to fetch."""
    path = _packaged(file)
    text = newlines(path.read_text(encoding="utf-8-sig"))
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    if file == "leaflet.js":
        images = path.parent / "images"
        icons = {key: _picture(images / name) for key, name in (_MARKERS | _SHADOW).items()}
        # Leaflet finds its marker by the address of its style sheet, which a single file has not.
        # Without tiles it knows no largest zoom either, and clusters would never draw.
        text += (
            f"\nL.Icon.Default.mergeOptions({json.dumps(icons)});"
            "\nL.Map.mergeOptions({maxZoom: 19});\n"
        )
    return text
