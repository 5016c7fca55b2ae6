"""Where incidents happened: coordinates in any system and order to points in metres."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from est_geo.checks import check_metric_crs
from est_geo.checks.metric_crs import parse_crs
from est_geo.geography.crs import SWEDEN_CRS, agreed_crs, on_earth, working_crs
from est_geo.geography.municipalities import Municipality, find_municipality, outside_of
from est_geo.intake import reasons
from est_geo.intake.coordinates import Coordinates, read_coordinates
from est_geo.intake.reasons import Fault
from est_geo.intake.systems import Part, read_as_recognised, read_as_told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Mask = np.ndarray[Any, np.dtype[np.bool_]]

_log = logging.getLogger(__name__)


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
    crs_read : tuple of CRS
        What the file's coordinates are in, that of most rows first; empty where it has none.
    crs : CRS
        CRS of the points, in metres.
    outside_municipality : array of n bool
        Points more than 300 m outside the municipality that the caller named; none at 0, 0.
    readings : tuple of str
        What the coordinates were read as, how many rows each, and what says so.
    """

    points: np.ndarray[Any, np.dtype[np.object_]]
    null_island: Mask
    faults: list[Fault]
    crs_read: tuple[CRS, ...]
    crs: CRS
    outside_municipality: Mask
    readings: tuple[str, ...]


def find_positions(
    table: pd.DataFrame,
    used: Mapping[str, str],
    *,
    crs: CRS | str | int | None,
    to_crs: CRS | str | int | None,
    municipality: str | None = None,
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
        CRS of the file's coordinates, as the caller says. Without it, and unless the file itself
        says it, coordinates are recognised by their values and by where they fall.
    to_crs : CRS, str or int, optional
        CRS in metres of the result; chosen where it is not given.
    municipality : str, optional
        Name or code of the municipality in which most of the incidents are.
    names_crs : bool
        The file itself says its CRS, so that another one from the caller is a contradiction.
    file : str
        What messages call the file.

    Returns
    -------
    Positions
        Points, faults, and what was recognised.

    Raises
    ------
    CRSError
        If the CRS cannot be told, contradicts the file, or cannot be true of most coordinates.
    InputError
        If there is no such municipality, or a column of coordinates holds something else.

    Notes
    -----
    Which of two columns is the northing is told by the values in Sweden, whatever the columns are
    called: X is north in Swedish surveying. In other countries the names are believed.
    """
    asked = parse_crs(crs, name="crs")
    target = parse_crs(to_crs, name="to_crs")
    if target is not None:
        check_metric_crs(gpd.GeoDataFrame(geometry=[], crs=target), name="to_crs")
    area = None if municipality is None else find_municipality(municipality)
    found = read_coordinates(table, used, file=file)
    if found is None:
        nowhere = np.full(len(table), None, dtype=object)
        none = np.zeros(len(table), dtype=bool)
        return Positions(nowhere, none, [], (), target or SWEDEN_CRS, none, ())
    carried = None
    if isinstance(table, gpd.GeoDataFrame) and found.columns[0] == table.geometry.name:
        carried = table.crs if table.crs is not None and on_earth(table.crs) else None
    told = agreed_crs(asked, carried if names_crs else None, file=file)
    rows = table.index.to_numpy()
    if told is not None:
        why = "as the file says" if asked is None else "as told"
        parts, faults = read_as_told(found, told, area, why=why, rows=rows, file=file)
    else:
        # GeoJSON that says nothing is in degrees by its standard, unless its numbers are none.
        found = found._replace(degrees=found.degrees | (carried is not None))
        parts, faults = read_as_recognised(found, area, rows=rows, file=file)
    found.faults.extend(faults)
    crs_read = tuple(dict.fromkeys(part.crs for part in parts)) or ((told,) if told else ())
    crs_here = target or _choose_crs(found, parts, crs_read, file=file)
    points, outside, lost = _convert(found, parts, crs_here, area)
    readings = tuple(part.describe(found) for part in parts)
    for reading in readings:
        _log.info("%s: %s", file, reading)
    found.faults.append(Fault(lost, found.columns[0], reasons.OUTSIDE_RANGE))
    return Positions(points, found.null_island, found.faults, crs_read, crs_here, outside, readings)


def _choose_crs(
    found: Coordinates, parts: Sequence[Part], crs_read: tuple[CRS, ...], *, file: str
) -> CRS:
    """Choose the working CRS; it depends on the medians only, so one point stands for all."""
    if len(crs_read) != 1:
        return SWEDEN_CRS
    if not parts:
        return working_crs(gpd.GeoDataFrame(geometry=[], crs=crs_read[0]), name=file)
    ordered = [part.in_order(found) for part in parts]
    x, y = (np.concatenate([pair[axis] for pair in ordered]) for axis in (0, 1))
    middle = [shapely.Point(np.median(x), np.median(y))] if len(x) else []
    return working_crs(gpd.GeoDataFrame(geometry=middle, crs=crs_read[0]), name=file)


def _convert(
    found: Coordinates, parts: Sequence[Part], crs: CRS, area: Municipality | None
) -> tuple[np.ndarray[Any, np.dtype[np.object_]], Mask, Mask]:
    """Make points of all rows; say which lie outside the municipality, and which are nowhere.

    Incidents repeat at their addresses, so each coordinate is converted once.
    """
    points = np.full(len(found.first), None, dtype=object)
    points[found.null_island] = shapely.Point(0, 0)
    outside, lost = np.zeros((2, len(points)), dtype=bool)
    for part in parts:
        x, y = part.in_order(found)
        codes, distinct = pd.factorize(x + 1j * y)
        x, y = distinct.real, distinct.imag
        if part.crs != crs:
            x, y = Transformer.from_crs(part.crs, crs, always_xy=True).transform(x, y)
        there = np.isfinite(x) & np.isfinite(y)
        placed = np.full(len(distinct), None, dtype=object)
        placed[there] = shapely.points(x[there], y[there])
        points[part.rows], lost[part.rows] = placed[codes], ~there[codes]
        if area is not None:
            outside[part.rows] = outside_of(x, y, crs=crs, area=area)[codes]
    return points, outside, lost
