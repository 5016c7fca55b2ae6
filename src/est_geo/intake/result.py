"""What reading files gave: incidents, rejected rows, and the account of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from est_geo.intake.reasons import IN_SWEDISH
from est_geo.notebook import show_lines

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class FileSummary:
    """The account of one file, in numbers and choices; nothing from its rows.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    rows_read : int
        Rows in the file; always `incidents` + `rejected`.
    incidents, rejected : int
        Rows that became incidents, and those that could not.
    reasons : dict
        Rejected rows by reason.
    blank_rows : int
        Lines with nothing in them; they are no rows.
    set_aside : dict
        Rows that are neither incidents nor faults, by what they are: titles above the header, the
        header again, sums.
    repeated_rows : int
        Rows that say exactly what an earlier row says; they are kept.
    midnight : int
        Incidents at exactly 00:00.
    midnight_spike : bool
        So many of them that 00:00 probably means "time unknown".
    encoding, delimiter : str or None
        How a CSV was read.
    header_row : int or None
        Row of the column names.
    crs_read : tuple of str
        What the coordinates are in, that of most rows first; empty where there are none.
    readings : tuple of str
        What the coordinates were read as, how many rows each, and what says so.
    columns : dict
        What is used: our name to the file's.
    ignored : tuple of str
        Columns of the file that are not used.
    """

    file: str
    rows_read: int
    incidents: int
    rejected: int
    reasons: dict[str, int]
    blank_rows: int
    set_aside: dict[str, int]
    repeated_rows: int
    midnight: int
    midnight_spike: bool
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    crs_read: tuple[str, ...]
    readings: tuple[str, ...]
    columns: dict[str, str]
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rows_read} rows read = {self.incidents} incidents "
            f"+ {self.rejected} rejected"
        )


@dataclass(frozen=True)
class IntakeSummary:
    """The account of all files together; nothing from their rows.

    Attributes
    ----------
    files : tuple of FileSummary
        One for each file.
    rows_read, incidents, rejected : int
        Sums over the files; rows_read = incidents + rejected.
    placed, unplaced, null_island : int
        Incidents with a coordinate, without one, and with the coordinate 0, 0; they sum to
        `incidents`.
    outside_municipality : int
        Of those placed, how many lie outside the municipality that was named.
    without_time : int
        Incidents without a start time.
    time_notes : dict
        Incidents whose time does not exist or exists twice, by which of the two.
    duplicates : int
        Incidents that repeat another report (`duplicate_of`): listed, and counted once.
    repeated_ids : int
        Incidents whose identifier in the file was not theirs alone, and was added to.
    crs : str
        CRS of the incidents.
    by_source : DataFrame
        `source`, `incidents`, `placed`, `duplicates`, most incidents first.
    unmapped : DataFrame
        Categories that the mapping does not know: `category`, `incidents`, most first.
    personal_data : DataFrame
        `file`, `column`, `kind`, `rows`: where personal data was found, never what.
    """

    files: tuple[FileSummary, ...]
    rows_read: int
    incidents: int
    rejected: int
    placed: int
    unplaced: int
    null_island: int
    outside_municipality: int
    without_time: int
    time_notes: dict[str, int]
    duplicates: int
    repeated_ids: int
    crs: str
    by_source: pd.DataFrame = field(repr=False)
    unmapped: pd.DataFrame = field(repr=False)
    personal_data: pd.DataFrame = field(repr=False)

    def __str__(self) -> str:
        name = self.files[0].file if len(self.files) == 1 else f"{len(self.files)} files"
        return (
            f"{name}: {self.rows_read} rows read = {self.incidents} incidents "
            f"({self.placed} placed, {self.unplaced} without a coordinate, {self.null_island} at "
            f"0, 0) + {self.rejected} rejected"
        )


@dataclass(frozen=True, repr=False)
class Intake:
    """Incidents of one or more files, with every row accounted for.

    Attributes
    ----------
    incidents : GeoDataFrame
        As `est_geo.schema.INCIDENTS`, then the columns asked for with `keep`.
    rejected : DataFrame
        As `est_geo.schema.REJECTED`, one line a row that could not become an incident.
    summary : IntakeSummary
        The numbers, and everything that was chosen.
    """

    incidents: gpd.GeoDataFrame
    rejected: pd.DataFrame
    summary: IntakeSummary

    def __repr__(self) -> str:
        return f"<Intake {self.summary}>"

    def _repr_html_(self) -> str:
        """Show the account in a notebook, in Swedish; all text from the files is inert."""
        said = self.summary
        parts = [show_lines("Inläsning", _totals(said))]
        parts += [show_lines(f"Fil: {file.file}", _of_file(file)) for file in said.files]
        if len(said.by_source) > 1:
            pairs = zip(said.by_source["source"], said.by_source["incidents"], strict=True)
            parts.append(show_lines("Händelser per rapportör", list(pairs)))
        if len(said.unmapped):
            pairs = zip(said.unmapped["category"], said.unmapped["incidents"], strict=True)
            parts.append(show_lines("Kategorier som inte känns igen", list(pairs)))
        if len(said.personal_data):
            found = [
                (f"{row.kind} i {row.column} ({row.file})", row.rows)
                for row in said.personal_data.itertuples()
            ]
            parts.append(show_lines("Personuppgifter som hittades", found))
        return "".join(parts)


def _totals(said: IntakeSummary) -> list[tuple[object, object]]:
    """Lines about all files; those that count nothing unusual are left out."""
    unusual = [
        ("– med koordinaten 0, 0", said.null_island),
        ("– utanför kommunen", said.outside_municipality),
        ("– utan tid", said.without_time),
        *((_TIME_NOTES.get(note, note), number) for note, number in said.time_notes.items()),
        ("– dubbletter, räknas en gång", said.duplicates),
        ("– med upprepat ärendenummer", said.repeated_ids),
    ]
    return [
        ("Lästa rader", said.rows_read),
        ("Händelser", said.incidents),
        ("– med koordinat", said.placed),
        ("– utan koordinat", said.unplaced),
        *((name, number) for name, number in unusual if number),
        ("Avvisade rader", said.rejected),
        ("Koordinatsystem", said.crs),
    ]


def _of_file(file: FileSummary) -> list[tuple[object, object]]:
    """Lines about one file."""
    return [
        ("Lästa rader", file.rows_read),
        ("Händelser", file.incidents),
        ("Avvisade rader", file.rejected),
        *((f"– {IN_SWEDISH.get(reason, reason)}", n) for reason, n in file.reasons.items()),
        *((_SET_ASIDE.get(what, what), n) for what, n in file.set_aside.items()),
        *([("Tomma rader", file.blank_rows)] if file.blank_rows else []),
        *([("Rader som upprepas", file.repeated_rows)] if file.repeated_rows else []),
        *([("Kl. 00:00, troligen okänd tid", file.midnight)] if file.midnight_spike else []),
        ("Koordinater", "; ".join(file.readings) or "inga"),
        (
            "Kolumner som används",
            ", ".join(f"{k} ← {v}" for k, v in file.columns.items()),
        ),
        ("Kolumner som inte används", ", ".join(file.ignored) or "inga"),
        *([("Teckenkodning", file.encoding)] if file.encoding else []),
    ]


_TIME_NOTES = {
    "time does not exist": "– med en tid som inte finns (sommartid börjar)",
    "time exists twice": "– med en tid som finns två gånger (sommartid slutar)",
}
_SET_ASIDE = {
    "above the header": "Rader ovanför rubrikraden",
    "repeated header": "Upprepade rubrikrader",
    "sum row": "Summarader",
}
