"""What reading a file gave: incidents, rejected rows, and the account of both."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from est_geo.intake.reasons import IN_SWEDISH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class IntakeSummary:
    """The account of one file, in numbers and choices; nothing from its rows.

    Attributes
    ----------
    file : str
        Name of the file, without its folder.
    rows_read : int
        Rows in the file; always `incidents` + `rejected`.
    incidents, rejected : int
        Rows that became incidents, and those that could not.
    placed, unplaced, null_island : int
        Incidents with a coordinate, without one, and with the coordinate 0, 0.
    without_time : int
        Incidents without a start time.
    repeated_ids : int
        Incidents whose identifier in the file was not theirs alone, and was added to.
    blank_rows : int
        Lines of a CSV with nothing in them; they are no rows.
    reasons : dict
        Rejected rows by reason.
    encoding, delimiter : str or None
        How a CSV was read.
    crs_read, crs : str or None
        The CRS of the file's coordinates (None where it has none), and of the incidents.
    columns : dict
        What is used: our name to the file's.
    ignored : tuple of str
        Columns of the file that are not used.
    """

    file: str
    rows_read: int
    incidents: int
    rejected: int
    placed: int
    unplaced: int
    null_island: int
    without_time: int
    repeated_ids: int
    blank_rows: int
    reasons: dict[str, int]
    encoding: str | None
    delimiter: str | None
    crs_read: str | None
    crs: str
    columns: dict[str, str]
    ignored: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rows_read} rows read = {self.incidents} incidents "
            f"({self.placed} placed, {self.unplaced} without a coordinate, {self.null_island} at "
            f"0, 0) + {self.rejected} rejected"
        )


@dataclass(frozen=True, repr=False)
class Intake:
    """Incidents of a file, with every row accounted for.

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
        """Show the account in a notebook, in Swedish; all text from the file is inert."""
        said = self.summary
        lines: list[tuple[str, object]] = [
            ("Lästa rader", said.rows_read),
            ("Händelser", said.incidents),
            ("– med koordinat", said.placed),
            ("– utan koordinat", said.unplaced),
            ("– med koordinaten 0, 0", said.null_island),
            ("– utan tid", said.without_time),
            ("Avvisade rader", said.rejected),
            *((f"– {IN_SWEDISH[reason]}", number) for reason, number in said.reasons.items()),
            ("Koordinatsystem i filen", said.crs_read or "inga koordinater"),
            ("Koordinatsystem här", said.crs),
            ("Kolumner som används", ", ".join(f"{k} ← {v}" for k, v in said.columns.items())),
            ("Kolumner som inte används", ", ".join(said.ignored) or "inga"),
        ]
        if said.encoding is not None:
            lines.append(("Teckenkodning", said.encoding))
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(str(value))}</td></tr>"
            for name, value in lines
        )
        return f"<table><caption>Inläsning av {html.escape(said.file)}</caption>{rows}</table>"
