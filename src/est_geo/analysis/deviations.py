"""Deviations: which district and kind of incident has more than it usually has, or chance gives."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from est_geo.analysis.deviation_counts import (
    daily_totals,
    district_cells,
    place_cells,
    read_events,
)
from est_geo.analysis.deviation_pictures import VIEWS, View, weekly_sums
from est_geo.analysis.deviation_reporting import reporter_starts
from est_geo.analysis.deviation_result import Deviations, weekly_counts
from est_geo.analysis.deviation_table import KIND, ViewTables, picture_view
from est_geo.checks import check_choice, check_number
from est_geo.errors import InputError
from est_geo.periods import (
    HOLIDAY_WEEKS,
    AsOf,
    Kind,
    Period,
    holiday_weeks,
    last_complete,
    last_day,
    parse_period,
    period_of,
    periods_between,
)
from est_geo.schema import DEVIATIONS, KIND_DTYPE, names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import geopandas as gpd

    from est_geo.analysis.deviation_counts import Events

_LOG = logging.getLogger(__name__)
_SIGNALS = {"red": 0, "yellow": 1, "none": 2, "grey": 3}


def deviations(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    districts: gpd.GeoDataFrame | None = None,
    *,
    as_of: AsOf | None = None,
    since: dt.date | str | None = None,
    places: gpd.GeoDataFrame | None = None,
    views: Sequence[View] = VIEWS,
    weeks: int = 1,
    holidays: pd.DataFrame | None = None,
) -> Deviations:
    """Hold the last week, four weeks, month and tertial against what is usual there.

    Each cell, a district (or place) and a category, is held against its own past: 26 weeks for a
    week, 24 weeks for four weeks, six months for a month, three tertials for a tertial, times the
    season as the whole municipality had it in one or two earlier years. What is expected by chance
    comes from a negative binomial distribution whose noise is fitted to the last 52 weeks.

    Only complete periods are looked at. A report that repeats another (`duplicate_of`) does not
    count.

    Parameters
    ----------
    incidents : GeoDataFrame of n rows, or DataFrame
        Needs `occurred_from`; `district_id` and `district`, unless `districts` are polygons to find
        them with; `category`, `source` and `duplicate_of` are used where present. A geometry, or
        `easting` and `northing`, is needed only for `places` and to find districts. All history
        that there is: two and a half years or more use the season of two earlier ones; without an
        earlier year a week is held against 12 weeks.
    districts : GeoDataFrame of Polygons, optional
        With `district_id` and `district`: then each is listed, those without incidents too.
    as_of : date, datetime, Timestamp, text or Period, optional
        Last day that the incidents cover, that whole day included, or a period such as "2026-W47",
        whose last day is meant. Default: the day of the latest incident.
    since : date or ISO text, optional
        First day that the incidents cover. Default: the day of the first incident after the last
        half year without any.
    places : GeoDataFrame, optional
        From `problem_places`: then there are rows for each place and category as well. Places are
        found where much has happened, so a red one is less of a surprise than a red district. Pass
        those that you follow: the more there are, the stricter the limit for each.
    views : sequence of {"week", "four_weeks", "month", "tertial"}
        What to look at. "four_weeks" are the four weeks that end with a week.
    weeks : int
        How many of the last weeks to look at; more than 1 gives the pictures as they were in each,
        and the months and tertials that ended in them. The last complete ones are always there.
    holidays : DataFrame, optional
        As `holiday_weeks` gives, of which `week` is used. They are marked, not left out.

    Returns
    -------
    Deviations
        `table` with the columns of `est_geo.schema.DEVIATIONS`: red first. With it the noise, the
        season, what chance alone gives, what cannot be seen, and the reporters.

    Raises
    ------
    InputError
        If a column is missing, no row has a time, a district and a category, or an argument is not
        what it should be.

    Notes
    -----
    With y the count, B that of the baseline and m its length divided by the season factor ρ:
    M = (B + ½)/m, V = (1 + 1/m)(φM + αM²), r = M²/(V − M), p = I(M/(r + M); y, r), the tail of a
    negative binomial. Red: p ≤ .003 and y − M ≥ 3. Yellow: p ≤ .02 and y − M ≥ 2. Months and
    tertials are red at p ≤ .005. These hold for 72 cells in which something has happened in the
    past year; with more or fewer, 72 p is kept, at most .01 and .05. Grey: M < .1 and y < 3.
    `low` to `high` is the same distribution's interval with no more than a tenth on either side.
    See docs/deviations.md for what was simulated, and what was not.

    References
    ----------
    .. [1] Jeffreys (1946), An invariant form for the prior probability in estimation problems,
       Proc. R. Soc. A 186, 453-461: B + ½.
    """
    _check(incidents, places, views, weeks)
    until = None if as_of is None else last_day(as_of)
    begin = None if since is None else last_day(since, name="since")
    events = read_events(incidents, districts, places, since=begin, until=until)
    last = last_complete(events.until, kind="week")
    first = last.previous(weeks - 1)
    wanted = {view: _wanted(view, first, last, events) for view in VIEWS if view in set(views)}
    kinds: list[Kind] = sorted({KIND[view] for view in wanted} | {"week"})
    by_kind = {kind: district_cells(events, kind=kind) for kind in kinds}
    totals = by_kind["week"].counts.sum(axis=0), daily_totals(events)
    tables = [("district", by_kind)]
    if places is not None and len(places):
        tables.append(("place", {kind: place_cells(events, places, kind=kind) for kind in kinds}))
    found: list[tuple[str, ViewTables]] = []
    without: list[str] = []
    for of, cells in tables:
        weekly = cells["week"], weekly_sums(cells["week"].counts, totals[0])
        for view, periods in wanted.items():
            result = picture_view(
                events, cells[KIND[view]], weekly, totals, view=view, wanted=periods
            )
            if result is not None:
                found.append((of, result))
            elif of == "district":
                without.append(view)
    if without:
        _LOG.info("too short a history for: %s", ", ".join(without))
    marked = _holiday_keys(holidays, events)
    table = _table([tables for _, tables in found], marked)
    return Deviations(
        table=table,
        noise=_stack(found, "noise"),
        season=_stack([f for f in found if f[0] == "district"], "season"),
        chance=_stack(found, "chance"),
        power=_stack(found, "power"),
        reporters=reporter_starts(events),
        weekly=weekly_counts(events, [cells["week"] for _, cells in tables]),
        week=last,
        first_week=events.first_complete("week"),
        holidays=marked,
        counts=events.counts,
        parameters={
            "as_of": events.until.isoformat(),
            "as_of_chosen": as_of is None,
            "since": events.since.isoformat(),
            "since_chosen": since is None,
            "views": tuple(wanted),
            "views_without_baseline": tuple(without),
            "weeks": int(weeks),
            "holidays_chosen": holidays is None,
        },
    )


def _check(incidents: object, places: object, views: object, weeks: object) -> None:
    """Check the arguments that are not checked where they are read."""
    if not isinstance(incidents, pd.DataFrame):
        raise InputError(
            f"`incidents` must be a table, not {type(incidents).__name__}. "
            "Read a file with est_geo.read_incidents."
        )
    if "occurred_from" not in incidents.columns:
        raise InputError(
            "`incidents` lacks the column occurred_from. It has: "
            f"{', '.join(map(str, incidents.columns))}."
        )
    if len(incidents) == 0:
        raise InputError(
            "`incidents` is empty: it has 0 rows. Check the file or the filter before it."
        )
    if isinstance(views, str) or not isinstance(views, (tuple, list)) or not views:
        raise InputError(f"`views` must be a list of {', '.join(VIEWS)}, not {views!r}.")
    for view in views:
        check_choice(view, VIEWS, name="views")
    check_number(weeks, name="weeks", at_least=1, whole=True)
    if places is not None:
        missing = {"place_id", "name", "site_ids", "district_id", "district"} - set(
            getattr(places, "columns", ())
        )
        if missing:
            raise InputError(
                f"`places` lacks {len(missing)} column(s): {', '.join(sorted(missing))}. Take "
                "them from est_geo.problem_places."
            )


def _wanted(view: View, first: Period, last: Period, events: Events) -> tuple[Period, ...]:
    """List the periods of a view that ended in some weeks, and the last complete one."""
    kind = KIND[view]
    if kind == "week":
        return periods_between(first, last, kind="week")
    newest = last_complete(events.until, kind=kind)
    oldest = period_of(first.start, kind=kind)
    return periods_between(min(oldest, newest), newest, kind=kind)


def _holiday_keys(holidays: pd.DataFrame | None, events: Events) -> frozenset[str]:
    """Keys of the holiday weeks."""
    if holidays is None:
        years = range(events.since.year - 1, events.until.year + 2)
        return frozenset(holiday_weeks(years)["week"])
    if not isinstance(holidays, pd.DataFrame) or HOLIDAY_WEEKS[0] not in holidays.columns:
        raise InputError(
            "`holidays` must be a table with the column week, as est_geo.holiday_weeks gives."
        )
    return frozenset(parse_period(text).key for text in holidays[HOLIDAY_WEEKS[0]])


def _table(found: list[ViewTables], holidays: frozenset[str]) -> pd.DataFrame:
    """Put the rows together: red first, in an order that the rows of the input do not decide."""
    dtypes = {column.name: KIND_DTYPE[column.kind] for column in DEVIATIONS}
    if not found:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in dtypes.items()})
    table = pd.concat([tables.table for tables in found], ignore_index=True)
    keys = table["view"] + " " + table["period"]
    is_holiday = {key: _has_holiday(str(key), holidays) for key in keys.unique()}
    table["holiday"] = keys.map(is_holiday).to_numpy(dtype=bool)
    order = table.assign(
        _view=table["view"].map({view: i for i, view in enumerate(VIEWS)}),
        _of=table["place_id"].notna(),
        _signal=table["signal"].map(_SIGNALS),
        _place=pd.to_numeric(table["place_id"], errors="coerce"),
    ).sort_values(
        ["_view", "period", "_of", "_signal", "p", "district_id", "_place", "place_id", "category"],
        ascending=[True, False, *[True] * 7],
        kind="stable",
    )
    return order[names(DEVIATIONS)].astype(dtypes).reset_index(drop=True)


def _has_holiday(picture: str, holidays: frozenset[str]) -> bool:
    """Tell whether a week, or one of four, is a holiday week; months always hold some day off."""
    view, key = picture.split(" ")
    if view not in {"week", "four_weeks"}:
        return False
    week = parse_period(key)
    return any(week.previous(i).key in holidays for i in range(1 if view == "week" else 4))


def _stack(found: list[tuple[str, ViewTables]], part: str) -> pd.DataFrame:
    """Put one of the smaller tables of each view together."""
    if not found:
        return pd.DataFrame({"rows": pd.Series(dtype="str")})
    parts = [getattr(tables, part).assign(rows=of) for of, tables in found]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["rows", *(name for name in whole.columns if name != "rows")]].astype(
        {"rows": "str"}
    )
