import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import integrate, stats

import est_geo as eg
from builders import CRS, incidents_at
from est_geo.analysis.recurrence import compare_with, tail
from est_geo.schema import KIND_DTYPE, PLACES, RECURRING_PLACES, names

SUNDAY = pd.Timestamp("2026-11-22 12:00")
WEEK = "2026-W47"
APART = 200  # metres between neighbours: farther than eps, so that an address is a site of its own


def at(rows, **columns):
    """Incidents from (easting, days ago) pairs; each metre is an address."""
    rows = list(rows)
    return incidents_at(
        [(east, 0) for east, _ in rows],
        address=pd.Series([f"Testvägen {east}" for east, _ in rows], dtype="str"),
        occurred_from=pd.Series([SUNDAY - pd.Timedelta(days=d) for _, d in rows]).astype(
            "datetime64[us]"
        ),
        **columns,
    )


def street(*, extra=()):
    """A register of 400 addresses, 200 m apart, and some more."""
    easts = [*range(0, 400 * APART, APART), *extra]
    return gpd.GeoDataFrame(
        {"address": [f"Testvägen {east}" for east in easts]},
        geometry=gpd.points_from_xy(easts, [0] * len(easts)),
        crs=CRS,
    )


def background(n=200, seed=4):
    rng = np.random.default_rng(seed)
    numbers = rng.integers(40, 400, n) * APART
    return list(zip(numbers.tolist(), rng.integers(0, 364, n).tolist(), strict=True))


# Three addresses within 40 m, each with a few incidents: none stands out, together they do.
CORNER = [1000 * APART, 1000 * APART + 20, 1000 * APART + 40]
SPREAD = [(CORNER[i % 3], 7 * week) for i, week in enumerate(range(0, 51, 3))]


@pytest.fixture(scope="module")
def found():
    return eg.recurring_places(at(SPREAD + background()), register=street(extra=CORNER), as_of=WEEK)


def test_the_table_is_as_the_schema_says(found):
    assert found.columns.tolist() == names(RECURRING_PLACES)
    assert set(names(PLACES)) <= set(names(RECURRING_PLACES))
    assert {c.name: str(found[c.name].dtype) for c in RECURRING_PLACES} == {
        c.name: KIND_DTYPE[c.kind] for c in RECURRING_PLACES
    }


def test_a_corner_stands_out_whose_addresses_alone_do_less(found):
    row = found.iloc[0]
    assert (row["rank"], row["place_id"], row["verdict"]) == (1, 1, "recurring_long")
    assert (row["n"], row["weeks"], row["sites"]) == (17, 17, 3)
    assert set(row["addresses"].split("; ")) == {f"Testvägen {east}" for east in CORNER}
    # Three addresses' worth of what is usual: 200 incidents at 400 addresses.
    assert row["expected"] == pytest.approx(3 * 200.5 / 400, rel=0.02)
    assert row["at_least_times"] > 5


def test_what_is_usual_for_many_addresses_is_no_place_of_note():
    # As many incidents, on a block of a hundred addresses in 40 m: half an incident each.
    block = [1000 * APART + step for step in np.linspace(0, 40, 41).astype(int).tolist()]
    table = eg.recurring_places(at(SPREAD + background()), register=street(extra=block), as_of=WEEK)
    assert table["verdict"].tolist()[0] == "may_be_chance"
    assert table["expected"].iloc[0] > 15


def test_what_is_new_shows_in_the_last_weeks_only():
    new = [(CORNER[i % 3], 7 * week) for i, week in enumerate(range(1, 16, 2))]
    table = eg.recurring_places(
        at(new + background()), register=street(extra=CORNER), as_of=WEEK, min_incidents=4
    )
    row = table.iloc[0]
    assert row["verdict"] in {"recurring_new", "recurring_long"}
    assert row["n"] == 8
    assert row["months_seen"] == "001111", "of the last six 4-week blocks, the latest four"
    # Under fifteen in the year: the year alone shows no place there.
    year = eg.problem_places(eg.to_sites(at(new)), min_incidents=12)
    assert len(year) == 0


def test_weeks_run_together_where_many_addresses_are_one():
    # Every week of the year at a place with 30 expected: far above, though 52 is all there can be.
    one = tuple(np.array([v]) for v in (52, 3000.0, 100.0, 1.0))
    free, bounded = (compare_with(*one, tests=None, length=length) for length in (0, 52))
    assert free.expected[0] == pytest.approx(30.005)
    assert free.p[0] > 0.1
    assert bounded.p[0] < 1e-8
    assert bounded.lower[0] > 100
    # Where weeks are few the bound says nothing.
    few = tuple(np.array([v]) for v in (3, 300.0, 500.0, 1.0))
    close = [compare_with(*few, tests=None, length=length).p[0] for length in (0, 10**7)]
    assert close[0] == pytest.approx(close[1], rel=1e-5)


@pytest.mark.parametrize(
    ("weeks", "others", "ratio", "length"),
    [(3, 2.0, 5.0, 52), (48, 260.0, 8.2, 52), (17, 30.0, 3.0, 17), (5, 0.0, 1.0, 17)],
)
def test_the_bounded_tail_is_the_mean_of_binomial_tails(weeks, others, ratio, length):
    rate = stats.gamma(others + 0.5, scale=1 / ratio)
    mean, _ = integrate.quad(
        lambda u: stats.binom.sf(weeks - 1, length, -np.expm1(-rate.ppf(u) / length)),
        0,
        1,
        epsabs=0,
        epsrel=1e-9,
        limit=1000,
    )
    given = (np.array([v]) for v in (weeks, others, ratio))
    assert tail(*given, length=length)[0] == pytest.approx(mean, rel=1e-8)


def test_what_was_listed_stays_until_it_is_clearly_gone(found):
    fewer = [row for i, row in enumerate(SPREAD) if i % 2 == 0] + [(CORNER[0], 1)] * 9
    incidents = at(fewer + background())
    register = street(extra=CORNER)
    fresh = eg.recurring_places(incidents, register=register, as_of=WEEK)
    own = fresh[fresh["addresses"].str.contains(f"Testvägen {CORNER[1]}")].iloc[0]
    assert own["verdict"] == "may_be_chance"
    assert 0.05 < own["q"] <= 0.30
    kept = eg.recurring_places(incidents, register=register, as_of=WEEK, previous=found)
    own = kept[kept["addresses"].str.contains(f"Testvägen {CORNER[1]}")].iloc[0]
    assert own["verdict"] == "recurring_long"


def test_one_reporter_alone_is_marked():
    rows = SPREAD + background()
    who = ["väktare"] * len(SPREAD) + ["polis"] * (len(rows) - len(SPREAD))
    table = eg.recurring_places(at(rows, source=who), register=street(extra=CORNER), as_of=WEEK)
    assert table["only_one_source"].iloc[0]
    both = ["väktare", "polis"] * 200
    table = eg.recurring_places(
        at(rows, source=both[: len(rows)]), register=street(extra=CORNER), as_of=WEEK
    )
    assert table["sources"].iloc[0] == 2
    assert not table["only_one_source"].iloc[0]


def test_order_of_rows_is_nothing():
    incidents = at(SPREAD + background(), source=["b", "a"] * 108 + ["a"])
    register = street(extra=CORNER)
    table = eg.recurring_places(incidents, register=register, as_of=WEEK)
    again = eg.recurring_places(
        incidents.sample(frac=1, random_state=2),
        register=register.sample(frac=1, random_state=3),
        as_of=WEEK,
    )
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(table))


def test_without_a_register_and_with_too_few(caplog):
    table = eg.recurring_places(at(SPREAD + background()), as_of=WEEK)
    assert table["verdict"].iloc[0] == "recurring_long"
    assert table.attrs["recurrence"]["tests"]["address"]["estimated"]
    with caplog.at_level(logging.INFO):
        few = eg.recurring_places(at(SPREAD), as_of=WEEK)
    assert "too few to estimate" in caplog.text
    assert few["verdict"].tolist() == ["may_be_chance"]
    assert few[["expected", "at_least_times", "q", "score"]].isna().all(axis=None)


def test_nothing_is_a_defined_result():
    nowhere = eg.recurring_places(incidents_at([(0, 0)]))
    sparse = eg.recurring_places(at([(APART, 1), (3 * APART, 2)]), as_of=WEEK)
    early = eg.recurring_places(at(SPREAD), as_of="2020-W10")
    for table in (nowhere, sparse, early):
        assert len(table) == 0
        assert table.columns.tolist() == names(RECURRING_PLACES)


def test_bad_arguments_are_refused(found):
    incidents = at(SPREAD)
    with pytest.raises(eg.InputError, match="`eps_m` must be a finite number above 0"):
        eg.recurring_places(incidents, eps_m=0)
    with pytest.raises(eg.InputError, match="`min_incidents` must be a finite number above 0"):
        eg.recurring_places(incidents, min_incidents=-1)
    with pytest.raises(eg.InputError, match="`per_district` must be a whole number"):
        eg.recurring_places(incidents, per_district=1.5)
    with pytest.raises(eg.InputError, match="`previous` lacks 1 column\\(s\\): site_ids"):
        eg.recurring_places(incidents, previous=found.drop(columns="site_ids"))


def test_the_planted_places_of_the_example_and_nothing_else():
    example = eg.make_example()
    placed = eg.assign_districts(
        eg.read_incidents(example.incidents, crs=3006).incidents,
        eg.load_districts("sollentuna"),
        outside="keep",
    )
    placed = placed[placed["district_id"].notna()]
    places = eg.recurring_places(placed, register=example.register, as_of=WEEK)
    listed = places[places["verdict"].str.startswith("recurring")]
    planted = example.planted
    covers = np.array(
        [
            [
                shapely.covers(shape, shapely.get_parts(thing)).mean() >= 0.5
                for thing in planted.geometry
            ]
            for shape in listed.geometry
        ]
    )
    assert covers[:, (planted["kind"] == "place").to_numpy()].any(axis=0).sum() == 5
    assert (~covers.any(axis=1)).sum() <= 1  # listed, and neither a planted place nor address
    addresses = eg.recurring_addresses(placed, register=example.register, as_of=WEEK)
    listed = addresses[addresses["verdict"].str.startswith("recurring")]
    lone = planted[planted["kind"] == "address"]
    assert lone["name"].isin(listed["address"]).sum() >= 9
    in_places = shapely.union_all(planted[planted["kind"] == "place"].geometry.array).buffer(1)
    other = ~listed["address"].isin(lone["name"]) & ~listed.within(in_places)
    # Those two have a background rate of 5.1 and 1.8 times the usual: one of them is false.
    assert listed["address"][other].tolist() == ["Mossgransvägen 6", "Stormhattsringen 13"]
