"""Which column of a file means what: by known Swedish and English names, or as the caller says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from est_geo.errors import InputError
from est_geo.files.column_names import check_asked, listed, plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KNOWN: dict[str, tuple[str, ...]] = {
    "incident_id": (
        "incident_id", "id", "uid", "idnum", "ärendenummer", "ärendenr", "ärende", "diarienummer",
        "diarienr", "händelseid", "case_number",
    ),
    "occurred_from": (
        "occurred_from", "date", "datum", "tid", "tidpunkt", "datetime", "datumtid", "datum_tid",
        "datum_och_tid", "händelsetid", "händelsedatum", "händelsetidpunkt", "starttid",
        "startdatum", "start", "from", "från", "fr_o_m", "from_datum", "från_datum", "från_tid",
        "brottsdatum", "brottstid", "timestamp", "occurred", "time", "start_date", "start_time",
    ),
    "occurred_from_clock": ("klockslag", "klockan", "kl", "från_klockslag", "från_kl", "start_kl"),
    "occurred_to": (
        "occurred_to", "sluttid", "slutdatum", "slut", "tom", "t_o_m", "till", "till_datum",
        "till_tid", "tom_datum", "end_time", "end_date",
    ),
    "occurred_to_clock": ("slutklockslag", "till_klockslag", "till_kl", "slut_kl"),
    "category": (
        "category", "kategori", "brottstyp", "brottskategori", "händelsetyp", "händelse", "typ",
        "type", "problem", "offense_type", "avvikelse",
    ),
    "source": ("source", "källa", "rapportör", "uppgiftslämnare"),
    "weight": ("weight", "vikt"),
    "address": ("address", "adress", "gatuadress", "street_address"),
    "place": ("place", "plats", "platsnamn", "location_name"),
    "longitude": ("longitude", "lon", "long", "lng", "longitud"),
    "latitude": ("latitude", "lat", "latitud"),
    "easting": ("easting", "e", "east", "ost", "öst", "östlig", "öster"),
    "northing": ("northing", "n", "north", "nord", "norr", "nordlig"),
    # X is north in Swedish surveying and east everywhere else: the values tell.
    "x": ("x",),
    "y": ("y",),
    "position": (
        "position", "koordinater", "koordinat", "koordinatpar", "coordinates", "coordinate", "gps",
        "gps_position", "gps_koordinater", "lat_long", "lat_lon", "lat_lng", "lon_lat", "long_lat",
        "wgs84", "sweref99", "sweref99_tm",
    ),
}  # fmt: skip

# The last pair's names say nothing of which half is east.
PAIRS = (("longitude", "latitude"), ("easting", "northing"), ("x", "y"))
# A column with both halves in each cell.
POSITION = "position"
_POSITIONS = frozenset((*(meaning for pair in PAIRS for meaning in pair), POSITION))

# What stands before or after the axis in a column's plain name: "sweref99_18_00_n", "y-koordinat".
_SYSTEM = re.compile(
    r"sweref(?:99)?(?:tm|\d\d(?:00|15|30|45))?|rt90|wgs84|epsg\d{4}|koord(?:inat)?|coord(?:inate)?"
    r"|point|geo"
)


# Beside a column of dates these hold times of day; alone, they may hold both.
_CLOCKS = frozenset(
    map(
        plain_name,
        ("tid", "tidpunkt", "starttid", "händelsetid", "från_tid", "brottstid", "time",
         "start_time", "sluttid", "till_tid", "end_time"),
    )
)  # fmt: skip
_MEANING = {plain_name(name): meaning for meaning, names in KNOWN.items() for name in names}


def _meaning(column: str) -> str | None:
    """Say what a column means by its name; None where it is not known."""
    plain = plain_name(column)
    if plain in _MEANING:
        return _MEANING[plain]
    axis = _MEANING.get(_SYSTEM.sub("", plain))
    return axis if axis in _POSITIONS and axis != POSITION else None


def is_known(name: str) -> bool:
    """Tell whether a text is the name of a column that has a meaning here."""
    return _meaning(name) is not None


def match_columns(
    present: Sequence[str],
    *,
    asked: Mapping[str, str] | None,
    has_geometry: bool,
    file: str,
) -> dict[str, str]:
    """Decide which columns of a file are used, and for what.

    Parameters
    ----------
    present : sequence of str
        The file's columns, without the geometry.
    asked : mapping, optional
        Meaning to column, as the caller says; settles that meaning.
    has_geometry : bool
        The file has geometries, so columns with coordinates are left aside unless asked for.
    file : str
        What messages call the file.

    Returns
    -------
    dict
        Meaning to column.

    Raises
    ------
    InputError
        If `asked` names a meaning or column that does not exist, if two columns mean the same, if
        half a pair of coordinates is there, or if nothing says where incidents happened.
    """
    used = dict(asked or {})
    check_asked(used, present, known=KNOWN, file=file)
    taken = set(used.values())
    asked_position = not _POSITIONS.isdisjoint(used)
    candidates: dict[str, list[str]] = {}
    for column in present:
        meaning = _meaning(column)
        if meaning is None or meaning in used or column in taken:
            continue
        if meaning in _POSITIONS and (has_geometry or _other_position(meaning, used)):
            continue
        candidates.setdefault(meaning, []).append(column)
    _part_clocks(candidates, used)
    for meaning in _weaker({*candidates, *used}):
        candidates.pop(meaning, None)
    for meaning, found in candidates.items():
        if len(found) > 1:
            raise InputError(
                f"{file!r} has {len(found)} columns that may be `{meaning}`: {listed(found)}. "
                f"Choose one with columns={{{meaning!r}: {found[0]!r}}}."
            )
        used[meaning] = found[0]
    _check_position(used, present, placed=has_geometry and not asked_position, file=file)
    return used


def _other_position(meaning: str, used: Mapping[str, str]) -> bool:
    """Say whether the caller has named coordinates of which this is no part."""
    ways = (*PAIRS, (POSITION,))
    return any(meaning not in way and any(part in used for part in way) for way in ways)


def _part_clocks(candidates: dict[str, list[str]], asked: Mapping[str, str]) -> None:
    """Set columns of times of day apart from those of dates; without dates they are no use.

    Where the caller has said which column holds the dates, the clock is theirs to name too.
    """
    for meaning in ("occurred_from", "occurred_to"):
        found = candidates.get(meaning, [])
        clocks = [column for column in found if plain_name(column) in _CLOCKS]
        if clocks and len(clocks) < len(found):
            candidates[meaning] = [column for column in found if column not in clocks]
            candidates.setdefault(f"{meaning}_clock", []).extend(clocks)
        if meaning in asked or "occurred_from" not in {*candidates, *asked}:
            candidates.pop(f"{meaning}_clock", None)


def _weaker(there: set[str]) -> set[str]:
    """Name the coordinates that others say better: by their axes, then x and y, then one column.

    Half a pair of x and y says nothing, and half of another one only where nothing else does.
    """
    whole = [pair for pair in PAIRS if there.issuperset(pair)]
    halves = {part for pair in PAIRS if pair not in whole for part in pair}
    if not whole:
        return halves if POSITION in there else set(PAIRS[-1])
    return {*halves, POSITION, *(PAIRS[-1] if len(whole) > 1 else ())}


def _check_position(
    used: Mapping[str, str], present: Sequence[str], *, placed: bool, file: str
) -> None:
    """Require one way to say where: a geometry, a pair of coordinates, or an address or place."""
    pairs = [pair for pair in PAIRS if any(part in used for part in pair)]
    if len(pairs) + (POSITION in used) > 1:
        raise InputError(
            f"{file!r} has both degrees and easting, northing: "
            f"{listed([used[part] for part in KNOWN if part in _POSITIONS and part in used])}. "
            "Choose with columns={'longitude': …, 'latitude': …} or columns={'easting': …, "
            "'northing': …}."
        )
    for pair in pairs:
        halves = [part for part in pair if part not in used]
        if halves:
            raise InputError(
                f"{file!r} has no column for `{halves[0]}`. Name it with "
                f"columns={{{halves[0]!r}: …}}. The file has: {listed(present)}."
            )
    if (
        not placed
        and not pairs
        and POSITION not in used
        and "address" not in used
        and "place" not in used
    ):
        raise InputError(
            f"{file!r} has no column that says where: no coordinates, address or place among its "
            f"{len(present)} columns: {listed(present)}. Name them, for instance with "
            "columns={'easting': …, 'northing': …}, or columns={'x': …, 'y': …} where it is not "
            "known which of them is east."
        )
