"""The sound devices, from the first visit to the end of the process: opens the speaker and the microphone."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from pathlib import Path

from app.aio import wait_done
from app.audio.base import Levels, Sound
from app.audio.chimes import load_chimes
from app.audio.device_thread import Client, DeviceThread
from app.audio.devices import Devices, Way
from app.audio.echo import EchoCanceller
from app.audio.engine import Engine
from app.audio.microphone import CaptureMicrophone
from app.audio.playout import Playout
from app.audio.voice import Model, VoiceDetector, load_model

log = logging.getLogger(__name__)

OPEN_S = 2.5  # nobody waits longer for a device; it is MISSING until it is there
CLOSE_S = 2.0


class SoundDeviceBackend:
    """An `AudioBackend` on PortAudio. Nothing is loaded, started or opened before the first `open_...`.

    Args:
        output_name: The speaker, as in the settings; "" for the system's default.
        input_name: The microphone, likewise.
        echo_cancellation: False: the speaker's sound is not taken out of the microphone's.
        levels: Where the levels of both are written.
        sounds: Folder of the chimes.
        devices: What stands in for PortAudio in tests.
    """

    def __init__(
        self,
        *,
        output_name: str,
        input_name: str,
        echo_cancellation: bool,
        levels: Levels,
        sounds: Path,
        devices: Devices | None = None,
    ) -> None:
        self._levels = levels
        self._cancels_echo = echo_cancellation
        self._sounds = sounds
        self._chimes: dict[str, Sound] | None = None
        self._model: Model | None = None
        self._is_model_loaded = False
        self._engine = Engine()
        self._devices = DeviceThread(devices or Devices(), self._engine, output_name, input_name)
        self._is_started = False

    async def open_speaker(self, volume: float) -> Playout:
        """See `AudioBackend.open_speaker`. A device that needs longer than `OPEN_S` is MISSING until it is there."""
        self._start()
        if self._chimes is None:
            self._chimes = await asyncio.to_thread(load_chimes, self._sounds)
        speaker = Playout(volume, self._chimes, self._levels, self._free_speaker)
        self._engine.speaker = speaker
        await self._opened(Way.OUTPUT, speaker)
        return speaker

    async def open_microphone(self) -> CaptureMicrophone:
        """See `AudioBackend.open_microphone`; a slow device as in `open_speaker`."""
        self._start()
        canceller, detector = await asyncio.to_thread(self._prepare)
        microphone = CaptureMicrophone(canceller.clean, detector, self._levels, self._free_microphone)
        self._engine.on_played = canceller.played
        self._engine.microphone = microphone
        await self._opened(Way.INPUT, microphone)
        return microphone

    async def close(self) -> None:
        """Free everything, `CLOSE_S` at most; only at the end of the process."""
        if self._is_started:
            await _bounded(self._devices.end(), CLOSE_S)
            self._engine.end()

    def _prepare(self) -> tuple[EchoCanceller, VoiceDetector]:
        # Both load native libraries at first use, some tenths of a second: never in the event loop's thread.
        if not self._is_model_loaded:
            self._model = load_model()
            self._is_model_loaded = True
        return EchoCanceller(self._cancels_echo), VoiceDetector(self._model)

    def _start(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._engine.start()
            self._devices.start()

    async def _opened(self, way: Way, client: Client) -> None:
        try:
            is_answered = await _bounded(self._devices.want(way, client), OPEN_S)
        except asyncio.CancelledError:
            self._devices.drop(way, client)
            raise
        if not is_answered:
            log.warning("a sound device does not answer", extra={"way": way.value})

    async def _free_speaker(self, speaker: Playout) -> None:
        await self._freed(Way.OUTPUT, speaker)
        if self._engine.speaker is speaker:
            self._engine.speaker = None

    async def _free_microphone(self, microphone: CaptureMicrophone) -> None:
        await self._freed(Way.INPUT, microphone)
        if self._engine.microphone is microphone:
            self._engine.microphone = self._engine.on_played = None

    async def _freed(self, way: Way, client: Client) -> None:
        if not await _bounded(self._devices.drop(way, client), CLOSE_S):
            log.warning("a sound device does not close", extra={"way": way.value})


async def _bounded(future: Future[None], limit_s: float) -> bool:
    """Wait for the device thread. False: not within `limit_s` seconds; the work goes on all the same."""
    return await wait_done(asyncio.wrap_future(future), most_s=limit_s)
