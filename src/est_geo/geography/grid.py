"""Square cells with edges at multiples of the cell side, so that every run has the same cells."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from est_geo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

MAX_CELLS = 100_000_000
_COUNTABLE = 1e15
_BLOCK = 16  # cells along a side; of 4, 8, 16 and 32 the fastest on 50 m and on 10 m


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
        """Tell which cells have their centre in `area` (its edge included), as rows x columns.

        Blocks of cells wholly inside or outside are told at once; only the centres in blocks that
        the edge crosses are looked at one by one.
        """
        shapely.prepare(area)
        x, y = self.eastings, self.northings
        first_row, first_column = (
            axis.ravel()
            for axis in np.meshgrid(
                np.arange(0, self.rows, _BLOCK), np.arange(0, self.columns, _BLOCK), indexing="ij"
            )
        )
        last_row = np.minimum(first_row + _BLOCK, self.rows) - 1
        last_column = np.minimum(first_column + _BLOCK, self.columns) - 1
        blocks = shapely.box(x[first_column], y[first_row], x[last_column], y[last_row])
        touched = shapely.intersects(area, blocks)
        whole = np.zeros(len(blocks), dtype=np.bool_)
        whole[touched] = shapely.contains_properly(area, blocks[touched])
        mask = np.repeat(
            np.repeat(whole.reshape(-(-self.rows // _BLOCK), -1), _BLOCK, 0), _BLOCK, 1
        )
        mask = np.ascontiguousarray(mask[: self.rows, : self.columns])
        edge = (touched & ~whole).reshape(-(-self.rows // _BLOCK), -1)
        edge_cells = np.repeat(np.repeat(edge, _BLOCK, 0), _BLOCK, 1)[: self.rows, : self.columns]
        row, column = np.nonzero(edge_cells)
        mask[row, column] = shapely.intersects_xy(area, x[column], y[row])
        return mask

    def split(self, parts: int) -> Grid:
        """Divide each cell into `parts` x `parts`."""
        return Grid(
            cell_m=self.cell_m / parts,
            west=self.west * parts,
            south=self.south * parts,
            columns=self.columns * parts,
            rows=self.rows * parts,
        )

    def squares(
        self, row: np.ndarray[Any, np.dtype[np.intp]], column: np.ndarray[Any, np.dtype[np.intp]]
    ) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Draw cells as squares; neighbours share the very same corners, whatever the side."""
        west, south = self.west + column, self.south + row
        edges = (west, south, west + 1, south + 1)
        squares: np.ndarray[Any, np.dtype[np.object_]] = shapely.box(
            *(edge * self.cell_m for edge in edges)
        )
        return squares

    def from_corner(
        self,
        easting: np.ndarray[Any, np.dtype[np.float64]],
        northing: np.ndarray[Any, np.dtype[np.float64]],
    ) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
        """Measure from the south-west corner, in metres, which keeps the digits.

        The corner of cells of 33.3 m is no number that a float holds, and up to a nanometre off at
        seven million metres; what is missing of it is taken away as well.
        """
        return self._from(self.west, easting), self._from(self.south, northing)

    def _from(
        self, cells: int, axis: np.ndarray[Any, np.dtype[np.float64]]
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        edge = cells * self.cell_m
        missing = float(cells * Fraction(self.cell_m) - Fraction(edge))
        return axis - edge - missing if missing else axis - edge

    def cells_of(
        self,
        easting: np.ndarray[Any, np.dtype[np.float64]],
        northing: np.ndarray[Any, np.dtype[np.float64]],
    ) -> tuple[
        np.ndarray[Any, np.dtype[np.intp]],
        np.ndarray[Any, np.dtype[np.intp]],
        np.ndarray[Any, np.dtype[np.bool_]],
    ]:
        """Row and column of the cell that holds each point, and whether it lies in the grid.

        Where it does not, row and column are 0.
        """
        row = np.floor(northing / self.cell_m) - self.south
        column = np.floor(easting / self.cell_m) - self.west
        within = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return (
            np.where(within, row, 0).astype(np.intp),
            np.where(within, column, 0).astype(np.intp),
            within,
        )


def grid_over(area: gpd.GeoDataFrame, *, cell_m: float) -> Grid:
    """Lay the smallest grid of cells that covers every polygon of `area`.

    Raises
    ------
    InputError
        If the grid would have more than 100 million cells.
    """
    west, south, east, north = (float(bound) / cell_m for bound in area.total_bounds)
    columns, rows = (
        max(float(np.ceil(last) - np.floor(first)), 1.0)
        for first, last in ((west, east), (south, north))
    )
    if not columns * rows <= MAX_CELLS:
        count = f"{columns * rows:,.0f}" if columns * rows < _COUNTABLE else "countless"
        raise InputError(
            f"`cell_m` of {cell_m:g} m makes {count} cells over this area, at most "
            f"{MAX_CELLS:,} are allowed. Use larger cells or a smaller area."
        )
    return Grid(cell_m, int(np.floor(west)), int(np.floor(south)), int(columns), int(rows))
