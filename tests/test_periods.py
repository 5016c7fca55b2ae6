import calendar
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

import est_geo as eg
from est_geo.errors import InputError
from est_geo.periods import (
    KINDS,
    block_numbers,
    last_complete,
    last_day,
    period_keys,
    period_numbers,
    whole_weeks_by,
)
from est_geo.periods.holidays import easter_sunday

days = st.dates(dt.date(7, 1, 1), dt.date(9990, 1, 1))
sane_days = st.dates(dt.date(1900, 1, 1), dt.date(2150, 12, 31))
kinds = st.sampled_from(KINDS)


def naive_key(day: dt.date, kind: str) -> str:
    """The definition, written from the calendar."""
    year, week, _ = day.isocalendar()
    return {
        "week": f"{year:04d}-W{week:02d}",
        "month": f"{day.year:04d}-{day.month:02d}",
        "quarter": f"{day.year:04d}-Q{(day.month + 2) // 3}",
        "tertial": f"{day.year:04d}-T{(day.month + 3) // 4}",
        "year": f"{day.year:04d}",
    }[kind]


@pytest.mark.parametrize(
    ("day", "kind", "key", "first", "last"),
    [
        ("2024-12-30", "week", "2025-W01", "2024-12-30", "2025-01-05"),
        ("2021-01-03", "week", "2020-W53", "2020-12-28", "2021-01-03"),
        ("2027-01-03", "week", "2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-11-22", "week", "2026-W47", "2026-11-16", "2026-11-22"),
        ("2024-02-29", "month", "2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12-31", "quarter", "2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-04-30", "tertial", "2026-T1", "2026-01-01", "2026-04-30"),
        ("2026-05-01", "tertial", "2026-T2", "2026-05-01", "2026-08-31"),
        ("2026-09-01", "tertial", "2026-T3", "2026-09-01", "2026-12-31"),
        ("2026-07-01", "year", "2026", "2026-01-01", "2026-12-31"),
    ],
)
def test_the_period_of_a_day(day, kind, key, first, last):
    period = eg.period_of(day, kind=kind)
    assert (period.key, str(period)) == (key, key)
    assert (period.start.isoformat(), period.last.isoformat()) == (first, last)
    assert period.end - period.last == dt.timedelta(days=1)
    assert period.days == (period.end - period.start).days
    assert eg.Period(kind, period.start, period.end) == period


@given(days, kinds)
def test_periods_cover_the_calendar_without_gap_or_overlap(day, kind):
    period = eg.period_of(day, kind=kind)
    assert period.start <= day < period.end
    assert period.key == naive_key(day, kind)
    assert period.previous().end == period.start
    assert period.previous(-1).start == period.end
    assert period.previous(5).previous(-5) == period
    assert period.previous(3).number == period.number - 3
    assert sorted([period, period.previous()]) == [period.previous(), period]


@given(sane_days, kinds, st.sampled_from(["sv", "en"]))
def test_what_is_written_is_read(day, kind, language):
    period = eg.period_of(day, kind=kind)
    assert eg.parse_period(period.key) == period
    assert eg.parse_period(period.label(language, short=True)) == period
    assert eg.parse_period(period.label(language, short=True).upper()) == period


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2026-W47", "2026-W47"),
        ("2026w47", "2026-W47"),
        ("2026-v47", "2026-W47"),
        ("v. 47 2026", "2026-W47"),
        ("v.47 2026", "2026-W47"),
        ("V47 2026", "2026-W47"),
        ("v47-2026", "2026-W47"),
        (" vecka  47,\u00a02026 ", "2026-W47"),
        ("2026 vecka 7", "2026-W07"),
        ("week 47 2026", "2026-W47"),
        ("2026-11", "2026-11"),
        ("2026-1", "2026-01"),
        ("november 2026", "2026-11"),
        ("nov. 2026", "2026-11"),
        ("2026 Maj", "2026-05"),
        ("May 2026", "2026-05"),
        ("sept 2026", "2026-09"),
        ("okt 2026", "2026-10"),
        ("October 2026", "2026-10"),
        ("2026-Q4", "2026-Q4"),
        ("Q4 2026", "2026-Q4"),
        ("kvartal 4 2026", "2026-Q4"),
        ("kv. 4 2026", "2026-Q4"),
        ("4:e kvartalet 2026", "2026-Q4"),
        ("1:a kvartalet 2026", "2026-Q1"),
        ("fjärde kvartalet 2026", "2026-Q4"),
        ("andra tertialet 2026", "2026-T2"),
        ("T3 2026", "2026-T3"),
        ("2026-T3", "2026-T3"),
        ("tertial 3 2026", "2026-T3"),
        ("2026", "2026"),
        ("år 2026", "2026"),
    ],
)
def test_periods_as_people_write_them(text, key):
    assert eg.parse_period(text).key == key


@pytest.mark.parametrize(
    ("text", "options", "key"),
    [
        ("v47", {"year": 2026}, "2026-W47"),
        ("v. 47", {"as_of": "2026-11-16"}, "2026-W47"),
        ("v47", {"as_of": "2026-11-15"}, "2025-W47"),
        ("vecka 1", {"as_of": "2024-12-30"}, "2025-W01"),
        ("v53", {"as_of": "2025-06-01"}, "2020-W53"),
        ("T3", {"as_of": dt.date(2026, 8, 31)}, "2025-T3"),
        ("november", {"year": 2026}, "2026-11"),
        ("kvartal 4", {"as_of": pd.Timestamp("2026-10-01 12:00")}, "2026-Q4"),
        # A year in the text goes first.
        ("v47 2025", {"year": 2026}, "2025-W47"),
        ("v47 2025", {"as_of": "2026-11-22"}, "2025-W47"),
    ],
)
def test_a_year_that_is_not_written_is_said_by_the_caller(text, options, key):
    assert eg.parse_period(text, **options).key == key


@pytest.mark.parametrize(
    "text", ["v47", "v. 47", "T3", "november", "kvartal 4", "fjärde kvartalet"]
)
def test_a_text_without_a_year_is_refused_and_the_clock_not_asked(text):
    with pytest.raises(InputError, match=r"`text` lacks a year: .* pass `year` or `as_of`"):
        eg.parse_period(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2025-W53", "2025 has no week 53: its weeks are 1 to 52"),
        ("2026-W54", "2026 has no week 54: its weeks are 1 to 53"),
        ("v0 2026", "2026 has no week 0"),
        ("2026-13", "2026 has no month 13: a year has months 1 to 12"),
        ("2026-00", "2026 has no month 0"),
        ("T4 2026", "2026 has no tertial 4: a year has tertials 1 to 3"),
        ("Q0 2026", "2026 has no quarter 0"),
        ("2026-11-22", r"It is a day: .*period_of\('2026-11-22', kind='week'\)"),
        ("v47 26", "not a period"),
        ("26-W47", "not a period"),
        ("nov 26", "not a period"),
        ("", "not a period: ''. Write a week as '2026-W47'"),
        ("2026-W471", "not a period"),
        ("٢٠٢٦", "not a period"),
        ("2026-W47" + " " * 60 + "x", "not a period"),
        ("<script>" * 9, "not a period: '<script><script><script><script><script>'"),
    ],
)
def test_what_is_no_period_is_refused_with_a_remedy(text, message):
    with pytest.raises(InputError, match=message):
        eg.parse_period(text)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        period = eg.parse_period(text, year=2026)
    except InputError:
        return
    assert isinstance(period, eg.Period)


def test_faults_of_arguments():
    week = eg.parse_period("2026-W47")
    assert eg.parse_period(week) is week
    with pytest.raises(InputError, match="both say the year"):
        eg.parse_period("v47", year=2026, as_of="2026-11-22")
    with pytest.raises(InputError, match="not int"):
        eg.parse_period(2026)
    with pytest.raises(InputError, match="whole number such as 2026, not '26'"):
        eg.parse_period("v47", year="26")
    with pytest.raises(InputError, match="years 1 to 9998"):
        eg.parse_period("T1", year=99999)
    with pytest.raises(InputError, match=r"not those of a week: 2026-11-17 to 2026-11-24"):
        eg.Period("week", dt.date(2026, 11, 17), dt.date(2026, 11, 24))
    with pytest.raises(InputError, match="one of week, month, quarter, tertial, year"):
        eg.Period("fortnight", dt.date(2026, 11, 16), dt.date(2026, 11, 30))
    with pytest.raises(InputError, match="`kind` must be one of"):
        eg.period_of("2026-11-22", kind="day")
    with pytest.raises(InputError, match="`time` must be a day such as '2026-11-22', not 'igår'"):
        eg.period_of("igår", kind="week")
    for missing in (pd.NaT, np.datetime64("NaT"), None):
        with pytest.raises(InputError, match="`time` must be a day"):
            eg.period_of(missing, kind="week")
    with pytest.raises(InputError, match="comes before `first`"):
        eg.periods_between("2026-02-01", "2026-01-31", kind="week")
    with pytest.raises(InputError, match="`language` must be one of sv, en"):
        week.label("fi")
    with pytest.raises(InputError, match="years 1 to 9998"):
        week.previous(10**6)
    with pytest.raises(InputError, match="years 1 to 9998"):
        week.previous(-(10**6))
    with pytest.raises(InputError, match=r"`as_of` must be a day such as .* not 'snart'"):
        last_day("snart")


def test_labels_in_both_languages():
    assert eg.parse_period("2026-W47").label() == "vecka 47, 16–22 november 2026"
    assert eg.parse_period("2026-W47").label("en") == "week 47, 16–22 November 2026"
    assert eg.parse_period("2026-W40").label() == "vecka 40, 28 september–4 oktober 2026"
    assert eg.parse_period("2025-W01").label() == "vecka 1, 30 december 2024–5 januari 2025"
    assert eg.parse_period("2025-W01").label(short=True) == "vecka 1 2025"
    assert eg.parse_period("2026-11").label() == "november 2026"
    assert eg.parse_period("2026-Q4").label() == "kvartal 4, oktober–december 2026"
    assert eg.parse_period("2026-T3").label("en") == "tertial 3, September–December 2026"
    assert eg.parse_period("2026").label() == "2026"


def test_the_same_period_of_an_earlier_year_and_week_53():
    assert eg.parse_period("2026-W47").earlier().key == "2025-W47"
    assert eg.parse_period("2026-W47").earlier(2).key == "2024-W47"
    assert eg.parse_period("2026-T3").earlier().key == "2025-T3"
    assert eg.parse_period("2024-02").earlier().days == 28
    # The week after week 52; it has the same holidays.
    assert eg.parse_period("2026-W53").earlier().key == "2026-W01"
    assert eg.parse_period("2026-W53").earlier(2).key == "2025-W01"
    assert eg.parse_period("2026-W53").earlier(6).key == "2020-W53"
    assert eg.parse_period("2025-W52").earlier(-1).key == "2026-W52"
    assert eg.parse_period("2026-W53").earlier(-1).key == "2028-W01"


@given(sane_days)
def test_a_week_a_year_earlier_is_within_days_of_the_same_date(day):
    week = eg.period_of(day, kind="week")
    earlier = week.earlier()
    assert (week.start - earlier.start).days in {364, 371}
    assert earlier.part == week.part or (week.part, earlier.part) == (53, 1)


def test_lists_of_periods():
    def listed(*args, **options):
        return [p.key for p in eg.periods_between(*args, **options)]

    assert listed("2026-12-20", "2027-01-04", kind="week") == [
        *("2026-W51", "2026-W52", "2026-W53", "2027-W01")
    ]
    assert listed("2026-12-20", "2027-01-04", kind="week", whole=True) == ["2026-W52", "2026-W53"]
    year = eg.parse_period("2026")
    assert len(listed(year, year, kind="month", whole=True)) == 12
    assert listed(year, year, kind="tertial") == ["2026-T1", "2026-T2", "2026-T3"]
    assert listed("2026-11-17", "2026-11-18", kind="week", whole=True) == []
    assert listed("2026-11-18", "2026-11-18", kind="week") == ["2026-W47"]


def test_which_times_lie_in_a_period():
    week = eg.parse_period("2026-W47")
    times = pd.to_datetime(
        pd.Series(["2026-11-15 23:59:59.9", "2026-11-16", "2026-11-22 23:59:59.9", "2026-11-23"]),
        format="mixed",
    )
    assert week.contains(times).tolist() == [False, True, True, False]
    assert week.contains(pd.Series([pd.NaT, times[1]])).tolist() == [False, True]
    assert week.contains(np.asarray([], dtype="datetime64[us]")).tolist() == []


def test_complete_means_that_the_last_day_has_passed():
    week = eg.parse_period("2026-W47")
    assert week.is_complete("2026-11-22")
    assert week.is_complete(pd.Timestamp("2026-11-22 08:00"))
    assert not week.is_complete(dt.date(2026, 11, 21))
    assert not week.is_complete(week.previous())
    assert eg.parse_period("2026-11").is_complete(eg.parse_period("2026"))
    assert last_day("2026-W47") == last_day("v47 2026") == dt.date(2026, 11, 22)
    with pytest.raises(InputError, match="`time` must be a day"):
        eg.period_of("2026-W47", kind="week")
    assert last_day("2026-11-22 10:30") == dt.date(2026, 11, 22)
    assert last_day(np.datetime64("2026-11-22T10")) == dt.date(2026, 11, 22)
    assert last_complete("2026-11-21", kind="week").key == "2026-W46"
    assert last_complete("2026-11-22", kind="week").key == "2026-W47"
    assert last_complete("2026-11-22", kind="tertial").key == "2026-T2"


def test_the_last_week_of_incidents_is_complete_only_on_its_sunday():
    saturday = pd.Series(pd.to_datetime(["2026-11-02 10:00", "2026-11-21 23:00", None]))
    sunday = pd.Series(pd.to_datetime(["2026-11-22 00:10"]))
    assert whole_weeks_by(saturday, as_of=None).key == "2026-W46"
    assert whole_weeks_by(sunday, as_of=None).key == "2026-W47"
    assert whole_weeks_by(saturday, as_of="2026-W47").key == "2026-W47"
    with pytest.raises(InputError, match="`incidents` has no time in any of its 1 rows"):
        whole_weeks_by(pd.Series([pd.NaT]), as_of=None)


@given(
    st.lists(
        st.one_of(st.none(), st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2150-1-1")))
    ),
    kinds,
)
def test_many_times_are_numbered_and_written_as_one_by_one(times, kind):
    series = pd.Series(times, dtype="datetime64[us]", index=range(7, 7 + len(times)))
    alone = [None if t is None else eg.period_of(t, kind=kind) for t in times]
    assert period_numbers(series, kind=kind).tolist() == [p.number if p else -1 for p in alone]
    keys = period_keys(series, kind=kind)
    assert keys.index.equals(series.index)
    assert keys.dtype == "str"
    assert [k if isinstance(k, str) else None for k in keys] == [
        p.key if p else None for p in alone
    ]


def test_blocks_of_weeks_count_backward_from_the_last_complete_week():
    times = pd.Series(
        pd.to_datetime(
            ["2026-11-22 23:59", "2026-10-26", "2026-10-25", "2026-09-28", "2026-11-23", None],
            format="mixed",
        )
    )
    assert block_numbers(times, as_of="2026-11-22").tolist() == [0, 0, 1, 1, -1, -1]
    # Whatever is later is in none, however much later.
    later = pd.Series(pd.to_datetime(["2026-12-21", "2027-06-01"]))
    assert block_numbers(later, as_of="2026-11-22").tolist() == [-1, -1]
    # On the Saturday week 47 is not complete, and belongs to no block.
    assert block_numbers(times, as_of="2026-11-21").tolist() == [-1, 0, 0, 1, -1, -1]
    assert block_numbers(times, as_of="2026-W47", weeks=1).tolist() == [0, 3, 4, 7, -1, -1]


@pytest.mark.parametrize("year", [1583, 1818, 1943, 1954, 1981, 2024, 2025, 2026, 2038, 2285, 9998])
def test_easter_against_dateutil(year):
    assert easter_sunday(year) == easter(year)


@given(st.integers(1583, 4099))
def test_easter_in_any_year_against_dateutil(year):
    assert easter_sunday(year) == easter(year)


def test_holiday_weeks_are_a_table():
    table = eg.holiday_weeks([2026, 2025, 2026])
    assert table.columns.tolist() == ["week", "name"]
    assert table["week"].is_monotonic_increasing
    assert table["week"].is_unique
    weeks_of_2025 = [w for w in table["week"] if w.startswith("2025")]
    # Easter Sunday was 20 April, in week 16.
    numbers = [1, 8, 9, 16, 17, 18, 24, 25, 44, 52]
    assert weeks_of_2025 == [f"2025-W{n:02d}" for n in numbers]
    assert table["week"].iloc[-1] == "2026-W53"
    named = dict(zip(table["week"], table["name"], strict=True))
    assert named["2025-W44"] == "höstlov"
    assert dict(eg.holiday_weeks([2025], language="en").to_numpy())["2025-W44"] == "autumn holiday"
    with pytest.raises(InputError, match="`years` must lie between 1583 and 9998, not 1066"):
        eg.holiday_weeks([1066])
    assert len(eg.holiday_weeks([])) == 0


def test_every_good_friday_and_easter_monday_lies_in_a_holiday_week():
    for year in range(2000, 2100):
        listed = set(eg.holiday_weeks([year])["week"])
        for shift in (-2, 1):
            day = easter(year) + dt.timedelta(days=shift)
            assert eg.period_of(day, kind="week").key in listed
        assert calendar.weekday(*easter(year).timetuple()[:3]) == 6
