"""Drills with real sound, a virtual microphone and a virtual speaker: one of the two voices does not arrive."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import subprocess
import time
from itertools import pairwise

import numpy as np

from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.end.conftest import wait_until
from tests.rigs.pulse import SoundServer, open_sound

CORAL = (0xFF, 0xA4, 0x8F)  # of the words "I cannot hear you" and the ring of the sign (design: what needs care)
DOCK = "540x300+0+660"  # where they stand in a window of 540x960; what a service may show ends above
MARKED = 60  # pixels, where there is none while all is well
HINT_S = 6.0  # the service has 4 s to take notice; then the hint is drawn
AUDIBLE = 1000  # peak, of 32767
SAID = "how was the bridge built"


@functools.cache
def sentence() -> np.ndarray:
    """Real words without a pause: int16 mono at 48 kHz."""
    from tests.sound import speech

    return speech.say("Please tell me how the people in this valley built such a big wooden bridge so long ago")


async def with_sound(scene: DrillScene, visit: str = "") -> tuple[KioskProcess, SoundServer]:
    """Start a kiosk with a speaker and a microphone, and begin a visit in which both work."""
    block = contextlib.ExitStack()
    sound = await asyncio.to_thread(block.enter_context, open_sound())
    scene.undo.append(block.close)
    await asyncio.to_thread(sentence)
    home = str(sound.home)
    environ = {"HOME": home, "XDG_RUNTIME_DIR": home, "XDG_CONFIG_HOME": home}
    kiosk = scene.start(visit=visit, environ={**environ, "PULSE_SERVER": f"unix:{home}/pulse/native"})
    await kiosk.to_live()
    await kiosk.moves()
    await kiosk.until(lambda s: s["audio"]["microphone"] == "on" and s["audio"]["speaker"] == "on", 20)
    await kiosk.until(lambda s: s["audio"]["played_s"] > 0 and s["visit"]["speaking"] is None, 20)  # the greeting
    assert await _marked(kiosk) < MARKED
    return kiosk, sound


async def say(sound: SoundServer) -> float:
    """Let the visitor say a sentence; return when it was said."""
    await asyncio.to_thread(sound.speak, sentence())
    return time.monotonic()


async def _marked(kiosk: KioskProcess) -> int:
    """Photograph the dock; return how many pixels have the colour of what needs care."""
    command = ["import", "-window", "root", "-crop", DOCK, "-depth", "8", "rgb:-"]
    taken = await asyncio.to_thread(subprocess.run, command, env=kiosk.environ, capture_output=True, check=True)
    pixels = np.frombuffer(taken.stdout, np.uint8).reshape(-1, 3).astype(int)
    return int((np.abs(pixels - CORAL).max(axis=1) < 12).sum())


async def _hint(kiosk: KioskProcess, shown: bool = True) -> None:
    """Wait until "I cannot hear you" is on the screen, or is gone."""
    while (await _marked(kiosk) >= MARKED) is not shown:  # noqa: ASYNC110 - reason: a photograph tells, not an event
        await asyncio.sleep(0.1)


async def joined_anew(scene: DrillScene, kiosk: KioskProcess, asked: int, since: float, within: float = HINT_S) -> None:
    """Promise one fresh join in the same visit, the old session stopped before it."""
    service = scene.service
    tokens = service.emulator.asked
    fresh = wait_until(lambda: len(tokens("/token")) > asked, 60, lambda: "a fresh session")
    await scene.promise("asks for a fresh session", within, since, fresh)

    def moves(status: dict) -> bool:
        is_new = len(service.running()) == 1 and service.visitor_is_in()
        return is_new and status["screen"] == "live" and status["health"] == "ACTIVE" and status["video"]["age_s"] < 1

    await scene.promise("picture", within + 10, since, kiosk.until(moves, 60))
    assert len(tokens("/token")) == asked + 1
    sessions = sorted(service.ours(), key=lambda session: session.created_at)
    assert len(sessions) == 2
    for old, new in pairwise(sessions):
        assert old.end_reason in service.by_stop, old.end_reason
        assert old.ended_at is not None and old.ended_at <= new.created_at, "two sessions at once"


def _staff_are_told(kiosk: KioskProcess) -> None:
    told = [json.loads(line) for line in kiosk.written()["log/kiosk.jsonl"].decode().splitlines()]
    assert ("warning", "the visitor is not heard") in {(line["level"], line["message"]) for line in told}


async def ends_well(scene: DrillScene, kiosk: KioskProcess) -> None:
    """Goodbye: nothing runs any more, nothing is left in the journal."""
    await kiosk.press("Escape")
    at = time.monotonic()
    await scene.promise("attract", 3, at, kiosk.until("attract", 20))
    await scene.stopped(at)
    await scene.struck_out(kiosk)
    assert (await kiosk.until("attract"))["last_end"] == "visitor"


async def avatar_is_deaf(scene: DrillScene) -> None:
    """The voice gets into the room, and no avatar ever takes notice: one fresh join, and no more."""
    kiosk, sound = await with_sound(scene)
    agent, asked = scene.service.emulator.agent, len(scene.service.emulator.asked("/token"))
    at = await say(sound)
    assert max(agent.heard) > AUDIBLE, "the voice did not get into the room, and nothing is proved"
    await scene.promise("hint", HINT_S, at, _hint(kiosk))
    assert len(scene.service.emulator.asked("/token")) == asked
    await joined_anew(scene, kiosk, asked, await say(sound))
    _staff_are_told(kiosk)
    await _hint(kiosk, shown=False)
    for _ in range(3):
        at = await say(sound)
        await scene.promise("hint", HINT_S, at, _hint(kiosk))
    assert len(scene.service.emulator.asked("/token")) == asked + 1, "a fresh join did not help, and it goes on"
    assert (await kiosk.until("live"))["visits"] == 1
    await ends_well(scene, kiosk)


async def muted_by_the_server(scene: DrillScene) -> None:
    """The server lets nothing of the microphone through; in a fresh room the avatar hears."""
    kiosk, sound = await with_sound(scene)
    visit, asked = scene.service.emulator.visits[-1], len(scene.service.emulator.asked("/token"))
    await scene.server.mute(visit.room, visit.identity)
    quiet = len(visit.agent.heard)
    at = await say(sound)
    assert max(visit.agent.heard[quiet:], default=0) < AUDIBLE, "the server let it through, and nothing is proved"
    await scene.promise("hint", HINT_S, at, _hint(kiosk))
    await joined_anew(scene, kiosk, asked, await say(sound))
    _staff_are_told(kiosk)
    agent = scene.service.emulator.agent
    await agent.hears(50)
    await say(sound)
    assert max(agent.heard) > AUDIBLE
    await agent.hear(final=SAID)
    await scene.promise("no hint", 2, time.monotonic(), _hint(kiosk, shown=False))
    await asyncio.sleep(HINT_S)
    assert await _marked(kiosk) < MARKED
    await ends_well(scene, kiosk)


async def microphone_unplugged(scene: DrillScene) -> None:
    """Its cable is pulled in a visit: told at once, the visit goes on, and it is heard again when it is back."""
    kiosk, sound = await with_sound(scene)
    agent = scene.service.emulator.agent
    await say(sound)
    await agent.hear(final=SAID)
    await asyncio.to_thread(sound.unplug, "mic")
    at = time.monotonic()
    await scene.promise("told", 4, at, kiosk.until(lambda s: s["audio"]["microphone"] == "missing", 30))
    await scene.promise("hint", 5, at, _hint(kiosk))
    assert (await kiosk.until("live"))["visits"] == 1
    at = time.monotonic()
    await asyncio.to_thread(sound.plug_in, "mic")
    await scene.promise("on again", 8, at, kiosk.until(lambda s: s["audio"]["microphone"] == "on", 60))
    await scene.promise("no hint", 9, at, _hint(kiosk, shown=False))
    before = len(agent.heard)
    await say(sound)
    assert max(agent.heard[before:]) > AUDIBLE
    assert len(scene.service.ours()) == 1
    await ends_well(scene, kiosk)


async def avatar_is_mute(scene: DrillScene) -> None:
    """The avatar says that it speaks, and nothing comes: noticed, one fresh join, and then it is really heard."""
    kiosk, sound = await with_sound(scene, "stall_notice_s = 2\nstall_end_s = 5")
    asked = len(scene.service.emulator.asked("/token"))
    await scene.service.emulator.agent.state("speaking")
    at = time.monotonic()
    noticed = kiosk.until(lambda s: s["health"] == "DEGRADED" and s["screen"] == "live", 20)
    await scene.promise("notice", 4, at, noticed)
    with sound.recording() as recording:
        await joined_anew(scene, kiosk, asked, at, within=7)
        await asyncio.sleep(2)  # the greeting of the new one
    assert np.abs(recording.sound.astype(int)).max() > AUDIBLE
    assert (await kiosk.until("live"))["health"] == "ACTIVE"
    await ends_well(scene, kiosk)
