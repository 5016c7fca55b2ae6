"""A map that shows itself: in a file, in a notebook and in a report."""

from __future__ import annotations

import html
import logging
import re

import pytest

import conftest
from est_geo.errors import InputError
from est_geo.sharing.map import draw_map
from test_html import HOSTILE


def test_the_size_is_that_of_the_file_and_is_logged(picture, tmp_path, caplog):
    drawn = draw_map(picture)
    with caplog.at_level(logging.INFO, logger="est_geo"):
        file = drawn.save(tmp_path / "map.html")
    assert drawn.size_bytes == file.stat().st_size > 100_000
    assert f"map.html, {-(-drawn.size_bytes // 1000)} kB" in caplog.messages


def test_a_frame_holds_the_whole_page_and_no_right_but_its_own_scripts(picture):
    drawn = draw_map(picture, title="".join(HOSTILE))
    frame = drawn.to_iframe(height=500)
    found = re.fullmatch(
        r'<iframe srcdoc="([^"<>]*)" sandbox="allow-scripts allow-modals" title="([^"<>]*)" '
        r'style="([^"<>]*)"></iframe>',
        frame,
    )
    assert html.unescape(found[1]) == drawn.to_html()
    assert "height:500px" in found[3]


@pytest.mark.parametrize("height", [99, 500.5, "500px", True])
def test_the_height_of_a_frame_is_whole_pixels(picture, height):
    with pytest.raises(InputError, match="`height` must be a whole number of at least 100"):
        draw_map(picture).to_iframe(height=height)


def report(frame, *, policy=""):
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{frame}</body></html>"
    )


@pytest.mark.browser
@pytest.mark.parametrize("strict", [False, True])
def test_a_frame_draws_in_a_report_also_one_with_a_policy_of_its_own(
    page, picture, tmp_path, strict
):
    drawn = draw_map(picture)
    allowed = " ".join(drawn.page().hashes)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:"
        if strict
        else ""
    )
    file = tmp_path / "rapport.html"
    file.write_text(report(drawn.to_iframe(), policy=policy), encoding="utf-8")
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#est-geo-head h1").wait_for()
    assert frame.locator("#est-geo-head h1").text_content() == drawn.data["title"]
    assert page.said == []
    assert page.asked == [file.as_uri()]


@pytest.mark.browser
def test_a_frame_cannot_reach_the_page_around_it(page, picture, tmp_path):
    file = tmp_path / "rapport.html"
    file.write_text(report(draw_map(picture).to_iframe()), encoding="utf-8")
    page.goto(file.as_uri())
    page.frame_locator("iframe").locator("#est-geo-head h1").wait_for()
    inside = page.frames[1]
    assert inside.evaluate("origin") == "null"
    reach = "() => { try { return parent.document.title; } catch (error) { return error.name; } }"
    assert inside.evaluate(reach) == "SecurityError"


@pytest.mark.browser
def test_a_notebook_shows_the_map_and_without_the_frame_how_to_get_it(page, tmp_path):
    shown = draw_map(conftest.make_picture())._repr_html_()
    file = tmp_path / "cell.html"
    file.write_text(report(shown), encoding="utf-8")
    page.goto(file.as_uri())
    page.frame_locator("iframe").locator("#est-geo-head h1").wait_for()
    frame, under = page.locator("iframe").bounding_box(), page.locator("p").bounding_box()
    assert frame["height"] == 640
    assert frame["y"] <= under["y"]
    assert under["y"] + under["height"] <= frame["y"] + frame["height"]
    page.evaluate("document.querySelector('iframe').remove()")  # as where it is not trusted
    assert "betrodd" in page.locator("p").inner_text()
    assert page.said == []


@pytest.mark.browser
def test_the_button_for_printing_works_in_a_frame(page, picture, tmp_path):
    file = tmp_path / "rapport.html"
    file.write_text(report(draw_map(picture).to_iframe()), encoding="utf-8")
    page.goto(file.as_uri())
    page.frame_locator("iframe").get_by_role("button", name="Skriv ut").click()
    page.wait_for_timeout(100)
    assert page.said == []  # a sandbox without leave for dialogues says that it ignored the call
