"""One weekly picture, from files to every output, beside the straightforward script.

A million rows only with EST_GEO_BENCH=full.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import est_geo as eg
from data import town, write_csv

HERE = Path(__file__).parent
SIZES = [20_000, 1_000_000] if os.environ.get("EST_GEO_BENCH") == "full" else [20_000]
SETTINGS = """
[districts]
bundled = ["sollentuna"]
[[sources]]
files = ["{file}"]
crs = 3006
"""


def run(script, *arguments):
    command = [sys.executable, HERE / script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(done.stdout)


def settings_for(folder, file):
    path = folder / "lagesbild.toml"
    path.write_text(SETTINGS.format(file=file), encoding="utf-8")
    return path


def bench_demo_week(benchmark, tmp_path):
    """Make the demo's week 47, warm: the aim is 5 s."""
    file = eg.make_example().write(tmp_path)["incidents"].name
    settings = settings_for(tmp_path, file)
    benchmark.group = "demo week to every output"
    result = benchmark.pedantic(
        run, args=("picture_walk.py", settings, "2026-W47", tmp_path / "ut", "warm"), rounds=1
    )
    benchmark.extra_info.update(result)
    print(f"\ndemo week, warm: {result}")


@pytest.mark.parametrize("n", SIZES)
def bench_week_of_history(benchmark, tmp_path, n):
    """Make a week of a year's history: the aim is 20 s and 2 GB for a million rows."""
    file = write_csv(town(n), tmp_path / "incidents.csv")
    settings = settings_for(tmp_path, file.name)
    benchmark.group = f"weekly picture, {n} rows"
    result = benchmark.pedantic(
        run, args=("picture_walk.py", settings, "2026-W47", tmp_path / "ut"), rounds=1
    )
    assert result["rows"] == n
    benchmark.extra_info.update(result)
    print(f"\nest_geo, {n} rows: {result}")


@pytest.mark.parametrize("n", SIZES)
def bench_week_by_the_straightforward_script(benchmark, tmp_path, n):
    file = write_csv(town(n), tmp_path / "incidents.csv")
    benchmark.group = f"weekly picture, {n} rows"
    result = benchmark.pedantic(
        run, args=("picture_peer.py", file, tmp_path / "map.html"), rounds=1
    )
    benchmark.extra_info.update(result)
    print(f"\nscript, {n} rows: {result}")
