"""A picture's tables as files: a workbook, a GeoPackage, or CSV and GeoJSON one a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from est_geo.checks import check_choice
from est_geo.errors import InputError
from est_geo.sharing.facts import fact_table
from est_geo.sharing.geofiles import geojson_text, geopackage_bytes
from est_geo.sharing.headings import heading, sort_names
from est_geo.sharing.outgoing import write_checked
from est_geo.sharing.tables import csv_bytes
from est_geo.sharing.values import in_words
from est_geo.sharing.wording import LANGUAGES, number, words
from est_geo.sharing.workbook import Sheet, workbook_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from est_geo.picture import Picture


class _Listed(NamedTuple):
    """A table of a picture: its names, and the columns of names it is sorted by."""

    field: str
    swedish: str
    english: str
    file: str
    sorted_by: tuple[str, ...] = ()


_TABLES = (
    _Listed("addresses", "Återkommande adresser", "Recurring addresses", "aterkommande_adresser"),
    _Listed("places", "Platser", "Places", "platser"),
    _Listed("recurring_places", "Återkommande platser", "Recurring places", "aterkommande_platser"),
    _Listed("deviations", "Avvikelser", "Deviations", "avvikelser", ("district", "category")),
    _Listed("weekly", "Händelser per vecka", "Incidents by week", "per_vecka"),
    _Listed("when_and_where", "När och var", "When and where", "nar_och_var"),
    _Listed("time_profile", "Veckans timmar", "Hours of the week", "veckans_timmar"),
    _Listed("priority", "Var härnäst", "Where to be next", "var_harnast"),
    _Listed("need", "Behov och påverkan", "Need and influence", "behov"),
    _Listed("tracking", "Sedan sist", "Since last time", "sedan_sist"),
    _Listed("efforts", "Insatser", "Efforts", "insatser"),
    _Listed("follow_up", "Uppföljning", "Follow-up", "uppfoljning"),
    _Listed("concentration", "Koncentration", "Concentration", "koncentration"),
    _Listed("district_counts", "Kommundelar", "Districts", "kommundelar", ("district",)),
    _Listed("sites", "Lägen", "Sites", "lagen"),
    _Listed("quality", "Underlagets kvalitet", "Quality of the data", "kvalitet"),
)
# The row of everything has no part, and no name until it is given one here.
_WHOLE_WITHOUT = {
    "time_profile": ("place_id", "name"),
    "concentration": ("district_id", "district"),
}
_HOT_AREAS = _Listed("hot_areas", "Täta områden", "Dense areas", "tata_omraden")
_FACTS = _Listed("facts", "Uppgifter", "Facts", "uppgifter")
_CHANCE_AT_MOST = 1_000  # addresses that may be chance, in a workbook


def write_tables(picture: Picture, path: str | Path, *, language: str = "sv") -> list[Path]:
    """Write the tables of a picture, as the audience it was made for may see them.

    Parameters
    ----------
    picture : Picture
        Finished tables of one period.
    path : str or Path
        A name ending in .xlsx (one sheet a table, headings in the language) or .gpkg (a layer for
        places, addresses, sites, dense areas and districts, in metres); or an existing folder, for
        one CSV a table and one GeoJSON a layer.
    language : {"sv", "en"}
        Of headings and words.

    Returns
    -------
    list of Path
        The files written. The same picture gives the same bytes.

    Raises
    ------
    PersonalDataFound
        If a text holds what looks like personal data; nothing is then written.
    InputError
        If the path is neither, or the language another.
    FileRefused
        If a file cannot be written.
    """
    check_choice(language, LANGUAGES, name="language")
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        return write_checked({target: workbook_of(picture, language)})
    if suffix == ".gpkg":
        return write_checked({target: geopackage_bytes(layers_of(picture))})
    if not target.is_dir():
        raise InputError(
            f"`path` must end in .xlsx or .gpkg or be a folder that exists, not {target.name!r}."
        )
    files = csv_files(picture, language)
    return write_checked({target / name: content for name, content in files.items()})


def csv_files(picture: Picture, language: str) -> dict[str, bytes | str]:
    """Make one CSV a table and one GeoJSON a layer, by name of file."""
    files: dict[str, bytes | str] = {
        f"{listed.file}.csv": csv_bytes(_with_headings(table, language))
        for listed, table in tables_of(picture, language)
    }
    return files | {
        f"{name}.geojson": geojson_text(layer) for name, layer in layers_of(picture).items()
    }


def workbook_of(picture: Picture, language: str) -> bytes:
    """Make a workbook of all tables but the sites, which are for a map; facts last.

    Of the addresses that may be chance it holds the first 1 000, and says how many more there are:
    a meeting reads ten, and a year of a large town has tens of thousands.
    """
    sheets = []
    for listed, table in tables_of(picture, language, without=("sites",)):
        name = listed.swedish if language == "sv" else listed.english
        kept = np.ones(len(table), dtype=bool)
        if listed.field == "addresses":
            kept = _read_by_a_meeting(picture.addresses)
        left_out = int((~kept).sum())
        note = _note_of(left_out, language) if left_out else ""
        sheets.append(Sheet(name, table[kept], note))
    return workbook_bytes(sheets, language=language)


def _read_by_a_meeting(addresses: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Mark the addresses that a workbook holds, in the order of the table."""
    if "verdict" not in addresses.columns:
        return np.ones(len(addresses), dtype=bool)
    chance = (addresses["verdict"] == "may_be_chance").to_numpy(dtype=bool)
    kept: NDArray[np.bool_] = ~chance | (np.cumsum(chance) <= _CHANCE_AT_MOST)
    return kept


def _note_of(left_out: int, language: str) -> str:
    return words(language)["addresses_left_out"].format(
        number(_CHANCE_AT_MOST, language), number(left_out, language)
    )


def tables_of(
    picture: Picture, language: str, *, without: tuple[str, ...] = ()
) -> list[tuple[_Listed, pd.DataFrame]]:
    """List the tables a picture has, sorted and in words, points as columns, facts last."""
    listed = []
    whole = words(language)["whole_area"]
    for one in _TABLES:
        table = getattr(picture, one.field, None)
        if table is None or one.field in without:
            continue
        said = in_words(flat_table(table), language)
        if one.field in _WHOLE_WITHOUT:
            part, name = _WHOLE_WITHOUT[one.field]
            said = said.assign(**{name: said[name].mask(said[part].isna(), whole)})
        by = [name for name in one.sorted_by if name in said.columns]
        listed.append((one, sort_names(said, *by) if by else said))
    listed.append((_FACTS, fact_table(picture, language)))
    return listed


def layers_of(picture: Picture) -> dict[str, gpd.GeoDataFrame]:
    """Give what lies in space, by name of layer; columns keep their names."""
    layers = {
        one.file: getattr(picture, one.field, None)
        for one in _TABLES
        if one.field in {"addresses", "places", "recurring_places", "priority", "sites"}
    }
    layers[_HOT_AREAS.file] = picture.density.hot_areas()
    counts = picture.district_counts.drop(columns="district")
    layers["kommundelar"] = picture.districts.merge(counts, on="district_id", how="left")
    return {name: layer for name, layer in layers.items() if layer is not None and len(layer)}


def flat_table(table: pd.DataFrame) -> pd.DataFrame:
    """Turn points into columns `easting` and `northing`, to the metre; leave out other shapes."""
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    geometry = np.asarray(table.geometry.array)
    flat = pd.DataFrame(table.drop(columns=table.geometry.name))
    known = ~shapely.is_missing(geometry)
    if not (shapely.get_type_id(geometry[known]) == shapely.GeometryType.POINT).all():
        return flat
    return flat.assign(
        easting=np.floor(shapely.get_x(geometry) + 0.5),
        northing=np.floor(shapely.get_y(geometry) + 0.5),
    )


def _with_headings(table: pd.DataFrame, language: str) -> pd.DataFrame:
    return table.rename(columns={name: heading(str(name), language) for name in table.columns})
