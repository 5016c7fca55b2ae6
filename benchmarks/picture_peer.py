"""The straightforward script for the same week, with the usual tools. Prints seconds and memory.

pandas reads and counts, geopandas.sjoin places in districts, scikit-learn clusters the sites and
estimates the density on 50 m cells, folium.GeoJson draws districts, clusters and the incidents of
the window. No test against chance, no table, no report.

Run as ``python benchmarks/picture_peer.py FILE.csv OUT.html``.
"""

from __future__ import annotations

import json
import sys
import time

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN
from sklearn.neighbors import KernelDensity

import est_geo as eg
from walk import peak_mb

_WINDOW = pd.Timestamp("2026-07-27"), pd.Timestamp("2026-11-23")


def main(file: str, out: str) -> None:
    """Time the script and print it as a line of JSON."""
    districts = eg.load_districts("sollentuna")
    start, cpu = time.perf_counter(), time.process_time()
    table = pd.read_csv(file, sep=";", decimal=",", parse_dates=["occurred_from"])
    points = gpd.points_from_xy(table["easting"], table["northing"], crs=3006)
    incidents = gpd.GeoDataFrame(table, geometry=points)
    placed = gpd.sjoin(incidents, districts, predicate="within")
    placed["week"] = placed["occurred_from"].dt.strftime("%G-W%V")
    placed.groupby(["district", "category", "week"]).size()
    by_address = placed.groupby("address").agg(n=("week", "size"), weeks=("week", "nunique"))
    by_address.sort_values("n", ascending=False).head(10)
    recent = placed[placed["occurred_from"].between(*_WINDOW, inclusive="left")]
    sites = recent.groupby([recent.geometry.x.round(), recent.geometry.y.round()]).size()
    xy, weight = np.array(sites.index.tolist()), sites.to_numpy()
    labels = DBSCAN(eps=50, min_samples=5).fit_predict(xy, sample_weight=weight)
    west, south, east, north = districts.total_bounds
    cells = np.stack(np.meshgrid(np.arange(west, east, 50), np.arange(south, north, 50)), -1)
    KernelDensity(kernel="epanechnikov", bandwidth=150).fit(xy, sample_weight=weight).score_samples(
        cells.reshape(-1, 2)
    )
    clusters = gpd.GeoDataFrame(
        {"label": labels}, geometry=gpd.points_from_xy(*xy.T, crs=3006).buffer(50)
    )
    clusters = clusters[clusters["label"] >= 0].dissolve("label")
    drawn = folium.Map(tiles=None)
    for layer in (districts, clusters, recent[["address", "category", "geometry"]]):
        folium.GeoJson(layer.to_crs(4326).to_json()).add_to(drawn)
    drawn.save(out)
    print(
        json.dumps(
            {
                "seconds": round(time.perf_counter() - start, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
                "peak_mb": peak_mb(),
                "rows": len(table),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
