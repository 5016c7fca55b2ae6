"""What is checked of a zipped workbook (.xlsx, .ods) before anything opens it.

A workbook of some kilobytes can unpack to gigabytes, and one with two cells, in opposite corners,
makes its reader ask for a sheet of 17 billion and end the whole program. So every member is
unpacked here first, piece by piece and counted, whatever its declared size, and the cells that the
sheets speak of are measured.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_UNPACKED: Final = 600 * 1024**2
MAX_RATIO: Final = 100
# Small files may shrink as they like: a sheet of one text over and over is no bomb.
RATIO_FROM: Final = 20 * 1024**2
MAX_MEMBERS: Final = 2_000
# Each cell between the corners takes memory, filled or not.
MAX_CELLS: Final = 2**24

_PIECE = 1 << 20
_LONGEST_TAG = 1 << 18  # with the longest text of a cell after it
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1

# Cells as every spreadsheet program writes them: first the address, then plain words.
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"')
_PLAIN_EMPTY_CELL = re.compile(rb'<c r="[A-Z]+[0-9]+"(?: [a-z]+="[\w.]*")* ?/>')
_OTHER_CELLS = (b":c", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
# Anything that a lenient reader may take for a cell, a row, or an address.
_ANY_CELL = re.compile(rb"<(?:[^\s<>/]+:)?c[\s/>]")
_ANY_ROW = re.compile(rb"<(?:[^\s<>/]+:)?row[\s/>]")
_ANY_CELL_AT = re.compile(rb"r\s*=\s*[\"']\s*\+?([A-Za-z]+)\+?([0-9]+)")
_ANY_ROW_AT = re.compile(rb"r\s*=\s*[\"']\s*\+?([0-9]+)")
_ODS_TAG = re.compile(
    rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)((?:\s[^<>]*)?)>"
)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_ODS_ROWS = re.compile(rb"number-rows-repeated\s*=\s*[\"']\s*\+?([0-9]+)")
_ODS_COLUMNS = re.compile(rb"number-columns-repeated\s*=\s*[\"']\s*\+?([0-9]+)")


def check_zipped(path: Path, *, kind: str) -> None:
    """Let a zipped workbook through only if it is one, and not too large to hold.

    Parameters
    ----------
    path : Path
        A checked file.
    kind : str
        "xlsx" or "ods".

    Raises
    ------
    FileRefused
        If it is no workbook of that kind, is damaged, has a password, or unpacks to too much.
    """
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            members = archive.infolist()
            _check_members(members, size=path.stat().st_size, kind=kind, name=name)
            for member in members:
                pieces = _whole_tags(_unpack(stream, member, name=name))
                cells = _measure_ods(pieces) if kind == "ods" else _measure_plain(pieces)
                if kind == "xlsx" and not 0 <= cells <= MAX_CELLS:
                    cells = _measure_any(_whole_tags(_unpack(stream, member, name=name)))
                if cells > MAX_CELLS:
                    raise _too_many_cells(name, cells)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise FileRefused(
            f"{name!r} is damaged: it cannot be unpacked. Ask the sender for it again."
        ) from error


def _too_many_cells(name: str, cells: int) -> FileRefused:
    """Say that a sheet is too large."""
    return FileRefused(
        f"{name!r} has a sheet that spans {cells} cells; at most {MAX_CELLS} are read. Remove what "
        "stands far below or far to the right of the table, or save the sheet as CSV."
    )


def _check_members(members: list[zipfile.ZipInfo], *, size: int, kind: str, name: str) -> None:
    """Refuse what the list of members already tells."""
    names = [member.filename for member in members]
    needed = "content.xml" if kind == "ods" else "xl/workbook.xml"
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise FileRefused(f"{name!r} is protected by a password. Save it without one.")
    if needed not in names:
        raise FileRefused(
            f"{name!r} is named as a workbook ({kind}) but is another zip archive. Give it the "
            "suffix of what it is, or save it anew."
        )
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or len(set(names)) < len(names) or packed > size:
        raise FileRefused(
            f"{name!r} is damaged: it has {len(members)} parts, that overlap or have the same "
            "name, or are too many. Save it anew from a spreadsheet program."
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        raise FileRefused(
            f"{name!r} unpacks to {unpacked / 1024**2:.0f} MB, {unpacked // max(packed, 1)} times "
            f"its size; at most {MAX_UNPACKED // 1024**2} MB and {MAX_RATIO} times is read. Save "
            "the sheet as CSV."
        )


def _unpack(stream: BinaryIO, member: zipfile.ZipInfo, *, name: str) -> Iterator[bytes]:
    """Unpack a member piece by piece, as a reader will that does not heed its declared size."""
    stream.seek(member.header_offset)
    start = stream.read(_LOCAL_HEADER)
    if len(start) < _LOCAL_HEADER or not start.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile
    stream.seek(int.from_bytes(start[26:28], "little") + int.from_bytes(start[28:30], "little"), 1)
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile
    left, unpacked = member.compress_size, 0
    inflate = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = stream.read(min(left, _PIECE))
        if not packed:
            raise EOFError
        left -= len(packed)
        while packed:
            piece = inflate.decompress(packed, _PIECE) if inflate else packed
            packed = inflate.unconsumed_tail if inflate else b""
            unpacked += len(piece)
            if unpacked > member.file_size:
                raise FileRefused(
                    f"{name!r} is damaged: a part unpacks to more than it says. Save it anew from "
                    "a spreadsheet program."
                )
            yield piece
    if unpacked != member.file_size:
        raise EOFError


def _whole_tags(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give pieces that begin with a tag, so that none is cut in two, and whether that succeeded."""
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = max(text.rfind(b"<"), 0)
        whole = len(text) - cut <= _LONGEST_TAG
        yield (text[:cut], True) if whole else (text, False)
        rest = text[cut:] if whole else b""
    yield rest, True


def _measure_plain(pieces: Iterator[tuple[bytes, bool]]) -> int:
    """Give the cells between the corners of a sheet, or -1 where its cells are not all plain."""
    last_row = last_column = 0
    is_sheet = plain = False
    for piece, _ in pieces:
        if not is_sheet and b"sheetData" in piece:
            is_sheet = plain = True
        if not plain:
            continue
        found = _PLAIN_CELL.findall(piece)
        plain = len(found) == piece.count(b"<c ") and not any(map(piece.count, _OTHER_CELLS))
        if found:
            last_column = max(last_column, *map(_column_number, {cell[0] for cell in found}))
            last_row = max(last_row, *map(_number, {cell[1] for cell in found}))
    return last_row * last_column if plain or not is_sheet else -1


def _measure_any(pieces: Iterator[tuple[bytes, bool]]) -> int:
    """Give at least the cells between the corners of a sheet, however it is written.

    It is read as its reader reads it: empty cells are passed over, and a cell without an address
    stands after the one before.
    """
    last_row = last_column = last_row_at = rows = in_row = longest = 0
    is_sheet = unaddressed = False
    for piece, whole in pieces:
        is_sheet = is_sheet or b"sheetData" in piece
        if not is_sheet:
            continue
        if not whole:
            raise zipfile.BadZipFile
        filled = _PLAIN_EMPTY_CELL.sub(b"", piece)
        for letters, number in set(_ANY_CELL_AT.findall(filled)):
            last_column = max(last_column, _column_number(letters))
            last_row = max(last_row, _number(number))
        last_row_at = max(last_row_at, *map(_number, _ANY_ROW_AT.findall(piece)), 0)
        parts = [len(_ANY_CELL.findall(part)) for part in _ANY_ROW.split(filled)]
        parts[0] += in_row
        rows += len(parts) - 1
        in_row, longest = parts[-1], max(longest, *parts)
        unaddressed |= len(_PLAIN_CELL.findall(filled)) != len(_ANY_CELL.findall(filled))
    if unaddressed:
        return (max(last_row, last_row_at) + rows) * (last_column + longest)
    return last_row * last_column


def _number(digits: bytes) -> int:
    """Read a number that may be written with any number of digits."""
    return int(digits.lstrip(b"0")[:20] or b"0")


def _column_number(letters: bytes) -> int:
    """Read a column's letters: A is 1, XFD 16 384."""
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number


def _measure_ods(pieces: Iterator[tuple[bytes, bool]]) -> int:
    """Measure the largest sheet of an OpenDocument workbook by counting rows and cells."""
    largest = rows = columns = row = column = row_times = 0
    filled = is_sheet = False
    for piece, whole in pieces:
        is_sheet = is_sheet or b"<table:table" in piece
        if is_sheet and not whole:
            raise zipfile.BadZipFile
        for end, tag, attributes in _ODS_TAG.findall(piece):
            if attributes.count(b'"') % 2 or b"'" in _QUOTED.sub(b"", attributes):
                raise zipfile.BadZipFile  # a tag that does not end where it seems to
            if tag == b"table":
                largest = max(largest, rows * columns)
                rows = columns = row = 0
            elif tag == b"table-row":
                if end or attributes.endswith(b"/"):
                    row += row_times if end else _times(_ODS_ROWS, attributes)
                    rows = row if filled else rows
                else:
                    row_times = _times(_ODS_ROWS, attributes)
                column, filled = 0, False
            elif not end:
                column += _times(_ODS_COLUMNS, attributes)
                if not attributes.endswith(b"/") or b"value" in attributes:
                    filled, columns = True, max(columns, column)
    return max(largest, rows * columns, (row + row_times) * columns if filled else 0)


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    """Say how many times a row or cell stands there."""
    return max(map(_number, pattern.findall(attributes)), default=1)
