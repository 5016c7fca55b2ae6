"""The density beside its peers, on the same incidents and the same cells in the same run.

``EST_GEO_BENCH=full`` adds a million incidents and more; the slowest peer then takes minutes.
The peers know no study area: all fill the rectangle around the districts, and so does est_geo.
"""

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import est_geo as eg
from data import as_columns
from density_peers import distinct, error_against, libkdv, on_grid, rectangle_of_town, whole_metres

FULL = os.environ.get("EST_GEO_BENCH") == "full"
SIZES = [100_000, 1_000_000] if FULL else [100_000]
GROWTH = [100_000, 1_000_000, 5_000_000] if FULL else [100_000]
SIGMA = 150


@pytest.fixture(scope="module")
def rectangle():
    return rectangle_of_town()


@pytest.fixture(scope="module")
def towns():
    kept = {}
    return lambda n: kept.setdefault(n, whole_metres(n))


def ours(incidents, rectangle, cell_m, kernel="epanechnikov", bandwidth_m=300):
    return eg.kde(
        incidents, within=rectangle, bandwidth_m=bandwidth_m, cell_m=cell_m, kernel=kernel
    )


def by_libkdv(incidents, grid, *, collapse):
    if isinstance(incidents, gpd.GeoDataFrame):
        points = shapely.get_coordinates(np.asarray(incidents.geometry.array))
    else:
        points = incidents[["easting", "northing"]].to_numpy()
    if not collapse:
        weight = incidents["weight"].to_numpy()
        return libkdv(points[:, 0], points[:, 1], weight, radius=300, grid=grid)
    table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "w": incidents["weight"]})
    sites = table.groupby(["x", "y"], sort=False)["w"].sum().reset_index()
    return libkdv(*(sites[c].to_numpy() for c in "xyw"), radius=300, grid=grid)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("cell_m", [50, 10])
@pytest.mark.parametrize(
    "who",
    [
        *("est_geo", "est_geo, columns", "est_geo, quartic"),
        *("est_geo by to_sites", "est_geo by to_sites, columns"),
        *("LIBKDV", "LIBKDV on sites", "LIBKDV on sites, columns"),
    ],
)
def bench_repeats(benchmark, towns, rectangle, n, cell_m, who):
    incidents = towns(n)
    columns = as_columns(incidents)
    benchmark.group = f"density, radius 300 m, {cell_m} m cells, {n} incidents, collapse included"
    exact = ours(incidents, rectangle, cell_m)
    calls = {
        "est_geo": lambda: ours(incidents, rectangle, cell_m),
        "est_geo, columns": lambda: ours(columns, rectangle, cell_m),
        "est_geo, quartic": lambda: ours(incidents, rectangle, cell_m, "quartic"),
        "est_geo by to_sites": lambda: ours(eg.to_sites(incidents), rectangle, cell_m),
        "est_geo by to_sites, columns": lambda: ours(eg.to_sites(columns), rectangle, cell_m),
        "LIBKDV": lambda: by_libkdv(incidents, exact.grid, collapse=False),
        "LIBKDV on sites": lambda: by_libkdv(incidents, exact.grid, collapse=True),
        "LIBKDV on sites, columns": lambda: by_libkdv(columns, exact.grid, collapse=True),
    }
    rounds = 1 if who == "LIBKDV" else 5
    answer = benchmark.pedantic(calls[who], rounds=rounds, warmup_rounds=int(rounds > 1))
    if who.startswith("LIBKDV"):
        error = error_against(on_grid(answer, exact.grid), exact.to_xarray().to_numpy())
        benchmark.extra_info["error"] = error
        assert error < 1e-3, "the same density"


@pytest.mark.parametrize("who", ["est_geo", "LIBKDV"])
def bench_distinct(benchmark, rectangle, who):
    n = 1_000_000 if FULL else 50_000
    grid = ours(whole_metres(100), rectangle, 10).grid
    incidents = distinct(n, grid)
    benchmark.group = f"density, radius 300 m, 10 m cells, {n} distinct points"
    if who == "est_geo":
        benchmark.pedantic(ours, args=(incidents, rectangle, 10), rounds=3, warmup_rounds=1)
        return
    answer = benchmark.pedantic(
        by_libkdv, args=(incidents, grid), kwargs={"collapse": False}, rounds=1
    )
    exact = ours(incidents, rectangle, 10)
    benchmark.extra_info["error"] = error_against(
        on_grid(answer, grid), exact.to_xarray().to_numpy()
    )


@pytest.mark.parametrize("who", ["est_geo", "scikit-learn", "scipy", "KDEpy FFT"])
def bench_gaussian(benchmark, towns, rectangle, who):
    incidents = towns(10_000)
    points = shapely.get_coordinates(np.asarray(incidents.geometry.array))
    benchmark.group = f"Gaussian σ {SIGMA} m, 50 m cells, 10000 incidents"
    run = lambda: ours(incidents, rectangle, 50, "gaussian", SIGMA * 8**0.5)  # noqa: E731
    exact = run()
    x, y = np.meshgrid(exact.grid.eastings, exact.grid.northings)
    cells = np.column_stack([x.ravel(), y.ravel()])

    def scikit_learn():
        from sklearn.neighbors import KernelDensity

        return np.exp(KernelDensity(bandwidth=SIGMA).fit(points).score_samples(cells))

    def scipy():
        from scipy.stats import gaussian_kde

        # It scales the covariance of the data, and this is the way to have one that is round.
        class Round(gaussian_kde):
            def _compute_covariance(self):
                self.covariance = np.eye(2) * SIGMA**2
                self.cho_cov = np.eye(2) * SIGMA
                self.log_det = 2 * np.log(SIGMA * np.sqrt(2 * np.pi)) * 2

        kde = Round(points.T)
        return kde(cells.T)

    def kdepy():
        from KDEpy import FFTKDE

        grid = np.column_stack([x.T.ravel(), y.T.ravel()])
        values = FFTKDE(bw=SIGMA).fit(points).evaluate(grid)
        return values.reshape(x.T.shape).T.ravel()

    calls = {"est_geo": run, "scikit-learn": scikit_learn, "scipy": scipy, "KDEpy FFT": kdepy}
    rounds = 20 if who == "est_geo" else 1
    answer = benchmark.pedantic(calls[who], rounds=rounds, warmup_rounds=int(rounds > 1))
    if who != "est_geo":
        density = 1e6 * len(points) * answer
        ours_ = exact.to_xarray().to_numpy().ravel()
        error = np.abs(density - ours_).max() / ours_.max()
        benchmark.extra_info["error"] = float(error)


@pytest.mark.parametrize("n", GROWTH)
def bench_growth(benchmark, rectangle, n):
    incidents = distinct(n, ours(whole_metres(100), rectangle, 10).grid)
    benchmark.group = f"density, quartic 300 m, 50 m cells, {n} distinct points"
    benchmark.pedantic(ours, args=(incidents, rectangle, 50, "quartic"), rounds=3, warmup_rounds=1)
    if benchmark.stats is not None:  # it is with --benchmark-disable
        benchmark.extra_info["µs a site"] = 1e6 * benchmark.stats.stats.median / n
