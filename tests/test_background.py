"""A background from the user's own files: cut, simplified, kept small, and every loss told."""

from __future__ import annotations

import json
import logging

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from est_geo.errors import CRSError, FileRefused, InputError
from est_geo.sharing import background
from est_geo.sharing.map import draw_map
from test_html import HOSTILE

CRS = 3006
WEST, SOUTH = 664_000, 6_590_000
AREA = gpd.GeoDataFrame(
    {"district": ["Tureberg"]},
    geometry=[shapely.box(WEST, SOUTH, WEST + 3000, SOUTH + 3000)],
    crs=CRS,
)


def at(*pairs):
    return shapely.LineString([(WEST + x, SOUTH + y) for x, y in pairs])


STREETS = [
    at((0, 0), (500, 3), (1000, 0)),  # bends by 3 m
    at((1000, 0), (2000, 0)),  # goes on where the first ends
    at((100, 1000), (100, 2000)),
    at((300, 1000), (300, 1200)),
    at((2800, 500), (9000, 500)),  # leaves the area
    at((9000, 9000), (9900, 9000)),  # is elsewhere
]


def write(path, shapes, *, crs=CRS, **columns):
    driver = "GeoJSON" if path.suffix == ".geojson" else None
    gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_crs(crs).to_file(path, driver=driver)
    return path


def decoded(steps):
    """Read a line back: longitude and latitude."""
    return np.cumsum(np.reshape(steps, (-1, 2)), axis=0)[:, ::-1] / 1e6


def drawn(found, kind="street"):
    """Lines of one kind, as a page would draw them, in metres."""
    lines = [
        shapely.LineString(decoded(steps))
        for feature in found.features()
        if feature["kind"] == kind
        for steps in feature["lines"]
    ]
    return list(gpd.GeoSeries(lines, crs=4326).to_crs(CRS))


def test_lines_are_cut_joined_and_sorted_by_length(tmp_path):
    file = write(tmp_path / "gator.gpkg", STREETS)
    found = eg.read_background(file, within=AREA)
    assert list(found.table["kind"].unique()) == ["streets"]
    assert found.table.crs == AREA.crs
    # 2 000 m in two pieces; 1 000 m; 700 m up to 500 m outside the area; 200 m
    assert found.table.length.round().tolist() == [2000, 1000, 700, 200]
    assert found.kept == {"streets": 4}
    assert found.dropped == {"streets": 0}
    assert found.tolerance_m == 2


@pytest.mark.parametrize("crs", [3006, 3011, 4326, 5850])
def test_every_vertex_is_transformed_by_itself(tmp_path, crs):
    file = write(tmp_path / "gator.gpkg", STREETS, crs=crs)
    for line, wanted in zip(
        drawn(eg.read_background(file, within=AREA)),
        [at((0, 0), (500, 3), (2000, 0)), STREETS[2], at((2800, 500), (3500, 500)), STREETS[3]],
        strict=True,
    ):
        assert shapely.hausdorff_distance(line, wanted) < 0.2  # a millionth of a degree is .11 m


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp"])
def test_kinds_are_told_by_shape_and_said(tmp_path, caplog, suffix):
    files = [
        write(tmp_path / f"a.{suffix}", STREETS[:2]),
        write(tmp_path / f"b.{suffix}", [shapely.Point(WEST, SOUTH).buffer(300)]),
        write(tmp_path / f"c.{suffix}", [shapely.Point(WEST, SOUTH)], namn=["Norrsjön"]),
    ]
    with caplog.at_level(logging.INFO, logger="est_geo"):
        kinds = [set(eg.read_background(f, within=AREA).table["kind"]) for f in files]
    assert kinds == [{"streets"}, {"water"}, {"names"}]
    assert f"'b.{suffix}' is taken for water, by its shapes" in caplog.messages


def test_all_kinds_from_layers_of_one_file(tmp_path):
    file = tmp_path / "karta.gpkg"
    lake = shapely.Point(WEST + 1500, SOUTH + 1500).buffer(400)
    island = shapely.Point(WEST + 1500, SOUTH + 1500).buffer(100)
    for layer, shapes, columns in (
        ("vagar", STREETS, {}),
        ("jarnvag", [at((0, 0), (3000, 3000))], {}),
        ("vatten", [lake - island, at((0, 1500), (1000, 1500))], {}),
        ("namn", [shapely.Point(WEST, SOUTH), lake], {"text": ["Tureberg", "Sjön"]}),
    ):
        table = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
        table.to_file(file, layer=layer)
    layers = {"streets": "vagar", "railways": "jarnvag", "water": "vatten", "names": "namn"}
    found = eg.read_background({k: (file, layer) for k, layer in layers.items()}, within=AREA)
    assert found.kept == {"names": 2, "railways": 1, "water": 2, "streets": 4}
    features = {feature["kind"]: feature for feature in found.features()}
    assert [len(polygon) for polygon in features["water"]["shape"]] == [2, 1]  # a hole, a stream
    stream = found.table[found.table["kind"] == "water"].area.min()
    assert stream == pytest.approx(1000 * 5, rel=0.01)  # 5 m wide
    assert [f["text"] for f in found.features() if f["kind"] == "name"] == ["Sjön", "Tureberg"]
    latitude, longitude = features["name"]["at"]
    assert 17.8 < longitude < 18.1
    assert 59.3 < latitude < 59.6


def grid(count=400):
    """Streets of many lengths, all bending a little, none touching another."""
    x = np.linspace(0, 3000, 9)
    return [
        at(*zip(x[: 2 + i % 8], 7.0 * i + 1.5 * np.sin(x[: 2 + i % 8] * (i + 1)), strict=True))
        for i in range(count)
    ]


@settings(max_examples=12, deadline=None)
@given(st.floats(1, 30))
def test_no_more_than_the_budget_and_the_longest_are_kept(tmp_path_factory, max_kb):
    file = tmp_path_factory.getbasetemp() / "rutnat.gpkg"
    if not file.exists():
        write(file, grid())
    found = eg.read_background(file, within=AREA, max_kb=max_kb)
    assert found.size_bytes == len(
        json.dumps(found.features(), ensure_ascii=False, separators=(",", ":")).encode()
    )
    assert found.size_bytes <= max_kb * 1000
    assert found.kept["streets"] + found.dropped["streets"] == 400
    everything = eg.read_background(file, within=AREA, max_kb=1000).table.length
    assert found.table.length.min() >= np.sort(everything)[found.dropped["streets"]] - 2
    if found.dropped["streets"]:
        assert found.tolerance_m == 8
        assert found.size_bytes > max_kb * 1000 - 400  # not less than there is room for


def test_what_is_left_out_is_said(tmp_path, caplog):
    files = {
        "streets": write(tmp_path / "gator.gpkg", grid()),
        "railways": write(tmp_path / "jarnvag.gpkg", [at((0, 0), (3000, 3000))]),
    }
    with caplog.at_level(logging.INFO, logger="est_geo"):
        found = eg.read_background(files, within=AREA, max_kb=8)
    assert found.dropped["railways"] == 0
    left = found.dropped["streets"]
    assert f"{left} of 400 streets were left out of the background" in caplog.text
    shown = found._repr_html_()
    assert f"{400 - left} ({left} utelämnade)" in shown
    assert "8 m" in shown


def test_simplifying_moves_no_line_by_more_than_is_said(tmp_path):
    lines = grid(60)
    file = write(tmp_path / "gator.gpkg", lines)
    for max_kb in (200, 5, 3):
        found = eg.read_background(file, within=AREA, max_kb=max_kb)
        for line in found.table.geometry:
            near = min(lines, key=lambda given, line=line: given.hausdorff_distance(line))
            assert near.hausdorff_distance(line) <= found.tolerance_m + 1e-6


def test_the_order_of_rows_and_the_direction_of_lines_do_not_matter(tmp_path):
    lines = [*grid(40), *STREETS]
    first = eg.read_background(write(tmp_path / "a.gpkg", lines), within=AREA)
    turned = [line.reverse() for line in reversed(lines)] + lines[:3]  # and three given twice
    second = eg.read_background(write(tmp_path / "b.gpkg", turned), within=AREA)
    assert first.features() == second.features()


def test_names_are_text_of_one_line_and_not_too_long(tmp_path):
    texts = [*HOSTILE, "  två\nrader ", None, "x" * 80]
    points = [shapely.Point(WEST + 10 * i, SOUTH) for i in range(len(texts))]
    file = write(tmp_path / "namn.geojson", points, ortnamn=texts)
    found = eg.read_background(file, within=AREA)
    names = set(found.table["name"])
    assert HOSTILE[0] in names
    assert "två rader" in names
    assert "x" * 59 + "…" in names
    assert max(map(len, names)) == 60
    assert found.kept["names"] == len(texts) - 1
    assert "<b>" not in found._repr_html_()


@pytest.mark.parametrize(
    ("kind", "shapes", "message"),
    [
        (
            "streets",
            [shapely.Point(WEST, SOUTH)],
            r"1 of 1 rows that cannot be streets; .* a point",
        ),
        ("water", [*STREETS, shapely.Point(WEST, SOUTH)], r"the first is row 7, a point"),
        ("names", STREETS[:1], "cannot be names"),
        ("names", [shapely.Point(WEST, SOUTH)], r"no column that is known.*Pass name="),
        ("roads", STREETS[:1], "kinds names, railways, streets, water, not 'roads'"),
        (None, [*STREETS, shapely.Point(WEST, SOUTH)], "cannot be told"),
        ("streets", STREETS[-1:], "nothing in the area"),
    ],
)
def test_what_cannot_be_a_background_is_refused(tmp_path, kind, shapes, message):
    file = write(tmp_path / "a.gpkg", shapes)
    with pytest.raises(InputError, match=message):
        eg.read_background({kind: file} if kind else file, within=AREA)


def test_arguments_are_checked(tmp_path):
    file = write(tmp_path / "a.gpkg", [shapely.Point(WEST, SOUTH)], namn=["Tureberg"])
    with pytest.raises(InputError, match="`max_kb` must be a finite number above 0"):
        eg.read_background(file, within=AREA, max_kb=0)
    with pytest.raises(InputError, match="The names in `files` take"):
        eg.read_background(file, within=AREA, max_kb=0.1)
    with pytest.raises(InputError, match="no column 'x'"):
        eg.read_background(file, within=AREA, name="x")
    with pytest.raises(InputError, match="not none"):
        eg.read_background({}, within=AREA)
    with pytest.raises(CRSError, match="`within` is in degrees"):
        eg.read_background(file, within=AREA.to_crs(4326))
    with pytest.raises(FileRefused):
        eg.read_background("https://a.se/vagar.gpkg", within=AREA)


def test_a_file_without_a_crs_asks_for_one(tmp_path):
    file = write(tmp_path / "a.shp", STREETS)
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CRSError, match=r"does not say which CRS .* Pass crs="):
        eg.read_background(file, within=AREA)
    assert eg.read_background(file, within=AREA, crs=3006).kept == {"streets": 4}


def test_the_result_cannot_be_changed(tmp_path):
    found = eg.read_background(write(tmp_path / "a.gpkg", STREETS), within=AREA)
    with pytest.raises(AttributeError):
        found.tolerance_m = 0
    assert background.KINDS[-1] == "streets"  # the first to be left out


@pytest.mark.browser
def test_a_background_is_drawn_and_its_names_are_text(page, picture, tmp_path):
    names = [shapely.Point(WEST + 300, SOUTH + 150 * i + 100) for i in range(len(HOSTILE))]
    files = {
        "streets": write(tmp_path / "gator.gpkg", STREETS),
        "railways": write(tmp_path / "spar.gpkg", [at((0, 0), (3000, 3000))]),
        "water": write(tmp_path / "vatten.gpkg", [shapely.Point(WEST, SOUTH).buffer(400)]),
        "names": write(tmp_path / "namn.geojson", names, namn=list(HOSTILE)),
    }
    found = eg.read_background(files, within=picture.districts)
    file = draw_map(picture).with_background(found).save(tmp_path / "karta.html")
    page.goto(file.as_uri())
    page.wait_for_selector(".leaflet-est-geo-streets-pane path")
    assert page.locator(".leaflet-est-geo-streets-pane path").count() == 2
    assert page.locator(".leaflet-est-geo-water-pane path").count() == 1
    shown = page.locator(".leaflet-est-geo-names-pane .eg-name").all_text_contents()
    assert set(shown) >= set(found.table["name"]) - {""}
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert page.said == []
    assert page.asked == [file.as_uri()]
