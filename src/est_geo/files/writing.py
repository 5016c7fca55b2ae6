"""Writing files whole: a crash leaves yesterday's file as it was."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from est_geo.errors import FileRefused


def write_atomic(path: str | Path, content: bytes | str) -> Path:
    """Write a file so that it is either the old one or the whole new one, never a part.

    The content goes to a temporary file in the same folder, is forced to the disk, and then takes
    the place of the old file in one step.

    Parameters
    ----------
    path : str or Path
        Where to write. The folder must exist; an existing file is replaced.
    content : bytes or str
        What to write. Text is written as UTF-8, with its line ends as they are.

    Returns
    -------
    Path
        The path that was written.

    Raises
    ------
    FileRefused
        If the path is a folder, its folder does not exist, or the disk refuses. The old file is
        then whole and no temporary file is left.
    """
    target = Path(path)
    if target.is_dir():
        raise FileRefused(f"{target.name!r} is a folder. Give the name of a file to write.")
    if not target.parent.is_dir():
        raise FileRefused(
            f"{target.name!r} cannot be written: its folder {target.parent.name!r} does not exist. "
            "Create the folder first."
        )
    data = content.encode() if isinstance(content, str) else content
    try:
        _replace(target, data)
    except OSError as error:
        raise FileRefused(
            f"{target.name!r} was not written: {error.strerror or type(error).__name__}. "
            "The old file, if there was one, is unchanged."
        ) from error
    return target


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target, force to disk, and put in its place."""
    handle, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name[:40]}-", suffix=".tmp"
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files that only their owner can read; a result is for others too.
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _mode(target: Path) -> int:
    """Permissions of the file replaced, else those a new file gets here."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Force the new name to the disk too, where the system can (Windows cannot)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
