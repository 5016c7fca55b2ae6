"""The report: what it says, in what order, and that text from data stays text."""

import dataclasses
import datetime as dt
import functools
import html
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conftest
import est_geo as eg
import pictures
from est_geo.errors import FileRefused, InputError, PersonalDataFound
from est_geo.sharing.headlines import headlines
from est_geo.sharing.map import draw_map
from est_geo.sharing.report import Report, write_report
from est_geo.sharing.report_sentences import SENTENCES
from est_geo.sharing.report_words import REPORT_WORDS, report_words

SPACE = "\u00a0"


class Tree(HTMLParser):
    """Tags with their attributes, and the texts between them, as a browser sees them."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.inside = [], [], []
        page.encode()  # a page that cannot be written is none
        self.feed(page.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd"))
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.inside.append(tag)
        self.texts += [value for name, value in attrs if name in {"title", "data-label"}]

    def handle_data(self, data):
        if self.inside and self.inside[-1] == "style" and data.strip():
            self.tags.append(("style", len(re.findall(r"[{}]", data))))
            return
        self.texts.append(data)


def page_of(picture, **options):
    return write_report(picture, with_map=False, **options).html


def text_of(page):
    texts = [text for text in Tree(page).texts if text.strip()]
    return re.sub(r"[ \n]+", " ", " ".join(texts))


@pytest.fixture(scope="module")
def page():
    return page_of(pictures.full_picture(), made_on=dt.date(2026, 11, 23))


# What it says


def test_the_sections_stand_in_their_order(page):
    assert re.findall(r'<section id="(\w+)"', page) == [
        *("headlines", "map", "recurring", "deviating", "when", "changes", "need"),
        *("priority", "quality", "method"),
    ]


def test_the_heading_says_where_when_for_whom_and_when_it_was_made(page):
    said = text_of(page)
    assert "Lägesbild Sollentuna vecka 47, 16–22 november 2026" in said
    assert "Målgrupp: intern" in said
    assert "Gjord 23 november 2026" in said
    assert "<title>Lägesbild Sollentuna, vecka 47, 16–22 november 2026</title>" in page


def test_the_headlines_are_sentences_with_their_place_and_their_doubt():
    said = [line.text for line in headlines(pictures.full_picture(), "sv")]
    recurring, deviating, watched, calm, when = said
    assert recurring == (
        "Två adresser i Tureberg återkommer: Malmvägen 12 (11 veckor, minst 4,3 gånger det vanliga)"
        " och Malmvägen 8 (5 veckor, minst 2 gånger det vanliga). Malmvägen 8 bygger på en enda "
        "rapportör. Ytterligare en har flera händelser, men så många kan uppstå av en slump."
    )
    assert deviating == (
        "Klotter i Rotebro ligger över det vanliga (9 händelser, väntat 2–5). Ökningen kommer från "
        "en rapportör (kommunalt bostadsbolag) som rapporterat mindre förut: ändrad rapportering. "
        "Av en ren slump väntas 0,5 röda av 8 rutor."
    )
    assert watched == (
        "Håll ögonen på klotter i Edsberg (6, väntat 0–4): något fler än vanligt, men inte säkert."
    )
    assert calm == "Inget avviker från det vanliga i Häggvik och Tureberg."
    assert when == (
        f"Av händelserna vid Malmvägen 8 sker 55{SPACE}% fredag och lördag kl. 20–04. "
        f"På andra håll är det 15{SPACE}% vid den tiden."
    )


def test_the_headlines_in_english():
    said = [line.text for line in headlines(pictures.full_picture(), "en")]
    assert said[0].startswith("Two addresses in Tureberg keep coming back: Malmvägen 12 (11 weeks,")
    assert said[1].startswith("Graffiti in Rotebro is above the usual (9 incidents, expected 2–5).")
    assert said[4] == (
        "Of the incidents at Malmvägen 8, 55% happen Friday and Saturday 20–04. Elsewhere it is "
        "15% at these hours."
    )


def with_addresses(verdicts, districts=None):
    table = pictures.addresses()
    some = pd.concat([table.iloc[[0]]] * len(verdicts), ignore_index=True)
    named = [f"Gatan {i + 1}" for i in range(len(some))]
    some = some.assign(verdict=verdicts, address=named, district=districts or "Tureberg")
    nothing = dict.fromkeys(("deviations", "when_and_where"))
    return pictures.full_picture(addresses=some, **nothing)


def test_one_address_many_addresses_and_none():
    one = headlines(with_addresses(["recurring_long"]), "sv")[0].text
    assert one.startswith("En adress i Tureberg återkommer: Gatan 1 (11 veckor, minst 4,3")
    many = headlines(with_addresses(["recurring_long"] * 13, ["A", *["B"] * 12]), "sv")[0].text
    assert many.startswith("13 adresser återkommer, tydligast Gatan 1 i A (11 veckor")
    assert many.count("veckor") == 3
    none = headlines(with_addresses(["may_be_chance"] * 2), "sv")[0].text
    assert none == (
        "Ingen adress återkommer så ofta att det säkert är mer än slump. Ytterligare två har flera "
        "händelser, men så många kan uppstå av en slump."
    )


def test_others_are_told_of_squares_by_number_not_of_addresses():
    picture = with_addresses(["recurring_long"] * 2, ["A", "B"])
    picture.audience, picture.smallest = "partner", 3
    picture.addresses = picture.addresses.assign(rank=[1, 2], only_one_source=[False, True])
    said = headlines(picture, "sv")[0].text
    assert said.startswith("Två rutor återkommer: nr 1 i A (11 veckor, minst 4,3 gånger det van")
    assert said.endswith(
        " och nr 2 i B (11 veckor, minst 4,3 gånger det vanliga). Nr 2 bygger på en enda rapportör."
    )
    picture.addresses = picture.addresses.assign(district="A")
    assert headlines(picture, "sv")[0].text.startswith("Två rutor i A återkommer: nr 1 (11 veckor")
    assert "Färre än 3 händelser visas inte i denna version." in text_of(page_of(picture))


def test_hours_that_may_be_chance_are_said_to_be_and_not_added_to_others():
    table = pictures.when_and_where().assign(p=[0.2, 0.001, 1.0])
    said = headlines(pictures.full_picture(when_and_where=table), "sv")[-1].text
    assert said == (
        f"Av händelserna vid Malmvägen 8 sker 30{SPACE}% lördag kl. 20–04. På andra håll är det "
        f"8,0{SPACE}%; skillnaden kan vara slump."
    )
    table = pictures.when_and_where().assign(p=[0.001, 0.2, 1.0])
    said = headlines(pictures.full_picture(when_and_where=table), "sv")[-1].text
    assert f"30{SPACE}% lördag kl. 20–04. På andra håll är det 8,0{SPACE}% vid den tiden" in said


def test_not_all_is_never_a_hundred_per_cent():
    quality = pd.DataFrame({"source": ["polis", "kommun"], "hit_rate": [471 / 472, 1.0]})
    said = text_of(page_of(pictures.full_picture(quality=quality)))
    assert f"polis 99,9{SPACE}% kommun 100{SPACE}%" in said


def test_a_first_picture_has_nothing_to_be_compared_with():
    parameters = {"previous": None, "eps_m": 50.0}
    said = text_of(page_of(pictures.full_picture(parameters=parameters)))
    assert "Det finns ingen tidigare lägesbild att jämföra med." in said
    assert "Nytorget" not in said
    said = text_of(page_of(pictures.full_picture()))
    assert "Ny 1 · kvar 1 · borta 1" in said
    # News first: what only remains is listed last.
    assert said.index("Nytorget") < said.index("Torget Rotebro")


def test_what_followed_an_effort_says_whether_it_can_be_told_from_chance():
    said = text_of(page_of(pictures.full_picture()))
    rows = said[said.index("Vad som följde") :].split("Nattvandring")
    assert "Belysning 1 september–22 november 2026 Före 100 Efter 60" in rows[0]
    assert "−38 (−71 till −6) färre än på andra håll Minsta ändring som hade synts 47" in rows[0]
    assert "0 (−10 till +10) kan inte skiljas från slump" in rows[1]
    assert "visar vad som följde, inte varför" in said


def test_a_period_that_is_not_over_is_said_to_be():
    picture = pictures.full_picture(parameters={"period_complete": False})
    picture.counts = picture.counts | {"in_period": 119}
    said = text_of(page_of(picture))
    assert "119 under perioden perioden är inte slut" in said


def test_what_is_left_out_of_a_list_is_counted_by_what_it_is():
    picture = with_addresses([*["recurring_long"] * 12, *["may_be_chance"] * 1000])
    said = text_of(page_of(picture))
    assert "… och 2 återkommande till. 1\u00a0000 till har flera händelser" in said


def test_lost_places_are_a_headline_when_they_are_many():
    counts = {"read": 100, "inside": 80, "district_only": 10, "unplaced": 10}
    said = headlines(pictures.full_picture(counts=counts), "sv")[-1].text
    assert said == "20 av de 100 händelserna saknar säkert läge och finns inte på kartan."


def test_the_rows_read_are_printed_as_a_sum_that_holds(page):
    said = re.search(r'<p class="sum">(.*?)</p>', page)[1]
    total, *parts = (int(n.replace(SPACE, "")) for n in re.findall(r"<b>([^<]*)</b>", said))
    assert total == sum(parts) == 2043
    assert len(parts) == 6


def test_may_be_chance_stands_below_the_line_and_signs_are_not_colour_alone(page):
    below = page[page.index('<tbody class="below">') :].split("</tbody>")[0]
    assert "Ribbings väg 3" in below
    assert "Malmvägen 12" not in below
    matrix = page[page.index('<table class="matrix">') :].split("</table>")[0]
    assert matrix.count("▲") == 1
    assert matrix.count("●") == 1


def test_names_are_in_swedish_order():
    deviating, _ = pictures.deviations()
    renamed = {"Edsberg": "Öster", "Häggvik": "Åby", "Rotebro": "Zeta", "Tureberg": "Ärla"}
    deviating["district"] = deviating["district"].map(renamed)
    deviating["signal"] = ["red"] + ["none"] * 7
    picture = pictures.full_picture(deviations=deviating)
    heads = re.findall(r'<th scope="row">(\w+)</th><td class="(?:none|red)', page_of(picture))
    assert heads == ["Zeta", "Åby", "Ärla", "Öster"]
    assert "i Åby, Ärla och Öster." in text_of(page_of(picture))


def test_numbers_days_and_hours_are_as_the_language_writes_them(page):
    said = text_of(page)
    assert f"1{SPACE}425" in said
    assert f"97{SPACE}%" in said
    assert "1 september 2026" in said
    assert "kl. 20–04" in said
    english = text_of(page_of(pictures.full_picture(), language="en"))
    assert "1,425" in english
    assert "97%" in english
    assert "Shared picture Sollentuna week 47, 16–22 November 2026" in english
    assert "Audience: internal" in english


def test_how_few_addresses_hold_half_and_when_that_is_too_high():
    assert f"skedde på 7,0{SPACE}% av alla adresser (784 av 11{SPACE}219)" in text_of(
        page_of(pictures.full_picture())
    )
    inflated = pictures.full_picture(concentration=pictures.concentration(inflated=True))
    assert "så andelen är för hög" in text_of(page_of(inflated))


def test_every_parameter_version_and_checksum_is_in_the_folded_method(page):
    folded = page[page.index("<details>") :]
    assert "<summary>" in folded
    for text in ("Avstånd inom en plats, m", "est_geo 0.1.0", "a.csv", "9f" * 32):
        assert text in folded


# What is missing


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", [*pictures.TABLES, "density", "sources", "span", "period"])
def test_any_part_may_be_missing(name, language):
    missing = () if name == "sources" else None
    assert "</html>" in page_of(pictures.full_picture(**{name: missing}), language=language)


@pytest.mark.parametrize("name", pictures.TABLES)
def test_any_table_may_have_no_rows(name):
    table = getattr(pictures.full_picture(), name)
    page = page_of(pictures.full_picture(**{name: table.iloc[:0]}))
    assert "nan" not in text_of(page).casefold().split()


def test_a_picture_of_little_says_so():
    nothing = dict.fromkeys(pictures.TABLES)
    picture = pictures.full_picture(**nothing, density=None, districts=None)
    page = page_of(picture)
    assert re.findall(r'<section id="(\w+)"', page) == ["headlines", "quality", "method"]
    assert "Underlaget är för litet för att säga något säkert." in text_of(page)


def test_todays_picture_makes_a_report_with_its_map():
    report = write_report(conftest.make_picture())
    assert isinstance(report, Report)
    assert report.html.count("<iframe ") == 1
    assert report._repr_html_().startswith("<iframe ")
    assert "Lägesbild Sollentuna" in report.title


def test_a_notebook_shows_the_headlines_and_the_map():
    assert eg.Picture is type(conftest.make_picture())
    picture = dataclasses.replace(conftest.make_picture(), addresses=pictures.addresses())
    picture.addresses["address"] = "<script>alert(1)</script>{{x}}"
    shown = picture._repr_html_()
    tree = Tree(shown)
    assert "återkommer: <script>alert(1)</script>{{x}}" in "".join(tree.texts)
    assert "script" not in [tag for tag, _ in tree.tags]
    assert [tag for tag, _ in tree.tags][:3] == ["ul", "li", "div"]


def test_hidden_hours_are_hollow_and_not_light_and_hidden_columns_are_left_out():
    hours = pictures.time_profile()
    one_place = hours["place_id"].notna()
    hours["weight"] = hours["weight"].mask(one_place & (hours["weekday"] < 6))
    table = pictures.when_and_where().assign(share_of_own=None, share_elsewhere=None)
    cells, _ = pictures.deviations()
    cells = cells.assign(red_at=None, reporting=None)
    picture = pictures.full_picture(
        time_profile=hours, when_and_where=table, deviations=cells, audience="partner", smallest=3
    )
    page = page_of(picture)
    strips = page[page.index('<div class="strips">') :].split("</figure>")
    assert [strip.count("stroke-dasharray") for strip in strips[:2]] == [0, 6 * 24]
    said = text_of(page)
    assert "Streckade rutor visas inte i denna version" in said
    for column in ("Andel av platsens", "Samma tid på andra håll", "Rött först vid"):
        assert column not in said
    assert "Samma tid på andra håll" in text_of(page_of(pictures.full_picture()))


def test_hidden_numbers_are_said_not_to_be_shown():
    cells, _ = pictures.deviations()
    cells["n"] = cells["n"].astype("Int64").mask(cells["n"] < 3)
    page = page_of(pictures.full_picture(deviations=cells))
    assert "visas inte" in page
    assert "<NA>" not in page


# Words


def test_no_key_stands_in_both_tables():
    assert not REPORT_WORDS.keys() & SENTENCES.keys()


def test_every_text_is_there_in_both_languages_with_the_same_places_to_fill():
    for key, texts in (REPORT_WORDS | SENTENCES).items():
        assert len(texts) == 2, key
        assert all(text.strip() for text in texts), key
        assert len({text.count("{}") for text in texts}) == 1, key


def test_swedish_text_says_no_hotspot_and_shouts_nothing():
    swedish = " ".join(texts[0] for texts in (REPORT_WORDS | SENTENCES).values()).casefold()
    assert "hotspot" not in swedish
    assert "!" not in swedish
    with pytest.raises(InputError, match="`language` must be one of sv, en"):
        report_words("de")


def test_every_word_the_template_asks_for_is_there(page):
    # StrictUndefined: a word that is not there stops the report. Every section was in `page`.
    assert "{{" not in page
    assert "None" not in text_of(page).split()


# Text from data is inert

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ cycler.__init__.__globals__ }}{% for x in y %}",
    "${alert(1)}`",
    "&lt;b&gt; & \\ ' \"",
    "a\rb\n\tc",
    "}</style><script>",
    "\ud800 \u2028 \0 å",
    "javascript:alert(1)",
]
TEXT_COLUMNS = {
    "addresses": ("address", "district", "category", "hours"),
    "deviations": ("district", "category", "source"),
    "time_profile": ("name",),
    "when_and_where": ("name",),
    "need": ("name",),
    "priority": ("address", "district"),
    "tracking": ("name", "district"),
    "quality": ("source",),
    "efforts": ("effort",),
    "follow_up": ("effort_id",),
}


def filled(text, *, where=None):
    """Give a picture in which a text stands wherever a text from data can stand."""
    picture = pictures.full_picture()
    if where is None:
        picture.sources = (text,)
        same = pd.Series([text] * len(picture.districts), dtype=object)
        picture.districts = picture.districts.assign(district=same, municipality=same)
        picture.provenance.inputs = {text: text}
        picture.provenance.versions = {text: text}
    for name, columns in TEXT_COLUMNS.items():
        table = getattr(picture, name)
        for column in columns:
            if where is None or (name, column) == where:
                given = table[column].astype(object)
                table[column] = given.where(given.isna(), text)
    return picture


def as_read(text):
    return re.sub("[\ud800-\udfff\0]", "\ufffd", text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_no_tag_and_reads_back(text):
    assert_inert(text)


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_any_text_changes_no_tag_and_reads_back(text):
    assert_inert(text)


@functools.cache
def plain_tags():
    return Tree(page_of(filled("plain"))).tags


def assert_inert(text):
    tried = Tree(page_of(filled(text)))
    # The same tags with the same attributes: none was added, none was lost.
    assert tried.tags == plain_tags()
    assert as_read(text) in "\x01".join(tried.texts)


@pytest.mark.parametrize(
    "where", [(name, c) for name, cs in TEXT_COLUMNS.items() for c in cs], ids="-".join
)
def test_each_column_reads_back_by_itself(where):
    text = "<b>{{ 7*7 }}\r& 'x' \"y\"</b>"
    texts = Tree(page_of(filled(text, where=where))).texts
    # Hours that are not as we write them are not shown.
    assert any(text in t for t in texts) == (where != ("addresses", "hours"))


def test_no_script_stands_outside_the_map_and_the_policy_allows_no_other():
    page = write_report(filled(HOSTILE[0])).html
    outside = re.sub(r'srcdoc="[^"]*"', "", page)
    assert "<script" not in outside.casefold()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', outside)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-".replace("'", "&#39;"))
    assert "connect-src &#39;none&#39;" in policy
    without = page_of(pictures.full_picture())
    assert "script-src &#39;none&#39;" in without


def test_the_footer_of_printed_pages_holds_text_as_css_escapes_only():
    page = page_of(filled('"; } body { display: none } /* \\'))
    rule = re.search(r'@bottom-left \{ content: "([^"]*)"', page)[1]
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{6})*", rule)


# Files, templates, paper


def test_the_same_picture_gives_the_same_bytes_also_in_another_process(tmp_path):
    first = write_report(pictures.full_picture(), tmp_path / "a.html")
    code = (
        "import sys; sys.path.insert(0, 'tests'); import pictures;"
        "from est_geo.sharing.report import write_report;"
        f"write_report(pictures.full_picture(), {str(tmp_path / 'b.html')!r})"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=conftest.__file__.rpartition("/tests/")[0],
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert first.read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_template_of_ones_own_extends_ours(tmp_path):
    own = tmp_path / "kommun.html"
    own.write_text(
        '{% extends "report.html" %}{% block heading %}<h1>Kommunen: {{ heading }}</h1>'
        "{% endblock %}",
        encoding="utf-8",
    )
    page = page_of(filled("<b>"), template=own)
    assert "<h1>Kommunen: Lägesbild &lt;b&gt;</h1>" in page
    assert 'id="quality"' in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% if %}", "TemplateSyntaxError"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ('{% include "/etc/passwd" %}', "TemplateNotFound"),
    ],
)
def test_a_template_at_fault_is_an_error_that_says_where_to_look(tmp_path, text, message):
    own = tmp_path / "own.html"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"`template` is at fault: .*{message}.*docs/report.md"):
        page_of(pictures.full_picture(), template=own)


def test_a_template_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(
        FileRefused, match=r"template 'none.html' cannot be read: FileNotFoundError"
    ):
        page_of(pictures.full_picture(), template=tmp_path / "none.html")


def test_a_path_of_another_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"must end in .html or .pdf, not 'a.docx'"):
        write_report(pictures.full_picture(), tmp_path / "a.docx")
    with pytest.raises(InputError, match="`language` must be one of sv, en"):
        write_report(pictures.full_picture(), language="no")


@pytest.mark.parametrize("suffix", [".html", pytest.param(".pdf", marks=pytest.mark.slow)])
def test_what_looks_like_personal_data_stops_the_writing(tmp_path, suffix):
    picture = pictures.full_picture()
    picture.addresses["address"] = "Malmvägen 8, 811228-9874"
    with pytest.raises(PersonalDataFound, match=r"personnummer \d"):
        write_report(picture, tmp_path / f"a{suffix}", with_map=False)
    assert list(tmp_path.iterdir()) == []


def test_a_map_that_is_drawn_already_is_held_as_it_is():
    picture = conftest.make_picture()
    page = draw_map(picture, title="En annan").page()
    report = write_report(picture, with_map=page).html
    (held,) = re.findall('srcdoc="([^"]*)"', report)
    assert html.unescape(held) == page.text
    assert (
        write_report(picture).html == write_report(picture, with_map=draw_map(picture).page()).html
    )


def test_a_title_of_ones_own():
    assert "<title>Norra &amp; södra, vecka 47" in page_of(
        pictures.full_picture(), title="Norra & södra"
    )


def test_many_municipalities_are_named_and_too_many_are_not():
    picture = conftest.make_picture()
    four = picture.districts.assign(municipality=["Sigtuna", "Ale", "Ånge", "Sigtuna"])
    title = write_report(dataclasses.replace(picture, districts=four), with_map=False).title
    assert title.startswith("Lägesbild Ale, Sigtuna och Ånge,")


def test_a_place_whose_hours_are_all_hidden_has_no_empty_grid():
    hours = pictures.time_profile()
    hours["weight"] = hours["weight"].mask(hours["place_id"].notna())
    page = page_of(pictures.full_picture(time_profile=hours, audience="public", smallest=5))
    after = page[page.index('<div class="strips">') :]
    strips = after[: after.index("<table")]
    assert strips.count("<figure") == 1
    assert "Hela området" in strips
    assert "stroke-dasharray" not in strips


def test_what_is_hidden_of_every_row_has_no_column():
    table = pictures.when_and_where().assign(weight=None)
    addresses = pictures.addresses().assign(sources=0, only_one_source=False)
    shown = {"when_and_where": table, "addresses": addresses}
    page = page_of(pictures.full_picture(audience="public", smallest=5, **shown))
    when = page[page.index('id="when"') : page.index('id="changes"')]
    assert "<th" in when
    assert "Händelser" not in when
    assert "visas inte" not in when
    assert "inget mönster" not in when
    recurring = page[page.index('id="recurring"') : page.index('id="deviating"')]
    assert "Rapportörer" not in recurring
    whole = page_of(pictures.full_picture())
    assert "Rapportörer" in whole[whole.index('id="recurring"') : whole.index('id="deviating"')]


def test_more_than_two_to_keep_an_eye_on_are_counted():
    cells, _ = pictures.deviations()
    cells["signal"] = cells["signal"].mask(cells["signal"] == "none", "yellow")
    said = [line.text for line in headlines(pictures.full_picture(deviations=cells), "sv")]
    watched = [text for text in said if text.startswith("Håll ögonen på ")]
    assert len(watched) == 1
    assert " och fyra till: något fler" in watched[0]


def test_a_place_that_is_gone_and_has_no_name_is_one_in_its_district():
    tracking = pictures.tracking()
    tracking["name"] = tracking["name"].mask(tracking["change"] == "gone")
    tracking["district"] = "Rotebro"
    said = text_of(page_of(pictures.full_picture(tracking=tracking)))
    assert "borta en plats i Rotebro" in said


def test_numbers_of_any_table_stand_to_the_right():
    quality = pd.DataFrame({"source": ["polis"], "incidents": [12]})
    page = page_of(pictures.full_picture(quality=quality))
    assert re.search(r"<td>polis</td><td class=\"n\">12</td>", page)


def test_how_much_of_a_rise_is_one_reporters_is_said_where_it_may_be():
    cells, _ = pictures.deviations()

    def said(**changed):
        table = cells.assign(source_n=7.0, **changed)
        return headlines(pictures.full_picture(deviations=table), "sv")[1].text

    assert (
        "(9 händelser, väntat 2–5). Sju av nio kommer från en rapportör (kommunalt bostadsbolag) "
        "som rapporterat mindre förut: ändrad rapportering."
    ) in said()
    assert "Sju av nio kommer från en ny rapportör (kommunalt bostadsbolag)." in said(
        reporting=cells["reporting"].replace("changed", "new")
    )


def test_signs_of_the_still_map_are_numbered_and_cover_none_other():
    picture = conftest.make_picture()
    same = picture.addresses.geometry.iloc[[0] * len(picture.addresses)].to_numpy()
    picture = dataclasses.replace(picture, addresses=picture.addresses.set_geometry(same))
    page = write_report(picture, with_map=False).html
    still = page[page.index('<svg class="still-map"') :]
    still = still[: still.index("</svg>")]
    found = re.findall(r'<circle cx="(.*?)" cy="(.*?)" r="8" fill="(.*?)"', still)
    at = np.array([[float(x), float(y)] for x, y, _ in found])
    apart = np.hypot(*(at[:, None] - at[None]).T)[np.triu_indices(len(at), 1)]
    assert apart.min() > 16, "twice the radius"
    assert [fill for *_, fill in found] == ["#fff"] * 3 + ["#222222"] * 2
    assert re.findall(r'font-size="10">(.*?)<', still) == ["1", "2", "3", "1", "2"]
    x, y = at[0]
    tied = still.count(f'<path d="M{x:.1f} {y:.1f}L')
    assert tied == 3, "two addresses and a place were there too, and lines lead to them"
