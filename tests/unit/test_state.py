"""The state directory belongs to the user alone, and nobody else's directory is touched."""

import os
import stat
from pathlib import Path

import pytest

from app.state import StateDirectory

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_private_with_all_that_is_in_it(tmp_path):
    state = StateDirectory(tmp_path / "deep" / "state")
    state.prepare()
    assert [mode(path) for path in (state.folder, state.logs, state.crashes)] == [0o700] * 3
    assert sorted(path.name for path in state.folder.rglob("*")) == ["crash", "log"]


def test_one_that_is_ours_or_empty_becomes_private(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "kiosk.sqlite3-wal").touch()
    StateDirectory(tmp_path).prepare()
    assert mode(tmp_path) == 0o700


def test_a_directory_with_other_things_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.odt").touch()
    StateDirectory(tmp_path).prepare()
    assert mode(tmp_path) == 0o755


def test_one_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        StateDirectory(tmp_path / "file" / "state").prepare()


def test_stacks_are_put_aside_when_they_have_grown(tmp_path):
    state = StateDirectory(tmp_path)
    state.prepare()
    file = state.crash_file()
    assert mode(file) == 0o600
    file.write_bytes(b"x" * 1_000_001)
    assert state.crash_file().stat().st_size == 0
    assert sorted(path.name for path in state.crashes.iterdir()) == ["stacks.old.txt", "stacks.txt"]
