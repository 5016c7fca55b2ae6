"""Streets, railways, water and names from the user's own files, small enough to be in every map.

A map without a network has no background but what is in it. Here the lines of a municipality are
cut to its area, joined where they only meet each other, simplified, and kept within a number of
bytes: first by simplifying more, and only then by leaving out the shortest. What was done is logged
and told by the result.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_metric_crs, check_number, check_polygons, check_same_crs, has_shape
from est_geo.checks.metric_crs import REMEDY, parse_crs
from est_geo.errors import CRSError, InputError
from est_geo.files import open_table
from est_geo.geography.crs import agreed_crs, has_usable_crs
from est_geo.notebook import show_lines
from est_geo.sharing.background_features import as_json, costs_of, features_of
from est_geo.sharing.wording import number, words

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray
    from pyproj import CRS

    File = str | os.PathLike[str] | tuple[str | os.PathLike[str], str]

_LOG = logging.getLogger(__name__)

# The last is left out first.
KINDS = ("names", "railways", "water", "streets")
_NAME_COLUMNS = ("name", "namn", "ortnamn", "text", "label", "district", "kommundel", "benamning")
_MARGIN_M = 500.0  # around the area: a street does not end at its border
_TOLERANCES_M = (2.0, 4.0, 8.0)
_STREAM_M = 2.5  # half the width that a stream drawn as a line is given
_LONGEST_NAME = 60
_FRAME = 100  # bytes around what is drawn
_LINEAL = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, eq=False)
class Background:
    """A finished background for maps without a network; made by `read_background`.

    Attributes
    ----------
    table : GeoDataFrame
        `kind` ("streets", "railways", "water" or "names"), `name` (of names only) and `geometry`:
        lines, polygons and points as they are drawn, the longest and largest first.
    kept, dropped : dict of str to int
        Lines, areas and names of each kind that are in it, and that were left out for its size.
    tolerance_m : float
        By how many metres at most lines were simplified.
    size_bytes : int
        What it adds to a page.
    """

    table: gpd.GeoDataFrame = field(repr=False)
    kept: dict[str, int]
    dropped: dict[str, int]
    tolerance_m: float
    size_bytes: int

    def features(self) -> list[dict[str, Any]]:
        """Return what a page draws: plain lists, dicts, texts and whole millionths of a degree."""
        return features_of(self.table)

    def cut_to(self, within: gpd.GeoDataFrame) -> Background:
        """Take the part of it in an area and 500 m around, for a map of that area.

        Parameters
        ----------
        within : GeoDataFrame of Polygons
            The area, in the same CRS.

        Returns
        -------
        Background
            Lines and areas are cut; `dropped` stays that of the whole.

        Raises
        ------
        CRSError
            If `within` is in another CRS.
        """
        check_polygons(within, name="within")
        check_same_crs(within, self.table, names=("within", "background"))
        shapes = shapely.clip_by_rect(np.asarray(self.table.geometry.array), *_box(within))
        table = gpd.GeoDataFrame(self.table[["kind", "name"]], geometry=shapes, crs=within.crs)
        table = table[has_shape(shapes)].explode(ignore_index=True)
        kept = table["kind"].value_counts()
        return Background(
            table=table,
            kept={kind: int(kept.get(kind, 0)) for kind in self.kept},
            dropped=dict(self.dropped),
            tolerance_m=self.tolerance_m,
            size_bytes=len(as_json(features_of(table))),
        )

    def _repr_html_(self) -> str:
        """Show in a notebook what is in it and what was left out."""
        say = words("sv")
        lines = [
            (say[f"background_{kind}"], self._count(kind))
            for kind in reversed(KINDS)
            if self.kept.get(kind) or self.dropped.get(kind)
        ]
        lines += [
            (say["background_tolerance"], f"{self.tolerance_m:g} m"),
            (say["background_size"], f"{number(self.size_bytes / 1000, 'sv')} kB"),
        ]
        return show_lines(say["background"], lines)

    def _count(self, kind: str) -> str:
        kept, dropped = self.kept.get(kind, 0), self.dropped.get(kind, 0)
        text = number(kept, "sv")
        if not dropped:
            return text
        return f"{text} ({words('sv')['left_out'].format(number(dropped, 'sv'))})"


def read_background(
    files: File | Mapping[Literal["streets", "railways", "water", "names"], File],
    *,
    within: gpd.GeoDataFrame,
    name: str | None = None,
    crs: CRS | int | str | None = None,
    max_kb: float = 200,
) -> Background:
    """Read streets, railways, water and names to lie under a map without a network.

    Parameters
    ----------
    files : path, (path, layer), or dict of kind to either
        GeoPackage, GeoJSON, Shapefile or GeoParquet in any CRS. By kind: "streets" and "railways"
        are lines, "water" areas or lines, "names" points or areas. A single file is taken for
        streets, water or names, by what it holds.
    within : GeoDataFrame of Polygons
        The area of the map, in a CRS in metres; 500 m around it are kept too.
    name : str, optional
        Column with the names of "names"; by default one with a usual name (namn, name, ortnamn).
    crs : CRS, int or str, optional
        What the coordinates are, for files that do not say: 3006 for SWEREF 99 TM.
    max_kb : float
        How many kilobytes it may add to a page. Lines are simplified by 2, 4 and at last 8 m to
        fit; then the shortest streets are left out, then the smallest water and the shortest
        railways. Names are never left out.

    Returns
    -------
    Background
        In the CRS of `within`, each vertex transformed by itself. `dropped` says what was left out.

    Raises
    ------
    FileRefused
        If a file is not safe to open, or not of the kind its name says.
    CRSError
        If a file has no CRS and `crs` does not say it, or `within` is not in metres.
    InputError
        If a kind is not known, a file does not hold what its kind asks for, nothing lies in the
        area, or the names alone take more than `max_kb`.
    """
    check_polygons(within, name="within")
    check_metric_crs(within, name="within")
    check_number(max_kb, name="max_kb", above=0)
    stated = parse_crs(crs)
    by_kind: dict[Any, File] = {**files} if isinstance(files, Mapping) else {None: files}
    unknown = [kind for kind in by_kind if kind not in {*KINDS, None}]
    if unknown or not by_kind:
        said = f"{str(unknown[0])[:40]!r}" if unknown else "none"
        raise InputError(
            f"`files` may have the kinds {', '.join(sorted(KINDS))}, not {said}. "
            "Give each file under one of them."
        )
    parts = [
        _read(kind, file, within=within, name=name, stated=stated) for kind, file in by_kind.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    if table.empty:
        raise InputError(
            "`files` hold nothing in the area of `within` or 500 m around it. Check that both are "
            "of the same municipality, and the CRS of each."
        )
    return _fit(gpd.GeoDataFrame(table, geometry="geometry", crs=within.crs), max_kb * 1000)


def _read(
    kind: str | None, given: File, *, within: gpd.GeoDataFrame, name: str | None, stated: CRS | None
) -> gpd.GeoDataFrame:
    """Read one file as lines, areas or points of one kind, cut to the area."""
    path, layer = given if isinstance(given, tuple) else (given, None)
    file = Path(path).name
    table = open_table(path, layer=layer)
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"{file!r} holds a table without shapes. Give a file with lines or areas.")
    carried = table.crs if has_usable_crs(table) else None
    agreed = agreed_crs(stated, carried, file=file)
    if agreed is None:
        raise CRSError(
            f"{file!r} does not say which CRS its coordinates are in. Pass crs=: {REMEDY}."
        )
    shapes = shapely.force_2d(np.asarray(table.geometry.array))
    there = has_shape(shapes)
    chosen = kind or _recognised(shapes[there], file=file)
    _refuse_other(shapes, there, chosen, file=file)
    shapes = np.asarray(gpd.GeoSeries(shapes[there], crs=agreed).to_crs(within.crs).array)
    box = _box(within)
    names = np.full(len(shapes), "", dtype=object)
    if chosen == "names":
        names = _names(table, name, file=file)[there]
        shapes = shapely.point_on_surface(shapes)
        inside = shapely.intersects_xy(
            shapely.box(*box), shapely.get_x(shapes), shapely.get_y(shapes)
        )
        keep = inside & (names != "")
        shapes, names = shapes[keep], names[keep]
    else:
        shapes = _cut(shapes, box, areal=chosen == "water")
        names = np.full(len(shapes), "", dtype=object)
    _LOG.info("%r: %d of kind %s in the area", file, len(shapes), chosen)
    return gpd.GeoDataFrame({"kind": chosen, "name": names}, geometry=shapes, crs=within.crs)


def _box(within: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Bounds of an area, with the margin."""
    west, south, east, north = within.total_bounds
    return (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)


def _recognised(shapes: NDArray[np.object_], *, file: str) -> str:
    """Tell what a file holds, by its shapes."""
    kinds = shapely.get_type_id(shapes)
    if len(kinds) and np.isin(kinds, _LINEAL).all():
        chosen = "streets"
    elif len(kinds) and np.isin(kinds, _POLYGONAL).all():
        chosen = "water"
    elif len(kinds) and (kinds == shapely.GeometryType.POINT).all():
        chosen = "names"
    else:
        raise InputError(
            f"{file!r} does not hold lines only, areas only or points only, so what they are "
            "cannot be told. Pass files={'streets': ...}, each kind in a file or layer of its own."
        )
    _LOG.info("%r is taken for %s, by its shapes", file, chosen)
    return chosen


def _refuse_other(
    shapes: NDArray[np.object_], there: NDArray[np.bool_], kind: str, *, file: str
) -> None:
    """Refuse shapes that cannot be of the kind."""
    wanted = {
        "streets": _LINEAL,
        "railways": _LINEAL,
        "water": (*_LINEAL, *_POLYGONAL),
        "names": (shapely.GeometryType.POINT, *_POLYGONAL),
    }[kind]
    wrong = there & ~np.isin(shapely.get_type_id(shapes), wanted)
    if wrong.any():
        held = shapely.get_type_id(shapes[wrong])[0]
        raise InputError(
            f"{file!r} has {wrong.sum()} of {len(shapes)} rows that cannot be {kind}; the first is "
            f"row {int(np.argmax(wrong)) + 1}, a {shapely.GeometryType(held).name.lower()}. Leave "
            "them out, or give the file under another kind."
        )


def _names(table: gpd.GeoDataFrame, wanted: str | None, *, file: str) -> NDArray[np.object_]:
    """Take the names of places: text of one line, cut where it is too long for a map."""
    by_name = {str(column).casefold(): column for column in reversed(table.columns)}
    column = (
        wanted
        if wanted is not None
        else next((by_name[known] for known in _NAME_COLUMNS if known in by_name), None)
    )
    if column is None or column not in table.columns:
        held = ", ".join(repr(str(c)[:40]) for c in table.columns[:20] if c != table.geometry.name)
        raise InputError(
            f"{file!r} has no column {wanted[:40]!r}. It has: {held}."
            if wanted is not None
            else f"{file!r} has no column that is known to hold names. It has: {held}. Pass name=."
        )
    texts = [" ".join(str(value).split()) if pd.notna(value) else "" for value in table[column]]
    return np.array(
        [text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…" for text in texts],
        dtype=object,
    )


def _cut(
    shapes: NDArray[np.object_], box: tuple[float, float, float, float], *, areal: bool
) -> NDArray[np.object_]:
    """Cut to a box, join lines that only meet each other, and take everything apart."""
    if areal:
        lines = np.isin(shapely.get_type_id(shapes), _LINEAL)
        shapes = shapes.copy()
        shapes[lines] = shapely.buffer(shapes[lines], _STREAM_M, cap_style="flat", quad_segs=1)
        valid = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
        joined = shapely.union_all(shapely.clip_by_rect(valid, *box))
    else:
        clipped = shapely.get_parts(shapely.clip_by_rect(shapes, *box))
        # A line given twice, in either direction, would be met by itself and never be joined.
        whole = shapely.normalize(clipped[np.isin(shapely.get_type_id(clipped), _LINEAL)])
        joined = shapely.line_merge(shapely.multilinestrings(_distinct(whole)))
    parts = shapely.get_parts(joined)
    return parts[has_shape(parts)] if len(parts) else parts


def _distinct(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Each shape once, in an order that depends on the shapes only."""
    _, first = np.unique(shapely.to_wkb(shapes), return_index=True)
    return shapes[first]


def _fit(table: gpd.GeoDataFrame, budget: float) -> Background:
    """Simplify, and where that is not enough leave out, until a page holds it."""
    room = budget - _FRAME
    for tolerance in _TOLERANCES_M:
        simple = _simplified(table, tolerance)
        costs = costs_of(simple)
        if costs.sum() <= room:
            break
    keep = np.cumsum(costs) <= room
    counts = simple["kind"].value_counts()
    named = (simple["kind"] == "names").to_numpy()
    if not keep[named].all():
        raise InputError(
            f"The names in `files` take {costs[named].sum() / 1000:,.0f} kB, and `max_kb` is "
            f"{budget / 1000:g}. Give a file with fewer names, or a larger `max_kb`."
        )
    drawn = simple[keep].reset_index(drop=True)
    kept = drawn["kind"].value_counts()
    background = Background(
        table=drawn,
        kept={kind: int(kept.get(kind, 0)) for kind in KINDS if kind in counts},
        dropped={kind: int(counts[kind] - kept.get(kind, 0)) for kind in KINDS if kind in counts},
        tolerance_m=tolerance,
        size_bytes=len(as_json(features_of(drawn))),
    )
    _LOG.info(
        "the background takes %d kB of at most %d, simplified by %g m",
        -(-background.size_bytes // 1000),
        budget / 1000,
        tolerance,
    )
    for kind, count in background.dropped.items():
        if count:
            _LOG.info(
                "%d of %d %s were left out of the background, the shortest or smallest first",
                count,
                counts[kind],
                kind,
            )
    return background


def _simplified(table: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Simplify, and sort by what is kept first: kind, then size, then place."""
    shapes = shapely.simplify(np.asarray(table.geometry.array), tolerance)
    size = np.where(shapely.area(shapes) > 0, shapely.area(shapes), shapely.length(shapes))
    rank = table["kind"].map({kind: i for i, kind in enumerate(KINDS)}).to_numpy()
    # A line or an area smaller than what lines may be moved by is a dot.
    seen = (rank == 0) | (shapely.length(shapes) > tolerance)
    columns = pd.DataFrame(
        {"rank": rank, "size": -size, "name": table["name"], "wkb": shapely.to_wkb(shapes)}
    )
    columns = columns[seen & has_shape(shapes)]
    order = columns.sort_values(list(columns)).index
    return gpd.GeoDataFrame(
        table.loc[order, ["kind", "name"]].reset_index(drop=True),
        geometry=shapes[order],
        crs=table.crs,
    )
