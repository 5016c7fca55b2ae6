"""What a picture for others holds: nothing of an address, a point, a text or a small number."""

from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.disclosure.audiences import AUDIENCES, audience_of, widen_hours
from est_geo.disclosure.cells import cells_with_homes
from est_geo.disclosure.period_tables import coarse_cells, coarse_deviations
from est_geo.disclosure.tables import coarse_hours, coarse_sites
from est_geo.picture.audience_view import _RULES
from est_geo.scheduled.outputs import files_of_picture
from est_geo.scheduled.settings import Settings
from est_geo.sharing.html import json_block
from est_geo.sharing.map import draw_map, page_content
from est_geo.sharing.picture_tables import csv_files
from leaks import (
    leaks_in,
    more_than_chance,
    near_points,
    off_the_squares,
    opened,
    texts_in,
    without_lines_of,
)

WEST, SOUTH = 667_000, 6_591_000
AREA = box_area(WEST, SOUTH, WEST + 2000, SOUTH + 2000)
OTHERS = ("partner", "public")


def reports(points, *, seed=0):
    """Incidents with texts that stand nowhere else in the world."""
    rng = np.random.default_rng(seed)
    n = len(points)
    hours = pd.to_timedelta(rng.integers(0, 24 * 90, n), unit="h")
    return incidents_at(
        points,
        incident_id=[f"hemlig-id-{i}" for i in range(n)],
        occurred_from=(pd.Timestamp("2026-09-01") + pd.Series(hours)).astype("datetime64[us]"),
        category=rng.choice(["klotter", "brand"], n),
        source=rng.choice(["polis", "kommun", "väktare"], n),
        address=[f"Hemlighetsvägen {int(x) % 97} {int(y) % 89}" for x, y in points],
        place=[f"Hemliga platsen {i % 5}" for i in range(n)],
    )


def drawn(picture):
    """What the page is told, without the libraries around it."""
    content = json_block(page_content(picture), element_id="data")
    return {"page": content.encode()}


def written(picture, folder):
    """Every file that is made of a picture, in both languages."""
    files = {}
    for language in ("sv", "en"):
        path = draw_map(picture, language=language).save(folder / f"{language}.html")
        files[path.name] = path.read_bytes()
    return files


def secrets_of(incidents):
    columns = ("incident_id", "address", "place", "text", "matched_address")
    texts = {
        text for name in columns if name in incidents for text in incidents[name].dropna().unique()
    }
    points = incidents.geometry[~incidents.geometry.is_empty & incidents.geometry.notna()]
    return {"texts": texts, "points": shapely.get_coordinates(np.asarray(points.array))}


@st.composite
def crowds(draw):
    """Points in groups, some of them dense, on coordinates with decimals."""
    groups = draw(
        st.lists(st.tuples(st.integers(100, 1900), st.integers(100, 1900)), min_size=1, max_size=5)
    )
    seed = draw(st.integers(0, 2**16))
    rng = np.random.default_rng(seed)
    spread = draw(st.sampled_from([0.0, 3.0, 40.0]))
    sizes = draw(st.lists(st.integers(1, 9), min_size=len(groups), max_size=len(groups)))
    points = [
        np.round(np.array([WEST + x, SOUTH + y]) + rng.normal(0, spread, (size, 2)), 1)
        for (x, y), size in zip(groups, sizes, strict=True)
    ]
    return np.clip(np.vstack(points), [WEST + 5, SOUTH + 5], [WEST + 1995, SOUTH + 1995])


# A case found is small enough as it is, and shrinking it takes minutes.
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(crowds(), st.sampled_from(OTHERS), st.sampled_from([None, "2026-T3", "2026"]))
def test_nothing_of_the_incidents_is_in_what_others_are_shown(points, audience, period):
    incidents = reports(points)
    picture = eg.build_picture(incidents, AREA, period=period).for_audience(audience)
    files = drawn(picture) | {
        name: content.encode() if isinstance(content, str) else content
        for name, content in csv_files(picture, "sv").items()
    }
    cell_m = AUDIENCES[audience].cell_m
    assert leaks_in(files, **secrets_of(incidents), crs=AREA.crs, cell_m=cell_m) == []


def test_the_internal_picture_holds_addresses_and_points(tmp_path):
    points = np.array([[WEST + 513.2, SOUTH + 611.7]] * 9 + [[WEST + 1207.9, SOUTH + 377.3]] * 2)
    incidents = reports(points)
    picture = eg.build_picture(incidents, AREA)
    files = written(picture, tmp_path)
    found = leaks_in(files, **secrets_of(incidents), crs=AREA.crs, cell_m=100)
    address = incidents["address"].iloc[0]
    assert any(line == f"sv.html: {address}" for line in found)
    assert any("667513" in line for line in found)
    assert picture.for_audience("internal") is picture


@pytest.mark.parametrize("audience", OTHERS)
def test_counts_of_single_sites_and_hours_of_places_stay_inside(audience):
    points = np.array([[WEST + 513.2, SOUTH + 611.7]] * 30)
    picture = eg.build_picture(reports(points), AREA)
    assert picture.site_counts is not None
    assert picture.place_hours is not None
    shown = picture.for_audience(audience)
    assert shown.site_counts is None
    assert shown.place_hours is None


def test_points_are_seen_in_the_code_of_a_maps_sites():
    points = np.array([[WEST + 513.2, SOUTH + 611.7]] * 9 + [[WEST + 1207.9, SOUTH + 377.3]] * 2)
    sites = eg.layers.sites(eg.to_sites(reports(points))).data["sites"]
    code = json_block({"at": sites["at"]}, element_id="x").encode()
    secret = np.unique(points, axis=0)
    assert len(near_points(code, secret, crs=AREA.crs)) == 2
    assert len(near_points(code, secret + 40, crs=AREA.crs)) == 0


SETTINGS = Settings.model_validate(
    {
        "districts": {"bundled": ["sollentuna"]},
        "sources": [{"files": ["x"]}],
        "write": {"csv": True},
    }
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("period", "audience"),
    [("2026-W47", "partner"), ("2026-T2", "public")],
)
def test_the_demo_tells_others_nothing_in_any_file(tmp_path, period, audience):
    example = eg.make_example()
    intake = eg.read_incidents(example.write(tmp_path)["incidents"], crs=3006)
    planted = example.planted.iloc[[0, 11]]
    efforts = gpd.GeoDataFrame(
        {"effort_id": "Belysning vid " + planted["name"], "start": "2026-03-01"},
        geometry=planted.buffer(60).to_numpy(),
        crs=AREA.crs,
    )
    whole = eg.build_picture(
        intake.incidents,
        example.districts,
        period=period,
        gazetteer=example.register,
        efforts=efforts,
        outside="keep",
    )
    secrets = secrets_of(intake.incidents)
    secrets["texts"] |= set(efforts["effort_id"])
    cell_m = AUDIENCES[audience].cell_m
    # What is also in the files of other incidents cannot tell of these: scripts and styles.
    nine = np.array([[WEST + 500.5, SOUTH + 500.5]] * 9)
    other = eg.build_picture(reports(nine), AREA, period="2026-T3").for_audience(audience)
    constant = files_of_picture(other, SETTINGS, pd.DataFrame())
    files = {
        name: without_lines_of(constant[name], content) if name.endswith(".html") else content
        for name, content in files_of_picture(
            whole.for_audience(audience), SETTINGS, pd.DataFrame()
        ).items()
    }
    assert {"karta.html", "lagesbild.html", "tabeller.xlsx", "lager.gpkg", "lagen.geojson"} <= set(
        files
    )
    points = off_the_squares(secrets["points"], cell_m=cell_m)
    for name, content in files.items():
        for part in opened(content):
            assert texts_in(part, secrets["texts"]) == set(), name
            hits, by_chance = more_than_chance(part, points, crs=AREA.crs)
            assert hits <= by_chance + 2, name
    # The same looking finds what the internal files hold.
    for name, content in files_of_picture(whole, SETTINGS, pd.DataFrame()).items():
        if name in {"lagen.geojson", "platser.geojson", "aterkommande_adresser.csv"}:
            hits, by_chance = more_than_chance(content, points, crs=AREA.crs)
            assert name == "platser.geojson" or hits > 10 * (by_chance + 2), name
            assert texts_in(content, secrets["texts"]), name


@pytest.mark.parametrize("audience", OTHERS)
def test_density_and_sites_follow_the_squares_and_not_the_points_in_them(audience):
    rng = np.random.default_rng(5)
    cell_m = AUDIENCES[audience].cell_m
    corner = np.array([WEST, SOUTH]) + rng.integers(0, 8, (300, 2)) * 250
    pictures = [
        eg.build_picture(
            incidents_at(np.floor(corner / cell_m) * cell_m + rng.uniform(1, cell_m - 1, (300, 2))),
            AREA,
        ).for_audience(audience)
        for _ in range(2)
    ]
    np.testing.assert_array_equal(pictures[0].density.values, pictures[1].density.values)
    columns = ["site_id", "n", "weight", "district_id"]
    pd.testing.assert_frame_equal(pictures[0].sites[columns], pictures[1].sites[columns])
    assert (pictures[0].sites["n"] >= AUDIENCES[audience].k).all()


@pytest.mark.parametrize("audience", OTHERS)
def test_outlines_of_places_run_along_the_squares(audience):
    rng = np.random.default_rng(1)
    points = np.array([[WEST + 1013.3, SOUTH + 871.9]]) + rng.normal(0, 30, (60, 2))
    picture = eg.build_picture(reports(points), AREA)
    shown = picture.for_audience(audience)
    corners = shapely.get_coordinates(np.asarray(shown.places.geometry.array))
    assert len(picture.places) == len(shown.places) == 1
    np.testing.assert_array_equal(corners % AUDIENCES[audience].cell_m, 0)
    assert shown.places["addresses"].isna().all()
    assert shown.places["site_ids"].isna().all()


def test_a_small_district_is_hidden_and_another_with_it():
    area = pd.concat(
        [
            box_area(WEST + 500 * i, SOUTH, WEST + 500 * i + 500, SOUTH + 500).assign(
                district_id=str(i), district=f"D{i}"
            )
            for i in range(4)
        ],
        ignore_index=True,
    )
    points = [
        (WEST + 250 + 500 * i, SOUTH + 250) for i, n in enumerate((2, 9, 5, 0)) for _ in range(n)
    ]
    picture = eg.build_picture(incidents_at(points), area)
    shown = picture.for_audience("partner").district_counts
    assert picture.district_counts["n"].tolist() == [2, 9, 5, 0]
    assert shown["n"].isna().tolist() == [True, False, True, False]
    assert shown["placed"].isna().all()
    assert shown["weight"].isna().all()


def test_reporters_and_times_are_as_the_audience_may_see():
    points = [(WEST + 513.2, SOUTH + 611.7)] * 12
    picture = eg.build_picture(reports(points), AREA)
    partner, public = (picture.for_audience(name) for name in OTHERS)
    assert partner.sources == picture.sources
    assert public.sources == ()
    for shown in (partner, public):
        assert (shown.sites["first"].dt.normalize() == shown.sites["first"]).all()
    assert public.sites["first"].dt.day_of_week.tolist() == [0]
    first, last = public.span
    assert first <= picture.span[0]
    assert picture.span[1] <= last + pd.Timedelta(days=1)
    assert (first.day_of_week, last.day_of_week) == (0, 6), "whole weeks"
    window = {"window_from": str(picture.span[0].date()), "window_to": str(picture.span[1].date())}
    first, last = (
        replace(picture, parameters=picture.parameters | window).for_audience("public").span
    )
    assert (first, last) == tuple(time.normalize() for time in picture.span), "no other days"
    # Names of kinds, without the small numbers they were counted with.
    assert set(partner.places["categories"].iloc[0].split("; ")) <= {"klotter", "brand"}
    assert public.places["reporters"].isna().all()
    assert "read" not in public.counts


def test_a_square_with_too_few_homes_is_made_wider():
    homes = (np.array([[10.0, 10.0], [190.0, 10.0], [30.0, 130.0], [790.0, 790.0]]), np.ones(4))
    points = np.array([[20.0, 20.0], [750.0, 750.0], [450.0, 50.0]])
    cells, sides = cells_with_homes(points, cell_m=100, homes=homes, least=3)
    # One home in the first square, three in that of 200 m; all four first at 800 m; none is fine.
    assert sides.tolist() == [200, 800, 100]
    assert cells.tolist() == [[0, 0], [0, 0], [4, 0]]
    assert cells_with_homes(points, cell_m=100, homes=None, least=3)[1].tolist() == [100] * 3


def test_a_villa_alone_in_its_square_is_shown_in_a_wider_one():
    points = [(WEST + 513.2, SOUTH + 611.7)] * 12
    picture = eg.build_picture(reports(points), AREA)
    homes = gpd.GeoDataFrame(
        {"dwellings": [1.0, 40.0]},
        geometry=gpd.points_from_xy([WEST + 513.2, WEST + 950], [SOUTH + 611.7, SOUTH + 650]),
        crs=AREA.crs,
    )
    alone = replace(picture, homes=homes).for_audience("partner")
    assert picture.for_audience("partner").addresses["address"].tolist() == [
        "A E 667500 N 6591600, 100 m"
    ]
    assert alone.addresses["address"].tolist() == ["A E 667200 N 6591200, 800 m"]
    assert alone.sites.geometry.x.tolist() == [667_600]
    assert len(picture.for_audience("partner").places) == 1
    assert len(alone.places) == 0, "in 400 m it is alone, and in 800 m it is no place"
    assert alone.homes is None


def test_a_picture_for_others_is_not_cut_again_and_needs_districts():
    picture = eg.build_picture(reports([(WEST + 500, SOUTH + 500)] * 5), AREA)
    partner = picture.for_audience("partner")
    for name in ("internal", "partner", "public"):
        with pytest.raises(eg.InputError, match="already one for 'partner'"):
            partner.for_audience(name)
    with pytest.raises(eg.InputError, match="outline follows the incidents"):
        eg.build_picture(reports([(WEST + 500, SOUTH + 500)] * 5)).for_audience("partner")


def test_every_part_of_a_picture_has_a_rule(monkeypatch):
    picture = eg.build_picture(reports([(WEST + 500, SOUTH + 500)] * 5), AREA)
    assert set(_RULES) == {field.name for field in fields(picture)}
    monkeypatch.delitem(_RULES, "addresses")
    with pytest.raises(
        eg.InputError, match=r"1 part.s. without a rule .* the first is 'addresses'"
    ):
        picture.for_audience("partner")


def test_nothing_large_enough_gives_empty_tables_with_all_their_columns():
    picture = eg.build_picture(reports([(WEST + 40, SOUTH + 40), (WEST + 1500, SOUTH + 900)]), AREA)
    shown = picture.for_audience("public")
    assert len(shown.sites) == len(shown.addresses) == len(shown.places) == 0
    for name in ("sites", "addresses", "places"):
        assert list(getattr(shown, name).columns) == list(getattr(picture, name).columns)
    assert np.nanmax(shown.density.values) == 0
    assert shown.district_counts["n"].isna().all()


def test_hours_are_widened_outward():
    assert widen_hours(20, 2, block=4) == (20, 4)
    assert widen_hours(23, 24, block=6) == (18, 24)
    assert widen_hours(1, 23, block=6) == (0, 24)
    hours = pd.Series(["20-02", None, "07-08", "inget"], dtype="str")
    assert coarse_hours(hours, AUDIENCES["partner"]).tolist()[0::2] == ["20-04", "04-08"]


@given(st.integers(0, 23), st.integers(1, 24), st.sampled_from([1, 2, 3, 4, 6, 8, 12]))
def test_widened_hours_hold_the_span_and_are_whole_blocks(first, length, block):
    start, end = widen_hours(first, (first + length) % 24 or 24, block=block)
    width = (end - start) % 24 or 24
    hours = {(start + i) % 24 for i in range(width)}
    assert {(first + i) % 24 for i in range(length)} <= hours
    assert start % block == 0
    assert width % block == 0
    assert width < length + 2 * block


def test_the_rules_can_be_set_but_not_loosened_to_nothing():
    assert audience_of("partner", k=10, cell_m=500).k == 10
    with pytest.raises(eg.InputError, match="`audience` must be one of internal, partner, public"):
        audience_of("pressen")
    with pytest.raises(eg.InputError, match="`k` must be"):
        audience_of("partner", k=1)
    with pytest.raises(eg.InputError, match="`cell_m` must be"):
        audience_of("public", cell_m=1)
    with pytest.raises(eg.InputError, match="sees everything"):
        audience_of("internal", k=5)


def test_sites_of_a_square_are_summed():
    points = [(WEST + 10.2, SOUTH + 10.2)] * 2 + [(WEST + 90.1, SOUTH + 20.7)] * 3
    sites = eg.to_sites(incidents_at([*points, (WEST + 150, SOUTH + 50)]).assign(weight=2.0))
    shown = coarse_sites(sites, AUDIENCES["partner"])
    assert shown["n"].tolist() == [5]
    assert shown["weight"].tolist() == [10.0]
    assert shown.geometry.iloc[0].equals(shapely.Point(WEST + 50, SOUTH + 50))


def test_a_square_to_begin_with_has_its_name_and_not_the_address_in_it():
    cells = gpd.GeoDataFrame(
        {"rank": [1, 2], "n": [3, 4], "weight": [3.0, 4.0], "score": 1.0, "share": 0.5}
        | {"address": ["Malmvägen 8", None]},
        geometry=[shapely.box(x, 0, x + 50, 50) for x in (0, 50)],
        crs=AREA.crs,
    )
    shown = coarse_cells(cells, AUDIENCES["partner"], homes=None)
    assert shown[["rank", "n", "address"]].to_numpy().tolist() == [[1, 7, "E 0 N 0, 100 m"]]


@pytest.mark.parametrize("audience", OTHERS)
def test_of_deviations_nothing_is_told_from_which_a_hidden_number_follows(audience):
    counts = [
        (d, c, n)
        for d, row in zip("abc", [(9, 1), (8, 7), (6, 0)], strict=True)
        for c, n in zip(("klotter", "brand"), row, strict=True)
    ]
    table = pd.DataFrame(counts, columns=["district_id", "category", "n"]).assign(
        view="week",
        period="2026-W47",
        place_id=None,
        baseline=40,
        expected=2.4,
        p=0.001,
        red_at=8,
        signal="red",
        reporting="changed",
        source="polis",
        source_n=6.0,
    )
    shown = coarse_deviations(table, AUDIENCES[audience])
    assert len(shown) == 6
    assert shown[["baseline", "p", "red_at", "source_n"]].isna().all(axis=None)
    assert (shown["expected"] == 2).all()
    hidden = shown["n"].isna()
    assert ((shown["n"] >= AUDIENCES[audience].k) | hidden | (shown["n"] == 0)).all()
    assert hidden.sum() >= 2, "one alone would follow from the sums"
    assert (shown["signal"][hidden] == "none").all()
    assert (shown["reporting"].isna() >= hidden).all()
    assert shown["source"].isna().all() == (audience == "public")
