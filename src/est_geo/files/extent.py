"""How much a workbook may hold, in whichever format it is.

What opens a workbook copies a stored text for each of the cells that point to it, makes a cell of
every place between the corners of a sheet, and ends the whole program where there is not memory for
that. So what comes of a file is reckoned first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from est_geo.errors import FileRefused

MAX_SHEETS: Final = 100
# Each cell between the corners takes memory, filled or not: with these bounds, under a gigabyte,
# and ten seconds. 400 000 rows of ten columns; Excel itself ends at a million rows.
MAX_CELLS: Final = 2**22
# A text is stored once, and copied for each of the cells that point to it.
MAX_TEXT: Final = 2**26

_EACH_TEXT: Final = 32  # letters that take the memory that a text takes beside its own


@dataclass
class Extent:
    """What comes of a sheet, or of several.

    Attributes
    ----------
    cells : int
        Those between the corners.
    filled : int
        Those that have something in them, counted as often as they are written.
    text : int
        Letters in all cells together, or the bytes that they take.
    texts : int
        Cells with letters.
    """

    cells: int = 0
    filled: int = 0
    text: int = 0
    texts: int = 0

    def fits(self) -> bool:
        """Say whether it can be read."""
        return (
            max(self.cells, self.filled) <= MAX_CELLS
            and self.text + _EACH_TEXT * self.texts <= MAX_TEXT
        )

    def check(self, *, name: str) -> None:
        """Refuse what does not fit.

        Parameters
        ----------
        name : str
            What messages call the file.

        Raises
        ------
        FileRefused
            If there are too many cells or letters.
        """
        if max(self.cells, self.filled) > MAX_CELLS:
            raise FileRefused(
                f"{name!r} spans {self.cells} cells, and has {self.filled} in it; at most "
                f"{MAX_CELLS} are read. Remove what stands far below or far to the right of the "
                "table, or save the sheet as CSV."
            )
        if self.text + _EACH_TEXT * self.texts > MAX_TEXT:
            raise FileRefused(
                f"{name!r} has {self.text} letters in its cells, in {self.texts} texts; at most "
                f"{MAX_TEXT} are read, less {_EACH_TEXT} for each text. Save the sheet as CSV."
            )
