"""What memory a density takes, and how far it is from the plain sum, beside LIBKDV.

``python benchmarks/density_memory.py`` measures all, each in a process of its own; with WHO N
CELL_M (est_geo, columns, LIBKDV or "LIBKDV on sites") one of them. It prints the median of the
seconds, the memory above that of the incidents, and the largest difference at 300 cells from the
sum over every incident, as a share of the largest of them. LIBKDV has no scale of its own: its is
fitted.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
import time
from statistics import median

import numpy as np
import shapely

from bench_density import by_libkdv, ours
from data import as_columns
from dbscan_peer import begin_peak, memory_mb
from density_peers import error_against, on_grid, rectangle_of_town, whole_metres

RADIUS_M, CELLS = 300, 300
WHO = ("est_geo", "columns", "LIBKDV on sites", "LIBKDV")


def plain_sums(incidents, eastings, northings):
    """Sum the Epanechnikov kernel over every incident, per km²."""
    points, weight = shapely.get_coordinates(incidents.geometry.array), incidents["weight"]
    sums = []
    for x, y in zip(eastings, northings, strict=True):
        near2 = ((points - (x, y)) ** 2).sum(axis=1) / RADIUS_M**2
        sums.append(np.maximum(1 - near2, 0) @ weight.to_numpy())
    return np.array(sums) * 2 / (np.pi * RADIUS_M**2) * 1e6


def one(who: str, n: str, cell_m: str) -> None:
    rectangle = rectangle_of_town()
    incidents = whole_metres(int(n))
    few = ours(whole_metres(1000), rectangle, float(cell_m))  # imports and compiles
    table = as_columns(incidents) if who == "columns" else incidents

    def call():
        if who.startswith("LIBKDV"):
            return by_libkdv(table, few.grid, collapse=who.endswith("sites"))
        return ours(table, rectangle, float(cell_m))

    ctypes.CDLL(None).malloc_trim(0)  # what was let go of in making the table is no room for us
    before = begin_peak()
    times = []
    for _ in range(1 if who == "LIBKDV" else 7):
        began = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - began)
    peak = memory_mb("VmHWM") - before

    rng = np.random.default_rng(1)
    row, column = rng.integers(0, few.grid.rows, CELLS), rng.integers(0, few.grid.columns, CELLS)
    exact = plain_sums(incidents, few.grid.eastings[column], few.grid.northings[row])
    if who.startswith("LIBKDV"):
        error = error_against(on_grid(answer, few.grid)[row, column], exact)
    else:
        found = answer.to_xarray().to_numpy()[row, column]
        error = float(np.abs(found - exact).max() / exact.max())
    print(json.dumps({"seconds": median(times), "peak_mb": round(peak), "error": error}))


def main(*arguments: str) -> None:
    if arguments:
        one(*arguments)
        return
    for n, cell_m in [(n, cell_m) for cell_m in (50, 10) for n in (100_000, 1_000_000)]:
        for who in WHO:
            command = [sys.executable, __file__, who, str(n), str(cell_m)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            print(f"{n} incidents, {cell_m} m cells, {who}: {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
