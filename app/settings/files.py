"""Reads the settings file and the files of secrets, and detects that one of them has changed."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

MOST_BYTES = 1_000_000  # a settings file has a few thousand bytes


class FileFault(Exception):
    """A file cannot be used.

    Args:
        text: Why, and what is allowed.
        absent: There is no such file.
    """

    def __init__(self, text: str, *, absent: bool = False) -> None:
        super().__init__(text)
        self.absent = absent


class Files:
    """Reads small text files and remembers a hash of each."""

    def __init__(self) -> None:
        self._seen: dict[Path, str] = {}

    def read(self, path: Path) -> bytes:
        """Return the bytes of a regular file. Raises FileFault."""
        try:
            content = _read(path)
        except FileFault as fault:
            self._seen[path] = str(fault)
            raise
        self._seen[path] = hashlib.sha256(content).hexdigest()
        return content

    def changed(self) -> bool:
        """Tell whether any file that was read, or was missing, is different now. Reads all of them; blocks."""
        again = Files()
        for path in self._seen:
            try:
                again.read(path)
            except FileFault:
                continue
        return again._seen != self._seen


def _read(path: Path) -> bytes:
    try:
        # Checked first, because opening a named pipe would wait for its writer.
        if not stat.S_ISREG(os.stat(path).st_mode):
            what = "a directory" if path.is_dir() else "not a plain file"
            raise FileFault(f"cannot be read: it is {what}, allowed: a text file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise FileFault("cannot be read: no such file, allowed: a text file", absent=True) from None
    except PermissionError:
        raise FileFault("cannot be read: no permission, allowed: a file that the kiosk's user may read") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable file name"
        raise FileFault(f"cannot be read: {why}, allowed: a text file") from None
    if len(content) > MOST_BYTES:
        raise FileFault(f"too large, allowed: at most {MOST_BYTES:,} bytes")
    return content


def decode(content: bytes) -> tuple[str, bool]:
    """Return the text and whether it began with a byte order mark. Raises FileFault."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileFault("saved as UTF-16, allowed: UTF-8")
    marked = content.startswith(b"\xef\xbb\xbf")
    try:
        return content[3 if marked else 0 :].decode("utf-8"), marked
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileFault(f"line {line}: not UTF-8, allowed: a text file saved as UTF-8") from None
