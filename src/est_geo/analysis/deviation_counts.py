"""Incidents to counts: district or place × category × week, month and tertial; and who reported."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from est_geo.analysis.deviation_pictures import cumulative
from est_geo.analysis.place_incidents import rows_of_places
from est_geo.checks import check_columns, check_same_crs, check_table, read_points
from est_geo.errors import InputError
from est_geo.geography.assignment import assign_districts
from est_geo.periods import (
    Kind,
    Period,
    last_complete,
    period_numbers,
    period_of,
)
from est_geo.sites.collapse import is_counted

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

_LOG = logging.getLogger(__name__)
_GAP_DAYS = 26 * 7


@dataclass(frozen=True)
class Events:
    """Incidents that count, as arrays: one entry an incident, sorted by nothing.

    Attributes
    ----------
    day : array of n int
        Proleptic ordinal of the day.
    category, district, place, source : array of n int
        Place in the lists below; −1 for none.
    categories, sources : list of str
        Sorted; the one category is missing where the incidents have none.
    districts : DataFrame
        `district_id` and `district`, sorted by `district_id`.
    since, until : date
        First and last day that the incidents cover.
    counts : dict
        Rows read, and why those that are not used are not.
    """

    day: Integers
    category: Integers
    district: Integers
    place: Integers
    source: Integers
    categories: list[Any]
    sources: list[str]
    districts: pd.DataFrame
    since: dt.date
    until: dt.date
    counts: dict[str, int]

    @property
    def last_week(self) -> Period:
        """The last complete week."""
        return last_complete(self.until, kind="week")

    def first_complete(self, kind: Kind) -> Period:
        """Give the first period of a kind that is covered from its first day."""
        period = period_of(self.since, kind=kind)
        return period if period.start == self.since else period.previous(-1)


@dataclass(frozen=True)
class Cells:
    """Counts of the rows of one table, cumulative over time.

    Attributes
    ----------
    names : DataFrame
        `district_id`, `district`, `place_id` and `place` of each of d rows.
    row : array of n int
        Row of each incident; −1 for none.
    counts : array of (d, c, t + 1) int
        Cumulative over the periods from `first`.
    first : int
        Number of the first complete period.
    """

    names: pd.DataFrame
    row: Integers
    counts: Integers
    first: int


def read_events(
    incidents: pd.DataFrame,
    districts: gpd.GeoDataFrame | None,
    places: gpd.GeoDataFrame | None,
    *,
    since: dt.date | None,
    until: dt.date | None,
) -> Events:
    """Take what deviations need out of the incidents, and account for every row."""
    check_columns(incidents, name="incidents", columns=("occurred_from",))
    if districts is not None:
        check_table(districts, name="districts", columns=("district_id", "district"))
    if districts is not None and "district_id" not in incidents.columns:
        incidents = assign_districts(incidents, districts, outside="keep")
    if "district_id" not in incidents.columns:
        raise InputError(
            "`incidents` lacks the column district_id. Pass `districts`, or find them with "
            "est_geo.assign_districts(incidents, districts)."
        )
    listed = _listed(incidents if districts is None else districts)
    named, ids = _codes(incidents, "district_id")
    # The last place is that of a missing identifier.
    district = np.append(pd.Index(listed["district_id"]).get_indexer(ids), -1)[named]
    times = incidents["occurred_from"]
    if "category" in incidents.columns:
        category, categories = _codes(incidents, "category")
    else:
        category, categories = np.zeros(len(incidents), dtype=np.int64), [np.nan]
    left = np.ones(len(incidents), dtype=bool)
    counts = {"read": len(incidents)}

    def leave_out(why: str, these: NDArray[np.bool_]) -> None:
        nonlocal left
        counts[why] = int((left & these).sum())
        left &= ~these

    leave_out("repeated", ~is_counted(incidents))
    leave_out("without_time", times.isna().to_numpy(dtype=bool))
    leave_out("without_district", district < 0)
    leave_out("without_category", category < 0)
    if not left.any():
        raise InputError(
            f"`incidents` has no row with a time, a district and a category among its "
            f"{len(incidents)} rows. Check the columns, and that the districts are the same."
        )
    stamps = times.to_numpy().astype("datetime64[D]")
    day = stamps.astype(np.int64) + dt.date(1970, 1, 1).toordinal()
    last = dt.date.fromordinal(int(day[left].max())) if until is None else until
    leave_out("after", day > last.toordinal())
    first = _begin(day[left], last) if since is None else since
    if first > last:
        raise InputError(f"`since` ({first}) comes after `as_of` ({last}). Swap them.")
    leave_out("before", day < first.toordinal())
    counts["used"] = int(left.sum())
    source, sources = _codes(incidents, "source")
    place = _places_of(incidents, places)
    _LOG.info("deviations from %d of %d rows, %s to %s", counts["used"], len(left), first, last)
    return Events(
        day=day[left],
        category=category[left],
        district=district[left].astype(np.int64),
        place=place[left],
        source=source[left],
        categories=categories,
        sources=sources,
        districts=listed,
        since=first,
        until=last,
        counts=counts,
    )


def district_cells(events: Events, *, kind: Kind) -> Cells:
    """Count by district, category and period."""
    missing = pd.Series(np.nan, events.districts.index, dtype="str")
    names = events.districts.assign(place_id=missing, place=missing)
    return _cells(events, events.district, names, kind)


def place_cells(events: Events, places: gpd.GeoDataFrame, *, kind: Kind) -> Cells:
    """Count by problem place, category and period."""
    names = pd.DataFrame(
        {
            "district_id": places["district_id"].astype("str"),
            "district": places["district"].astype("str"),
            "place_id": places["place_id"].astype("str"),
            "place": places["name"].astype("str"),
        }
    ).reset_index(drop=True)
    return _cells(events, events.place, names, kind)


def daily_totals(events: Events) -> Integers:
    """Count by category and day since the first, (c, days + 1), cumulative."""
    days = events.until.toordinal() - events.since.toordinal() + 1
    at = events.category * days + events.day - events.since.toordinal()
    counts = np.bincount(at, minlength=len(events.categories) * days)
    return cumulative(counts.reshape(len(events.categories), days))


def _cells(events: Events, row: Integers, names: pd.DataFrame, kind: Kind) -> Cells:
    """Count the complete periods of a kind."""
    first = events.first_complete(kind).number
    periods = max(0, last_complete(events.until, kind=kind).number - first + 1)
    # Each day is numbered once: there are few different ones.
    days = np.arange(np.datetime64(events.since), np.datetime64(events.until) + 1)
    number = (period_numbers(days, kind=kind) - first)[events.day - events.since.toordinal()]
    shape = (len(names), len(events.categories), periods)
    inside = (row >= 0) & (number >= 0) & (number < periods)
    at = np.ravel_multi_index((row[inside], events.category[inside], number[inside]), shape)
    counts = np.bincount(at, minlength=int(np.prod(shape))).reshape(shape)
    return Cells(names=names, row=row, counts=cumulative(counts), first=first)


def _listed(rows: pd.DataFrame) -> pd.DataFrame:
    """List the districts, each once, sorted by district_id."""
    named = "district" if "district" in rows.columns else "district_id"
    listed = pd.DataFrame(
        {"district_id": rows["district_id"].astype("str"), "district": rows[named].astype("str")}
    )
    listed = listed[listed["district_id"].notna()].drop_duplicates()
    listed = listed.sort_values(["district_id", "district"])
    return listed.drop_duplicates("district_id", ignore_index=True)


def _begin(day: Integers, last: dt.date) -> dt.date:
    """Give the first day that the incidents cover: after the last half year without any.

    One mistaken date long ago would else make years in which nothing happened.
    """
    days = np.unique(day)
    if len(days) == 0:
        return last
    gaps = np.flatnonzero(np.diff(days) >= _GAP_DAYS)
    begin = int(days[gaps[-1] + 1] if len(gaps) else days[0])
    if len(gaps):
        _LOG.info(
            "no incident in the %d days before %s: what is earlier is left out",
            int(np.diff(days)[gaps[-1]]),
            dt.date.fromordinal(begin),
        )
    return dt.date.fromordinal(begin)


def _codes(incidents: pd.DataFrame, column: str) -> tuple[Integers, list[Any]]:
    """Give each value of a column a number; −1 where missing, or where there is no such column."""
    if column not in incidents.columns:
        return np.full(len(incidents), -1, dtype=np.int64), []
    codes, values = pd.factorize(incidents[column].astype("str"), sort=True)
    return codes.astype(np.int64), list(values)


def _places_of(incidents: pd.DataFrame, places: gpd.GeoDataFrame | None) -> Integers:
    """Give each incident the place that its site belongs to; −1 for none."""
    place = np.full(len(incidents), -1, dtype=np.int64)
    if places is None or len(places) == 0:
        return place
    xy, there, _ = points = read_points(incidents, name="incidents", unplaced=True, plain=True)
    if getattr(places, "crs", None) is not None:  # one read from a workbook has none
        check_same_crs(points, places, names=("incidents", "places"))
    place[there] = rows_of_places(places, *xy[there].T)
    return place
