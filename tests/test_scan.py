"""The chance of a run somewhere in a period, against other people's numbers and by drawing."""

import numpy as np
import pytest

import est_geo as eg
from est_geo.errors import InputError


def test_the_numbers_of_the_paper_and_of_a_peer():
    # Aberdein and Spiegelhalter (2013): six cyclists in some fortnight of eight years.
    assert eg.scan_probability(6, mean=0.6, windows=208) == pytest.approx(0.039, abs=5e-4)
    # ptools (R) has .486814 here, by two slips: see the docstring. Drawing, below, bears ours out.
    assert eg.scan_probability(6, mean=1.0, windows=260) == pytest.approx(0.485587, abs=5e-7)


CASES = [(1, 0.1, 5), (2, 0.1, 20), (3, 0.5, 20), (3, 1.0, 3), (7, 2, 26)]


@pytest.mark.parametrize(("n", "mean", "windows"), CASES)
def test_drawing_gives_the_same(n, mean, windows):
    rng = np.random.default_rng(n)
    draws = 20_000
    hits = 0
    for count in rng.poisson(mean * windows, draws):
        times = np.sort(rng.uniform(0, windows, count))
        hits += bool(count >= n and (times[n - 1 :] - times[: count - n + 1] <= 1).any())
    p = hits / draws
    error = 4 * (p * (1 - p) / draws) ** 0.5
    assert eg.scan_probability(n, mean=mean, windows=windows) == pytest.approx(p, abs=error)


def test_more_windows_more_chance_and_a_longer_run_less():
    by_windows = [eg.scan_probability(4, mean=1, windows=w) for w in (2, 10, 100, 1e4)]
    assert by_windows == sorted(by_windows)
    by_n = [eg.scan_probability(n, mean=1, windows=50) for n in range(1, 15)]
    assert by_n == sorted(by_n, reverse=True)
    assert all(0 <= p <= 1 for p in by_windows + by_n)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"n": 0, "mean": 1, "windows": 9}, "`n` must be a whole number of at least 1, not 0"),
        ({"n": 2.5, "mean": 1, "windows": 9}, "`n` must be a whole number"),
        ({"n": 2, "mean": 0, "windows": 9}, "`mean` must be a finite number above 0, not 0"),
        ({"n": 2, "mean": 1, "windows": 1}, "`windows` must be a finite number of at least 2"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments, text):
    n = arguments.pop("n")
    with pytest.raises(InputError, match=text):
        eg.scan_probability(n, **arguments)
