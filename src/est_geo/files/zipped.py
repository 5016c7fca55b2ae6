"""What is checked of a zipped workbook (.xlsx, .ods) before anything opens it.

A workbook of some kilobytes can unpack to gigabytes, and one with two cells, in opposite corners,
makes its reader ask for a sheet of 17 billion and end the whole program. So every member is
unpacked here first, piece by piece and counted, whatever its declared size, and what comes of the
sheets is reckoned.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from est_geo.errors import FileRefused
from est_geo.files.extent import MAX_SHEETS, Extent
from est_geo.files.measuring import (
    longest_and_count,
    measure_sheet,
    measure_strings,
)
from est_geo.files.open_document import measure_ods

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from est_geo.files.strict_xml import Pieces

MAX_UNPACKED: Final = 600 * 1024**2
MAX_RATIO: Final = 100
# Small files may shrink as they like: a sheet of one text over and over is no bomb.
RATIO_FROM: Final = 20 * 1024**2
MAX_MEMBERS: Final = 2_000
# Of a part that tells of the sheets or their styles; 65 000 styles take some megabytes.
MAX_PART: Final = 2**25
MAX_PART_TAG: Final = 2**14
# The reader copies where a sheet is for each sheet, and looks through a format for each style.
MAX_LOOKED_THROUGH: Final = 2**28

_PIECE = 1 << 20
_LONGEST_TAG = 1 << 18  # with the longest text of a cell after it
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_STRINGS = "xl/sharedstrings.xml"
# What is repeated in them: sheets, links to these, styles, parts; and how often at most.
_PARTS: Final = {
    "xl/workbook.xml": (b"sheet", MAX_MEMBERS),
    "xl/_rels/workbook.xml.rels": (b"Relationship", MAX_MEMBERS),
    "xl/styles.xml": (b"xf", MAX_PART),
    "meta-inf/manifest.xml": (b"file-entry", MAX_MEMBERS),
}


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
            unpack: dict[str, Pieces] = {
                member.filename.casefold(): partial(_whole_tags, stream, member, name)
                for member in members
            }
            if kind == "ods":
                _check_ods(unpack, name=name)
            else:
                _check_xlsx(unpack, name=name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise FileRefused(
            f"{name!r} is damaged: it cannot be unpacked. Ask the sender for it again."
        ) from error


def _check_ods(unpack: dict[str, Pieces], *, name: str) -> None:
    """Refuse an OpenDocument workbook of which too much comes; all sheets are read at once."""
    for part, pieces in unpack.items():
        if part in _PARTS:
            _check_part(part, pieces)
        elif part == "content.xml":
            sheets, extent = measure_ods(pieces)
            if sheets > MAX_SHEETS:
                raise FileRefused(
                    f"{name!r} has {sheets} sheets; at most {MAX_SHEETS} are read. Save the sheet "
                    "as CSV."
                )
            extent.check(name=name)
        else:
            deque(pieces(b"<"), maxlen=0)


def _check_xlsx(unpack: dict[str, Pieces], *, name: str) -> None:
    """Refuse a workbook of which too much comes, by any of its sheets."""
    strings = np.zeros(0, dtype=np.int64)
    if _STRINGS in unpack:
        strings = measure_strings(unpack[_STRINGS])
        Extent(text=int(strings.sum()), texts=len(strings)).check(name=name)
    for part, pieces in unpack.items():
        if part in _PARTS:
            _check_part(part, pieces)
        elif part != _STRINGS:
            measure_sheet(pieces, strings).check(name=name)


def _check_part(part: str, pieces: Pieces) -> None:
    """Refuse a part that tells of the sheets, and no spreadsheet program writes."""
    tag, most = _PARTS[part]
    longest, count = longest_and_count(pieces, tag)
    if longest > MAX_PART_TAG or count > most or longest * count > MAX_LOOKED_THROUGH:
        raise zipfile.BadZipFile


def _check_members(members: list[zipfile.ZipInfo], *, size: int, kind: str, name: str) -> None:
    """Refuse what the list of members already tells."""
    # One is found by its name in capitals or not.
    names = [member.filename.casefold() for member in members]
    needed = "content.xml" if kind == "ods" else "xl/workbook.xml"
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise FileRefused(f"{name!r} is protected by a password. Save it without one.")
    if needed not in names:
        raise FileRefused(
            f"{name!r} is named as a workbook ({kind}) but is another zip archive. Give it the "
            "suffix of what it is, or save it anew."
        )
    if any(
        member.file_size > MAX_PART and member.filename.casefold() in _PARTS for member in members
    ):
        raise zipfile.BadZipFile
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


def _whole_tags(
    stream: BinaryIO, member: zipfile.ZipInfo, name: str, mark: bytes
) -> Iterator[tuple[bytes, bool]]:
    """Unpack pieces that begin with a tag, so that none is cut in two, if possible with the mark.

    Also say of each whether that succeeded.
    """
    rest = b""
    for piece in _unpack(stream, member, name=name):
        text = rest + piece
        cut = text.rfind(mark)
        if len(text) - cut > _LONGEST_TAG:
            cut = text.rfind(b"<")
        cut = max(cut, 0)
        whole = len(text) - cut <= _LONGEST_TAG
        yield (text[:cut], True) if whole else (text, False)
        rest = text[cut:] if whole else b""
    yield rest, True
