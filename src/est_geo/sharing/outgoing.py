"""The last door: nothing is written in which personal data is found, whoever it is for.

The search is that of `est_geo.intake.personal_patterns`. Names are not found, nor what is said in
other words: no search replaces reading a text before it is handed on.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from est_geo.errors import PersonalDataFound
from est_geo.files import write_atomic
from est_geo.intake.personal_patterns import ANYTHING, find_spans
from est_geo.sharing.outgoing_texts import texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

# Checksums and packed numbers, which are long, have no spaces, and look like anything in places.
_PACKED = re.compile(r"(?:[0-9a-f]{64}|[A-Za-z0-9+/]{40,}={0,2})")


def check_outgoing(name: str, content: bytes | str, *, called: str | None = None) -> None:
    """Refuse a file in which personal data is found.

    Parameters
    ----------
    name : str
        Name of the file, without its folder.
    content : bytes or str
        What would be written.
    called : str, optional
        What the message calls it, where `name` only tells the kind.

    Raises
    ------
    PersonalDataFound
        If a personnummer, telephone number, e-mail address or registration plate stands in any
        text of it. The message says where and never what.
    InputError
        If the file is of a kind that cannot be searched.
    """
    data = content.encode() if isinstance(content, str) else content
    texts = texts_in(name, data)
    if not texts:
        return
    column = pa.array(texts, type=pa.large_string())
    maybe = pc.match_substring_regex(column, pattern=ANYTHING)
    found = {}
    for text in column.filter(maybe).to_pylist():
        kinds = set() if _PACKED.fullmatch(text) else {span.kind for span in find_spans(text)}
        if kinds:
            found[text] = kinds
    if found:
        counts = Counter(kind for kinds in found.values() for kind in sorted(kinds))
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
        raise PersonalDataFound(
            f"{(called or name)!r} would hold what looks like personal data in {len(found)} of "
            f"{len(texts)} texts ({listed}); the first is in {texts[next(iter(found))]}. It was "
            "not written. Mend the text where it comes from, or read the files with "
            "personal_data='mask'."
        )


def write_checked(files: Mapping[Path, bytes | str]) -> list[Path]:
    """Search all files for personal data, and only then write them, each whole.

    Parameters
    ----------
    files : mapping of Path to bytes or str
        What to write where. The folders exist.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    PersonalDataFound
        If any of them holds personal data; none is then written.
    FileRefused
        If the disk refuses.
    """
    for path, content in files.items():
        check_outgoing(Path(path).name, content)
    return [write_atomic(path, content) for path, content in files.items()]
