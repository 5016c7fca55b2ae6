"""Scheduled runs: settings that explain themselves, whole folders, one run at a time."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from dataclasses import replace

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from typer.testing import CliRunner

import conftest
import est_geo as eg
from est_geo.cli import app
from est_geo.errors import FileRefused
from est_geo.periods import parse_period
from est_geo.scheduled import history
from est_geo.scheduled.locking import Locked, locked
from est_geo.scheduled.outputs import clear_away, put_in_place
from est_geo.scheduled.run import run_scheduled
from est_geo.scheduled.settings import Settings, read_settings
from est_geo.scheduled.template import TEMPLATE
from scheduled_year import ONLY_TABLES, WEEKS_A_FILE, add_week, assert_whole, folder_of, weeks

RUNNER = CliRunner()


def command(*arguments):
    """Run est-geo in this process."""
    return RUNNER.invoke(app, [str(argument) for argument in arguments])


def process(*arguments):
    """Start est-geo as a process of its own."""
    script = "from est_geo.cli import app; app()"
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.name != ".las"
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder in which week 47 has been made for all three audiences, with every kind of file."""
    folder = tmp_path_factory.mktemp("kommun")
    settings = folder_of(folder, make='"internal", "partner", "public"', write="csv = true")
    done = command("picture", settings)
    assert done.exit_code == 0, done.output
    return folder


def test_everything_is_written_for_each_audience(home):
    out = home / "lagesbilder"
    assert (out / "latest").readlink().name == "2026-W47"
    for audience in ("internal", "partner", "public"):
        folder = out / "2026-W47" / audience
        manifest = assert_whole(folder)
        assert {"karta.html", "lagesbild.html", "tabeller.xlsx", "lager.gpkg"} <= set(
            manifest["outputs"]
        )
        assert manifest["made_from"]["period"] == "2026-W47"
        assert manifest["rows"] == {"read": 5983, "rejected": 4, "incidents": 5979}
        assert manifest["parameters"]["bandwidth_m"]["chosen_for_you"] is True
        assert ("inputs" in manifest["made_from"]) == (audience == "internal")
        assert ("avvisade_rader.csv" in manifest["outputs"]) == (audience == "internal")
    inputs = json.loads((out / "latest/internal/manifest.json").read_text())["made_from"]["inputs"]
    assert len(inputs) == 13
    assert "in/handelser_2026-W44.csv" in inputs


def test_nothing_changed_nothing_written(home):
    before = files_in(home)
    again = command("picture", home / "lagesbild.toml", "--period", "2026-W47")
    assert again.exit_code == 0
    assert again.output.count("oförändrat") == 3
    assert files_in(home) == before


def test_a_file_that_was_changed_by_hand_is_made_again(home):
    path = home / "lagesbilder/2026-W47/internal/platser.csv"
    content = path.read_bytes()
    path.write_bytes(b"nej")
    again = command("picture", home / "lagesbild.toml", "--period", "2026-W47")
    assert again.output.count("oförändrat") == 2
    assert path.read_bytes() == content


def test_another_process_and_another_folder_give_the_same_bytes(home, tmp_path):
    run = process(
        "picture", home / "lagesbild.toml", "--period", "2026-W47", "--out", tmp_path / "ut"
    )
    out, err = run.communicate(timeout=300)
    assert run.returncode == 0, err.decode()
    assert out.decode().count("2026-W47") >= 3
    first, second = files_in(home / "lagesbilder/2026-W47"), files_in(tmp_path / "ut/2026-W47")
    assert {name: data for name, (data, _) in first.items()} == {
        name: data for name, (data, _) in second.items()
    }


def test_a_run_finds_the_folder_locked_and_changes_nothing(home):
    before = files_in(home)
    with locked(home / "lagesbilder"):
        run = process("picture", home / "lagesbild.toml", "--audience", "internal")
        _, err = run.communicate(timeout=300)
    assert run.returncode == 75
    assert "is being written to by another run" in err.decode()
    assert files_in(home) == before


def test_the_lock_is_one_at_a_time_and_goes_with_its_holder(tmp_path):
    with locked(tmp_path), pytest.raises(Locked, match="another run"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_personal_data_stops_the_run_and_leaves_the_old_folder(tmp_path):
    only_map = ONLY_TABLES.replace("map = false", "map = true")
    settings = folder_of(tmp_path, until="2026-W02", write=only_map)
    assert command("picture", settings, "--period", "2026-W01").exit_code == 0
    before = files_in(tmp_path / "lagesbilder")
    stated = settings.read_text(encoding="utf-8").replace("Lägesbild", "Ring 070-174 06 35")
    settings.write_text(stated, encoding="utf-8")
    refused = command("picture", settings, "--period", "2026-W01")
    assert refused.exit_code == 1
    assert "'karta.html' would hold what looks like personal data" in refused.output
    assert "174" not in refused.output
    assert files_in(tmp_path / "lagesbilder") == before


def test_messages_go_to_a_file_and_as_json_to_stderr(home, tmp_path):
    log = tmp_path / "korning.log"
    out = tmp_path / "ut"
    run = command(
        *("picture", home / "lagesbild.toml", "--period", "2026-W47", "--audience", "public"),
        *("--out", out, "--log-file", log, "--json"),
    )
    assert run.exit_code == 0
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert {"time", "level", "from", "message"} == set(lines[0])
    assert any("2026-W47 written for public" in line["message"] for line in lines)
    text = log.read_text(encoding="utf-8")
    assert "written for public" in text
    assert not any(word in text for word in ("Humleludds", "H-0"))  # nothing of the incidents


def test_init_writes_settings_that_are_read_and_replaces_none(tmp_path):
    path = tmp_path / "lagesbild.toml"
    assert command("init", path).exit_code == 0
    assert path.read_text(encoding="utf-8") == TEMPLATE
    settings = read_settings(path)
    assert settings.districts.bundled == ["sollentuna"]
    assert settings.sources[0].name == "polis"
    refused = command("init", path)
    assert refused.exit_code == 1
    assert "pass --force to replace it" in " ".join(refused.output.split())
    assert command("init", path, "--force").exit_code == 0


def test_every_line_that_can_be_switched_on_in_the_settings_is_right():
    # "# key = value" and "# [part]" are settings that do nothing; switched on, they are read.
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", TEMPLATE, flags=re.MULTILINE)
    text = text.replace('bundled = ["sollentuna"]', "")
    settings = Settings.model_validate(tomllib.loads(text))
    assert settings.sources[0].columns == {"occurred_from": "Händelsedatum"}
    assert settings.register_.aliases == "register/alias.csv"
    assert settings.audiences.partner.k == 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("crs = 3006", "csr = 3006"), "`sources.1.csr` is not a key there: check its spelling"),
        (('files = ["in/handelser_*.csv"]', ""), "`sources.1.files` is missing: add it"),
        (('bundled = ["sollentuna"]', ""), "`districts`: give either bundled"),
        (
            ('make = ["internal"]', 'make = ["alla"]'),
            "`audiences.make.1`: input should be",
        ),
        (
            ("crs = 3006", "crs = 3006\n[analysis]\neps_m = -1"),
            "`analysis.eps_m`: input should be greater",
        ),
        (('title = "Lägesbild Sollentuna"', "title = Lägesbild"), "is not TOML"),
    ],
)
def test_settings_say_which_key_is_wrong_and_what_to_do(tmp_path, change, said):
    settings = folder_of(tmp_path, until="0")
    text = settings.read_text(encoding="utf-8")
    assert change[0] in text
    settings.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(eg.InputError, match=re.escape(said)):
        read_settings(settings)
    run = command("picture", settings)
    assert run.exit_code == 1
    assert not (tmp_path / "lagesbilder").exists()


def test_what_is_not_there_is_said(tmp_path):
    assert command("picture", tmp_path / "nej.toml").exit_code == 1
    settings = folder_of(tmp_path, until="0")
    run = command("picture", settings)
    assert run.exit_code == 1
    assert "matches no file" in run.output
    assert "[[sources]]" in run.output
    assert "optional = true" in run.output
    assert command("picture").exit_code == 2
    assert command("picture", settings, "--audience", "pressen").exit_code == 2


def test_a_folder_is_swapped_whole_and_a_killed_swap_is_mended(tmp_path):
    folder = tmp_path / "2026-W47" / "internal"
    put_in_place(folder, {"a.txt": b"1", "manifest.json": b"{}"}, last="manifest.json")
    put_in_place(folder, {"b.txt": b"2", "manifest.json": b"{}"}, last="manifest.json")
    assert sorted(path.name for path in folder.iterdir()) == ["b.txt", "manifest.json"]
    # Killed after the old one was moved away and before the new one was put there.
    folder.rename(folder.with_name(".internal.gammal"))
    (folder.parent / ".internal-x.ny").mkdir()
    clear_away(folder.parent)
    assert [path.name for path in folder.parent.iterdir()] == ["internal"]
    assert (folder / "b.txt").read_bytes() == b"2"


KILLED_AT_THE_THIRD_FILE = """
import os, signal
from est_geo.cli import app
from est_geo.scheduled import outputs

written, write = [], outputs.write_atomic

def write_or_die(path, content):
    written.append(path)
    if len(written) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(path, content)

outputs.write_atomic = write_or_die
app()
"""


def kill_half_way(settings, key):
    """Run a week in a process that is killed when two of its files are there."""
    run = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_THIRD_FILE, "picture", settings, "--period", key],
        capture_output=True,
        check=False,
    )
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    folder = settings.parent / "lagesbilder" / key
    assert len(list(folder.glob(".internal-*.ny/*"))) == 2
    return folder


@pytest.mark.slow
def test_fifty_two_weeks_in_order(tmp_path):
    settings = folder_of(tmp_path, until="0", write=ONLY_TABLES)
    out = tmp_path / "lagesbilder"
    keys = list(weeks())
    assert len(keys) == 52
    for number, key in enumerate(keys):
        add_week(tmp_path, key)
        if number == 20:
            # Killed half-way: no folder is there, and nothing of the week is handed on.
            folder = kill_half_way(settings, key)
            assert not (folder / "internal").exists()
            assert not (out / ".historik" / f"{key}-platser.parquet").exists()
        if number == 30:
            # Twice at the same time: one does it, the other finds the lock or nothing to do.
            both = [process("picture", settings, "--period", key) for _ in range(2)]
            said = [run.communicate(timeout=300) for run in both]
            codes = sorted(run.returncode for run in both)
            assert codes in ([0, 0], [0, 75]), said
            continue
        run = command("picture", settings, "--period", key)
        assert run.exit_code == 0, (key, run.output)
    assert sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) == [
        *keys,
        "latest",
    ]
    assert (out / "latest").readlink().name == keys[-1]
    for number, key in enumerate(keys):
        assert [path.name for path in (out / key).iterdir()] == ["internal"]
        manifest = assert_whole(out / key / "internal")
        assert len(manifest["made_from"]["inputs"]) == number // WEEKS_A_FILE + 1
        expected = None if number == 0 else keys[number - 1]
        assert manifest["parameters"]["previous"]["value"] == expected
    followed = pd.read_parquet(out / ".historik" / f"{keys[-1]}-platser.parquet")
    assert followed["period"].unique().tolist() == [
        key for key in keys if key in set(followed["period"])
    ]
    _assert_ids_are_stable(followed)


def _assert_ids_are_stable(followed):
    """The planted places are one place each from when they are first seen to the last week."""
    example = eg.make_example()
    places = example.planted[example.planted["kind"] == "place"]
    register = example.register.set_index("address")
    last = followed[followed["period"] == "2026-W47"]
    for name in places["name"]:
        point = register.loc[name, "geometry"]
        site = f"{int(point.y + 0.5)}{int(point.x + 0.5):08d}"
        of_site = followed[followed["site_ids"].fillna("").str.contains(site)]
        tracks = of_site[of_site["n"] > 0]
        assert site in " ".join(last["site_ids"].dropna())
        # The last quarter of a year, in which every window has a tertial of history behind it.
        late = tracks[tracks["period"] >= "2026-W34"]
        assert len(set(late["track_id"])) == 1, (name, late[["period", "track_id", "change"]])


def test_recurring_places_are_handed_on_where_a_picture_has_them(tmp_path):
    made = conftest.make_picture()
    month, next_month = parse_period("2026-10"), parse_period("2026-11")
    picture = replace(made, period=month, followed=pd.DataFrame({"period": ["2026-10"]}))
    history.leave(tmp_path, picture)
    found, files = history.before(tmp_path, next_month)
    assert found.recurring_places is None
    assert len(files) == 2
    history.leave(tmp_path, replace(picture, recurring_places=made.places))
    found, files = history.before(tmp_path, next_month)
    assert_geodataframe_equal(found.recurring_places, made.places)
    assert len(files) == 3
    (tmp_path / history.FOLDER / "2026-10-aterkommande.parquet").write_bytes(b"torn")
    with pytest.raises(FileRefused, match=r"'2026-10-aterkommande\.parquet' in"):
        history.before(tmp_path, next_month)


def test_the_same_run_twice_in_one_process_gives_the_same_run(home):
    run = run_scheduled(home / "lagesbild.toml", period="2026-W47")
    assert run.written == ()
    assert len(run.unchanged) == 3
    assert run.period.key == "2026-W47"
