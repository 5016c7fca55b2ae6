"""The XML of a zipped workbook, read to the letter.

Its reader is lenient, and takes for XML what is none. What nobody can read but one way must be
refused, or the reader might find other cells in it than were measured.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    # Unpacks a part anew, cut before tags, if possible before such as begin so; and says of each
    # piece whether that succeeded.
    Pieces = Callable[[bytes], Iterator[tuple[bytes, bool]]]

_MAX_DIGITS: Final = 15


def parse_xml(
    pieces: Iterable[tuple[bytes, bool]],
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None,
    take: Callable[[str], Any],
) -> None:
    """Read XML to the letter, without a document type, and in the one encoding of the reader.

    Parameters
    ----------
    pieces : iterable of (bytes, bool)
        Cut before tags, and whether that succeeded.
    start : callable
        Takes the name and attributes of each tag.
    end : callable or None
        Takes the name of each that ends.
    take : callable
        Takes text, as it is found: in several parts where letters are written by their numbers.

    Raises
    ------
    zipfile.BadZipFile
        If it is no XML, has a document type, or has a tag too long to look into.
    """
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = take
    parser.StartDoctypeDeclHandler = refuse
    try:
        for piece, whole in pieces:
            # Bytes with zeros may be XML in UTF-16, and other XML for a reader that knows none.
            if not whole or b"\0" in piece:
                refuse()
            parser.Parse(piece, False)  # noqa: FBT003 - takes no keywords
        parser.Parse(b"", True)  # noqa: FBT003 - takes no keywords
    except expat.ExpatError as error:
        raise zipfile.BadZipFile from error


def refuse(*_: object) -> None:
    """Stop at what no spreadsheet program writes."""
    raise zipfile.BadZipFile


def read_number(digits: str) -> int:
    """Read a number that may be written with any number of digits."""
    return int(digits.lstrip("0")[:_MAX_DIGITS] or "0")
