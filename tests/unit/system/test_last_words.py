"""A process that hangs or panics reports where and why, and ends; it leaves no memory dump."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.system.panic import WORDS, PanicDetector
from app.system.redact import redact

ROOT = Path(__file__).parents[3]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("hang", ["time.sleep(20)", "re.match('(a+)+$', 'a' * 60 + 'b')"])
def test_a_loop_that_stands_still_is_ended_with_its_stacks(tmp_path, hang):
    """The second one holds the interpreter: no Python thread could run."""
    code = f"""
        import re, sys, time
        from app.system.hang import HangWatch
        watch = HangWatch(open(sys.argv[1], "a"), hang_s=0.3, start_s=5)
        watch.beat()
        secret = "CANARY-value"
        {hang}
    """
    done = run(code, str(tmp_path / "stacks.txt"))
    assert done.returncode == 1
    stacks = (tmp_path / "stacks.txt").read_text()
    assert "Timeout" in stacks and 'File "<string>"' in stacks and "CANARY" not in stacks


def test_a_loop_that_beats_lives(tmp_path):
    code = """
        import sys, time
        from app.system.hang import HangWatch
        watch = HangWatch(open(sys.argv[1], "a"), hang_s=0.5, start_s=0.5)
        for _ in range(12):
            time.sleep(0.1)
            watch.beat()
        watch.stop()
        time.sleep(0.7)
    """
    assert run(code, str(tmp_path / "stacks.txt")).returncode == 0
    assert (tmp_path / "stacks.txt").read_text() == ""


def test_a_panic_is_heard_and_its_words_are_clean():
    out = io.StringIO()
    detector = PanicDetector(out, redact)
    print("an ordinary line, token=abcdef", file=detector)
    assert not detector.heard
    print("FFI Panic: ", "refused eyJhbGciOiJIUzI1NiJ9.abc.def", file=detector, flush=True)
    assert detector.heard
    print("another", file=detector)
    assert out.getvalue() == "an ordinary line, token=abcdef\nFFI Panic:  refused ***\nanother\n"


def test_the_librarys_panic_sounds_as_it_is_listened_for():
    """The words are the library's: an upgrade that changes them must not go unnoticed."""
    from livekit.rtc import _ffi_client

    assert f'print("{WORDS}: "' in Path(_ffi_client.__file__).read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_no_image_of_the_memory_is_left():
    code = """
        import os, resource, signal, sys
        from app.system.outside import forbid_dumps
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        forbid_dumps()
        print(resource.getrlimit(resource.RLIMIT_CORE)[0])
    """
    assert run(code).stdout.strip() in ("0", "1")
