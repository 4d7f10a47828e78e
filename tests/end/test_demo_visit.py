"""The demo as a visitor meets it: needs nothing, speaks and listens with real sound, and gives everything back."""

from __future__ import annotations

import asyncio

import pytest

from tests.sound.speech import say, transcribe

pytestmark = [pytest.mark.asyncio, pytest.mark.display]


async def test_the_demo_needs_no_settings_no_sound_and_no_network(start) -> None:
    program = start("", "--busy", "2", command="demo")
    await program.until("attract", 40)
    await program.press("Return")
    await program.until("notice")
    await program.press("Return")
    await program.until("waiting")
    live = await program.until("live", 20)
    assert live["visit"]["vendor"] == "demo" and live["audio"]["speaker"] == "missing"
    spoken = await program.until(lambda s: s["visit"]["captions"] >= 1)
    assert spoken["video"]["source"] == "room"
    await program.press("Return")  # the first suggested question
    await program.until(lambda s: s["visit"]["captions"] >= 3)
    await program.press("Escape")
    done = await program.until("attract", 10)
    assert done["last_end"] == "visitor" and done["open_sessions"] == 0
    assert program.end() == 0


async def test_who_types_goodbye_reads_it_and_may_go_on_or_not(start) -> None:
    program = start("", command="demo")
    await program.until("attract", 40)
    await program.to_live()
    for ends in (False, True):
        for key in ("b", "y", "e", "Return"):
            await program.press(key)
        asked = await program.until("still_there", 30)
        assert asked["focus"] == "stay"
        if not ends:
            await program.press("Return")
            await program.until("live", 3)
            await asyncio.sleep(10)  # the same farewell may come twice
    done = await program.until("attract", 15)
    assert done["last_end"] == "visitor" and done["open_sessions"] == 0
    assert program.end() == 0


@pytest.mark.sound
async def test_the_guide_is_heard_and_hears(start, sound_server) -> None:
    names = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME")
    sound = {name: value for name, value in sound_server.environment().items() if name in names}
    program = start("", command="demo", environ={**sound, "PULSE_SERVER": ""})
    await program.until("attract", 40)
    with sound_server.recording() as recording:
        await program.to_live()
        await program.until(lambda s: s["visit"]["captions"] >= 1)
        heard = await program.until(lambda s: s["audio"]["played_s"] > 3 and s["visit"]["speaking"] is None, 40)
        assert heard["audio"]["microphone"] == "on" and heard["audio"]["speaker"] == "on"
    assert len(transcribe(recording.sound).split()) >= 6, "a greeting of several words"
    quiet = await program.until("live")
    before, played_s = quiet["visit"]["captions"], quiet["audio"]["played_s"]
    question = say("How old is the moon?")
    with sound_server.recording() as recording:
        await asyncio.to_thread(sound_server.speak, question)
        await program.until(lambda s: s["visit"]["captions"] >= before + 2, 30)
        await program.until(lambda s: s["visit"]["speaking"] is None and s["audio"]["played_s"] > played_s + 3, 40)
    assert "billion" in transcribe(recording.sound)
    sent = (await program.until("live"))["audio"]["sent_s"]
    assert sent > 5
    await program.press("Escape")
    await program.until("attract", 10)
    assert program.end() == 0
