import logging

import pytest

from est_geo.errors import FileRefused, InputError
from est_geo.geocoding.aliases import read_aliases

MEANT = {"systemet": "Sollentuna centrum", "stationsplan": "Stationsplan 1"}


def written(folder, text, name="alias.toml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", '"Systemet" = "Sollentuna  centrum"\nStationsplan = "Stationsplan 1"\n'),
        (
            "a.toml",
            '[aliases]\n"SYSTEMET" = " Sollentuna centrum"\nstationsplan = "Stationsplan 1"',
        ),
        ("a.csv", "alias;betyder\nSystemet;Sollentuna centrum\nStationsplan;Stationsplan 1\n"),
        ("a.csv", "Alias,Means\nSystemet,Sollentuna centrum\nStationsplan,Stationsplan 1\n"),
        ("a.csv", "betyder;;alias\r\nSollentuna centrum;;Systemet\r\nStationsplan 1;;Stationsplan"),
    ],
)  # fmt: skip
def test_files_of_each_form(tmp_path, name, text):
    assert read_aliases(written(tmp_path, text, name)) == MEANT


def test_a_mapping_and_nothing():
    given = {"Systemet": "Sollentuna centrum", "Stations-plan": "Stationsplan 1"}
    assert read_aliases(given) == MEANT
    assert read_aliases(None) == read_aliases({}) == {}


def test_rows_still_to_be_decided_on_are_left_out_and_counted(tmp_path, caplog):
    text = "alias;betyder;n\nFabriksgatan;;12\nSystemet;Sollentuna centrum;4\nTorget; ;1\n"
    with caplog.at_level(logging.INFO):
        aliases = read_aliases(written(tmp_path, text, "a.csv"))
    assert aliases == {"systemet": "Sollentuna centrum"}
    assert "2 of 3 aliases in 'a.csv' have no meaning yet" in caplog.text
    assert "Fabriksgatan" not in caplog.text


def test_a_word_twice_with_one_meaning_is_no_fault(tmp_path):
    text = "alias;betyder\nSystemet;Torget 1\nSYSTEMET;Torget 1\n"
    assert read_aliases(written(tmp_path, text, "a.csv")) == {"systemet": "Torget 1"}


def test_a_chain_leads_to_its_end_whatever_the_order():
    words = {"Bolaget": "Systemet", "Systemet": "Centrum", "Centrum": "Sollentuna centrum"}
    ends = dict.fromkeys(("bolaget", "systemet", "centrum"), "Sollentuna centrum")
    assert read_aliases(words) == ends
    assert read_aliases(dict(reversed(words.items()))) == ends


def test_a_long_chain_takes_no_time_to_speak_of():
    words = {f"Plats nr {n}x": f"Plats nr {n + 1}x" for n in range(20_000)}
    assert set(read_aliases(words).values()) == {"Plats nr 20000x"}


def test_what_an_alias_means_may_begin_with_its_word():
    # Only a meaning that is an alias from end to end is followed.
    assert read_aliases({"Torget": "Torget, Häggvik"}) == {"torget": "Torget, Häggvik"}


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ({"": "Torget"}, "`aliases` has an alias without a letter or digit, ''"),
        ({"--": "Torget"}, "without a letter or digit, '--'"),
        ({1: "Torget"}, "without a letter or digit, '1'"),
        ({"Systemet": " "}, "has no text for what 'Systemet' means"),
        ({"Systemet": 17}, "has no text for what 'Systemet' means"),
        ({"Å-vägen": "Torget", "avägen": "Parken"}, "has two meanings of 'avägen'"),
        ({"Systemet": "SYSTEMET"}, r"leads back to itself in 1 step\(s\): 'SYSTEMET'"),
        ({"A-et": "B-et", "B-et": "C-et", "C-et": "A-et"}, r"back to itself in 3 step\(s\)"),
        ({"X-et": "A-et", "A-et": "B-et", "B-et": "A-et"}, r"leads back to itself"),
        (17, "must be a file's name or a mapping of text, not int"),
    ],
)
def test_what_cannot_be_followed(aliases, message):
    with pytest.raises(InputError, match=message):
        read_aliases(aliases)


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        ("a.toml", "Systemet = Centrum", FileRefused, "'a.toml' is not TOML in UTF-8"),
        ("a.toml", 'A = "x"\nA = "y"', FileRefused, "has a word twice"),
        ("a.toml", b'"\xe5" = "x"', FileRefused, "not TOML in UTF-8"),
        ("a.toml", "a=" + "[" * 100_000, FileRefused, "not TOML"),
        ("a.toml", "#" * (1024**2 + 1), FileRefused, "larger than 1 MB"),
        ("a.toml", '[torg]\n"Systemet" = "x"', InputError, "no text for what 'torg' means"),
        (
            "a.toml",
            'B = "y"\n[aliases]\nA = "x"',
            InputError,
            r"1 key\(s\) beside \[aliases\].*'B'",
        ),
        ("a.csv", "alias;mening\nA;x\n", InputError, "has 0 columns named means or betyder"),
        ("a.csv", "alias;betyder;means\nA;x;y\n", InputError, "has 2 columns named means"),
        ("a.csv", "alias;betyder\nA;x;y\nB;z\n", FileRefused, "1 of 2 rows.*row 2"),
        ("a.csv", "alias;betyder\n;x\n", InputError, "without a letter or digit"),
        ("a.csv", "", FileRefused, "empty"),
        ("a.yaml", "A: x", FileRefused, "suffix that is not read here"),
    ],
)
def test_files_that_are_refused(tmp_path, name, text, error, message):
    with pytest.raises(error, match=message):
        read_aliases(written(tmp_path, text, name))


def test_a_file_that_is_not_there_and_an_address_on_a_network(tmp_path):
    with pytest.raises(FileRefused, match="does not exist"):
        read_aliases(tmp_path / "saknas.toml")
    with pytest.raises(FileRefused, match="not a local file"):
        read_aliases("https://example.org/a.toml")
