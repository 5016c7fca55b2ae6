"""Recurring addresses: which addresses keep coming back, and in how many months.

Counts only: whether a number may be chance is not tested here yet, and the table does not say so.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_number, read_points
from est_geo.periods import period_numbers
from est_geo.schema import ADDRESSES, names
from est_geo.sites.collapse import (
    address_names,
    coordinate_name,
    is_counted,
    site_ids_of,
)
from est_geo.sites.grouping import count_distinct, district_names, most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray


def recurring_addresses(
    incidents: gpd.GeoDataFrame, *, min_incidents: int = 3, min_months: int = 2
) -> gpd.GeoDataFrame:
    """Count incidents by address and keep those that come back.

    Incidents belong together when they have the same address in the register (see `geocode`), else
    when it is written the same, apart from case and spacing, in the same district; without an
    address, when they share a site. An incident without a time counts in `n` but in no month or
    week. A report that repeats another (`duplicate_of`) counts only among the reporters.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points
        Needs `occurred_from`; `address`, `source`, `district_id` and `district` are used where
        present. Rows without a point are left out.
    min_incidents : int
        Fewest incidents of a kept address.
    min_months : int
        Fewest distinct calendar months of a kept address; 1 keeps all.

    Returns
    -------
    GeoDataFrame of Points
        Columns as `est_geo.schema.ADDRESSES`, most incidents first; 0 rows where none comes back.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If the table is empty, lacks `occurred_from`, or a geometry is not a point.
    """
    points, has_point = read_points(
        incidents, name="incidents", columns=("occurred_from",), unplaced=True
    )
    check_number(min_incidents, name="min_incidents", at_least=1, whole=True)
    check_number(min_months, name="min_months", at_least=0, whole=True)
    placed, points = incidents[has_point], points[has_point]
    placed = placed.assign(address=address_names(placed))
    for column in ("district_id", "district", "source"):
        if column not in placed.columns:
            placed = placed.assign(**{column: pd.Series(np.nan, placed.index, dtype="str")})
    groups, count = _same_address(placed, site_ids_of(points[:, 0], points[:, 1]))
    every = _count(placed, points, groups, count)
    kept = every[(every["n"] >= min_incidents) & (every["months"] >= min_months)]
    ranked = kept.sort_values(
        ["n", "months", "address", "district_id"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))[names(ADDRESSES)]


def _same_address(
    placed: gpd.GeoDataFrame, site_ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Group incidents by their address in its district, else by their site."""
    spelling, spellings = pd.factorize(placed["address"])
    address, _ = pd.factorize(np.asarray([_plain(text) for text in spellings], dtype=object))
    district, districts = pd.factorize(placed["district_id"])
    site, _ = pd.factorize(site_ids)
    has_address = spelling >= 0
    named = np.append(address, -1)[spelling] * (len(districts) + 1) + district + 1
    keys = np.where(has_address, named, -1 - site)
    groups, found = pd.factorize(keys)
    return groups, len(found)


def _plain(text: str) -> str:
    """Address without differences of case, spacing and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _count(
    placed: gpd.GeoDataFrame,
    points: NDArray[np.float64],
    groups: NDArray[np.int64],
    count: int,
) -> gpd.GeoDataFrame:
    """One row for each group, in the order of the groups, without a rank."""
    ones = np.ones(len(placed))
    counted = is_counted(placed)
    times = placed["occurred_from"].where(counted).groupby(groups)
    stamps = placed["occurred_from"].where(counted).to_numpy()
    sites = pd.Series(site_ids_of(points[:, 0], points[:, 1]))
    typical = most_frequent(groups, sites, ones, count).astype(np.int64)
    # Rows at one site differ by less than a metre; the least of each keeps row order out of it.
    at = pd.DataFrame(points).groupby(sites).min().loc[typical].to_numpy()
    address = pd.Series(most_frequent(groups, placed["address"], ones, count), dtype="str")
    unnamed = np.flatnonzero(address.isna())
    address.iloc[unnamed] = [coordinate_name(*at[i]) for i in unnamed]
    district_id = pd.Series(most_frequent(groups, placed["district_id"], ones, count), dtype="str")
    return gpd.GeoDataFrame(
        {
            "address": address,
            "district_id": district_id,
            "district": district_names(district_id, placed),
            "n": np.bincount(groups[counted], minlength=count),
            "months": count_distinct(groups, period_numbers(stamps, kind="month"), count),
            "weeks": count_distinct(groups, period_numbers(stamps, kind="week"), count),
            "first": times.min().to_numpy(),
            "last": times.max().to_numpy(),
            "sources": count_distinct(groups, pd.factorize(placed["source"])[0], count),
        },
        geometry=shapely.points(at),
        crs=placed.crs,
    )
