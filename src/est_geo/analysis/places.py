"""Problem places: where incidents lie so close together that the place is the problem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.analysis.kernels import dbscan_labels
from est_geo.checks import check_finite_weights, check_number, check_points
from est_geo.schema import KIND_DTYPE, PLACES, SITES, names
from est_geo.sites.collapse import coordinate_name
from est_geo.sites.grouping import district_names, most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUARTER_STEPS = 8  # straight pieces in a quarter of a disc


def problem_places(
    sites: gpd.GeoDataFrame, *, eps_m: float = 50, min_incidents: float = 5
) -> gpd.GeoDataFrame:
    """Find places by DBSCAN over weighted sites.

    A site is core if the weight within `eps_m` of it, itself and the edge included, reaches
    `min_incidents`. Core sites within `eps_m` of each other make one place, joined by the border
    sites nearest to them. The result does not depend on the order of the rows.

    Parameters
    ----------
    sites : GeoDataFrame of n Points
        As `to_sites` gives them, in a CRS in metres.
    eps_m : float
        Distance in metres: 50 for places, 100 for areas.
    min_incidents : float
        Weight that makes a core site. The right number grows with the length of the period: 5 suits
        four months, 3 one month.

    Returns
    -------
    GeoDataFrame of (Multi)Polygons
        Columns as `est_geo.schema.PLACES`, largest weight first; 0 rows where nothing is found. The
        polygon of a place is the union of discs of radius `eps_m` around its core sites, drawn
        outside the circle, so that every member lies in it. `n` and `weight` sum to those of the
        sites that are not noise.

    Raises
    ------
    CRSError
        If the CRS is missing or not in metres.
    InputError
        If `sites` is empty or lacks a column, or a number is not above 0.

    References
    ----------
    .. [1] Ester, Kriegel, Sander, Xu (1996), A density-based algorithm for discovering clusters.
    """
    crs = check_points(sites, name="sites", columns=names(SITES))
    check_finite_weights(sites, name="sites")
    check_number(eps_m, name="eps_m", above=0)
    check_number(min_incidents, name="min_incidents", above=0)
    ordered = sites.sort_values("site_id", kind="stable", ignore_index=True)
    weight = ordered["weight"].to_numpy(dtype=float)
    labels, core = dbscan_labels(
        ordered.geometry.x.to_numpy(),
        ordered.geometry.y.to_numpy(),
        weight,
        float(eps_m),
        float(min_incidents),
    )
    if not core.any():
        return _no_places(sites)
    # Clusters are numbered by their lowest site_id, so a stable sort breaks ties by it.
    by_weight = np.argsort(
        -np.bincount(labels[labels >= 0], weights=weight[labels >= 0]), kind="stable"
    )
    rank = np.empty(len(by_weight), dtype=np.int64)
    rank[by_weight] = np.arange(len(by_weight))
    member = labels >= 0
    groups = rank[labels[member]]
    members = ordered[member].reset_index(drop=True)
    table = _describe(members, groups, total=float(weight.sum()))
    discs = _discs(ordered.geometry.array[core], eps_m)
    shapes = [
        shapely.union_all(discs[rank[labels[core]] == place]) for place in range(len(by_weight))
    ]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=crs)[names(PLACES)]


def _describe(
    members: gpd.GeoDataFrame, groups: NDArray[np.int64], *, total: float
) -> dict[str, object]:
    """Columns of the places but the polygon; `groups` is the place of each member site."""
    weight = members["weight"].to_numpy(dtype=float)
    count = int(groups.max()) + 1
    grouped = members.groupby(groups)
    sums = np.bincount(groups, weights=weight, minlength=count)
    # The heaviest site of each place, ties to the lowest site_id (members are sorted by it).
    order = np.lexsort((-weight, groups))
    top = members.iloc[order[np.unique(groups[order], return_index=True)[1]]]
    points = [coordinate_name(p.x, p.y) for p in top.geometry]
    named = pd.Series(most_frequent(groups, members["address"], weight, count))
    district_id = pd.Series(most_frequent(groups, members["district_id"], weight, count))
    return {
        "place_id": np.arange(1, count + 1),
        "name": named.where(named.notna(), pd.Series(points)).astype("str"),
        "n": grouped["n"].sum().to_numpy(),
        "weight": sums,
        "share": sums / total,
        "sites": np.bincount(groups, minlength=count),
        "first": grouped["first"].min().to_numpy(),
        "last": grouped["last"].max().to_numpy(),
        "addresses": _addresses(members, groups, weight, count),
        "district_id": district_id.astype("str"),
        "district": district_names(district_id, members),
        "site_ids": grouped["site_id"].agg(lambda ids: " ".join(map(str, ids))).astype("str"),
    }


def _addresses(
    members: gpd.GeoDataFrame,
    groups: NDArray[np.int64],
    weight: NDArray[np.float64],
    count: int,
) -> pd.Series:
    """Addresses of each place, largest weight first, separated by semicolons."""
    table = pd.DataFrame({"place": groups, "address": members["address"], "weight": weight})
    sums = table.dropna(subset=["address"]).groupby(["place", "address"])["weight"].sum()
    ordered = sums.reset_index().sort_values(
        ["place", "weight", "address"], ascending=[True, False, True]
    )
    joined = ordered.groupby("place")["address"].agg("; ".join)
    return joined.reindex(range(count)).astype("str")


def _discs(points: gpd.array.GeometryArray, radius_m: float) -> NDArray[np.object_]:
    """Polygons that hold the disc of `radius_m` around each point."""
    outside = radius_m / math.cos(math.pi / (4 * _QUARTER_STEPS))
    return np.asarray(shapely.buffer(np.asarray(points), outside, quad_segs=_QUARTER_STEPS))


def _no_places(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the empty table, with every column and its dtype."""
    columns: dict[str, object] = {
        column.name: pd.Series(dtype=KIND_DTYPE[column.kind])
        for column in PLACES
        if column.kind != "geometry"
    }
    return gpd.GeoDataFrame(columns, geometry=[], crs=sites.crs)[names(PLACES)]
