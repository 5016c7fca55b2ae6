"""Reporters' own words for what happened, to the categories that the picture is made of."""

from __future__ import annotations

import difflib
import logging
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from est_geo.errors import FileRefused, InputError
from est_geo.files.column_names import plain_name
from est_geo.files.guards import check_local

if TYPE_CHECKING:
    from typing import Any

CATEGORY_LABELS: Final = {
    "skadegorelse": "Skadegörelse",
    "klotter": "Klotter",
    "nedskrapning": "Nedskräpning",
    "narkotika": "Narkotika",
    "ordningsstorning": "Ordningsstörning",
    "trafik_buskorning": "Trafik och buskörning",
    "brand": "Brand",
    "vald_hot": "Våld och hot",
    "incident_anstalld": "Incident mot anställd",
    "inbrott_stold": "Inbrott och stöld",
    "otrygg_plats": "Otrygg plats",
    "oro_rykten": "Oro och rykten",
    "arrangemang": "Arrangemang",
    "ovrigt": "Övrigt",
}
CATEGORIES: Final = tuple(CATEGORY_LABELS)
# What lasts rather than happens: counted once a place and month, however often it is reported.
STATES: Final = ("otrygg_plats",)

_DEFAULT = Path(__file__).with_name("categories.toml")
_MAX_BYTES = 1024**2
_MAX_SHOWN = 40

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CategoryMap:
    """Which words mean which category.

    Attributes
    ----------
    words : dict
        Plain word (no case, no rings or dots, no separators) to category.
    name : str
        Where it is from.
    """

    words: Mapping[str, str] = field(repr=False)
    name: str


class Mapped(NamedTuple):
    """Categories of a column.

    Attributes
    ----------
    values : Series of n text
        One of `CATEGORIES`, the reporter's own text where no word fits, missing where that is.
    unmapped : Series of int
        How often each text without a category occurs, by text; the most frequent first.
    """

    values: pd.Series[Any]
    unmapped: pd.Series[Any]

    @property
    def share(self) -> float:
        """Share of the texts that got a category, 0 to 1; NaN where there is no text."""
        known = int(self.values.notna().sum())
        return 1 - float(self.unmapped.sum()) / known if known else float("nan")


def load_categories(
    source: str | os.PathLike[str] | Mapping[str, str] | None = None,
) -> CategoryMap:
    """Load the words that mean each category.

    Parameters
    ----------
    source : str, Path or mapping, optional
        A local .toml file with a table ``[categories]`` of lists, ``klotter = ["Graffiti", …]``; or
        a mapping of the reporter's text to our category. Either is added to the default mapping and
        goes before it; ``defaults = false`` at the top of the file leaves the default out.

    Returns
    -------
    CategoryMap
        To be handed to `map_categories`. Each category's own name and label is always known.

    Raises
    ------
    FileRefused
        If the file is not there, not local, too large or not TOML.
    InputError
        If a category is not one of `CATEGORIES`, a word means two of them, or something else stands
        in the file than what is described above.
    """
    own = _words(
        (
            (word, category)
            for category, label in CATEGORY_LABELS.items()
            for word in (category, label)
        ),
        name="CATEGORY_LABELS",
    )
    if isinstance(source, Mapping):
        added, defaults, name = _words(source.items(), name="categories"), True, "a mapping"
    elif source is None:
        added, defaults, name = {}, True, "est_geo"
    else:
        check_local(os.fspath(source))
        path = Path(source)
        name = path.name
        added, defaults = _read(path, name=repr(name))
    default = _read(_DEFAULT, name=repr(_DEFAULT.name))[0] if defaults else {}
    return CategoryMap(default | own | added, name)


def map_categories(values: pd.Series[Any], mapping: CategoryMap) -> Mapped:
    """Put our categories in place of the reporters' words.

    Words are compared whole, whatever their case, rings and dots, and separators; nothing is
    guessed from a part of a text.

    Parameters
    ----------
    values : Series of n text
        As reported; missing stays missing.
    mapping : CategoryMap
        From `load_categories`.

    Returns
    -------
    Mapped
        The categories, and what had none.
    """
    codes, texts = pd.factorize(values)
    found = [mapping.words.get(plain_name(str(text))) for text in texts]
    names = np.array([*(new or old for new, old in zip(found, texts, strict=True)), np.nan], object)
    result = pd.Series(pd.array(names[codes], dtype="str"), index=values.index, name=values.name)
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    missed = np.array([new is None for new in found], dtype=bool)
    unmapped = pd.Series(counts[missed], index=pd.Index(texts[missed], dtype="str"), name="n")
    unmapped = (
        unmapped.rename_axis("category").sort_index().sort_values(ascending=False, kind="stable")
    )
    mapped = Mapped(result, unmapped)
    _log.info(
        "categories by %s: %d of %d texts mapped, %d different ones not",
        mapping.name,
        int(result.notna().sum() - unmapped.sum()),
        int(result.notna().sum()),
        len(unmapped),
    )
    return mapped


def _read(path: Path, *, name: str) -> tuple[dict[str, str], bool]:
    """Read a file of words, and whether the default goes with it."""
    if not path.is_file():
        raise FileRefused(f"{name} does not exist or is no plain file. Check name and folder.")
    if path.suffix.lower() != ".toml":
        raise FileRefused(f"{name} is not named as TOML. Save the categories as a .toml file.")
    if path.stat().st_size > _MAX_BYTES:
        raise FileRefused(f"{name} is larger than 1 MB, which no list of words is. Shorten it.")
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise FileRefused(
            f"{name} is not TOML in UTF-8. Write [categories] and lines such as "
            'klotter = ["Graffiti", "Tags"] below it.'
        ) from error
    table, defaults = document.get("categories"), document.get("defaults", True)
    strange = sorted(document.keys() - {"categories", "defaults"})
    if strange or not isinstance(table, dict) or not isinstance(defaults, bool):
        held = ", ".join(_shown(key) for key in document) or "nothing"
        raise InputError(
            f"{name} must hold a table [categories], may hold defaults = true or false above it, "
            f"and nothing else. It holds: {held}."
        )
    for category, words in table.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise InputError(
                f"{name} must have a list of texts for {_shown(category)}. "
                f'Write {category[:_MAX_SHOWN]} = ["…", "…"].'
            )
    pairs = ((word, category) for category, words in table.items() for word in words)
    # A category with an empty list is checked too.
    _check_known(table, name=name)
    return _words(pairs, name=name), defaults


def _words(pairs: Iterable[tuple[str, str]], *, name: str) -> dict[str, str]:
    """Reduce words to what is compared, each for one category."""
    listed = list(pairs)
    _check_known([category for _, category in listed], name=name)
    words: dict[str, str] = {}
    for word, category in listed:
        plain = plain_name(word) if isinstance(word, str) else ""
        if not plain:
            raise InputError(
                f"{name} has a word for {category!r} without a letter a–z or digit, "
                f"{_shown(word)}, which cannot be compared. Leave it out."
            )
        if words.setdefault(plain, category) != category:
            raise InputError(
                f"{name} has {_shown(word)} under both {words[plain]!r} and {category!r} (case, "
                "rings, dots and separators do not count). Leave it in one of them."
            )
    return words


def _check_known(categories: Iterable[object], *, name: str) -> None:
    """Require categories of ours."""
    unknown = [category for category in categories if category not in CATEGORIES]
    if unknown:
        near = difflib.get_close_matches(str(unknown[0]), CATEGORIES, n=1, cutoff=0.7)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InputError(
            f"{name} names {len(unknown)} category(s) that are not ours; the first is "
            f"{_shown(unknown[0])}.{hint} Ours are {', '.join(CATEGORIES)}."
        )


def _shown(text: object) -> str:
    """Show a word of the caller's own file, cut short."""
    return repr(str(text)[:_MAX_SHOWN])
