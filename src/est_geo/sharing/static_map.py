"""The map as a picture for Word, and for notebooks printed on paper: what the page shows, standing.

Everything is drawn from what the page is drawn from, so that the two cannot say different things.
Matplotlib draws; it is imported when it is first used.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from typing import TYPE_CHECKING, Any

from est_geo.sharing.static_features import Drawing, draw_features, plain, swatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches; the picture is 8 inches wide whatever its width in pixels, so that text keeps its size.
_WIDTH = 8.0
_EDGE = 0.2
_LEGEND = 2.1
_TALLEST, _LOWEST = 8.0, 3.6
_LINE = 0.145  # of the legend's small text
_LEGEND_LETTERS, _FOOT_LETTERS, _TITLE_LETTERS = 36, 128, 62
_GREY = "#4d4d4d"
_QUIET = {"areas", "background"}  # layers that need no explanation, unless they have classes


def static_png(content: Mapping[str, Any], *, width: int) -> bytes:
    """Draw a page's content as a PNG.

    Parameters
    ----------
    content : dict
        `title`, `period`, `shown`, `bounds`, `layers`, `source` and `words`, as
        `est_geo.sharing.map.page_content` makes them.
    width : int
        Width in pixels.

    Returns
    -------
    bytes
        The same for the same content.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        import matplotlib.style as styles  # noqa: PLC0415 - felt only where used
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise ImportError("to_png needs matplotlib: pip install matplotlib") from error
    # A user's own settings of matplotlib are for other pictures than this one.
    # Hinting bends the small numbers in the signs until they look like another typeface.
    look: list[Any] = ["default", {"text.hinting": "none"}]
    with styles.context(look), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is all there is to say of it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(dpi=width / _WIDTH, facecolor="white")
        FigureCanvasAgg(figure)
        _lay_out(figure, content)
        written = io.BytesIO()
        figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _lay_out(figure: Figure, content: Mapping[str, Any]) -> None:
    """Heading on top, the map and its legend side by side, and under them who says so."""
    shown = [layer for layer in content["layers"] if layer.get("show", True)]
    title = _wrapped(content["title"], _TITLE_LETTERS, lines=2)
    told = _wrapped(f"{content['period']} · {content['shown']}", 100, lines=1)
    foot = _wrapped(" · ".join(content["source"]), _FOOT_LETTERS, lines=4)
    head_in = _EDGE + 0.26 * len(title) + 0.2 * len(told) + 0.08
    foot_in = _EDGE + 0.15 * len(foot)
    drawing = Drawing.of(content["bounds"])
    map_width = _WIDTH - 3 * _EDGE - _LEGEND
    map_in = min(max(map_width * drawing.height_m / drawing.width_m, _LOWEST), _TALLEST)
    blocks = _legend_blocks(shown)
    legend_in = sum(len(lines) for lines, *_ in blocks) * _LINE + 0.09 * len(blocks)
    map_in = max(map_in, min(legend_in + 0.3, _TALLEST + 2))
    height = head_in + map_in + foot_in
    figure.set_size_inches(_WIDTH, height)

    def write(x: float, y: float, text: str, **style: Any) -> None:  # noqa: ANN401 - matplotlib's own
        figure.text(
            x / _WIDTH, 1 - y / height, text, va="top", ha="left", parse_math=False, **style
        )

    y = _EDGE
    for line in title:
        write(_EDGE, y, line, fontsize=15, fontweight="bold", color="#1f1f1f")
        y += 0.26
    for line in told:
        write(_EDGE, y + 0.02, line, fontsize=9.5, color=_GREY)
    y = head_in + map_in + 0.08
    for line in foot:
        write(_EDGE, y, line, fontsize=7.5, color=_GREY)
        y += 0.15

    bottom = foot_in / height
    axes = figure.add_axes(
        (_EDGE / _WIDTH, bottom, map_width / _WIDTH, map_in / height), facecolor="#f4f4f2"
    )
    _draw_map(axes, drawing, shown, size=(map_width, map_in))
    legend = figure.add_axes(
        ((2 * _EDGE + map_width) / _WIDTH, bottom, _LEGEND / _WIDTH, map_in / height)
    )
    _draw_legend(legend, blocks, height=map_in)


def _draw_map(
    axes: Axes, drawing: Drawing, shown: Sequence[Mapping[str, Any]], *, size: tuple[float, float]
) -> None:
    """Draw the layers with room for the scale bar, metres the same both ways, north up."""
    width, height = size
    metres = 1.06 * max(drawing.width_m / width, drawing.height_m / height)  # in an inch
    axes.set_xlim(-metres * width / 2, metres * width / 2)
    axes.set_ylim(-metres * height / 2, metres * height / 2)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set(color="#9a9a9a", linewidth=0.7)
    draw_features(axes, drawing, shown, metres_a_point=metres / 72)
    length = _round_length(metres * width / 4)
    x, y = -metres * (width / 2 - 0.12), -metres * (height / 2 - 0.12)
    bar: dict[str, Any] = {"color": "#1f1f1f", "linewidth": 1.2, "zorder": 60}
    axes.plot([x, x, x + length, x + length], [y + metres * 0.05, y, y, y + metres * 0.05], **bar)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004 - a km
    axes.text(
        x + length / 2, y + metres * 0.04, text, ha="center", va="bottom", fontsize=7, zorder=60
    )
    north = axes.get_xlim()[1] - metres * 0.14
    top = axes.get_ylim()[1] - metres * 0.1
    axes.annotate(
        "",
        (north, top),
        (north, top - metres * 0.3),
        arrowprops={"arrowstyle": "-|>", "color": "#1f1f1f", "linewidth": 1.0},
        zorder=60,
    )
    axes.text(north, top - metres * 0.32, "N", ha="center", va="top", fontsize=7, zorder=60)


def _round_length(metres: float) -> float:
    """Round a length down to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** (len(str(int(max(metres, 1)))) - 1)
    return power * max(step for step in (1, 2, 5) if step * power <= max(metres, 1))


Block = tuple[list[str], str, str, str]  # lines, sign, colour, kind of text


def _legend_blocks(shown: Sequence[Mapping[str, Any]]) -> list[Block]:
    """List what the legend says: for each layer its name and number, its unit, its signs."""
    blocks: list[Block] = []
    # The highest layer first, as on the page.
    for layer in reversed(shown):
        rows = layer.get("legend", [])
        if not layer.get("features") or (layer["key"] in _QUIET and not rows):
            continue
        count = layer.get("count")
        name = f"{layer['name']} ({count})" if count else layer["name"]
        blocks.append((_wrapped(name, _LEGEND_LETTERS - 4, lines=2), "", "", "name"))
        if layer.get("unit"):
            blocks.append((_wrapped(layer["unit"], _LEGEND_LETTERS, lines=2), "", "", "unit"))
        blocks += [
            (_wrapped(text, _LEGEND_LETTERS - 6, lines=4), sign, color, "row")
            for sign, color, text in rows
        ]
    return blocks


def _draw_legend(axes: Axes, blocks: Sequence[Block], *, height: float) -> None:
    """Write the legend from the top, in inches."""
    axes.set_xlim(0, _LEGEND)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    y = height - 0.02
    for lines, sign, color, kind in blocks:
        if kind == "name" and y < height - 0.1:
            y -= 0.09
        if sign:
            swatch(axes, sign, color, at=(0.14, y - 0.065))
        for line in lines:
            axes.text(
                0.34 if kind == "row" else 0,
                y,
                line,
                va="top",
                fontsize=8.5 if kind == "name" else 7.5,
                fontweight="bold" if kind == "name" else "normal",
                color=_GREY if kind == "unit" else "#1f1f1f",
                parse_math=False,
            )
            y -= _LINE
        y -= 0.05


def _wrapped(text: str, letters: int, *, lines: int) -> list[str]:
    """Break text into lines, and cut what is more than there is room for."""
    broken = textwrap.wrap(
        plain(text), letters, max_lines=lines, placeholder=" …", break_long_words=True
    )
    return broken or [""]
