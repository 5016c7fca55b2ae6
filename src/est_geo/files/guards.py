"""What is checked of a file before anything reads it: its path, its size and its first bytes.

GDAL opens whatever it recognises, whatever a file is called: addresses on the network, archives,
and small texts that tell it to read some other file. So a file is only let through when it is a
plain local file, its suffix is one of ours, and its content is what the suffix says.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal

from est_geo.errors import FileRefused
from est_geo.files.encoding import looks_wide

Format = Literal["text", "geopackage", "geojson", "shapefile", "parquet", "xlsx", "xls", "ods"]

FORMATS: dict[str, Format] = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".shp": "shapefile",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",  # its macros are never looked at
    ".xls": "xls",
    ".ods": "ods",
}

MAX_FEATURES = 20_000_000
MAX_COLUMNS = 2_000
# Of what is read piece by piece nothing is held, but a file of some kilobytes can say a number of
# rows that takes for ever.
MAX_ROWS_IN_PIECES = 1_000_000_000
MAX_LETTERS = 32_767  # in a text that is repeated: as many as a cell of a spreadsheet holds
# Text and JSON are held in memory several times over while they are read.
MAX_BYTES: dict[Format, int] = {
    "text": 2 * 1024**3,
    "geojson": 1024**3,
    "geopackage": 4 * 1024**3,
    "shapefile": 4 * 1024**3,
    "parquet": 4 * 1024**3,
    "xlsx": 200 * 1024**2,
    "xls": 100 * 1024**2,
    "ods": 200 * 1024**2,
}
WORKBOOKS = frozenset[Format](("xlsx", "xls", "ods"))

_FORMAT_NAME: dict[Format, str] = {
    "text": "a text table (CSV)",
    "geopackage": "a GeoPackage",
    "geojson": "GeoJSON",
    "shapefile": "a Shapefile",
    "parquet": "a Parquet table",
    "xlsx": "an Excel workbook",
    "xls": "an old Excel workbook",
    "ods": "an OpenDocument workbook",
}
_MAGIC: dict[Format, bytes] = {
    "geopackage": b"SQLite format 3\0",
    "shapefile": b"\x00\x00\x27\x0a",
    "parquet": b"PAR1",
    "xlsx": b"PK\x03\x04",
    "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "ods": b"PK\x03\x04",
}
_OTHER_MAGIC = {
    b"PK": "a zip archive, or an Excel or OpenDocument workbook",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document, or a workbook with a password",
    b"%PDF": "a PDF",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
}
_MARKUP = {b"<": "XML or HTML", b"{": "JSON", b"[": "JSON"}
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096

_DRIVER_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_+.\-]+:")  # one letter alone is a Windows drive
_GDAL_PATH_MARKS = frozenset("!;?")


def check_path(path: str | os.PathLike[str]) -> tuple[Path, Format]:
    """Let a file through only if it is local, of a known kind, and what its suffix says.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Path
        The absolute path, which no driver can take for an address.
    Format
        How the file is to be read.

    Raises
    ------
    FileRefused
        With the file's name, what is wrong with it, and what to do.
    """
    text = os.fspath(path)
    check_local(text)
    target = Path(text).absolute()
    shown = repr(target.name)
    kind = FORMATS.get(target.suffix.lower())
    if target.is_dir():
        raise FileRefused(f"{shown} is a folder. Give the name of one file in it.")
    if not target.exists():
        raise FileRefused(f"{shown} does not exist. Check the name and the folder.")
    if not target.is_file():
        raise FileRefused(f"{shown} is not a plain file. Copy its content to one.")
    if kind is None:
        raise FileRefused(
            f"{shown} has a suffix that is not read here: {target.suffix or 'none'}. "
            f"Save it as one of {', '.join(FORMATS)}."
        )
    _check_size(target, kind)
    _check_content(target, kind)
    return target, kind


def check_local(text: str) -> None:
    """Refuse what is not the plain path of a local file.

    Parameters
    ----------
    text : str
        A path as given.

    Raises
    ------
    FileRefused
        If it is an address on a network, begins as a driver's prefix, or cannot be printed.
    """
    plain = text.replace("\\", "/").lower()
    if "://" in plain or plain.startswith("/vsi") or _DRIVER_PREFIX.match(plain):
        # Only how it begins is shown: an address may hold a password.
        raise FileRefused(
            f"'{re.split('[:/]', plain.lstrip('/'))[0][:20]}…' is an address or a driver's prefix, "
            "not a local file. Nothing is fetched from a network: download it first."
        )
    if not text.isprintable():
        raise FileRefused("The path holds a character that no name of a file should. Rename it.")


def _check_size(target: Path, kind: Format) -> None:
    """Refuse an empty file and one too large to hold."""
    size = target.stat().st_size
    if size == 0:
        raise FileRefused(f"{target.name!r} is empty: 0 bytes. Ask the sender for it again.")
    if size > MAX_BYTES[kind]:
        raise FileRefused(
            f"{target.name!r} is {size / 1024**3:.1f} GB; at most {MAX_BYTES[kind] / 1024**3:.1f} "
            f"GB is read of {_FORMAT_NAME[kind]}. Split it, for instance by year."
        )


def _check_content(target: Path, kind: Format) -> None:
    """Refuse a file whose first bytes are not what its suffix says."""
    with target.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(-min(4, target.stat().st_size), os.SEEK_END)
        tail = stream.read()
    found = _recognise(head)
    if kind in _MAGIC:
        fine = head.startswith(_MAGIC[kind])
    elif kind == "geojson":
        fine = found == "JSON" and _text_start(head) == b"{"
    else:
        wide = head[:2] in _WIDE_BOMS or looks_wide(head) is not None
        fine = found is None and (wide or b"\0" not in head)
    if not fine:
        raise FileRefused(
            f"{target.name!r} is named as {_FORMAT_NAME[kind]} but holds {found or 'other bytes'}. "
            "Give it the suffix of what it is, or save it anew."
        )
    if kind == "parquet" and tail != _MAGIC["parquet"]:
        raise FileRefused(
            f"{target.name!r} is cut off: its end is missing. Ask the sender for it again."
        )
    if kind in {"geopackage", "shapefile"} and _GDAL_PATH_MARKS & set(str(target)):
        raise FileRefused(
            f"{target.name!r} has one of ! ; ? in its name or folder, by which its driver could "
            "open another file. Rename it."
        )


def _recognise(head: bytes) -> str | None:
    """Say what the first bytes are, or None for plain text and what is not known."""
    # First what several kinds of file begin with.
    for magic, said in _OTHER_MAGIC.items():
        if head.startswith(magic):
            return said
    for kind, magic in _MAGIC.items():
        if head.startswith(magic):
            return _FORMAT_NAME[kind] if kind != "geopackage" else "an SQLite database"
    return _MARKUP.get(_text_start(head))


def _text_start(head: bytes) -> bytes:
    """Give the first byte that is neither a byte order mark nor white space."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
