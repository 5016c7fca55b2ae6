"""Which coordinate system, and which axis first: told by the values and by where points fall.

Values leave a few readings: SWEREF 99 TM, RT 90 and degrees lie apart in Sweden, and so do a
northing and an easting. Which of twelve local zones or six RT 90 zones numbers are in, only the
place can tell: the outline of the municipality, else those of the country's 290.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Transformer

from est_geo.checks.coordinate_columns import TM_EASTING, TM_NORTHING
from est_geo.geography.crs import SWEDEN_LATITUDE, SWEDEN_LONGITUDE, plane
from est_geo.geography.municipalities import (
    Municipality,
    join_municipalities,
    locate_municipality,
    municipality_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]

FITS = 0.9
"""Share of the points that must lie in the municipality, or in Sweden, for a reading to fit."""
MOST = 0.5
DEGREES = 4326
_SAMPLE = 2_000
# Fewer rows than this, in number and share of the file, do not choose between zones: figures lost
# from a few coordinates can fall in the municipality by chance.
_FEW = 5
_FEW_SHARE = 0.01
# ... unless they are much of a small file: so many coordinates do not lose a figure.
_MUCH_SHARE = 0.25
# Of the places of settled rows, those with fewer than this tell nothing of the others.
_STRAY = 0.05


class Reading(NamedTuple):
    """One way to read two columns of numbers."""

    epsg: int
    north_first: bool


class Fit(NamedTuple):
    """How well a reading fits.

    `share` of the points lie `within` a municipality, or Sweden; most in `municipality`, which is
    empty where none does.
    """

    reading: Reading
    share: float
    within: str
    municipality: str


@dataclass
class Group:
    """Rows whose values leave the same readings.

    Attributes
    ----------
    rows : array of n bool
        Which of all rows.
    reading : Reading or None
        The one that fits; None where none does, or several do.
    fits : list of Fit
        Where `reading` is None, the readings that fit, best first; none of them where none does.
    tried : list of Fit
        Every reading that the values leave, best first.
    """

    rows: Mask
    reading: Reading | None
    fits: list[Fit]
    tried: list[Fit]


class _Family(NamedTuple):
    """Coordinate systems whose coordinates in Sweden have the same size."""

    epsgs: tuple[int, ...]
    east: tuple[float, float]
    north: tuple[float, float]


_LONLAT = _Family((DEGREES,), SWEDEN_LONGITUDE, SWEDEN_LATITUDE)
_TM = _Family((3006,), TM_EASTING, TM_NORTHING)
_LOCAL = _Family(tuple(range(3007, 3019)), (0.0, 0.28e6), TM_NORTHING)
_RT90 = _Family(tuple(range(3019, 3025)), (1.15e6, 1.95e6), TM_NORTHING)
# Web maps' own: refused for analysis, but files hold it.
_WEB = _Family((3857,), (1.16e6, 2.72e6), (7.35e6, 10.9e6))
_FAMILIES = (_LONLAT, _TM, _LOCAL, _RT90, _WEB)
# UTM zone 33 on GRS 80 or WGS 84 is SWEREF 99 TM within a metre.
_SAME_AS_TM = frozenset((3006, 25833, 32633))
# Local zones are not used farther than this from their meridian (at 150 km), so that where nothing
# but the country confirms, SWEREF 99 TM on the west coast has no rival.
_LOCAL_EAST = (0.04e6, 0.26e6)
# One bit for each family in each order, then one for columns that say they are degrees.
_SAID_DEGREES = 1 << (2 * len(_FAMILIES))


@cache
def _to_sweden(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 3006, always_xy=True)


def recognise(
    first: Floats, second: Floats, *, degrees: Mask, area: Municipality | None
) -> list[Group]:
    """Find out which coordinate system and axis order pairs of numbers are in.

    Parameters
    ----------
    first, second : array of n
        The numbers; NaN where there is none. Two zeros are no coordinate.
    degrees : array of n bool
        Rows whose file or cell says that they are degrees, longitude first. They need not lie in
        Sweden.
    area : Municipality, optional
        Where most of the points lie, as the caller says.

    Returns
    -------
    list of Group
        The largest first. Rows with a coordinate that no reading can have are in none of them.

    Notes
    -----
    A reading fits where `FITS` of the points lie in the municipality, or, without one, in any. The
    points are up to 2 000 rows spread evenly over the sorted coordinates, so the order of rows
    does not matter. Where the values leave one reading only, and it puts the points in Sweden, it
    is taken also when fewer of them lie in the municipality. Rows that fit several readings take
    the one that other rows have, else, without a municipality, the one that puts them where the
    others lie. A handful of rows never chooses between zones: they take what others have, or none.
    """
    signature = _signatures(first, second, degrees)
    number = np.bincount(signature)
    kinds = sorted(np.flatnonzero(number[1:]) + 1, key=lambda kind: -number[kind])
    groups = [_Undecided(signature == kind, int(kind), first, second) for kind in kinds]
    total = number[1:].sum()
    for group in groups:
        group.decide(area)
    solid = [
        group
        for place, group in enumerate(groups)
        if group.reading is not None and (place == 0 or group.is_solid(total))
    ]
    used = {group.reading for group in solid}
    around = _area_of(solid) if area is None else None
    for place, group in enumerate(groups):
        if place == 0 or group.is_solid(total):
            if group.reading is None:
                group.decide_among(used, around)
        elif len(group.readings) > 1:
            group.reading = _only(reading for reading in group.readings if reading in used)
    return [Group(group.rows, group.reading, group.fits, group.tried) for group in groups]


def northing_first(first: Floats, second: Floats, *, crs: CRS) -> Mask:
    """Tell which pairs have the northing, or the latitude, first, where the system is known.

    In a Swedish system in metres each pair tells it. In degrees, and on web maps, it is so where
    pairs that would lie by the Arabian Sea lie in Sweden's municipalities the other way.
    """
    epsg = plane(crs).to_epsg()
    if epsg in _SAME_AS_TM or epsg in _LOCAL.epsgs or epsg in _RT90.epsgs:
        turned: Mask = (first > TM_NORTHING[0] - 1e5) & (second < 3e6)  # noqa: PLR2004 - an easting
        return turned
    if not crs.is_geographic and epsg not in _WEB.epsgs:
        return np.zeros(len(first), dtype=bool)
    family = _LONLAT if crs.is_geographic else _WEB
    turned = _in_box(second, first, family)
    if turned.any():
        group = _Undecided(turned, 1 << (2 * _FAMILIES.index(family) + 1), first, second)
        group.decide(None)
        turned &= group.reading is not None
    return turned


def is_possible(easting: Floats, northing: Floats, *, crs: CRS) -> Mask | None:
    """Tell which points can be in Sweden by their values; None for a system that is not ours."""
    epsg = plane(crs).to_epsg()
    epsg = 3006 if epsg in _SAME_AS_TM else epsg
    epsg = DEGREES if crs.is_geographic else epsg
    family = next((family for family in _FAMILIES if epsg in family.epsgs), None)
    return None if family is None else _in_box(easting, northing, family)


def share_inside(easting: Floats, northing: Floats, *, crs: CRS, area: Municipality) -> float:
    """Share of a sample of points that lie in a municipality; NaN of none."""
    xy = _sample(easting, northing)
    move = Transformer.from_crs(crs, 3006, always_xy=True)
    inside = shapely.intersects_xy(area.outline, *move.transform(xy.real, xy.imag))
    return float(np.mean(inside)) if len(xy) else np.nan


def _signatures(first: Floats, second: Floats, degrees: Mask) -> Integers:
    """Say for each row which families it can be in, and in which order: one bit each."""
    signature = np.zeros(len(first), dtype=np.intp)
    for place, family in enumerate(_FAMILIES):
        signature |= _in_box(first, second, family).astype(np.intp) << (2 * place)
        signature |= _in_box(second, first, family).astype(np.intp) << (2 * place + 1)
    if degrees.any():
        can_be = degrees & (np.abs(first) <= 180) & (np.abs(second) <= 90)  # noqa: PLR2004
        can_be &= (first != 0) | (second != 0)
        # Degrees that say so are so; only the other order of axes is still a question.
        signature[can_be] = signature[can_be] & 0b10 | _SAID_DEGREES
    return signature


def _in_box(easting: Floats, northing: Floats, family: _Family) -> Mask:
    (west, east), (south, north) = family.east, family.north
    inside: Mask = (easting >= west) & (easting <= east)
    inside &= northing >= south
    inside &= northing <= north
    return inside


def _sample(first: Floats, second: Floats) -> np.ndarray[Any, np.dtype[np.complex128]]:
    """Take rows spread evenly over the sorted pairs, as complex numbers: these sort as pairs."""
    pairs = np.sort(first + 1j * second)
    places = np.linspace(0, len(pairs) - 1, min(len(pairs), _SAMPLE)).round().astype(np.intp)
    return pairs[places]


class _Undecided:
    """Rows whose values leave the same readings, while it is decided which."""

    def __init__(self, rows: Mask, kind: int, first: Floats, second: Floats) -> None:
        self.rows = rows
        self.said_degrees = bool(kind & _SAID_DEGREES)
        self.readings = [
            Reading(epsg, bool(order))
            for place, family in enumerate(_FAMILIES)
            for order in (0, 1)
            if kind & (1 << (2 * place + order))
            for epsg in family.epsgs
        ]
        self._sample = _sample(first[rows], second[rows])
        self._where: dict[Reading, Floats] = {}
        self.reading: Reading | None = None
        self.fits: list[Fit] = []
        self.tried: list[Fit] = []

    def is_solid(self, total: int) -> bool:
        """Say whether there are enough rows to choose between zones by."""
        rows = int(self.rows.sum())
        enough = rows >= _FEW_SHARE * total and len(np.unique(self._sample)) >= _FEW
        return enough or rows >= _MUCH_SHARE * total

    def decide(self, area: Municipality | None) -> None:
        """Take the one reading that fits."""
        self.tried = self._try(area)
        self.fits = _fitting(self.tried)
        if not self.fits and area is not None and len(self.readings) == 1:
            self.fits = _fitting(self._try(None))
        self.reading = _only(fit.reading for fit in self.fits)
        if self.reading is None and self.said_degrees:
            self.reading = Reading(DEGREES, north_first=False)

    def decide_among(self, used: set[Reading | None], around: Municipality | None) -> None:
        """Take the one reading that fits and that other rows have, or that lies where they lie."""
        self.reading = _only(fit.reading for fit in self.fits if fit.reading in used)
        if self.reading is None and around is not None:
            tried = self._try(around)
            self.reading = _only(fit.reading for fit in _fitting(tried))
            self.tried = self.tried if self.reading is None else tried

    def municipalities(self) -> dict[int, float]:
        """Share of the points in each municipality, as the chosen reading has them."""
        if self.reading is None:
            return {}
        found = locate_municipality(*self._points(self.reading))
        places, number = np.unique(found[found >= 0], return_counts=True)
        return dict(zip(places.tolist(), (number / len(found)).tolist(), strict=True))

    def _try(self, area: Municipality | None) -> list[Fit]:
        """See how well each reading fits, best first."""
        tried = [self._fit(reading, area) for reading in self.readings]
        return sorted(tried, key=lambda fit: (-fit.share, fit.reading))

    def _fit(self, reading: Reading, area: Municipality | None) -> Fit:
        easting, northing = self._points(reading)
        if area is not None:
            inside = shapely.intersects_xy(area.outline, easting, northing)
            return Fit(reading, float(np.mean(inside)), area.name, area.name)
        if reading.epsg in _LOCAL.epsgs:
            middle = np.median(self._eastings(reading))
            if not _LOCAL_EAST[0] <= middle <= _LOCAL_EAST[1]:
                return Fit(reading, 0.0, "Sweden", "")
        found = locate_municipality(easting, northing)
        share = float(np.mean(found >= 0))
        if share == 0:
            return Fit(reading, 0.0, "Sweden", "")
        most = int(np.bincount(found[found >= 0]).argmax())
        return Fit(reading, share, "Sweden", municipality_name(most))

    def _eastings(self, reading: Reading) -> Floats:
        return self._sample.imag if reading.north_first else self._sample.real

    def _points(self, reading: Reading) -> Floats:
        """Give the sample in EPSG:3006, as a reading has it."""
        if reading not in self._where:
            xy = (self._sample.real, self._sample.imag)
            east, north = xy[::-1] if reading.north_first else xy
            if reading.epsg != 3006:  # noqa: PLR2004 - EPSG
                east, north = _to_sweden(reading.epsg).transform(east, north)
            self._where[reading] = np.array([east, north])
        return self._where[reading]


def _fitting(tried: Sequence[Fit]) -> list[Fit]:
    """Give the readings that fit."""
    return [fit for fit in tried if fit.share >= FITS]


def _only(readings: Iterable[Reading]) -> Reading | None:
    """Give the reading where there is one and no more."""
    listed = list(readings)
    return listed[0] if len(listed) == 1 else None


def _area_of(groups: Sequence[_Undecided]) -> Municipality | None:
    """Give the municipalities in which the rows that are decided lie, as one area."""
    shares = [share for group in groups for share in group.municipalities().items()]
    places = sorted({place for place, share in shares if share >= _STRAY})
    return join_municipalities(places) if places else None
