"""Density of weighted points under a kernel: at cells, at the points themselves, in an area."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from est_geo.analysis.density_sums import Points, cut_off, gaussian_sum, polynomial_sum
from est_geo.compiled import compiled, in_bands
from est_geo.errors import InputError
from est_geo.geography.grid import MAX_CELLS, Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kernel = Literal["quartic", "epanechnikov", "gaussian"]
KERNELS = ("quartic", "epanechnikov", "gaussian")
SIGMAS = math.sqrt(8)  # the quartic's radius in its own standard deviations along an axis

_POWER = {"quartic": 2, "epanechnikov": 1, "gaussian": 0}
_PARTS_OF_RADIUS = 16
_SUBPARTS = 4
_CUT = 1e-10
_GAUSSIAN_REACH = 6.8 / SIGMAS  # radii; beyond 6.8 σ lies less than 1e-10 of a Gaussian


def peak_of(kernel: Kernel, radius: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
    """Density that one incident gives at its own place, per m²."""
    if kernel == "gaussian":
        return SIGMAS**2 / (2 * math.pi * radius**2)
    return (_POWER[kernel] + 1) / (math.pi * radius**2)


def density_at_cells(
    points: Points,
    radius: NDArray[np.float64] | float,
    kernel: Kernel,
    grid: Grid,
    inside: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Density at the centre of every cell of the grid, per m².

    Parameters
    ----------
    points : Points
        In local metres from the grid's corner, sorted by northing, weights above 0.
    radius : float or array of n float
        The kernel's radius, one for all or one a point.
    kernel : str
        Of `KERNELS`.
    grid : Grid
        Cells.
    inside : array of rows x columns bool
        Cells that are asked for; the Gaussian is cut off so that these are right.

    Returns
    -------
    array of rows x columns float
        Right to 1e-12 of the highest that is asked for.
    """
    out = np.zeros((grid.rows, grid.columns))
    peak = peak_of(kernel, radius)
    # A scale shared by all points is left to the end: whole weights then stay whole in the sum.
    heights = points.weight * peak
    cell = grid.cell_m
    if kernel == "gaussian":
        sigma = radius / SIGMAS
        row, column, there = Grid(cell, 0, 0, grid.columns, grid.rows).cells_of(*points[:2])
        reach = cut_off(heights, sigma, there & inside[row, column], cell=cell)
        if isinstance(radius, float):
            gaussian_sum(points, sigma, cell=cell, reach=reach, out=out)
            return out * peak
        gaussian_sum(points._replace(weight=heights), sigma, cell=cell, reach=reach, out=out)
        return out
    power = _POWER[kernel]
    if isinstance(radius, float):
        polynomial_sum(points, radius, cell=cell, power=power, out=out)
        out *= peak / radius ** (2 * power)
        return out
    scaled = points._replace(weight=heights / radius ** (2 * power))
    polynomial_sum(scaled, radius, cell=cell, power=power, out=out)
    return out


def adapted(points: Points, radius: float, kernel: Kernel) -> NDArray[np.float64]:
    """Radius of each point after Abramson: narrow where incidents are dense, wide where few.

    h_i = h·√(g/f_i), with f_i the density at the point under the one radius h, and g the geometric
    mean of f over incidents.

    References
    ----------
    .. [1] Abramson (1982), On bandwidth variation in kernel estimates, Annals of Statistics 10.
    """
    pilot = density_at_points(points, radius, kernel)
    mean = np.average(np.log(pilot), weights=points.weight)
    return radius * np.exp((mean - np.log(pilot)) / 2)


def density_at_points(points: Points, radius: float, kernel: Kernel) -> NDArray[np.float64]:
    """Density at every one of the points, itself included, per m²; weights are above 0."""
    reach = radius
    if kernel == "gaussian":
        # At its own place a point gives its weight: what is cut off is small against that.
        few = float(points.weight.sum() / points.weight.min())
        reach = radius / SIGMAS * math.sqrt(2 * math.log(few / _CUT))
    strip = np.floor((points.northing - points.northing.min()) / reach).astype(np.int64)
    order = np.lexsort((points.easting, strip))
    sums = np.empty(len(order))
    easting, northing, weight = (axis[order] for axis in points)
    strips = strip[order]
    in_bands(
        lambda first, last: _sum_at_points(
            easting, northing, weight, strips, radius, reach, _POWER[kernel], first, last, sums
        ),
        len(order),
        bands_per_core=16,
    )
    density = np.empty(len(order))
    density[order] = sums * peak_of(kernel, radius)
    return density


def mass_inside(
    area: shapely.Geometry, grid: Grid, radius: float, kernel: Kernel
) -> NDArray[np.float64]:
    """Share of the kernel around each cell centre that lies inside the area, 0 … 1.

    The area is taken as small squares, at least sixteen to a radius; those at its edge count as far
    as they lie inside, in sixteenths. Along a straight edge the share is right to 2 %.

    Raises
    ------
    InputError
        If there would be more than 100 million of them.
    """
    # An odd number of parts, so that centres of cells are centres of parts.
    parts = max(1, math.ceil(_PARTS_OF_RADIUS * grid.cell_m / radius)) // 2 * 2 + 1
    fine = grid.split(parts)
    if fine.columns * fine.rows > MAX_CELLS:
        raise InputError(
            f'`edge="mass"` needs {fine.columns * fine.rows:,} small squares over this area, at '
            f"most {MAX_CELLS:,} are allowed. Use larger cells or a larger bandwidth."
        )
    held = _sixteenths_inside(area, fine)
    row, column = np.nonzero(held)
    part = fine.cell_m
    x, y = ((axis.astype(np.float64) + 0.5) * part for axis in (column, row))
    squares = Points(x, y, held[row, column].astype(np.float64))
    everywhere = np.ones((grid.rows, grid.columns), dtype=np.bool_)
    mass = density_at_cells(squares, radius, kernel, grid, everywhere)
    # The same squares all around one cell: what an unbounded area would give.
    reach = radius if kernel != "gaussian" else radius * _GAUSSIAN_REACH
    farthest = math.ceil(reach / part)
    steps = np.arange(-farthest, farthest + 1, dtype=np.float64) * part
    steps += grid.cell_m / 2
    x, y = np.tile(steps, len(steps)), np.repeat(steps, len(steps))
    around = Points(x, y, np.full(len(x), _SUBPARTS**2, dtype=np.float64))
    one = Grid(cell_m=grid.cell_m, west=0, south=0, columns=1, rows=1)
    whole = density_at_cells(around, radius, kernel, one, everywhere[:1, :1])
    return np.minimum(mass / whole[0, 0], 1.0)


def _sixteenths_inside(area: shapely.Geometry, grid: Grid) -> NDArray[np.uint8]:
    """Count how many sixteenths of each cell lie inside the area, by their centres.

    A cell whose own centre is inside has one at least. Only at the edge is it looked at in parts.
    """
    from scipy import ndimage  # noqa: PLC0415 - takes half a second, felt only where used

    inside = grid.inside(area)
    around = np.ones((3, 3), dtype=np.bool_)
    edge = ndimage.binary_dilation(inside, around) & ~ndimage.binary_erosion(inside, around)
    held = inside * np.uint8(_SUBPARTS**2)
    row, column = np.nonzero(edge)
    finer = grid.split(_SUBPARTS)
    x, y = finer.eastings, finer.northings
    count = np.zeros(len(row), dtype=np.uint8)
    for up in range(_SUBPARTS):
        for across in range(_SUBPARTS):
            at = x[_SUBPARTS * column + across], y[_SUBPARTS * row + up]
            count += shapely.intersects_xy(area, *at)
    held[row, column] = np.maximum(count, inside[row, column])
    return held


@compiled()
def _sum_at_points(  # noqa: PLR0913, PLR0917 - a compiled loop takes its arrays one by one
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    strip: NDArray[np.int64],
    radius: float,
    reach: float,
    power: int,
    first: int,
    last: int,
    out: NDArray[np.float64],
) -> None:
    """Sum kernels of height 1 at points first … last − 1, sorted by strip, then easting."""
    h2 = radius * radius
    per = -4.0 / h2  # 1/2σ², σ = h/√8
    for i in range(first, last):
        total = 0.0
        for s in range(strip[i] - 1, strip[i] + 2):
            begin = np.searchsorted(strip, s)
            end = np.searchsorted(strip, s, side="right")
            start = begin + np.searchsorted(easting[begin:end], easting[i] - reach)
            for j in range(start, end):
                dx = easting[j] - easting[i]
                if dx > reach:
                    break
                dy = northing[j] - northing[i]
                d2 = dx * dx + dy * dy
                if power == 0:
                    total += weight[j] * math.exp(d2 * per)
                elif d2 < h2:
                    t = 1.0 - d2 / h2
                    total += weight[j] * (t * t if power == 2 else t)  # noqa: PLR2004
        out[i] = total
