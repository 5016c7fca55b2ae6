"""The analyses of a period beside those of places: hours, concentration, need, what deviates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from est_geo.analysis.concentration import concentration
from est_geo.analysis.need import need_and_influence
from est_geo.analysis.priority import priority_cells
from est_geo.analysis.recurring_places import recurring_places
from est_geo.analysis.time_profile import time_profile
from est_geo.analysis.tracking_links import shared_sites
from est_geo.analysis.when_and_where import when_and_where
from est_geo.geography.assignment import assign_districts
from est_geo.sites.collapse import to_sites

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

_TOP_PLACES = 3


def hours_of(reports: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Add up the hours of the week, of everything and of the three largest places.

    Returns
    -------
    DataFrame
        `place_id` and `name` (missing: everything), then as `est_geo.schema.TIME_PROFILE`.
    """
    everything = time_profile(reports)
    parts = [
        everything.assign(
            place_id=pd.array([pd.NA] * len(everything), dtype="Int64"),
            name=pd.Series(None, everything.index, dtype="str"),
        )
    ]
    top = places.head(_TOP_PLACES)
    if len(top):
        own = time_profile(reports, by="place", places=top)
        parts.append(own.assign(place_id=own["place_id"].astype("Int64")))
    order = ["place_id", "name", *everything.columns]
    table = pd.concat([part[order] for part in parts], ignore_index=True)
    table.attrs["time_profile"] = everything.attrs.get("time_profile", {})
    return table


def times_and_places(reports: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find when and where half of it is: in the places, in the districts if there are none."""
    if len(places):
        return when_and_where(reports, by="place", places=places)
    return when_and_where(reports, by="district")


def register_of(gazetteer: Any, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:  # noqa: ANN401 - a table, or what holds one
    """Give the addresses of a register, with the districts that they lie in."""
    if gazetteer is None:
        return None
    entries: gpd.GeoDataFrame = getattr(gazetteer, "entries", gazetteer)
    if "kind" in entries.columns:
        entries = entries[entries["kind"] == "address"]
    if "district_id" in entries.columns:
        return entries
    return assign_districts(
        entries.drop(columns="district", errors="ignore"), districts, outside="keep"
    )


def places_that_recur(
    history: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    register: gpd.GeoDataFrame | None,
    *,
    as_of: dt.date,
    previous: gpd.GeoDataFrame | None,
    eps_m: float,
) -> gpd.GeoDataFrame:
    """Test the places of 52 and 17 weeks; `place_id` is that of the picture's own, where it is one.

    A place is that of `places` with which it has most sites in common.
    """
    found = recurring_places(
        history, register=register, as_of=as_of, previous=previous, eps_m=eps_m
    )
    links = shared_sites(found["site_ids"], places["site_ids"])
    links = links.sort_values(
        ["before", "shared", "part", "now"], ascending=[True, False, False, True]
    )
    first = links.drop_duplicates("before").set_index("before")["now"]
    own = pd.Series(places["place_id"].to_numpy()[first], first.index, dtype="Int64")
    return found.assign(place_id=own.reindex(range(len(found))).array)


def concentration_of(sites: gpd.GeoDataFrame, register: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Measure how few addresses hold half of it, in all and by district."""
    return concentration(sites, register=register, by_district=True)


def next_cells(history: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rank where to be next, by the whole history up to the end of the period."""
    return priority_cells(to_sites(history), within=districts)


def need_of(
    counts: pd.DataFrame, earlier: pd.DataFrame | None, *, earlier_periods: float
) -> pd.DataFrame:
    """Rank districts by need, beside an earlier time where one is known."""
    return need_and_influence(counts, earlier=earlier, earlier_periods=earlier_periods)
