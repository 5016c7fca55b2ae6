"""The study area of a picture to which no districts were given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from est_geo.checks import has_shape
from est_geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MARGIN_M = 500


def area_around(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make one district of the incidents' convex hull and a margin around it.

    Raises
    ------
    InputError
        If a point lies at 0, 0: it would stretch the hull to the origin of the CRS.
    """
    geometry = np.asarray(incidents.geometry.array)
    geometry = geometry[has_shape(geometry)]
    if len(geometry) == 0:
        raise InputError(
            f"`incidents` has no point in any of its {len(incidents)} rows. Geocode them first."
        )
    at_null = _at_null_island(geometry)
    if at_null.any():
        raise InputError(
            f"`incidents` has {int(at_null.sum())} of {len(incidents)} points at 0, 0, which is a "
            "missing coordinate, not a place. Leave them out, or pass `districts` and "
            "outside='keep'."
        )
    hull = shapely.buffer(shapely.convex_hull(shapely.multipoints(geometry)), _MARGIN_M)
    return gpd.GeoDataFrame(
        {"district_id": ["area"], "district": [""], "municipality": [""]},
        geometry=[hull],
        crs=incidents.crs,
    )


def _at_null_island(points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which points lie at exactly 0, 0."""
    at_null: NDArray[np.bool_] = (shapely.get_coordinates(points) == 0).all(axis=1)
    return at_null
