"""Recurring places: what lies close together and keeps coming back, as addresses do."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.analysis.places import problem_places
from est_geo.analysis.recurrence import compare_with
from est_geo.analysis.recurring import (
    announce_tests,
    check_previous,
    columns_of_verdict,
    sorted_by_verdict,
)
from est_geo.analysis.recurring_register import read_register
from est_geo.analysis.recurring_tests import (
    NEW,
    NONE,
    Compared,
    Comparison,
    Reports,
    compare_all,
    count_counted,
    largest_reporters,
    not_above,
    told_alone,
)
from est_geo.analysis.recurring_windows import (
    BLOCK,
    LAST_BLOCKS,
    RECENT,
    WINDOWS,
    YEAR,
    blocks_seen,
    count_reporters,
)
from est_geo.analysis.recurring_year import Year, last_week, read_year
from est_geo.analysis.tracking_links import shared_sites
from est_geo.checks import check_number, read_points
from est_geo.schema import KIND_DTYPE, RECURRING_PLACES, names
from est_geo.sites.collapse import site_ids_of, to_sites
from est_geo.sites.grouping import most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.checks.metric_crs import HasCRS
    from est_geo.periods import AsOf

_LOG = logging.getLogger(__name__)
_YEARS_WORTH = 3  # tertials in a year
_SAME_PLACE = 0.5


def recurring_places(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    *,
    register: Any = None,  # noqa: ANN401 - a table, or what holds one
    as_of: AsOf | None = None,
    previous: gpd.GeoDataFrame | None = None,
    eps_m: float = 50,
    min_incidents: float = 5,
    named: gpd.GeoDataFrame | None = None,
    per_district: int | None = None,
) -> gpd.GeoDataFrame:
    """Find the problem places that keep coming back more than their addresses explain.

    Places are those of `problem_places` in the 52 weeks, and those that only the last 17 show. Each
    is tested as `recurring_addresses` tests an address, against what is usual for as many addresses
    (or dwellings) as lie in it. Any address could have been in a place: q is over all of them.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        As for `recurring_addresses`.
    register : Gazetteer or GeoDataFrame of Points, optional
        As for `recurring_addresses`.
    as_of : date, str or Period, optional
        As for `recurring_addresses`.
    previous : GeoDataFrame, optional
        An earlier result. What it lists stays listed until q is above .30; a place is the same if
        it shares at least half of the sites of the smaller one.
    eps_m : float
        Distance in metres, see `problem_places`.
    min_incidents : float
        Weight within `eps_m` that makes a core site in the last 17 weeks; three times as much does
        in the 52 weeks.
    named : GeoDataFrame, optional
        Named places, see `problem_places`.
    per_district : int, optional
        Keep so many of each district, those of best rank.

    Returns
    -------
    GeoDataFrame of (Multi)Polygons
        Columns as `est_geo.schema.RECURRING_PLACES`, by rank; 0 rows where there is no place.
        Places that are not above the usual and had fewer than three incidents are left out.
        `attrs["recurrence"]` as `recurring_addresses` has it.

    Raises
    ------
    CRSError, InputError
        As `recurring_addresses` and `problem_places`.
    """
    read = read_points(
        incidents, name="incidents", columns=("occurred_from",), unplaced=True, plain=True
    )
    check_number(eps_m, name="eps_m", above=0)
    check_number(min_incidents, name="min_incidents", above=0)
    if per_district is not None:
        check_number(per_district, name="per_district", at_least=1, whole=True)
    if previous is not None:
        check_previous(previous, ("site_ids", "verdict"), maker="recurring_places")
    entries = None if register is None else read_register(register, read)
    week = last_week(incidents["occurred_from"], as_of)
    if week is None:
        return _nothing(read)
    seen = read_year(incidents, read, entries, week)
    places = _places(seen, eps_m=eps_m, min_incidents=min_incidents, named=named)
    if len(places) == 0:
        return _nothing(read)
    by_address = compare_all(seen.reports(), seen.addresses, registered=seen.registered)
    announce_tests(by_address.said, None)
    compared = _compare(places, seen, entries, by_address)
    before = np.full(len(places), None, dtype=object)
    if previous is not None:
        before = _before(places, previous)
    table = _table(places, compared, by_address, before, seen)
    if per_district is not None:
        kept = table.groupby("district_id", dropna=False).cumcount() < per_district
        table = table[kept].reset_index(drop=True)
    table.attrs["recurrence"] = {
        "as_of": week.key,
        "windows_weeks": [YEAR, RECENT],
        "incidents": int(seen.counted.sum()),
        "not_in_register": seen.added,
        "eps_m": float(eps_m),
        "tests": by_address.said,
    }
    return table


def _places(
    seen: Year, *, eps_m: float, min_incidents: float, named: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Find the places of the year, and those of the last 17 weeks that share no site with them."""
    found = []
    for weeks, least in ((YEAR, _YEARS_WORTH * min_incidents), (RECENT, min_incidents)):
        rows = seen.ago < weeks
        if (rows & seen.counted).any():
            reports = seen.placed[rows]
            found.append(
                problem_places(
                    to_sites(reports),
                    eps_m=eps_m,
                    min_incidents=least,
                    incidents=reports,
                    named=named,
                )
            )
    if not found:
        return _nothing(seen.placed)
    year, recent = found[0], found[-1]
    met = shared_sites(year["site_ids"], recent["site_ids"])["now"].unique()
    new = recent[~np.isin(np.arange(len(recent)), met)]
    parts = [part for part in (year, new) if len(part)]
    if not parts:
        return year
    _LOG.info("%d places in 52 weeks, %d more in the last 17 alone", len(year), len(new))
    return pd.concat(parts, ignore_index=True)


def _compare(
    places: gpd.GeoDataFrame,
    seen: Year,
    entries: gpd.GeoDataFrame | None,
    by_address: Compared,
) -> Compared:
    """Count and test both windows of every place."""
    of_report = _place_of(places, seen.points)
    place, member = _members(places, seen, entries, of_report)
    district = _main_district(places, seen, of_report)
    said = by_address.said.get("address", {"tested": False})
    tested = bool(said["tested"])
    # Where the number of addresses is estimated, each that was seen stands for several.
    each = said["addresses"] / said["seen"] if tested and said["estimated"] else 1.0
    # A square has no dwellings: it is taken as one.
    exposure = np.nan_to_num(by_address.exposure, nan=1.0) * each
    own = _sum(place, exposure[member], len(places))
    is_address, of_address = ~seen.addresses.is_place, seen.addresses.district
    size = int(of_address.max()) + 1
    there = _sum(of_address[is_address], exposure[is_address], size)
    inside = is_address[member] & (of_address[member] == district[place])
    rows = of_report >= 0
    reports = Reports(of_report, seen.ago, seen.reports().source, seen.counted).only(rows)
    comparisons = []
    for (weeks, fewest), base in zip(WINDOWS, (by_address.year, by_address.recent), strict=True):
        counts = count_counted(reports, weeks=weeks, count=len(places))
        spent = base.counts.weeks.astype(float)
        total = _sum(of_address[is_address], spent[is_address], size)
        taken = _sum(place[inside], spent[member[inside]], len(places))
        test = compare_with(
            counts.weeks,
            total[district] - taken,
            there[district] - own,
            own,
            tests=max(int(said["addresses"]), len(places)) if tested else None,
            length=weeks,
        )
        if not tested:
            for values in (test.q, test.expected, test.lower):
                values[:] = np.nan
        reporters = count_reporters(reports.address, reports.ago, reports.source, weeks=weeks)
        flagged = test.flagged(counts.blocks, fewest=fewest)
        comparisons.append(Comparison(counts, test, flagged, district, reporters))
    last = count_counted(reports, weeks=LAST_BLOCKS * BLOCK, count=len(places))
    return Compared(comparisons[0], comparisons[1], last.blocks, own, by_address.said)


def _sum(groups: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    return np.bincount(groups, weights=values, minlength=size).astype(float)


def _members(
    places: gpd.GeoDataFrame,
    seen: Year,
    entries: gpd.GeoDataFrame | None,
    of_report: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair places with their addresses: of their reports, and those of the register within."""
    inside = of_report >= 0
    place, member = of_report[inside], seen.addresses.of_incident[inside]
    if entries is not None:
        row, within = shapely.STRtree(np.asarray(places.geometry.array)).query(
            np.asarray(entries.geometry.array), predicate="intersects"
        )
        place = np.append(place, within)
        member = np.append(member, seen.addresses.of_row[row])
    pairs = np.unique(place * len(seen.addresses) + member)
    return pairs // len(seen.addresses), pairs % len(seen.addresses)


def _place_of(places: gpd.GeoDataFrame, points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the place of each report by its site; −1 for none."""
    lists = places["site_ids"].str.split()
    sites = lists.explode()
    index = pd.Series(sites.index.to_numpy(), index=sites.astype(np.int64).to_numpy())
    found = index.reindex(site_ids_of(points[:, 0], points[:, 1])).fillna(-1)
    return found.to_numpy().astype(np.int64)


def _main_district(
    places: gpd.GeoDataFrame, seen: Year, of_report: NDArray[np.int64]
) -> NDArray[np.int64]:
    """District, as addresses are numbered, in which most reports of each place lie."""
    inside = of_report >= 0
    district = pd.Series(seen.addresses.district[seen.addresses.of_incident[inside]])
    ones = np.ones(int(inside.sum()))
    return most_frequent(of_report[inside], district, ones, len(places)).astype(np.int64)


def _table(
    places: gpd.GeoDataFrame,
    compared: Compared,
    by_address: Compared,
    before: NDArray[np.object_],
    seen: Year,
) -> gpd.GeoDataFrame:
    """Make the rows of what is listed, by rank."""
    verdict = compared.verdicts(before)
    one_source = np.where(
        verdict == NEW,
        _rests_on_one(compared.recent, by_address.recent, seen),
        _rests_on_one(compared.year, by_address.year, seen),
    )
    rows = np.arange(len(places))
    columns = columns_of_verdict(compared, verdict, one_source, rows)
    place = _place_of(places, seen.points)
    inside = seen.counted & (place >= 0)
    columns["months_seen"] = pd.Series(
        blocks_seen(place[inside], seen.ago[inside], count=len(places)), dtype="str"
    )
    table = places.assign(kind="place", address=places["site_ids"], **columns)
    table = sorted_by_verdict(table[table["verdict"] != NONE])
    table["place_id"] = table["rank"]
    return table[names(RECURRING_PLACES)]


def _rests_on_one(of: Comparison, by_address: Comparison, seen: Year) -> NDArray[np.bool_]:
    """Tell which places are not above the usual without their largest reporter."""
    largest = largest_reporters(of.reporters)
    place, source = largest["address"].to_numpy(), largest["source"].to_numpy()
    group = np.where(seen.addresses.is_place, -1, seen.addresses.district)
    table = by_address.reporters[group[by_address.reporters["address"]] >= 0]
    around = told_alone(table, group, of.group[place], source)
    around = np.clip(around - largest["only"].to_numpy(), 0, of.test.others[place])
    result = np.zeros(len(of.group), dtype=bool)
    result[place] = not_above(of.test, largest, around)
    return result


def _before(places: gpd.GeoDataFrame, previous: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Look up what an earlier result said of the place that shares most sites with each."""
    links = shared_sites(previous["site_ids"], places["site_ids"])
    links = links[links["part"] >= _SAME_PLACE]
    best = links.sort_values(["shared", "before"], ascending=[False, True]).drop_duplicates("now")
    said = np.full(len(places), None, dtype=object)
    said[best["now"].to_numpy()] = previous["verdict"].to_numpy(dtype=object)[best["before"]]
    return said


def _nothing(like: HasCRS) -> gpd.GeoDataFrame:
    """Make the empty table, with every column and its dtype."""
    columns: dict[str, Any] = {
        column.name: pd.Series(dtype=KIND_DTYPE[column.kind])
        for column in RECURRING_PLACES
        if column.kind != "geometry"
    }
    return gpd.GeoDataFrame(columns, geometry=[], crs=like.crs)[names(RECURRING_PLACES)]
