"""Which coordinate system each row is in: as told and checked, or recognised, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS

from est_geo.checks.metric_crs import REMEDY
from est_geo.errors import CRSError, InputError
from est_geo.geography.crs import plane
from est_geo.geography.recognise import (
    MOST,
    Fit,
    Group,
    is_possible,
    northing_first,
    recognise,
    share_inside,
)
from est_geo.intake import reasons
from est_geo.intake.reasons import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from est_geo.geography.municipalities import Municipality
    from est_geo.intake.coordinates import Coordinates

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]


_DEGREES = (180.0, 90.0)
# No projected coordinate on Earth is as large.
_METRES = 1e8
_SWEDISH = frozenset(range(3006, 3025))


class Part(NamedTuple):
    """Rows that are read alike: in one CRS and in one order of axes.

    `share` of them lie in the municipality, where that is known.
    """

    rows: Mask
    crs: CRS
    north_first: bool
    why: str
    share: float | None = None

    def in_order(self, found: Coordinates) -> tuple[Floats, Floats]:
        """Give easting and northing of the rows."""
        first, second = found.first[self.rows], found.second[self.rows]
        return (second, first) if self.north_first else (first, second)

    def describe(self, found: Coordinates) -> str:
        """Say how many rows were read as what, and what says so."""
        number = int(self.rows.sum())
        order = _order(found, self.crs, north_first=self.north_first)
        return f"{number} row{'s' * (number != 1)} in {_named(self.crs)}{order}; {self.why}"


def read_as_told(
    found: Coordinates,
    crs: CRS,
    area: Municipality | None,
    *,
    why: str,
    rows: np.ndarray[Any, Any],
    file: str,
) -> tuple[list[Part], list[Fault]]:
    """Read all rows in one CRS, in the order that the values tell, and check that it can be true.

    Parameters
    ----------
    found : Coordinates of n rows
        What the file has.
    crs : CRS
        What it is in, as the caller or the file says.
    area : Municipality, optional
        Where most of the points lie, as the caller says.
    why : str
        Who says what the CRS is.
    rows : array of n
        Numbers of the rows, for messages.
    file : str
        What messages call the file.

    Returns
    -------
    tuple of list of Part and list of Fault
        Every row with a coordinate other than 0, 0 is in one of them.

    Raises
    ------
    CRSError
        If most coordinates cannot be in the CRS, or are recognised as another one.
    InputError
        If one column has both halves and nothing tells which is east.
    """
    given = found.given
    turned = northing_first(found.first, found.second, crs=crs) & given
    x = np.where(turned, found.second, found.first)
    y = np.where(turned, found.first, found.second)
    degrees = (np.abs(x) <= _DEGREES[0]) & (np.abs(y) <= _DEGREES[1])
    if crs.is_geographic:
        strange, said = given & ~degrees, "beyond 180, 90, as no degrees are"
    else:
        too_far = ~((np.abs(x) < _METRES) & (np.abs(y) < _METRES))
        strange, said = given & (degrees | too_far), "in degrees, or too large for metres"
    if strange.sum() * 2 > given.sum():
        raise CRSError(
            f"{file!r} is read as {crs.name}, but {_counted(strange, given)} coordinates are "
            f"{said}; the first is row {rows[np.argmax(strange)]}. Pass what they are: {REMEDY}."
        )
    good = given & ~strange
    _refuse_other_system(found, crs, area, x=x, y=y, good=good, file=file)
    unordered = np.zeros(len(x), dtype=bool)
    if found.columns[0] == found.columns[1] and not found.in_order:
        # Both halves in one cell: only in Sweden do the values tell which is which.
        unordered = good & ~found.lettered & ~_possible(x, y, crs)
        if unordered.sum() * 2 > good.sum():
            raise InputError(
                f"{file!r} has {_counted(unordered, good)} coordinates in {found.columns[0]!r} "
                "that do not say which half is east, and lie outside Sweden; the first is row "
                f"{rows[np.argmax(unordered)]}. Part it into two columns, longitude and latitude."
            )
    masks = ((good & ~turned & ~unordered, False), (good & turned & ~unordered, True))
    parts = [Part(mask, crs, north_first, why) for mask, north_first in masks if mask.any()]
    return parts, [
        Fault(strange, found.columns[0], reasons.OUTSIDE_RANGE),
        Fault(unordered, found.columns[0], reasons.NO_SYSTEM_FITS),
    ]


def read_as_recognised(
    found: Coordinates, area: Municipality | None, *, rows: np.ndarray[Any, Any], file: str
) -> tuple[list[Part], list[Fault]]:
    """Read each row in the CRS and the order that its values and the place tell.

    Parameters
    ----------
    found : Coordinates of n rows
        What the file has.
    area : Municipality, optional
        Where most of the points lie, as the caller says.
    rows : array of n
        Numbers of the rows, for messages.
    file : str
        What messages call the file.

    Returns
    -------
    tuple of list of Part and list of Fault
        Every row with a coordinate other than 0, 0 is in one of them; parts with most rows first.

    Raises
    ------
    CRSError
        If most coordinates can be read in no way, or in several, or lie outside the municipality.
    """
    given = found.given
    # Other degrees can only be told in Sweden.
    said = found.longitude_first
    groups = recognise(found.first, found.second, degrees=said, area=area)
    parts = []
    for group in groups:
        if group.reading is not None:
            fit = next((fit for fit in group.tried if fit.reading == group.reading), None)
            why = "as the file says" if fit is None else f"recognised, {_where(fit)}"
            crs = CRS.from_epsg(group.reading.epsg)
            known = area is not None and fit is not None and fit.within == area.name
            share = fit.share if fit is not None and known else None
            parts.append(Part(group.rows, crs, group.reading.north_first, why, share))
    read = np.logical_or.reduce([part.rows for part in parts]) if parts else ~given & given
    unread = given & ~read
    if unread.sum() * 2 > given.sum():
        _refuse(found, groups, unread, area, rows=rows, file=file)
    if area is not None and parts:
        _refuse_elsewhere(found, parts, area, file=file)
    beyond = unread & said
    return parts, [
        Fault(beyond, found.columns[0], reasons.OUTSIDE_RANGE),
        Fault(unread & ~beyond, found.columns[0], reasons.NO_SYSTEM_FITS),
    ]


def _refuse_other_system(
    found: Coordinates,
    crs: CRS,
    area: Municipality | None,
    *,
    x: Floats,
    y: Floats,
    good: Mask,
    file: str,
) -> None:
    """Raise where the CRS that was told puts points nowhere, and another one does not."""
    swedish = plane(crs).to_epsg() in _SWEDISH
    abroad = swedish and (good & ~_possible(x, y, crs)).sum() * 2 > good.sum()
    elsewhere = area is not None and share_inside(x[good], y[good], crs=crs, area=area) == 0
    if not (abroad or elsewhere):
        return
    none = np.zeros(len(x), dtype=bool)
    groups = recognise(found.first, found.second, degrees=none, area=area)
    if not groups or not groups[0].fits or groups[0].rows.sum() * 2 <= good.sum():
        return
    best = groups[0].fits[0]
    other = CRS.from_epsg(best.reading.epsg)
    # To lie in Sweden is no better than what was told; to lie in the municipality is.
    better = abroad or best.within != "Sweden"
    if better and other != plane(crs):
        raise CRSError(
            f"`crs` is {crs.name}, but {_counted(groups[0].rows, good)} coordinates in {file!r} "
            f"{'are' if groups[0].reading else 'may be'} in {_named(other)} by their values and "
            f"where they fall: {_where(best)}. Pass crs={best.reading.epsg}, or leave `crs` out."
        )


def _possible(x: Floats, y: Floats, crs: CRS) -> Mask:
    """Say which points can be in Sweden by their values."""
    possible = is_possible(x, y, crs=crs)
    return np.zeros(len(x), dtype=bool) if possible is None else possible


def _refuse(
    found: Coordinates,
    groups: Sequence[Group],
    unread: Mask,
    area: Municipality | None,
    *,
    rows: np.ndarray[Any, Any],
    file: str,
) -> None:
    """Say why most coordinates could not be recognised, and how to choose."""
    given = found.given
    undecided = next((group for group in groups if group.reading is None), None)
    first = f"the first is row {rows[np.argmax(unread)]}"
    said = " and ".join(map(repr, dict.fromkeys(found.columns)))
    if undecided is None:
        if (found.longitude_first & unread).sum() * 2 > unread.sum():
            raise CRSError(
                f"{file!r} is read as WGS 84, but {_counted(unread, given)} coordinates are beyond "
                f"180, 90, as no degrees are, and fit no Swedish system; {first}. "
                f"Pass what they are: {REMEDY}."
            )
        raise CRSError(
            f"`crs` is needed: {file!r} has {_counted(unread, given)} coordinates in {said} that "
            f"are of no size that a coordinate in Sweden has; {first}. Pass {REMEDY}."
        )
    counted = f"{file!r} has {int(undecided.rows.sum())} coordinates in {said}"
    best = undecided.tried[0]
    system = CRS.from_epsg(best.reading.epsg)
    order = _order(found, system, north_first=best.reading.north_first)
    order += "," * bool(order)
    where = "Sweden" if area is None else area.name
    if not undecided.fits:
        most, advice = "none of them", REMEDY
        if best.share:
            most = f"at most {_percent(best.share)}, as {_named(system)}"
            advice = f"crs={best.reading.epsg} if that is what they are"
        raise CRSError(
            f"`crs` is needed: {counted} that{order} do not lie in {where} in any system that "
            f"their size allows ({most}). Pass {advice}"
            f"{', or another municipality' if area is not None else ''}."
        )
    advice = f"the number: crs={undecided.fits[0].reading.epsg}"
    if area is None:
        there = undecided.fits[0].municipality
        advice = f"the municipality, as municipality={there!r}, or {advice}"
    raise CRSError(
        f"`crs` is needed: {counted} that{order} lie in {where} in {len(undecided.fits)} "
        f"systems: {_names(undecided.fits)}. Choose: pass {advice}."
    )


def _order(found: Coordinates, crs: CRS, *, north_first: bool) -> str:
    """Say where the northing stands, if that is not what the file says."""
    axis = "latitude" if crs.is_geographic else "northing"
    if found.columns[0] == found.columns[1]:
        return f", {axis} first" if north_first else ""
    if found.in_order and not north_first:
        return ""
    return f", {axis} in {found.columns[0 if north_first else 1]!r}"


def _names(fits: Sequence[Fit]) -> str:
    """List the systems of readings; where it is not the same for all, with the municipality."""
    names = []
    for fit in fits:
        around = fit.municipality not in {fit.within, ""}
        place = f" around {fit.municipality}" if around else ""
        names.append(f"{_named(CRS.from_epsg(fit.reading.epsg))}{place}")
    return "; ".join(names)


def _refuse_elsewhere(
    found: Coordinates, parts: Sequence[Part], area: Municipality, *, file: str
) -> None:
    """Raise where fewer than half of the points lie in the municipality that the caller named."""
    rows = np.array([part.rows.sum() for part in parts])
    shares = [
        part.share
        if part.share is not None
        else share_inside(*part.in_order(found), crs=part.crs, area=area)
        for part in parts
    ]
    share = float(np.dot(rows, shares) / rows.sum())
    if share < MOST:
        raise CRSError(
            f"`municipality` is {area.name}, but only {_percent(share)} of the {rows.sum()} "
            f"coordinates in {file!r} lie there, read as {_named(parts[0].crs)}. Name the "
            "municipality that they are from, or none; or, if that is what they are, pass "
            f"crs={parts[0].crs.to_epsg()}."
        )


def _named(crs: CRS) -> str:
    """Name a CRS so that people and programs know it."""
    epsg = crs.to_epsg()
    return crs.name if epsg is None else f"{crs.name} (EPSG:{epsg})"


def _where(fit: Fit) -> str:
    """Say how many points a reading puts where."""
    most = f", most in {fit.municipality}" if fit.municipality not in {fit.within, ""} else ""
    return f"{_percent(fit.share)} in {fit.within}{most}"


def _percent(share: float) -> str:
    """Write a share, never rounded up to all of it."""
    return f"{int(share * 100)} %"


def _counted(some: Mask, of: Mask) -> str:
    return f"{int(some.sum())} of {int(of.sum())}"
