"""Districts that come with est_geo, and the outlines of all municipalities."""

from __future__ import annotations

import io
import re
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import geopandas as gpd

from est_geo.checks import check_choice
from est_geo.errors import InputError

Level = Literal["kommundel", "regso"]

# Municipality code: name, and the levels that are bundled. Sorted by code.
BUNDLED: dict[str, tuple[str, tuple[Level, ...]]] = {
    "0114": ("Upplands Väsby", ("regso",)),
    "0127": ("Botkyrka", ("kommundel", "regso")),
    "0163": ("Sollentuna", ("kommundel", "regso")),
    "0191": ("Sigtuna", ("regso",)),
}
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ł": "l", "þ": "th"})


def load_districts(municipality: str, *, level: Level = "kommundel") -> gpd.GeoDataFrame:
    """Load the bundled districts of a municipality.

    Parameters
    ----------
    municipality : str
        Name or code: "Sollentuna", "upplands vasby", "Botkyrka kommun", "0191".
    level : {"kommundel", "regso"}
        Kommundelar are our own grouping of RegSO areas and exist for Sollentuna (nine) and Botkyrka
        (six); RegSO areas are SCB's and exist for every bundled municipality.

    Returns
    -------
    GeoDataFrame of Polygons
        One row a district, with the columns of `est_geo.schema.DISTRICTS`, sorted by `district_id`,
        in EPSG:3006. Neighbours share their borders and nothing overlaps.

    Raises
    ------
    InputError
        If the municipality is not bundled, or not at that level.

    Examples
    --------
    >>> import est_geo as eg
    >>> eg.load_districts("sollentuna")["district"].tolist()[:3]
    ['Edsberg', 'Häggvik', 'Helenelund']
    """
    check_choice(level, ("kommundel", "regso"), name="level")
    wanted = slug(str(municipality)).removesuffix("-kommun")
    code = next((c for c, (name, _) in BUNDLED.items() if wanted in (c, slug(name))), None)
    if code is None:
        there = ", ".join(f"{name} ({c})" for c, (name, _) in BUNDLED.items())
        raise InputError(
            f"`municipality` {str(municipality)[:40]!r} is not bundled. Bundled are {there}. "
            "Read the polygons of another one with est_geo.read_districts('file.gpkg')."
        )
    name, levels = BUNDLED[code]
    if level not in levels:
        raise InputError(
            f"`level` {level!r} does not exist for {name}: only {', '.join(levels)} is bundled. "
            f"Pass level={levels[0]!r}, or read your own polygons with est_geo.read_districts."
        )
    return _bundled(bundled_file(code, level)).copy()


def municipality_outlines() -> gpd.GeoDataFrame:
    """Load the outlines of the 290 municipalities, simplified by 100 m.

    Returns
    -------
    GeoDataFrame of 290 Polygons
        Columns `municipality_code` ("0163"), `municipality` and `geometry`, sorted by code, in
        EPSG:3006. They tell which municipality a coordinate lies in; not for counting incidents.
    """
    return _bundled("municipalities.geojson").copy()


def bundled_file(code: str, level: Level) -> str:
    """Name the bundled file of a municipality."""
    return f"{slug(BUNDLED[code][0]).replace('-', '_')}_{level}.geojson"


def slug(text: str) -> str:
    """Write a text with plain lower-case letters, digits and hyphens only: "Häggvik" is "haggvik".

    Letters of other alphabets than the Latin stay as they are. The same text always gives the same
    slug; two texts may share one.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LETTERS)
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "-", bare).strip("-")


@cache
def _bundled(file: str) -> gpd.GeoDataFrame:
    """Read a bundled file, once. Callers hand out copies."""
    return gpd.read_file(io.BytesIO(_bundled_bytes(file)))


def _bundled_bytes(file: str) -> bytes:
    """Find a bundled file: in the installed package, else in the checkout it runs from."""
    installed = files("est_geo") / "data" / "districts" / file
    if installed.is_file():
        return installed.read_bytes()
    return (Path(__file__).resolve().parents[3] / "data" / "districts" / file).read_bytes()
