"""The features of a page's layers, drawn with matplotlib: the same shapes, colours and signs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from numpy.typing import NDArray

_MILLIONTHS = 1e6
_METRES_A_DEGREE = 111_320.0
_DARK, _RED, _BLUE = "#2b2b2b", "#b2182b", "#14508c"
_LONGEST = 300
_POINTS_A_PIXEL = 0.55  # a page of 1 050 pixels is as wide as this picture of 8 inches
_FEW = 10  # numbers of places shown, as on a page that nobody has zoomed into

# As in assets/layers.js: order, and how a path is drawn.
_STYLES: dict[str, tuple[float, dict[str, Any]]] = {
    "area": (1, {"facecolor": "white", "edgecolor": "none"}),
    "water": (2, {"facecolor": "#dbe6ee", "edgecolor": "none"}),
    "street": (3, {"edgecolor": "#d9d9d4", "linewidth": 0.7, "facecolor": "none"}),
    "railway": (3, {"edgecolor": "#b4b4ae", "linewidth": 0.9, "linestyle": (0, (5, 2))}),
    "class": (5, {"edgecolor": "none", "alpha": 0.85}),
    "border": (6, {"edgecolor": "#9a9a9a", "linewidth": 0.7, "facecolor": "none"}),
    "hot": (7, {"edgecolor": "#4b2482", "linewidth": 1.9, "facecolor": "none"}),
    "cell": (8, {"edgecolor": _BLUE, "linewidth": 1.1, "facecolor": "#14508c1f"}),
    "place": (9, {"edgecolor": _RED, "linewidth": 1.2, "linestyle": (0, (3, 2.2))}),
}
# Signs, those that get room first; the last three are left out where there is none.
_TURNS = ("ring", "plaza", "diamond", "pill", "square", "rank", "cell", "name")
_HIDES = {"rank", "cell", "name"}
_SIZES = {
    "ring": 20,
    "plaza": 20,
    "diamond": 20,
    "pill": 24,
    "square": 20,
    "rank": 20,
    "cell": 18,
    "name": 18,
}
_AROUND = ((0, 1), (0.8, 0.8), (-0.8, 0.8), (1.1, 0), (-1.1, 0), (0.8, -0.8), (-0.8, -0.8), (0, -1))
_SYMBOLS = {"red": "▲", "yellow": "●", "reporting": "◇"}


def plain(text: object) -> str:
    """Text that only is read: one line, nothing that turns or hides it, not without end."""
    letters = "".join(letter if letter.isprintable() else " " for letter in str(text)[:5_000])
    return " ".join(letters.split())[:_LONGEST]


@dataclass(frozen=True)
class Drawing:
    """Metres around the middle of the map, from degrees; right to a thousandth in a municipality.

    Attributes
    ----------
    latitude, longitude : float
        Of the middle.
    width_m, height_m : float
        Of what has to be in the picture.
    """

    latitude: float
    longitude: float
    width_m: float
    height_m: float

    @classmethod
    def of(cls, bounds: Sequence[Sequence[float]]) -> Drawing:
        """Make room for (south, west) to (north, east)."""
        (south, west), (north, east) = bounds
        middle = (south + north) / 2
        return cls(
            latitude=middle,
            longitude=(west + east) / 2,
            width_m=max((east - west) * _metres_a_longitude(middle), 1.0),
            height_m=max((north - south) * _METRES_A_DEGREE, 1.0),
        )

    def points(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Metres east and north of the middle, of latitudes and longitudes."""
        scale = np.array([_metres_a_longitude(self.latitude), _METRES_A_DEGREE])
        metres: NDArray[np.float64] = (degrees - [self.latitude, self.longitude])[:, ::-1] * scale
        return metres

    def line(self, steps: Sequence[int]) -> NDArray[np.float64]:
        """Metres of the points of a line, written as steps in millionths of a degree."""
        whole = np.cumsum(np.asarray(steps, dtype=np.int64).reshape(-1, 2), axis=0)
        return self.points(whole / _MILLIONTHS)


def draw_features(
    axes: Axes, drawing: Drawing, layers: Iterable[Mapping[str, Any]], *, metres_a_point: float
) -> None:
    """Draw paths in the order of their styles, then the signs that there is room for."""
    signs: list[tuple[str, Mapping[str, Any]]] = []
    for layer in layers:
        for feature in layer.get("features", []):
            style = str(feature.get("style") or layer.get("style"))
            if "shape" in feature or "lines" in feature:
                _draw_path(axes, drawing, feature, style)
                if style == "area":
                    _draw_path(axes, drawing, feature, "border")
            if feature.get("label") or feature.get("parts"):
                signs.append((feature.get("sign") or layer["sign"], feature))
            if feature.get("name"):
                signs.append(("name", feature))
    for kind, feature, at, size in _arranged(signs, drawing, metres_a_point):
        _draw_sign(axes, kind, feature, at=at, size=size)


def _metres_a_longitude(latitude: float) -> float:
    return _METRES_A_DEGREE * math.cos(math.radians(latitude))


def _draw_path(axes: Axes, drawing: Drawing, feature: Mapping[str, Any], style: str) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - felt only where used

    order, options = _STYLES[style]
    look = {"facecolor": "none"} | options
    if feature.get("color") and style != "border":
        look["facecolor"] = feature["color"]
    # Not add_patch, which measures every curve of a path to find limits that are already set.
    axes.add_artist(PathPatch(_path(drawing, feature), zorder=order, **look))


def _path(drawing: Drawing, feature: Mapping[str, Any]) -> Path:
    """Put the lines or the rings of a feature into one path; a ring within a ring is a hole."""
    from matplotlib.path import Path  # noqa: PLC0415 - felt only where used

    closed = "lines" not in feature
    if closed:
        lines = [
            _turned(drawing.line(steps), outer=i == 0)
            for polygon in feature["shape"]
            for i, steps in enumerate(polygon)
        ]
    else:
        lines = [drawing.line(steps) for steps in feature["lines"]]
    vertices, codes = [], []
    for line in lines:
        code = np.full(len(line), Path.LINETO, dtype=Path.code_type)
        code[0] = Path.MOVETO
        if closed:
            code[-1] = Path.CLOSEPOLY
        vertices.append(line)
        codes.append(code)
    if not vertices:
        return Path(np.empty((0, 2)))
    return Path(np.vstack(vertices), np.concatenate(codes))


def _turned(ring: NDArray[np.float64], *, outer: bool) -> NDArray[np.float64]:
    """Close a ring and turn it: outlines to the left and holes to the right are filled between."""
    closed = np.vstack([ring, ring[:1]])
    x, y = closed.T
    leftward = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) > 0
    return closed if leftward == outer else closed[::-1]


def _arranged(
    signs: Sequence[tuple[str, Mapping[str, Any]]], drawing: Drawing, metres_a_point: float
) -> list[tuple[str, Mapping[str, Any], tuple[float, float], float]]:
    """Give each sign a place in metres where it covers no number, as assets/layers.js does."""
    taken: list[tuple[float, float, float, float]] = []
    placed = []
    turn = {kind: i for i, kind in enumerate(_TURNS)}
    for kind, feature in sorted(signs, key=lambda sign: (turn[sign[0]], sign[1].get("order", 0))):
        if kind in {"rank", "cell"} and feature.get("order", 0) > _FEW:
            continue
        x, y = drawing.points(np.array([feature["at"]], dtype=float))[0] / metres_a_point
        size = feature.get("size", _SIZES[kind]) * _POINTS_A_PIXEL
        width, height = _extent(kind, feature, size)
        far = (1, 1.5) if kind in _HIDES else (0.8, 1.6)
        around = [(dx * d * size, dy * d * size) for d in far for dx, dy in _AROUND]
        if kind == "name":
            around = [(0, dy * size) for dy in (0.8, -0.8, 1.4, -1.4)]
        part = 0.75 if kind in {"ring", "plaza", "diamond"} else 1.0
        for dx, dy in [(0, 0), *around]:
            box = (x + dx, y + dy, width * part, height * part)
            if all(_apart(box, other) for other in taken):
                break
        else:
            if kind in _HIDES:
                continue
            dx, dy = 0.0, 0.0
        taken.append((x + dx, y + dy, width, height))
        placed.append((kind, feature, ((x + dx) * metres_a_point, (y + dy) * metres_a_point), size))
    return placed


def _extent(kind: str, feature: Mapping[str, Any], size: float) -> tuple[float, float]:
    """Width and height of a sign in points; of text about as it will be."""
    if kind == "name":
        letters = max(len(plain(feature["name"])[:30]), len(str(feature.get("value", ""))))
        return 4.6 * letters, 9.0 + (8.0 if feature.get("value") else 0)
    if kind == "pill":
        return 6.0 * len(_parts(feature)) + 8, size
    return size, size


def _apart(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return abs(a[0] - b[0]) >= (a[2] + b[2]) / 2 or abs(a[1] - b[1]) >= (a[3] + b[3]) / 2


def _parts(feature: Mapping[str, Any]) -> str:
    """Write how many deviations of each kind there are."""
    return "  ".join(f"{_SYMBOLS.get(signal, '')}{plain(n)}" for signal, n in feature["parts"])


def _draw_sign(
    axes: Axes, kind: str, feature: Mapping[str, Any], *, at: tuple[float, float], size: float
) -> None:
    from matplotlib.patheffects import withStroke  # noqa: PLC0415 - felt only where used

    text: dict[str, Any] = {"ha": "center", "va": "center", "parse_math": False, "clip_on": True}
    white = [withStroke(linewidth=1.6, foreground="white")]
    if kind == "name":
        name = plain(feature["name"])[:30]
        value = plain(feature.get("value", ""))
        said = f"{name}\n{value}" if value else name
        axes.text(*at, said, fontsize=7, color="#555", path_effects=white, zorder=20, **text)
        return
    if kind == "pill":
        box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": _DARK}
        axes.text(*at, _parts(feature), fontsize=7, zorder=40, bbox=box, **text)
        return
    _draw_mark(axes, kind, at=at, size=size, order=31 + _TURNS[::-1].index(kind))
    color = "white" if kind in {"rank", "square"} else "#1f1f1f"
    label = plain(feature["label"])[:4]
    axes.text(
        *at, label, fontsize=6.2, fontweight="bold", color=color,
        zorder=31.5 + _TURNS[::-1].index(kind), **text | {"va": "center_baseline"},
    )  # fmt: skip


def _draw_mark(
    axes: Axes, kind: str, *, at: tuple[float, float], size: float, order: float
) -> None:
    """Draw a sign without its number, `size` points across."""
    marks: dict[str, tuple[str, dict[str, Any]]] = {
        "ring": ("o", {"color": "white", "edgecolors": _DARK, "linewidths": 1.4}),
        "plaza": ("s", {"color": "white", "edgecolors": _DARK, "linewidths": 1.4}),
        "diamond": ("D", {"color": "white", "edgecolors": _DARK, "linestyles": ":"}),
        "rank": ("o", {"color": _DARK, "edgecolors": "white", "linewidths": 0.8}),
        "square": ("s", {"color": _BLUE, "edgecolors": "white", "linewidths": 0.8}),
        "cell": ("s", {"color": "white", "edgecolors": _BLUE, "linewidths": 0.9}),
    }
    marker, look = marks[kind]
    across = size * (0.7 if kind == "diamond" else 0.9)
    axes.scatter(*at, s=across**2, marker=marker, zorder=order, **look)


def swatch(axes: Axes, sign: str, color: str, *, at: tuple[float, float]) -> None:
    """Draw what a row of the legend explains; the axes are in inches."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - felt only where used

    x, y = at
    if sign in _SYMBOLS:
        shade = {"red": _RED, "yellow": "#7a5500"}.get(sign, _DARK)
        axes.text(x, y, _SYMBOLS[sign], ha="center", va="center", fontsize=8, color=shade)
    elif sign in {"ring", "plaza", "diamond", "rank", "square"}:
        _draw_mark(axes, sign, at=at, size=10, order=2)
    elif sign in _STYLES:
        look = {"facecolor": "none"} | _STYLES[sign][1]
        if sign == "class":
            look |= {"facecolor": color, "edgecolor": "#9a9a9a", "linewidth": 0.3}
        axes.add_patch(Rectangle((x - 0.12, y - 0.05), 0.24, 0.1, **look))
