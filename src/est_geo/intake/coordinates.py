"""The coordinates of a file as numbers: from geometries, two columns, or pairs in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from est_geo.checks import has_shape
from est_geo.errors import InputError
from est_geo.intake import reasons
from est_geo.intake.columns import PAIRS, POSITION
from est_geo.intake.degrees import Halves, read_halves, read_pairs
from est_geo.intake.reasons import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]


class Coordinates(NamedTuple):
    """Coordinates as a file has them.

    Attributes
    ----------
    first, second : array of n
        The halves, easting first where the file says which is which; NaN where there is none or a
        faulty one.
    faults : list of Fault
        Rows whose coordinate cannot be used.
    columns : tuple of two str
        Where they come from.
    degrees : array of n bool
        Rows that are degrees by their signs or by the names of the columns.
    lettered : array of n bool
        Rows whose letters say which half is north. It is the second here.
    in_order : bool
        Whether the file says which half is east, by names of columns or by being a geometry.
    """

    first: Floats
    second: Floats
    faults: list[Fault]
    columns: tuple[str, str]
    degrees: Mask
    lettered: Mask
    in_order: bool

    @property
    def null_island(self) -> Mask:
        """Rows at 0, 0."""
        return (self.first == 0) & (self.second == 0)

    @property
    def given(self) -> Mask:
        """Rows with a coordinate other than 0, 0."""
        return ~np.isnan(self.first) & ~self.null_island

    @property
    def longitude_first(self) -> Mask:
        """Rows that are degrees, of which it is said which half is the longitude."""
        return self.degrees & (self.lettered | self.in_order)


def read_coordinates(
    table: pd.DataFrame, used: Mapping[str, str], *, file: str
) -> Coordinates | None:
    """Read the coordinates of a table, whatever they are in.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame of n rows
        The file's rows.
    used : mapping
        Meaning to column, as `match_columns` gave it.
    file : str
        What messages call the file.

    Returns
    -------
    Coordinates or None
        None where the table has none.

    Raises
    ------
    InputError
        If most cells of a column with both halves hold something else.
    """
    pair = next((pair for pair in PAIRS if pair[0] in used), None)
    if pair is not None:
        columns = (used[pair[0]], used[pair[1]])
        halves = (read_halves(table[columns[0]]), read_halves(table[columns[1]]))
        return _join(halves, columns, said_degrees=pair == PAIRS[0], in_order=pair != PAIRS[-1])
    if POSITION in used:
        return _from_pairs(table[used[POSITION]], used[POSITION], file=file)
    if isinstance(table, gpd.GeoDataFrame):
        return _from_geometry(table)
    return None


def _from_geometry(table: gpd.GeoDataFrame) -> Coordinates:
    """Take the coordinates of points; a multipoint of one point is that point."""
    column = str(table.geometry.name)
    geometry = shapely.force_2d(np.asarray(table.geometry.array))
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(geometry) == 1
    )
    geometry = np.where(single, shapely.get_geometry(geometry, 0), geometry)
    blank = ~has_shape(geometry)
    other = ~blank & (shapely.get_type_id(geometry) != shapely.GeometryType.POINT)
    geometry = np.where(blank | other, None, geometry)
    x, y = shapely.get_x(geometry), shapely.get_y(geometry)
    endless = ~blank & ~other & ~(np.isfinite(x) & np.isfinite(y))
    faults = [
        Fault(other, column, reasons.NOT_A_POINT),
        Fault(endless, column, reasons.NOT_A_NUMBER),
    ]
    none = np.zeros(len(x), dtype=bool)
    found = Coordinates(x, y, faults, (column, column), none, none, in_order=True)
    return _without_halves(_without(endless, found))


def _from_pairs(values: pd.Series[Any], column: str, *, file: str) -> Coordinates:
    """Read a column with both halves in each cell."""
    first, second = read_pairs(values)
    filled = ~first.blank
    if first.bad.sum() * 2 > filled.sum():
        raise InputError(
            f"{file!r} has {int(first.bad.sum())} of {int(filled.sum())} cells in {column!r} that "
            f"are no pair of coordinates; the first is row {values.index[first.bad][0]}. "
            f"If the column says something else, name it, for instance as columns={{'place': "
            f"{column!r}}}."
        )
    return _join((first, second), (column, column), said_degrees=False, in_order=False)


def _join(
    halves: tuple[Halves, Halves],
    columns: tuple[str, str],
    *,
    said_degrees: bool,
    in_order: bool,
) -> Coordinates:
    """Make coordinates of two halves, with letters as to which is which obeyed."""
    one, two = halves
    not_read = reasons.NOT_A_NUMBER if columns[0] != columns[1] else reasons.NOT_A_POINT
    twice = (one.northward & two.northward) | (one.eastward & two.eastward)
    faults = [
        Fault(one.bad, columns[0], not_read),
        Fault(two.bad, columns[1], not_read),
        Fault(one.blank & ~two.blank, columns[0], reasons.HALF_A_COORDINATE),
        Fault(two.blank & ~one.blank, columns[1], reasons.HALF_A_COORDINATE),
        Fault(twice, columns[0], reasons.HALF_A_COORDINATE),
    ]
    turned = (one.northward | two.eastward) & ~twice
    lettered = (turned | one.eastward | two.northward) & ~twice
    first = np.where(turned, two.numbers, one.numbers)
    second = np.where(turned, one.numbers, two.numbers)
    # A row can be degrees by its signs, though its column's name says metres.
    degrees = one.degrees | two.degrees | said_degrees
    found = Coordinates(first, second, faults, columns, degrees, lettered, in_order)
    return _without_halves(_without(np.isnan(first) | np.isnan(second) | twice, found))


def _without(rows: Mask, found: Coordinates) -> Coordinates:
    """Take the coordinates of some rows away."""
    first, second = (np.where(rows, np.nan, values) for values in (found.first, found.second))
    return found._replace(first=first, second=second)


def _without_halves(found: Coordinates) -> Coordinates:
    """Take 0 beside a number for a half that was left blank."""
    half = (found.first == 0) != (found.second == 0)
    fault = Fault(half, found.columns[0], reasons.HALF_A_COORDINATE)
    return _without(half, found._replace(faults=[*found.faults, fault]))
