"""The script that makes the bundled districts, on a toy country of four squares."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

SCRIPT = Path(__file__).parents[1] / "tools" / "make_districts.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("make_districts", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_wheel_with_another_checksum_is_not_opened(tool, tmp_path):
    wheel = tmp_path / "duva-0.3.5-py3-none-any.whl"
    wheel.write_bytes(b"not the wheel")
    with pytest.raises(SystemExit, match=r"not the wheel of duva==0.3.5"):
        tool.main(["--wheel", str(wheel), "--out", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == [wheel.name]


def test_areas_join_to_kommundelar_that_fit(tool):
    squares = [shapely.box(x, 0, x + 1.004, 1) for x in (0, 1.004, 2.008)]
    regso = tool.as_districts(["b", "a", "c"], ["B", "A", "C"], squares, "Sollentuna")
    regso = tool.rounded(regso, decimals=2)
    assert regso["district_id"].tolist() == ["a", "b", "c"]
    assert regso.total_bounds.tolist() == [0, 0, 3.01, 1]
    grouping = pd.DataFrame({"regsokod": list("abc"), "kommundel": ["Häggvik", "Häggvik", "Viby"]})
    kommundelar = tool.group(regso, grouping, "0163")
    assert kommundelar["district_id"].tolist() == ["0163-haggvik", "0163-viby"]
    assert kommundelar.area.tolist() == pytest.approx([2.01, 1.0])
    assert shapely.coverage_is_valid(kommundelar.geometry.array)


def test_a_grouping_with_a_misspelt_area_stops(tool, monkeypatch):
    codes = list(tool.BUNDLED)
    areas = gpd.GeoDataFrame(
        {
            "kommunkod": codes,
            "regsokod": [f"{code}R001" for code in codes],
            "regsonamn": ["Ett", "Två", "Tre", "Fyra"],
        },
        geometry=[shapely.box(x, 0, x + 1, 1) for x in range(4)],
        crs=3006,
    )
    monkeypatch.setattr(tool, "MUNICIPALITIES", 4)
    named = {code: name for code, (name, _) in tool.BUNDLED.items()}
    grouping = areas.loc[[1, 2], ["kommunkod", "regsokod", "regsonamn"]]
    tool.check_source(areas, named, grouping)
    with pytest.raises(SystemExit, match="differ in 2 areas"):
        tool.check_source(areas, named, grouping.replace("Tre", "Trä"))
    with pytest.raises(SystemExit, match="wrongly decoded, the first 'V\ufffdsby'"):
        tool.check_source(areas, named | {"0114": "V\ufffdsby"}, grouping)
    with pytest.raises(SystemExit, match=r"codes .* differ"):
        tool.check_source(areas, {**named, "0115": "Vallentuna"}, grouping)
    with pytest.raises(SystemExit, match="not EPSG:3006"):
        tool.check_source(areas.set_crs(3011, allow_override=True), named, grouping)
    overlapping = areas.set_geometry(areas.buffer(0.1))
    with pytest.raises(SystemExit, match="do not fit together"):
        tool.check_source(overlapping, named, grouping)


def test_the_bytes_do_not_depend_on_where_a_ring_starts(tool):
    square = [(0, 0), (0, 1), (1, 1), (1, 0)]
    turned = [shapely.Polygon(square[start:] + square[:start]) for start in range(4)]
    turned += [shapely.Polygon(square[::-1])]
    texts = {
        tool.geojson(tool.as_districts(["a"], ["Å"], [shape], "Botkyrka"), decimals=2)
        for shape in turned
    }
    assert len(texts) == 1
    whole = json.loads(texts.pop())
    assert whole["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::3006"
    assert whole["features"][0]["properties"]["district"] == "Å"


def test_the_table_goes_between_its_marks(tool):
    text = f"before\n{tool.TABLE_START}\nold\n{tool.TABLE_END}\nafter"
    assert tool.with_table(text, "new") == text.replace("old", "new")
    with pytest.raises(SystemExit, match="lost the marks"):
        tool.with_table("no marks", "new")
