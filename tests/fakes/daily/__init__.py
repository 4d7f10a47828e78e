"""Stands in for Daily's Python library (daily-python 0.36): its names, signatures, threads and manners.

Put in front with `PYTHONPATH=tests/fakes`, or imported as `tests.fakes.daily` and handed to the rooms. Rooms are on a
`tests.vendors.daily_host.DailyHost`, found through the room's address: `https://127.0.0.1:PORT/ROOM`. What is known of
the real one and kept here: a second `Daily.init` is the end of the process; callbacks come on foreign threads; `join`
answers by its completion only; `leave` and `release` wait for a pending join; a released client refuses everything;
errors of a request come twice, by completion and by `on_error`.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import numpy as np

from .media import AudioData, Media, VideoFrame
from .wire import Wire

__all__ = [
    "AudioData",
    "CallClient",
    "CustomAudioSource",
    "CustomAudioTrack",
    "Daily",
    "EventHandler",
    "VideoFrame",
]

Done = Callable[[str | None], None]  # gets the error
Joined = Callable[[Mapping[str, Any] | None, str | None], None]  # gets what is known of the room, or the error

_NOT_OPEN = "AppMessage(Signalling(ChannelNotOpen))"
_tracks: WeakValueDictionary[str, CustomAudioSource] = WeakValueDictionary()
clients: list[CallClient] = []  # every client that was made and is not released


class Daily:
    """The library's own life."""

    _is_ready = False

    @staticmethod
    def init(worker_threads: int = 2, log_level: object = None) -> None:
        if Daily._is_ready:
            raise SystemExit("Execution context already exists!")  # the real one aborts the process
        Daily._is_ready = True


class EventHandler:
    """What the library tells; a subclass overrides what it wants to hear."""

    def __init__(self, *args: object) -> None:
        pass

    def on_app_message(self, message: Any, sender: str) -> None: ...
    def on_call_state_updated(self, state: str) -> None: ...
    def on_error(self, message: str) -> None: ...
    def on_network_connection_status_updated(self, status: Mapping[str, Any]) -> None: ...
    def on_participant_joined(self, participant: Mapping[str, Any]) -> None: ...
    def on_participant_left(self, participant: Mapping[str, Any], reason: str) -> None: ...
    def on_participant_updated(self, participant: Mapping[str, Any]) -> None: ...


class CustomAudioSource:
    """Sound that goes into a track, in its own time."""

    def __init__(self, sample_rate: int, channels: int, auto_silence: bool = True) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self._busy = threading.Lock()
        self.sink: Callable[[int, int], None] | None = None  # gets the peak and the number of samples

    def write_frames(self, frames: bytes, completion: Callable[[int], None] | None = None) -> int:
        if not isinstance(frames, bytes):
            raise TypeError("frames: 'bytes' object expected")
        if len(frames) % (2 * self.channels):
            raise ValueError("frames bytestring should contain 16-bit samples")
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("Already borrowed")
        try:
            samples = np.frombuffer(frames, np.int16)
            if self.sink is not None:
                self.sink(int(np.abs(samples.astype(np.int32)).max(initial=0)), len(samples))
            time.sleep(len(samples) / self.sample_rate)
        finally:
            self._busy.release()
        if completion is not None:
            completion(len(samples))
        return len(samples)


class CustomAudioTrack:
    """A track that a call can publish."""

    def __init__(self, audio_source: CustomAudioSource) -> None:
        self.id = str(uuid.uuid4())
        _tracks[self.id] = audio_source


class CallClient:
    """One participant of one call."""

    def __init__(self, event_handler: EventHandler | None = None) -> None:
        if not Daily._is_ready:
            raise SystemExit("Execution context is not initialized.")  # the real one aborts the process
        if event_handler is not None and not isinstance(event_handler, EventHandler):
            raise TypeError("event_handler should be a subclass of `EventHandler`")
        self._handler = event_handler
        self._wire: Wire | None = None
        self._media = Media()
        self._state = "initialized"
        self._knobs: dict[str, Any] = {}
        self._joined = threading.Event()  # the join has been answered, either way
        self._joined.set()
        self._is_released = False
        self._source: CustomAudioSource | None = None
        clients.append(self)

    # ------------------------------------------------------------ the library's calls

    def join(
        self,
        meeting_url: str,
        meeting_token: str | None = None,
        client_settings: Mapping[str, Any] | None = None,
        completion: Joined | None = None,
    ) -> None:
        self._check()
        parts = urlsplit(meeting_url)
        if not parts.scheme or not parts.hostname:
            text = f'Failed to parse url: InvalidUrl("{meeting_url}", RelativeUrlWithoutBase)'
            threading.Thread(target=self._fail, args=("join", text, _without_data(completion)), daemon=True).start()
            return
        microphone = (client_settings or {}).get("inputs", {}).get("microphone", {})
        track = microphone.get("settings", {}).get("customTrack", {}).get("id")
        self._source = _tracks.pop(track, None) if microphone.get("isEnabled") else None
        self._joined.clear()
        self._set_state("joining")
        work = (parts.hostname, parts.port or 443, parts.path.strip("/"), meeting_token, completion)
        threading.Thread(target=self._join, args=work, name="daily-join", daemon=True).start()

    def leave(self, completion: Done | None = None) -> None:
        self._check()
        threading.Thread(target=self._leave, args=(completion,), name="daily-leave", daemon=True).start()

    def release(self) -> None:
        self._check()
        self._joined.wait()  # the real one blocks its caller for 18 s here
        time.sleep(self._knobs.get("release_s", 0.0))
        self._is_released = True
        self._media.stop()
        if self._wire is not None:
            self._wire.close()
        self._handler = None
        clients.remove(self)

    def send_app_message(self, message: Any, participant_id: str | None = None, completion: Done | None = None) -> None:
        self._check()
        if self._state != "joined" or self._wire is None:
            work = ("sendAppMessage", _NOT_OPEN, completion)
            threading.Thread(target=self._fail, args=work, daemon=True).start()
            return
        match self._knobs.get("channel"):
            case "broken":
                work = ("sendAppMessage", _NOT_OPEN, completion)
                threading.Thread(target=self._fail, args=work, daemon=True).start()
                return
            case "silent":  # neither sent nor answered
                return
        self._wire.send({"do": "app", "message": message})
        if completion is not None:
            threading.Thread(target=completion, args=(None,), daemon=True).start()

    def set_video_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, VideoFrame, str], None],
        video_source: str = "camera",
        color_format: str = "RGBA",
        logging_interval_ms: int = 10000,
    ) -> None:
        self._check()
        if color_format not in ("ABGR", "ARGB", "BGRA", "RGBA", "RGB", "I420"):
            raise ValueError(f"invalid color format '{color_format}'")
        self._media.show(participant_id, callback, video_source, color_format)

    def set_audio_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, AudioData, str], None],
        audio_source: str = "microphone",
        sample_rate: int = 16000,
        callback_interval_ms: int = 20,
        logging_interval_ms: int = 10000,
    ) -> None:
        self._check()
        self._media.hear(participant_id, callback, audio_source, sample_rate, callback_interval_ms)

    # ------------------------------------------------------------ behind them

    def _check(self) -> None:
        if self._is_released:
            raise RuntimeError("this object has already been released")

    def _set_state(self, state: str) -> None:
        self._state = state
        self._tell("call_state_updated", state)

    def _tell(self, name: str, *arguments: Any) -> None:
        if self._handler is not None:
            getattr(self._handler, f"on_{name}")(*arguments)

    def _fail(self, what: str, text: str, completion: Done | None) -> None:
        if completion is not None:
            completion(text)
        self._tell("error", f"Error handling {what}: {text}")

    def _join(self, host: str, port: int, room: str, token: str | None, completion: Joined | None) -> None:
        try:
            self._wire = Wire(host, port, {"do": "join", "room": room, "token": token})
        except OSError:
            self._joined.set()
            self._fail("join", "dns error: failed to lookup address information", _without_data(completion))
            return
        self._wire.read(lambda told: self._on_told(told, completion), self._on_cut)

    def _on_told(self, told: dict[str, Any], completion: Joined | None) -> None:
        match told["is"]:
            case "knobs":
                self._knobs |= told["knobs"]
            case "refused":
                self._joined.set()
                self._fail("join", told["text"], _without_data(completion))
            case "joined":
                self._media.set(told["media"])
                if self._source is not None:
                    self._source.sink = self._heard
                self._set_state("joined")
                self._joined.set()
                if completion is not None:
                    completion(told["data"], None)
            case "event":
                self._tell(told["name"], *told["arguments"])
            case "media":
                self._media.set(told["media"])
            case "say":
                self._media.say(told["seconds"])
            case "closed":
                self._set_state("left")

    def _heard(self, peak: int, samples: int) -> None:
        if self._state == "joined" and self._wire is not None:
            self._wire.send({"do": "heard", "peak": peak, "samples": samples})

    def _on_cut(self) -> None:
        if not self._joined.is_set():
            self._joined.set()
        elif self._state == "joined":
            self._tell("network_connection_status_updated", {"connection": "signalling", "event": "interrupted"})

    def _leave(self, completion: Done | None) -> None:
        self._joined.wait()
        self._set_state("leaving")
        time.sleep(self._knobs.get("leave_s", 0.0))
        if self._wire is not None:
            self._wire.send({"do": "leave"})
        if self._source is not None:
            self._source.sink = None
        self._set_state("left")
        if completion is not None:
            completion(None)


def _without_data(completion: Joined | None) -> Done | None:
    return None if completion is None else lambda error: completion(None, error)
