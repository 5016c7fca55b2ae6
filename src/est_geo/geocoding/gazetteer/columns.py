"""Which column of an address register means what: by known names, or as the caller says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from est_geo.errors import InputError
from est_geo.files.column_names import check_asked, listed, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In order: of the names of one meaning the first that a table has is taken. Lantmäteriet's and
# OpenStreetMap's names stand among the others.
KNOWN: dict[str, tuple[str, ...]] = {
    "entry_id": (
        "entry_id", "objektidentitet", "belägenhetsadressid", "adressid", "uuid", "osm_id", "@id",
        "id",
    ),
    "address": (
        "address", "addr:full", "adress", "gatuadress", "besöksadress", "belägenhetsadress",
        "full_address", "street_address",
    ),
    "street": (
        "street", "adressomrade_faststalltnamn", "addr:street", "adressområde", "gata", "gatunamn",
        "vägnamn", "street_name",
    ),
    # The village or the larger area, where the street itself is blank.
    "street_else": ("addr:place", "gardsadressomrade.adressomrade.faststalltnamn"),
    "farm": ("gardsadressomrade_faststalltnamn", "gårdsadressområde"),
    "number": (
        "number", "adressplatsnummer", "addr:housenumber", "housenumber", "house_number",
        "husnummer", "husnr", "gatunummer", "gatunr", "adressnummer", "nummer", "nr",
    ),
    "letter": ("letter", "bokstavstillagg", "bokstav", "littera"),
    "designation": ("avvikandeadressplatsbeteckning",),
    "status": ("statusforbelagenhetsadress", "adresstatus"),
    "popular_name": ("popularnamn",),
    "name": (
        "name", "namn", "platsnamn", "ortnamn", "plats", "benämning", "title", "titel", "place",
    ),
    "postcode": ("postcode", "addr:postcode", "postnummer", "postnr", "postal_code", "zip"),
    "post_town": ("post_town", "postort", "addr:city", "city", "ort"),
    "district": (
        "district", "kommundel_faststalltnamn", "kommundel", "kommundelsnamn", "addr:suburb",
        "suburb", "stadsdel", "stadsdelsnamn", "distrikt",
    ),
    "municipality": ("municipality", "kommunnamn", "kommun", "addr:municipality"),
    "municipality_code": ("municipality_code", "kommunkod"),
    "uncertainty_m": ("uncertainty_m", "osäkerhet_m"),
    "easting": ("easting", "e", "east", "ost", "öst", "östlig"),
    "northing": ("northing", "n", "north", "nord", "norr", "nordlig"),
    "longitude": ("longitude", "lon", "long", "lng", "longitud"),
    "latitude": ("latitude", "lat", "latitud"),
    # X is north in Swedish surveying and east everywhere else: the values tell.
    "x": ("x",),
    "y": ("y",),
}  # fmt: skip

PAIRS = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
"""Which columns hold a coordinate together, surest first; the last pair says nothing of order."""
_COORDINATES = frozenset(half for pair in PAIRS for half in pair)

_ALIASES = {"lon": "longitude", "lat": "latitude"}

# What makes an object of OpenStreetMap with a name a place that people mean.
_TAGS = (
    "amenity", "shop", "railway", "place", "public_transport", "leisure", "tourism", "office",
)  # fmt: skip

# Exports that nest put the path before these names, which mean the same under any path.
_NESTED = frozenset(
    (
        "adressomradefaststalltnamn", "gardsadressomradefaststalltnamn", "adressplatsnummer",
        "bokstavstillagg", "avvikandeadressplatsbeteckning", "statusforbelagenhetsadress",
        "popularnamn", "postnummer", "postort", "kommundelfaststalltnamn", "kommunkod",
        "kommunnamn",
    )
)  # fmt: skip
# What stands before or after the axis in a column's plain name: "sweref99_18_00_n", "y-koordinat".
_SYSTEM = re.compile(
    r"sweref(?:99)?(?:tm|\d\d(?:00|15|30|45))?|rt90|wgs84|koord(?:inat)?|coord(?:inate)?|point|geo"
)


class Columns(NamedTuple):
    """Which columns of a table are used.

    Attributes
    ----------
    used : dict
        Meaning to column.
    tags : tuple of str
        Columns of OpenStreetMap's tags, of which one must be filled for a name to be a place.
    ignored : tuple of str
        Columns that are not used.
    """

    used: dict[str, str]
    tags: tuple[str, ...]
    ignored: tuple[str, ...]

    def pair(self) -> tuple[str, str] | None:
        """Give the meanings of the two columns that hold coordinates, if there are any."""
        return next((pair for pair in PAIRS if pair[0] in self.used), None)


_MEANING = {
    plain_name(name): (meaning, rank)
    for meaning, names in KNOWN.items()
    for rank, name in enumerate(names)
}


def is_known(name: str) -> bool:
    """Tell whether a text is the name of a column that has a meaning here."""
    return _meaning(name) is not None


def match_columns(
    present: Sequence[str],
    *,
    asked: Mapping[str, str] | None,
    has_geometry: bool,
    file: str,
) -> Columns:
    """Decide which columns of a register are used, and for what.

    Parameters
    ----------
    present : sequence of str
        The table's columns, without the geometry.
    asked : mapping, optional
        Meaning to column, as the caller says; settles that meaning.
    has_geometry : bool
        The table has geometries, so columns with coordinates are left aside unless asked for.
    file : str
        What messages call the file.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        If `asked` names a meaning or column that does not exist, if nothing in the table is a
        street, an address or a name, or if it has no coordinates.
    """
    check_asked(asked or {}, present, known=KNOWN, also=_ALIASES, file=file)
    used = {_ALIASES.get(ours, ours): theirs for ours, theirs in (asked or {}).items()}
    by_asker = not _COORDINATES.isdisjoint(used)
    taken = set(used.values())
    found: dict[str, tuple[tuple[int, int], str]] = {}
    for column in present:
        meaning, *order = _meaning(column) or (None, 0, 0)
        if meaning is None or meaning in used or column in taken:
            continue
        if meaning in _COORDINATES and (has_geometry or by_asker):
            continue
        rank = (order[0], order[1])
        if meaning in found and found[meaning][0] == rank:
            pair = f"{found[meaning][1][:80]!r} and {column[:80]!r}"
            raise InputError(
                f"{file!r} has 2 columns that may be `{meaning}`: {pair}. Choose one with "
                f"columns={{{meaning!r}: {column[:80]!r}}}."
            )
        if meaning not in found or rank < found[meaning][0]:
            found[meaning] = (rank, column)
    used |= {meaning: column for meaning, (_, column) in found.items()}
    _keep_one_pair(used, present, asked=set(asked or {}), file=file)
    tags: tuple[str, ...] = ()
    if plain_name(used.get("name", "")) == "name" and "name" not in (asked or {}):
        there = {*used.values()}
        tags = tuple(
            column for column in present if plain_name(column) in _TAGS and column not in there
        )
    _check_enough(used, present, placed=has_geometry, file=file)
    spent = {*used.values(), *tags}
    return Columns(used, tags, tuple(column for column in present if column not in spent))


def _meaning(column: str) -> tuple[str, int, int] | None:
    """Say what a column means by its name, how usual the name is, and how deep it is nested."""
    plain = plain_name(column)
    if plain in _MEANING:
        return (*_MEANING[plain], 0)
    parts = re.split(r"[._:/]", column)
    for depth in range(1, min(len(parts), 12)):
        inner = plain_name("".join(parts[depth:]))
        if inner in _NESTED:
            return (*_MEANING[inner], depth)
    axis = _MEANING.get(_SYSTEM.sub("", plain))
    return (*axis, 1) if axis is not None and axis[0] in _COORDINATES else None


def _keep_one_pair(
    used: dict[str, str], present: Sequence[str], *, asked: set[str], file: str
) -> None:
    """Leave one pair of coordinates in use: that asked for, else the surest that is whole."""
    asked = {_ALIASES.get(meaning, meaning) for meaning in asked} & _COORDINATES
    for pair in PAIRS:
        halves = [half for half in pair if half in used]
        if len(halves) == 1 and asked & {*pair}:
            (lacking,) = {*pair} - {*halves}
            raise InputError(
                f"{file!r} has no column for `{lacking}`. Name it with columns={{{lacking!r}: …}}. "
                f"The file has: {listed(present)}."
            )
        if len(halves) == 1:
            del used[halves[0]]
    whole = [pair for pair in PAIRS if pair[0] in used]
    for pair in whole[1:]:
        for half in pair:
            del used[half]


def _check_enough(
    used: Mapping[str, str], present: Sequence[str], *, placed: bool, file: str
) -> None:
    """Require something that names, and something that says where."""
    if not {"street", "address", "name", "farm", "street_else", "popular_name"} & used.keys():
        raise InputError(
            f"{file!r} has no column with streets, addresses or names of places among its "
            f"{len(present)} columns: {listed(present)}. Name them, for instance with "
            "columns={'street': …, 'number': …}, columns={'address': …} or columns={'name': …}."
        )
    if not placed and not _COORDINATES & used.keys():
        raise InputError(
            f"{file!r} has no coordinates: neither points nor columns for them among "
            f"{listed(present)}. Name them with columns={{'easting': …, 'northing': …}} or "
            "columns={'lat': …, 'lon': …}."
        )
