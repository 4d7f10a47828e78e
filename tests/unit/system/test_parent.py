"""The parent process, with real child processes and short time limits."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from app.system.lock import StateLock, Taken, living_run

ROOT = Path(__file__).parents[3]
LIMITS = (
    "start_s=10, hang_s=1.5, last_words_s=2, stop_s=1, release_s=5, delay_s=0.01, faults=3, window_s=600, tick_s=0.05"
)


class Rig:
    """A parent in a process of its own, because it handles signals; its release command writes a record."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.diary = folder / "diary"
        self.state = folder / "state"
        self.process = None

    def start(self, *actions, limits=LIMITS, release_takes_s=0.0, **environ):
        kiosk = [sys.executable, str(Path(__file__).with_name("fake_kiosk.py")), str(self.diary), *actions]
        note = f"import time; time.sleep({release_takes_s}); open({str(self.diary)!r}, 'a').write('release\\n')"
        release = [sys.executable, "-c", note]
        code = f"""
            import sys
            from pathlib import Path
            from app.system.lock import StateLock
            from app.system.parent import Limits, Parent
            sys.exit(Parent({kiosk!r}, {release!r}, StateLock(Path({str(self.state)!r})), Limits({limits})).run())
        """
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
            stderr=subprocess.DEVNULL,
        )

    def lines(self, word):
        return [line for line in self.diary.read_text().splitlines() if word in line] if self.diary.exists() else []

    def wait_for(self, word, count=1):
        until = time.monotonic() + 20
        while len(self.lines(word)) < count:
            assert time.monotonic() < until, f"{word!r} not {count} times in: {self.diary.read_text()}"
            time.sleep(0.02)

    def wait(self):
        return self.process.wait(20)

    def child_pid(self):
        return int(self.lines("life")[-1].rpartition("=")[2])


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    if rig.process is not None and rig.process.poll() is None:
        rig.process.send_signal(signal.SIGTERM)
        rig.process.wait(20)


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("code", [10, 20, 30])
def test_reboot_shutdown_and_staff_exit_are_handed_on(rig, code):
    rig.start(str(code))
    assert rig.wait() == code
    assert len(rig.lines("life")) == 1


def test_a_planned_restart_is_no_fault_and_cleans_nothing_up(rig):
    rig.start("0", "0", "stay")
    rig.wait_for("life", 3)
    assert rig.lines("release") == []


@pytest.mark.parametrize(("last", "releases"), [("30", 1), ("slow", 1), ("20", 0), ("stay", 0)])
def test_when_no_child_comes_after_it_what_the_last_one_left_is_released(rig, last, releases):
    rig.start(last)
    rig.wait_for("life")
    if not last.isdecimal():
        rig.process.terminate()
    rig.wait()
    assert len(rig.lines("release")) == releases
    assert living_run(rig.state) is None


def test_a_release_that_takes_too_long_does_not_keep_the_system_from_going_down(rig):
    rig.start("slow", limits=LIMITS + ", end_s=1.5, least_release_s=0.2", release_takes_s=600)
    rig.wait_for("life")
    rig.process.terminate()
    assert rig.wait() == 0
    assert rig.lines("release") == []


@pytest.mark.parametrize("fault", ["crash", "70"])
def test_after_a_fault_the_sessions_are_released_beside_the_new_child(rig, fault):
    rig.start(fault, "stay")
    rig.wait_for("life", 2)
    rig.wait_for("release")
    assert is_running(rig.child_pid())


def test_children_that_die_at_once_let_every_release_come_to_its_end(rig):
    rig.start("1", "1", "stay", release_takes_s=0.6)
    rig.wait_for("release", 2)
    assert len(rig.lines("life")) == 3


def test_the_release_neither_waits_for_the_next_child_nor_takes_it_for_the_dead_one(rig):
    rig.start("stay", limits=LIMITS.replace("delay_s=0.01, faults=3", "delay_s=600, faults=1"))
    rig.wait_for("life")
    dead = living_run(rig.state)
    os.kill(rig.child_pid(), signal.SIGKILL)
    rig.wait_for("release")
    assert len(rig.lines("life")) == 1
    assert living_run(rig.state) not in (dead, "", None)


def test_a_hung_child_may_write_its_last_words_and_is_replaced(rig):
    rig.start("mute", "stay")
    rig.wait_for("life", 2)
    assert rig.lines("last words")


def test_a_child_that_stands_still_but_runs_its_loop_is_left_alone(rig):
    rig.start("stalled")
    rig.wait_for("life")
    with pytest.raises(subprocess.TimeoutExpired):
        rig.process.wait(2.5)
    assert len(rig.lines("life")) == 1


def test_too_many_faults_start_the_child_in_safe_mode(rig):
    rig.start("crash", "crash", "crash", "30")
    assert rig.wait() == 30
    assert [("safe=True" in line) for line in rig.lines("life")] == [False, False, False, True]


def test_safe_mode_ends_when_the_faults_are_old(rig):
    rig.start("crash", "crash", "crash", "stay", "30", limits=LIMITS.replace("window_s=600", "window_s=3"))
    assert rig.wait() == 30
    assert "safe=True" in rig.lines("life")[3]
    assert "safe=False" in rig.lines("life")[4]
    assert rig.lines("told to end")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_handed_on_and_ends_with_0(rig, number):
    rig.start("stay")
    rig.wait_for("life")
    rig.process.send_signal(number)
    assert rig.wait() == 0
    assert len(rig.lines("told to end")) == 1
    assert rig.lines("release") == []


def test_a_child_that_will_not_stop_is_killed_and_its_sessions_released(rig):
    rig.start("deaf")
    rig.wait_for("turned away")
    rig.process.send_signal(signal.SIGTERM)
    assert rig.wait() == 0
    assert rig.lines("release")
    assert not is_running(rig.child_pid())


def test_a_killed_parent_takes_the_child_to_a_proper_end(rig):
    rig.start("stay")
    rig.wait_for("life")
    rig.process.kill()
    rig.wait_for("told to end")


def test_a_second_start_on_the_same_state_says_so(rig, tmp_path):
    rig.start("stay")
    rig.wait_for("life")
    code = "import sys; from pathlib import Path; from app.system.parent import run_parent"
    second = subprocess.run(
        [sys.executable, "-c", f"{code}; sys.exit(run_parent([], [], Path({str(rig.state)!r})))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == f"Another kiosk already runs with {rig.state}.\n"
    assert len(living_run(rig.state)) == 12


def test_the_child_gets_the_tuned_allocator_and_a_name(rig):
    rig.start("30")
    rig.wait()
    assert "run=12" in rig.lines("life")[0]
    if sys.platform == "linux":
        assert "trim=33554432" in rig.lines("life")[0]


def test_readiness_and_watchdog_reach_the_service_manager(rig, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        rig.start("stay", NOTIFY_SOCKET=str(tmp_path / "notify"))
        told = set()
        while told != {b"READY=1", b"WATCHDOG=1"}:
            told.add(manager.recv(100))


def test_a_lock_is_free_again_when_its_holder_is_gone(tmp_path):
    lock = StateLock(tmp_path / "state")
    lock.name_run("abc")
    assert living_run(tmp_path / "state") == "abc"
    with pytest.raises(Taken):
        StateLock(tmp_path / "state", sleep=lambda _: None)
    lock.close()
    assert living_run(tmp_path / "state") is None
    StateLock(tmp_path / "state", sleep=lambda _: None).close()


def test_the_parent_loads_no_window_and_no_service_library():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, app.system.parent; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    heavy = {"PySide6", "livekit", "httpx", "numpy", "pydantic", "sounddevice"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
