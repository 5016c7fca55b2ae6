"""A short run of the simulation in benchmarks, and real incidents; docs/recurring.md has it all."""

import importlib.util
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DATA = Path(__file__).parents[2] / "shared" / "data"  # not part of the project

pytestmark = pytest.mark.slow


def benchmark(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for their module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def worlds():
    yield benchmark("recurrence_worlds")
    del sys.modules["recurrence_worlds"]


@pytest.mark.parametrize("total", [700, 2_000, 5_000, 10_000])
def test_few_of_those_listed_have_a_rate_under_twice_the_usual(worlds, total):
    listed = false = 0
    for name in (
        "equal addresses",
        "equal, everything at once",
        "k = 2, repeats and bursts",
        "k = 1/2, everything, dwellings not known",
    ):
        ours = worlds.run(worlds.WORLDS[name], total, runs=4).loc["est_geo"]
        listed, false = listed + ours["listed"], false + ours["false"]
    assert listed > 150
    assert false / listed <= 0.02


def test_problem_addresses_are_found(worlds):
    table = worlds.run(worlds.UNEQUAL, 2_000, runs=12)
    assert table.loc["est_geo", "found_all_year"] >= 0.85
    assert table.loc["est_geo", "found_lately"] >= 0.68
    # NB2 takes a hot address for a normal one.
    assert table.loc["NB2", "found_lately"] < 0.6


def test_what_others_do_with_the_same_reports(worlds):
    table = worlds.run(worlds.WORLDS["k = 2, repeats and bursts"], 5_000, runs=4)
    assert table.loc["est_geo", "share"] <= 0.02
    assert table.loc["over those that occur", "share"] > 0.03
    assert table.loc["Poisson", "share"] > 0.3
    assert table.loc["NB2", "share"] > 0.2


def test_an_earlier_list_adds_no_false_ones(worlds):
    table = worlds.run(worlds.HARSH, 2_000, runs=2, weekly=True)
    alone, weekly = table.loc["est_geo"], table.loc["est_geo, week by week"]
    assert weekly["listed"] >= alone["listed"]
    assert weekly["share"] <= 0.02


@pytest.mark.skipif(not DATA.is_dir(), reason="the real incidents are not part of the project")
def test_what_is_listed_of_real_incidents_goes_on():
    real = benchmark("recurrence_real")
    cities = real.read(DATA)
    assert len(cities["Memphis"]) == 2245
    later = real.half_year_later(cities["Minneapolis"], "2017-07-03")
    assert later.loc["recurring_long", "n"] > 200
    assert later.loc["recurring_long", "twice_again"] > 0.85
    assert later.loc["may_be_chance", "twice_again"] < 0.35
    assert later.loc["none", "twice_again"] < 0.1
