"""Back-test priority cells on real incidents: what share of the next month they hold.

By hand, since the data are not part of the project; the folder is an argument:

    python benchmarks/bench_priority.py FOLDER

FOLDER holds minneapolis_stops_2017.csv (columns date, long, lat) and memphis_robberies_2019.csv
(date, longitude, latitude). Trained on January to June, tested on July, then one month on, and so
to December. The study area is the union of discs of 300 m around all incidents, closed with 1 km.
Cells that tie share the places left to them, so each figure is the exact expectation.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import est_geo as eg
from est_geo.analysis.priority import priority_cells

SETS = {
    "Minneapolis": ("minneapolis_stops_2017.csv", "long", "lat", 26915),
    "Memphis": ("memphis_robberies_2019.csv", "longitude", "latitude", 26916),
}
METHODS = {
    "default": {},
    "two-scale": {"score": "two_scale"},
    "plain KDE, 175 m": {"score": "plain"},
    "plain KDE, 300 m": {"score": "plain", "wide_m": 300},
}
SHARES = (0.01, 0.05)
MONTHS = range(7, 13)


def study_area(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    discs = shapely.buffer(np.asarray(incidents.geometry.array), 300)
    closed = shapely.buffer(shapely.buffer(shapely.union_all(discs), 1000), -1000)
    return gpd.GeoDataFrame(
        {"district_id": ["a"], "district": ["A"]}, geometry=[closed], crs=incidents.crs
    )


def caught(cells: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, cell_m: float) -> float:
    """Count the incidents that lie in the listed cells, as expected; edges are half-open."""
    west, south = cells.bounds[["minx", "miny"]].round().astype(int).to_numpy().T
    places = dict(zip(zip(west, south, strict=True), cells["included"], strict=True))
    corners = np.floor(shapely.get_coordinates(incidents.geometry) / cell_m) * cell_m
    return sum(places.get((int(x), int(y)), 0.0) for x, y in corners)


def caught_by_counting(past: gpd.GeoDataFrame, later: gpd.GeoDataFrame, cells: int, share: float):
    """Count likewise where cells are ranked by the number of their past incidents."""
    number, then = (
        pd.Series(
            [tuple(p) for p in np.floor(shapely.get_coordinates(t.geometry) / 100)]
        ).value_counts()
        for t in (past, later)
    )
    hits = 0.0
    places, empty = share * cells, cells - len(number)
    for count in sorted(number.unique(), reverse=True):
        tied = number.index[number == count]
        part = min(1.0, max(0.0, places / len(tied)))
        hits += part * then.reindex(tied).sum()
        places -= part * len(tied)
    left = then[~then.index.isin(number.index)].sum()
    return hits + left * max(0.0, places) / empty


def main() -> None:
    folder = Path(sys.argv[1])
    for town, (file, longitude, latitude, epsg) in SETS.items():
        table = pd.read_csv(folder / file)
        incidents = gpd.GeoDataFrame(
            {"occurred_from": pd.to_datetime(table["date"])},
            geometry=gpd.points_from_xy(table[longitude], table[latitude]),
            crs=4326,
        ).to_crs(epsg)
        area = study_area(incidents)
        month = incidents["occurred_from"].dt.month
        print(f"{town}: {len(table)} incidents, {area.area.sum() / 1e6:.1f} km²")
        tested = int((month >= MONTHS[0]).sum())
        for name, options in METHODS.items():
            began, figures = time.perf_counter(), []
            for share in SHARES:
                hits = 0.0
                for test in MONTHS:
                    sites = eg.to_sites(incidents[month < test])
                    cells = priority_cells(sites, within=area, area_share=share, **options)
                    hits += caught(cells, incidents[month == test], 100)
                figures.append(f"{hits / tested:.4f} at {share:.0%}")
            used = cells.attrs["priority"]
            within = used["cells"]
            seconds = (time.perf_counter() - began) / len(SHARES) / len(MONTHS)
            print(
                f"  {name}: {', '.join(figures)} ({used['score']}, {used['radius_m']:g} m; "
                f"{used['why']}; {seconds:.2f} s a map)"
            )
        figures = []
        for share in SHARES:
            hits = sum(
                caught_by_counting(
                    eg.to_sites(incidents[month < test]).pipe(each_incident),
                    incidents[month == test],
                    within,
                    share,
                )
                for test in MONTHS
            )
            figures.append(f"{hits / tested:.4f} at {share:.0%}")
        print(f"  count per cell: {', '.join(figures)}")


def each_incident(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Repeat each site as often as it has incidents."""
    return sites.loc[sites.index.repeat(sites["n"])]


if __name__ == "__main__":
    main()
