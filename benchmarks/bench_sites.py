"""Incidents in a Parquet file to sites, beside the same aggregation in SQL by DuckDB.

``EST_GEO_BENCH=full`` takes 10 million rows at 100 000 sites. Each run is a process of its own;
what is timed begins after the imports, and the memory is the most that the whole process ever had.
A file of a fifth of the rows at the same sites shows that memory grows with the sites.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

PEER = Path(__file__).with_name("sites_peer.py")
FULL = os.environ.get("EST_GEO_BENCH") == "full"
ROWS, SITES = (10_000_000, 100_000) if FULL else (1_000_000, 10_000)
_AT_A_TIME = 1_000_000


def write_file(n, path, *, sites=SITES):
    """Write n incidents at addresses that come back by Zipf's law, a million at a time."""
    rng = np.random.default_rng(1)
    places = rng.choice(6000 * 6000, sites, replace=False)
    points = np.column_stack((667_000 + places % 6000, 6_591_000 + places // 6000)).astype(float)
    share = np.arange(1, sites + 1) ** -1.1
    streets = pd.Series(np.arange(sites), dtype="str") + " Påhittade vägen"
    district = rng.integers(0, 20, sites)
    writer = None
    for start in range(0, n, _AT_A_TIME):
        size = min(_AT_A_TIME, n - start)
        at = rng.choice(sites, size, p=share / share.sum())
        xy = points[at] + rng.uniform(-0.4, 0.4, (size, 2))
        minutes = rng.integers(0, 3640 * 1440, size).astype("timedelta64[m]")
        table = pd.DataFrame(
            {
                "incident_id": pd.Series(np.arange(start, start + size), dtype="str"),
                "occurred_from": (np.datetime64("2016-11-24") + minutes).astype("datetime64[us]"),
                "category": rng.choice(["klotter", "skadegorelse", "brand"], size),
                "source": rng.choice(["polis", "kommun", "väktare"], size),
                "weight": rng.choice([0.5, 1.0, 2.5], size),
                "address": streets.to_numpy()[at],
                "district_id": pd.Series(district[at], dtype="str"),
                "district": "Kommundel " + pd.Series(district[at], dtype="str"),
                "easting": xy[:, 0],
                "northing": xy[:, 1],
            }
        )
        table.attrs["crs"] = "EPSG:3006"
        stored = pa.Table.from_pandas(table, preserve_index=False)
        writer = writer or pq.ParquetWriter(path, stored.schema)
        writer.write_table(stored)
    writer.close()
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_file(ROWS, tmp_path_factory.mktemp("sites") / "incidents.parquet")


def reduce(who, path):
    command = [sys.executable, PEER, who, path]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("who", ["duckdb", "est_geo", "memory"])
def bench_sites(benchmark, file, who):
    benchmark.group = f"sites of {ROWS} rows in a file"
    told = []
    benchmark.pedantic(lambda: told.append(reduce(who, file)), rounds=3)
    assert told[-1]["n"] == ROWS
    told.sort(key=lambda run: run["seconds"])
    print(f"\n{who}: {told[len(told) // 2]}")
    benchmark.extra_info.update(told[len(told) // 2])


def bench_memory_grows_with_the_sites(file, tmp_path):
    """Say what a fifth of the rows takes, at the same sites."""
    few, many = write_file(ROWS // 5, tmp_path / "few.parquet"), file
    peaks = [reduce("est_geo", path)["peak_mb"] for path in (few, many)]
    print(f"\n{ROWS // 5} rows {peaks[0]} MB, {ROWS} rows {peaks[1]} MB")
    assert peaks[1] < 1.3 * peaks[0]
