"""The audio backend on a machine without devices: every visit goes on, and nothing is raised."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.audio.backend import SoundDeviceBackend
from app.audio.base import DeviceState, Levels
from app.audio.devices import DeviceError

pytestmark = [pytest.mark.asyncio, pytest.mark.real_time, pytest.mark.expect_log("a sound device is missing")]
SOUNDS = Path(__file__).parents[3] / "resources" / "sounds"


class NoDevices:
    """A machine without a sound card."""

    def refresh(self) -> None:
        raise DeviceError("the sound library does not start")

    def listed_s_ago(self) -> float:
        return float("inf")

    def cards(self) -> list:
        raise DeviceError("the sound library does not start")


@pytest.fixture
def backend():
    return SoundDeviceBackend(
        output_name="", input_name="", echo_cancellation=True, levels=Levels(), sounds=SOUNDS, devices=NoDevices()
    )


async def test_missing_devices_are_a_state_and_not_an_error(backend):
    speaker = await backend.open_speaker(0.8)
    microphone = await backend.open_microphone()
    assert speaker.state is microphone.state is DeviceState.MISSING
    async for frame in microphone.frames():
        assert not frame.any()
        break
    await microphone.close()
    await speaker.close()
    assert speaker.state is microphone.state is DeviceState.OFF
    await backend.close()


async def test_one_visit_after_the_other_gets_its_own(backend):
    for _ in range(3):
        speaker = await backend.open_speaker(0.8)
        microphone = await backend.open_microphone()
        await asyncio.gather(microphone.close(), speaker.close())
    await backend.close()


async def test_a_speaker_that_is_closed_late_does_not_take_the_next_one_away(backend):
    first = await backend.open_speaker(0.8)
    second = await backend.open_speaker(0.8)
    await first.close()
    assert second.state is DeviceState.MISSING  # and not off
    await second.close()
    await backend.close()


async def test_a_backend_that_was_never_used_closes_at_once(backend):
    await backend.close()
