"""Read one file of incidents in a process of its own, as we do or as pandas does told everything.

Run as ``python benchmarks/intake_peer.py est_geo|pandas FILE.csv``. Prints seconds and memory.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

TEXT = ("kategori", "källa", "adress", "plats", "anteckning")
KEPT = "anteckning"


def read_bare(file: str) -> int:
    """Read with pandas, told the encoding, the marks, every dtype and the form of the dates."""
    import pandas as pd

    began = time.perf_counter()
    dtypes = dict.fromkeys(TEXT, "str") | {"datum": "str", "x": "float64", "y": "float64"}
    table = pd.read_csv(file, sep=";", encoding="cp1252", decimal=",", dtype=dtypes)
    table["datum"] = pd.to_datetime(table["datum"], format="%Y-%m-%d %H:%M")
    assert table[["x", "y"]].notna().all(axis=None)
    return _tell(began, rows=len(table))


def read_ours(file: str) -> int:
    """Read, recognise and check, told only the municipality and which free text to keep."""
    import est_geo as eg

    read = eg.read_incidents  # loads what it needs: imports are measured in bench_import.py
    began = time.perf_counter()
    intake = read(file, municipality="Sollentuna", keep=[KEPT])
    said = intake.summary
    assert (said.placed, said.rejected, said.outside_municipality) == (said.rows_read, 0, 0)
    assert intake.incidents.crs == 3011
    return _tell(began, rows=len(intake.incidents))


def _tell(began: float, *, rows: int) -> int:
    # Not getrusage, which counts what the process that started this one held at that time.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) // 1024
    seconds = round(time.perf_counter() - began, 2)
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "rows": rows}))
    return 0


if __name__ == "__main__":
    who, path = sys.argv[1:]
    sys.exit({"est_geo": read_ours, "pandas": read_bare}[who](path))
