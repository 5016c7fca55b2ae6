"""Districts from anyone's polygon file, checked so that incidents can be counted by them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from est_geo.checks import check_flag
from est_geo.errors import CRSError, InputError
from est_geo.files import open_table
from est_geo.geography.bundled import slug
from est_geo.geography.crs import has_usable_crs, plane, working_crs
from est_geo.schema import DISTRICTS, names

if TYPE_CHECKING:
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

logger = logging.getLogger(__name__)

# Two districts may lap over each other by this much, which drawing by hand and rounding leave.
OVERLAP_TOLERANCE_M2 = 1.0

# In order: the first that a file has is taken. Compared without regard to case.
_NAME_COLUMNS = (
    *("district", "district_name", "distrikt", "kommundel", "kommundelsnamn", "stadsdel"),
    *("stadsdelsnamn", "regsonamn", "område", "omrade", "områdesnamn", "precinct", "beat"),
    *("neighborhood", "neighbourhood", "namn", "name"),
)
_MUNICIPALITY_COLUMNS = ("municipality", "kommun", "kommunnamn")
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_districts(
    path: str | Path,
    *,
    name: str | None = None,
    id: str | None = None,  # noqa: A002 - the pair of `name`: which column holds it
    layer: str | None = None,
    crs: CRS | int | str | None = None,
    mend: bool = False,
) -> gpd.GeoDataFrame:
    """Read districts from a polygon file in any CRS, and check that they can be counted by.

    Parameters
    ----------
    path : str or Path
        GeoPackage, GeoJSON, Shapefile or GeoParquet.
    name : str, optional
        Column with the names. By default one with a usual name (district, kommundel, regsonamn,
        precinct, namn, ...), else the only text column.
    id : str, optional
        Column with identifiers. By default `district_id` if the file has it, else the names in
        plain letters: "Häggvik" gets "haggvik".
    layer : str, optional
        Which layer of a GeoPackage with several.
    crs : CRS, int or str, optional
        What the coordinates are, for a file that does not say: 3006 for SWEREF 99 TM.
    mend : bool
        Mend invalid polygons instead of refusing them; how many is logged.

    Returns
    -------
    GeoDataFrame of Polygons and MultiPolygons
        Columns of `est_geo.schema.DISTRICTS`, sorted by `district_id`, in a CRS in metres: the
        file's own, else SWEREF 99 TM in Sweden and the UTM zone elsewhere. ``attrs["crs_chosen"]``
        says which. `municipality` is missing where the file has none.

    Raises
    ------
    CRSError
        If the file has no CRS and `crs` does not say it, or if they disagree.
    FileRefused
        If the file is empty, not safe to open, or not of the kind its name says.
    InputError
        If it holds no polygons, a column cannot be found, names or identifiers are
        missing or repeated, a polygon is invalid, or two overlap by more than 1 m².
    """
    check_flag(mend, name="mend")
    file = Path(path).name
    table = open_table(path, layer=layer)
    if not isinstance(table, gpd.GeoDataFrame):
        raise InputError(f"{file!r} holds a table without polygons. Give a file with areas.")
    label = _labels(table, _column(table, name, argument="name", file=file), file=file)
    ids = _identifiers(table, label, id, file=file)
    polygons = _in_metres(table, crs, file=file)
    polygons = polygons.set_geometry(_checked_polygons(polygons, file=file, mend=mend))
    districts = gpd.GeoDataFrame(
        {
            "district_id": ids.to_numpy(),
            "district": label.to_numpy(),
            "municipality": _municipality(table).to_numpy(),
        },
        geometry=np.asarray(polygons.geometry.array),
        crs=polygons.crs,
    )
    districts = districts.astype(dict.fromkeys(districts.columns[:3], "str"))
    districts = districts.sort_values("district_id", ignore_index=True)[names(DISTRICTS)]
    _refuse_overlaps(districts, file=file)
    districts.attrs["crs_chosen"] = districts.crs.to_string()
    return districts


def _column(table: gpd.GeoDataFrame, wanted: str | None, *, argument: str, file: str) -> str:
    """Find the column with the names: the one asked for, a usual one, or the only text."""
    columns = [column for column in table.columns if column != table.geometry.name]
    if wanted is not None:
        if wanted in columns:
            return wanted
        raise InputError(
            f"`{argument}` {wanted!r} is not a column of {file!r}. It has: {_listed(columns)}."
        )
    chosen = _usual(columns, _NAME_COLUMNS)
    if chosen is None:
        texts = [column for column in columns if pd.api.types.is_string_dtype(table[column])]
        if len(texts) != 1:
            raise InputError(
                f"{file!r} has no column that is known to hold names of districts. It has: "
                f"{_listed(columns)}. Pass name= with one of them."
            )
        chosen = texts[0]
    logger.info("names of the districts in %r are taken from column %r", file, chosen)
    return chosen


def _usual(columns: list[str], known: tuple[str, ...]) -> str | None:
    """Return the column that has the first of some known names, whatever its case."""
    by_name = {str(column).casefold(): column for column in reversed(columns)}
    return next((by_name[name] for name in known if name in by_name), None)


def _labels(table: gpd.GeoDataFrame, column: str, *, file: str) -> pd.Series[str]:
    """Return a column as text without spaces around it, and refuse empty ones."""
    values = table[column]
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")  # a precinct 7 is not "7.0"
    text = values.astype("str").str.strip()
    missing = (values.isna() | (text == "")).to_numpy(dtype=bool)
    _refuse(
        missing,
        file=file,
        fault=f"without a value in {column!r}",
        remedy="Give every district one, or leave out the rows that are none.",
    )
    return text


def _identifiers(
    table: gpd.GeoDataFrame, label: pd.Series[str], wanted: str | None, *, file: str
) -> pd.Series[str]:
    """Return one identifier a row, from a column or from the names, and refuse repeated ones."""
    chosen = "district_id" if wanted is None and "district_id" in table.columns else wanted
    if chosen is None:
        ids, source = label.map(slug), "the names in plain letters"
        remedy = "Pass id= with a column whose values differ, or join the rows of each name."
        _refuse(
            (ids == "").to_numpy(dtype=bool),
            file=file,
            fault="whose name has no letter or digit to make an identifier of",
            remedy="Pass id= with a column that identifies them.",
        )
    else:
        column = _column(table, chosen, argument="id", file=file)
        ids, source = _labels(table, column, file=file), f"column {column!r}"
        remedy = "Identifiers must differ: pass id= with another column, or join such rows."
    repeated = ids.duplicated(keep=False).to_numpy(dtype=bool)
    first = str(ids.iloc[int(np.argmax(repeated))])[:40]
    _refuse(repeated, file=file, fault=f"sharing an identifier, as {first!r}", remedy=remedy)
    logger.info("identifiers of the districts in %r are %s", file, source)
    return ids


def _municipality(table: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the municipality of each row, missing where the file has none."""
    column = _usual(list(table.columns), _MUNICIPALITY_COLUMNS)
    if column is None:
        return pd.Series(np.nan, index=table.index, dtype="str")
    return table[column].astype("str")


def _in_metres(table: gpd.GeoDataFrame, stated: Any, *, file: str) -> gpd.GeoDataFrame:  # noqa: ANN401 - CRS, int or str
    """Bring a table to a CRS in metres, and say so."""
    if stated is not None:
        try:
            said = CRS.from_user_input(stated)
        except ProjError as error:
            raise CRSError(f"`crs` {str(stated)[:40]!r} is not a CRS. Pass 3006, say.") from error
        if not has_usable_crs(table):
            table = table.set_crs(said, allow_override=True)
        elif plane(table.crs) != plane(said):
            raise CRSError(
                f"`crs` says {said.name} but {file!r} says {table.crs.name}. Leave `crs` out, or "
                "mend the file if it is the one in the wrong."
            )
    try:
        chosen = working_crs(table, name=file)
    except CRSError as error:
        raise CRSError(f"{error} Pass crs= to read_districts.") from None
    if table.crs.is_projected and plane(table.crs) == chosen:
        logger.info("%r stays in its own CRS, %s", file, chosen.name)
        return table.set_crs(chosen, allow_override=True)
    logger.info("%r is converted from %s to %s", file, table.crs.name, chosen.name)
    return table.to_crs(chosen)


def _checked_polygons(table: gpd.GeoDataFrame, *, file: str, mend: bool) -> Any:  # noqa: ANN401 - array of geometries
    """Return valid polygons in the plane, mended if asked, or refuse."""
    shapes = shapely.force_2d(np.asarray(table.geometry.array))
    _refuse(
        ~np.isin(shapely.get_type_id(shapes), _POLYGONAL) | shapely.is_empty(shapes),
        file=file,
        fault="that are not polygons",
        remedy="Leave them out, or draw them as areas.",
    )
    invalid = ~shapely.is_valid(shapes)
    if invalid.any() and mend:
        # This method keeps areas only: lines and points that mending gives fall away.
        shapes[invalid] = shapely.make_valid(
            shapes[invalid], method="structure", keep_collapsed=False
        )
        logger.info("%d of %d polygons in %r were invalid: mended", invalid.sum(), len(table), file)
        _refuse(
            shapely.is_empty(shapes) | ~shapely.is_valid(shapes),
            file=file,
            fault="with a polygon that has no area left when mended",
            remedy="Leave them out, or draw them again.",
        )
    elif invalid.any():
        why = shapely.is_valid_reason(shapes[int(np.argmax(invalid))])
        _refuse(
            invalid,
            file=file,
            fault=f"with an invalid polygon ({why})",
            remedy="Pass mend=True to mend them, or draw them again.",
        )
    return shapes


def _refuse_overlaps(districts: gpd.GeoDataFrame, *, file: str) -> None:
    """Refuse districts that lap over each other: a point there would have two."""
    shapes = np.asarray(districts.geometry.array)
    if shapely.coverage_is_valid(shapes):
        return  # they fit together like a jigsaw: no pair has to be looked at
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    over = shared > OVERLAP_TOLERANCE_M2
    if over.any():
        first = min(zip(left[over], right[over], shared[over], strict=True))
        pair = [str(districts["district"].iloc[position])[:40] for position in first[:2]]
        raise InputError(
            f"{file!r} has {over.sum()} pair(s) of districts that overlap by more than "
            f"{OVERLAP_TOLERANCE_M2:g} m²; the first is {pair[0]!r} and {pair[1]!r}, by "
            f"{first[2]:,.0f} m². Mend the borders, or read one level of areas at a time."
        )


def _refuse(mask: Mask, *, file: str, fault: str, remedy: str) -> None:
    """Raise if any row of the file is marked; rows are numbered from 1."""
    if mask.any():
        raise InputError(
            f"{file!r} has {mask.sum()} of {len(mask)} rows {fault}; "
            f"the first is row {int(np.argmax(mask)) + 1}. {remedy}"
        )


def _listed(columns: list[str]) -> str:
    """List columns for a message, no more than can be read."""
    shown = ", ".join(repr(str(column)[:40]) for column in columns[:20])
    return f"{shown} and {len(columns) - 20} more" if len(columns) > 20 else shown or "none"  # noqa: PLR2004
