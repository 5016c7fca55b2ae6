"""Whether coordinates are in metres, in a CRS that keeps lengths, and the same for two tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRS

from est_geo.errors import CRSError

if TYPE_CHECKING:
    import geopandas as gpd

REMEDY = "crs=3006 for SWEREF 99 TM, 3011 for SWEREF 99 18 00, 3021 for RT 90, 4326 for degrees"
"""What messages tell a caller to pass."""
_WEB_MERCATOR = (3857, 3785, 900913, 102100)


class HasCRS(Protocol):
    """A table with points, or the points that were read from one."""

    @property
    def crs(self) -> CRS | None:
        """What its coordinates are in."""


def parse_crs(crs: CRS | str | int | None, *, name: str = "crs") -> CRS | None:
    """Understand a CRS that the caller names, or raise a CRSError."""
    if crs is None:
        return None
    try:
        return CRS.from_user_input(int(crs) if isinstance(crs, str) and crs.isdecimal() else crs)
    except UnknownCRS as error:
        raise CRSError(
            f"`{name}` is {str(crs)[:80]!r}, which is no CRS that is known. "
            f"Give an EPSG number: {REMEDY}."
        ) from error


def check_metric_crs(table: gpd.GeoDataFrame, *, name: str) -> CRS:
    """Require a projected CRS in metres that keeps lengths, and return it."""
    if table.crs is None:
        raise CRSError(
            f"`{name}` has no CRS, so its {len(table)} coordinates have no unit. "
            f"Say what they are with {name}.set_crs(epsg=3006), if they are SWEREF 99 TM."
        )
    fault = fault_of(table.crs)
    if fault:
        swedish = not table.crs.is_projected or table.crs.to_epsg() in _WEB_MERCATOR
        target = "epsg=3006" if swedish else f"{name}.estimate_utm_crs()"
        raise CRSError(f"`{name}` is {fault} Convert it with {name}.to_crs({target}).")
    return table.crs


def fault_of(crs: CRS) -> str:
    """Say why lengths cannot be measured in a CRS; nothing where they can."""
    if not crs.is_projected:
        return f"in degrees ({crs.name}), metres are needed."
    if crs.to_epsg() in _WEB_MERCATOR:
        return "in Web Mercator, which stretches lengths about twice in Sweden."
    unit = crs.axis_info[0].unit_name
    return "" if unit == "metre" else f"in {unit} ({crs.name}), metres are needed."


def check_same_crs(first: HasCRS, second: HasCRS, *, names: tuple[str, str]) -> None:
    """Require that two tables share one CRS; the second is one that can be converted."""
    if first.crs != second.crs:
        said = [table.crs.name if table.crs else "no CRS" for table in (first, second)]
        target = (first.crs.to_epsg() if first.crs else None) or f"{names[0]}.crs"
        raise CRSError(
            f"`{names[0]}` is in {said[0]} but `{names[1]}` in {said[1]}. "
            f"Convert one, for instance {names[1]}.to_crs({target})."
        )
