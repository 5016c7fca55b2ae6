"""Small charts as SVG, drawn here: they need no script, print sharply, and read in grey.

Every chart says in words what it shows, for those who cannot see it. All text goes through
`html_text`; numbers come as numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from est_geo.sharing.escaping import html_text

if TYPE_CHECKING:
    from collections.abc import Sequence

# Light to dark; each step is clearly darker also on a photocopy.
RAMP = ("#f4f4f2", "#dcd6e8", "#b8abd1", "#8f7bb5", "#654c94", "#3b2369")
_INK, _GREY, _BAND, _RULE = "#222222", "#5f5f5f", "#dddddd", "#9a9a9a"
_HIDDEN = "#c4c4c2"
_DAYS, _HOURS = 7, 24
_CELL_W, _CELL_H, _LEFT, _TOP = 13, 13, 26, 2
_SQUARE, _GAP = 11, 3
_FONT = 'font-family="system-ui, sans-serif" font-size="10.5"'


class Week(NamedTuple):
    """One point of a chart of weeks: its label, its count, and what is usual (None: not known)."""

    label: str
    n: float
    low: float | None = None
    high: float | None = None
    complete: bool = True


def month_squares(seen: Sequence[bool], texts: Sequence[str]) -> str:
    """Draw a row of small squares, oldest first, filled where something happened.

    Parameters
    ----------
    seen : sequence of n bool
        Whether each month had an incident.
    texts : sequence of n str
        What each square says: "november: händelser".
    """
    width = len(seen) * (_SQUARE + _GAP) - _GAP
    marks = []
    for position, (filled, text) in enumerate(zip(seen, texts, strict=True)):
        at = position * (_SQUARE + _GAP) + 0.5
        fill = _INK if filled else "none"
        marks.append(
            f'<rect x="{at}" y="0.5" width="{_SQUARE - 1}" height="{_SQUARE - 1}" fill="{fill}" '
            f'stroke="{_INK if filled else _RULE}"><title>{html_text(text)}</title></rect>'
        )
    return _svg(max(width, 1), _SQUARE, "; ".join(texts), "".join(marks), kind="squares")


def week_strip(
    weights: Sequence[float | None], *, days: Sequence[str], says: str, most: float | None = None
) -> str:
    """Draw weekday by hour as a grid of 7 × 24 squares, darker for more.

    Parameters
    ----------
    weights : sequence of 168 float or None
        Monday 00 first. None is not shown to this audience: a hollow square, not a light one.
    days : sequence of 7 str
        Short names of the days, Monday first.
    says : str
        The chart in words.
    most : float, optional
        What the darkest squares hold; by default the largest weight.
    """
    top = max((w for w in weights if w is not None), default=0.0) if most is None else most
    width = _LEFT + _HOURS * _CELL_W + 8
    height = _TOP + _DAYS * _CELL_H + 15
    parts = []
    for bin_, weight in enumerate(weights):
        day, hour = divmod(bin_, _HOURS)
        x, y = _LEFT + hour * _CELL_W, _TOP + day * _CELL_H
        if weight is None:
            parts.append(
                f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{_CELL_W - 2}" height="{_CELL_H - 2}" '
                f'fill="none" stroke="{_HIDDEN}" stroke-dasharray="1.5 1.5"/>'
            )
            continue
        parts.append(
            f'<rect x="{x}" y="{y}" width="{_CELL_W - 1}" height="{_CELL_H - 1}" '
            f'fill="{shade(weight, top)}"/>'
        )
    for day, name in enumerate(days):
        at = _TOP + day * _CELL_H + 10
        parts.append(f'<text x="{_LEFT - 5}" y="{at}" text-anchor="end">{html_text(name)}</text>')
    for hour in range(0, _HOURS + 1, 4):
        at = _LEFT + hour * _CELL_W
        parts.append(
            f'<text x="{at}" y="{height - 3}" text-anchor="middle">{hour:02d}</text>'
            f'<path d="M{at - 0.5} {_TOP}V{height - 13}" stroke="{_RULE}" stroke-width="0.7"/>'
        )
    return _svg(width, height, says, "".join(parts), kind="strip")


def shade(weight: float, most: float) -> str:
    """Choose the colour of a weight: none has the lightest, the rest five equal steps."""
    if not weight > 0 or not most > 0:
        return RAMP[0]
    return RAMP[min(len(RAMP) - 1, math.ceil(weight / most * (len(RAMP) - 1) - 1e-9) or 1)]


def week_line(weeks: Sequence[Week], *, says: str) -> str:
    """Draw counts by week as a line, with the band of what is usual behind, from zero up.

    Parameters
    ----------
    weeks : sequence of Week
        In order of time. An incomplete week is a hollow point without a line to it.
    says : str
        The chart in words.
    """
    width, height, left, right, top, bottom = 640, 150, 30, 12, 8, 22
    highest = max([1.0, *(w.n for w in weeks), *(w.high or 0 for w in weeks)])
    step = _nice_step(highest)
    limit = math.ceil(highest / step - 1e-9) * step
    across = (width - left - right) / max(len(weeks) - 1, 1)

    def at(position: int, value: float) -> tuple[float, float]:
        return (
            round(left + position * across, 1),
            round(top + (height - top - bottom) * (1 - value / limit), 1),
        )

    parts = [
        f'<path d="M{left} {at(0, v)[1]}H{width - right}" stroke="#e4e4e2"/>'
        f'<text x="{left - 5}" y="{at(0, v)[1] + 3.5}" text-anchor="end">{_plain(v)}</text>'
        for v in (i * step for i in range(int(limit / step) + 1))
    ]
    banded = [(i, w) for i, w in enumerate(weeks) if w.low is not None and w.high is not None]
    if banded:
        upper = [at(i, w.high or 0.0) for i, w in banded]
        lower = [at(i, w.low or 0.0) for i, w in reversed(banded)]
        parts.append(f'<path d="M{_path([*upper, *lower])}Z" fill="{_BAND}"/>')
    whole = [at(i, w.n) for i, w in enumerate(weeks) if w.complete]
    if whole:
        parts.append(f'<path d="M{_path(whole)}" fill="none" stroke="{_INK}" stroke-width="1.6"/>')
        parts.append(f'<circle cx="{whole[-1][0]}" cy="{whole[-1][1]}" r="3.2" fill="{_INK}"/>')
    parts.extend(
        f'<circle cx="{at(i, w.n)[0]}" cy="{at(i, w.n)[1]}" r="3.2" fill="#fff" '
        f'stroke="{_INK}" stroke-dasharray="2 1.5"/>'
        for i, w in enumerate(weeks)
        if not w.complete
    )
    every = max(1, math.ceil(len(weeks) / 9))
    for position in range((len(weeks) - 1) % every, len(weeks), every):
        x = at(position, 0)[0]
        label = html_text(weeks[position].label)
        parts.append(f'<text x="{x}" y="{height - 6}" text-anchor="middle">{label}</text>')
    return _svg(width, height, says, "".join(parts), kind="line")


def _nice_step(highest: float) -> float:
    """Choose a step between lines: 1, 2 or 5 times a power of ten, at most five of them."""
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 1 else 1.0
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x} {y}" for x, y in points)


def _plain(value: float) -> str:
    return f"{value:.0f}"


def _svg(width: float, height: float, says: str, inside: str, *, kind: str) -> str:
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{html_text(says)}" {_FONT} fill="{_GREY}">'
        f"{inside}</svg>"
    )
