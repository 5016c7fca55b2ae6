"""What several test files share: a small picture, and a Chromium to look with."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from est_geo.picture import Picture

CRS = "EPSG:3006"
WEST, SOUTH = 664_000, 6_590_000  # in Sollentuna
CENTRE = shapely.Point(WEST + 1_500, SOUTH + 1_500)


@dataclass(frozen=True)
class RingsDensity:
    """Stands in for a Density: what a map asks of it, with rings around one point."""

    bandwidth_m: float = 300.0
    cell_m: float = 50.0
    kernel: str = "quartic"

    def contours(self, levels=None):
        low = np.array([5.0, 10.0, 20.0, 40.0, 80.0] if levels is None else levels, dtype=float)
        discs = [CENTRE.buffer(1000 / (i + 1)) for i in range(len(low))]
        rings = [*(a.difference(b) for a, b in pairwise(discs)), discs[-1]]
        return gpd.GeoDataFrame({"low": low, "high": [*low[1:], np.inf]}, geometry=rings, crs=CRS)


def make_picture(*, n_addresses=3) -> Picture:
    """Four square districts of 1.5 km, two places, a few addresses."""
    corners = [(0, 0), (1500, 0), (0, 1500), (1500, 1500)]
    districts = gpd.GeoDataFrame(
        {
            "district_id": ["a", "b", "c", "d"],
            "district": ["Edsberg", "Häggvik", "Rotebro", "Tureberg"],
            "municipality": "Sollentuna",
        },
        geometry=[
            shapely.box(WEST + x, SOUTH + y, WEST + x + 1500, SOUTH + y + 1500) for x, y in corners
        ],
        crs=CRS,
    )
    first, last = pd.Timestamp("2026-01-03 08:00"), pd.Timestamp("2026-11-22 23:10")
    order = np.arange(n_addresses)
    points = gpd.points_from_xy(WEST + 700 + 450 * order, SOUTH + 700 + 450 * order, crs=CRS)
    addresses = gpd.GeoDataFrame(
        {
            "rank": order + 1,
            "address": [f"Malmvägen {2 * i + 8}" for i in order],
            "district_id": "a",
            "district": "Edsberg",
            "n": 1240 // (order + 1),
            "months": 11,
            "weeks": 40,
            "first": first,
            "last": last,
            "sources": 3,
        },
        geometry=points,
        crs=CRS,
    )
    places = gpd.GeoDataFrame(
        {
            "place_id": [1, 2],
            "name": ["Malmvägen 8", "Sollentuna centrum"],
            "n": [1240, 20],
            "weight": [1240.0, 20.0],
            "share": [0.62, 0.01],
            "sites": [4, 2],
            "first": first,
            "last": [last, pd.NaT],
            "addresses": ["Malmvägen 8; Malmvägen 10", "Sollentuna centrum"],
            "district_id": ["a", None],
            "district": ["Edsberg", None],
            "site_ids": ["1 2 3 4", "5 6"],
        },
        geometry=[
            shapely.Point(WEST + 700, SOUTH + 700).buffer(90),
            shapely.Point(WEST + 2200, SOUTH + 900).buffer(60),
        ],
        crs=CRS,
    )
    sites, site_counts = make_sites()
    return Picture(
        districts=districts,
        sites=sites,
        site_counts=site_counts,
        places=places,
        addresses=addresses,
        density=RingsDensity(),
        district_counts=pd.DataFrame({"district_id": ["a"], "district": ["Edsberg"], "n": [2000]}),
        span=(first, last),
        counts={
            "read": 2020,
            "inside": 2000,
            "outside": 12,
            "at_null_island": 2,
            "unplaced": 8,
            "without_time": 0,
        },
        parameters={"bandwidth_m": 300.0, "cell_m": 50, "eps_m": 50, "min_incidents": 5},
    )


def make_sites():
    """Six sites, 10 incidents of each month, kind and reporter; in March only at the first four."""
    ids = np.arange(1, 7)
    east = np.array([690, 700, 710, 720, 2190, 2210])
    north = np.array([700, 720, 700, 690, 900, 910])
    counts = pd.DataFrame(
        [
            (site, month, category, source, 10)
            for site in ids
            for month, category, source in [
                ("2026-01", "klotter", "polis"),
                ("2026-01", "brand", "polis"),
                ("2026-03", "klotter", "väktare"),
                ("2026-11", "klotter", "polis"),
            ]
            if not (site > 4 and month == "2026-03")
        ],
        columns=["site_id", "period", "category", "source", "n"],
    )
    sites = gpd.GeoDataFrame(
        {
            "site_id": ids,
            "n": counts.groupby("site_id")["n"].sum().to_numpy(),
            "address": [f"Malmvägen {8 + i}" for i in range(4)] + ["Sollentuna centrum", None],
        },
        geometry=gpd.points_from_xy(WEST + east, SOUTH + north),
        crs=CRS,
    )
    return sites, counts


@pytest.fixture
def picture():
    return make_picture()


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one the tests are skipped, except in CI, where they fail."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        reason = "no Chromium on this machine"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """An empty page of 1200 x 900 that remembers what it said and what it asked for.

    `page.said` holds console messages and errors, `page.asked` the addresses of requests.
    """
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    opened = context.new_page()
    opened.said, opened.asked = [], []
    opened.on("console", lambda message: opened.said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: opened.said.append(f"error: {error}"))
    opened.on("request", lambda request: opened.asked.append(request.url))
    yield opened
    context.close()
