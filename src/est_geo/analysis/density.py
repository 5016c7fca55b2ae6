"""Kernel density: how many incidents per km², smoothed over a stated distance."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import contourpy
import geopandas as gpd
import numpy as np
import shapely

from est_geo.analysis.bandwidth import auto_bandwidth
from est_geo.analysis.kernels import gaussian_sum, quartic_sum
from est_geo.checks import (
    check_choice,
    check_finite_weights,
    check_metric_crs,
    check_number,
    check_points,
    check_polygons,
    check_same_crs,
)
from est_geo.errors import InputError
from est_geo.geography.grid import Grid, grid_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray
    from pyproj import CRS

_LOG = logging.getLogger(__name__)
_M2_PER_KM2 = 1e6
_HOT_TIMES_MEAN = 3
_CLASSES = 5

Kernel = Literal["quartic", "gaussian"]


@dataclass(frozen=True, eq=False)
class Density:
    """Incidents per km² on a grid of square cells.

    Attributes
    ----------
    values : array of rows x columns float
        Density at each cell's centre; row 0 is the southernmost; NaN outside the study area.
    grid : Grid
        Where the cells lie.
    crs : CRS
        Of the grid, in metres.
    bandwidth_m : float
        The quartic kernel's radius; a Gaussian kernel has σ = `bandwidth_m` / √8.
    kernel : str
        "quartic" or "gaussian".
    """

    values: NDArray[np.float64] = field(repr=False)
    grid: Grid
    crs: CRS = field(repr=False)
    bandwidth_m: float
    kernel: Kernel

    @property
    def cell_m(self) -> float:
        """Side of a cell in metres."""
        return self.grid.cell_m

    @property
    def mean(self) -> float:
        """Mean density of the cells inside the study area, per km²."""
        return float(np.nanmean(self.values))

    def levels(self) -> list[float]:
        """Suggest five class limits, per km²: about 3, 6, 12, 24 and 48 times the mean.

        The first is rounded to one digit and the others double it, so that they can be kept for a
        whole series of maps. Empty when there is no incident inside the study area.
        """
        lowest = _HOT_TIMES_MEAN * self.mean
        if lowest <= 0:
            return []
        step = 10.0 ** math.floor(math.log10(lowest))
        first = max(round(lowest / step), 1) * step
        return [float(f"{first * 2**i:.12g}") for i in range(_CLASSES)]

    def contours(self, levels: Sequence[float] | None = None) -> gpd.GeoDataFrame:
        """Draw the density as polygons between class limits.

        Parameters
        ----------
        levels : sequence of float
            Rising class limits per km², all above 0. By default `levels`.

        Returns
        -------
        GeoDataFrame of (Multi)Polygons
            Columns `low`, `high` (infinite in the last class), `geometry`; classes in which no cell
            lies are left out. The polygons of two classes share only their edges.

        Raises
        ------
        InputError
            If the levels are not finite, rising and above 0.
        """
        limits = np.asarray(self.levels() if levels is None else levels, dtype=float)
        rising = np.isfinite(limits).all() and (np.diff(limits, prepend=0) > 0).all()
        if not rising:
            raise InputError(f"`levels` must be finite, above 0 and rising, not {list(limits)}.")
        bounds = np.append(limits, np.inf)
        classes = [
            (low, high, shape)
            for low, high in pairwise(bounds)
            if not (shape := self._between(low, high)).is_empty
        ]
        return gpd.GeoDataFrame(
            {
                "low": np.array([low for low, _, _ in classes], dtype=float),
                "high": np.array([high for _, high, _ in classes], dtype=float),
            },
            geometry=[shape for _, _, shape in classes],
            crs=self.crs,
        )

    def to_geodataframe(self) -> gpd.GeoDataFrame:
        """Give the cells inside the study area as squares.

        Returns
        -------
        GeoDataFrame of Polygons
            Columns `per_km2` and `geometry`, from south to north, west to east in each row. Summed,
            `per_km2` times the cell's area in km² is the total weight, less what spills outside.
        """
        row, column = np.nonzero(np.isfinite(self.values))
        west = (self.grid.west + column) * self.cell_m
        south = (self.grid.south + row) * self.cell_m
        squares = shapely.box(west, south, west + self.cell_m, south + self.cell_m)
        return gpd.GeoDataFrame(
            {"per_km2": self.values[row, column]}, geometry=squares, crs=self.crs
        )

    def to_xarray(self) -> xr.DataArray:
        """Give the grid as a labelled array.

        Returns
        -------
        DataArray
            Dimensions (northing, easting) at cell centres in metres, rising; values per km², NaN
            outside the study area; `crs` (WKT), `bandwidth_m` and `kernel` among the attributes.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        try:
            import xarray as xr  # noqa: PLC0415 - felt only where used
        except ImportError as error:
            raise ImportError("to_xarray needs xarray: pip install xarray") from error
        return xr.DataArray(
            self.values.copy(),
            coords={"northing": self.grid.northings, "easting": self.grid.eastings},
            dims=("northing", "easting"),
            name="density",
            attrs={
                "units": "incidents per km2",
                "crs": self.crs.to_wkt(),
                "cell_m": self.cell_m,
                "bandwidth_m": self.bandwidth_m,
                "kernel": self.kernel,
            },
        )

    def _between(self, low: float, high: float) -> shapely.Geometry:
        """Polygons where the interpolated density lies in [low, high)."""
        generator = contourpy.contour_generator(
            x=self.grid.eastings,
            y=self.grid.northings,
            z=np.ma.masked_invalid(self.values),
            corner_mask=True,
            fill_type=contourpy.FillType.OuterOffset,
        )
        outlines, offsets = generator.filled(low, high)  # type: ignore[misc]
        shapes = [
            _polygon(points, offset) for points, offset in zip(outlines, offsets, strict=True)
        ]
        return shapely.union_all(shapes)


def kde(
    sites: gpd.GeoDataFrame,
    *,
    within: gpd.GeoDataFrame,
    bandwidth_m: float | Literal["auto"] = "auto",
    cell_m: float = 100,
    kernel: Kernel = "quartic",
) -> Density:
    """Estimate incident density on a grid; the sum over sites is exact.

    Parameters
    ----------
    sites : GeoDataFrame of n Points
        One row a location, `weight` incidents at each, in a CRS in metres: see `to_sites`. Sites
        outside the study area count as far as their kernel reaches in.
    within : GeoDataFrame of Polygons
        Study area, in the same CRS; cells whose centre lies outside hold NaN.
    bandwidth_m : float or "auto"
        Distance in metres at which an incident stops counting: the quartic kernel's support, not
        its standard deviation (which is `bandwidth_m` / √8 along each axis). A Gaussian kernel gets
        that standard deviation. "auto": see `est_geo.analysis.bandwidth`; never under `cell_m`.
    cell_m : float
        Side of a cell; cell edges lie at multiples of it, so every run has the same cells.
    kernel : {"quartic", "gaussian"}
        The quartic is exactly 0 beyond `bandwidth_m`; the Gaussian is not cut off anywhere.

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
        If `sites` is empty, a weight is negative, `bandwidth_m` is smaller than `cell_m`, or the
        grid would have more than 100 million cells.

    References
    ----------
    .. [1] Silverman (1986), Density Estimation for Statistics and Data Analysis, ch. 4.
    """
    crs = check_points(sites, name="sites", columns=("weight",))
    check_finite_weights(sites, name="sites")
    check_polygons(within, name="within")
    check_metric_crs(within, name="within")
    check_same_crs(sites, within, names=("sites", "within"))
    check_number(cell_m, name="cell_m", above=0)
    check_choice(kernel, ("quartic", "gaussian"), name="kernel")
    area = shapely.union_all(np.asarray(within.geometry.array))
    weight = sites["weight"].to_numpy(dtype=float)
    if bandwidth_m == "auto":
        number = sites["n"].sum() if "n" in sites.columns else weight.sum()
        chosen = auto_bandwidth(max(float(number), 1.0), area_m2=area.area)
        radius = max(chosen, float(cell_m))
        km2 = area.area / _M2_PER_KM2
        _LOG.info("bandwidth_m=%g chosen from %d incidents over %.1f km²", radius, number, km2)
    else:
        check_number(bandwidth_m, name="bandwidth_m", above=0)
        radius = float(bandwidth_m)
    if radius < cell_m:
        raise InputError(
            f"`bandwidth_m` of {radius:g} m is smaller than `cell_m` of {cell_m:g} m, so incidents "
            "would fall between cell centres. Use smaller cells or a larger bandwidth."
        )
    grid = grid_over(within, cell_m=float(cell_m))
    values = _sum_over(sites, weight, grid, radius, kernel)
    values[~grid.inside(area)] = np.nan
    return Density(values=values, grid=grid, crs=crs, bandwidth_m=radius, kernel=kernel)


def _sum_over(
    sites: gpd.GeoDataFrame,
    weight: NDArray[np.float64],
    grid: Grid,
    radius: float,
    kernel: Kernel,
) -> NDArray[np.float64]:
    """Density at every cell centre, per km²."""
    # Local coordinates keep the digits that seven-digit northings would cost.
    easting = sites.geometry.x.to_numpy() - grid.west * grid.cell_m
    northing = sites.geometry.y.to_numpy() - grid.south * grid.cell_m
    order = np.lexsort((easting, northing))
    out = np.zeros((grid.rows, grid.columns))
    arrays = (easting[order], northing[order], weight[order])
    if kernel == "quartic":
        quartic_sum(*arrays, grid.cell_m, radius, out)
        out *= 3 / (math.pi * radius**2) * _M2_PER_KM2
    else:
        sigma = radius / math.sqrt(8)
        gaussian_sum(*arrays, grid.cell_m, sigma, out)
        out *= 1 / (2 * math.pi * sigma**2) * _M2_PER_KM2
    return out


def _polygon(points: NDArray[np.float64], offsets: NDArray[Any]) -> shapely.Geometry:
    """Build a polygon from an outline with holes, as contourpy gives them."""
    rings = [points[a:b] for a, b in pairwise(offsets)]
    shape = shapely.Polygon(rings[0], rings[1:])
    # Rings may touch themselves at a saddle; made valid, lines without area are dropped.
    if shape.is_valid:
        return shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)
