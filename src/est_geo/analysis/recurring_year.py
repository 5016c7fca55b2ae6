"""The reports of the last 52 weeks, the address of each, and what is said of an address."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.analysis.place_incidents import busiest_hours
from est_geo.analysis.recurring_register import Addresses, find_addresses
from est_geo.analysis.recurring_tests import Reports
from est_geo.analysis.recurring_windows import YEAR, blocks_seen, weeks_ago
from est_geo.checks.coordinate_columns import is_plain
from est_geo.periods import whole_weeks_by
from est_geo.sites.collapse import address_names, coordinate_name, is_counted, site_ids_of
from est_geo.sites.grouping import district_names, most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.checks import Points
    from est_geo.periods import AsOf, Period

_LOG = logging.getLogger(__name__)
_FEWEST_OF_CATEGORY = 200
_USED = (
    *("occurred_from", "occurred_to", "time_precision", "category", "source", "weight"),
    *("address", "place", "match_level", "matched_address"),
    *("district_id", "district", "duplicate_of"),
)


@dataclass(frozen=True)
class Year:
    """The reports of 52 weeks and the address of each.

    Attributes
    ----------
    placed : GeoDataFrame of r Points
        The reports, with every column that is used.
    points : array of (r, 2) float
        Their eastings and northings.
    ago : array of r int
        Weeks ago, 0 to 51.
    counted : array of r bool
        False for those that repeat another.
    addresses : Addresses
        Every address that is known.
    registered : bool
        Whether there is a register.
    added : int
        Addresses that were seen and are not in it.
    """

    placed: gpd.GeoDataFrame
    points: NDArray[np.float64]
    ago: NDArray[np.int64]
    counted: NDArray[np.bool_]
    addresses: Addresses
    registered: bool
    added: int

    def only(self, rows: NDArray[np.bool_]) -> Year:
        """Keep some reports; the addresses stay."""
        found = self.addresses
        kept = Addresses(
            found.of_incident[rows],
            found.is_place,
            found.district,
            found.dwellings,
            found.text,
            found.of_row,
        )
        return Year(
            self.placed[rows],
            self.points[rows],
            self.ago[rows],
            self.counted[rows],
            kept,
            self.registered,
            self.added,
        )

    def by_category(self) -> list[tuple[str, NDArray[np.bool_]]]:
        """Rows of each category that has enough incidents, by name."""
        column = self.placed["category"]
        counts = column[self.counted].value_counts().sort_index()
        enough = counts[counts >= _FEWEST_OF_CATEGORY].index
        if len(enough) < len(counts):
            _LOG.info(
                "%d categories with fewer than %d incidents in 52 weeks are not tested",
                len(counts) - len(enough),
                _FEWEST_OF_CATEGORY,
            )
        return [(name, (column == name).to_numpy(dtype=bool)) for name in enough]

    def reports(self) -> Reports:
        """Reduce to numbers; reporters are numbered by name."""
        source = np.asarray(pd.factorize(self.placed["source"], sort=True)[0], dtype=np.int64)
        return Reports(self.addresses.of_incident, self.ago, source, self.counted)


def last_week(times: pd.Series, as_of: AsOf | None) -> Period | None:
    """Give the week that ends both windows, and say so where it was chosen.

    None where there is nothing to choose by.
    """
    if as_of is None and times.isna().all():
        _LOG.info(
            "none of %d incidents has a time, so that nothing can be said to recur", len(times)
        )
        return None
    week = whole_weeks_by(times, as_of=as_of)
    if as_of is None:
        _LOG.info(
            "as_of: %s chosen, the last complete week of incidents up to %s",
            week.key,
            times.max().date(),
        )
    return week


def read_year(
    incidents: pd.DataFrame,
    read: Points,
    entries: gpd.GeoDataFrame | None,
    week: Period,
) -> Year:
    """Take the reports of the 52 weeks that end with a week, and find their addresses."""
    ago = weeks_ago(incidents["occurred_from"], week)
    points = read.xy
    # 0, 0 is a coordinate left blank: an address may be known for it, a site is not.
    has_point = read.there & ~((points == 0).all(axis=1) & address_names(incidents).isna())
    used = has_point & (ago >= 0) & (ago < YEAR)
    no_time = incidents["occurred_from"].isna().to_numpy(dtype=bool)
    _LOG.info(
        "%d of %d reports lie in the 52 weeks that end with %s; %d have no point, %d no time, "
        "%d are later",
        int(used.sum()),
        len(incidents),
        week.key,
        int((~has_point).sum()),
        int((has_point & no_time).sum()),
        int((has_point & (ago < 0)).sum()),
    )
    # The rest of a wide table need not be copied.
    needed = [name for name in _USED if name in incidents.columns]
    if is_plain(incidents):
        at = shapely.points(points[used])
        placed = gpd.GeoDataFrame(incidents[needed][used], geometry=at, crs=read.crs)
    else:
        placed = incidents[[*needed, incidents.geometry.name]][used]
    for column in ("district_id", "district", "source", "category"):
        if column not in placed.columns:
            placed = placed.assign(**{column: pd.Series(np.nan, placed.index, dtype="str")})
    addresses = find_addresses(placed, points[used], entries)
    added = 0
    if entries is not None:
        added = len(addresses) - addresses.known
        _LOG.info(
            "register: %d addresses and places; %d more were seen that are not in it, with %d of "
            "%d reports, and are added as one dwelling each",
            addresses.known,
            added,
            int((addresses.of_incident >= addresses.known).sum()),
            len(placed),
        )
    return Year(
        placed, points[used], ago[used], is_counted(placed), addresses, entries is not None, added
    )


def describe(seen: Year, rows: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Say of some addresses what they are called, where they lie, what happens there and when."""
    position = np.full(len(seen.addresses), -1)
    position[rows] = np.arange(len(rows))
    groups = position[seen.addresses.of_incident]
    kept = groups >= 0
    if kept.all():  # a copy of a whole year takes time and memory
        placed, points, counted, ago = seen.placed, seen.points, seen.counted, seen.ago
    else:
        placed, points, groups = seen.placed[kept], seen.points[kept], groups[kept]
        counted, ago = seen.counted[kept], seen.ago[kept]
    count = len(rows)
    ones = np.ones(len(placed))
    times = placed["occurred_from"].where(counted).groupby(groups)
    sites = pd.Series(site_ids_of(points[:, 0], points[:, 1]))
    typical = most_frequent(groups, sites, ones, count).astype(np.int64)
    # Rows at one site differ by less than a metre; the least of each keeps row order out of it.
    at = pd.DataFrame(points).groupby(sites).min().loc[typical].to_numpy()
    written = pd.Series(most_frequent(groups, _text_of(placed), ones, count), dtype="str")
    address = pd.Series(seen.addresses.text[rows], dtype="str").fillna(written)
    unnamed = np.flatnonzero(address.isna())
    address.iloc[unnamed] = [coordinate_name(*at[i]) for i in unnamed]
    district_id = pd.Series(most_frequent(groups, placed["district_id"], ones, count), dtype="str")
    kinds = np.where(seen.addresses.is_place[rows], "place", "address")
    category = most_frequent(groups[counted], placed["category"][counted], ones[counted], count)
    return gpd.GeoDataFrame(
        {
            "kind": pd.Series(kinds, dtype="str"),
            "address": address,
            "district_id": district_id,
            "district": district_names(district_id, placed),
            "category": pd.Series(category, dtype="str"),
            "months_seen": pd.Series(
                blocks_seen(groups[counted], ago[counted], count=count), dtype="str"
            ),
            "hours": busiest_hours(placed, groups, counted, count).astype("str"),
            "first": times.min().to_numpy(),
            "last": times.max().to_numpy(),
        },
        geometry=shapely.points(at),
        crs=placed.crs,
    )


def _text_of(placed: gpd.GeoDataFrame) -> pd.Series:
    """Address of each report, else the place it names."""
    text = address_names(placed)
    return text.fillna(placed["place"]) if "place" in placed.columns else text
