"""Deviations on real events: one picture a week, red cells beside what chance alone gives.

By hand, since the data are not part of the project; the file is an argument:

    python benchmarks/real_deviations.py polisen_events_stockholms_lan.csv.gz [out.png]

The file has columns datetime, type and location_name: press events of the Swedish police.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

import est_geo as eg

GROUPS = {
    "brand": ("Brand",),
    "trafikolycka": ("Trafikolycka",),
    "trafikbrott": ("Rattfylleri", "Trafikbrott", "Trafikkontroll"),
    "vald_hot": ("Misshandel", "Olaga hot", "Bråk", "Våld"),
    "grovt_vald": ("Mord", "Explosion", "Skottlossning", "Detonation"),
    "ran": ("Rån",),
    "stold": ("Stöld", "Inbrott", "Motorfordon", "Larm Inbrott", "Häleri"),
    "bedrageri": ("Bedrägeri",),
    "skadegorelse": ("Skadegörelse",),
    "narkotika_vapen": ("Narkotika", "Knivlagen", "Vapenlagen"),
}


def read(file: str) -> pd.DataFrame:
    table = pd.read_csv(file)
    when = table["datetime"].str.replace(r"\s*[+-]\d\d:\d\d$", "", regex=True).str.strip()
    category = pd.Series("ovrigt", table.index, dtype="str")
    for name, starts in GROUPS.items():
        category = category.mask(table["type"].str.startswith(starts), name)
    place = table["location_name"].astype("str")
    return pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(when, format="mixed").astype("datetime64[us]"),
            "category": category.astype("str"),
            "district_id": place,
            "district": place,
            "source": pd.Series("polis", table.index, dtype="str"),
        }
    )


def newly(table: pd.DataFrame, signal: str) -> int:
    """Count cells that have a signal and had it not in the picture before."""
    periods = sorted(table["period"].unique())
    place = table["period"].map({key: i for i, key in enumerate(periods)})
    cells = {
        (row.district_id, row.category, at)
        for row, at in zip(table.itertuples(), place, strict=True)
        if row.signal == signal and at
    }
    return sum((d, c, at - 1) not in cells for d, c, at in cells)


def main() -> None:
    incidents = read(sys.argv[1])
    print(incidents["category"].value_counts().to_string())
    towns = incidents[~incidents["district_id"].str.endswith("län")]
    for name, rows, until in (
        ("municipalities, 2025", towns, "2025-W52"),
        ("municipalities, to August 2026", towns, "2026-W33"),
        ("municipalities and whole counties, to August 2026", incidents, "2026-W33"),
    ):
        found = eg.deviations(rows, as_of=until, since="2023-04-03", weeks=52)
        print(f"\n{name}: {found.counts['used']} events")
        for view, table in found.table.groupby("view", sort=False):
            chance = found.chance[found.chance["view"] == view]
            print(
                f"{view:11} {len(chance):3} pictures of {chance['cells'].mean():.0f} cells: red "
                f"{chance['red'].sum()} (new {newly(table, 'red')}; by chance "
                f"{chance['red_by_chance'].sum():.1f}), yellow {chance['yellow'].sum()} "
                f"({chance['yellow_by_chance'].sum():.1f})"
            )
        noise = found.noise[found.noise["view"] == "week"]
        print(noise[["phi", "alpha"]].describe().loc[["min", "50%", "max"]].round(3).to_string())
        season = found.season[found.season["view"] == "week"]
        print(season.groupby("category")["factor"].agg(["min", "max"]).round(2).to_string())
        red = found.table[found.table["signal"] == "red"]
        shown = ["view", "period", "district", "category", "n", "low", "high", "red_at", "p"]
        print(red.sort_values("p")[shown].head(25).to_string())
        print(found.reporters.to_string())
        print(found.power[found.power["view"] == "week"].round(2).to_string())
    dispersion(towns)
    if len(sys.argv) > 2:
        found = eg.deviations(towns, as_of="2025-W52", since="2023-04-03", weeks=60)
        axes = found.plot(district_id="Stockholm", category="vald_hot", weeks=60)
        axes.figure.savefig(sys.argv[2], dpi=110)


def dispersion(incidents: pd.DataFrame) -> None:
    """Say how weeks of all together differ from Poisson, and from one week to the next."""
    week = incidents["occurred_from"].dt.to_period("W-SUN")
    counts = week.value_counts().sort_index().loc["2023-10":"2026-08-10"].to_numpy()
    centred = counts - counts.mean()
    print("\nall events, by week: mean", counts.mean().round(1), "variance", counts.var().round(1))
    lag = (centred[1:] * centred[:-1]).mean() / counts.var()
    print("correlation with the week before", np.round(lag, 2))
    day = incidents["occurred_from"].dt.day_of_week.value_counts().sort_index()
    print("by weekday", day.tolist())


if __name__ == "__main__":
    main()
