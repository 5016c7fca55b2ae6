"""When incidents happen: hours of the week, for everything or by place, district or category."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from est_geo.analysis.aoristic import BINS, HOURS, aoristic_weights
from est_geo.analysis.known_times import DayOnly, Midnight, known_times
from est_geo.analysis.place_incidents import rows_of_places
from est_geo.checks import (
    check_choice,
    check_columns,
    check_finite_weights,
    check_same_crs,
    read_points,
)
from est_geo.errors import InputError
from est_geo.schema import TIME_PROFILE, names
from est_geo.sites.collapse import is_counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

By = Literal["district", "category", "source", "place"]
_KEYS: dict[str, tuple[str, ...]] = {
    "district": ("district_id", "district"),
    "category": ("category",),
    "source": ("source",),
    "place": ("place_id", "name"),
}


def time_profile(
    incidents: pd.DataFrame,
    *,
    by: By | Sequence[By] = (),
    places: gpd.GeoDataFrame | None = None,
    day_only: DayOnly = "leave_out",
    midnight: Midnight = "auto",
) -> pd.DataFrame:
    """Add up incidents by weekday and hour, in all or by group.

    An incident known to an interval counts in each hour it may have been, in proportion to the
    overlap: Monday 01:00 to 02:30 is 2/3 in the hour from one and 1/3 in the hour from two.

    Parameters
    ----------
    incidents : DataFrame of n rows
        Needs `occurred_from`; `occurred_to`, `time_precision`, `weight`, `source`, and the columns
        grouped by, are used where present; for `by="place"` a geometry, or `easting` and
        `northing`, see `est_geo.schema.COORDINATES`. Reports that repeat another (`duplicate_of`)
        are left out. May have 0 rows.
    by : {"district", "category", "source", "place"} or several of them
        One profile for each value, or for each combination that occurs. Incidents without a value
        are left out.
    places : GeoDataFrame, optional
        From `problem_places` of the same incidents, for `by="place"`: `place_id`, `name` and
        `site_ids`. Each place has a profile, also where no time is known.
    day_only : {"leave_out", "spread"}
        Incidents of which only the day is known: left out, or spread evenly over it.
    midnight : {"auto", "known", "unknown"}
        What a point in time at exactly 00:00 means. "auto": not known, of each reporter who has far
        more there than at 22, 23, 01 and 02.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.TIME_PROFILE` after those of the groups: 168 rows a profile,
        Monday first. `weight` of a profile sums to the weight of its incidents with a known time.
        ``attrs["time_profile"]`` says how many incidents that is, how many are left out and why.

    Raises
    ------
    InputError
        If a column is missing, an incident ends before it begins, a weight is negative or not
        finite, or `places` are needed and not given.
    CRSError
        If places and incidents are not in the same CRS in metres.

    References
    ----------
    .. [1] Ratcliffe (2002), Aoristic signatures and the spatio-temporal analysis of high volume
       crime patterns. Journal of Quantitative Criminology 18.
    """
    keys = check_times(incidents, by=by, places=places, day_only=day_only, midnight=midnight)
    used = incidents[is_counted(incidents)]
    codes, labels = _groups(used, keys, places)
    times = known_times(used, day_only=day_only, midnight=midnight)
    counted = times.known & (codes >= 0)
    weight = used["weight"].to_numpy(dtype=float) if "weight" in used.columns else None
    held = aoristic_weights(
        times.begin[counted],
        times.length[counted],
        np.ones(int(counted.sum())) if weight is None else weight[counted],
        codes[counted],
        len(labels),
    )
    table = labels.loc[labels.index.repeat(BINS)].reset_index(drop=True)
    week = np.arange(len(labels) * BINS) % BINS
    table["weekday"], table["hour"] = week // HOURS, week % HOURS
    table["weight"] = held.ravel()
    result = pd.DataFrame(table)[[*labels.columns, *names(TIME_PROFILE)]]
    result.attrs["time_profile"] = {
        **times.counts,
        "repeated": len(incidents) - len(used),
        "not_in_a_group": int((times.known & (codes < 0)).sum()),
        "midnight_spikes": list(times.spikes),
        "day_only_rule": day_only,
        "midnight_rule": midnight,
    }
    _LOG.info(
        "time profile of %d of %d incidents whose time is known", int(counted.sum()), len(used)
    )
    return result


def check_times(
    incidents: pd.DataFrame,
    *,
    by: By | Sequence[By],
    places: gpd.GeoDataFrame | None,
    day_only: DayOnly,
    midnight: Midnight,
) -> tuple[str, ...]:
    """Check the arguments of a profile, and give what is grouped by as a tuple."""
    keys: tuple[str, ...] = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        check_choice(key, _KEYS, name="by")
    needed = [column for key in keys if key != "place" for column in _KEYS[key]]
    check_columns(incidents, name="incidents", columns=("occurred_from", *needed))
    if "weight" in incidents.columns:
        check_finite_weights(incidents, name="incidents")
    check_choice(day_only, ("leave_out", "spread"), name="day_only")
    check_choice(midnight, ("auto", "known", "unknown"), name="midnight")
    if "place" in keys:
        if places is None:
            raise InputError(
                "`places` is needed with by='place'. Pass those of "
                "est_geo.problem_places(est_geo.to_sites(incidents))."
            )
        check_columns(places, name="places", columns=("place_id", "name", "site_ids"))
    return keys


def _groups(
    used: pd.DataFrame, keys: tuple[str, ...], places: gpd.GeoDataFrame | None
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Give each incident the number of its group, −1 for none, and name the groups in order."""
    codes = np.zeros(len(used), dtype=np.int64)
    labels = pd.DataFrame(index=range(1))
    for key in keys:
        if key == "place" and places is not None:
            of_key, named = _places(used, places)
        else:
            of_key, named = _values(used, _KEYS[key])
        pair = np.where((codes >= 0) & (of_key >= 0), codes * max(len(named), 1) + of_key, -1)
        # One key keeps every place, of several only what occurs.
        kept = np.arange(len(named)) if len(keys) == 1 else np.unique(pair[pair >= 0])
        codes = np.where(pair >= 0, np.searchsorted(kept, pair), -1)
        before, own = np.divmod(kept, max(len(named), 1))
        labels = pd.concat(
            [
                labels.iloc[before].reset_index(drop=True),
                named.iloc[own].reset_index(drop=True),
            ],
            axis=1,
        )
    return codes, labels


def _values(used: pd.DataFrame, columns: tuple[str, ...]) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Give the values of a column numbers in their order; further columns are their names."""
    codes, values = pd.factorize(used[columns[0]].astype("str"), sort=True)
    named = pd.DataFrame({columns[0]: pd.Series(values, dtype="str")})
    for column in columns[1:]:
        text, texts = pd.factorize(used[column].astype("str"), sort=True)
        pairs = pd.DataFrame({"code": codes, "text": text})
        smallest = pairs[(codes >= 0) & (text >= 0)].groupby("code")["text"].min()
        # A value without any name is -1, the last of these.
        number = smallest.reindex(range(len(values)), fill_value=-1).to_numpy()
        named[column] = pd.Series([*texts, np.nan], dtype="str").to_numpy()[number]
    return codes.astype(np.int64), named.astype("str")


def _places(used: pd.DataFrame, places: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Give each incident the number of the place that its site lies in."""
    named = pd.DataFrame(places[["place_id", "name"]]).sort_values("place_id", ignore_index=True)
    if len(places) == 0 or len(used) == 0:
        return np.full(len(used), -1), named
    read = read_points(used, name="incidents", unplaced=True, plain=True)
    check_same_crs(read, places, names=("incidents", "places"))
    rank = np.append(pd.Index(named["place_id"]).get_indexer(places["place_id"]), -1)
    codes = np.full(len(used), -1)
    codes[read.there] = rank[rows_of_places(places, *read.xy[read.there].T)]
    return codes, named
