"""Every text in a file that is about to be written, whatever kind of file it is.

The bytes themselves are read back, so it makes no difference which part of the library, or whose
template, put the text there.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class Text(NamedTuple):
    """A text, and where in the file it stands."""

    where: str
    text: str


# Attributes of a page that hold text for people; others hold names, numbers and addresses of ours.
_READ_ATTRIBUTES = {"alt", "aria-label", "content", "placeholder", "title", "value"}


def texts_in(name: str, content: bytes) -> Iterator[Text]:
    """Give every text in a file.

    Parameters
    ----------
    name : str
        Its name; the suffix tells how to read it.
    content : bytes
        What will be written.

    Yields
    ------
    Text
        Cells of tables, strings of JSON (keys too), and what a page shows or keeps for its script.
        Pictures have none.

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
    yield from _READERS[suffix](content)


def _csv(content: bytes) -> Iterator[Text]:
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    for number, row in enumerate(reader, start=1):
        for text in row:
            yield Text(f"row {number}", text)


def _json(content: bytes) -> Iterator[Text]:
    yield from _json_texts(json.loads(content), where="the data")


def _json_texts(value: Any, *, where: str) -> Iterator[Text]:  # noqa: ANN401 - any JSON
    """Walk JSON without recursion: what nests deeply must not stop the search."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield Text(where, part)
        elif isinstance(part, dict):
            left.extend(part.values())
            left.extend(part)
        elif isinstance(part, list):
            left.extend(item for item in part if isinstance(item, str | dict | list))


def _workbook(content: bytes) -> Iterator[Text]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in workbook.sheet_names:
        yield Text("the name of a sheet", sheet)
        for number, row in enumerate(
            workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False), start=1
        ):
            for value in row:
                if isinstance(value, str):
                    yield Text(f"sheet {sheet!r}, row {number}", value)


def _database(content: bytes) -> Iterator[Text]:
    """Read the layers of a GeoPackage, which is an SQLite database."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(content)
        layers = [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
        for layer in layers:
            quoted = '"' + layer.replace('"', '""') + '"'
            # The name is quoted as SQLite has it, and comes from a file that we made.
            every = database.execute(f"PRAGMA table_info({quoted})").fetchall()
            # SQLite keeps a text in any column but says so only of some: ask for the text, once.
            for _, column, *_rest in every:
                name = '"' + column.replace('"', '""') + '"'
                texts = database.execute(
                    f"SELECT min(rowid), {name} FROM {quoted} "  # noqa: S608
                    f"WHERE typeof({name}) = 'text' GROUP BY {name}"
                )
                for number, value in texts:
                    yield Text(f"layer {layer!r}, row {number}", value)


def _page(content: bytes) -> Iterator[Text]:
    reader = _PageReader()
    reader.feed(content.decode("utf-8"))
    reader.close()
    yield from reader.found


class _PageReader(HTMLParser):
    """Collects what a page shows, what it keeps as data, and the pages inside it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Text] = []
        self._inside: list[str] = []
        self._is_data = False
        self._data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._inside.append(tag)
            self._is_data = tag == "script" and "json" in given.get("type", "")
        for name, value in given.items():
            if name == "srcdoc":
                self.found += [
                    Text(f"a page inside, {where}", text) for where, text in _page(value.encode())
                ]
            elif name in _READ_ATTRIBUTES and tag != "meta":
                self.found.append(Text(f"an attribute {name!r}", value))
            elif name == "href" and value.startswith(("mailto:", "tel:")):
                self.found.append(Text("a link", value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in {"script", "style"}:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
            if self._is_data:
                self.found += _json_texts(json.loads("".join(self._data)), where="its data")
                self._data, self._is_data = [], False

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self._data.append(data)
        elif not self._inside and data.strip():
            line, _ = self.getpos()
            self.found.append(Text(f"line {line}", data))


def _plain(content: bytes) -> Iterator[Text]:
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), start=1):
        yield Text(f"line {number}", line)


def _picture(_content: bytes) -> Iterator[Text]:
    return iter(())


def _parquet(content: bytes) -> Iterator[Text]:
    table = pq.read_table(pa.BufferReader(content))
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            for number, text in enumerate(column.to_pylist(), start=1):
                if text is not None:
                    yield Text(f"column {name!r}, row {number}", text)


_READERS: dict[str, Callable[[bytes], Iterator[Text]]] = {
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
