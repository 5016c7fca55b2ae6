"""Which encoding a text is in, by rule, and its bytes as UTF-8.

A byte order mark settles it. Without one it is UTF-8 if it can be, or UTF-16 if every other byte is
zero. Else it is one of three code pages that Swedish systems have used, and each byte outside ASCII
is read in all three: the page wins under which these bytes make letters of Swedish words, and signs
where signs stand. A file of names with one å in it is enough; what cannot be told are single signs
that make sense both ways, and then Windows' page is taken.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE_PAGES: Final = ("cp1252", "cp850", "mac_roman")

_BLOCK = 1 << 22
_HEAD = 4096
_OUTSIDE_ASCII = 0x80
# So many places are weighed from the start, and so many more of each byte wherever it stands.
_WEIGHED = 20_000
_WEIGHED_PER_BYTE = 50
_UTF8_PAIR = re.compile(rb"\xc3[\x80-\xbf]")

# What stands beside a character.
_NOTHING, _LOWER, _UPPER, _DIGIT = range(4)
# What a character is.
_SWEDISH, _SWEDISH_CAPITAL, _ACCENTED, _ACCENTED_CAPITAL, _OTHER, _OTHER_CAPITAL = range(6)
_DASH, _QUOTE, _ELLIPSIS, _SIGN, _BAD, _NO_CHARACTER = range(6, 12)
_KINDS = {
    _SWEDISH: "åäö",
    _SWEDISH_CAPITAL: "ÅÄÖ",
    _ACCENTED: "éü",
    _ACCENTED_CAPITAL: "ÉÜ",
    _DASH: "–—",
    _QUOTE: "\u2019\u2018”“»«",
    _ELLIPSIS: "…",
    _SIGN: "\xa0\xad°²³§½¼¾€£±×·•\xb4µ",
}


def to_utf8(data: bytearray, *, name: str) -> tuple[bytearray, str]:
    """Turn the bytes of a text into UTF-8 without a byte order mark.

    Parameters
    ----------
    data : bytearray
        The file's content. It is given away: emptied or changed on the way, to spare memory.
    name : str
        What messages call the file.

    Returns
    -------
    bytearray
        The text in UTF-8.
    str
        The encoding it was in, by Python's name.

    Raises
    ------
    FileRefused
        If the bytes are not text in any encoding known here, or in two of them by turns.
    """
    encoding = find_encoding(data, name=name)
    if encoding == "utf-8-sig":
        del data[:3]
    if encoding in {"utf-8", "utf-8-sig"}:
        if not _is_utf8(data):
            raise _not_text(name, encoding)
        text = data
    else:
        text = _transcode(data, encoding, name=name)
    if b"\0" in text:
        raise _not_text(name, encoding)
    return text, encoding


def find_encoding(data: bytes | bytearray, *, name: str) -> str:
    """Find the encoding of a text.

    Parameters
    ----------
    data : bytes or bytearray
        The file's content.
    name : str
        What messages call the file.

    Returns
    -------
    str
        "utf-8", "utf-8-sig", "utf-16" (with a byte order mark), "utf-16-le", "utf-16-be",
        "cp1252", "cp850" or "mac_roman".

    Raises
    ------
    FileRefused
        If the bytes are UTF-8 in some places and another encoding in others.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    wide = looks_wide(bytes(data[:_HEAD]))
    if wide:
        return wide
    if _is_utf8(data):
        return "utf-8"
    bytes_read = np.frombuffer(data, dtype=np.uint8)
    _check_not_mixed(data, bytes_read, name=name)
    places = _places_to_weigh(bytes_read)
    scores = {page: _score(bytes_read, places, page) for page in CODE_PAGES}
    return max(scores, key=lambda page: scores[page])


def looks_wide(head: bytes) -> str | None:
    """Say whether a text without a byte order mark is UTF-16: one of each two bytes is zero.

    Parameters
    ----------
    head : bytes
        How the file begins, from its first byte on.

    Returns
    -------
    str or None
        "utf-16-le", "utf-16-be", or None.
    """
    even, odd = head[0::2], head[1::2]
    for encoding, letters, zeros in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if zeros.count(0) * 2 > len(zeros) and letters.count(0) == 0:
            return encoding
    return None


def _is_utf8(data: bytes | bytearray) -> bool:
    """Say whether bytes are UTF-8, without making a text of them."""
    ends = np.array([0, len(data)], dtype=np.int64)
    try:
        pa.LargeStringArray.from_buffers(1, pa.py_buffer(ends), pa.py_buffer(data)).validate(
            full=True
        )
    except pa.ArrowInvalid:
        return False
    return True


def _transcode(data: bytearray, encoding: str, *, name: str) -> bytearray:
    """Turn bytes into UTF-8 block by block, so that the whole text never exists in between."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text = bytearray()
    try:
        for start in range(0, len(data), _BLOCK):
            block = decoder.decode(data[start : start + _BLOCK])
            text += block.encode()
        text += decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise _not_text(name, encoding) from error
    return text


def _not_text(name: str, encoding: str) -> FileRefused:
    """Say that the bytes are no text."""
    tried = "utf-8 or a code page" if encoding in CODE_PAGES else encoding
    return FileRefused(f"{name!r} is not text in {tried}. Save it anew as CSV in UTF-8.")


def _check_not_mixed(data: bytes | bytearray, bytes_read: NDArray[np.uint8], *, name: str) -> None:
    """Refuse what is UTF-8 but for some bytes: in any one encoding, part of it is garbled."""
    pairs = sum(1 for _ in _UTF8_PAIR.finditer(data))
    # A page's own text has such a pair (Ã and a sign, or lines of a frame) only by a freak.
    if pairs and pairs * 4 > np.count_nonzero(bytes_read >= _OUTSIDE_ASCII):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise FileRefused(
                f"{name!r} is UTF-8 in most places but not in line {line}. Two files may have been "
                "joined, or the end is cut off: save it anew as CSV in UTF-8."
            ) from error


def _places_to_weigh(bytes_read: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Choose bytes outside ASCII to weigh: the first, and some of each wherever they stand."""
    chosen: list[NDArray[np.intp]] = []
    enough, seen = 0, np.zeros(256, dtype=np.int64)
    for start in range(0, len(bytes_read), _BLOCK):
        block = bytes_read[start : start + _BLOCK]
        places = np.flatnonzero(block >= _OUTSIDE_ASCII)
        if enough > _WEIGHED:
            # Only bytes that are still rare: a letter of names may come late.
            places = places[seen[block[places]] < _WEIGHED_PER_BYTE]
        places = places[:_WEIGHED]
        enough += len(places)
        seen += np.bincount(block[places], minlength=256)
        chosen.append(places + start)
    return np.concatenate(chosen)


def _score(bytes_read: NDArray[np.uint8], places: NDArray[np.intp], page: str) -> float:
    """Weigh how well bytes outside ASCII read under a code page, by what stands beside them."""
    kinds, beside = _PAGES[page]
    last = len(bytes_read) - 1
    before = np.where(places > 0, bytes_read[np.maximum(places - 1, 0)], ord(" "))
    after = np.where(places < last, bytes_read[np.minimum(places + 1, last)], ord(" "))
    weights = _WEIGHTS[kinds[bytes_read[places]], beside[before], beside[after]]
    return float(weights.sum())


def _read_page(page: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Say for each byte what it is under a code page: by itself, and to its neighbours."""
    kinds, beside = np.full(256, _OTHER), np.full(256, _NOTHING)
    for byte in range(256):
        letter = bytes([byte]).decode(page, errors="ignore")
        kinds[byte] = _kind(letter)
        if letter.isdigit():
            beside[byte] = _DIGIT
        elif letter.isalpha():
            beside[byte] = _UPPER if letter.isupper() else _LOWER
    return kinds, beside


def _kind(letter: str) -> int:
    """Say what a character is in a Swedish text."""
    if not letter:
        return _NO_CHARACTER
    for kind, members in _KINDS.items():
        if letter in members:
            return kind
    name = unicodedata.name(letter, "")
    if name.startswith("LATIN SMALL"):
        return _OTHER
    return _OTHER_CAPITAL if name.startswith("LATIN CAPITAL") else _BAD


def _weigh() -> NDArray[np.float64]:
    """Make the table of weights: kind × what stands before × what stands after."""
    weights = np.zeros((12, 4, 4))
    weights[_BAD], weights[_NO_CHARACTER] = -3, -np.inf
    for kind, worth in ((_SWEDISH, 3.0), (_ACCENTED, 2.0), (_OTHER, -0.5)):
        weights[kind] = worth
        weights[kind, :, _UPPER] = worth - 4  # öK
        weights[kind, _UPPER, _UPPER] = worth - 5  # SKöL
        weights[kind, _UPPER, _NOTHING] = worth - 1  # Tö
        weights[kind, _DIGIT, :] = weights[kind, :, _DIGIT] = worth - 2.5
        weights[kind, _NOTHING, _NOTHING] = worth - 2  # a word of its own: å, ö
    for kind, worth in (
        (_SWEDISH_CAPITAL, 3.0),
        (_ACCENTED_CAPITAL, 1.5),
        (_OTHER_CAPITAL, -0.5),
    ):
        weights[kind] = worth
        weights[kind, _LOWER, :] = worth - 5  # kÖp
        weights[kind, _UPPER, _LOWER] = worth - 4  # MÅller
        weights[kind, _DIGIT, :] = worth - 2
        weights[kind, :, _DIGIT] = worth - 2.5
        weights[kind, _NOTHING, _NOTHING] = worth - 2
    weights[_DASH] = 1
    weights[_DASH, _NOTHING, _NOTHING] = weights[_DASH, _DIGIT, _DIGIT] = 2
    weights[_DASH, _LOWER : _UPPER + 1, _LOWER : _UPPER + 1] = 0.2
    weights[_QUOTE] = 0.5
    weights[_QUOTE, _NOTHING, 1:] = weights[_QUOTE, 1:, _NOTHING] = 1.5  # at the edge of a word
    weights[_QUOTE, 1:3, 1:3] = -1
    weights[_ELLIPSIS] = -1
    weights[_ELLIPSIS, 1:, _NOTHING] = 2
    weights[_ELLIPSIS, _UPPER, _NOTHING] = 1  # less than the É of LINNÉ
    weights[_SIGN] = 0.5
    weights[_SIGN, _NOTHING, :] = weights[_SIGN, _DIGIT, :] = 1
    weights[_SIGN, 1:3, 1:3] = -2
    return weights


_WEIGHTS: Final = _weigh()
_PAGES: Final = {page: _read_page(page) for page in CODE_PAGES}
