"""The standing picture: for Word, and for notebooks that are printed or not trusted."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import nbformat
import numpy as np
import pytest
import shapely
from IPython.core.formatters import DisplayFormatter
from nbconvert import HTMLExporter, LatexExporter
from PIL import Image

import conftest
import est_geo as eg
from est_geo.errors import InputError, PersonalDataFound
from est_geo.sharing import static_features
from est_geo.sharing.map import draw_map
from est_geo.sharing.static_features import Drawing, plain
from est_geo.sharing.static_map import static_png
from test_html import HOSTILE

BOUNDS = [[59.4, 17.9], [59.5, 18.1]]


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def shade(png, colour):
    """Share of a picture that has a colour, nearly."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (np.abs(pixels(png) - wanted).max(axis=2) <= 6).mean()


def content(*layers, title="Prov", **more):
    return {
        "title": title,
        "period": "2026",
        "shown": "5 händelser",
        "bounds": BOUNDS,
        "layers": list(layers),
        "source": ["Målgrupp: intern"],
    } | more


def box(west, south, east, north):
    """A ring of a shape, in steps of millionths of a degree."""
    corners = np.array([[south, west], [south, east], [north, east], [north, west]])
    whole = np.rint(corners * 1e6).astype(int)
    return np.diff(whole, axis=0, prepend=np.zeros((1, 2), int)).ravel().tolist()


def layer(features, **more):
    return {"key": "x", "name": "Lager", "show": True, "features": features, "legend": []} | more


@pytest.mark.parametrize("width", [400, 1600])
def test_a_map_is_as_wide_as_asked_and_shows_its_layers(picture, width):
    drawn = draw_map(picture)
    png = drawn.to_png(width)
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    assert image.width == width
    for feature in drawn.data["layers"][1]["features"]:  # every class of density
        assert (
            shade(
                static_png(
                    content(layer([feature], style="class"), bounds=drawn.data["bounds"]), width=400
                ),
                "#f4f4f2",
            )
            > 0.1
        )
    assert shade(png, "#ffffff") > 0.2


def test_shapes_stand_where_they_are_and_holes_are_open():
    half = {"shape": [[box(17.9, 59.4, 18.0, 59.5)]], "color": "#123456"}
    ring = {"shape": [[box(17.9, 59.4, 18.1, 59.5), box(17.95, 59.42, 18.05, 59.48)]]}
    solid = dict(layer([half], style="hot"))
    solid["features"] = [half | {"style": "area"}]
    left = pixels(static_png(content(solid), width=800))
    is_dark = np.abs(left - [0x12, 0x34, 0x56]).max(axis=2) <= 6
    columns, rows = np.flatnonzero(is_dark.any(axis=0)), np.flatnonzero(is_dark.any(axis=1))
    box_of_half = is_dark[rows[0] : rows[-1], columns[0] : columns[-1]]
    assert box_of_half.mean() > 0.95  # a full rectangle
    # It is .1 degree each way: at 59.45° a degree of longitude is .5083 of one of latitude.
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(0.5083, rel=0.02)
    full = {"shape": ring["shape"][:1], "style": "area", "color": "#123456"}
    with_hole = shade(static_png(content(layer([full])), width=800), "#123456")
    filled = {"shape": [[ring["shape"][0][0]]], "style": "area", "color": "#123456"}
    without = shade(static_png(content(layer([filled])), width=800), "#123456")
    assert with_hole / without == pytest.approx(1 - 0.5 * 0.6, abs=0.02)


def test_metres_are_right_to_a_thousandth():
    drawing = Drawing.of(BOUNDS)
    inside = np.array([[59.41, 17.92], [59.49, 18.08]])
    ours = drawing.points(inside)
    theirs = shapely.get_coordinates(
        gpd.GeoSeries(shapely.points(inside[:, ::-1]), crs=4326).to_crs(3006).array
    )
    distance = np.hypot(*np.diff(ours, axis=0)[0]), np.hypot(*np.diff(theirs, axis=0)[0])
    assert distance[0] == pytest.approx(distance[1], rel=3e-3)


def test_a_layer_that_is_not_shown_is_not_drawn():
    full = {"shape": [[box(17.9, 59.4, 18.1, 59.5)]], "style": "area", "color": "#123456"}
    assert shade(static_png(content(layer([full])), width=400), "#123456") > 0.2
    assert shade(static_png(content(layer([full], show=False)), width=400), "#123456") == 0


def test_everything_that_the_page_can_draw_can_stand_too():
    script = (Path(static_features.__file__).parent / "assets" / "layers.js").read_text("utf-8")
    styles, signs = (
        re.findall(
            r"^\t\t(\w+): \[", script.split(f"const {name} = {{")[1].split("};")[0], re.MULTILINE
        )
        for name in ("STYLES", "SIGNS")
    )
    assert len(styles) >= 9
    assert len(signs) >= 8
    shape = {"shape": [[box(17.95, 59.42, 18.05, 59.48)]]}
    for style in styles:
        line = {"lines": [[59_420_000, 17_950_000, 60_000, 100_000]]}
        drawn = line if style in {"street", "railway"} else shape
        explained = layer([drawn], style=style, legend=[[style, "#123456", "vad"]])
        assert static_png(content(explained), width=400)
    for sign in signs:
        feature = {"at": [59.45, 18.0], "sign": sign, "label": "1", "name": "x" * (sign == "name")}
        feature |= {"parts": [["red", "2"], ["reporting", "1"]]} if sign == "pill" else {}
        feature |= {"label": ""} if sign in {"pill", "name"} else {}
        explained = layer([feature], legend=[[sign, "", "vad"], ["red", "", "över"]])
        bare = layer([], legend=[])
        assert static_png(content(explained), width=400) != static_png(content(bare), width=400)


def test_signs_do_not_cover_each_others_numbers():
    at = [59.45, 18.0]
    rings = [("ring", {"label": str(i), "order": i, "at": at}) for i in range(1, 7)]
    ranks = [("rank", {"label": str(i), "order": i, "at": at}) for i in range(1, 40)]
    placed = static_features._arranged([*ranks, *rings], Drawing.of(BOUNDS), 20.0)
    rings_first = [kind for kind, *_ in placed]
    assert rings_first[:6] == ["ring"] * 6
    assert 0 < rings_first.count("rank") < 10  # those without room are left out
    points = np.array([place for _, _, place, _ in placed]) / 20.0
    sizes = np.array([size for *_, size in placed])
    for i in range(len(points)):
        for j in range(i):
            apart = np.abs(points[i] - points[j]).max()
            # A ring may touch another's edge, never the number in it.
            assert apart >= 0.75 * (sizes[i] + sizes[j]) / 2 - 1e-9


@pytest.mark.parametrize("text", [*HOSTILE, "$\\ingenting$", "北京 🚓", "\ud800"])
def test_any_text_is_drawn_as_text(text):
    sign = {"label": text, "at": [59.45, 18.0], "sign": "rank", "name": text}
    told = layer([sign], name=text, unit=text, count=text, legend=[["ring", "", text]])
    png = static_png(content(told, title=text, source=[text], period=text, shown=text), width=400)
    assert Image.open(io.BytesIO(png)).width == 400


def test_plain_text_is_one_line_of_what_can_be_read():
    assert plain("  a\nb\u202ec\0d\u2028e\ud800 ") == "a b c d e"
    assert len(plain("x" * 9_999)) == 300


def test_a_users_settings_of_matplotlib_do_not_reach_it(picture):
    drawn = draw_map(picture)
    plain_one = drawn.to_png(600)
    with mpl.rc_context({"font.size": 30, "savefig.dpi": 30, "savefig.bbox": "tight"}):
        assert drawn.to_png(600) == plain_one
        assert mpl.rcParams["font.size"] == 30


MAKE = """
import hashlib, conftest
from est_geo.sharing import static_features
from est_geo.sharing.map import draw_map
print(hashlib.sha256(draw_map(conftest.make_picture()).to_png(600)).hexdigest())
"""


def test_two_processes_draw_the_same_bytes():
    runs = {
        subprocess.run(
            [sys.executable, "-c", MAKE], check=True, capture_output=True, cwd="tests"
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


@pytest.mark.parametrize("width", [399, 6_001, 800.0, "800"])
def test_the_width_is_checked(picture, width):
    with pytest.raises(InputError, match="`width` must be"):
        draw_map(picture).to_png(width)


def test_it_is_saved_whole_and_in_english(picture, tmp_path):
    drawn = draw_map(picture, language="en")
    assert drawn.save_png(tmp_path / "map.png", width=600).read_bytes() == drawn.to_png(600)


def test_a_picture_of_personal_data_is_not_written(picture, tmp_path):
    drawn = draw_map(picture, title="Ring 070-174 06 35")
    with pytest.raises(PersonalDataFound, match=r"'min karta\.png' would hold .*telephone 1"):
        drawn.save_png(tmp_path / "min karta.png")
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_remedy_is_told_and_a_notebook_still_shows_the_map(
    picture, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    drawn = draw_map(picture)
    with pytest.raises(ImportError, match="to_png needs matplotlib: pip install matplotlib"):
        drawn.to_png()
    bundle = drawn._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "<iframe srcdoc=" in bundle["text/html"]


def notebook_of(drawn):
    """A notebook as it is saved after a cell was run that ends with the map."""
    data, metadata = DisplayFormatter().format(drawn)
    output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("karta", outputs=[output])
    book = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(book)
    return book


def test_a_notebook_as_pdf_takes_the_picture_and_as_html_the_page(picture):
    drawn = draw_map(picture)
    book = notebook_of(drawn)
    assert set(book.cells[0].outputs[0].data) == {"text/html", "image/png", "text/plain"}
    latex, resources = LatexExporter().from_notebook_node(book)
    (name,) = resources["outputs"]
    assert name.endswith(".png")
    assert resources["outputs"][name] == drawn.to_png(1000)
    assert "includegraphics" in latex
    page, _ = HTMLExporter().from_notebook_node(book)
    assert "<iframe " in page
    assert 'sandbox="allow-scripts allow-modals"' in page
    assert "srcdoc=" in page


def test_only_what_a_notebook_asks_for_is_made(picture):
    drawn = draw_map(picture)
    assert set(drawn._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(drawn._repr_mimebundle_(exclude={"image/png"})) == {"text/html", "text/plain"}
    png = base64.b64decode(drawn._repr_mimebundle_(include={"image/png"})["image/png"])
    assert Image.open(io.BytesIO(png)).width == 1000


def test_a_background_lies_under_the_districts_layers(picture, tmp_path):
    lines = gpd.GeoDataFrame(
        geometry=[
            shapely.LineString(
                [
                    (conftest.WEST, conftest.SOUTH + 500),
                    (conftest.WEST + 3000, conftest.SOUTH + 500),
                ]
            )
        ],
        crs=3006,
    )
    lines.to_file(tmp_path / "vagar.gpkg")
    background = eg.read_background(tmp_path / "vagar.gpkg", within=picture.districts)
    drawn = draw_map(picture)
    before = drawn.to_png(800)
    assert drawn.with_background(background) is drawn
    assert [layer["key"] for layer in drawn.data["layers"]][:2] == ["areas", "background"]
    assert shade(drawn.to_png(800), "#d9d9d4") > shade(before, "#d9d9d4")
