"""What a hotspot map says and holds, without a browser."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import subprocess
import sys
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import conftest
from est_geo.errors import InputError
from est_geo.sharing import layers
from est_geo.sharing.layer_data import RAMP, ramp
from est_geo.sharing.map import HotspotMap, draw_map, hotspot_map
from est_geo.sharing.map_layer import SCRIPTS, STYLES
from est_geo.sharing.map_text import method_of
from est_geo.sharing.map_words import map_words
from est_geo.sharing.packaged import read_asset
from est_geo.sharing.wording import date, date_range, number, percent, short_number


def block(page):
    """The data in a page."""
    return re.search(r'<script type="application/json" id="est-geo-data">(.*?)</script>', page)[1]


def features(layer):
    return layer.data["features"]


def drawn(content, key):
    """Features of one layer of a page's data."""
    return next(layer["features"] for layer in content["layers"] if layer["key"] == key)


def decode(shape):
    """A shape back to a polygon in WGS84, written apart from the library's own code."""
    polygons = []
    for rings in shape:
        lonlat = [np.cumsum(np.reshape(ring, (-1, 2)), axis=0)[:, ::-1] / 1e6 for ring in rings]
        polygons.append(shapely.Polygon(lonlat[0], lonlat[1:]))
    return shapely.MultiPolygon(polygons)


def test_shapes_read_back_within_a_decimetre(picture):
    areas = features(layers.districts(picture.districts))
    assert [area["name"] for area in areas] == ["Edsberg", "Häggvik", "Rotebro", "Tureberg"]
    back = gpd.GeoSeries([decode(area["shape"]) for area in areas], crs=4326).to_crs(3006)
    apart = [a.hausdorff_distance(b) for a, b in zip(back, picture.districts.geometry, strict=True)]
    assert max(apart) < 0.1
    for area, outline in zip(areas, picture.districts.to_crs(4326).geometry, strict=True):
        assert outline.contains(shapely.Point(area["at"][::-1]))


def test_holes_and_parts_are_kept():
    outer = shapely.box(664000, 6590000, 665000, 6591000)
    hole = shapely.box(664200, 6590200, 664400, 6590400)
    other = shapely.box(666000, 6590000, 666500, 6590500)
    shape = shapely.MultiPolygon([outer.difference(hole), other])
    districts = gpd.GeoDataFrame({"district": ["a"]}, geometry=[shape], crs=3006)
    (area,) = features(layers.districts(districts))
    assert [len(part) for part in area["shape"]] == [2, 1]
    back = gpd.GeoSeries([decode(area["shape"])], crs=4326).to_crs(3006)
    assert back.area[0] == pytest.approx(1_000_000 - 40_000 + 250_000, rel=1e-3)


def test_large_districts_are_simplified_with_shared_borders():
    angle = np.linspace(0, 2 * np.pi, 30_000, endpoint=False)
    circle = shapely.Polygon(np.c_[664000 + 5000 * np.cos(angle), 6590000 + 5000 * np.sin(angle)])
    outside = shapely.box(650000, 6580000, 680000, 6600000).difference(circle)
    districts = gpd.GeoDataFrame({"district": ["a", "b"]}, geometry=[circle, outside], crs=3006)
    first, second = (decode(area["shape"]) for area in features(layers.districts(districts)))
    assert shapely.get_num_coordinates(first) < 2_000
    assert first.intersection(second).area == pytest.approx(0, abs=1e-12)
    assert shapely.get_num_interior_rings(second.union(first)) == 0  # no gap between them


def test_density_classes_have_units_and_colours(picture):
    layer = layers.density(picture.density, language="sv").data
    labels = ["över 80", "40–80", "20–40", "10–20", "5–10"]  # the highest on top
    assert layer["legend"] == [
        ["class", color, label] for color, label in zip(RAMP[::-1], labels, strict=True)
    ]
    assert [level["color"] for level in layer["features"]] == list(RAMP)
    assert layer["unit"] == "händelser per km²"
    assert layers.density(picture.density, language="en").data["legend"][0][2] == "over 80"


def test_fixed_levels_keep_their_colour_when_a_class_is_empty():
    class Sparse:
        def contours(self, levels):
            return conftest.RingsDensity().contours(levels).iloc[[1]]

    layer = layers.density(Sparse(), levels=[1, 10, 100]).data
    assert layer["legend"] == [["class", ramp(3)[1], "10–100"]]
    assert [level["color"] for level in layer["features"]] == [ramp(3)[1]]


def test_tables_without_rows_are_drawn_empty(picture):
    empty = dataclasses.replace(
        picture,
        places=picture.places.iloc[:0],
        addresses=picture.addresses.iloc[:0],
        span=None,
    )
    content = draw_map(empty).data
    assert drawn(content, "places") == drawn(content, "addresses") == []
    assert content["period"] == "tid okänd"
    assert draw_map(empty).to_html()


def test_a_place_says_what_the_table_says(picture):
    first, second = features(layers.places(picture.places))
    assert first["kind"] == "Plats 1"
    assert first["title"] == "Malmvägen 8"
    assert first["rows"] == [
        ["Område", "Edsberg"],
        ["Händelser", "1\u00a0240"],
        ["Andel av alla händelser", "62\u00a0%"],
        ["Första händelsen", "3 januari 2026"],
        ["Senaste händelsen", "22 november 2026"],
        ["Adresser på platsen", ["Malmvägen 8", "Malmvägen 10"]],
    ]
    assert second["rows"][0] == ["Område", "okänt"]
    assert second["rows"][4] == ["Senaste händelsen", "okänt"]


def test_an_address_says_what_the_table_says(picture):
    address = features(layers.addresses(picture.addresses, language="en"))[1]
    assert address["kind"] == "Address 2"
    assert address["label"] == "2"
    assert address["rows"][:3] == [
        ["Area", "Edsberg"],
        ["Incidents", "620"],
        ["Months with incidents", "11"],
    ]
    assert "chance" in address["note"]
    assert address["at"] == pytest.approx([59.4257, 17.9134], abs=0.01)


def test_page_says_audience_counts_and_method(picture):
    content = draw_map(picture).data
    assert content["title"] == "Sollentuna: platser och adresser med flest händelser"
    assert content["period"] == "3 januari–22 november 2026"
    assert content["shown"] == "2\u00a0000 händelser"
    assert content["source"] == ["Målgrupp: intern", "12 utanför området", "8 utan läge"]
    method = " ".join(content["method"])
    for part in ("2\u00a0020 inlästa", "300 m", "rutor om 50 m", "minst 5", "inom 50 m", "slump"):
        assert part in method
    assert "hotspot" not in json.dumps(content).lower()


def test_a_map_shows_the_ten_addresses_with_most_incidents_unless_told(picture):
    many = conftest.make_picture(n_addresses=14)
    content = draw_map(many).data
    assert [address["order"] for address in drawn(content, "addresses")] == list(range(1, 11))
    assert "Adresserna är de 10 med flest händelser." in content["method"]
    assert len(drawn(draw_map(many, top=12).data, "addresses")) == 12
    with pytest.raises(InputError, match=r"`top` must be a whole number of at least 0, not 1\.5"):
        draw_map(picture, top=1.5)


def test_a_gaussian_kernel_is_described_by_its_deviation(picture):
    gaussian = dataclasses.replace(picture, density=conftest.RingsDensity(kernel="gaussian"))
    assert "standardavvikelse är 106 m" in " ".join(draw_map(gaussian).data["method"])


def test_the_callers_title_wins(picture):
    page = draw_map(picture, title="Vecka 47 <b>").to_html()
    assert "<title>Vecka 47 &lt;b&gt;</title>" in page


def test_every_word_exists_in_both_languages_and_keeps_its_gaps():
    swedish, english = map_words("sv"), map_words("en")
    for key, text in swedish.items():
        assert text
        assert text.count("{}") == english[key].count("{}")


def test_numbers_and_dates_are_written_as_people_write_them():
    day = pd.Timestamp
    assert number(1234567.5, "sv", decimals=1) == "1\u00a0234\u00a0567,5"
    assert number(1234567.5, "en", decimals=1) == "1,234,567.5"
    assert [short_number(v, "sv") for v in (0, 0.25, 2.5, 10, 12.34, 100, 1234.4)] == [
        "0", "0,25", "2,5", "10", "12,3", "100", "1\u00a0234",
    ]  # fmt: skip
    assert percent(0.5, "en") == "50%"
    assert percent(0.012, "sv") == "1,2\u00a0%"
    assert date(day("2026-11-03"), "sv") == "3 november 2026"
    assert date_range(day("2026-11-16 08:00"), day("2026-11-16 09:00"), "sv") == "16 november 2026"
    assert date_range(day("2026-11-16"), day("2026-11-22"), "en") == "16–22 November 2026"
    assert (
        date_range(day("2025-12-30"), day("2026-01-02"), "sv") == "30 december 2025–2 januari 2026"
    )


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_any_text_reads_back_from_the_page_and_nowhere_else(text):
    marked = "¤" + text + "¤"
    picture = conftest.make_picture()
    picture = dataclasses.replace(
        picture,
        districts=picture.districts.assign(district=marked),
        addresses=picture.addresses.assign(address=marked),
        places=picture.places.assign(name=marked, addresses=marked),
    )
    page = draw_map(picture, title="T").to_html()
    data = json.loads(block(page))
    assert {area["name"] for area in drawn(data, "areas")} == {marked}
    assert {address["title"] for address in drawn(data, "addresses")} == {marked}
    assert page.replace(block(page), "").count("¤") == 0
    assert not set("<>&'`").intersection(block(page))
    assert not re.search(r"\{[{%#]|\$\{", block(page))


def test_it_is_a_folium_map_that_takes_foliums_elements(picture, tmp_path):
    shown = draw_map(picture)
    assert isinstance(shown, folium.Map)
    folium.Marker([59.43, 17.93], tooltip="mitt eget").add_to(shown)
    folium.GeoJson(picture.districts[["geometry"]].to_crs(4326)).add_to(shown)
    page = shown.save(tmp_path / "karta.html").read_text(encoding="utf-8")
    assert "mitt eget" in page
    assert shown.get_root().render() == page
    assert page.index("estGeo.page(map_") < page.index("mitt eget")


def test_it_shows_in_jupyter_in_a_frame_that_reaches_nothing(picture):
    shown = draw_map(picture)._repr_html_()
    assert 'sandbox="allow-scripts allow-modals"' in shown
    assert shown.count("<iframe") == 1
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == draw_map(picture).to_html()


def test_the_page_asks_only_for_what_is_packaged(picture):
    page = draw_map(picture).to_html()
    assert "jquery" not in page.lower()
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    assert len(page) < 250_000


MAKE = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
import conftest
from est_geo.sharing.map import draw_map
print(hashlib.sha256(draw_map(conftest.make_picture()).to_html().encode()).hexdigest())
"""


def test_two_processes_write_the_same_bytes_and_one_incident_more_does_not(picture):
    here = str(Path(__file__).parent)
    runs = [
        subprocess.run(
            [sys.executable, "-c", MAKE, here], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    more = picture.addresses.assign(n=picture.addresses["n"] + [1, 0, 0])
    changed = draw_map(dataclasses.replace(picture, addresses=more)).to_html()
    assert changed != draw_map(picture).to_html()


def test_language_is_refused_before_any_work():
    with pytest.raises(InputError, match=r"`language` must be one of sv, en"):
        hotspot_map(None, language="de")


def test_incidents_become_a_map(picture):
    rng = np.random.default_rng(3)
    towards = rng.integers(0, 2, 300)
    xy = np.where(
        towards[:, None] == 0,
        rng.uniform(0, 3000, (300, 2)),
        np.array([700, 700]) + rng.integers(0, 3, (300, 2)) * 10,
    )
    incidents = gpd.GeoDataFrame(
        {
            "incident_id": [f"r{i}" for i in range(300)],
            "occurred_from": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(300), "D"),
            "category": "klotter",
            "source": "polis",
            "weight": 1.0,
            "address": np.where(towards, "Malmvägen 8", ""),
        },
        geometry=gpd.points_from_xy(conftest.WEST + xy[:, 0], conftest.SOUTH + xy[:, 1]),
        crs=3006,
    )
    shown = hotspot_map(incidents, picture.districts, language="en", title="T")
    assert isinstance(shown, HotspotMap)
    assert shown.data["shown"] == "300 incidents"
    assert drawn(shown.data, "places")[0]["title"] == "Malmvägen 8"
    assert drawn(shown.data, "density")


def test_the_pages_own_scripts_and_styles_are_small():
    scripts, styles = (*SCRIPTS, "page.js"), (*STYLES, "page.css")
    assert sum(len(read_asset(name).encode()) for name in (*scripts, *styles)) <= 30_000
    assert "//" not in read_asset("page.js").replace("://", ""), "comments stay at home"


def test_what_an_audience_may_not_count_is_not_told_as_nothing(picture):
    text = " ".join(method_of(picture, "sv", shown=3))
    assert "inlästa" in text
    fewer = {key: value for key, value in picture.counts.items() if key != "read"}
    told = " ".join(method_of(dataclasses.replace(picture, counts=fewer), "sv", shown=3))
    assert "inlästa" not in told
