"""Argument checks shared by the public functions.

Public functions call these at their door; inside, nothing is checked again. Each raises an
`InputError` whose message holds the argument, the count, the first culprit and the remedy.
"""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks.coordinate_columns import is_plain, make_points, read_columns
from est_geo.checks.metric_crs import check_metric_crs as check_metric_crs
from est_geo.checks.metric_crs import check_same_crs as check_same_crs
from est_geo.checks.refusing import first_row as first_row
from est_geo.checks.refusing import refuse
from est_geo.compiled import in_bands
from est_geo.errors import InputError
from est_geo.schema import COORDINATES, DISTRICTS, INCIDENTS, SITES, names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyproj import CRS

FARTHEST_M = 4e7
"""No projected coordinate on Earth lies farther from its origin, and nothing reaches farther."""
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_WORTH_THREADS = 50_000  # geometries
_AT_A_TIME = 8192
_TIMES = ("occurred_from", "occurred_to", "first", "last")
_OURS = frozenset(names((*INCIDENTS, *SITES, *DISTRICTS, *COORDINATES)))
_LARGEST_WEIGHT, _SMALLEST_WEIGHT = 1e100, 1e-100  # beyond these, products of weights are not exact
_NO_NUMBERS = "mMc"  # times, spans of time and complex numbers, which numpy would turn into floats


class Points(NamedTuple):
    """Where the rows of a table are.

    Attributes
    ----------
    xy : array of (n, 2) float
        Eastings and northings in metres, NaN where there are none.
    there : array of n bool
        Which rows have a point.
    crs : CRS
        What the coordinates are in.
    """

    xy: np.ndarray[Any, np.dtype[np.float64]]
    there: np.ndarray[Any, np.dtype[np.bool_]]
    crs: CRS


def check_table(
    table: object, *, name: str, columns: Iterable[str] = (), plain: bool = False
) -> None:
    """Require a GeoDataFrame with at least one row and with the named columns.

    With ``plain=True`` a DataFrame without geometry will do.
    """
    if not isinstance(table, pd.DataFrame if plain else gpd.GeoDataFrame):
        way = "Read a file with est_geo.read_incidents or est_geo.read_districts."
        if is_plain(table) and {"easting", "northing"} <= set(table.columns):
            way = f"Make it one with {make_points(table, name=name)}."
        raise InputError(f"`{name}` must be a GeoDataFrame, not {type(table).__name__}. {way}")
    if len(table) == 0:
        raise InputError(
            f"`{name}` is empty: it has 0 rows. Check the file or the filter before it."
        )
    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is None:
        raise InputError(
            f"`{name}` has no geometry: none of its {len(table.columns)} column(s) is said to be "
            f"it. Say which with {name}.set_geometry(...), or pass pandas.DataFrame({name}) if its "
            "easting and northing are to be read."
        )
    check_columns(table, name=name, columns=columns)


def check_columns(table: object, *, name: str, columns: Iterable[str]) -> None:
    """Require a DataFrame with the named columns; it may have 0 rows and needs no geometry."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"`{name}` must be a DataFrame, not {type(table).__name__}.")
    columns = list(columns)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise InputError(
            f"`{name}` lacks {len(missing)} column(s): {', '.join(missing)}. "
            f"It has: {', '.join(map(str, table.columns))}."
        )
    if not table.columns.is_unique:
        _check_repeated(table, name=name, columns=columns)
    for column in _TIMES:
        if column in table.columns:
            _check_local(table, column, name=name)


def _check_repeated(table: pd.DataFrame, *, name: str, columns: Iterable[str]) -> None:
    """Refuse columns of ours that stand there twice: none of them would be the right one."""
    twice = table.columns[table.columns.duplicated()].unique()
    repeated = [column for column in twice if column in _OURS or column in columns]
    if repeated:
        raise InputError(
            f"`{name}` has {len(repeated)} column(s) more than once: {', '.join(repeated)}. "
            "Drop or rename all but one of each."
        )


def _check_local(table: pd.DataFrame, column: str, *, name: str) -> None:
    """Refuse times with a time zone, which numpy would read as another hour without a word."""
    zone = getattr(getattr(table[column], "dtype", None), "tz", None)
    if zone is not None:
        raise InputError(
            f"`{name}` has {len(table)} rows with a time zone ({zone}) in `{column}`; local times "
            f"are needed. Make them so with {name}[{column!r}].dt.tz_convert('Europe/Stockholm')"
            ".dt.tz_localize(None)."
        )


def check_points(
    table: object, *, name: str, columns: Iterable[str] = (), unplaced: bool = False
) -> CRS:
    """Require points with finite coordinates in metres, and return their CRS.

    Rows without a geometry are let through only with ``unplaced=True``.
    """
    return read_points(table, name=name, columns=columns, unplaced=unplaced).crs


def read_points(
    table: object,
    *,
    name: str,
    columns: Iterable[str] = (),
    unplaced: bool = False,
    plain: bool = False,
) -> Points:
    """Check points as `check_points` does, and give what was read in doing so.

    With ``plain=True`` a DataFrame without geometry is taken too: its `easting` and `northing`, as
    `est_geo.schema.COORDINATES` has them. What calls so may not look for a geometry.
    """
    check_table(table, name=name, columns=columns, plain=plain)
    if is_plain(table):
        return Points(*read_columns(table, name=name, unplaced=unplaced))
    points: gpd.GeoDataFrame = table
    crs = check_metric_crs(points, name=name)
    geometry = np.asarray(points.geometry.array)
    coordinates, fine = _coordinates(geometry)
    if fine:
        return Points(coordinates, np.ones(len(geometry), dtype=bool), crs)
    kinds = shapely.get_type_id(geometry)
    finite = np.isfinite(coordinates[:, 0]) & np.isfinite(coordinates[:, 1])
    there = finite.copy()
    there[~finite] = has_shape(geometry[~finite])  # the others have bounds, so a shape
    refuse(
        points,
        there & (kinds != shapely.GeometryType.POINT),
        name=name,
        fault="whose geometry is not a point",
        remedy=f"Reduce them with {name}.geometry.centroid, or leave them out.",
    )
    if not unplaced:
        refuse(
            points,
            ~there,
            name=name,
            fault="without a point",
            remedy=f"Leave them out with {name}[{name}.geometry.notna()], or geocode them first.",
        )
    refuse(
        points,
        there & ~finite,
        name=name,
        fault="with a coordinate that is not a finite number",
        remedy="Mend them in the file.",
    )
    return Points(coordinates, there, crs)


def _coordinates(
    geometry: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], bool]:
    """Easting and northing of each point, and whether all are points at finite coordinates.

    The bounds of a point are its coordinates, and NaN where there is none; shapely reads them in
    half the time of `get_x` and `get_y`. Only the kind tells a point from a line or a multipoint
    that has no extent. A few thousand at a time stay in the processor's cache.
    """
    coordinates = np.empty((len(geometry), 2))
    pairs = coordinates.view(np.complex128)[:, 0]  # two numbers copied as one: not row by row
    odd: list[int] = []

    def read(first: int, last: int) -> None:
        bounds = np.empty((min(_AT_A_TIME, last - first), 4))
        for start in range(first, last, _AT_A_TIME):
            some = geometry[start : min(start + _AT_A_TIME, last)]
            stop = start + len(some)
            shapely.bounds(some, out=bounds[: len(some)])
            pairs[start:stop] = bounds.view(np.complex128)[: len(some), 0]
            if (
                np.any(shapely.get_type_id(some) != shapely.GeometryType.POINT)
                or not _all_finite(coordinates[start:stop])
            ):  # fmt: skip
                odd.append(start)

    in_bands(read, len(geometry), worth_it=len(geometry) >= _WORTH_THREADS)
    return coordinates, not odd


def _all_finite(values: np.ndarray[Any, np.dtype[np.float64]]) -> bool:
    """Tell whether all numbers are finite.

    A sum is only if all are, and takes a fraction of the time of a look at each; where it overflows
    that look is taken.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()) or np.isfinite(values).all())


def has_shape(geometry: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which geometries are there: neither missing nor empty."""
    there: np.ndarray[Any, np.dtype[np.bool_]] = ~(
        shapely.is_missing(geometry) | shapely.is_empty(geometry)
    )
    return there


def check_on_earth(xy: np.ndarray[Any, np.dtype[np.float64]], *, name: str) -> None:
    """Refuse coordinates that are no place in any CRS in metres."""
    far = max(float(xy.max(initial=0.0)), -float(xy.min(initial=0.0)))
    if far >= FARTHEST_M:
        raise InputError(
            f"`{name}` has a coordinate of {far:.3g} m, farther than any place on Earth. "
            "Check which CRS the file is in."
        )


def check_polygons(table: object, *, name: str, columns: Iterable[str] = ()) -> None:
    """Require valid polygons, each with an area."""
    check_table(table, name=name, columns=columns)
    polygons: gpd.GeoDataFrame = table
    geometry = np.asarray(polygons.geometry.array)
    refuse(
        polygons,
        ~np.isin(shapely.get_type_id(geometry), _POLYGONAL) | shapely.is_empty(geometry),
        name=name,
        fault="that are not polygons",
        remedy="Leave them out, or draw them as areas.",
    )
    invalid = ~shapely.is_valid(geometry)
    if invalid.any():
        why = shapely.is_valid_reason(geometry[int(np.argmax(invalid))])
        refuse(
            polygons,
            invalid,
            name=name,
            fault=f"with an invalid polygon ({why})",
            remedy=f"Mend them with {name}.geometry = {name}.make_valid().",
        )


def check_finite_weights(
    table: pd.DataFrame, *, name: str, column: str = "weight", negative: bool = False
) -> None:
    """Require finite weights, and none below 0 unless ``negative=True``.

    Nor any so large or small that sums and products with it would be lost: all are 0 or between
    1e-100 and 1e100.
    """
    weights = _numbers(table[column])
    # No comparison holds for what is not a number.
    if len(weights) == 0 or (
        weights.min() >= _SMALLEST_WEIGHT and weights.max() <= _LARGEST_WEIGHT
    ):
        return
    bad = ~np.isfinite(weights)
    fault = f"whose `{column}` is not a finite number"
    if not bad.any() and not negative:
        bad = weights < 0
        fault = f"with a negative `{column}`"
    if not bad.any():
        sizes = np.abs(weights)
        bad = (sizes > _LARGEST_WEIGHT) | ((sizes < _SMALLEST_WEIGHT) & (sizes > 0))
        fault = f"whose `{column}` is neither 0 nor between 1e-100 and 1e100"
    refuse(table, bad, name=name, fault=fault, remedy="Weights are counts or severities from 0 up.")


def _numbers(column: pd.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Read a column as numbers, NaN where it is not one: what stands there is not repeated."""
    if column.dtype.kind in _NO_NUMBERS:
        return np.full(len(column), np.nan)
    try:
        return column.to_numpy(dtype=float)
    except (TypeError, ValueError):
        return np.array([_number(value) for value in column])


def _number(value: object) -> float:
    """Read one number, also from text; NaN where there is none."""
    try:
        return float(value) if isinstance(value, str | numbers.Real) else float("nan")
    except ValueError:
        return float("nan")


def check_number(
    value: object,
    *,
    name: str,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    whole: bool = False,
) -> None:
    """Require a finite number in a range; `whole` asks for an integer."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    fine = isinstance(value, kinds) and not isinstance(value, bool) and bool(np.isfinite(value))
    if fine and above is not None:
        fine = bool(value > above)  # type: ignore[operator]
    if fine and at_least is not None:
        fine = bool(value >= at_least)  # type: ignore[operator]
    if not fine:
        bound = f" above {above}" if above is not None else ""
        bound = f" of at least {at_least}" if at_least is not None else bound
        kind = "a whole number" if whole else "a finite number"
        raise InputError(f"`{name}` must be {kind}{bound}, not {value!r}.")
    if at_most is not None and float(value) > at_most:  # type: ignore[arg-type]
        raise InputError(f"`{name}` must be at most {at_most:,.0f}, not {value!r}.")


def check_choice(value: object, choices: Collection[str], *, name: str) -> None:
    """Require one of a few words."""
    if value not in choices:
        raise InputError(f"`{name}` must be one of {', '.join(choices)}, not {value!r}.")


def check_flag(value: object, *, name: str) -> None:
    """Require True or False: a word such as "no" would count as True."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"`{name}` must be True or False, not {value!r}.")
