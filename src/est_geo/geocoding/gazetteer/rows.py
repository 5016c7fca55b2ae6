"""The rows of one register as entries: addresses, places, or both; or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from est_geo.errors import InputError
from est_geo.files.column_names import plain_name
from est_geo.geocoding.addresses import Address, parse_address, split_type, street_key
from est_geo.geocoding.gazetteer.columns import Columns, match_columns
from est_geo.geocoding.gazetteer.points import Points, find_points
from est_geo.geocoding.gazetteer.text import (
    TEXT,
    clean,
    read_designation,
    read_numbers,
    read_postcodes,
)
from est_geo.geography.municipalities import Municipality, find_municipality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

    from est_geo.files import OpenedFile

    Mask = np.ndarray[Any, np.dtype[np.bool_]]
    Texts = pd.Series[Any]

EntryKind = Literal["address", "place"]

NOT_IN_FORCE = "address not in force"
NOTHING_NAMED = "neither a street nor a name"
NO_STREET = "no street"
NO_NAME = "no name"
ADDRESS_NOT_READ = "address not understood"
NUMBER_NOT_READ = "number not understood"
NO_NUMBER = "no number, on a street with numbers"
REPEATED = "repeats another row"

PLACE_REACH_M = 100.0
"""How far from its point a place reaches where the register has only a point."""

_IN_FORCE = "gallande"
_ABOUT = ("postcode", "post_town", "district", "municipality")
# There are 290; a column with many more different texts holds something else.
MOST_MUNICIPALITIES = 400
_BLANK = pd.array([np.nan], dtype=TEXT)


class Asked(NamedTuple):
    """What the caller asked for, the same for every file."""

    columns: Mapping[str, str] | None
    crs: CRS | None
    area: Municipality | None
    kind: EntryKind | None


class Part(NamedTuple):
    """One register as read.

    Attributes
    ----------
    entries : DataFrame
        As `est_geo.schema.GAZETTEER`, with the points in an array apart, and `row`: the position
        in `reasons`.
    points : array of Points
        One for each entry.
    reasons : array of str
        One for each row of the file: why it gives no entry, empty where it gives one.
    crs : CRS
        Of the points.
    columns : Columns
        Which were used.
    readings : tuple of str
        What the coordinates were read as.
    """

    entries: pd.DataFrame
    points: np.ndarray[Any, np.dtype[np.object_]]
    reasons: np.ndarray[Any, np.dtype[np.object_]]
    crs: CRS
    columns: Columns
    readings: tuple[str, ...]


class _Addresses(NamedTuple):
    """What the rows say of their address: the street, and the numbers as distinct readings."""

    street: Texts
    numbers: list[tuple[tuple[int, str], ...]]
    code: np.ndarray[Any, np.dtype[np.intp]]
    postcode: Texts
    post_town: Texts
    fault: np.ndarray[Any, np.dtype[np.object_]]
    is_place: Mask


def read_part(
    opened: OpenedFile, file: str, asked: Asked, *, to_crs: CRS | None, row_name: str
) -> Part:
    """Read one opened register: every row gives entries or has a reason.

    Parameters
    ----------
    opened : OpenedFile
        The file.
    file : str
        What messages call it.
    asked : Asked
        What the caller asked for.
    to_crs : CRS, optional
        CRS in metres of the points; chosen where it is not given.
    row_name : str
        What stands before a row's number to make its identifier.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If the columns needed are not there.
    CRSError
        If the CRS is not known or contradicts the file.
    """
    table = opened.table
    geometry = table.geometry.name if _has_geometry(table) else None
    present = [str(column) for column in table.columns if column != geometry]
    columns = match_columns(
        present, asked=asked.columns, has_geometry=geometry is not None, file=file
    )
    if asked.kind == "place" and not {"name", "popular_name"} & columns.used.keys():
        raise InputError(
            f"`kind` is 'place', but {file!r} has no column with names of places. Name it with "
            "columns={'name': …}."
        )
    points = find_points(
        table,
        columns,
        crs=asked.crs,
        to_crs=to_crs,
        area=asked.area,
        names_crs=opened.names_crs,
        file=file,
    )
    reasons = points.fault
    status = _text(table, columns, "status")
    if "status" in columns.used:
        in_force = [text for text in status.dropna().unique() if plain_name(text) == _IN_FORCE]
        reasons[~status.isin(in_force).to_numpy()] = NOT_IN_FORCE
    broken = opened.faults[opened.faults["row"].isin(table.index)]
    reasons[table.index.get_indexer(pd.Index(broken["row"]))] = broken["reason"].to_numpy()
    entries = _make_entries(table, columns, points, reasons, asked, row_name=row_name)
    # Rows that are in the faults only: those of a CSV with too many or too few fields.
    lost = opened.faults.loc[~opened.faults["row"].isin(table.index), "reason"]
    return Part(
        entries,
        points.points[entries["row"].to_numpy()],
        np.concatenate([reasons, lost.to_numpy(dtype=object)]),
        points.crs,
        columns,
        points.readings,
    )


def _has_geometry(table: pd.DataFrame) -> bool:
    return isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None


def _text(table: pd.DataFrame, columns: Columns, meaning: str) -> Texts:
    """Give a column as clean text, by position; all missing where the table has none."""
    if meaning not in columns.used:
        return pd.Series(np.nan, index=range(len(table)), dtype=TEXT)
    return clean(table[columns.used[meaning]].reset_index(drop=True))


def _make_entries(
    table: pd.DataFrame,
    columns: Columns,
    points: Points,
    reasons: np.ndarray[Any, np.dtype[np.object_]],
    asked: Asked,
    *,
    row_name: str,
) -> pd.DataFrame:
    """Make the entries of all rows without a fault, and say why rows give none."""
    found = _read_addresses(table, columns)
    names = _names(table, columns, found.street)
    about = {meaning: _text(table, columns, meaning) for meaning in _ABOUT}
    about["postcode"] = read_postcodes(about["postcode"]).fillna(found.postcode)
    about["post_town"] = about["post_town"].fillna(found.post_town)
    code = _text(table, columns, "municipality_code")
    about["municipality"] = _official(about["municipality"].fillna(code))
    row_number = pd.Series(table.index).astype(TEXT)
    about["entry_id"] = _text(table, columns, "entry_id").fillna(row_name + row_number)
    stated = None
    if "uncertainty_m" in columns.used:
        stated, _ = read_numbers(table[columns.used["uncertainty_m"]])
    free = reasons == ""
    wanted = free & found.street.notna().to_numpy() & (found.fault == "")
    makes_place = wanted & found.is_place & (asked.kind is None)
    makes_address = wanted & ~makes_place & (asked.kind != "place")
    pieces = [_address_rows(found, np.flatnonzero(makes_address))]
    if asked.kind != "address":
        names.append(found.street.where(makes_place))
        reach = np.where(points.reach > 0, points.reach, PLACE_REACH_M)
        if stated is not None:
            good = np.isfinite(stated) & (stated > 0)
            reach = np.where(good, stated, reach)
        pieces += [_place_rows(name, np.flatnonzero(free & name.notna()), reach) for name in names]
    entries = pd.concat(pieces, ignore_index=True)
    at = entries["row"].to_numpy()
    for meaning, texts in about.items():
        entries[meaning] = texts.take(at).array
    gives = np.zeros(len(reasons), dtype=bool)
    gives[at] = True
    nothing = {None: NOTHING_NAMED, "address": NO_STREET, "place": NO_NAME}[asked.kind]
    said = found.fault if asked.kind != "place" else np.full(len(reasons), "", dtype=object)
    none = free & ~gives
    reasons[none] = np.where(said[none] == "", nothing, said[none])
    return entries


def _names(table: pd.DataFrame, columns: Columns, street: Texts) -> list[Texts]:
    """Give the names that make rows a place."""
    name = _text(table, columns, "name")
    # Beside an address, a name that is one itself says it again: a school called "Zornvägen 26".
    beside = name.where(street.notna())
    code, distinct = pd.factorize(beside)
    name = name.mask(np.array([_is_address(text) for text in distinct] + [False])[code])
    if columns.tags:
        tagged = np.zeros(len(table), dtype=bool)
        for tag in columns.tags:
            texts = clean(table[tag].reset_index(drop=True))
            tagged |= (texts.notna() & (texts != "no")).to_numpy()
        name = name.where(tagged)
    return [name, _text(table, columns, "popular_name")]


def _address_rows(found: _Addresses, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Lay out addresses: one entry for each number that a row stands for."""
    many = np.array([max(len(numbers), 1) for numbers in found.numbers])
    starts = np.concatenate([[0], np.cumsum(many)])[:-1]
    flat = [pair for numbers in found.numbers for pair in (numbers or ((0, ""),))]
    number = np.array([pair[0] for pair in flat], dtype="int64")
    letter = np.array([pair[1] or np.nan for pair in flat], dtype=object)
    repeat = many[found.code[rows]]
    row = np.repeat(rows, repeat)
    within = np.arange(len(row)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    place = starts[found.code[row]] + within
    return pd.DataFrame(
        {
            "kind": pd.array(["address"], dtype=TEXT).repeat(len(row)),
            "street": found.street.take(row).array,
            "number": number[place],
            "letter": pd.Series(letter, dtype=TEXT).take(place).array,
            "name": _BLANK.repeat(len(row)),
            "uncertainty_m": 0.0,
            "row": row,
        }
    )


def _place_rows(name: Texts, rows: np.ndarray[Any, Any], reach: Any) -> pd.DataFrame:  # noqa: ANN401 - array
    """Lay out places."""
    return pd.DataFrame(
        {
            "kind": pd.array(["place"], dtype=TEXT).repeat(len(rows)),
            "street": _BLANK.repeat(len(rows)),
            "number": np.zeros(len(rows), dtype="int64"),
            "letter": _BLANK.repeat(len(rows)),
            "name": name.take(rows).array,
            "uncertainty_m": reach[rows],
            "row": rows,
        }
    )


def _read_addresses(table: pd.DataFrame, columns: Columns) -> _Addresses:
    """Read streets and numbers, from columns of their own or from whole addresses."""
    street = _text(table, columns, "street")
    whole = _text(table, columns, "address")
    if "street" in columns.used and not {"number", "designation"} & columns.used.keys():
        # Without a column for numbers they stand after the street, if anywhere.
        whole, street = street.fillna(whole), street.mask(street.notna())
    street = street.fillna(_text(table, columns, "street_else"))
    farm = _text(table, columns, "farm")
    street = street.where(farm.isna(), (street + " ").fillna("") + farm)
    number, letter = _text(table, columns, "number"), _text(table, columns, "letter")
    sign = _text(table, columns, "designation")
    number = number.mask(number.str.fullmatch(r"0+(?:\.0+)?", na=False))
    # Some repeat in the number the letter that has a column of its own.
    number = number.str.replace(r"\.0+$", "", regex=True)
    alone = letter.isna() | number.isna() | number.str.contains(r"[^\W\d]$", na=False)
    usual = number.where(alone, number + letter)
    code, distinct = pd.factorize(usual)
    readings = [read_designation(text) for text in distinct]
    sign_code, signs = pd.factorize(sign)
    by_sign = [read_designation(text) for text in signs]
    # A deviating sign goes before the number that the register had to give instead.
    use_sign = np.array([bool(read) for read in by_sign] + [False])[sign_code]
    code = np.where(use_sign, sign_code + len(readings), code)
    readings += by_sign
    unread = np.array([not read for read in readings] + [False])[code]
    unread |= (code < 0) & (sign.notna() | letter.notna()).to_numpy()
    whole = whole.where(street.isna())
    parsed_code, texts = pd.factorize(whole)
    parsed = [parse_address(text) for text in texts]
    offset = len(readings)
    readings += [_numbers_of(one) for one in parsed]
    is_whole = parsed_code >= 0
    code = np.where(is_whole, parsed_code + offset, code)
    streets = np.array([one.street or np.nan for one in parsed] + [np.nan], dtype=object)
    street = street.where(~is_whole, pd.Series(streets[parsed_code], dtype=TEXT))
    nowhere = np.array([not one.street for one in parsed] + [False])[parsed_code]
    # A head without a number that is no street's name names a place: "Häggviks station".
    is_place = np.array([_names_a_place(one) for one in parsed] + [False])[parsed_code]
    fault = np.full(len(table), "", dtype=object)
    fault[nowhere] = ADDRESS_NOT_READ
    fault[unread & ~is_whole & street.notna().to_numpy()] = NUMBER_NOT_READ
    # Rows without a number have the reading that is put last.
    readings.append(())
    code = np.where(code < 0, len(readings) - 1, code)
    postcodes = np.array([one.postcode or np.nan for one in parsed] + [np.nan], dtype=object)
    towns = np.array([_town(one) for one in parsed] + [np.nan], dtype=object)
    return _Addresses(
        street,
        readings,
        code,
        pd.Series(postcodes[parsed_code], dtype=TEXT),
        pd.Series(towns[parsed_code], dtype=TEXT),
        fault,
        is_place,
    )


def _numbers_of(address: Address) -> tuple[tuple[int, str], ...]:
    """List the numbers that a parsed address stands for."""
    if address.number is None:
        return ()
    if address.to_number is None:
        return ((address.number, address.letter),)
    read = read_designation(f"{address.number}{address.letter}-{address.to_number}")
    return read or ((address.number, address.letter),)


def _names_a_place(address: Address) -> bool:
    """Tell whether an address names a place: no number, and no word for a street."""
    if not address.street or address.number is not None:
        return False
    return not split_type(street_key(address.street))[1]


def _is_address(text: str) -> bool:
    """Tell whether a text is a street with a number, by a word for a street."""
    address = parse_address(text)
    return address.number is not None and bool(split_type(street_key(address.street))[1])


def _town(address: Address) -> Any:  # noqa: ANN401 - text or NaN, as pandas has it
    """Give the postal place, which is known to be one where it follows a postcode."""
    return address.others[-1] if address.postcode and address.others else np.nan


def official_municipality(text: str) -> Municipality | None:
    """Find a municipality by a text from a register; None where it is none."""
    try:
        return find_municipality(text)
    except InputError:
        return None


def _official(texts: Texts) -> Texts:
    """Give municipalities their usual names: "Sollentuna kommun" and "163" are Sollentuna."""
    distinct = texts.dropna().unique()
    if len(distinct) > MOST_MUNICIPALITIES:
        return texts
    found = {text: official_municipality(text) for text in distinct}
    return texts.replace({text: one.name for text, one in found.items() if one is not None})
