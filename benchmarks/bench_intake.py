"""A file that nothing is said of beside a bare `pandas.read_csv` that is told everything.

Semicolons, decimal comma, cp1252, dates, SWEREF 99 18 00 with the northing first and five columns
of text, one of them free text that is searched for personal data and kept. Each read is in a
process of its own; what is timed begins after the imports. Such a file is one reporter's; where
three report the same events of ten years in one file, linking them costs more, and that is
measured beside it.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pytest

from data import town

PEER = Path(__file__).with_name("intake_peer.py")


def write_police_file(n, path, *, reporters=("polis",)):
    """Write n incidents of ten years: as many notes as rows, nearly, and 20 000 addresses.

    A million in one year is more than any municipality has, and makes each address a crowd in
    which half of all rows may be of one event.
    """
    incidents = town(n)
    rng = np.random.default_rng(2)
    minutes = rng.integers(0, 3650 * 1440, n).astype("timedelta64[m]")
    occurred = pd.Series(np.datetime64("2016-11-24") + minutes)
    points = incidents.geometry.to_crs(3011)
    words = ["ruta", "port", "källare", "cykel", "vägg", "hiss", "bänk", "skylt", "entré"]
    did = ["krossad", "nedklottrad", "brinner", "trasig", "stulen", "omkullvält"]
    note = pd.Series(rng.choice(words, n)) + " " + rng.choice(did, n)
    note += pd.Series(rng.integers(0, n, n)).map(" nr {}".format)
    table = pd.DataFrame(
        {
            "datum": occurred.dt.strftime("%Y-%m-%d %H:%M"),
            "kategori": incidents["category"].replace({"skadegorelse": "skadegörelse"}),
            "källa": rng.choice(reporters, n),
            "adress": incidents["address"],
            "plats": rng.choice(["torget", "stationen", "skolan", ""], n),
            "anteckning": note,
            "x": points.y.round(1),
            "y": points.x.round(1),
        }
    )
    table.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")
    return path


@pytest.fixture(scope="module", params=[100_000, 1_000_000])
def file(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("intake") / "polis.csv"
    return request.param, write_police_file(request.param, path)


def read(who, path):
    command = [sys.executable, PEER, who, path]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("who", ["pandas", "est_geo"])
def bench_intake(benchmark, file, who):
    n, path = file
    benchmark.group = f"read a file, {n} rows"
    result = benchmark.pedantic(read, args=(who, path), rounds=3, warmup_rounds=1)
    assert result["rows"] == n
    benchmark.extra_info.update(result)


def bench_ratio(file):
    """Say how many times the bare read the whole intake takes; the aim is 4, in 1.5 GB."""
    say_ratio(*file)


def bench_three_reporters(tmp_path):
    """Say the same where the reports of three are linked; the aim is the same."""
    path = tmp_path / "alla.csv"
    say_ratio(1_000_000, write_police_file(1_000_000, path, reporters=("polis", "kommun", "SL")))


def say_ratio(n, path):
    pairs = [(read("pandas", path), read("est_geo", path)) for _ in range(3)]
    bare, ours = (median(pair[k]["seconds"] for pair in pairs) for k in (0, 1))
    peak = max(pair[1]["peak_mb"] for pair in pairs)
    print(
        f"\n{n} rows, {path.stat().st_size // 1_000_000} MB: est_geo {ours} s, pandas {bare} s, "
        f"{ours / bare:.1f} times; {peak} MB against {max(p[0]['peak_mb'] for p in pairs)} MB"
    )
