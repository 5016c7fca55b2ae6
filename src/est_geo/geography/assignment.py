"""Which district each incident lies in: exactly one, also on the border between two."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from est_geo.checks import check_choice, check_polygons, check_same_crs, first_row, read_points
from est_geo.checks.coordinate_columns import is_plain
from est_geo.compiled import in_bands
from est_geo.errors import InputError
from est_geo.geography.location import NOWHERE, locate, locate_one_by_one

if TYPE_CHECKING:
    import geopandas as gpd

    from est_geo.checks import Points

    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Numbers = np.ndarray[Any, np.dtype[np.int32]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

Incidents = TypeVar("Incidents", bound=pd.DataFrame)
logger = logging.getLogger(__name__)
_WORTH_THREADS = 50_000  # rows


def assign_districts(
    incidents: Incidents,
    districts: gpd.GeoDataFrame,
    *,
    outside: Literal["raise", "keep", "nearest"] = "raise",
) -> Incidents:
    """Give each incident the one district it lies in.

    A point on an edge belongs to the district with the lowest `district_id` of those that touch it,
    so counts by district add up to the number of incidents.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        In a CRS in metres; a DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. Rows without a point are kept. They have a district only where
        their `district_id` already is that of one: geocoding knows the district of some streets
        whole.
    districts : GeoDataFrame of Polygons
        With `district_id`, each a different one, and `district`, in the same CRS. The order of the
        rows does not matter; identifiers are compared as text.
    outside : {"raise", "keep", "nearest"}
        What to do with points outside every district: refuse, keep them without a district, or
        move them to the nearest district (the lowest `district_id` of equally near ones), however
        far; the longest distance is logged. A point at exactly 0, 0 is a coordinate left blank: it
        is outside every district and is never moved.

    Returns
    -------
    GeoDataFrame, or DataFrame where that was given
        The n rows in their order, with `district_id` and `district` added or replaced, missing
        where a row has none. ``attrs["assignment"]`` counts the rows: `inside`,
        `moved_to_nearest`, `outside` (left without a district), `district_only` and `unplaced`
        (neither point nor district) sum to n; `at_null_island` are those of `outside` at 0, 0;
        `on_edge` those of `inside` that several districts touch. ``attrs["crs"]`` of a DataFrame is
        kept, or says what was chosen.

    Raises
    ------
    InputError
        If a table is empty or of the wrong kind, a `district_id` is missing or repeated, or points
        are outside and `outside` is "raise".
    CRSError
        If a CRS is missing, not in metres, or not the same for both tables.
    """
    check_choice(outside, ("raise", "keep", "nearest"), name="outside")
    points = read_points(incidents, name="incidents", unplaced=True, plain=True)
    crs = points.crs
    check_polygons(districts, name="districts", columns=("district_id", "district"))
    check_same_crs(points, districts, names=("incidents", "districts"))
    _check_ids(districts)
    ordered = districts.assign(district_id=districts["district_id"].astype("str"))
    ordered = ordered.sort_values("district_id")
    position, counts = _find(incidents, points, ordered, outside)
    del points  # of the size of the columns that follow
    logger.info("incidents by district: %s", counts)

    result = incidents.copy(deep=False)
    columns = ("district_id", "district")
    values: dict[str, Any] = {}
    absent = position == NOWHERE
    # With a mask that marks nothing, twice as much memory is taken.
    rows = pa.array(position, mask=absent if absent.any() else None)

    def name(first: int, last: int) -> None:
        for column in columns[first:last]:
            texts = pa.array(ordered[column].astype("str"), type=pa.large_string())
            values[column] = pd.array(pc.take(texts, rows), dtype="str")

    in_bands(name, len(columns), worth_it=len(position) >= _WORTH_THREADS)
    for column in columns:
        result[column] = pd.Series(values[column], index=result.index)
    result.attrs["assignment"] = counts
    if is_plain(result) and result.attrs.get("crs") is None:
        result.attrs["crs"] = crs.to_string()
    return result


def _find(
    incidents: pd.DataFrame, points: Points, districts: gpd.GeoDataFrame, outside: str
) -> tuple[Numbers, dict[str, int]]:
    """Find the row of each incident's district, `NOWHERE` where it has none, and count."""
    xy, placed, _ = points
    polygons = np.asarray(districts.geometry.array)
    everywhere = bool(placed.all())
    locations = xy if everywhere else xy[placed]
    found, shared = locate(locations, polygons)
    null_island = _at_null_island(locations, found, polygons)
    found[null_island], shared[null_island] = NOWHERE, False
    stray = found == NOWHERE
    inside = len(found) - int(np.count_nonzero(stray))
    stray[null_island] = False
    moved = int(np.count_nonzero(stray)) if outside == "nearest" else 0
    if moved:
        found[stray] = _nearest(locations[stray], polygons)

    position, district_only = found, 0
    if not everywhere:
        position = np.full(len(incidents), NOWHERE, dtype=found.dtype)
        position[placed] = found
        if "district_id" in incidents.columns:
            known = incidents["district_id"][~placed]
            position[~placed] = pd.Index(districts["district_id"]).get_indexer(known)
            district_only = int(np.count_nonzero(position[~placed] != NOWHERE))
    counts = {
        "inside": inside,
        "outside": len(found) - inside - moved,
        "at_null_island": len(null_island),
        "district_only": district_only,
        "unplaced": len(incidents) - len(found) - district_only,
        "on_edge": int(np.count_nonzero(shared)),
        "moved_to_nearest": moved,
    }
    if outside == "raise" and counts["outside"]:
        at = np.zeros(len(incidents), dtype=bool)
        at[placed] = found == NOWHERE
        _refuse_outside(incidents, at, counts["at_null_island"])
    return position, counts


def _check_ids(districts: gpd.GeoDataFrame) -> None:
    """Require identifiers that identify."""
    ids = districts["district_id"]
    for bad, fault in (
        (ids.isna(), "without a `district_id`"),
        (ids.astype("str").duplicated(keep=False), "that share a `district_id`"),
    ):
        if bad.any():
            raise InputError(
                f"`districts` has {bad.sum()} of {len(districts)} rows {fault}; the first is row "
                f"{first_row(districts, bad.to_numpy(dtype=bool))}. Give each district one of its "
                "own, or join the rows of a district with districts.dissolve('district_id')."
            )


def _at_null_island(xy: Floats, found: Numbers, polygons: np.ndarray[Any, Any]) -> Integers:
    """List the points at exactly 0, 0: of those found where 0, 0 lies, mostly nowhere."""
    there, _ = locate_one_by_one(np.zeros((1, 2)), polygons)
    among = np.flatnonzero(found == there[0])
    return among[(xy[among] == 0).all(axis=1)]


def _nearest(xy: Floats, polygons: np.ndarray[Any, Any]) -> Integers:
    """Return the nearest polygon of each location, the first of equally near ones."""
    tree = shapely.STRtree(polygons)
    distinct, which = np.unique(xy, axis=0, return_inverse=True)
    (location, polygon), distance = tree.query_nearest(
        shapely.points(distinct), return_distance=True, all_matches=True
    )
    least = np.full(len(distinct), len(polygons))
    np.minimum.at(least, location, polygon)
    logger.info("the farthest point moved to its nearest district lies %.0f m off", distance.max())
    return least[which]


def _refuse_outside(incidents: gpd.GeoDataFrame, without: Mask, at_null_island: int) -> None:
    """Say how many points are outside, which is the first, and what can be done."""
    island = f" ({at_null_island} of them at 0, 0)" if at_null_island else ""
    raise InputError(
        f"`incidents` has {without.sum()} of {len(incidents)} points outside every district"
        f"{island}; the first is row {first_row(incidents, without)}. Pass outside='keep' to keep "
        "them without a district, or outside='nearest' to move the count to the nearest one."
    )
