"""Reporters' words become our categories, whole words only, and what is not known is counted."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from est_geo.errors import FileRefused, InputError
from est_geo.files.column_names import plain_name
from est_geo.intake.categories import (
    CATEGORIES,
    CATEGORY_LABELS,
    STATES,
    CategoryMap,
    load_categories,
    map_categories,
)

# The types of event that polisen.se publishes, and where those that concern the picture belong.
PRESS_TYPES = {
    "Brand": "brand",
    "Mordbrand": "brand",
    "Skadegörelse": "skadegorelse",
    "Narkotikabrott": "narkotika",
    "Misshandel": "vald_hot",
    "Misshandel, grov": "vald_hot",
    "Mord/dråp, försök": "vald_hot",
    "Rån": "vald_hot",
    "Rån, försök": "vald_hot",
    "Rån väpnat": "vald_hot",
    "Rån övrigt": "vald_hot",
    "Olaga hot": "vald_hot",
    "Våld/hot mot tjänsteman": "vald_hot",
    "Knivlagen": "vald_hot",
    "Vapenlagen": "vald_hot",
    "Skottlossning": "vald_hot",
    "Explosion": "vald_hot",
    "Bråk": "ordningsstorning",
    "Fylleri/LOB": "ordningsstorning",
    "Ofredande/förargelse": "ordningsstorning",
    "Ordningslagen": "ordningsstorning",
    "Trafikbrott": "trafik_buskorning",
    "Rattfylleri": "trafik_buskorning",
    "Stöld": "inbrott_stold",
    "Stöld/inbrott": "inbrott_stold",
    "Stöld, försök": "inbrott_stold",
    "Larm Inbrott": "inbrott_stold",
    "Motorfordon, stöld": "inbrott_stold",
    "Övrigt": "ovrigt",
}
NOT_OURS = [
    "Sammanfattning natt",
    "Sammanfattning kväll och natt",
    "Trafikolycka",
    "Trafikolycka, personskada",
    "Kontroll person/fordon",
    "Arbetsplatsolycka",
    "Bedrägeri",
    "Försvunnen person",
    "Anträffad död",
    "Sjukdom/olycksfall",
    "Information",
]


def one(text: str, mapping: CategoryMap | None = None) -> str:
    return map_categories(pd.Series([text], dtype="str"), mapping or load_categories()).values[0]


def test_the_categories_are_those_of_the_practice():
    assert " ".join(CATEGORIES) == (
        "skadegorelse klotter nedskrapning narkotika ordningsstorning trafik_buskorning brand "
        "vald_hot incident_anstalld inbrott_stold otrygg_plats oro_rykten arrangemang ovrigt"
    )
    assert set(STATES) <= set(CATEGORIES)


@pytest.mark.parametrize(("text", "category"), PRESS_TYPES.items())
def test_types_of_event_from_the_police_have_their_category(text: str, category: str):
    assert one(text) == category


@pytest.mark.parametrize("text", NOT_OURS)
def test_what_says_nothing_of_safety_in_public_places_is_left_as_it_is(text: str):
    assert one(text) == text


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_is_known_by_its_name_and_label_however_it_is_written(category: str):
    label = CATEGORY_LABELS[category]
    for text in (category, label):
        for written in (
            text,
            text.upper(),
            f" {text} ",
            text.replace(" ", "/"),
            text.replace("_", " - "),
            unicodedata.normalize("NFD", text),
        ):
            assert one(written) == category
    assert plain_name(label).isascii()


def test_a_part_of_a_text_is_no_ground_for_a_category():
    for text in ("Inte klotter", "Klotterplank", "Brandvarnare saknas", "bran", "Hot dog"):
        assert one(text) == text


def test_what_is_not_known_is_kept_and_counted_the_most_frequent_first():
    values = pd.Series(
        ["Klotter", "Zebra", "Apa", None, "Zebra", "GRAFFITI", "Björn", "!?"],
        index=range(3, 11),
        dtype="str",
        name="typ",
    )
    mapped = map_categories(values, load_categories())
    expected = ["klotter", "Zebra", "Apa", None, "Zebra", "klotter", "Björn", "!?"]
    pd.testing.assert_series_equal(
        mapped.values, pd.Series(expected, index=values.index, dtype="str", name="typ")
    )
    assert list(mapped.unmapped.items()) == [("Zebra", 2), ("!?", 1), ("Apa", 1), ("Björn", 1)]
    assert (mapped.unmapped.name, mapped.unmapped.index.name) == ("n", "category")
    assert mapped.share == pytest.approx(2 / 7)


def test_a_column_with_nothing_in_it_has_no_share():
    for values in ([], [None, None]):
        mapped = map_categories(pd.Series(values, dtype="str"), load_categories())
        assert np.isnan(mapped.share)
        assert len(mapped.unmapped) == 0
        assert mapped.values.dtype == "str"
        assert len(mapped.values) == len(values)


def test_the_order_of_rows_changes_nothing():
    values = pd.Series(["b", "a", "b", "c", "a", "Klotter"], dtype="str")
    mapping = load_categories()
    forward, backward = map_categories(values, mapping), map_categories(values[::-1], mapping)
    pd.testing.assert_series_equal(forward.unmapped, backward.unmapped)
    pd.testing.assert_series_equal(forward.values, backward.values[::-1])


def test_the_bundled_words_are_each_there_once():
    text = resources.files("est_geo.intake").joinpath("categories.toml").read_text("utf-8")
    table = tomllib.loads(text)["categories"]
    assert tuple(table) == CATEGORIES
    words = [plain_name(word) for listed in table.values() for word in listed]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_a_mapping_of_ones_own_goes_before_the_default():
    mapping = load_categories({"Kod 17": "brand", "KLOTTER": "skadegorelse"})
    assert one("kod-17", mapping) == "brand"
    assert one("Klotter", mapping) == "skadegorelse"
    assert one("Graffiti", mapping) == "klotter"


def write(folder, text: str, name="egna.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_ones_own_is_added_or_replaces(tmp_path):
    added = load_categories(write(tmp_path, '\ufeff[categories]\nbrand = ["Kod 17"]\n'))
    assert (one("KOD17", added), one("Graffiti", added), added.name) == (
        "brand",
        "klotter",
        "egna.toml",
    )
    alone = load_categories(
        str(write(tmp_path, 'defaults = false\n[categories]\nbrand = ["Kod 17"]\n'))
    )
    assert (one("kod 17", alone), one("Graffiti", alone), one("Klotter", alone)) == (
        "brand",
        "Graffiti",
        "klotter",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[categories]\nkloter = ["Graffiti"]',
            r"'egna.toml' names 1 category\(s\) .* 'kloter'. Did you mean 'klotter'\? Ours are ",
        ),
        ("[categories]\nzebra = []", r"the first is 'zebra'\. Ours are"),
        (
            '[categories]\nbrand = ["Kod 17"]\nklotter = ["KOD-17"]',
            r"'egna.toml' has 'KOD-17' under both 'brand' and 'klotter' .*Leave it in one of them",
        ),
        ('[categories]\nbrand = ["!?"]', r"without a letter a–z or digit, '!\?'"),
        ('[categories]\nbrand = "Eld"', "must have a list of texts for 'brand'"),
        ("[categories]\nbrand = [17]", "must have a list of texts for 'brand'"),
        ('brand = ["Eld"]', r"must hold a table \[categories\].*It holds: 'brand'"),
        ("", "It holds: nothing"),
        ("categories = 3", r"must hold a table \[categories\]"),
        ("defaults = 1\n[categories]", r"defaults = true or false"),
    ],
)
def test_a_file_that_says_something_else_is_an_error_with_a_remedy(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        load_categories(write(tmp_path, text))


def test_a_mapping_is_checked_too():
    with pytest.raises(InputError, match=r"categories names 1 .*the first is 'eld'"):
        load_categories({"Eld": "eld"})
    with pytest.raises(InputError, match=r"has 'eld!' under both 'brand' and 'klotter'"):
        load_categories({"Eld": "brand", "eld!": "klotter"})
    with pytest.raises(InputError, match="without a letter"):
        load_categories({17: "brand"})


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"'no.toml' does not exist or is no plain file"):
        load_categories(tmp_path / "no.toml")
    with pytest.raises(FileRefused, match=r"does not exist or is no plain file"):
        load_categories(tmp_path)
    with pytest.raises(FileRefused, match=r"'egna.txt' is not named as TOML"):
        load_categories(write(tmp_path, "", name="egna.txt"))
    with pytest.raises(FileRefused, match=r"'egna.toml' is not TOML in UTF-8"):
        load_categories(write(tmp_path, "klotter: graffiti"))
    (tmp_path / "latin.toml").write_bytes('[categories]\nbrand=["Släckt"]'.encode("cp1252"))
    with pytest.raises(FileRefused, match=r"'latin.toml' is not TOML in UTF-8"):
        load_categories(tmp_path / "latin.toml")
    with pytest.raises(FileRefused, match=r"larger than 1 MB"):
        load_categories(write(tmp_path, "#" * (1024**2 + 1)))
    with pytest.raises(FileRefused, match=r"is an address"):
        load_categories("https://example.com/egna.toml")
