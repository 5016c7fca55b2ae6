"""Workbooks: which sheet, which row is the header, cells as text, and what is refused."""

from __future__ import annotations

import datetime as dt
import logging
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import FileRefused
from est_geo.files import compound, guards, open_file, open_table, zipped
from workbooks import record, rewrite, sheet_xml, write_ods, write_xls, write_xlsx, xls_stream

ROWS = [["Datum", "Adress", "N"], [dt.datetime(2026, 3, 1, 22, 30), "Malmvägen 1", 6591436.9]]  # noqa: DTZ001 - as in a sheet


def cells(opened):
    return opened.table.to_numpy().tolist()


# Cells


def test_a_sheet_is_read_as_text_with_the_rows_of_the_sheet(tmp_path):
    opened = open_file(write_xlsx(tmp_path / "a.xlsx", {"Blad1": ROWS}))
    assert opened.table.columns.tolist() == ["Datum", "Adress", "N"]
    assert opened.table.index.tolist() == [2]
    assert set(map(str, opened.table.dtypes)) == {"str"}
    assert cells(opened) == [["2026-03-01 22:30", "Malmvägen 1", "6591436.9"]]
    assert (opened.header_row, opened.blank_rows, opened.layer) == (1, 0, "Blad1")
    assert (opened.encoding, opened.delimiter, len(opened.set_aside)) == (None, None, 0)


def write_one_column(path, values, *, form=None, **options):
    import xlsxwriter

    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "värde")
        style = book.add_format({"num_format": form or "General"})
        for row, value in enumerate(values, 1):
            sheet.write(row, 0, value, style)
    return path


@pytest.mark.parametrize(
    ("values", "form", "texts"),
    [
        (
            [5, 5.5, -0.25, 147247.13, 1e15],
            None,
            ["5", "5.5", "-0.25", "147247.13", "1" + "0" * 15],
        ),
        ([True, False], None, ["TRUE", "FALSE"]),
        ([dt.date(2026, 3, 1), dt.date(2026, 3, 2)], "yyyy-mm-dd", ["2026-03-01", "2026-03-02"]),
        (
            [dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 2, 14, 30)],  # noqa: DTZ001 - as in a sheet
            "yyyy-mm-dd hh:mm",
            ["2026-03-01 00:00", "2026-03-02 14:30"],
        ),
        ([dt.datetime(2026, 3, 1, 22, 29, 59, 600000)], "yyyy-mm-dd hh:mm", ["2026-03-01 22:30"]),  # noqa: DTZ001 - the same
        ([dt.datetime(2026, 3, 1, 22, 29, 5)], "yyyy-mm-dd hh:mm:ss", ["2026-03-01 22:29:05"]),  # noqa: DTZ001 - the same
        ([dt.time(22, 30), dt.time(7, 5, 9)], "hh:mm", ["22:30", "07:05:09"]),
        ([1.5, 0.9375], "[h]:mm", ["36:00", "22:30"]),
        (["=NA()", "=1+1"], None, ["0", "0"]),
    ],
)
def test_cells_become_text(tmp_path, values, form, texts):
    path = write_one_column(tmp_path / "a.xlsx", values, form=form)
    assert open_table(path)["värde"].tolist() == texts


def test_an_error_in_a_cell_is_a_blank(tmp_path):
    rows = '<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>'
    rows += '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><v>2</v></c></row>'
    path = rewrite(write_xlsx(tmp_path / "a.xlsx", {"x": ROWS}), sheet=sheet_xml(rows))
    assert cells(open_file(path)) == [["", "2"]]


def test_dates_counted_from_1904_are_the_same_dates(tmp_path):
    path = write_one_column(
        tmp_path / "a.xlsx", [dt.date(2026, 3, 1)], form="yyyy-mm-dd", date_1904=True
    )
    assert open_table(path)["värde"].tolist() == ["2026-03-01"]


# Rows and sheets


def test_a_merged_title_and_empty_rows_stand_above_the_header(tmp_path):
    rows = [[], [None, None], [], [None, *ROWS[0]], [None, *ROWS[1]], [], [None, *ROWS[1]]]
    path = write_xlsx(tmp_path / "a.xlsx", {"x": rows}, merged=(1, 1, 1, 3, "Vecka 9, väktare"))
    opened = open_file(path)
    assert opened.header_row == 4
    assert opened.table.columns.tolist() == ["Datum", "Adress", "N"]
    assert opened.table.index.tolist() == [5, 7]
    assert opened.set_aside.to_dict("records") == [{"row": 2, "reason": "above the header"}]
    assert (opened.rows, opened.blank_rows) == (2, 3)


def test_hidden_rows_are_read(tmp_path):
    rows = [["a", "b"], ["1", "2"], ["3", "4"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"x": rows}, hidden_rows=(2,))
    assert cells(open_file(path)) == [["1", "2"], ["3", "4"]]


def test_a_merged_cell_has_its_text_in_the_first(tmp_path):
    rows = [["a", "b"], [None, "1"], [None, "2"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"x": rows}, merged=(1, 0, 2, 0, "Malmvägen 1"))
    assert cells(open_file(path)) == [["Malmvägen 1", "1"], ["", "2"]]


def test_several_sheets_with_content_are_listed_and_one_can_be_chosen(tmp_path):
    other = [["a"], ["1"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"Data": ROWS, "Tom": [[" "]], "Mer": other})
    with pytest.raises(
        FileRefused, match=r"has 2 sheets with content: 'Data', 'Mer'. Choose one with layer="
    ):
        open_file(path)
    assert open_file(path, layer="Mer").table["a"].tolist() == ["1"]
    with pytest.raises(FileRefused, match=r"no sheet 'mer'. It has: 'Data', 'Tom', 'Mer'"):
        open_file(path, layer="mer")


def test_empty_sheets_do_not_count(tmp_path):
    assert open_file(write_xlsx(tmp_path / "a.xlsx", {"Tom": [], "Data": ROWS})).layer == "Data"
    with pytest.raises(FileRefused, match="empty: it has 0 rows"):
        open_file(write_xlsx(tmp_path / "b.xlsx", {"Tom": []}))
    with pytest.raises(FileRefused, match="0 rows"):
        open_file(write_xlsx(tmp_path / "c.xlsx", {"Tom": []}), layer="Tom")


def test_a_hidden_sheet_is_read_only_when_named(tmp_path, caplog):
    sheets = {"Data": ROWS, "Dold": [["a"], ["1"]]}
    path = write_xlsx(tmp_path / "a.xlsx", sheets, hidden=("Dold",))
    with caplog.at_level(logging.INFO, logger="est_geo"):
        assert open_file(path).layer == "Data"
    assert "1 hidden sheet(s) with content not read" in caplog.text
    assert open_file(path, layer="Dold").table["a"].tolist() == ["1"]
    path = write_xlsx(tmp_path / "b.xlsx", {"Tom": [], **sheets}, hidden=("Data", "Dold"))
    with pytest.raises(FileRefused, match="0 sheets with content: none, and hidden 'Data', 'Dold'"):
        open_file(path)


def test_too_many_sheets_or_cells_in_all_are_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"a": ROWS, "b": ROWS})
    monkeypatch.setattr("est_geo.files.spreadsheet.MAX_CELLS", 11)
    with pytest.raises(FileRefused, match="2 sheets, which span 12 cells"):
        open_file(path)
    assert len(open_file(path, layer="b").table) == 1
    monkeypatch.undo()
    monkeypatch.setattr("est_geo.files.spreadsheet.MAX_SHEETS", 1)
    with pytest.raises(FileRefused, match="2 sheets, which span 6 cells"):
        open_file(path)


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "MAX_COLUMNS", 2)
    with pytest.raises(FileRefused, match="has 3 columns; at most 2"):
        open_file(write_xlsx(tmp_path / "a.xlsx", {"x": ROWS}))


def test_a_workbook_with_macros_is_read_as_one_without(tmp_path):
    assert len(open_file(write_xlsx(tmp_path / "a.XLSM", {"x": ROWS})).table) == 1


# The other two formats


def test_an_opendocument_sheet_reads_the_same(tmp_path):
    opened = open_file(write_ods(tmp_path / "a.ods", [["Vecka 9"], *ROWS]))
    assert (opened.header_row, opened.layer) == (2, "Blad1")
    assert cells(opened) == [["2026-03-01 22:30", "Malmvägen 1", "6591436.9"]]


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("entry", ["Workbook", "Book"])
def test_an_old_workbook_reads_the_same(tmp_path, small, entry):
    stream = xls_stream([["Vecka 9"], ["Adress", "N"], ["Malmvägen 1", 6591436.9]])
    opened = open_file(write_xls(tmp_path / "a.xls", stream, small=small, entry=entry))
    assert (opened.header_row, opened.layer) == (2, "Blad1")
    assert cells(opened) == [["Malmvägen 1", "6591436.9"]]


def test_a_large_old_workbook_is_whole(tmp_path):
    rows = [["Adress", "N"], *(["Malmvägen " + "x" * 80, float(n)] for n in range(150))]
    path = write_xls(tmp_path / "a.xls", xls_stream(rows))
    assert open_table(path)["N"].tolist() == [str(n) for n in range(150)]


# What is refused


def test_a_workbook_by_another_suffix_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with pytest.raises(FileRefused, match=r"an old Excel workbook but holds a zip archive"):
        open_file(path.rename(tmp_path / "a.xls"))
    with pytest.raises(FileRefused, match=r"workbook \(ods\) but is another zip archive"):
        open_file((tmp_path / "a.xls").rename(tmp_path / "a.ods"))


def test_a_table_of_html_named_xls_is_refused(tmp_path):
    (tmp_path / "a.xls").write_text("<html><table><tr><td>1</td></tr></table>")
    with pytest.raises(FileRefused, match="holds XML or HTML"):
        open_file(tmp_path / "a.xls")


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    bomb = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 22_000_000)
    with pytest.raises(FileRefused, match=r"unpacks to 21 MB, \d{3,} times its size"):
        open_file(rewrite(path, sheet=bomb))
    monkeypatch.setattr(zipped, "MAX_UNPACKED", 1000)
    with pytest.raises(FileRefused, match="unpacks to"):
        open_file(write_xlsx(tmp_path / "b.xlsx", {"x": ROWS}))


def test_a_part_that_unpacks_to_more_than_it_says_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lied = path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", size - 9))
    path.write_bytes(lied)
    with pytest.raises(FileRefused, match="unpacks to more than it says"):
        open_file(path)


FAR = '<c r="XFD1048576"><v>1</v></c>'
FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        FIRST + f'<row r="1048576">{FAR}</row>',
        FIRST + f"<row>{FAR.replace('<c ', '<c s=')}</row>",
        FIRST + f"<row>{FAR.replace('<c ', '<c x=' + chr(34) + '>' + chr(34) + ' ')}</row>",
        FIRST + f"<row>{FAR.replace('<c ', '<c x=' + chr(34) + '/>' + chr(34) + ' ')}</row>",
        FIRST + f"<row>{FAR.replace(chr(34), chr(39))}</row>",
        FIRST + "<row><c r='XFD0000000000000000000001048576'><v>1</v></c></row>",
        '<row r="1048570">' + "<c><v>1</v></c>" * 20 + "</row>",
        '<row r="1048570"><c r="A1048570"><v>1</v></c>'
        + "<x:c><v>1</v></x:c>" * 20
        + '</row><z r="A1"/>' * 20,
    ],
)
def test_cells_far_apart_are_refused_before_they_take_all_memory(tmp_path, rows):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with pytest.raises(FileRefused, match=r"spans \d{8,} cells|damaged"):
        open_file(rewrite(path, sheet=sheet_xml(rows)))


def test_cells_without_an_address_and_empty_ones_far_away_are_no_harm(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    text = '<c t="str"><v>a</v></c><c t="str"><v>b</v></c>'
    rows = f"<row>{text}</row><row><c><v>1</v></c><c><v>2</v></c></row>"
    assert cells(open_file(rewrite(path, sheet=sheet_xml(rows)))) == [["1", "2"]]
    rows = f'{FIRST}<row r="2"><c r="A2"><v>2</v></c></row><row><c r="XFD1048576" s="1"/></row>'
    assert cells(open_file(rewrite(path, sheet=sheet_xml(rows)))) == [["2"]]


def test_a_tag_too_long_to_look_into_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    rows = f'<row><c x="{"x" * 1_500_000}" r="A1"><v>1</v></c></row>'
    with pytest.raises(FileRefused, match="damaged"):
        open_file(rewrite(path, sheet=sheet_xml(rows)))


ODS_CELL = '<table:table-cell{} office:value-type="float" office:value="1"/>'


@pytest.mark.parametrize(
    "row",
    [
        f'<table:table-row table:number-rows-repeated="1048576">{ODS_CELL}</table:table-row>',
        "<table:table-row>" + ODS_CELL + "</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048576"/>'
        "<table:table-row>" + ODS_CELL + "</table:table-row>",
        "<table:table-row>" + ODS_CELL.replace("{}", ' x=">"{}') + "</table:table-row>",
        "<table:table-row>" + ODS_CELL.replace("{}", " x='>'{}") + "</table:table-row>",
    ],
)
def test_an_opendocument_sheet_too_large_is_refused(tmp_path, row):
    times = ' table:number-columns-repeated="99999999"'
    body = f'<table:table table:name="x">{row.format(times, times)}</table:table>'
    with pytest.raises(FileRefused, match=r"spans \d{8,} cells|damaged"):
        open_file(write_ods(tmp_path / "a.ods", body))


def test_empty_cells_to_the_end_of_an_opendocument_sheet_are_no_harm(tmp_path):
    empty = '<table:table-cell table:number-columns-repeated="16382"/>'
    row = "<table:table-row>" + ODS_CELL.format("") * 2 + empty + "</table:table-row>"
    end = f'<table:table-row table:number-rows-repeated="1048574">{empty}</table:table-row>'
    path = write_ods(
        tmp_path / "a.ods",
        f'<table:table table:name="x">{row.replace("1", "3")}{row}{end}</table:table>',
    )
    with pytest.raises(FileRefused, match="more than once"):
        open_file(path)  # read, though its header is numbers


def test_zip_archives_that_are_odd_are_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(FileRefused, match="damaged: it cannot be unpacked"):
        open_file(path)
    path.write_bytes(whole.replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"))
    with pytest.raises(FileRefused, match="protected by a password"):
        open_file(path)
    path.write_bytes(whole)
    monkeypatch.setattr(zipped, "MAX_MEMBERS", 3)
    with pytest.raises(FileRefused, match="parts, that overlap"):
        open_file(path)


def test_a_part_packed_in_an_unusual_way_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with zipfile.ZipFile(path) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in old.items():
            archive.writestr(name, content)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 10] = 12  # says bzip2, which is not unpacked here to be counted
    path.write_bytes(data)
    with pytest.raises(FileRefused, match="damaged: it cannot be unpacked"):
        open_file(path)


def test_parts_that_share_their_bytes_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    data = path.read_bytes()
    directory, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    mark = b"PK\x01\x02"
    parts = data[directory:end].split(mark)[1:]
    # The same bytes nine times more, by other names.
    parts += [part[:42] + b"%03d" % n + part[45:] for n, part in enumerate(parts * 9)]
    entries = b"".join(mark + part for part in parts)
    tail = bytearray(data[end:])
    tail[8:16] = struct.pack("<HHI", len(parts), len(parts), len(entries))
    path.write_bytes(data[:directory] + entries + tail)
    with pytest.raises(FileRefused, match="parts, that overlap"):
        open_file(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(FileRefused, match="have the same name"):
        open_file(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extra_globals": record(0x2F, bytes(6))}, "protected by a password"),
        ({"extra_globals": record(0x85, struct.pack("<II", 0x7FFFFFF0, 0))}, "no whole workbook"),
        ({"extra_globals": record(0xFC, struct.pack("<II", 1, 0xFFFFFFF0))}, "damaged"),
        (
            {"extra_cells": record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1.0))},
            r"spans 4294967296 cells",
        ),
    ],
)
def test_an_old_workbook_that_asks_for_too_much_is_refused(tmp_path, options, said):
    with pytest.raises(FileRefused, match=said):
        open_file(write_xls(tmp_path / "a.xls", xls_stream([["a"], [1.0]], **options)))


def test_an_old_file_system_that_goes_round_is_refused(tmp_path):
    stream = xls_stream([["a"], [1.0]])
    with pytest.raises(FileRefused, match="no whole workbook"):
        open_file(write_xls(tmp_path / "a.xls", stream, chain=[1, 2, 3, 4, 5, 6, 7, 0]))
    with pytest.raises(FileRefused, match="no whole workbook"):
        open_file(write_xls(tmp_path / "a.xls", stream, chain=[1, 2, 3, 4, 5, 6, 7, 99999]))


def test_an_old_document_that_is_no_workbook_is_refused(tmp_path):
    stream = xls_stream([["a"], [1.0]])
    with pytest.raises(FileRefused, match="no workbook"):
        open_file(write_xls(tmp_path / "a.xls", stream, entry="WordDocument"))
    with pytest.raises(FileRefused, match="protected by a password"):
        open_file(write_xls(tmp_path / "a.xls", stream, entry="EncryptedPackage"))


def test_only_the_stream_of_the_workbook_is_handed_on(tmp_path):
    stream = xls_stream([["a"], [1.0]])
    data = write_xls(tmp_path / "a.xls", stream).read_bytes()
    made = compound.rebuild_xls(data.ljust(len(data) + 5000, b"M"), name="a.xls")
    assert b"M" * 10 not in made
    assert len(made) == 5 * 4096


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(["xlsx", "ods", "xls"]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=6
    ),
    end=st.floats(0.5, 1),
)
def test_a_mutated_workbook_gives_a_table_or_one_of_our_errors(
    tmp_path_factory, kind, changes, end
):
    path = tmp_path_factory.mktemp("fuzz") / f"a.{kind}"
    if kind == "xlsx":
        write_xlsx(path, {"x": ROWS})
    elif kind == "ods":
        write_ods(path, ROWS)
    else:
        write_xls(path, xls_stream([["a", "b"], ["x", 1.0]]))
    data = bytearray(path.read_bytes())
    for place, new in changes:
        start = int(place * len(data))
        data[start : start + len(new)] = new
    path.write_bytes(data[: int(end * len(data)) if changes else None])
    with suppress(FileRefused):
        assert len(open_file(path).table) > 0
