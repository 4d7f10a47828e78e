"""The log file: rotating, readable by the user only. Not in `log`, because the parent process writes no file."""

from __future__ import annotations

import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MOST_BYTES, _MOST_FILES = 2_000_000, 5


class PrivateFile(RotatingFileHandler):
    """Writes into `file`, which only the user can read. Raises OSError where it cannot be opened."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=_MOST_BYTES, backupCount=_MOST_FILES, errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", errors=self.errors, opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
