"""Columns of times together: dates and clocks, starts and ends, and what is strange in them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import InputError
from est_geo.intake import reasons
from est_geo.intake.columns import match_columns
from est_geo.intake.times import NOTES, find_times

FROM, TO, CLOCK, TO_CLOCK = (
    "occurred_from", "occurred_to", "occurred_from_clock", "occurred_to_clock"
)  # fmt: skip


def find(**columns):
    """Find times in columns that are named as what they mean."""
    table = pd.DataFrame(columns, dtype="str")
    return find_times(table, {name: name for name in table.columns})


def rows(found):
    """Write times out: start, end, precision."""
    columns = (found.occurred_from, found.occurred_to, found.precision)
    return [
        tuple(None if pd.isna(value) else str(value).removesuffix(":00") for value in row)
        for row in zip(*columns, strict=True)
    ]


def faults(found):
    return [
        (int(row), fault.column, fault.reason)
        for fault in found.faults
        for row in np.flatnonzero(fault.rows)
    ]


# Which columns


@pytest.mark.parametrize(
    ("present", "used"),
    [
        (["Datum", "Tid"], {FROM: "Datum", CLOCK: "Tid"}),
        (["Tid"], {FROM: "Tid"}),
        (["Tidpunkt", "Händelsedatum"], {FROM: "Händelsedatum", CLOCK: "Tidpunkt"}),
        (["Datum", "Klockslag"], {FROM: "Datum", CLOCK: "Klockslag"}),
        (["Klockslag"], {}),
        (["Datum", "kl."], {FROM: "Datum", CLOCK: "kl."}),
        (
            ["Startdatum", "Starttid", "Slutdatum", "Sluttid"],
            {FROM: "Startdatum", CLOCK: "Starttid", TO: "Slutdatum", TO_CLOCK: "Sluttid"},
        ),
        (["Datum", "Starttid", "Sluttid"], {FROM: "Datum", CLOCK: "Starttid", TO: "Sluttid"}),
        (["Starttid", "Sluttid"], {FROM: "Starttid", TO: "Sluttid"}),
        (["Date", "Time"], {FROM: "Date", CLOCK: "Time"}),
    ],
)
def test_columns_of_dates_and_clocks_are_told_apart(present, used):
    found = match_columns([*present, "plats"], asked=None, has_geometry=False, file="f.csv")
    assert found == {**used, "place": "plats"}


def test_who_names_the_dates_names_the_clock():
    present = ["anmäld", "tid", "klockslag", "plats"]
    for asked in ({FROM: "anmäld"}, {FROM: "anmäld", CLOCK: "tid"}):
        found = match_columns(present, asked=asked, has_geometry=False, file="f.csv")
        assert found == {**asked, "place": "plats"}


def test_two_clocks_are_one_too_many():
    with pytest.raises(InputError, match=r"2 columns that may be `occurred_from_clock`: 'kl', 't"):
        match_columns(["datum", "tid", "kl", "plats"], asked=None, has_geometry=False, file="f.csv")


# A column of times of day


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("14:30", "14:30"),
        ("14.30", "14:30"),
        ("kl. 14.30", "14:30"),
        ("14:30:00", "14:30"),
        ("7", "07:00"),
        ("kl 22", "22:00"),
        ("2230", "22:30"),
        ("930", "09:30"),
        ("2230.0", "22:30"),
        ("0:15", "00:15"),
        ("2:30 pm", "14:30"),
        ("1899-12-31 14:30:00", "14:30"),
        ("0 days 14:30:00", "14:30"),
        ("0,604166667", "14:30"),
        (".5", "12:00"),
        ("2026-03-27 14:30", "14:30"),
    ],
)
def test_a_time_of_day_is_added_to_its_date(clock, time):
    for date in ("2026-03-27", "27/3 2026", "2026-03-27 00:00:00"):
        found = find(occurred_from=[date], occurred_from_clock=[clock])
        assert rows(found) == [(f"2026-03-27 {time}", f"2026-03-27 {time}", "minute")]
        assert not found.faults


@pytest.mark.parametrize(
    "clock",
    [
        "natt",
        "25:00",
        "2460",
        "22-natt",
        "27/3 2026",
        "99",
        "-5",
        "2026-03-27 22:00 - 2026-03-27 23:00",
    ],
)
def test_a_time_of_day_that_cannot_be_read_rejects_its_row(clock):
    found = find(occurred_from=["2026-03-27"] * 2, occurred_from_clock=["12:00", clock])
    assert faults(found) == [(1, CLOCK, reasons.NOT_A_CLOCK)]


def test_a_blank_time_of_day_leaves_the_date():
    found = find(occurred_from=["2026-03-27"] * 3, occurred_from_clock=["", None, "okänd"])
    assert rows(found) == [("2026-03-27 00:00", "2026-03-27 00:00", "day")] * 3
    assert not found.faults


def test_midnight_as_24_is_the_next_day():
    found = find(occurred_from=["31/12 2026"], occurred_from_clock=["24:00"])
    assert rows(found) == [("2027-01-01 00:00", "2027-01-01 00:00", "minute")]


def test_two_columns_that_say_different_times_are_a_fault():
    found = find(
        occurred_from=["2026-03-27 14:30", "2026-03-27 14:30", "2026-03-27", "", ""],
        occurred_from_clock=["14.30", "15:00", "2026-03-28 14:30", "2026-03-27 14:30", "14:30"],
    )
    assert faults(found) == [
        (1, CLOCK, reasons.TIMES_DISAGREE),
        (2, CLOCK, reasons.TIMES_DISAGREE),
    ]
    start = [row[0] for row in rows(found)]
    assert start[0] == start[3] == "2026-03-27 14:30"
    assert start[4] is None


def test_a_span_of_times_of_day_gives_an_end():
    found = find(
        occurred_from=["2026-03-27"] * 3 + ["v. 13 2026"] * 2,
        occurred_from_clock=["22.00-23.30", "22–06", "22.30-22.00", "22-23", "2026-03-27 22:00"],
    )
    assert rows(found)[:2] == [
        ("2026-03-27 22:00", "2026-03-27 23:30", "minute"),
        ("2026-03-27 22:00", "2026-03-28 06:00", "minute"),
    ]
    assert faults(found) == [(2, CLOCK, reasons.END_BEFORE_START)]
    # What time of day, on which of the days?
    assert rows(found)[3:] == [("2026-03-23 00:00", "2026-03-29 00:00", "week")] * 2


# Starts and ends


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-27", "", ("2026-03-27 00:00", "2026-03-27 00:00", "day")),
        (
            "2026-03-27 18:00",
            "2026-03-30 07:00",
            ("2026-03-27 18:00", "2026-03-30 07:00", "minute"),
        ),
        # Some time the same day; and some time another day.
        ("2026-03-27 18:00", "2026-03-27", ("2026-03-27 18:00", "2026-03-27 18:00", "minute")),
        ("2026-03-27 18:00", "2026-03-28", ("2026-03-27 18:00", "2026-03-28 00:00", "day")),
        ("2026-03-27", "2026-03-27 07:00", ("2026-03-27 00:00", "2026-03-27 07:00", "day")),
        ("2026-03-27", "v. 13 2026", ("2026-03-27 00:00", "2026-03-29 00:00", "day")),
        ("v. 13 2026", "", ("2026-03-23 00:00", "2026-03-29 00:00", "week")),
        ("27-30 mars 2026", "", ("2026-03-27 00:00", "2026-03-30 00:00", "day")),
        ("27-30 mars 2026", "2026-03-28", ("2026-03-27 00:00", "2026-03-28 00:00", "day")),
        ("27-30 mars 2026", "12:00", ("2026-03-27 00:00", "2026-03-30 00:00", "day")),
        ("2026-03-01", "2026-03-07", ("2026-03-01 00:00", "2026-03-07 00:00", "day")),
        ("2026-03-01", "2026-03-08", ("2026-03-01 00:00", "2026-03-08 00:00", "unknown")),
        ("", "2026-03-08", (None, "2026-03-08 00:00", "unknown")),
        ("", "", (None, None, "unknown")),
        # An end that is only a time of day is on the day of the start, or the morning after.
        ("2026-03-27 18:00", "23:30", ("2026-03-27 18:00", "2026-03-27 23:30", "minute")),
        ("2026-03-27 22:00", "kl 06.00", ("2026-03-27 22:00", "2026-03-28 06:00", "minute")),
        ("2026-03-27", "06.00", ("2026-03-27 00:00", "2026-03-27 06:00", "day")),
        ("2026-03-27 18:00", "24:00", ("2026-03-27 18:00", "2026-03-28 00:00", "minute")),
    ],
)
def test_a_start_and_an_end_are_joined(start, end, expected):
    found = find(occurred_from=[start], occurred_to=[end])
    assert rows(found) == [expected]
    assert not found.faults


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-03-27", "2026-03-26", reasons.END_BEFORE_START),
        ("2026-03-27 18:00", "2026-03-27 17:59", reasons.END_BEFORE_START),
        ("2026-03-27 18:00", "2026-03-26", reasons.END_BEFORE_START),
        ("v. 13 2026", "2026-03-22", reasons.END_BEFORE_START),
        ("2026-03-27 22:00", "21:00", reasons.END_BEFORE_START),
        ("2026-03-27", "snart", reasons.NOT_A_TIME),
        ("2026-03-27", "30/3", reasons.NO_YEAR),
        ("2026-03-27", "2525-03-30", reasons.OUTSIDE_RANGE),
    ],
)
def test_an_end_that_cannot_be_is_a_fault_and_never_swapped(start, end, reason):
    found = find(occurred_from=[start], occurred_to=[end])
    assert faults(found) == [(0, TO, reason)]


def test_an_end_as_12_10_is_a_date_without_a_year_where_another_is():
    start = ["2026-10-01 08:00"] * 2
    clocks = find(occurred_from=start, occurred_to=["12.10", "23.30"])
    assert [row[1] for row in rows(clocks)] == ["2026-10-01 12:10", "2026-10-01 23:30"]
    dates = find(occurred_from=start, occurred_to=["12.10", "30.10"])
    assert faults(dates) == [(0, TO, reasons.NO_YEAR), (1, TO, reasons.NO_YEAR)]


def test_four_columns_make_an_interval():
    found = find(
        occurred_from=["27/3 2026", "27/3 2026", "27/3 2026"],
        occurred_from_clock=["17.00", "17.00", "22.00"],
        occurred_to=["30/3 2026", "30/3 2026", ""],
        occurred_to_clock=["07.00", "", "06.00"],
    )
    assert rows(found) == [
        ("2026-03-27 17:00", "2026-03-30 07:00", "minute"),
        ("2026-03-27 17:00", "2026-03-30 00:00", "day"),
        ("2026-03-27 22:00", "2026-03-28 06:00", "minute"),
    ]
    assert not found.faults


def test_no_columns_give_no_times():
    found = find_times(pd.DataFrame({"plats": ["a", "b"]}), {"place": "plats"})
    assert rows(found) == [(None, None, "unknown")] * 2
    assert (found.faults, found.midnight, found.midnight_spike) == ([], 0, False)
    assert found.occurred_from.dtype == "datetime64[us]"


def test_times_that_are_times_already_go_together_with_text():
    table = pd.DataFrame(
        {
            "d": pd.to_datetime(["2026-03-27", "2026-03-28"]),
            "k": pd.Series([dt.time(14, 30), None], dtype=object),
            "slut": pd.to_datetime(["2026-03-27 14:00Z", None]),
        }
    ).set_axis([2, 5])
    found = find_times(table, {FROM: "d", CLOCK: "k", TO: "slut"})
    assert rows(found) == [
        ("2026-03-27 14:30", "2026-03-27 15:00", "minute"),
        ("2026-03-28 00:00", "2026-03-28 00:00", "day"),
    ]
    assert found.occurred_from.index.tolist() == found.note.index.tolist() == [2, 5]


# Summer time, and midnight


@pytest.mark.parametrize(
    ("time", "note"),
    [
        ("2026-03-29 01:59", None),
        ("2026-03-29 02:00", NOTES[0]),
        ("2026-03-29 02:59:59", NOTES[0]),
        ("2026-03-29 03:00", None),
        ("2026-03-22 02:30", None),
        ("2026-03-29", None),
        ("2026-10-25 01:59", None),
        ("2026-10-25 02:00", NOTES[1]),
        ("2026-10-25 02:59", NOTES[1]),
        ("2026-10-25 03:00", None),
        ("2026-10-25 02:30+01:00", None),  # said which of the two
        ("2026-10-25T02:30:00+02:00", None),
        ("1994-09-25 02:30", NOTES[1]),  # summer ended in September then
        ("2026-03-28 22:00 - 2026-03-29 02:30", NOTES[0]),
        ("2026-10-24T20:00Z - 2026-10-25 02:30", NOTES[1]),
        ("46320,104166667", NOTES[1]),
    ],
)
def test_times_that_summer_time_skips_or_repeats_are_kept_and_noted(time, note):
    found = find(occurred_from=[time, "2026-06-01 02:30"])
    assert [None if pd.isna(said) else said for said in found.note] == [note, None]
    assert found.occurred_from.notna().all()
    assert not found.faults


def test_times_that_are_times_already_have_notes_unless_they_have_a_zone():
    local = pd.Series(pd.to_datetime(["2026-10-25 02:30"]))
    for times, noted in ((local, True), (local.dt.tz_localize("+02:00"), False)):
        found = find_times(pd.DataFrame({"tid": times}), {FROM: "tid"})
        assert found.occurred_from.tolist() == local.tolist()
        assert found.note.notna().tolist() == [noted]


def test_a_clock_of_its_own_is_noted_too_unless_it_has_an_offset():
    found = find(
        occurred_from=["2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-25"],
        occurred_from_clock=["02.30", "02.30", "2026-10-25T00:30:00Z"],
    )
    assert found.occurred_from.tolist() == [pd.Timestamp("2026-10-25 02:30")] * 3
    assert found.note.notna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("midnight", "around", "elsewhere", "spike"),
    [
        (4, 0, 0, False),  # too few to say
        (5, 0, 0, True),
        (5, 0, 300, True),
        (8, 8, 0, False),  # more than the hours around, which chance explains
        (20, 20, 0, True),
        (499, 1000, 0, False),  # beyond chance, but not even twice the hours around
        (501, 1000, 0, True),
    ],
)
def test_more_rows_at_midnight_than_around_it_are_a_spike(midnight, around, elsewhere, spike):
    hours = ("22:00", "23:00", "01:00", "02:00")
    times = [f"2026-03-{10 + row % 9} 00:00" for row in range(midnight)]
    times += [f"2026-03-10 {hours[row % 4]}" for row in range(around)]
    times += [f"2026-03-10 {row % 24:02}:17" for row in range(elsewhere)]
    times += ["2026-03-11"] * 50 + ["2026-13-01"] * 50  # days and faults have no time of day
    found = find(occurred_from=times)
    assert (found.midnight, found.midnight_spike) == (midnight, spike)
    assert (found.precision == "minute").sum() == midnight + around + elsewhere


CELLS = st.sampled_from(
    ["", "2026-03-27", "27/3 2026", "2026-03-27 22:00", "2026-03-29 02:30", "v. 13 2026", "29/3",
     "27-30 mars 2026", "22:00", "22.00-06.00", "06", "24:00", "okänt", "x", "1/1 1980", "12.10",
     "2026-03-28 06:00"]
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    cells=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12),
    names=st.sets(st.sampled_from([FROM, TO, CLOCK, TO_CLOCK])),
    seed=st.randoms(use_true_random=False),
)
def test_any_columns_add_up_in_any_order(cells, names, seed):
    table = pd.DataFrame(cells, columns=[FROM, TO, CLOCK, TO_CLOCK], dtype="str")
    used = {name: name for name in sorted(names)}
    found = find_times(table, used)
    bad = np.zeros(len(table), dtype=bool)
    for fault in found.faults:
        assert fault.rows.any()
        assert fault.column in names
        bad |= fault.rows
    start, end = found.occurred_from[~bad], found.occurred_to[~bad]
    assert ((end >= start.dt.normalize()) | start.isna()).all()
    assert not (end.isna() & start.notna()).any()
    known = found.precision[~bad].isin(["minute", "day", "week"])
    assert not (known & start.isna()).any()
    order = seed.sample(range(len(table)), len(table))
    mixed = find_times(table.iloc[order], used)
    assert mixed.occurred_from.sort_index().equals(found.occurred_from)
    assert mixed.occurred_to.sort_index().equals(found.occurred_to)
    assert mixed.precision.sort_index().equals(found.precision)
    assert sorted((order[row], *said) for row, *said in faults(mixed)) == sorted(faults(found))
