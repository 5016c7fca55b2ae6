"""How often the traffic light is red by chance, and how often it finds a change.

    python benchmarks/calibrate_deviations.py [municipalities a line]

Invented municipalities of 9 x 8 cells (`count_worlds`). False: cells that are red in the picture of
a week or of four weeks and were not the week before, over the last year of each municipality, in
which nothing has changed; without those that the light labels as one reporter's. "Of bursts": those
of them that would not be red without the followers of a burst. Found: the cell in which the rate
was multiplied is red in either picture in one of those weeks. Beside it, on the same counts: the
upper tail of Poisson and of NB2 (scipy) at the same p, EARS C2 and the square-root band. All are
asked for three more than expected.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import hypergeom, nbinom, poisson

from count_worlds import WORLDS, YEAR, draw_counts, usual_rates
from est_geo.analysis import deviation_model as model
from est_geo.analysis import deviation_pictures as pictures

P_RED, P_YELLOW = 0.003, 0.02
EVENTS = (700, 2_000, 5_000, 10_000)
METHODS = ("est_geo", "Poisson", "NB2", "EARS", "√ band")
VIEWS = ("week", "four_weeks")
_ABOVE = 3
_BASE = 26


def length(years: int) -> int:
    """Give the weeks to draw so that the last year has so many earlier ones to learn from."""
    return YEAR * (2 + years) + _BASE + 4 if years else YEAR * 2 + 16


def our_light(counts: np.ndarray, wanted: np.ndarray, years: int) -> dict[str, np.ndarray]:
    """Red and yellow cells of the wanted weeks, as est_geo has them, with p and the pictures."""
    counts = counts[..., -length(years) :]
    shift = counts.shape[-1] - length(years)
    cells, total = (pictures.cumulative(c) for c in (counts, counts.sum(axis=-3)))
    wanted = wanted + length(years)  # counted from the end: −1 is the last week
    phi, alpha, _ = pictures.noise_before(pictures.weekly_sums(cells, total), wanted)
    found = {"phi": phi, "alpha": alpha, "shift": shift}
    for view in ("week", "four_weeks"):
        seen = pictures.week_pictures(cells, total, wanted, view=view)
        expected = model.predict(
            seen.baseline, seen.m, phi[..., None, None, :], alpha[..., None, None, :]
        )
        p, above = expected.at_least(seen.n), seen.n - expected.mean
        found[view] = (p <= P_RED) & (above >= _ABOVE)
        found[view + "_expected"] = expected
        found[view + "_yellow"] = (p <= P_YELLOW) & (above >= 2) & ~found[view]
        found[view + "_picture"] = seen
    return found


def others(counts: np.ndarray, wanted: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Red cells of the wanted weeks by the usual rules, for a week and for four."""
    light: dict[str, dict[str, np.ndarray]] = {name: {} for name in METHODS[1:]}
    for view, span in (("week", 1), ("four_weeks", 4)):
        sums = pictures.cumulative(counts)
        spans = sums[..., span:] - sums[..., :-span]  # spans[i]: weeks i … i + span − 1
        at = counts.shape[-1] + wanted - span + 1
        n = spans[..., at]
        size = _BASE if span == 1 else 24
        base = np.stack([counts[..., at - i] for i in range(1, size + 1)])
        mean = base.mean(axis=0) * span
        alpha = np.maximum(
            0, (base.var(axis=0, ddof=1) * span - mean) / np.maximum(mean, 1e-9) ** 2
        )
        r = 1 / np.maximum(alpha, 1e-6)
        high = n - mean >= _ABOVE
        light["Poisson"][view] = high & (poisson.sf(n - 1, mean) <= P_RED)
        light["NB2"][view] = high & (nbinom.sf(n - 1, r, r / (r + mean)) <= P_RED)
        # C2: seven spans that end two before this one.
        seven = np.stack([spans[..., at - span * (2 + i)] for i in range(1, 8)])
        limit = seven.mean(axis=0) + 3 * seven.std(axis=0, ddof=1)
        light["EARS"][view] = (n > limit) & (n - seven.mean(axis=0) >= _ABOVE)
        light["√ band"][view] = high & (n > (np.sqrt(mean) + 1.5) ** 2)
    return light


def newly(red: np.ndarray) -> np.ndarray:
    """Count, by municipality, the cells that are red and were not the week before."""
    first = red[..., 1:] & ~red[..., :-1]
    return first.sum(axis=(-3, -2, -1))


def false_reds(name: str, events: float, *, n: int, years: int, seed: int) -> dict[str, np.ndarray]:
    """Count the new false reds a year of n municipalities by each method."""
    rng = np.random.default_rng((seed, EVENTS.index(events), list(WORLDS).index(name)))
    world = WORLDS[name]
    counts, added, burst = draw_counts(world, usual_rates(world, events, n, rng), length(2), rng)
    wanted = np.arange(-YEAR - 1, 0)
    ours = our_light(counts, wanted, years)
    if world.new_reporter:
        explained = {v: labelled(ours, added, wanted, years, v) for v in ("week", "four_weeks")}
        unlabelled = sum(newly(ours[v] & ~explained[v]) for v in ("week", "four_weeks"))
    else:
        unlabelled = newly(ours["week"]) + newly(ours["four_weeks"])
    if world.burst:
        of_bursts = sum(newly(bursting(ours, burst, wanted, years, v)) for v in VIEWS)
    else:
        of_bursts = 0 * unlabelled
    result = {
        "est_geo": unlabelled,
        "of bursts": of_bursts,
        "reds": newly(ours["week"]) + newly(ours["four_weeks"]),
        "yellow": newly(ours["week_yellow"]) + newly(ours["four_weeks_yellow"]),
        "phi": ours["phi"].mean(axis=-1),
        "alpha": ours["alpha"].mean(axis=-1),
    }
    for method, light in others(counts, wanted).items():
        result[method] = newly(light["week"]) + newly(light["four_weeks"])
    return result


def labelled(
    ours: dict[str, np.ndarray], added: np.ndarray, wanted: np.ndarray, years: int, view: str
) -> np.ndarray:
    """Tell which cells the new reporter explains: "new", or "changed" by METHODS' two tests."""
    seen = ours[view + "_picture"]
    sums = pictures.cumulative(added[..., -length(years) :])
    new = pictures.week_pictures(sums, sums.sum(axis=-3), wanted + length(years), view=view)
    # The same baseline as the cell's own.
    n, b = new.n, new.baseline
    rest = model.predict(seen.baseline - b, seen.m, 1.0, 0.0).at_least(seen.n - n)
    split = hypergeom.sf(n - 1, seen.n + seen.baseline, n + b, seen.n)
    return ((split <= 0.05) & (rest > 0.05)) | ((b == 0) & (n >= 3))


def bursting(
    ours: dict[str, np.ndarray], burst: np.ndarray, wanted: np.ndarray, years: int, view: str
) -> np.ndarray:
    """Tell which red cells would not be red without what followed in bursts."""
    sums = pictures.cumulative(burst[..., -length(years) :])
    followed = pictures.week_pictures(sums, sums.sum(axis=-3), wanted + length(years), view=view).n
    rest = ours[view + "_picture"].n - followed
    expected = ours[view + "_expected"]
    still = (expected.at_least(rest) <= P_RED) & (rest - expected.mean >= _ABOVE)
    return ours[view] & ~still


def power(
    times: float,
    low: float,
    high: float,
    *,
    n: int,
    seed: int,
    weeks_long: int = 4,
    world: str = "season and holidays",
) -> dict[str, float]:
    """Give the share found of changes of some weeks, one a municipality of 2 000 events a year."""
    rng = np.random.default_rng((seed, int(times * 10), int(low * 10)))
    rates = usual_rates(WORLDS[world], 2_000, n, rng)
    who, where, what = np.arange(n), rng.integers(0, 9, n), rng.integers(0, 8, n)
    rates[who, where, what] = rng.uniform(low, high, n)
    weeks = length(2)
    start = rng.integers(weeks - YEAR, weeks - weeks_long + 1, n)
    planted = np.ones((n, 9, 8, weeks))
    for step in range(weeks_long):
        planted[who, where, what, start + step] = times
    counts, _, _ = draw_counts(WORLDS[world], rates, weeks, rng, planted=planted)
    wanted = np.arange(-YEAR, 0)
    ours = our_light(counts, wanted, 2)
    lights = {"est_geo": {v: ours[v] for v in ("week", "four_weeks")}} | others(counts, wanted)
    found = {}
    for method, light in lights.items():
        either = (light["week"] | light["four_weeks"])[who, where, what]
        at = start - (weeks - YEAR)
        seen = [either[i, at[i] : at[i] + weeks_long].any() for i in range(n)]
        found[method] = float(np.mean(seen))
    return found


def calendar_reds(name: str, events: float, *, n: int, seed: int) -> dict[str, float]:
    """Count the false red months and tertials in a year of n municipalities, on average."""
    rng = np.random.default_rng((seed, EVENTS.index(events), list(WORLDS).index(name)))
    weeks = length(2)
    rates = usual_rates(WORLDS[name], events, n, rng)
    counts, _, _ = draw_counts(WORLDS[name], rates, weeks, rng)
    days = rng.multinomial(counts, [1 / 7] * 7).reshape(*counts.shape[:-1], weeks * 7)
    # The last week ends with a year, as in the worlds.
    calendar = np.arange(weeks * 7) + np.datetime64("2026-12-31") - weeks * 7 + 1
    cells, total = (pictures.cumulative(c) for c in (counts, counts.sum(axis=-3)))
    sums = pictures.weekly_sums(cells, total)
    by_day, all_by_day = (pictures.cumulative(c) for c in (days, days.sum(axis=-3)))

    def daily(first: np.ndarray, end: np.ndarray) -> np.ndarray:
        newest = weeks * 7
        return all_by_day[..., np.clip(end, 0, newest)] - all_by_day[..., np.clip(first, 0, newest)]

    found = {}
    for view, months in (("month", 1), ("tertial", 4)):
        number = calendar.astype("datetime64[M]").astype(int) // months
        starts = np.append(np.flatnonzero(np.diff(number)) + 1, weeks * 7)
        sums_of_days = by_day[..., starts] - by_day[..., starts[:1]]
        wanted = np.arange(len(starts) - 1 - 12 // months, len(starts) - 1)
        seen = pictures.calendar_pictures(sums_of_days, starts, daily, wanted, view=view)
        phi, alpha, _ = pictures.noise_before(sums, starts[wanted] // 7)
        expected = model.predict(
            seen.baseline, seen.m, phi[..., None, None, :], alpha[..., None, None, :]
        )
        red = (expected.at_least(seen.n) <= 0.005) & (seen.n - expected.mean >= _ABOVE)
        found[view] = float(red.sum() / n)
    return found


def told(name: str, *, n: int, seed: int) -> dict[str, tuple[float, float]]:
    """Give the red cells of a year's pictures at 2 000 events, and how many the table tells of."""
    rng = np.random.default_rng((seed, list(WORLDS).index(name)))
    rates = usual_rates(WORLDS[name], 2_000, n, rng)
    counts, _, _ = draw_counts(WORLDS[name], rates, length(2), rng)
    ours = our_light(counts, np.arange(-YEAR, 0), 2)
    result = {}
    for view in VIEWS:
        expected = ours[view + "_expected"]
        by_chance = expected.at_least(expected.first_at(P_RED, above=_ABOVE))
        result[view] = (float(ours[view].sum() / n), float(by_chance.sum() / n))
    return result


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    began = time.perf_counter()
    columns = (*METHODS[:1], "of bursts", *METHODS[1:], "yellow")
    for years in (2, 1, 0):
        print(f"\nNew false reds a year, {years} earlier year(s), {n} municipalities a line")
        print(f"{'world':26}{'events':>7}" + "".join(f"{c:>10}" for c in columns) + "   φ     α")
        for name in WORLDS:
            for events in EVENTS:
                drawn = false_reds(name, events, n=n, years=years, seed=5)
                mean = {key: value.mean() for key, value in drawn.items()}
                numbers = "".join(f"{mean[c]:10.1f}" for c in columns)
                print(f"{name:26}{events:7d}{numbers} {mean['phi']:5.2f} {mean['alpha']:.3f}")
    print("\nRed cells a year at 2 000 events, and what the table says that chance gives")
    for name in WORLDS:
        pairs = told(name, n=n, seed=3).values()
        print(f"{name:26}" + "  ".join(f"{red:6.1f} told {said:5.1f}" for red, said in pairs))
    print("\nFalse red months and tertials a year, 2 earlier years")
    for name in WORLDS:
        found = [calendar_reds(name, events, n=n, seed=5) for events in EVENTS]
        numbers = "".join(f"{f['month']:8.1f}/{f['tertial']:.1f}" for f in found)
        print(f"{name:26}{numbers}")
    for long in (4, 1):
        print(f"\nFound, of changes that last {long} week(s)")
        for times in (2, 3):
            for low, high in ((0.5, 1), (1, 2), (2, 4)):
                found = power(times, low, high, n=10 * n, seed=7, weeks_long=long)
                shares = ", ".join(f"{method} {share:.2f}" for method, share in found.items())
                print(f"x{times}, {low}-{high} a week: {shares}")
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
