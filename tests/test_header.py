"""Delimiters and headers: which row has the names, and which rows are neither that nor data."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from est_geo.errors import FileRefused
from est_geo.files import open_file, open_table
from est_geo.files.header import find_header, is_number_or_date


def known(name):
    return name.casefold() in {"datum", "adress", "kategori", "n", "e", "plats"}


def read(folder, text, **options):
    path = folder / "a.csv"
    path.write_bytes(text.encode())
    return open_file(path, **options)


def cells(opened):
    return opened.table.to_numpy().tolist()


def aside(opened):
    return list(opened.set_aside.itertuples(index=False, name=None))


# Delimiters


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
@pytest.mark.parametrize("head", [["Datum", "Plats, ort", "N"], ["2026-02-28", "a, b", "2"]])
def test_the_delimiter_is_the_one_all_rows_agree_on(tmp_path, delimiter, head):
    rows = [head] + [["2026-03-01", "a, b", "1"]] * 3
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert read(tmp_path, text).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "delimiter", "first"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";", ["1,5", "2,5"]),  # decimal commas
        ('a,b\n"1,5","2,5"\n', ",", ["1,5", "2,5"]),
        ("a;b, c, d\n1;2\n3;4\n", ";", ["1", "2"]),  # commas in a name only
        ("Adress\nMalmvägen 1, Tureberg\nMalmvägen 2, Tureberg\n", ";", ["Malmvägen 1, Tureberg"]),
        ("Rapport, vecka 9, väktare\n\na;b\n1;2\n3;4\n", ";", ["1", "2"]),
    ],
)
def test_commas_that_part_nothing(tmp_path, text, delimiter, first):
    opened = read(tmp_path, text)
    assert (opened.delimiter, cells(opened)[0]) == (delimiter, first)


@pytest.mark.parametrize("line", ["sep=,\n", '"sep=,"\r\n', "SEP=,\r"])
def test_a_line_that_names_the_delimiter_is_no_row(tmp_path, line):
    opened = read(tmp_path, line + "a;b,c\n1;2,3\n")
    assert opened.delimiter == ","
    assert opened.table.columns.tolist() == ["a;b", "c"]
    assert (opened.header_row, opened.table.index.tolist()) == (1, [2])  # as Excel numbers them


# The header


def test_titles_above_the_header_are_set_aside(tmp_path):
    text = "Vecka 9;;;\nUttag gjort 2026-03-02\n;;;\n\nDatum;Adress;N;E\n2026-03-01;a;1;2\n"
    opened = read(tmp_path, text)
    assert opened.header_row == 5
    assert opened.table.index.tolist() == [6]
    assert aside(opened) == [(1, "above the header"), (2, "above the header")]
    assert (opened.rows, opened.blank_rows, len(opened.faults)) == (1, 2, 0)


def test_a_table_of_facts_above_is_no_header(tmp_path):
    text = "Datum;2026-03-01;\nPlats;Sollentuna;\nDatum;Adress;N\n2026-03-01;a;1\n2026-03-02;b;2\n"
    assert read(tmp_path, text, known=known).header_row == 3
    assert read(tmp_path, text).header_row == 3


def test_known_names_settle_what_shape_cannot():
    records = [["Nord", "Syd", "Väst"], ["Datum", "Adress", "Kategori"], ["igår", "a", "rån"]]
    assert find_header(records) == 0
    assert find_header(records, known=known) == 1


def test_one_known_word_among_data_is_not_enough():
    records = [["Beskrivning", "Var"], ["n", "Plats 1"], ["e", "Malmvägen"]]
    assert find_header(records, known=known) == 0


def test_data_are_not_taken_for_a_header_with_gaps():
    records = [["id", "", "namn"], ["x", "y", "z"], ["u", "v", "w"]]
    assert find_header(records) == 0
    assert find_header([["", ""], ["1", "2"], ["3", "4"]]) is None


def test_a_header_is_looked_for_in_the_first_rows_only(tmp_path):
    text = "1;2\n" * 31 + "Datum;Adress\n1;2\n"
    opened = read(tmp_path, text, known=known)
    assert (opened.header_row, opened.table.columns.tolist()) == (1, ["1", "2"])


@pytest.mark.parametrize("cell", ["12,5", "2026-03-01 14:30", "−3 %", "2026-03-01T14:30Z"])
def test_numbers_and_dates_are_no_names(cell):
    assert is_number_or_date(cell)
    assert not is_number_or_date("v. " + cell)


# Columns


def test_empty_columns_at_the_end_are_dropped_and_others_get_a_number(tmp_path):
    opened = read(tmp_path, "a;;b;;;\n1;x;2;;;\n3;;4;;;\n")
    assert opened.table.columns.tolist() == ["a", "column 2", "b"]
    assert cells(opened) == [["1", "x", "2"], ["3", "", "4"]]


@pytest.mark.parametrize(
    "text", ["a;b;;\n1;2\n3;4\n", "a;b\n1;2;\n3;4;\n", "a;b;\n1;2;;;\n3;4;;;\n"]
)
def test_delimiters_at_the_end_of_header_or_data_only_are_no_fault(tmp_path, text):
    opened = read(tmp_path, text)
    assert opened.table.columns.tolist() == ["a", "b"]
    assert (cells(opened), len(opened.faults)) == ([["1", "2"], ["3", "4"]], 0)


def test_a_row_of_too_few_blanks_is_blank_and_no_fault(tmp_path):
    opened = read(tmp_path, "a;b;c\n1;2;3\n;\n4;5;6\n")
    assert (opened.table.index.tolist(), opened.blank_rows) == ([2, 4], 1)
    assert len(opened.faults) == 0


def test_content_beyond_the_header_is_a_fault_not_a_column(tmp_path):
    opened = read(tmp_path, "a;b\n1;2;\n3;4;\n5;6;7\n8;9;\n")
    assert cells(opened) == [["1", "2"], ["3", "4"], ["8", "9"]]
    assert opened.faults["row"].tolist() == [4]
    opened = read(tmp_path, "a;b\n1;2;3\n4;5;6\n7;8\n")  # names may be shifted: nothing is guessed
    assert opened.faults["row"].tolist() == [2, 3]


# Rows that are no data


def test_a_header_again_is_set_aside(tmp_path):
    opened = read(tmp_path, "a;b\n1;2\na; b\n3;4\na;5\n")
    assert aside(opened) == [(3, "repeated header")]
    assert cells(opened) == [["1", "2"], ["3", "4"], ["a", "5"]]


@pytest.mark.parametrize(
    "end",
    [
        "Summa;;812\n",
        "Totalt antal ärenden: 812;;\n\n;;\n",
        "Summa;812\n",
        "Antal;3;812,5\nSUMMA:;3;1 625\n",
        "Delsumma;;1\nTotal;;2\n",
    ],
)
def test_sums_at_the_end_are_set_aside(tmp_path, end):
    opened = read(tmp_path, "Plats;Ort;N\na;b;1\nc;d;2\n" + end)
    assert opened.table.index.tolist() == [2, 3]
    assert set(opened.set_aside["reason"]) == {"sum row"}
    assert opened.set_aside["row"].tolist() == [4, 5][: end.count("\n") if "\n\n" not in end else 1]
    assert len(opened.faults) == 0


@pytest.mark.parametrize(
    "row",
    ["Summa;väg;1", "Summavägen 2;;1", ";;812", "Summa;;", "Totalstopp;1;2", "1;Summa;2"],
)
def test_a_row_of_data_is_no_sum(tmp_path, row):
    opened = read(tmp_path, f"Plats;Ort;N\na;b;1\n{row}\n")
    assert opened.table.index.tolist() == [2, 3]


def test_sums_before_the_last_row_of_data_stay(tmp_path):
    opened = read(tmp_path, "Plats;N\na;1\nSumma;2\nb;3\n")
    assert opened.table.index.tolist() == [2, 3, 4]
    assert read(tmp_path, "Plats;N\nSumma;2\n").table.index.tolist() == [2]


def test_too_little_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="no row of column names among its first 30"):
        read(tmp_path, ";;\n\n;\n")
    with pytest.raises(FileRefused, match="0 rows"):
        read(tmp_path, "Titel\nDatum;Adress\n", known=known)


WORD = st.text("abcdefåäö", min_size=1, max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(WORD, min_size=3, max_size=6, unique=True),
    titles=st.lists(WORD, max_size=4),
    count=st.integers(2, 6),
    padded=st.booleans(),
    delimiter=st.sampled_from(";,\t|"),
    data=st.data(),
)
def test_every_row_is_accounted_for(
    tmp_path_factory, names, titles, count, padded, delimiter, data
):
    # Numbers below tell a header from a row of words; and a name stands in no cell.
    cell = st.one_of(
        st.text("uvxyzÅ", min_size=1, max_size=5), st.just(""), st.integers(0, 99).map(str)
    )
    rows = [[data.draw(cell) for _ in names[1:]] + [str(number)] for number in range(count)]
    above = [[title] + [""] * (len(names) - 1) * padded for title in titles]
    text = "\n".join(delimiter.join(row) for row in [*above, names, *rows])
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    path.write_text(text, encoding="utf-8")
    opened = open_file(path)
    assert opened.delimiter == delimiter
    assert opened.header_row == len(titles) + 1
    assert opened.table.to_numpy().tolist() == rows
    assert len(opened.set_aside) == len(titles)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(st.text('ab1;," ', max_size=8), min_size=1, max_size=12))
def test_rows_of_any_text_add_up(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "any-rows.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        opened = open_file(path)
    except FileRefused:
        return
    rows = [
        *opened.table.index,
        *opened.faults["row"],
        *opened.set_aside["row"],
        opened.header_row,
    ]
    assert len(rows) == len(set(rows))
    if '"' not in "".join(lines):
        filled = sum(1 for line in "\n".join(lines).splitlines() if line.strip(' ;,"'))
        assert filled <= len(rows) <= len(rows) + opened.blank_rows
        assert len(rows) + opened.blank_rows == len("\n".join(lines).splitlines())


def test_open_table_reads_below_titles(tmp_path):
    (tmp_path / "a.csv").write_text("Titel\nDatum;N\n2026-03-01;1\n")
    assert open_table(tmp_path / "a.csv").columns.tolist() == ["Datum", "N"]
