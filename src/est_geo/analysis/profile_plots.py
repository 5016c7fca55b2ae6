"""Draw hours of the week and Lorenz curves with matplotlib, for those who have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from est_geo.analysis.aoristic import DAYS, HOURS
from est_geo.checks import check_choice, check_columns
from est_geo.errors import InputError
from est_geo.schema import LORENZ_POINTS, TIME_PROFILE, names

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Language = Literal["sv", "en"]
_WORDS = {
    "sv": {
        "days": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
        "hour": "kl.",
        "scale": "händelser i veckans timme",
        "units": "andel av alla adresser, de mest utsatta först (%)",
        "inflated": "andel av adresser med händelser, de mest utsatta först (%)",
        "incidents": "andel av händelserna (%)",
        "even": "jämnt fördelat",
        "half": "hälften",
    },
    "en": {
        "days": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "hour": "hour",
        "scale": "incidents in the hour of the week",
        "units": "share of all addresses, those with most first (%)",
        "inflated": "share of addresses with incidents, those with most first (%)",
        "incidents": "share of incidents (%)",
        "even": "evenly spread",
        "half": "half",
    },
}
_DARK, _GREY = "#3f2a6b", "#767676"
_PERCENT = 100
_HALF = 50


def plot_time_profile(
    profile: pd.DataFrame, *, language: Language = "sv", ax: Axes | None = None
) -> Axes:
    """Draw one profile as a grid of weekday and hour, from light (none) to dark (most).

    Parameters
    ----------
    profile : DataFrame of 168 rows
        From `time_profile`, of one group.
    language : {"sv", "en"}
        Of the labels.
    ax : matplotlib Axes, optional
        Where to draw; without it in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If the table holds another number of hours than one week has.
    ImportError
        If matplotlib is not installed.
    """
    check_columns(profile, name="profile", columns=names(TIME_PROFILE))
    check_choice(language, tuple(_WORDS), name="language")
    hours = profile["weekday"] * HOURS + profile["hour"]
    if len(profile) != DAYS * HOURS or hours.nunique() != DAYS * HOURS:
        raise InputError(
            f"`profile` has {len(profile)} rows, one profile has 168. Choose one group first."
        )
    said: dict[str, Any] = _WORDS[language]
    axes = _axes(ax, (8.0, 3.2))
    grid = np.zeros(DAYS * HOURS)
    grid[hours.to_numpy()] = profile["weight"]
    most = float(grid.max())
    drawn = axes.imshow(
        grid.reshape(DAYS, HOURS),
        cmap="Purples",
        vmin=0,
        vmax=most if most > 0 else 1,
        aspect="auto",
        extent=(0, HOURS, DAYS, 0),
    )
    axes.set_yticks(np.arange(DAYS) + 0.5, said["days"])
    axes.set_xticks(np.arange(0, HOURS + 1, 4), [f"{h:02d}" for h in range(0, HOURS + 1, 4)])
    axes.set_xlabel(said["hour"])
    axes.tick_params(length=0)
    axes.hlines(np.arange(1, DAYS), 0, HOURS, colors="white", linewidth=1)
    axes.vlines(np.arange(4, HOURS, 4), 0, DAYS, colors="white", linewidth=1)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.figure.colorbar(drawn, ax=axes, label=said["scale"], pad=0.02)
    return axes


def plot_lorenz(points: pd.DataFrame, *, language: Language = "sv", ax: Axes | None = None) -> Axes:
    """Draw a Lorenz curve, the units with most incidents first, and where half is reached.

    Parameters
    ----------
    points : DataFrame
        From `lorenz_points`.
    language : {"sv", "en"}
        Of the labels.
    ax : matplotlib Axes, optional
        Where to draw; without it in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If columns are missing.
    ImportError
        If matplotlib is not installed.
    """
    check_columns(points, name="points", columns=names(LORENZ_POINTS))
    check_choice(language, tuple(_WORDS), name="language")
    said: dict[str, Any] = _WORDS[language]
    axes = _axes(ax, (5.2, 5.0))
    units = points["share_of_units"].to_numpy(dtype=float) * _PERCENT
    held = points["share_of_incidents"].to_numpy(dtype=float) * _PERCENT
    axes.plot((0, _PERCENT), (0, _PERCENT), color=_GREY, linewidth=1, linestyle="--")
    axes.annotate(
        said["even"], (72, 66), color=_GREY, rotation=45, rotation_mode="anchor", ha="center"
    )
    axes.plot(units, held, color=_DARK, linewidth=2)
    if len(points):
        at = float(np.interp(_HALF, held, units))
        axes.plot((0, at, at), (_HALF, _HALF, 0), color=_DARK, linewidth=1, linestyle=":")
        text = f"{at:.1f}".replace(".", "," if language == "sv" else ".")
        axes.annotate(
            f"{said['half']}: {text} %", (at, _HALF), (8, -4), textcoords="offset points",
            va="top", color=_DARK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    inflated = points.attrs.get("lorenz_points", {}).get("inflated", False)
    axes.set_xlabel(said["inflated" if inflated else "units"])
    axes.set_ylabel(said["incidents"])
    axes.set_xlim(0, _PERCENT)
    axes.set_ylim(0, _PERCENT)
    axes.set_aspect("equal")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def _axes(ax: Axes | None, inches: tuple[float, float]) -> Axes:
    """Give the axes to draw on, new ones where there are none."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - felt only where used
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install matplotlib") from error
    return plt.subplots(figsize=inches, layout="constrained")[1]
