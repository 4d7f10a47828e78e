"""The sound thread: processes what the devices' threads deliver, and goes on every 10 ms where a device is missing."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

import numpy as np

from app.audio.base import FRAME, RATE, DeviceState, Sound
from app.audio.microphone import CaptureMicrophone
from app.audio.playout import Playout
from app.audio.ring import QUIET
from app.audio.streams import raise_priority

log = logging.getLogger(__name__)

_BLOCK_S = FRAME / RATE
_BACKLOG = 100  # blocks, 1 s: what comes while so many wait is dropped
_QUIET_BLOCKS = 30  # 0.3 s of a silent speaker: its echo in the room is over


class Engine(threading.Thread):
    """Passes blocks between the devices' threads, the speaker, the echo canceller and the microphone.

    The threads of the devices only put a block into a queue, because they must never be late; echo cancellation and
    voice detection happen here. What was played and what was heard stay in the order in which they came.

    Attributes:
        speaker: Where the played sound comes from; None: silence is played.
        microphone: Gets the recorded sound; None: it is dropped.
        on_played: Gets every block that went to the speaker, for the echo canceller.
    """

    def __init__(self) -> None:
        super().__init__(name="sound", daemon=True)
        self.speaker: Playout | None = None
        self.microphone: CaptureMicrophone | None = None
        self.on_played: Callable[[Sound], None] | None = None
        self._queue: queue.SimpleQueue[tuple[Sound, float] | Sound | None] = queue.SimpleQueue()
        self._speaker_delay_s = 0.0
        self._quiet_blocks = 0
        self._is_ending = False

    def next_block(self, delay_s: float) -> Sound:
        """Return the speaker's next 480 samples, heard in `delay_s` seconds; called by the output device's thread."""
        speaker = self.speaker
        if speaker is None:
            return np.zeros(FRAME, np.int16)
        block = speaker.next_block(delay_s)
        self._speaker_delay_s = delay_s
        if self.microphone is not None and self._queue.qsize() < _BACKLOG:
            self._queue.put(block)
        return block

    def heard(self, block: Sound, delay_s: float) -> None:
        """Take 480 samples that reached the microphone `delay_s` seconds ago; called by the input device's thread."""
        if self._queue.qsize() < _BACKLOG:
            self._queue.put((block, delay_s))

    def end(self) -> None:
        """Let the thread end; from any thread."""
        self._is_ending = True
        self._queue.put(None)

    def run(self) -> None:
        """Work until `end`."""
        raise_priority()
        due = time.monotonic()
        while not self._is_ending:
            is_lacking = self._is_lacking()
            # For a missing device it wakes up every two blocks: nobody hears the difference, and waking up costs more
            # than the work.
            wait_s = max(0.0, due + _BLOCK_S - time.monotonic()) if is_lacking else 0.2
            try:
                item = self._queue.get(timeout=wait_s) if wait_s else self._queue.get_nowait()
                self._handle(item)
            except queue.Empty:
                pass
            except Exception as error:  # reason: every later visit needs this thread
                log.exception("a block of sound was lost", extra={"error": type(error).__name__})
            now = time.monotonic()
            if not is_lacking or now - due > 0.5:
                due = now
            while due <= now:
                due += _BLOCK_S
                if is_lacking:
                    self._let_pass()

    def _handle(self, item: tuple[Sound, float] | Sound | None) -> None:
        if item is None:
            return
        if isinstance(item, tuple):
            block, delay_s = item
            if self.microphone is not None:
                is_quiet = self._quiet_blocks > _QUIET_BLOCKS
                self.microphone.hear(block, self._speaker_delay_s + delay_s, is_quiet)
            if self.speaker is None:
                self._quiet_blocks += 1
        else:
            self._quiet_blocks = self._quiet_blocks + 1 if np.abs(item.astype(np.int32)).max() <= QUIET else 0
            if self.on_played is not None:
                self.on_played(item)

    def _is_lacking(self) -> bool:
        return any(d is not None and d.state is DeviceState.MISSING for d in (self.speaker, self.microphone))

    def _let_pass(self) -> None:
        if self.speaker is not None and self.speaker.state is DeviceState.MISSING:
            self.speaker.drain()
            self._quiet_blocks += 1
        if self.microphone is not None and self.microphone.state is DeviceState.MISSING:
            self.microphone.miss()
