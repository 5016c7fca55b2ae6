"""Files of any length to groups of equal rows: what scale enters by.

A file is read a piece at a time, each piece is reduced to its groups, and these are merged: what is
held grows with the sites, not with the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from est_geo.checks import Points, first_row, read_points
from est_geo.checks.coordinate_columns import is_plain, read_columns, say_taken
from est_geo.checks.refusing import Refusal, refuse
from est_geo.errors import InputError
from est_geo.files.pieces import read_pieces
from est_geo.sites.grouping import earliest, latest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from est_geo.files.pieces import Kind

_Result = TypeVar("_Result")

NAME: Final = "incidents"
_PER_UNIT = 2.0**20  # a power of 2, by which nothing is rounded
_WORTH_MERGING = 1 << 18  # groups


class Reduced(NamedTuple):
    """What a file was reduced to.

    Attributes
    ----------
    groups : DataFrame
        One row for each combination of the keys that occurs, with its `n`, `weight`, `first` and
        `last`.
    districts : DataFrame
        `district_id` and `district` as they first stand together.
    crs : CRS
        What the coordinates are in.
    rows, placed : int
        Rows of the file, and how many of them have a point.
    """

    groups: pd.DataFrame
    districts: pd.DataFrame
    crs: CRS
    rows: int
    placed: int


def reduce_file(
    path: str | os.PathLike[str],
    *,
    wanted: Mapping[str, Kind],
    keys: list[str],
    take: Callable[[pd.DataFrame, Points], pd.DataFrame],
) -> Reduced:
    """Reduce a file to the groups of its rows.

    Parameters
    ----------
    path : str or Path
        As for `est_geo.files.pieces.read_pieces`.
    wanted : mapping
        Columns to read and what they hold; `occurred_from` among them.
    keys : list of str
        Columns by which rows are grouped, of those that `take` gives; missing values are alike.
    take : callable
        Gives the rows of a piece that count, with the keys, `district_id`, `district`, `weight` and
        `occurred_from`, and their labels.

    Raises
    ------
    InputError, CRSError
        As of a table, with all rows counted that have the fault of the first that has one.
    FileRefused
        As `read_pieces`.
    """
    faults = _Faults(path)
    parts: list[pd.DataFrame] = []
    districts = pd.DataFrame()
    crs: CRS | None = None
    rows = placed = merged = 0
    taken_as_swedish = False
    for piece in read_pieces(path, wanted=wanted):
        rows += len(piece)
        read = faults.sift(piece, lambda piece: _read(piece, take))
        if read is None:
            continue
        points, counted = read
        crs, placed = points.crs, placed + int(points.there.sum())
        taken_as_swedish = is_plain(piece) and "crs" not in piece.attrs
        named = counted[["district_id", "district"]].drop_duplicates("district_id")
        districts = pd.concat([districts, named]).drop_duplicates("district_id")
        times = counted["occurred_from"]
        parts.append(merge(counted.assign(n=1, first=times, last=times), keys))
        if sum(map(len, parts)) > max(2 * merged, _WORTH_MERGING):
            parts = [merge(pd.concat(parts, ignore_index=True), keys)]
            merged = len(parts[0])
    faults.check(rows)
    if crs is None:
        raise InputError(
            f"`{NAME}` is empty: it has 0 rows. Check the file or the filter before it."
        )
    if taken_as_swedish:
        say_taken(NAME)
    groups = merge(pd.concat(parts, ignore_index=True), keys)
    groups["weight"] += groups.pop("rest")
    return Reduced(groups, districts, crs, rows, placed)


def merge(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Make rows with the same keys one: sums of `n` and `weight`, from `first` to `last`.

    The weight is in two parts, `weight` and `rest`, see `_exact_parts`.
    """
    groups = np.zeros(len(rows), dtype=np.int64)
    count = min(len(rows), 1)
    for key in keys:
        codes, values = pd.factorize(rows[key])
        # Missing is a value like others: 0. No product is larger than groups times values.
        groups, pairs = pd.factorize(groups * (len(values) + 1) + codes + 1)
        count = len(pairs)
    of_group = np.empty(count, dtype=np.int64)
    of_group[groups[::-1]] = np.arange(len(rows))[::-1]
    merged = rows[keys].take(of_group).reset_index(drop=True)
    merged["n"] = np.bincount(groups, rows["n"], minlength=count).astype(np.int64)
    for part, amounts in _exact_parts(rows).items():
        merged[part] = np.bincount(groups, amounts, minlength=count)
    merged["first"] = earliest(groups, rows["first"].to_numpy(), count)
    merged["last"] = latest(groups, rows["last"].to_numpy(), count)
    return merged


def _exact_parts(rows: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Part weights into multiples of a millionth, which add up exactly, and a small rest.

    So the sum is the same to its last digit wherever a piece of the file begins and ends; two
    places of the same weights would else be ranked by where their rows stand.
    """
    weights = rows["weight"].to_numpy(dtype=float)
    if "rest" in rows.columns:
        return {"weight": weights, "rest": rows["rest"].to_numpy()}
    coarse = np.floor(weights * _PER_UNIT) / _PER_UNIT
    return {"weight": coarse, "rest": weights - coarse}


def _read(
    piece: pd.DataFrame, take: Callable[[pd.DataFrame, Points], pd.DataFrame]
) -> tuple[Points, pd.DataFrame]:
    """Read the points and times of a piece, and take its rows that count."""
    if "occurred_from" in piece.columns:
        piece["occurred_from"] = _times(piece)
    if is_plain(piece):
        points = Points(*read_columns(piece, name=NAME, unplaced=True, announce=False))
    else:
        points = read_points(piece, name=NAME, unplaced=True)
    return points, take(piece, points)


def _times(piece: pd.DataFrame) -> pd.Series:
    """Give the times of a piece; those of a CSV are read."""
    given = piece["occurred_from"]
    times = given
    if given.dtype == "str":
        try:
            times = pd.to_datetime(given, format="ISO8601", errors="coerce")
        except ValueError:  # of several time zones
            times = pd.to_datetime(given, format="ISO8601", errors="coerce", utc=True)
        refuse(
            piece,
            (times.isna() & given.notna()).to_numpy(),
            name=NAME,
            fault="whose `occurred_from` is no time as 2026-11-20 22:15",
            remedy="Write them so, or read the file with est_geo.read_incidents.",
        )
        if times.dt.tz is None:
            times = times.astype("datetime64[us]")
    if times.dtype.kind != "M" or isinstance(times.dtype, pd.DatetimeTZDtype):
        raise InputError(
            f"`{NAME}` has {str(times.dtype)[:40]} as `occurred_from`, where times without a zone "
            "are needed, local ones. Make them so with pandas.to_datetime and .dt.tz_convert, "
            ".dt.tz_localize(None)."
        )
    return times


class _Faults:
    """Rows that are refused: all are counted before the file is."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        self.first: Refusal | None = None
        self.kind: type[InputError] = InputError
        self.count = 0

    def sift(self, piece: pd.DataFrame, read: Callable[[pd.DataFrame], _Result]) -> _Result | None:
        """Read a piece without the rows that have a fault, of which all are noted; None if all."""
        while len(piece):
            try:
                return read(piece)
            except InputError as error:
                if not isinstance(error.refusal, Refusal):
                    raise
                self._note(error, error.refusal)
                # The rows that are left may have another fault.
                piece = piece.drop(index=error.refusal.rows)
        return None

    def _note(self, error: InputError, refusal: Refusal) -> None:
        """Count the rows, if their fault is that of the first that had one."""
        if self.first is None:
            self.first, self.kind = refusal, type(error)
        if refusal.fault == self.first.fault:
            self.count += len(refusal.rows)

    def check(self, rows: int) -> None:
        """Raise as a whole table of so many rows would have."""
        if self.first is None:
            return
        name, fault, remedy, refused = self.first
        raise self.kind(
            f"`{name}` has {self.count} of {rows} rows {fault}; "
            f"the first is row {self._label(refused[0])}. {remedy}"
        )

    def _label(self, row: int) -> str:
        """Name a row as in a table: the file is read again, up to it."""
        for piece in read_pieces(self.path, wanted={"incident_id": "text"}):
            if row in piece.index:
                return first_row(piece, piece.index == row)
        return str(row)
