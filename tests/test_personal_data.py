"""Personal data is found in whatever way it is written, and what only looks like it stays.

Every number here belongs to nobody. Personnummer are put together from invented dates and the
serial numbers that Skatteverket uses in its published test numbers (238, 239, 980), and get their
check digit in the test; telephone numbers are those PTS has set aside for fiction.
"""

from __future__ import annotations

import datetime as dt
import itertools
import logging

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import InputError
from est_geo.intake.personal_data import KINDS, MARKS, guard_text
from est_geo.intake.personal_patterns import find_spans
from est_geo.intake.reasons import IN_SWEDISH, PERSONAL_DATA

AS_OF = dt.date(2026, 11, 22)


def with_check_digit(birth: str, serial: str) -> str:
    """Twelve digits: a birth date of eight, three more, and the digit that makes them right."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(birth[2:] + serial)]
    return f"{birth}{serial}{-sum(d - 9 * (d > 9) for d in doubled) % 10}"


def texts(values) -> pd.Series:
    return pd.Series(values, dtype="str")


def masked(text: str, *, name="text", as_of=AS_OF) -> str:
    return guard_text({name: texts([text])}, "mask", as_of=as_of).texts[name][0]


ADULT = with_check_digit("19830229"[:6] + "28", "238")
YEAR, MONTH, DAY, FOUR = ADULT[2:4], ADULT[4:6], ADULT[6:8], ADULT[8:]
SHORT = ADULT[2:8]
COORDINATION = with_check_digit("19910861", "239")
YOUNG = with_check_digit("20120315", "238")
OLD = with_check_digit("19130704", "980")
LEAP = with_check_digit("20000229", "239")

PERSONNUMMER = [
    ADULT,
    ADULT[2:],
    f"{ADULT[:8]}-{FOUR}",
    f"{SHORT}-{FOUR}",
    f"{SHORT} {FOUR}",
    f"{SHORT}  {FOUR}",
    f"{SHORT}\u00a0{FOUR}",
    f"{SHORT}\u202f-\u202f{FOUR}",
    *(f"{SHORT}{dash}{FOUR}" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212+./:"),
    f"{SHORT} - {FOUR}",
    f"{ADULT[:8]} \u2013 {FOUR}",
    f"19 {SHORT}-{FOUR}",
    f"19-{SHORT}-{FOUR}",
    f"19{YEAR}-{MONTH}-{DAY}-{FOUR}",
    f"19{YEAR}-{MONTH}-{DAY} {FOUR}",
    f"19{YEAR}.{MONTH}.{DAY}-{FOUR}",
    f"19{YEAR} {MONTH} {DAY} {FOUR}",
    f"{YEAR}-{MONTH}-{DAY}-{FOUR}",
    f"{YEAR} {MONTH} {DAY} - {FOUR}",
    COORDINATION,
    f"{COORDINATION[2:8]}-{COORDINATION[8:]}",
    YOUNG,
    f"{YOUNG[2:8]}-{YOUNG[8:]}",
    f"{OLD[2:8]}+{OLD[8:]}",
    LEAP,
    LEAP[2:],
    # Digits as wide as a Chinese sign.
    "".join(chr(0xFF10 + int(digit)) for digit in ADULT),
]
TELEPHONE = [
    "070-174 06 05",
    "070-1740605",
    "070 174 06 05",
    "070 17 40 605",
    "0701740605",
    "0701-74 06 05",
    "070.174.06.05",
    "070/174 06 05",
    "070\u2013174 06 05",
    "070 - 174 06 05",
    "070\u00a0174\u00a006\u00a005",
    "(070) 174 06 05",
    "+46701740605",
    "+46 70 174 06 05",
    "+46 (0)70-174 06 05",
    "+46(0)701740605",
    "+46 070 174 06 05",
    "(+46) 70 174 06 05",
    "0046701740605",
    "0046 70 174 06 05",
    "00 46 70 174 06 05",
    "46701740605",
    "46 70 174 06 05",
    "08-465 004 00",
    "08-46 50 04 00",
    "08-46500400",
    "0846500400",
    "08 465 004 00",
    "(08) 465 004 00",
    "(08)465 004 00",
    "08/465 004 00",
    "+46 8 465 004 00",
    "+46-8-465 004 00",
    "08-4650 0400",
    "031-390 06 00",
    "031-3900600",
    "040-628-04-00",
    "0980-319 200",
    "0980-31 92 00",
    "0980319200",
    "+47 21 23 45 67",
    "+358 40 123 45 67",
    "+1 (555) 010-0123",
]
EMAIL = [
    "anna@example.com",
    "anna.b+c@mail.example.org",
    "åsa_ö@exämple.com",
    "anna @ example.com",
    "anna(at)example.com",
    "anna (at) example.com",
    "anna [at] example (dot) com",
    "anna(snabel-a)example.com",
    "anna\uff20example.com",
]
PLATE = ["ABC 123", "ABC123", "ABC-123", "ABC 12D", "ABC12D", "XYZ 98U"]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (kind, one)
        for kind, all_ways in zip(
            ("personnummer", "telephone", "email", "plate"),
            (PERSONNUMMER, TELEPHONE, EMAIL, PLATE),
            strict=True,
        )
        for one in all_ways
    ],
)
def test_each_way_of_writing_is_masked_in_full_wherever_it_stands(kind: str, written: str):
    mark = MARKS[kind]
    assert masked(written) == mark
    assert masked(f"Uppgift om {written}, se ovan.") == f"Uppgift om {mark}, se ovan."
    assert masked(f"({written})").strip("()") == mark
    assert masked(f"kl 21 {written} ca 10 ggr") == f"kl 21 {mark} ca 10 ggr"


def test_plates_in_small_letters_are_found_where_the_text_says_what_they_are():
    for lead in ("regnr ", "reg.nr: ", "Reg nr. ", "registreringsnummer ", "nummerskylten "):
        for plate in ("abc123", "Abc 12d", "BUS 112"):
            assert masked(f"bil, {lead}{plate} sedd") == f"bil, {lead}[regnr] sedd"
    assert masked("abc123 och regn och 100") == "abc123 och regn och 100"


def test_several_in_one_text_are_all_masked_and_the_rest_is_kept_letter_by_letter():
    text = f"ÅÄÖ {SHORT}-{FOUR} ringde 070-174 06 05 och 08-465 004 00 (a@example.com) om ABC 123"
    assert masked(text) == (
        "ÅÄÖ [personnummer] ringde [telefon] och [telefon] ([e-post]) om [regnr]"
    )


def test_a_personnummer_is_found_behind_digits_that_could_have_begun_one():
    assert masked(f"20 {SHORT}-{FOUR}").endswith("[personnummer]")
    assert masked(f"2026-03-01 {SHORT}-{FOUR}") == "2026-03-01 [personnummer]"
    assert masked(f"01 02 {SHORT}-{FOUR}").endswith("[personnummer]")


NOT_PERSONAL = [
    # Addresses, flats, properties, postal codes.
    "Malmvägen 12 B lgh 1101",
    "Malmvägen 12B, 191 47 Sollentuna",
    "MALMVÄGEN 12A",
    "MALMVÄGEN 12 B LGH 1101, 191 47 SOLLENTUNA",
    "LGH 1102",
    "LGH 110",
    "LGH 12A",
    "HUS 12B",
    "HUS 123",
    "BOX 123",
    "RUM 204",
    "TEL 123",
    "VÅN 3",
    "VÅN 123",
    "BUS 112",
    "BUSS 112",
    "SOS 112",
    "STN 12A",
    "Sollentuna 5:12",
    "EDS 10:1",
    "HOL 123:4",
    "SE-191 47",
    "Hus 12B",
    "Byn 12A",
    "plan 12, dörr 1201 1202 1203",
    # Case numbers and identifiers.
    "5000-K123456-26",
    "5000-K070123-26",
    "5000-K010123-26",
    "5000-K900101-26",
    "H-00001",
    "P-118",
    "INC001",
    "2026-0701740605-1",
    "AB 123",
    "ABCD 123",
    "IQV 123",
    "ABC 1234",
    "ABC 12O",
    "abc123",
    "A7 (rad 12)",
    "KS 2026/0123",
    # Coordinates and measures.
    "6591436.90",
    "6591436 667425",
    "6 591 436,90",
    "1621814.24 6591690.88",
    "59.4281, 17.9515",
    "59.42810123456, 17.95150123456",
    "N 6591437, E 667425",
    "59°25'41.2\"N 17°57'05.4\"E",
    "0.0846500400",
    "100 000 kr",
    "3 st @ 20.50 kr",
    # Dates and times.
    "20260301",
    "2026-03-01",
    "20260301 2130",
    "202603012130",
    "2026-03-01 2130",
    "20260301213045",
    "2026-03-01 21:30:45",
    "2026-03-01T21:30",
    "260301",
    "08-02-2026",
    "08022026",
    "01-02-2026",
    "1/3 2026",
    "08:00-16:30",
    "08-16",
    "kl 08-17 0900",
    "öppet 08-12 13-17",
    "08-12-2026 12 34",
    "v. 12 2026",
    "tel 112, 114 14 eller 1177",
    "MED 200 PERSONER OCH 100 BILAR",
    "dygn 12 101112",
    "08-12 13 14:30",
    # Parts of longer numbers.
    "12340701740605",
    "9980846500400",
    "A0846500400",
]


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_like_personal_data_stays(text: str):
    assert masked(text) == text
    assert masked(f"Sedd {text} i dag") == f"Sedd {text} i dag"


def test_there_are_enough_of_both():
    assert len({*PERSONNUMMER, *TELEPHONE, *EMAIL, *PLATE}) >= 60
    assert len(set(NOT_PERSONAL)) >= 60


def test_a_wrong_check_digit_or_a_date_that_is_none_makes_no_personnummer():
    wrong = f"{SHORT}-{FOUR[:3]}{(int(FOUR[3]) + 1) % 10}"
    assert masked(wrong) == wrong
    for birth in ("19830230", "19831301", "19830060", "19830092", "19000229"):
        never = with_check_digit(birth, "238")
        assert masked(f"{never[:8]}-{never[8:]}") == f"{never[:8]}-{never[8:]}"
    zeros = with_check_digit("19830228", "000")
    assert masked(zeros) == zeros


def test_decimals_and_loose_numbers_are_no_personnummer_even_with_the_right_check_digit():
    for text in (f"59.{ADULT[2:]}", f"17,{ADULT[2:]}", f"kl 22.{SHORT} {FOUR}"):
        assert masked(text) == text
    # Parts set off from each other, but not from the last four.
    assert find_spans(f"{YEAR} {MONTH} {DAY}{FOUR}") == []
    # What the pass over a column stops at for another reason is held to the same.
    assert find_spans("12340701740605 och 9980846500400") == []
    assert masked(f"1.{SHORT}-{FOUR}") == "1.[personnummer]"


def test_nobody_in_a_file_was_born_after_it():
    number = with_check_digit("20261123", "238")
    assert masked(number, as_of=dt.date(2026, 11, 22)) == number
    assert masked(number, as_of=dt.date(2026, 11, 23)) == "[personnummer]"
    assert masked(number, as_of=None) == "[personnummer]"
    # Two digits of the year may as well mean a hundred years before.
    assert masked(number[2:], as_of=dt.date(2026, 11, 22)) == "[personnummer]"


def clock_like(birth: str) -> str:
    """Somebody's number whose last four could be a time of day."""
    return next(
        number
        for serial in ("210", "211", "212", "213", "214", "215")
        if int((number := with_check_digit(birth, serial))[10:]) < 60
    )


@pytest.mark.parametrize("apart", ["", " "])
def test_a_recent_day_with_a_time_is_no_personnummer_unless_it_is_written_as_one(apart: str):
    recent, earlier = clock_like("20250301"), clock_like("20190301")
    as_time = f"{recent[:8]}{apart}{recent[8:]}"
    assert masked(as_time) == as_time
    # A hundred years before, it could be somebody's; a time of day is likelier by far.
    assert masked(as_time[2:]) == as_time[2:]
    assert masked(as_time, as_of=None) == "[personnummer]"
    assert masked(f"{recent[:8]}-{recent[8:]}") == "[personnummer]"
    assert masked(f"{earlier[:8]}{apart}{earlier[8:]}") == "[personnummer]"


@given(
    born=st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31)),
    serial=st.integers(1, 999),
    coordination=st.booleans(),
    century=st.booleans(),
    dash=st.sampled_from(["-", "\u2013", "\u2212", " - ", "\u00a0"]),
    around=st.sampled_from([("", ""), ("Pnr ", ". Slut"), ("(", ")"), ("å", "ö")]),
)
@settings(max_examples=50, deadline=None)
def test_every_valid_number_is_found(born, serial, coordination, century, dash, around):
    day = f"{born:%Y%m}{born.day + 60 * coordination:02d}"
    number = with_check_digit(day, f"{serial:03d}")
    written = f"{number[0 if century else 2 : 8]}{dash}{number[8:]}"
    before, after = around
    found = masked(f"{before}{written}{after}", as_of=None)
    assert found == f"{before}[personnummer]{after}"


@given(st.text(max_size=60) | st.text("0123456789 -+.@()ABCÅabc:/\u00a0", max_size=60))
@settings(max_examples=200, deadline=None)
def test_spans_never_overlap_and_masking_leaves_nothing_to_find(text: str):
    spans = sorted(find_spans(text))
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    # The pass over a whole column stops at every text that holds something.
    result = guard_text({"t": texts([text])}, "mask")
    assert bool(len(result.counts)) == bool(spans)


def test_a_long_hostile_text_takes_no_time_out_of_proportion():
    for piece in ("08-12 34 ", "a@", "19 83 02 ", "+4 ", "070 ", "((((", "reg.nr: ", "1.", "ABC "):
        find_spans(piece * (20_000 // len(piece)))


def test_counts_are_rows_by_column_and_kind():
    address = texts(["Malmvägen 1", "070-174 06 05", None, "070-174 06 05, 08-465 004 00"])
    place = texts(["ABC 123 a@example.com", None, None, "Torget"])
    result = guard_text({"address": address, "place": place}, "report")
    assert [tuple(row) for row in result.counts.itertuples(index=False)] == [
        ("address", "telephone", 2),
        ("place", "email", 1),
        ("place", "plate", 1),
    ]
    assert dict(result.counts.dtypes.astype(str)) == {
        "column": "str",
        "kind": "str",
        "rows": "int64",
    }
    nothing = guard_text({"address": texts(["Malmvägen 1", None])})
    assert list(nothing.counts.columns) == ["column", "kind", "rows"]
    assert len(nothing.counts) == 0
    assert set(MARKS) == set(KINDS)


def test_each_policy_does_what_it_says():
    column = pd.Series(["a", "070-174 06 05", None, "b"], index=[5, 6, 7, 9], dtype="str", name="t")
    kept = guard_text({"t": column}, "report")
    assert kept.texts["t"] is column
    assert kept.faults == []
    mask = guard_text({"t": column}, "mask")
    expected = pd.Series(["a", "[telefon]", None, "b"], index=column.index, dtype="str", name="t")
    pd.testing.assert_series_equal(mask.texts["t"], expected)
    assert mask.faults == []
    reject = guard_text({"t": column, "clean": texts(["a", "b", "c", "d"])}, "reject")
    assert [(fault.column, fault.reason) for fault in reject.faults] == [("t", PERSONAL_DATA)]
    np.testing.assert_array_equal(reject.faults[0].rows, [False, True, False, False])
    # A row that is refused leaves nothing behind either.
    pd.testing.assert_series_equal(reject.texts["t"], expected)
    assert IN_SWEDISH[PERSONAL_DATA] == "personuppgift"
    pd.testing.assert_frame_equal(mask.counts, reject.counts)


def test_another_policy_is_refused():
    with pytest.raises(InputError, match=r"`personal_data` must be one of reject, mask, report"):
        guard_text({}, "delete")


def test_nothing_found_is_ever_shown(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    secret = f"{SHORT}-{FOUR} 070-174 06 05 anna@example.com ABC 123"
    for policy in ("mask", "reject", "report"):
        result = guard_text({"address": texts([secret])}, policy)
        said = f"{caplog.text}{result!r}{result!s}{result.counts}"
        for part in (SHORT, FOUR, "174", "anna", "ABC"):
            assert part not in said
    assert "address: personal data in 1 of 1 rows" in caplog.text


def test_columns_of_other_kinds_are_looked_at_where_they_can_hold_a_number():
    numbers = pd.Series([int(ADULT), 5, 667425])
    result = guard_text({"n": numbers}, "mask")
    assert result.texts["n"].tolist() == ["[personnummer]", "5", "667425"]
    floats = pd.Series([float(ADULT), np.nan, 6591436.9, float(ADULT[2:]) + 0.5])
    assert guard_text({"n": floats}, "report").counts["rows"].tolist() == [1]
    objects = pd.Series(["ABC 123", 5, None], dtype=object)
    assert guard_text({"n": objects}, "mask").texts["n"].tolist()[:2] == ["[regnr]", "5"]
    kinds = pd.Series(["ABC 123", "a"], dtype="category")
    assert guard_text({"n": kinds}, "mask").texts["n"].tolist() == ["[regnr]", "a"]
    for other in (
        pd.Series(pd.to_datetime(["2026-03-01"])),
        pd.Series([True]),
        pd.Series([1.5]),
        pd.Series([], dtype="str"),
    ):
        result = guard_text({"n": other}, "mask")
        assert result.texts["n"] is other


def days_and_numbers(n: int) -> list[str]:
    days = pd.date_range("2025-01-01", periods=n, freq="D")
    return [f"{day:%Y%m%d}-{number:04d}" for number, day in enumerate(days, 1)]


def test_a_series_of_dated_identifiers_is_not_taken_for_people():
    ids = texts(days_and_numbers(200))
    assert len(guard_text({"incident_id": ids}, as_of=AS_OF).counts) == 0
    # The same numbers elsewhere are looked at one by one, and one in ten has a right check digit.
    counts = guard_text({"address": ids}, as_of=AS_OF).counts
    assert 5 < counts["rows"].sum() < 50


def test_identifiers_that_are_personnummer_are_found():
    born = pd.date_range("1950-01-01", periods=200, freq="97D")
    people = [with_check_digit(f"{day:%Y%m%d}", "238") for day in born]
    counts = guard_text({"incident_id": texts(people)}, as_of=AS_OF).counts
    assert counts["rows"].tolist() == [200]
    few = guard_text({"incident_id": texts(people[:1] + days_and_numbers(5))}, as_of=AS_OF)
    assert few.texts["incident_id"][0] == "[personnummer]"


def test_running_numbers_shaped_as_plates_or_telephone_numbers_are_identifiers():
    series = texts(["HDS 001", "HDS 002", "HDS 003", "0123456789", "012345678"])
    assert len(guard_text({"incident_id": series}).counts) == 0
    found = guard_text({"address": series}).counts
    assert dict(zip(found["kind"], found["rows"], strict=True)) == {"telephone": 2, "plate": 3}
    plates = texts(
        ["ABC 123", "DEF 456", "GHJ 789", "070-174 06 05", "0701740605", "HDS01 ABC 123"]
    )
    assert guard_text({"incident_id": plates}).counts["rows"].tolist() == [2, 4]
