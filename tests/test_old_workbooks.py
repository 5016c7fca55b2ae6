"""The records of old workbooks (.xls): what goes on to their reader, and what is refused."""

from __future__ import annotations

import struct

import pytest

from est_geo.errors import FileRefused
from est_geo.files import extent, open_table, workbook
from est_geo.files.compound import rebuild_xls
from workbooks import record, write_xls

EOF = record(0x0A)
EXCEL_5, EXCEL_97 = 0x500, 0x600


def begin(what, version=EXCEL_97):
    return record(0x809, struct.pack("<HHHHII", version, what, 0, 0, 0, 0))


def at(row, column, style=0):
    return struct.pack("<HHH", row, column, style)


def number(row, column, value, style=0):
    return record(0x203, at(row, column, style) + struct.pack("<d", value))


def label(row, column, text, *, said=None, kind=0x204, old=False):
    letters = text.encode("cp1252") if old else b"\1" + text.encode("utf-16-le")
    said = len(text) if said is None else said
    return record(kind, at(row, column) + struct.pack("<H", said) + letters)


def shared(row, column, index):
    return record(0xFD, at(row, column) + struct.pack("<I", index))


def formula(row, column, value, style=0):
    return record(6, at(row, column, style) + value.ljust(8, b"\xff") + bytes(6) + b"\x05\0" * 3)


def text_of_formula(text):
    return record(0x207, struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))


def texts(*parts, count):
    first, *others = parts
    begun = record(0xFC, struct.pack("<II", count, count) + first)
    return begun + b"".join(record(0x3C, other) for other in others)


def plain(text):
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


HEADER = label(0, 0, "Adress") + label(0, 1, "N")


def book(*sheets, before=b"", version=EXCEL_97, kinds=None, starts=None):
    """Make a stream of sheets from their cells; `starts` are where they are said to begin."""
    first = begin(5, version) + before
    place = len(first) + len(sheets) * (13 + (version == EXCEL_97)) + len(EOF)
    entries, parts = b"", b""
    for index, cells in enumerate(sheets):
        start = place + len(parts) if starts is None else starts[index]
        kind = kinds[index] if kinds else 0
        name = b"\2" + b"\0" * (version == EXCEL_97) + b"S%d" % index
        entries += record(0x85, struct.pack("<IBB", start, 0, kind) + name)
        parts += begin(0x10, version) + cells + EOF
    return first + entries + EOF + parts


def read(path, stream, **options):
    return open_table(write_xls(path / "a.xls", stream), **options).to_numpy().tolist()


def rewritten(stream):
    """Give the records that go on."""
    made = workbook.rewrite_workbook(stream, name="a.xls")
    place, found = 0, []
    while place < len(made):
        kind, length = struct.unpack_from("<HH", made, place)
        found.append((kind, made[place + 4 : place + 4 + length]))
        place += 4 + length
    return found


def test_only_records_that_are_needed_go_on():
    unneeded = (0x200, 0x18, 0x17, 0xEB, 0x13D, 0xE5, 0x3C, 0x208, 0x4BC, 0x42, 0x1234, 0x02)
    noise = b"".join(record(kind, b"\xff" * 14) for kind in unneeded)
    before = noise + record(0x22, b"\0\0") + record(0x41E, bytes(5)) + record(0xE0, bytes(20))
    kinds = [
        kind for kind, _ in rewritten(book(noise + HEADER + formula(1, 0, b"\0"), before=before))
    ]
    # The last part is what sheets that have no cells point to.
    sheet = [0x809, 0x204, 0x204, 0x0A, 0x809, 0x0A]
    assert kinds == [0x809, 0x22, 0x41E, 0xE0, 0x85, 0x0A, *sheet]


def test_the_size_that_a_sheet_says_it_has_is_not_believed(tmp_path):
    sizes = struct.pack("<IIHHH", 0, 2**32 - 1, 0, 0xFFFF, 0), bytes.fromhex("0300010012000ace0200")
    cells = HEADER + label(1, 0, "Malmvägen 1") + number(1, 1, 1.0)
    stream = book(cells + b"".join(record(0x200, size) for size in sizes))
    assert read(tmp_path, stream) == [["Malmvägen 1", "1"]]


def test_formulas_are_read_as_what_they_came_to(tmp_path):
    formats = record(0xE0, bytes(20)) + record(0xE0, b"\0\0\x16\0" + bytes(16))  # 22: date, time
    cells = b"".join(
        (
            *(label(0, column, f"k{column}") for column in range(6)),
            formula(1, 0, struct.pack("<d", 2.5)),
            formula(1, 1, struct.pack("<d", 46082.9375), style=1),
            formula(1, 2, b"\0") + record(0x4BC, bytes(20)) + text_of_formula("Malmvägen"),
            formula(1, 3, b"\1\0\1\0\0\0"),
            formula(1, 4, b"\3"),
            formula(1, 5, b"\2\0\x07\0\0\0"),
        )
    )
    ((*values, error),) = read(tmp_path, book(cells, before=formats))
    assert values == ["2.5", "2026-03-01 22:30", "Malmvägen", "TRUE", ""]
    assert "1" not in error  # whatever the reader makes of an error, it is none of the values


def test_nothing_of_a_formula_goes_on_but_its_value():
    value = struct.pack("<d", 2.5)
    assert (0x203, at(1, 0) + value) in rewritten(book(HEADER + formula(1, 0, value)))


def test_the_records_of_a_chart_within_a_sheet_are_not_its_cells(tmp_path):
    chart = begin(0x20) + number(1, 0, 99.0) + number(7, 7, 99.0) + EOF
    cells = HEADER + label(1, 0, "Malmvägen 1") + chart + number(1, 1, 1.0)
    assert read(tmp_path, book(cells)) == [["Malmvägen 1", "1"]]


def test_shared_texts_are_read_however_they_are_parted(tmp_path):
    long = "å" * 32_767
    formatted = struct.pack("<HBHI", 4, 1 | 4 | 8, 2, 5) + "Gård".encode("utf-16-le") + bytes(13)
    parts = (
        plain("Adress") + plain("N") + formatted + struct.pack("<HB", 9, 0) + b"Malm",
        b"",
        b"\1" + "vä".encode("utf-16-le"),
        b"\0gen" + plain(long)[:1003],
        b"\1" + plain(long)[1003:40_003],
        b"\1" + plain(long)[40_003:],
        plain("sist"),
    )
    order = [(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 3), (2, 0, 4), (2, 1, 5)]
    stream = book(b"".join(shared(*one) for one in order), before=texts(*parts, count=6))
    assert read(tmp_path, stream) == [["Gård", "Malmvägen"], [long, "sist"]]
    blocks = [content for kind, content in rewritten(stream) if kind in {0xFC, 0x3C}]
    assert len(blocks) == 3  # few and full, whatever the file had


def test_many_shared_texts_fill_more_than_one_record(tmp_path):
    count = 9_000
    parts = [plain(f"Malmvägen {index}") for index in range(count)]
    before = texts(*(b"".join(parts[at : at + 50]) for at in range(0, count, 50)), count=count)
    cells = HEADER + b"".join(shared(index + 1, 0, index) for index in range(count))
    cells += b"".join(number(index + 1, 1, 1.0) for index in range(count))
    found = read(tmp_path, book(cells, before=before))
    assert [row[0] for row in found] == [f"Malmvägen {index}" for index in range(count)]


def test_a_text_has_the_length_that_it_has():
    stream = book(label(0, 0, "Adress", said=0xFFFF) + text_of_formula("ingen"))
    assert [content for kind, content in rewritten(stream) if kind == 0x204] == [
        at(0, 0) + struct.pack("<HB", 6, 1) + "Adress".encode("utf-16-le")
    ]


def test_a_workbook_of_excel_5_is_read_by_its_code_page(tmp_path):
    cells = (
        label(0, 0, "Adress", old=True)
        + label(0, 1, "N", old=True)
        + label(1, 0, "Malmvägen 1", old=True, kind=0xD6)
        + label(1, 1, "å", old=True)
    )
    page = record(0x42, struct.pack("<H", 1252))
    stream = book(cells, before=page, version=EXCEL_5)
    # A reader may take the text of one letter for a cut one, if no more than that is there.
    assert min(len(content) for kind, content in rewritten(stream) if kind == 0x204) == 10
    assert read(tmp_path, stream) == [["Malmvägen 1", "å"]]
    # Later ones have letters of two bytes, whatever page they name.
    cells = HEADER + label(1, 0, "Malmvägen 1") + label(1, 1, "å")
    assert read(tmp_path, book(cells, before=page)) == [["Malmvägen 1", "å"]]


def test_what_is_no_sheet_of_cells_is_not_looked_into(tmp_path):
    cells = HEADER + label(1, 0, "Malmvägen 1") + number(1, 1, 1.0)
    chart = number(65_535, 65_535, 1.0)
    assert read(tmp_path, book(chart, cells, kinds=[2, 0])) == [["Malmvägen 1", "1"]]
    start = book(b"", cells).rindex(begin(0x10))
    elsewhere = book(b"", cells, kinds=[2, 0], starts=[0x7FFFFFFF, start])
    assert read(tmp_path, elsewhere) == [["Malmvägen 1", "1"]]


def test_sheets_are_read_where_they_begin(tmp_path):
    sheets = [HEADER + label(1, 0, f"Malmvägen {n}") + number(1, 1, 1.0) for n in range(3)]
    for index in range(3):
        found = read(tmp_path, book(*sheets), layer=f"S{index}")
        assert found == [[f"Malmvägen {index}", "1"]]


WHOLE = HEADER + label(1, 0, "Malmvägen 1") + number(1, 1, 1.0)
START = book(WHOLE).rindex(begin(0x10))
DAMAGED = {
    "a sheet that begins within a record": book(WHOLE, starts=[START + 4]),
    "a sheet without an end": book(WHOLE)[:-4],
    "a record that is cut": book(WHOLE)[:-6],
    "globals without an end": begin(5) + record(0x22, b"\0\0"),
    "no beginning": book(WHOLE)[20:],
    "two sheets in one place": book(WHOLE, WHOLE, starts=[START + 14, START + 14]),
    "a sheet that runs into the next": book(WHOLE + begin(0x20), WHOLE),
    "an entry of a sheet that is cut": book(WHOLE, before=record(0x85, bytes(6))),
    "a format that is cut": book(WHOLE, before=record(0xE0, b"\0")),
    "fewer texts than said": book(WHOLE, before=texts(plain("a"), count=2)),
    "texts said to be without number": book(WHOLE, before=texts(plain("a"), count=2**32 - 1)),
    "a text longer than any": book(WHOLE, before=texts(b"\0\x80\0" + b"a" * 32_768, count=1)),
    "a text that is cut": book(WHOLE, before=texts(plain("Malmvägen")[:9], b"", b"", count=1)),
    "texts twice": book(WHOLE, before=texts(plain("a"), count=1) * 2),
    "a text that is not there": book(WHOLE + shared(2, 0, 1), before=texts(plain("a"), count=1)),
    "a number that is cut": book(WHOLE + record(0x203, at(2, 0) + bytes(4))),
    "a formula that is cut": book(WHOLE + record(6, at(2, 0) + bytes(4))),
    "a row of numbers of no whole number": book(WHOLE + record(0xBD, at(2, 0) + bytes(8))),
    "a row of no numbers": book(WHOLE + record(0xBD, at(2, 0))),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_workbook_is_refused_before_it_is_opened(tmp_path, what):
    path = tmp_path / "a.xls"
    # Whole sectors, since zeros after the last record would hide that it is cut.
    data = write_xls(path, DAMAGED[what]).read_bytes()
    if what.endswith(("without an end", "that is cut")):
        with pytest.raises((ValueError, IndexError, struct.error)):
            workbook.rewrite_workbook(DAMAGED[what], name="a.xls")
    with pytest.raises(FileRefused, match="no whole workbook"):
        rebuild_xls(data, name="a.xls")


def test_one_text_in_very_many_cells_is_refused(tmp_path, monkeypatch):
    text = "Malmvägen" * 100
    cells = b"".join(shared(row, 0, 0) for row in range(100)) + label(100, 0, text)
    stream = book(cells, before=texts(plain(text), count=1))
    monkeypatch.setattr(extent, "MAX_TEXT", 90_900 + 32 * 101)
    workbook.rewrite_workbook(stream, name="a.xls")
    monkeypatch.setattr(extent, "MAX_TEXT", 90_899 + 32 * 101)
    with pytest.raises(FileRefused, match="90900 letters in its cells, in 101 texts;"):
        read(tmp_path, stream)


def test_too_many_sheets_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MAX_SHEETS", 2)
    workbook.rewrite_workbook(book(WHOLE, WHOLE), name="a.xls")
    with pytest.raises(FileRefused, match="has 3 sheets; at most 2"):
        read(tmp_path, book(WHOLE, WHOLE, WHOLE))


def test_cells_count_by_the_corners_that_they_span(monkeypatch):
    numbers = record(0xBD, struct.pack("<HH", 4, 1) + bytes(6 * 3) + struct.pack("<H", 3))
    stream = book(WHOLE + numbers)
    monkeypatch.setattr(extent, "MAX_CELLS", 20)
    workbook.rewrite_workbook(stream, name="a.xls")
    monkeypatch.setattr(extent, "MAX_CELLS", 19)
    with pytest.raises(FileRefused, match="spans 20 cells"):
        workbook.rewrite_workbook(stream, name="a.xls")
