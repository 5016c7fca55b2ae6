"""Which address each incident belongs to, among those of a register or among those seen."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_same_crs, has_shape
from est_geo.errors import InputError
from est_geo.sites.collapse import address_names, site_ids_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from est_geo.checks.metric_crs import HasCRS

_LOG = logging.getLogger(__name__)

# Matches to something other than one address: a square, a crossing, a whole street.
_PLACE_LEVELS = ("place", "crossing", "street")
_FEWEST_KNOWN = 0.9
_NO_TEXT = -9


@dataclass(frozen=True)
class Addresses:
    """Every address there is, as far as is known, and the one of each incident.

    Attributes
    ----------
    of_incident : array of i int
        Address of each incident.
    is_place : array of n bool
        True for squares, stations, crossings and streets, which are compared with each other only.
    district : array of n int
        District of each, from 0.
    dwellings : array of n float or None
        At least 1; None where the register does not know them.
    text : array of n object
        As the register writes them; None for those that were added as they were seen.
    of_row : array of int
        Address of each row of the register; empty without one.
    """

    of_incident: NDArray[np.int64]
    is_place: NDArray[np.bool_]
    district: NDArray[np.int64]
    dwellings: NDArray[np.float64] | None
    text: NDArray[np.object_]
    of_row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.district)

    @property
    def known(self) -> int:
        """How many stand in the register: the first ones."""
        return int(pd.Series(self.text).notna().sum())


def find_addresses(
    placed: gpd.GeoDataFrame, points: NDArray[np.float64], register: gpd.GeoDataFrame | None
) -> Addresses:
    """Say which incidents belong together.

    Parameters
    ----------
    placed : GeoDataFrame of i Points
        With `district_id` and `district`.
    points : array of (i, 2) float
        Their eastings and northings.
    register : GeoDataFrame, optional
        As `read_register` gives it.
    """
    text, is_place = _names_of(placed)
    site = site_ids_of(points[:, 0], points[:, 1])
    if register is None:
        district, _ = pd.factorize(placed["district_id"])
        return _as_seen(text, is_place, district + 1, site)
    column, districts = _shared_districts(placed, register)
    if column is None:
        _LOG.info(
            "register: its districts are not those of the incidents, so that all addresses are "
            "compared with the whole area; for their own districts pass "
            "est_geo.assign_districts(register, districts, outside='keep')"
        )
        own = np.zeros(len(placed), dtype=np.int64)
        theirs = np.zeros(len(register), dtype=np.int64)
    else:
        own = districts.get_indexer(placed[column]) + 1
        theirs = districts.get_indexer(register[column]) + 1
    entry_key = _plain_codes(register["text"])
    width = len(districts) + 1
    keys, first, entry_of_row = _first_of_each(entry_key.codes * width + theirs)
    found = _by_text(entry_key.lookup(text), own, keys=keys, width=width)
    spot = _by_site(site, register["site_id"].to_numpy(), entry_of_row)
    found = np.where((found < 0) & _stands_there(placed), spot, found)
    missing = found < 0
    extra = _as_seen(text[missing], is_place[missing], own[missing], site[missing])
    of_incident = found.copy()
    of_incident[missing] = extra.of_incident + len(first)
    dwellings = None
    if "dwellings" in register.columns:
        given = np.nan_to_num(register["dwellings"].to_numpy(dtype=float), nan=0.0)
        sums = np.bincount(entry_of_row, weights=np.maximum(given, 0.0), minlength=len(first))
        dwellings = np.maximum(np.concatenate([sums, np.ones(len(extra))]), 1.0)
    return Addresses(
        of_incident=of_incident,
        is_place=np.concatenate([register["is_place"].to_numpy(dtype=bool)[first], extra.is_place]),
        district=np.concatenate([theirs[first], extra.district]),
        dwellings=dwellings,
        text=np.concatenate([register["text"].to_numpy(dtype=object)[first], extra.text]),
        of_row=entry_of_row,
    )


def read_register(register: Any, incidents: HasCRS) -> gpd.GeoDataFrame:  # noqa: ANN401 - a table, or what holds one
    """Take what the test needs from a register: a text, a kind, a site, districts, dwellings.

    Parameters
    ----------
    register : Gazetteer or GeoDataFrame of Points
        Columns as `est_geo.schema.GAZETTEER`; or `address` in place of street, number and letter.
    incidents : GeoDataFrame, or the points that were read from one
        In the same CRS.

    Raises
    ------
    InputError
        If it is empty, or names neither streets nor addresses.
    CRSError
        If its CRS is another.
    """
    table = getattr(register, "entries", register)
    if not hasattr(table, "columns") or not hasattr(table, "crs"):
        raise InputError(
            f"`register` must be a Gazetteer or a GeoDataFrame, not {type(register).__name__}. "
            "Read one with est_geo.read_gazetteer."
        )
    if "address" not in table.columns and not {"street", "number"} <= set(table.columns):
        raise InputError(
            "`register` lacks an `address` column, or `street` and `number`. "
            f"It has: {', '.join(map(str, table.columns))}."
        )
    check_same_crs(incidents, table, names=("incidents", "register"))
    geometry = np.asarray(table.geometry.array)
    used = has_shape(geometry) & (shapely.get_type_id(geometry) == shapely.GeometryType.POINT)
    table = table[used]
    if table.empty:
        raise InputError(f"`register` has no point in any of its {len(used)} rows.")
    points = shapely.get_coordinates(geometry[used])
    is_place = (
        (table["kind"] == "place").to_numpy(dtype=bool)
        if "kind" in table.columns
        else np.zeros(len(table), dtype=bool)
    )
    given = {name: table[name] for name in ("district_id", "district") if name in table.columns}
    if "dwellings" in table.columns:
        given["dwellings"] = pd.to_numeric(table["dwellings"], errors="coerce")
    entries = (
        table[[table.geometry.name]]
        .assign(
            text=_texts(table, is_place),
            is_place=is_place,
            site_id=site_ids_of(points[:, 0], points[:, 1]),
            **given,
        )
        .reset_index(drop=True)
    )
    # In an order of their own, so that sums over them are the same to the last digit.
    return entries[entries["text"].notna()].sort_values(
        ["text", "site_id", *given], ignore_index=True
    )


def plain(text: str) -> str:
    """Address without differences of case, spacing and composed letters."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _texts(table: gpd.GeoDataFrame, is_place: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Write each entry as geocoding writes it: 'Malmvägen 12 B', or the name of a place."""
    if "address" in table.columns:
        return table["address"].to_numpy(dtype=object)
    letters = (
        table["letter"].fillna("") if "letter" in table.columns else pd.Series("", table.index)
    ).astype("str")
    street, number = table["street"].astype("str"), table["number"]
    text = (street + " " + number.astype("str")).where(number != 0, street)
    text = (text + " " + letters).where(letters != "", text)
    if "name" in table.columns:
        text = text.mask(is_place, table["name"])
    return text.to_numpy(dtype=object)


def _names_of(placed: gpd.GeoDataFrame) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Give the text that each incident is known by, and whether it names a place."""
    text = address_names(placed)
    is_place = np.zeros(len(placed), dtype=bool)
    if "match_level" in placed.columns:
        is_place = placed["match_level"].isin(_PLACE_LEVELS).to_numpy(dtype=bool)
    if "place" in placed.columns:
        named = (text.isna() & placed["place"].notna()).to_numpy(dtype=bool)
        text = text.mask(named, placed["place"])
        is_place = is_place | named
    return text.reset_index(drop=True), is_place


@dataclass(frozen=True)
class _Plain:
    """Numbers of texts, the same for texts that differ in case or spacing only."""

    codes: NDArray[np.int64]
    texts: pd.Index

    def lookup(self, text: pd.Series) -> NDArray[np.int64]:
        """Give the same numbers to texts; one that is not here is −9, and so is a missing one."""
        spelling, spellings = pd.factorize(text)
        known = self.texts.get_indexer(pd.Index([plain(str(t)) for t in spellings], dtype=object))
        known = np.append(np.where(known < 0, _NO_TEXT, known), _NO_TEXT)
        return known[spelling].astype(np.int64)


def _plain_codes(text: pd.Series) -> _Plain:
    spelling, spellings = pd.factorize(text)
    codes, texts = pd.factorize(np.asarray([plain(str(t)) for t in spellings], dtype=object))
    return _Plain(
        np.append(codes, _NO_TEXT)[spelling].astype(np.int64), pd.Index(texts, dtype=object)
    )


def _shared_districts(
    placed: gpd.GeoDataFrame, register: gpd.GeoDataFrame
) -> tuple[str | None, pd.Index]:
    """Find the column by which both tables name districts alike: ids, else names."""
    for column in ("district_id", "district"):
        if column not in register.columns:
            continue
        theirs = pd.Index(register[column].dropna().unique())
        own = placed[column].dropna()
        if len(own) and len(theirs) and own.isin(theirs).mean() >= _FEWEST_KNOWN:
            return column, theirs.union(pd.Index(own.unique()), sort=True)
    return None, pd.Index([])


def _first_of_each(
    key: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Collapse entries that are one address: their keys, the first row of each, and each row's."""
    codes, keys = pd.factorize(key)
    return keys, np.unique(codes, return_index=True)[1], codes.astype(np.int64)


def _by_text(
    text: NDArray[np.int64],
    district: NDArray[np.int64],
    *,
    keys: NDArray[np.int64],
    width: int,
) -> NDArray[np.int64]:
    """Find entries by text and district, else by a text that one district only has; else −1."""
    found = pd.Index(keys).get_indexer(pd.Index(text * width + district))
    texts = pd.Series(keys // width)
    once = ~texts.duplicated(keep=False).to_numpy()
    alone = np.flatnonzero(once)
    position = pd.Index(texts[once]).get_indexer(pd.Index(text))
    by_text = np.append(alone, -1)[position]
    return np.where((found < 0) & (text >= 0), by_text, found).astype(np.int64)


def _by_site(
    site: NDArray[np.int64], sites: NDArray[np.int64], entry: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find entries by the site of the incident, where one address only lies there; else −1."""
    spot = pd.DataFrame({"site": sites, "entry": entry}).drop_duplicates()
    spot = spot[~spot["site"].duplicated(keep=False)]
    position = pd.Index(spot["site"]).get_indexer(pd.Index(site))
    return np.append(spot["entry"].to_numpy(), -1)[position].astype(np.int64)


def _stands_there(placed: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which incidents happened at their point: not those put at the nearest number."""
    if "match_level" not in placed.columns:
        return np.ones(len(placed), dtype=bool)
    level = placed["match_level"]
    return (level.isna() | (level == "coordinates")).to_numpy(dtype=bool)


def _as_seen(
    text: pd.Series,
    is_place: NDArray[np.bool_],
    district: NDArray[np.int64],
    site: NDArray[np.int64],
) -> Addresses:
    """Take what was seen as the addresses: texts in their district, else sites."""
    spelled = _plain_codes(text).codes
    site_code, _ = pd.factorize(site)
    width = int(district.max(initial=0)) + 1
    named = (spelled * 2 + is_place) * width + district
    keys = np.where(spelled >= 0, named, -1 - site_code)
    of_incident, found = pd.factorize(keys)
    first = np.unique(of_incident, return_index=True)[1] if len(found) else np.empty(0, np.int64)
    return Addresses(
        of_incident=of_incident.astype(np.int64),
        is_place=is_place[first],
        district=district[first].astype(np.int64),
        dwellings=None,
        text=np.full(len(first), None, dtype=object),
    )
