"""Drills of secrets and people: words and keys that must be nowhere, after visits that went wrong in every way."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.drills.service import CANARY

TYPED = "canaryvisitor"
SAID = "CANARYavatar speaks of clocks"
PAGES = ("/status", "/metrics", "/healthz")
LEAST = 8  # a shorter word is found anywhere


class Hunt:
    """Everything that can be seen of a kiosk from outside, kept as it appears; files are read at the end."""

    def __init__(self, scene: DrillScene, kiosk: KioskProcess) -> None:
        self._scene = scene
        self._kiosk = kiosk
        self._seen: dict[str, set[bytes]] = {}
        self._task = asyncio.create_task(self._watch(), name="hunt")

    async def _watch(self) -> None:
        for number in itertools.count():
            await asyncio.to_thread(self._look)
            if number % 8 == 0:
                await asyncio.to_thread(self._look_at_windows)
            await asyncio.sleep(0.25)

    def _look(self) -> None:
        kiosk = self._kiosk
        for page in PAGES:
            self._note(page, kiosk.get(page)[1].encode())
        for pid in kiosk.family():
            for name in ("cmdline", "environ", "comm"):
                with contextlib.suppress(OSError):
                    self._note(f"/proc/PID/{name}", Path(f"/proc/{pid}/{name}").read_bytes())
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    self._note("thread names", (task / "comm").read_bytes())

    def _look_at_windows(self) -> None:
        kiosk = self._kiosk
        shown = subprocess.run(["xwininfo", "-root", "-tree"], env=kiosk.environ, capture_output=True, check=False)
        self._note("window titles", shown.stdout)
        for word in shown.stdout.split():
            if word.startswith(b"0x"):
                found = subprocess.run(["xprop", "-id", word], env=kiosk.environ, capture_output=True, check=False)
                self._note("window properties", found.stdout)

    def _note(self, where: str, what: bytes) -> None:
        self._seen.setdefault(where, set()).add(what)

    async def end(self) -> dict[str, bytes]:
        """Return everything, with the files that lie anywhere a kiosk may write: its state, home, temporary folder."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        assert all(self._seen.get(page) for page in PAGES), "nobody looked"
        return {where: b"\n".join(whats) for where, whats in self._seen.items()} | _written(self._kiosk)


def _written(kiosk: KioskProcess) -> dict[str, bytes]:
    """Return every file that lies where a kiosk may write, and their names."""
    found: dict[str, bytes] = {}
    for folder in {kiosk.home, Path(kiosk.environ["HOME"]), Path(kiosk.environ["TMPDIR"])}:
        for path in folder.rglob("*"):
            if path.is_file() and path != kiosk.config:  # where staff wrote the key themselves
                found[str(path)] = path.read_bytes()
    return found | {"names of files": "\n".join(found).encode()}


def _search(found: dict[str, bytes], secrets: set[str]) -> list[str]:
    forms = {form for secret in secrets if len(secret) >= LEAST for form in (secret, secret[:LEAST] + "...")}
    forms = {form for form in forms if len(form) >= LEAST}
    return [
        f"{form[:24]} in {where}"
        for where, text in found.items()
        for form in forms
        if form.encode() in text or form.encode("utf-16-le") in text
    ]


async def nothing_is_kept(scene: DrillScene) -> None:
    """Good visits, bad answers that repeat the secrets, crashes in a visit: nothing is found afterwards, anywhere."""
    service = scene.service
    service.linger()
    service.avatar_says(SAID)
    # The default prints more; nothing of it may be a secret either.
    kiosk = scene.start("--log-level", "debug")
    hunt = Hunt(scene, kiosk)
    await kiosk.to_live()
    await _talk(scene, kiosk)
    _only_the_journal_knows_the_session(scene, kiosk)
    echo = {"message": f"no {CANARY} {service.emulator.sessions[-1].id}", "x-api-key": CANARY}
    service.emulator.fail(path=service.stop, times=1, status=500, body=echo)
    service.emulator.fail(path=service.stop, times=1, status=500, body=f"<html>{echo}</html>")
    await kiosk.press("Escape")
    await kiosk.until(lambda s: s["screen"] == "attract" and s["health"] == "DEGRADED", 10)
    await scene.struck_out(kiosk, 40)
    await _refused(scene, kiosk)
    for number in (signal.SIGSEGV, signal.SIGABRT):
        await kiosk.to_live()
        await _talk(scene, kiosk)
        kiosk.told()
        _may_dump_no_core(kiosk)
        kiosk.kill_child(number)
        await _cleaned_up(scene, kiosk)
    await asyncio.sleep(0.5)
    found = await hunt.end()
    assert b"Fatal Python error" in found[str(kiosk.state / "crash" / "stacks.txt")], "the crash left no trace at all"
    secrets = {*service.secrets(), TYPED, "CANARYavatar"}
    left = _search(found, secrets)
    assert not left, left
    assert len(secrets) > 5
    assert not [where for where in found if "core" in Path(where).name.split(".")[0].split("-")], "a core file"
    # The same hunt finds what is there: the name of the kiosk, and the key in its settings.
    assert _search(found, {"drill-1x", '"kiosk": "drill-1"'}) and CANARY in kiosk.config.read_text()


async def _talk(scene: DrillScene, kiosk: KioskProcess) -> None:
    status = await kiosk.until("live", 5)
    before = status["visit"]["captions"]
    await kiosk.write(TYPED)
    await kiosk.press("Return")
    await kiosk.until(lambda s: s["visit"] and s["visit"]["captions"] > before, 10)
    await asyncio.sleep(0.5)


def _only_the_journal_knows_the_session(scene: DrillScene, kiosk: KioskProcess) -> None:
    """While a visit goes on, its row holds the session's id; nothing that is written holds anything else."""
    ids = {session.id for session in scene.service.emulator.sessions}
    written = _written(kiosk)
    journal = {where: text for where, text in written.items() if Path(where).name.startswith("kiosk.sqlite3")}
    left = _search(written, {*scene.service.secrets(), TYPED, "CANARYavatar"} - ids)
    left += _search({where: text for where, text in written.items() if where not in journal}, ids)
    assert not left, left
    assert _search(journal, ids), "the row of the running session was not found"


async def _refused(scene: DrillScene, kiosk: KioskProcess) -> None:
    """The create call is refused with the key in the refusal."""
    service = scene.service
    await kiosk.comply("set app.kiosk.kiosk:MEND_S 2")
    bodies: list[Any] = [{"error": f"bad {CANARY}", "message": f"key={CANARY}"}, f"<html>{CANARY}</html>"]
    for status, body in zip((401, 500), bodies, strict=True):
        service.emulator.fail(path=service.create, times=10**6, status=status, body=body)
        await kiosk.tap()
        await kiosk.until("unavailable" if status == 401 else "farewell", 25)
        service.emulator.heal()
        await kiosk.until("attract", 20)


async def _cleaned_up(scene: DrillScene, kiosk: KioskProcess) -> None:
    """How quickly is another drill's promise."""
    await scene.until_stopped(60)
    await kiosk.until(lambda s: s["screen"] == "attract" and s["open_sessions"] == 0, 60)


def _may_dump_no_core(kiosk: KioskProcess) -> None:
    """The system is told to write no image of the memory of any of our processes."""
    for pid in kiosk.family():
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        soft = next(line.split()[4] for line in limits if line.startswith("Max core file size"))
        assert soft in ("0", "1"), f"{soft} bytes of memory may be dumped"


async def key_in_the_environment(scene: DrillScene) -> None:
    """Staff give the key by the environment: it stays where it was put, and goes into no command line or file."""
    service = scene.service
    name = {"livekit": "HEADERS", "aistudios": "USER_KEY"}.get(service.name, "API_KEY")
    value = f'{{ "X-Kiosk-Key" = "{CANARY}" }}' if service.name == "livekit" else CANARY
    toml = "\n".join(line for line in scene.toml().splitlines() if CANARY not in line)
    kiosk = scene.start(toml=toml, environ={f"KIOSK_SERVICE__{service.name.upper()}__{name}": value})
    hunt = Hunt(scene, kiosk)
    await kiosk.to_live()
    kiosk.told()
    kiosk.kill_child()
    await _cleaned_up(scene, kiosk)
    assert CANARY not in kiosk.config.read_text()
    found = await hunt.end()
    assert CANARY.encode() in found.pop("/proc/PID/environ")
    left = _search(found, {CANARY})
    assert not left, left
    await scene.promise("next visitor", 15, time.monotonic(), kiosk.to_live())
