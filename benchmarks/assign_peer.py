"""Place one table of incidents in districts in a process of its own, as we do or as a join does.

Run as ``python benchmarks/assign_peer.py WHO N DISTRICTS REPEATS ROUNDS``, where WHO is est_geo,
the same from a plain table (est_geo-columns) or geopandas.sjoin, DISTRICTS is 9 or 100 and REPEATS
1 or 0. Prints the median of the seconds, the memory above that of the tables, and how many
incidents each district got. The join has its points made beforehand; from columns that would be its
work too.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import geopandas as gpd
import numpy as np
import shapely

import est_geo as eg
from data import as_columns, town
from dbscan_peer import begin_peak, memory_mb


def squares():
    """Squares that cover Sollentuna, ten times ten."""
    west, south, east, north = eg.load_districts("sollentuna").total_bounds
    wide, high = (east - west) / 10, (north - south) / 10
    corners = [(west + i * wide, south + j * high) for i in range(10) for j in range(10)]
    ids = [f"{number:03d}" for number in range(100)]
    return gpd.GeoDataFrame(
        {"district_id": ids, "district": ids},
        geometry=[shapely.box(x, y, x + wide, y + high) for x, y in corners],
        crs="EPSG:3006",
    )


def incidents_of(n, *, repeats):
    if repeats:
        return town(n)
    area = shapely.union_all(eg.load_districts("sollentuna").geometry)
    rng, kept = np.random.default_rng(1), np.empty((0, 2))
    while len(kept) < n:
        west, south, east, north = area.bounds
        drawn = rng.uniform((west, south), (east, north), (n, 2))
        kept = np.vstack([kept, drawn[shapely.contains_xy(area, *drawn.T)]])
    return gpd.GeoDataFrame(geometry=shapely.points(kept[:n]), crs="EPSG:3006")


def assign(incidents, districts):
    return eg.assign_districts(incidents, districts, outside="keep")


def join(incidents, districts):
    return gpd.sjoin(incidents, districts, predicate="within")


CALLS = {"est_geo": assign, "est_geo-columns": assign, "geopandas.sjoin": join}


def main(who: str, n: str, districts: str, repeats: str, rounds: str) -> None:
    areas = eg.load_districts("sollentuna") if districts == "9" else squares()
    incidents = incidents_of(int(n), repeats=repeats == "1")
    few = incidents_of(60_000, repeats=True)
    if who == "est_geo-columns":
        incidents, few = as_columns(incidents), as_columns(few)
    CALLS[who](few, areas)  # imports and compiles
    before = begin_peak()
    times = []
    for _ in range(int(rounds)):
        placed = None
        began = time.perf_counter()
        placed = CALLS[who](incidents, areas)
        times.append(time.perf_counter() - began)
    counts = placed["district_id"].value_counts().sort_index()
    print(
        json.dumps(
            {
                "seconds": round(median(times), 4),
                "peak_mb": round(memory_mb("VmHWM") - before),
                "counts": counts.tolist(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
