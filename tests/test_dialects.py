"""Any table of incidents, written in any dialect of ours, reads back to the same incidents."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from est_geo.intake.incidents import read_incidents

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman")
DELIMITERS = (";", ",", "\t")
SYSTEMS = (3006, 3011, 3014, 3021, 4326)
MONTHS = "januari februari mars april maj juni juli augusti september oktober november december"
EXCEL = dt.datetime.fromisoformat("1899-12-30")
# In all systems, degrees too: metres are written to the centimetre, degrees to seven decimals,
# which is a centimetre here.
WITHIN_M = 0.02

DATES = {
    "iso": (lambda t: f"{t:%Y-%m-%d}", " %H:%M"),
    "iso_t": (lambda t: f"{t:%Y-%m-%d}", "T%H:%M:%S"),
    "compact": (lambda t: f"{t:%Y%m%d}", " %H:%M"),
    "slash": (lambda t: f"{t.day}/{t.month} {t.year}", " %H:%M"),
    "short_year": (lambda t: f"{t.day}/{t.month} -{t:%y}", " kl %H.%M"),
    "dots": (lambda t: f"{t.day}.{t.month}.{t.year}", " %H:%M"),
    "month_name": (lambda t: f"{t.day} {MONTHS.split()[t.month - 1]} {t.year}", " kl. %H.%M"),
    "serial": (None, None),
}

WORDS = st.sampled_from(
    ["Örnstigen", "gården", "blöt", "kläder", "Åsa", "Ängen", "sjö", "entré", "port", "höger",
     "vid", "Påhittade", "vägen", "trasig", "bänk", "FÖRSKOLA"]
)  # fmt: skip
MARKS = st.sampled_from([" ", ", ", "; ", ' "', '" ', " / "])


@st.composite
def texts(draw):
    """Words with what troubles a text table between them."""
    text = draw(WORDS)
    for _ in range(draw(st.integers(0, 3))):
        text += draw(MARKS) + draw(WORDS)
    return text


@dataclass(frozen=True)
class Incident:
    """One incident, its point in centimetres of SWEREF 99 TM."""

    time: dt.datetime
    has_clock: bool
    category: str
    address: str
    east: int
    north: int


# No hour at which clocks change, and none that may stand for "not known".
TIMES = st.builds(
    dt.datetime.combine,
    st.dates(dt.date(2015, 1, 1), dt.date(2026, 6, 30)),
    st.builds(dt.time, st.integers(4, 23), st.integers(0, 59)),
)
INCIDENTS = st.builds(
    Incident,
    TIMES,
    st.booleans(),
    texts(),
    texts(),
    st.integers(666_500_00, 668_500_00),
    st.integers(6_589_800_00, 6_592_000_00),
)


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    encoding: str = "utf-8"
    delimiter: str = ";"
    decimal: str = "."
    dates: str = "iso"
    apart: bool = False
    system: int = 3006
    north_first: bool = False
    said: bool = False
    titles: int = 0
    end: str = "\r\n"


DIALECTS = st.builds(
    Dialect,
    st.sampled_from(ENCODINGS),
    st.sampled_from(DELIMITERS),
    st.sampled_from([".", ","]),
    st.sampled_from(list(DATES)),
    st.booleans(),
    st.sampled_from(SYSTEMS),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 0, 1, 3]),
    st.sampled_from(["\r\n", "\n"]),
)


def write(incidents, dialect):
    """Write incidents as a reporter would who has these habits."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=dialect.delimiter, lineterminator=dialect.end)
    for number in range(dialect.titles):
        writer.writerow([f"Händelser, uttag {number + 1}"])
    names = ("longitude", "latitude") if dialect.system == 4326 else ("easting", "northing")
    axes = (names[::-1] if dialect.north_first else names) if dialect.said else ("x", "y")
    clock = ("klockslag",) if dialect.apart else ()
    writer.writerow(("ärendenr", "datum", *clock, "kategori", "adress", *axes))
    transform = Transformer.from_crs(3006, dialect.system, always_xy=True).transform
    decimals = 7 if dialect.system == 4326 else 2
    for number, incident in enumerate(incidents):
        pair = transform(incident.east / 100, incident.north / 100)
        values = [f"{value:.{decimals}f}".replace(".", dialect.decimal) for value in pair]
        if dialect.north_first:
            values.reverse()
        row = [f"nr {number}", *times(incident, dialect), incident.category, incident.address]
        writer.writerow([*row, *values])
    return stream.getvalue().encode(dialect.encoding)


def times(incident, dialect):
    """Write a time in one cell or two."""
    day, clock = DATES[dialect.dates]
    if day is None:
        days = (incident.time - EXCEL) / dt.timedelta(days=1)
        whole, part = f"{int(days)}", f"{days:.8f}".replace(".", dialect.decimal)
        if dialect.apart:
            return [whole, f"{incident.time:%H:%M}" if incident.has_clock else ""]
        return [part if incident.has_clock else whole]
    at = f"{incident.time:{clock}}" if incident.has_clock else ""
    if dialect.apart:
        return [day(incident.time), at.removeprefix("T").strip()]
    return [day(incident.time) + at]


AFTERNOON = dt.datetime.fromisoformat("2026-03-01 14:30")
BRAND = {"category": "brand", "address": "Åsa", "east": 667_425_12, "north": 6_591_436_90}


@given(incidents=st.lists(INCIDENTS, min_size=1, max_size=8), dialect=DIALECTS)
@example(
    [Incident(AFTERNOON, has_clock=True, **BRAND)],
    Dialect("cp850", ",", ",", "serial", system=3011, north_first=True, titles=3),
)
@example(
    [Incident(AFTERNOON, has_clock=False, **BRAND)],
    Dialect("mac_roman", "\t", ",", "short_year", apart=True, system=3021, north_first=True),
)
@settings(max_examples=60, deadline=None)
def test_a_table_in_any_dialect_reads_back_to_the_same_incidents(incidents, dialect):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fil.csv")
        path.write_bytes(write(incidents, dialect))
        intake = read_incidents(
            path, municipality="Sollentuna", to_crs=3006, categories={}, duplicates=False
        )
    assert intake.rejected.empty
    read = intake.incidents
    assert read["incident_id"].tolist() == [f"nr {number}" for number in range(len(incidents))]
    assert read["category"].tolist() == [incident.category for incident in incidents]
    assert read["address"].tolist() == [incident.address for incident in incidents]
    expected = [
        incident.time if incident.has_clock else incident.time.replace(hour=0, minute=0)
        for incident in incidents
    ]
    assert read["occurred_from"].tolist() == expected
    assert read["time_precision"].tolist() == [
        "minute" if incident.has_clock else "day" for incident in incidents
    ]
    for point, incident in zip(read.geometry, incidents, strict=True):
        expected = (incident.east / 100, incident.north / 100)
        assert (point.x, point.y) == pytest.approx(expected, abs=WITHIN_M)
    assert intake.summary.outside_municipality == 0
