import datetime as dt
import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import est_geo as eg
from builders import CRS, incidents_at
from est_geo.schema import ADDRESSES, KIND_DTYPE, VERDICTS, names
from recurrence_reference import naive_recurrence

SUNDAY = dt.date(2026, 11, 22)
WEEK = "2026-W47"
LISTED = ("recurring_long", "recurring_new", "calm_now")


def days_ago(days):
    """Noon of so many days before the last Sunday."""
    return pd.Timestamp(SUNDAY) - pd.to_timedelta(days, unit="D") + pd.Timedelta(hours=12)


def at_addresses(rows, **columns):
    """Incidents from (number of the address, days ago) pairs, on a street of one house a metre."""
    rows = list(rows)
    numbers = [number for number, _ in rows]
    return incidents_at(
        [(number, 0) for number in numbers],
        address=pd.Series([f"Testvägen {number}" for number in numbers], dtype="str"),
        occurred_from=pd.Series([days_ago(days) for _, days in rows], dtype="datetime64[us]"),
        **columns,
    )


def street(count, **columns):
    """Make a register of that street."""
    return gpd.GeoDataFrame(
        {"address": [f"Testvägen {number}" for number in range(count)], **columns},
        geometry=gpd.points_from_xy(range(count), [0] * count),
        crs=CRS,
    )


def weekly(number, first, last, step=1):
    """One incident each `step` weeks at an address, from so many weeks ago to so many."""
    return [(number, 7 * week) for week in range(last, first + 1, step)]


def background(seed=1, addresses=300, n=150):
    rng = np.random.default_rng(seed)
    return list(
        zip(
            (10 + rng.integers(0, addresses - 10, n)).tolist(),
            rng.integers(0, 364, n).tolist(),
            strict=True,
        )
    )


PLANTED = [
    *weekly(1, 50, 2, 6),  # all year: recurring, for long
    *weekly(2, 15, 1, 3),  # the last 17 weeks only
    *weekly(3, 51, 25, 3),  # calm since
    *[(4, 100), (4, 101), (4, 102)],  # three in one week: a burst
]


@pytest.fixture(scope="module")
def found():
    incidents = at_addresses(PLANTED + background())
    return eg.recurring_addresses(incidents, register=street(300), as_of=WEEK)


def verdict_of(table, number):
    row = table[table["address"] == f"Testvägen {number}"]
    return row["verdict"].iloc[0] if len(row) else "none"


def test_the_table_is_as_the_schema_says(found):
    assert found.columns.tolist() == names(ADDRESSES)
    assert {c.name: str(found[c.name].dtype) for c in ADDRESSES} == {
        c.name: KIND_DTYPE[c.kind] for c in ADDRESSES
    }
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    assert found["geometry"].iloc[0].x == 1


def test_each_pattern_gets_its_verdict(found):
    assert [verdict_of(found, number) for number in (1, 2, 3, 4)] == [
        "recurring_long",
        "recurring_new",
        "calm_now",
        "may_be_chance",
    ]
    assert set(found["address"][found["verdict"].isin(LISTED)]) == {
        f"Testvägen {number}" for number in (1, 2, 3)
    }
    new = found[found["verdict"] == "recurring_new"].iloc[0]
    assert (new["window_weeks"], new["n"], new["weeks"], new["months"]) == (17, 5, 5, 4)
    long = found[found["verdict"] == "recurring_long"].iloc[0]
    assert (long["window_weeks"], long["n"], long["weeks"], long["months"]) == (52, 9, 9, 9)
    assert long["first"] == days_ago(50 * 7)
    assert long["last"] == days_ago(2 * 7)


def test_the_order_is_recurring_then_calm_then_chance_each_by_score(found):
    place = {"recurring_long": 0, "recurring_new": 0, "calm_now": 1, "may_be_chance": 2}
    keys = list(zip(found["verdict"].map(place), -found["score"], strict=True))
    assert keys == sorted(keys)
    assert found["score"].to_numpy() == pytest.approx(
        found["at_least_times"] * found["expected"] - 1.5 * found["expected"]
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_the_slow_reference_says_the_same_in_any_order(seed, has_districts):
    rng = np.random.default_rng(seed)
    size = 25
    districts = rng.integers(0, 3 if has_districts else 1, size).astype(str)
    hot = rng.integers(0, size, 3)
    numbers = np.concatenate([rng.integers(0, size, 20), rng.choice(hot, 25)])
    days = rng.integers(-9, 420, len(numbers))
    rows = list(zip(numbers.tolist(), days.tolist(), strict=True))
    own = {"district_id": districts[numbers], "district": districts[numbers]}
    incidents = at_addresses(rows, **own)
    register = street(size, district_id=districts, district=districts)
    table = eg.recurring_addresses(incidents, register=register, as_of=SUNDAY, min_incidents=1)
    expected = naive_recurrence(
        [(f"Testvägen {number}", days_ago(day).to_pydatetime()) for number, day in rows],
        {f"Testvägen {number}": (districts[number], 1.0) for number in range(size)},
        SUNDAY,
    )
    seen = {address for address, row in expected.items() if row[2] or row[0] != "none"}
    in_year = {f"Testvägen {number}" for number, day in rows if 0 <= day < 364}
    assert set(table["address"]) == in_year
    assert seen <= in_year
    for row in table.itertuples():
        verdict, window, n, weeks, months, mu, q = expected[row.address]
        assert (row.verdict, row.window_weeks) == (verdict, window)
        assert (row.n, row.weeks, row.months) == (n, weeks, months)
        assert (row.expected, row.q) == pytest.approx((mu, q), rel=1e-9, nan_ok=True)
    again = eg.recurring_addresses(
        incidents.iloc[rng.permutation(len(incidents))],
        register=register.iloc[rng.permutation(size)],
        as_of=SUNDAY,
        min_incidents=1,
    )
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(table))


def test_reports_in_one_week_weigh_as_one(found):
    thrice = at_addresses(
        [row for row in PLANTED + background() for _ in range(3)]  # the same day three times
    )
    again = eg.recurring_addresses(thrice, register=street(300), as_of=WEEK)
    listed, before = (t[t["verdict"].isin(LISTED)] for t in (again, found))
    assert listed["address"].tolist() == before["address"].tolist()
    assert listed["q"].to_numpy() == pytest.approx(before["q"].to_numpy())
    assert (listed["n"] == 3 * before["n"]).all()


def test_repeated_reports_count_among_the_reporters_only():
    rows = PLANTED + background()
    incidents = at_addresses([*rows, (1, 14)], source=["polis"] * len(rows) + ["kommun"])
    incidents["duplicate_of"] = pd.Series([None] * len(rows) + ["x"], dtype="str")
    table = eg.recurring_addresses(incidents, register=street(300), as_of=WEEK)
    assert table.set_index("address").loc["Testvägen 1", ["n", "sources"]].tolist() == [9, 2]


def test_what_rests_on_one_reporter_is_marked():
    rows = PLANTED + background()
    # Address 1 is known to the guards alone, who report nowhere else; 3 to police and municipality.
    who = [
        "väktare" if number == 1 else ("polis", "kommun")[position % 2]
        for position, (number, _) in enumerate(rows)
    ]
    table = eg.recurring_addresses(
        at_addresses(rows, source=who), register=street(300), as_of=WEEK
    ).set_index("address")
    assert table.loc["Testvägen 1", "only_one_source"]
    assert not table.loc["Testvägen 3", "only_one_source"]
    assert not table["only_one_source"][table["verdict"] == "may_be_chance"].any()
    # Without names of reporters nothing rests on one of them.
    nameless = eg.recurring_addresses(at_addresses(rows), register=street(300), as_of=WEEK)
    assert not nameless["only_one_source"].any()
    assert (nameless["sources"] == 0).all()


def test_a_reporter_who_writes_everywhere_is_taken_out_everywhere():
    # The housing company sends nearly everything. The four weeks that the police tell of are not
    # above what is usual with it (two a year), but far above what the police see elsewhere.
    rows = background(n=600)
    hot = weekly(1, 48, 0, 3)
    who = ["bostadsbolag"] * 580 + ["polis"] * 20 + [*["bostadsbolag"] * 3, "polis"] * 4
    who.append("bostadsbolag")
    table = eg.recurring_addresses(
        at_addresses(rows + hot, source=who), register=street(300), as_of=WEEK
    ).set_index("address")
    assert table.loc["Testvägen 1", "verdict"] == "recurring_long"
    assert not table.loc["Testvägen 1", "only_one_source"]


def test_what_was_listed_stays_until_it_is_clearly_gone():
    # Seven weeks of the year: not sure enough to be listed, but not gone either.
    rows = weekly(1, 50, 2, 8) + background(n=250)
    incidents = at_addresses(rows)
    register = street(300)
    fresh = eg.recurring_addresses(incidents, register=register, as_of=WEEK)
    q = fresh.set_index("address").loc["Testvägen 1", "q"]
    assert 0.05 < q <= 0.30
    assert verdict_of(fresh, 1) == "may_be_chance"
    before = pd.DataFrame(
        {"address": ["TESTVÄGEN  1"], "district_id": [None], "verdict": ["recurring_long"]}
    )
    kept = eg.recurring_addresses(incidents, register=register, as_of=WEEK, previous=before)
    assert verdict_of(kept, 1) == "recurring_long"
    for word in ("may_be_chance", "none"):
        none = before.assign(verdict=word)
        again = eg.recurring_addresses(incidents, register=register, as_of=WEEK, previous=none)
        assert verdict_of(again, 1) == "may_be_chance"
    fewer = at_addresses(rows[1:])
    gone = eg.recurring_addresses(fewer, register=register, as_of=WEEK, previous=before)
    assert gone.set_index("address").loc["Testvägen 1", "q"] > 0.30
    assert verdict_of(gone, 1) == "may_be_chance"
    # A result is its own predecessor: nothing flickers when a week is run twice.
    twice = eg.recurring_addresses(incidents, register=register, as_of=WEEK, previous=kept)
    pd.testing.assert_frame_equal(pd.DataFrame(twice), pd.DataFrame(kept))


def test_blocks_of_flats_are_compared_by_dwelling():
    rng = np.random.default_rng(3)
    dwellings = np.where(np.arange(400) % 10 == 0, 40, 1)
    share = dwellings / dwellings.sum()
    rows = list(
        zip(rng.choice(400, 600, p=share).tolist(), rng.integers(0, 364, 600).tolist(), strict=True)
    )
    incidents = at_addresses(rows)
    equal = eg.recurring_addresses(incidents, register=street(400), as_of=WEEK)
    by_dwelling = eg.recurring_addresses(
        incidents, register=street(400, dwellings=dwellings), as_of=WEEK
    )
    shuffled = street(400, dwellings=dwellings).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        pd.DataFrame(eg.recurring_addresses(incidents, register=shuffled, as_of=WEEK)),
        pd.DataFrame(by_dwelling),
        check_exact=True,
    )
    assert equal["verdict"].isin(LISTED).sum() > 20
    assert by_dwelling["verdict"].isin(LISTED).sum() == 0
    said = by_dwelling.attrs["recurrence"]["tests"]["address"]
    assert 0.9 < said["gamma"] < 1.1
    assert equal.attrs["recurrence"]["tests"]["address"]["gamma"] is None


def test_what_is_seen_and_not_in_the_register_is_added_and_told(caplog):
    incidents = at_addresses(PLANTED + background())
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(incidents, register=street(300).iloc[3:], as_of=WEEK)
    assert "2 more were seen that are not in it, with 14 of" in caplog.text
    assert table.attrs["recurrence"]["not_in_register"] == 2
    assert table.attrs["recurrence"]["tests"]["address"]["addresses"] == 299
    assert [verdict_of(table, number) for number in (1, 2)] == ["recurring_long", "recurring_new"]


def test_without_a_register_their_number_is_estimated(caplog):
    incidents = at_addresses(PLANTED + background())
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(incidents, as_of=WEEK)
    said = table.attrs["recurrence"]["tests"]["address"]
    assert said["estimated"]
    assert said["seen"] < said["addresses"] < 450
    assert "estimated from those seen" in caplog.text
    assert verdict_of(table, 1) == "recurring_long"


@pytest.mark.parametrize(
    "others",
    [
        [(2, 299), *((number, 5) for number in range(2, 30))],  # 29 addresses, one seen twice
        [(number, 5) for number in range(2, 60)],  # more, and none seen in two weeks
    ],
)
def test_few_addresses_without_a_register_are_counted_and_not_tested(others, caplog):
    incidents = at_addresses(weekly(1, 50, 2, 4) + others)
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(incidents, as_of=WEEK)
    assert "too few to estimate how many there are: counted, not tested" in caplog.text
    assert table["verdict"].tolist() == ["may_be_chance"]
    assert table[["expected", "at_least_times", "q", "score"]].isna().all(axis=None)
    assert not table.attrs["recurrence"]["tests"]["address"]["tested"]


def test_squares_and_stations_stand_in_a_section_of_their_own():
    rows = PLANTED + background()
    incidents = at_addresses([*rows, *weekly(500, 50, 0, 2), (501, 9), (501, 99), (501, 199)])
    level = ["exact"] * len(rows) + ["place"] * (len(incidents) - len(rows))
    incidents["match_level"] = level
    incidents["matched_address"] = incidents["address"]
    register = pd.concat(
        [
            street(300, kind="address"),
            gpd.GeoDataFrame(
                {"address": [f"Testvägen {n}" for n in range(500, 520)], "kind": "place"},
                geometry=gpd.points_from_xy(range(500, 520), [0] * 20),
                crs=CRS,
            ),
        ],
        ignore_index=True,
    )
    table = eg.recurring_addresses(incidents, register=register, as_of=WEEK)
    assert table["kind"].tolist() == sorted(table["kind"])
    squares = table[table["kind"] == "place"]
    assert squares["rank"].tolist() == [1, 2]
    assert squares["verdict"].tolist() == ["recurring_long", "may_be_chance"]
    tests = table.attrs["recurrence"]["tests"]
    assert (tests["place"]["addresses"], tests["address"]["addresses"]) == (20, 300)
    # The addresses are as they were without any square.
    alone = eg.recurring_addresses(incidents[: len(rows)], register=street(300), as_of=WEEK)
    pd.testing.assert_frame_equal(
        pd.DataFrame(table[table["kind"] == "address"]), pd.DataFrame(alone)
    )


def test_squares_are_compared_over_the_whole_area():
    # One square in each of ten districts: in its own district none has another to be compared with.
    district = [str(number) for number in range(10)]
    squares = street(10, kind="place", district_id=district, district=district)
    rows = [*weekly(1, 50, 2, 2), *((number, 90) for number in range(10))]
    own = [str(number) for number, _ in rows]
    incidents = at_addresses(rows, district_id=own, district=own).assign(match_level="place")
    incidents["matched_address"] = incidents["address"]
    table = eg.recurring_addresses(incidents, register=squares, as_of=WEEK)
    assert table[["kind", "address", "verdict"]].to_numpy().tolist() == [
        ["place", "Testvägen 1", "recurring_long"]
    ]


def test_categories_of_two_hundred_a_year_are_tested_by_themselves(caplog):
    rows = weekly(1, 50, 2, 6) + background(n=210)
    incidents = at_addresses(rows + background(seed=2, n=100))
    incidents["category"] = ["klotter"] * len(rows) + ["brand"] * 100
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(
            incidents, register=street(300), as_of=WEEK, by_category=True
        )
    assert "1 categories with fewer than 200 incidents in 52 weeks are not tested" in caplog.text
    assert set(table["category"]) == {"klotter"}
    own = incidents[incidents["category"] == "klotter"]
    alone = eg.recurring_addresses(own, register=street(300), as_of=WEEK)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(alone))
    again = eg.recurring_addresses(
        incidents, register=street(300), as_of=WEEK, by_category=True, previous=table
    )
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(table))


def test_the_best_of_each_district():
    rows = PLANTED + background()
    district = ["Ett" if number % 2 else "Två" for number, _ in rows]
    incidents = at_addresses(rows, district_id=district, district=district)
    table = eg.recurring_addresses(incidents, as_of=WEEK)
    cut = eg.recurring_addresses(incidents, as_of=WEEK, per_district=2)
    assert cut["district"].value_counts().to_dict() == {"Ett": 2, "Två": 2}
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut),
        pd.DataFrame(table.groupby("district_id").head(2)).reset_index(drop=True),
    )


def test_the_last_complete_week_ends_both_windows(caplog):
    rows = PLANTED + background()
    incidents = at_addresses([*rows, (9, -3)])  # a Wednesday of the week after
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(incidents, register=street(300))
    assert table.attrs["recurrence"]["as_of"] == WEEK
    assert "as_of: 2026-W47 chosen, the last complete week of incidents up to 2026-11-25" in (
        caplog.text
    )
    assert "1 are later" in caplog.text
    for as_of in (SUNDAY, "2026-11-24", eg.parse_period("2026-W47"), pd.Timestamp(SUNDAY)):
        again = eg.recurring_addresses(incidents, register=street(300), as_of=as_of)
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(table))
    with pytest.raises(eg.InputError, match="`as_of` must be"):
        eg.recurring_addresses(incidents, as_of="i höst")


def test_weeks_run_from_monday_and_across_the_year():
    # 29 December 2025 is in the same ISO week as 4 January 2026; the fifth is in the next, and in
    # the same block of four weeks, counted back from week 47.
    times = ["2025-12-29 10:00", "2026-01-04 23:59", "2026-01-05 00:00", "2026-11-22", None]
    incidents = incidents_at(
        [(10, 10)] * 5,
        occurred_from=pd.to_datetime(pd.Series(times), format="mixed").astype("datetime64[us]"),
        address=["Påhittade vägen 1", "påhittade  vägen 1", *["Påhittade vägen 1"] * 3],
        source=["polis", "kommun", "polis", None, "polis"],
        category=["brand", "klotter", "klotter", None, "brand"],
        district_id=["1"] * 5,
        district=["Ett"] * 5,
    )
    row = eg.recurring_addresses(incidents).iloc[0]
    assert (row["rank"], row["address"], row["district"]) == (1, "Påhittade vägen 1", "Ett")
    assert (row["n"], row["weeks"], row["months"], row["sources"]) == (4, 3, 2, 2)
    assert (row["category"], row["verdict"]) == ("klotter", "may_be_chance")
    assert row["first"] == pd.Timestamp("2025-12-29 10:00")


def test_the_same_street_in_two_districts_is_two_addresses():
    incidents = at_addresses([(1, 1), (1, 2)], district_id=["1", "2"], district=["Ett", "Två"])
    table = eg.recurring_addresses(incidents, as_of=WEEK, min_incidents=1)
    assert table["district"].tolist() == ["Ett", "Två"]
    # With a register too, by district; a text that one district only has is found by itself.
    register = street(2, district_id=["2", "1"], district=["Två", "Ett"]).assign(
        address="Testvägen 1"
    )
    table = eg.recurring_addresses(incidents, register=register, as_of=WEEK, min_incidents=1)
    assert table["n"].tolist() == [1, 1]
    assert table.attrs["recurrence"]["not_in_register"] == 0
    table = eg.recurring_addresses(
        incidents, register=register.iloc[:1], as_of=WEEK, min_incidents=1
    )
    assert table["n"].tolist() == [2]


def test_without_an_address_the_site_is_the_address():
    points = [(10.2, 10), (9.9, 10.4), (50, 50)]
    incidents = incidents_at(points, address=[None] * 3, occurred_from=[pd.Timestamp(SUNDAY)] * 3)
    table = eg.recurring_addresses(incidents, min_incidents=1, min_months=0)
    assert table["address"].tolist() == ["N 10, E 10", "N 50, E 50"]
    assert table["n"].tolist() == [2, 1]
    # And it is the register's address, where one stands there.
    register = street(3).set_geometry(gpd.points_from_xy([10, 50, 50], [10, 50, 50]), crs=CRS)
    table = eg.recurring_addresses(incidents, register=register, min_incidents=1)
    assert table["address"].tolist() == ["Testvägen 0", "N 50, E 50"]


def test_a_blank_coordinate_is_no_address():
    incidents = at_addresses([(0, 1), (0, 2)]).assign(address=["Testvägen 7", None])
    table = eg.recurring_addresses(incidents, as_of=WEEK, min_incidents=1)
    assert table["address"].tolist() == ["Testvägen 7"]


def test_a_neighbour_is_not_blamed_for_the_number_next_door():
    incidents = at_addresses([(1, 1), (1, 2)]).assign(
        address="Testvägen 99", match_level=["nearest_number", "coordinates"]
    )
    table = eg.recurring_addresses(incidents, register=street(3), as_of=WEEK, min_incidents=1)
    assert set(table["address"]) == {"Testvägen 99", "Testvägen 1"}


def test_a_register_in_columns_of_a_gazetteer():
    entries = gpd.GeoDataFrame(
        {
            "kind": ["address", "address", "place"],
            "street": ["Testvägen", "Testvägen", None],
            "number": [1, 2, 0],
            "letter": pd.Series([None, "B", None], dtype="str"),
            "name": [None, None, "Testtorget"],
        },
        geometry=gpd.points_from_xy([1, 2, 3], [0, 0, 0]),
        crs=CRS,
    )
    incidents = incidents_at(
        [(100, 0), (101, 0), (102, 0)],
        address=["testvägen 1", "Testvägen 2 b", "Testtorget"],
        occurred_from=[pd.Timestamp(SUNDAY)] * 3,
    )
    for register in (entries, type("Gazetteer", (), {"entries": entries})()):
        table = eg.recurring_addresses(incidents, register=register, min_incidents=1)
        assert table["address"].tolist() == ["Testvägen 1", "Testvägen 2 B", "Testtorget"]
        assert table["kind"].tolist() == ["address", "address", "place"]
        assert table.attrs["recurrence"]["not_in_register"] == 0


def test_counts_can_be_asked_for_whatever_the_verdict():
    incidents = at_addresses(PLANTED + background())
    every = eg.recurring_addresses(incidents, register=street(300), as_of=WEEK, min_incidents=1)
    assert "none" in set(every["verdict"])
    assert set(every["verdict"]) <= set(VERDICTS)
    some = eg.recurring_addresses(
        incidents, register=street(300), as_of=WEEK, min_incidents=3, min_months=3
    )
    kept = every[(every["n"] >= 3) & (every["months"] >= 3)]
    new = every["verdict"] == "recurring_new"
    assert set(some["address"]) == set(kept["address"]) | set(every["address"][new])


def test_nothing_is_a_defined_result(caplog):
    with caplog.at_level(logging.INFO):
        empty = eg.recurring_addresses(incidents_at([(0, 0), (0, 0)]))
    assert "none of 2 incidents has a time" in caplog.text
    earlier = eg.recurring_addresses(at_addresses([(1, 1), (1, 9)]), as_of="2020-W10")
    one = eg.recurring_addresses(at_addresses([(1, 1)]), register=street(1), as_of=WEEK)
    for table in (empty, earlier, one):
        assert len(table) == 0
        assert table.columns.tolist() == names(ADDRESSES)
        assert {c.name: str(table[c.name].dtype) for c in ADDRESSES} == {
            c.name: KIND_DTYPE[c.kind] for c in ADDRESSES
        }


def test_one_address_that_is_all_there_is_may_be_chance():
    table = eg.recurring_addresses(at_addresses(weekly(0, 50, 0)), register=street(1), as_of=WEEK)
    assert table["verdict"].tolist() == ["may_be_chance"]
    assert table["expected"].isna().all()


def test_a_district_of_which_the_register_knows_nothing(caplog):
    rows = PLANTED + background()
    district = ["Okänd" if number == 1 else "Ett" for number, _ in rows]
    incidents = at_addresses(rows, district_id=district, district=district)
    register = street(300, district_id="Ett", district="Ett").iloc[2:]
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(incidents, register=register, as_of=WEEK)
    assert table.attrs["recurrence"]["not_in_register"] == 1
    assert verdict_of(table, 1) == "may_be_chance"  # alone there: nothing to compare with
    # Where districts have other names than the incidents', all are compared with the whole area.
    with caplog.at_level(logging.INFO):
        table = eg.recurring_addresses(
            incidents, register=street(300, district="Annan"), as_of=WEEK
        )
    assert "its districts are not those of the incidents" in caplog.text
    assert verdict_of(table, 1) == "recurring_long"


def test_two_weeks_recur_nowhere():
    # All that happened in a year, in two different months: rare, and yet it is two.
    table = eg.recurring_addresses(
        at_addresses([(1, 3), (1, 60)]), register=street(300), as_of=WEEK
    )
    assert table["q"].iloc[0] < 0.05
    assert table["verdict"].tolist() == ["may_be_chance"]


def test_three_weeks_of_one_month_recur_nowhere():
    rows = [(1, 0), (1, 7), (1, 14)]
    table = eg.recurring_addresses(at_addresses(rows), register=street(300), as_of=WEEK)
    assert (table["q"].iloc[0] < 0.05, table["months"].iloc[0]) == (True, 1)
    assert table["verdict"].tolist() == ["may_be_chance"]


def test_ties_are_ranked_by_address():
    rows = weekly(7, 50, 2, 6) + weekly(5, 50, 2, 6) + background()
    table = eg.recurring_addresses(at_addresses(rows), register=street(300), as_of=WEEK)
    assert table["address"].tolist()[:2] == ["Testvägen 5", "Testvägen 7"]


def test_unplaced_rows_are_left_out_and_bad_arguments_refused():
    incidents = at_addresses([(1, 0), (1, 0)])
    incidents.loc[0, "geometry"] = None
    assert eg.recurring_addresses(incidents, min_incidents=1)["n"].tolist() == [1]
    with pytest.raises(
        eg.InputError, match=r"`min_months` must be a whole number of at least 0, not 1\.5"
    ):
        eg.recurring_addresses(incidents, min_months=1.5)
    with pytest.raises(eg.InputError, match="`per_district` must be a whole number of at least 1"):
        eg.recurring_addresses(incidents, per_district=0)
    with pytest.raises(eg.InputError, match="lacks 1 column\\(s\\): occurred_from"):
        eg.recurring_addresses(incidents.drop(columns="occurred_from"))
    with pytest.raises(eg.InputError, match="`register` must be a Gazetteer or a GeoDataFrame"):
        eg.recurring_addresses(incidents, register=["Testvägen 1"])
    with pytest.raises(eg.InputError, match="`register` lacks an `address` column"):
        eg.recurring_addresses(incidents, register=street(2).drop(columns="address"))
    with pytest.raises(eg.InputError, match="`register` has no point in any of its 2 rows"):
        eg.recurring_addresses(incidents, register=street(2).assign(geometry=None))
    with pytest.raises(eg.CRSError, match="`register`"):
        eg.recurring_addresses(incidents, register=street(2).set_crs(3011, allow_override=True))
    with pytest.raises(eg.InputError, match="`previous` lacks 2 column\\(s\\): address, district"):
        eg.recurring_addresses(incidents, previous=pd.DataFrame({"verdict": ["none"]}))
    with pytest.raises(eg.InputError, match="`previous` has 1 of 1 rows whose verdict is none of"):
        eg.recurring_addresses(
            incidents,
            previous=pd.DataFrame({"address": ["a"], "district_id": ["b"], "verdict": ["röd"]}),
        )
