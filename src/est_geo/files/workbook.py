"""The records of an old workbook (.xls), written anew so that nothing in them must be believed.

What opens such a file sets memory aside for as many cells, texts and letters as the file says there
are, and ends the whole program where there is not so much. So only the kinds of records that are
needed go on, every number in them that says how much there is has been counted here, and what a
formula came to takes the place of the formula.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from est_geo.errors import FileRefused
from est_geo.files.extent import MAX_SHEETS, Extent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_TEXT: Final = 32_767  # of a cell
_BLOCK = 0xFFFF  # bytes of a record
_CUT = 60_000  # where a text that may not fit a record is parted

_BEGIN, _EOF, _CONTINUE, _PASSWORD, _SHEET, _STRINGS = 0x809, 0x0A, 0x3C, 0x2F, 0x85, 0xFC
_NUMBER, _LABEL, _TRUTH, _SHARED, _NUMBERS = 0x203, 0x204, 0x205, 0xFD, 0xBD
_FORMULA, _RESULT, _RICH = 0x06, 0x207, 0xD6
_CODEPAGE = 0x42
# Kept as they are: days from 1904, formats, and which cells have which. At least so many bytes.
_KEPT: Final = {_CODEPAGE: 2, 0x22: 2, 0x41E: 4, 0xE0: 4}
_CELLS: Final = {_NUMBER: 14, _TRUTH: 8, 0x27E: 10, _SHARED: 10}


@dataclass
class _Globals:
    """What comes before the sheets: records to keep, the sheets' entries, the shared texts."""

    old: bool = False  # of Excel 5, whose texts have a code page and no mark of width
    kept: bytearray = field(default_factory=bytearray)
    entries: list[tuple[int, bytes]] = field(default_factory=list)
    strings: list[bytes] = field(default_factory=list)


@dataclass
class _Sheet:
    """A sheet written anew, and how much it holds."""

    records: bytearray
    rows: int = 0
    columns: int = 0
    filled: int = 0
    text: int = 0
    texts: int = 0


def rewrite_workbook(stream: bytes, *, name: str) -> bytes:
    """Write the stream of an old workbook anew, of what is needed only.

    Parameters
    ----------
    stream : bytes
        The records of the workbook.
    name : str
        What messages call the file.

    Returns
    -------
    bytes
        Records that hold as much as they say: no formulas, names, drawings, charts, or sizes.

    Raises
    ------
    FileRefused
        If it has a password, or too many sheets, cells or letters.
    ValueError, IndexError, struct.error
        If it is damaged.
    """
    found = _read_globals(stream, name=name)
    strings, lengths = _rewrite_strings(found.strings) if found.strings else (b"", [])
    worksheets = sorted(start for start, entry in found.entries if entry[1] == 0)
    # None runs into the next; and where two begin in one place, the first has nothing.
    sheets = {
        start: _rewrite_sheet(_records(stream, start, end), lengths, old=found.old)
        for start, end in pairwise([*worksheets, len(stream)])
    }
    if len(found.entries) > MAX_SHEETS:
        raise FileRefused(
            f"{name!r} has {len(found.entries)} sheets; at most {MAX_SHEETS} are read. Save the "
            "sheet as CSV."
        )
    Extent(
        cells=sum(sheet.rows * sheet.columns for sheet in sheets.values()),
        filled=sum(sheet.filled for sheet in sheets.values()),
        text=sum(sheet.text for sheet in sheets.values()),
        texts=sum(sheet.texts for sheet in sheets.values()),
    ).check(name=name)
    return _put_together(found, strings, sheets)


def _records(stream: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of one part of the stream, without those of a chart within it."""
    if struct.unpack_from("<H", stream, start)[0] != _BEGIN:
        raise ValueError(start)
    depth, place = 0, start
    while place + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, place)
        after = place + 4 + length  # if beyond the end, this is the last turn
        depth += (kind == _BEGIN) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[place + 4 : after]
        place = after
    raise ValueError(start)


def _read_globals(stream: bytes, *, name: str) -> _Globals:
    """Go through the records that come before the sheets."""
    found = _Globals()
    last = 0
    for kind, content in _records(stream, 0, len(stream)):
        if kind == _PASSWORD:
            raise FileRefused(f"{name!r} is protected by a password. Save it without one.")
        if kind == _BEGIN:
            version, what = struct.unpack_from("<HH", content)
            found.old = version in {2, 7, 0x200, 0x300, 0x400, 0x500} or (version, what) == (
                0,
                0x1000,
            )
        elif kind == _SHEET:
            found.entries.append((*struct.unpack_from("<I", content), content[4:]))
            struct.unpack_from("<4B", content, 4)  # how it is seen, what it is, and a name
        elif kind == _STRINGS:
            if found.strings:
                raise ValueError(kind)
            found.strings.append(content)
        elif kind == _CONTINUE and last == _STRINGS:
            found.strings.append(content)
        elif kind in _KEPT and (found.old or kind != _CODEPAGE):
            if len(content) < _KEPT[kind]:
                raise ValueError(kind)
            found.kept += _record(kind, content)
        last = last if kind == _CONTINUE else kind
    return found


def _rewrite_strings(parts: Sequence[bytes]) -> tuple[bytes, list[int]]:
    """Write the shared texts anew, without their formatting; give the length of each as well."""
    data = b"".join(parts)
    ends: list[int] = []
    for part in parts:
        ends.append((ends[-1] if ends else 0) + len(part))
    (count,) = struct.unpack_from("<I", data, 4)
    lengths: list[int] = []
    blocks = [bytearray(struct.pack("<II", count, count))]
    place, part_at = 8, 0
    for _ in range(count):
        while place >= ends[part_at]:
            part_at += 1
        length, marks = struct.unpack_from("<HB", data, place)
        if length > _LONGEST_TEXT:
            raise ValueError(length)
        place += 3
        skipped = 0
        if marks & 8:
            skipped = 4 * struct.unpack_from("<H", data, place)[0]
            place += 2
        if marks & 4:
            skipped += struct.unpack_from("<I", data, place)[0]
            place += 4
        wide = marks & 1
        after = place + (length << wide)
        if after <= ends[part_at]:
            text = data[place:after]
        else:
            text, after, part_at = _join(data, ends, part_at, place, length, wide=wide)
            wide = 1
        place = after + skipped
        lengths.append(length)
        if len(blocks[-1]) + 3 + len(text) > _BLOCK:
            blocks.append(bytearray())
        blocks[-1] += struct.pack("<HB", length, wide) + text[:_CUT]
        if len(text) > _CUT:
            blocks.append(bytearray([wide]) + text[_CUT:])
    kinds = (_STRINGS, *[_CONTINUE] * (len(blocks) - 1))
    return b"".join(map(_record, kinds, blocks)), lengths


def _join(
    data: bytes, ends: Sequence[int], part_at: int, place: int, length: int, *, wide: int
) -> tuple[bytes, int, int]:
    """Put together a text that goes on in further records, each with a mark of its width."""
    pieces: list[bytes] = []
    while True:
        taken = min(length, max(ends[part_at] - place, 0) >> wide)
        piece = data[place : place + (taken << wide)]
        pieces.append(piece if wide else piece.decode("latin-1").encode("utf-16-le"))
        length -= taken
        if not length:
            return b"".join(pieces), place + (taken << wide), part_at
        place = ends[part_at]
        wide = data[place] & 1
        place += 1
        part_at += 1


def _rewrite_sheet(
    records: Iterator[tuple[int, bytes]], lengths: Sequence[int], *, old: bool
) -> _Sheet:
    """Keep the cells of a sheet and measure them."""
    sheet = _Sheet(_begin(0x10, old=old))
    for given, whole in _calculated(records):
        kind, content, cells = given, whole, 1
        if kind in {_LABEL, _RICH}:
            kind, content, length = _LABEL, *_label(content, old=old)
            sheet.text += length
            sheet.texts += 1
        elif kind == _NUMBERS:
            cells, rest = divmod(len(content) - 6, 6)
            if cells < 1 or rest:
                raise ValueError(kind)
        elif kind in _CELLS:
            if len(content) < _CELLS[kind]:
                raise ValueError(kind)
            content = content[: _CELLS[kind]]
            if kind == _SHARED:
                sheet.text += lengths[struct.unpack_from("<I", content, 6)[0]]
                sheet.texts += 1
        else:
            continue
        row, column = struct.unpack_from("<HH", content)
        sheet.rows = max(sheet.rows, row + 1)
        sheet.columns = max(sheet.columns, column + cells)
        sheet.filled += cells
        sheet.records += _record(kind, content)
    sheet.records += _record(_EOF)
    return sheet


def _calculated(records: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Give the records of a sheet with cells of what they came to in place of formulas."""
    place = b""
    for kind, content in records:
        if kind == _FORMULA:
            place = content[:6]  # where the text stands that may follow
            yield _result(content)
        elif kind == _RESULT and place:
            yield _LABEL, place + content
        else:
            yield kind, content


def _result(content: bytes) -> tuple[int, bytes]:
    """Turn a formula into a cell of what it came to; nothing for a text, which follows it."""
    if content[12:14] != b"\xff\xff":
        return _NUMBER, content
    if content[6] in {1, 2}:
        # True or false, or an error: a byte, and one that says which of these it is.
        return _TRUTH, content[:6] + bytes([content[8], content[6] - 1])
    return _EOF, b""


def _label(content: bytes, *, old: bool) -> tuple[bytes, int]:
    """Write a cell of text with the length that it has, and give that."""
    (said,) = struct.unpack_from("<H", content, 6)
    marks = content[8:8] if old else bytes([content[8] & 1])
    begin = 8 + len(marks)
    wide = marks == b"\1"
    length = min(said, (len(content) - begin) >> wide)
    text = content[begin : begin + (length << wide)]
    # One letter alone is too short for some readers.
    made = content[:6] + struct.pack("<H", length) + marks + text
    return made.ljust(10, b"\0"), length


def _put_together(found: _Globals, strings: bytes, sheets: dict[int, _Sheet]) -> bytes:
    """Write the parts one after the other, and where each sheet begins."""
    first = _begin(5, old=found.old) + found.kept + strings
    place = len(first) + sum(8 + len(entry) for _, entry in found.entries) + 4
    begins: dict[int, int] = {}
    parts: list[bytes | bytearray] = []
    for start, sheet in sheets.items():
        begins[start] = place
        parts.append(sheet.records)
        place += len(sheet.records)
    # What is no sheet of cells, as a chart or macros, is an empty one.
    parts.append(_begin(0x10, old=found.old) + _record(_EOF))
    entries = b"".join(
        _record(
            _SHEET,
            struct.pack("<I", begins[start] if entry[1] == 0 else place) + entry,
        )
        for start, entry in found.entries
    )
    return b"".join((first, entries, _record(_EOF), *parts))


def _begin(what: int, *, old: bool) -> bytearray:
    """Make the record that a part begins with."""
    return bytearray(_record(_BEGIN, struct.pack("<HH12x", 0x500 if old else 0x600, what)))


def _record(kind: int, content: bytes | bytearray = b"") -> bytes:
    """Make a record."""
    return struct.pack("<HH", kind, len(content)) + content
