"""The analyses beside their peers, on the same incidents in the same run."""

import geopandas as gpd
import pytest

import est_geo as eg
from data import town

N = 100_000


@pytest.fixture(scope="module")
def incidents():
    return town(N)


@pytest.fixture(scope="module")
def districts():
    return eg.load_districts("sollentuna")


def bench_assign_est_geo(benchmark, incidents, districts):
    benchmark.group = f"assign {N} incidents to 9 districts"
    placed = benchmark(eg.assign_districts, incidents, districts)
    assert placed["district_id"].notna().all()


def bench_assign_sjoin(benchmark, incidents, districts):
    benchmark.group = f"assign {N} incidents to 9 districts"
    benchmark(gpd.sjoin, incidents, districts, predicate="within")
