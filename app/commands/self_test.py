"""Loads every part without network and without a session, and prints a line for each."""

from __future__ import annotations

import asyncio
import ssl
import sys
import tomllib
from collections.abc import Callable, Sequence
from functools import partial

from app.commands.probes import probe_of, within
from app.commands.report import line, show_json
from app.findings import Finding
from app.resources import resource
from app.settings.load import Loaded
from app.state import StateDirectory

PASSED = "SELF-TEST PASS"
_WIDTH = 17

Part = Callable[[], list[Finding]]


def self_test(parts: Sequence[Part], *, as_json: bool = False) -> bool:
    """Test each part; print a line for each, then `SELF-TEST PASS` or the failing ones. True: all work."""
    findings: list[Finding] = []
    for part in parts:
        found = part()
        findings += found
        if not as_json:
            sys.stdout.writelines(f"{line(finding, _WIDTH)}\n" for finding in found)
            # Native code may end the process without a message: the last line then names the part before it.
            sys.stdout.flush()
    failed = list(dict.fromkeys(finding.item for finding in findings if finding.ok is False))
    verdict = f"SELF-TEST FAIL: {', '.join(failed)}" if failed else PASSED
    if as_json:
        show_json(findings, result=verdict)
    else:
        sys.stdout.write(f"{verdict}\n")
    return not failed


def all_parts(loaded: Loaded, state: StateDirectory) -> list[Part]:
    """Return every part of the program, in the order in which a start needs them."""
    return [
        lambda: _settings(loaded),
        partial(within, "resources", _resources),
        partial(within, "fonts", lambda: probe_of("app.window.probes.load", "fonts")),
        partial(within, "shaders", lambda: probe_of("app.window.probes.load", "shaders")),
        partial(within, "guide", _guide),
        partial(within, "media library", lambda: probe_of("app.rooms.probe", "media_library")),
        partial(within, "Daily library", lambda: probe_of("app.rooms.probe", "daily_library")),
        partial(within, "TLS", _tls),
        partial(within, "sound", lambda: probe_of("app.audio.probe", "parts")),
        partial(within, "sound devices", lambda: _devices(loaded)),
        partial(within, "state directory", lambda: _state(state)),
    ]


def _settings(loaded: Loaded) -> list[Finding]:
    if loaded.mistakes:
        return [Finding("settings", False, str(mistake)) for mistake in loaded.mistakes]
    return [Finding("settings", True, str(loaded.path) if loaded.found else "defaults")]


def _resources() -> str:
    read = 0
    for file in (
        resource("kiosk.toml"),
        *resource("translations").glob("*.toml"),
        *resource("keyboards").glob("*.toml"),
        *resource("farewells").glob("*.toml"),
    ):
        tomllib.loads(file.read_text(encoding="utf-8"))
        read += 1
    if read < 3:
        raise FileNotFoundError("translations or keyboards are missing")
    return f"{resource()}: {read} files read"


def _guide() -> str:
    import numpy as np

    from app.guide.voice import HibariVoice

    async def speak() -> float:
        voice = HibariVoice()
        try:
            spoken = [each async for each in voice.speak("Welcome. What would you like to know?")]
        finally:
            voice.close()
        # Text that it cannot speak comes as silence.
        if not spoken or not all(np.any(each.sound) for each in spoken):
            raise RuntimeError("the voice is silent")
        return sum(each.length_s for each in spoken)

    return f"spoke for {asyncio.run(speak()):.1f} s"


def _tls() -> str:
    context = ssl.create_default_context()
    import certifi

    context.load_verify_locations(certifi.where())
    return f"{ssl.OPENSSL_VERSION}, {len(context.get_ca_certs())} authorities"


def _devices(loaded: Loaded) -> list[Finding]:
    audio = loaded.settings.audio
    found: list[Finding] = probe_of("app.audio.probe", "devices", audio.output, audio.input, audio.echo_cancellation)
    # They may be connected later, so a missing device is only a warning.
    return [Finding(finding.item, finding.ok or None, finding.text) for finding in found]


def _state(state: StateDirectory) -> str:
    state.prepare()
    return str(state.folder)
