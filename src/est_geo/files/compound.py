"""What is checked of an old workbook (.xls) before anything opens it.

Such a file is a small file system with chains of sectors, and in it a stream of records. Both can
be written so that a reader goes round for ever or asks for more memory than there is. So the chains
are followed here, and only the stream of the workbook is handed on, itself written anew, in a file
system made anew: no macros, no other documents, no loops.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from est_geo.errors import FileRefused
from est_geo.files.workbook import rewrite_workbook

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_LAST_SECTOR = 0xFFFFFFFA  # greater numbers are no sectors but marks
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_HEADER, _ENTRY, _SMALL, _MINI = 512, 128, 4096, 64
_SECTOR = 4096  # of the file made anew


def rebuild_xls(data: bytes, *, name: str) -> bytes:
    """Check an old workbook and make it anew, of what is needed only.

    Parameters
    ----------
    data : bytes
        The file's content.
    name : str
        What messages call the file.

    Returns
    -------
    bytes
        A file with the stream of the workbook and nothing else.

    Raises
    ------
    FileRefused
        If it is damaged, is no workbook, has a password, or has too many sheets, cells or letters.
    """
    try:
        return _wrap(rewrite_workbook(_workbook_stream(data, name=name), name=name))
    except (struct.error, IndexError, ValueError) as error:
        raise FileRefused(
            f"{name!r} is damaged: it is no whole workbook. Ask the sender for it again."
        ) from error


def _workbook_stream(data: bytes, *, name: str) -> bytes:
    """Take the stream of the workbook out of the file."""
    if len(data) < _HEADER or not data.startswith(MAGIC):
        raise ValueError(data[:8])
    (shift,) = struct.unpack_from("<H", data, 30)
    if shift not in {9, 12}:
        raise ValueError(shift)
    size = 1 << shift
    first_of_directory, small, first_of_minis = (
        struct.unpack_from("<I", data, place)[0] for place in (48, 56, 60)
    )
    fat = _read_fat(data, size)
    directory = _read_chain(data, fat, first_of_directory, size, offset=size)
    entries = [
        directory[place : place + _ENTRY] for place in range(0, len(directory) - 127, _ENTRY)
    ]
    named = {_entry_name(entry): entry for entry in reversed(entries)}
    if "encryptedpackage" in named:
        raise FileRefused(f"{name!r} is protected by a password. Save it without one.")
    entry = named.get("workbook") or named.get("book")
    if entry is None or not entries:
        raise FileRefused(f"{name!r} is an old Office document but no workbook. Save it anew.")
    start, length = struct.unpack_from("<II", entry, 116)
    if length >= small:
        return _read_chain(data, fat, start, size, offset=size)[:length]
    (root,) = struct.unpack_from("<I", entries[0], 116)
    minis = np.frombuffer(_read_chain(data, fat, first_of_minis, size, offset=size), dtype="<u4")
    inside = _read_chain(data, fat, root, size, offset=size)
    return _read_chain(inside, minis, start, _MINI, offset=0)[:length]


def _read_fat(data: bytes, size: int) -> NDArray[np.uint32]:
    """Read the table that says which sector follows which."""
    sectors = [*struct.unpack_from("<109I", data, 76)]
    (following,) = struct.unpack_from("<I", data, 68)
    for _ in range(len(data) // size):
        if following > _LAST_SECTOR:
            break
        more = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        sectors += more[:-1]
        following = more[-1]
    else:
        raise ValueError(following)
    parts = [
        data[(sector + 1) * size : (sector + 2) * size]
        for sector in sectors
        if sector <= _LAST_SECTOR
    ]
    if len(parts) > len(data) // size:
        raise ValueError(len(parts))
    whole = b"".join(parts)
    return np.frombuffer(whole[: len(whole) // 4 * 4], dtype="<u4")


def _read_chain(
    data: bytes, following: NDArray[np.uint32], start: int, size: int, *, offset: int
) -> bytes:
    """Put the sectors of a chain together; one that goes round is longer than the file."""
    parts: list[bytes] = []
    sector = start
    while sector <= _LAST_SECTOR:
        if len(parts) > len(data) // size:
            raise ValueError(start)
        place = offset + sector * size
        parts.append(data[place : place + size])
        sector = int(following[sector])
    return b"".join(parts)


def _entry_name(entry: bytes) -> str:
    """Read the name of an entry, or nothing for one that is no stream."""
    (length,) = struct.unpack_from("<H", entry, 64)
    if entry[66] != 2 or not 2 <= length <= 64:  # noqa: PLR2004 - a stream; its name's bytes
        return ""
    return entry[: length - 2].decode("utf-16-le", errors="replace").casefold()


def _wrap(stream: bytes) -> bytes:
    """Make a file of one stream, with sectors of 4096 bytes."""
    # Shorter streams would lie elsewhere; zeros after the last record mean nothing.
    stream += bytes(max(_SMALL - len(stream), 0))
    length = len(stream)
    count = -(-length // _SECTOR)
    tables = 1
    while tables * (_SECTOR // 4) < count + 2 + tables:
        tables += 1
    fat = np.full(tables * (_SECTOR // 4), _FREE, dtype="<u4")
    fat[:count] = np.arange(1, count + 1)
    # After the stream the directory, and the sector for short streams, which must exist.
    fat[count - 1 : count + 2] = _END
    fat[count + 2 : count + 2 + tables] = _FAT
    places = [count + 2 + table for table in range(tables)]
    if tables > 109:  # noqa: PLR2004 - as many as the header has room for: 446 MB
        raise ValueError(length)
    header = MAGIC + bytes(16) + struct.pack("<5H", 0x3E, 4, 0xFFFE, 12, 6) + bytes(6)
    header += struct.pack("<9I", 1, tables, count, 0, _SMALL, _END, 0, _END, 0)
    header += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    root = _entry("Root Entry", kind=5, child=1, start=count + 1, length=0)
    directory = root + _entry("Workbook", kind=2, child=_FREE, start=0, length=length)
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            stream.ljust(count * _SECTOR, b"\0"),
            directory.ljust(2 * _SECTOR, b"\0"),
            fat.tobytes(),
        )
    )


def _entry(name: str, *, kind: int, child: int, start: int, length: int) -> bytes:
    """Make an entry of the directory."""
    letters = (name + "\0").encode("utf-16-le")
    return (
        letters.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(letters), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, length)
    )
