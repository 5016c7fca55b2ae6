"""Each layer alone on anyone's folium map, and the tools of the whole page, in a browser."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conftest
import est_geo as eg
from est_geo.sharing.map import draw_map
from test_html import HOSTILE, any_text
from test_map_browser import ADDRESSES, show

pytestmark = pytest.mark.browser

layers = eg.layers
WEST, SOUTH = conftest.WEST, conftest.SOUTH
TIME, KIND, SEARCH = ".eg-time input", "#est-geo-tools select", ".eg-search input"
N = len(HOSTILE)


def at(step):
    """Points in a row, far enough apart to be clicked one by one."""
    return gpd.points_from_xy(WEST + 180 * np.arange(N), np.full(N, SOUTH + step))


def around(step, size=60):
    return shapely.buffer(np.asarray(at(step)), size)


def hostile_layers():
    """Every layer that holds text, with every payload in every column of text."""
    texts = list(HOSTILE)
    number = np.arange(1, N + 1)
    said = {"district": texts, "address": texts, "name": texts, "category": texts}
    table = gpd.GeoDataFrame(
        {**said, "rank": number, "place_id": number, "n": 5}, geometry=at(800), crs=3006
    )
    districts = gpd.GeoDataFrame(
        {"district_id": texts, "district": texts}, geometry=around(0), crs=3006
    )
    places = table.assign(
        addresses=texts, reporters=texts, categories=texts, hours=texts, share=0.5
    ).set_geometry(around(400), crs=3006)
    deviating = pd.DataFrame(
        {
            "period": "p",
            "view": "week",
            "district_id": texts,
            "category": texts,
            "n": 9,
            "expected": 2.0,
            "signal": "red",
            "reporting": texts,
            "source": texts,
        }
    )
    efforts = table.assign(effort=texts, responsible=texts).set_geometry(at(1200), crs=3006)
    sites = table.assign(site_id=number).set_geometry(at(1600), crs=3006)
    counts = pd.DataFrame(
        {"site_id": number, "period": texts, "category": texts, "source": texts, "n": 5}
    )
    names = [{"kind": "name", "text": text, "at": [59.44, 17.9]} for text in texts]
    return {
        "areas": layers.districts(districts, pd.DataFrame({"district_id": texts, "n": 1})),
        "places": layers.places(places),
        "addresses": layers.addresses(table),
        "priority": layers.priority(table.assign(score=1.0).set_geometry(around(2000), crs=3006)),
        "deviations": layers.deviations(deviating, districts),
        "efforts": layers.efforts(efforts),
        "sites": layers.sites(sites, counts),
        "background": layers.background(names),
    }


PANES = {
    "areas": "names",
    "places": "ranks",
    "addresses": "addresses",
    "priority": "cell-ranks",
    "deviations": "deviations",
    "efforts": "efforts",
}


@pytest.mark.parametrize("key", PANES)
def test_a_layer_alone_shows_hostile_text_as_text(page, tmp_path, key):
    own = folium.Map([59.435, 17.92], zoom_start=15, tiles=None)
    hostile_layers()[key].add_to(own)
    folium.LayerControl(collapsed=False).add_to(own)
    page.set_viewport_size({"width": 1600, "height": 900})
    show(page, eg.save_offline(own, tmp_path / "egen.html"), tmp_path)
    signs = page.locator(f".leaflet-est-geo-{PANES[key]}-pane .eg-sign")
    assert signs.count() == N
    for text, sign in zip(HOSTILE, signs.all(), strict=True):
        sign.dispatch_event("keydown", {"key": "Enter"})
        told = page.locator(".eg-told").last  # the one before fades away
        assert told.locator("h2").text_content() == text
        assert sign.get_attribute("aria-label").endswith(f": {text}")
        cells = [cell.text_content() for cell in told.locator("td").all()]
        if key in {"places", "addresses", "priority", "efforts"}:
            assert text in cells
        assert told.locator("script, img").count() == 0
    assert page.evaluate("window.pwned") is None
    switch = page.locator(".leaflet-control-layers-selector")
    switch.uncheck()
    assert signs.count() == 0
    switch.check()
    assert signs.count() == N
    assert page.said == []
    assert len(page.asked) == 1


def test_all_layers_lie_on_one_map_of_a_feature_group(page, tmp_path):
    own = folium.Map([59.435, 17.92], zoom_start=14, tiles=None)
    group = folium.FeatureGroup(name="allt").add_to(own)
    for layer in hostile_layers().values():
        layer.add_to(group)
    show(page, eg.save_offline(own, tmp_path / "egen.html"), tmp_path)
    for pane in PANES.values():
        assert page.locator(f".leaflet-est-geo-{pane}-pane .eg-sign").count() >= N
    assert page.locator(".leaflet-est-geo-sites-pane canvas").count() == 1
    assert page.evaluate("window.pwned") is None
    assert page.said == []


def site_map(page, tmp_path, **changes):
    picture = dataclasses.replace(conftest.make_picture(), **changes)
    show(page, draw_map(picture), tmp_path)
    return picture


def marks(page):
    """What lies on the canvas: pixels that are not transparent, and a sum over all of them."""
    return page.evaluate(
        """() => {
            const canvas = document.querySelector(".leaflet-est-geo-sites-pane canvas");
            if (!canvas) return [0, 0];
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d");
            copy.drawImage(canvas, 0, 0);
            const pixels = copy.getImageData(0, 0, width, height).data;
            let drawn = 0, sum = 0;
            for (let i = 0; i < pixels.length; i += 4) {
                if (pixels[i + 3]) { drawn += 1; sum = (sum * 31 + pixels[i] + i) % 1e9; }
            }
            return [drawn, sum];
        }"""
    )


def test_hostile_sites_can_be_searched_and_open_as_text(page, tmp_path):
    texts = list(HOSTILE)
    sites = gpd.GeoDataFrame(
        {"site_id": np.arange(N), "n": 2, "address": texts}, geometry=at(500), crs=3006
    )
    counts = pd.DataFrame(
        {"site_id": np.arange(N), "period": texts, "category": texts, "source": texts, "n": 2}
    )
    none = conftest.make_picture().places.iloc[:0]
    site_map(page, tmp_path, sites=sites, site_counts=counts, places=none)
    assert page.locator(f"{KIND} option").all_text_contents()[1:] == sorted(texts)
    panel = page.locator("#est-geo-panel")
    opened = 0
    for text in texts:
        page.locator(SEARCH).fill(text.strip()[:40])
        found = page.locator(".eg-search ul bdi").all_text_contents()
        if text not in found:
            # An input drops what cannot be typed: line ends and NUL.
            assert set(text) & set("\0\u2028\u2029")
            continue
        page.locator(".eg-search ul button").nth(found.index(text)).click()
        assert panel.locator("h2").text_content() == text
        assert [li.text_content() for li in panel.locator("li").all()] == [f"{text} 2"] * 2
        page.keyboard.press("Escape")
        opened += 1
    assert opened >= N - 2
    for step in range(N + 1):
        page.locator(TIME).fill(str(step))
    assert page.locator(".eg-time output").text_content() == max(texts)
    assert page.evaluate("window.pwned") is None
    assert page.said == []


def test_the_slider_redraws_places_and_sites_without_a_request(page, tmp_path):
    site_map(page, tmp_path)
    output, places = page.locator(".eg-time output"), ".leaflet-est-geo-places-pane path"
    assert output.text_content() == "Hela perioden"
    assert marks(page) == [0, 0]
    seen = []
    for step, name, shown in (
        (1, "januari 2026", [True, True]),
        (2, "mars 2026", [True, False]),
        (3, "november 2026", [True, True]),
    ):
        page.locator(TIME).fill(str(step))
        assert output.text_content() == name
        assert page.locator(TIME).get_attribute("aria-valuetext") == name
        assert page.locator(".eg-period").text_content() == name
        assert [path.is_visible() for path in page.locator(places).all()] == shown
        seen.append(marks(page))
    assert all(drawn > 100 for drawn, _ in seen)
    assert seen[0] != seen[1] != seen[2]
    # What cannot follow the choice is off, and on again afterwards.
    assert not page.locator('.eg-legend input[name="density"]').is_checked()
    page.locator(TIME).fill("0")
    assert page.locator('.eg-legend input[name="density"]').is_checked()
    assert page.said == []
    assert len(page.asked) == 1


def test_the_slider_moves_by_keyboard(page, tmp_path):
    site_map(page, tmp_path)
    page.locator(TIME).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator(".eg-time output").text_content() == "mars 2026"


def test_a_category_leaves_only_its_own_incidents(page, tmp_path):
    site_map(page, tmp_path)
    page.locator('.eg-legend input[name="sites"]').check()
    every = marks(page)
    page.locator(KIND).select_option(label="brand")
    fires = marks(page)
    assert fires[0] > 100
    assert fires != every
    assert page.locator(".eg-period").text_content().endswith(" · brand")
    page.locator(TIME).fill("2")  # no fires in March
    assert marks(page)[0] == 0
    assert not any(
        path.is_visible() for path in page.locator(".leaflet-est-geo-places-pane path").all()
    )
    page.locator(TIME).fill("1")
    place = page.locator(".leaflet-est-geo-ranks-pane .eg-sign").first
    place.dispatch_event("keydown", {"key": "Enter"})
    assert page.locator("#est-geo-panel tr").first.text_content() == "I urvalet40"


def test_search_finds_places_and_addresses_and_opens_them(page, tmp_path):
    site_map(page, tmp_path)
    page.locator(SEARCH).fill("CENTRUM")
    found = page.locator(".eg-search ul button")
    assert found.all_text_contents() == ["Sollentuna centrumPlats 2"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#est-geo-panel h2").text_content() == "Sollentuna centrum"
    page.keyboard.press("Escape")
    page.locator(SEARCH).fill("malmvägen 9")
    page.keyboard.press("Enter")
    panel = page.locator("#est-geo-panel")
    assert panel.locator("h2").text_content() == "Malmvägen 9"
    rows = panel.locator("tr").all_text_contents()
    assert rows == [
        "Händelser40",
        "Slag av händelserklotter 30brand 10",
        "Rapportörerpolis 30väktare 10",
    ]
    assert panel.locator("svg rect").count() == 3
    assert (
        panel.locator("svg").get_attribute("aria-label")
        == "Händelser över tid: minst 10, som mest 20"
    )
    page.locator(SEARCH).fill("finns inte")
    assert "Inget hittades" in page.locator(".eg-search ul").text_content()


def test_a_cluster_opens_by_zooming_and_a_site_by_a_click(page, tmp_path):
    site_map(page, tmp_path, places=conftest.make_picture().places.iloc[:0])
    page.locator('.eg-legend input[name="sites"]').check()
    for name in ("addresses", "density", "areas"):
        page.locator(f'.eg-legend input[name="{name}"]').uncheck()
    find = """() => {
        const canvas = document.querySelector(".leaflet-est-geo-sites-pane canvas");
        const map = document.querySelector(".folium-map").getBoundingClientRect();
        const box = canvas.getBoundingClientRect();
        const { width, height } = canvas;
        const copy = new OffscreenCanvas(width, height).getContext("2d");
        copy.drawImage(canvas, 0, 0);
        const pixels = copy.getImageData(0, 0, width, height).data;
        for (let y = Math.ceil(map.top - box.top) + 20; y < height; y++)
            for (let x = 70; x < width - 300; x++)
                if (pixels[(y * width + x) * 4 + 3] > 250) return [box.left + x, box.top + y + 6];
    }"""
    for _ in range(8):
        page.mouse.click(*page.evaluate(find))
        page.wait_for_timeout(500)
        if page.locator("#est-geo-panel h2").count():
            break
    assert page.locator("#est-geo-panel .eg-kind").text_content() == "Läge"
    assert page.said == []


@given(any_text.filter(lambda text: text.strip()), st.sampled_from(["sv", "en"]))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_in_any_column_reads_back_from_the_page(page, tmp_path, text, language):
    marked = f"¤{text}¤"
    picture = conftest.make_picture()
    picture = dataclasses.replace(
        picture,
        districts=picture.districts.assign(district=marked),
        addresses=picture.addresses.assign(address=marked, district=marked, hours=marked),
        places=picture.places.assign(name=marked, district=marked, reporters=f"{marked} 3"),
        sites=picture.sites.assign(address=marked),
        site_counts=picture.site_counts.assign(category=marked, source=marked, period=marked),
        sources=(marked,),
    )
    page.goto(draw_map(picture, title=marked, language=language).save(tmp_path / "k.html").as_uri())
    clean = marked.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert page.locator("h1").text_content() == clean
    assert set(page.locator(".eg-name").all_text_contents()) == {clean}
    assert clean in page.locator("#est-geo-foot p").text_content()
    for pane in ("addresses", "ranks"):
        page.locator(f".leaflet-est-geo-{pane}-pane .eg-sign").first.dispatch_event(
            "keydown", {"key": "Enter"}
        )
        assert page.locator("#est-geo-panel h2").text_content() == clean
        assert page.locator("#est-geo-panel td").first.text_content() == clean
    assert page.said == []
    assert page.evaluate("window.pwned") is None


def test_on_paper_the_map_keeps_its_legend_and_nothing_to_press(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    page.set_viewport_size({"width": 700, "height": 500})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    legend = page.locator(".eg-legend")
    assert legend.is_visible()
    assert legend.get_attribute("open") is not None
    width, height = page.evaluate("[document.body.offsetWidth, document.body.offsetHeight]")
    assert (width, height) == (1040, 710)  # A4 on its side within 10 mm, at 96 to the inch
    for hidden in ("#est-geo-tools", ".leaflet-control-zoom", "#est-geo-foot summary"):
        assert not page.locator(hidden).is_visible()
    outlines = page.locator(".leaflet-est-geo-borders-pane path").all()
    right = legend.bounding_box()["x"]
    assert all(
        path.bounding_box()["x"] + path.bounding_box()["width"] <= right for path in outlines
    )
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.body.offsetWidth") == 700


@pytest.fixture
def axe():
    """Text of axe-core, the accessibility checker; CI installs it, elsewhere it is asked for."""
    path = os.environ.get("EST_GEO_AXE")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("EST_GEO_AXE does not name axe.min.js")
        pytest.skip("EST_GEO_AXE does not name axe.min.js of the npm package axe-core")
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("opened", [False, True])
def test_axe_finds_nothing_serious(page, picture, tmp_path, axe, width, opened):
    page.set_viewport_size({"width": width, "height": 900})
    show(page, draw_map(picture), tmp_path)
    if opened:
        page.locator(ADDRESSES).first.dispatch_event("keydown", {"key": "Enter"})
        page.locator("#est-geo-foot summary").click()
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    serious = [
        (issue["id"], issue["nodes"][0]["html"][:120])
        for issue in found
        if issue["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    # It does look: a picture without a text is found.
    page.evaluate("document.body.append(document.createElement('img'))")
    again = page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))")
    assert "image-alt" in again
