"""Problem places: where incidents lie so close together that the place is the problem."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.analysis.dbscan_labels import dbscan_labels
from est_geo.analysis.place_incidents import describe_incidents
from est_geo.checks import (
    FARTHEST_M,
    check_finite_weights,
    check_number,
    check_same_crs,
    check_table,
    has_shape,
    read_points,
)
from est_geo.schema import KIND_DTYPE, PLACES, SITES, names
from est_geo.sites.collapse import coordinate_name
from est_geo.sites.grouping import district_names, joined_texts, most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

_QUARTER_STEPS = 8  # straight pieces in a quarter of a disc


def problem_places(
    sites: gpd.GeoDataFrame | pd.DataFrame,
    *,
    eps_m: float = 50,
    min_incidents: float = 5,
    incidents: gpd.GeoDataFrame | pd.DataFrame | None = None,
    named: gpd.GeoDataFrame | None = None,
    named_within_m: float = 100,
) -> gpd.GeoDataFrame:
    """Find places by DBSCAN over weighted sites.

    A site is core if the weight within `eps_m` of it, itself and the edge included, reaches
    `min_incidents`. Core sites within `eps_m` of each other make one place, joined by the border
    sites nearest to them. The result does not depend on the order of the rows.

    Parameters
    ----------
    sites : GeoDataFrame of n Points, or DataFrame
        As `to_sites` gives them, in a CRS in metres. A DataFrame has `easting` and `northing` in
        place of points, see `est_geo.schema.COORDINATES`.
    eps_m : float
        Distance in metres: 50 for places, 100 for areas.
    min_incidents : float
        Weight that makes a core site. The right number grows with the length of the period: 5 suits
        four months, 3 one month.
    incidents : GeoDataFrame of Points, or DataFrame, optional
        The incidents from which `to_sites` made the sites: they tell `categories`, `reporters` and
        `hours`, which are missing without them. `category`, `source`, `occurred_from`,
        `occurred_to`, `time_precision` and `duplicate_of` are used where present.
    named : GeoDataFrame, optional
        Named places in the same CRS, with `name`: squares, stations, or `Gazetteer.entries`. Rows
        without a name are passed over. A problem place is called by the one nearest to its
        heaviest site, if that is within `named_within_m`; equally near, by the first in order of
        their names. Else its name is the address with the largest weight.
    named_within_m : float
        Distance in metres.

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
        If a table is empty or lacks a column, a number is not above 0, or `incidents` are not those
        of the sites.

    References
    ----------
    .. [1] Ester, Kriegel, Sander, Xu (1996), A density-based algorithm for discovering clusters.
    """
    needed = [column.name for column in SITES if column.kind != "geometry"]
    read = read_points(sites, name="sites", columns=needed, plain=True)
    check_finite_weights(sites, name="sites")
    check_finite_weights(sites, name="sites", column="n")
    check_number(eps_m, name="eps_m", above=0, at_most=FARTHEST_M)
    check_number(min_incidents, name="min_incidents", above=0)
    if named is not None:
        check_table(named, name="named", columns=("name",))
        check_same_crs(read, named, names=("sites", "named"))
        check_number(named_within_m, name="named_within_m", above=0, at_most=FARTHEST_M)
    order = np.argsort(sites["site_id"].to_numpy(), kind="stable")
    ordered, points = sites.iloc[order].reset_index(drop=True), read.xy[order]
    weight = ordered["weight"].to_numpy(dtype=float)
    labels, core = dbscan_labels(points, weight, eps=float(eps_m), min_weight=float(min_incidents))
    if not core.any():
        return _no_places(read.crs)
    member = labels >= 0
    # Sites stand in the order of their ids, so the first of a place is its lowest, core or border.
    lowest = np.unique(labels[member], return_index=True)[1]
    by_weight = np.lexsort((lowest, -np.bincount(labels[member], weights=weight[member])))
    rank = np.empty(len(by_weight), dtype=np.int64)
    rank[by_weight] = np.arange(len(by_weight))
    groups = rank[labels[member]]
    members = ordered[member].reset_index(drop=True)
    top = _heaviest(weight[member], groups)
    table = _describe(members, groups, points[member][top], total=float(weight.sum()))
    if named is not None:
        table["name"] = _named(points[member][top], table["name"], named, named_within_m)
    if incidents is not None:
        table |= describe_incidents(incidents, ordered, np.where(member, rank[labels], -1))
    shapes = _outlines(points[core], rank[labels[core]], eps_m)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=read.crs)[names(PLACES)]


def _describe(
    members: pd.DataFrame,
    groups: NDArray[np.int64],
    top: NDArray[np.float64],
    *,
    total: float,
) -> dict[str, Any]:
    """Columns of the places but the polygon.

    `groups` is the place of each member site, `top` the coordinates of the heaviest of each place.
    """
    weight = members["weight"].to_numpy(dtype=float)
    number = members["n"].to_numpy(dtype=float)
    count = int(groups.max()) + 1
    grouped = members.groupby(groups)
    unknown = pd.Series(np.nan, range(count), dtype="str")
    sums = np.bincount(groups, weights=weight, minlength=count)
    points = [coordinate_name(easting, northing) for easting, northing in top.tolist()]
    named = pd.Series(most_frequent(groups, members["address"], weight, count))
    district_id = pd.Series(most_frequent(groups, members["district_id"], weight, count))
    return {
        "place_id": np.arange(1, count + 1),
        "name": named.where(named.notna(), pd.Series(points)).astype("str"),
        "n": np.bincount(groups, weights=number, minlength=count).astype(np.int64),
        "weight": sums,
        "share": sums / total,
        "sites": np.bincount(groups, minlength=count),
        "first": grouped["first"].min().to_numpy(),
        "last": grouped["last"].max().to_numpy(),
        "addresses": _addresses(members, groups, weight, count),
        "categories": unknown,
        "reporters": unknown,
        "hours": unknown,
        "district_id": district_id.astype("str"),
        "district": district_names(district_id, members),
        "site_ids": joined_texts(groups, members["site_id"].astype(str), count, between=" "),
    }


def _addresses(
    members: pd.DataFrame,
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
    return joined_texts(
        ordered["place"].to_numpy(), ordered["address"].astype("str"), count, between="; "
    )


def _heaviest(weight: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the heaviest site of each place, ties to the lowest site_id: sites are sorted by it."""
    order = np.lexsort((-weight, groups))
    heaviest: NDArray[np.int64] = order[np.unique(groups[order], return_index=True)[1]]
    return heaviest


def _named(
    top: NDArray[np.float64],
    otherwise: pd.Series,
    named: gpd.GeoDataFrame,
    within_m: float,
) -> pd.Series:
    """Name places by the nearest named place, where one is within reach of the heaviest site."""
    geometry = np.asarray(named.geometry.array)
    usable = named["name"].notna().to_numpy(dtype=bool) & has_shape(geometry)
    by_name = np.flatnonzero(usable)[np.argsort(named["name"][usable].astype(str), kind="stable")]
    if len(by_name) == 0:
        return otherwise
    place, found = shapely.STRtree(geometry[by_name]).query_nearest(
        shapely.points(top), max_distance=within_m, all_matches=True
    )
    first = pd.Series(found).groupby(place).min()
    result = otherwise.copy()
    result.iloc[first.index] = named["name"].iloc[by_name[first]].astype(str).to_numpy()
    return result


def _outlines(
    points: NDArray[np.float64], groups: NDArray[np.int64], radius_m: float
) -> list[shapely.Geometry]:
    """Union of polygons that hold the disc of `radius_m` around each point, for each place."""
    outside = radius_m / math.cos(math.pi / (4 * _QUARTER_STEPS))
    order = np.argsort(groups, kind="stable")
    discs = shapely.buffer(shapely.points(points[order]), outside, quad_segs=_QUARTER_STEPS)
    edges = np.flatnonzero(np.diff(groups[order])) + 1
    return [shapely.union_all(of_place) for of_place in np.split(discs, edges)]


def _no_places(crs: CRS) -> gpd.GeoDataFrame:
    """Make the empty table, with every column and its dtype."""
    columns: dict[str, object] = {
        column.name: pd.Series(dtype=KIND_DTYPE[column.kind])
        for column in PLACES
        if column.kind != "geometry"
    }
    return gpd.GeoDataFrame(columns, geometry=[], crs=crs)[names(PLACES)]
