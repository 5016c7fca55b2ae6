"""A picture with every table, small and made by hand, for the report's tests."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import conftest
from est_geo.periods import parse_period

DISTRICTS = ["Edsberg", "Häggvik", "Rotebro", "Tureberg"]
TABLES = (
    *("addresses", "places", "deviations", "time_profile", "when_and_where", "concentration"),
    *("need", "priority", "tracking", "quality", "efforts", "follow_up", "weekly"),
    "deviation_chance",
)


def addresses():
    table = conftest.make_picture(n_addresses=4).addresses
    return table.assign(
        rank=[1, 2, 3, 4],
        kind=["address", "address", "address", "place"],
        address=["Malmvägen 12", "Malmvägen 8", "Ribbings väg 3", "Turebergs torg"],
        district=["Tureberg", "Tureberg", "Edsberg", "Tureberg"],
        verdict=["recurring_long", "recurring_new", "may_be_chance", "may_be_chance"],
        window_weeks=[52, 17, 52, 52],
        n=[31, 6, 3, 4],
        weeks=[11, 5, 3, 4],
        months=[9, 3, 2, 3],
        months_seen=["111011", "000111", "010001", None],
        expected=[1.2, 0.4, 0.5, 1.0],
        at_least_times=[4.38, 2.0, 0.7, 0.9],
        only_one_source=[False, True, False, False],
        category=["klotter", "brand", None, "skadegorelse"],
        hours=["20-02", None, "14-18", "20-04"],
        sources=[3, 1, 2, 2],
    )


def deviations():
    kinds = ["klotter", "brand"]
    rows = [
        {
            "period": "2026-W47",
            "view": "week",
            "district_id": d.lower(),
            "district": d,
            "place_id": None,
            "category": kind,
            "n": 2,
            "baseline": 50,
            "expected": 2.0,
            "low": 0,
            "high": 4,
            "p": 0.5,
            "signal": "none",
            "red_at": 8,
            "reporting": None,
            "source": None,
            "holiday": False,
            "preliminary": False,
        }
        for d in DISTRICTS
        for kind in kinds
    ]
    rows[4] |= {"n": 9, "low": 2, "high": 5, "signal": "red"}
    rows[4] |= {"reporting": "changed", "source": "kommunalt bostadsbolag"}
    rows[0] |= {"n": 6, "signal": "yellow"}
    rows[3] |= {"n": 0, "signal": "grey", "expected": 0.05}
    table = pd.DataFrame(rows)
    order = table["signal"].map({"red": 0, "yellow": 1, "none": 2, "grey": 3})
    chance = {"rows": "district", "view": "week", "period": "2026-W47", "cells": 8}
    chance |= {"red_by_chance": 0.53, "yellow_by_chance": 1.6, "red": 1, "yellow": 1}
    ordered = table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)
    return ordered, pd.DataFrame([chance])


def time_profile():
    week = np.arange(168)
    parts = []
    for place_id, name, peak in ((np.nan, None, 4 * 24 + 21), (1, "Malmvägen 8", 5 * 24 + 1)):
        weight = np.where(week == peak, 6.0, np.where(week % 24 > 11, 1.0, 0.0))
        parts.append(
            pd.DataFrame(
                {"place_id": place_id, "name": name, "weekday": week // 24, "hour": week % 24}
            ).assign(weight=weight)
        )
    table = pd.concat(parts, ignore_index=True)
    table.attrs["time_profile"] = {"known": 90, "without_time": 4, "day_only": 6}
    return table


def when_and_where():
    table = pd.DataFrame(
        {
            "place_id": [1, 1, 2],
            "name": ["Malmvägen 8", "Malmvägen 8", "Sollentuna centrum"],
            "weekday": [5, 4, 0],
            "from_hour": [20, 20, 8],
            "to_hour": [4, 4, 12],
            "weight": [9.0, 8.0, 2.5],
            "share": [0.3, 0.2, 0.05],
            "cumulative_share": [0.3, 0.5, 0.55],
            "share_of_own": [0.3, 0.25, 0.1],
            "share_elsewhere": [0.08, 0.07, 0.1],
            "p": [0.001, 0.01, 1.0],
        }
    )
    table.attrs["when_and_where"] = {
        "hold": 0.5,
        "block_hours": 4,
        "blocks": 5,
        "blocks_in_all": 84,
        "tied": 0,
        "weight": 30.0,
        "weight_in_all": 90.0,
        "first_hour": 4,
    }
    return table


def concentration(*, inflated=False):
    return pd.DataFrame(
        {
            "district_id": [None],
            "units": [11_219],
            "units_50": [784],
            "share_50": [784 / 11_219],
            "inflated": [inflated],
        }
    )


def need():
    table = pd.DataFrame(
        {
            "district_id": ["d", "a"],
            "rank": [1, 2],
            "name": ["Tureberg", "Edsberg"],
            "n": [1425, 321],
            "share": [0.82, 0.18],
            "earlier": [1282.5, np.nan],
            "actors": [2.0, 3.0],
            "need": [1.0, 0.45],
            "influence": [2 / 3, 1.0],
            "score": [2 / 3, 0.45],
        }
    )
    table.attrs["need"] = {
        "weights": {"burden": 1.0, "trend": 0.5, "share": 0.0, "actors": 1.0},
        "left_out": [],
    }
    return table


def priority():
    table = pd.DataFrame(
        {"rank": [1, 2], "address": ["Malmvägen 8", None], "district": ["Tureberg", "Edsberg"]}
    ).assign(n=[12, 4], weight=[12.0, 4.0], score=[3.0, 1.0], share=[0.2, 0.02], included=1.0)
    west, south = conftest.WEST, conftest.SOUTH
    squares = [shapely.box(west + x, south, west + x + 100, south + 100) for x in (0, 300)]
    table = gpd.GeoDataFrame(table, geometry=squares, crs=conftest.CRS)
    table.attrs["priority"] = {"cell_m": 100.0, "area_used": 0.01, "share": 0.22}
    return table


def tracking():
    return pd.DataFrame(
        {
            "name": ["Malmvägen 8", "Torget", "Nytorget"],
            "district": ["Tureberg", "Rotebro", None],
            "period": "2026-W47",
            "change": ["new", "remains", "gone"],
            "n": [12, 30, 0],
            "n_before": [0, 28, 9],
        }
    )


def follow_up():
    table = pd.DataFrame({"effort_id": ["Belysning", "Nattvandring"]})
    table["start"] = pd.to_datetime(["2026-09-01", "2026-10-01"])
    table["end"] = pd.Timestamp("2026-11-22")
    return table.assign(
        before=[100, 12],
        after=[60, 11],
        wdd=[-38.4, 0.2],
        low=[-71.2, -9.6],
        high=[-5.6, 10.0],
        verdict=["fewer", "may_be_chance"],
        detectable=[47, 14],
    )


def weekly():
    return pd.DataFrame(
        {
            "week": ["2026-W45", "2026-W46", "2026-W47"],
            "n": [12, 7, 3],
            "low": [4.0, 4.0, 4.0],
            "high": [15.0, 15.0, 15.0],
            "complete": [True, True, False],
        }
    )


def full_picture(**changed):
    """Give every attribute that a report may ask for."""
    made = conftest.make_picture()
    parts = {part.name: getattr(made, part.name) for part in fields(made)}
    parts |= {
        "period": parse_period("2026-W47"),
        "sources": ("polis", "kommun"),
        "counts": {
            "read": 2040,
            "inside": 2000,
            "duplicates": 5,
            "outside": 12,
            "at_null_island": 2,
            "district_only": 15,
            "unplaced": 8,
            "rejected": 3,
            "without_time": 4,
        },
        "addresses": addresses(),
        "deviations": deviations()[0],
        "deviation_chance": deviations()[1],
        "time_profile": time_profile(),
        "when_and_where": when_and_where(),
        "concentration": concentration(),
        "need": need(),
        "priority": priority(),
        "tracking": tracking(),
        "quality": pd.DataFrame({"source": ["polis"], "rows": [2010], "hit_rate": [0.972]}),
        "efforts": gpd.GeoDataFrame(
            {"effort": ["Belysning"], "start": [pd.Timestamp("2026-09-01")]},
            geometry=[conftest.CENTRE],
            crs=conftest.CRS,
        ),
        "follow_up": follow_up(),
        "weekly": weekly(),
        "provenance": SimpleNamespace(versions={"est_geo": "0.1.0"}, inputs={"a.csv": "9f" * 32}),
    }
    return SimpleNamespace(**(parts | changed))
