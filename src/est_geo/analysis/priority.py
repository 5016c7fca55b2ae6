"""Where to be next: the small part of the area that has held most incidents, own cell first."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from est_geo.analysis.density_sums import Points
from est_geo.analysis.kernel_scaling import density_at_cells
from est_geo.analysis.weighted_points import merged, rows_that_count
from est_geo.checks import (
    FARTHEST_M,
    check_choice,
    check_finite_weights,
    check_metric_crs,
    check_number,
    check_polygons,
    check_same_crs,
    read_points,
)
from est_geo.errors import InputError
from est_geo.geography.grid import MAX_CELLS, Grid, grid_over
from est_geo.schema import PRIORITY_CELLS, names
from est_geo.sites.grouping import most_frequent, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
_M2_PER_KM2 = 1e6
_WIDE_M, _WIDE_WHERE_FEW_M = 500.0, 1000.0
_FEW_PER_KM2 = 1.0
_PLAIN_M = 175.0
_PARTS = 4  # the mean of a cell is that of 4 x 4 points

# Coordinates are coarse where fewer sites stand close together than chance alone would give.
_CLOSE_M = 50.0
_EXPECTED_PAIRS = 20.0
_SHARE_OF_EXPECTED = 0.1
_BLUR_M = 25.0
_LOOKED_AT = 20_000

Score = Literal["two_scale", "plain"]


class _Method(NamedTuple):
    """How cells are scored, and why."""

    score: Score
    radius_m: float
    why: str


def priority_cells(
    sites: gpd.GeoDataFrame | pd.DataFrame,
    *,
    within: gpd.GeoDataFrame,
    area_share: float = 0.01,
    cell_m: float = 100,
    wide_m: float | Literal["auto"] = "auto",
    score: Score | Literal["auto"] = "auto",
) -> gpd.GeoDataFrame:
    """Rank the cells where the next incidents are most likely, until a share of the area is used.

    The two-scale score of a cell is half the density of its own incidents and half the quartic
    kernel density of radius `wide_m` around it, averaged over the cell: the own cell first, the
    neighbourhood as tie-breaker. Give it the whole history; recent windows foresee less. It ranks
    places by what happened there and says nothing about why, nor about anyone who is there.

    Parameters
    ----------
    sites : GeoDataFrame of n Points, or DataFrame
        One row a location, `weight` incidents at each, in a CRS in metres: see `to_sites`. A
        DataFrame has `easting` and `northing` in place of points, see `est_geo.schema.COORDINATES`.
        `n`, `address` and `uncertainty_m` are used where present; rows that repeat another report
        (`duplicate_of`) are left out.
    within : GeoDataFrame of Polygons
        Study area, in the same CRS; a cell belongs to it when its centre lies inside. `district_id`
        and `district` are used where present.
    area_share : float
        Share of the study area to fill, above 0 and at most 1.
    cell_m : float
        Side of a cell; cell edges lie at multiples of it, so every run has the same cells.
    wide_m : float or "auto"
        Radius of the neighbourhood. "auto": 500 m, but 1 000 m below one incident per km².
    score : {"auto", "two_scale", "plain"}
        "plain" is the quartic kernel density alone, of radius `wide_m` (175 m for "auto"). "auto"
        takes it where the coordinates are too coarse to say which cell an incident lies in: where
        at least half of the weight has an `uncertainty_m` of 25 m or more, or where less than a
        tenth as many sites stand within 50 m of each other as chance alone would give, as on a
        lattice of rounded coordinates.

    Returns
    -------
    GeoDataFrame of square Polygons
        Columns as `est_geo.schema.PRIORITY_CELLS`, best first. Cells of score 0 are never listed.
        Cells that tie for the last places are all listed, and share these places by `included`,
        which sums to the number of cells that the area share allows. What was chosen stands in
        ``attrs["priority"]``, and in the log.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for both tables.
    InputError
        If `sites` is empty, a weight is negative, no cell has its centre in the study area, a
        number is out of range, or the grid would have more than six million cells.

    Notes
    -----
    The mean over a cell is that of the density at the centres of 4 x 4 parts. `share` and `n` are
    those of the past that was given, so they flatter the ranking: only later incidents test it. See
    docs/priority.md for what such a test gave.
    """
    read = read_points(sites, name="sites", columns=("weight",), plain=True)
    check_finite_weights(sites, name="sites")
    if "n" in sites.columns:
        check_finite_weights(sites, name="sites", column="n")
    check_polygons(within, name="within")
    check_metric_crs(within, name="within")
    check_same_crs(read, within, names=("sites", "within"))
    check_number(area_share, name="area_share", above=0)
    if area_share > 1:
        raise InputError(
            f"`area_share` must be at most 1, not {area_share!r}: 0.01 is one percent."
        )
    check_number(cell_m, name="cell_m", above=0)
    check_choice(score, ("auto", "two_scale", "plain"), name="score")
    if wide_m != "auto":
        check_number(wide_m, name="wide_m", at_least=float(cell_m), at_most=FARTHEST_M)
    grid = grid_over(within, cell_m=float(cell_m))
    if grid.rows * grid.columns * _PARTS**2 > MAX_CELLS:
        raise InputError(
            f"`cell_m` of {cell_m:g} m makes {grid.rows * grid.columns:,} cells over this area, at "
            f"most {MAX_CELLS // _PARTS**2:,} are allowed. Use larger cells or a smaller area."
        )
    area = shapely.union_all(np.asarray(within.geometry.array))
    inside = grid.inside(area)
    if not inside.any():
        raise InputError(
            f"`within` holds the centre of no cell of {cell_m:g} m. Use smaller cells, or check "
            "the study area."
        )
    points = read.xy
    if (counted := rows_that_count(sites, name="sites")) is not None:
        sites, points = sites[counted], points[counted]
    method = _choose(sites, points, area, wide_m=wide_m, score=score)
    _LOG.info(
        "priority cells by the %s score, radius %g m (%s)",
        method.score.replace("_", "-"), method.radius_m, method.why,
    )  # fmt: skip
    own = _own_weight(points, sites["weight"].to_numpy(dtype=float), grid)
    scores = _mean_density(points, sites["weight"].to_numpy(dtype=float), grid, method.radius_m)
    if method.score == "two_scale":
        scores = 0.5 * own / grid.cell_m**2 + 0.5 * scores
    listed, included, rank = _best(scores[inside], area_share * int(inside.sum()))
    row, column = (axis[listed] for axis in np.nonzero(inside))
    cells = _describe(sites, points, within, grid, row, column)
    total = float(sites["weight"].to_numpy(dtype=float)[shapely.intersects_xy(area, points)].sum())
    cells["rank"], cells["included"] = rank, included
    cells["score"] = scores[row, column] * _M2_PER_KM2
    cells["share"] = cells["weight"] / total if total > 0 else np.nan
    result = cells.set_crs(read.crs)[names(PRIORITY_CELLS)]
    result.attrs["priority"] = {
        "score": method.score,
        "why": method.why,
        "radius_m": method.radius_m,
        "cell_m": float(cell_m),
        "area_share": float(area_share),
        "cells": int(inside.sum()),
        "area_used": float(included.sum()) / int(inside.sum()),
        "share": float((cells["share"] * included).sum()),
    }
    return result


def _choose(
    sites: pd.DataFrame,
    points: NDArray[np.float64],
    area: shapely.Geometry,
    *,
    wide_m: float | Literal["auto"],
    score: Score | Literal["auto"],
) -> _Method:
    """Choose the score and its radius."""
    why = "asked for"
    chosen: Score = "two_scale" if score == "auto" else score
    if score == "auto":
        coarse = _coarse(sites, points, area)
        chosen = "plain" if coarse else "two_scale"
        why = coarse or "coordinates are fine enough"
    if wide_m != "auto":
        return _Method(chosen, float(wide_m), why)
    if chosen == "plain":
        return _Method(chosen, _PLAIN_M, why)
    number = sites["n" if "n" in sites.columns else "weight"].to_numpy(dtype=float)
    per_km2 = number[shapely.intersects_xy(area, points)].sum() / (area.area / _M2_PER_KM2)
    if per_km2 < _FEW_PER_KM2:
        return _Method(chosen, _WIDE_WHERE_FEW_M, f"{why}; {per_km2:.2g} incidents per km²")
    return _Method(chosen, _WIDE_M, why)


def _coarse(sites: pd.DataFrame, points: NDArray[np.float64], area: shapely.Geometry) -> str:
    """Say why the coordinates are too coarse for cells; nothing where they are not."""
    weight = sites["weight"].to_numpy(dtype=float)
    if "uncertainty_m" in sites.columns:
        error_m = pd.to_numeric(sites["uncertainty_m"], errors="coerce").to_numpy(dtype=float)
        blurred = error_m >= _BLUR_M
        if weight[blurred].sum() >= weight.sum() / 2:
            return f"coordinates are uncertain by {_BLUR_M:g} m or more"
    places = np.unique(points[shapely.intersects_xy(area, points)], axis=0)
    places = places[:: -(-len(places) // _LOOKED_AT) or 1]  # a lattice thinned out is still one
    expected = len(places) ** 2 / 2 * math.pi * _CLOSE_M**2 / area.area
    if expected < _EXPECTED_PAIRS:
        return ""
    tree = cKDTree(places)
    pairs = (tree.count_neighbors(tree, _CLOSE_M * (1 - 1e-3)) - len(places)) / 2
    if pairs >= _SHARE_OF_EXPECTED * expected:
        return ""
    return (
        f"coordinates look rounded: {pairs:.0f} pairs of sites within {_CLOSE_M:g} m, where chance "
        f"would give {expected:.0f}"
    )


def _own_weight(
    points: NDArray[np.float64], weight: NDArray[np.float64], grid: Grid
) -> NDArray[np.float64]:
    """Weight in each cell."""
    row, column, there = grid.cells_of(points[:, 0], points[:, 1])
    cell = (row * grid.columns + column)[there]
    counts = summed(cell, weight[there], grid.rows * grid.columns)
    return counts.reshape(grid.rows, grid.columns)


def _mean_density(
    points: NDArray[np.float64], weight: NDArray[np.float64], grid: Grid, radius_m: float
) -> NDArray[np.float64]:
    """Quartic kernel density averaged over each cell, per m²."""
    fine = grid.split(_PARTS)
    used = weight > 0
    easting, northing, summed = merged(points[used], weight[used])
    values = density_at_cells(
        Points(*grid.from_corner(easting, northing), summed),
        radius_m,
        "quartic",
        fine,
        np.ones((fine.rows, fine.columns), dtype=np.bool_),
    )
    return values.reshape(grid.rows, _PARTS, grid.columns, _PARTS).mean(axis=(1, 3))


def _best(
    scores: NDArray[np.float64], places: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Take the best cells: which, what part of each fits into the places, and their rank.

    Cells that differ by less than 1e-9 of the best are tied: rounding does not rank them.
    """
    step = float(scores.max()) * 1e-9
    if step <= 0:
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
    steps = np.rint(scores / step)
    order = np.argsort(-steps, kind="stable")  # ties from south to north, from west to east
    order = order[steps[order] > 0]
    ahead = np.searchsorted(-steps[order], -steps[order])  # how many are better
    tied = np.searchsorted(-steps[order], -steps[order], side="right") - ahead
    included = np.clip((places - ahead) / tied, 0.0, 1.0)
    taken = included > 0
    return order[taken], included[taken], (ahead + 1)[taken]


def _describe(
    sites: pd.DataFrame,
    points: NDArray[np.float64],
    within: gpd.GeoDataFrame,
    grid: Grid,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
) -> gpd.GeoDataFrame:
    """Squares of the listed cells, with what is known of each."""
    squares = grid.squares(row, column)
    site_row, site_column, there = grid.cells_of(points[:, 0], points[:, 1])
    position = np.full((grid.rows, grid.columns), -1)
    position[row, column] = np.arange(len(row))
    cell = np.where(there, position[site_row, site_column], -1)
    held = cell >= 0
    weight = sites["weight"].to_numpy(dtype=float)
    number = sites["n"].to_numpy(dtype=float) if "n" in sites.columns else np.ones(len(sites))
    count = len(row)
    table: dict[str, Any] = {
        "n": np.bincount(cell[held], weights=number[held], minlength=count).astype(np.int64),
        "weight": summed(cell[held], weight[held], count),
        "address": np.full(count, np.nan, dtype=object),
        "district_id": np.full(count, np.nan, dtype=object),
        "district": np.full(count, np.nan, dtype=object),
    }
    if "address" in sites.columns:
        table["address"] = most_frequent(cell[held], sites["address"][held], weight[held], count)
    if {"district_id", "district"} <= set(within.columns):
        centres = shapely.points(grid.eastings[column], grid.northings[row])
        found, polygon = shapely.STRtree(np.asarray(within.geometry.array)).query(
            centres, predicate="intersects"
        )
        ids = pd.Series(within["district_id"].to_numpy()[polygon], dtype="str")
        has_id = ids.notna().to_numpy()
        # On a shared edge, the district with the lowest id.
        lowest = ids[has_id].groupby(found[has_id]).idxmin()
        for name in ("district_id", "district"):
            table[name][lowest.index] = within[name].to_numpy()[polygon[lowest]]
    for name in ("address", "district_id", "district"):
        table[name] = pd.array(table[name], dtype="str")
    return gpd.GeoDataFrame(table, geometry=squares)
