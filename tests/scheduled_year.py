"""The demo's year as reporters would send it, a file that grows for four weeks and then a new one;
and settings to run them by.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

import est_geo as eg

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """
title = "Lägesbild Sollentuna"
[districts]
bundled = ["sollentuna"]
[[sources]]
files = ["in/handelser_*.csv"]
crs = 3006
[write]
{write}
[audiences]
make = [{make}]
"""
WEEKS_A_FILE = 4
ONLY_TABLES = "map = false\nreport = false\ngeopackage = false\nworkbook = false\ncsv = true"


@cache
def weeks() -> dict[str, pd.DataFrame]:
    """Give the demo's rows by week; one with a bad date goes with the row above."""
    incidents = eg.make_example().incidents
    days = pd.to_datetime(incidents["datum"], errors="coerce").ffill().bfill()
    iso = days.dt.isocalendar()
    keys = iso["year"].astype(str) + "-W" + iso["week"].map("{:02d}".format)
    return {str(key): rows for key, rows in incidents.groupby(keys, sort=True)}


def folder_of(
    home: Path, *, until: str = "9999", write: str = "", make: str = '"internal"'
) -> Path:
    """Write settings and the files of every week up to one, and give the settings' path."""
    (home / "in").mkdir(parents=True, exist_ok=True)
    keys = [key for key in weeks() if key <= until]
    for key in sorted({*keys[WEEKS_A_FILE - 1 :: WEEKS_A_FILE], *keys[-1:]}):
        add_week(home, key)
    settings = home / "lagesbild.toml"
    settings.write_text(SETTINGS.format(write=write, make=make), encoding="utf-8")
    return settings


def add_week(home: Path, key: str) -> None:
    """Write the file that a week is in, with the weeks before it that are in it too."""
    keys = list(weeks())
    number = keys.index(key)
    first = number // WEEKS_A_FILE * WEEKS_A_FILE
    rows = pd.concat([weeks()[one] for one in keys[first : number + 1]])
    text = rows.to_csv(sep=";", index=False, lineterminator="\r\n")
    (home / "in" / f"handelser_{keys[first]}.csv").write_bytes(text.encode("utf-8-sig"))


def assert_whole(folder: Path) -> dict:
    """Check a folder against its manifest: every file there, whole, and no other."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    there = {path.name for path in folder.iterdir()}
    assert there == {"manifest.json", *manifest["outputs"]}
    for name, one in manifest["outputs"].items():
        content = (folder / name).read_bytes()
        assert len(content) == one["bytes"]
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
    return manifest
