"""Exact density sums over weighted points, at the centres of a grid of cells.

Each has a naive twin in tests/reference.py. Coordinates come in local metres (from the corner of
the grid), so that no digits are lost to seven-digit northings, and points come sorted by northing.

Two ways to the same sum. *Direct*: each point adds its kernel to a box of cells, row by row; what
would be negative is cut to 0, so a box needs no exact outline and the loop runs in vector
instructions. *Sweep*: along a row the kernel is a polynomial in the easting of the cell, on an
interval; each point adds its coefficients where the interval begins and takes them away after it
ends, and one pass along the row evaluates the running sums. Its cost per point and row does not
grow with finer cells. It takes away what it added, so it is done in integers, where that is exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from est_geo.compiled import compiled, in_bands

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Nanoseconds, measured; they only choose between two ways to equal answers.
_DIRECT_PER_ROW = 2.0
_DIRECT_PER_CELL = 0.17
_SWEEP_PER_ROW = 10.0
_SWEEP_PER_CELL = 5.0

_MUCH = 5e6  # cells; about a millisecond

_LARGEST_SUM = 2.0**62  # so that a sum fits into 63 bits
_LONGEST, _FARTHEST = 2.0**16, 2.0**31  # radius and coordinates, see `_interval`
_FINEST_UNIT = 16  # parts of a metre in which the sweep may count
_CUT = 1e-12


class Points(NamedTuple):
    """Weighted points in local metres, sorted by northing.

    Attributes
    ----------
    easting, northing, weight : arrays of n float
        Coordinates from the south-west corner of the grid, and what each point counts.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    weight: NDArray[np.float64]


def polynomial_sum(
    points: Points,
    radius: NDArray[np.float64] | float,
    *,
    cell: float,
    power: int,
    out: NDArray[np.float64],
) -> None:
    """Add Σ w (h² − d²)^power over points within h of each cell centre to `out`.

    Power 1 is the Epanechnikov kernel, 2 the quartic, neither scaled to integrate to one. `radius`
    is h, one for all or one a point. The sum is exactly 0 where no point is nearer than h.
    """
    if isinstance(radius, float) and _sweep_is_cheaper(points, radius, cell, out.shape):
        units = _whole_units(points, radius, cell=cell, power=power)
        if units:
            sweep_sum(points, radius, cell=cell, power=power, units=units, out=out)
            return
    direct_sum(points, radius, cell=cell, power=power, out=out)


def direct_sum(
    points: Points,
    radius: NDArray[np.float64] | float,
    *,
    cell: float,
    power: int,
    out: NDArray[np.float64],
) -> None:
    """Do `polynomial_sum` point by point."""
    radii = _one_each(radius, points)
    farthest = float(radii.max(initial=0.0))
    in_bands(
        lambda first, last: _add_boxes(*points, radii, farthest, cell, power, first, last, out),
        out.shape[0],
        worth_it=_is_much(points, farthest, cell),
    )


def sweep_sum(
    points: Points,
    radius: float,
    *,
    cell: float,
    power: int,
    units: int,
    out: NDArray[np.float64],
) -> None:
    """Do `polynomial_sum` by running sums along rows; all lengths are whole in 1/`units` m."""
    easting, northing, weight = (
        np.rint(points.easting * units).astype(np.int64),
        np.rint(points.northing * units).astype(np.int64),
        points.weight.astype(np.int64),
    )
    side, reach = round(cell * units), round(radius * units)
    scale = float(units) ** (-2 * power)
    in_bands(
        lambda first, last: _sweep_rows(
            easting, northing, weight, reach, side, power, first, last, scale, out
        ),
        out.shape[0],
    )


def gaussian_sum(
    points: Points,
    sigma: NDArray[np.float64] | float,
    *,
    cell: float,
    reach: float,
    out: NDArray[np.float64],
) -> None:
    """Add Σ w exp(−d²/2σ²) at each cell centre to `out`, cut off outside a square of ±`reach`·σ."""
    sigmas = _one_each(sigma, points)
    # Farther than any cell is far enough, and infinity would not do as a column.
    reaches = np.minimum(reach * sigmas, 2.0 * cell * sum(out.shape) + _extent(points))
    farthest = float(reaches.max(initial=0.0))
    in_bands(
        lambda first, last: _add_gaussians(
            *points, sigmas, reaches, farthest, cell, first, last, out
        ),
        out.shape[0],
        worth_it=_is_much(points, farthest, cell),
    )


def cut_off(
    heights: NDArray[np.float64],
    sigma: NDArray[np.float64] | float,
    counted: NDArray[np.bool_],
    *,
    cell: float,
) -> float:
    """Choose how many σ a Gaussian must reach, so that what is cut off is under 1e-12 of the peak.

    What is cut off at any cell is at most Σ heights · exp(−reach²/2). The peak is at least what any
    one point gives to the centre of its own cell, at most `cell`/√2 away. So the bound is not an
    estimate: it holds for any points.

    Parameters
    ----------
    heights : array of n float
        Each point's density at its own place.
    sigma : array of n float or float
        Standard deviation of each.
    counted : array of n bool
        Whether the point's own cell is among those that are given.
    cell : float
        Side of a cell.

    Returns
    -------
    float
        In σ; infinite if no point lies in a cell that is given.
    """
    at_centre = heights * np.exp(-((cell / sigma) ** 2) / 4)
    peak = float(np.max(at_centre, initial=0.0, where=counted))
    if peak <= 0:
        return math.inf
    return math.sqrt(2 * math.log(float(heights.sum()) / (_CUT * peak)))


def _one_each(value: NDArray[np.float64] | float, points: Points) -> NDArray[np.float64]:
    return np.ascontiguousarray(np.broadcast_to(np.float64(value), points.weight.shape))


def _extent(points: Points) -> float:
    """Farthest coordinate from the corner of the grid."""
    return max(float(np.abs(axis).max(initial=0.0)) for axis in points[:2])


def _is_much(points: Points, farthest: float, cell: float) -> bool:
    """Tell whether the boxes of cells of all points take longer than starting threads."""
    return len(points.weight) * (2 * farthest / cell + 1) ** 2 > _MUCH


def _sweep_is_cheaper(points: Points, radius: float, cell: float, shape: tuple[int, ...]) -> bool:
    """Compare the two ways by their measured costs."""
    across = 2 * radius / cell
    pairs = len(points.weight) * across
    direct = pairs * (_DIRECT_PER_ROW + _DIRECT_PER_CELL * across)
    return direct > pairs * _SWEEP_PER_ROW + shape[0] * shape[1] * _SWEEP_PER_CELL


def _whole_units(points: Points, radius: float, *, cell: float, power: int) -> int:
    """Find the parts of a metre in which every length is whole, so that integers hold the sum.

    0 if there are none: coordinates or weights are not whole, or too large.
    """
    if not (points.weight == np.floor(points.weight)).all():
        return 0
    units = 1
    while units <= _FINEST_UNIT:
        lengths = (radius, cell / 2, points.easting, points.northing)
        if all(np.all(length * units == np.floor(length * units)) for length in lengths):
            largest = float(points.weight.sum()) * (radius * units) ** (2 * power)
            fits = (
                largest < _LARGEST_SUM
                and radius * units < _LONGEST
                and _extent(points) * units < _FARTHEST
            )
            return units if fits else 0
        units *= 2
    return 0


@compiled()
def _add_boxes(  # noqa: PLR0913, PLR0917 - a compiled loop takes its arrays one by one
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    radius: NDArray[np.float64],
    farthest: float,
    cell: float,
    power: int,
    first: int,
    last: int,
    out: NDArray[np.float64],
) -> None:
    """Add the kernels to rows first … last − 1: a box of cells for each point."""
    columns = out.shape[1]
    across = np.empty(min(columns, int(2 * farthest / cell) + 3))
    begin = np.searchsorted(northing, (first + 0.5) * cell - farthest)
    end = np.searchsorted(northing, (last - 0.5) * cell + farthest, side="right")
    for i in range(begin, end):
        h, w = radius[i], weight[i]
        h2 = h * h
        west = max(0, math.ceil((easting[i] - h) / cell - 0.5))
        east = min(columns, math.floor((easting[i] + h) / cell - 0.5) + 1)
        south = max(first, math.ceil((northing[i] - h) / cell - 0.5))
        north = min(last, math.floor((northing[i] + h) / cell - 0.5) + 1)
        width = east - west
        if width <= 0:
            continue
        for k in range(width):
            dx = (west + k + 0.5) * cell - easting[i]
            across[k] = dx * dx
        for row in range(south, north):
            dy = (row + 0.5) * cell - northing[i]
            rest = h2 - dy * dy
            cells = out[row, west:east]
            if power == 2:  # noqa: PLR2004
                for k in range(width):
                    t = max(rest - across[k], 0.0)
                    cells[k] += w * t * t
            else:
                for k in range(width):
                    cells[k] += w * max(rest - across[k], 0.0)


@compiled()
def _sweep_rows(  # noqa: PLR0913, PLR0917 - the same
    easting: NDArray[np.int64],
    northing: NDArray[np.int64],
    weight: NDArray[np.int64],
    reach: int,
    side: int,
    power: int,
    first: int,
    last: int,
    scale: float,
    out: NDArray[np.float64],
) -> None:
    """Add the kernels to rows first … last − 1, by running sums of polynomial coefficients.

    With x the easting of a cell and p that of a point, t = h² − dy² − (x − p)² is b + 2px − x²
    where b = h² − dy² − p², so w·t needs Σ wb, Σ wp, Σ w and w·t² needs, in rising powers of x,
    Σ wb², 4·Σ wbp, Σ w(4p² − 2b), −4·Σ wp, Σ w. Integers that run over on the way wrap round, and
    come out right because the sum itself does not.
    """
    columns = out.shape[1]
    half = side // 2
    change = np.zeros((columns + 1, 5), dtype=np.int64)
    for row in range(first, last):
        centre = row * side + half
        begin = np.searchsorted(northing, centre - reach, side="right")
        end = np.searchsorted(northing, centre + reach)
        if begin == end:
            continue
        change[:] = 0
        for i in range(begin, end):
            dy = centre - northing[i]
            rest = reach * reach - dy * dy
            p, w = easting[i], weight[i]
            west, east = _interval(p - half, rest, side, columns)
            if west > east:
                continue
            b = rest - p * p
            a, z = change[west], change[east + 1]
            a[0] += w
            z[0] -= w
            a[1] += w * p
            z[1] -= w * p
            if power == 2:  # noqa: PLR2004
                a[2] += w * (2 * p * p - b)
                z[2] -= w * (2 * p * p - b)
                a[3] += w * b * p
                z[3] -= w * b * p
                b *= b
            a[4] += w * b
            z[4] -= w * b
        _evaluate(change, half, side, power, scale, out[row])


@compiled()
def _interval(p: int, rest: int, side: int, columns: int) -> tuple[int, int]:
    """First and last column whose centre lies within √rest of p, measured from the first centre.

    A centre at exactly √rest may be among them: it gets 0. No other that is too far is: √rest is
    whole, or at least 1/(2·`_LONGEST`) from any whole number, which is more than rounding moves it
    as long as p is under `_FARTHEST`.
    """
    span = math.sqrt(float(rest))
    west, east = math.ceil((p - span) / side), math.floor((p + span) / side)
    return max(west, 0), min(east, columns - 1)


@compiled()
def _evaluate(
    change: NDArray[np.int64],
    half: int,
    side: int,
    power: int,
    scale: float,
    out: NDArray[np.float64],
) -> None:
    """Add the polynomial whose coefficients are running sums of `change` to a row of cells."""
    s0 = s1 = s2 = s3 = s4 = 0
    for column in range(out.size):
        s0 += change[column, 0]
        s1 += change[column, 1]
        s4 += change[column, 4]
        x = column * side + half
        if power == 2:  # noqa: PLR2004
            s2 += change[column, 2]
            s3 += change[column, 3]
            total = s4 + x * (4 * s3 + x * (2 * s2 + x * (x * s0 - 4 * s1)))
        else:
            total = s4 + x * (2 * s1 - x * s0)
        out[column] += total * scale


@compiled()
def _add_gaussians(  # noqa: PLR0913, PLR0917 - the same
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    sigma: NDArray[np.float64],
    reach: NDArray[np.float64],
    farthest: float,
    cell: float,
    first: int,
    last: int,
    out: NDArray[np.float64],
) -> None:
    """Add the kernels to rows first … last − 1: one factor in easting times one in northing."""
    columns = out.shape[1]
    across = np.empty(columns)
    begin = np.searchsorted(northing, (first + 0.5) * cell - farthest)
    end = np.searchsorted(northing, (last - 0.5) * cell + farthest, side="right")
    for i in range(begin, end):
        r, w = reach[i], weight[i]
        per = -0.5 / (sigma[i] * sigma[i])
        west = max(0, math.ceil((easting[i] - r) / cell - 0.5))
        east = min(columns, math.floor((easting[i] + r) / cell - 0.5) + 1)
        south = max(first, math.ceil((northing[i] - r) / cell - 0.5))
        north = min(last, math.floor((northing[i] + r) / cell - 0.5) + 1)
        width = east - west
        if width <= 0:
            continue
        for k in range(width):
            dx = (west + k + 0.5) * cell - easting[i]
            across[k] = math.exp(dx * dx * per)
        for row in range(south, north):
            dy = (row + 0.5) * cell - northing[i]
            factor = w * math.exp(dy * dy * per)
            cells = out[row, west:east]
            for k in range(width):
                cells[k] += factor * across[k]
