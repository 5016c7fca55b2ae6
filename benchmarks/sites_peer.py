"""Reduce a Parquet file of incidents to sites in a process of its own.

Run as ``python benchmarks/sites_peer.py est_geo|memory|duckdb FILE.parquet``: by the file's path;
by reading the table first; or in SQL. Prints seconds, memory and sums. DuckDB is told the rules
that are needed for this file: nothing is checked, and no row repeats another.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

QUERY = """
WITH placed AS (
    SELECT CAST(floor(northing + 0.5) AS BIGINT) * 100000000
            + CAST(floor(easting + 0.5) AS BIGINT) AS site_id, *
    FROM read_parquet(?) WHERE easting IS NOT NULL
), grouped AS (
    SELECT site_id, address, district_id, district, count(*) AS n, sum(weight) AS weight,
        min(occurred_from) AS first, max(occurred_from) AS last
    FROM placed GROUP BY ALL
)
SELECT site_id, sum(n) AS n, sum(weight) AS weight, min(first) AS first, max(last) AS last,
    arg_max(address, n) AS address, arg_max(district_id, n) AS district_id,
    arg_max(district, n) AS district
FROM grouped GROUP BY site_id ORDER BY site_id
"""


def reduce(who: str, path: str) -> dict[str, float]:
    """Make the sites, from when all is imported."""
    if who == "duckdb":
        import duckdb
        import pyarrow as pa  # noqa: F401 - what the result is made with

        database = duckdb.connect()
        began = time.perf_counter()
        sites = database.execute(QUERY, [path]).to_arrow_table().to_pandas()
    else:
        import pandas as pd

        import est_geo as eg

        reduce_to = eg.to_sites
        began = time.perf_counter()
        sites = reduce_to(path if who == "est_geo" else pd.read_parquet(path))
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "peak_mb": peak_kb() // 1024,
        "sites": len(sites),
        "n": int(sites["n"].sum()),
        "weight": round(float(sites["weight"].sum()), 3),
    }


def peak_kb() -> int:
    """Give the most memory this process had; getrusage would count that of who started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    print(json.dumps(reduce(*sys.argv[1:])))
