"""Points of a plain table: `easting` and `northing` in two columns, in place of a geometry.

It is what a script or an export of a register has, and it is faster: no object is read for each
point. A GeoDataFrame is never read in this way, whatever columns it has besides.
"""

from __future__ import annotations

import logging
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeGuard

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from est_geo.checks.metric_crs import fault_of, parse_crs
from est_geo.checks.refusing import refuse
from est_geo.compiled import in_bands
from est_geo.errors import CRSError, InputError
from est_geo.schema import COORDINATES, names

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

_LOG = logging.getLogger(__name__)
TM_EASTING = (0.24e6, 0.93e6)
TM_NORTHING = (6.10e6, 7.70e6)
"""Where Sweden lies in SWEREF 99 TM: no easting can be a northing."""
_WORTH_THREADS = 50_000  # rows
_AT_A_TIME = 32_768  # so few that they are still in the processor's cache when looked at again
_HELD = frozenset({"floating", "integer", "mixed-integer-float", "decimal", "empty"})


def is_plain(table: object) -> TypeGuard[pd.DataFrame]:
    """Tell whether a table has no geometry but may have coordinates in columns."""
    return isinstance(table, pd.DataFrame) and not isinstance(table, gpd.GeoDataFrame)


def make_points(table: pd.DataFrame, *, name: str) -> str:
    """Say how a table with coordinates in columns becomes one with points."""
    crs = "3006" if table.attrs.get("crs") is None else f"{name}.attrs['crs']"
    at = f"geopandas.points_from_xy({name}.easting, {name}.northing)"
    return f"geopandas.GeoDataFrame({name}, geometry={at}, crs={crs})"


def with_points(table: object, *, name: str) -> gpd.GeoDataFrame:
    """Give a plain table points in place of its two columns; anything else is given back as it is.

    It is for what needs a geometry all the way; reading the columns alone is many times faster.
    """
    if not is_plain(table):
        return table
    xy, there, crs = read_columns(table, name=name, unplaced=True)
    points = np.full(len(table), None, dtype=object)
    points[there] = shapely.points(xy[there])
    return gpd.GeoDataFrame(table.drop(columns=names(COORDINATES)), geometry=points, crs=crs)


def read_columns(
    table: pd.DataFrame, *, name: str, unplaced: bool, announce: bool = True
) -> tuple[Floats, Mask, CRS]:
    """Read `easting` and `northing`, in one copy; a row has both, or neither.

    That a CRS is taken is logged, unless ``announce=False``: for a table in pieces it is said once.

    Returns
    -------
    tuple of array of (n, 2) float, array of n bool and CRS
        Eastings and northings, NaN where there are none; where there are; and what they are in.

    Raises
    ------
    InputError
        If a column is missing or holds something else than numbers, a number is not finite, or only
        one of the two is there; if a row has none, unless ``unplaced=True``.
    CRSError
        If ``attrs["crs"]`` is no CRS in metres, or is not there and the points cannot be in
        SWEREF 99 TM.
    """
    columns = names(COORDINATES)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise InputError(
            f"`{name}` is a DataFrame, not a GeoDataFrame, and lacks {len(missing)} column(s): "
            f"{', '.join(missing)}. It has: {', '.join(map(str, table.columns))}. Rename those "
            "that hold its coordinates in metres, or pass a GeoDataFrame of points."
        )
    crs = _said(table, name=name)
    xy = np.empty((len(table), 2))
    numbers = [_numbers(table, column, name=name) for column in columns]
    extents: list[list[list[float]]] = []

    def fill(first: int, last: int) -> None:
        for start in range(first, last, _AT_A_TIME):
            part = slice(start, min(start + _AT_A_TIME, last))
            extents.append([_fill(xy[part, axis], numbers[axis][part]) for axis in range(2)])

    in_bands(fill, len(table), bands_per_core=1, worth_it=len(table) >= _WORTH_THREADS)
    extent = np.reshape(extents, (-1, 2, 2))  # parts x axes x least and largest
    there = np.ones(len(table), dtype=bool)
    if not np.isfinite(extent).all():
        there = _where(table, xy, name=name, unplaced=unplaced)
    if crs is None:
        crs = _taken_as_swedish(table, xy, there, extent, name=name)
        if announce:
            say_taken(name)
    return xy, there, crs


def say_taken(name: str) -> None:
    """Log that coordinates which say nothing were taken as SWEREF 99 TM."""
    say = "`%s` taken as SWEREF 99 TM (EPSG:3006); say otherwise with %s.attrs['crs'] = ..."
    _LOG.info(say, name, name)


def _said(table: pd.DataFrame, *, name: str) -> CRS | None:
    """Give the CRS that a table says its columns are in; None where it says nothing."""
    crs = parse_crs(table.attrs.get("crs"), name=f"{name}.attrs['crs']")
    fault = "" if crs is None else fault_of(crs)
    if fault:
        at = f"geopandas.points_from_xy({name}.easting, {name}.northing, crs={name}.attrs['crs'])"
        raise CRSError(
            f"`{name}` is {fault} Convert its columns: {at}.to_crs(3006) has them as .x and .y."
        )
    return crs


def _numbers(table: pd.DataFrame, column: str, *, name: str) -> np.ndarray[Any, Any]:
    """Give the numbers of a column, uncopied where it is made of them; NaN where one is missing."""
    values = table[column]
    if values.ndim > 1:
        raise InputError(
            f"`{name}` has {values.shape[1]} columns `{column}`. Drop or rename all but one."
        )
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iuf":
        return values.to_numpy()
    _check_numbers(table, column, name=name)
    return values.to_numpy(dtype=float, na_value=np.nan)


def _fill(into: Floats, numbers: np.ndarray[Any, Any]) -> list[float]:
    """Copy numbers, one or more; give the least and the largest.

    These are NaN where any is: no second look is needed to know that all are there and finite.
    """
    into[:] = numbers
    return [float(numbers.min()), float(numbers.max())]


def _check_numbers(table: pd.DataFrame, column: str, *, name: str) -> None:
    """Refuse what is not a number; databases give decimals, and missing values beside numbers."""
    values = table[column]
    if values.dtype.kind in "iuf" or pd.api.types.infer_dtype(values, skipna=True) in _HELD:
        return
    number = values.astype(object).map(
        lambda value: isinstance(value, (Real, Decimal)) and not isinstance(value, bool)
    )
    refuse(
        table,
        (values.notna() & ~number).to_numpy(dtype=bool),
        name=name,
        fault=f"whose `{column}` is not a number",
        remedy=f"Make numbers of them with pandas.to_numeric({name}[{column!r}]), or read the file "
        "with decimal=',' if that is how it writes them.",
    )


def _where(table: pd.DataFrame, xy: Floats, *, name: str, unplaced: bool) -> Mask:
    """Tell which rows have a point; refuse half a coordinate, and what is not finite."""
    absent = np.isnan(xy)
    faults = [
        (
            absent[:, 0] != absent[:, 1],
            "with only one of `easting` and `northing`",
            "Mend them in the file, or leave both out.",
        ),
        (
            np.isinf(xy).any(axis=1),
            "with a coordinate that is not a finite number",
            "Mend them in the file.",
        ),
        (
            absent[:, 0] & (not unplaced),
            "without a point",
            f"Leave them out with {name}[{name}.easting.notna()], or geocode them first.",
        ),
    ]
    for bad, fault, remedy in faults:
        refuse(table, bad, name=name, fault=fault, remedy=remedy)
    return ~absent[:, 0]


def _taken_as_swedish(
    table: pd.DataFrame,
    xy: Floats,
    there: Mask,
    extent: Floats,
    *,
    name: str,
) -> CRS:
    """Take coordinates that say nothing as SWEREF 99 TM, if all of them can be."""
    lowest, highest = np.array([TM_EASTING, TM_NORTHING]).T
    if not ((extent[:, :, 0] >= lowest).all() and (extent[:, :, 1] <= highest).all()):
        # 0, 0 is a coordinate left blank, which says nothing of the others.
        off = there & (xy != 0).any(axis=1) & ~_in_sweden(xy[:, 0], xy[:, 1])
        refuse(
            table,
            off & _in_sweden(xy[:, 1], xy[:, 0]),
            name=name,
            fault="with the northing as `easting` and the easting as `northing`",
            remedy="In SWEREF 99 TM a northing has seven figures and an easting six: swap the two.",
            error=CRSError,
        )
        refuse(
            table,
            off,
            name=name,
            fault="that cannot be in SWEREF 99 TM (EPSG:3006) in Sweden, and nothing says what "
            "they are in",
            remedy=f"Say it with {name}.attrs['crs'] = 3011, if they are SWEREF 99 18 00, or mend "
            "the rows.",
            error=CRSError,
        )
    return CRS.from_epsg(3006)


def _in_sweden(easting: Floats, northing: Floats) -> Mask:
    """Tell which coordinates can be in SWEREF 99 TM."""
    inside: Mask = (
        (easting >= TM_EASTING[0])
        & (easting <= TM_EASTING[1])
        & (northing >= TM_NORTHING[0])
        & (northing <= TM_NORTHING[1])
    )
    return inside
