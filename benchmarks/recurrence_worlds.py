"""How often is a list of recurring addresses wrong, and what does it find? Invented municipalities.

Address by address and week by week, with the truth known: 12 000 addresses in nine districts,
equal or very unequal, season and holidays, weeks noisier than Poisson that hang together, bursts,
reports that repeat each other unlinked, a new reporter. What the library says is held beside what a
Poisson tail, NB2, and a list over only the addresses that occur say of the same reports.

    python benchmarks/recurrence_worlds.py [runs]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from est_geo.analysis.recurrence import fit_exponent
from est_geo.analysis.recurring_register import Addresses
from est_geo.analysis.recurring_tests import LONG, NEW, Compared, Reports, compare_all
from est_geo.analysis.statistics import benjamini_hochberg

ADDRESSES, DISTRICTS, WEEKS, RECENT = 12_000, 9, 52, 17
EARLIER = 8  # weeks before, of which earlier lists are made
SPAN = WEEKS + EARLIER
PLANTED = 20  # of each kind
ALL_YEAR, LATELY = 8.0, 5.0  # events in 52 weeks, and in the last 17
TOTALS = (700, 2_000, 5_000, 10_000)
WEEKLY = 2_000  # events a year for which two worlds are run week by week too
_TRUE_EXPONENT = 0.5


@dataclass(frozen=True)
class World:
    """What a municipality is like.

    Attributes
    ----------
    shape : float
        Of the gamma by which addresses differ; infinite where they are equal.
    dwellings : bool
        Whether blocks of flats have more, as the square root of their dwellings.
    known : bool
        Whether the register says how many dwellings there are.
    register : bool
        Whether there is a register at all.
    season, noisy, dirty, reporter : bool
        Season and holidays; weeks by district noisier than Poisson, that hang together; bursts and
        unlinked repeats, three of ten; a new reporter from month 5 on, at one address of seven.
    """

    shape: float = np.inf
    dwellings: bool = False
    known: bool = True
    register: bool = True
    season: bool = False
    noisy: bool = False
    dirty: bool = False
    reporter: bool = False


PLAIN = World()
UNEQUAL = World(shape=2.0, dwellings=True)
HARSH = World(
    shape=0.5, dwellings=True, season=True, noisy=True, dirty=True, reporter=True, known=False
)
WORLDS = {
    "equal addresses": PLAIN,
    "equal, by dwelling, known": replace(PLAIN, dwellings=True),
    "equal, by dwelling, not known": replace(PLAIN, dwellings=True, known=False),
    "unequal, k = 2": UNEQUAL,
    "very unequal, k = 1/2": replace(UNEQUAL, shape=0.5),
    "k = 2, season and holidays": replace(UNEQUAL, season=True),
    "k = 2, noisy weeks": replace(UNEQUAL, noisy=True),
    "k = 2, repeats and bursts": replace(UNEQUAL, dirty=True),
    "k = 2, a new reporter": replace(UNEQUAL, reporter=True),
    "equal, everything at once": replace(PLAIN, season=True, noisy=True, dirty=True, reporter=True),
    "k = 1/2, everything, dwellings not known": HARSH,
    "k = 2, no register": replace(UNEQUAL, register=False, known=False),
}


@dataclass(frozen=True)
class Truth:
    """What is so: how many times the usual each address has, over the year and lately."""

    year: np.ndarray
    recent: np.ndarray
    all_year: np.ndarray
    lately: np.ndarray


@dataclass(frozen=True)
class Score:
    """How a list did: listed, of these with a true rate under twice the usual, and found."""

    listed: int
    false: int
    found_all_year: float
    found_lately: float


def simulate(world: World, total: int, rng: np.random.Generator):
    """Make 60 weeks of reports: `Reports`, `Addresses`, and the truth. `ago` 0 is the last one."""
    weights = rng.dirichlet(np.full(DISTRICTS, 4.0))
    district = rng.choice(DISTRICTS, ADDRESSES, p=weights)
    flats = rng.random(ADDRESSES) < 0.3
    dwellings = np.where(flats, rng.integers(6, 41, ADDRESSES), 1).astype(float)
    size = dwellings**_TRUE_EXPONENT if world.dwellings else np.ones(ADDRESSES)
    rate = size.copy()
    if np.isfinite(world.shape):
        rate *= rng.gamma(world.shape, 1 / world.shape, ADDRESSES)
        rate *= rng.lognormal(0, 0.3, DISTRICTS)[district]  # districts differ too
    rate *= total / rate.sum()
    chosen = rng.permutation(ADDRESSES)[: 2 * PLANTED]
    all_year, lately = chosen[:PLANTED], chosen[PLANTED:]
    season = _season(world)
    by_week = rate[:, None] / WEEKS * season
    # Eight in that year and five in those weeks, holidays and all.
    by_week[all_year] = ALL_YEAR * season / season[:WEEKS].sum()
    by_week[lately, :RECENT] = (LATELY * season / season[:RECENT].sum())[:RECENT]
    usual_of = size if world.known and world.register else np.ones(ADDRESSES)
    truth = Truth(
        _times_usual(by_week[:, :WEEKS].sum(axis=1), usual_of, district),
        _times_usual(by_week[:, :RECENT].sum(axis=1), usual_of, district),
        all_year,
        lately,
    )
    noise = _noise(world, rng)[district]
    address, ago, source = _reports(
        world, total, by_week * noise, rate[:, None] * season * noise, rng
    )
    reports = Reports(address, ago, source, np.ones(len(address), dtype=bool))
    text = np.where(world.register, np.arange(ADDRESSES).astype(str), None).astype(object)
    addresses = Addresses(
        address,
        np.zeros(ADDRESSES, dtype=bool),
        district,
        dwellings if world.known and world.register else None,
        text,
    )
    return reports, addresses, truth


def _season(world: World):
    """Give what season and holidays make of each week."""
    factor = np.ones(SPAN)
    if world.season:
        calendar = 47 - np.arange(SPAN)  # week 47 is the last
        factor *= 1 + 0.35 * np.sin(2 * np.pi * (calendar - 10) / 52)
        factor[np.isin(calendar % 52, (0, 1, 8, 25, 44))] *= 0.6
    return factor


def _noise(world: World, rng: np.random.Generator):
    """Draw how each week of each district differs from the usual; weeks hang together."""
    noise = np.zeros((DISTRICTS, SPAN))
    if world.noisy:
        noise[:, 0] = rng.normal(0, 0.35, DISTRICTS)
        for week in range(1, SPAN):
            noise[:, week] = 0.6 * noise[:, week - 1] + rng.normal(0, 0.28, DISTRICTS)
    return np.exp(noise - noise.var() / 2)


def _reports(world, total, by_week, usual_by_week, rng):
    """Draw reports: address, weeks ago and reporter of each."""
    counts = rng.poisson(by_week)
    address, ago = np.nonzero(counts)
    times = counts[address, ago]
    address, ago = np.repeat(address, times), np.repeat(ago, times)
    source = np.zeros(len(address), dtype=np.int64)
    if world.reporter:
        stock = rng.random(ADDRESSES) < 1 / 7
        there = stock[:, None] & (np.arange(SPAN) < WEEKS - 17)
        more = rng.poisson(np.where(there, 0.5 * usual_by_week / WEEKS, 0.0))
        at, when = np.nonzero(more)
        at, when = np.repeat(at, more[at, when]), np.repeat(when, more[at, when])
        address, ago = np.append(address, at), np.append(ago, when)
        source = np.append(source, np.ones(len(at), dtype=np.int64))
    if world.dirty:
        bursts = rng.integers(0, ADDRESSES, total * SPAN // WEEKS // 150)
        sizes = rng.integers(3, 9, len(bursts))
        address = np.append(address, np.repeat(bursts, sizes))
        ago = np.append(ago, np.repeat(rng.integers(0, SPAN, len(bursts)), sizes))
        again = rng.random(len(address)) < 0.3
        # A report a day later is in the next week one time of seven.
        later = np.maximum(ago[again] - (rng.random(int(again.sum())) < 1 / 7), 0)
        address, ago = np.append(address, address[again]), np.append(ago, later)
        source = np.append(source, np.zeros(len(address) - len(source), dtype=np.int64))
    return address, ago, source


def _times_usual(rate, size, district):
    total = np.bincount(district, weights=rate) / np.bincount(district, weights=size)
    return rate / (size * total[district])


def judge(year, recent, truth: Truth) -> Score:
    """Hold what is listed over the year, or only lately, against the truth."""
    listed = year | recent
    times = np.where(year, truth.year, truth.recent)
    return Score(
        int(listed.sum()),
        int((listed & (times < 2)).sum()),
        float(listed[truth.all_year].mean()),
        float(listed[truth.lately].mean()),
    )


def as_of(reports: Reports, addresses: Addresses, weeks: int) -> tuple[Reports, Addresses]:
    """Look at the 52 weeks that ended so many weeks ago."""
    ago = reports.ago - weeks
    there = (ago >= 0) & (ago < WEEKS)
    seen = replace(reports.only(there), ago=ago[there])
    return seen, replace(addresses, of_incident=seen.address)


def ours(compared: Compared, truth: Truth, before: np.ndarray | None = None) -> Score:
    """Judge what the library lists, with or without an earlier list."""
    nothing = np.full(len(truth.year), None, dtype=object)
    verdict = compared.verdicts(nothing if before is None else before)
    return judge(verdict == LONG, verdict == NEW, truth)


def listed_before(reports: Reports, addresses: Addresses, world: World) -> np.ndarray:
    """Run the eight weeks before, each with the list of the week before it."""
    verdict = np.full(ADDRESSES, None, dtype=object)
    for weeks in range(EARLIER, 0, -1):
        compared = compare_all(*as_of(reports, addresses, weeks), registered=world.register)
        verdict = compared.verdicts(verdict)
    return verdict


def occurring_only(compared: Compared, truth: Truth) -> Score:
    """Judge the same test with q over only the addresses that occur."""
    flags = []
    for part, fewest in ((compared.year, 3), (compared.recent, 2)):
        q = np.ones(len(truth.year))
        there = part.counts.weeks > 0
        q[there] = benjamini_hochberg(part.test.p[there])
        flags.append((q <= 0.05) & (part.counts.weeks >= 3) & (part.counts.blocks >= fewest))
    return judge(*flags, truth)


def tails(reports: Reports, addresses: Addresses, truth: Truth, *, negative_binomial: bool):
    """Judge a Poisson or NB2 tail of the reports against the mean rate of the district."""
    flags = []
    for weeks in (WEEKS, RECENT):
        n = np.bincount(reports.address[reports.ago < weeks], minlength=ADDRESSES)
        size = np.ones(ADDRESSES)
        if addresses.dwellings is not None:
            size = addresses.dwellings ** fit_exponent(n, addresses.dwellings, addresses.district)
        rate = np.bincount(addresses.district, weights=n)
        rate = rate / np.bincount(addresses.district, weights=size)
        mean = size * rate[addresses.district]
        if negative_binomial:
            alpha = max(float(((n - mean) ** 2 - mean).sum() / (mean**2).sum()), 1e-6)
            p = stats.nbinom.sf(n - 1, 1 / alpha, 1 / (1 + alpha * mean))
        else:
            p = stats.poisson.sf(n - 1, mean)
        flags.append(benjamini_hochberg(p) <= 0.05)
    return judge(*flags, truth)


def run(
    world: World, total: int, *, runs: int, seed: int = 4, weekly: bool = False
) -> pd.DataFrame:
    """Run one world some times: for each method, what was listed, false and found."""
    rows = []
    for number in range(runs):
        rng = np.random.default_rng([seed, total, number])
        every, addresses, truth = simulate(world, total, rng)
        reports, addresses = as_of(every, addresses, 0)
        compared = compare_all(reports, addresses, registered=world.register)
        scores = {
            "est_geo": ours(compared, truth),
            "over those that occur": occurring_only(compared, truth),
            "Poisson": tails(reports, addresses, truth, negative_binomial=False),
            "NB2": tails(reports, addresses, truth, negative_binomial=True),
        }
        if weekly:
            before = listed_before(every, addresses, world)
            scores["est_geo, week by week"] = ours(compared, truth, before)
        rows += [{"method": name, **vars(score)} for name, score in scores.items()]
    table = (
        pd.DataFrame(rows)
        .groupby("method", sort=False)
        .agg(
            listed=("listed", "sum"),
            false=("false", "sum"),
            found_all_year=("found_all_year", "mean"),
            found_lately=("found_lately", "mean"),
            # Between runs: the addresses of one run share its list.
            error_all_year=("found_all_year", "sem"),
            error_lately=("found_lately", "sem"),
        )
    )
    return table.assign(share=table["false"] / table["listed"].clip(lower=1))


def main(runs: int) -> None:
    """Print the tables of the docs."""
    print(f"{runs} runs of each; share of false ones / found of 8 a year / found of 5 lately")
    for name, world in WORLDS.items():
        for total in TOTALS:
            table = run(
                world, total, runs=runs, weekly=total == WEEKLY and world in (UNEQUAL, HARSH)
            )
            parts = [
                f"{method}: {row.share:.3f} ({row.false:.0f} of {row.listed:.0f}) "
                f"{row.found_all_year:.3f} ± {row.error_all_year:.3f} "
                f"{row.found_lately:.3f} ± {row.error_lately:.3f}"
                for method, row in table.iterrows()
            ]
            print(f"{name} | {total} | " + " | ".join(parts), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
