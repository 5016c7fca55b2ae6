"""Square cells with edges at multiples of the cell side, so that every run has the same cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from est_geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

MAX_CELLS = 100_000_000


@dataclass(frozen=True)
class Grid:
    """Cells of a rectangle, row 0 at the south, column 0 at the west.

    Cell (row, column) is half-open: it holds its west and south edges. `west` and `south` are in
    units of whole cells, so that cell edges are exact multiples of `cell_m`.
    """

    cell_m: float
    west: int
    south: int
    columns: int
    rows: int

    @property
    def eastings(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Easting of the cell centres in metres, one a column."""
        return (self.west + np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell_m

    @property
    def northings(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Northing of the cell centres in metres, one a row."""
        return (self.south + np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_m

    def inside(self, area: shapely.Geometry) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell which cells have their centre in `area` (its edge included), as rows x columns."""
        shapely.prepare(area)
        x, y = np.meshgrid(self.eastings, self.northings)
        return shapely.intersects_xy(area, x, y)


def grid_over(area: gpd.GeoDataFrame, *, cell_m: float) -> Grid:
    """Lay the smallest grid of cells that covers every polygon of `area`.

    Raises
    ------
    InputError
        If the grid would have more than 100 million cells.
    """
    west, south, east, north = (float(bound) / cell_m for bound in area.total_bounds)
    west_cell, south_cell = int(np.floor(west)), int(np.floor(south))
    columns = max(int(np.ceil(east)) - west_cell, 1)
    rows = max(int(np.ceil(north)) - south_cell, 1)
    if columns * rows > MAX_CELLS:
        raise InputError(
            f"`cell_m` of {cell_m:g} m makes {columns * rows:,} cells over this area, at most "
            f"{MAX_CELLS:,} are allowed. Use larger cells or a smaller area."
        )
    return Grid(cell_m=cell_m, west=west_cell, south=south_cell, columns=columns, rows=rows)
