"""Argument checks shared by the public functions.

Public functions call these at their door; inside, nothing is checked again. Each raises an
`InputError` whose message holds the argument, the count, the first culprit and the remedy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.compiled import in_bands
from est_geo.errors import CRSError, InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyproj import CRS

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_WORTH_THREADS = 50_000  # geometries
_AT_A_TIME = 8192
_WEB_MERCATOR = (3857, 3785, 900913, 102100)


def check_table(table: object, *, name: str, columns: Iterable[str] = ()) -> None:
    """Require a GeoDataFrame with at least one row and with the named columns."""
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(
            f"`{name}` must be a GeoDataFrame, not {type(table).__name__}. "
            "Read a file with est_geo.read_incidents or est_geo.read_districts."
        )
    if len(table) == 0:
        raise InputError(
            f"`{name}` is empty: it has 0 rows. Check the file or the filter before it."
        )
    check_columns(table, name=name, columns=columns)


def check_columns(table: object, *, name: str, columns: Iterable[str]) -> None:
    """Require a DataFrame with the named columns; it may have 0 rows and needs no geometry."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"`{name}` must be a DataFrame, not {type(table).__name__}.")
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise InputError(
            f"`{name}` lacks {len(missing)} column(s): {', '.join(missing)}. "
            f"It has: {', '.join(map(str, table.columns))}."
        )


def check_metric_crs(table: gpd.GeoDataFrame, *, name: str) -> CRS:
    """Require a projected CRS in metres that keeps lengths, and return it."""
    crs = table.crs
    if crs is None:
        raise CRSError(
            f"`{name}` has no CRS, so its {len(table)} coordinates have no unit. "
            f"Say what they are with {name}.set_crs(epsg=3006), if they are SWEREF 99 TM."
        )
    if not crs.is_projected:
        raise CRSError(
            f"`{name}` is in degrees ({crs.name}), metres are needed. "
            f"Convert it with {name}.to_crs(epsg=3006)."
        )
    if crs.to_epsg() in _WEB_MERCATOR:
        raise CRSError(
            f"`{name}` is in Web Mercator, which stretches lengths about twice in Sweden. "
            f"Convert it with {name}.to_crs(epsg=3006)."
        )
    unit = crs.axis_info[0].unit_name
    if unit != "metre":
        raise CRSError(
            f"`{name}` is in {unit} ({crs.name}), metres are needed. "
            f"Convert it with {name}.to_crs({name}.estimate_utm_crs())."
        )
    return crs


def check_same_crs(
    first: gpd.GeoDataFrame, second: gpd.GeoDataFrame, *, names: tuple[str, str]
) -> None:
    """Require that two tables share one CRS."""
    if first.crs != second.crs:
        said = [table.crs.name if table.crs else "no CRS" for table in (first, second)]
        raise CRSError(
            f"`{names[0]}` is in {said[0]} but `{names[1]}` in {said[1]}. "
            f"Convert one: {names[0]}.to_crs({names[1]}.crs)."
        )


def check_points(
    table: object, *, name: str, columns: Iterable[str] = (), unplaced: bool = False
) -> CRS:
    """Require points with finite coordinates in metres, and return their CRS.

    Rows without a geometry are let through only with ``unplaced=True``.
    """
    read_points(table, name=name, columns=columns, unplaced=unplaced)
    points: gpd.GeoDataFrame = table
    return points.crs


def read_points(
    table: object, *, name: str, columns: Iterable[str] = (), unplaced: bool = False
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Check points as `check_points` does, and give what was read in doing so.

    Returns
    -------
    tuple of array of (n, 2) float and array of n bool
        Eastings and northings, NaN where there are none; and where there are.
    """
    check_table(table, name=name, columns=columns)
    points: gpd.GeoDataFrame = table
    check_metric_crs(points, name=name)
    geometry = np.asarray(points.geometry.array)
    coordinates, kinds = _coordinates(geometry)
    if (kinds == shapely.GeometryType.POINT).all() and _all_finite(coordinates):
        return coordinates, np.ones(len(geometry), dtype=bool)
    finite = np.isfinite(coordinates[:, 0]) & np.isfinite(coordinates[:, 1])
    there = finite.copy()
    there[~finite] = has_shape(geometry[~finite])  # the others have bounds, so a shape
    _refuse(
        points,
        there & (kinds != shapely.GeometryType.POINT),
        name=name,
        fault="whose geometry is not a point",
        remedy=f"Reduce them with {name}.geometry.centroid, or leave them out.",
    )
    if not unplaced:
        _refuse(
            points,
            ~there,
            name=name,
            fault="without a point",
            remedy=f"Leave them out with {name}[{name}.geometry.notna()], or geocode them first.",
        )
    _refuse(
        points,
        there & ~finite,
        name=name,
        fault="with a coordinate that is not a finite number",
        remedy="Mend them in the file.",
    )
    return coordinates, there


def _coordinates(
    geometry: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.int32]]]:
    """Easting and northing of each point, and what kind of shape each is.

    The bounds of a point are its coordinates, and NaN where there is none; shapely reads them in
    half the time of `get_x` and `get_y`. A few thousand at a time stay in the processor's cache.
    Only the kind tells a point from a line or a multipoint that has no extent.
    """
    coordinates = np.empty((len(geometry), 2))
    kinds = np.empty(len(geometry), dtype=np.int32)
    pairs = coordinates.view(np.complex128)[:, 0]  # two numbers copied as one: not row by row

    def read(first: int, last: int) -> None:
        for start in range(first, last, _AT_A_TIME):
            part = slice(start, min(start + _AT_A_TIME, last))
            pairs[part] = shapely.bounds(geometry[part]).view(np.complex128)[:, 0]
            shapely.get_type_id(geometry[part], out=kinds[part])

    in_bands(read, len(geometry), worth_it=len(geometry) >= _WORTH_THREADS)
    return coordinates, kinds


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


def check_polygons(table: object, *, name: str, columns: Iterable[str] = ()) -> None:
    """Require valid polygons, each with an area."""
    check_table(table, name=name, columns=columns)
    polygons: gpd.GeoDataFrame = table
    geometry = np.asarray(polygons.geometry.array)
    _refuse(
        polygons,
        ~np.isin(shapely.get_type_id(geometry), _POLYGONAL) | shapely.is_empty(geometry),
        name=name,
        fault="that are not polygons",
        remedy="Leave them out, or draw them as areas.",
    )
    invalid = ~shapely.is_valid(geometry)
    if invalid.any():
        why = shapely.is_valid_reason(geometry[int(np.argmax(invalid))])
        _refuse(
            polygons,
            invalid,
            name=name,
            fault=f"with an invalid polygon ({why})",
            remedy=f"Mend them with {name}.geometry = {name}.make_valid().",
        )


def check_finite_weights(
    table: pd.DataFrame, *, name: str, column: str = "weight", negative: bool = False
) -> None:
    """Require finite weights, and none below 0 unless ``negative=True``."""
    weights = table[column].to_numpy(dtype=float)
    if len(weights) == 0 or (_all_finite(weights) and (negative or weights.min() >= 0)):
        return
    bad = ~np.isfinite(weights)
    fault = f"whose `{column}` is not a finite number"
    if not bad.any() and not negative:
        bad = weights < 0
        fault = f"with a negative `{column}`"
    _refuse(
        table, bad, name=name, fault=fault, remedy="Weights are counts or severities from 0 up."
    )


def check_number(
    value: object,
    *,
    name: str,
    above: float | None = None,
    at_least: float | None = None,
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


def check_choice(value: object, choices: Collection[str], *, name: str) -> None:
    """Require one of a few words."""
    if value not in choices:
        raise InputError(f"`{name}` must be one of {', '.join(choices)}, not {value!r}.")


def first_row(table: pd.DataFrame, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> str:
    """Name the first row of a mask: its incident_id where there is one, else its index label.

    Reporters' identifiers are shown with `repr`, cut at 40 characters: they are text from a file.
    """
    position = int(np.argmax(mask))
    label = (
        table["incident_id"].iloc[position]
        if "incident_id" in table.columns
        else table.index[position]
    )
    label = label.item() if isinstance(label, np.generic) else label
    return f"{str(label)[:40]!r}" if isinstance(label, str) else f"{label}"


def _refuse(
    table: pd.DataFrame,
    mask: np.ndarray[Any, np.dtype[np.bool_]],
    *,
    name: str,
    fault: str,
    remedy: str,
) -> None:
    """Raise if any row is marked."""
    count = int(mask.sum())
    if count:
        raise InputError(
            f"`{name}` has {count} of {len(table)} rows {fault}; "
            f"the first is row {first_row(table, mask)}. {remedy}"
        )
