"""One run at a time in a folder: the lock goes when its process does, however it ends."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from est_geo.errors import EstGeoError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = ".las"


class Locked(EstGeoError):  # noqa: N818 - says what the folder is
    """Another run is writing to the folder."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, or raise `Locked` at once."""
    handle = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(handle)
        except OSError as error:
            raise Locked(
                f"{folder.name!r} is being written to by another run. Wait for it; this run has "
                "changed nothing."
            ) from error
        yield
    finally:
        os.close(handle)


def _take(handle: int) -> None:
    """Lock an open file, as the system has it; the lock is gone when the file is closed."""
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - only there

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    else:
        import fcntl  # noqa: PLC0415 - only elsewhere

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
