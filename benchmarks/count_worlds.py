"""Invented municipalities as counts: district x category x week, many beside each other.

Every world is drawn from one seed. A year has 52 weeks here. What is true is known: rates change
with the season and by chance, never otherwise, unless a change is planted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

YEAR = 52
DISTRICTS, CATEGORIES = 9, 8
# Shares of a municipality's people and of its incidents, as unequal as they are.
_DISTRICT = np.array([19127, 12678, 12338, 8824, 5748, 5518, 4705, 3349, 2635], dtype=float)
_CATEGORY = np.array([0.22, 0.17, 0.15, 0.15, 0.12, 0.09, 0.06, 0.04])
# How much the year sways, and in which week it is highest.
_AMPLITUDE = np.array([0.1, 0.25, 0.5, 0.4, 0.2, 0.5, 0.3, 0.6])
_HIGHEST = np.array([30, 22, 26, 28, 40, 30, 48, 14])
_HOLIDAYS = np.array([1, 8, 9, 14, 15, 18, 24, 25, 44, 52]) - 1
_HOLIDAY_FACTOR = np.array([1.3, 0.8, 0.8, 1.5, 1.1, 1.3, 0.7, 1.4])
NEW_REPORTER_WEEK = 17  # of the year that is looked at: month 5


@dataclass(frozen=True)
class World:
    """What makes the weeks of a municipality differ.

    Attributes
    ----------
    season : bool
        Categories sway with the year, and holiday weeks stand out.
    alpha : float
        Squared coefficient of variation of each week's rate around what is usual (gamma).
    lasting : float
        Standard deviation of the logarithm of a rate that wanders: an autoregression of .6 a week.
    burst : float
        Share of the incidents that bring three more in the same week, on average.
    doubled : float
        Share of the incidents that stand twice in the file, unnoticed.
    new_reporter : float
        What a new reporter adds from month 5 on in three categories, as a share of what is usual.
    unequal : float
        Shape of the gamma distribution by which cells differ from district x category.
    """

    season: bool = False
    alpha: float = 0.0
    lasting: float = 0.0
    burst: float = 0.0
    doubled: float = 0.0
    new_reporter: float = 0.0
    unequal: float = 2.0


WORLDS = {
    "equal": World(unequal=1e6),
    "unequal": World(unequal=0.5),
    "season and holidays": World(season=True),
    "over-dispersed weeks": World(season=True, alpha=0.15),
    "autocorrelated weeks": World(season=True, lasting=0.3),
    "bursts": World(season=True, burst=0.005),
    "many bursts": World(season=True, burst=0.02),
    "30 % duplicates left": World(season=True, doubled=0.3),
    "new reporter in month 5": World(season=True, new_reporter=0.4),
    "all at once": World(season=True, alpha=0.08, lasting=0.2, burst=0.005, doubled=0.1),
    # At most so many bursts are there among police stops, see `recurrence_real.same_week`.
    "bursts as of police stops": World(season=True, burst=0.013),
}


def usual_rates(world: World, events: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw incidents a week of each cell of n municipalities, (n, 9, 8)."""
    shares = np.outer(_DISTRICT / _DISTRICT.sum(), _CATEGORY)
    shares = shares * rng.gamma(world.unequal, 1 / world.unequal, (n, *shares.shape))
    return shares / shares.sum(axis=(1, 2), keepdims=True) * events / YEAR


def draw_counts(
    world: World,
    rates: np.ndarray,
    weeks: int,
    rng: np.random.Generator,
    *,
    planted: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw incidents, (n, 9, 8, weeks); of them what the new reporter brought, and what bursts did.

    `planted` multiplies the rates: of a shape that broadcasts to that.
    """
    week = np.arange(weeks) - weeks  # the last week is the last of a year
    mean = rates[..., None] * np.ones(weeks)
    if world.season:
        sway = 2 * np.pi * (week % YEAR - _HIGHEST[:, None]) / YEAR
        factor = 1 + _AMPLITUDE[:, None] * np.cos(sway)
        holiday = np.isin(week % YEAR, _HOLIDAYS)
        mean = mean * factor * np.where(holiday, _HOLIDAY_FACTOR[:, None], 1.0)
    if planted is not None:
        mean = mean * planted
    if world.alpha:
        mean = mean * rng.gamma(1 / world.alpha, world.alpha, mean.shape)
    if world.lasting:
        steps = rng.normal(0, world.lasting, mean.shape)
        wander = np.empty_like(steps)
        wander[..., 0] = steps[..., 0]
        for i in range(1, weeks):
            wander[..., i] = 0.6 * wander[..., i - 1] + 0.8 * steps[..., i]
        mean = mean * np.exp(wander - world.lasting**2 / 2)
    mean = mean / ((1 + 3 * world.burst) * (1 + world.doubled))
    counts = rng.poisson(mean)
    burst = rng.poisson(3.0 * rng.binomial(counts, world.burst)) if world.burst else 0 * counts
    counts = counts + burst
    if world.doubled:
        counts = counts + rng.binomial(counts, world.doubled)
    added = np.zeros_like(counts)
    if world.new_reporter:
        later = week >= NEW_REPORTER_WEEK - YEAR
        added[:, :, :3] = rng.poisson(mean[:, :, :3] * world.new_reporter * later)
    return counts + added, added, burst
