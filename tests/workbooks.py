"""Small workbooks for the tests: .xlsx by XlsxWriter, .xls and .ods written by hand."""

from __future__ import annotations

import struct
import zipfile
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

SHEET = "xl/worksheets/sheet1.xml"


def write_xlsx(path, sheets, *, hidden=(), hidden_rows=(), merged=None, **options):
    """Write sheets, name to rows; dates and times with a format as people have them."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, column, cell)
                if number + 1 in hidden_rows:
                    sheet.set_row(number, options={"hidden": True})
            if merged:
                sheet.merge_range(*merged)
    return path


def rewrite(path, **members):
    """Write a zip anew with other content for some members; `data` of SHEET as `sheet=`."""
    with zipfile.ZipFile(path) as archive:
        old = {name: archive.read(name) for name in archive.namelist()}
    names = {"sheet": SHEET, "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (old | {names[key]: text for key, text in members.items()}).items():
            archive.writestr(name, content)
    return path


def sheet_xml(rows):
    """Make the XML of a sheet from the XML of its rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def write_ods(path, body):
    """Write an OpenDocument workbook; `body` is XML, or rows of cells for one sheet."""
    if not isinstance(body, str):
        rows = "".join(
            "<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>"
            for row in body
        )
        body = f'<table:table table:name="Blad1">{rows}</table:table>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"'
        for key in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _ods_cell(cell):
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            "</table:table-cell>"
        )
    kind, key = ("float", "value") if isinstance(cell, float) else ("date", "date-value")
    said = quoteattr(cell.isoformat() if kind == "date" else repr(cell))
    return f'<table:table-cell office:value-type="{kind}" office:{key}={said}/>'


def record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def xls_stream(rows, *, name="Blad1", extra_globals=b"", extra_cells=b""):
    """Make the records of an old workbook with one sheet of texts and numbers."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + extra_globals
    letters = name.encode("utf-16-le")
    length = len(begin) + 4 + 8 + len(letters) + 4
    sheet_entry = struct.pack("<IBBBB", length, 0, 0, len(name), 1) + letters
    stream = begin + record(0x85, sheet_entry) + record(0x0A)
    stream += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le")
                stream += record(0x204, place + struct.pack("<HB", len(cell), 1) + text)
            else:
                stream += record(0x203, place + struct.pack("<d", cell))
    return stream + extra_cells + record(0x0A)


def write_xls(path, stream, *, entry="Workbook", chain=None, small=False):
    """Write an old workbook with sectors of 512 bytes, the stream first, then directory and FAT.

    `chain` replaces the stream's chain in the FAT; `small` stores it among the mini sectors.
    """
    if not small:
        stream = stream.ljust(4096, b"\0")
    body = stream.ljust(-(-len(stream) // 512) * 512, b"\0")
    count = len(body) // 512
    fat = [*range(1, count), 0xFFFFFFFE] if chain is None else list(chain)
    tables = 1 + count // 120
    fat += [0xFFFFFFFE, *[0xFFFFFFFD] * tables]
    minis = []
    if small:
        used = -(-len(stream) // 64)
        minis = [*range(1, used), 0xFFFFFFFE]
        fat.append(0xFFFFFFFE)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    first_mini = count + 1 + tables if small else 0xFFFFFFFE
    header += struct.pack("<9I", 0, tables, count, 0, 4096, first_mini, int(small), 0xFFFFFFFE, 0)
    places = range(count + 1, count + 1 + tables)
    header += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - tables))
    root = (0, len(body)) if small else (0xFFFFFFFE, 0)
    directory = b"".join(
        [
            _directory_entry("Root Entry", 5, 1, *root),
            _directory_entry(entry, 2, 0xFFFFFFFF, 0, len(stream)),
        ]
    ).ljust(512, b"\0")
    packed = b"".join(
        struct.pack(f"<{size}I", *table, *[0xFFFFFFFF] * (size - len(table)))
        for table, size in ((fat, tables * 128), (minis, 128 * small))
    )
    path.write_bytes(header + body + directory + packed)
    return path


def _directory_entry(name, kind, child, start, length):
    letters = (name + "\0").encode("utf-16-le")
    end = struct.pack("<HBBIII", len(letters), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return letters.ljust(64, b"\0") + end + bytes(36) + struct.pack("<IQ", start, length)
