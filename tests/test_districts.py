"""Bundled districts, districts from files, and the one district each incident gets."""

from __future__ import annotations

import hashlib
import itertools
import logging
import re
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from scipy import ndimage

from est_geo import compiled
from est_geo import files as est_geo_files
from est_geo.errors import CRSError, FileRefused, InputError
from est_geo.geography import bundled as bundled_module
from est_geo.geography import districts as districts_module
from est_geo.geography import location
from est_geo.geography import location_kernels as kernels
from est_geo.geography.assignment import assign_districts
from est_geo.geography.bundled import BUNDLED, load_districts, municipality_outlines, slug
from est_geo.geography.districts import read_districts

DATA = Path(__file__).parents[1] / "data" / "districts"
EVERY = [(name, level) for name, levels in BUNDLED.values() for level in levels]


def polygons(shapes, ids=None, crs=3006, **columns):
    ids = ids if ids is not None else [f"d{number}" for number in range(len(shapes))]
    names = [f"District {one}" for one in ids]
    return gpd.GeoDataFrame(
        {"district_id": ids, "district": names, **columns}, geometry=list(shapes), crs=crs
    )


def points(xy, ids=None, crs=3006):
    table = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.transpose(xy)), crs=crs)
    table.insert(0, "incident_id", ids if ids is not None else [f"P-{i}" for i in range(len(xy))])
    return table


def lattice(columns=3, rows=3, side=2):
    """Squares that share edges and corners, away from 0, 0; their ids are not in map order."""
    shapes = [
        shapely.box(10 + x * side, 10 + y * side, 10 + (x + 1) * side, 10 + (y + 1) * side)
        for x in range(columns)
        for y in range(rows)
    ]
    return polygons(shapes, [f"{(i * 7) % len(shapes):02d}" for i in range(len(shapes))])


def naive(incidents, districts):
    """Ask every district about every point; the lowest id wins."""
    ordered = districts.sort_values("district_id")
    found = []
    for point in incidents.geometry:
        hits = [
            row.district_id
            for row in ordered.itertuples()
            if point is not None and row.geometry.covers(point)
        ]
        found.append(hits[0] if hits and (point.x, point.y) != (0, 0) else None)
    return found


def given_ids(table):
    return [None if pd.isna(one) else one for one in table["district_id"]]


# --- bundled -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("municipality", "level"), EVERY)
def test_every_bundled_table_is_as_the_schema_says(municipality, level):
    table = load_districts(municipality, level=level)
    assert list(table.columns) == ["district_id", "district", "municipality", "geometry"]
    assert [str(table[column].dtype) for column in table.columns[:3]] == ["str"] * 3
    assert table.crs.to_epsg() == 3006
    assert set(table["municipality"]) == {municipality}
    assert table["district_id"].is_unique
    assert table["district_id"].is_monotonic_increasing
    assert table["district_id"].map(str.isascii).all()
    assert table.notna().all(axis=None)
    assert table.is_valid.all()
    assert shapely.coverage_is_valid(table.geometry.array)


@pytest.mark.parametrize(
    ("municipality", "level", "count"),
    [
        ("Sollentuna", "kommundel", 9),
        ("Sollentuna", "regso", 20),
        ("Botkyrka", "kommundel", 6),
        ("Botkyrka", "regso", 20),
        ("Sigtuna", "regso", 24),
        ("Upplands Väsby", "regso", 12),
    ],
)
def test_number_of_districts(municipality, level, count):
    assert len(load_districts(municipality, level=level)) == count


def test_kommundelar_of_sollentuna():
    table = load_districts("sollentuna")
    assert dict(zip(table["district_id"], table["district"], strict=True)) == {
        "0163-edsberg": "Edsberg",
        "0163-haggvik": "Häggvik",
        "0163-helenelund": "Helenelund",
        "0163-norrviken": "Norrviken",
        "0163-rotebro": "Rotebro",
        "0163-sjoberg": "Sjöberg",
        "0163-tureberg": "Tureberg",
        "0163-vaxmora": "Vaxmora",
        "0163-viby": "Viby",
    }


@pytest.mark.parametrize("municipality", ["Sollentuna", "Botkyrka"])
def test_areas_and_kommundelar_cover_the_same_land(municipality):
    areas = load_districts(municipality, level="regso").union_all()
    kommundelar = load_districts(municipality).union_all()
    assert areas.symmetric_difference(kommundelar).area == pytest.approx(0, abs=1e-6)


def test_each_area_lies_in_the_kommundel_of_the_grouping():
    grouping = pd.read_csv(DATA / "kommundel_from_regso.csv", dtype=str)
    for municipality in ("Sollentuna", "Botkyrka"):
        areas = load_districts(municipality, level="regso")
        inner = areas.set_geometry(areas.representative_point())
        inner = inner.rename(columns={"district_id": "regsokod"})[["regsokod", "geometry"]]
        placed = assign_districts(inner, load_districts(municipality))
        both = placed.merge(grouping, on="regsokod")
        assert len(both) == 20
        assert both["district"].tolist() == both["kommundel"].tolist()


def test_areas_of_sollentuna_sum_to_the_municipality():
    # 58.3036 km² in SCB's file, before rounding to 1 cm.
    area = load_districts("sollentuna", level="regso").area.sum()
    assert area == pytest.approx(58_303_582.5, abs=20)


def test_outlines_share_borders_and_agree_with_the_areas():
    outlines = municipality_outlines()
    assert list(outlines.columns) == ["municipality_code", "municipality", "geometry"]
    assert len(outlines) == 290
    assert outlines["municipality_code"].is_monotonic_increasing
    assert outlines.crs.to_epsg() == 3006
    assert outlines.is_valid.all()
    assert shapely.coverage_is_valid(outlines.geometry.array)
    by_code = outlines.set_index("municipality_code")
    for code, (name, _) in BUNDLED.items():
        assert by_code.loc[code, "municipality"] == name
        whole = load_districts(name, level="regso").union_all()
        differing = whole.symmetric_difference(by_code.loc[code, "geometry"]).area
        assert differing / whole.area < 0.03


def test_outlines_lie_in_the_box_of_sweden():
    west, south, east, north = municipality_outlines().to_crs(4326).total_bounds
    assert west > 10.5
    assert south > 55
    assert east < 24.5
    assert north < 69.5


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("SOLLENTUNA", "Sollentuna"),
        ("0163", "Sollentuna"),
        ("Sollentuna kommun", "Sollentuna"),
        ("upplands vasby", "Upplands Väsby"),
        ("Upplands-Väsby", "Upplands Väsby"),
        ("Upplands Va\u0308sby", "Upplands Väsby"),  # ä as two characters, as macOS writes it
    ],
)
def test_a_municipality_has_many_spellings(asked, name):
    assert load_districts(asked, level="regso")["municipality"].iloc[0] == name


def test_an_unknown_municipality_lists_what_is_there():
    expected = (
        r"'Märsta' is not bundled. Bundled are Upplands Väsby \(0114\), Botkyrka \(0127\), "
        r"Sollentuna \(0163\), Sigtuna \(0191\)\. .*read_districts"
    )
    with pytest.raises(InputError, match=expected):
        load_districts("Märsta")


@pytest.mark.parametrize("municipality", ["Sigtuna", "Upplands Väsby"])
def test_a_missing_level_is_said(municipality):
    with pytest.raises(InputError, match=f"'kommundel' does not exist for {municipality}: only"):
        load_districts(municipality)
    with pytest.raises(InputError, match="`level` must be one of kommundel, regso"):
        load_districts(municipality, level="deso")


@pytest.mark.parametrize("load", [lambda: load_districts("sollentuna"), municipality_outlines])
def test_a_change_does_not_reach_the_next_caller(load):
    first = load()
    before = load()
    first.iloc[0, 1] = "changed"
    first.geometry.array[0] = shapely.box(0, 0, 1, 1)
    first.attrs["mine"] = True
    after = load()
    assert after.equals(before)
    assert after.attrs == {}


def test_checksums_in_the_readme_match_the_files():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (\d+) \| (\d+) \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    assert {row[0] for row in rows} == {path.name for path in DATA.iterdir()} - {"README.md"}
    for file, count, size, digest in rows:
        content = (DATA / file).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), digest)
        if file.endswith(".geojson"):
            assert len(gpd.read_file(DATA / file)) == int(count)
    assert (DATA / "municipalities.geojson").stat().st_size < 1_500_000
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 4_000_000


@pytest.mark.parametrize("installed", [True, False])
def test_bundled_files_are_found_in_the_wheel_and_in_the_checkout(monkeypatch, tmp_path, installed):
    package = tmp_path / "est_geo"
    (package / "data" / "districts").mkdir(parents=True)
    if installed:
        (package / "data" / "districts" / "sollentuna_regso.geojson").write_bytes(b"installed")
    monkeypatch.setattr(bundled_module, "files", lambda _: package)
    found = bundled_module._bundled_bytes("sollentuna_regso.geojson")
    assert (found == b"installed") is installed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Häggvik", "haggvik"),
        ("Edsviken-Kummelby", "edsviken-kummelby"),
        ("  Skälby / Brunnby_Vik ", "skalby-brunnby-vik"),
        ("Ærø & Łódź", "aero-lodz"),
        ("../../etc/x", "etc-x"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("東京", "東京"),
        ("!!!", ""),
    ],
)
def test_slug(text, expected):
    assert slug(text) == expected
    assert slug(expected) == expected


@given(st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_slugs_hold_nothing_that_a_path_or_a_page_reads(text):
    assert all(letter.isalnum() or letter == "-" for letter in slug(text))


# --- files -------------------------------------------------------------------------------------

SQUARES = [
    shapely.box(667_000 + 100 * x, 6_591_000, 667_100 + 100 * x, 6_591_100) for x in range(3)
]


def square_file(tmp_path, crs=3006, suffix=".gpkg", shapes=SQUARES, **columns):
    columns = columns or {"namn": ["Viby", "Häggvik", "Edsberg"]}
    table = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)
    path = tmp_path / f"delar{suffix}"
    if suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_file(path)
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
@pytest.mark.parametrize("crs", [3006, 3011, 3021])
def test_any_kind_of_file_in_any_metric_crs_keeps_its_crs(tmp_path, suffix, crs):
    shapes = gpd.GeoSeries(SQUARES, crs=3006).to_crs(crs)
    path = square_file(tmp_path, crs=crs, suffix=suffix, shapes=shapes)
    table = read_districts(path)
    assert table["district_id"].tolist() == ["edsberg", "haggvik", "viby"]
    assert table["district"].tolist() == ["Edsberg", "Häggvik", "Viby"]
    assert table["municipality"].isna().all()
    assert [str(table[column].dtype) for column in table.columns[:3]] == ["str"] * 3
    assert table.crs.to_epsg() == crs
    assert table.attrs == {"crs_chosen": f"EPSG:{crs}"}
    assert table.geometry.iloc[0].centroid.distance(shapes.iloc[2].centroid) < 0.001


def test_a_crs_with_heights_comes_out_as_its_plane(tmp_path):
    # SWEREF 99 TM + RH2000; else a table in EPSG:3006 would not count as being in the same CRS.
    table = read_districts(square_file(tmp_path, crs=5845, suffix=".parquet"))
    assert table.crs == CRS.from_epsg(3006)
    assert table.area.tolist() == pytest.approx([10_000] * 3)


def test_degrees_become_sweref_in_sweden_and_it_is_said(tmp_path, caplog):
    shapes = gpd.GeoSeries(SQUARES, crs=3006).to_crs(4326)
    path = square_file(tmp_path, crs=4326, suffix=".geojson", shapes=shapes)
    with caplog.at_level(logging.INFO):
        table = read_districts(path)
    assert table.crs.to_epsg() == 3006
    assert table.area.tolist() == pytest.approx([10_000] * 3, rel=1e-4)
    assert "'delar.geojson' is converted from WGS 84 to SWEREF99 TM" in caplog.text
    assert "taken from column 'namn'" in caplog.text


def test_degrees_elsewhere_become_the_utm_zone(tmp_path):
    shapes = [shapely.box(-89.9 + x / 100, 35.1, -89.89 + x / 100, 35.11) for x in range(3)]
    table = read_districts(square_file(tmp_path, crs=4326, shapes=shapes))
    assert table.attrs == {"crs_chosen": "EPSG:32616"}
    assert table.crs.to_epsg() == 32616


def test_our_own_file_comes_back_the_same():
    table = read_districts(DATA / "botkyrka_kommundel.geojson")
    assert table.crs.to_epsg() == 3006
    pd.testing.assert_frame_equal(
        pd.DataFrame(table), pd.DataFrame(load_districts("botkyrka")), check_like=False
    )


def test_a_missing_crs_is_refused_until_it_is_stated(tmp_path):
    path = square_file(tmp_path, suffix=".shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"`delar.shp` has no CRS.*Pass crs="):
        read_districts(path)
    assert read_districts(path, crs=3006).crs.to_epsg() == 3006
    with pytest.raises(CRSError, match="`crs` 'nonsense' is not a CRS"):
        read_districts(path, crs="nonsense")


def test_geojson_with_metres_and_no_crs_is_refused_until_it_is_stated(tmp_path):
    path = square_file(tmp_path, crs=4326, suffix=".geojson")
    with pytest.raises(CRSError, match=r"says its coordinates are degrees.*667200, 6591000"):
        read_districts(path)
    table = read_districts(path, crs=3006)
    assert table.area.tolist() == pytest.approx([10_000] * 3)


def test_a_stated_crs_may_not_contradict_the_file(tmp_path):
    path = square_file(tmp_path)
    assert len(read_districts(path, crs="EPSG:3006")) == 3
    assert len(read_districts(path, crs=5845)) == 3  # the same in the plane, and heights
    with pytest.raises(CRSError, match=r"`crs` says SWEREF99 18 00 but 'delar.gpkg' says SWEREF99"):
        read_districts(path, crs=3011)


@pytest.mark.parametrize(
    ("columns", "asked", "taken"),
    [
        ({"KOMMUNDEL": ["a", "b", "c"], "namn": ["x", "y", "z"]}, None, ["a", "b", "c"]),
        ({"beteckning": ["a", "b", "c"], "antal": [1, 2, 3]}, None, ["a", "b", "c"]),
        ({"namn": ["x", "y", "z"], "annat": ["a", "b", "c"]}, "annat", ["a", "b", "c"]),
        ({"precinct": [3, 1, 2]}, None, ["1", "2", "3"]),
        ({"precinct": [3.0, 1.0, 2.0]}, None, ["1", "2", "3"]),
        ({"namn": [" a", "b ", "c\n"]}, None, ["a", "b", "c"]),
    ],
)
def test_the_column_with_names_is_found(tmp_path, columns, asked, taken):
    assert (
        read_districts(square_file(tmp_path, **columns), name=asked)["district"].tolist() == taken
    )


def test_a_column_that_is_not_there_lists_those_that_are(tmp_path):
    path = square_file(tmp_path, ett=["a", "b", "c"], tva=["d", "e", "f"])
    with pytest.raises(InputError, match=r"no column that is known.*'ett', 'tva'. Pass name="):
        read_districts(path)
    with pytest.raises(InputError, match=r"`name` 'namn' is not a column of 'delar.gpkg'. It has"):
        read_districts(path, name="namn")
    with pytest.raises(InputError, match="`id` 'kod' is not a column"):
        read_districts(path, name="ett", id="kod")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_missing_name_is_refused(tmp_path, nothing):
    path = square_file(tmp_path, namn=["Viby", nothing, nothing])
    with pytest.raises(InputError, match=r"2 of 3 rows without a value in 'namn'; .* row 2"):
        read_districts(path)


def test_repeated_names_need_identifiers(tmp_path):
    path = square_file(tmp_path, namn=["Viby", "Åby", "Aby"], kod=["V", "Å", "A"], typ=list("xxy"))
    with pytest.raises(InputError, match=r"2 of 3 rows sharing an identifier, as 'aby'.* id= "):
        read_districts(path, name="namn")
    with pytest.raises(InputError, match="2 of 3 rows sharing an identifier, as 'x'"):
        read_districts(path, name="namn", id="typ")
    assert read_districts(path, name="namn", id="kod")["district_id"].tolist() == ["A", "V", "Å"]


def test_a_name_without_letters_needs_an_identifier(tmp_path):
    path = square_file(tmp_path, namn=["Viby", "???", "Edsberg"])
    with pytest.raises(InputError, match=r"1 of 3 rows whose name has no letter or digit.*row 2"):
        read_districts(path)


def test_the_municipality_is_kept(tmp_path):
    path = square_file(tmp_path, namn=["a", "b", "c"], kommunnamn=["Täby", "Täby", None])
    assert read_districts(path)["municipality"].tolist()[:2] == ["Täby", "Täby"]


def test_only_polygons_are_districts(tmp_path):
    path = square_file(tmp_path, shapes=[*SQUARES[:2], shapely.Point(1, 2)])
    with pytest.raises(InputError, match="1 of 3 rows that are not polygons; the first is row 3"):
        read_districts(path)
    path = square_file(tmp_path, suffix=".parquet", shapes=[SQUARES[0], None, shapely.Polygon()])
    with pytest.raises(InputError, match="2 of 3 rows that are not polygons; the first is row 2"):
        read_districts(path)
    csv = tmp_path / "delar.csv"
    csv.write_text("namn\nViby\n")
    with pytest.raises(InputError, match=r"'delar.csv' holds a table without polygons"):
        read_districts(csv)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "tom.gpkg"
    path.write_bytes(b"")
    with pytest.raises(FileRefused, match=r"tom.gpkg"):
        read_districts(path)
    nothing = square_file(tmp_path, shapes=[], suffix=".parquet", namn=pd.Series([], dtype="str"))
    with pytest.raises(FileRefused, match="0 rows"):
        read_districts(nothing)


def test_files_are_opened_by_the_safe_opener(tmp_path, monkeypatch):
    asked = []

    def opener(path, *, layer=None):
        asked.append(layer)
        return est_geo_files.open_table(path, layer=layer)

    monkeypatch.setattr(districts_module, "open_table", opener)
    assert len(read_districts(square_file(tmp_path), layer="delar")) == 3
    assert asked == ["delar"]


BOWTIE = shapely.Polygon(
    [(667_400, 6_591_000), (667_500, 6_591_100), (667_500, 6_591_000), (667_400, 6_591_100)]
)


def test_an_invalid_polygon_is_refused_or_mended(tmp_path, caplog):
    path = square_file(tmp_path, shapes=[*SQUARES[:2], BOWTIE])
    message = r"1 of 3 rows with an invalid polygon \(Self-intersection.*row 3. Pass mend=True"
    with pytest.raises(InputError, match=message):
        read_districts(path)
    with caplog.at_level(logging.INFO):
        table = read_districts(path, mend=True)
    assert "1 of 3 polygons in 'delar.gpkg' were invalid: mended" in caplog.text
    assert table.is_valid.all()
    mended = table.set_index("district_id").geometry["edsberg"]
    assert mended.geom_type == "MultiPolygon"
    assert mended.area == pytest.approx(5_000)


def test_mending_keeps_areas_only(tmp_path):
    # A square with a spike: the spike is a line once mended.
    spike = [(667_400, 6_591_000), (667_500, 6_591_000), (667_600, 6_591_000)]
    spiked = shapely.Polygon([*spike, spike[1], (667_500, 6_591_100), (667_400, 6_591_100)])
    path = square_file(tmp_path, shapes=[*SQUARES[:2], spiked])
    mended = read_districts(path, mend=True).set_index("district_id").geometry["edsberg"]
    assert mended.geom_type == "Polygon"
    assert mended.area == pytest.approx(10_000)
    flat = shapely.Polygon([spike[0], spike[1], spike[0]])
    path = square_file(tmp_path, shapes=[*SQUARES[:2], flat])
    with pytest.raises(InputError, match="1 of 3 rows with a polygon that has no area left"):
        read_districts(path, mend=True)


def test_overlapping_districts_are_refused_above_the_tolerance(tmp_path):
    # 100 m of border moved by 5 mm laps .5 m², by 2 cm 2 m².
    for moved, refused in ((0.005, False), (0.02, True)):
        west, south, east, north = SQUARES[1].bounds
        wider = shapely.box(west - moved, south, east, north)
        path = square_file(tmp_path, shapes=[SQUARES[0], wider, SQUARES[2]])
        if not refused:
            assert len(read_districts(path)) == 3
            continue
        message = r"1 pair\(s\) of districts .* more than 1 m².*'Häggvik' and 'Viby', by 2 m²"
        with pytest.raises(InputError, match=message):
            read_districts(path)


def test_a_district_inside_another_is_an_overlap(tmp_path):
    inner = SQUARES[0].buffer(-10)
    path = square_file(tmp_path, shapes=[SQUARES[0], inner, SQUARES[0].buffer(-20)])
    with pytest.raises(InputError, match=r"3 pair\(s\) of districts that overlap"):
        read_districts(path)


def test_heights_are_left_out_and_parts_are_kept(tmp_path):
    tall = shapely.force_3d(SQUARES[0], 12.0)
    island = shapely.MultiPolygon([SQUARES[1], shapely.box(0, 0, 9, 9)])
    path = square_file(tmp_path, shapes=[tall, island], namn=["a", "b"])
    table = read_districts(path)
    assert not table.has_z.any()
    assert table.geometry.iloc[1].geom_type == "MultiPolygon"


# --- assignment --------------------------------------------------------------------------------


@given(
    xy=st.lists(
        st.tuples(*[st.integers(16, 36).map(lambda half: half / 2)] * 2), min_size=1, max_size=40
    ),
    seed=st.integers(0, 1000),
)
@settings(max_examples=50, deadline=None)
def test_every_point_gets_the_lowest_district_that_touches_it(xy, seed):
    # Half units on a lattice of side 2: many points lie on edges and corners, some outside.
    incidents, districts = points(xy), lattice()
    expected = naive(incidents, districts)
    found = assign_districts(incidents, districts, outside="keep")
    assert given_ids(found) == expected
    # The order of neither table matters.
    shuffled = assign_districts(
        incidents.sample(frac=1, random_state=seed),
        districts.sample(frac=1, random_state=seed),
        outside="keep",
    )
    assert given_ids(shuffled.sort_index()) == expected
    assert shuffled.attrs == found.attrs
    counts = found.attrs["assignment"]
    assert counts["inside"] + counts["outside"] == len(xy)
    assert counts["inside"] == sum(one is not None for one in expected)
    touches = [
        sum(shape.touches(point) for shape in districts.geometry) for point in found.geometry
    ]
    assert counts["on_edge"] == sum(count > 1 for count in touches)


@given(
    xy=st.lists(st.tuples(*[st.integers(0, 60).map(lambda half: half / 2)] * 2), min_size=1),
    gaps=st.sets(st.integers(0, 8), max_size=7),
)
@settings(max_examples=50, deadline=None)
def test_nearest_moves_each_point_to_the_lowest_of_the_nearest(xy, gaps):
    incidents = points(xy)
    districts = lattice().drop(index=list(gaps)).sort_values("district_id")
    found = assign_districts(incidents, districts, outside="nearest")
    for point, one in zip(incidents.geometry, given_ids(found), strict=True):
        distance = districts.distance(point)
        # argmin takes the first of equal ones, and the districts are sorted by id.
        lowest = districts["district_id"].iloc[int(np.argmin(distance.to_numpy()))]
        assert one == (None if (point.x, point.y) == (0, 0) else lowest)
    counts = found.attrs["assignment"]
    assert counts["inside"] + counts["moved_to_nearest"] + counts["outside"] == len(xy)
    assert counts["outside"] == counts["at_null_island"]


@pytest.mark.parametrize(("municipality", "level"), EVERY)
def test_off_the_edges_a_join_by_geopandas_says_the_same(municipality, level):
    districts = load_districts(municipality, level=level)
    west, south, east, north = districts.total_bounds
    rng = np.random.default_rng(7)
    xy = np.column_stack([rng.uniform(west, east, 2000), rng.uniform(south, north, 2000)])
    incidents = points(np.vstack([xy, xy[:500]]))
    found = assign_districts(incidents, districts, outside="keep")
    joined = gpd.sjoin(incidents, districts, predicate="within", how="left")
    assert joined.index.is_unique
    assert given_ids(found) == given_ids(joined)
    counts = found.attrs["assignment"]
    assert 500 < counts["inside"] == joined["district_id"].notna().sum()
    assert counts["on_edge"] == 0


def test_the_vertices_of_real_borders_get_one_district_each():
    districts = load_districts("sollentuna", level="regso")
    incidents = points(np.unique(shapely.get_coordinates(districts.geometry.array), axis=0))
    found = assign_districts(incidents, districts)
    assert given_ids(found) == naive(incidents, districts)
    counts = found.attrs["assignment"]
    assert counts["inside"] == len(incidents)
    assert 100 < counts["on_edge"] < len(incidents)


def test_rows_keep_their_order_index_and_columns():
    incidents = points([(11, 11), (13, 11), (11, 11)])
    incidents["district"] = "as the reporter wrote"
    incidents.index = [7, 7, 3]
    incidents.attrs["file"] = "v47.csv"
    before = incidents.copy(deep=True)
    found = assign_districts(incidents, lattice())
    pd.testing.assert_frame_equal(pd.DataFrame(incidents), pd.DataFrame(before))
    assert incidents.attrs == {"file": "v47.csv"}
    assert found.attrs["file"] == "v47.csv"
    assert found.index.tolist() == [7, 7, 3]
    assert list(found.columns) == ["incident_id", "geometry", "district", "district_id"]
    assert found["district_id"].tolist() == ["00", "03", "00"]
    assert found["district"].tolist() == ["District 00", "District 03", "District 00"]
    assert str(found["district_id"].dtype) == str(found["district"].dtype) == "str"
    assert found.crs == incidents.crs
    assert isinstance(found, gpd.GeoDataFrame)


def test_rows_without_a_point_stay_unplaced(caplog):
    incidents = points([(11, 11), (12, 11), (0, 0), (1, 1)])
    incidents.loc[4] = ["P-4", None]
    incidents.loc[5] = ["P-5", shapely.Point()]
    incidents = incidents.set_crs(3006)
    with caplog.at_level(logging.INFO):
        found = assign_districts(incidents, lattice(), outside="keep")
    assert given_ids(found) == ["00", "00", None, None, None, None]
    assert found.attrs["assignment"] == {
        "inside": 2,
        "outside": 2,
        "at_null_island": 1,
        "district_only": 0,
        "unplaced": 2,
        "on_edge": 1,
        "moved_to_nearest": 0,
    }
    assert "'at_null_island': 1, 'district_only': 0, 'unplaced': 2" in caplog.text
    # Only the point that is not at 0, 0 may be moved.
    with caplog.at_level(logging.INFO):
        moved = assign_districts(incidents, lattice(), outside="nearest")
    assert given_ids(moved) == ["00", "00", None, "00", None, None]
    assert moved.attrs["assignment"] == {
        "inside": 2,
        "outside": 1,
        "at_null_island": 1,
        "district_only": 0,
        "unplaced": 2,
        "on_edge": 1,
        "moved_to_nearest": 1,
    }
    assert "nearest district lies 13 m off" in caplog.text  # from (1, 1) to (10, 10)


@pytest.mark.parametrize("seed", range(5))
def test_a_grid_over_the_districts_changes_nothing(seed, monkeypatch):
    """Also on the borders, at the corners, around holes and far outside."""
    rng = np.random.default_rng(seed)
    holed = shapely.Polygon(
        shapely.box(300, 0, 420, 100).exterior, [shapely.box(330, 20, 390, 80).exterior]
    )
    shapes = np.array(
        [
            *(shapely.box(x, y, x + 100, y + 50) for x in (0, 100, 200) for y in (0, 50)),
            holed,
            shapely.affinity.rotate(shapely.box(500, 0, 620, 90), 33),
            shapely.MultiPolygon([shapely.box(700, 0, 700.4, 100), shapely.box(720, 3, 740, 9)]),
            shapely.box(40, 20, 140, 70),  # over several of the others
        ]
    )
    lines = shapely.boundary(shapes)
    on_border = shapely.line_interpolate_point(
        rng.choice(lines, 3000), rng.random(3000), normalized=True
    )
    xy = np.vstack(
        [
            rng.uniform((-50, -50), (800, 150), (5000, 2)),
            shapely.get_coordinates(on_border),
            shapely.get_coordinates(shapes),
            rng.integers(-1, 16, (3000, 2)) * 50.0,
            [[0, 0], [1e9, -1e9], [1e300, 1], [-4e7, 4e7]],
        ]
    )
    touched = np.array([shapely.intersects_xy(shape, *xy.T) for shape in shapes])
    first = np.where(touched.any(axis=0), touched.argmax(axis=0), location.NOWHERE)
    expected = first, touched.sum(axis=0) > 1
    np.testing.assert_array_equal(location.locate_one_by_one(xy, shapes), expected)
    monkeypatch.setattr(location, "_WORTH_A_GRID", 0)
    huge = np.array([shapely.box(-1.5e308, 0, 1.5e308, 9)])  # farther across than a number holds
    assert location.locate(np.array([[1.0, 1.0], [1.0, 11.0]]), huge)[0].tolist() == [0, -1]
    for cells in (1, 3, 16, 256):
        monkeypatch.setattr(location, "_cells_along", lambda *_, cells=cells: cells)
        found = location.locate(xy, shapes)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("seed", range(20))
def test_the_cells_are_marked_that_a_border_runs_through_or_comes_near(seed):
    """Also along the edges of cells and through their corners; none that it stays away from."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 17, (2, 5, 2)) / rng.choice([1, 2, 7], (2, 5, 1))
    corners[0, 1] = corners[0, 0] + (1e-12, 0)
    corners[0, 3] = corners[0, 2] + (9, 1e-12)
    cells = np.zeros((20, 29), dtype=np.int32)
    kernels.mark_borders(
        corners.reshape(-1, 2) * 3 + 7, np.repeat([0, 1], 5), np.array([7, 7, 1 / 3]), cells
    )
    borders = shapely.union_all(shapely.linestrings(corners))
    row, column = np.indices(cells.shape) - 1
    for by, expected in ((0.9e-3, True), (2e-3, False)):
        grown = shapely.box(column - by, row - by, column + 1 + by, row + 1 + by)
        inner = (slice(1, -1), slice(1, -1))
        reached = shapely.intersects(grown, borders)[inner]
        marked = (cells == 2 * kernels.CROSSED)[inner]
        assert marked[reached == expected].tolist() == [expected] * (reached == expected).sum()


@pytest.mark.parametrize("borders", [0.1, 0.4, 0.6, 1])
def test_regions_are_the_connected_cells(borders):
    crossed = np.random.default_rng(7).random((60, 80)) < borders
    cells = np.where(crossed, 2 * kernels.CROSSED, 0).astype(np.int32)
    row, column, region = kernels.regions(cells)
    label, count = ndimage.label(~crossed)
    assert len(row) == len(column) == count
    found = region[cells[~crossed]]
    np.testing.assert_array_equal(label[row, column][found], label[~crossed])


def test_cells_are_smaller_the_more_points_and_borders():
    districts = np.asarray(lattice().geometry.array)  # nine squares: borders of twelve sides
    assert location._cells_along(6.0, districts, 1) == int(np.cbrt(14 * 12))
    assert location._cells_along(6.0, districts, 8 * 10**6) == int(np.cbrt(14 * 12 * 8e6))
    assert location._cells_along(6.0, districts, 10**9) == 2048


def test_no_two_threads_ask_the_same_polygon(monkeypatch):
    """A prepared polygon makes its index when it is first asked."""
    asked = {}
    together, calls = threading.Barrier(2), itertools.count()
    intersects_xy = shapely.intersects_xy

    def ask(shapes, *xy):
        if next(calls):  # the first is about regions
            asked[threading.get_ident()] = set(map(id, shapes))
            together.wait(timeout=60)  # both are at it
        return intersects_xy(shapes, *xy)

    monkeypatch.setattr(compiled, "cores", lambda: 2)
    monkeypatch.setattr(shapely, "intersects_xy", ask)
    monkeypatch.setattr(location, "_WORTH_A_GRID", 0)
    shapes = np.asarray(lattice().geometry.array)
    location.locate(np.tile(shapely.get_coordinates(shapes), (50, 1)), shapes)
    one, other = asked.values()
    assert one
    assert not one & other


def test_nothing_placed_is_not_a_fault():
    nothing = points([(1, 1), (2, 2)])
    nothing.geometry = gpd.GeoSeries([None, None], crs=3006)
    for outside in ("raise", "keep", "nearest"):
        found = assign_districts(nothing, lattice(), outside=outside)
        assert given_ids(found) == [None, None]
        assert str(found["district_id"].dtype) == "str"
        assert found.attrs["assignment"]["unplaced"] == 2


def test_null_island_is_outside_even_of_a_polygon_over_it():
    found = assign_districts(
        points([(0, 0), (1, 0)]), polygons([shapely.box(-5, -5, 5, 5)]), outside="keep"
    )
    assert given_ids(found) == [None, "d0"]
    assert found.attrs["assignment"]["outside"] == 1
    assert found.attrs["assignment"]["inside"] == 1
    assert found.attrs["assignment"]["on_edge"] == 0
    halves = polygons([shapely.box(-5, -5, 0, 5), shapely.box(0, -5, 5, 5)])
    found = assign_districts(points([(0, 0), (0, 1)]), halves, outside="keep")
    assert given_ids(found) == [None, "d0"]
    assert found.attrs["assignment"]["on_edge"] == 1


def test_points_outside_are_refused_by_count_and_first_culprit():
    xy = [(11, 11)] * 4 + [(99, 99), (0, 0), (0, 0)]
    message = (
        r"`incidents` has 3 of 7 points outside every district \(2 of them at 0, 0\); the first is "
        r"row 'P-118'\. Pass outside='keep' to keep them without a district, or outside='nearest' "
        r"to move the count to the nearest one\."
    )
    incidents = points(xy, ids=["P-1", "P-2", "P-3", "P-4", "P-118", "P-6", "P-7"])
    with pytest.raises(InputError, match=message):
        assign_districts(incidents, lattice())
    with pytest.raises(InputError, match=r"has 1 of 5 points outside every district; the first is"):
        assign_districts(incidents.head(5), lattice())


def test_arguments_are_checked_at_the_door():
    incidents, districts = points([(11, 11)]), lattice()
    with pytest.raises(InputError, match="`outside` must be one of raise, keep, nearest"):
        assign_districts(incidents, districts, outside="drop")
    with pytest.raises(InputError, match="`incidents` is empty"):
        assign_districts(incidents.head(0), districts)
    with pytest.raises(CRSError, match="`incidents` is in degrees"):
        assign_districts(incidents.set_crs(4326, allow_override=True), districts)
    with pytest.raises(CRSError, match="`incidents` is in SWEREF99 TM but `districts` in SWEREF99"):
        assign_districts(incidents, districts.set_crs(3011, allow_override=True))
    with pytest.raises(InputError, match=r"`districts` lacks 1 column\(s\): district_id"):
        assign_districts(incidents, districts.drop(columns="district_id"))
    with pytest.raises(InputError, match="`districts` has 9 of 9 rows that are not polygons"):
        assign_districts(incidents, districts.set_geometry(districts.centroid))
    with pytest.raises(InputError, match="not a finite number"):
        assign_districts(points([(np.inf, 11)]), districts)


def test_identifiers_of_districts_must_identify():
    incidents, districts = points([(11, 11)]), lattice()
    missing = districts.assign(district_id=districts["district_id"].where(districts.index != 2))
    with pytest.raises(InputError, match=r"1 of 9 rows without a `district_id`; .* row 2\."):
        assign_districts(incidents, missing)
    repeated = districts.assign(district_id=districts["district_id"].replace("03", "00"))
    with pytest.raises(InputError, match="2 of 9 rows that share a `district_id`"):
        assign_districts(incidents, repeated)
    alike = districts.assign(district_id=[1, "1", *"abcdefg"])
    with pytest.raises(InputError, match="2 of 9 rows that share a `district_id`"):
        assign_districts(incidents, alike)


def test_numbers_as_identifiers_come_out_as_text():
    # And are compared as text, so that the answer is the same whether a file was read as one or
    # the other: "10" comes before "9".
    districts = lattice(2, 1).assign(district_id=[9, 10])
    found = assign_districts(points([(11, 11), (12, 11), (13, 11)]), districts)
    assert found["district_id"].tolist() == ["9", "10", "10"]


@pytest.mark.parametrize("count", [3, 300, 60_000])
def test_the_polygons_of_a_table_are_left_as_they_were(count):
    """Neither prepared nor asked by a thread that another call may be using them in."""
    shapes = np.asarray(lattice().geometry.array)
    xy = np.random.default_rng(0).uniform(0, 6, (count, 2))
    location.locate(xy, shapes)
    assert not shapely.is_prepared(shapes).any()
