"""Which column of a file means what: by known Swedish and English names, or as the caller says."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# X is north in Swedish surveying and east everywhere else, so x and y alone are never guessed.
KNOWN: dict[str, tuple[str, ...]] = {
    "incident_id": (
        "incident_id", "id", "uid", "idnum", "ärendenummer", "ärendenr", "ärende", "diarienummer",
        "diarienr", "händelseid", "case_number",
    ),
    "occurred_from": (
        "occurred_from", "date", "datum", "tid", "tidpunkt", "datetime", "datumtid", "datum_tid",
        "händelsetid", "händelsedatum", "starttid", "startdatum", "from", "fr_o_m", "from_datum",
        "brottsdatum", "timestamp", "occurred",
    ),
    "occurred_to": (
        "occurred_to", "sluttid", "slutdatum", "tom", "t_o_m", "till", "end_time", "end_date",
    ),
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
    "easting": ("easting", "e", "ost", "öst", "östlig", "sweref_e", "e_koordinat", "sweref99_e"),
    "northing": (
        "northing", "n", "nord", "norr", "nordlig", "sweref_n", "n_koordinat", "sweref99_n",
    ),
}  # fmt: skip

PAIRS = (("longitude", "latitude"), ("easting", "northing"))


def plain_name(name: str) -> str:
    """Reduce a column's name to what is compared: no case, no rings or dots, no separators."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]+", "", letters)


_MEANING = {plain_name(name): meaning for meaning, names in KNOWN.items() for name in names}


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
    used = _check_asked(present, asked or {}, file=file)
    taken = set(used.values())
    asked_position = any(east in used or north in used for east, north in PAIRS)
    positions = {meaning for pair in PAIRS for meaning in pair}
    candidates: dict[str, list[str]] = {}
    for column in present:
        meaning = _MEANING.get(plain_name(column))
        if meaning is None or meaning in used or column in taken:
            continue
        if meaning in positions and (has_geometry or _other_pair(meaning, used)):
            continue
        candidates.setdefault(meaning, []).append(column)
    for meaning, found in candidates.items():
        if len(found) > 1:
            raise InputError(
                f"{file!r} has {len(found)} columns that may be `{meaning}`: {_listed(found)}. "
                f"Choose one with columns={{{meaning!r}: {found[0]!r}}}."
            )
        used[meaning] = found[0]
    _check_position(used, present, placed=has_geometry and not asked_position, file=file)
    return used


def check_columns_exist(
    wanted: Sequence[str], present: Sequence[str], *, name: str, file: str
) -> None:
    """Require that columns the caller names are in the file."""
    missing = [column for column in wanted if column not in present]
    if missing:
        near = difflib.get_close_matches(missing[0], present, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"`{name}` names {len(missing)} column(s) that {file!r} lacks; the first is "
            f"{missing[0]!r}.{hint} The file has: {_listed(present)}."
        )


def _check_asked(present: Sequence[str], asked: Mapping[str, str], *, file: str) -> dict[str, str]:
    """Check what the caller says of the columns."""
    unknown = [meaning for meaning in asked if meaning not in KNOWN]
    if unknown:
        near = difflib.get_close_matches(str(unknown[0]), KNOWN, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"`columns` has {len(unknown)} key(s) that mean nothing here; the first is "
            f"{unknown[0]!r}.{hint} Known: {', '.join(KNOWN)}. Write it as {{ours: the file's}}."
        )
    check_columns_exist(list(asked.values()), present, name="columns", file=file)
    return dict(asked)


def _other_pair(meaning: str, used: Mapping[str, str]) -> bool:
    """Say whether the caller has named a pair of coordinates of which this is no part."""
    return any(meaning not in pair and any(part in used for part in pair) for pair in PAIRS)


def _check_position(
    used: Mapping[str, str], present: Sequence[str], *, placed: bool, file: str
) -> None:
    """Require one way to say where: a geometry, a pair of coordinates, or an address or place."""
    pairs = [pair for pair in PAIRS if any(part in used for part in pair)]
    if len(pairs) > 1:
        raise InputError(
            f"{file!r} has both degrees and easting, northing: "
            f"{_listed([used[part] for pair in pairs for part in pair if part in used])}. "
            "Choose with columns={'longitude': …, 'latitude': …} or columns={'easting': …, "
            "'northing': …}."
        )
    for pair in pairs:
        halves = [part for part in pair if part not in used]
        if halves:
            raise InputError(
                f"{file!r} has no column for `{halves[0]}`. Name it with "
                f"columns={{{halves[0]!r}: …}}. The file has: {_listed(present)}."
            )
    if not placed and not pairs and "address" not in used and "place" not in used:
        raise InputError(
            f"{file!r} has no column that says where: no coordinates, address or place among its "
            f"{len(present)} columns: {_listed(present)}. Name them, for instance with "
            "columns={'easting': …, 'northing': …}; x and y alone are not guessed, since X is "
            "north in Swedish surveying."
        )


def _listed(names: Sequence[str]) -> str:
    """List names from a file, cut short."""
    shown = ", ".join(repr(str(name)[:80]) for name in names[:30])
    return f"{shown} …" if len(names) > 30 else shown  # noqa: PLR2004 - a screenful
