"""What the incidents of each problem place were, who reported them, and at what hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.checks import check_same_crs, read_points
from est_geo.errors import InputError
from est_geo.sites.collapse import is_counted, site_ids_of
from est_geo.sites.grouping import joined_texts

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_HOURS = 24
_FEWEST_TIMES = 5
_HALF = 0.5
_LONGEST = np.timedelta64(1, "h")


def describe_incidents(
    incidents: pd.DataFrame, sites: gpd.GeoDataFrame, place_of_site: NDArray[np.int64]
) -> dict[str, pd.Series]:
    """Sum up the incidents of each place.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        Those from which the sites were made.
    sites : GeoDataFrame of s Points
        Sites, with `site_id` and `n`.
    place_of_site : array of s int
        Place of each, −1 for none.

    Returns
    -------
    dict of Series
        `categories`, `reporters` and `hours` of each place, as `est_geo.schema.PLACES` has them.

    Raises
    ------
    InputError
        If the incidents at some site are not as many as its `n`.
    """
    read = read_points(incidents, name="incidents", unplaced=True, plain=True)
    check_same_crs(sites, read, names=("sites", "incidents"))
    points, has_point = read.xy, read.there
    placed, points = incidents[has_point], points[has_point]
    counted = is_counted(placed)
    site = pd.Index(sites["site_id"]).get_indexer(site_ids_of(points[:, 0], points[:, 1]))
    _check_same(sites, site[counted & (site >= 0)], int((counted & (site < 0)).sum()))
    place = np.where(site >= 0, place_of_site[site], -1)
    count = int(place_of_site.max()) + 1
    held = place >= 0
    used = held & counted
    return {
        "categories": _tally(placed, "category", place, used, count),
        "reporters": _tally(placed, "source", place, held, count),
        "hours": busiest_hours(placed, place, used, count),
    }


def rows_of_places(
    places: pd.DataFrame, easting: NDArray[np.float64], northing: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Find the place whose `site_ids` hold the site of each point: its row, −1 for none."""
    # Without the text of all sites, which a row for each of them would repeat.
    members = places["site_ids"].reset_index(drop=True).str.split().explode().dropna()
    found = pd.Index(members.astype(np.int64)).get_indexer(pd.Index(site_ids_of(easting, northing)))
    return np.append(members.index.to_numpy(), -1)[found]  # −1 is the last


def _check_same(sites: gpd.GeoDataFrame, site: NDArray[np.intp], elsewhere: int) -> None:
    """Require that each site has as many incidents as it says."""
    other = np.bincount(site, minlength=len(sites)) != sites["n"].to_numpy()
    if other.any() or elsewhere:
        first = f"; the first is site {sites['site_id'].iloc[int(np.argmax(other))]}"
        raise InputError(
            f"`incidents` are not those of `sites`: at {int(other.sum())} of {len(sites)} sites "
            f"their number is another{first if other.any() else ''}, and {elsewhere} lie at no "
            "site. Pass the table from which to_sites made the sites."
        )


def _tally(
    placed: pd.DataFrame,
    column: str,
    place: NDArray[np.int64],
    used: NDArray[np.bool_],
    count: int,
) -> pd.Series:
    """Write how often each value of a column comes in each place: 'klotter 12; brand 3'."""
    if column not in placed.columns:
        return pd.Series(np.nan, range(count), dtype="str")
    codes, kinds = pd.factorize(placed[column][used], sort=True)
    known = codes >= 0
    pairs, n = np.unique(place[used][known] * len(kinds) + codes[known], return_counts=True)
    of_place, kind = np.divmod(pairs, max(len(kinds), 1))
    order = np.lexsort((kind, -n, of_place))
    names = np.asarray(kinds.astype(str), dtype=object)
    written = pd.Series([f"{names[k]} {m}" for k, m in zip(kind[order], n[order], strict=True)])
    return joined_texts(of_place[order], written.astype("str"), count, between="; ")


def busiest_hours(
    placed: pd.DataFrame, place: NDArray[np.int64], used: NDArray[np.bool_], count: int
) -> pd.Series:
    """Find the shortest stretch of the clock that holds half of the used incidents of each place.

    Of equally short ones, that which holds most, then that which begins first. Only times known
    to the hour count, and there must be at least five of them. Where no precision is given,
    midnight to the second means that the time was not known.
    """
    if "occurred_from" not in placed.columns:
        return pd.Series(np.nan, range(count), dtype="str")
    begin = placed["occurred_from"].to_numpy().astype("datetime64[s]")
    midnight = begin == begin.astype("datetime64[D]")
    known = used & ~np.isnat(begin)
    if "time_precision" in placed.columns:
        known &= (placed["time_precision"] == "minute").to_numpy(dtype=bool)
    else:
        known &= ~midnight
    if "occurred_to" in placed.columns:
        end = placed["occurred_to"].to_numpy().astype("datetime64[s]")
        known &= np.isnat(end) | (end - begin <= _LONGEST)
    hour = begin[known].astype("datetime64[h]").astype(np.int64) % _HOURS
    by_hour = np.bincount(place[known] * _HOURS + hour, minlength=count * _HOURS)
    by_hour = by_hour.reshape(count, _HOURS).astype(np.int32)
    total = by_hour.sum(axis=1)
    # held[l, p, h]: incidents of place p in the l + 1 hours from h on, past midnight if need be.
    rolled = [np.roll(by_hour, -step, axis=1) for step in range(_HOURS)]
    held = np.cumsum(rolled, axis=0, dtype=np.int32)
    enough = held >= _HALF * total[:, None]
    length = np.argmax(enough.any(axis=2), axis=0)
    begins = np.argmax(held[length, np.arange(count)], axis=1)
    ends = (begins + length + 1) % _HOURS
    spans = [f"{a:02d}-{b:02d}" for a, b in zip(begins, ends, strict=True)]
    return pd.Series(spans, dtype="str").where(total >= _FEWEST_TIMES)
