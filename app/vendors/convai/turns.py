"""Converts Convai's messages about turns to common events: who speaks, who thinks, the captions, the face.

See docs/vendors/convai.md 4.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from app.events import AnswerDeclined, Caption, Event, FlushMouth, Speaking, Thinking
from app.screens import Speaker
from app.vendors.convai.captions import AvatarCaptions, VisitorCaptions
from app.vendors.convai.emotions import emotions
from app.vendors.convai.face import Face
from app.vendors.convai.messages import Message

Handler = Callable[[Message], Iterable[Event]]

QUIET_S = 1.5  # an answer that was written and spoken is over after so long without another word
UNFINISHED_S = 10.0  # and so is one whose voice, or whose mark that it is written, does not come
TYPED_S = 2.0  # after a typed question the service says so soon that the visitor speaks


class Turns:
    """The turns of one session's conversation.

    Args:
        clock: Returns a monotonic time in seconds.
        follows_face: The service's face data moves the mouth.
        face_fps: Frames per second of the animation stream.

    Attributes:
        handlers: Functions that take a message and return events, by message type.
    """

    def __init__(self, clock: Callable[[], float], *, follows_face: bool, face_fps: float) -> None:
        self._clock = clock
        self._follows_face = follows_face
        self._face = Face(face_fps)
        self._visitor = VisitorCaptions()
        self._avatar = AvatarCaptions()
        self._is_open = self._is_written = self._was_spoken = False
        self._ends_at: float | None = None  # when the turn is over unless more of it comes
        self._is_end_due = False  # the end of an earlier turn may still be told
        self._is_cut_due = False  # the end of a turn that was interrupted may still be told
        self._visitor_speaks = self._avatar_speaks = self._thinks = False
        self._typed_until = 0.0  # until then a voice of the visitor is made up
        self.handlers: Mapping[str, Handler] = {
            "user-started-speaking": lambda message: self._on_voice(),
            "user-stopped-speaking": lambda message: self._visitor_says(False),
            "vad-stt-started": lambda message: self._on_voice(),
            "vad-stt-stopped": lambda message: self._visitor_says(False),
            "user-transcription": self._on_transcription,
            "final-user-transcription": self._on_final,
            "bot-llm-started": self._on_answer,
            "bot-llm-text": lambda message: self._on_text(self._avatar.chunk(message)),
            "bot-llm-stopped": lambda message: self._on_written(),
            "bot-transcription": lambda message: self._on_text(self._avatar.sentence(message)),
            "bot-started-speaking": self._on_speaking,
            "bot-stopped-speaking": self._on_spoken,
            "bot-turn-completed": self._on_completed,
            "bot-interrupted": lambda message: self._on_interrupted(),
            "neurosync-blendshapes-cancel": lambda message: self._cancelled(),
            "llm-no-response": self._on_no_answer,
            "bot-emotion": emotions,
            "visemes": self._on_face,
            "neurosync-blendshapes": self._on_face,
            "chunked-neurosync-blendshapes": self._on_face,
        }

    def typed(self) -> None:
        """A typed question is sent: the service makes up that the visitor speaks, which proves no hearing."""
        self._typed_until = self._clock() + TYPED_S

    def drop(self) -> None:
        """We interrupted: show nothing that still comes of this turn, whatever the service does."""
        self._face.interrupted()
        self._avatar.drop()
        self._is_written = True

    # ------------------------------------------------------------ the visitor's side

    def _on_voice(self) -> Iterator[Event]:
        self._visitor.voice_began()
        if self._clock() >= self._typed_until:
            yield from self._visitor_says(True)

    def _on_transcription(self, message: Message) -> Iterator[Event]:
        for caption in self._visitor.transcription(message):
            yield caption
            if caption.final:
                yield from self._words_end()

    def _on_final(self, message: Message) -> Iterator[Event]:
        yield from self._visitor.final(message)
        yield from self._words_end()

    def _words_end(self) -> Iterator[Event]:
        self._typed_until = 0.0
        yield from self._visitor_says(False)

    def _visitor_says(self, active: bool) -> Iterator[Event]:
        if active != self._visitor_speaks:
            self._visitor_speaks = active
            yield Speaking(Speaker.VISITOR, active)

    # ------------------------------------------------------------ the avatar's side

    def _on_answer(self, message: Message) -> Iterator[Event]:
        yield from self._open()
        self._is_written = self._was_spoken = False
        self._ends_at = None
        self._face.answering()
        yield from self._avatar.begin()
        yield from self._thinking(True)

    def _on_no_answer(self, message: Message) -> Iterator[Event]:
        yield from self._thinking(False)
        if message.text("reason") == "abstain":  # without it the answer may have failed
            yield AnswerDeclined()

    def _on_text(self, captions: Iterator[Caption]) -> Iterator[Event]:
        for caption in captions:
            if not self._is_open:  # the message that begins the answer is missing, or late
                yield from self._open()
                self._wait_for_more()
            yield caption
        if self._ends_at is not None:
            self._wait_for_more()

    def _on_written(self) -> Iterator[Event]:
        self._is_written = True
        if self._is_open and not self._avatar_speaks:
            self._wait_for_more()
        yield from ()

    def _on_speaking(self, message: Message) -> Iterator[Event]:
        if not self._is_open:
            yield from self._avatar.begin()
        yield from self._open()
        self._ends_at = None
        self._face.speaking()
        yield from self._thinking(False)
        yield from self._avatar_says(True)

    def _on_spoken(self, message: Message) -> Iterator[Event]:
        self._face.spoken()
        if self._avatar_speaks:
            yield from self._avatar_says(False)
            yield from self._thinking(True)  # a pause inside the turn: the idle timer stays on hold
            self._was_spoken = True
            self._wait_for_more()

    def _wait_for_more(self) -> None:
        """More of this turn is waited for, and so long."""
        is_whole = self._was_spoken and self._is_written
        self._ends_at = self._clock() + (QUIET_S if is_whole else UNFINISHED_S)

    def overdue(self) -> Iterator[Event]:
        """Yield the end of a turn that the service does not end: `bot-turn-completed` may never come."""
        if self._ends_at is not None and self._clock() >= self._ends_at:
            self._is_end_due = True
            yield from self._close()

    def _on_completed(self, message: Message) -> Iterator[Event]:
        is_cut = message.is_true("was_interrupted") or message.is_true("was_aborted")
        was_said = self._was_spoken and not self._avatar_speaks
        is_of_earlier = is_cut and self._is_cut_due
        is_of_earlier = is_of_earlier or (self._is_end_due and self._is_open and not (was_said or is_cut))
        self._is_end_due = self._is_cut_due = False
        if is_of_earlier:
            return
        if is_cut:
            yield from self._interrupted()
        yield from self._close()

    def _on_interrupted(self) -> Iterator[Event]:
        self._is_cut_due = self._is_cut_due or self._is_open
        yield from self._interrupted()

    def _interrupted(self) -> Iterator[Event]:
        yield from self._avatar.close()
        self._avatar.drop()
        yield from self._cancelled()
        yield from self._close()

    def _cancelled(self) -> Iterator[Event]:
        self._face.interrupted()
        yield FlushMouth()

    def _open(self) -> Iterator[Event]:
        yield from self._visitor_says(False)
        self._visitor.turn_over()
        if not self._is_open:
            self._is_open = self._is_written = True  # until a message says that it is being written
            self._was_spoken = False

    def _close(self) -> Iterator[Event]:
        self._is_open = False
        self._ends_at = None
        self._face.completed()
        yield from self._avatar.close()
        yield from self._avatar_says(False)
        yield from self._thinking(False)

    def _avatar_says(self, active: bool) -> Iterator[Event]:
        if active != self._avatar_speaks:
            self._avatar_speaks = active
            yield Speaking(Speaker.AVATAR, active)

    def _thinking(self, active: bool) -> Iterator[Event]:
        if active != self._thinks:
            self._thinks = active
            yield Thinking(active)

    # ------------------------------------------------------------ the drawn character

    def _on_face(self, message: Message) -> Iterator[Event]:
        if self._follows_face:
            take = self._face.single if message.type == "visemes" else self._face.stream
            yield from take(message, self._clock())
