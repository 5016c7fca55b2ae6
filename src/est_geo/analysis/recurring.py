"""Recurring addresses: whose rate is clearly above the usual around them, for months."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from est_geo.analysis.recurrence import LISTED_UNTIL
from est_geo.analysis.recurring_register import plain, read_register
from est_geo.analysis.recurring_tests import NEW, NONE, Compared, Comparison, compare_all
from est_geo.analysis.recurring_windows import RECENT, YEAR
from est_geo.analysis.recurring_year import Year, describe, last_week, read_year
from est_geo.checks import check_flag, check_number, read_points
from est_geo.errors import InputError
from est_geo.schema import ADDRESSES, KIND_DTYPE, VERDICTS, names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.checks.metric_crs import HasCRS
    from est_geo.periods import AsOf

_LOG = logging.getLogger(__name__)
_KEY = ["kind", "address", "district_id"]


def recurring_addresses(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    *,
    register: Any = None,  # noqa: ANN401 - a table, or what holds one
    as_of: AsOf | None = None,
    previous: pd.DataFrame | None = None,
    by_category: bool = False,
    per_district: int | None = None,
    min_incidents: int | None = None,
    min_months: int | None = None,
) -> gpd.GeoDataFrame:
    """Find the addresses that keep coming back more than chance and their surroundings explain.

    An address is compared with all others in its district: is its rate of weeks with an incident
    clearly (1.5 times) above the usual, in the last 52 weeks, or in the last 17? That is asked of
    every address in the register, so that at most about one in twenty of those listed is not.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        Needs `occurred_from`; a DataFrame has `easting` and `northing` in place of points, see
        `est_geo.schema.COORDINATES`. `address`, `matched_address`, `match_level`, `place`,
        `source`, `category`, `district_id`, `district` and `duplicate_of` are used where present.
        Rows without a point or a time are left out, and so are those outside the 52 weeks; the log
        counts them. A report that repeats another counts only among the reporters.
    register : Gazetteer or GeoDataFrame of Points, optional
        Every address there is, those without incidents too; in the same CRS. With `district_id` or
        `district` as the incidents have them, addresses are compared within their district; with
        `dwellings`, they are compared by dwelling, as far as the incidents bear out (an exponent is
        fitted). An address that was seen and is not in it is added, and counted in the log. Without
        a register the number of addresses is estimated, and too few seen are only counted.
    as_of : date, str or Period, optional
        Up to when the incidents are known: a day, or a period such as "2026-W47". The last ISO week
        complete by then ends both windows. Without it, the day of the latest incident.
    previous : DataFrame, optional
        An earlier result, not cut by `per_district`. What it lists stays listed until q is above
        .30, so that the list does not flicker.
    by_category : bool
        Test each category by itself, where it has at least 200 incidents in the 52 weeks; the
        others are named in the log. `category` then tells which test the row is of.
    per_district : int, optional
        Keep so many of each district, those of best rank.
    min_incidents, min_months : int, optional
        Instead of the recurring ones and those that may be chance, list every address with so many
        incidents, and seen in so many 4-week blocks, whatever its verdict.

    Returns
    -------
    GeoDataFrame of Points
        Columns as `est_geo.schema.ADDRESSES`, addresses before squares and stations, each by rank;
        0 rows where nothing comes back or no incident has a time. `attrs["recurrence"]` holds what
        was chosen: `as_of`, the windows, and for each test `addresses` (in all; None where not
        known), `seen`, `estimated`, `gamma` (the exponent of dwellings; None where addresses were
        taken as equal) and `tested`.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for both tables.
    InputError
        If the table is empty, lacks `occurred_from`, or a geometry is not a point; if a number is
        out of range, or `as_of` is neither a day nor a period.

    References
    ----------
    .. [1] Benjamini, Hochberg (1995), Controlling the false discovery rate.
    .. [2] Chao (1984), Nonparametric estimation of the number of classes in a population.
    """
    read = read_points(
        incidents, name="incidents", columns=("occurred_from",), unplaced=True, plain=True
    )
    check_flag(by_category, name="by_category")
    filters = [(min_incidents, "min_incidents", 1), (min_months, "min_months", 0)]
    for value, name, least in (*filters, (per_district, "per_district", 1)):
        if value is not None:
            check_number(value, name=name, at_least=least, whole=True)
    if previous is not None:
        needed = ("address", "district_id", "verdict")
        check_previous(previous, needed, maker="recurring_addresses")
    entries = None if register is None else read_register(register, read)
    week = last_week(incidents["occurred_from"], as_of)
    if week is None:
        return _nothing(read)
    seen = read_year(incidents, read, entries, week)
    every = min_incidents is not None or min_months is not None
    least_of = (min_incidents or 1, min_months or 0) if every else None
    parts: list[gpd.GeoDataFrame] = []
    said: dict[str, Any] = {}
    for category, rows in seen.by_category() if by_category else [(None, None)]:
        of = seen if rows is None else seen.only(rows)
        part, chosen = _list(of, category, previous, least_of)
        parts.append(part)
        said |= {f"{category}: {kind}" if category else kind: what for kind, what in chosen.items()}
    table = _in_order(parts, seen.placed)
    if per_district is not None:
        # A missing district is one of its own.
        own = ["kind", "district_id", *(["category"] if by_category else [])]
        table = table[table.groupby(own, dropna=False).cumcount() < per_district]
        table = table.reset_index(drop=True)
    table.attrs["recurrence"] = {
        "as_of": week.key,
        "windows_weeks": [YEAR, RECENT],
        "incidents": int(seen.counted.sum()),
        "not_in_register": seen.added,
        "tests": said,
    }
    return table


def _list(
    seen: Year,
    category: str | None,
    previous: pd.DataFrame | None,
    least: tuple[int, int] | None,
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Test, and make the rows of what is to be listed, in order of rank."""
    compared = compare_all(seen.reports(), seen.addresses, registered=seen.registered)
    announce_tests(compared.said, category)
    year, recent = compared.year, compared.recent
    nothing = np.full(len(seen.addresses), None, dtype=object)
    verdict = compared.verdicts(nothing)
    if least is None:
        rows = np.flatnonzero(
            (verdict != NONE) | (year.test.q <= LISTED_UNTIL) | (recent.test.q <= LISTED_UNTIL)
        )
    else:
        rows = np.flatnonzero((year.counts.n >= least[0]) & (year.counts.blocks >= least[1]))
    table = describe(seen, rows)
    if category is not None:
        table["category"] = category
    if previous is not None:
        nothing[rows] = _before(table, previous, category)
        verdict = compared.verdicts(nothing)
    verdict = verdict[rows]
    one_source = np.where(
        verdict == NEW, recent.rests_on_one_source()[rows], year.rests_on_one_source()[rows]
    )
    table = table.assign(**columns_of_verdict(compared, verdict, one_source, rows))
    if least is None:
        table = table[table["verdict"] != NONE]
    return sorted_by_verdict(table), compared.said


def columns_of_verdict(
    compared: Compared,
    verdict: NDArray[np.object_],
    one_source: NDArray[np.bool_],
    rows: NDArray[np.int64],
) -> dict[str, Any]:
    """Make the columns of some rows from the window that their verdict is of."""
    is_new = verdict == NEW
    columns: dict[str, Any] = {
        "verdict": pd.Series(verdict, dtype="str"),
        "window_weeks": np.where(is_new, RECENT, YEAR),
        "only_one_source": one_source & np.isin(verdict, VERDICTS[:3]),
    }
    for name, (in_recent, in_year) in _numbers(compared.recent, compared.year).items():
        columns[name] = np.where(is_new, in_recent[rows], in_year[rows])
    return columns


def _numbers(
    recent: Comparison, year: Comparison
) -> dict[str, tuple[NDArray[np.generic], NDArray[np.generic]]]:
    """Numbers of each column in both windows."""
    both = [
        {
            "n": of.counts.n,
            "weeks": of.counts.weeks,
            "months": of.counts.blocks,
            "expected": of.test.expected,
            "at_least_times": of.test.at_least_times,
            "q": of.test.q,
            "score": of.test.score,
            "sources": of.sources(),
        }
        for of in (recent, year)
    ]
    return {name: (both[0][name], both[1][name]) for name in both[0]}


def sorted_by_verdict(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by kind, then what recurs, then what is calm, then what may be chance, each by score."""
    order = {VERDICTS[0]: 0, VERDICTS[1]: 0, VERDICTS[2]: 1, VERDICTS[3]: 2, VERDICTS[4]: 3}
    table = table.assign(of_verdict=table["verdict"].map(order))
    table = table.sort_values(
        ["kind", "of_verdict", "score", "n", "address", "district_id"],
        ascending=[True, True, False, False, True, True],
        ignore_index=True,
    )
    return table.assign(rank=table.groupby("kind").cumcount() + 1)


def _in_order(parts: list[gpd.GeoDataFrame], placed: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the parts below each other."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return _nothing(placed)
    return pd.concat(parts, ignore_index=True)[names(ADDRESSES)]


def _nothing(like: HasCRS) -> gpd.GeoDataFrame:
    """Make the empty table, with every column and its dtype."""
    columns: dict[str, Any] = {
        column.name: pd.Series(dtype=KIND_DTYPE[column.kind])
        for column in ADDRESSES
        if column.kind != "geometry"
    }
    return gpd.GeoDataFrame(columns, geometry=[], crs=like.crs)[names(ADDRESSES)]


def _before(
    table: gpd.GeoDataFrame, previous: pd.DataFrame, category: str | None
) -> NDArray[np.object_]:
    """Look up what an earlier result said of each row."""
    if category is not None and "category" in previous.columns:
        previous = previous[previous["category"] == category]
    if "kind" not in previous.columns:
        previous = previous.assign(kind="address")
    keyed = previous.drop_duplicates(_KEY)
    said = pd.Series(keyed["verdict"].to_numpy(dtype=object), index=_keys(keyed))
    said = said[~said.index.duplicated()]
    found = said.reindex(_keys(table))
    return found.where(found.notna(), None).to_numpy(dtype=object)


def _keys(table: pd.DataFrame) -> pd.Index:
    """Write what an address is recognised by from one result to the next."""
    kinds, texts, districts = (table[name].astype(object) for name in _KEY)
    return pd.Index(
        [
            f"{kind}\t{plain(str(text))}\t{district if isinstance(district, str) else ''}"
            for kind, text, district in zip(kinds, texts, districts, strict=True)
        ],
        dtype=object,
    )


def check_previous(previous: pd.DataFrame, needed: tuple[str, ...], *, maker: str) -> None:
    """Require what an earlier result is recognised by."""
    missing = [name for name in needed if name not in previous.columns]
    if missing:
        raise InputError(
            f"`previous` lacks {len(missing)} column(s): {', '.join(missing)}. Pass an earlier "
            f"result of {maker}."
        )
    strange = ~previous["verdict"].isin(VERDICTS)
    if strange.any():
        raise InputError(
            f"`previous` has {int(strange.sum())} of {len(previous)} rows whose verdict is none of "
            f"{', '.join(VERDICTS)}. Pass an earlier result of {maker}."
        )


def announce_tests(said: dict[str, dict[str, Any]], category: str | None) -> None:
    """Log how each kind of address was tested."""
    of = f" ({category})" if category else ""
    for kind, what in said.items():
        if not what["tested"]:
            _LOG.info(
                "kind %s%s: %d seen, too few to estimate how many there are: counted, not tested",
                kind,
                of,
                what["seen"],
            )
            continue
        by = "taken as equal" if what["gamma"] is None else f"dwellings ** {what['gamma']:.2f}"
        how = "estimated from those seen" if what["estimated"] else "in the register and seen"
        _LOG.info("kind %s%s: %d of them, %s, %s", kind, of, what["addresses"], how, by)
