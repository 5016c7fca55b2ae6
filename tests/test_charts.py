"""Small charts: where things are drawn, how dark, and what they say in words."""

import itertools
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from est_geo.sharing.charts import RAMP, Week, month_squares, shade, week_line, week_strip

HOSTILE = "</svg><script>alert(1)</script>\"'{{7*7}}&amp;"


def root_of(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def parts(svg, tag):
    return list(root_of(svg).iter(tag))


def luminance(colour):
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_ramp_grows_darker_in_even_steps_that_a_photocopy_keeps():
    light = [luminance(colour) for colour in RAMP]
    assert all(a - b > 0.08 for a, b in itertools.pairwise(light))


def test_none_is_lightest_most_is_darkest_and_little_is_not_none():
    assert (shade(0, 10), shade(0.001, 10), shade(10, 10)) == (RAMP[0], RAMP[1], RAMP[-1])
    assert (shade(2, 10), shade(2.1, 10)) == (RAMP[1], RAMP[2])
    assert shade(5, 0) == RAMP[0]


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_is_never_lighter(a, b):
    low, high = sorted((a, b))
    assert RAMP.index(shade(low, 100)) <= RAMP.index(shade(high, 100))


def test_squares_are_filled_where_something_happened_oldest_first():
    drawn = parts(month_squares([True, False], ["maj: ja", "juni: nej"]), "rect")
    assert [mark.get("fill") for mark in drawn] == ["#222222", "none"]
    assert [mark.find("title").text for mark in drawn] == ["maj: ja", "juni: nej"]


def test_a_week_has_monday_at_the_top_and_midnight_at_the_left():
    weights = [0.0] * 168
    weights[4 * 24 + 21] = 3
    svg = week_strip(weights, days=["må", "ti", "on", "to", "fr", "lö", "sö"], says="Fredag kl. 21")
    squares = parts(svg, "rect")
    assert len(squares) == 168
    dark = [i for i, mark in enumerate(squares) if mark.get("fill") == RAMP[-1]]
    assert dark == [4 * 24 + 21]
    first, friday = squares[0], squares[dark[0]]
    assert float(friday.get("x")) - float(first.get("x")) == 21 * 13
    assert float(friday.get("y")) - float(first.get("y")) == 4 * 13
    assert root_of(svg).get("aria-label") == "Fredag kl. 21"
    assert root_of(svg).get("role") == "img"


def test_what_is_hidden_is_hollow():
    weights = [None, 0.0, 1.0] + [0.0] * 165
    squares = parts(week_strip(weights, days=["x"] * 7, says=""), "rect")
    assert [mark.get("fill") for mark in squares[:3]] == ["none", RAMP[0], RAMP[-1]]


def test_a_line_of_weeks_begins_at_zero_and_leaves_the_unfinished_week_alone():
    weeks = [Week("45", 12, 4, 15), Week("46", 7, 4, 15), Week("47", 3, 4, 15, complete=False)]
    svg = week_line(weeks, says="v. 45 till 47")
    texts = [text.text for text in parts(svg, "text")]
    assert texts[:4] == ["0", "5", "10", "15"]
    assert texts[4:] == ["45", "46", "47"]
    line = next(p for p in parts(svg, "path") if p.get("stroke") == "#222222")
    assert line.get("d").count("L") == 1
    hollow = [c for c in parts(svg, "circle") if c.get("fill") == "#fff"]
    assert len(hollow) == 1
    band = next(p for p in parts(svg, "path") if p.get("fill") == "#dddddd")
    numbers = [float(v) for v in re.findall(r"[\d.]+", band.get("d"))]
    # The band spans the width of the line, and 15 lies above 4.
    assert (min(numbers[0::2]), max(numbers[0::2])) == (30, 628)
    assert numbers[1] < numbers[-1]


@pytest.mark.parametrize("highest", [0, 1, 7, 40, 999])
def test_lines_are_few_and_reach_the_highest(highest):
    svg = week_line([Week("1", highest), Week("2", 0)], says="")
    steps = [int(t.text) for t in parts(svg, "text")][:-2]
    assert steps[0] == 0
    assert steps[-1] >= highest
    assert len(steps) <= 6


def test_no_text_becomes_markup():
    for svg in (
        month_squares([True], [HOSTILE]),
        week_strip([1.0] * 168, days=[HOSTILE] * 7, says=HOSTILE),
        week_line([Week(HOSTILE, 1.0)], says=HOSTILE),
    ):
        root = root_of(svg)
        assert "script" not in {node.tag for node in root.iter()}
        held = [root.get("aria-label"), *(node.text for node in root.iter() if node.text)]
        assert HOSTILE in held
