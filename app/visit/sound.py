"""The sound devices of a visit: speaker from the tap, microphone from the consent; both close before the release."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import TypeVar

from app.audio.base import AudioBackend, DeviceState, Microphone, SpeakerOut
from app.screens import TalkMode
from app.vitals import AudioVitals, Vitals

log = logging.getLogger(__name__)
T = TypeVar("T")

CLOSE_S = 1.0


class VisitSound:
    """The devices of one visit, as a context manager. The speaker begins to open at once, in the background."""

    def __init__(self, backend: AudioBackend, mode: TalkMode, volume: float, vitals: Vitals) -> None:
        self._backend = backend
        self._mode = mode
        self._volume = volume
        self._vitals = vitals
        self._speaker: asyncio.Task[SpeakerOut] | None = None
        self._microphone: asyncio.Task[Microphone] | None = None

    async def __aenter__(self) -> VisitSound:
        self._speaker = asyncio.create_task(self._backend.open_speaker(self._volume), name="open-speaker")
        return self

    def open_microphone(self) -> None:
        """Begin to open the microphone: the visitor agreed. Nothing happens in text mode."""
        if self._mode is not TalkMode.TEXT and self._microphone is None:
            self._microphone = asyncio.create_task(self._backend.open_microphone(), name="open-microphone")

    async def speaker(self) -> SpeakerOut:
        """Return the open speaker."""
        if self._speaker is None:
            raise RuntimeError("the devices are used outside their context")
        return await asyncio.shield(self._speaker)

    async def microphone(self) -> Microphone | None:
        """Return the open microphone; None in text mode, and where none can be opened: the visit goes on by text."""
        if self._microphone is None:
            return None
        try:
            return await asyncio.shield(self._microphone)
        except Exception as error:
            log.error("the microphone could not be opened", extra={"error": type(error).__name__})
            return None

    def measure(self) -> None:
        """Write the state of the devices into the vitals."""
        speaker = _opened(self._speaker)
        microphone = _opened(self._microphone)
        self._vitals.audio = AudioVitals(
            played_s=speaker.played_s if speaker else 0.0,
            sent_s=microphone.sent_s if microphone else 0.0,
            microphone=(microphone.state if microphone else DeviceState.OFF).value,
            speaker=(speaker.state if speaker else DeviceState.OFF).value,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        speaker, microphone = _opened(self._speaker), _opened(self._microphone)
        if microphone:
            microphone.enabled = False
        if speaker:
            speaker.muted = True
        # A device that is still opening is closed as soon as it is open; the visitor does not wait for it.
        closing = asyncio.gather(*(_close(task) for task in (self._microphone, self._speaker) if task is not None))
        await asyncio.wait({closing}, timeout=CLOSE_S)
        self._vitals.audio = None


def _opened(task: asyncio.Task[T] | None) -> T | None:
    if task is None or not task.done() or task.cancelled() or task.exception() is not None:
        return None
    return task.result()


async def _close(opening: asyncio.Task[SpeakerOut] | asyncio.Task[Microphone]) -> None:
    try:
        device = await opening
        await device.close()
    except Exception as error:
        log.warning("a sound device did not close", extra={"error": type(error).__name__})
