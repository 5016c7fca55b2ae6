"""How far an incident counts: the rule for the kernel's radius, and others to compare with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from est_geo.checks import check_choice, check_number
from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rule = Literal["auto", "arcgis", "scott", "normal_reference"]
RULES = ("auto", "arcgis", "scott", "normal_reference")

_FACTOR = 0.17
_STEP_M = 25
_SMALLEST_M = 75
_LARGEST_M = 1000
_ERRORS_WITHIN = 4


def auto_bandwidth(n: float, *, area_m2: float, error_m: float = 0) -> float:
    """Choose the quartic kernel's radius from the number of incidents and the study area.

    h = 0.17·√(A/n), rounded to 25 m and held within 75 … 1000 m, and never under four times the
    error of the coordinates. The usual rules of thumb (∝ n^−1/5) are made for one bell-shaped cloud
    and smooth a town far too much.

    Parameters
    ----------
    n : float
        Number of incidents in the period, at least 1.
    area_m2 : float
        Study area in m².
    error_m : float
        Standard error of the coordinates in metres.

    Returns
    -------
    float
        Radius in metres: the distance at which an incident stops counting.

    Raises
    ------
    InputError
        If `n` is under 1 or the area is not above 0.

    References
    ----------
    .. [1] Fitted on eleven areas thinned from 35 000 to 30 incidents; keeps 95 % of the foresight
       of the best radius in hindsight at 1 % of the area. See docs/methods.md.
    """
    check_number(n, name="n", at_least=1)
    check_number(area_m2, name="area_m2", above=0)
    check_number(error_m, name="error_m", at_least=0)
    rounded = math.floor(_FACTOR * math.sqrt(area_m2 / n) / _STEP_M + 0.5) * _STEP_M
    held = min(max(rounded, _SMALLEST_M), _LARGEST_M)
    return float(max(held, _ERRORS_WITHIN * error_m))


def usual_error(error_m: NDArray[np.float64], number: NDArray[np.float64]) -> float:
    """Find the largest error that at least half of the incidents have, in metres.

    What is not known (NaN) counts as none; so does a place of no incidents.
    """
    known = np.nan_to_num(error_m)
    order = np.argsort(-known)
    until = np.cumsum(number[order])
    if not len(until) or until[-1] <= 0:
        return 0.0
    return float(known[order[np.searchsorted(until, until[-1] / 2)]])


def radius_by_rule(
    rule: Rule,
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    number: NDArray[np.float64],
) -> float:
    """Choose a radius by one of the usual rules of thumb, to compare `auto_bandwidth` with.

    They take all incidents for one bell-shaped cloud. None of them is recommended here.

    Parameters
    ----------
    rule : {"arcgis", "scott", "normal_reference"}
        "arcgis": 0.9·min(SD, √(1/ln 2)·D)·n^(−1/5), with SD the standard distance and D the median
        distance to the mean centre. "scott": standard deviation along an axis times n^(−1/6).
        "normal_reference": 1.06·min(standard deviation, interquartile range/1.34)·n^(−1/5) along an
        axis. The last two give a standard deviation for each axis; the radius is √8 times their
        geometric mean.
    easting, northing : arrays of n float
        Coordinates in metres.
    number : array of n float
        Incidents at each.

    Returns
    -------
    float
        The quartic kernel's radius in metres.

    Raises
    ------
    InputError
        If there are fewer than two incidents, or they do not spread along both axes.

    References
    ----------
    .. [1] Silverman (1986), Density Estimation for Statistics and Data Analysis, ch. 3-4.
    .. [2] Scott (1992), Multivariate Density Estimation, ch. 6.
    .. [3] Venables and Ripley (2002), Modern Applied Statistics with S, ch. 5 (bandwidth.nrd).
    """
    check_choice(rule, RULES[1:], name="rule")
    n = float(number.sum())
    axes = (easting, northing)
    if n > 1:
        if rule == "arcgis":
            spread, middle = standard_distance(*axes, number), median_distance(*axes, number)
            radius = 0.9 * min(spread, math.sqrt(1 / math.log(2)) * middle) * n**-0.2
        elif rule == "scott":
            radius = _as_radius(*(scott_sigma(axis, number) for axis in axes))
        else:
            radius = _as_radius(*(normal_reference_sigma(axis, number) for axis in axes))
        if radius > 0:
            return radius
    raise InputError(
        f'The rule "{rule}" needs incidents that spread along both axes, and the {n:g} here do '
        'not. Give a number, or use "auto".'
    )


def standard_distance(
    easting: NDArray[np.float64], northing: NDArray[np.float64], number: NDArray[np.float64]
) -> float:
    """Root mean square distance to the mean centre, in metres."""
    return math.sqrt(_variance(easting, number) + _variance(northing, number))


def median_distance(
    easting: NDArray[np.float64], northing: NDArray[np.float64], number: NDArray[np.float64]
) -> float:
    """Median distance to the mean centre, in metres."""
    dx, dy = (axis - np.average(axis, weights=number) for axis in (easting, northing))
    return _quantile(np.hypot(dx, dy), number, 0.5)


def scott_sigma(axis: NDArray[np.float64], number: NDArray[np.float64]) -> float:
    """Choose a kernel's standard deviation along an axis by Scott's rule for two dimensions."""
    n = float(number.sum())
    return math.sqrt(_variance(axis, number) * n / (n - 1)) * n ** (-1 / 6)


def normal_reference_sigma(axis: NDArray[np.float64], number: NDArray[np.float64]) -> float:
    """Choose a kernel's standard deviation along an axis by the normal reference rule."""
    n = float(number.sum())
    deviation = math.sqrt(_variance(axis, number) * n / (n - 1))
    middle_half = _quantile(axis, number, 0.75) - _quantile(axis, number, 0.25)
    return 1.06 * min(deviation, middle_half / 1.34) * n**-0.2


def _as_radius(sigma_easting: float, sigma_northing: float) -> float:
    return math.sqrt(8 * sigma_easting * sigma_northing)


def _variance(axis: NDArray[np.float64], number: NDArray[np.float64]) -> float:
    mean = np.average(axis, weights=number)
    return float(np.average((axis - mean) ** 2, weights=number))


def _quantile(values: NDArray[np.float64], number: NDArray[np.float64], share: float) -> float:
    """Quantile between neighbours, as of a list that holds each value `number` times."""
    order = np.argsort(values)
    until = np.cumsum(number[order])
    position = (until[-1] - 1) * share
    lower, upper = (
        values[order[np.searchsorted(until, rank, side="right")]]
        for rank in (math.floor(position), math.floor(position) + 1)
    )
    return float(lower + (position % 1) * (upper - lower))
