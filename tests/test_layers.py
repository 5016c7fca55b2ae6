"""What each layer holds, apart from any browser: numbers read back, and what is refused."""

from __future__ import annotations

import json
import re

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import conftest
import est_geo as eg
from est_geo.errors import InputError
from est_geo.sharing.coding import LETTERS, coded, coded_parts, signed
from est_geo.sharing.map import draw_map

layers = eg.layers
WEST, SOUTH = conftest.WEST, conftest.SOUTH


def numbers(text):
    """Read coded numbers, written apart from the library's own code."""
    found, value, shift = [], 0, 0
    for letter in text:
        digit = LETTERS.index(letter)
        value += (digit % 32) << shift
        shift += 5
        if digit < 32:
            found.append(value)
            value = shift = 0
    return found


def unfolded(value):
    return value // 2 if value % 2 == 0 else -(value + 1) // 2


def counts_of(packed):
    """Read counts by site, period and category from a layer of sites."""
    sizes, code = (numbers(part) for part in packed["cells"])
    kinds = len(packed["categories"])
    stream, found = iter(code), {}
    for site, size in enumerate(sizes):
        key = 0
        for _ in range(size):
            step = next(stream)
            key += step // 2
            found[site, key // kinds, key % kinds] = next(stream) + 2 if step % 2 else 1
    assert next(stream, None) is None
    return found


@given(st.lists(st.lists(st.integers(0, 2**40), max_size=5), max_size=5))
def test_stretches_of_numbers_are_written_as_each_by_itself(parts):
    flat = np.array([value for part in parts for value in part], dtype=np.int64)
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    assert coded_parts(flat, sizes) == [coded(np.array(part, dtype=np.int64)) for part in parts]


@given(st.lists(st.integers(0, 2**30)))
def test_coded_numbers_read_back(values):
    text = coded(np.array(values, dtype=np.int64))
    assert numbers(text) == values
    assert set(text) <= set(LETTERS)


@given(st.lists(st.integers(-(2**29), 2**29)))
def test_signed_numbers_read_back(values):
    folded = signed(np.array(values, dtype=np.int64)).tolist()
    assert all(value >= 0 for value in folded)
    assert [unfolded(value) for value in folded] == values


def random_sites(rng, n):
    incidents = gpd.GeoDataFrame(
        {
            "occurred_from": pd.Timestamp("2026-01-01")
            + pd.to_timedelta(rng.integers(0, 300, n), "D"),
            "category": rng.choice(["klotter", "brand", None], n),
            "source": rng.choice(["polis", "väktare"], n),
            "address": rng.choice(["Malmvägen 8", "Torget", None, "a  b "], n),
        },
        geometry=gpd.points_from_xy(
            WEST + rng.integers(0, 40, n) * 50, SOUTH + rng.integers(0, 40, n) * 50
        ),
        crs=3006,
    )
    times = incidents["occurred_from"].mask(rng.random(n) < 0.1)
    return incidents.assign(occurred_from=times)


@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
@settings(max_examples=25, deadline=None)
def test_every_incident_reads_back_from_the_layer_of_sites(seed, n):
    incidents = random_sites(np.random.default_rng(seed), n)
    sites, counts = eg.to_sites(incidents), eg.count_by_site(incidents)
    packed = layers.sites(sites, counts).data["sites"]
    at = np.cumsum(
        np.reshape([unfolded(value) for value in numbers(packed["at"])], (-1, 2)), axis=0
    )
    heads = [packed["names"]["heads"][i] for i in numbers(packed["names"]["head"])]
    names = [head + tail for head, tail in zip(heads, packed["names"]["tails"], strict=True)]
    degrees = sites.geometry.to_crs(4326)
    place = {
        (round(point.y * 1e6), round(point.x * 1e6)): (site, "" if pd.isna(name) else name)
        for site, name, point in zip(sites["site_id"], sites["address"], degrees, strict=True)
    }
    ids = [place[tuple(row)][0] for row in at]
    assert sorted(ids) == sorted(sites["site_id"])
    assert [place[tuple(row)][1] for row in at] == names
    periods = [key for key, _, _ in packed["periods"]]
    read = {
        (
            ids[site],
            periods[period] if period < len(periods) else None,
            packed["categories"][kind],
        ): amount
        for (site, period, kind), amount in counts_of(packed).items()
    }
    table = counts.assign(
        category=counts["category"].astype("str").fillna("okänt"),
        period=counts["period"].astype(object).where(counts["period"].notna(), None),
    )
    expected = table.groupby(["site_id", "period", "category"], dropna=False)["n"].sum()
    assert read == {
        (site, None if pd.isna(period) else period, kind): amount
        for (site, period, kind), amount in expected.items()
    }
    assert sum(read.values()) == n


def test_sites_and_counts_of_different_incidents_are_refused():
    sites, counts = conftest.make_sites()
    with pytest.raises(InputError, match=r"they differ at 1 sites or rows; the first site is 1\."):
        layers.sites(sites, counts.iloc[1:])
    with pytest.raises(InputError, match="are of different incidents"):
        layers.sites(sites.iloc[1:], counts)


def test_a_place_knows_its_sites():
    picture = conftest.make_picture()
    content = draw_map(picture).data
    (places,) = (layer for layer in content["layers"] if layer["key"] == "places")
    members = [np.cumsum(numbers(place["sites"])).tolist() for place in places["features"]]
    assert [len(sites) for sites in members] == [4, 2]
    assert sorted(members[0] + members[1]) == list(range(6))


def squares(**columns):
    shapes = [
        shapely.box(WEST + i * 1000, SOUTH, WEST + (i + 1) * 1000, SOUTH + 1000) for i in range(3)
    ]
    return gpd.GeoDataFrame(
        {"district_id": ["a", "b", "c"], "district": ["A", "B", "C"], **columns},
        geometry=shapes,
        crs=3006,
    )


def test_districts_are_coloured_by_what_is_counted_and_say_it():
    counts = pd.DataFrame({"district_id": ["c", "a"], "n": [90, 10]})
    data = layers.districts(squares(), counts).data
    assert data["limits"] == [20, 40, 60, 80]
    assert [feature["value"] for feature in data["features"]] == ["10", "0", "90"]
    first, second, third = (feature["color"] for feature in data["features"])
    assert first == second == "#e3daf0"
    assert third == "#4b2482"
    assert [row[2] for row in data["legend"]] == ["över 80", "60–80", "40–60", "20–40", "under 20"]
    fixed = layers.districts(squares(), counts, limits=[50]).data
    assert [row[2] for row in fixed["legend"]] == ["över 50", "under 50"]


def test_rates_of_few_inhabitants_and_changes_of_few_incidents_are_not_shown():
    counts = pd.DataFrame(
        {
            "district_id": ["a", "b", "c"],
            "n": [30, 30, 3],
            "inhabitants": [10_000, 186, 12_000],
            "earlier": [20, 40, 4],
        }
    )
    rates = layers.districts(squares(), counts, value="per_1000").data["features"]
    assert [feature["value"] for feature in rates] == ["3", "–", "0,25"]
    assert "color" not in rates[1]
    changes = layers.districts(squares(), counts, value="change").data
    assert [f["value"] for f in changes["features"]] == ["+50\u00a0%", "−25\u00a0%", "–"]
    assert changes["limits"] == [-50, -20, 20, 50]
    per_km2 = layers.districts(squares(), counts, value="per_km2").data["features"]
    assert [feature["value"] for feature in per_km2] == ["30", "30", "3"]


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ({"district_id": ["a"]}, {}, r"`counts` lacks 1 column\(s\) that value='n' needs: n\."),
        ({"district_id": ["a"], "n": [1]}, {"value": "change"}, "needs: earlier"),
        ({"district_id": ["a", "a"], "n": [1, 2]}, {}, "has 1 of 2 rows for a district"),
        (
            {"district_id": ["a"], "n": [1]},
            {"limits": [3, 2]},
            "`limits` must be finite",
        ),
        ({"district_id": ["a"], "n": [1]}, {"value": "share"}, "`value` must be one of"),
    ],
)
def test_what_cannot_colour_districts_is_refused(counts, options, message):
    with pytest.raises(InputError, match=message):
        layers.districts(squares(), pd.DataFrame(counts), **options)


def deviations():
    return pd.DataFrame(
        {
            "period": ["2026-W46", "2026-W47", "2026-W47", "2026-W47", "2026-W47", "2026-W47"],
            "view": "week",
            "district_id": ["a", "a", "a", "b", "b", "c"],
            "place_id": [np.nan, np.nan, np.nan, np.nan, 4, np.nan],
            "category": ["brand", "klotter", "brand", "klotter", "brand", "brand"],
            "n": [9, 9, 5, 6, 7, 1],
            "expected": [2.0, 2.5, 2.0, 2.2, 1.0, 1.0],
            "low": 2.0,
            "high": 5.0,
            "signal": ["red", "yellow", "red", "red", "red", "none"],
            "reporting": ["", "", "", "changed", "", ""],
            "source": [None, None, None, "väktare", None, None],
        }
    )


def test_deviations_are_those_of_the_last_period_by_district():
    data = layers.deviations(deviations(), squares()).data
    first, second = data["features"]
    assert first["parts"] == [["red", "1"], ["yellow", "1"]]
    assert first["rows"] == [
        ["▲ brand", ["5 händelser, väntat 2–5"]],
        ["● klotter", ["9 händelser, väntat 2–5"]],
    ]
    assert second["parts"] == [["reporting", "1"]]
    assert second["rows"] == [
        ["◇ klotter", ["6 händelser, väntat 2–5", "Ändrad rapportering: väktare"]]
    ]
    earlier = layers.deviations(deviations(), squares(), period="2026-W46").data
    assert [feature["title"] for feature in earlier["features"]] == ["A"]
    with pytest.raises(InputError, match=r"no row with period '2026-W40' among its 6 rows"):
        layers.deviations(deviations(), squares(), period="2026-W40")


def test_what_may_be_chance_has_another_shape_and_what_is_nothing_is_not_drawn():
    addresses = conftest.make_picture(n_addresses=4).addresses
    addresses["verdict"] = ["recurring_long", "calm_now", "may_be_chance", "none"]
    data = layers.addresses(addresses).data
    assert [feature.get("sign") for feature in data["features"]] == [None, None, "diamond"]
    assert ["Bedömning", "kan vara slump"] in data["features"][2]["rows"]
    assert [row[0] for row in data["legend"]] == ["ring", "diamond"]
    assert all("note" not in feature for feature in data["features"][:2])


@pytest.mark.parametrize("verdict", [None, "recurring_long"])
def test_a_larger_ring_is_spoken_of_only_where_rings_differ(verdict):
    addresses = conftest.make_picture(n_addresses=4).addresses
    if verdict:
        addresses["verdict"] = verdict
    told = layers.addresses(addresses).data["legend"][0][-1]
    hidden = layers.addresses(addresses.assign(n=pd.NA)).data["legend"][0][-1]
    assert told == f"{hidden} Större ring: fler händelser."


def test_efforts_say_what_is_done_and_whether_it_goes_on():
    efforts = gpd.GeoDataFrame(
        {
            "effort": ["Belysning", "Trygghetsvandring"],
            "start": pd.to_datetime(["2026-09-01", "2026-10-01"]),
            "end": pd.to_datetime([None, "2026-10-01"]),
        },
        geometry=[shapely.Point(WEST, SOUTH), shapely.box(WEST, SOUTH, WEST + 9, SOUTH + 9)],
        crs=3006,
    )
    first, second = layers.efforts(efforts).data["features"]
    assert first["rows"] == [["Började", "1 september 2026"], ["Slutade", "pågår"]]
    assert second["rows"][1] == ["Slutade", "1 oktober 2026"]
    with pytest.raises(InputError, match="lacks the column effort \\(or effort_id\\)"):
        layers.efforts(efforts.rename(columns={"effort": "x"}))


def test_a_profile_is_shown_hour_by_hour():
    profile = pd.DataFrame(
        {"place_id": [1, 1, 2], "weekday": [0, 6, 3], "hour": [0, 23, 12], "weight": [1.5, 2, 0.25]}
    )
    first, second = layers.places(conftest.make_picture().places, profile=profile).data["features"]
    grid = numbers(first["hours"])
    assert len(grid) == 168
    assert (grid[0], grid[167], sum(grid)) == (150, 200, 350)
    assert numbers(second["hours"])[3 * 24 + 12] == 25
    wrong = profile.assign(hour=[0, 24, 1])
    with pytest.raises(InputError, match="has 1 of 3 rows whose weekday"):
        layers.places(conftest.make_picture().places, profile=wrong)


def test_a_layers_text_is_not_read_as_a_template_by_stock_folium():
    hostile = "{{ 7 * 191 }} {% set x=1 %} </script>"
    stock = folium.Map([59.43, 17.93], tiles=None)
    places = conftest.make_picture().places.assign(name=hostile, addresses=hostile)
    layers.places(places).add_to(stock)
    folium.LayerControl().add_to(stock)
    page = stock.get_root().render()
    assert "1337" not in page
    (block,) = re.findall(r'<script type="application/json" id="data_[^"]*">(.*?)</script>', page)
    assert json.loads(block)["features"][0]["title"] == hostile
    assert page.count("estGeo.layer(estGeo.read(") == 1


def test_a_slider_can_move_by_weeks():
    incidents = random_sites(np.random.default_rng(5), 200)
    counts = eg.count_by_site(incidents, kind="week")
    data = layers.sites(eg.to_sites(incidents), counts, language="sv").data["sites"]
    keys, labels, short = zip(*data["periods"], strict=True)
    assert keys[0] == "2026-W01"
    assert labels[0] == "vecka 1, 29 december 2025–4 januari 2026"
    assert short[0] == "v. 1 2026"
    assert list(keys) == sorted(keys)
