"""What a browser shows of a user's own folium map: everything, without a network, and only text."""

from __future__ import annotations

import folium
import pandas as pd
import pytest
from folium.plugins import FastMarkerCluster, MarkerCluster

import conftest
from est_geo.sharing.html import html_text, save_offline
from test_html import HOSTILE

pytestmark = pytest.mark.browser

CENTRE = [59.43, 17.93]
CALLBACK = "function (row) { return L.circleMarker([row[0], row[1]]).bindPopup(row[2]); }"


def show(page, file):
    """Open a file, and require silence and no request but for the file itself."""
    page.goto(file.as_uri())
    page.wait_for_timeout(50)  # for whatever a page would do by itself
    assert page.said == []
    assert page.asked == [file.as_uri()]
    return page


def plain(text):
    """Text as it is read: HTML runs spaces together, and has no NUL."""
    return " ".join(text.replace("\0", "\ufffd").split())


def plain_map(**options):
    return folium.Map(CENTRE, zoom_start=13, tiles=None, **options)


def square(**properties):
    shape = {
        "type": "Polygon",
        "coordinates": [[[17.9, 59.4], [17.92, 59.4], [17.92, 59.42], [17.9, 59.4]]],
    }
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "id": "a", "geometry": shape, "properties": properties}],
    }


def map_of_sinks(text):
    """Text from data in every place where stock folium takes text, in the way we tell people to."""
    own, safe = plain_map(), html_text(text)
    folium.Marker(CENTRE, popup=folium.Popup(safe, show=True), title=text, alt=text).add_to(own)
    folium.CircleMarker(
        [59.44, 17.93], tooltip=folium.Tooltip(safe, permanent=True, className="t-tooltip")
    ).add_to(own)
    folium.GeoJson(
        square(label=safe, raw=text),
        name=safe,
        tooltip=folium.GeoJsonTooltip(["label"], aliases=[safe], permanent=True, sticky=False),
        popup=folium.GeoJsonPopup(["label"], aliases=[safe]),
    ).add_to(own)
    folium.Marker([59.42, 17.95], icon=folium.DivIcon(safe, class_name="t-icon")).add_to(own)
    FastMarkerCluster([[59.41, 17.96, safe]], callback=CALLBACK).add_to(own)
    folium.Choropleth(
        square(label="x"),
        data=pd.Series({"a": 1.0, "b": 2.0}),
        key_on="feature.id",
        legend_name=text,
        name="choropleth",
    ).add_to(own)
    folium.LayerControl(collapsed=False).add_to(own)
    own.get_root().html.add_child(folium.Element(f"<p id=t-body>{safe}</p>"), name="own")
    return own


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_sink_of_folium_shows_text_as_text(page, tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    file = save_offline(map_of_sinks(text), tmp_path / "egen.html", title=text)
    assert list(tmp_path.iterdir()) == [file]  # no template ran and made a folder
    show(page, file)
    page.wait_for_timeout(250)  # for the popup to be unfolded
    want = plain(text)

    def shown(selector):
        return [plain(found) for found in page.locator(selector).all_text_contents()]

    assert shown(".leaflet-popup-content") == [want]
    assert shown(".t-tooltip") == [want]
    assert shown(".foliumtooltip th") == shown(".foliumtooltip td") == [want]
    assert shown(".t-icon") == [want]
    assert want in shown(".leaflet-control-layers-overlays label")
    assert shown(".legend .caption") == [want]
    assert shown("#t-body") == [want]
    assert plain(page.title()) == want
    marker = page.locator("img.leaflet-marker-icon")
    assert plain(marker.get_attribute("title")) == plain(marker.get_attribute("alt")) == want
    # Two popups more, opened by hand: of the area, and of the row of a fast cluster.
    for opened, selector in (
        ("all.find(it => it instanceof L.GeoJSON && it.getPopup()).openPopup()", ".foliumpopup td"),
        (
            (
                "const row = all.find(it => it instanceof L.MarkerClusterGroup).getLayers()[0];"
                " row.getPopup().setLatLng(map.getCenter()).openOn(map)"
            ),
            ".leaflet-popup-content",
        ),
    ):
        page.evaluate(
            "() => { const map = Object.values(window).find(it => it instanceof L.Map);"
            f" const all = []; map.eachLayer(it => all.push(it)); {opened}; }}"
        )
        page.wait_for_timeout(30)
        assert shown(selector)[-1] == want
    page.wait_for_timeout(50)
    assert page.evaluate("window.pwned") is None
    assert page.said == []
    assert page.asked == [file.as_uri()]


def test_a_users_own_folium_map_works_offline(page, tmp_path):
    own = plain_map()
    folium.Marker(CENTRE, popup="hej", tooltip="hopp").add_to(own)
    shape = conftest.make_picture().districts[["geometry"]].to_crs(4326)
    folium.GeoJson(shape, name="områden").add_to(own)
    folium.LayerControl().add_to(own)
    show(page, save_offline(own, tmp_path / "egen.html"))
    icon = page.locator("img.leaflet-marker-icon")
    assert icon.evaluate("image => image.naturalWidth") == 25
    icon.click()
    page.wait_for_timeout(300)
    assert page.locator(".leaflet-popup-content").text_content().strip() == "hej"
    assert page.said == []


def test_clusters_draw_in_a_map_without_tiles(page, tmp_path):
    own = plain_map()
    cluster = MarkerCluster().add_to(own)
    for i in range(5):
        folium.Marker([59.43, 17.93 + i / 1e5]).add_to(cluster)
    show(page, save_offline(own, tmp_path / "egen.html"))
    assert page.locator(".marker-cluster").text_content().strip() == "5"


def test_a_choropleth_has_its_scale_without_d3(page, tmp_path):
    own = plain_map()
    folium.Choropleth(
        square(),
        data=pd.Series({"a": 1.0, "b": 7.0}),
        key_on="feature.id",
        bins=3,
        fill_color="YlOrRd",
        legend_name="Händelser",
    ).add_to(own)
    file = save_offline(own, tmp_path / "egen.html")
    assert file.stat().st_size < 260_000
    show(page, file)
    assert page.locator(".legend .caption").text_content() == "Händelser"
    ticks = page.locator(".legend span")
    assert [float(text) for text in ticks.all_text_contents()] == [1.0, 3.0, 5.0, 7.0]
    bar = page.locator(".legend > div").nth(1).bounding_box()
    for i in range(4):
        box = ticks.nth(i).bounding_box()
        assert box["x"] + box["width"] / 2 == pytest.approx(bar["x"] + bar["width"] * i / 3, abs=2)
    drawn = (
        page.locator(".legend > div")
        .nth(1)
        .evaluate("bar => getComputedStyle(bar).backgroundImage")
    )
    assert drawn.startswith("linear-gradient(to right, rgb(255, 237, 160)")
    assert drawn.endswith("rgb(240, 59, 32))")


@pytest.mark.parametrize(
    "bare",
    [
        "<img src=data:, onerror=window.pwned=1>",
        "<svg onload=window.pwned=1><animate onbegin=window.pwned=1 attributeName=x dur=1s></svg>",
        "<details open ontoggle=window.pwned=1>x</details>",
        "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
        "<a href='javascript:window.pwned=1' id=link>x</a>",
    ],
)
def test_the_policy_stops_what_an_injected_script_would_do(page, tmp_path, bare):
    own = plain_map()
    folium.Marker(CENTRE, popup=folium.Popup(bare, show=True)).add_to(own)
    page.goto(save_offline(own, tmp_path / "egen.html").as_uri())
    page.wait_for_timeout(300)
    assert page.locator(".leaflet-popup-content *").count() > 1
    if "id=link" in bare:
        page.locator("#link").click()
        page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in said for said in page.said)
