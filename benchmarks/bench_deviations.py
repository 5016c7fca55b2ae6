"""All deviations of two years, beside what pandas needs to count the same cells once.

``EST_GEO_BENCH=full`` takes a million incidents. The peer only counts district x category x week:
it gives no expectation, no test, no months and no reporters.
"""

import os

import numpy as np
import pandas as pd
import pytest

import est_geo as eg
from data import town

N = 1_000_000 if os.environ.get("EST_GEO_BENCH") == "full" else 100_000
GROUP = f"deviations of {N} incidents, 104 weeks, 9 districts, 14 categories"


@pytest.fixture(scope="module")
def incidents():
    rng = np.random.default_rng(2)
    districts = eg.load_districts("sollentuna")
    placed = eg.assign_districts(town(N), districts)
    minutes = rng.integers(0, 728 * 1440, N).astype("timedelta64[m]")
    times = (np.datetime64("2024-11-25") + minutes).astype("datetime64[us]")
    kinds = rng.choice([f"kategori {i}" for i in range(14)], N)
    return placed.assign(occurred_from=times, category=pd.Series(kinds, placed.index, dtype="str"))


def bench_deviations(benchmark, incidents):
    benchmark.group = GROUP
    found = benchmark(eg.deviations, incidents, as_of="2026-W47")
    assert len(found.table) == 4 * 9 * 14


def bench_count_pandas(benchmark, incidents):
    benchmark.group = GROUP

    def count():
        week = incidents["occurred_from"].dt.to_period("W-SUN")
        return incidents.groupby(["district_id", "category", week]).size()

    assert benchmark(count).sum() == N
