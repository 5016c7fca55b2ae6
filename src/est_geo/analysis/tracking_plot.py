"""Draw the history of a place with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from est_geo.checks import check_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from est_geo.periods import Period

CHANGES = {
    "sv": {
        "new": "ny",
        "remains": "kvar",
        "grows": "växer",
        "shrinks": "minskar",
        "split": "delad",
        "merged": "sammanslagen",
        "gone": "borta",
        "back": "åter",
    },
    "en": {
        word: word
        for word in ("new", "remains", "grows", "shrinks", "split", "merged", "gone", "back")
    },
}
_INCIDENTS = {"sv": "Händelser", "en": "Incidents"}
_BAR, _INK = "#595959", "#1a1a1a"
_LABELS_AT_MOST = 13


def draw(
    counts: pd.Series,
    history: pd.DataFrame,
    periods: Sequence[Period],
    *,
    language: str,
    ax: Axes | None,
) -> Axes:
    """Draw a bar for each period, and in words what changed.

    Parameters
    ----------
    counts : Series of int
        Incidents by period, 0 where the place was none.
    history : DataFrame
        The rows of the place.
    periods : sequence of Period
        Those of `counts`.
    language : {"sv", "en"}
        Of the labels.
    ax : Axes or None
        Where to draw; None makes a new figure.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    check_choice(language, tuple(CHANGES), name="language")
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - felt only where used
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415
    except ImportError as error:
        raise ImportError("plot needs matplotlib: pip install matplotlib") from error
    axes = plt.subplots(figsize=(8, 3), layout="constrained")[1] if ax is None else ax
    positions = range(len(counts))
    axes.bar(positions, counts.to_numpy(), color=_BAR, width=0.8)
    change = history.set_index("period")["change"]
    top = max(int(counts.max()), 1)
    for position, (key, n) in enumerate(counts.items()):
        word = change.get(key, "remains")
        if word == "remains":
            continue
        axes.annotate(
            CHANGES[language][word],
            (position, n),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            rotation=90,
            color=_INK,
            fontsize="small",
            parse_math=False,
        )
    axes.set_ylim(0, top * 1.45)
    step = -(-len(counts) // _LABELS_AT_MOST)
    shown = list(positions)[::step]
    axes.set_xticks(shown, [periods[i].label(language, short=True) for i in shown], rotation=45)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(_INCIDENTS[language])
    # Names come from files: text, never a formula.
    axes.set_title(str(history["name"].iloc[-1]), loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    return axes
