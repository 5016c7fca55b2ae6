"""Small tables for the tests."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:3006"


def incidents_at(points, **columns):
    """Incidents at (easting, northing) pairs, with any further columns."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    table = {
        "occurred_from": pd.Series(pd.NaT, range(len(points)), dtype="datetime64[us]"),
        **columns,
    }
    return gpd.GeoDataFrame(table, geometry=shapely.points(points), crs=CRS)


def box_area(west, south, east, north):
    """One district, a rectangle."""
    return gpd.GeoDataFrame(
        {"district_id": ["a"], "district": ["A"]},
        geometry=[shapely.box(west, south, east, north)],
        crs=CRS,
    )
