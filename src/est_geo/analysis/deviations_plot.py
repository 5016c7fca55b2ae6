"""Draw counts by week with a band of what is usual, readable without colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from est_geo.errors import InputError
from est_geo.periods.labels import check_language
from est_geo.periods.parsing import parse_period
from est_geo.periods.period import period_number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from est_geo.periods import Period

_BASELINE = 26
_FEWEST = 12
_BAND = 1.5
_TICKS = 8
_WORDS = {
    "sv": {
        "all": "alla områden",
        "every": "alla kategorier",
        "n": "händelser per vecka",
        "week": "vecka",
        "band": "det vanliga, av de 26 veckorna före",
        "holiday": "helgvecka",
        "red": "röd",
        "yellow": "gul: håll ögonen på",
    },
    "en": {
        "all": "all areas",
        "every": "all categories",
        "n": "incidents a week",
        "week": "week",
        "band": "usual, from the 26 weeks before",
        "holiday": "holiday week",
        "red": "red",
        "yellow": "yellow: keep an eye on it",
    },
}
# Told apart by shape and by how dark they are, for a printer without colours.
_MARKS = {"red": ("D", "#8b0000"), "yellow": ("^", "#e0a800")}


class Shown(Protocol):
    """What is drawn of a `Deviations`, which builds on this module."""

    @property
    def table(self) -> pd.DataFrame:
        """Rows of the pictures."""

    @property
    def weekly(self) -> pd.DataFrame:
        """Counts by week."""

    @property
    def week(self) -> Period:
        """Last week."""

    @property
    def first_week(self) -> Period:
        """First week."""

    @property
    def holidays(self) -> frozenset[str]:
        """Holiday weeks."""


def root_band(mean: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give Wheeler's band around a mean count: ±1.5 on the scale of square roots.

    Parameters
    ----------
    mean : array of float
        Mean of earlier weeks.

    Returns
    -------
    tuple of array of float
        Lower and upper edge. For the eye only: it is not what makes a cell red.

    References
    ----------
    .. [1] Wheeler (2016), Tables and graphs for monitoring temporal crime trends, Int. J. of Police
       Science & Management 18(3).
    """
    root = np.sqrt(mean)
    return np.maximum(0, root - _BAND) ** 2, (root + _BAND) ** 2


def draw_weeks(
    found: Shown,
    *,
    district_id: str | None,
    place_id: str | None,
    category: str | None,
    weeks: int,
    language: str,
    ax: Axes | None,
) -> Axes:
    """Draw bars by week, the band, holiday weeks hatched, red and yellow weeks marked.

    See `Deviations.plot`.
    """
    check_language(language)
    says = _WORDS[language]
    counted, name = _series(found, district_id=district_id, place_id=place_id, category=category)
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - felt only where used
        from matplotlib import ticker  # noqa: PLC0415
    except ImportError as error:
        raise ImportError("plot needs matplotlib: pip install matplotlib") from error
    axes = plt.subplots(figsize=(9, 3.6), layout="constrained")[1] if ax is None else ax
    counts, first = _dense(counted, found)
    shown = min(weeks, len(counts))
    begin = len(counts) - shown
    place = np.arange(begin, len(counts))
    low, high = root_band(_means(counts)[begin:])
    periods = [period_number("week", first + int(i)) for i in place]
    bars = axes.bar(place, counts[begin:], width=0.8, color="0.72", edgecolor="0.35", linewidth=0.4)
    holiday = [period.key in found.holidays for period in periods]
    for bar, off in zip(bars, holiday, strict=True):
        if off:
            bar.set_hatch("////")
    # The band reaches half a week to either side, as the bars do.
    edges = np.append(place, place[-1] + 1) - 0.5
    axes.stairs(high, edges, baseline=low, fill=True, color="#1f4e79", alpha=0.18)
    axes.stairs(high, edges, baseline=None, color="#1f4e79", linewidth=1.2, label=says["band"])
    axes.stairs(low, edges, baseline=None, color="#1f4e79", linewidth=1.2)
    if any(holiday):
        axes.bar([0], [0], color="0.72", edgecolor="0.35", hatch="////", label=says["holiday"])
    for signal, (mark, colour) in _MARKS.items():
        at = [i for i in place if period_number("week", first + int(i)).key in _of(found, signal,
              district_id=district_id, place_id=place_id, category=category)]  # fmt: skip
        if at:
            axes.plot(at, counts[at] + _above(counts), mark, color=colour, markeredgecolor="black",
                      markersize=7, label=says[signal], linestyle="none")  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, max(1.0, float(np.nanmax([*high, *counts[begin:]])) * 1.15))
    step = max(1, shown // _TICKS)
    ticks = place[::-1][::step][::-1]
    labels = [period_number("week", first + int(i)) for i in ticks]
    axes.set_xticks(ticks, [f"{p.part}\n{p.year}" for p in labels])
    axes.set_xlabel(says["week"])
    axes.set_ylabel(says["n"])
    axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    title = f"{name or says['all']}: {says['every'] if category is None else category}"
    axes.set_title(title, loc="left", parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)
    drawn = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    order = [text for text in says.values() if text in drawn]
    axes.legend(
        [drawn[text] for text in order],
        order,
        frameon=False,
        fontsize="small",
        loc="upper left",
        ncols=4,
    )
    return axes


def _series(
    found: Shown, *, district_id: str | None, place_id: str | None, category: str | None
) -> tuple[pd.DataFrame, str | None]:
    """Take the counts of what is drawn, and what it is called."""
    rows, table = found.weekly, found.table
    name = None
    if place_id is not None:
        rows, table = _only(rows, table, "place_id", place_id)
        name = table["place"].iloc[0]
    else:
        rows, table = rows[rows["place_id"].isna()], table[table["place_id"].isna()]
        if district_id is not None:
            rows, table = _only(rows, table, "district_id", district_id)
            name = table["district"].iloc[0]
    if category is not None:
        rows, _ = _only(rows, table, "category", category)
    return rows, name


def _only(
    rows: pd.DataFrame, table: pd.DataFrame, column: str, value: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the rows with a value that the table knows."""
    if not (table[column] == value).any():
        known = sorted(table[column].dropna().unique())[:5]
        raise InputError(
            f"`{column}` {str(value)[:40]!r} is not in the table. It has: {', '.join(known)} …"
        )
    return rows[rows[column] == value], table[table[column] == value]


def _dense(counted: pd.DataFrame, found: Shown) -> tuple[NDArray[np.int64], int]:
    """Count every complete week, and give the number of the first."""
    first = found.first_week.number
    counts = np.zeros(found.week.number - first + 1, dtype=np.int64)
    sums = counted.groupby("week")["n"].sum()
    for key, n in sums.items():
        counts[parse_period(str(key)).number - first] = n
    return counts, first


def _means(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean of the 26 weeks before each, of fewer down to 12; missing with fewer still."""
    sums = np.append(0, np.cumsum(counts))
    at = np.arange(len(counts))
    since = np.maximum(0, at - _BASELINE)
    length = at - since
    mean = (sums[at] - sums[since]) / np.maximum(length, 1)
    return np.where(length >= _FEWEST, mean, np.nan)


def _of(
    found: Shown,
    signal: str,
    *,
    district_id: str | None,
    place_id: str | None,
    category: str | None,
) -> set[str]:
    """Weeks in which exactly what is drawn had a signal."""
    table = found.table
    if category is None and table["category"].notna().any():
        return set()
    its = table[(table["view"] == "week") & (table["signal"] == signal)]
    if category is not None:
        its = its[its["category"] == category]
    if place_id is not None:
        return set(its.loc[its["place_id"] == place_id, "period"])
    if district_id is None:
        return set()
    return set(its.loc[its["place_id"].isna() & (its["district_id"] == district_id), "period"])


def _above(counts: NDArray[np.int64]) -> float:
    """How far above its bar a mark stands."""
    return 0.04 * max(1, int(counts.max()))
