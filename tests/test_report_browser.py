"""The report in a browser: nothing runs, nothing is asked for, and it fits a phone and a sheet."""

import itertools

import pytest

import pictures
from est_geo.sharing.report import write_report

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>{{7*7}}${1}`'


def opened(page, picture, tmp_path, **options):
    path = write_report(picture, tmp_path / "report.html", **options)
    page.goto(path.as_uri())
    return page


def scale_of(page):
    """Length in metres of the map's scale bar: tiny where the map was fitted to no room."""
    page.locator("#map").scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    said = page.frame_locator("iframe").locator(".leaflet-control-scale-line").inner_text()
    number, unit = said.split()
    return float(number) * (1000 if unit == "km" else 1)


@pytest.mark.parametrize("size", [(1200, 900), (390, 800)])
def test_it_opens_quietly_with_its_map_fitted_and_nothing_too_wide(page, tmp_path, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    opened(page, pictures.full_picture(), tmp_path)
    # The map lies below the fold: its frame is not laid out when its script runs.
    assert scale_of(page) >= 200
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "about:", "data:"))] == []


def test_text_from_data_is_seen_and_runs_nowhere(page, tmp_path):
    picture = pictures.full_picture()
    picture.addresses["address"] = HOSTILE
    picture.deviations["district"] = HOSTILE
    picture.time_profile["name"] = picture.time_profile["name"].where(
        picture.time_profile["name"].isna(), HOSTILE
    )
    picture.districts = picture.districts.assign(district=HOSTILE, municipality=HOSTILE)
    opened(page, picture, tmp_path)
    assert HOSTILE in page.locator("#recurring").inner_text()
    assert HOSTILE in page.locator("#deviating").inner_text()
    assert HOSTILE in page.locator("h1").inner_text()
    page.locator("#map").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert [frame.evaluate("typeof window.ran") for frame in page.frames] == ["undefined"] * 2
    assert page.said == []


def test_a_script_that_a_template_brings_does_not_run(page, tmp_path):
    own = tmp_path / "own.html"
    own.write_text(
        '{% extends "report.html" %}{% block footer %}<script>window.ran=1</script>{% endblock %}',
        encoding="utf-8",
    )
    opened(page, pictures.full_picture(), tmp_path, template=own)
    assert page.evaluate("typeof window.ran") == "undefined"


def test_on_paper_the_map_stands_still_and_the_method_is_unfolded(page, tmp_path):
    opened(page, pictures.full_picture(), tmp_path)
    still, frame = page.locator(".still svg"), page.locator(".frame")
    assert (still.is_visible(), frame.is_visible()) == (False, True)
    assert not page.locator(".parameters").is_visible()
    page.emulate_media(media="print")
    assert (still.is_visible(), frame.is_visible()) == (True, False)
    assert page.locator(".parameters").bounding_box()["height"] > 20
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF-")


def test_headings_go_down_one_step_at_a_time_and_charts_say_what_they_show(page, tmp_path):
    opened(page, pictures.full_picture(), tmp_path)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    said = page.evaluate("[...document.querySelectorAll('svg[role]')].map((s) => s.ariaLabel)")
    assert len(said) > 3
    assert all(said)
