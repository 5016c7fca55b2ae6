"""One event counts once however many report it; two events stay two; nothing hangs on row order."""

from __future__ import annotations

import itertools
import logging

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import CRSError, InputError
from est_geo.intake import pairs
from est_geo.intake.duplicates import count_repeated_rows, link_all, link_duplicates, link_states

E, N = 667_000.0, 6_591_000.0
MINUTE = pd.Timedelta(minutes=1)


def reports(*rows, **columns):
    """Reports as (id, source, time[, east of a point, north of it]), with any further columns."""
    ids, sources, times, *_ = zip(*rows, strict=False)
    moved = [(*row[3:], 0, 0)[:2] for row in rows]
    start = pd.Series([pd.Timestamp(time) for time in times], dtype="datetime64[us]")
    table = {
        "incident_id": pd.Series(ids, dtype="str"),
        "occurred_from": start,
        "occurred_to": start,
        "time_precision": pd.Series("minute", index=start.index, dtype="str"),
        "category": pd.Series("klotter", index=start.index, dtype="str"),
        "source": pd.Series(sources, dtype="str"),
    }
    points = [shapely.Point(E + east, N + north) for east, north in moved]
    return gpd.GeoDataFrame(table | columns, geometry=points, crs=3006)


def links(table, **arguments):
    """Which report repeats which, as {id: id}."""
    linked = link_duplicates(table, **arguments)
    named = linked.loc[linked["duplicate_of"].notna()]
    return dict(zip(named["incident_id"], named["duplicate_of"], strict=True))


def test_two_sources_near_in_time_and_place_are_one_event_and_the_earlier_counts():
    table = reports(("K1", "kommun", "2026-03-01 23:30", 30), ("P1", "polis", "2026-03-01 22:00"))
    linked = link_duplicates(table)
    assert linked["duplicate_of"].fillna("").tolist() == ["P1", ""]
    assert linked["duplicate_of"].dtype == "str"
    pd.testing.assert_frame_equal(linked.drop(columns="duplicate_of"), table)
    assert "duplicate_of" not in table.columns


@pytest.mark.parametrize(
    ("east", "north", "hours", "linked"),
    [
        (50, 0, 0, True),
        (30, 40, 24, True),
        (0, -50, 24, True),
        (-50, 0, -24, True),
        (50.001, 0, 0, False),
        (36, 36, 0, False),
        (0, 0, 24 + 0.5 / 3600, False),
        (0, 0, -24 - 1 / 60, False),
    ],
)
def test_both_bounds_count_themselves_in_and_nothing_beyond(east, north, hours, linked):
    # Wherever the points lie against the cells in which they are looked for.
    for shift in (0, 13, 49.5):
        table = reports(
            ("A", "polis", "2026-03-10 12:00", shift, shift),
            ("B", "kommun", f"{pd.Timestamp('2026-03-10 12:00') + hours * 60 * MINUTE}"),
        )
        table.loc[1, "geometry"] = shapely.Point(E + shift + east, N + shift + north)
        assert bool(links(table)) is linked


def test_the_bounds_can_be_set():
    table = reports(("A", "p", "2026-03-01 12:00"), ("B", "k", "2026-03-02 18:00", 80))
    assert links(table) == {}
    assert links(table, within_m=80, within_hours=30) == {"B": "A"}
    assert links(table, within_m=79.9, within_hours=30) == {}
    assert links(table, within_m=80, within_hours=29.9) == {}
    same = reports(("A", "p", "2026-03-01 12:00"), ("B", "k", "2026-03-01 12:00"))
    assert links(same, within_m=0, within_hours=0) == {"B": "A"}
    assert links(table, within_m=1e9, within_hours=1e12) == {"B": "A"}


def test_the_same_source_or_another_category_is_another_event():
    assert links(reports(("A", "p", "2026-03-01"), ("B", "p", "2026-03-01"))) == {}
    other = reports(("A", "p", "2026-03-01"), ("B", "k", "2026-03-01"))
    assert links(other.assign(category=["klotter", "brand"])) == {}
    assert links(other.assign(category=["klotter", None])) == {}
    assert links(other.assign(source=["p", None])) == {}


def test_of_two_events_the_nearest_in_time_is_the_one_that_was_also_reported():
    table = reports(
        ("P1", "polis", "2026-03-01 20:00"),
        ("P2", "polis", "2026-03-01 21:00"),
        ("K1", "kommun", "2026-03-01 21:20"),
    )
    assert links(table) == {"K1": "P2"}
    # Equally near in time: the one nearest on the ground, then the one that began first.
    table = reports(
        ("P1", "polis", "2026-03-01 20:00", 40),
        ("P2", "polis", "2026-03-01 22:00", 10),
        ("K1", "kommun", "2026-03-01 21:00"),
    )
    assert links(table) == {"P2": "K1"}
    table = reports(
        ("P1", "polis", "2026-03-01 20:00"),
        ("P2", "polis", "2026-03-01 22:00"),
        ("K1", "kommun", "2026-03-01 21:00"),
    )
    assert links(table) == {"K1": "P1"}


def test_of_two_pairs_equally_near_the_one_whose_first_report_is_earlier_is_joined():
    table = reports(
        ("P", "polis", "2026-03-01 12:00", 0),
        ("K", "kommun", "2026-03-01 12:05", 40),
        ("B1", "bolag", "2026-03-01 13:05", 80),
        ("B2", "bolag", "2026-03-01 13:20", -40),
    )
    # P and K are one event; B1 is an hour and 40 m from K, B2 an hour and 40 m from P.
    table.loc[0, "occurred_to"] = pd.Timestamp("2026-03-01 12:20")
    assert links(table) == {"K": "P", "B2": "P"}


def test_two_events_that_two_sources_report_stay_two():
    table = reports(
        ("P1", "polis", "2026-03-01 20:00"),
        ("P2", "polis", "2026-03-01 21:00"),
        ("K1", "kommun", "2026-03-01 20:10"),
        ("K2", "kommun", "2026-03-01 21:10"),
        ("B1", "bolag", "2026-03-01 20:40"),
    )
    assert links(table) == {"K1": "P1", "K2": "B1", "P2": "B1"}


def test_a_chain_leads_to_one_report_that_repeats_none():
    table = reports(
        ("C", "bolag", "2026-03-03 06:00", 80),
        ("A", "polis", "2026-03-01 12:00"),
        ("B", "kommun", "2026-03-02 10:00", 40),
    )
    assert links(table) == {"B": "A", "C": "A"}


def test_at_one_time_the_lowest_identifier_counts():
    same = ("2026-03-01 12:00",)
    table = reports(("b", "p", *same), ("a", "k", *same), ("c", "v", *same))
    assert links(table) == {"b": "a", "c": "a"}


def test_a_day_lasts_until_it_ends_and_an_interval_until_its_end():
    table = reports(("A", "kommun", "2026-03-01"), ("B", "polis", "2026-03-02 23:59"))
    assert links(table) == {}
    day = table.assign(time_precision=["day", "minute"])
    assert links(day) == {"B": "A"}
    later = reports(("A", "kommun", "2026-03-01"), ("B", "polis", "2026-03-03"))
    assert links(later.assign(time_precision="day")) == {}
    # "Between Friday evening and Monday morning".
    weekend = reports(("A", "bolag", "2026-03-06 18:00"), ("B", "polis", "2026-03-08 22:00"))
    assert links(weekend) == {}
    weekend.loc[0, "occurred_to"] = pd.Timestamp("2026-03-09 07:00")
    assert links(weekend) == {"B": "A"}
    weekend.loc[0, "occurred_to"] = pd.Timestamp("2026-03-07 21:59")
    assert links(weekend) == {}
    weekend.loc[0, "occurred_to"] = pd.NaT
    weekend.loc[1, "occurred_from"] = pd.Timestamp("2026-03-07 17:00")
    assert links(weekend) == {"B": "A"}


def test_what_is_not_known_well_enough_is_never_linked():
    table = reports(("A", "p", "2026-03-01 12:00"), ("B", "k", "2026-03-01 12:00"))
    assert links(table) == {"B": "A"}
    for precision in ("week", "unknown", None):
        assert links(table.assign(time_precision=["minute", precision])) == {}
    assert links(table.assign(occurred_from=[pd.Timestamp("2026-03-01 12:00"), pd.NaT])) == {}
    assert links(table.set_geometry([table.geometry[0], None], crs=3006)) == {}
    assert links(table.set_geometry([shapely.Point(), shapely.Point()], crs=3006)) == {}
    assert links(table.set_geometry([shapely.Point(0, 0)] * 2, crs=3006)) == {}
    assert links(table.set_geometry([shapely.Point(9e7, 0)] * 2, crs=3006)) == {}
    assert links(table.assign(match_level="null_island")) == {}
    assert links(table.assign(match_level="coordinates")) == {"B": "A"}
    long = table.assign(occurred_to=pd.Timestamp("2026-03-08 12:00"))
    assert links(long) == {"B": "A"}
    assert links(long.assign(occurred_to=pd.Timestamp("2026-03-08 12:01"))) == {}


def is_crowded(row, rows, most):
    """Whether more than `most` others begin with this report or after it in the squares around."""
    last = (row[2] + pd.Timedelta(hours=24)).floor("s")
    near = [
        other
        for other in rows
        if other[4] == row[4]
        and row[0].floor("s") <= other[0] <= last + pd.Timedelta("999999us")
        and abs(other[5].x // 50 - row[5].x // 50) <= 1
        and abs(other[5].y // 50 - row[5].y // 50) <= 1
    ]
    return len(near) - 1 > most


def naive_links(table, *, within_m=50, within_hours=24, most=50):
    """The same by the definition, one pair at a time."""
    rows = []
    for row in table.itertuples():
        begin, finish = row.occurred_from, max(row.occurred_from, row.occurred_to)
        if row.time_precision == "day":
            finish += pd.Timedelta(hours=23, minutes=59)
        rows.append((begin, row.incident_id, finish, row.source, row.category, row.geometry))
    rows.sort(key=lambda row: row[:2])
    crowded = [is_crowded(row, rows, most) for row in rows]
    found = []
    for (i, a), (j, b) in itertools.combinations(enumerate(rows), 2):
        gap = max(b[0] - a[2], pd.Timedelta(0))
        d2 = (a[5].x - b[5].x) ** 2 + (a[5].y - b[5].y) ** 2
        fits = gap <= pd.Timedelta(hours=within_hours) and d2 <= within_m**2
        fits &= not crowded[i] and not (crowded[j] and a[0] == b[0])
        if fits and a[3] != b[3] and a[4] == b[4]:
            found.append((gap, d2, i, j))
    events = [{i} for i in range(len(rows))]
    for _, _, i, j in sorted(found):
        one = next(event for event in events if i in event)
        other = next(event for event in events if j in event)
        if not {rows[k][3] for k in one} & {rows[k][3] for k in other}:
            events.remove(other)
            one |= other
    return {rows[k][1]: rows[min(event)][1] for event in events for k in event if k != min(event)}


@st.composite
def tables(draw):
    n = draw(st.integers(1, 25))
    few = st.integers(0, draw(st.sampled_from([1, 3, 8])))
    rows = []
    for name in draw(st.permutations(range(n))):
        time = (
            pd.Timestamp("2026-03-01") + draw(few) * draw(st.sampled_from([1, 7, 24])) * 60 * MINUTE
        )
        rows.append(
            (f"r{name:02d}", f"s{draw(few)}", time, 25.0 * draw(few), 20.0 * draw(few) - 60)
        )
    table = reports(*rows)
    table["time_precision"] = draw(
        st.lists(st.sampled_from(["minute", "day"]), min_size=n, max_size=n)
    )
    table["category"] = draw(st.lists(st.sampled_from(["a", "b"]), min_size=n, max_size=n))
    lasts = draw(st.lists(st.integers(-30, 40), min_size=n, max_size=n))
    table["occurred_to"] = table["occurred_from"] + pd.to_timedelta(lasts, unit="h")
    return table


@given(
    table=tables(),
    seed=st.integers(0, 99),
    step=st.sampled_from([1, 2_000_000]),
    most=st.sampled_from([0, 2, 5, 50]),
)
@settings(max_examples=150, deadline=None)
def test_links_are_those_of_the_definition_in_any_order_of_rows(table, seed, step, most):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "_PAIRS_AT_A_TIME", step)
        patch.setattr(pairs, "_MOST_CANDIDATES", most)
        found = links(table)
        assert links(table.sample(frac=1, random_state=seed)) == found
    assert found == naive_links(table, most=most)
    assert not set(found) & set(found.values())


def test_the_labels_of_rows_do_not_matter():
    table = reports(("A", "p", "2026-03-01"), ("B", "k", "2026-03-01"), ("C", "k", "2026-07-01"))
    linked = link_duplicates(table.set_axis([7, 7, 7]))
    assert linked.index.tolist() == [7, 7, 7]
    assert linked["duplicate_of"].fillna("").tolist() == ["", "A", ""]


def test_earlier_links_are_made_anew():
    table = reports(("A", "p", "2026-03-01"), ("B", "p", "2026-03-01"))
    assert links(table.assign(duplicate_of=["B", None])) == {}


def test_an_empty_table_stays_empty():
    empty = reports(("A", "p", "2026-03-01")).iloc[:0]
    for linked in (link_duplicates(empty), link_states(empty)):
        assert len(linked) == 0
        assert linked["duplicate_of"].dtype == "str"


def test_reports_too_many_to_tell_apart_are_left_and_counted(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    n = 500
    sources = ["polis", *["bolag"] * (n - 1)]
    table = reports(*((f"{i:03d}", sources[i], "2026-03-01 12:00") for i in range(n)))
    assert links(table) == {}
    assert "500 incidents have too many near them" in caplog.text
    few = table.iloc[:40]
    assert links(few) == {"001": "000"}


def test_one_of_two_that_begin_together_is_in_a_crowd_and_the_order_of_rows_is_nothing():
    crowd = [(f"C{i}", "polis", "2026-03-03 13:00") for i in range(60)]
    table = reports(("A", "polis", "2026-03-01 12:00"), ("B", "bolag", "2026-03-01 12:00"), *crowd)
    assert links(table) == {"B": "A"}
    # It lasts until the crowd comes.
    table.loc[0, "occurred_to"] = pd.Timestamp("2026-03-03 12:00")
    assert links(table) == {}
    assert links(table.iloc[::-1]) == {}


def test_many_pairs_are_joined_compiled_and_to_the_same_events(monkeypatch: pytest.MonkeyPatch):
    sources = ["polis", "bolag", "kommun", "polis", "väktare"]
    table = reports(
        *(
            (f"{i:02d}", sources[i * 7 % 5], f"2026-03-01 {i * 5 % 24:02d}:{i}")
            for i in range(10, 50)
        )
    )
    plain = links(table)
    assert len(plain) > 10
    monkeypatch.setattr(pairs, "_WORTH_COMPILING", 0)
    assert links(table) == plain


def test_what_is_linked_is_logged_without_a_word_from_the_rows(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    link_duplicates(reports(("A-17", "polis", "2026-03-01"), ("B-18", "kommun", "2026-03-01")))
    assert "1 of 2 incidents repeat a report by another source (50 m, 24 hours)" in caplog.text
    assert "polis" not in caplog.text
    assert "A-17" not in caplog.text


def test_bad_tables_and_bounds_are_refused():
    table = reports(("A", "p", "2026-03-01"), ("B", "k", "2026-03-01"))
    with pytest.raises(InputError, match=r"`within_m` must be a finite number of at least 0"):
        link_duplicates(table, within_m=-1)
    with pytest.raises(InputError, match=r"`within_hours` must be a finite number of at least 0"):
        link_duplicates(table, within_hours=float("nan"))
    with pytest.raises(InputError, match=r"`incidents` lacks 1 column\(s\): time_precision"):
        link_duplicates(table.drop(columns="time_precision"))
    with pytest.raises(CRSError, match=r"`incidents` is in degrees"):
        link_duplicates(table.to_crs(4326))
    for function in (link_duplicates, link_states):
        with pytest.raises(InputError, match=r"2 of 2 rows whose `incident_id` is missing or not"):
            function(table.assign(incident_id="A"))
        with pytest.raises(InputError, match=r"1 of 2 rows whose `incident_id`"):
            function(table.assign(incident_id=["A", None]))
    with pytest.raises(InputError, match=r"`categories` must be a list, not a text"):
        link_states(table, "otrygg_plats")


def states(*rows, **columns):
    return reports(*rows, category="otrygg_plats", **columns)


def state_links(table, **arguments):
    linked = link_states(table, **arguments)
    named = linked.loc[linked["duplicate_of"].notna()]
    return dict(zip(named["incident_id"], named["duplicate_of"], strict=True))


def test_a_state_counts_once_a_site_and_month_whoever_reports_it():
    table = states(
        ("D", "kommun", "2026-04-01"),
        ("C", "polis", "2026-03-31 23:59"),
        ("B", "kommun", "2026-03-02"),
        ("A", "kommun", "2026-03-20", 0.2),
        ("E", "kommun", "2026-03-02", 1),
        ("F", "kommun", None),
    )
    assert state_links(table) == {"A": "B", "C": "B"}
    assert state_links(table.iloc[::-1]) == {"A": "B", "C": "B"}
    assert state_links(table.assign(category="klotter")) == {}
    assert state_links(table.assign(category="klotter"), categories=["klotter"]) == {
        "A": "B",
        "C": "B",
    }
    same_time = states(("b", "k", "2026-03-01"), ("a", "k", "2026-03-01"))
    assert state_links(same_time) == {"b": "a"}


def test_what_intake_links_at_once_is_what_both_link_one_after_the_other():
    table = pd.concat(
        [
            states(("A", "k", "2026-03-02"), ("B", "p", "2026-03-02"), ("C", "k", "2026-03-20")),
            reports(("D", "k", "2026-03-02 12:00"), ("E", "p", "2026-03-02 13:00")),
        ]
    )
    linked = link_all(table)
    pd.testing.assert_frame_equal(linked, link_states(link_duplicates(table)))
    assert linked["duplicate_of"].fillna("").tolist() == ["", "A", "A", "", "D"]


def test_two_states_at_one_site_are_two():
    table = states(("A", "k", "2026-03-01"), ("B", "k", "2026-03-02"))
    both = table.assign(category=["otrygg_plats", "mörk"])
    assert state_links(both, categories=["otrygg_plats", "mörk"]) == {}


def test_a_state_without_a_point_is_known_by_its_address():
    table = states(
        *((name, "k", f"2026-03-0{day}") for day, name in enumerate("ABCDEFG", 1)),
        address=["Malmvägen 12", "MALMVÄGEN  12", "Malmvägen 13", None, None, "!", "?"],
    )
    nowhere = table.set_geometry([None] * 7, crs=3006)
    assert state_links(nowhere) == {"B": "A"}
    at_zero = table.set_geometry([shapely.Point(0, 0)] * 7, crs=3006)
    assert state_links(at_zero) == {"B": "A"}
    assert state_links(nowhere.drop(columns="address")) == {}


def test_links_that_are_there_lead_to_the_report_that_counts():
    table = states(
        ("A", "polis", "2026-03-01"),
        ("B", "kommun", "2026-03-20"),
        ("C", "polis", "2026-03-20 08:00", 20),
        ("D", "polis", "2026-03-05", 500),
        ("E", "kommun", "2026-03-05", 520),
    )
    linked = link_duplicates(table)
    assert linked["duplicate_of"].fillna("").tolist() == ["", "", "B", "", "D"]
    assert link_states(linked)["duplicate_of"].fillna("").tolist() == ["", "A", "A", "", "D"]
    again = link_states(link_states(linked))
    assert again["duplicate_of"].fillna("").tolist() == ["", "A", "A", "", "D"]


def test_rows_that_repeat_another_in_full_are_counted():
    table = pd.DataFrame(
        {"a": ["x", "x", "y", "x", None, None], "b": [1, 1, 1, 2, 3, 3], "c": "k"},
        index=[*"ppqrst"],
    )
    assert count_repeated_rows(table) == 2
    assert count_repeated_rows(pd.concat([table] * 3)) == 2 + 12
    assert count_repeated_rows(table.drop(columns="b")) == 3
    assert count_repeated_rows(table.assign(id=range(6))) == 0
    assert count_repeated_rows(table.iloc[:0]) == 0
    assert count_repeated_rows(table[[]]) == 0
    points = gpd.GeoDataFrame(table, geometry=[shapely.Point(i < 5, 0) for i in range(6)])
    assert count_repeated_rows(points) == 1
    assert count_repeated_rows(gpd.GeoDataFrame({"a": [1, 1]}, geometry=[None, None])) == 1


@given(st.lists(st.tuples(*[st.sampled_from(["a", "b", None])] * 3), max_size=30))
@settings(max_examples=50, deadline=None)
def test_repeated_rows_are_those_pandas_finds(rows):
    table = pd.DataFrame(rows, columns=["a", "b", "c"], dtype="str")
    assert count_repeated_rows(table) == int(table.duplicated().sum())
