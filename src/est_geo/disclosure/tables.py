"""Sites, places and addresses for an audience: squares for points, blocks for hours, no texts.

Every function takes a table as in `est_geo.schema` and gives one with the same columns. What must
not be shown is missing; a row whose count is too small is gone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.disclosure.audiences import widen_hours
from est_geo.disclosure.cells import cell_names, cells_of, cells_with_homes, centres, squares
from est_geo.sites.collapse import coordinates_of, site_ids_of
from est_geo.sites.grouping import most_frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.disclosure.audiences import Audience

    Floats = NDArray[np.float64]

_WIDENINGS = 2  # to four times the side: a place that needs more is no place any more
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, eq=False)
class Homes:
    """Where people live, as the register has it.

    Attributes
    ----------
    at : array of n x 2
        Points in metres.
    dwellings : array of n
        How many at each; one where that is not known.
    """

    at: Floats
    dwellings: Floats

    @classmethod
    def of(cls, register: gpd.GeoDataFrame) -> Homes:
        """Take the points and the dwellings of a register."""
        at = shapely.get_coordinates(np.asarray(register.geometry.array))
        if "dwellings" not in register.columns:
            return cls(at, np.ones(len(at)))
        known = pd.to_numeric(register["dwellings"]).to_numpy(dtype=float, na_value=1.0)
        return cls(at, np.maximum(known, 1.0))

    def pair(self) -> tuple[Floats, Floats]:
        """Points and dwellings."""
        return self.at, self.dwellings


def coarse_time(times: pd.Series[Any], rules: Audience) -> pd.Series[Any]:
    """Round times down to the audience's unit: the minute, the day, or the Monday of the week."""
    if rules.time_unit == "minute":
        return times
    days = times.dt.normalize()
    if rules.time_unit == "day":
        return days
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def coarse_sites(
    sites: gpd.GeoDataFrame, rules: Audience, *, homes: Homes | None = None
) -> gpd.GeoDataFrame:
    """Join sites to squares, and keep those that hold enough incidents (and dwellings)."""
    xy = shapely.get_coordinates(np.asarray(sites.geometry.array))
    cells, sides = cells_with_homes(
        xy, cell_m=rules.cell_m, homes=None if homes is None else homes.pair(), least=rules.k
    )
    keys = pd.DataFrame({"column": cells[:, 0], "row": cells[:, 1], "side": sides})
    grouped = keys.groupby(["side", "row", "column"], sort=True)
    group = np.asarray(grouped.ngroup(), dtype=np.int64)
    number = int(group.max()) + 1 if len(group) else 0
    first = keys.groupby(group)[["column", "row", "side"]].first()
    at = centres(first[["column", "row"]].to_numpy(dtype=np.int64), first["side"].to_numpy())
    n = np.bincount(group, weights=sites["n"], minlength=number).astype(np.int64)
    weights = sites["weight"].to_numpy(dtype=float)
    times = {
        name: coarse_time(getattr(sites[name].groupby(group), how)(), rules)
        for name, how in (("first", "min"), ("last", "max"))
    }
    whose = most_frequent(group, sites["district_id"], weights, number)
    named = most_frequent(group, sites["district"], weights, number)
    table = gpd.GeoDataFrame(
        {
            "site_id": site_ids_of(at[:, 0], at[:, 1]) if number else np.zeros(0, np.int64),
            "n": n,
            "weight": np.bincount(group, weights=weights, minlength=number),
            **times,
            "address": _no_text(number),
            "district_id": pd.Series(whose, dtype="str"),
            "district": pd.Series(named, dtype="str"),
        },
        geometry=shapely.points(at),
        crs=sites.crs,
    )
    return table[table["n"] >= rules.k].sort_values("site_id", ignore_index=True)[
        list(sites.columns)
    ]


def coarse_addresses(
    addresses: gpd.GeoDataFrame, rules: Audience, *, homes: Homes | None = None
) -> gpd.GeoDataFrame:
    """Give addresses as the square they lie in, named by it and drawn at its middle.

    In how many weeks, and not how many incidents: those are of 52 or 17 weeks, and beside the count
    of the square in the picture's own time the difference could be a small number.
    """
    kept = addresses[addresses["n"] >= rules.k].reset_index(drop=True)
    xy = shapely.get_coordinates(np.asarray(kept.geometry.array))
    cells, sides = cells_with_homes(
        xy, cell_m=rules.cell_m, homes=None if homes is None else homes.pair(), least=rules.k
    )
    shown = _without_texts(kept, keep={"district_id", "district", "verdict", "kind", "category"})
    names = _named(kept["district"], cell_names(cells, sides))
    shown = shown.assign(
        address=names,
        n=pd.array([pd.NA] * len(kept), dtype="Int64"),
        **{name: coarse_time(kept[name], rules) for name in ("first", "last")},
        geometry=shapely.points(centres(cells, sides)),
    )
    if "hours" in kept.columns:
        shown["hours"] = coarse_hours(kept["hours"], rules)
    return _without_reporters(shown, rules)


def coarse_places(
    places: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    rules: Audience,
    *,
    homes: Homes | None = None,
) -> gpd.GeoDataFrame:
    """Give places as the squares in which enough of their incidents lie."""
    kept = places[places["n"] >= rules.k].reset_index(drop=True)
    outlines, names = _outlines(kept, sites, rules, homes)
    drawn = ~shapely.is_missing(outlines)
    kept, outlines, names = kept[drawn], outlines[drawn], names[drawn]
    shown = _without_texts(kept, keep={"district_id", "district"})
    reporters = _frequent(kept["reporters"], rules) if rules.reporters else None
    return shown.assign(
        name=_named(kept["district"], names),
        **{name: coarse_time(kept[name], rules) for name in ("first", "last")},
        categories=_frequent(kept["categories"], rules),
        reporters=_no_text(len(kept), kept.index) if reporters is None else reporters,
        hours=coarse_hours(kept["hours"], rules),
        geometry=outlines,
    ).reset_index(drop=True)


def coarse_recurring_places(
    recurring: gpd.GeoDataFrame, places: gpd.GeoDataFrame, rules: Audience
) -> gpd.GeoDataFrame:
    """Give places that recur the name and the squares of the shown place that they are.

    Those that are none of the shown places are left out, as is all that the places do not tell but
    the verdict, in how many weeks and how much more than usual. Their counts are of other weeks
    than those of the places: the difference of the two would be a small number.
    """
    numbers = places["place_id"].to_numpy(dtype=np.int64)
    position = pd.Index(numbers).get_indexer(pd.Index(recurring["place_id"].fillna(0)))
    kept = (position >= 0) & (recurring["n"] >= rules.k).to_numpy(dtype=bool)
    shown, at = recurring[kept].reset_index(drop=True), position[kept]
    texts = ("name", "categories", "reporters", "hours", "district_id", "district")
    shown = _without_texts(shown, keep={"verdict"}).assign(
        **{name: places[name].array[at] for name in texts},
        **{name: coarse_time(shown[name], rules) for name in ("first", "last")},
        geometry=places.geometry.array[at],
        sites=0,
        n=pd.array([pd.NA] * len(shown), dtype="Int64"),
        at_least_times=np.floor(shown["at_least_times"]),
        **dict.fromkeys(("weight", "share", "expected", "q", "score"), np.nan),
    )
    return _without_reporters(shown, rules)


def coarse_hours(hours: pd.Series[Any], rules: Audience) -> pd.Series[Any]:
    """Widen spans of hours ('20-02') outward to the audience's blocks."""

    def widen(text: str) -> str | float:
        found = _HOURS.fullmatch(text)
        if found is None:
            return np.nan
        first, last = widen_hours(int(found[1]), int(found[2]), block=rules.hours)
        return f"{first:02d}-{last:02d}"

    wider = {text: widen(text) for text in hours.dropna().unique()}
    return hours.map(wider).astype("str")


def _outlines(
    places: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, rules: Audience, homes: Homes | None
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Draw each place as squares that hold enough of it, the smallest side that gives any.

    None where even the largest square holds too little: the place is then left out.
    """
    outlines = np.full(len(places), None, dtype=object)
    names = np.full(len(places), "", dtype=object)
    members = places["site_ids"].fillna("").str.split().explode().dropna()
    ids = members.astype(np.int64).to_numpy()
    counts = sites.set_index("site_id")["n"].reindex(ids).fillna(0).to_numpy()
    points = np.column_stack(coordinates_of(ids)).astype(float)
    place = members.index.to_numpy()
    for step in range(_WIDENINGS + 1):
        wait = shapely.is_missing(outlines)[place] if len(place) else np.zeros(0, bool)
        if not wait.any():
            break
        side = rules.cell_m * 2.0**step
        cells = pd.DataFrame(cells_of(points[wait], side), columns=["column", "row"])
        cells = cells.assign(place=place[wait], n=counts[wait])
        sums = cells.groupby(["place", "column", "row"], sort=True)["n"].sum().reset_index()
        sums = sums[sums["n"] >= rules.k]
        at = sums[["column", "row"]].to_numpy(dtype=np.int64)
        lived_in = _enough_homes(at, side, homes, rules.k)
        sums, at = sums[lived_in], at[lived_in]
        sides = np.full(len(sums), side)
        drawn = gpd.GeoSeries(squares(at, sides), index=sums["place"]).groupby(level=0)
        for number, parts in drawn:
            outlines[number] = shapely.union_all(parts.to_numpy())
        largest = sums.assign(name=cell_names(at, sides)).sort_values(
            ["place", "n"], ascending=[True, False], kind="stable"
        )
        for number, name in largest.drop_duplicates("place")[["place", "name"]].to_numpy():
            names[number] = name
    return outlines, names


def _enough_homes(
    cells: NDArray[np.int64], side: float, homes: Homes | None, least: float
) -> NDArray[np.bool_]:
    """Tell which squares hold no dwelling or at least so many."""
    if homes is None or len(cells) == 0:
        return np.ones(len(cells), dtype=bool)
    lived = cells_of(homes.at, side)
    sums = pd.Series(homes.dwellings).groupby([lived[:, 0], lived[:, 1]]).sum()
    held = sums.reindex(pd.MultiIndex.from_arrays(list(cells.T)), fill_value=0.0).to_numpy()
    enough: NDArray[np.bool_] = (held == 0) | (held >= least)
    return enough


def _frequent(counted: pd.Series[Any], rules: Audience) -> pd.Series[Any]:
    """Keep the names of 'klotter 12; brand 3' that are counted often enough, without the counts."""

    def frequent(text: str) -> str | float:
        parts = [part.rpartition(" ") for part in text.split("; ")]
        names = [name for name, _, n in parts if n.isdigit() and int(n) >= rules.k]
        return "; ".join(names) or np.nan

    return counted.map(frequent, na_action="ignore").astype("str")


def _named(districts: pd.Series[Any], names: Any) -> pd.Series[Any]:  # noqa: ANN401 - list or array
    """Put the district before the name of a square."""
    squares_named = pd.Series(names, index=districts.index, dtype="str")
    return (districts.astype("str").fillna("") + " " + squares_named).str.strip()


def _without_texts(table: gpd.GeoDataFrame, *, keep: set[str]) -> gpd.GeoDataFrame:
    """Empty every column of text that is not named."""
    texts = [
        name
        for name, dtype in table.dtypes.items()
        if (
            isinstance(dtype, pd.StringDtype | pd.CategoricalDtype)
            or pd.api.types.is_object_dtype(dtype)
        )
        and name not in keep
    ]
    return table.assign(**{str(name): _no_text(len(table), table.index) for name in texts})


def _without_reporters(table: gpd.GeoDataFrame, rules: Audience) -> gpd.GeoDataFrame:
    """Leave out how many reported, where the audience may not see who did."""
    if rules.reporters:
        return table
    hidden = {"sources": 0, "only_one_source": False}
    return table.assign(**{name: hidden[name] for name in hidden if name in table.columns})


def _no_text(count: int, index: Any = None) -> pd.Series[Any]:  # noqa: ANN401 - any index
    return pd.Series(np.full(count, np.nan, dtype=object), index=index, dtype="str")
