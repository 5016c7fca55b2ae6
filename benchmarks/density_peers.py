"""LIBKDV as its users call it, less its traps, and points that are all distinct."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import est_geo as eg
from data import town

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.geography.grid import Grid


def rectangle_of_town() -> gpd.GeoDataFrame:
    """Draw whole cells of 50 m around the districts, so that 10 m cells cover the same."""
    west, south, east, north = eg.load_districts("sollentuna").total_bounds // 50 * 50
    box = shapely.box(west, south, east + 50, north + 50)
    return gpd.GeoDataFrame(geometry=[box], crs="EPSG:3006")


def whole_metres(n: int) -> gpd.GeoDataFrame:
    """Incidents of `data.town` at coordinates of whole metres, in as many addresses."""
    incidents = town(n)
    points = np.round(shapely.get_coordinates(np.asarray(incidents.geometry.array)))
    return incidents.set_geometry(gpd.GeoSeries(shapely.points(points), crs=incidents.crs))


def distinct(n: int, grid: Grid, *, seed: int = 3) -> gpd.GeoDataFrame:
    """Spread n incidents over the grid, no two in the same square metre."""
    rng = np.random.default_rng(seed)
    width, height = (round(count * grid.cell_m) for count in (grid.columns, grid.rows))
    place = rng.choice(width * height, n, replace=False)
    easting = grid.west * grid.cell_m + place % width
    northing = grid.south * grid.cell_m + place // width
    return gpd.GeoDataFrame(
        {"weight": np.ones(n)}, geometry=shapely.points(easting, northing), crs="EPSG:3006"
    )


def libkdv(
    easting: NDArray[np.float64],
    northing: NDArray[np.float64],
    weight: NDArray[np.float64],
    *,
    radius: float,
    grid: Grid,
) -> pd.DataFrame:
    """Epanechnikov density by LIBKDV on two threads: x, y and val of the cells that have any.

    Its class takes no table with pandas 3 and doubles the bandwidth, so its own steps are taken
    here one by one: the points as CSV text, the compiled sum, and the answer, CSV text again.
    """
    from libkdv.compute_kdv import compute_kdv

    west, south = grid.west * grid.cell_m, grid.south * grid.cell_m
    table = pd.DataFrame({"x": easting - west, "y": northing - south, "w": weight})
    half = grid.cell_m / 2
    arguments = [
        *(0, table.to_csv(index=False), 1, 2),  # purely spatial, on two threads
        *(half, grid.columns * grid.cell_m - half, half, grid.rows * grid.cell_m - half),
        *(grid.columns, grid.rows, 1, radius, 0, 1, 32, 1, 6, 1),  # kernel 1; the rest is of time
    ]
    answer = compute_kdv([str(argument).encode("ascii") for argument in arguments])
    return pd.read_csv(io.StringIO(answer))


def on_grid(answer: pd.DataFrame, grid: Grid) -> NDArray[np.float64]:
    """Put what LIBKDV found into all cells of the grid."""
    row = (answer["y"].to_numpy() / grid.cell_m).astype(int)
    column = (answer["x"].to_numpy() / grid.cell_m).astype(int)
    found = np.zeros((grid.rows, grid.columns))
    found[row, column] = answer["val"]
    return found


def error_against(found: NDArray[np.float64], exact: NDArray[np.float64]) -> float:
    """Largest difference from the exact sum, as a share of its maximum; the scale is fitted."""
    scale = (found * exact).sum() / (found * found).sum()
    return float(np.abs(found * scale - exact).max() / exact.max())
