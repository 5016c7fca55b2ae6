"""The analyst's own words for streets and places, which no register has."""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from est_geo.errors import FileRefused, InputError
from est_geo.files.guards import check_local
from est_geo.files.opening import open_file
from est_geo.geocoding.addresses import street_key

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALIAS: Final = ("alias",)
_MEANS: Final = ("means", "betyder")
_TABLE = "aliases"
_MAX_BYTES = 1024**2
_MAX_SHOWN = 40

_log = logging.getLogger(__name__)


def read_aliases(aliases: str | os.PathLike[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Read what words for streets and places mean.

    Parameters
    ----------
    aliases : str, Path, mapping or None
        A mapping of the word to the text that is to be read instead, such as ``{"Systemet":
        "Sollentuna centrum"}``; or a local file of at most 1 MB: TOML with such pairs, at the top
        or under ``[aliases]``, or a table (CSV or workbook) with the columns `alias` and `means`
        (or `betyder`). Rows of a table without a meaning are words still to be decided on; they
        are left out and counted in the log. Other columns are not used.

    Returns
    -------
    dict
        `street_key` of the word to the text. An alias that means another is followed to the end.

    Raises
    ------
    FileRefused
        If the file is unsafe, not there, too large, damaged or of another kind.
    InputError
        If a word has no letter or digit, is there with two meanings or without any, leads back to
        itself, or something else stands in the file than what is described above.
    """
    if aliases is None:
        return {}
    if isinstance(aliases, Mapping):
        name, pairs = "`aliases`", list(aliases.items())
    elif isinstance(aliases, str | os.PathLike):
        check_local(os.fspath(aliases))
        path = Path(aliases)
        name = repr(path.name)
        pairs = _pairs_of(path, name=name)
    else:
        raise InputError(
            f"`aliases` must be a file's name or a mapping of text, not {type(aliases).__name__}."
        )
    words = _followed(_words(pairs, name=name), name=name)
    _log.info("%d aliases from %s", len(words), name)
    return words


def _pairs_of(path: Path, *, name: str) -> list[tuple[str, str]]:
    """Read the pairs of a file."""
    if not path.is_file():
        raise FileRefused(f"{name} does not exist or is no plain file. Check name and folder.")
    if path.stat().st_size > _MAX_BYTES:
        raise FileRefused(f"{name} is larger than 1 MB, which no list of aliases is. Shorten it.")
    return _of_toml(path, name=name) if path.suffix.lower() == ".toml" else _of_table(path)


def _of_toml(path: Path, *, name: str) -> list[tuple[str, str]]:
    """Read the pairs of a TOML file."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileRefused(
            f"{name} is not TOML in UTF-8, or has a word twice. Write lines such as "
            '"Systemet" = "Sollentuna centrum", with both in quotation marks.'
        ) from error
    if not isinstance(document.get(_TABLE), dict):
        return list(document.items())
    beside = [key for key in document if key != _TABLE]
    if beside:
        raise InputError(
            f"{name} has {len(beside)} key(s) beside [aliases]; the first is {_shown(beside[0])}. "
            "Move all pairs below [aliases]."
        )
    return list(document[_TABLE].items())


def _of_table(path: Path) -> list[tuple[str, str]]:
    """Read the pairs of a CSV or a sheet."""
    opened = open_file(path, known=lambda column: _plain(column) in {*_ALIAS, *_MEANS})
    name = repr(path.name)
    if len(opened.faults):
        first = opened.faults.iloc[0]
        raise FileRefused(
            f"{name} has {len(opened.faults)} of {opened.rows} rows that cannot be read; the first "
            f"is row {first['row']}: {first['reason']}. Mend it."
        )
    columns = []
    for wanted in (_ALIAS, _MEANS):
        found = [column for column in opened.table.columns if _plain(column) in wanted]
        if len(found) != 1:
            raise InputError(
                f"{name} has {len(found)} columns named {' or '.join(wanted)}, one is needed. "
                "Write alias;betyder in the first row."
            )
        columns.append(opened.table[found[0]].astype("str").str.strip())
    alias, means = columns
    decided = means.notna() & (means != "")
    if not decided.all():
        _log.info("%d of %d aliases in %s have no meaning yet", (~decided).sum(), len(alias), name)
    return list(zip(alias[decided].fillna(""), means[decided], strict=True))


def _words(pairs: Iterable[tuple[object, object]], *, name: str) -> dict[str, str]:
    """Reduce words to what is compared, each with one meaning."""
    words: dict[str, str] = {}
    for alias, means in pairs:
        key = street_key(alias) if isinstance(alias, str) else ""
        if not key:
            raise InputError(
                f"{name} has an alias without a letter or digit, {_shown(alias)}, which cannot be "
                "compared. Leave it out."
            )
        if not isinstance(means, str) or not means.strip():
            raise InputError(
                f"{name} has no text for what {_shown(alias)} means. Write it as "
                '"Systemet" = "Sollentuna centrum", both in quotation marks.'
            )
        text = " ".join(means.split())
        if words.setdefault(key, text) != text:
            raise InputError(
                f"{name} has two meanings of {_shown(alias)} (case, rings, dots and blanks do not "
                "count). Leave one of them."
            )
    return words


def _followed(words: dict[str, str], *, name: str) -> dict[str, str]:
    """Put the end of a chain in place of its steps."""
    next_of = {alias: street_key(means) for alias, means in words.items()}
    ends: dict[str, str] = {}
    for alias in words:
        # In order; a chain that joins one followed before ends where that does.
        passed = {alias: None}
        last = alias
        while next_of[last] in words and last not in ends:
            if next_of[last] in passed:
                raise InputError(
                    f"{name} has an alias that leads back to itself in {len(passed)} step(s): "
                    f"{_shown(words[last])}. Let it mean an address or a place of the register."
                )
            last = next_of[last]
            passed[last] = None
        ends |= dict.fromkeys(passed, ends.get(last, words[last]))
    return ends


def _plain(column: str) -> str:
    """Reduce a column's name to what is compared."""
    return column.strip().casefold()


def _shown(text: object) -> str:
    """Show a word of the caller's own list, cut short."""
    return repr(str(text)[:_MAX_SHOWN])
