"""Drills of ends by what is said: the visitor says goodbye, or the avatar."""

from __future__ import annotations

import asyncio
import subprocess
import time
from dataclasses import replace

import numpy as np

from app.audio.base import RATE
from tests.drills.hearing import with_sound
from tests.drills.kiosk import KioskProcess
from tests.drills.scene import DrillScene

SHOWN_S = 6.0
AGAIN_S = 11.0  # the same goodbye so soon after one that was not meant is a late copy of it
GOODBYE = {"en": "Thank you, goodbye.", "de": "Vielen Dank, auf Wiedersehen."}
LAST_QUESTION = "Tell me about the bridge, and then let us say goodbye to each other."  # the answer repeats it
QUIET = 300  # of 32767
LOUD_PART = 0.7  # of a voice that is a tone
QUESTION = {"en": "How old is the bridge?", "de": "Wie alt ist die Brücke?"}


async def visitor_says_goodbye(scene: DrillScene) -> None:
    """The avatar answers, "Goodbye" is shown; words, a key and a touch say that he is still here, silence ends it."""
    scene.service.script = replace(scene.service.script, answer="It was lovely to talk with you.")
    for language, goodbye in GOODBYE.items():
        kiosk = scene.start(environ={"KIOSK_KIOSK__LANGUAGE": language})
        await kiosk.to_live()
        await kiosk.moves()
        for still_here in (_words(scene, language), kiosk.press("x"), _touch(kiosk)):
            await _says(scene, kiosk, goodbye)
            await still_here
            await kiosk.until("live", 3)
            await asyncio.sleep(AGAIN_S)
        await kiosk.ask(goodbye)
        await kiosk.until("still_there", 20)
        await _ends(scene, kiosk)
        await kiosk.to_live()
        await kiosk.moves()
        await _says(scene, kiosk, goodbye)
        await _ends(scene, kiosk)
        kiosk.end()


async def _says(scene: DrillScene, kiosk: KioskProcess, goodbye: str) -> None:
    at = time.monotonic()
    await scene.service.emulator.agent.hear_question(final=goodbye)
    await scene.promise("Goodbye", 5, at, kiosk.until("still_there", 30))


async def _words(scene: DrillScene, language: str) -> None:
    await scene.service.emulator.agent.hear_question(final=QUESTION[language])


async def _touch(kiosk: KioskProcess) -> None:
    command = ["xdotool", "mousemove", "270", "200", "click", "1"]
    await asyncio.to_thread(subprocess.run, command, env=kiosk.environ, check=True)


async def _ends(scene: DrillScene, kiosk: KioskProcess) -> None:
    shown = time.monotonic()
    await scene.promise("farewell", SHOWN_S + 1, shown, kiosk.until("farewell", 30))
    assert time.monotonic() - shown > SHOWN_S - 1
    await scene.stopped(shown, SHOWN_S + 3)
    assert (await kiosk.until("attract", 10))["last_end"] == "visitor"


async def avatar_says_goodbye(scene: DrillScene) -> None:
    """It asks to end the visit while it speaks: it is heard to the end, and then the farewell follows."""
    scene.service.script = replace(scene.service.script, word_s=0.3, tool="end_call", tool_when="speech")
    kiosk, sound = await with_sound(scene)
    with sound.recording() as recording:
        await kiosk.ask(LAST_QUESTION)
        await kiosk.until(lambda s: s["visit"]["speaking"] == "avatar", 20)
        await kiosk.until(lambda s: s["visit"] is None or s["visit"]["speaking"] is None, 30)
        spoken = time.monotonic()
        await scene.promise("farewell", 2.5, spoken, kiosk.until("farewell", 20))
    heard_s = np.count_nonzero(np.abs(recording.sound.astype(int)) > QUIET) / RATE
    assert heard_s > LOUD_PART * 0.3 * len(LAST_QUESTION.split()), f"only {heard_s:.1f} s of its last words were heard"
    await scene.stopped(spoken, 4)
    assert (await kiosk.until("attract", 10))["last_end"] == "avatar_ended"
