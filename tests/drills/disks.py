"""Disks for a kiosk's state directory: a small one that fills up, and one that fails under it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.drills.networks import run
from tests.drills.scene import DrillScene


class SmallDisk:
    """2 MB in memory. state: the state directory on it."""

    def __init__(self, scene: DrillScene) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-disk-"))
        try:
            run("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(self.folder))
        except (OSError, subprocess.CalledProcessError):
            self.folder.rmdir()
            pytest.skip("needs the right to mount a disk (root)")
        scene.undo.append(lambda: _remove(self.folder))
        self.state = self.folder / "state"
        self._filler = self.folder / "filler"

    def fill(self) -> None:
        """Leave no room for anything."""
        with self._filler.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink()

    def set_read_only(self, wanted: bool) -> None:
        """As it is before or without a kiosk that writes on it."""
        run("mount", "-o", f"remount,{'ro' if wanted else 'rw'}", str(self.folder))


class FailingDisk:
    """A file system that can be made to notice a fault, and lets nobody write from then on, as old memory cards do."""

    def __init__(self, scene: DrillScene) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kiosk-disk-"))
        image = Path(f"{self.folder}.img")
        with image.open("wb") as file:
            file.truncate(8_000_000)
        scene.undo.append(image.unlink)
        try:
            run("mkfs.ext4", "-q", str(image))
            run("mount", "-o", "loop,errors=remount-ro", str(image), str(self.folder))
        except (OSError, subprocess.CalledProcessError):
            self.folder.rmdir()
            pytest.skip("needs the right to mount a disk image (root, and mkfs.ext4)")
        scene.undo.append(lambda: _remove(self.folder))
        self.state = self.folder / "state"

    def fail(self) -> None:
        """From now on nothing can be written."""
        found = subprocess.run(
            ["findmnt", "-no", "SOURCE", str(self.folder)], check=True, capture_output=True, text=True
        )
        (Path("/sys/fs/ext4") / Path(found.stdout.strip()).name / "trigger_fs_error").write_text("1")


def _remove(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=False)
    shutil.rmtree(folder, ignore_errors=True)
