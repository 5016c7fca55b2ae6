import re

import pandas as pd
import pytest
from typer.testing import CliRunner

import est_geo as eg
from builders import box_area
from est_geo.cli import app

run = CliRunner().invoke

REGISTER = "".join(
    f"{street};{number};;667{place}{number:02};65910{place}0\n"
    for place, street in enumerate(("Malmvägen", "Edsvägen"), start=1)
    for number in range(1, 31)
)
# Storgatan 1 in two places, far apart.
TWICE = "Storgatan;1;;667300;6591300\nStorgatan;1;;667900;6591900\n"
WORDS = {
    "Malmvägen {}": 12,
    "Edsvägen {}": 3,
    "Fabriksgatan {}": 4,
    "FABRIKS GATAN {}": 1,
    "Systemet": 2,
    "Storgatan 1": 2,
}


@pytest.fixture
def folder(tmp_path):
    addresses = [word.format(n % 25 + 1) for word, times in WORDS.items() for n in range(times)]
    rows = "".join(
        f"2026-03-{n % 28 + 1:02} 12:00;klotter;{source};{address}\n"
        for n, address in enumerate(addresses)
        for source in ("polis",)
    )
    files = {
        "handelser.csv": "datum;kategori;källa;adress\n" + rows,
        "register.csv": "gata;nummer;bokstav;easting;northing\n" + REGISTER + TWICE,
        "alias.csv": "alias;betyder\nSystemet;Malmvägen 7\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
    area = box_area(666_000, 6_590_000, 669_000, 6_593_000)
    area.to_file(tmp_path / "omraden.gpkg", driver="GPKG")
    return tmp_path


def check(folder, *arguments):
    return run(app, ["check", str(folder / "handelser.csv"), *map(str, arguments)])


def test_check_accounts_for_geocoding(folder):
    result = check(folder, "--gazetteer", folder / "register.csv")
    # A low hit rate is a warning and no fault of the file.
    assert result.exit_code == 0, result.output
    said = result.stdout
    assert "24 rows = 0 with coordinates + 24 asked; of those 15 placed (62 %)" in said
    assert "low hit rate: all: 62 % of 24 rows asked placed, below 85 %" in said
    assert "low hit rate: source 'polis': 62 % of 24 rows" in said
    assert re.search(r"exact\W+15\W+15\W+62 %", said)
    assert re.search(r"polis\W+24\W+24\W+15\W+62 %", said)
    assert re.search(r"Fabriksgatan\W+5\W+83 %", said)
    assert re.search(r"Storgatan\W+Storgatan 1 \(.*2\W*$", said, re.MULTILINE)
    assert "Fix the first 2 of those not found and you reach 91 %." in said


def test_without_a_register_nothing_is_said_of_geocoding(folder):
    result = check(folder)
    assert result.exit_code == 0, result.output
    assert "eocoding" not in result.stdout


def test_rejected_rows_still_leave_with_one(folder):
    with (folder / "handelser.csv").open("a", encoding="utf-8") as stream:
        stream.write("i helgen;klotter;polis;Malmvägen 3\n")
    result = check(folder, "--gazetteer", folder / "register.csv")
    assert result.exit_code == 1
    assert "15 placed" in result.stdout


def test_what_was_not_found_comes_back_as_aliases(folder):
    written = folder / "hittades-inte.csv"
    asked = ("--gazetteer", folder / "register.csv", "--unmatched", written)
    assert check(folder, *asked).exit_code == 0
    table = pd.read_csv(written, sep=";")
    assert table["alias"].tolist() == ["Fabriksgatan", "Systemet", "Storgatan"]
    assert table["betyder"].isna().all()
    assert table["n"].tolist() == [5, 2, 2]
    assert table["why"].tolist() == ["not found", "not found", "ambiguous"]
    assert table["candidates"].str.contains("Storgatan 1").tolist()[2]
    # Filled in where the analyst knows, and handed back as it is.
    table["betyder"] = [None, "Malmvägen 7", None]
    table.to_csv(written, sep=";", index=False)
    result = check(folder, "--gazetteer", folder / "register.csv", "--aliases", written)
    assert "24 asked; of those 17 placed" in result.stdout


def test_map_of_addresses_alone(folder):
    places = ("--gazetteer", folder / "register.csv", "--aliases", folder / "alias.csv")
    arguments = ["--districts", folder / "omraden.gpkg", "--out", folder / "karta.html", *places]
    result = run(app, ["map", str(folder / "handelser.csv"), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    # Storgatan lies in one district, whichever of the two it is.
    assert "of those 17 placed (70 %) + 2 with a district only + 5 without" in result.stdout
    assert "low hit rate: all: 70 %" in result.stdout
    assert "24 incidents = 17 on the map" in result.stdout
    assert "+ 2 in a district only + 5 without a place" in result.stdout
    assert (folder / "karta.html").is_file()


def test_reports_that_repeat_each_other_are_linked_once_they_have_points(folder):
    path = folder / "handelser.csv"
    path.write_text(
        "datum;kategori;källa;adress\n"
        "2026-03-01 12:00;klotter;polis;Malmvägen 3\n"
        "2026-03-01 13:00;klotter;vakt;Malmvägen 3\n"
        "2026-03-01 12:00;otrygg plats;polis;Edsvägen 3\n"
        "2026-03-09 12:00;otrygg plats;polis;Edsvägen 3\n",
        encoding="utf-8",
    )
    arguments = ["--out", folder / "karta.html", "--gazetteer", folder / "register.csv"]
    result = run(app, ["map", str(path), *map(str, arguments)])
    assert result.exit_code == 0, result.output
    assert "4 incidents = 2 on the map + 2 that repeat another report" in result.stdout


@pytest.mark.parametrize("option", ["--aliases", "--unmatched"])
def test_options_that_need_a_register(folder, option):
    result = check(folder, option, folder / "alias.csv")
    assert result.exit_code == 1
    assert f"`{option}` does nothing without an address register" in result.stderr
    assert result.stdout == ""


def test_a_register_that_is_not_there(folder):
    result = check(folder, "--gazetteer", folder / "saknas.gpkg")
    assert result.exit_code == 1
    assert "saknas.gpkg" in result.stderr


def test_text_in_addresses_cannot_command_the_terminal(folder):
    with (folder / "handelser.csv").open("a", encoding="utf-8") as stream:
        stream.write("2026-03-01 12:00;klotter;polis;[red]Hittepå\x1b[2Jgatan 4\n" * 9)
    result = check(folder, "--gazetteer", folder / "register.csv")
    assert "\x1b[2J" not in result.stdout


def test_options_are_read_alike_by_both_commands():
    shared = ("crs", "municipality", "column", "source", "layer", "personal_data", "categories")
    both = [
        {name: repr(parameter) for name, parameter in command.callback.__annotations__.items()}
        for command in app.registered_commands
        if command.callback.__name__ in ("check", "map_")
    ]
    for name in (*shared, "gazetteer", "aliases", "districts", "level", "district_name"):
        assert both[0][name] == both[1][name]


def test_public_names():
    assert callable(eg.geocode)
    assert callable(eg.read_gazetteer)
