"""An address register as it is looked up: streets with their numbers, places, names of areas."""

from __future__ import annotations

import bisect
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from est_geo.geocoding.addresses import parse_address, street_key
from est_geo.geography.assignment import assign_districts
from est_geo.geography.municipalities import (
    locate_municipality,
    municipality_name,
    municipality_names,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Rows = list[int]
    # What one name may mean: columns of areas, and which of their values.
    Named = tuple[tuple[str, int], ...]

ONE_SPOT_M: Final = 100.0
"""Entries of one address no farther apart than this are its entrances, not two addresses."""

_GAP_M = 1000.0  # a street that stops for longer goes on as another one of the same name
_SAMPLE = 500
# Said of the whole region around them by people who live in other municipalities there.
_METROPOLES = ("Stockholm", "Göteborg", "Malmö")
AREAS: Final = ("district", "kommundel", "postcode", "post_town", "municipality")
"""Columns of areas, from the one that narrows most to the one that narrows least."""
_ORDER = ["kind", "street", "name", "number", "letter", "x", "y", "entry_id"]


@dataclass(slots=True)
class Street:
    """The entries of one street, or of the part of it in some area.

    Attributes
    ----------
    rows : list of int
        Rows of the register, sorted.
    by_address : dict
        (number, letter) to rows.
    by_number : dict
        Number to rows.
    is_split : bool
        Several streets have this name: a number stands in two places, or there is a gap of over
        a kilometre.
    """

    rows: Rows
    by_address: dict[tuple[int, str], Rows]
    by_number: dict[int, Rows]
    is_split: bool
    _numbers: tuple[list[int], list[int]] = field(default=([], []))

    def beside(self, number: int) -> tuple[int | None, int | None]:
        """Give the numbers next below and next above on the same side of the street."""
        side = self._numbers[number % 2]
        place = bisect.bisect_left(side, number)
        above = next((n for n in side[place : place + 2] if n > number), None)
        return (side[place - 1] if place else None), above


class Register:
    """A register in the CRS of the incidents, sorted so that the order of its rows is nothing.

    Parameters
    ----------
    entries : GeoDataFrame of Points
        Columns as `est_geo.schema.GAZETTEER`.
    districts : GeoDataFrame of Polygons, optional
        In the same CRS; says in which district each entry lies. Without it the register's own
        kommundelar do.
    """

    def __init__(self, entries: gpd.GeoDataFrame, districts: gpd.GeoDataFrame | None) -> None:
        points = shapely.get_coordinates(np.asarray(entries.geometry.array))
        table = pd.DataFrame(entries.drop(columns=entries.geometry.name))
        table = table.assign(
            x=points[:, 0], y=points[:, 1], letter=table["letter"].fillna("")
        ).reset_index(drop=True)
        table = table.sort_values(_ORDER)
        sorted_entries = entries.iloc[table.index]
        self.x, self.y = table["x"].to_numpy(), table["y"].to_numpy()
        # Lists, since they are looked at one by one.
        self.number: list[int] = table["number"].tolist()
        self.letter: list[str] = table["letter"].tolist()
        self.at: list[tuple[float, float, float]] = list(
            zip(self.x.tolist(), self.y.tolist(), table["uncertainty_m"].tolist(), strict=True)
        )
        is_place = (table["kind"] == "place").to_numpy(dtype=bool)
        self.title = np.where(is_place, table["name"], table["street"]).astype(object)
        self._find_districts(sorted_entries, table, districts)
        self._find_areas(table)
        self.streets = _rows_by_key(self.title, np.flatnonzero(~is_place), written_out=True)
        places = _rows_by_key(self.title, np.flatnonzero(is_place), written_out=False)
        self.places = {
            key: sorted(itertools.chain(*parts.values())) for key, parts in places.items()
        }
        self.elsewhere = self._other_municipalities(entries)
        self._parts: dict[tuple[str, str, tuple[Named, ...]], tuple[Street, bool]] = {}

    def street(
        self, key: str, written: str = "", named: tuple[Named, ...] = ()
    ) -> tuple[Street, bool]:
        """Look up a street that is there, or the part of it in the areas that are named.

        Of streets that only å, ä and ö tell apart, the one written so is taken where one is. Also
        says whether the street is in all of the areas; those that it is not in are passed over.
        """
        names = self.streets[key]
        which = (key, written.casefold() if len(names) > 1 else "", named)
        if which not in self._parts:
            if named:
                whole, _ = self.street(key, written)
                rows, agrees = self.within(whole.rows, named)
                part = whole if len(rows) == len(whole.rows) else self._build(rows)
                self._parts[which] = (part, agrees)
            else:
                rows = names.get(which[1]) or sorted(itertools.chain(*names.values()))
                self._parts[which] = (self._build(rows), True)
        return self._parts[which]

    def within(self, rows: Rows, named: tuple[Named, ...]) -> tuple[Rows, bool]:
        """Keep the rows in the areas that are named, and say whether none had to be passed over."""
        agrees = True
        for areas in named:
            is_inside = self._inside(areas)
            inside = [row for row in rows if is_inside[row]]
            agrees &= bool(inside) or self._is_unknown(rows, areas)
            rows = inside or rows
        return rows, agrees

    def _inside(self, areas: Named) -> list[bool]:
        """Tell of every entry whether it lies in one of some areas."""
        if areas not in self._masks:
            masks = [self.areas[column] == code for column, code in areas]
            self._masks[areas] = np.logical_or.reduce(masks).tolist()
        return self._masks[areas]

    def _is_unknown(self, rows: Rows, areas: Named) -> bool:
        """Tell whether the register does not say where rows lie, in what is named."""
        return all((self.areas[column][rows] < 0).all() for column, _ in areas)

    @property
    def town(self) -> str:
        """Name the municipality, else the post town, that most entries have; empty without."""
        for column in ("municipality", "post_town"):
            codes = self.areas[column][self.areas[column] >= 0]
            if len(codes):
                return self.area_names[column][int(np.bincount(codes).argmax())]
        return ""

    def is_near(self, x: float, y: float) -> bool:
        """Tell whether a point lies in the box around the entries, or a tenth of it outside."""
        return all(
            values.min() - np.ptp(values) / 10 - _GAP_M
            <= value
            <= values.max() + np.ptp(values) / 10 + _GAP_M
            for value, values in ((x, self.x), (y, self.y))
        )

    def district_of(self, rows: Sequence[int]) -> int:
        """Give the district that all rows lie in, -1 where they lie in several or in none."""
        found = {self.district[row] for row in rows}
        return found.pop() if len(found) == 1 else -1

    def spread(self, rows: Sequence[int]) -> float:
        """Give the greatest distance from the first of some rows to another, in metres."""
        if len(rows) == 1:
            return 0.0
        east, north = self.x[list(rows)], self.y[list(rows)]
        return float(np.hypot(east - east[0], north - north[0]).max())

    def label(self, row: int) -> str:
        """Write an entry as an address or a name."""
        if self.number[row] == 0:
            return str(self.title[row])
        letter = self.letter[row]
        return f"{self.title[row]} {self.number[row]}{' ' if letter else ''}{letter}"

    def area_name(self, row: int) -> str:
        """Name the smallest area known of a row, for lists of candidates; else its coordinate."""
        for column in ("district", "kommundel", "post_town", "municipality"):
            code = int(self.areas[column][row])
            if code >= 0:
                return self.area_names[column][code]
        return f"N {self.y[row]:.0f}, E {self.x[row]:.0f}"

    def _build(self, rows: Rows) -> Street:
        by_address: dict[tuple[int, str], Rows] = {}
        by_number: dict[int, Rows] = {}
        number, letter = self.number, self.letter
        for row in rows:
            by_address.setdefault((number[row], letter[row]), []).append(row)
            by_number.setdefault(number[row], []).append(row)
        is_split = (
            len(by_address) < len(rows)
            and any(self.spread(same) > ONE_SPOT_M for same in by_address.values())
        ) or _has_gap(self.x[rows], self.y[rows])
        known = sorted(by_number.keys() - {0})
        sides = tuple([n for n in known if n % 2 == odd] for odd in (0, 1))
        return Street(rows, by_address, by_number, is_split, (sides[0], sides[1]))

    def _find_districts(
        self, entries: gpd.GeoDataFrame, table: pd.DataFrame, districts: gpd.GeoDataFrame | None
    ) -> None:
        """Say in which district each entry lies, by polygons where there are some."""
        if districts is None:
            codes, found = pd.factorize(table["district"], sort=True)
            self.district_ids: list[str | None] = [None] * len(found)
            self.district_names = [str(name) for name in found]
        else:
            placed = assign_districts(entries, districts, outside="keep")
            named = districts.drop_duplicates("district_id")
            ids = named["district_id"].astype("str")
            self.district_ids = ids.tolist()
            self.district_names = named["district"].astype("str").tolist()
            codes = pd.Index(ids).get_indexer(placed["district_id"])
        self.district: list[int] = np.asarray(codes).tolist()

    def _find_areas(self, table: pd.DataFrame) -> None:
        """Make the names of areas known by which a text can say where it means."""
        self.areas: dict[str, NDArray[np.int64]] = {"district": np.array(self.district)}
        self.area_names: dict[str, list[str]] = {"district": self.district_names}
        for area, column in (
            ("kommundel", "district"),
            *((name, name) for name in ("postcode", "post_town", "municipality")),
        ):
            codes, found = pd.factorize(table[column], sort=True)
            self.areas[area] = np.asarray(codes, dtype=np.int64)
            self.area_names[area] = [str(name) for name in found]
        self._masks: dict[Named, list[bool]] = {}
        self.area_of: dict[str, Named] = {}
        for area in AREAS:
            for code, name in enumerate(self.area_names[area]):
                key = street_key(name)
                self.area_of[key] = (*self.area_of.get(key, ()), (area, code))
        # A name that holds for every entry tells none of them apart.
        self.everywhere = frozenset(
            key
            for key, named in self.area_of.items()
            if any((self.areas[column] == code).all() for column, code in named)
        )

    def _other_municipalities(self, entries: gpd.GeoDataFrame) -> frozenset[str]:
        """Name the municipalities that the register has nothing of."""
        step = max(len(entries) // _SAMPLE, 1)
        to_national = Transformer.from_crs(entries.crs, 3006, always_xy=True).transform
        there = locate_municipality(*to_national(self.x[::step], self.y[::step]))
        own = {municipality_name(int(place)) for place in np.unique(there[there >= 0])}
        known = {street_key(name) for name in (*own, *_METROPOLES)} | self.area_of.keys()
        return frozenset({street_key(name) for name in municipality_names()} - known)


def _rows_by_key(
    titles: NDArray[np.object_], rows: NDArray[np.int64], *, written_out: bool
) -> dict[str, dict[str, Rows]]:
    """Group rows by the key of their name, and then by the name."""
    codes, names = pd.factorize(titles[rows])
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(len(names)))
    found: dict[str, dict[str, Rows]] = {}
    for title, part in zip(names, np.split(rows[order], cuts)[1:], strict=True):
        # Streets are compared as texts are read: with a number, and abbreviations written out.
        name = (parse_address(f"{title} 1").street if written_out else "") or str(title)
        if key := street_key(name):
            found.setdefault(key, {}).setdefault(name.casefold(), []).extend(part.tolist())
    return found


def _has_gap(east: NDArray[np.float64], north: NDArray[np.float64]) -> bool:
    """Tell whether points fall into groups a kilometre or more apart."""
    if np.ptp(east) <= _GAP_M and np.ptp(north) <= _GAP_M:
        return False
    cells = {*zip((east // _GAP_M).tolist(), (north // _GAP_M).tolist(), strict=True)}
    reached = [cells.pop()]
    while reached and cells:
        column, line = reached.pop()
        beside = {cell for cell in cells if abs(cell[0] - column) <= 1 and abs(cell[1] - line) <= 1}
        cells -= beside
        reached += beside
    return bool(cells)
