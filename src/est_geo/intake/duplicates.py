"""One event through several reporters, one state reported again: linked, so that each counts once.

Nothing is removed: a report that repeats another names it in `duplicate_of`, and both stay in the
table.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd
import shapely

from est_geo.checks import FARTHEST_M, check_number, first_row, has_shape, read_points
from est_geo.checks.coordinate_columns import is_plain, read_columns
from est_geo.errors import InputError
from est_geo.files.column_names import plain_name
from est_geo.intake.categories import STATES
from est_geo.intake.pairs import SECOND, Reports, find_pairs, join
from est_geo.sites.collapse import site_ids_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

Incidents = TypeVar("Incidents", bound=pd.DataFrame)
_PRECISE = ("minute", "day")
_DAY = 86_400 * SECOND
# A day is known to the minute at best, so that days two apart are more than 24 hours apart.
_REST_OF_DAY = _DAY - 60 * SECOND
# "Some time this year" fits everything; it says no more than a week does.
_LONGEST = 7 * _DAY
_LONG_HOURS = 1e6  # over a century

_log = logging.getLogger(__name__)


def link_duplicates(
    incidents: Incidents, *, within_m: float = 50, within_hours: float = 24
) -> Incidents:
    """Link reports of the same event by different sources.

    Two reports can be of one event when they have the same category, different sources, points at
    most `within_m` apart, and times at most `within_hours` apart: between the end of the earlier
    and the start of the later, where a day without a clock lasts until 23:59.

    An event has at most one report of each source, since one source that writes twice means two
    events. Pairs are joined one after the other, those nearest in time first, then those nearest
    on the ground, then those with the earliest first and second report; a pair that would give an
    event two reports of one source is passed over. Within an event the report that starts first,
    of those the one with the lowest identifier, counts; all others name it. The order of the rows
    changes nothing.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        Columns `incident_id` (unique), `occurred_from`, `occurred_to`, `time_precision`, `category`
        and `source`, in a CRS in metres; a DataFrame has `easting` and `northing` in place of
        points, see `est_geo.schema.COORDINATES`. Never linked are reports without a point or at
        null island, known to the week only or not at all, or that span more than 7 days.
    within_m : float
        Largest distance in metres.
    within_hours : float
        Largest time between two reports, in hours.

    Returns
    -------
    GeoDataFrame of n Points, or DataFrame where that was given
        The same rows, with `duplicate_of` filled anew: the `incident_id` of the report that counts,
        which itself repeats none; missing otherwise.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If a column is missing, an identifier is missing or not unique, a geometry is not a point,
        or a bound is negative.

    Notes
    -----
    A report is joined to none of those that begin with it or after it, if these are more than 50 of
    its category, of any source, within the bound of time and in the nine squares of `within_m`
    around it; the log counts such reports.
    """
    check_number(within_m, name="within_m", at_least=0)
    check_number(within_hours, name="within_hours", at_least=0)
    needed = ("occurred_from", "occurred_to", "time_precision", "category", "source")
    _check_reports(incidents, needed)
    return _link_duplicates(incidents, within_m=within_m, within_hours=within_hours)


def link_all(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Link duplicates and then states in a table that was just made, and need not be checked."""
    return _link_states(_link_duplicates(incidents, within_m=50, within_hours=24), STATES)


def _link_duplicates(
    incidents: gpd.GeoDataFrame, *, within_m: float, within_hours: float
) -> gpd.GeoDataFrame:
    """Link reports of the same event by different sources, unchecked."""
    head = np.arange(len(incidents))
    if len(incidents):
        reports = _reports(incidents)
        span = int(min(within_hours, _LONG_HOURS) * 3600 * SECOND)
        reports, pairs, crowded = find_pairs(reports, within_m=float(within_m), within=span)
        used, heads = join(reports, pairs, incidents["incident_id"].array)
        head[used] = heads
        _log.info(
            "%d of %d incidents repeat a report by another source (%g m, %g hours)",
            int((head != np.arange(len(head))).sum()),
            len(incidents),
            within_m,
            within_hours,
        )
        if crowded:
            _log.info("%d incidents have too many near them to be told apart", crowded)
    return _with_links(incidents, head)


def link_states(
    incidents: gpd.GeoDataFrame, categories: Sequence[str] = STATES
) -> gpd.GeoDataFrame:
    """Link reports of a state, such as a dark passage, that was reported before in the same month.

    A state lasts: whoever reports it again, it is counted once a site and calendar month. Later
    reports name the first, of several at one time the one with the lowest identifier.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points
        Columns `incident_id` (unique), `occurred_from`, `category`; `address` where there is one;
        in a CRS in metres. The site is the point rounded to metres, else the address whatever its
        case and separators. Reports without either or without a time are not linked.
    categories : sequence of str
        The categories that are states.

    Returns
    -------
    GeoDataFrame of n Points
        The same rows, with links added to `duplicate_of`. Those that are there are kept, and lead
        to the report that counts.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If a column is missing, an identifier is missing or not unique, or a geometry is not a
        point.
    """
    if isinstance(categories, str):
        raise InputError(
            f"`categories` must be a list, not a text. Write categories=[{categories[:40]!r}]."
        )
    _check_reports(incidents, ("occurred_from", "category"))
    return _link_states(incidents, categories)


def _link_states(incidents: gpd.GeoDataFrame, categories: Sequence[str]) -> gpd.GeoDataFrame:
    """Link reports of a state, unchecked."""
    is_state = incidents["category"].isin(list(categories)) & incidents["occurred_from"].notna()
    if not is_state.any() and "duplicate_of" in incidents.columns:
        return incidents.copy(deep=False)
    head = _heads_so_far(incidents)
    counted = head == np.arange(len(head))
    rows = np.flatnonzero(counted & is_state.to_numpy(dtype=bool))
    if len(rows):
        table = incidents.iloc[rows]
        states = pd.DataFrame(
            {
                "row": rows,
                "site": _site_names(table),
                "category": table["category"].to_numpy(),
                "month": table["occurred_from"].to_numpy().astype("datetime64[M]"),
                "time": table["occurred_from"].to_numpy(),
                "id": table["incident_id"].to_numpy(dtype=object),
            }
        ).dropna(subset="site")
        states = states.sort_values(["time", "id"])
        first = states.groupby(["site", "category", "month"])["row"].transform("first")
        head[states["row"]] = first
        # Reports that repeated one that now repeats another.
        head = head[head]
        _log.info(
            "%d reports of a state repeat one of the same month",
            int((first != states["row"]).sum()),
        )
    return _with_links(incidents, head)


def count_repeated_rows(table: pd.DataFrame) -> int:
    """Count the rows of a file that are the same in every column as a row before them.

    Parameters
    ----------
    table : DataFrame of n rows
        As read; the index does not count. Geometries are the same when their coordinates are.

    Returns
    -------
    int
        Rows that repeat an earlier one.
    """
    left = np.arange(len(table))
    group = np.zeros(len(table), dtype=np.int64)
    # Columns of many values first: in most files one or two of them tell all rows apart.
    sample = [len(set(map(repr, table.iloc[:100, k]))) for k in range(table.shape[1])]
    for number in np.argsort(sample, kind="stable")[::-1]:
        values = table.iloc[left, number]
        if values.dtype == "geometry":
            values = pd.Series(shapely.to_wkb(np.asarray(values.array)))
        elif values.dtype == object:
            values = values.map(repr)  # a property may be a list
        codes, kinds = pd.factorize(values, use_na_sentinel=False)
        if group.any():  # not in the first column
            codes, kinds = pd.factorize(group * max(len(kinds), 1) + codes)
        group = codes
        # Only rows that have been the same as another so far are looked at further.
        again = np.bincount(group, minlength=len(kinds))[group] > 1
        left, group = left[again], group[again]
        if len(left) == 0:
            return 0
    return len(left) - len(np.unique(group)) if table.shape[1] else 0


def _check_reports(incidents: gpd.GeoDataFrame, needed: Sequence[str]) -> None:
    """Check a table of incidents, which may be empty."""
    if not isinstance(incidents, pd.DataFrame) or len(incidents):
        read_points(
            incidents,
            name="incidents",
            columns=("incident_id", *needed),
            unplaced=True,
            plain=True,
        )
    ids = incidents["incident_id"]
    wrong = (ids.isna() | ids.duplicated(keep=False)).to_numpy(dtype=bool)
    if wrong.any():
        raise InputError(
            f"`incidents` has {int(wrong.sum())} of {len(incidents)} rows whose `incident_id` is "
            f"missing or not their own; the first is row {first_row(incidents, wrong)}. Number "
            "them anew, for instance with the name of the file before each."
        )


def _with_links(incidents: gpd.GeoDataFrame, head: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Write the identifier of the report that counts, where that is another."""
    repeats = np.flatnonzero(head != np.arange(len(head)))
    links = pd.Series(incidents["incident_id"].array[head[repeats]], index=repeats).astype("str")
    return incidents.assign(duplicate_of=links.reindex(np.arange(len(head))).array)


def _heads_so_far(incidents: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Give the row that each row repeats by the links that are there, else itself."""
    head = np.arange(len(incidents))
    if "duplicate_of" in incidents.columns and incidents["duplicate_of"].notna().any():
        ids = incidents["incident_id"].to_numpy(dtype=object)
        found = pd.Index(ids).get_indexer(incidents["duplicate_of"])
        head = np.where(found >= 0, found, head)
    return head


def _placed(incidents: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Mark the rows with a point to trust, and give all coordinates (NaN where there is none)."""
    if is_plain(incidents):
        points = read_columns(incidents, name="incidents", unplaced=True)[0]
    else:
        geometry = np.asarray(incidents.geometry.array)
        there = has_shape(geometry)
        points = np.full((len(geometry), 2), np.nan)
        points[there] = shapely.get_coordinates(geometry[there])
    placed = (np.abs(points) < FARTHEST_M).all(axis=1) & (points != 0).any(axis=1)
    if "match_level" in incidents.columns:
        placed &= (incidents["match_level"] != "null_island").to_numpy(dtype=bool)
    return placed, points


def _site_names(incidents: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Name the site of each report: its rounded point, else its address; missing without both."""
    sites = np.full(len(incidents), None, dtype=object)
    if "address" in incidents.columns:
        codes, addresses = pd.factorize(incidents["address"])
        plain = [plain_name(str(address)) or None for address in addresses]
        sites = np.array([*plain, None], dtype=object)[codes]
    placed, points = _placed(incidents)
    sites[placed] = site_ids_of(points[placed, 0], points[placed, 1])
    return sites


def _reports(incidents: gpd.GeoDataFrame) -> Reports:
    """Take the reports that may be linked out of the table."""
    placed, points = _placed(incidents)
    begin = incidents["occurred_from"]
    finish = incidents["occurred_to"].where(incidents["occurred_to"] >= begin, begin)
    category = pd.factorize(incidents["category"])[0]
    source = pd.factorize(incidents["source"])[0]
    precise = incidents["time_precision"].isin(_PRECISE).to_numpy(dtype=bool)
    fit = placed & precise & begin.notna().to_numpy(dtype=bool) & (category >= 0) & (source >= 0)
    rows = np.flatnonzero(fit)
    day = (incidents["time_precision"] == "day").to_numpy(dtype=bool)
    starts, ends = (
        values.to_numpy()[rows].astype("datetime64[us]").astype(np.int64)
        for values in (begin, finish)
    )
    reports = Reports(
        rows,
        category[rows],
        source[rows],
        points[rows, 0],
        points[rows, 1],
        starts,
        ends + _REST_OF_DAY * day[rows],
    )
    # A category that one source alone reports has no duplicates.
    n_sources = int(source.max(initial=0)) + 1
    kinds = pd.unique(reports.category * n_sources + reports.source)
    several = np.bincount(kinds // n_sources, minlength=int(category.max(initial=0)) + 1) > 1
    keep = several[reports.category] & (reports.finish - reports.begin <= _LONGEST)
    return reports if keep.all() else reports.take(keep)
