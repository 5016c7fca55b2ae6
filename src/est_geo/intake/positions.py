"""Where incidents happened: geometries or columns of coordinates to points in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjError

from est_geo.checks import check_metric_crs
from est_geo.errors import CRSError, InputError
from est_geo.geography.crs import SWEDEN_CRS, working_crs
from est_geo.intake import reasons
from est_geo.intake.columns import PAIRS
from est_geo.intake.text import read_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]

_WGS84 = 4326
_DEGREES = (180.0, 90.0)
# No projected coordinate on Earth is as large.
_METRES = 1e8
_SWEDISH = frozenset((*range(3006, 3025), 5850, 5845))
_REMEDY = "crs=3006 for SWEREF 99 TM, 3011 for SWEREF 99 18 00, 3021 for RT 90, 4326 for degrees"


class Fault(NamedTuple):
    """Rows with one fault in one column."""

    rows: Mask
    column: str
    reason: str


@dataclass(frozen=True)
class Positions:
    """Points of the rows of a file.

    Attributes
    ----------
    points : array of n Points
        In `crs`; None where a row has no coordinate, POINT (0 0) where the file says 0, 0.
    null_island : array of n bool
        Rows at 0, 0 in the file.
    faults : list of Fault
        Rows whose coordinate cannot be used.
    crs_read : CRS or None
        CRS of the file's coordinates; None where it has none.
    crs : CRS
        CRS of the points, in metres.
    """

    points: np.ndarray[Any, np.dtype[np.object_]]
    null_island: Mask
    faults: list[Fault]
    crs_read: CRS | None
    crs: CRS


class _Coordinates(NamedTuple):
    """Coordinates as the file has them, NaN where there is none or a faulty one."""

    x: Floats
    y: Floats
    faults: list[Fault]
    columns: tuple[str, str]


def find_positions(
    table: pd.DataFrame,
    used: Mapping[str, str],
    *,
    crs: CRS | str | int | None,
    to_crs: CRS | str | int | None,
    names_crs: bool,
    file: str,
) -> Positions:
    """Give each row its point.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame of n rows
        The file's rows.
    used : mapping
        Meaning to column, as `match_columns` gave it.
    crs : CRS, str or int, optional
        CRS of the file's coordinates, as the caller says.
    to_crs : CRS, str or int, optional
        CRS in metres of the result; chosen where it is not given.
    names_crs : bool
        The file itself says its CRS, so that another one from the caller is a contradiction.
    file : str
        What messages call the file.

    Returns
    -------
    Positions
        Points, faults, and both CRS.

    Raises
    ------
    CRSError
        If the CRS is not known, contradicts the file, or cannot be true of most coordinates.
    InputError
        If easting and northing are swapped.
    """
    asked = _parse_crs(crs, name="crs")
    target = _parse_crs(to_crs, name="to_crs")
    if target is not None:
        check_metric_crs(gpd.GeoDataFrame(geometry=[], crs=target), name="to_crs")
    pair = next((pair for pair in PAIRS if pair[0] in used), None)
    if pair is not None:
        found = _from_columns(table, (used[pair[0]], used[pair[1]]))
        read = _crs_of_columns(asked, degrees=pair == PAIRS[0], found=found, file=file)
    elif isinstance(table, gpd.GeoDataFrame):
        found = _from_geometry(table)
        read = _crs_of_geometry(asked, table.crs, names_crs=names_crs, file=file)
    else:
        nowhere = np.full(len(table), None, dtype=object)
        none = np.zeros(len(table), dtype=bool)
        return Positions(nowhere, none, [], None, target or SWEDEN_CRS)
    rows = table.index.to_numpy()
    found.faults.append(_outside(found, read, rows=rows, file=file))
    return _place(found, read, target, file=file)


def _parse_crs(crs: CRS | str | int | None, *, name: str) -> CRS | None:
    """Understand a CRS that the caller names."""
    if crs is None:
        return None
    try:
        return CRS.from_user_input(int(crs) if isinstance(crs, str) and crs.isdecimal() else crs)
    except ProjError as error:
        raise CRSError(
            f"`{name}` is {str(crs)[:80]!r}, which is no CRS that is known. "
            f"Give an EPSG number: {_REMEDY}."
        ) from error


def _from_geometry(table: gpd.GeoDataFrame) -> _Coordinates:
    """Take the coordinates of points; a multipoint of one point is that point."""
    column = str(table.geometry.name)
    geometry = shapely.force_2d(np.asarray(table.geometry.array))
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(geometry) == 1
    )
    geometry = np.where(single, shapely.get_geometry(geometry, 0), geometry)
    blank = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    other = ~blank & (shapely.get_type_id(geometry) != shapely.GeometryType.POINT)
    geometry = np.where(blank | other, None, geometry)
    x, y = shapely.get_x(geometry), shapely.get_y(geometry)
    endless = ~blank & ~other & ~(np.isfinite(x) & np.isfinite(y))
    faults = [
        Fault(other, column, reasons.NOT_A_POINT),
        Fault(endless, column, reasons.NOT_A_NUMBER),
    ]
    return _without(endless, _Coordinates(x, y, faults, (column, column)))


def _from_columns(table: pd.DataFrame, columns: tuple[str, str]) -> _Coordinates:
    """Read two columns of coordinates."""
    east, north = (read_numbers(table[column]) for column in columns)
    faults = [
        Fault(east.bad, columns[0], reasons.NOT_A_NUMBER),
        Fault(north.bad, columns[1], reasons.NOT_A_NUMBER),
        Fault(east.blank & ~north.blank, columns[0], reasons.HALF_A_COORDINATE),
        Fault(north.blank & ~east.blank, columns[1], reasons.HALF_A_COORDINATE),
    ]
    incomplete = np.isnan(east.numbers) | np.isnan(north.numbers)
    return _without(incomplete, _Coordinates(east.numbers, north.numbers, faults, columns))


def _without(rows: Mask, found: _Coordinates) -> _Coordinates:
    """Take the coordinates of some rows away."""
    x, y = (np.where(rows, np.nan, values) for values in (found.x, found.y))
    return found._replace(x=x, y=y)


def _crs_of_columns(asked: CRS | None, *, degrees: bool, found: _Coordinates, file: str) -> CRS:
    """Decide the CRS of columns: degrees are WGS 84 by name, metres must be told."""
    said = " and ".join(map(repr, found.columns))
    if degrees:
        if asked is not None and not asked.is_geographic:
            raise CRSError(
                f"`crs` is in metres ({asked.name}), but {file!r} has degrees by the names of its "
                f"columns {said}. Leave `crs` out, or name them as columns={{'easting': "
                f"{found.columns[0]!r}, 'northing': {found.columns[1]!r}}}."
            )
        return asked or CRS.from_epsg(_WGS84)
    if asked is None:
        raise CRSError(
            f"`crs` is needed: {file!r} has {int(np.isfinite(found.x).sum())} coordinates in the "
            f"columns {said} and nothing says what they are. Pass {_REMEDY}."
        )
    return asked


def _crs_of_geometry(asked: CRS | None, carried: CRS | None, *, names_crs: bool, file: str) -> CRS:
    """Decide the CRS of geometries: the file's own, which the caller may only supply."""
    known = carried if carried is not None and _has_place(carried) else None
    if asked is None:
        if known is None:
            raise CRSError(f"`crs` is needed: {file!r} has geometries but no CRS. Pass {_REMEDY}.")
        return known
    if known is not None and names_crs and not known.equals(asked, ignore_axis_order=True):
        raise CRSError(
            f"`crs` is {asked.name}, but {file!r} says that it is in {known.name}. "
            "Leave `crs` out, or mend the file."
        )
    return asked


def _has_place(crs: CRS) -> bool:
    """Say whether a CRS is on Earth: a GeoPackage may name an "undefined" one."""
    plane = crs.sub_crs_list[0] if crs.is_compound else crs
    return bool(plane.is_geographic or plane.is_projected)


def _outside(found: _Coordinates, crs: CRS, *, rows: np.ndarray[Any, Any], file: str) -> Fault:
    """Find coordinates that the CRS cannot have; where most are so, the CRS is wrong."""
    x, y = found.x, found.y
    given = ~np.isnan(x) & ((x != 0) | (y != 0))
    degrees = (np.abs(x) <= _DEGREES[0]) & (np.abs(y) <= _DEGREES[1])
    if crs.is_geographic:
        strange, said = given & ~degrees, "beyond 180, 90, as no degrees are"
    else:
        too_far = ~((np.abs(x) < _METRES) & (np.abs(y) < _METRES))
        strange, said = given & (degrees | too_far), "in degrees, or too large for metres"
        swapped = given & (x > 6e6) & (y < 2e6)  # noqa: PLR2004 - Sweden's northing and easting
        if crs.to_epsg() in _SWEDISH and swapped.sum() * 2 > given.sum():
            raise InputError(
                f"{file!r} has {int(swapped.sum())} of {int(given.sum())} coordinates with the "
                f"northing first; the first is row {rows[np.argmax(swapped)]}. Name them the other "
                f"way: columns={{'easting': {found.columns[1]!r}, 'northing': "
                f"{found.columns[0]!r}}}."
            )
    if strange.sum() * 2 > given.sum():
        raise CRSError(
            f"{file!r} is read as {crs.name}, but {int(strange.sum())} of {int(given.sum())} "
            f"coordinates are {said}; the first is row {rows[np.argmax(strange)]}. "
            f"Pass what they are: {_REMEDY}."
        )
    return Fault(strange, found.columns[0], reasons.OUTSIDE_RANGE)


def _place(found: _Coordinates, read: CRS, target: CRS | None, *, file: str) -> Positions:
    """Make points in metres of the coordinates that can be used."""
    faulty = np.logical_or.reduce([fault.rows for fault in found.faults])
    null_island = (found.x == 0) & (found.y == 0)
    usable = ~np.isnan(found.x) & ~faulty & ~null_island
    crs = target or _choose_crs(found.x[usable], found.y[usable], read, file=file)
    x, y = np.where(null_island, 0.0, np.nan), np.where(null_island, 0.0, np.nan)
    x[usable], y[usable] = found.x[usable], found.y[usable]
    if crs != read:
        moved = Transformer.from_crs(read, crs, always_xy=True).transform(x[usable], y[usable])
        x[usable], y[usable] = moved
    lost = usable & ~(np.isfinite(x) & np.isfinite(y))
    points = np.full(len(x), None, dtype=object)
    there = (usable | null_island) & ~lost
    points[there] = shapely.points(x[there], y[there])
    faults = [*found.faults, Fault(lost, found.columns[0], reasons.OUTSIDE_RANGE)]
    return Positions(points, null_island, faults, read, crs)


def _choose_crs(x: Floats, y: Floats, read: CRS, *, file: str) -> CRS:
    """Choose the working CRS; it depends on the medians only, so one point stands for all."""
    middle = [shapely.Point(np.median(x), np.median(y))] if len(x) else []
    return working_crs(gpd.GeoDataFrame(geometry=middle, crs=read), name=file)
