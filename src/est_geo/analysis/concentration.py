"""How concentrated incidents are: how few of all addresses hold half of them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from est_geo.checks import (
    check_columns,
    check_finite_weights,
    check_flag,
    check_number,
    check_same_crs,
    read_points,
)
from est_geo.errors import InputError
from est_geo.schema import CONCENTRATION, LORENZ_POINTS, names
from est_geo.sites.collapse import site_ids_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
_ROUNDING = 1e-12
_QUARTER, _HALF = 0.25, 0.5


def concentration(
    sites: pd.DataFrame,
    *,
    register: gpd.GeoDataFrame | int | None = None,
    by_district: bool = False,
) -> pd.DataFrame:
    """Measure how few of all addresses hold half of the incidents.

    Among the addresses that had an incident, incidents always look concentrated: with more
    addresses than incidents most have none, and chance alone gives a few of them two. So shares are
    of **all** addresses, and the generalised Gini is that which 0 means "as even as so few
    incidents can be".

    Parameters
    ----------
    sites : DataFrame of s rows
        One row a unit (an address, a cell) with its number of incidents `n`, as `to_sites` gives
        them; `district_id` and `district` for `by_district`; for a `register` also points, or
        `easting` and `northing`. May have 0 rows.
    register : GeoDataFrame of Points or int, optional
        Every address there is, for instance `Gazetteer.entries` (rows whose `kind` is "place" are
        passed over), in the CRS of the sites; or how many there are. Addresses that share a rounded
        coordinate are one, as they are one site; sites that are not in the register are added to
        it. Without it only the sites themselves are counted: `inflated` says so.
    by_district : bool
        Also one row a district, for which a table as `register` needs `district_id`.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.CONCENTRATION`: first everything, `district_id` missing, then the
        districts by `district_id`. Numbers are NaN where there is nothing to divide by.

    Raises
    ------
    InputError
        If a column is missing, a count is negative or not a whole number, or `register` is a number
        and `by_district` is asked for.
    CRSError
        If sites and register are not in the same CRS in metres.

    Notes
    -----
    With n units and c incidents, G the Gini of the counts: G' = max(1, n/c)·(G − 1) + 1, and
    unbiased G'·m/(m − 1) with m = min(n, c).

    References
    ----------
    .. [1] Bernasco & Steenbeek (2017), More places than crimes: implications for evaluating the law
       of crime concentration at place. Journal of Quantitative Criminology 33.
    """
    check_flag(by_district, name="by_district")
    units = _units(sites, register, by_district=by_district)
    whole = _measure(units["n"].to_numpy(), np.zeros(len(units), dtype=np.int64), 1)
    rows = whole.assign(district_id=pd.Series(np.nan, whole.index, dtype="str"))
    rows["district"] = rows["district_id"]
    if by_district:
        here = units[units["district_id"].notna()]
        codes, ids = pd.factorize(here["district_id"], sort=True)
        each = _measure(here["n"].to_numpy(), codes.astype(np.int64), len(ids))
        each["district_id"] = pd.Series(ids, dtype="str")
        named = here.dropna(subset=["district"]).groupby("district_id")["district"].min()
        each["district"] = each["district_id"].map(named).astype("str")
        rows = pd.concat([rows, each], ignore_index=True)
    rows["inflated"] = bool(units.attrs["inflated"])
    result = rows[names(CONCENTRATION)]
    result.attrs["concentration"] = {
        "units_from": "sites" if register is None else "register",
        "not_in_register": int(units.attrs["not_in_register"]),
    }
    return result


def lorenz_points(
    sites: pd.DataFrame, *, register: gpd.GeoDataFrame | int | None = None
) -> pd.DataFrame:
    """Give the Lorenz curve: which share of all addresses holds which share of the incidents.

    Parameters
    ----------
    sites : DataFrame of s rows
        As for `concentration`.
    register : GeoDataFrame of Points or int, optional
        As for `concentration`.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.LORENZ_POINTS`, from (0, 0) to (1, 1): the units with most
        incidents first, one point where their number changes; between points the curve is straight.
        0 rows where there are no incidents. ``attrs["lorenz_points"]["inflated"]`` as in
        `concentration`.

    Raises
    ------
    InputError, CRSError
        As `concentration`.
    """
    units = _units(sites, register, by_district=False)
    n = np.sort(units["n"].to_numpy())[::-1]
    total, count = int(n.sum()), len(n)
    result = pd.DataFrame(columns=names(LORENZ_POINTS), dtype=float)
    if total > 0:
        ends = np.flatnonzero(np.diff(n[n > 0], append=0))
        held = np.cumsum(n)[ends] / total
        share = (ends + 1) / count
        points = {"share_of_units": [0.0, *share], "share_of_incidents": [0.0, *held]}
        result = pd.DataFrame(points)
        if share[-1] < 1:
            result.loc[len(result)] = [1.0, 1.0]
    result.attrs["lorenz_points"] = {"inflated": bool(units.attrs["inflated"])}
    return result


def _units(
    sites: pd.DataFrame, register: gpd.GeoDataFrame | int | None, *, by_district: bool
) -> pd.DataFrame:
    """Check the arguments, and give one row a unit, those without incidents too."""
    district = ("district_id", "district") if by_district else ()
    check_columns(sites, name="sites", columns=("n", *district))
    check_finite_weights(sites, name="sites", column="n")
    if (sites["n"] % 1 != 0).any():
        raise InputError(
            "`sites` has counts `n` that are not whole numbers. Give incidents in `n`."
        )
    units = pd.DataFrame({"n": sites["n"].to_numpy(dtype=np.int64)})
    for column in district:
        units[column] = sites[column].astype("str").to_numpy()
    units.attrs = {"inflated": register is None, "not_in_register": 0}
    if isinstance(register, gpd.GeoDataFrame):
        return _with_register(units, sites, register, district)
    if register is not None:
        check_number(register, name="register", at_least=1, whole=True)
        if by_district:
            raise InputError(
                "`register` is a number, which does not say how many addresses each district has. "
                "Pass a table of addresses with `district_id`."
            )
        lacking = len(units) - int(register)
        if lacking > 0:
            _warn(lacking)
        empty = np.zeros(max(-lacking, 0), dtype=np.int64)
        units = pd.DataFrame({"n": np.concatenate([units["n"].to_numpy(), empty])})
        units.attrs = {"inflated": lacking > 0, "not_in_register": max(lacking, 0)}
    return units


def _with_register(
    units: pd.DataFrame, sites: pd.DataFrame, register: gpd.GeoDataFrame, district: tuple[str, ...]
) -> pd.DataFrame:
    """Add the addresses without incidents."""
    points, has_point, _ = read_points(register, name="register", columns=district, unplaced=True)
    seen = np.empty(0, dtype=np.int64)
    if len(sites):
        read = read_points(sites, name="sites", plain=True)
        check_same_crs(read, register, names=("sites", "register"))
        seen = site_ids_of(read.xy[:, 0], read.xy[:, 1])
    used = has_point
    if "kind" in register.columns:
        used = used & (register["kind"] != "place").to_numpy(dtype=bool)
    known = pd.DataFrame({"site": site_ids_of(points[used, 0], points[used, 1]), "n": 0})
    for column in district:
        known[column] = register[column][used].astype("str").to_numpy()
    known = known.sort_values(list(known.columns)).drop_duplicates("site")
    empty = known[~known["site"].isin(seen)].drop(columns="site")
    outside = int((~np.isin(seen, known["site"])).sum())
    joined = pd.concat([units, empty], ignore_index=True)
    joined.attrs = {"inflated": False, "not_in_register": outside}
    if outside:
        _warn(outside)
    return joined


def _warn(missing: int) -> None:
    _LOG.warning("the register lacks %d of the sites with incidents; they are counted too", missing)


def _measure(n: NDArray[np.int64], groups: NDArray[np.int64], n_groups: int) -> pd.DataFrame:
    """Measure the concentration of counts in each group, all groups at once."""
    order = np.lexsort((-n, groups))
    n, groups = n[order], groups[order]
    units = np.bincount(groups, minlength=n_groups)
    incidents = np.bincount(groups, weights=n, minlength=n_groups).astype(np.int64)
    first = np.cumsum(units) - units
    place = np.arange(len(n)) - first[groups] + 1  # 1 is the unit with most
    before = np.cumsum(n) - n
    held = before + n - before[np.minimum(first, max(len(n) - 1, 0))][groups] if len(n) else n
    table: dict[str, object] = {"units": units, "incidents": incidents}
    with np.errstate(invalid="ignore", divide="ignore"):
        for percent, share in ((25, _QUARTER), (50, _HALF)):
            short = held < share * incidents[groups] * (1 - _ROUNDING)
            needed = np.where(incidents > 0, np.bincount(groups[short], minlength=n_groups) + 1, 0)
            table[f"units_{percent}"] = needed
            table[f"share_{percent}"] = np.where(incidents > 0, needed / units, np.nan)
        # Σ i·x over the units in order of growing x, i from 1: the last in `place` is the first.
        rising = units[groups] + 1 - place
        moment = np.bincount(groups, weights=rising * n, minlength=n_groups)
        gini = 2 * moment / (units * incidents) - (units + 1) / units
        general = np.maximum(1, units / incidents) * (gini - 1) + 1
        least = np.minimum(units, incidents)
        unbiased = np.where(least > 1, general * least / (least - 1), np.nan)
    nothing = incidents == 0
    table["gini"] = np.where(nothing, np.nan, gini)
    table["gini_generalised"] = np.where(nothing, np.nan, general)
    table["gini_unbiased"] = np.where(nothing, np.nan, unbiased)
    return pd.DataFrame(table)
