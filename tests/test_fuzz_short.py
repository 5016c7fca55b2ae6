"""A short run of the fuzzing; `tools/fuzz_intake.py` is the long one."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import est_geo as eg

SCRIPT = Path(__file__).parents[1] / "tools" / "fuzz_intake.py"
CASES = 150


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz_intake", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_intake"] = module
    spec.loader.exec_module(module)
    return module


def test_broken_files_are_incidents_or_our_errors(fuzz, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    corpus = fuzz.load_corpus()
    outcomes = set()
    for number in range(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcomes.add(fuzz.run_case(fuzz.make_case(2, number, corpus), folder))
    assert outcomes >= {"incidents", "FileRefused", "InputError"}
    assert not list(elsewhere.iterdir())


def test_a_case_is_the_same_each_time(fuzz):
    corpus = fuzz.load_corpus()
    cases = [fuzz.make_case(1, number, corpus) for number in range(30)]
    assert cases == [fuzz.make_case(1, number, corpus) for number in range(30)]
    assert cases != [fuzz.make_case(2, number, corpus) for number in range(30)]


def test_what_must_not_happen_is_found(fuzz, tmp_path, monkeypatch):
    corpus = fuzz.load_corpus()
    case = fuzz.Case({"utf8.csv": corpus["utf8.csv"]}, "utf8.csv", {})
    assert fuzz.run_case(case, tmp_path) == "incidents"
    intake = eg.read_incidents(tmp_path / "utf8.csv")

    def lose_a_row(*_, **__):
        return replace(intake, incidents=intake.incidents.iloc[1:])

    monkeypatch.setattr(eg, "read_incidents", lose_a_row)
    with pytest.raises(fuzz.FindingError, match="rows read = incidents"):
        fuzz.run_case(case, tmp_path)

    def fail(*_, **__):
        raise KeyError("datum")

    monkeypatch.setattr(eg, "read_incidents", fail)
    with pytest.raises(fuzz.FindingError, match="KeyError came out"):
        fuzz.run_case(case, tmp_path)

    def leave_a_file(*_, **__):
        (tmp_path / "utf8.csv-wal").touch()
        return intake

    monkeypatch.setattr(eg, "read_incidents", leave_a_file)
    with pytest.raises(fuzz.FindingError, match="files appeared"):
        fuzz.run_case(case, tmp_path)


# What the long run found


def test_a_property_may_be_a_list(tmp_path):
    feature = {"type": "Feature", "geometry": None, "properties": {"id": "a", "adress": ["x", 1]}}
    path = tmp_path / "fil.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, feature]}))
    assert eg.read_incidents(path).summary.files[0].repeated_rows == 1


def damaged_shapefile(fuzz, folder, old, new):
    """Write the corpus's Shapefile with some bytes replaced in every part of it."""
    for name, content in fuzz.load_corpus().items():
        if name.startswith("layer") and not name.endswith(".gpkg"):
            (folder / name).write_bytes(content.replace(old, new))
    return folder / "layer.shp"


def test_a_column_name_twice_in_a_shapefile_is_refused(fuzz, tmp_path):
    shapefile = damaged_shapefile(fuzz, tmp_path, b"kategori\0", b"adress\0\0\0")
    with pytest.raises(eg.FileRefused, match=r"'layer.shp' has 1 column name\(s\) more than once"):
        eg.read_incidents(shapefile)


def test_a_prj_that_is_not_text_is_refused(fuzz, tmp_path):
    shapefile = damaged_shapefile(fuzz, tmp_path, b"SWEREF99_TM", b"SWEREF99\xffTM")
    with pytest.raises(eg.FileRefused, match=r"'layer.shp' is damaged and cannot be read"):
        eg.read_incidents(shapefile)


def test_text_in_another_encoding_than_the_file_says_is_refused(fuzz, tmp_path):
    shapefile = damaged_shapefile(fuzz, tmp_path, "Å".encode(), b"\xc5 ")
    with pytest.raises(eg.FileRefused, match=r"'layer.shp' has text in the column 'adress'"):
        eg.read_incidents(shapefile)
