"""What a browser shows of a map: drawn, switched, opened, and never turned against its reader."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import conftest
from est_geo.sharing import layers
from est_geo.sharing.map import draw_map
from test_html import HOSTILE

pytestmark = pytest.mark.browser

ADDRESSES = ".leaflet-est-geo-addresses-pane .eg-sign"


def show(page, drawn, folder):
    """Save a map, open it, and require silence and no request but for the file itself."""
    file = drawn if hasattr(drawn, "as_uri") else drawn.save(folder / "karta.html")
    page.goto(file.as_uri())
    page.wait_for_timeout(50)  # for whatever a page would do by itself
    assert page.said == []
    assert page.asked == [file.as_uri()]
    return page


def paths(page, layer):
    """Paths with an extent in a layer's pane."""
    return page.eval_on_selector_all(
        f".leaflet-est-geo-{layer}-pane path",
        "all => all.filter(path => path.getBBox().width > 3).length",
    )


def test_everything_is_drawn_without_a_request_or_a_word(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    assert paths(page, "areas") == paths(page, "borders") == 4
    assert paths(page, "density") == 5
    assert paths(page, "places") == 2
    assert page.locator(ADDRESSES).count() == 3
    assert page.locator(".eg-name").all_text_contents() == [
        "Edsberg", "Häggvik", "Rotebro", "Tureberg",
    ]  # fmt: skip
    assert page.title() == page.locator("h1").text_content() == draw_map(picture).data["title"]
    assert page.evaluate("document.documentElement.lang") == "sv"
    filled = page.eval_on_selector_all(
        ".leaflet-est-geo-density-pane path", "all => all.map(path => path.getAttribute('fill'))"
    )
    assert filled == [level["color"] for level in layers.density(picture.density).data["features"]]
    inside = page.locator("#est-geo-head, .folium-map, #est-geo-foot")
    assert all(inside.nth(i).is_visible() for i in range(inside.count()))


def test_the_map_shows_the_whole_area(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    frame = page.locator(".folium-map").bounding_box()
    legend = page.locator(".eg-legend").bounding_box()
    for box in (
        path.bounding_box() for path in page.locator(".leaflet-est-geo-borders-pane path").all()
    ):
        assert box["x"] >= frame["x"]
        assert box["x"] + box["width"] <= legend["x"]
        assert box["y"] >= frame["y"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]


@pytest.mark.parametrize("size", [(1200, 900), (390, 800)])
@pytest.mark.parametrize("opened", [False, True])
def test_nothing_covers_legend_controls_or_foot(page, picture, tmp_path, size, opened):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    show(page, draw_map(picture), tmp_path)
    if opened:
        page.locator(ADDRESSES).first.click()
        page.locator("#est-geo-foot summary").click()
        page.wait_for_timeout(100)
    parts = [
        page.locator(part).bounding_box()
        for part in (
            "#est-geo-head",
            "#est-geo-foot",
            ".eg-legend",
            ".leaflet-control-zoom",
            ".leaflet-control-scale",
            *(["#est-geo-panel"] if opened else []),
        )
    ]
    for i, a in enumerate(parts):
        assert a["x"] >= 0
        assert a["x"] + a["width"] <= size[0]
        for b in parts[:i]:
            apart = (
                a["x"] >= b["x"] + b["width"]
                or b["x"] >= a["x"] + a["width"]
                or a["y"] >= b["y"] + b["height"]
                or b["y"] >= a["y"] + a["height"]
            )
            assert apart, (a, b)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


def test_every_layer_can_be_switched_by_mouse_and_by_keyboard(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    count = "all => all.length"
    for key, drawn in {
        "areas": ".leaflet-est-geo-areas-pane path",
        "density": ".leaflet-est-geo-density-pane path",
        "places": ".leaflet-est-geo-places-pane path",
        "addresses": ADDRESSES,
    }.items():
        box = page.locator(f'.eg-legend input[name="{key}"]')
        before = page.eval_on_selector_all(drawn, count)
        assert before > 0
        box.uncheck()
        assert page.eval_on_selector_all(drawn, count) == 0
        box.focus()
        page.keyboard.press("Space")
        assert page.eval_on_selector_all(drawn, count) == before
    assert page.said == []


def test_a_click_opens_the_table_and_escape_gives_the_map_back(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    panel = page.locator("#est-geo-panel")
    assert panel.is_hidden()
    page.locator(f'{ADDRESSES}[aria-label="Adress 1: Malmvägen 8"]').click()
    assert panel.locator("h2").text_content() == "Malmvägen 8"
    cells = panel.locator("tr").all_text_contents()
    assert cells[:3] == ["OmrådeEdsberg", "Händelser1\u00a0240", "Månader med händelser11"]
    assert "slumpprövning" in panel.text_content()
    page.keyboard.press("Escape")
    assert panel.is_hidden()
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-label')")
        == "Adress 1: Malmvägen 8"
    )


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_reaches_and_opens_a_place(page, picture, tmp_path, key):
    show(page, draw_map(picture), tmp_path)
    for _ in range(40):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if label == "Plats 2: Sollentuna centrum":
            break
    else:
        pytest.fail("Tab never reached the place")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press(key)
    assert page.locator("#est-geo-panel h2").text_content() == "Sollentuna centrum"
    assert page.evaluate("document.activeElement.textContent") == "×"


def test_an_outline_opens_its_place(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    page.locator(f"{ADDRESSES}[aria-label^='Adress 1']").hover()
    page.mouse.wheel(0, -300)  # until the outline is larger than its number
    page.wait_for_timeout(600)
    place = page.locator(".leaflet-est-geo-places-pane path").first
    box = place.bounding_box()
    assert box["width"] > 60
    place.click(position={"x": 8, "y": box["height"] / 2})
    assert page.locator("#est-geo-panel .eg-kind").text_content() == "Plats 1"


def test_zoom_stops_where_there_is_something_to_see(page, picture, tmp_path):
    show(page, draw_map(picture), tmp_path)
    for _ in range(12):
        if page.locator(".leaflet-control-zoom-in.leaflet-disabled").count():
            break
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(320)
    assert page.locator(".leaflet-control-zoom-in.leaflet-disabled").count() == 1
    assert page.locator(".leaflet-control-scale-line").text_content().endswith(" m")
    assert page.said == []


def test_hostile_text_stays_text(page, tmp_path):
    """Every payload in every column: districts, places, addresses, title."""
    picture = conftest.make_picture(n_addresses=len(HOSTILE))
    texts = list(HOSTILE)
    repeated = np.arange(len(texts))
    picture = dataclasses.replace(
        picture,
        districts=picture.districts.iloc[repeated % 4].assign(district=texts, municipality="x"),
        places=picture.places.iloc[repeated % 2].assign(
            place_id=repeated + 1, name=texts, addresses=texts, district=texts
        ),
        addresses=picture.addresses.assign(address=texts, district=texts),
    )
    show(page, draw_map(picture, title="".join(texts), top=99), tmp_path)
    assert page.locator("h1").text_content() == "".join(texts)
    assert page.locator(".eg-name").all_text_contents() == texts
    panel = page.locator("#est-geo-panel")
    rings = page.locator(ADDRESSES)
    outlines = page.locator(".leaflet-est-geo-places-pane path")
    assert rings.count() == outlines.count() == len(texts)
    for text, ring, outline in zip(texts, rings.all(), outlines.all(), strict=True):
        assert ring.get_attribute("aria-label").endswith(f": {text}")
        ring.focus()
        page.keyboard.press("Enter")
        assert panel.locator("h2").text_content() == text
        assert panel.locator("td").first.text_content() == text
        page.keyboard.press("Escape")
        outline.dispatch_event("click")
        assert panel.locator("h2").text_content() == text
        assert panel.locator("li").first.text_content() == text
        page.keyboard.press("Escape")
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert page.said == []
    assert len(page.asked) == 1


def test_english_on_request(page, picture, tmp_path):
    show(page, draw_map(picture, language="en"), tmp_path)
    assert page.evaluate("document.documentElement.lang") == "en"
    legend = page.locator(".eg-legend").text_content()
    for part in (
        "Legend",
        "Recurring addresses (3)",
        "incidents per km²",
        "3 January–22 November 2026",
    ):
        assert part in legend


def test_a_notebooks_frame_draws_the_map(page, picture, tmp_path):
    file = tmp_path / "cell.html"
    file.write_text(f"<meta charset=utf-8>{draw_map(picture)._repr_html_()}", encoding="utf-8")
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(ADDRESSES).first.click(force=True)
    assert frame.locator("#est-geo-panel h2").text_content()
    assert page.said == []


def test_empty_tables_draw_a_quiet_map(page, picture, tmp_path):
    empty = dataclasses.replace(
        picture, places=picture.places.iloc[:0], addresses=picture.addresses.iloc[:0], span=None
    )
    show(page, draw_map(empty), tmp_path)
    assert paths(page, "areas") == 4
    assert "inga" in page.locator(".eg-legend").text_content()
