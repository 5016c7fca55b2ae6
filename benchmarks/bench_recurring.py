"""Recurring addresses and places, and places followed from week to week, at municipal scale.

With EST_GEO_BENCH=full a million incidents at 50 000 addresses, 104 weeks and 14 categories. The
peer is the question as it is usually asked in pandas: weeks by address, with groupby and nunique.
"""

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import est_geo as eg
from data import town

FULL = os.environ.get("EST_GEO_BENCH") == "full"
N, ADDRESSES = (1_000_000, 50_000) if FULL else (20_000, 2_000)
AS_OF = "2026-W47"


@pytest.fixture(scope="module")
def incidents():
    """Two years in place of one, fourteen categories, nine districts."""
    table = town(N, addresses=ADDRESSES)
    rng = np.random.default_rng(2)
    minutes = rng.integers(0, 728 * 1440, N).astype("timedelta64[m]")
    table["occurred_from"] = (np.datetime64("2024-11-25") + minutes).astype("datetime64[us]")
    table["category"] = np.array([f"kategori {i}" for i in range(14)])[rng.integers(0, 14, N)]
    return eg.assign_districts(table, eg.load_districts("sollentuna"))


@pytest.fixture(scope="module")
def register(incidents):
    entries = incidents.drop_duplicates("address")[["address", "district_id", "geometry"]]
    return gpd.GeoDataFrame(entries.assign(dwellings=1 + np.arange(len(entries)) % 30))


def bench_addresses(benchmark, incidents, register):
    benchmark.group = f"recurring addresses, {N} incidents"
    table = benchmark.pedantic(
        eg.recurring_addresses,
        args=(incidents,),
        kwargs={"register": register, "as_of": AS_OF},
        rounds=3,
    )
    assert len(table)


def bench_addresses_by_category(benchmark, incidents, register):
    benchmark.group = f"recurring addresses by category, {N} incidents"
    chosen = {"register": register, "as_of": AS_OF, "by_category": True}
    benchmark.pedantic(eg.recurring_addresses, args=(incidents,), kwargs=chosen, rounds=1)


def bench_weeks_in_pandas(benchmark, incidents):
    benchmark.group = f"recurring addresses, {N} incidents"

    def weeks():
        week = incidents["occurred_from"].dt.to_period("W")
        table = pd.DataFrame({"address": incidents["address"], "week": week})
        return table.groupby("address")["week"].nunique()

    benchmark.pedantic(weeks, rounds=1)


def bench_places(benchmark, incidents, register):
    benchmark.group = f"recurring places, {N} incidents"
    chosen = {"register": register, "as_of": AS_OF, "min_incidents": 5 * N / 20_000}
    benchmark.pedantic(eg.recurring_places, args=(incidents,), kwargs=chosen, rounds=1)


def bench_tracking(benchmark, incidents):
    benchmark.group = "follow the places of 52 weeks"
    weeks = eg.periods_between("2025-11-24", "2026-11-22", kind="week")
    tables = {}
    for week in weeks:
        own = incidents[week.contains(incidents["occurred_from"])]
        tables[week] = eg.problem_places(eg.to_sites(own), min_incidents=5 * N / 20_000)
    tracking = benchmark.pedantic(eg.track_places, args=(tables,), rounds=1)
    assert len(tracking.periods) == len(weeks)
