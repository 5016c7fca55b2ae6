import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from builders import box_area
from est_geo.cli import app
from est_geo.cli.console import plain

run = CliRunner().invoke
HEADER = "datum;kategori;adress;easting;northing\n"
ROWS = "".join(
    f"2026-0{m}-05 12:00;klotter;Påhittade vägen 1;667000,5;6591000\n" for m in range(1, 7)
)

GOOD = (HEADER + ROWS).encode()
# The same place in a local zone, which only the municipality could tell.
LOCAL = GOOD.replace(b"667000,5;6591000", b"147247;6590360")


@pytest.fixture
def folder(tmp_path):
    box_area(666_000, 6_590_000, 668_000, 6_592_000).to_file(
        tmp_path / "omraden.gpkg", driver="GPKG"
    )
    (tmp_path / "handelser.csv").write_text(HEADER + ROWS, encoding="utf-8-sig")
    return tmp_path


def map_of(folder, *arguments, crs="3006"):
    chosen = ["--crs", crs] if crs else []
    out = ["--out", str(folder / "karta.html"), "--districts", str(folder / "omraden.gpkg")]
    return run(app, ["map", str(folder / "handelser.csv"), *out, *chosen, *arguments])


def written(folder):
    return {path.name for path in folder.iterdir()} - {"handelser.csv", "omraden.gpkg"}


def test_demo_writes_its_files_and_finds_what_it_planted(tmp_path):
    result = run(app, ["demo", str(tmp_path / "ny" / "mapp")])
    assert result.exit_code == 0, result.output
    found = re.search(r"(\d+) of 10 planted addresses found", result.stdout)
    assert int(found[1]) >= 9
    assert "5 of 5 planted places found" in result.stdout
    assert "rows read = " in result.stdout
    assert {path.name for path in (tmp_path / "ny" / "mapp").iterdir()} == {
        "handelser.csv", "adresser.csv", "planterat.csv", "map.html",
        "aterkommande_adresser.csv", "platser.csv", "kommundelar.csv", "avvisade_rader.csv",
    }  # fmt: skip


def test_map_of_anyones_file(folder):
    result = map_of(folder, "--tables", str(folder / "tabeller"), "--title", "Prov")
    assert result.exit_code == 0, result.output
    assert "6 incidents = 6 on the map + 0 that repeat another report" in result.stdout
    assert "+ 0 outside (of which 0 at 0, 0) + 0 in a district only" in result.stdout
    assert "Påhittade vägen 1" in result.stdout
    assert "<title>Prov</title>" in (folder / "karta.html").read_text(encoding="utf-8")
    table = pd.read_csv(folder / "tabeller" / "platser.csv", sep=";", decimal=",")
    assert table["n"].tolist() == [6]


def test_bundled_districts_by_name(folder):
    result = map_of(folder, "--districts", "sollentuna")
    assert result.exit_code == 0, result.output


def test_columns_by_argument_and_english(folder):
    text = HEADER.replace("datum", "inrapporterat") + ROWS
    (folder / "handelser.csv").write_text(text, encoding="cp1252")
    result = map_of(folder, "--column", "occurred_from=inrapporterat", "--language", "en")
    assert result.exit_code == 0, result.output
    assert 'lang="en"' in (folder / "karta.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "arguments", "crs", "message"),
    [
        (b"", [], "3006", "handelser.csv"),
        ((HEADER).encode(), [], "3006", "handelser.csv"),
        (LOCAL, [], None, "crs="),
        (GOOD, ["--column", "occurred_from=tidpunkten"], "3006", "tidpunkten"),
        (GOOD, ["--column", "occurred_from"], "3006", "without '='"),
        (GOOD, [], "4326", "no degrees are; the first is row 2"),
        (GOOD + b"2026-01-05;klotter;;0;0\n", [], "3006", r"1 of 7 points.*0, 0"),
        (GOOD + b"2026-01-05;klotter;;660000;6591000\n", [], "3006", "--outside|outside='keep'"),
        (GOOD + b"i helgen;klotter;;667000;6591000\n", [], "3006", r"1 of 7 rows.*row 8.*skip"),
        (GOOD, ["--districts", "atlantis"], "3006", "not bundled"),
        (GOOD, ["--districts", "finns-inte.gpkg"], "3006", "finns-inte.gpkg"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line_and_nothing_is_written(
    folder, content, arguments, crs, message
):
    (folder / "handelser.csv").write_bytes(content)
    result = map_of(folder, *arguments, crs=crs)
    assert result.exit_code == 1, result.output
    assert re.search(message, result.stderr), result.stderr
    assert result.stderr.startswith("est-geo: ")
    assert result.stderr.count("\n") == 1
    assert written(folder) == set()


def test_rejected_and_outside_rows_can_be_left_out_and_are_counted(folder):
    text = HEADER + ROWS + "i helgen;klotter;;667000;6591000\n2026-01-05;klotter;;0;0\n"
    (folder / "handelser.csv").write_text(text, encoding="utf-8")
    result = map_of(folder, "--rejected", "skip", "--outside", "keep")
    assert result.exit_code == 0, result.output
    assert "8 rows read = 7 incidents" in result.stdout
    assert "1 outside (of which 1 at 0, 0)" in result.stdout


def test_an_old_map_survives_a_bad_run(folder):
    (folder / "karta.html").write_text("gårdagens", encoding="utf-8")
    (folder / "handelser.csv").write_bytes(b"")
    assert map_of(folder).exit_code == 1
    assert (folder / "karta.html").read_text(encoding="utf-8") == "gårdagens"


def test_text_from_data_cannot_command_the_terminal(folder):
    row = "2026-0{}-07 12:00;klotter;[red]A\x1b[2J 1;667100;6591000\n"
    text = HEADER + "".join(row.format(month) for month in range(1, 5))
    (folder / "handelser.csv").write_text(text, encoding="utf-8")
    result = map_of(folder)
    assert result.exit_code == 0, result.output
    assert "\x1b[2J" not in result.stdout
    assert "[red]A" in result.stdout


def test_control_characters_are_shown_as_such():
    assert plain("a\x1b[2Jb\u202ec") == "a�[2Jb�c"


@pytest.fixture
def two_districts(folder):
    """A file of two areas, and one of streets, in the folder."""
    areas = pd.concat(
        [
            box_area(666_000, 6_590_000, 667_200, 6_592_000),
            box_area(667_200, 6_590_000, 668_000, 6_592_000),
        ]
    )
    areas["district"] = ["Häggvik", "Åsen"]
    areas.drop(columns="district_id").to_file(folder / "omraden.gpkg", driver="GPKG")
    lines = [
        shapely.LineString([(666_000 + 200 * i, 6_590_000), (666_000 + 200 * i, 6_592_000)])
        for i in range(9)
    ]
    streets = gpd.GeoDataFrame(geometry=lines, crs=3006)
    streets.to_file(folder / "karta.gpkg", layer="vagar")
    streets.iloc[:1].to_file(folder / "karta.gpkg", layer="spar")
    return folder


def test_a_map_for_each_district_with_a_background(two_districts):
    folder = two_districts
    karta = folder / "karta.gpkg"
    result = map_of(
        folder, "--by-district", "--out", str(folder / "kartor"),
        "--background", f"streets={karta}#vagar", "--background", f"railways={karta}#spar",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    names = {path.name for path in (folder / "kartor").iterdir()}
    assert names == {"index.html", "karta.html", "karta-haggvik.html", "karta-asen.html"}
    assert re.search(r"index\.html \(\d+ kB\)", result.stdout)
    pages = [(folder / "kartor" / name).read_text(encoding="utf-8") for name in sorted(names)[1:]]
    assert ['"style":"street"' in page for page in pages] == [True, True, True]
    assert ['"style":"railway"' in page for page in pages] == [False, True, True]


def test_tiles_of_ones_own(folder):
    url = "https://karta.example.se/{z}/{x}/{y}.png"
    result = map_of(folder, "--tiles", url, "--tiles-attribution", "© Kommunen")
    assert result.exit_code == 0, result.output
    page = (folder / "karta.html").read_text(encoding="utf-8")
    assert "img-src data: blob: https://karta.example.se;" in page
    assert "Bakgrundskartan hämtas från karta.example.se medan kartan läses" in page
    assert "hämtar ingenting från nätet" not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by-district"], "`--out` is 'karta.html', a file"),
        (["--by-district", "--out", "x"], "one district only"),
        (["--tiles", "https://karta.example.se/"], "must hold each of"),
        (["--tiles-attribution", "x"], "which is not given"),
        (["--background", "a.gpkg", "--background", "water=b.gpkg"], "1 of 2 values without '='"),
        (["--background", "water=a.gpkg", "--background", "water=b.gpkg"], "a kind twice"),
        (["--background", "roads=omraden.gpkg"], "not 'roads'"),
        (["--background", "finns-inte.gpkg"], "finns-inte.gpkg"),
    ],
)
def test_faults_of_maps_are_one_line_and_leave_nothing(folder, monkeypatch, arguments, message):
    monkeypatch.chdir(folder)
    result = map_of(folder, *arguments)
    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert written(folder) == set()


def test_usage_faults_leave_with_two(folder):
    assert run(app, ["map"]).exit_code == 2
    assert map_of(folder, "--outside", "guess").exit_code == 2


def test_version():
    assert run(app, ["--version"]).stdout.startswith("est_geo 0.")
