"""The traffic light on problem places x categories, and turned around: what was not simulated.

    python benchmarks/calibrate_places.py [municipalities a line]

Places: a municipality of 2 000 incidents a year (or more) has 300 spots that hold two fifths of
them, very unequally (gamma of shape ½), and eight categories. Twenty spots are looked at: those
with most incidents in the year before ("followed"), or in each picture those with most in the 17
weeks that end with it ("found anew", as a weekly picture finds its places). Limits are scaled with
the cells in which something happened in the past year, as the library does.

Fewer than usual: the library does not look for it. Here the same distribution's lower tail is held
to the same limits, p ≤ .003 and three fewer than expected, to tell what it would be worth.
"""

from __future__ import annotations

import sys

import numpy as np

from calibrate_deviations import P_RED, VIEWS, length, newly, our_light
from count_worlds import WORLDS, YEAR, draw_counts, usual_rates
from est_geo.analysis import deviation_model as model
from est_geo.analysis import deviation_pictures as pictures

SPOTS, LOOKED_AT, CATEGORIES = 300, 20, 8
IN_SPOTS, SHAPE = 0.4, 0.5
NAMED = ("season and holidays", "over-dispersed weeks", "bursts", "30 % duplicates left")
_ABOVE, _WINDOW = 3, 17
_CELLS, _P_AT_MOST = 72, 0.01
_SHARES = np.array([0.22, 0.17, 0.15, 0.15, 0.12, 0.09, 0.06, 0.04])


def spot_rates(events: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw incidents a week by spot and category, (n, 301, 8); the last row is everywhere else."""
    size = rng.gamma(SHAPE, 1.0, (n, SPOTS))
    size *= IN_SPOTS / size.sum(axis=1, keepdims=True)
    size = np.append(size, np.full((n, 1), 1 - IN_SPOTS), axis=1)
    return size[:, :, None] * _SHARES * events / YEAR


def light(counts: np.ndarray, total: np.ndarray, wanted: np.ndarray) -> dict[str, np.ndarray]:
    """Red cells of some places, (n, 20, 8, weeks wanted), by view; seasons are of `total`."""
    cells, sums = pictures.cumulative(counts), pictures.cumulative(total)
    at = wanted + counts.shape[-1]
    phi, alpha, _ = pictures.noise_before(pictures.weekly_sums(cells, sums), at)
    year = cells[..., at + 1] - cells[..., at + 1 - YEAR]
    happened = (year > 0).sum(axis=(-3, -2), keepdims=True)
    p_red = np.minimum(P_RED * _CELLS / np.maximum(happened, 1), _P_AT_MOST)
    found = {}
    for view in VIEWS:
        seen = pictures.week_pictures(cells, sums, at, view=view)
        expected = model.predict(
            seen.baseline, seen.m, phi[..., None, None, :], alpha[..., None, None, :]
        )
        found[view] = (expected.at_least(seen.n) <= p_red) & (seen.n - expected.mean >= _ABOVE)
    return found


def most(counts: np.ndarray) -> np.ndarray:
    """Choose the spots with most incidents, (n, 20, 1, 1)."""
    n = counts[:, :SPOTS].sum(axis=(-2, -1))
    return np.argsort(-n, axis=1, kind="stable")[:, :LOOKED_AT, None, None]


def place_reds(name: str, events: float, *, n: int, anew: bool, seed: int = 5) -> float:
    """Count the new false red cells in a year of pictures, on average."""
    rng = np.random.default_rng((seed, int(events), list(WORLDS).index(name)))
    weeks = length(2) + YEAR
    counts, _, _ = draw_counts(WORLDS[name], spot_rates(events, n, rng), weeks, rng)
    total = counts.sum(axis=1)
    if not anew:
        own = np.take_along_axis(counts, most(counts[..., -2 * YEAR : -YEAR]), axis=1)
        red = light(own, total, np.arange(-YEAR - 1, 0))
        return float(sum(newly(red[view]) for view in VIEWS).mean())
    reds = {view: np.zeros((n, SPOTS, CATEGORIES, YEAR + 1), dtype=bool) for view in VIEWS}
    for i in range(YEAR + 1):
        end = weeks - YEAR + i
        known = counts[..., :end]
        chosen = most(known[..., -_WINDOW:])
        red = light(np.take_along_axis(known, chosen, axis=1), total[..., :end], np.array([-1]))
        for view in VIEWS:
            np.put_along_axis(reds[view][..., i : i + 1], chosen, red[view], axis=1)
    return float(sum(newly(reds[view]) for view in VIEWS).mean())


def place_power(
    times: float, low: float, high: float, *, n: int, weeks_long: int = 4, seed: int = 6
) -> float:
    """Give the share found of changes of a cell of a followed place, 2 000 incidents a year."""
    rng = np.random.default_rng((seed, int(times * 10), int(low * 100)))
    rates, weeks, who = spot_rates(2_000, n, rng), length(2) + YEAR, np.arange(n)
    where = np.argsort(-rates[:, :SPOTS].sum(axis=2), axis=1)[:, 0]
    what = rng.integers(0, CATEGORIES, n)
    rates[who, where, what] = rng.uniform(low, high, n)
    start = rng.integers(weeks - YEAR, weeks - weeks_long + 1, n)
    planted = np.ones((n, SPOTS + 1, CATEGORIES, weeks), dtype=np.float32)
    for step in range(weeks_long):
        planted[who, where, what, start + step] = times
    counts, _, _ = draw_counts(WORLDS[NAMED[0]], rates, weeks, rng, planted=planted)
    chosen = most(counts[..., -2 * YEAR : -YEAR])
    # A place that people follow for its usual trouble is on the list.
    missing = ~(chosen[:, :, 0, 0] == where[:, None]).any(axis=1)
    chosen[missing, -1, 0, 0] = where[missing]
    red = light(np.take_along_axis(counts, chosen, axis=1), counts.sum(axis=1), np.arange(-YEAR, 0))
    row = (chosen[:, :, 0, 0] == where[:, None]).argmax(axis=1)
    either = (red["week"] | red["four_weeks"])[who, row, what]
    at = start - (weeks - YEAR)
    return float(np.mean([either[i, at[i] : at[i] + weeks_long].any() for i in range(n)]))


def fewer(ours: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Cells with so few that chance gives it three times in a thousand, and three too few."""
    low = {}
    for view in VIEWS:
        n, expected = ours[view + "_picture"].n, ours[view + "_expected"]
        tail = 1 - expected.at_least(n + 1)
        low[view] = (tail <= P_RED) & (expected.mean - n >= _ABOVE)
    return low


def false_lows(name: str, events: float, *, n: int, seed: int = 7) -> float:
    """Count the cells newly low in a year in which nothing changed, on average."""
    rng = np.random.default_rng((seed, int(events), list(WORLDS).index(name)))
    rates = usual_rates(WORLDS[name], events, n, rng)
    counts, _, _ = draw_counts(WORLDS[name], rates, length(2), rng)
    low = fewer(our_light(counts, np.arange(-YEAR - 1, 0), 2))
    return float(sum(newly(low[view]) for view in VIEWS).mean())


def power_of_fewer(times: float, low: float, high: float, *, n: int, seed: int = 8) -> float:
    """Give the share found of falls of four weeks, one a municipality of 2 000 incidents a year."""
    rng = np.random.default_rng((seed, int(times * 10), int(low * 10)))
    rates = usual_rates(WORLDS[NAMED[0]], 2_000, n, rng)
    who, where, what = np.arange(n), rng.integers(0, 9, n), rng.integers(0, 8, n)
    rates[who, where, what] = rng.uniform(low, high, n)
    weeks = length(2)
    start = rng.integers(weeks - YEAR, weeks - 3, n)
    planted = np.ones((n, 9, 8, weeks))
    for step in range(4):
        planted[who, where, what, start + step] = times
    counts, _, _ = draw_counts(WORLDS[NAMED[0]], rates, weeks, rng, planted=planted)
    found = fewer(our_light(counts, np.arange(-YEAR, 0), 2))
    either = (found["week"] | found["four_weeks"])[who, where, what]
    at = start - (weeks - YEAR)
    return float(np.mean([either[i, at[i] : at[i] + 4].any() for i in range(n)]))


def main(n: int) -> None:
    """Print the tables of the docs."""
    print(f"places x categories, {n} municipalities a line: new false reds a year")
    for name in NAMED:
        for events in (700, 2_000, 5_000, 10_000):
            followed = place_reds(name, events, n=n, anew=False)
            anew = place_reds(name, events, n=n, anew=True)
            print(
                f"{name:24}{events:>7}  followed {followed:5.1f}  found anew {anew:5.1f}",
                flush=True,
            )
    print("found of doublings and triplings of four weeks, of a followed place")
    for low, high in ((0.1, 0.25), (0.25, 0.5), (0.5, 1), (1, 2), (2, 4)):
        found = [
            np.mean([place_power(t, low, high, n=20, seed=s) for s in range(n // 4)])
            for t in (2, 3)
        ]
        print(f"{low:5}-{high:<5}" + "".join(f"{share:7.2f}" for share in found), flush=True)
    print("fewer than usual: newly low cells a year")
    for name in WORLDS:
        counts = [false_lows(name, events, n=n) for events in (700, 2_000, 5_000, 10_000)]
        print(f"{name:26}" + "".join(f"{count:7.1f}" for count in counts), flush=True)
    print("found of falls of four weeks: to a half, to nothing")
    for low, high in ((0.5, 1), (1, 2), (2, 4), (4, 8)):
        found = [power_of_fewer(t, low, high, n=10 * n) for t in (0.5, 0.0)]
        print(f"{low:5}-{high:<5}" + "".join(f"{share:7.2f}" for share in found), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
