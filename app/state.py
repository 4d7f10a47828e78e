"""The state directory: where it is, who may read it, and what its files are called."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

_MOST_CRASH_BYTES = 1_000_000


def default_state_dir() -> Path:
    """Return the platform's state directory for this program."""
    import platformdirs  # not needed where the directory is given

    return platformdirs.user_state_path("avatar-kiosk", appauthor=False)


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """The files in the state directory.

    Attributes:
        folder: The directory.
    """

    folder: Path

    @property
    def database(self) -> Path:
        """SQLite database with journal, credits and counters; SQLite adds files with -wal and -shm."""
        return self.folder / "kiosk.sqlite3"

    @property
    def logs(self) -> Path:
        """Folder of rotating JSON lines."""
        return self.folder / "log"

    @property
    def crashes(self) -> Path:
        """Folder for the stacks of a kiosk that died or hung."""
        return self.folder / "crash"

    def prepare(self) -> None:
        """Create the directory, private to the user, and test that it can be written. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix" and self._is_ours() and stat.S_IMODE(self.folder.stat().st_mode) != 0o700:
            self.folder.chmod(0o700)
        for inner in (self.logs, self.crashes):
            inner.mkdir(mode=0o700, exist_ok=True)
            probe = inner / f".writable-{os.getpid()}"
            probe.touch(mode=0o600)
            probe.unlink()

    def crash_file(self) -> Path:
        """Return the file that stacks are appended to; a large one is renamed first. Raises OSError."""
        file = self.crashes / "stacks.txt"
        if file.exists() and file.stat().st_size > _MOST_CRASH_BYTES:
            file.replace(self.crashes / "stacks.old.txt")
        file.touch(mode=0o600)
        return file

    def _is_ours(self) -> bool:
        """Tell whether it is the user's and holds only our files: /tmp or a home may have been given by mistake."""
        known = ("lock", self.logs.name, self.crashes.name)
        return self.folder.stat().st_uid == os.getuid() and all(
            entry.name in known or entry.name.startswith(self.database.name) for entry in self.folder.iterdir()
        )
