"""The shared map from finished tables: to build and save, its size, and to draw in a browser.

Beside it in the same run: folium's markers and GeoJson and geopandas' explore, on fewer incidents
where they would take minutes (and extrapolated in proportion, which flatters markers). Drawing them
is measured with the scripts inside the page, since a page that waits for the network says nothing.
"""

import os

import pytest

import est_geo as eg
import map_peers
from data import town
from est_geo.sharing.html import save_offline
from est_geo.sharing.map import draw_map

FULL = os.environ.get("EST_GEO_BENCH") == "full"
MARKERS = 10_000 if FULL else 1_000


def with_addresses(incidents):
    """Addresses as towns have them: some hundred streets, with numbers."""
    number = incidents["address"].str.split(" ").str[0].astype(int)
    street = ("Påhittade " + (number % 300).astype(str)) + " vägen "
    return incidents.assign(address=street + (number // 300 + 1).astype(str))


@pytest.fixture(scope="module")
def tables():
    """Pictures by number of incidents, made once: drawing starts from finished tables."""
    made = {}

    def make(n, sites):
        if n not in made:
            incidents = with_addresses(town(n, addresses=sites))
            made[n] = incidents, picture_of(incidents)
        return made[n]

    return make


def picture_of(incidents):
    districts = eg.load_districts("sollentuna", level="kommundel")
    return eg.build_picture(incidents, districts, outside="keep")


def with_sites(picture):
    """Draw the map with its layer of sites shown from the start."""
    drawn = draw_map(picture)
    for layer in drawn.data["layers"]:
        layer["show"] = True
    return drawn


DRAWN = """[...document.querySelectorAll('.leaflet-est-geo-sites-pane canvas')].some(canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    return copy.getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0);
})"""

# Incidents, and addresses of which some have none: about 2 500 and 50 000 sites.
SIZES = [(50_000, 2_650), (1_000_000, 62_000)]


@pytest.mark.parametrize(("n", "sites"), SIZES)
def bench_build_and_save(benchmark, tables, tmp_path, n, sites):
    _, picture = tables(n, sites)
    benchmark.group = f"map of {n} incidents: build and save"
    path = benchmark.pedantic(
        lambda: with_sites(picture).save(tmp_path / "map.html"), rounds=5, warmup_rounds=1
    )
    benchmark.extra_info.update(
        bytes=path.stat().st_size, sites=len(picture.sites), places=len(picture.places)
    )
    print(f"\n{n} incidents at {len(picture.sites)} sites: {path.stat().st_size} bytes")


@pytest.mark.parametrize(
    ("peer", "n"), [("markers", MARKERS), ("geojson", 50_000), ("explore", 50_000)]
)
def bench_build_and_save_peer(benchmark, tables, tmp_path, peer, n):
    incidents = tables(50_000, 2_650)[0].iloc[:n]
    benchmark.group = "map of 50000 incidents: build and save"
    make = getattr(map_peers, peer)
    size = benchmark.pedantic(make, args=(incidents, tmp_path / "peer.html"), rounds=1)
    benchmark.extra_info.update(bytes=size, incidents=n)
    print(f"\n{peer} of {n}: {size} bytes; by proportion {size * 50_000 // n} of 50000")


@pytest.fixture(scope="module")
def browser():
    opened = map_peers.Browser()
    yield opened
    opened.close()


@pytest.mark.parametrize(("n", "sites"), SIZES)
def bench_draw(benchmark, tables, browser, tmp_path, n, sites):
    _, picture = tables(n, sites)
    path = with_sites(picture).save(tmp_path / "map.html")
    benchmark.group = f"map of {n} incidents: open to drawn"
    blank = browser.blank(tmp_path)
    seconds, pixels = benchmark.pedantic(
        browser.seconds, args=(path,), kwargs={"drawn": DRAWN}, rounds=5, warmup_rounds=1
    )
    assert pixels > 5_000
    benchmark.extra_info.update(blank=blank, pixels=pixels)
    print(f"\n{n}: {seconds:.3f} s, a blank page {blank:.3f} s, {pixels} pixels")


def bench_draw_geojson_peer(benchmark, tables, browser, tmp_path):
    import folium

    incidents = tables(50_000, 2_650)[0].iloc[:10_000]
    own = folium.Map([59.43, 17.95], zoom_start=12, tiles=None)
    shown = incidents[["address", "category", "geometry"]].to_crs(4326)
    folium.GeoJson(shown, marker=folium.CircleMarker(radius=3)).add_to(own)
    path = save_offline(own, tmp_path / "peer.html")
    benchmark.group = "map of 50000 incidents: open to drawn"
    seconds, pixels = benchmark.pedantic(browser.seconds, args=(path,), rounds=1)
    assert pixels > 5_000
    print(f"\nGeoJson of 10000: {seconds:.3f} s, {pixels} pixels")


def bench_draw_markers_peer(benchmark, tables, browser, tmp_path):
    import folium

    incidents = tables(50_000, 2_650)[0].iloc[:MARKERS].to_crs(4326)
    own = folium.Map([59.43, 17.95], zoom_start=12, tiles=None)
    for point in incidents.geometry:
        folium.CircleMarker([point.y, point.x], radius=3).add_to(own)
    path = save_offline(own, tmp_path / "peer.html")
    benchmark.group = "map of 50000 incidents: open to drawn"
    seconds, pixels = benchmark.pedantic(browser.seconds, args=(path,), rounds=1)
    assert pixels > 1_000
    print(f"\nmarkers of {MARKERS}: {seconds:.3f} s, {pixels} pixels")
