"""A made-up year of incidents over Sollentuna's real districts, with problems planted in it.

Streets, addresses and incidents are invented; any likeness to real ones is chance. What was planted
is kept beside the data, so that what an analysis finds can be compared with what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_number
from est_geo.files import write_atomic
from est_geo.geography.assignment import assign_districts
from est_geo.geography.bundled import load_districts
from est_geo.schema import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

FILES = {"incidents": "handelser.csv", "register": "adresser.csv", "planted": "planterat.csv"}

_FIRST_DAY = np.datetime64("2025-11-24")  # Monday of week 48; the year ends with Sunday of week 47
_DAYS = 364
_NEW_DAYS = 119  # the last 17 weeks, for what is new
_STREETS_PER_AREA = 15
_NUMBERS = 40
_CENTRES = 4  # of an area's streets
_SPACING_M, _OFFSET_M, _SPREAD_M = 30.0, 12.0, 400.0
_BACKGROUND = 5250
_ADDRESSES, _NEW_ADDRESSES, _PLACES = 8, 2, 5
_APART_M = 300.0  # between planted things, so that each can be told from the others
_PLACE_RADIUS_M = 45.0

_FORMS = "vägen gatan stigen backen gränd slingan ringen allén"
_STEMS = (
    "Mossgrans Tallkotts Lingonris Blåvinge Gökärts Silverax Humleludds Kråkris Sotarfjärils "
    "Vitmoss Nattviols Ormbunks Tranris Kopparorms Fiskljuse Snödropps Grönsisks Kattfots "
    "Rödklints Skogsduve Getrams Brandnäve Tofsvipe Hackspetts Vassrörs Mandelblads Trollslände "
    "Stormhatts Dvärgbjörks Kärrsälgs Ekoxe Åkerbärs Odonris Tuvulls Vitklövers Käringtands "
    "Prästkrags Backsippe Gullvive Rölleke"
)
_CATEGORIES = {
    "skadegorelse": 0.20,
    "klotter": 0.15,
    "nedskrapning": 0.14,
    "ordningsstorning": 0.16,
    "narkotika": 0.08,
    "trafik_buskorning": 0.10,
    "inbrott_stold": 0.09,
    "vald_hot": 0.05,
    "brand": 0.03,
}
_SOURCES = {
    "polis": 0.34,
    "kommunalt bostadsbolag": 0.24,
    "kommun": 0.18,
    "väktare": 0.14,
    "nattvandrare": 0.06,
    "räddningstjänst": 0.04,
}
_HOURS = np.array(
    [5, 4, 3, 2, 1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 6, 6, 7, 8, 9, 9, 7], dtype=float
)
_NIGHT = np.array([8, 6, 3, 1, *([0.2] * 14), 2, 4, 7, 9, 10, 9], dtype=float)
_FRIDAY, _SATURDAY, _WEEK = 4, 5, 7


@dataclass(frozen=True, eq=False)
class Example:
    """A year of incidents as a reporter would send it, and what was planted in it.

    Attributes
    ----------
    incidents : DataFrame
        As the file holds it, in its Swedish columns: ärendenr, datum, kategori, rapportör, adress,
        easting, northing (SWEREF 99 TM, EPSG:3006). A few rows are bad on purpose: see `flaws`.
    register : GeoDataFrame of Points
        Every address: `address`, `dwellings`, `district_id`, `district`, `geometry`.
    planted : GeoDataFrame
        Problem addresses (points) and places (multipoints of their addresses): `kind`, `name`, `n`,
        `new` (only in the last 17 weeks), `district`, `geometry`.
    flaws : dict
        How many rows have an unreadable date, no coordinate, the coordinate 0, 0, or lie outside.
    districts : GeoDataFrame of Polygons
        Sollentuna's kommundelar, as bundled.
    """

    incidents: pd.DataFrame
    register: gpd.GeoDataFrame
    planted: gpd.GeoDataFrame
    flaws: dict[str, int]
    districts: gpd.GeoDataFrame

    def write(self, folder: str | Path) -> dict[str, Path]:
        """Write handelser.csv, adresser.csv and planterat.csv as Swedish Excel would save them.

        Parameters
        ----------
        folder : str or Path
            An existing folder. Files of the same names are replaced.

        Returns
        -------
        dict of Path
            Keys "incidents", "register", "planted".

        Raises
        ------
        FileRefused
            If the folder does not exist or cannot be written to.
        """
        tables = {
            "incidents": self.incidents,
            "register": _flat(self.register),
            "planted": _flat(self.planted.set_geometry(self.planted.centroid)),
        }
        return {
            key: write_atomic(Path(folder) / FILES[key], _semicolon_csv(table))
            for key, table in tables.items()
        }

    def compare(self, addresses: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
        """Hold what was found against what was planted.

        Parameters
        ----------
        addresses : GeoDataFrame
            From `recurring_addresses`, in EPSG:3006. What may be chance has not been found.
        places : GeoDataFrame
            From `problem_places`, in EPSG:3006.

        Returns
        -------
        DataFrame
            One row a planted thing: `kind`, `name`, `district`, `planted` (incidents put there),
            `found` (incidents counted there), `rank` in its table; the last two are missing where
            it was not found. A place is found by the place that covers most of its addresses, at
            least half.
        """
        rows = [
            _found_address(row, addresses) if row.kind == "address" else _found_place(row, places)
            for row in self.planted.itertuples()
        ]
        found = pd.DataFrame(rows, columns=["found", "rank"]).astype("Int64")
        said = pd.DataFrame(self.planted[["kind", "name", "district", "n"]])
        return pd.concat([said.rename(columns={"n": "planted"}), found], axis=1)


def make_example(*, seed: int = 2026) -> Example:
    """Make a year of about 6 000 incidents at about 11 200 invented addresses in Sollentuna.

    Parameters
    ----------
    seed : int
        The same seed gives the same example.

    Returns
    -------
    Example
        From 24 November 2025 to 22 November 2026, weeks 48 to 47.

    Raises
    ------
    InputError
        If the seed is not a whole number from 0 up.

    Examples
    --------
    >>> import est_geo as eg
    >>> example = eg.make_example()
    >>> len(example.incidents), example.planted["kind"].value_counts().to_dict()
    (5983, {'address': 10, 'place': 5})
    """
    check_number(seed, name="seed", at_least=0, whole=True)
    rng = np.random.default_rng(seed)
    districts = load_districts("sollentuna", level="kommundel")
    register = _register(rng, districts)
    planted, members = _plant(rng, register)
    background = rng.gamma(2.0, size=len(register)) * register["dwellings"].to_numpy() ** 0.5
    at = [rng.choice(len(register), _BACKGROUND, p=background / background.sum())]
    when = [_times(rng, _BACKGROUND, first_day=0, night=False)]
    for row, indices in zip(planted.itertuples(), members, strict=True):
        at.append(rng.choice(indices, row.n))
        first_day = _DAYS - _NEW_DAYS if row.new else 0
        when.append(_times(rng, row.n, first_day=first_day, night=row.kind == "place"))
    incidents = _report(rng, register.iloc[np.concatenate(at)], np.concatenate(when))
    incidents, flaws = _spoil(rng, incidents, districts)
    return Example(incidents, register, planted, flaws, districts)


def _register(rng: np.random.Generator, districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lay streets with addresses in every RegSO area: even numbers on one side, odd opposite."""
    areas = load_districts("sollentuna", level="regso")
    streets = np.array(
        [stem + form for form in _FORMS.split() for stem in _STEMS.split()], dtype=object
    )
    streets = rng.permutation(streets)[: len(areas) * _STREETS_PER_AREA]
    tables = []
    for area, own in zip(areas.geometry, np.split(streets, len(areas)), strict=True):
        centre = _points_in(rng, area, _CENTRES)[rng.integers(0, _CENTRES, len(own))]
        start = centre + rng.normal(0, _SPREAD_M, (len(own), 2))
        angle = rng.uniform(0, 2 * np.pi, len(own))
        along = np.column_stack([np.cos(angle), np.sin(angle)])
        across = np.column_stack([-along[:, 1], along[:, 0]])
        number = np.arange(1, _NUMBERS + 1)
        step = ((number + 1) // 2 * _SPACING_M)[None, :, None]
        side = np.where(number % 2, 1, -1)[None, :, None] * _OFFSET_M
        points = start[:, None] + along[:, None] * step + across[:, None] * side
        points = np.round(points.reshape(-1, 2), 1)
        text = [f"{street} {n}" for street in own for n in number]
        tables.append(pd.DataFrame({"address": text, "x": points[:, 0], "y": points[:, 1]}))
    table = pd.concat(tables, ignore_index=True)
    flats = rng.random(len(table)) < 0.3  # noqa: PLR2004 - three of ten are blocks of flats
    table["dwellings"] = np.where(flats, rng.integers(6, 41, len(table)), 1)
    points = gpd.GeoDataFrame(
        table[["address", "dwellings"]], geometry=shapely.points(table[["x", "y"]]), crs=areas.crs
    )
    placed = assign_districts(points, districts, outside="keep")
    columns = ["address", "dwellings", "district_id", "district", "geometry"]
    return placed.loc[placed["district_id"].notna(), columns].reset_index(drop=True)


def _plant(
    rng: np.random.Generator, register: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[NDArray[np.int64]]]:
    """Choose problem addresses and places, well apart, and how many incidents each gets."""
    xy = shapely.get_coordinates(np.asarray(register.geometry.array))
    chosen: list[int] = []
    for candidate in rng.permutation(len(register)):
        if len(chosen) == _ADDRESSES + _NEW_ADDRESSES + _PLACES:
            break
        if all(np.hypot(*(xy[candidate] - xy[other])) > _APART_M for other in chosen):
            chosen.append(int(candidate))
    rows, members = [], []
    for position, index in enumerate(chosen):
        new = _ADDRESSES <= position < _ADDRESSES + _NEW_ADDRESSES
        place = position >= _ADDRESSES + _NEW_ADDRESSES
        near = np.hypot(*(xy - xy[index]).T) <= (_PLACE_RADIUS_M if place else 0)
        indices = np.flatnonzero(near)
        low, high = (70, 120) if place else (14, 20) if new else (22, 45)
        rows.append(
            {
                "kind": "place" if place else "address",
                "name": register["address"].iloc[index],
                "n": int(rng.integers(low, high)),
                "new": new,
                "district": register["district"].iloc[index],
                "geometry": shapely.multipoints(xy[indices]) if place else shapely.Point(xy[index]),
            }
        )
        members.append(indices)
    return gpd.GeoDataFrame(rows, crs=register.crs), members


def _times(
    rng: np.random.Generator, n: int, *, first_day: int, night: bool
) -> NDArray[np.datetime64]:
    """Draw times: any day and mostly afternoons, or mostly the nights of Friday and Saturday."""
    days = np.arange(first_day, _DAYS)
    weekend = np.isin(days % _WEEK, (_FRIDAY, _SATURDAY))
    by_day = np.where(weekend, 6.0, 1.0) if night else np.where(weekend, 1.4, 1.0)
    by_hour = _NIGHT if night else _HOURS
    day = rng.choice(days, n, p=by_day / by_day.sum())
    hour = rng.choice(24, n, p=by_hour / by_hour.sum())
    minutes = day * 1440 + hour * 60 + rng.integers(0, 12, n) * 5
    times: NDArray[np.datetime64] = _FIRST_DAY + minutes.astype("timedelta64[m]")
    return times


def _report(
    rng: np.random.Generator, at: gpd.GeoDataFrame, when: NDArray[np.datetime64]
) -> pd.DataFrame:
    """Write the incidents down as a reporter would: as text, in order of time."""
    order = np.argsort(when, kind="stable")
    at, when = at.iloc[order], when[order]
    n = len(at)
    return pd.DataFrame(
        {
            "ärendenr": [f"H-{i:05d}" for i in range(1, n + 1)],
            "datum": pd.Series(when).dt.strftime("%Y-%m-%d %H:%M"),
            "kategori": rng.choice(list(_CATEGORIES), n, p=list(_CATEGORIES.values())),
            "rapportör": rng.choice(list(_SOURCES), n, p=list(_SOURCES.values())),
            "adress": at["address"].to_numpy(),
            "easting": _decimal_comma(at.geometry.x),
            "northing": _decimal_comma(at.geometry.y),
        },
        dtype="str",
    )


def _spoil(
    rng: np.random.Generator, incidents: pd.DataFrame, districts: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give a few rows the faults that real files have."""
    flaws = {"unreadable date": 4, "no coordinate": 6, "coordinate 0, 0": 2, "outside": 5}
    rows = rng.choice(len(incidents), sum(flaws.values()), replace=False)
    date, blank, null, outside = np.split(rows, np.cumsum(list(flaws.values()))[:-1])
    spoilt = incidents.copy()
    spoilt.loc[date, "datum"] = "i helgen"
    spoilt.loc[blank, ["easting", "northing"]] = ""
    spoilt.loc[null, ["easting", "northing"]] = "0"
    west, south, *_ = districts.total_bounds
    spoilt.loc[outside, ["easting", "northing"]] = _decimal_comma([west - 900, south - 900])
    return spoilt, flaws


def _points_in(rng: np.random.Generator, area: shapely.Polygon, n: int) -> NDArray[np.float64]:
    """Draw points evenly in a polygon."""
    west, south, east, north = area.bounds
    found = np.empty((0, 2))
    while len(found) < n:
        drawn = rng.uniform((west, south), (east, north), (64, 2))
        found = np.vstack([found, drawn[shapely.contains_xy(area, drawn[:, 0], drawn[:, 1])]])
    return found[:n]


def _found_address(row: object, addresses: gpd.GeoDataFrame) -> tuple[object, object]:
    """Find a planted address among those that recur, or did and are calm now."""
    same = addresses[
        (addresses["address"] == row.name)  # type: ignore[attr-defined]
        & (addresses["district"] == row.district)  # type: ignore[attr-defined]
        & addresses["verdict"].isin(VERDICTS[:3])
    ]
    return (same["n"].iloc[0], same["rank"].iloc[0]) if len(same) else (pd.NA, pd.NA)


def _found_place(row: object, places: gpd.GeoDataFrame) -> tuple[object, object]:
    """Find the place that covers most of a planted place's addresses, at least half."""
    points = shapely.get_parts(row.geometry)  # type: ignore[attr-defined]
    covered = [int(shapely.covers(place, points).sum()) for place in places.geometry]
    if not covered or 2 * max(covered) < len(points):
        return pd.NA, pd.NA
    best = int(np.argmax(covered))
    return places["n"].iloc[best], places["place_id"].iloc[best]


def _flat(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Points as columns easting and northing."""
    flat = pd.DataFrame(table.drop(columns=table.geometry.name))
    return flat.assign(
        easting=_decimal_comma(table.geometry.x), northing=_decimal_comma(table.geometry.y)
    )


def _decimal_comma(values: Iterable[float]) -> NDArray[np.object_]:
    """Coordinates to a tenth of a metre, as Swedish text."""
    return np.array([f"{value:.1f}".replace(".", ",") for value in values], dtype=object)


def _semicolon_csv(table: pd.DataFrame) -> bytes:
    """Semicolons, UTF-8 with a byte order mark, Windows line ends: what Excel reads and writes."""
    return table.to_csv(sep=";", index=False, lineterminator="\r\n").encode("utf-8-sig")
