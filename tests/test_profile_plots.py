"""Plots: what they say in both languages, and that a photocopy still reads."""

import builtins

import numpy as np
import pandas as pd
import pytest

import est_geo as eg

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture
def profile():
    times = pd.Series(pd.to_datetime(["2026-11-20 21:10", "2026-11-20 21:40", "2026-11-16 08:00"]))
    return eg.time_profile(pd.DataFrame({"occurred_from": times}))


@pytest.mark.parametrize(
    ("language", "friday", "scale"),
    [
        ("sv", "fredag", "händelser i veckans timme"),
        ("en", "Friday", "incidents in the hour of the week"),
    ],
)
def test_hours_of_the_week_are_drawn_where_they_belong(profile, language, friday, scale):
    axes = eg.plot_time_profile(profile, language=language)
    drawn = axes.images[0].get_array()
    assert drawn.shape == (7, 24)
    assert (drawn[4, 21], drawn[0, 8], drawn.sum()) == (2, 1, 3)
    assert axes.get_yticklabels()[4].get_text() == friday
    assert axes.figure.axes[1].get_ylabel() == scale
    # Monday stands at the top, and row 0 is drawn there.
    assert axes.get_ylim() == (7, 0)


def test_darker_is_always_more_also_in_grey(profile):
    axes = eg.plot_time_profile(profile)
    red, green, blue, _ = axes.images[0].get_cmap()(np.linspace(0, 1, 50)).T
    assert (np.diff(0.2126 * red + 0.7152 * green + 0.0722 * blue) < 0).all()


def test_an_empty_profile_is_drawn_blank(profile):
    axes = eg.plot_time_profile(profile.assign(weight=0.0))
    assert axes.images[0].get_clim() == (0, 1)


def test_more_than_one_profile_is_refused(profile):
    with pytest.raises(eg.InputError, match="`profile` has 336 rows, one profile has 168"):
        eg.plot_time_profile(pd.concat([profile, profile]))
    with pytest.raises(eg.InputError, match="`profile` has 168 rows"):
        eg.plot_time_profile(profile.assign(hour=0))
    with pytest.raises(eg.InputError, match="`language` must be one of sv, en"):
        eg.plot_time_profile(profile, language="de")


@pytest.mark.parametrize(("language", "half"), [("sv", "hälften: 12,5 %"), ("en", "half: 12.5 %")])
def test_a_lorenz_curve_says_where_half_is_reached(language, half):
    points = eg.lorenz_points(pd.DataFrame({"n": [4, 1, 1, 2]}), register=8)
    axes = eg.plot_lorenz(points, language=language)
    assert half in [text.get_text() for text in axes.texts]
    curve = axes.lines[1].get_xydata()
    assert curve.tolist() == (points.to_numpy() * 100).tolist()
    assert axes.get_xlabel().startswith("andel av alla" if language == "sv" else "share of all")


def test_an_inflated_curve_says_so_and_no_curve_is_no_error():
    points = eg.lorenz_points(pd.DataFrame({"n": [4, 1]}))
    assert eg.plot_lorenz(points).get_xlabel().startswith("andel av adresser med händelser")
    empty = eg.lorenz_points(pd.DataFrame({"n": []}, dtype="int64"), register=3)
    assert len(eg.plot_lorenz(empty).lines[1].get_xydata()) == 0


def test_given_axes_are_drawn_on(profile):
    axes = plt.subplots()[1]
    assert eg.plot_time_profile(profile, ax=axes) is axes


def test_without_matplotlib_the_message_says_what_to_install(profile, monkeypatch):
    real = builtins.__import__

    def absent(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        eg.plot_time_profile(profile)
