"""Hours of the week and concentration, beside the loop and the groupby that analysts write."""

import os

import numpy as np
import pandas as pd
import pytest

import est_geo as eg
from data import town

FULL = os.environ.get("EST_GEO_BENCH") == "full"
N = 1_000_000 if FULL else 20_000
SITES = 50_000 if FULL else 2_000


@pytest.fixture(scope="module")
def incidents():
    """Half of them points in time, half intervals of up to three days."""
    made = town(N, addresses=SITES)
    rng = np.random.default_rng(2)
    length = np.where(rng.random(N) < 0.5, 0, rng.integers(1, 3 * 1440, N)).astype("timedelta64[m]")
    district = pd.Series(rng.integers(0, 9, N), dtype="str")
    return made.assign(
        occurred_to=made["occurred_from"] + length, district_id=district, district=district
    )


@pytest.fixture(scope="module")
def sites(incidents):
    return eg.to_sites(incidents)


@pytest.fixture(scope="module")
def places(sites):
    return eg.problem_places(sites, eps_m=50, min_incidents=N / 500)


def by_hour(incidents):
    """Repeat each incident for every hour it touches, and add up: the way of the groupby."""
    begin, end = incidents["occurred_from"], incidents["occurred_to"]
    first = begin.dt.floor("h")
    hours = ((end - first).dt.total_seconds() / 3600).clip(lower=1e-9)
    hours = np.ceil(hours).astype(int).to_numpy()
    row = np.repeat(np.arange(len(incidents)), hours)
    step = np.arange(len(row)) - np.repeat(np.cumsum(hours) - hours, hours)
    hour = first.to_numpy()[row] + step.astype("timedelta64[h]")
    after = np.minimum(hour + np.timedelta64(1, "h"), end.to_numpy()[row])
    overlap = (after - np.maximum(hour, begin.to_numpy()[row])) / np.timedelta64(1, "s")
    length = ((end - begin).dt.total_seconds()).to_numpy()[row]
    weight = np.where(length > 0, overlap / np.maximum(length, 1), 1.0)
    when = pd.DatetimeIndex(hour)
    return pd.Series(weight).groupby([when.day_of_week, when.hour]).sum()


def bench_profile_est_geo(benchmark, incidents):
    benchmark.group = f"hours of the week of {N} incidents"
    profile = benchmark(eg.time_profile, incidents, midnight="known")
    assert np.isclose(profile["weight"].sum(), N)


def bench_profile_groupby(benchmark, incidents):
    benchmark.group = f"hours of the week of {N} incidents"
    sums = benchmark.pedantic(by_hour, (incidents,), rounds=3)
    profile = eg.time_profile(incidents, midnight="known")
    assert np.allclose(sums.to_numpy(), profile["weight"])


def bench_profile_by_district_and_category(benchmark, incidents):
    benchmark.group = f"the same, {N} incidents by 9 districts and 4 categories"
    benchmark(eg.time_profile, incidents, by=("district", "category"))


def bench_when_and_where(benchmark, incidents, places):
    benchmark.group = f"when and where, {N} incidents"
    table = benchmark(eg.when_and_where, incidents, places=places)
    assert table["cumulative_share"].iloc[-1] >= 0.5


def bench_concentration(benchmark, sites):
    benchmark.group = f"concentration of {N} incidents over {SITES} sites, by district"
    table = benchmark(eg.concentration, sites, by_district=True)
    assert table["incidents"].iloc[0] == N


def bench_lorenz(benchmark, sites):
    benchmark.group = f"Lorenz points of {SITES} sites among 100 000"
    benchmark(eg.lorenz_points, sites, register=100_000)
