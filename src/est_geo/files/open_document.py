"""What comes of the sheets of an .ods when it is opened, reckoned from their XML.

Rows and cells in it say how many times they stand there, and so does a space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from est_geo.files.extent import Extent
from est_geo.files.strict_xml import parse_xml, read_number, refuse

if TYPE_CHECKING:
    from est_geo.files.strict_xml import Pieces

_CELLS = frozenset(("table:table-cell", "table:covered-table-cell"))
_KEPT = frozenset(("style:style", "table:named-range", "table:named-expression"))
_MAX_KEPT: Final = 2**20
_VALUES = ("office:string-value", "office:date-value", "office:time-value")


def measure_ods(unpack: Pieces) -> tuple[int, Extent]:
    """Reckon what comes of all sheets of an .ods together.

    Parameters
    ----------
    unpack : callable
        Unpacks the part, cut before tags.

    Returns
    -------
    int
        The number of sheets.
    Extent
        Exact.

    Raises
    ------
    zipfile.BadZipFile
        If it is no XML, or has rows in rows or cells in cells.
    """
    tables = _Tables()
    parse_xml(unpack(b"<"), tables.start, tables.end, tables.take)
    return tables.sheets, tables.extent


class _Tables:
    """The sheets of an .ods, with rows and cells that say how many times they stand there."""

    def __init__(self) -> None:
        self.extent = Extent()
        self.sheets = self.kept = 0
        self.row = self.rows = self.columns = self.row_times = 0
        self.column = self.row_cells = self.row_text = self.row_texts = 0
        self.cell_times = self.text = 0
        self.in_table = self.in_row = self.in_cell = False
        self.filled = self.row_filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a sheet, a row or a cell, or what is in one."""
        if tag in _CELLS:
            self._start_cell(attributes)
        elif tag == "text:s":
            self.text += _times(attributes.get("text:c", "1"))
        elif tag == "text:p":
            self.text += 1  # the end of a line
        elif tag == "table:table-row":
            if self.in_row:
                refuse()
            self.in_row, self.row_filled = True, False
            self.row_times = _times(attributes.get("table:number-rows-repeated", "1"))
            self.column = self.row_cells = self.row_text = self.row_texts = 0
        elif tag in _KEPT:
            self.kept += 1
            if self.kept > _MAX_KEPT:
                refuse()
        elif tag == "table:table":
            if self.in_table:
                refuse()
            self.in_table = True
            self.sheets += 1
            self.row = self.rows = self.columns = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        """Begin a cell."""
        if self.in_cell:
            refuse()
        self.in_cell = True
        self.cell_times = _times(attributes.get("table:number-columns-repeated", "1"))
        # It is kept with the value, and repeated with it.
        formula = attributes.get("table:formula", "")
        self.text = len(formula.encode())
        for value in _VALUES:
            if value in attributes:
                self.text += len(attributes[value].encode())
        self.filled = bool(formula) or any("value" in attribute for attribute in attributes)

    def end(self, tag: str) -> None:
        """End a sheet, a row or a cell."""
        if tag in _CELLS:
            self.in_cell = False
            self.column += self.cell_times
            if self.filled:
                self.row_filled = True
                self.columns = max(self.columns, self.column)
                self.row_cells += self.cell_times
                self.row_text += self.cell_times * self.text
                self.row_texts += self.cell_times * (self.text > 0)
        elif tag == "table:table-row":
            self.in_row = False
            self.row += self.row_times
            if self.row_filled:
                self.rows = self.row
                self.extent.filled += self.row_cells * self.row_times
                self.extent.text += self.row_text * self.row_times
                self.extent.texts += self.row_texts * self.row_times
        elif tag == "table:table":
            self.in_table = False
            self.extent.cells += self.rows * self.columns

    def take(self, text: str) -> None:
        """Count what is in a cell."""
        if self.in_cell:
            self.text += len(text.encode())


def _times(text: str) -> int:
    """Read how many times something stands there."""
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        refuse()
    return read_number(digits)
