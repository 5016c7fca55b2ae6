"""The entries of all registers together: repeats dropped, sorted, named, and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from est_geo.geocoding.addresses import street_key
from est_geo.geocoding.gazetteer.rows import (
    MOST_MUNICIPALITIES,
    NO_NUMBER,
    REPEATED,
    official_municipality,
)
from est_geo.geocoding.gazetteer.text import TEXT
from est_geo.geography.municipalities import outside_of
from est_geo.schema import GAZETTEER, KIND_DTYPE, names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyproj import CRS

    from est_geo.geography.municipalities import Municipality

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Shapes = np.ndarray[Any, np.dtype[np.object_]]

SAME_PLACE_M = 1.0
"""Two entries of one name no farther apart are one."""

# Points in one square of this side are less than `SAME_PLACE_M` apart. Taking them as one first
# keeps the number of pairs small where very many lie together.
_SQUARE_M = 0.1
_SAID = ("street", "name", "postcode", "post_town", "district", "municipality")
_DTYPES = {column.name: KIND_DTYPE[column.kind] for column in GAZETTEER}


class Joined(NamedTuple):
    """Entries as they are handed out.

    Attributes
    ----------
    entries : GeoDataFrame
        As `est_geo.schema.GAZETTEER`.
    reasons : array of str
        Why a row gives no entry, empty where it gives one.
    duplicates, repeated_ids, outside_municipality, streets : int
        As in `GazetteerSummary`.
    shared_streets : DataFrame
        The same.
    """

    entries: gpd.GeoDataFrame
    reasons: Shapes
    duplicates: int
    repeated_ids: int
    outside_municipality: int
    streets: int
    shared_streets: pd.DataFrame


def join_entries(
    entries: pd.DataFrame,
    points: Shapes,
    reasons: Shapes,
    *,
    crs: CRS,
    area: Municipality | None,
) -> Joined:
    """Put entries in an order of their own, without repeats, and check them.

    Parameters
    ----------
    entries : DataFrame of n
        As `est_geo.schema.GAZETTEER` without points, and `row`: the position in `reasons`.
    points : array of n Points
        In `crs`.
    reasons : array of str
        One for each row that was read; empty where the row gave entries.
    crs : CRS
        In metres.
    area : Municipality, optional
        That in which the entries should lie.

    Returns
    -------
    Joined
    """
    key = _keys(entries)
    x, y = shapely.get_x(points), shapely.get_y(points)
    dropped = _without_number(entries, key)
    order = _order(entries, key, x, y)
    order = order[~dropped[order]]
    group = _groups(entries, key)[order]
    again = np.zeros(len(entries), dtype=bool)
    again[order[_repeats(group, x[order], y[order])]] = True
    order = order[~again[order]]

    left = reasons == ""
    left[entries["row"].to_numpy()[order]] = False
    rows_without = entries["row"].to_numpy()[dropped]
    reasons = np.where(left, REPEATED, reasons)
    without = np.zeros(len(reasons), dtype=bool)
    without[rows_without] = True
    reasons[left & without] = NO_NUMBER

    kept = entries.iloc[order].reset_index(drop=True)
    key, x, y = key[order], x[order], y[order]
    kept["municipality"], outside = _check_place(kept["municipality"], x, y, crs=crs, area=area)
    kept["entry_id"], repeated = _unique(kept["entry_id"], kept["row"])
    is_address = (kept["kind"] == "address").to_numpy()
    table = gpd.GeoDataFrame(
        kept[names(GAZETTEER)[:-1]].astype(
            {name: kind for name, kind in _DTYPES.items() if name != "geometry"}
        ),
        geometry=points[order],
        crs=crs,
    )
    return Joined(
        table,
        reasons,
        int(again.sum()),
        repeated,
        int(outside.sum()),
        len(np.unique(key[is_address])),
        _shared_streets(kept[is_address], key[is_address]),
    )


def _keys(entries: pd.DataFrame) -> Integers:
    """Give the street or name of each entry a number, in the order of what is compared of it."""
    codes, distinct = pd.factorize(entries["street"].fillna(entries["name"]))
    _, by_key = np.unique(
        np.array([street_key(text) for text in distinct], dtype=object).astype(str),
        return_inverse=True,
    )
    return by_key[codes]


def _without_number(entries: pd.DataFrame, key: Integers) -> Mask:
    """Mark addresses without a number on streets where others have one.

    One house there, a shop that tells only its street, would stand for the street as a whole.
    """
    is_address = (entries["kind"] == "address").to_numpy()
    numbered = is_address & (entries["number"] > 0).to_numpy()
    has_numbers = np.zeros(key.max(initial=0) + 1, dtype=bool)
    has_numbers[key[numbered]] = True
    return is_address & ~numbered & has_numbers[key]


def _order(entries: pd.DataFrame, key: Integers, x: Floats, y: Floats) -> Integers:
    """Sort by kind, street or name, number, letter and place; ties by everything else."""
    number, letter = entries["number"].to_numpy(), _ranks(entries["letter"])
    is_place = (entries["kind"] == "place").to_numpy()
    # Of entries at one place that which says most goes first, and stays.
    blanks = np.sum([entries[text].isna().to_numpy() for text in _SAID], axis=0)
    columns = (y, x, blanks, letter, number, key, is_place)
    order: Integers = np.lexsort(columns)
    # Ties are few, and to sort all identifiers would take longest.
    tied = _same_as_next(columns, order)
    where = order[tied]
    ids, *rest = (_ranks(entries[text].iloc[where]) for text in ("entry_id", *_SAID))
    reach = entries["uncertainty_m"].to_numpy()[where]
    again = np.lexsort((ids, reach, *rest, *(column[where] for column in columns)))
    order[tied] = where[again]
    return order


def _ranks(texts: pd.Series[Any]) -> Integers:
    """Give texts numbers in their order, -1 where there is none."""
    codes, _ = pd.factorize(texts, sort=True)
    return codes


def _same_as_next(columns: Sequence[Any], order: Integers) -> Mask:
    """Mark places in an order that say the same as the one before or after."""
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in columns:
        ordered = column[order]
        same &= ordered[1:] == ordered[:-1]
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] |= same
    tied[:-1] |= same
    return tied


def _groups(entries: pd.DataFrame, key: Integers) -> Integers:
    """Give each address and each name a number of its own."""
    letters = pd.factorize(entries["letter"])[0].astype("int64") + 1
    kind = (entries["kind"] == "place").to_numpy().astype("int64")
    code = pd.factorize(key * 2 + kind)[0].astype("int64")
    code = pd.factorize(code * (letters.max(initial=0) + 1) + letters)[0].astype("int64")
    numbers = entries["number"].to_numpy()
    return pd.factorize(code * (numbers.max(initial=0) + 1) + numbers)[0]


def _repeats(group: Integers, x: Floats, y: Floats) -> Mask:
    """Mark entries that repeat an earlier one of their group within `SAME_PLACE_M`, in chains."""
    square = pd.DataFrame({"g": group, "x": np.floor(x / _SQUARE_M), "y": np.floor(y / _SQUARE_M)})
    repeated: Mask = square.duplicated().to_numpy().copy()
    where = np.flatnonzero(~repeated)
    where = where[pd.Series(group[where]).duplicated(keep=False).to_numpy()]
    if len(where) == 0:
        return repeated
    # Groups lie apart in a direction of their own, so that only their own are near each other.
    apart = pd.factorize(group[where])[0] * (10 * SAME_PLACE_M)
    tree = KDTree(np.column_stack([x[where], y[where], apart]))
    pairs = tree.query_pairs(SAME_PLACE_M, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(len(where), len(where)))
    _, label = connected_components(links, directed=False)
    repeated[where] = pd.Series(label).duplicated().to_numpy()
    return repeated


def _check_place(
    said: pd.Series[Any], x: Floats, y: Floats, *, crs: CRS, area: Municipality | None
) -> tuple[pd.Series[Any], Mask]:
    """Say which entries lie outside their municipality; fill in that which was asked for."""
    if area is not None:
        outside = outside_of(x, y, crs=crs, area=area)
        return said.where(said.notna() | outside, area.name).astype(TEXT), outside
    outside = np.zeros(len(said), dtype=bool)
    codes, distinct = pd.factorize(said)
    for code, text in enumerate(distinct[:MOST_MUNICIPALITIES]):
        own = official_municipality(text)
        if own is not None:
            rows = np.flatnonzero(codes == code)
            outside[rows] = outside_of(x[rows], y[rows], crs=crs, area=own)
    return said.astype(TEXT), outside


def _unique(ids: pd.Series[Any], rows: pd.Series[Any]) -> tuple[pd.Series[Any], int]:
    """Add a number to identifiers that several entries share; count those of several rows."""
    several = ids.duplicated(keep=False)
    if not several.any():
        return ids, 0
    shared = rows[several].groupby(ids[several]).transform("nunique") > 1
    unique = ids
    while (again := unique.duplicated(keep=False)).any():
        # Only among those that are repeated; the first of each keeps what it has.
        count = unique[again].groupby(unique[again]).cumcount()
        later = count.index[count > 0]
        unique = unique.copy()
        unique[later] += " (" + (count[later] + 1).astype(TEXT) + ")"
    return unique, int(shared.sum())


def _shared_streets(addresses: pd.DataFrame, key: Integers) -> pd.DataFrame:
    """List the streets whose name occurs in several districts."""
    municipality = addresses["municipality"]
    known = [addresses[text] for text in ("district", "post_town")]
    place = next((texts for texts in known if texts.notna().any()), municipality)
    if place is not municipality and len(municipality.dropna().unique()) > 1:
        place = place.where(municipality.isna(), place + ", " + municipality)
    table = pd.DataFrame(
        {
            "key": key,
            "street": addresses["street"].to_numpy(dtype=object),
            "place": place.to_numpy(dtype=object),
            "number": addresses["number"].to_numpy(),
            "letter": addresses["letter"].fillna("").to_numpy(dtype=object),
        }
    ).dropna(subset=["place"])
    several = table.groupby("key")["place"].nunique()
    table = table[table["key"].isin(several.index[several > 1])]
    numbered = table[table["number"] > 0]
    per_number = numbered.groupby(["key", "number", "letter"])["place"].nunique()
    clashes = (per_number > 1).groupby(level="key").sum()
    by_street = table.groupby("key")
    return pd.DataFrame(
        {
            "street": by_street["street"].min().astype(TEXT),
            "districts": by_street["place"].agg(_listed).astype(TEXT),
            "conflicting_numbers": clashes.reindex(by_street.size().index, fill_value=0).astype(
                "int64"
            ),
        }
    ).sort_values(["conflicting_numbers", "street"], ascending=[False, True], ignore_index=True)


def _listed(places: pd.Series[Any]) -> str:
    return "; ".join(sorted(set(places)))
