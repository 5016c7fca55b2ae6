"""Where messages of a scheduled run go: stderr as text or JSON, and a file."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from est_geo.cli.console import plain
from est_geo.errors import FileRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Lines(logging.Formatter):
    """A message is one line, whatever stands in it."""

    def format(self, record: logging.LogRecord) -> str:
        return plain(super().format(record))


class _JsonLines(logging.Formatter):
    """A message is one object."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(said, ensure_ascii=False)


@contextmanager
def log_to(file: Path | None, *, as_json: bool) -> Iterator[None]:
    """Send messages to a file, and as JSON to stderr, as long as it lasts."""
    logger = logging.getLogger("est_geo")
    level = logger.level
    handlers: list[logging.Handler] = []
    try:
        if file is not None:
            handlers.append(_to_file(file))
        if as_json:
            to_stderr = logging.StreamHandler(sys.stderr)
            to_stderr.setFormatter(_JsonLines())
            handlers.append(to_stderr)
        for handler in handlers:
            logger.addHandler(handler)
        if handlers:
            logger.setLevel(logging.INFO)
        yield
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()
        logger.setLevel(level)


def _to_file(file: Path) -> logging.Handler:
    try:
        handler = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise FileRefused(
            f"{file.name!r} cannot be written: {error.strerror or type(error).__name__}. Name "
            "another file after --log-file."
        ) from error
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler
