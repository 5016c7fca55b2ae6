"""A pattern or a list of paths to the files meant, in a fixed order."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from est_geo.errors import FileRefused
from est_geo.files.guards import check_local

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILES: Final = 1_000


def expand(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """List the files that paths and patterns mean.

    Parameters
    ----------
    paths : str, Path, or iterable of them
        Local paths. In the last part of a path ``*``, ``?`` and ``[…]`` stand for other
        characters, unless a file has just that name; folders are not searched.

    Returns
    -------
    list of Path
        Each file once: paths in the order given, the files of a pattern by name. That a path
        without a pattern exists is for `open_file` to check.

    Raises
    ------
    FileRefused
        If a path is an address on a network, a pattern matches no file or stands before the last
        part of its path, nothing is given, or more than 1 000 files are meant.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    found: dict[Path, Path] = {}
    for path in given:
        for file in _expand_one(os.fspath(path)):
            # The same file by two paths is one file, or its rows would be counted twice.
            found.setdefault(file.resolve(), file)
            if len(found) > MAX_FILES:
                raise FileRefused(
                    f"The paths mean more than {MAX_FILES} files. Read them in several turns."
                )
    if not found:
        raise FileRefused("No file is named: the list of paths is empty. Name at least one.")
    return list(found.values())


def _expand_one(text: str) -> list[Path]:
    """List the files that one path or pattern means."""
    check_local(text)
    target = Path(text)
    if not glob.has_magic(text) or target.exists():
        return [target]
    if glob.has_magic(str(target.parent)) and not target.parent.exists():
        raise FileRefused(
            f"{target.name!r} has a pattern in its folder. Only the last part of a path may have "
            "* or ?."
        )
    pattern = os.path.join(glob.escape(str(target.parent)), target.name)  # noqa: PTH118 - a pattern
    matches = sorted(Path(match) for match in glob.iglob(pattern))  # noqa: PTH207 - escaped folder
    files = [match for match in matches if match.is_file()]
    if not files:
        raise FileRefused(
            f"{target.name!r} matches no file in {target.absolute().parent.name!r}. Check the "
            "pattern and the folder."
        )
    return files
