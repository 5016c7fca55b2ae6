"""Names of a file's columns: what of them is compared, and whether those asked for are there."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_SCREENFUL: Final = 30


def plain_name(name: str) -> str:
    """Reduce a column's name to what is compared: no case, no rings or dots, no separators."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]+", "", letters)


def listed(names: Sequence[object]) -> str:
    """List names from a file, cut short."""
    shown = ", ".join(repr(str(name)[:80]) for name in names[:_SCREENFUL])
    return f"{shown} …" if len(names) > _SCREENFUL else shown or "none"


def check_asked(
    asked: Mapping[str, str],
    present: Sequence[str],
    *,
    known: Collection[str],
    also: Collection[str] = (),
    file: str,
) -> None:
    """Require that `columns={ours: the file's}` has meanings we know and columns that are there.

    `known` is what messages list; `also` are other words for the same.
    """
    unknown = [meaning for meaning in asked if meaning not in known and meaning not in also]
    if unknown:
        raise InputError(
            f"`columns` has {len(unknown)} key(s) that mean nothing here; the first is "
            f"{str(unknown[0])[:80]!r}.{_did_you_mean(unknown[0], known)} Known: "
            f"{', '.join(known)}. Write it as {{ours: the file's}}."
        )
    check_columns_exist(list(asked.values()), present, name="columns", file=file)


def check_columns_exist(
    wanted: Sequence[str], present: Sequence[str], *, name: str, file: str
) -> None:
    """Require that columns the caller names are in the file."""
    missing = [column for column in wanted if column not in present]
    if missing:
        raise InputError(
            f"`{name}` names {len(missing)} column(s) that {file!r} lacks; the first is "
            f"{str(missing[0])[:80]!r}.{_did_you_mean(missing[0], present)} "
            f"The file has: {listed(present)}."
        )


def _did_you_mean(name: object, known: Collection[str]) -> str:
    """Name the likest of what there is, if any is like it."""
    near = difflib.get_close_matches(str(name), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
