"""Points to squares of a stated side, wider where too few live in one.

Squares have their edges at multiples of their side, so that they are the same in every picture; a
wider square is twice, four, eight times the side, and holds the smaller ones whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_WIDENINGS = 6  # to 64 times the side: 6.4 km


def cells_of(xy: Floats, cell_m: float) -> Integers:
    """Column and row of the half-open cell that each point lies in."""
    found: Integers = np.floor(np.asarray(xy, dtype=np.float64) / cell_m).astype(np.int64)
    return found


def squares(cells: Integers, sides: Floats) -> NDArray[np.object_]:
    """Draw cells of given sides as polygons."""
    low = cells * np.asarray(sides, dtype=np.float64)[:, None]
    high = low + np.asarray(sides, dtype=np.float64)[:, None]
    drawn: NDArray[np.object_] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return drawn


def centres(cells: Integers, sides: Floats) -> Floats:
    """Middles of cells of given sides."""
    return (cells + 0.5) * np.asarray(sides, dtype=np.float64)[:, None]


def cell_names(cells: Integers, sides: Floats) -> list[str]:
    """Name cells by their south-west corner in whole metres, and their side.

    >>> cell_names(np.array([[6674, 65914]]), np.array([100.0]))
    ['E 667400 N 6591400, 100 m']
    """
    return [
        f"E {column * side:.0f} N {row * side:.0f}, {side:g} m"
        for (column, row), side in zip(cells.tolist(), sides.tolist(), strict=True)
    ]


def cells_with_homes(
    xy: Floats, *, cell_m: float, homes: tuple[Floats, Floats] | None, least: float
) -> tuple[Integers, Floats]:
    """Find the smallest square around each point in which enough dwellings lie.

    Parameters
    ----------
    xy : array of n x 2
        Points in metres.
    cell_m : float
        Side of the smallest square.
    homes : (array of m x 2, array of m), optional
        Points of the register, and how many dwellings at each. Without them nothing is known and
        every point gets the smallest square.
    least : float
        Dwellings that a square must hold; one that holds none at all (a park, a square) will do.

    Returns
    -------
    cells : array of n x 2 int
        Column and row, in units of each square's own side.
    sides : array of n float
        Sides in metres: `cell_m` times 1, 2, 4, … 64.
    """
    sides = np.full(len(xy), float(cell_m))
    if homes is not None and len(xy):
        at, dwellings = homes
        wait = np.ones(len(xy), dtype=bool)
        for step in range(_WIDENINGS + 1):
            side = cell_m * 2.0**step
            sides[wait] = side
            inside = _sums(cells_of(at, side), dwellings).reindex(
                pd.MultiIndex.from_arrays(list(cells_of(xy, side).T)), fill_value=0.0
            )
            held = inside.to_numpy()
            wait &= (held > 0) & (held < least)
            if not wait.any():
                break
    return np.floor(np.asarray(xy) / sides[:, None]).astype(np.int64), sides


def _sums(cells: Integers, weights: Floats) -> pd.Series[float]:
    """Sum weights by cell."""
    return pd.Series(weights).groupby([cells[:, 0], cells[:, 1]]).sum()
