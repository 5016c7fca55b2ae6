"""The analyses beside their peers, on the same incidents in the same run."""

import geopandas as gpd
import numpy as np
import pytest
from sklearn.cluster import DBSCAN
from sklearn.neighbors import KernelDensity

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


def bench_kde_est_geo(benchmark, incidents, districts):
    benchmark.group = "density, 50 m cells (est_geo: 100 000 incidents; scikit-learn: 2 000)"
    run = lambda: eg.kde(eg.to_sites(incidents), within=districts, bandwidth_m=300, cell_m=50)  # noqa: E731
    run()  # compile
    benchmark(run)


def bench_kde_scikit_learn(benchmark, incidents, districts):
    """2 000 incidents only: it needs a distance for every pair of incident and cell."""
    benchmark.group = "density, 50 m cells (est_geo: 100 000 incidents; scikit-learn: 2 000)"
    points = np.column_stack([incidents.geometry.x[:2000], incidents.geometry.y[:2000]])
    array = eg.kde(eg.to_sites(incidents), within=districts, bandwidth_m=300, cell_m=50).to_xarray()
    x, y = np.meshgrid(array.easting, array.northing)
    cells = np.column_stack([x.ravel(), y.ravel()])
    model = KernelDensity(bandwidth=300, kernel="epanechnikov").fit(points)
    benchmark.pedantic(model.score_samples, args=(cells,), rounds=2)


def bench_dbscan_est_geo(benchmark, incidents):
    benchmark.group = f"DBSCAN of {N} incidents, eps 50 m"
    points = np.column_stack([incidents.geometry.x, incidents.geometry.y])
    model = eg.SpatialDBSCAN(50, min_samples=15)
    model.fit(points[:100])  # compile
    benchmark(model.fit, points)


def bench_dbscan_scikit_learn_on_sites(benchmark, incidents):
    """On sites with weights: on the raw incidents it holds every pair and runs out of memory."""
    benchmark.group = f"DBSCAN of {N} incidents, eps 50 m"
    sites = eg.to_sites(incidents)
    points = np.column_stack([sites.geometry.x, sites.geometry.y])
    model = DBSCAN(eps=50, min_samples=15)
    benchmark(model.fit, points, sample_weight=sites["weight"])
