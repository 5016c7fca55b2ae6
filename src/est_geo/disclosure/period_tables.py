"""Tables of a period for an audience: deviations, hours, need, priority, what followed.

As in `est_geo.disclosure.tables`, every function gives a table with the columns it was given, what
must not be shown missing, and rows gone of which nothing may be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.disclosure.audiences import widen_hours
from est_geo.disclosure.cells import cell_names, cells_with_homes, squares
from est_geo.disclosure.suppression import Hidden, suppress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.disclosure.audiences import Audience
    from est_geo.disclosure.tables import Homes

_DAYS, _HOURS = 7, 24
_ORDER = {"red": 0, "yellow": 1, "none": 2, "grey": 3}


def hidden_deviations(
    deviations: pd.DataFrame, rules: Audience
) -> tuple[pd.DataFrame, pd.Index[Any], Hidden]:
    """Choose what to hide of one view of deviations: districts by categories, and their sums.

    Returns
    -------
    rows : DataFrame
        Those of districts in the first view: a picture shows others one comparison, for windows
        that overlap give away their difference.
    districts : Index
        `district_id` of the rows of the table of sums.
    hidden : Hidden
        Districts by categories, each in order.
    """
    of_districts = deviations[deviations["place_id"].isna()]
    latest = of_districts["view"].iloc[0] if len(of_districts) else ""
    for view in ("week", "month", "tertial"):
        if (of_districts["view"] == view).any():
            latest = view
            break
    rows = of_districts[of_districts["view"] == latest].reset_index(drop=True)
    table = rows.pivot_table(
        index="district_id", columns=_category(rows), values="n", aggfunc="sum", fill_value=0
    )
    return rows, table.index, suppress(table.to_numpy(dtype=float).reshape(table.shape), k=rules.k)


def coarse_deviations(deviations: pd.DataFrame, rules: Audience) -> pd.DataFrame:
    """Hide small counts, and everything from which they could be reckoned back."""
    rows, districts, hidden = hidden_deviations(deviations, rules)
    if rows.empty:
        return rows
    column, _ = pd.factorize(_category(rows), sort=True)
    row = districts.get_indexer(pd.Index(rows["district_id"]))
    hide = pd.Series(hidden.cells[row, column], index=rows.index)
    shown = rows.assign(
        n=rows["n"].astype("Int64").mask(hide),
        # The baseline rolls on by a week a picture: two of them give away one week.
        baseline=pd.array([pd.NA] * len(rows), dtype="Int64"),
        expected=rows["expected"].round(),
        p=np.nan,
        red_at=pd.array([pd.NA] * len(rows), dtype="Int64"),
        signal=rows["signal"].mask(hide, "none"),
        reporting=rows["reporting"].mask(hide),
        source=rows["source"].mask(hide),
        # With n it gives what all the others brought.
        source_n=np.nan,
    )
    if not rules.reporters:
        empty = pd.Series(None, rows.index, dtype="str")
        shown = shown.assign(reporting=empty, source=empty)
    # Their own order is by p, which would tell of hidden numbers.
    order = shown.assign(_order=shown["signal"].map(_ORDER)).sort_values(
        ["_order", "district_id", "category"], kind="stable"
    )
    return order.drop(columns="_order").reset_index(drop=True)


def coarse_profile(profile: pd.DataFrame, rules: Audience, names: pd.Series[Any]) -> pd.DataFrame:
    """Even the hours out over blocks, and hide blocks of too little, in each profile by itself.

    Parameters
    ----------
    profile : DataFrame
        With `place_id` and `name`, both missing for everything.
    rules : Audience
        Who it is for.
    names : Series
        Name by `place_id` of the places that are shown; others have no profile.
    """
    parts = []
    for place, own in profile.groupby("place_id", dropna=False, sort=False):
        everything = pd.isna(place)
        if not everything and place not in names.index:
            continue
        ordered = own.sort_values(["weekday", "hour"], kind="stable")
        blocks = (
            ordered["weight"]
            .to_numpy(dtype=float)
            .reshape(_DAYS, _HOURS // rules.hours, rules.hours)
            .sum(axis=2)
        )
        hidden = suppress(blocks, k=rules.k)
        shown = np.where(hidden.cells | hidden.total, np.nan, blocks / rules.hours)
        parts.append(
            ordered.assign(
                weight=np.repeat(shown, rules.hours, axis=1).ravel(),
                name=pd.Series(None if everything else names[place], ordered.index, dtype="str"),
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else profile.head(0)


def coarse_when_and_where(
    table: pd.DataFrame, rules: Audience, names: pd.Series[Any] | None
) -> pd.DataFrame:
    """Widen hours to blocks, and keep the rows that hold enough.

    Where a row had to be widened, what it holds is not known for the wider hours, and is missing.
    """
    shown = table[table["weight"] >= rules.k]
    if names is not None and "place_id" in shown.columns:
        shown = shown[shown["place_id"].isin(names.index)]
        shown = shown.assign(name=shown["place_id"].map(names).astype("str"))
    wider = [
        widen_hours(int(first), int(last), block=rules.hours)
        for first, last in zip(shown["from_hour"], shown["to_hour"], strict=True)
    ]
    hours = np.array(wider, dtype=np.int64).reshape(-1, 2)
    changed = (hours[:, 0] != shown["from_hour"]) | (hours[:, 1] != shown["to_hour"])
    shown = shown.assign(
        from_hour=hours[:, 0],
        to_hour=hours[:, 1],
        weight=shown["weight"].mask(changed),
        share=shown["share"].mask(changed),
        cumulative_share=shown["share"].mask(changed).cumsum(),
        share_of_own=np.nan,
        share_elsewhere=np.nan,
        p=np.nan,
    )
    return shown.reset_index(drop=True)


def coarse_need(need: pd.DataFrame, rules: Audience, hidden: set[Any]) -> pd.DataFrame:
    """Leave out districts whose number is hidden, and figures from which numbers follow."""
    shown = need[~need["district_id"].isin(hidden) & (need["n"] >= rules.k)]
    rounded = {name: shown[name].round(1) for name in ("trend", "need", "influence", "score")}
    return shown.assign(earlier=np.nan, p=np.nan, **rounded).reset_index(drop=True)


def coarse_concentration(table: pd.DataFrame, rules: Audience, hidden: set[Any]) -> pd.DataFrame:
    """Leave out districts whose number is hidden, and everything where there is too little."""
    kept = ~table["district_id"].isin(hidden) & (table["incidents"] >= rules.k)
    return table[kept].reset_index(drop=True)


def coarse_cells(
    cells: gpd.GeoDataFrame, rules: Audience, *, homes: Homes | None
) -> gpd.GeoDataFrame:
    """Put cells into the audience's squares, the best rank of each, where they hold enough."""
    middles = shapely.get_coordinates(shapely.centroid(np.asarray(cells.geometry.array)))
    own = np.sqrt(shapely.area(np.asarray(cells.geometry.array)))
    side = float(max(rules.cell_m, own.max(initial=0.0)))
    at, sides = cells_with_homes(
        middles, cell_m=side, homes=None if homes is None else homes.pair(), least=rules.k
    )
    keys = [at[:, 0], at[:, 1], sides]
    held: NDArray[np.int64] = cells["n"].groupby(keys).transform("sum").to_numpy()
    drawn = cells.assign(
        n=held,
        weight=held.astype(float),
        score=np.nan,
        share=np.nan,
        address=pd.Series(cell_names(at, sides), cells.index, dtype="str"),
        geometry=squares(at, sides),
    )
    first = ~pd.DataFrame(np.column_stack(keys)).duplicated().to_numpy()
    return gpd.GeoDataFrame(drawn[first & (held >= rules.k)].reset_index(drop=True))


def coarse_tracking(tracking: pd.DataFrame, rules: Audience, names: pd.Series[Any]) -> pd.DataFrame:
    """Keep places that are shown, or that are gone; by the names of squares."""
    gone = tracking["n"] == 0
    shown = tracking[
        gone & (tracking["n_before"] >= rules.k) | tracking["place_id"].isin(names.index)
    ]
    before = shown["n_before"].astype("Int64")
    empty = pd.Series(None, shown.index, dtype="str")
    return shown.assign(
        n_before=before.mask((before > 0) & (before < rules.k)),
        name=shown["place_id"].map(names).astype("str"),
        related=empty,
        site_ids=empty,
        sites=0,
        shared=0,
    ).reset_index(drop=True)


def coarse_quality(quality: pd.DataFrame, rules: Audience) -> pd.DataFrame:
    """Keep reporters with enough reports, and no other from which a small number follows."""
    hidden = suppress(quality[["incidents"]].to_numpy(dtype=float), k=rules.k)
    kept = quality[~hidden.cells[:, 0]].reset_index(drop=True)
    missing = (kept["incidents"] - kept["placed"]).between(1, rules.k - 1)
    return kept.assign(
        placed=kept["placed"].astype("Int64").mask(missing),
        hit_rate=kept["hit_rate"].round(2).mask(missing),
        **{
            name: kept[name].astype("Int64").mask(kept[name].between(1, rules.k - 1))
            for name in ("duplicates", "without_time")
        },
    )


def coarse_follow_up(table: pd.DataFrame, rules: Audience) -> pd.DataFrame:
    """Give efforts numbers for names, and leave out the figures of those with a small count."""
    counts = ["before", "after", "around_before", "around_after", "control_before", "control_after"]
    small = ((table[counts] > 0) & (table[counts] < rules.k)).any(axis=1)
    figures = ["wdd", "low", "high", "z", "detectable", "wdq"]
    return table.assign(
        effort_id=pd.Series([str(i + 1) for i in range(len(table))], table.index, dtype="str"),
        **{name: table[name].astype("Int64").mask(small) for name in counts},
        **{name: table[name].mask(small) for name in figures},
    )


def _category(rows: pd.DataFrame) -> pd.Series[Any]:
    """Give a category to every row, so that those without one are a column too."""
    return rows["category"].astype("str").fillna("\x00")
