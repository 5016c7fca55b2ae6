"""The 290 municipalities: found by name or code, and by which of them points lie in."""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Transformer

from est_geo.errors import InputError
from est_geo.geography.bundled import municipality_outlines, slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Integers = np.ndarray[Any, np.dtype[np.intp]]
    Shapes = np.ndarray[Any, np.dtype[np.object_]]

BORDER_M = 300.0
"""How far outside an outline still counts as inside: outlines are simplified by 100 m."""


class Municipality(NamedTuple):
    """A municipality and its outline in EPSG:3006, widened by `BORDER_M`."""

    code: str
    name: str
    outline: shapely.Geometry


def find_municipality(municipality: str) -> Municipality:
    """Find one of the 290 municipalities by its name or code.

    Parameters
    ----------
    municipality : str
        "Sollentuna", "upplands vasby", "Botkyrka kommun", "Göteborgs stad", "0191".

    Returns
    -------
    Municipality

    Raises
    ------
    InputError
        If there is none of that name, or two: Habo and Håbo are told apart by their letters or by
        their codes.
    """
    codes, names, outlines, _ = _municipalities()
    wanted = str(municipality).strip()
    bare = slug(wanted).removesuffix("-kommun").removesuffix("-stad")
    slugs = [slug(name) for name in names]
    found = [i for i, name in enumerate(names) if name.casefold() == wanted.casefold()]
    found = found or [i for i, code in enumerate(codes) if code == wanted.zfill(4)]
    # "Sollentunas kommun": the genitive, which names that end in s do without.
    for name in (bare, bare.removesuffix("s")):
        found = found or [i for i, known in enumerate(slugs) if known == name]
    if len(found) != 1:
        near = [names[slugs.index(n)] for n in difflib.get_close_matches(bare, slugs, n=1)]
        hint = f" Did you mean {near[0]!r}?" if near else ""
        if found:
            hint = " It may be " + " or ".join(f"{names[i]} ({codes[i]})" for i in found) + "."
        raise InputError(
            f"`municipality` {wanted[:40]!r} is not the name or code of one of the 290 "
            f"municipalities.{hint} Write it as 'Sollentuna' or '0163'."
        )
    outline = shapely.buffer(outlines[found[0]], BORDER_M)
    shapely.prepare(outline)
    return Municipality(codes[found[0]], names[found[0]], outline)


def join_municipalities(places: Sequence[int]) -> Municipality:
    """Make one area of some municipalities, by their places in the bundled table."""
    _, names, outlines, _ = _municipalities()
    outline = shapely.buffer(shapely.union_all(outlines[places]), BORDER_M)
    shapely.prepare(outline)
    return Municipality("", " or ".join(names[place] for place in places[:3]), outline)


def municipality_name(place: int) -> str:
    """Name a municipality by its place in the bundled table."""
    return _municipalities()[1][place]


def municipality_names() -> list[str]:
    """Name all 290 municipalities."""
    return list(_municipalities()[1])


def locate_municipality(easting: Floats, northing: Floats) -> Integers:
    """Give the place of a municipality that each point lies in, or `BORDER_M` from, else -1.

    The points are in EPSG:3006. Between two municipalities either may be given.
    """
    tree = _municipalities()[3]
    there = np.isfinite(easting) & np.isfinite(northing)
    points = shapely.points(np.where(there, easting, 0.0), np.where(there, northing, 0.0))
    point, municipality = tree.query(points, predicate="dwithin", distance=BORDER_M)
    found = np.full(len(points), -1)
    found[point] = municipality
    return found


def outside_of(easting: Floats, northing: Floats, *, crs: CRS, area: Municipality) -> Mask:
    """Tell which points lie outside a municipality, in a CRS in metres; NaN does not."""
    move = Transformer.from_crs(3006, crs, always_xy=True).transform
    outline = shapely.transform(area.outline, move, interleaved=False)
    shapely.prepare(outline)
    given = np.isfinite(easting) & np.isfinite(northing)
    outside = np.zeros(len(easting), dtype=bool)
    outside[given] = ~shapely.intersects_xy(outline, easting[given], northing[given])
    return outside


@cache
def _municipalities() -> tuple[list[str], list[str], Shapes, shapely.STRtree]:
    """Codes, names, outlines and a tree of the 290 municipalities."""
    table = municipality_outlines()
    outlines = np.asarray(table.geometry.array)
    names, codes = table["municipality"].tolist(), table["municipality_code"].tolist()
    return codes, names, outlines, shapely.STRtree(outlines)
