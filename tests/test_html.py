"""The page around a map: text that stays text, nothing fetched, the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import folium
import pytest
from branca.element import Element
from folium.plugins import FastMarkerCluster, HeatMap, HeatMapWithTime, MarkerCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import FileRefused, InputError, MissingAsset
from est_geo.sharing.html import Raw, html_text, json_block, save_offline, to_html
from est_geo.sharing.rendered_once import rendered_once

HOSTILE = (
    "<img src=x onerror=window.pwned=1>",
    "</script><script>window.pwned=1</script>",
    "<!--<script>",
    "${window.pwned=1}",
    "`+(window.pwned=1)+`",
    "{{7*7}}",
    "{% set x=1 %}",
    "rabatt {% 20",
    "{# a",
    "javascript:window.pwned=1",
    "a\u2028b\u2029c",
    "\u202eabc\u200f",
    "\"'\\",
    "a\0b",
    "ljus " * 2000,
    "{{ cycler.__init__.__globals__.os.mkdir(dict(pwned_by_jinja=1)|join) }}",
)
any_text = st.one_of(st.text(), st.sampled_from(HOSTILE))


def plain_map(**options):
    return folium.Map(location=[59.4, 17.9], tiles=None, **options)


def scripts_of(page):
    """Scripts a browser would run."""
    return re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)


@given(any_text)
@settings(max_examples=200, deadline=None)
def test_json_block_reads_back_and_holds_nothing_active(text):
    block = json_block({"a": [text]}, element_id="x")
    body = block.removeprefix('<script type="application/json" id="x">').removesuffix("</script>")
    assert json.loads(body) == {"a": [text]}
    for active in ("<", ">", "&", "'", "`", "${", "{{", "{%", "{#", "\u2028", "\u2029", "\0"):
        assert active not in body


def test_json_block_keeps_a_lone_surrogate_writable():
    block = json_block("\ud800", element_id="x")
    assert block.encode() == b'<script type="application/json" id="x">"\\ud800"</script>'


def test_json_block_refuses_what_json_has_no_word_for():
    with pytest.raises(ValueError, match="JSON"):
        json_block({"a": float("nan")}, element_id="x")


@given(any_text)
@settings(max_examples=200, deadline=None)
def test_html_text_reads_back_and_holds_nothing_active(text):
    safe = html_text(text)
    if not re.search(
        "[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\r\ufdd0-\ufdef\ufffe\uffff]|[^\0-\uffff]", text
    ):
        assert html.unescape(safe) == text
    for active in "<>\"'{}`$\\\0":
        assert active not in safe


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_a_users_own_map_is_never_run_as_a_template(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = plain_map()
    folium.Marker([59.4, 17.9], popup=html_text(text), tooltip=html_text(text)).add_to(own)
    page = to_html(own)
    assert html_text(text).replace("\n", " ") in page
    assert list(tmp_path.iterdir()) == []


def test_even_careless_text_does_not_run_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = plain_map()
    folium.Marker([59.4, 17.9], popup=HOSTILE[-1], tooltip="{{7*7}}").add_to(own)
    page = to_html(own)
    assert "{{7*7}}" in page
    assert list(tmp_path.iterdir()) == []


def test_careless_text_that_is_no_template_is_shown_as_it_is():
    own = plain_map()
    folium.Marker([59.4, 17.9], tooltip="rabatt {% 20", title="{{").add_to(own)
    page = to_html(own)
    assert "rabatt {% 20" in page
    assert '"title": "{{"' in page


def test_a_map_that_folium_rendered_before_is_not_read_as_a_template_now():
    own = plain_map()
    folium.Marker([59.4, 17.9], tooltip="{{ 6 * 7 }}").add_to(own)
    assert "42" in own.get_root().render()
    assert "{{ 6 * 7 }}" in to_html(own)
    own._children.popitem()  # what folium rendered of the marker stays in the page
    page = to_html(own)
    assert "{{ 6 * 7 }}" in page
    assert " 42 " not in page


def test_other_threads_compile_their_templates_while_a_map_is_rendered():
    found = {}

    def render():
        found["elsewhere"] = Element("{{ 6 * 7 }}").render()

    with rendered_once():
        thread = threading.Thread(target=render)
        thread.start()
        thread.join()
        found["here"] = Element("{{ 6 * 7 }}").render()
    assert found == {"elsewhere": "42", "here": "{{ 6 * 7 }}"}
    assert Element("{{ 6 * 7 }}").render() == "42"


def test_a_template_of_the_users_own_is_still_rendered():
    own = plain_map()
    own.get_root().html.add_child(Element("<p>{{ 6 * 7 }}</p>"))
    assert "<p>42</p>" in to_html(own)


def test_a_raw_piece_is_written_as_it_is():
    assert Raw("a{{1}}", kind="script").render() == "<script>a{{1}}</script>"


def test_policy_names_exactly_the_scripts_in_the_page():
    own = plain_map()
    folium.Marker([59.4, 17.9], popup="</SCRIPT><script>1</script>\r\n<!-- \0").add_to(own)
    page = to_html(own)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    hashes = re.findall(r"'sha256-([^']+)'", policy)
    in_page = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in scripts_of(page)
    ]
    assert hashes == in_page
    assert len(hashes) == 4  # folium's switches, Leaflet, what popups need, the map
    for rule in (
        "default-src 'none'",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ):
        assert rule in policy
    assert "\r" not in page
    assert "\0" not in page


def test_head_says_charset_first_then_policy_then_anything_that_runs():
    page = to_html(plain_map(), title="A <b>", language="en")
    order = ['<html lang="en">', '<meta charset="utf-8">', "Content-Security-Policy", "<title>"]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert places[-1] < page.index("<script>")
    assert "<title>A &lt;b&gt;</title>" in page
    assert "user-scalable=no" not in page


def test_nothing_is_left_to_fetch():
    own = plain_map()
    cluster = MarkerCluster().add_to(own)
    folium.Marker([59.4, 17.9]).add_to(cluster)
    page = to_html(own)
    assert "L.MarkerClusterGroup" in page
    assert "sourceMappingURL" not in page
    assert "url(images" not in page
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    assert page.count("data:image/png;base64,") >= 5


@pytest.mark.parametrize(
    ("element", "message"),
    [
        (HeatMap([[59.4, 17.9]]), r"leaflet_heat.min.js \(asked for by HeatMap\)"),
        (HeatMapWithTime([[[59.4, 17.9]]]), r"pa7_hm.min.js.*\(asked for by HeatMapWithTime\)"),
        (folium.Marker([59, 17], popup=folium.Popup(folium.IFrame("a"))), "1 folium.IFrame"),
        (FastMarkerCluster([[59.4, 17.9]]), "FastMarkerCluster whose callback needs leaflet.awes"),
        (folium.Marker([59, 17], popup="<img src=https://x.se/d.png>"), "1 popup.*x.se/d.png"),
        (folium.Marker([59, 17], tooltip="<img srcset='e.png 2x'>"), "'e.png'"),
        (folium.Marker([59, 17], icon=folium.DivIcon("<svg><image href=f.svg>")), "'f.svg'"),
        (folium.TileLayer("OpenStreetMap"), r"1 layer\(s\) of tiles"),
        (folium.WmsTileLayer("https://x.se", layers="a"), r"1 layer\(s\) of tiles"),
        (folium.Marker([59, 17], icon=folium.Icon()), "leaflet.awesome-markers.js"),
        (folium.Marker([59, 17], icon=folium.CustomIcon("https://x.se/a.png")), "x.se/a.png"),
        (folium.raster_layers.ImageOverlay("https://x.se/b.png", [[1, 1], [2, 2]]), "x.se/b.png"),
    ],
)
def test_what_needs_a_network_is_refused_by_name(element, message):
    own = plain_map()
    element.add_to(own)
    with pytest.raises(MissingAsset, match=message):
        to_html(own)


def test_a_picture_from_elsewhere_and_a_stray_script_are_refused():
    own = plain_map()
    own.get_root().html.add_child(Element('<img src="https://x.se/c.png">'))
    with pytest.raises(MissingAsset, match=r"x\.se/c\.png"):
        to_html(own)
    own = plain_map()
    own.get_root().html.add_child(Element("<script>1</script>"))
    with pytest.raises(InputError, match="script in its HTML"):
        to_html(own)


def test_a_link_that_is_only_followed_by_hand_is_left():
    own = plain_map()
    own.get_root().html.add_child(Element('<a href="https://x.se/">x</a>'))
    assert 'href="https://x.se/"' in to_html(own)


def test_rendering_twice_gives_the_same_page_and_data_keep_their_hexadecimals():
    own = plain_map()
    text = "0123456789abcdef0123456789abcdef"
    folium.Marker([59.4, 17.9], popup=text).add_to(own)
    group = folium.FeatureGroup("a").add_to(own)
    folium.GeoJson({"type": "Point", "coordinates": [17, 59]}, tooltip="b").add_to(group)
    folium.LayerControl().add_to(own)
    folium.Marker([59, 17], icon=folium.DivIcon("c")).add_to(own)
    page = to_html(own)
    assert page == to_html(own)
    assert set(re.findall(r"[0-9a-f]{32}", re.sub(r"base64,[^)\"]*", "", page))) == {text}


MAKE = """
import folium, pandas as pd
from folium.plugins import MarkerCluster
from est_geo.sharing.html import to_html
m = folium.Map([59, 17], tiles=None)
corners = [[17, 59], [18, 59], [18, 60], [17, 59]]
areas = {"type": "FeatureCollection", "features": [{
    "type": "Feature", "id": id, "properties": {"kind": id},
    "geometry": {"type": "Polygon", "coordinates": [corners]},
} for id in ("b", "a", "c")]}
colors = {"a": "red", "b": "blue", "c": "blue"}
folium.GeoJson(areas, style_function=lambda area: {"color": colors[area["id"]]},
    highlight_function=lambda area: {"weight": 5},
    tooltip=folium.GeoJsonTooltip(["kind"])).add_to(m)
folium.Choropleth(areas, data=pd.Series({"a": 1.0, "b": 2.0, "c": 3.0}), key_on="feature.id",
    legend_name="n", highlight=True).add_to(m)
c = MarkerCluster().add_to(m)
folium.Marker([59, 17], popup=folium.Popup("a"), tooltip="b", icon=folium.DivIcon("c")).add_to(c)
folium.GeoJson({"type": "Point", "coordinates": [17, 59]}, tooltip="b").add_to(m)
folium.LayerControl().add_to(m)
import hashlib; print(hashlib.sha256(to_html(m).encode()).hexdigest())
"""


def test_two_processes_write_the_same_bytes():
    runs = [
        subprocess.run(
            [sys.executable, "-c", MAKE],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(runs[0]) > 60
    assert runs[0] == runs[1]


def test_save_offline_writes_one_whole_file(tmp_path):
    own = plain_map()
    written = save_offline(own, tmp_path / "karta.html", title="Å", language="sv")
    assert written == tmp_path / "karta.html"
    assert written.read_bytes().decode() == to_html(own, title="Å")
    assert list(tmp_path.iterdir()) == [written]


def test_a_map_that_is_refused_leaves_the_old_file(tmp_path):
    old = tmp_path / "karta.html"
    old.write_text("old")
    with pytest.raises(MissingAsset):
        save_offline(folium.Map(), old)
    assert old.read_text() == "old"


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="does not exist"):
        save_offline(plain_map(), tmp_path / "no" / "karta.html")


def test_language_is_checked():
    with pytest.raises(InputError, match=r"`language` must be one of sv, en, not 'de'"):
        to_html(plain_map(), language="de")


def test_own_scripts_and_styles_are_small():
    assets = Path(sys.modules["est_geo.sharing.html"].__file__).parent / "assets"
    assert sum(file.stat().st_size for file in assets.glob("map.*")) < 30_000
