"""Contours of a grid of numbers as polygons with holes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import contourpy
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.geography.grid import Grid


def between(values: NDArray[np.float64], grid: Grid, low: float, high: float) -> shapely.Geometry:
    """Draw polygons where values, interpolated between the centres of cells, lie in [low, high).

    Parameters
    ----------
    values : array of rows x columns float
        Row 0 is the southernmost; nothing is drawn beside a cell that is not a number.
    grid : Grid
        Where the cells lie.
    low, high : float
        Limits; `high` may be infinite.

    Returns
    -------
    Polygon or MultiPolygon
        With holes; empty where no value lies between.
    """
    if min(values.shape) < 2:  # noqa: PLR2004 - nothing lies between centres in a row
        return shapely.MultiPolygon()
    generator = contourpy.contour_generator(
        x=grid.eastings,
        y=grid.northings,
        z=np.ma.masked_invalid(values),
        corner_mask=True,
        fill_type=contourpy.FillType.OuterOffset,
    )
    outlines, offsets = generator.filled(low, high)  # type: ignore[misc]
    shapes = [_polygon(points, offset) for points, offset in zip(outlines, offsets, strict=True)]
    # Parts meet in points at most, and need no union; where they do more, it makes them one.
    parts = shapely.get_parts(shapes)
    joined = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return joined if shapely.is_valid(joined) else shapely.union_all(shapes)


def _polygon(points: NDArray[np.float64], offsets: NDArray[Any]) -> shapely.Geometry:
    """Build a polygon from an outline with holes, as contourpy gives them."""
    rings = [points[a:b] for a, b in pairwise(offsets)]
    shape = shapely.Polygon(rings[0], rings[1:])
    # Rings may touch themselves at a saddle; made valid, lines without area are dropped.
    if shape.is_valid:
        return shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)
