"""The same place from period to period: new, still there, split, merged, gone, back."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from est_geo.analysis.statistics import mann_kendall
from est_geo.analysis.tracking_links import follow, tracks_of
from est_geo.checks import check_number
from est_geo.errors import InputError
from est_geo.notebook import show_table
from est_geo.periods import Period, parse_period
from est_geo.schema import KIND_DTYPE, TRACKING, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

_LOG = logging.getLogger(__name__)
_NEEDED = ("place_id", "name", "n", "district", "site_ids")
_FEWEST_PERIODS = 10
_SURE = 0.05


@dataclass(frozen=True)
class Tracking:
    """Places followed over periods.

    Attributes
    ----------
    history : DataFrame
        Columns as `est_geo.schema.TRACKING`: one row for each place in each period, and one for
        each place that is gone, in the period in which it was first missed.
    periods : tuple of Period
        Those that were looked at, in order of time.
    min_overlap : float
        What was asked for.
    """

    history: pd.DataFrame = field(repr=False)
    periods: tuple[Period, ...]
    min_overlap: float

    def latest(self) -> pd.DataFrame:
        """Give the rows of the last period: what is new, remains and is gone since the one before.

        Returns
        -------
        DataFrame
            Columns as `history`.
        """
        if not self.periods:
            return self.history
        return self.history[self.history["period"] == self.periods[-1].key].reset_index(drop=True)

    def counts(self, track_id: str) -> pd.Series:
        """Give the incidents of a place by period, 0 where it was none.

        Parameters
        ----------
        track_id : str
            As in `history`.

        Returns
        -------
        Series of int
            By `Period.key`, one for each period looked at.

        Raises
        ------
        InputError
            If there is no such place.
        """
        own = self.history[self.history["track_id"] == track_id]
        if own.empty:
            raise InputError(
                f"`track_id` {str(track_id)[:40]!r} is none of the "
                f"{self.history['track_id'].nunique()} places that were followed."
            )
        keys = [period.key for period in self.periods]
        return own.set_index("period")["n"].reindex(keys, fill_value=0)

    def trends(self) -> pd.DataFrame:
        """Test each place for a rise or a fall over all periods, by Mann and Kendall.

        Only for periods that do not overlap: counts of rolling windows hang together, and would
        show trends that are none.

        Returns
        -------
        DataFrame
            `track_id`, `name`, `periods`, `s`, `z`, `p` (two-sided) and `trend`: "rising",
            "falling", or "" where p is above .05 or there are fewer than ten periods.
        """
        last = self.history.drop_duplicates("track_id", keep="last")
        rows = []
        for row in last.itertuples():
            found = mann_kendall(self.counts(str(row.track_id)))
            sure = found.p <= _SURE and len(self.periods) >= _FEWEST_PERIODS
            word = ("rising" if found.s > 0 else "falling") if sure else ""
            rows.append(
                (row.track_id, row.name, len(self.periods), found.s, found.z, found.p, word)
            )
        columns = ["track_id", "name", "periods", "s", "z", "p", "trend"]
        return pd.DataFrame(rows, columns=columns)

    def plot(self, track_id: str, *, language: str = "sv", ax: Axes | None = None) -> Axes:
        """Draw the incidents of a place by period, with what happened to it.

        Parameters
        ----------
        track_id : str
            As in `history`.
        language : {"sv", "en"}
            Of the labels.
        ax : Axes, optional
            Where to draw; without it on a new figure.

        Returns
        -------
        Axes
            What was drawn on.

        Raises
        ------
        InputError
            If there is no such place, or `language` is another.
        ImportError
            If matplotlib is not installed.
        """
        from est_geo.analysis.tracking_plot import draw  # noqa: PLC0415 - felt only where used

        own = self.history[self.history["track_id"] == track_id]
        return draw(self.counts(track_id), own, self.periods, language=language, ax=ax)

    def _repr_html_(self) -> str:
        """Show the last period in a notebook, in Swedish; all text from the data is inert."""
        from est_geo.analysis.tracking_plot import CHANGES  # noqa: PLC0415 - the words stand there

        latest = self.latest()
        lines = [
            (row.track_id, row.name, CHANGES["sv"][str(row.change)], row.n, row.n_before)
            for row in latest.itertuples()
        ]
        last = self.periods[-1].label() if self.periods else "inga perioder"
        heading = ("Plats", "Namn", "Sedan sist", "Händelser", "Förra perioden")
        return show_table(f"Platser som följs: {last}", heading, lines)


def track_places(
    tables: Mapping[str | Period, pd.DataFrame],
    *,
    history: pd.DataFrame | None = None,
    min_overlap: float = 0.5,
) -> Tracking:
    """Follow places from period to period, with ids that stay.

    A place is the same as one before if they share sites: at least `min_overlap` of those of the
    smaller one. Of several, the one that shares most keeps the id. Week by week, with the history
    so far, it gives the same as once over the year.

    Parameters
    ----------
    tables : mapping of period to DataFrame
        For each period, by its `Period` or its text ("2026-W47"), the places of that period, as
        `problem_places` or `recurring_places` give them. In any order; a table may have 0 rows.
    history : DataFrame, optional
        The history so far, from an earlier `Tracking`, also if it was written and read again. What
        it has from the first of the given periods on is replaced, and the log says so.
    min_overlap : float
        Shared sites as a part of the sites of the smaller place, above 0 and at most 1.

    Returns
    -------
    Tracking
        Its `history` holds every place in every period: `change` is "new", "remains", "grows" or
        "shrinks" (by more than chance would one time in twenty, were the periods apart), "split"
        (also each part that got an id of its own), "merged", "back" or "gone"; `related` names the
        others of a split or merger.

    Raises
    ------
    InputError
        If a table lacks a column or has a place twice, periods are of different kinds or not
        periods, or a number is out of range.
    """
    check_number(min_overlap, name="min_overlap", above=0)
    if min_overlap > 1:
        raise InputError(f"`min_overlap` must be at most 1, not {min_overlap!r}.")
    by_period = _by_period(tables)
    before = _checked_history(history)
    periods = {parse_period(key) for key in before["period"].unique()}
    kinds = sorted({period.kind for period in (*periods, *by_period)})
    if len(kinds) > 1:
        raise InputError(
            f"`tables` has periods of {len(kinds)} kinds with those of `history`: "
            f"{', '.join(kinds)}. Follow each kind by itself."
        )
    if by_period:
        first = next(iter(by_period))
        replaced = before["period"] >= first.key
        if replaced.any():
            _LOG.info("history: %d rows from %s on are replaced", int(replaced.sum()), first.key)
            before = before[~replaced]
            periods = {period for period in periods if period.start < first.start}
    tracks = tracks_of(before)
    parts = [before]
    for period, table in by_period.items():
        rows, tracks = follow(period.key, table, tracks, min_overlap=min_overlap)
        parts.append(_as_table(rows))
    whole = pd.concat(parts, ignore_index=True) if parts[1:] else before.reset_index(drop=True)
    looked_at = sorted(periods | set(by_period), key=lambda period: period.start)
    return Tracking(whole[names(TRACKING)], tuple(looked_at), float(min_overlap))


def _by_period(tables: Mapping[str | Period, pd.DataFrame]) -> dict[Period, pd.DataFrame]:
    """Check the tables and put them in order of time."""
    found: dict[Period, pd.DataFrame] = {}
    for key, table in tables.items():
        period = parse_period(key)
        if period in found:
            raise InputError(f"`tables` has the period {period.key} twice. Give each once.")
        missing = [name for name in _NEEDED if name not in table.columns]
        if missing:
            raise InputError(
                f"`tables` lacks {len(missing)} column(s) in {period.key}: {', '.join(missing)}. "
                "Pass what problem_places or recurring_places gave."
            )
        if table["place_id"].duplicated().any():
            raise InputError(
                f"`tables` has {int(table['place_id'].duplicated().sum())} of {len(table)} rows in "
                f"{period.key} whose `place_id` another row has. Number the places of a period."
            )
        found[period] = table
    return dict(sorted(found.items(), key=lambda item: item[0].start))


def _checked_history(history: pd.DataFrame | None) -> pd.DataFrame:
    """Give the history with the dtypes it has, also where it was read from a file."""
    if history is None:
        return _as_table([])
    missing = [name for name in names(TRACKING) if name not in history.columns]
    if missing:
        raise InputError(
            f"`history` lacks {len(missing)} column(s): {', '.join(missing)}. Pass the history of "
            "an earlier result of track_places."
        )
    kinds = {column.name: KIND_DTYPE[column.kind] for column in TRACKING}
    table = pd.DataFrame(history[names(TRACKING)]).astype(kinds)
    return table.sort_values("period", kind="stable", ignore_index=True)


def _as_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    kinds = {column.name: KIND_DTYPE[column.kind] for column in TRACKING}
    return pd.DataFrame(rows, columns=names(TRACKING)).astype(kinds)
