"""The guide's speech recognition: microphone frames to words, in a worker thread, without a network.

An optional extra (`listen`).
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from app.aio import cancel_and_wait
from app.audio.base import RATE, Sound
from app.audio.resample import Resampler

log = logging.getLogger(__name__)

_PACKAGE = "moonshine_voice"
_MODEL = "tiny-en"  # in the wheel of 0.0.73; later wheels download theirs
_MODEL_RATE = 16_000
_UPDATE_S = 0.5  # how often an unfinished line is recognised again: each time costs a tenth of its length
_CHUNK_S = 0.1
_MOST_WAITING_S = 20.0  # sound that waits at most on a slow machine; then the oldest is dropped


@dataclass(frozen=True, slots=True)
class RecognizedSpeech:
    """Words of the visitor.

    Attributes:
        line: Tells the lines of one visit apart.
        text: The whole line so far.
        final: The line is complete.
    """

    line: str
    text: str
    final: bool


class SpeechRecognizer(Protocol):
    """Recognises speech. One for the whole process."""

    async def listen(self, frames: AsyncIterator[Sound], hear: Callable[[RecognizedSpeech], None]) -> None:
        """Call `hear` with what is recognised, until the frames end or the call is cancelled."""
        ...

    def close(self) -> None:
        """Free the model; idempotent."""
        ...


def can_hear(language: str) -> bool:
    """Return whether speech of this language can be recognised: it is English and the extra is installed."""
    return language.startswith("en") and importlib.util.find_spec(_PACKAGE) is not None


def open_recognizer(language: str) -> SpeechRecognizer | None:
    """Return a recognizer for this language, or None. Loads nothing yet."""
    return MoonshineRecognizer() if can_hear(language) else None


class MoonshineRecognizer:
    """English, by moonshine-voice, whose voice detection cuts the sound into lines."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="guide-recognizer")
        self._model: Any = None
        self._is_closed = False

    async def listen(self, frames: AsyncIterator[Sound], hear: Callable[[RecognizedSpeech], None]) -> None:
        """See `SpeechRecognizer.listen`. If the model cannot be loaded, that is logged and nothing is recognised."""
        loop = asyncio.get_running_loop()
        opening = self._worker.submit(self._open)
        inbox = _Inbox()
        collecting = asyncio.create_task(inbox.collect(frames), name="guide-recognizer-inbox")
        try:
            stream = await asyncio.wrap_future(opening)
            while (sound := await inbox.take()) is not None:
                for heard in await loop.run_in_executor(self._worker, stream.add, sound):
                    hear(heard)
            for heard in await loop.run_in_executor(self._worker, stream.finish):
                hear(heard)
        except Exception as error:
            log.error("the guide cannot hear", extra={"error": type(error).__name__}, exc_info=error)
        finally:
            await cancel_and_wait(collecting)
            self._worker.submit(_close, opening)  # the worker has one thread, so opening is done by then

    def close(self) -> None:
        """See `SpeechRecognizer.close`."""
        if not self._is_closed:
            self._is_closed = True
            self._worker.submit(self._free)
            self._worker.shutdown(wait=True)

    def _open(self) -> _Stream:
        if self._model is None:
            from moonshine_voice import ModelArch, Transcriber, get_assets_path

            # Otherwise each update would return the sound of every line so far.
            options = {"return_audio_data": "false"}
            self._model = Transcriber(str(get_assets_path() / _MODEL), ModelArch.TINY, options=options)
        return _Stream(self._model)

    def _free(self) -> None:
        if self._model is not None:
            self._model.close()
            self._model = None


class _Inbox:
    """Sound that waits for the recognizer, which takes all of it at once: so a slow machine can catch up."""

    def __init__(self) -> None:
        self._frames: list[Sound] = []
        self._waiting_s = 0.0
        self._enough = asyncio.Event()
        self._ended = False

    async def collect(self, frames: AsyncIterator[Sound]) -> None:
        """Collect frames until they end."""
        try:
            async for frame in frames:
                self._frames.append(frame)
                self._waiting_s += len(frame) / RATE
                while self._waiting_s > _MOST_WAITING_S:
                    self._waiting_s -= len(self._frames.pop(0)) / RATE
                if self._waiting_s >= _CHUNK_S:
                    self._enough.set()
        finally:
            self._ended = True
            self._enough.set()
            if isinstance(frames, AsyncGenerator):
                await frames.aclose()

    async def take(self) -> Sound | None:
        """Wait for sound and take all of it, int16, shape (n,); None at the end."""
        await self._enough.wait()
        taken, self._frames, self._waiting_s = self._frames, [], 0.0
        if not self._ended:
            self._enough.clear()
        return np.concatenate(taken) if taken else None


class _Stream:
    """One visit's stream in the model; used on the worker's thread only."""

    def __init__(self, model: Any) -> None:
        self._stream = model.create_stream(update_interval=_UPDATE_S)
        self._stream.add_listener(self._on_event)
        self._stream.start()
        self._heard: list[RecognizedSpeech] = []
        self._to_model_rate = Resampler(RATE, _MODEL_RATE)

    def add(self, sound: Sound) -> list[RecognizedSpeech]:
        """Take more sound, int16, shape (n,), 48 kHz; return what has changed."""
        heard = self._to_model_rate.feed(sound.astype(np.float32) / np.float32(32768))
        self._stream.add_audio(heard.tolist(), _MODEL_RATE)
        return self._taken()

    def finish(self) -> list[RecognizedSpeech]:
        """End the sound and return the rest."""
        self._stream.stop()
        return self._taken()

    def close(self) -> None:
        """Free it."""
        self._stream.close()

    def _taken(self) -> list[RecognizedSpeech]:
        heard, self._heard = self._heard, []
        return heard

    def _on_event(self, event: Any) -> None:
        final = type(event).__name__ == "LineCompleted"
        if final or (type(event).__name__ == "LineTextChanged" and not event.line.is_complete):
            self._heard.append(RecognizedSpeech(str(event.line.line_id), event.line.text.strip(), final))


def _close(opening: Future[_Stream]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
