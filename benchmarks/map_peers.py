"""Maps of incidents as folium and geopandas make them, and how long a browser takes to draw one."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import folium
import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

_LEAST_PIXELS = 500


def markers(incidents: gpd.GeoDataFrame, path):
    """One folium.CircleMarker an incident, with a popup."""
    page = folium.Map([59.43, 17.95], zoom_start=12, tiles=None)
    degrees = incidents.to_crs(4326)
    for point, address in zip(degrees.geometry, incidents["address"], strict=True):
        folium.CircleMarker([point.y, point.x], radius=3, popup=address).add_to(page)
    page.save(path)
    return path.stat().st_size


def geojson(incidents: gpd.GeoDataFrame, path):
    """One folium.GeoJson of all incidents."""
    page = folium.Map([59.43, 17.95], zoom_start=12, tiles=None)
    shown = incidents[["address", "category", "geometry"]].to_crs(4326)
    folium.GeoJson(shown, marker=folium.CircleMarker(radius=3)).add_to(page)
    page.save(path)
    return path.stat().st_size


def explore(incidents: gpd.GeoDataFrame, path):
    """`GeoDataFrame.explore`, as geopandas has it."""
    incidents[["address", "category", "geometry"]].explore(tiles=None).save(path)
    return path.stat().st_size


class Browser:
    """A headless Chromium that tells how long a page takes from open to drawn."""

    def __init__(self):
        from playwright.sync_api import sync_playwright

        program = shutil.which("chromium") or shutil.which("chromium-browser")
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )

    def close(self):
        """End the browser."""
        self._browser.close()
        self._playwright.stop()

    def seconds(self, path, *, drawn=None):
        """Seconds from open until two frames after loading, and pixels that are not grey.

        `drawn` is a script that must be true then: what was asked for is there.
        """
        page = self._browser.new_page(viewport={"width": 1200, "height": 900})
        start = time.perf_counter()
        page.goto(path.as_uri(), wait_until="load", timeout=300_000)
        page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        taken = time.perf_counter() - start
        if drawn is not None:
            assert page.evaluate(drawn), path
        pixels = _marks(page.screenshot())
        page.close()
        return taken, pixels

    def blank(self, folder):
        """Seconds that a page with nothing in it takes."""
        path = folder / "blank.html"
        path.write_text("<!DOCTYPE html><title>blank</title>", encoding="utf-8")
        return min(self.seconds(path)[0] for _ in range(3))


def _marks(png):
    """Pixels of a screenshot darker than text on grey would leave by itself."""
    import io

    from matplotlib.image import imread

    image = imread(io.BytesIO(png), format="png")[:, :, :3]
    count = int((np.abs(image - image[450, 5]).max(axis=2) > 0.15).sum())
    assert count > _LEAST_PIXELS or count == 0, "too little is drawn"
    return count
