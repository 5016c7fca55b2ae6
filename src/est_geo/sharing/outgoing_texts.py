"""Every text in a file that is about to be written, whatever kind of file it is.

The bytes themselves are read back, so it makes no difference which part of the library, or whose
template, put the text there.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import struct
import zlib
from contextlib import closing
from html.parser import HTMLParser
from pathlib import PurePath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


# Attributes of a page that hold text for people; others hold names, numbers and addresses of ours.
_READ_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title", "value"}
_PNG = b"\x89PNG\r\n\x1a\n"
_SAYS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
_AROUND = 12  # bytes of a part besides its data: size, kind, checksum

# A string of JSON with its quotes. In JSON they stand nowhere else, so none is missed.
_find_strings = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"').findall
# A frame as our own pages have it: only such attributes, each within double quotes.
_match_frame = re.compile(r'<iframe((?:\s+[a-z]+="[^"<>]*")+)\s*>').match
_find_attributes = re.compile(r'\s([a-z]+)="([^"]*)"').findall
_ESCAPED = {"&#34;": '"', "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}
_has_other_escape = re.compile(f"&(?!{'|'.join(name[1:] for name in _ESCAPED)})").search


def texts_in(name: str, content: bytes) -> dict[str, str]:
    """Give every text in a file once.

    Parameters
    ----------
    name : str
        Its name; the suffix tells how to read it.
    content : bytes
        What will be written.

    Returns
    -------
    dict of str
        Each text, and where in the file it stands first: cells of tables, strings of JSON (keys
        too), what a page shows or keeps for its script, and what a picture says about itself.

    Raises
    ------
    InputError
        If the suffix is of a kind that cannot be read back: such files are not written.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise InputError(
            f"`path` ends in {suffix!r}: a file of that kind cannot be searched for personal data, "
            f"so it is not written. Name one that ends in {', '.join(sorted(_READERS))}."
        )
    return _READERS[suffix](content)


def _csv(content: bytes) -> dict[str, str]:
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    found: dict[str, str] = {}
    for number, row in enumerate(reader, start=1):
        _add(found, row, where=f"row {number}")
    return found


def _add(found: dict[str, str], texts: Iterable[str], *, where: str) -> None:
    """Add the texts that have not been seen."""
    for text in texts:
        if text not in found:
            found[text] = where


def _json(content: bytes) -> dict[str, str]:
    return dict.fromkeys(_json_texts(content.decode("utf-8-sig")), "the data")


def _json_texts(data: str) -> list[str]:
    """List the strings of JSON, each once.

    They are found in the text itself: to walk through what it holds takes many times longer, and
    where a key stands twice only the second is there.
    """
    json.loads(data)  # raises if it is something else, where strings may look otherwise
    strings = dict.fromkeys(_find_strings(data))
    return [json.loads(string) if "\\" in string else string[1:-1] for string in strings]


def _workbook(content: bytes) -> dict[str, str]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = dict.fromkeys(workbook.sheet_names, "the name of a sheet")
    for sheet in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for number, row in enumerate(rows, start=1):
            texts = [value for value in row if isinstance(value, str)]
            _add(found, texts, where=f"sheet {sheet!r}, row {number}")
    return found


def _database(content: bytes) -> dict[str, str]:
    """Read the layers of a GeoPackage, which is an SQLite database."""
    found: dict[str, str] = {}
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        layers = [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
        for layer in layers:
            quoted = '"' + layer.replace('"', '""') + '"'
            # The name is quoted as SQLite has it, and comes from a file that we made.
            every = database.execute(f"PRAGMA table_info({quoted})").fetchall()
            # SQLite keeps a text in any column but says so only of some: ask for the text, once.
            for _, column, *_rest in every:
                _add(found, [layer, column], where=f"the names in layer {layer!r}")
                name = '"' + column.replace('"', '""') + '"'
                texts = database.execute(
                    f"SELECT min(rowid), {name} FROM {quoted} "  # noqa: S608
                    f"WHERE typeof({name}) = 'text' GROUP BY {name}"
                )
                for number, text in texts:
                    _add(found, [text], where=f"layer {layer!r}, row {number}")
    return found


def _page(content: bytes) -> dict[str, str]:
    return _page_texts(content.decode("utf-8"))


def _page_texts(page: str) -> dict[str, str]:
    reader = _PageReader()
    reader.feed(page)
    reader.close()
    return reader.found


class _PageReader(HTMLParser):
    """Collects what a page shows, what it keeps as data, and the pages inside it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._inside: list[str] = []
        self._is_data = False
        self._data: list[str] = []

    def parse_starttag(self, i: int) -> int:
        """Read a start tag; one that holds a page of megabytes without a call for each quote."""
        frame = _match_frame(self.rawdata, i)
        if frame is None:
            return super().parse_starttag(i)
        given = [(name, _unescaped(value)) for name, value in _find_attributes(frame[1])]
        self.handle_starttag("iframe", given)
        return frame.end()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = [(name, value or "") for name, value in attrs]
        if tag in {"script", "style"}:
            self._inside.append(tag)
            self._is_data = tag == "script" and "json" in dict(given).get("type", "")
        for name, value in given:
            if name == "srcdoc":
                for text, where in _page_texts(value).items():
                    self.found.setdefault(text, f"a page inside, {where}")
            elif name in _READ_ATTRIBUTES and tag != "meta":
                self.found.setdefault(value, f"an attribute {name!r}")
            elif name == "href" and value.startswith(("mailto:", "tel:")):
                self.found.setdefault(value, "a link")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in {"script", "style"}:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
            if self._is_data:
                _add(self.found, _json_texts("".join(self._data)), where="its data")
                self._data, self._is_data = [], False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self._data.append(data)
        elif not self._inside and data.strip():
            line, _ = self.getpos()
            self.found.setdefault(data, f"line {line}")


def _unescaped(text: str) -> str:
    """Give what `html.unescape` gives, a text of many quotes sooner."""
    if _has_other_escape(text):
        return html.unescape(text)
    for name, sign in _ESCAPED.items():  # & last, or what follows it would be taken for a name
        text = text.replace(name, sign)
    return text


def _plain(content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), start=1):
        _add(found, [line], where=f"line {number}")
    return found


def _picture(content: bytes) -> dict[str, str]:
    """Read what a PNG says about itself; what is drawn in it is no text any more."""
    if not content.startswith(_PNG):
        raise InputError("`content` is no PNG, as its name says, so it cannot be searched.")
    found: dict[str, str] = {}
    place = len(_PNG)
    while place < len(content):
        (size,) = struct.unpack_from(">I", content, place)
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        if kind in _SAYS:
            _add(found, _png_texts(kind, data), where=f"what the picture says ({kind.decode()})")
        place += _AROUND + size
    return found


def _png_texts(kind: bytes, data: bytes) -> list[str]:
    """List the texts of one part of a PNG: its name, and what stands under it."""
    if kind == b"eXIf":  # numbers of a camera, with texts between zeros
        return [part.decode("latin-1") for part in data.split(b"\0") if part]
    name, _, rest = data.partition(b"\0")
    parts = [name]
    packed = kind == b"zTXt"
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        language, _, rest = rest.partition(b"\0")
        translated, _, rest = rest.partition(b"\0")
        parts += [language, translated]
    elif packed:
        rest = rest[1:]
    parts.append(zlib.decompress(rest) if packed else rest)
    coding = "utf-8" if kind == b"iTXt" else "latin-1"
    return [part.decode(coding, errors="replace") for part in parts if part]


def _parquet(content: bytes) -> dict[str, str]:
    table = pq.read_table(pa.BufferReader(content))
    found = dict.fromkeys(table.column_names, "the names of columns")
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            for number, text in enumerate(column.to_pylist(), start=1):
                if text is not None:
                    _add(found, [text], where=f"column {name!r}, row {number}")
    return found


_READERS: dict[str, Callable[[bytes], dict[str, str]]] = {
    ".csv": _csv,
    ".geojson": _json,
    ".gpkg": _database,
    ".html": _page,
    ".json": _json,
    ".parquet": _parquet,
    ".png": _picture,
    ".txt": _plain,
    ".xlsx": _workbook,
}
