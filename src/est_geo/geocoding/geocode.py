"""Geocoding: incidents with only an address get a point, or an honest word that they have none.

Everything happens on this machine, against a register that the municipality has.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_number, check_points, read_points
from est_geo.checks.coordinate_columns import with_points
from est_geo.errors import InputError
from est_geo.geocoding.addresses import Address, parse_address, street_key
from est_geo.geocoding.aliases import read_aliases
from est_geo.geocoding.corrections import find_corrections
from est_geo.geocoding.found import Found
from est_geo.geocoding.gazetteer.result import Gazetteer
from est_geo.geocoding.matching import Matcher
from est_geo.geocoding.online import Geocoder, ask_online
from est_geo.geocoding.quality import GeocodeQuality, assess
from est_geo.geocoding.register import Register
from est_geo.geography.assignment import assign_districts
from est_geo.schema import GAZETTEER, names

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_TEXTS = ("address", "place")


@dataclass(frozen=True, repr=False)
class Geocoding:
    """Incidents with the points that a register gave them, and how good the matches are.

    Attributes
    ----------
    incidents : GeoDataFrame
        The rows as they were given, in their order, with `match_level`, `match_score`,
        `uncertainty_m`, `matched_address`, `district_id` and `district` filled in.
    quality : GeocodeQuality
        Hit rates by level, reporter, category and district; what was ambiguous; what to mend.
    """

    incidents: gpd.GeoDataFrame
    quality: GeocodeQuality

    def __repr__(self) -> str:
        return f"<Geocoding {self.quality}>"

    def _repr_html_(self) -> str:
        return self.quality._repr_html_()


def geocode(
    incidents: gpd.GeoDataFrame | pd.DataFrame,
    gazetteer: Gazetteer | gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None = None,
    *,
    aliases: str | os.PathLike[str] | Mapping[str, str] | None = None,
    max_uncertainty_m: float = 100,
    online: Geocoder | None = None,
) -> Geocoding:
    """Find the points of incidents that have an address or a place but no coordinates.

    Each text is parsed and matched in stages, from the surest: the address as it stands; without
    its letter; the nearest number on the same side of the street; a misspelt street that can be one
    only; a crossing; the name of a place; the street alone; the district alone. A kommundel, postal
    place or municipality in the text narrows the choice. Where two fit equally well the level is
    "ambiguous": nothing is drawn by lot.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        As `read_incidents` gives them, in a CRS in metres; a DataFrame has `easting` and `northing`
        in place of points, see `est_geo.schema.COORDINATES`. `address` and `place` are used where
        present. Rows with a point of their own keep it; those at 0, 0 have none.
    gazetteer : Gazetteer or GeoDataFrame
        From `read_gazetteer`, or its entries, in any CRS.
    districts : GeoDataFrame of Polygons, optional
        With `district_id` and `district`, in the CRS of the incidents. Without it districts are
        those that the register names.
    aliases : str, Path or mapping, optional
        What people here say, and what is meant: ``{"Systemet": "Sollentuna centrum"}``, or a TOML
        or CSV file of that.
    max_uncertainty_m : float
        Largest uncertainty, in metres, with which a match becomes a point. A match that is less
        exact gets none, so that it is in no density and no place; it keeps its district where that
        is certain, and counts there.
    online : object, optional
        A geocoder of your own with a method ``geocode(query)``, as those of geopy. Street and
        number of addresses that the register does not have are then sent to it, and to whoever runs
        it; never by default.

    Returns
    -------
    Geocoding
        `.incidents`, the n rows in their order and with points, and `.quality`.

    Raises
    ------
    CRSError
        If a CRS is missing, not in metres, or not the same for incidents and districts.
    InputError
        If a table is empty or does not hold what is needed.

    Notes
    -----
    `match_level` is one of `est_geo.schema.MATCH_LEVELS`. `uncertainty_m` is 0 for an exact
    address, the distance to its farthest entrance, the distance between the numbers around it, the
    length of a street. Equal texts are matched once. The order of the rows, and that of the
    register, change nothing. Reports that repeat each other can be linked only once they have
    points: call `link_duplicates` after this.
    """
    incidents = with_points(incidents, name="incidents")
    points, has_point, _ = read_points(incidents, name="incidents", unplaced=True)
    check_number(max_uncertainty_m, name="max_uncertainty_m", at_least=0)
    entries = _entries(gazetteer).to_crs(incidents.crs)
    register = Register(entries, districts)
    at_null = (points[:, 0] == 0) & (points[:, 1] == 0)
    asked = ~has_point | at_null
    if "match_level" in incidents.columns:
        # Those matched before have no coordinates of their own.
        before = incidents["match_level"]
        asked |= (before.notna() & (before != "coordinates")).to_numpy(dtype=bool)
        at_null = has_point & (before == "null_island").to_numpy(dtype=bool)
    codes, texts = _distinct_texts(incidents, asked)
    addresses = _read_texts(texts, aliases)
    found = _match(addresses, register, max_uncertainty_m=max_uncertainty_m)
    if online is not None:
        read = [address if _names(address) else place for address, place in addresses]
        found = ask_online(online, read, found, register=register, crs=incidents.crs)
    result = _fill(
        incidents, asked, at_null, codes, found, register, max_uncertainty_m=max_uncertainty_m
    )
    if districts is not None:
        result = assign_districts(result, districts, outside="keep")
    rows = np.full(len(incidents), -1)
    rows[asked] = codes
    quality = assess(
        result,
        asked=asked,
        street=_spread([*(_name(*pair) for pair in addresses), None], rows),
        candidates=_spread([*(match.candidates for match in found), None], rows),
        max_uncertainty_m=float(max_uncertainty_m),
    )
    _log.info("%s", quality)
    return Geocoding(result, quality)


def _entries(gazetteer: Gazetteer | gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the entries of a register, which a caller may have filtered."""
    entries = gazetteer.entries if isinstance(gazetteer, Gazetteer) else gazetteer
    if not isinstance(entries, gpd.GeoDataFrame):
        raise InputError(
            f"`gazetteer` must be a Gazetteer, not {type(gazetteer).__name__}. "
            "Read one with est_geo.read_gazetteer."
        )
    check_points(entries, name="gazetteer", columns=names(GAZETTEER))
    return entries


def _distinct_texts(
    incidents: gpd.GeoDataFrame, asked: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], list[tuple[str, str]]]:
    """Give the distinct pairs of address and place of the rows asked for, and which each has."""
    pair = np.zeros(int(asked.sum()), dtype=np.int64)
    columns = []
    for name in _TEXTS:
        if name in incidents.columns:
            codes, texts = pd.factorize(incidents[name].astype("str").to_numpy()[asked])
        else:
            codes, texts = np.full(len(pair), -1), np.empty(0, dtype=object)
        columns.append((codes, [*map(str, texts), ""]))
        pair = pair * (len(texts) + 1) + codes + 1
    _, first, codes = np.unique(pair, return_index=True, return_inverse=True)
    chosen = [[texts[code] for code in codes_[first]] for codes_, texts in columns]
    return codes, list(zip(*chosen, strict=True))


def _read_texts(
    texts: Sequence[tuple[str, str]],
    aliases: str | os.PathLike[str] | Mapping[str, str] | None,
) -> list[tuple[Address, Address]]:
    """Parse each pair of address and place, every text once."""
    meant = read_aliases(aliases)
    read = {text: _read(text, meant) for text in {text for pair in texts for text in pair}}
    return [(read[address], read[place]) for address, place in texts]


def _match(
    addresses: Sequence[tuple[Address, Address]], register: Register, *, max_uncertainty_m: float
) -> list[Found]:
    """Match each pair of address and place."""
    names = {name for pair in addresses for said in pair for name in (said.street, *said.crossing)}
    unknown = {street_key(name) for name in names} - {""} - register.streets.keys()
    corrections = find_corrections(
        unknown - register.places.keys() - register.area_of.keys(), register.streets
    )
    matcher = Matcher(register, corrections)
    found = []
    for address, place in addresses:
        match = matcher.match(_with_other(address, place))
        if _names(place) and not match.uncertainty_m <= max_uncertainty_m:
            other = matcher.match(_with_other(place, address))
            if other.uncertainty_m <= max_uncertainty_m or match.level == "none":
                match = other
        found.append(match)
    return found


def _name(address: Address, place: Address) -> str | None:
    """Name the street or place that a text was read as."""
    said = address if _names(address) else place
    return said.street or " / ".join(said.crossing) or said.designation or None


def _names(address: Address) -> bool:
    """Tell whether an address names anything."""
    return bool(address.street or address.crossing or address.designation)


def _read(text: str, aliases: Mapping[str, str]) -> Address:
    """Parse a text, or what is meant by it; what stands beside an alias still says where."""
    address = parse_address(text)
    if not aliases:
        return address
    meant = aliases.get(street_key(text)) or aliases.get(street_key(address.street))
    if meant is None:
        return address
    known = parse_address(meant)
    known = replace(known, others=(*known.others, *address.others))
    if known.street and known.number is None:
        # Another name of a street; the number that stands after it holds.
        number = {name: getattr(address, name) for name in ("number", "to_number", "letter")}
        known = replace(known, **number)
    return known


def _with_other(address: Address, other: Address) -> Address:
    """Add to an address what the other text of its row says of where it is."""
    if not _names(other):
        return address
    if not _names(address):
        return other
    said = () if other.number is not None or not other.street else (other.street,)
    return replace(address, others=(*address.others, *said, *other.others))


def _fill(
    incidents: gpd.GeoDataFrame,
    asked: NDArray[np.bool_],
    at_null: NDArray[np.bool_],
    codes: NDArray[np.int64],
    found: Sequence[Found],
    register: Register,
    *,
    max_uncertainty_m: float,
) -> gpd.GeoDataFrame:
    """Write the matches into the rows that were asked for."""
    result = incidents.copy(deep=False)
    geometry = np.array(incidents.geometry.array, dtype=object)
    table = pd.DataFrame(found, columns=Found._fields)
    exact = (table["uncertainty_m"] <= max_uncertainty_m) | (table["level"] == "online")
    points = np.full(len(table), None, dtype=object)
    points[exact] = shapely.points(table["x"][exact], table["y"][exact])
    level = table["level"].to_numpy()[codes]
    still_null = at_null[asked] & (level == "none")
    geometry[asked] = np.where(still_null, geometry[asked], points[codes])
    kept = {
        "match_level": ("coordinates", np.where(still_null, "null_island", level)),
        "match_score": (1.0, table["score"].to_numpy()[codes]),
        "uncertainty_m": (0.0, table["uncertainty_m"].to_numpy()[codes]),
        "matched_address": (None, table["label"].to_numpy(dtype=object)[codes]),
    }
    for column, (given, values) in kept.items():
        whole = np.full(len(result), given, dtype=object)
        if column in incidents.columns:
            whole[:] = incidents[column].to_numpy()
        whole[asked] = values
        numeric = isinstance(given, float)
        result[column] = pd.Series(
            pd.array(whole, dtype="float64" if numeric else "str"), index=result.index
        )
    district = np.append(table["district"].to_numpy(), -1)
    for column, listed in (
        ("district_id", register.district_ids),
        ("district", register.district_names),
    ):
        whole = np.full(len(result), None, dtype=object)
        if column in incidents.columns:
            whole[:] = incidents[column].to_numpy()
        whole[asked] = np.array([*listed, None], dtype=object)[district[codes]]
        result[column] = pd.Series(pd.array(whole, dtype="str"), index=result.index)
    return result.set_geometry(gpd.GeoSeries(geometry, index=result.index, crs=incidents.crs))


def _spread(values: Sequence[str | None], rows: NDArray[np.int64]) -> pd.Series[str]:
    """Give each row its value; the last stands for those that have none."""
    return pd.Series(pd.array(np.array(values, dtype=object)[rows], dtype="str"))
