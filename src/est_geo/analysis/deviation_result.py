"""What `deviations` gives: its tables, and how a notebook and a figure show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.analysis.deviation_pictures import SPAN
from est_geo.notebook import show_lines, show_table
from est_geo.periods import Period, parse_period
from est_geo.periods.period import period_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from est_geo.analysis.deviation_counts import Cells, Events

_SIGNALS = {"red": "röd", "yellow": "gul: håll ögonen på"}
_REPORTING = {"new": "ny rapportör", "changed": "ändrad rapportering"}
_VIEWS = {
    "week": "Vecka",
    "four_weeks": "Fyra veckor",
    "month": "Månad",
    "tertial": "Tertial",
}


@dataclass(frozen=True, eq=False)
class Deviations:
    """Deviations of the last periods, and everything that they rest on.

    Attributes
    ----------
    table : DataFrame
        Columns as `est_geo.schema.DEVIATIONS`: a row a view, period, district or place, and
        category. Red first.
    noise : DataFrame
        `rows` ("district" or "place"), `view`, `period`, `phi` and `alpha`; `pictures` that they
        were fitted to; `preliminary` where those were under 26, and both are usual values.
    season : DataFrame
        `view`, `period`, `category`; `factor` ρ; `years` that it was taken from (0: it is 1);
        `baseline_periods`, the weeks, months or tertials that a period was held against.
    chance : DataFrame
        `rows`, `view`, `period`; `cells` in which something happened in the past year; `p_red` and
        `p_yellow` that were used; `red` and `yellow` cells, and how many chance alone gives where
        nothing has changed: `red_by_chance`, `yellow_by_chance`.
    power : DataFrame
        What cannot be seen: of cells that usually have from `weekly_from` to `weekly_to` incidents
        a week, how often a doubling and a tripling in one last period would be red.
    reporters : DataFrame
        `source`, `n`, `first`, `last`, whether it is `new`, and `last_four_weeks` beside
        `usual_four_weeks`: a reporter that has fallen silent makes no cell red.
    weekly : DataFrame
        `district_id`, `place_id`, `category`, `week`, `n`: counts of complete weeks, none where 0.
    week : Period
        The last complete week.
    first_week : Period
        The first complete week of the data.
    holidays : frozenset of str
        Keys of the weeks that were taken for holiday weeks.
    counts : dict
        Rows "read" = "repeated" + "without_time" + "without_district" + "without_category" +
        "after" (the last day) + "before" (the first) + "used".
    parameters : dict
        Everything that was chosen, by the caller or for them.
    """

    table: pd.DataFrame = field(repr=False)
    noise: pd.DataFrame = field(repr=False)
    season: pd.DataFrame = field(repr=False)
    chance: pd.DataFrame = field(repr=False)
    power: pd.DataFrame = field(repr=False)
    reporters: pd.DataFrame = field(repr=False)
    weekly: pd.DataFrame = field(repr=False)
    week: Period
    first_week: Period
    holidays: frozenset[str] = field(repr=False)
    counts: dict[str, int]
    parameters: dict[str, object]

    def plot(
        self,
        *,
        district_id: str | None = None,
        place_id: str | None = None,
        category: str | None = None,
        weeks: int = 52,
        language: str = "sv",
        ax: Axes | None = None,
    ) -> Axes:
        """Draw counts by week with a band of what is usual, for the eye only.

        Parameters
        ----------
        district_id, place_id : str, optional
            Of which district or place; without either, all districts together.
        category : str, optional
            Which; without it all together.
        weeks : int
            How many of the last.
        language : {"sv", "en"}
            Of the words in the figure.
        ax : Axes, optional
            Where to draw; by default a new figure.

        Returns
        -------
        Axes
            Of matplotlib.

        Raises
        ------
        InputError
            If there is no such district, place or category.
        ImportError
            If matplotlib is not installed.
        """
        from est_geo.analysis.deviations_plot import draw_weeks  # noqa: PLC0415 - felt only here

        return draw_weeks(
            self,
            district_id=district_id,
            place_id=place_id,
            category=category,
            weeks=weeks,
            language=language,
            ax=ax,
        )

    def _repr_html_(self) -> str:
        """Show the red and yellow cells of the last period of each view, and what chance gives."""
        parts = []
        last = self.chance.drop_duplicates(["rows", "view"], keep="last")
        for line in last.to_dict("records"):
            rows, view = str(line["rows"]), str(line["view"])
            of = self.table[
                (self.table["view"] == view)
                & (self.table["period"] == line["period"])
                & (self.table["place_id"].notna() == (rows == "place"))
                & self.table["signal"].isin(list(_SIGNALS))
            ]
            where = "Plats" if rows == "place" else "Område"
            heading = ("", where, "Kategori", "Antal", "Väntat", "Rött först vid", "Rapportering")
            lines = [_line(row, rows == "place") for row in of.itertuples()]
            week_off = view == "week" and line["period"] in self.holidays
            holiday = " (helgvecka)" if week_off else ""
            caption = (
                f"{_VIEWS[view]}: {_period(view, str(line['period']))}{holiday}. "
                f"Av en slump väntas {_number(line['red_by_chance'])} röda och "
                f"{_number(line['yellow_by_chance'])} gula rutor av {line['cells']}."
            )
            if lines:
                parts.append(show_table(caption, heading, lines))
            else:
                parts.append(show_lines(caption, [("Inga röda eller gula rutor", "")]))
        preliminary = self.noise["preliminary"].any() if len(self.noise) else True
        parts.append(
            show_lines(
                "Underlag",
                [
                    ("Händelser", self.counts["used"]),
                    ("Täcker", f"{self.parameters['since']} till {self.parameters['as_of']}"),
                    ("Bruset", "preliminärt" if preliminary else "skattat på 52 veckor"),
                    ("Syns inte", _unseen(self.power)),
                ],
            )
        )
        return "".join(parts)


def weekly_counts(events: Events, tables: Sequence[Cells]) -> pd.DataFrame:
    """Write the counts of complete weeks as a long table without zeros."""
    parts = []
    for cells in tables:
        counts = np.diff(cells.counts, axis=-1)
        row, category, week = np.nonzero(counts)
        keys = np.array(
            [period_number("week", cells.first + i).key for i in range(counts.shape[-1])],
            dtype=object,
        )
        parts.append(
            pd.DataFrame(
                {
                    "district_id": cells.names["district_id"].array[row],
                    "place_id": cells.names["place_id"].array[row],
                    "category": pd.array(
                        np.asarray(events.categories, dtype=object)[category], dtype="str"
                    ),
                    "week": pd.array(keys[week], dtype="str"),
                    "n": counts[row, category, week],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _line(row: object, place: bool) -> tuple[object, ...]:  # noqa: FBT001 - which column names it
    """Write one cell of the table for a notebook."""
    reporting = getattr(row, "reporting", None)
    said = f"{_REPORTING[reporting]}: {row.source}" if isinstance(reporting, str) else ""  # type: ignore[attr-defined]
    return (
        _SIGNALS[row.signal],  # type: ignore[attr-defined]
        row.place if place else row.district,  # type: ignore[attr-defined]
        "" if pd.isna(row.category) else row.category,  # type: ignore[attr-defined]
        row.n,  # type: ignore[attr-defined]
        f"{row.low}–{row.high}",  # type: ignore[attr-defined]
        row.red_at,  # type: ignore[attr-defined]
        said,
    )


def _period(view: str, key: str) -> str:
    """Write a period; of four weeks the first and the last."""
    period = parse_period(key)
    if view != "four_weeks":
        return period.label()
    return f"vecka {period.previous(SPAN['four_weeks'] - 1).part}–{period.part} {period.year}"


def _number(value: float) -> str:
    """Write a number with one decimal."""
    return f"{value:.1f}".replace(".", ",")


def _unseen(power: pd.DataFrame) -> str:
    """Say in one sentence which changes the week would not show."""
    week = power[(power["view"] == "week") & (power["rows"] == "district")] if len(power) else power
    if len(week) == 0:
        return "för kort historik"
    cells = int(week["cells"].sum())
    doubled = float((week["doubling_found"] * week["cells"]).sum() / cells)
    blind = int(week.loc[week["tripling_found"] < 0.5, "cells"].sum())  # noqa: PLR2004 - half
    return (
        f"En fördubbling en enda vecka blir röd i {100 * doubled:.0f} % av rutorna; i {blind} av "
        f"{cells} rutor skulle inte heller en tredubbling säkert synas."
    )
