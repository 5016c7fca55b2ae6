"""Tiles of the municipality's own: only from the server that was named, and never needed."""

from __future__ import annotations

import base64
import logging
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from est_geo.errors import InputError, MissingAsset
from est_geo.sharing.html import save_offline, to_html
from est_geo.sharing.map import draw_map
from est_geo.sharing.tiles import tiles_for, tiles_from
from test_html import HOSTILE

GOOD = "https://karta.example.se/{z}/{x}/{y}.png"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (GOOD, "https://karta.example.se"),
        ("http://10.1.2.3:8080/tiles/{z}/{x}/{y}@2x.png", "http://10.1.2.3:8080"),
        ("HTTPS://Karta.Example.SE/{z}/{y}/{x}", "https://karta.example.se"),
        (
            (
                "https://karta.example.se/wmts?SERVICE=WMTS&REQUEST=GetTile&LAYER=karta,text"
                "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&token=a%20b"
            ),
            "https://karta.example.se",
        ),
    ],
)
def test_the_origin_of_an_address_is_what_the_policy_names(url, origin):
    tiles = tiles_from(url, attribution="© Kommunen")
    assert (tiles.url, tiles.origin, tiles.attribution) == (url, origin, "© Kommunen")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (None, "must be the address"),
        ("OpenStreetMap", "is not an address of tiles: 'OpenStreetMap'"),
        ("//karta.example.se/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("ftp://karta.example.se/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("file:///etc/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("javascript:alert(1)//{z}/{x}/{y}", "is not an address of tiles"),
        ("data:text/html,{z}{x}{y}", "is not an address of tiles"),
        ("https://{s}.example.se/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("https://*/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("https://a.se; script-src */{z}/{x}/{y}.png", "is not an address of tiles"),
        ("https://a.se:99999/{z}/{x}/{y}.png", "is not an address of tiles"),
        ("https://kårta.se/{z}/{x}/{y}.png", "xn-- form"),
        ("https://a.se/{z}/{x}/{y}.png\n", "is not an address of tiles"),
        ("https://a.se/{z}/{x}/{y}.png'onerror=1", "is not an address of tiles"),
        ("https://a.se/{z}/{x}.png", r"\{y\} is there 0 times"),
        ("https://a.se/{z}/{x}/{y}/{z}.png", r"\{z\} is there 2 times"),
        ("https://a.se/{z}/{x}/{y}{r}.png", r"not known: \{r\}"),
        ("https://a.se/{z}/{x}/{y}}.png", r"not known: \}"),
        ("https://a.se/" + "a" * 3000 + "/{z}/{x}/{y}.png", "must be the address"),
    ],
)
def test_what_is_no_safe_address_is_refused(url, message):
    with pytest.raises(InputError, match=message):
        tiles_from(url)


@pytest.mark.parametrize("url", ["https://anna:hemligt@a.se/{z}/{x}/{y}", "https://x@/{z}{x}{y}"])
def test_a_password_is_refused_and_not_repeated(url):
    with pytest.raises(InputError, match="user name or password") as caught:
        tiles_from(url)
    assert "hemligt" not in str(caught.value)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_gets_into_the_policy_but_a_scheme_a_host_and_a_port(text):
    for url in (text, "https://" + text, f"https://a.se{text}/{{z}}/{{x}}/{{y}}"):
        try:
            origin = tiles_from(url).origin
        except InputError:
            continue
        assert re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", origin)


def test_an_attribution_without_tiles_and_one_too_long_are_refused():
    assert tiles_for(None, None) is None
    with pytest.raises(InputError, match="is for `tiles`, which is not given"):
        tiles_for(None, "© Kommunen")
    with pytest.raises(InputError, match="at most 300 letters"):
        tiles_for(GOOD, "x" * 301)


def test_a_page_with_tiles_allows_that_server_only_and_says_so(caplog):
    with caplog.at_level(logging.INFO, logger="est_geo"):
        tiles = tiles_from(GOOD)
    assert "asks karta.example.se for its background" in caplog.text
    page = to_html(folium.Map(tiles=None), tiles=tiles)
    assert "img-src data: blob: https://karta.example.se; font-src" in page
    assert "connect-src 'none'" in page
    assert '<meta name="referrer" content="no-referrer">' in page
    without = to_html(folium.Map(tiles=None))
    assert "img-src data: blob:; font-src" in without
    assert "http" not in re.search(r"Security-Policy\" content=\"([^\"]*)", without)[1]


def test_a_layer_of_tiles_in_the_map_is_refused_whoever_is_named():
    with pytest.raises(MissingAsset, match="pass tiles="):
        to_html(folium.Map(), tiles=tiles_from(GOOD))


@pytest.fixture
def server():
    """A server of tiles on this machine, which remembers what it was asked."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Referer")))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(PICTURE)))
            self.end_headers()
            self.wfile.write(PICTURE)

        def log_message(self, *_args):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    thread.join()
    running.server_close()


def own_map():
    own = folium.Map([59.43, 17.93], zoom_start=13, tiles=None)
    folium.Marker([59.43, 17.93], popup="hej").add_to(own)
    return own


@pytest.mark.browser
def test_tiles_are_drawn_and_nothing_else_is_asked_for(page, tmp_path, server):
    origin, asked = server
    text = "".join(HOSTILE[:4])
    file = save_offline(
        own_map(),
        tmp_path / "karta.html",
        tiles=origin + "/karta/{z}/{x}/{y}.png",
        tiles_attribution=text,
    )
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length > 3")
    tile = page.locator(".leaflet-est-geo-tiles-pane img").first
    assert tile.evaluate("image => image.naturalWidth") == 1
    assert page.locator(".leaflet-control-attribution").text_content() == text
    assert {url.split("/karta/")[0] for url in page.asked} == {file.as_uri(), origin}
    assert all(re.fullmatch(r"/karta/13/\d+/\d+\.png", path) for path, _ in asked)
    assert {referer for _, referer in asked} == {None}  # not even which page asked
    assert page.said == []
    assert page.evaluate("window.pwned") is None


@pytest.mark.browser
def test_a_server_that_refuses_leaves_everything_else_working(page, tmp_path, server):
    origin, _ = server
    closed = re.sub(r":\d+$", ":9", origin)  # nobody listens there
    file = save_offline(
        own_map(), tmp_path / "karta.html", tiles=closed + "/{z}/{x}/{y}.png", language="en"
    )
    page.goto(file.as_uri())
    page.wait_for_timeout(400)
    assert page.said
    assert all("Failed to load resource" in said for said in page.said)
    assert "does not answer" in page.locator(".leaflet-control-attribution").text_content()
    page.locator("img.leaflet-marker-icon").click()
    page.wait_for_timeout(300)
    assert page.locator(".leaflet-popup-content").text_content().strip() == "hej"


@pytest.mark.browser
def test_the_policy_stops_pictures_from_any_other_server(page, tmp_path, server):
    origin, asked = server
    file = save_offline(own_map(), tmp_path / "k.html", tiles="http://127.0.0.1:9/{z}/{x}/{y}")
    page.goto(file.as_uri())
    page.evaluate(
        "url => new Promise(done => { const it = new Image(); it.onload = it.onerror = done;"
        " it.src = url; })",
        origin + "/spy.png",
    )
    assert asked == []
    assert any("Content Security Policy" in said for said in page.said)


@pytest.mark.browser
@pytest.mark.parametrize("answers", [True, False])
def test_the_shared_map_over_tiles_works_with_and_without_an_answer(
    page, picture, tmp_path, server, answers
):
    origin, asked = server
    address = origin if answers else "http://127.0.0.1:9"
    drawn = draw_map(picture).with_tiles(address + "/{z}/{x}/{y}.png", attribution="© <b>Kommun")
    page.goto(drawn.save(tmp_path / "karta.html").as_uri())
    page.wait_for_selector(".leaflet-est-geo-places-pane path")
    page.wait_for_timeout(400)
    credit = page.locator(".leaflet-control-attribution")
    assert credit.text_content().startswith("© <b>Kommun")
    assert ("svarar inte" in credit.text_content()) is not answers
    assert bool(asked) is answers
    # Districts are not white over the tiles; everything else is drawn, switched and opened.
    area = page.locator(".leaflet-est-geo-areas-pane path").first
    assert area.evaluate("path => getComputedStyle(path).fillOpacity") == "0"
    assert page.locator(".leaflet-est-geo-places-pane path").count() == 2
    page.locator(".eg-legend input").first.uncheck()
    assert page.locator(".leaflet-est-geo-addresses-pane .eg-sign").count() == 0
    box, scale = credit.bounding_box(), page.locator(".leaflet-control-scale").bounding_box()
    assert box["y"] + box["height"] <= scale["y"] + 1
    assert [said for said in page.said if "Failed to load resource" not in said] == []
    page.locator("#est-geo-foot summary").click()
    assert address.split("//")[1] in page.locator("#est-geo-foot").text_content()


@pytest.mark.browser
def test_a_map_over_tiles_in_a_frame_asks_the_same_server(page, picture, tmp_path, server):
    origin, asked = server
    drawn = draw_map(picture).with_tiles(origin + "/{z}/{x}/{y}.png")
    file = tmp_path / "rapport.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8>{drawn.to_iframe()}", encoding="utf-8")
    page.goto(file.as_uri())
    page.frame_locator("iframe").locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
    assert asked
    assert page.said == []
    assert drawn.page().origins == (origin,)
