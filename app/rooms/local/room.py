"""The room of the built-in guide: picture and voice through local LiveKit tracks, events as a LiveKit agent sends them.

No server and no network. Names and order of the events follow LiveKit Agents 1.x (docs/vendors/livekit.md 4).
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable

from livekit import rtc

from app.aio import TaskSet, wait_done
from app.audio.base import DeviceState, Microphone, SpeakerOut
from app.character.renderer import CharacterRenderer
from app.guide.build import Guide
from app.guide.dialog_state import DialogState
from app.guide.recognizer import RecognizedSpeech
from app.guide.talk import GuideTalk
from app.guide.wire import GOODBYE, GUIDE, INTERRUPT, URL, WRAP_UP
from app.picture import Frame, Picture
from app.rooms.base import (
    ActiveSpeakers,
    AvatarAudio,
    AvatarVideo,
    ChooseAvatar,
    Disconnected,
    FirstFrame,
    MicrophoneHeard,
    Participant,
    ParticipantsChanged,
    Room,
    RoomError,
    RoomEvent,
    RoomFactory,
    RoomFault,
    Text,
)
from app.rooms.livekit.log import LibraryLog
from app.rooms.livekit.tracks import pump_video
from app.rooms.local.scene import LocalScene
from app.rooms.local.voice import LocalVoice
from app.screens import EndReason

log = logging.getLogger(__name__)

_SIZE = (720, 1280)  # pixels, with which the track begins; each frame brings its own size
_WATCH_S = 0.05
_LEAVE_S = 2.0


class LocalRoom:
    """One visit with the guide; see `Room`.

    Args:
        guide: The guide of all visits.
        renderer: Of this visit, not started yet.
        picture: Where frames go.
        speaker: Where the guide's voice goes; None: nowhere.
        microphone: The visitor's; None: the guide does not listen.
        choose: Decides whether picture and voice are taken.
        seed: Of everything random in the talk.
    """

    def __init__(
        self,
        guide: Guide,
        renderer: CharacterRenderer,
        *,
        picture: Picture,
        speaker: SpeakerOut | None,
        microphone: Microphone | None,
        choose: ChooseAvatar,
        seed: int,
    ) -> None:
        self.events: asyncio.Queue[RoomEvent] = asyncio.Queue()
        self.identity = self.sid = ""
        self._guide = guide
        self._renderer = renderer
        self._picture = picture
        self._speaker = speaker
        self._microphone = microphone
        self._choose = choose
        self._chance = random.Random(seed)
        self._voice: LocalVoice | None = None
        self._source: rtc.VideoSource | None = None
        self._talk: GuideTalk | None = None
        self._tasks = TaskSet(self._on_failure)
        self._scene: LocalScene | None = None
        self._told: tuple[Participant, ActiveSpeakers] | None = None
        self._has_frame = False
        self._own_speaks = False
        self._streams = 0
        self._leaving: asyncio.Task[None] | None = None
        self._log = LibraryLog()

    # ------------------------------------------------------------ the interface of a room

    async def join(self, url: str, token: str, deadline_s: float) -> None:
        """See `Room.join`; done at once.

        Raises:
            RoomError: The guide or the media library cannot be used.
        """
        self._log.install()
        try:
            of_guide = self._guide.in_language(url.removeprefix(URL))
            voice = self._voice = LocalVoice(self._speaker)
            source = self._source = rtc.VideoSource(*_SIZE)
            track = rtc.LocalVideoTrack.create_video_track("guide", source)
        except Exception as error:
            raise RoomError(RoomFault.CONFIG, f"the guide cannot be used: {type(error).__name__}") from error
        self.identity = token or "visitor"
        scene = self._scene = LocalScene(self._renderer, voice, self._tell_words, self._tell_changes)
        dialog = DialogState(of_guide.knowledge, self._chance, self._guide.questions)
        recognizer = of_guide.recognizer if self._microphone is not None else None
        clock = asyncio.get_running_loop().time
        talk = self._talk = GuideTalk(
            dialog, of_guide.voice, scene, self._chance, clock, recognizes_speech=recognizer is not None
        )
        self._tell_changes()
        choice = self._choose((_participant(scene),))
        if choice.video == GUIDE:
            self._renderer.start(lambda frame: self._show(source, frame))
            self._tasks.start(pump_video(track, None, self._picture, self._on_frame), "local-room-video")
            self.events.put_nowait(AvatarVideo(True))
        if choice.audio == GUIDE:
            self._tasks.start(voice.pump(), "local-room-voice")
            self.events.put_nowait(AvatarAudio(True))
        self._tasks.start(talk.run(), "local-room-talk")
        if self._microphone is not None:
            self._tasks.start(self._watch_visitor(self._microphone, talk), "local-room-visitor")
            if recognizer is not None:
                self._tasks.start(
                    recognizer.listen(self._microphone.frames(), self._on_words), "local-room-recognition"
                )
                self.events.put_nowait(MicrophoneHeard())

    async def send_text(self, text: str, topic: str) -> None:
        """See `Room.send_text`. A text on `lk.chat` is a question; others are ignored."""
        if topic == "lk.chat" and self._talk is not None:
            self._talk.ask(text)

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        """See `Room.send_data`. The guide takes no data."""
        return False

    async def call(self, identity: str, method: str, payload: str) -> None:
        """See `Room.call`. The guide takes `INTERRUPT`, `WRAP_UP` and `GOODBYE`; others are ignored."""
        if self._talk is None or identity != GUIDE:
            return
        {INTERRUPT: self._talk.interrupt, WRAP_UP: self._talk.wrap_up, GOODBYE: self._talk.goodbye}.get(
            method, _nothing
        )()

    async def leave(self) -> None:
        """See `Room.leave`."""
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._leave(), name="local-room-leave")
        await wait_done(self._leaving, most_s=_LEAVE_S)

    async def _leave(self) -> None:
        self._renderer.stop()  # first: its thread must not paint into a source that is gone
        await self._tasks.cancel_all(None)
        if self._voice is not None:
            await self._voice.close()
        if self._source is not None:
            await self._source.aclose()
        self._voice = self._source = self._talk = None
        self._log.remove()

    def _show(self, source: rtc.VideoSource, frame: Frame) -> None:
        self._renderer.free(self._picture.free)
        _capture(source, frame)

    # ------------------------------------------------------------ the visitor's voice

    async def _watch_visitor(self, microphone: Microphone, talk: GuideTalk) -> None:
        while True:
            speaks = microphone.enabled and microphone.state is DeviceState.ON and microphone.speaking
            self._renderer.hear(microphone.level if speaks else 0.0)
            talk.visitor_speaks(speaks)
            if speaks != self._own_speaks:
                self._own_speaks = speaks
                self._tell_changes()
            await asyncio.sleep(_WATCH_S)

    def _on_words(self, heard: RecognizedSpeech) -> None:
        if self._talk is not None and self._talk.heard(heard.text, line=heard.line, final=heard.final):
            self._streams += 1
            stream = f"visitor_{self._streams}"
            self._tell_text(self.identity, stream, heard.line, heard.text, final=heard.final)
            self._tell_text(self.identity, stream, heard.line, "", final=heard.final, closed=True)

    # ------------------------------------------------------------ events

    def _on_frame(self) -> None:
        self._renderer.free(self._picture.free)  # how much of the picture is covered changes with the screens
        if not self._has_frame:
            self._has_frame = True
            self.events.put_nowait(FirstFrame())

    def _tell_changes(self) -> None:
        """Report the guide's state and who speaks, each if it has changed since it was last reported."""
        if self._scene is None:
            return
        speaking = (GUIDE,) if self._scene.is_speaking else ()
        now = _participant(self._scene), ActiveSpeakers(speaking, self._own_speaks)
        participant, speakers = self._told or (None, ActiveSpeakers((), False))
        self._told = now
        if now[0] != participant:
            self.events.put_nowait(ParticipantsChanged((now[0],)))
        if now[1] != speakers:
            self.events.put_nowait(now[1])

    def _tell_words(self, segment: str, words: str, closed: bool) -> None:
        self._tell_text(GUIDE, segment, segment, words, final=closed, closed=closed)

    def _tell_text(
        self, identity: str, stream: str, segment: str, text: str, *, final: bool, closed: bool = False
    ) -> None:
        attributes = {"lk.segment_id": segment, "lk.transcription_final": "true" if final else "false"}
        self.events.put_nowait(Text("lk.transcription", identity, stream, text, closed, attributes))

    def _on_failure(self, name: str, error: BaseException) -> None:
        log.error("a part of the guide failed", extra={"task": name}, exc_info=error)
        self.events.put_nowait(Disconnected(EndReason.ERROR))


def _participant(scene: LocalScene) -> Participant:
    attributes = {"lk.agent.state": scene.state.value}
    return Participant(GUIDE, is_agent=True, attributes=attributes, has_video=True, has_audio=True)


def _capture(source: rtc.VideoSource, frame: Frame) -> None:
    source.capture_frame(
        rtc.VideoFrame(frame.width, frame.height, rtc.VideoBufferType.BGRA, frame.data),
        timestamp_us=int(time.monotonic() * 1e6),
    )


def _nothing() -> None:
    """Stands for a procedure that the guide does not have."""


def local_rooms(guide: Guide, renderer: Callable[[], CharacterRenderer], seed: Callable[[], int]) -> RoomFactory:
    """Return the factory of the guide's rooms.

    Args:
        guide: The guide of all visits.
        renderer: Returns a new renderer, not started, for each visit.
        seed: Returns a number for each visit.
    """

    def make(
        *, picture: Picture, speaker: SpeakerOut | None, microphone: Microphone | None, choose: ChooseAvatar
    ) -> Room:
        return LocalRoom(
            guide, renderer(), picture=picture, speaker=speaker, microphone=microphone, choose=choose, seed=seed()
        )

    return make
