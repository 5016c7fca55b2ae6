"""What comes of zipped workbooks is reckoned before they are opened, and never too low."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from est_geo.errors import FileRefused
from est_geo.files import extent, measuring, open_document, open_file, zipped
from est_geo.files.extent import Extent
from workbooks import rewrite, sheet_xml, write_ods, write_xlsx

ROWS = [["Adress", "N"], ["Malmvägen 1", 6591436.9]]
ROOM = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def whole(text):
    """Give a part in one piece, as it is unpacked."""
    return lambda _: iter([(text if isinstance(text, bytes) else text.encode(), True)])


def strings(*texts):
    return f"<sst {ROOM}>{''.join(texts)}</sst>"


def plain(text):
    return f"<si><t>{text}</t></si>"


def shared(place, number):
    return f'<c r="{place}" t="s"><v>{number}</v></c>'


def measure(rows, *lengths):
    return measuring.measure_sheet(whole(sheet_xml(rows)), np.array(lengths, dtype=np.int64))


def refuse(path, said):
    with pytest.raises(FileRefused, match=said):
        open_file(path)


# Shared texts and the cells that point to them


def test_one_text_in_very_many_cells_is_refused(tmp_path):
    rows = "".join(f'<row r="{n}">{shared(f"A{n}", min(n - 1, 1))}</row>' for n in range(1, 9_000))
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    rewrite(path, sheet=sheet_xml(rows), strings=strings(plain("Adress"), plain("y" * 32_000)))
    refuse(path, r"has \d+ letters in its cells, in \d+ texts; at most 67108864 are read")


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>1</v></c>',
        '<c r="A1" s="7" t="s"><v>1</v></c>',
        '<c t="s" r="A1"><v>1</v></c>',
        "<c r='A1' t='s'><v>1</v></c>",
        '<x:c r="A1" t="s"><x:v>1</x:v></x:c>',
        '<c r="A1"\tt="s"><v>1</v></c>',
        '<c\nr="A1" t="s"><v>1</v></c>',
        '<c r="A1" t="s"><f>x</f><v>1</v></c>',
        '<c t="s"><v>1</v></c>',
        '<c r="A1" t="s"><v>1</v><v></v></c>',
    ],
)
def test_a_text_is_found_however_its_cell_is_written(cell):
    found = measure(f'<row xmlns:x="x">{cell}</row>', 10, 700)
    assert found == Extent(cells=1, filled=1, text=700, texts=1)


@pytest.mark.parametrize("said", ["+1", " 1", "x", "1&#48;", "1<!-- -->2"])
def test_where_it_is_in_doubt_to_which_text_a_cell_points_it_is_the_longest(said):
    assert measure(f"<row>{shared('A1', said)}</row>", 10, 20, 900).text == 900


def test_a_number_written_by_the_numbers_of_its_letters_may_be_the_first():
    assert measure(f"<row>{shared('A1', '&#49;')}</row>", 30, 20, 900).text == 30


def test_texts_are_measured_as_they_are_numbered():
    quick = measuring.measure_strings(
        whole(strings(plain("abc"), '<si><t xml:space="preserve"> å</t></si>', plain("")))
    )
    assert quick.tolist() == [3, 3, 0]
    rich = "<si><r><rPr/><t>ab</t></r><r><t>cd</t></r></si>"
    found = measuring.measure_strings(
        whole(strings(plain("abc"), rich, "<!-- <si> -->", plain("")))
    )
    assert found.tolist() == [3, 4, 0]
    assert measuring.measure_strings(
        whole(strings("<si/>", plain("abcd"), plain("ab")))
    ).tolist() == [4, 4, 2]  # readers differ in whether the first counts


def test_texts_without_end_are_refused_before_the_cells_are_looked_at(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    rewrite(path, strings=strings(plain("a"), plain("b"), plain("c"), plain("d" * 50)))
    monkeypatch.setattr(extent, "MAX_TEXT", 4 * 32 + 52)
    refuse(path, "53 letters in its cells, in 4 texts")


def test_texts_of_the_cells_themselves_count(tmp_path, monkeypatch):
    long = "y" * 1_000
    cells = f'<c r="A1" t="str"><v>{long}</v></c><c r="B1" t="inlineStr"><is><t>{long}</t></is></c>'
    assert measure(f"<row>{cells}</row>") == Extent(cells=2, filled=2, text=2_000, texts=2)
    assert measure(f"<row><x/>{cells.replace('<c ', '<c  ')}</row>").text == 2_000
    monkeypatch.setattr(extent, "MAX_TEXT", 2_063)
    path = rewrite(write_xlsx(tmp_path / "a.xlsx", {"x": ROWS}), sheet=sheet_xml(cells))
    refuse(path, "2000 letters in its cells, in 2 texts")


def test_formulas_are_no_text_where_that_matters(monkeypatch):
    cell = f'<c r="A1"><f>{"y" * 1_000}</f><v>1</v></c>'
    monkeypatch.setattr(extent, "MAX_TEXT", 999)
    assert measure(f"<row>{cell}</row>") == Extent(cells=1, filled=1, text=1)


def test_short_texts_take_memory_as_well(monkeypatch):
    monkeypatch.setattr(extent, "MAX_TEXT", 99)
    assert measure(f"<row>{''.join(shared(f'{c}1', 0) for c in 'ABC')}</row>", 1).fits()
    assert not Extent(text=4, texts=3).fits()


# Places


def test_a_few_cells_far_apart_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    last = '<row r="1048576"><c r="E1048576"><v>1</v></c></row>'
    rewrite(path, sheet=sheet_xml(f"<row>{shared('A1', 0)}</row>{last}"))
    refuse(path, r"spans 5242880 cells, and has 2 in it; at most 4194304 are read\.")


@pytest.mark.parametrize(
    ("rows", "cells"),
    [
        ("<row><c><v>1</v></c><c><v>1</v></c></row>" * 3, 6),
        ('<row r="7"><c><v>1</v></c></row><row><c><v>1</v></c></row>', 8),
        ('<row><c r="B5"><v>1</v></c><c><v>1</v></c></row>', 15),
        ('<row><c r="A1"><v>1</v></c><x:c xmlns:x="x" r="C3"><v>1</v></x:c></row>', 9),
        ('<row><c r="A1"><v>1</v></c><c r="C3" s="1"/></row>', 1),
        ('<row><c r="A1"><v>1</v></c></row><row r="9"/>', 1),
    ],
)
def test_cells_span_what_the_reader_makes_of_their_places(tmp_path, rows, cells):
    assert measure(rows).cells == cells
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    assert read(rewrite(path, sheet=sheet_xml(rows)))[0] == cells


def test_a_sheet_is_known_as_one_though_its_first_tags_are_cut():
    pieces = [(b"<" + b"p" * 300_000 + b":sheet", False), (b"Data><c r='XFD9'>", True)]
    with pytest.raises(zipfile.BadZipFile):
        measuring.measure_sheet(lambda _: iter(pieces), np.zeros(0, dtype=np.int64))


def test_one_place_filled_again_and_again_is_refused(monkeypatch):
    monkeypatch.setattr(extent, "MAX_CELLS", 9)
    cell = '<c r="A1"><v>1</v></c>'
    assert measure(f"<row>{cell * 9}</row>").fits()
    for one in (cell, cell.replace("<c ", "<c  ")):
        assert not measure(f"<row>{one * 10}</row>").fits()


def test_a_cell_with_two_places_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    refuse(
        rewrite(path, sheet=sheet_xml('<row><c r="A1" r="XFD1048576"><v>1</v></c></row>')),
        "damaged",
    )


@pytest.mark.parametrize("place", ["1A", "A", "$A$1", "1", "A-1", "Å1"])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(zipfile.BadZipFile):
        measure(f'<row><c r="{place}"><v>1</v></c></row>')
    with pytest.raises(zipfile.BadZipFile):
        measure(f'<row r="{place.strip("1A")}x"><c><v>1</v></c></row>')


@pytest.mark.parametrize(
    "text",
    [
        f"<!DOCTYPE a [<!ENTITY b 'c'>]>{sheet_xml('<row><c><v>1</v></c></row>')}",
        sheet_xml("<row><c><v>1</v></c></zow>"),
        sheet_xml("<row><c x='<'><v>1</v></c></row>"),
        # As UTF-16 this is one letter after the other of a text, and as bytes a sheet.
        b"\xff\xfe" + "<a>".encode("utf-16-le") + sheet_xml("<row><c ><v>1</v></c></row >").encode()
        + "</a>".encode("utf-16-le"),
    ],
)  # fmt: skip
def test_a_sheet_that_is_not_xml_to_the_letter_is_refused(text):
    with pytest.raises(zipfile.BadZipFile):
        measuring.measure_sheet(whole(text), np.zeros(0, dtype=np.int64))


def test_a_tag_too_long_to_look_into_is_refused_in_a_plain_sheet(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    for text in (
        sheet_xml(f"{row}<z {'x' * 1_500_000}='1'/>"),
        sheet_xml(row).replace("<sheetData", f"<{'p' * 1_500_000}:sheetData", 1),
    ):
        refuse(rewrite(path, sheet=text), "damaged")


# The parts that tell of the sheets


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("xl/workbook.xml", '<workbook><sheets>{}<sheet name="a"/></sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", '<a>{}<Relationship Id="a"/></a>'),
        ("xl/styles.xml", "<a>{}<x:xf/></a>"),
    ],
)
def test_a_part_that_repeats_too_much_is_refused(tmp_path, monkeypatch, part, text):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})

    def replace(inside):
        with zipfile.ZipFile(path) as archive:
            old = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in (old | {part: text.format(inside)}).items():
                archive.writestr(name, content)
        return path

    zipped.check_zipped(replace(""), kind="xlsx")
    with pytest.raises(FileRefused, match="damaged"):
        zipped.check_zipped(replace(f'<z x="{"x" * 17_000}"/>'), kind="xlsx")
    monkeypatch.setitem(zipped._PARTS, part, (zipped._PARTS[part][0], 1))
    with pytest.raises(FileRefused, match="damaged"):
        zipped.check_zipped(replace("<xf /><sheet /><Relationship />"), kind="xlsx")
    monkeypatch.undo()
    monkeypatch.setattr(zipped, "MAX_PART", 5_000)
    with pytest.raises(FileRefused, match="damaged"):
        zipped.check_zipped(replace("<z/>" * 1_250), kind="xlsx")


def test_a_long_format_for_very_many_styles_is_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    monkeypatch.setattr(zipped, "MAX_LOOKED_THROUGH", 100)
    refuse(path, "damaged")


def test_two_parts_whose_names_differ_in_capitals_only_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"x": ROWS})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/SharedStrings.xml", strings(plain("a")))
    refuse(path, "have the same name")


def test_one_part_named_as_several_sheets_counts_as_often(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", {"a": ROWS, "b": ROWS})
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
    rewrite(path, book=book.replace('r:id="rId2"', 'r:id="rId1"'))
    refuse(path, "2 sheets with content")
    monkeypatch.setattr("est_geo.files.spreadsheet.MAX_TEXT", 35)
    refuse(path, "2 sheets, which span 8 cells with 36 letters or more")


# OpenDocument

CELL = '<table:table-cell{} office:value-type="string"><text:p>{}</text:p></table:table-cell>'
NUMBER = '<table:table-cell{} office:value-type="float" office:value="1"/>'
SPACES = " ".join(
    f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"'
    for key in ("office", "table", "text")
)


def wide(times):
    return f' table:number-columns-repeated="{times}"'


def row(cells, times=1):
    return f'<table:table-row table:number-rows-repeated="{times}">{cells}</table:table-row>'


def table(*rows):
    return f'<table:table table:name="x">{"".join(rows)}</table:table>'


def measure_ods(body):
    sheets, found = open_document.measure_ods(whole(f"<a {SPACES}>{body}</a>"))
    return sheets, found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (table(row(CELL.format(wide(3), "abc"), 5)), Extent(15, 15, 15 * 4, 15)),
        (table(row(NUMBER.format(wide(3)), 5)), Extent(15, 15, 0, 0)),
        (table(row(NUMBER.format(wide(3) + ' table:formula="abcd"'), 5)), Extent(15, 15, 60, 15)),
        (
            table(row(f'<table:table-cell{wide(3)} table:formula="abcd"/>', 5)),
            Extent(15, 15, 60, 15),
        ),
        (table(row(CELL.format("", 'a<text:s text:c="30"/>b'), 2)), Extent(2, 2, 66, 2)),
        (
            table(row(f'<table:covered-table-cell{wide(3)} office:string-value="abc"/>')),
            Extent(3, 3, 9, 3),
        ),
        (
            table(row(f"<table:table-cell{wide(7)}/>" + NUMBER.format("")), row("", 3)),
            Extent(8, 1, 0, 0),
        ),
        (table(row("", 9), row(NUMBER.format(""))), Extent(10, 1, 0, 0)),
        (table(row(NUMBER.format(wide("&#57;")), "&#57;")), Extent(81, 81, 0, 0)),
        (
            table(
                row(NUMBER.format(wide(50))), "<!-- <table:table> -->", row(NUMBER.format(""), 9)
            ),
            Extent(500, 59, 0, 0),
        ),
    ],
)
def test_repeated_cells_and_rows_count_as_often_as_they_stand_there(body, found):
    assert measure_ods(body) == (1, found)


def test_all_sheets_of_an_opendocument_workbook_count_together(tmp_path, monkeypatch):
    body = table(row(CELL.format("", "a")), row(NUMBER.format("")))
    assert measure_ods(body * 3) == (3, Extent(6, 6, 6, 3))
    path = write_ods(tmp_path / "a.ods", body * 3)
    monkeypatch.setattr(extent, "MAX_CELLS", 5)
    refuse(path, "spans 6 cells, and has 6 in it; at most 5")
    monkeypatch.undo()
    monkeypatch.setattr(zipped, "MAX_SHEETS", 2)
    refuse(path, "has 3 sheets; at most 2")


def test_one_text_repeated_very_often_is_refused(tmp_path):
    body = table(row(CELL.format(wide(1_000), "y" * 1_000), 1_000))
    refuse(write_ods(tmp_path / "a.ods", body), "1001000000 letters in its cells")


@pytest.mark.parametrize(
    "body",
    [
        table(row(f'<table:table-cell office:value="1">{row("")}</table:table-cell>', 9)),
        table(row(f"<table:table-cell>{NUMBER.format('')}</table:table-cell>")),
        table(row(NUMBER.format("")), table(), row(NUMBER.format(""))),
        table(row(NUMBER.format(wide("-1")))),
        table(row(NUMBER.format(wide("")))),
        table(row(NUMBER.format(""), "x")),
        table(row(NUMBER.format(' x="<table:table>"'))),
        table(row(CELL.format("", '<text:s text:c="1e9"/>'))),
    ],
)
def test_what_no_spreadsheet_program_writes_is_refused(body):
    with pytest.raises(zipfile.BadZipFile):
        measure_ods(body)


def test_too_many_names_and_styles_are_refused(monkeypatch):
    monkeypatch.setattr(open_document, "_MAX_KEPT", 3)
    for tag in ("table:named-range", "table:named-expression"):
        measure_ods(f"<{tag}/>" * 3)
        with pytest.raises(zipfile.BadZipFile):
            measure_ods(f"<{tag}/>" * 4)


def test_an_opendocument_manifest_too_large_is_refused(tmp_path, monkeypatch):
    path = write_ods(tmp_path / "a.ods", ROWS)
    zipped.check_zipped(path, kind="ods")
    monkeypatch.setattr(zipped, "MAX_PART_TAG", 50)
    with pytest.raises(FileRefused, match="damaged"):
        zipped.check_zipped(path, kind="ods")


# Never too low

PLACES = st.sampled_from(["", "A1", "B1", "C2", "D4", "b3", "A9"])
CELLS = st.builds(
    lambda form, place, number: form.format(f' r="{place}"' if place else "", number),
    st.sampled_from(
        [
            '<c{} t="s"><v>{}</v></c>',
            "<c{} t='s'><v>{}</v></c>",
            '<x:c{} t="s"><x:v>{}</x:v></x:c>',
            '<c{} t="s"><f>A1</f><v> {}</v></c>',
            '<c{} t="str"><v>text{}</v></c>',
            '<c{} t="inlineStr"><is><t>a text of more than thirty letters {}</t></is></c>',
            "<c{}><v>{}</v></c>",
            '<c{} s="1"/><!-- {} -->',
            '<c{} s="{}"></c>',
        ]
    ),
    PLACES,
    st.integers(0, 4),
)
SHEETS = st.lists(
    st.tuples(st.sampled_from(["", ' r="2"', ' r="7"']), st.lists(CELLS, max_size=4)), max_size=4
)
TEXTS = st.lists(
    st.sampled_from(
        [plain("a"), plain("å" * 9), "<si/>", "<si><t/></si>", "<si><r><t>bc</t></r></si>"]
    ),
    min_size=5,
    max_size=5,
)


def read(path):
    with CalamineWorkbook.from_object(path) as workbook:
        cells = [
            cell
            for number in range(len(workbook.sheets_metadata))
            for line in workbook.get_sheet_by_index(number).to_python(skip_empty_area=False)
            for cell in line
        ]
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    return len(cells), len(texts), sum(len(text.encode()) for text in texts)


@settings(max_examples=150, deadline=None)
@given(rows=SHEETS, texts=TEXTS)
def test_no_sheet_gives_more_than_was_reckoned(tmp_path_factory, rows, texts):
    xml = sheet_xml("".join(f"<row{at}>{''.join(cells)}</row>" for at, cells in rows))
    xml = xml.replace("<worksheet", '<worksheet xmlns:x="x"')
    path = write_xlsx(tmp_path_factory.mktemp("sheet") / "a.xlsx", {"x": ROWS})
    rewrite(path, sheet=xml, strings=strings(*texts))
    lengths = measuring.measure_strings(whole(strings(*texts)))
    found = measuring.measure_sheet(whole(xml), lengths)
    cells, filled, letters = read(path)
    assert cells <= found.cells
    assert filled <= found.filled
    # Short texts beside numbers may go uncounted; they take no more memory than these.
    assert letters <= found.text + 24 * found.filled


@settings(max_examples=100, deadline=None)
@given(
    sheets=st.lists(
        st.lists(
            st.tuples(
                st.integers(1, 4),
                st.lists(
                    st.tuples(
                        st.sampled_from(
                            [
                                "<table:table-cell{}/>",
                                NUMBER,
                                '<table:table-cell{} table:formula="of:=1"/>',
                                '<table:covered-table-cell{} office:string-value="å"/>',
                                CELL.replace("{}</text:p>", 'a<text:s text:c="3"/>b</text:p>'),
                                CELL.replace("{}</text:p>", "a</text:p><text:p>b</text:p>"),
                            ]
                        ),
                        st.integers(1, 4),
                    ),
                    max_size=4,
                ),
            ),
            max_size=4,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_opendocument_sheet_gives_more_than_was_reckoned(tmp_path_factory, sheets):
    body = "".join(
        table(*(row("".join(form.format(wide(n)) for form, n in cells), t) for t, cells in rows))
        .replace('name="x"', f'name="x{number}"')
        for number, rows in enumerate(sheets)
    )  # fmt: skip
    path = write_ods(tmp_path_factory.mktemp("sheet") / "a.ods", body)
    _, found = measure_ods(body)
    cells, filled, letters = read(path)
    assert cells <= found.cells
    assert filled <= found.texts
    assert letters <= found.text
