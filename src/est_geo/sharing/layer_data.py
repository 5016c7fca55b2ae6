"""What every layer's data hold, and the colours they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from est_geo.sharing.map_words import map_words
from est_geo.sharing.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

Feature = dict[str, Any]
LayerData = dict[str, Any]

# One sequential ramp, light to dark violet; in order also in greyscale and to colour-blind eyes.
RAMP = ("#e3daf0", "#c4b1df", "#a184c9", "#7a54ab", "#4b2482")


def layer_data(
    key: str, features: list[Feature], language: str, *, show: bool, **more: object
) -> LayerData:
    """Put features under the layer's key and its name in a language."""
    return {
        "key": key,
        "name": map_words(language)[key],
        "show": show,
        "language": language,
        "features": features,
        "legend": [],
        **more,
    }


def signs(
    features: list[Feature], *rows: tuple[str, str], language: str, of: int | None = None
) -> LayerData:
    """Legend of the signs of a layer, and how many features are drawn `of` how many."""
    shown = number(len(features), language) if features else map_words(language)["none"]
    some = of is not None and of != len(features)
    count = map_words(language)["some_of"].format(shown, number(of or 0, language))
    return {
        "legend": [[sign, "", meaning] for sign, meaning in rows] if features else [],
        "count": count if some else shown,
    }


def class_legend(colors: Sequence[str], labels: Sequence[str]) -> list[list[str]]:
    """Legend of classes, the highest on top."""
    return [["class", color, label] for color, label in zip(colors, labels, strict=True)][::-1]


def ramp(count: int) -> list[str]:
    """Colours for a number of classes, evenly spaced on the ramp, darkest last.

    >>> ramp(1), ramp(2)
    (['#4b2482'], ['#e3daf0', '#4b2482'])
    """
    stops = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in RAMP])
    where = np.linspace(0, len(RAMP) - 1, count) if count > 1 else np.array([len(RAMP) - 1.0])
    channels = [np.interp(where, np.arange(len(RAMP)), stops[:, i]) for i in range(3)]
    return ["#" + "".join(f"{round(v):02x}" for v in rgb) for rgb in zip(*channels, strict=True)]
