"""`make smoke`: tests what `make package` built, with an empty home and nothing from the checkout.

It runs the self-test without a screen, on a virtual screen, from the Debian package and from the portable archive, and
a whole visit to the demo by keys only. Exit code 0 is not enough: the line of success must be there, and no unexpected
line.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from build_package import DIST, NAME, WORK, Refused, check_contents, version
from visitor import Failed, Kiosk, clean_environ, virtual_screen

LAST_LINE = "SELF-TEST PASS"
# In a checkout these may be missing, with a warning; in a package each of them must work.
NATIVE = ("media library", "Daily library", "sound library", "echo cancellation", "voice detection", "guide")
MOST_S = 60  # the first start of a package that is not in the disk cache, on a busy machine
FATAL = re.compile(
    r"Traceback|ModuleNotFoundError|ImportError|cannot load Qt platform plugin|error while loading shared libraries"
    r"|undefined symbol|Fatal Python error|Aborted|Segmentation fault|FFI Panic|No such file or directory"
)
EXPECTED = [
    (r"(ok|warning)\b.*", "the self-test's own report: one line for each part"),
    (LAST_LINE, "its last line"),
    (
        r"ALSA lib .*|Cannot connect to server.*|jack server is not running.*|.*Jack.*",
        "no sound devices on this machine",
    ),
    (r"libEGL warning: .*|MESA: .*", "a virtual screen has no graphics device"),
]


def self_test(title: str, command: list[str], environ: Mapping[str, str]) -> None:
    """Run `self-test` in a clean profile. Raises Failed unless it prints that it passed and nothing unexpected."""
    with tempfile.TemporaryDirectory(prefix="smoke-", ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            [*command, "self-test"],
            env={**clean_environ(Path(home)), **environ},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=MOST_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            raise Failed(f"{title}: no end after {MOST_S} s\n{output}") from None
    if process.returncode != 0 or LAST_LINE not in output.splitlines():
        raise Failed(f"{title}: ended with {process.returncode}\n{output}")
    if lacking := [part for part in NATIVE if not re.search(rf"^ok +{part} ", output, re.MULTILINE)]:
        raise Failed(f"{title}: not in this package: {', '.join(lacking)}\n{output}")
    if bad := unexpected(output):
        raise Failed(f"{title}: unexpected output\n" + "\n".join(bad))
    print(f"ok  {title}", flush=True)


def unexpected(output: str) -> list[str]:
    """Return the lines that report a fault, or that are not in `EXPECTED`."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    known = [re.compile(pattern) for pattern, _ in EXPECTED]
    return [line for line in lines if FATAL.search(line) or not any(pattern.fullmatch(line) for pattern in known)]


def visit(command: list[str]) -> None:
    """Make a visit to the demo by keys only: attract, notice, live, goodbye, attract. Raises Failed."""
    size = "1080x1920"
    with virtual_screen(size) as screen, Kiosk([*command, "demo", "--windowed", size], screen) as kiosk:
        kiosk.wait_for_screen("attract", MOST_S)
        kiosk.press("Return")
        kiosk.wait_for_screen("notice")
        kiosk.press("Return")
        kiosk.wait_for_screen("live", MOST_S)
        kiosk.wait_for("moving pictures", lambda found: found["video"] and found["video"]["frames"] > 10)
        kiosk.wait_for("words of the guide", lambda found: found["visit"] and found["visit"]["captions"] > 0)
        kiosk.press("Escape")
        found = kiosk.wait_for_screen("attract")
        if found["visits"] != 1 or found["last_end"] != "visitor" or found["open_sessions"] != 0:
            raise Failed(f"the visit did not end as it should: {found}")
        code = kiosk.end()
        if code != 0:
            raise Failed(f"the kiosk ended with {code}\n{kiosk.output()}")
        if bad := [line for line in kiosk.output().splitlines() if FATAL.search(line)]:
            raise Failed("the visit told of a fault\n" + "\n".join(bad))
    print("ok  a visit to the demo", flush=True)


def main() -> int:
    program = WORK / NAME
    packages = sorted(DIST.glob(f"{NAME}_{version()}_*.deb"))
    archives = sorted(DIST.glob(f"{NAME}-{version()}-linux-*.tar.zst"))
    if not (program.is_dir() and packages and archives):
        print("Nothing to try yet: make package", file=sys.stderr)
        return 1
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    try:
        check_contents(program)
        self_test("self-test without a screen", [str(program / NAME)], offscreen)
        with virtual_screen("1080x1920") as screen:
            self_test("self-test on a virtual screen", [str(program / NAME)], screen)
        with tempfile.TemporaryDirectory(prefix="smoke-") as place:
            subprocess.run(["dpkg-deb", "-x", str(packages[-1]), place], check=True)
            installed = [str(Path(place) / "opt" / NAME / "launch.sh")]
            self_test("self-test from the Debian package", installed, offscreen)
            visit(installed)
        with tempfile.TemporaryDirectory(prefix="smoke-") as place:
            subprocess.run(["tar", "--zstd", "-C", place, "-xf", str(archives[-1])], check=True)
            self_test("self-test from the archive", [str(next(Path(place).iterdir()) / "launch.sh")], offscreen)
    except (Failed, Refused) as failure:
        print(f"FAILED  {failure}", file=sys.stderr)
        return 1
    print("The package works.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
