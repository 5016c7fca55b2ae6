"""Kernel density: how many incidents per km², smoothed over a stated distance."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import shapely

from est_geo.analysis.bandwidth import RULES, auto_bandwidth, radius_by_rule, usual_error
from est_geo.analysis.density_result import Density
from est_geo.analysis.density_sums import Points
from est_geo.analysis.kernel_scaling import (
    KERNELS,
    Kernel,
    adapted,
    density_at_cells,
    mass_inside,
    peak_of,
)
from est_geo.analysis.weighted_points import merged, points_of
from est_geo.checks import (
    FARTHEST_M,
    check_choice,
    check_flag,
    check_metric_crs,
    check_number,
    check_on_earth,
    check_polygons,
    check_same_crs,
)
from est_geo.errors import InputError
from est_geo.geography.grid import Grid, grid_over

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from est_geo.analysis.bandwidth import Rule
    from est_geo.analysis.weighted_points import Rows

_LOG = logging.getLogger(__name__)
_M2_PER_KM2 = 1e6

Compare = Literal["ratio", "difference", "log_ratio"]


class _Cells(NamedTuple):
    """The study area and its cells."""

    area: shapely.Geometry
    grid: Grid
    inside: NDArray[np.bool_]


def kde(
    sites: gpd.GeoDataFrame | pd.DataFrame,
    *,
    within: gpd.GeoDataFrame,
    bandwidth_m: float | Rule = "auto",
    cell_m: float = 100,
    kernel: Kernel = "quartic",
    adaptive: bool = False,
    edge: Literal["none", "mass"] = "none",
) -> Density:
    """Estimate incident density on a grid; the sum over sites is exact.

    Parameters
    ----------
    sites : GeoDataFrame of n Points, or DataFrame
        One row a location, `weight` incidents at each, in a CRS in metres: see `to_sites`. A
        DataFrame has `easting` and `northing` in place of points, see `est_geo.schema.COORDINATES`.
        A table of incidents does too: what lies at the same coordinates is added up first,
        unrounded, and a table without `weight` counts 1 a row. Those outside the study area count
        as far as their kernel reaches in.
    within : GeoDataFrame of Polygons
        Study area, in the same CRS; cells whose centre lies outside hold NaN.
    bandwidth_m : float or str
        Distance in metres at which an incident stops counting: the quartic kernel's support, not
        its standard deviation (which is `bandwidth_m` / √8 along each axis). A Gaussian kernel gets
        that standard deviation. "auto": 0.17·√(A/n), with A the study area and n the incidents in
        it, rounded to 25 m and held within 75 … 1000 m; never under four times the `uncertainty_m`
        that half of the incidents have, where the table has one, nor under `cell_m`. It is logged.
        "arcgis", "scott" and "normal_reference" are the usual rules of thumb, for comparison.
    cell_m : float
        Side of a cell; cell edges lie at multiples of it, so every run has the same cells.
    kernel : {"quartic", "epanechnikov", "gaussian"}
        The quartic and the Epanechnikov kernel are exactly 0 from `bandwidth_m` on. The Gaussian is
        cut off where all that is cut off, together, is under 1e-12 of the highest density.
    adaptive : bool
        Give every site a radius of its own, after Abramson: `bandwidth_m` times √(g/f), with f the
        density there under `bandwidth_m`, and g its geometric mean over incidents. Never under
        `cell_m`.
    edge : {"none", "mass"}
        "mass" divides by the share of the kernel that lies inside the study area, where incidents
        outside are not known; the share is right to 2 %. Not with `adaptive`.

    Returns
    -------
    Density
        Incidents per km². Times cell area and summed it gives the total weight, less what spills
        outside.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for both tables.
    InputError
        If `sites` is empty, a coordinate is not finite, a weight is negative, `bandwidth_m` is
        smaller than `cell_m`, no cell has its centre in the study area, or the grid would have more
        than 100 million cells.

    References
    ----------
    .. [1] Silverman (1986), Density Estimation for Statistics and Data Analysis, ch. 4.
    .. [2] Diggle (1985), A kernel method for smoothing point process data, Applied Statistics 34.
    """
    check_choice(edge, ("none", "mass"), name="edge")
    check_flag(adaptive, name="adaptive")
    if adaptive and edge == "mass":
        raise InputError(
            '`edge="mass"` divides by the mass of one kernel, and `adaptive` gives each site its '
            'own. Choose one, or leave `edge="none"`.'
        )
    _check_numbers(bandwidth_m, cell_m, kernel)
    rows = points_of(sites, name="sites")
    cells = _cells_over(within, float(cell_m))
    check_same_crs(rows, within, names=("sites", "within"))
    radius = _radius(bandwidth_m, rows, cells)
    # Before the sum, since it may find that there are too many cells.
    mass = mass_inside(cells.area, cells.grid, radius, kernel) if edge == "mass" else 1.0
    points = _local(rows, cells.grid, name="sites")
    widths: NDArray[np.float64] | float = radius
    if adaptive and len(points.weight):
        widths = np.maximum(adapted(points, radius, kernel), cells.grid.cell_m)
    values = density_at_cells(points, widths, kernel, cells.grid, cells.inside) * _M2_PER_KM2
    values[~cells.inside] = np.nan
    values /= mass
    return Density(
        values=values,
        grid=cells.grid,
        crs=within.crs,
        bandwidth_m=radius,
        kernel=kernel,
        adaptive=adaptive,
        edge=edge,
    )


def kde_ratio(
    sites: gpd.GeoDataFrame | pd.DataFrame,
    against: gpd.GeoDataFrame | pd.DataFrame,
    *,
    within: gpd.GeoDataFrame,
    bandwidth_m: float | Rule = "auto",
    cell_m: float = 100,
    kernel: Kernel = "quartic",
    compare: Compare = "ratio",
    floor_per_km2: float | Literal["auto"] = "auto",
) -> Density:
    """Compare the density of sites with that of others: dwellings, or an earlier period.

    Both densities have the same kernel, bandwidth and cells. Periods of different length are the
    caller's to make comparable, by weights.

    Parameters
    ----------
    sites, against : GeoDataFrames of Points, or DataFrames
        As `kde` takes them: what is counted, and what it is compared with.
    within, bandwidth_m, cell_m, kernel
        As `kde`. "auto" goes by `sites`.
    compare : {"ratio", "difference", "log_ratio"}
        sites / against, sites − against in incidents per km², or the natural logarithm of the
        ratio: 0 where they are alike, and equally far from 0 for twice and for half.
    floor_per_km2 : float or "auto"
        A ratio is NaN where the density of `against` is below this, since it would rest on next to
        nothing. "auto": what one incident of weight 1 gives at its own place. A difference needs no
        floor.

    Returns
    -------
    Density
        With `measure` as `compare`; NaN outside the study area, below the floor, and for a
        logarithm where the density of `sites` is 0.

    Raises
    ------
    CRSError, InputError
        As `kde`; also if the floor is not above 0.

    References
    ----------
    .. [1] Bithell (1990), An application of density estimation to geographical epidemiology,
       Statistics in Medicine 9.
    """
    check_choice(compare, ("ratio", "difference", "log_ratio"), name="compare")
    if floor_per_km2 != "auto":
        check_number(floor_per_km2, name="floor_per_km2", above=0)
    _check_numbers(bandwidth_m, cell_m, kernel)
    tables = [points_of(sites, name="sites"), points_of(against, name="against")]
    cells = _cells_over(within, float(cell_m))
    check_same_crs(tables[0], within, names=("sites", "within"))
    check_same_crs(tables[1], within, names=("against", "within"))
    radius = _radius(bandwidth_m, tables[0], cells)
    above, below = (
        density_at_cells(
            _local(rows, cells.grid, name=name), radius, kernel, cells.grid, cells.inside
        )
        * _M2_PER_KM2
        for name, rows in zip(("sites", "against"), tables, strict=True)
    )
    floor = 0.0
    if compare == "difference":
        values = above - below
    else:
        if floor_per_km2 == "auto":
            floor = float(peak_of(kernel, radius)) * _M2_PER_KM2
            _LOG.info("floor_per_km2=%.4g chosen: one incident of `against` on the spot", floor)
        else:
            floor = float(floor_per_km2)
        enough = below >= floor
        values = np.divide(above, below, where=enough, out=np.full(above.shape, np.nan))
        if compare == "log_ratio":
            values = np.log(values, where=values > 0, out=np.full(above.shape, np.nan))
    values[~cells.inside] = np.nan
    return Density(
        values=values,
        grid=cells.grid,
        crs=within.crs,
        bandwidth_m=radius,
        kernel=kernel,
        measure=compare,
        floor_per_km2=floor,
    )


def _check_numbers(bandwidth_m: float | Rule, cell_m: float, kernel: Kernel) -> None:
    """Check what can be checked without a look at the tables."""
    check_number(cell_m, name="cell_m", above=0, at_most=FARTHEST_M)
    check_choice(kernel, KERNELS, name="kernel")
    if isinstance(bandwidth_m, str):
        check_choice(bandwidth_m, RULES, name="bandwidth_m")
        return
    check_number(bandwidth_m, name="bandwidth_m", above=0, at_most=FARTHEST_M)
    if bandwidth_m < cell_m:
        raise InputError(
            f"`bandwidth_m` of {bandwidth_m:g} m is smaller than `cell_m` of {cell_m:g} m, so "
            "incidents would fall between cell centres. Use smaller cells or a larger bandwidth."
        )


def _cells_over(within: gpd.GeoDataFrame, cell_m: float) -> _Cells:
    """Check the study area, and lay cells over it."""
    check_polygons(within, name="within")
    check_metric_crs(within, name="within")
    grid = grid_over(within, cell_m=cell_m)
    area = shapely.union_all(np.asarray(within.geometry.array))
    inside = grid.inside(area)
    if not inside.any():
        raise InputError(
            f"`within` holds the centre of no cell of {cell_m:g} m, so no cell would have a value. "
            "Use smaller cells, or check the study area."
        )
    return _Cells(area, grid, inside)


def _radius(bandwidth_m: float | Rule, rows: Rows, cells: _Cells) -> float:
    """Take the radius as given, or choose it and say so."""
    if not isinstance(bandwidth_m, str):
        return float(bandwidth_m)
    km2 = cells.area.area / _M2_PER_KM2
    why = ""
    if bandwidth_m == "auto":
        row, column, there = cells.grid.cells_of(*rows.xy.T)
        inside = there & cells.inside[row, column]
        number = rows.number[inside]
        counted, error_m = float(number.sum()), 0.0
        if rows.error_m is not None:
            error_m = usual_error(rows.error_m[inside], number)
            why = f", whose coordinates are usually {error_m:g} m off" if error_m else ""
        chosen = auto_bandwidth(max(counted, 1.0), area_m2=cells.area.area, error_m=error_m)
    else:
        check_on_earth(rows.xy, name="sites")
        counted = float(rows.number.sum())
        chosen = radius_by_rule(bandwidth_m, rows.xy[:, 0], rows.xy[:, 1], rows.number)
    radius = max(chosen, cells.grid.cell_m)
    _LOG.info("bandwidth_m=%g chosen from %d incidents over %.1f km²%s", radius, counted, km2, why)
    return radius


def _local(rows: Rows, grid: Grid, *, name: str) -> Points:
    """Put each place once, in metres from the corner of the grid."""
    easting, northing, weight = merged(rows.xy, rows.weight)
    counts = weight > 0
    for axis in (easting, northing):
        check_on_earth(axis, name=name)
    return Points(*grid.from_corner(easting[counts], northing[counts]), weight[counts])
