"""The lock on the state directory: taken as soon as possible, and always with the name of the running kiosk."""

from __future__ import annotations

import pytest

from app.system.lock import FILE, StateLock, Taken, living_run


def test_a_second_kiosk_on_the_same_directory_is_told_so(tmp_path):
    lock = StateLock(tmp_path)
    with pytest.raises(Taken, match="already runs"):
        StateLock(tmp_path, sleep=lambda seconds: None)
    lock.close()
    StateLock(tmp_path).close()


def test_a_directory_that_cannot_be_used_yet_is_locked_as_soon_as_it_can(tmp_path):
    folder = tmp_path / "state"
    folder.write_text("in the way")
    lock = StateLock(folder)
    lock.name_run("first")
    folder.unlink()
    lock.name_run("second")
    assert living_run(folder) == "second"
    with pytest.raises(Taken):
        StateLock(folder, sleep=lambda seconds: None)
    lock.close()


def test_a_lock_that_somebody_removed_or_mounted_over_is_taken_anew(tmp_path):
    lock = StateLock(tmp_path)
    lock.name_run("first")
    (tmp_path / FILE).unlink()
    lock.name_run("second")
    assert living_run(tmp_path) == "second"
    lock.close()


def test_what_another_kiosk_has_taken_meanwhile_stays_its_own(tmp_path):
    lock = StateLock(tmp_path)
    (tmp_path / FILE).unlink()
    other = StateLock(tmp_path)
    other.name_run("of the other")
    lock.name_run("ours")
    assert living_run(tmp_path) == "of the other"
    other.close()
    lock.close()
