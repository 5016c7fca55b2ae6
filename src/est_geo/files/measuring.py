"""What comes of the sheets of an .xlsx when it is opened, reckoned from their XML.

Sheets as every spreadsheet program writes them are looked through quickly; any other is read as XML
to the letter. What is not XML to the letter is refused: a lenient reader might find other cells in
it than were measured.
"""

from __future__ import annotations

import re
import zipfile
from string import ascii_uppercase, digits
from typing import TYPE_CHECKING, Final

import numpy as np

from est_geo.files.extent import Extent
from est_geo.files.strict_xml import parse_xml, read_number, refuse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.files.strict_xml import Pieces

_MAX_FRAME: Final = 1 << 16

# Cells as any program writes them: the place, the style, the kind; and if a shared text, which.
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="[0-9]*")?(?: t="(?:s|n|b|e|d|str|inlineStr)")?>'
)
_SHARED = re.compile(rb' t="s"><v>([0-9]{1,9})</v></c>')
_EMPTY_CELL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]*")?/>')
_NO_CELL = re.compile(rb"<c[a-zA-Z]")
_TEXTS = (b' t="s"', b' t="str"', b' t="inlineStr"', b' t="d"')
_LETTERS, _DIGITS = ascii_uppercase.encode(), digits.encode()
# Shorter texts take no more memory than numbers do.
_LONG_TEXT = re.compile(rb">([^<]{24,})")
_STRING = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_FRAME = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml [^<>]*\?>)?\s*<sst(?: [^<>]*)?>\s*</sst>\s*")
_PLACE = re.compile(r"([A-Za-z]{1,7})([0-9]+)")
_ROW = re.compile(r"[A-Za-z]*([0-9]+)")
_VALUES = frozenset(("v", "is"))
_NUMBER_KINDS = frozenset("nbe")


def measure_strings(unpack: Pieces) -> NDArray[np.int64]:
    """Give the length in bytes of each of the texts that cells point to.

    Parameters
    ----------
    unpack : callable
        Unpacks the part, cut before tags.

    Returns
    -------
    NDArray[np.int64]
        Shape (texts,).

    Raises
    ------
    zipfile.BadZipFile
        If it is no XML.
    """
    lengths: list[int] = []
    frame = b""
    for piece, whole in unpack(b"<si>"):
        parts = _STRING.split(piece)
        lengths += map(len, parts[1::2])
        frame += b"".join(parts[::2])
        if len(frame) > _MAX_FRAME or not whole:
            break
    if _FRAME.fullmatch(frame):
        return np.array(lengths, dtype=np.int64)
    strings = _Strings()
    parse_xml(unpack(b"<"), strings.start, None, strings.take)
    found = np.array(strings.lengths, dtype=np.int64)
    # Not all readers count those without any text.
    counted = found[np.array(strings.texts, dtype=bool)]
    found[: len(counted)] = np.maximum(found[: len(counted)], counted)
    return found


def measure_sheet(unpack: Pieces, strings: NDArray[np.int64]) -> Extent:
    """Reckon what comes of a sheet of an .xlsx, or of a part that is none: nothing.

    Parameters
    ----------
    unpack : callable
        Unpacks the part, cut before tags.
    strings : NDArray[np.int64]
        Shape (texts,): the length of each of the shared texts.

    Returns
    -------
    Extent
        Exact, or enough to be refused, or more than comes of it but no more than is read.

    Raises
    ------
    zipfile.BadZipFile
        If it is no XML.
    """
    extent, last_row, last_column, own = Extent(), 0, 0, 0
    is_sheet = cut = False
    plain = True
    before = b""
    for piece, whole in unpack(b"<c "):
        is_sheet = is_sheet or b"sheetData" in before + piece
        before = piece[-16:]
        cut |= not whole
        if not plain or not is_sheet:
            continue
        found = _CELL.findall(piece)
        shared = _SHARED.findall(piece)
        plain = (
            len(shared) == piece.count(b' t="s"')
            and b":c" not in piece
            and len(found) == piece.count(b"<c") - _others(piece, len(found))
        )
        if found:
            places = b" ".join(found)
            last_column = max(
                last_column, *map(_column_number, set(places.translate(None, _DIGITS).split()))
            )
            last_row = max(last_row, int(_numbers(places.translate(None, _LETTERS)).max()))
            extent.filled += len(found)
            extent.texts += sum(map(piece.count, _TEXTS))
            numbers = _numbers(b" ".join(shared))
            extent.text += int(strings[numbers[numbers < len(strings)]].sum())
        own += sum(map(len, _LONG_TEXT.findall(piece)))
        if plain and not extent.fits():
            return extent
    if not is_sheet:
        return Extent()
    if cut:
        raise zipfile.BadZipFile
    extent.cells = last_row * last_column
    extent.text += own  # formulas with it, which are not kept
    if plain and extent.fits():
        return extent
    sheet = _Sheet(strings)
    parse_xml(unpack(b"<"), sheet.start, sheet.end, sheet.take)
    return sheet.extent


def _others(piece: bytes, cells: int) -> int:
    """Count what begins as a cell does but is none, or an empty one."""
    if piece.count(b"<c") == cells:
        return 0
    return len(_EMPTY_CELL.findall(piece)) + len(_NO_CELL.findall(piece))


def _numbers(text: bytes) -> NDArray[np.int64]:
    """Read numbers with spaces between them."""
    return np.fromstring(text.decode(), dtype=np.int64, sep=" ")


def longest_and_count(unpack: Pieces, tag: bytes) -> tuple[int, int]:
    """Give the longest tag of a part with the text after it, and how many tags may be one of these.

    Parameters
    ----------
    unpack : callable
        Unpacks the part, cut before tags.
    tag : bytes
        How its name ends.

    Returns
    -------
    int
        Bytes.
    int
        At least as many as there are.
    """
    pattern = re.compile(rb"<(?:[^\s<>/]+:)?" + tag + rb"[\s/>]")
    longest = count = 0
    for piece, _ in unpack(b"<"):
        longest = max(longest, *map(len, piece.split(b"<")))
        count += len(pattern.findall(piece))
    return longest, count


class _Strings:
    """Shared texts, as they are read."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.texts: list[bool] = []

    def start(self, tag: str, _: dict[str, str]) -> None:
        """Begin a text, or note that it has one."""
        if tag.endswith("si") and tag.rpartition(":")[2] == "si":
            self.lengths.append(0)
            self.texts.append(False)
        elif self.texts:
            self.texts[-1] = True

    def take(self, text: str) -> None:
        """Count what it has."""
        if self.lengths:
            self.lengths[-1] += len(text.encode())


class _Sheet:
    """A sheet of an .xlsx, as its reader reads it: a cell without a place follows the one before.

    Empty cells are passed over.
    """

    def __init__(self, strings: NDArray[np.int64]) -> None:
        self.extent = Extent()
        self.strings = strings
        self.longest = int(strings.max(initial=0))
        self.state = 0  # before the cells, among them, after them
        self.row = self.row_at = self.column = 1
        self.last_row = self.last_column = 0
        self.kind = "n"
        self.filled = self.in_cell = self.in_formula = False
        self.parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a row or a cell, or what is in one."""
        tag = tag.rpartition(":")[2]
        if self.in_cell:
            self.filled = self.filled or tag in _VALUES
            self.in_formula = tag == "f"
        elif self.state != 1:
            self.state += tag == "sheetData" and not self.state
        elif tag == "c":
            self.in_cell, self.filled, self.in_formula = True, False, False
            self.kind = attributes.get("t", "n")
            if "r" in attributes:
                place = _PLACE.fullmatch(attributes["r"])
                if not place:
                    refuse()
                else:
                    self.column = _column_number(place[1].encode())
                    self.row_at = read_number(place[2])
            else:
                self.row_at = self.row
        elif tag == "row" and "r" in attributes:
            row = _ROW.fullmatch(attributes["r"])
            if not row:
                refuse()
            else:
                self.row = read_number(row[1])

    def end(self, tag: str) -> None:
        """End a row or a cell."""
        tag = tag.rpartition(":")[2]
        if self.in_cell:
            if tag == "c":
                self._end_cell()
            self.in_formula = False
        elif self.state == 1:
            if tag == "row":
                self.row += 1
                self.column = 1
            elif tag == "sheetData":
                self.state = 2
                self.extent.cells = self.last_row * self.last_column

    def _end_cell(self) -> None:
        """Count a cell."""
        self.in_cell = False
        if self.filled:
            self.extent.filled += 1
            self.last_row = max(self.last_row, self.row_at)
            self.last_column = max(self.last_column, self.column)
            self.extent.text += self._shared_length() if self.kind == "s" else self._own_length()
            self.extent.texts += self.kind not in _NUMBER_KINDS
        self.parts.clear()
        self.column += 1

    def _own_length(self) -> int:
        """Count what is in a cell itself."""
        return sum(len(part.encode()) for part in self.parts)

    def _shared_length(self) -> int:
        """Look up what a cell points to; where that is in doubt, it is the longest."""
        (number, *more) = self.parts or ["0"]
        if more or not (number.isascii() and number.isdigit()):
            return self.longest
        place = read_number(number)
        # What is written by the numbers of its letters is the first to the reader.
        return int(max(self.strings[[0, place]])) if place < len(self.strings) else 0

    def take(self, text: str) -> None:
        """Keep what is in a cell."""
        if self.in_cell and not self.in_formula:
            self.parts.append(text)


def _column_number(letters: bytes) -> int:
    """Read a column's letters: A is 1, XFD 16 384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
