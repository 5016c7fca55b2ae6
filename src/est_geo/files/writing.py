"""Writing files whole: a crash leaves yesterday's file as it was."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

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
    temporary = _write_nameless(target, data) or _write_named(target, data)
    try:
        # Made so that only its owner can read it; a result is for others too.
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _write_nameless(target: Path, data: bytes) -> Path | None:
    """Write to a file that gets its name when it is whole: if we are killed, nothing is left.

    Linux has such files, on most kinds of disk; elsewhere None.
    """
    if not hasattr(os, "O_TMPFILE"):
        return None
    try:
        handle = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError:
        return None  # the other way tells what is wrong, if anything is
    with os.fdopen(handle, "wb") as stream:
        _fill(stream, data)
        folder = os.open(target.parent, os.O_RDONLY)
        name = f"{_prefix(target)}{secrets.token_hex(8)}.tmp"
        try:
            # Only with a folder's handle does Python follow the link to the file itself.
            source = f"/proc/self/fd/{handle}"
            os.link(source, name, dst_dir_fd=folder, follow_symlinks=True)
        except OSError:
            return None
        finally:
            os.close(folder)
    return target.parent / name


def _write_named(target: Path, data: bytes) -> Path:
    """Write to a file with a name of its own, which is taken away if writing fails."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target), suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            _fill(stream, data)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return Path(name)


def _fill(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()
    os.fsync(stream.fileno())


def _prefix(target: Path) -> str:
    """Begin the name of a temporary file, so that one left by a power cut can be told."""
    return f".{target.name[:40]}-"


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
