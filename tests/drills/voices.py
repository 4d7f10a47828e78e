"""Drills of who speaks, with real sound: a visitor who goes on talking, and music beside the avatar's voice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np

from app.audio.base import RATE, Sound
from tests.drills.hearing import AUDIBLE, ends_well, joined_anew, sentence, with_sound
from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene
from tests.rigs.pulse import SoundServer
from tests.vendors.agent_media import AgentAmbience

TALKS_S, TURN_S = 4.0, 8.0  # he speaks so long in every so many seconds
TALK_S = 152.0  # longer than `idle_s` with its question, and than voices count without words
VOICE_HZ = 440.0
IDLE = "idle_s = 45\nidle_warning_s = 20"


async def _talk(sound: SoundServer, until: Callable[[], bool], heard: Callable[[], Awaitable[object]]) -> None:
    """Let the visitor talk on. until: he stops; heard: called when he has said a sentence."""
    said = sentence()[: int(TALKS_S * RATE)]
    while not until():
        turn = asyncio.create_task(asyncio.sleep(TURN_S))
        await asyncio.to_thread(sound.speak, said)
        await heard()
        await turn


async def visitor_talks_on(scene: DrillScene) -> None:
    """His words come in the agent's name, from his own track: nobody asks whether he is there, nothing ends."""
    service = scene.service
    service.script = replace(service.script, visitor_as="agent")
    kiosk, sound = await with_sound(scene, IDLE)
    agent, since, words = service.emulator.agent, time.monotonic(), iter(range(100))

    async def heard() -> None:
        await agent.hear_question(final=f"How was bridge number {next(words)} built?")

    talk = _talk(sound, lambda: time.monotonic() - since > TALK_S, heard)
    assert await kiosk.screens_while(talk) == {"live"}
    assert max(agent.heard) > AUDIBLE, "the voice did not get into the room, and nothing is proved"
    status = await kiosk.until("live")
    assert status["visits"] == len(service.ours()) == 1
    assert status["visit"]["captions"] >= 2 * next(words)
    quiet = time.monotonic()
    await scene.promise("still there", 47, quiet, kiosk.until("still_there", 90))
    await ends_well(scene, kiosk)


async def deaf_avatar_prompts(scene: DrillScene) -> None:
    """It hears nothing and prompts by itself: that is no sign of being heard, and nobody is interrupted by an end."""
    service = scene.service
    service.script = replace(service.script, mind="deaf", prompts_s=15.0)
    kiosk, sound = await with_sound(scene, IDLE)
    agent, asked = service.emulator.agent, len(service.emulator.asked("/token"))
    since = time.monotonic()

    async def nothing() -> None:
        return

    def is_joined() -> bool:
        return len(service.emulator.asked("/token")) > asked or time.monotonic() - since > 120

    anew = joined_anew(scene, kiosk, asked, since, within=60)
    talk = asyncio.gather(anew, _talk(sound, is_joined, nothing))
    assert await kiosk.screens_while(talk) == {"live"}
    assert max(agent.heard) > AUDIBLE, "the voice did not get into the room, and nothing is proved"
    await ends_well(scene, kiosk)


async def music_beside_the_voice(scene: DrillScene) -> None:
    """The agent plays music of unknown source, with and without a worker: the voice is played, and it alone counts."""
    for worker, when in (("", "before"), ("", "after"), ("avatar-1", "before")):
        scene.service.script = replace(scene.service.script, worker=worker, ambience=when)
        kiosk, sound = await with_sound(scene, "idle_s = 15\nidle_warning_s = 5")
        await _voice_is_played(scene, kiosk, sound)
        kiosk.end()


async def _voice_is_played(scene: DrillScene, kiosk: KioskProcess, sound: SoundServer) -> None:
    with sound.recording() as recording:
        await scene.service.emulator.agent.say("The bridge is very old.", voice_s=3.0)
    await kiosk.until(lambda s: s["visit"]["speaking"] is None, 20)
    spoken = time.monotonic()
    voice, music = (_level(recording.sound, hertz) for hertz in (VOICE_HZ, AgentAmbience.HERTZ))
    assert voice > AUDIBLE, f"the voice was not played: {voice:.0f}"
    assert music < voice / 5, f"the music was played too: {music:.0f} and {voice:.0f}"
    await scene.promise("still there", 17, spoken, kiosk.until("still_there", 60))
    await scene.promise("farewell", 23, spoken, kiosk.until("farewell", 60))
    assert (await kiosk.until("attract", 10))["last_end"] == "idle"


def _level(sound: Sound, hertz: float) -> float:
    """Return the amplitude of a tone where it is loudest: the most of all half seconds."""
    most = 0.0
    for start in range(0, len(sound) - RATE // 2, RATE // 4):
        piece = sound[start : start + RATE // 2].astype(float)
        spectrum = np.abs(np.fft.rfft(piece)) * 2 / len(piece)
        at = round(hertz * len(piece) / RATE)
        most = max(most, float(np.sqrt((spectrum[at - 5 : at + 6] ** 2).sum())))
    return most
