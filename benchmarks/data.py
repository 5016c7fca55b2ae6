"""Incidents as towns have them: addresses in clusters, a few of which come back again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import est_geo as eg

if TYPE_CHECKING:
    from pathlib import Path

_ZIPF = 1.1


def town(n: int, *, addresses: int = 20_000, seed: int = 1) -> gpd.GeoDataFrame:
    """Put n incidents at clustered addresses of Sollentuna, repeated by Zipf's law (1.1)."""
    rng = np.random.default_rng(seed)
    area = shapely.union_all(eg.load_districts("sollentuna").geometry)
    west, south, east, north = area.bounds
    points = np.empty((0, 2))
    while len(points) < addresses:
        centres = rng.uniform((west, south), (east, north), (200, 2))
        drawn = np.repeat(centres, 100, axis=0) + rng.normal(0, 300, (20_000, 2))
        points = np.vstack([points, drawn[shapely.contains_xy(area, *drawn.T)]])
    points = np.round(points[:addresses], 1)
    share = np.arange(1, addresses + 1) ** -_ZIPF
    at = rng.choice(addresses, n, p=share / share.sum())
    minutes = rng.integers(0, 364 * 1440, n).astype("timedelta64[m]")
    return gpd.GeoDataFrame(
        {
            "occurred_from": (np.datetime64("2025-11-24") + minutes).astype("datetime64[us]"),
            "category": rng.choice(["klotter", "skadegorelse", "brand", "ordningsstorning"], n),
            "source": rng.choice(["polis", "kommun", "väktare"], n),
            "address": pd.Series(at, dtype="str") + " Påhittade vägen",
            "weight": np.ones(n),
        },
        geometry=shapely.points(points[at]),
        crs="EPSG:3006",
    )


def as_columns(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the same incidents as a plain table, with `easting` and `northing`."""
    xy = shapely.get_coordinates(np.asarray(incidents.geometry.array))
    table = pd.DataFrame(incidents.drop(columns="geometry"))
    table["easting"], table["northing"] = xy[:, 0], xy[:, 1]
    table.attrs["crs"] = "EPSG:3006"
    return table


def write_csv(incidents: gpd.GeoDataFrame, path: Path) -> Path:
    """Write incidents as a municipality would: semicolons, decimal comma."""
    table = pd.DataFrame(incidents.drop(columns=["geometry", "weight"]))
    table["occurred_from"] = table["occurred_from"].dt.strftime("%Y-%m-%d %H:%M")
    table["easting"], table["northing"] = incidents.geometry.x, incidents.geometry.y
    table.to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    return path
