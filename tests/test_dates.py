"""Written times: every form with what it means written out, and what is refused and why."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.intake import reasons
from est_geo.intake.dates import parse_times
from est_geo.intake.moments import REASONS

DAY, MINUTE, WEEK, UNKNOWN = "day", "minute", "week", "unknown"


def read_one(text, **kwargs):
    """Read a text alone: start, end, precision and reason, times as text."""
    read = parse_times(pd.Series([text], dtype="str"), **kwargs)
    times = [None if pd.isna(t[0]) else str(t[0]) for t in (read.times, read.until)]
    reason = REASONS[read.fault[0] - 1] if read.fault[0] else None
    return (*times, read.precision[0], reason)


def midnight(text):
    return None if text is None else f"{text} 00:00:00"


# Dates, 29 March 2026 unless it says otherwise; it is a Sunday.
DATES = [
    ("2026-03-29", "2026-03-29"),
    ("2026-3-9", "2026-03-09"),
    ("2026/03/29", "2026-03-29"),
    ("2026.03.29", "2026-03-29"),
    ("2026\N{EN DASH}03\N{EN DASH}29", "2026-03-29"),
    ("2026\N{NON-BREAKING HYPHEN}03\N{NON-BREAKING HYPHEN}29", "2026-03-29"),
    ("20260329", "2026-03-29"),
    ("20260329.0", "2026-03-29"),
    ("260329", "2026-03-29"),
    ("29/3 2026", "2026-03-29"),
    ("1/3 2025", "2025-03-01"),
    ("29/3-2026", "2026-03-29"),
    ("29/3, 2026", "2026-03-29"),
    ("29/3 -26", "2026-03-29"),
    ("29/3-26", "2026-03-29"),
    ("29/3 \N{MINUS SIGN}26", "2026-03-29"),
    ("29/3 \N{EN DASH} 26", "2026-03-29"),
    ("29/3 '26", "2026-03-29"),
    ("29/3 \N{RIGHT SINGLE QUOTATION MARK}26", "2026-03-29"),
    ("29/3/26", "2026-03-29"),
    ("29/3/2026", "2026-03-29"),
    ("29/03/2026", "2026-03-29"),
    ("03/04/2026", "2026-04-03"),
    ("29 / 3 2026", "2026-03-29"),
    ("\N{LEFT-TO-RIGHT MARK}29/3\N{SOFT HYPHEN} 2026", "2026-03-29"),
    ("29-03-2026", "2026-03-29"),
    ("29.3.2026", "2026-03-29"),
    ("29.03.26", "2026-03-29"),
    ("29.3 2026", "2026-03-29"),
    ("29. 3. 2026", "2026-03-29"),
    ("29.3. 2026", "2026-03-29"),
    ("29.3-26", "2026-03-29"),
    ("12.03 2026", "2026-03-12"),
    ("29 mars 2026", "2026-03-29"),
    ("den 29 mars 2026", "2026-03-29"),
    ("29:e mars 2026", "2026-03-29"),
    ("29 mars -26", "2026-03-29"),
    ("29 mars 26", "2026-03-29"),
    ("29 mar. 2026", "2026-03-29"),
    ("29 MARS 2026", "2026-03-29"),
    ("29\N{NO-BREAK SPACE}mars\N{NARROW NO-BREAK SPACE}2026", "2026-03-29"),
    ("  29   mars  2026 . ", "2026-03-29"),
    ("29-mar-2026", "2026-03-29"),
    ("29-Mar-26", "2026-03-29"),
    ("March 29, 2026", "2026-03-29"),
    ("29th March 2026", "2026-03-29"),
    ("1 januari 2026", "2026-01-01"),
    ("2 feb 2026", "2026-02-02"),
    ("3 april 2026", "2026-04-03"),
    ("4 maj 2026", "2026-05-04"),
    ("4 May 2026", "2026-05-04"),
    ("5 juni 2026", "2026-06-05"),
    ("6 juli 2026", "2026-07-06"),
    ("7 augusti 2026", "2026-08-07"),
    ("8 sept. 2026", "2026-09-08"),
    ("9 okt 2026", "2026-10-09"),
    ("9 October 2026", "2026-10-09"),
    ("10 november 2026", "2026-11-10"),
    ("11 dec 2026", "2026-12-11"),
    ("29 februari 2024", "2024-02-29"),
    ("sön 29 mars 2026", "2026-03-29"),
    ("söndagen den 29 mars 2026", "2026-03-29"),
    ("so\u0308n. 29/3 2026", "2026-03-29"),
    ("Sunday, March 29, 2026", "2026-03-29"),
    ("mån 30/3 2026", "2026-03-30"),
    ("lördag 2026-03-28", "2026-03-28"),
    ("46110", "2026-03-29"),
    ("46110.0", "2026-03-29"),
    ("32874", "1990-01-01"),
    ("mån v. 13 2026", "2026-03-23"),
    ("2026-W13-7", "2026-03-29"),
]

CLOCKS = [
    ("2026-03-29 14:30", "2026-03-29 14:30:00"),
    ("2026-03-29T14:30:15", "2026-03-29 14:30:15"),
    ("2026-03-29 14:30:15,25", "2026-03-29 14:30:15.250000"),
    ("2026-03-29t14:30", "2026-03-29 14:30:00"),
    ("2026-03-29 9:05", "2026-03-29 09:05:00"),
    ("2026-03-29, 14.30", "2026-03-29 14:30:00"),
    ("2026-03-29 - 14:30", "2026-03-29 14:30:00"),
    ("2026-03-29 kl 14.30", "2026-03-29 14:30:00"),
    ("2026-03-29 kl. 22", "2026-03-29 22:00:00"),
    ("2026-03-29 1430", "2026-03-29 14:30:00"),
    ("20260329 1430", "2026-03-29 14:30:00"),
    ("202603291430", "2026-03-29 14:30:00"),
    ("20260329T143015", "2026-03-29 14:30:15"),
    ("2026-03-29 24:00", "2026-03-30 00:00:00"),
    ("31/12 2026 kl 24.00", "2027-01-01 00:00:00"),
    ("2026-03-29 02:30 PM", "2026-03-29 14:30:00"),
    ("2026-03-29 12:30 a.m.", "2026-03-29 00:30:00"),
    ("2026-03-29T12:30Z", "2026-03-29 14:30:00"),
    ("2026-03-28T13:30:00.5+00:00", "2026-03-28 14:30:00.500000"),
    ("2026-03-28 14:30:00-05:00", "2026-03-28 20:30:00"),
    ("2026-03-28 13:30 UTC", "2026-03-28 14:30:00"),
    ("29/3 2026 22.30", "2026-03-29 22:30:00"),
    ("29/3-26 kl. 22:30", "2026-03-29 22:30:00"),
    ("29/3 -26, kl 22.30", "2026-03-29 22:30:00"),
    ("29.3.2026 klockan 22.30", "2026-03-29 22:30:00"),
    ("sön 29 mars 2026 kl. 22.30", "2026-03-29 22:30:00"),
    ("Den 29:e mars 2026, kl. 9.30.", "2026-03-29 09:30:00"),
    ("kl 22.30 den 29 mars 2026", "2026-03-29 22:30:00"),
    ("22:30 29/3 2026", "2026-03-29 22:30:00"),
    ("46110,604166667", "2026-03-29 14:30:00"),
    ("46110.60417", "2026-03-29 14:30:00"),
    ("46110.25", "2026-03-29 06:00:00"),
]

WEEKS = [
    ("v. 12 2026", "2026-03-16", "2026-03-22"),
    ("v12 2026", "2026-03-16", "2026-03-22"),
    ("V.12-26", "2026-03-16", "2026-03-22"),
    ("vecka 12, 2026", "2026-03-16", "2026-03-22"),
    ("vecka 12 år 2026", "2026-03-16", "2026-03-22"),
    ("2026-W12", "2026-03-16", "2026-03-22"),
    ("2026W12", "2026-03-16", "2026-03-22"),
    ("2026 v 12", "2026-03-16", "2026-03-22"),
    ("v. 1 2025", "2024-12-30", "2025-01-05"),
    ("v. 53 2026", "2026-12-28", "2027-01-03"),
]

INTERVALS = [
    ("2026-03-27 22:00 – 2026-03-30 07:00", "2026-03-27 22:00", "2026-03-30 07:00", MINUTE),
    ("2026-03-27 22:00-2026-03-30 07:00", "2026-03-27 22:00", "2026-03-30 07:00", MINUTE),
    ("2026-03-27T22:00Z/2026-03-28T05:00Z", "2026-03-27 23:00", "2026-03-28 06:00", MINUTE),
    ("2026-03-27 -- 2026-03-30", "2026-03-27", "2026-03-30", DAY),
    ("2026-03-27/2026-03-30", "2026-03-27", "2026-03-30", DAY),
    ("20260327-20260330", "2026-03-27", "2026-03-30", DAY),
    ("fre 27/3 2026 - mån 30/3 2026", "2026-03-27", "2026-03-30", DAY),
    ("27/3-30/3 2026", "2026-03-27", "2026-03-30", DAY),
    ("27.3–30.3.2026", "2026-03-27", "2026-03-30", DAY),
    ("27-30/3 2026", "2026-03-27", "2026-03-30", DAY),
    ("27–30 mars 2026", "2026-03-27", "2026-03-30", DAY),
    ("30 mars – 2 april 2026", "2026-03-30", "2026-04-02", DAY),
    ("1 maj 2026 till 3 maj 2026", "2026-05-01", "2026-05-03", DAY),
    ("1/5 t.o.m. 3/5 2026", "2026-05-01", "2026-05-03", DAY),
    ("29/3 -26 - 30/3 -26", "2026-03-29", "2026-03-30", DAY),
    ("29/3 2026 22.00-23.30", "2026-03-29 22:00", "2026-03-29 23:30", MINUTE),
    ("29/3 2026 kl 22-23", "2026-03-29 22:00", "2026-03-29 23:00", MINUTE),
    ("29/3 2026 18.00 - 24.00", "2026-03-29 18:00", "2026-03-30 00:00", MINUTE),
    ("28/3 2026 22.00-06.00", "2026-03-28 22:00", "2026-03-29 06:00", MINUTE),
    ("2026-07-01 10:00-11:00", "2026-07-01 10:00", "2026-07-01 11:00", MINUTE),
    (
        "mellan fre 27/3 2026 kl 17 och mån 30/3 2026 kl. 07.00",
        "2026-03-27 17:00", "2026-03-30 07:00", MINUTE,
    ),
    ("2026-03-27 22:00 - 2026-03-30", "2026-03-27 22:00", "2026-03-30", DAY),
    ("2026-03-27 22:00 - 2026-03-27", "2026-03-27 22:00", "2026-03-27 22:00", MINUTE),
    # Seven days are known, eight are not.
    ("1-7 mars 2026", "2026-03-01", "2026-03-07", DAY),
    ("1-8 mars 2026", "2026-03-01", "2026-03-08", UNKNOWN),
    ("2026-03-01 10:00 - 2026-03-08 10:00", "2026-03-01 10:00", "2026-03-08 10:00", MINUTE),
    ("2026-03-01 10:00 - 2026-03-08 10:01", "2026-03-01 10:00", "2026-03-08 10:01", UNKNOWN),
    ("v. 12-13 2026", "2026-03-16", "2026-03-29", UNKNOWN),
]  # fmt: skip

BLANK = ["", " ", "-", "–", "?", "??", ".", "okänt", "Okänd", "tid okänd", "saknas",
         "uppgift saknas", "N/A", "NULL"]  # fmt: skip

REFUSED = {
    reasons.NOT_A_TIME: [
        "i går kväll", "1", "12", "2026", "mars 2026", "2026-03", "99999999", "2026-13-01",
        "2026-02-30", "30/2 2026", "29 februari 2026", "31.4.2026", "0/3 2026", "32/1 2026",
        "3/29 2026", "3/29/2026", "3/29/26", "03-29-2026", "2026-29-03", "20262903",
        "2026-03-29 25:00", "2026-03-29 24:01", "2026-03-29 14:60", "2026-03-29 14:30 ca",
        "2026-03-29 13:30 PM", "2026-03-29T14:30:00+19:00", "26-03-29", "29/3 26", "v. 53 2025",
        "v. 0 2026", "v. 12 2026 kl 22", "12345", "80000", "22.30", "14:30", "29 Mars 2026 Mars",
        "=HYPERLINK(1)", "2026-03-29\x002", "27–30 2026", "2026-03-29 - snart", "٢٩/٣ 2026 x",
        "2026-03-29" + " x" * 300, "2026-03-29" + " ." * 60 + " x",
    ],
    reasons.NO_YEAR: ["29/3", "29.3", "29 mars", "den 29 mars kl 22", "v. 12", "27/3-30/3",
                      "29/2", "v. 53"],
    reasons.OUTSIDE_RANGE: ["1989-12-31", "2101-01-01", "1/1 1985", "2525-03-03", "29/3 -62",
                            "29 mars -89", "v. 12 1989", "2100-12-31 24:00",
                            "2100-12-31 - 2101-01-01"],
    reasons.WEEKDAY_DISAGREES: ["mån 29/3 2026", "Friday 2026-03-29", "fre 27/3 - sön 30/3 2026"],
    reasons.END_BEFORE_START: [
        "30/3 2026 - 27/3 2026", "2026-03-29 22:00 - 2026-03-29 21:00", "29/3 2026 22.30-22.00",
        "27 dec - 2 jan 2026", "29/3 2026 22.00 - 28/3 2026",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "date"), DATES)
def test_a_date_is_read(text, date):
    assert read_one(text) == (midnight(date), None, DAY, None)


@pytest.mark.parametrize(("text", "time"), CLOCKS)
def test_a_date_with_a_time_of_day_is_read(text, time):
    assert read_one(text) == (time, None, MINUTE, None)


@pytest.mark.parametrize(("text", "monday", "sunday"), WEEKS)
def test_a_week_is_read(text, monday, sunday):
    assert read_one(text) == (midnight(monday), midnight(sunday), WEEK, None)


@pytest.mark.parametrize(("text", "start", "end", "precision"), INTERVALS)
def test_an_interval_is_read(text, start, end, precision):
    written = [str(pd.Timestamp(time)) for time in (start, end)]
    assert read_one(text) == (*written, precision, None)


@pytest.mark.parametrize("text", BLANK)
def test_what_says_nothing_is_no_fault(text):
    assert read_one(text) == (None, None, UNKNOWN, None)


@pytest.mark.parametrize(
    ("text", "reason"), [(text, reason) for reason, texts in REFUSED.items() for text in texts]
)
def test_what_cannot_be_used_is_refused_with_a_reason(text, reason):
    assert read_one(text) == (None, None, UNKNOWN, reason)


def test_every_reason_has_a_case():
    assert {*REFUSED, reasons.MONTH_FIRST} == set(REASONS)
    assert set(REASONS) <= set(reasons.REASONS)


# What a text means beside others


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("29/3", "2026-03-29", None, DAY),
        ("29 mars kl 22", "2026-03-29 22:00", None, MINUTE),
        ("v. 12", "2026-03-16", "2026-03-22", WEEK),
        ("v. 53", "2026-12-28", "2027-01-03", WEEK),
        ("sön 29/3", "2026-03-29", None, DAY),
    ],
)
def test_a_year_from_elsewhere_is_used_where_none_is_written(text, start, end, precision):
    written = [None if time is None else str(pd.Timestamp(time)) for time in (start, end)]
    assert read_one(text, year=2026) == (*written, precision, None)
    assert read_one("2025-03-01", year=2026)[0] == "2025-03-01 00:00:00"


@pytest.mark.parametrize(
    ("text", "year", "reason"),
    [
        ("29/2", 2026, reasons.NOT_A_TIME),
        ("v. 53", 2025, reasons.NOT_A_TIME),
        ("mån 29/3", 2026, reasons.WEEKDAY_DISAGREES),
    ],
)
def test_a_year_from_elsewhere_is_held_against_the_date(text, year, reason):
    assert read_one(text, year=year)[3] == reason


def test_two_digits_are_no_year_after_all_that_are_written_out():
    texts = ["29/3 -25", "29/3 -26", "29/3 -27", "2025-01-01"]
    assert parse_times(pd.Series(texts)).outside.tolist() == [False, False, True, False]
    assert parse_times(pd.Series(texts[:3])).outside.tolist() == [False] * 3
    # Years that no incident has say nothing.
    assert parse_times(pd.Series(["29/3 -26", "1885-01-01"])).outside.tolist() == [False, True]
    years = [f"1/1 -{year:02}" for year in range(100)]
    assert parse_times(pd.Series(years)).outside.tolist() == [year > 49 for year in range(100)]


def test_a_column_that_is_month_first_is_not_read_day_first():
    months = ["3/29 2026", "4/13 2026", "5/30/2026"]
    read = parse_times(pd.Series([*months, "3/4 2026", "3/3 2026", "2026-03-04", "3.4.2026"]))
    assert read.times.notna().tolist() == [False] * 3 + [False, True, True, True]
    assert REASONS[read.fault[3] - 1] == reasons.MONTH_FIRST
    # A few slips among days first are but slips; and a slip repeated is one.
    days = ["29/3 2026", "13/4 2026", "30/5 2026"]
    for column in ([*months, *days, "3/4 2026"], [*months[:2], *months[:2], "3/4 2026"]):
        assert parse_times(pd.Series(column)).times.iloc[-1] == pd.Timestamp("2026-04-03")


def test_times_in_other_kinds_of_columns():
    numbers = parse_times(pd.Series([46110.5, 46110, np.nan]))
    assert numbers.times.tolist()[:2] == [
        pd.Timestamp("2026-03-29 12:00"),
        pd.Timestamp("2026-03-29"),
    ]
    assert numbers.precision.tolist() == [MINUTE, DAY, UNKNOWN]
    whole = parse_times(pd.Series([20260329, 260329]))
    assert whole.times.tolist() == [pd.Timestamp("2026-03-29")] * 2
    mixed = parse_times(
        pd.Series([dt.date(2026, 3, 29), pd.Timestamp("2026-03-29 14:30"), None], dtype=object)
    )
    assert mixed.precision.tolist() == [DAY, MINUTE, UNKNOWN]
    assert len(parse_times(pd.Series([], dtype="str")).times) == 0


# Any text


STYLES = [
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y%m%d%H%M", "%Y%m%d %H%M", "%d/%m %Y %H.%M",
    "%d/%m %Y kl %H.%M", "%d/%m-%y kl. %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%y %H.%M",
    "%d/%m/%Y, %H:%M", "%Y-%m-%d kl %H%M", "%H:%M %d/%m %Y", "%A %d/%m %Y %H.%M",
    "%a %d %b %Y %H.%M", "den %d:e %B -%y kl. %H.%M", "%B %d, %Y %I:%M %p",
    "%d\N{NO-BREAK SPACE}%b\N{NO-BREAK SPACE}%Y  %H.%M",
]  # fmt: skip
TIMES = st.datetimes(pd.Timestamp("2000-01-01"), pd.Timestamp("2049-12-31")).map(
    lambda time: time.replace(second=0, microsecond=0)
)


@settings(max_examples=50, deadline=None)
@given(times=st.lists(TIMES, min_size=1, max_size=8), style=st.sampled_from(STYLES))
def test_every_style_reads_back(times, style):
    read = parse_times(pd.Series([time.strftime(style) for time in times]))
    assert read.times.tolist() == [pd.Timestamp(time) for time in times]
    assert set(read.precision) == {MINUTE}


@settings(max_examples=50, deadline=None)
@given(times=st.lists(TIMES, min_size=2, max_size=2).map(sorted), style=st.sampled_from(STYLES[:9]))
def test_every_interval_reads_back_and_not_backwards(times, style):
    first, last = (time.strftime(style) for time in times)
    read = parse_times(pd.Series([f"{first} - {last}", f"{last} - {first}"]))
    assert [read.times[0], read.until[0]] == times
    backwards = REASONS.index(reasons.END_BEFORE_START) + 1
    assert read.fault.tolist() == [0, backwards if first != last else 0]


@settings(max_examples=50, deadline=None)
@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 20)))
def test_weeks_and_serials_agree_with_the_calendar(day):
    year, week, weekday = day.isocalendar()
    start, end, *_ = read_one(f"v. {week} {year}")
    monday = day - dt.timedelta(days=weekday - 1)
    if monday.year >= 1990:
        assert (start, end) == (
            f"{monday} 00:00:00", f"{monday + dt.timedelta(days=6)} 00:00:00"
        )  # fmt: skip
    assert read_one(f"{year}-W{week:02}-{weekday}")[0] == f"{day} 00:00:00"
    assert read_one(str((day - dt.date(1899, 12, 30)).days))[0] == f"{day} 00:00:00"


@settings(max_examples=50, deadline=None)
@given(day=st.integers(13, 31), month=st.integers(1, 12), form=st.sampled_from(["/", "-", "."]))
def test_month_first_is_never_read(day, month, form):
    assert read_one(f"{month}{form}{day}{form}2026")[3] == reasons.NOT_A_TIME


EVERYTHING = [
    text
    for group in (DATES, CLOCKS, WEEKS, INTERVALS, *([(t,) for t in ts] for ts in REFUSED.values()))
    for text, *_ in group
]


@settings(max_examples=5, deadline=None)
@given(order=st.permutations(range(len(EVERYTHING))))
def test_the_order_of_rows_does_not_matter(order):
    straight = parse_times(pd.Series(EVERYTHING))
    mixed = parse_times(pd.Series(EVERYTHING, index=range(len(EVERYTHING)))[order])
    assert mixed.times.sort_index().equals(straight.times)
    assert mixed.until.sort_index().equals(straight.until)
    assert (mixed.fault == straight.fault[list(order)]).all()


NEARLY = st.lists(
    st.sampled_from(
        [*"0123456789", "29", "2026", "03", "/", "-", ".", ":", " ", "kl ", "v. ", "mars", "sön ",
         " - ", "T", "Z", "+01:00", "24:00", "–", "e", "'", ",", " och ", "W12"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.one_of(st.text(max_size=40), NEARLY), max_size=12))
def test_any_text_is_read_refused_or_blank(texts):
    values = pd.Series(texts, dtype="str")
    read = parse_times(values)
    assert (read.times[read.fault > 0].isna()).all()
    assert (read.until.isna() | (read.until >= read.times.dt.normalize())).all()
    assert read.times.dropna().dt.year.between(1990, 2100).all()
    # Nothing is taken from an empty cell, and nothing that has a digit is taken for one.
    digits = values.str.contains("[0-9]").to_numpy(dtype=bool)
    assert not (digits & (read.fault == 0) & read.times.isna().to_numpy()).any()
