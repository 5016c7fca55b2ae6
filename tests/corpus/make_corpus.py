"""Write the corpus: small files of incidents, one trait each, as reporters send them.

Run as ``python tests/corpus/make_corpus.py [FOLDER]``; without a folder the corpus itself is
written anew. All places, people and numbers are invented. The same versions of the libraries give
the same bytes; `old_excel.xls` needs xlwt, which nothing else here does, and is left as it is
without.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sys
import unicodedata
import zipfile
from pathlib import Path

HERE = Path(__file__).parent

HEAD = ("ärendenr", "datum", "kategori", "adress", "easting", "northing")
ROWS = (
    ("A1", "2026-03-01 14:30", "skadegörelse", "Påhittade vägen 3", "667425.12", "6591436.90"),
    ("A2", "2026-03-28 22:05", "klotter", "Örnstigen 12", "667300.00", "6591500.00"),
    ("A3", "2025-10-24", "brand", "Åsgränd 7", "668010.50", "6590210.25"),
)
# The same three points in other systems, by PROJ.
SWEREF_1800 = (
    ("147247.13", "6590359.93"),
    ("147124.97", "6590428.61"),
    ("147776.65", "6589108.07"),
)
RT90 = (("1621814.24", "6591690.88"), ("1621689.87", "6591755.51"), ("1622384.85", "6590456.92"))
DEGREES = (("17.9515000", "59.4281000"), ("17.9493470", "59.4287157"), ("17.9608421", "59.4168659"))
DMS = (
    ("17°57'05.40\"E", "59°25'41.16\"N"),
    ("17°56'57.65\"E", "59°25'43.38\"N"),
    ("17°57'39.03\"E", "59°25'00.72\"N"),
)

FILES: dict[str, tuple[str, bytes]] = {}
"""File name to its trait, which the README tells, and its bytes."""


def text(head=HEAD, rows=ROWS, *, delimiter=";", end="\r\n"):
    """Write a table as text."""
    return "".join(delimiter.join(row) + end for row in (head, *rows))


def with_column(number, values):
    """Give the three rows with one column of theirs changed."""
    return [
        (*row[:number], value, *row[number + 1 :]) for row, value in zip(ROWS, values, strict=True)
    ]


def dates(*values, head="datum"):
    """Give a table of the three incidents with their dates written otherwise."""
    return text((HEAD[0], head, *HEAD[2:]), with_column(1, values))


def placed(pairs, head=("easting", "northing")):
    """Give a table of the three incidents with their coordinates written otherwise."""
    rows = [(*row[:4], *pair) for row, pair in zip(ROWS, pairs, strict=True)]
    return text((*HEAD[:4], *head), rows)


def add(name, trait, content, encoding="utf-8"):
    """Put one file in the corpus."""
    FILES[name] = trait, content if isinstance(content, bytes) else content.encode(encoding)


def add_encodings():
    """One table in every encoding."""
    add("utf8.csv", "UTF-8 without a mark; semicolons, decimal point", text())
    add("utf8_bom.csv", "UTF-8 with a byte order mark", text(), "utf-8-sig")
    for end in ("le", "be"):
        mark = "\ufeff" + text()
        add(f"utf16_{end}_bom.csv", f"UTF-16 {end.upper()}, with a mark", mark, f"utf-16-{end}")
        add(f"utf16_{end}.csv", f"UTF-16 {end.upper()}, without a mark", text(), f"utf-16-{end}")
    add("cp1252.csv", "Windows' Western code page", text(), "cp1252")
    add("cp850.csv", "the code page of DOS", text(), "cp850")
    add("mac_roman.csv", "the code page of old Macs; lines end in CR", text(end="\r"), "mac_roman")
    decomposed = unicodedata.normalize("NFD", text())
    add("decomposed.csv", "å, ä, ö as letter and mark, also in the header", decomposed)


def add_layouts():
    """How rows and fields stand in a text."""
    add("comma.csv", "comma between fields", text(delimiter=",", end="\n"))
    add("tab.tsv", "tab between fields", text(delimiter="\t"))
    comma = [tuple(value.replace(".", ",") for value in row[4:]) for row in ROWS]
    add("decimal_comma.csv", "decimal comma", placed(comma))
    for name, space, said in (
        ("thousands_nbsp.csv", "\u00a0", "U+00A0"),
        ("thousands_narrow.csv", "\u202f", "U+202F"),
    ):
        apart = [tuple(f"{float(value):,.2f}".replace(",", space) for value in row[4:])
                 for row in ROWS]  # fmt: skip
        pairs = [tuple(value.replace(".", ",") for value in pair) for pair in apart]
        add(name, f"{said} between thousands, decimal comma", placed(pairs))
    weights = [(*row, weight) for row, weight in zip(ROWS, ("1", "2,5", "\u22121"), strict=True)]
    add("minus_sign.csv", "U+2212 as minus: a weight below zero", text((*HEAD, "vikt"), weights))
    title = "Händelser vecka 9–13;;;;;\r\nUttag 2026-04-01;;;;;\r\n;;;;;\r\n"
    add("title_rows.csv", "two title rows and a blank one above the header", title + text())
    one, two, three = (";".join(row) + "\r\n" for row in ROWS)
    head = ";".join(HEAD) + "\r\n"
    add("repeated_header.csv", "the header again in the middle", head + one + head + two + three)
    add("sum_row.csv", "a row of sums last", head + one + two + three + "Summa;;3;;;\r\n")
    empty = "".join(line + ";;;\r\n" for line in text().splitlines())
    add("trailing_columns.csv", "three empty columns last", empty)
    ragged = head + one + "A9;2026-03-02;klotter\r\n" + two + three
    add("ragged_row.csv", "a row with too few fields", ragged)
    broken = one.replace("Påhittade vägen 3", '"Påhittade vägen 3\r\nuppgång B; ""gården"""')
    add("quoted_newline.csv", "line break, semicolon and quotes inside quotes",
        head + broken + two + three)  # fmt: skip
    add("sep_line.csv", "Excel's sep=; above the header", "sep=;\r\n" + text())
    blank = head + one + "\r\n;;;;;\r\n" + two + three
    add("blank_lines.csv", "a blank line and a row of nothing but semicolons", blank)
    english = ("id", "date", "category", "address", "easting", "northing")
    add("english_names.csv", "English names of columns, in capitals",
        text(tuple(name.upper() for name in english)))  # fmt: skip


def add_dates():
    """Dates and times as people write them."""
    add("date_slash.csv", "1/3 2026", dates("1/3 2026 14:30", "28/3 2026 22:05", "24/10 2025"))
    add("date_short_year.csv", "29/3 -26", dates("1/3 -26", "28/3 -26", "24/10 -25"))
    add("date_month_name.csv", "29 mars 2026", dates("1 mars 2026 14:30", "28 mars 2026 22:05",
                                                     "24 oktober 2025"))  # fmt: skip
    add("date_dots.csv", "29.3.2026", dates("1.3.2026 14:30", "28.3.2026 22:05", "24.10.2025"))
    add("date_compact.csv", "20260301", dates("20260301", "20260328", "20251024"))
    add("date_week.csv", "v. 9 2026 and 2026-W13", dates("v. 9 2026", "2026-W13", "v 43 2025"))
    add("date_serial.csv", "days since 1899-12-30, as Excel counts",
        dates("46082,6041666667", "46109.9201388889", "45954"))  # fmt: skip
    add("date_month_first.csv", "the second is month first: rejected, never swapped",
        dates("01/03/2026 14:30", "03/28/2026 22:05", "24/10/2025"))  # fmt: skip
    apart = [(row[0], *(row[1] + " ").split(" ")[:2], *row[2:]) for row in ROWS]
    add("date_and_time.csv", "date and time of day in a column each",
        text((HEAD[0], "datum", "klockslag", *HEAD[2:]), apart))  # fmt: skip
    add("time_kl.csv", "kl 22.30", dates("2026-03-01 kl 14.30", "28 mars 2026 kl. 22.05",
                                         "2025-10-24"))  # fmt: skip
    add("time_24.csv", "24:00 is the end of the day",
        dates("2026-03-01 24:00", "2026-03-28 22:05", "2025-10-24"))  # fmt: skip
    ends = ("2026-03-02 07:00", "2026-03-29", "")
    rows = [(*row[:2], end, *row[2:]) for row, end in zip(ROWS, ends, strict=True)]
    add("interval_columns.csv", "from and to in a column each",
        text((HEAD[0], "fr.o.m.", "t.o.m.", *HEAD[2:]), rows))  # fmt: skip
    add("interval_cell.csv", "from and to in one cell",
        dates("2026-03-01 14:30 – 2026-03-02 07:00", "2026-03-28 22:05-23:15", "2025-10-24",
              head="tidpunkt"))  # fmt: skip
    add("time_offset.csv", "offsets from UTC",
        dates("2026-03-01T13:30:00Z", "2026-03-28T22:05+01:00",
              "2025-10-23T22:00:00Z"))  # fmt: skip
    add("time_gap.csv", "half past two on the night that summer time begins",
        dates("2026-03-29 02:30", "2026-03-28 22:05", "2025-10-24"))  # fmt: skip
    add("time_fold.csv", "half past two on the night that summer time ends",
        dates("2026-03-01 14:30", "2026-03-28 22:05", "2025-10-26 02:30"))  # fmt: skip
    rows = [
        (f"M{number}", f"2026-01-{number:02} {'00:00' if number <= 30 else '12:00'}",
         "klotter", f"Örnstigen {number}", "667300", f"{6591500 + 100 * number}")
        for number in range(1, 32)
    ]  # fmt: skip
    add("time_midnight.csv", "thirty of 31 at 00:00: the time is not known", text(rows=rows))


def add_coordinates():
    """Coordinates in every system, order and way of writing."""
    swapped = [pair[::-1] for pair in SWEREF_1800]
    add("sweref_tm.csv", "SWEREF 99 TM in columns x and y, X being north",
        placed([row[:3:-1] for row in ROWS], ("x", "y")))  # fmt: skip
    add("sweref_1800.csv", "SWEREF 99 18 00, northing first", placed(swapped, ("x", "y")))
    add("rt90.csv", "RT 90 2.5 gon V", placed(RT90))
    add("degrees.csv", "WGS 84", placed(DEGREES, ("longitude", "latitude")))
    add("degrees_swapped.csv", "WGS 84, latitude under the name of longitude",
        placed([pair[::-1] for pair in DEGREES], ("longitude", "latitude")))  # fmt: skip
    comma = [tuple(value.replace(".", ",") for value in pair) for pair in DEGREES]
    add("degrees_comma.csv", "WGS 84 with decimal comma", placed(comma, ("lon", "lat")))
    add("degrees_minutes.csv", "degrees, minutes and seconds",
        text((*HEAD[:4], "longitud", "latitud"),
             [(*row[:4], *pair) for row, pair in zip(ROWS, DMS, strict=True)],
             delimiter="\t"))  # fmt: skip
    mixed = (ROWS[0][:3:-1], ROWS[1][4:], DEGREES[2])
    add("mixed_systems.csv", "SWEREF 99 TM in both orders and WGS 84 in one file", placed(mixed))
    # Five points 100 m apart, as SWEREF 99 18 00 has them, and one in SWEREF 99 TM.
    local = (("147124.97", "6590428.61"), ("147224.88", "6590424.10"), ("147324.78", "6590419.59"),
             ("147424.69", "6590415.08"), ("147524.59", "6590410.58"))  # fmt: skip
    pairs = [*local, ROWS[0][4:]]
    rows = [(f"Z{n}", "2026-03-01", "klotter", "Örnstigen", *pair) for n, pair in enumerate(pairs)]
    add("mixed_zone.csv", "five rows in SWEREF 99 18 00, one in SWEREF 99 TM", text(rows=rows))
    few = (SWEREF_1800[0], *(row[4:] for row in ROWS[1:]))
    add("mixed_few.csv", "one row in another zone than the rest", placed(few))
    add("null_island.csv", "0, 0 for a place not known",
        placed([ROWS[0][4:], ("0", "0"), ROWS[2][4:]]))  # fmt: skip
    add("outside.csv", "the second lies in Uppsala",
        placed([ROWS[0][4:], ("647900.00", "6638900.00"), ROWS[2][4:]]))  # fmt: skip
    add("no_coordinate.csv", "one row without a coordinate, one with half of one",
        placed([ROWS[0][4:], ("", ""), ("668010.50", "")]))  # fmt: skip


def add_meanings():
    """What the rows say."""
    personal = [
        "Målsägande " + personal_number("20000101", "239") + " ringde",
        "Ring 070-174 06 05 eller namn@example.org",
        "Bil ABC 12D, samordningsnr " + personal_number("20000161", "239", "\u2013"),
    ]
    rows = [(*row, note) for row, note in zip(ROWS, personal, strict=True)]
    add("personal_data.csv", "identity numbers, telephone, e-mail and plate in a free text",
        text((*HEAD, "anteckning"), rows))  # fmt: skip
    words = ("Skadegörelse", "GRAFFITI", "Vajande gäss")
    add("categories.csv", "other words for categories, one of them not known",
        text(rows=with_column(2, words)))  # fmt: skip
    rows = [
        ("T1", "2026-03-02", "otrygg plats", "Örnstigen 12", "667300", "6591500"),
        ("T2", "2026-03-16", "otrygg plats", "Örnstigen 12", "667300", "6591500"),
        ("T3", "2026-04-02", "otrygg plats", "Örnstigen 12", "667300", "6591500"),
    ]
    add("unsafe_place.csv", "one state reported three times, in two months", text(rows=rows))
    add("two_polis.csv", "an incident that two_kommun.csv has too", text(rows=ROWS[:2]))
    again = [("K7", "2026-03-28 23:40", "klotter", "Örnstigen", "667320", "6591500"),
             ("K8", "2026-03-28 23:40", "brand", "Örnstigen", "667320", "6591500")]  # fmt: skip
    add("two_kommun.csv", "an incident that two_polis.csv has too", text(rows=again))
    add("repeated_ids.csv", "one identifier on two rows",
        text(rows=with_column(0, ("A1", "A1", "A3"))))  # fmt: skip
    add("repeated_row.csv", "a row that is there twice", text(rows=(*ROWS, ROWS[1])))
    rows = [(*row, "tegelröd", "14", "") for row in ROWS]
    add("unknown_columns.csv", "columns that mean nothing here",
        text((*HEAD, "fasad", "våning", "anmärkning"), rows))  # fmt: skip


def personal_number(day, serial, dash="-"):
    """Make a number of a person who is not there: serials from 238 on are for tests."""
    digits = [int(digit) for digit in day[2:] + serial]
    doubled = [digit * (2 - number % 2) for number, digit in enumerate(digits)]
    check = -sum(number // 10 + number % 10 for number in doubled) % 10
    return f"{day}{dash}{serial}{check}"


def workbook(write):
    """Make an .xlsx whose bytes do not tell when it was made."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 1)})  # noqa: DTZ001 - a fixed stamp
        write(book)
    return stream.getvalue()


def fill_sheet(book, sheet, first=0, rows=ROWS):
    """Write rows with real dates and numbers."""
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(first, 0, HEAD)
    for number, row in enumerate(rows, first + 1):
        time = dt.datetime.fromisoformat(row[1])
        sheet.write(number, 0, row[0])
        sheet.write_datetime(number, 1, time, minute if " " in row[1] else day)
        sheet.write_row(number, 2, row[2:4])
        sheet.write_row(number, 4, [float(value) for value in row[4:]])


def add_spreadsheets():
    """Workbooks."""

    def typed(book):
        fill_sheet(book, book.add_worksheet("Händelser"))

    def titled(book):
        sheet = book.add_worksheet("Händelser")
        sheet.merge_range("A1:F1", "Händelser i mars", book.add_format({"bold": True}))
        sheet.merge_range("A2:F2", "Uttag 2026-04-01")
        fill_sheet(book, sheet, first=3)

    def hidden(book):
        sheet = book.add_worksheet("Händelser")
        fill_sheet(book, sheet)
        sheet.set_row(2, None, None, {"hidden": True})

    def two(book):
        book.add_worksheet("Läs mig").write_row(0, 0, ["Detta", "är", "inte", "tabellen"])
        fill_sheet(book, book.add_worksheet("Händelser"))

    add("typed_dates.xlsx", "dates and numbers as a spreadsheet has them", workbook(typed))
    add("merged_title.xlsx", "merged title rows and a blank one above the header", workbook(titled))
    add("hidden_row.xlsx", "row 3 is hidden; it is read", workbook(hidden))
    add("two_sheets.xlsx", "the table is on the second sheet", workbook(two))
    add("open_document.ods", "OpenDocument, with real dates and numbers", open_document())
    old = old_workbook()
    if old is not None:
        add("old_excel.xls", "Excel 97–2003, with real dates and numbers", old)


def open_document():
    """Make an .ods by hand: the smallest that LibreOffice would open."""

    def cell(kind, value, shown):
        key = "date-value" if kind == "date" else "value"
        said = "" if kind == "string" else f' office:{key}="{value}"'
        return (
            f'<table:table-cell office:value-type="{kind}"{said}><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )

    lines = ["".join(cell("string", "", name) for name in HEAD)]
    for row in ROWS:
        cells = [cell("string", "", row[0]), cell("date", row[1].replace(" ", "T"), row[1])]
        cells += [cell("string", "", value) for value in row[2:4]]
        cells += [cell("float", value, value.replace(".", ",")) for value in row[4:]]
        lines.append("".join(cells))
    name = "urn:oasis:names:tc:opendocument:xmlns"
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{name}:office:1.0" xmlns:table="{name}:table:1.0" '
        f'xmlns:text="{name}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Blad1">{table}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        f'xmlns:manifest="{name}:manifest:1.0" manifest:version="1.2"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, body in (
            ("mimetype", kind),
            ("content.xml", content),
            ("META-INF/manifest.xml", manifest),
        ):
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), body)
    return stream.getvalue()


def old_workbook():
    """Make an .xls, or None where there is nothing to make it with."""
    try:
        import xlwt
    except ImportError:
        return None
    book = xlwt.Workbook()
    sheet = book.add_sheet("Blad1")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm")
    for column, name in enumerate(HEAD):
        sheet.write(0, column, name)
    for number, row in enumerate(ROWS, 1):
        sheet.write(number, 0, row[0])
        sheet.write(number, 1, dt.datetime.fromisoformat(row[1]), style)
        for column in (2, 3):
            sheet.write(number, column, row[column])
        for column in (4, 5):
            sheet.write(number, column, float(row[column]))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def add_layers(folder):
    """Files of GIS programs, and Parquet."""
    import geopandas as gpd
    import pandas as pd
    import pyogrio
    import shapely

    points = [(float(row[4]), float(row[5])) for row in ROWS]
    columns = {name: [row[number] for row in ROWS] for number, name in enumerate(HEAD[:4])}
    layer = gpd.GeoDataFrame(columns, geometry=shapely.points(points), crs=3006)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    for name, trait in (("layer.gpkg", "GeoPackage, one layer"), ("layer.shp", "Shapefile")):
        columns = {"ärendenr": "arendenr"} if name.endswith(".shp") else {}
        layer.rename(columns=columns).to_file(folder / name, layer="layer", engine="pyogrio")
        add(name, trait, (folder / name).read_bytes())
    for part in ("shx", "dbf", "prj", "cpg"):
        add(f"layer.{part}", "part of the Shapefile", (folder / f"layer.{part}").read_bytes())
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(HEAD[:4], row[:4], strict=True)),
            "geometry": {"type": "Point", "coordinates": [float(value) for value in pair]},
        }
        for row, pair in zip(ROWS, DEGREES, strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    add("features.geojson", "GeoJSON, in WGS 84", json.dumps(collection, ensure_ascii=False))
    table = pd.DataFrame({
        name: [row[number] for row in ROWS] for number, name in enumerate(HEAD)
    }).astype({"easting": float, "northing": float})  # fmt: skip
    table["datum"] = pd.to_datetime(table["datum"], format="ISO8601")
    for name, trait, data in (
        ("table.parquet", "Parquet, with times and numbers", table),
        ("geo.parquet", "GeoParquet", layer),
    ):
        data.to_parquet(folder / name, index=False)
        add(name, trait, (folder / name).read_bytes())


def make(folder):
    """Write every file, and the README that names them."""
    FILES.clear()
    for fill in (add_encodings, add_layouts, add_dates, add_coordinates, add_meanings):
        fill()
    add_spreadsheets()
    add_layers(folder)
    for name, (_, content) in FILES.items():
        (folder / name).write_bytes(content)
    lines = [f"| {name} | {trait} |\n" for name, (trait, _) in FILES.items()]
    (folder / "README.md").write_text(_README + "".join(lines), encoding="utf-8")


_README = """# Files as reporters send them

Small files of incidents, one trait each, all of them invented: no such street, person or number
exists, and the identity numbers are from the series kept for tests. `make_corpus.py` writes them;
what should come of each is written out in `tests/test_corpus.py`. Nearly all hold the same three
incidents in Sollentuna.

| file | trait |
|---|---|
"""


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    target.mkdir(parents=True, exist_ok=True)
    os.chdir(target)
    make(target.resolve())
    print(f"{len(FILES)} files in {target}")  # noqa: T201 - a script
