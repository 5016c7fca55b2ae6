"""What reading a register gave: its entries, and the account of every row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from est_geo.geocoding.gazetteer import points, rows
from est_geo.notebook import show_lines

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class GazetteerFile:
    """The account of one file, in numbers and choices; nothing from its rows.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    rows_read : int
        Rows in the file; always `rows_used` + the sum of `left_out`.
    rows_used : int
        Rows that gave at least one entry.
    left_out : dict
        The other rows, by reason.
    columns : dict
        What is used: our name to the file's.
    ignored : tuple of str
        Columns of the file that are not used.
    readings : tuple of str
        What the coordinates were read as.
    """

    file: str
    rows_read: int
    rows_used: int
    left_out: dict[str, int]
    columns: dict[str, str]
    ignored: tuple[str, ...]
    readings: tuple[str, ...]


@dataclass(frozen=True)
class GazetteerSummary:
    """The account of all files together; nothing from their rows but names of streets.

    Attributes
    ----------
    files : tuple of GazetteerFile
        One for each file.
    rows_read, rows_used : int
        Sums over the files; rows_read = rows_used + the sum of `left_out`.
    left_out : dict
        Rows that gave no entry, by reason, most first.
    addresses, places, streets : int
        Entries of each kind, and different streets among them.
    duplicates : int
        Entries left out since another says the same street, number and letter, or the same name,
        within 1 m.
    repeated_ids : int
        Entries whose identifier in the file was not theirs alone, and was added to.
    municipality : str
        The municipality that was asked for; empty where none was.
    outside_municipality : int
        Entries more than 300 m outside the municipality asked for, else outside the one that their
        row names. They are kept.
    crs : str
        CRS of the entries.
    shared_streets : DataFrame
        Streets whose name occurs in several districts: `street`, `districts` (separated by "; "),
        `conflicting_numbers`: how many of its house numbers exist in more than one of them. Where
        the register knows no districts, postal places or municipalities take their place.
    """

    files: tuple[GazetteerFile, ...]
    rows_read: int
    rows_used: int
    left_out: dict[str, int]
    addresses: int
    places: int
    streets: int
    duplicates: int
    repeated_ids: int
    municipality: str
    outside_municipality: int
    crs: str
    shared_streets: pd.DataFrame = field(repr=False, compare=False)

    def __str__(self) -> str:
        name = self.files[0].file if len(self.files) == 1 else f"{len(self.files)} files"
        return (
            f"{name}: {self.rows_read} rows read = {self.rows_used} used "
            f"+ {self.rows_read - self.rows_used} left out; {self.addresses} addresses on "
            f"{self.streets} streets, {self.places} places"
        )


@dataclass(frozen=True, repr=False)
class Gazetteer:
    """Addresses and places of one or more registers, with every row accounted for.

    Attributes
    ----------
    entries : GeoDataFrame of Points
        As `est_geo.schema.GAZETTEER`, in a CRS in metres: addresses before places, by street,
        number and letter, or by name.
    summary : GazetteerSummary
        The numbers, and everything that was chosen.
    """

    entries: gpd.GeoDataFrame
    summary: GazetteerSummary

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"<Gazetteer {self.summary}>"

    def _repr_html_(self) -> str:
        """Show the account in a notebook, in Swedish; all text from the files is inert."""
        said = self.summary
        parts = [show_lines("Adressregister", _totals(said))]
        if len(said.files) > 1:
            parts += [show_lines(f"Fil: {file.file}", _counts(file)) for file in said.files]
        parts += [show_lines(f"Kolumner i {file.file}", _columns(file)) for file in said.files]
        shared = said.shared_streets
        if len(shared):
            lines: list[tuple[object, object]] = [
                (street, f"{districts} – {_clashes(number)}")
                for street, districts, number in shared.head(_SHOWN).to_numpy(dtype=object)
            ]
            if len(shared) > _SHOWN:
                lines.append((f"… och {len(shared) - _SHOWN} till", ""))
            parts.append(show_lines("Gatunamn som finns på flera håll", lines))
        return "".join(parts)


_SHOWN = 20

IN_SWEDISH = {
    points.NO_COORDINATE: "utan koordinat",
    points.HALF_A_COORDINATE: "bara halva koordinaten",
    points.NOT_A_NUMBER: "koordinaten är inget tal",
    points.NOT_A_PLACE: "geometrin är varken punkt eller yta",
    points.NULL_ISLAND: "koordinaten är 0, 0",
    points.OUTSIDE_RANGE: "koordinaten är inte möjlig",
    points.NO_SYSTEM_FITS: "koordinaten passar inget känt system",
    rows.NOT_IN_FORCE: "adressen gäller inte",
    rows.NOTHING_NAMED: "varken gata eller namn",
    rows.NO_STREET: "utan gata",
    rows.NO_NAME: "utan namn",
    rows.ADDRESS_NOT_READ: "adressen gick inte att tolka",
    rows.NUMBER_NOT_READ: "numret gick inte att tolka",
    rows.NO_NUMBER: "utan nummer, på en gata med nummer",
    rows.REPEATED: "upprepar en annan rad",
    "wrong number of fields": "fel antal fält",
    "not a geometry": "trasig geometri",
}


def _totals(said: GazetteerSummary) -> list[tuple[object, object]]:
    """Lines about all files; those that count nothing unusual are left out."""
    outside = f"Utanför {said.municipality}" if said.municipality else "Utanför angiven kommun"
    unusual = [
        ("Upprepade poster, borttagna", said.duplicates),
        ("Poster med upprepat id", said.repeated_ids),
        (f"{outside}, kvar i registret", said.outside_municipality),
        ("Gatunamn som finns på flera håll", len(said.shared_streets)),
    ]
    return [
        *_counts(said),
        ("Adresser", said.addresses),
        ("Gator", said.streets),
        ("Platser", said.places),
        *((name, number) for name, number in unusual if number),
        ("Koordinatsystem", said.crs),
    ]


def _counts(said: GazetteerSummary | GazetteerFile) -> list[tuple[object, object]]:
    """Lines that account for the rows."""
    return [
        ("Lästa rader", said.rows_read),
        ("Använda rader", said.rows_used),
        ("Utelämnade rader", said.rows_read - said.rows_used),
        *((f"– {IN_SWEDISH.get(reason, reason)}", n) for reason, n in said.left_out.items()),
    ]


def _columns(file: GazetteerFile) -> list[tuple[object, object]]:
    """Lines about the columns of one file."""
    return [
        ("Används", ", ".join(f"{ours} ← {theirs}" for ours, theirs in file.columns.items())),
        ("Används inte", ", ".join(file.ignored) or "inga"),
        ("Koordinater", "; ".join(file.readings) or "inga"),
    ]


def _clashes(number: int) -> str:
    """Say how many house numbers are in several districts."""
    if number == 0:
        return "inga nummer krockar"
    return f"{number} nummer krockar"
