"""Recurring addresses on real incidents: what is listed, whether it stays, and whether it goes on.

By hand, since the data are not part of the project; the folder is an argument:

    python benchmarks/recurrence_real.py FOLDER

FOLDER holds minneapolis_stops_2017.csv (columns date, long, lat, problem, neighborhood) and
memphis_robberies_2019.csv (date, longitude, latitude, offense_type).
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import est_geo as eg

LISTED = ("recurring_long", "recurring_new", "calm_now")


def read(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read both cities, in metres; Memphis is one district, Minneapolis has its neighbourhoods."""
    memphis = pd.read_csv(folder / "memphis_robberies_2019.csv")
    minneapolis = pd.read_csv(folder / "minneapolis_stops_2017.csv")
    near = minneapolis["neighborhood"]
    return {
        "Memphis": _table(memphis, "offense_type", ("longitude", "latitude"), 26916),
        "Minneapolis": _table(minneapolis, "problem", ("long", "lat"), 26915).assign(
            district_id=near, district=near
        ),
    }


def _table(rows, category, position, epsg):
    points = gpd.points_from_xy(*(rows[name] for name in position), crs=4326)
    times = pd.to_datetime(rows["date"]).astype("datetime64[us]")
    columns = {"occurred_from": times, "category": rows[category]}
    return gpd.GeoDataFrame(columns, geometry=points).to_crs(epsg)


def flicker(incidents: gpd.GeoDataFrame, year: int, *, keep: bool) -> tuple[int, int]:
    """Count what enters and leaves the list over twenty weeks, with or without the last list."""
    previous, lists = None, []
    for week in eg.periods_between(f"{year}-08-07", f"{year}-12-24", kind="week"):
        table = eg.recurring_addresses(incidents, as_of=week, previous=previous if keep else None)
        lists.append(set(table["address"][table["verdict"].isin(LISTED)]))
        previous = table
    steps = list(itertools.pairwise(lists))
    return sum(len(b - a) for a, b in steps), sum(len(a - b) for a, b in steps)


def half_year_later(incidents: gpd.GeoDataFrame, middle: str) -> pd.DataFrame:
    """Hold the verdicts of the first half against the weeks of the second."""
    first = incidents[incidents["occurred_from"] < middle]
    later = incidents[incidents["occurred_from"] >= middle]
    said = eg.recurring_addresses(first, min_incidents=1, as_of=middle)
    seen = eg.recurring_addresses(later, min_incidents=1, as_of=f"{middle[:4]}-12-31")
    after = said["address"].map(seen.set_index("address")["weeks"]).fillna(0)
    table = said.assign(after=after, again=after >= 2 * said["expected"])
    columns = {"n": ("rank", "size"), "before": ("weeks", "mean"), "expected": ("expected", "mean")}
    return table.groupby("verdict").agg(
        **columns, after=("after", "mean"), twice_again=("again", "mean")
    )


def repeats(incidents: gpd.GeoDataFrame, *, days: int = 7, draws: int = 40) -> float:
    """Pairs an incident at one point within some days, over what dates exchanged at random give."""
    site = incidents.geometry.to_wkb().factorize()[0]
    day = (
        incidents["occurred_from"].dt.normalize() - pd.Timestamp("2000-01-01")
    ).dt.days.to_numpy()
    rng = np.random.default_rng(1)
    by_chance = np.mean([_pairs(site, rng.permutation(day), days) for _ in range(draws)])
    return float(_pairs(site, day, days) - by_chance) / len(incidents)


def _pairs(site, day, days):
    order = np.lexsort((day, site))
    site, day = site[order], day[order]
    key = site * 10_000 + day  # more days than there are
    until = np.searchsorted(key, key + days, side="right")
    return int((until - np.arange(len(key)) - 1).sum())


def same_week(incidents: gpd.GeoDataFrame, *, draws: int = 40) -> dict[str, float]:
    """Pairs an incident of one kind at one point in one week, which is what a cell's weeks feel.

    Beside them those that weeks exchanged at random give, and half of those between a week and the
    next, which what drifts or sways gives too. With each the share of incidents that would bring
    three more, as in `count_worlds`, to make the rest: such a burst has 7.5 pairs on average.
    """
    day = (incidents["occurred_from"] - incidents["occurred_from"].min()).dt.days
    week = day.to_numpy() // 7
    site = incidents.geometry.to_wkb().factorize()[0]
    cell = incidents.groupby([site, incidents["category"].to_numpy()]).ngroup().to_numpy()
    weeks = int(week.max()) + 2
    rng = np.random.default_rng(1)

    def pairs(of: np.ndarray) -> float:
        n = np.unique(cell * weeks + of, return_counts=True)[1]
        return float((n * (n - 1) / 2).sum()) / len(of)

    key, n = np.unique(cell * weeks + week, return_counts=True)
    after = pd.Series(n, index=key).reindex(key + 1, fill_value=0).to_numpy()
    found = {"pairs": pairs(week)}
    others = {
        "exchanged": float(np.mean([pairs(rng.permutation(week)) for _ in range(draws)])),
        "next_week": float((n * after).sum()) / 2 / len(week),
    }
    for name, rest in others.items():
        excess = found["pairs"] - rest
        found |= {name: rest, f"bursts_over_{name}": excess / (7.5 - 3 * excess)}
    return found


def main(folder: Path) -> None:
    """Print all of it."""
    for (name, incidents), year, middle in zip(
        read(folder).items(), (2019, 2017), ("2019-07-01", "2017-07-03"), strict=True
    ):
        table = eg.recurring_addresses(incidents)
        print(name, len(incidents), table.attrs["recurrence"]["tests"])
        print(table["verdict"].value_counts().to_dict())
        listed = table[table["verdict"].isin(LISTED)]
        print("part of all incidents:", listed["n"].sum() / len(incidents))
        for keep in (False, True):
            print("entered and left in 20 weeks:", keep, flicker(incidents, year, keep=keep))
        print(half_year_later(incidents, middle).round(2))
        print("pairs an incident within a week, over chance:", round(repeats(incidents), 4))
        print({name: round(value, 4) for name, value in same_week(incidents).items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
