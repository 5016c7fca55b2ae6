"""Coordinate reference systems: the one in metres in which a table is analysed.

Coordinates are east, north in this library, whatever order a CRS declares (SWEREF 99 and RT 90
both declare north, east), as geopandas and `always_xy=True` have it.
"""

from __future__ import annotations

from contextlib import suppress

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from est_geo.checks import check_metric_crs
from est_geo.errors import CRSError

SWEDEN_CRS = CRS.from_epsg(3006)
SWEDEN_LONGITUDE = (10.5, 24.5)
SWEDEN_LATITUDE = (55.0, 69.5)
_DEGREES = (180.0, 90.0)


def working_crs(table: gpd.GeoDataFrame, *, name: str = "table") -> CRS:
    """Choose the CRS in metres in which a table is analysed.

    The table's own CRS where it is projected in metres and keeps lengths (any SWEREF 99 or RT 90
    zone, any UTM zone); else SWEREF 99 TM, EPSG:3006, where the table lies in Sweden; else the UTM
    zone it lies in. A table lies where the medians of its coordinates lie, so one stray point at
    0, 0 moves nothing.

    Parameters
    ----------
    table : GeoDataFrame of Points or Polygons
        In any CRS. Rows without a geometry are left aside; where no row has one, the answer is that
        for Sweden.
    name : str
        What messages call the table: an argument or a file.

    Returns
    -------
    CRS
        By its EPSG number where it has one, also when a file spelt it out in another way: a
        Shapefile's "SWEREF99_TM" is EPSG:3006. Of a CRS with heights only the plane is returned.

    Raises
    ------
    CRSError
        If the table has no CRS, if it says degrees but its coordinates cannot be degrees, or if no
        UTM zone is where it lies.

    Notes
    -----
    Sweden is a box, longitude 10.5 to 24.5 and latitude 55 to 69.5, so Copenhagen, Oslo and Turku
    get SWEREF 99 TM too; it is true to 0.2 % there.
    """
    crs = table.crs
    if crs is None or not on_earth(crs):
        raise CRSError(
            f"`{name}` has no CRS, so its {len(table)} coordinates have no unit. "
            "Say what they are, for instance 3006 if they are SWEREF 99 TM or 4326 if degrees."
        )
    with suppress(CRSError):
        return plane(check_metric_crs(table, name=name))
    middle = _middle(table)
    if middle is None:
        return SWEDEN_CRS
    if not has_usable_crs(table):
        raise CRSError(
            f"`{name}` says its coordinates are degrees ({crs.name}), but their medians are "
            f"{middle[0]:.0f}, {middle[1]:.0f}, which no degrees can be. Say what they are, for "
            "instance 3006 if they are SWEREF 99 TM."
        )
    longitude, latitude = Transformer.from_crs(crs, 4326, always_xy=True).transform(*middle)
    if in_sweden(longitude, latitude):
        return SWEDEN_CRS
    try:
        return gpd.GeoSeries.from_xy([longitude], [latitude], crs=4326).estimate_utm_crs()
    except (RuntimeError, ValueError) as error:
        raise CRSError(
            f"`{name}` lies outside every UTM zone (longitude {longitude:.1f}, latitude "
            f"{latitude:.1f}). Convert it to a CRS in metres of your choice with .to_crs()."
        ) from error


def in_sweden(longitude: float, latitude: float) -> bool:
    """Tell whether a coordinate in degrees lies in the box around Sweden."""
    west, east = SWEDEN_LONGITUDE
    south, north = SWEDEN_LATITUDE
    return west <= longitude <= east and south <= latitude <= north


def has_usable_crs(table: gpd.GeoDataFrame) -> bool:
    """Tell whether a table has a CRS, and one that its coordinates can be in.

    A GeoJSON file without a `crs` member counts as degrees by its standard, also where a program
    wrote SWEREF coordinates into it; those cannot be degrees.
    """
    if table.crs is None or not on_earth(table.crs):
        return False
    middle = _middle(table)
    if middle is None or not table.crs.is_geographic:
        return True
    return abs(middle[0]) <= _DEGREES[0] and abs(middle[1]) <= _DEGREES[1]


def plane(crs: CRS) -> CRS:
    """Return the plane part of a CRS, by its EPSG number where it has one."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    epsg = flat.to_epsg()
    return flat if epsg is None else CRS.from_epsg(epsg)


def _middle(table: gpd.GeoDataFrame) -> tuple[float, float] | None:
    """Medians of the finite coordinates, those at 0, 0 left aside; None where there are none."""
    xy = shapely.get_coordinates(np.asarray(table.geometry.array))
    xy = xy[np.isfinite(xy).all(axis=1) & (xy != 0).any(axis=1)]
    if len(xy) == 0:
        return None
    easting, northing = np.median(xy, axis=0)
    return float(easting), float(northing)


def agreed_crs(asked: CRS | None, carried: CRS | None, *, file: str) -> CRS | None:
    """Give the CRS that the file says or the caller supplies; they may not disagree."""
    if asked is None or carried is None:
        return asked or carried
    if not carried.equals(asked, ignore_axis_order=True):
        raise CRSError(
            f"`crs` is {asked.name}, but {file!r} says that it is in {carried.name}. "
            "Leave `crs` out, or mend the file."
        )
    return asked


def on_earth(crs: CRS) -> bool:
    """Tell whether a CRS says where on Earth.

    A drawing's "undefined Cartesian" does not, nor one of the Moon's, or of a body as large as a
    damaged file makes it.
    """
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    try:
        return bool(flat.is_geographic or flat.is_projected) and bool(
            Transformer.from_crs(flat, 4326, always_xy=True)
        )
    except ProjError:
        return False
