"""What one run leaves for the next: what recurs, and every place in every period.

Internal, whoever the pictures are for: it lies in a folder of its own whose name begins with a dot.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from est_geo.errors import FileRefused, InputError
from est_geo.periods import parse_period
from est_geo.picture.previous import Previous
from est_geo.sharing.outgoing import write_checked

if TYPE_CHECKING:
    from pathlib import Path

    from est_geo.periods import Period
    from est_geo.picture import Picture

FOLDER = ".historik"
_ADDRESSES, _FOLLOWED = "adresser", "platser"
_PLACES = "aterkommande"  # recurring places, which the picture of a week does not have


def before(out: Path, period: Period) -> tuple[Previous | None, dict[str, Path]]:
    """Find what the latest earlier period of the same kind left, and the files of it."""
    earlier = [one for one in _periods(out, period.kind) if one.start < period.start]
    if not earlier:
        return None, {}
    latest = max(earlier, key=lambda one: one.start)
    files = {
        name: path for name, path in _files(out, latest).items() if name != _PLACES or path.exists()
    }
    try:
        addresses = gpd.read_parquet(files[_ADDRESSES])
        followed = pd.read_parquet(files[_FOLLOWED])
        recurring = gpd.read_parquet(files[_PLACES]) if _PLACES in files else None
    except (OSError, ValueError) as error:
        raise FileRefused(
            f"One of {', '.join(repr(path.name) for path in files.values())} in {FOLDER!r} cannot "
            "be read. Take them away; places then get new ids."
        ) from error
    previous = Previous(latest, addresses, followed, recurring)
    return previous, {path.name: path for path in files.values()}


def leave(out: Path, picture: Picture) -> list[Path]:
    """Write what the next period needs of this one."""
    if picture.period is None or picture.followed is None:
        raise InputError("`picture` is of no period, so that none can follow it.")
    (out / FOLDER).mkdir(exist_ok=True, mode=0o700)
    files = _files(out, picture.period)
    content = {}
    tables = {
        _ADDRESSES: picture.addresses,
        _FOLLOWED: picture.followed,
        _PLACES: picture.recurring_places,
    }
    for name, table in tables.items():
        if table is None:
            continue
        buffer = io.BytesIO()
        table.to_parquet(buffer)
        content[files[name]] = buffer.getvalue()
    return write_checked(content)


def _files(out: Path, period: Period) -> dict[str, Path]:
    names = (_ADDRESSES, _FOLLOWED, _PLACES)
    return {name: out / FOLDER / f"{period.key}-{name}.parquet" for name in names}


def _periods(out: Path, kind: str) -> list[Period]:
    """List the periods of a kind of which both files are there."""
    found = []
    for path in sorted((out / FOLDER).glob(f"*-{_FOLLOWED}.parquet")):
        try:
            period = parse_period(path.name.removesuffix(f"-{_FOLLOWED}.parquet"))
        except InputError:
            continue
        if period.kind == kind and _files(out, period)[_ADDRESSES].exists():
            found.append(period)
    return found
