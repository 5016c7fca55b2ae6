"""Where the entries of an address register are: its coordinates as points in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from est_geo.checks import has_shape
from est_geo.checks.metric_crs import REMEDY
from est_geo.errors import CRSError
from est_geo.geocoding.gazetteer.text import read_numbers
from est_geo.geography.crs import (
    SWEDEN_CRS,
    agreed_crs,
    on_earth,
    plane,
    working_crs,
)
from est_geo.geography.recognise import Group, is_possible, northing_first, recognise

if TYPE_CHECKING:
    import pandas as pd

    from est_geo.geocoding.gazetteer.columns import Columns
    from est_geo.geography.municipalities import Municipality

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Shapes = np.ndarray[Any, np.dtype[np.object_]]

NO_COORDINATE = "no coordinate"
HALF_A_COORDINATE = "half a coordinate"
NOT_A_NUMBER = "coordinate is not a number"
NOT_A_PLACE = "geometry is neither a point nor an area"
NULL_ISLAND = "coordinate 0, 0"
OUTSIDE_RANGE = "coordinate is not possible"
NO_SYSTEM_FITS = "coordinate fits no known system"

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_METRES = 1e8
_PAIR_OF_DEGREES = ("longitude", "latitude")


class Points(NamedTuple):
    """The points of the rows of a register.

    Attributes
    ----------
    points : array of n Points
        In `crs`; None where the row has none that can be used.
    reach : array of n
        Greatest distance in metres from the point to the outline of the area it stands for; 0
        where the register has a point.
    fault : array of n str
        Why a row has no point; empty where it has one.
    crs : CRS
        Of the points, in metres.
    readings : tuple of str
        What the coordinates were read as, how many rows each.
    """

    points: Shapes
    reach: Floats
    fault: Shapes
    crs: CRS
    readings: tuple[str, ...]


class _Part(NamedTuple):
    """Rows read alike."""

    rows: Mask
    crs: CRS
    north_first: bool
    why: str


def find_points(
    table: pd.DataFrame,
    columns: Columns,
    *,
    crs: CRS | None,
    to_crs: CRS | None,
    area: Municipality | None,
    names_crs: bool,
    file: str,
) -> Points:
    """Give each row its point.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame of n rows
        The register; the index is the row in the file.
    columns : Columns
        Which columns are used.
    crs : CRS, optional
        What the coordinates are in, as the caller says; else as the file says, else recognised.
    to_crs : CRS, optional
        CRS of the result, in metres; else the file's own, or SWEREF 99 TM or the UTM zone.
    area : Municipality, optional
        Where most of the points lie.
    names_crs : bool
        The file itself says its CRS.
    file : str
        What messages call the file.

    Returns
    -------
    Points

    Raises
    ------
    CRSError
        If the CRS cannot be told, contradicts the file, or cannot be true of most coordinates.
    """
    pair = columns.pair()
    carried: CRS | None = None
    if pair is None:
        first, second, shapes, fault = _from_geometry(np.asarray(table.geometry.array))
        carried = _known_crs(cast("gpd.GeoDataFrame", table))
    else:
        halves = [table[columns.used[half]] for half in pair]
        first, second, fault = _from_columns(*halves)
        shapes = np.full(len(table), None, dtype=object)
    null = (fault == "") & (first == 0) & (second == 0)
    fault[null] = NULL_ISLAND
    given = fault == ""
    first, second = (np.where(given, half, np.nan) for half in (first, second))
    rows = table.index.to_numpy()
    told = agreed_crs(crs, carried if names_crs else None, file=file)
    if told is not None:
        parts = _as_told(first, second, given, told, rows=rows, file=file)
    else:
        said_degrees = pair == _PAIR_OF_DEGREES or carried is not None
        degrees = given if said_degrees else np.zeros(len(given), dtype=bool)
        parts = _as_recognised(first, second, given, degrees, area, rows=rows, file=file)
    read = np.logical_or.reduce([part.rows for part in parts]) if parts else ~given & given
    fault[given & ~read] = OUTSIDE_RANGE if told is not None else NO_SYSTEM_FITS
    target = to_crs or _choose_crs(first, second, parts, told, file=file)
    points, reach = _convert(first, second, shapes, parts, target)
    fault[read & shapely.is_missing(points)] = OUTSIDE_RANGE
    readings = tuple(
        f"{_counted(int(part.rows.sum()))} in {_named(part.crs)}"
        f"{', northing first' if part.north_first else ''}; {part.why}"
        for part in parts
    )
    return Points(points, reach, fault, target, readings)


def _from_geometry(geometry: Shapes) -> tuple[Floats, Floats, Shapes, Shapes]:
    """Take points as they are, and of areas a point that lies in them; also the areas."""
    shapes = shapely.force_2d(geometry) if shapely.has_z(geometry).any() else geometry.copy()
    kind = shapely.get_type_id(shapes)
    one = (kind == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes[one] = shapely.get_geometry(shapes[one], 0)
    kind = shapely.get_type_id(shapes)
    fault = np.full(len(shapes), "", dtype=object)
    blank = ~has_shape(shapes)
    polygonal = np.isin(kind, _POLYGONAL) & ~blank
    other = ~blank & ~polygonal & (kind != shapely.GeometryType.POINT)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    endless = np.zeros(len(shapes), dtype=bool)
    endless[of[~np.isfinite(xy).all(axis=1)]] = True
    for rows, reason in ((blank, NO_COORDINATE), (endless, NOT_A_NUMBER), (other, NOT_A_PLACE)):
        fault[rows] = reason
    polygonal &= fault == ""
    areas, points = shapes.copy(), shapes.copy()
    areas[~polygonal] = None
    points[fault != ""] = None
    # An outline that crosses itself will do: the point is found along a line through it.
    points[polygonal] = shapely.point_on_surface(shapes[polygonal])
    return shapely.get_x(points), shapely.get_y(points), areas, fault


def _from_columns(one: pd.Series[Any], two: pd.Series[Any]) -> tuple[Floats, Floats, Shapes]:
    """Read the two halves of coordinates; a 0 beside a number is a half left blank."""
    (first, bad_first), (second, bad_second) = read_numbers(one), read_numbers(two)
    lacking = np.isnan(first), np.isnan(second)
    fault = np.full(len(first), "", dtype=object)
    half = lacking[0] != lacking[1]
    half |= ~lacking[0] & ~lacking[1] & ((first == 0) != (second == 0))
    fault[half] = HALF_A_COORDINATE
    fault[lacking[0] & lacking[1]] = NO_COORDINATE
    fault[bad_first | bad_second] = NOT_A_NUMBER
    return first, second, fault


def _known_crs(table: gpd.GeoDataFrame) -> CRS | None:
    """Give the CRS that a table says, if it says where on earth."""
    if table.crs is None:
        return None
    return plane(table.crs) if on_earth(table.crs) else None


def _as_told(
    first: Floats,
    second: Floats,
    given: Mask,
    crs: CRS,
    *,
    rows: np.ndarray[Any, Any],
    file: str,
) -> list[_Part]:
    """Read all rows in one CRS, in the order that the values tell."""
    turned = northing_first(first, second, crs=crs) & given
    x, y = np.where(turned, second, first), np.where(turned, first, second)
    degrees = (np.abs(x) <= 180) & (np.abs(y) <= 90)  # noqa: PLR2004 - degrees
    fits = (
        degrees if crs.is_geographic else ~degrees & (np.abs(x) < _METRES) & (np.abs(y) < _METRES)
    )
    if crs.is_projected:
        # In a Swedish system most lie in Sweden, or it is another one.
        possible = is_possible(x, y, crs=crs)
        if possible is not None and (given & possible).sum() * 2 < given.sum():
            fits = possible
    strange = given & ~fits
    if strange.sum() * 2 > given.sum():
        raise CRSError(
            f"{file!r} is read as {crs.name}, but {int(strange.sum())} of {int(given.sum())} "
            f"coordinates cannot be in it; the first is row {rows[np.argmax(strange)]}. "
            f"Pass what they are: {REMEDY}."
        )
    masks = ((given & fits & ~turned, False), (given & fits & turned, True))
    return [_Part(mask, crs, order, "as told") for mask, order in masks if mask.any()]


def _as_recognised(
    first: Floats,
    second: Floats,
    given: Mask,
    degrees: Mask,
    area: Municipality | None,
    *,
    rows: np.ndarray[Any, Any],
    file: str,
) -> list[_Part]:
    """Read each row in the CRS and the order that its values and the place tell."""
    groups = recognise(first, second, degrees=degrees, area=area)
    parts = [
        _Part(
            group.rows, CRS.from_epsg(group.reading.epsg), group.reading.north_first, "recognised"
        )
        for group in groups
        if group.reading is not None
    ]
    read = np.logical_or.reduce([part.rows for part in parts]) if parts else ~given & given
    unread = given & ~read
    if unread.sum() * 2 > given.sum():
        _refuse(groups, unread, given, rows=rows, file=file)
    return parts


def _refuse(
    groups: list[Group], unread: Mask, given: Mask, *, rows: np.ndarray[Any, Any], file: str
) -> None:
    """Say why most coordinates could not be recognised, and how to choose."""
    counted = f"`crs` is needed: {file!r} has {int(unread.sum())} of {int(given.sum())} coordinates"
    first = f"the first is row {rows[np.argmax(unread)]}"
    undecided = next((group for group in groups if group.reading is None), None)
    if undecided is None or not undecided.fits:
        raise CRSError(
            f"{counted} that lie in no Swedish municipality in any system that their size allows; "
            f"{first}. Pass {REMEDY}."
        )
    names = "; ".join(
        f"{_named(CRS.from_epsg(fit.reading.epsg))} around {fit.municipality or fit.within}"
        for fit in undecided.fits[:12]
    )
    best = undecided.fits[0]
    raise CRSError(
        f"{counted} that can be in {len(undecided.fits)} systems: {names}; {first}. Pass the "
        f"municipality, as municipality={best.municipality or best.within!r}, or the number: "
        f"crs={best.reading.epsg}."
    )


def _choose_crs(
    first: Floats, second: Floats, parts: list[_Part], told: CRS | None, *, file: str
) -> CRS:
    """Choose the CRS of the result: the register's own where it is in metres."""
    systems = {part.crs.to_wkt() for part in parts}
    if len(systems) > 1 or (not parts and told is None):
        return SWEDEN_CRS
    crs = parts[0].crs if parts else told
    ordered = [_in_order(first, second, part) for part in parts]
    middle = []
    if ordered:
        x, y = (np.median(np.concatenate([pair[axis] for pair in ordered])) for axis in (0, 1))
        middle = [shapely.Point(x, y)]
    return working_crs(gpd.GeoDataFrame(geometry=middle, crs=crs), name=file)


def _in_order(first: Floats, second: Floats, part: _Part) -> tuple[Floats, Floats]:
    """Give easting and northing of the rows of a part."""
    halves = first[part.rows], second[part.rows]
    return (halves[1], halves[0]) if part.north_first else halves


def _convert(
    first: Floats, second: Floats, shapes: Shapes, parts: list[_Part], target: CRS
) -> tuple[Shapes, Floats]:
    """Make points of all rows, and measure how far the areas reach from them."""
    points = np.full(len(first), None, dtype=object)
    reach = np.zeros(len(first))
    for part in parts:
        move = None
        if plane(part.crs) != target:
            move = Transformer.from_crs(part.crs, target, always_xy=True)
        x, y = _in_order(first, second, part)
        if move is not None:
            x, y = move.transform(x, y)
        there = np.isfinite(x) & np.isfinite(y)
        rows = np.flatnonzero(part.rows)
        points[rows[there]] = shapely.points(x[there], y[there])
        reach[rows] = _reach(shapes[rows], x, y, move, north_first=part.north_first)
    return points, reach


def _reach(
    shapes: Shapes, x: Floats, y: Floats, move: Transformer | None, *, north_first: bool
) -> Floats:
    """Greatest distance from points to the outlines of their areas, which is to a corner."""
    corners, of = shapely.get_coordinates(shapes, return_index=True)
    east, north = (corners[:, 1], corners[:, 0]) if north_first else (corners[:, 0], corners[:, 1])
    if move is not None:
        east, north = move.transform(east, north)
    far = np.hypot(east - x[of], north - y[of])
    reach = np.zeros(len(x))
    np.maximum.at(reach, of, np.where(np.isfinite(far), far, 0.0))
    return reach


def _counted(number: int) -> str:
    return f"{number} row{'s' * (number != 1)}"


def _named(crs: CRS) -> str:
    """Name a CRS so that people and programs know it."""
    epsg = crs.to_epsg()
    return crs.name if epsg is None else f"{crs.name} (EPSG:{epsg})"
