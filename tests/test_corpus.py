"""The corpus: what should come of each file is written out here, not computed.

The files are described in `tests/corpus/README.md`.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from est_geo.intake.incidents import read_incidents

CORPUS = Path(__file__).with_name("corpus")
POINT_1, POINT_2, POINT_3 = (667425.12, 6591436.90), (667300.0, 6591500.0), (668010.5, 6590210.25)


class Incident(NamedTuple):
    """What is expected of one incident; coordinates in SWEREF 99 TM."""

    id: str
    start: str
    end: str
    precision: str
    category: str
    address: str
    point: tuple[float, float] | None


A1 = Incident(
    "A1",
    "2026-03-01 14:30",
    "2026-03-01 14:30",
    "minute",
    "skadegorelse",
    "Påhittade vägen 3",
    POINT_1,
)
A2 = Incident(
    "A2", "2026-03-28 22:05", "2026-03-28 22:05", "minute", "klotter", "Örnstigen 12", POINT_2
)
A3 = Incident("A3", "2025-10-24", "2025-10-24", "day", "brand", "Åsgränd 7", POINT_3)
A1_DAY = A1._replace(start="2026-03-01", end="2026-03-01", precision="day")
A2_DAY = A2._replace(start="2026-03-28", end="2026-03-28", precision="day")
MIDNIGHT = (A1, A2, A3._replace(precision="minute"))


@dataclass(frozen=True)
class Expected:
    """What should come of one file.

    `said` are attributes of the file's summary, `total` of the whole summary.
    """

    incidents: tuple[Incident, ...] = (A1, A2, A3)
    rejected: tuple[tuple[int, str, str], ...] = ()
    options: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    total: dict = field(default_factory=dict)
    within_m: float = 0.02


def told(**said):
    return Expected(said=said)


def week(incident, monday, sunday):
    return incident._replace(start=monday, end=sunday, precision="week")


PLAIN = Expected()
SOLLENTUNA = Expected(options={"municipality": "Sollentuna", "to_crs": 3006})

EXPECTED = {
    "utf8.csv": told(encoding="utf-8", delimiter=";", header_row=1, set_aside={}, blank_rows=0),
    "utf8_bom.csv": told(encoding="utf-8-sig"),
    "utf16_le_bom.csv": told(encoding="utf-16"),
    "utf16_be_bom.csv": told(encoding="utf-16"),
    "utf16_le.csv": told(encoding="utf-16-le"),
    "utf16_be.csv": told(encoding="utf-16-be"),
    "cp1252.csv": told(encoding="cp1252"),
    "cp850.csv": told(encoding="cp850"),
    "mac_roman.csv": told(encoding="mac_roman"),
    "decomposed.csv": told(encoding="utf-8"),
    "comma.csv": told(delimiter=","),
    "tab.tsv": told(delimiter="\t"),
    "decimal_comma.csv": PLAIN,
    "thousands_nbsp.csv": PLAIN,
    "thousands_narrow.csv": PLAIN,
    "minus_sign.csv": Expected((A1, A2), ((4, "vikt", "outside the valid range"),)),
    "title_rows.csv": told(header_row=4, set_aside={"above the header": 2}, blank_rows=1),
    "repeated_header.csv": told(set_aside={"repeated header": 1}),
    "sum_row.csv": told(set_aside={"sum row": 1}),
    "trailing_columns.csv": told(ignored=()),
    "ragged_row.csv": Expected(rejected=((3, "", "wrong number of fields"),)),
    "quoted_newline.csv": Expected(
        (A1._replace(address='Påhittade vägen 3 uppgång B; "gården"'), A2, A3)
    ),
    # Spreadsheets do not show the line that is for them, so rows are counted without it.
    "sep_line.csv": told(delimiter=";", header_row=1),
    "blank_lines.csv": told(blank_rows=2),
    "english_names.csv": PLAIN,
    "date_slash.csv": PLAIN,
    "date_short_year.csv": Expected((A1_DAY, A2_DAY, A3)),
    "date_month_name.csv": PLAIN,
    "date_dots.csv": PLAIN,
    "date_compact.csv": Expected((A1_DAY, A2_DAY, A3)),
    "date_week.csv": Expected(
        (
            week(A1, "2026-02-23", "2026-03-01"),
            week(A2, "2026-03-23", "2026-03-29"),
            week(A3, "2025-10-20", "2025-10-26"),
        )
    ),
    "date_serial.csv": PLAIN,
    "date_month_first.csv": Expected(
        (A1._replace(start="2026-03-01 14:30", end="2026-03-01 14:30"), A3),
        ((3, "datum", "not a date"),),
    ),
    "date_and_time.csv": PLAIN,
    "time_kl.csv": PLAIN,
    "time_24.csv": Expected(
        (A1._replace(start="2026-03-02 00:00", end="2026-03-02 00:00"), A2, A3)
    ),
    # The precision is that of the coarser end.
    "interval_columns.csv": Expected(
        (A1._replace(end="2026-03-02 07:00"), A2._replace(end="2026-03-29", precision="day"), A3)
    ),
    "interval_cell.csv": Expected(
        (A1._replace(end="2026-03-02 07:00"), A2._replace(end="2026-03-28 23:15"), A3)
    ),
    "time_offset.csv": Expected(
        (A1, A2, A3._replace(start="2025-10-24 00:00", end="2025-10-24 00:00", precision="minute"))
    ),
    "time_gap.csv": Expected(
        (A1._replace(start="2026-03-29 02:30", end="2026-03-29 02:30"), A2, A3),
        total={"time_notes": {"time does not exist": 1}},
    ),
    "time_fold.csv": Expected(
        (A1, A2, A3._replace(start="2025-10-26 02:30", end="2025-10-26 02:30", precision="minute")),
        total={"time_notes": {"time exists twice": 1}},
    ),
    "time_midnight.csv": Expected(
        tuple(
            Incident(
                f"M{day}",
                f"2026-01-{day:02} {'00:00' if day <= 30 else '12:00'}",
                f"2026-01-{day:02} {'00:00' if day <= 30 else '12:00'}",
                "minute",
                "klotter",
                f"Örnstigen {day}",
                (667300.0, 6591500.0 + 100 * day),
            )
            for day in range(1, 32)
        ),
        said={"midnight": 30, "midnight_spike": True},
    ),
    "sweref_tm.csv": PLAIN,
    "sweref_1800.csv": SOLLENTUNA,
    "rt90.csv": SOLLENTUNA,
    "degrees.csv": PLAIN,
    "degrees_swapped.csv": PLAIN,
    "degrees_comma.csv": PLAIN,
    # A hundredth of a second is 0.3 m.
    "degrees_minutes.csv": Expected(within_m=0.3),
    "mixed_systems.csv": SOLLENTUNA,
    "mixed_zone.csv": Expected(
        (
            *(
                Incident(
                    f"Z{number}",
                    "2026-03-01",
                    "2026-03-01",
                    "day",
                    "klotter",
                    "Örnstigen",
                    (667300.0 + 100 * number, 6591500.0),
                )
                for number in range(5)
            ),
            Incident("Z5", "2026-03-01", "2026-03-01", "day", "klotter", "Örnstigen", POINT_1),
        ),
        options={"municipality": "Sollentuna", "to_crs": 3006},
    ),
    "mixed_few.csv": SOLLENTUNA,
    "null_island.csv": Expected(
        (A1, A2._replace(point=(0.0, 0.0)), A3), total={"null_island": 1, "placed": 2}
    ),
    "outside.csv": Expected(
        (A1, A2._replace(point=(647900.0, 6638900.0)), A3),
        options={"municipality": "Sollentuna"},
        total={"outside_municipality": 1, "placed": 3},
    ),
    "no_coordinate.csv": Expected(
        (A1, A2._replace(point=None)),
        ((4, "northing", "only one of two coordinates"),),
        total={"unplaced": 1},
    ),
    # In a column of dates with times of day, a date alone is midnight, as in the spreadsheet.
    "typed_dates.xlsx": Expected(MIDNIGHT, said={"encoding": None, "header_row": 1}),
    "merged_title.xlsx": Expected(
        MIDNIGHT, said={"header_row": 4, "set_aside": {"above the header": 2}}
    ),
    "hidden_row.xlsx": Expected(MIDNIGHT),
    "two_sheets.xlsx": Expected(MIDNIGHT, options={"layer": "Händelser"}),
    "open_document.ods": PLAIN,
    "old_excel.xls": Expected(MIDNIGHT),
    "layer.gpkg": PLAIN,
    "layer.shp": PLAIN,
    "features.geojson": PLAIN,
    "table.parquet": Expected(MIDNIGHT),
    "geo.parquet": PLAIN,
    "personal_data.csv": Expected(options={"keep": ["anteckning"]}),
    "categories.csv": Expected(
        (
            A1,
            A2,
            A3._replace(category="Vajande gäss"),
        )
    ),
    "unsafe_place.csv": Expected(
        tuple(
            Incident(name, day, day, "day", "otrygg_plats", "Örnstigen 12", POINT_2)
            for name, day in (("T1", "2026-03-02"), ("T2", "2026-03-16"), ("T3", "2026-04-02"))
        ),
        total={"duplicates": 1},
    ),
    "two_polis.csv": Expected((A1, A2)),
    "two_kommun.csv": Expected(
        (
            Incident(
                "K7",
                "2026-03-28 23:40",
                "2026-03-28 23:40",
                "minute",
                "klotter",
                "Örnstigen",
                (667320.0, 6591500.0),
            ),
            Incident(
                "K8",
                "2026-03-28 23:40",
                "2026-03-28 23:40",
                "minute",
                "brand",
                "Örnstigen",
                (667320.0, 6591500.0),
            ),
        ),
        total={"duplicates": 0},
    ),
    "repeated_ids.csv": Expected(
        (A1._replace(id="A1 (rad 2)"), A2._replace(id="A1 (rad 3)"), A3),
        total={"repeated_ids": 2},
    ),
    "repeated_row.csv": Expected(
        (A1, A2._replace(id="A2 (rad 3)"), A3, A2._replace(id="A2 (rad 5)")),
        said={"repeated_rows": 1},
        total={"duplicates": 0},
    ),
    "unknown_columns.csv": Expected(
        options={"keep": ["våning"]}, said={"ignored": ("fasad", "anmärkning")}
    ),
}
SIDECARS = {".shx", ".dbf", ".prj", ".cpg"}


def found(intake):
    incidents = intake.incidents.to_crs(3006)
    return [
        Incident(*row[:6], None if row[6] is None or row[6].is_empty else (row[6].x, row[6].y))
        for row in zip(
            incidents["incident_id"],
            incidents["occurred_from"],
            incidents["occurred_to"],
            incidents["time_precision"],
            incidents["category"],
            incidents["address"],
            incidents.geometry,
            strict=True,
        )
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_the_corpus_gives_its_incidents(name):
    expected = EXPECTED[name]
    intake = read_incidents(CORPUS / name, **expected.options)
    for got, wanted in zip(found(intake), expected.incidents, strict=True):
        there = replace_times(wanted)
        assert got._replace(point=None) == there._replace(point=None)
        # Null island has no CRS: 0, 0 stays 0, 0 in that of the result.
        if got.point is not None or wanted.point is not None:
            assert got.point == pytest.approx(wanted.point, abs=expected.within_m)
    rejected = intake.rejected[["row", "column", "reason"]]
    assert list(rejected.itertuples(index=False, name=None)) == list(expected.rejected)
    (file,) = intake.summary.files
    assert {key: getattr(file, key) for key in expected.said} == expected.said
    assert {key: getattr(intake.summary, key) for key in expected.total} == expected.total
    assert file.file == name
    assert file.rows_read == len(expected.incidents) + len(expected.rejected)


def replace_times(wanted):
    return wanted._replace(start=pd.Timestamp(wanted.start), end=pd.Timestamp(wanted.end))


def test_every_file_has_its_line_and_its_expectation():
    files = {path.name for path in CORPUS.iterdir() if path.suffix not in {".py", ".md", ""}}
    assert {name for name in files if Path(name).suffix not in SIDECARS} == set(EXPECTED)
    lines = (CORPUS / "README.md").read_text(encoding="utf-8").splitlines()
    assert {line.split(" | ")[0][2:] for line in lines if line.startswith("| ")} - {"file"} == files


def test_the_files_of_text_are_those_that_the_script_writes(tmp_path):
    subprocess.run([sys.executable, CORPUS / "make_corpus.py", tmp_path], check=True)
    text = {path.name for path in CORPUS.iterdir() if path.suffix in {".csv", ".tsv", ".geojson"}}
    assert len(text) > 50
    for name in text:
        assert (tmp_path / name).read_bytes() == (CORPUS / name).read_bytes(), name


# What one file shows beside its incidents


def test_personal_data_is_masked_and_counted():
    intake = read_incidents(CORPUS / "personal_data.csv", keep=["anteckning"])
    assert intake.incidents["anteckning"].tolist() == [
        "Målsägande [personnummer] ringde",
        "Ring [telefon] eller [e-post]",
        "Bil [regnr], samordningsnr [personnummer]",
    ]
    counts = intake.summary.personal_data
    assert counts[["file", "column"]].drop_duplicates().to_numpy().tolist() == [
        ["personal_data.csv", "anteckning"]
    ]
    assert dict(zip(counts["kind"], counts["rows"], strict=True)) == {
        "personnummer": 2,
        "telephone": 1,
        "email": 1,
        "plate": 1,
    }


def test_personal_data_can_reject_rows_instead():
    intake = read_incidents(
        CORPUS / "personal_data.csv", keep=["anteckning"], personal_data="reject"
    )
    assert intake.rejected["row"].tolist() == [2, 3, 4]
    assert set(intake.rejected["column"]) == {"anteckning"}


def test_text_that_is_not_asked_for_is_not_kept():
    intake = read_incidents(CORPUS / "personal_data.csv")
    assert "anteckning" not in intake.incidents
    assert intake.summary.files[0].ignored == ("anteckning",)


def test_what_is_asked_for_is_kept_under_its_own_name():
    intake = read_incidents(CORPUS / "unknown_columns.csv", keep=["våning", "fasad"])
    assert intake.incidents["våning"].tolist() == ["14", "14", "14"]
    assert intake.incidents["fasad"].tolist() == ["tegelröd"] * 3


def test_words_that_no_category_is_known_for_are_counted():
    unmapped = read_incidents(CORPUS / "categories.csv").summary.unmapped
    assert unmapped.to_numpy().tolist() == [["Vajande gäss", 1]]


def test_a_state_counts_once_a_month():
    incidents = read_incidents(CORPUS / "unsafe_place.csv").incidents
    assert incidents["duplicate_of"].fillna("").tolist() == ["", "T1", ""]


def test_one_event_from_two_reporters_is_linked_and_listed_twice():
    files = [CORPUS / "two_polis.csv", CORPUS / "two_kommun.csv"]
    reporters = {"two_polis.csv": "polis", "two_kommun.csv": "kommun"}
    intake = read_incidents(files, source=reporters)
    incidents = intake.incidents.set_index("incident_id")
    assert incidents["duplicate_of"].fillna("").to_dict() == {
        "A1": "",
        "A2": "",
        "K7": "A2",
        "K8": "",
    }
    assert incidents["source"].to_dict() == {
        "A1": "polis",
        "A2": "polis",
        "K7": "kommun",
        "K8": "kommun",
    }
    by_source = intake.summary.by_source.set_index("source")
    assert by_source["incidents"].to_dict() == {"kommun": 2, "polis": 2}
    assert by_source["duplicates"].to_dict() == {"kommun": 1, "polis": 0}
    assert intake.summary.duplicates == 1
    apart = read_incidents(files, source=reporters, duplicates=False)
    assert apart.incidents["duplicate_of"].isna().all()


def test_files_by_a_pattern_are_read_together():
    intake = read_incidents(CORPUS / "utf*.csv", to_crs=3006)
    assert len(intake.summary.files) == 6
    assert intake.summary.rows_read == 18
    assert intake.incidents["incident_id"].is_unique
