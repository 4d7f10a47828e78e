"""A room of AI Studios: readiness, the avatar's voice, texts for it to speak, the end (docs/vendors/aistudios.md 4)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.aio import run_within
from app.events import Caption, Ended, Ending, Event, QuestionRefused, Ready, Speaking, Thinking
from app.rooms.base import (
    ActiveSpeakers,
    Choice,
    Data,
    Disconnected,
    FirstFrame,
    Participant,
    Room,
    RoomEvent,
    Text,
)
from app.screens import EndReason, Speaker
from app.vendors.aistudios.control import AistudiosControl
from app.vendors.aistudios.rest import is_gone
from app.vendors.aistudios.settings import AistudiosSettings
from app.vendors.base import Answers
from app.vendors.captions import MOST
from app.vendors.errors import Busy, TransientError, VendorError
from app.vendors.session import SessionInfo
from app.vendors.voices import Voices

log = logging.getLogger(__name__)

MOST_QUESTIONS = 3  # that wait for an answer; older ones are dropped
RETRIES_S = (0.5, 1.5)  # pauses before a text is sent again after a temporary failure
VOICE_S = 4.0  # from an accepted text to its first sound, at most (docs/vendors/aistudios.md 4.5)
ASK_PAUSES_S = (0.0, 0.7)  # the service may need a moment until it tells why a session ended
ASK_WHY_S = 2.0
EARLY_S = 5.0  # a session that ends this shortly before its maximum has reached it (docs/vendors/aistudios.md 5)
LAST_S = 2.0  # of the credits, kept for giving the session back
MOST_TOPICS = 16  # of unknown messages that are logged, once each


class AistudiosProtocol:
    """Decodes one session and gives the avatar texts to speak; see `VendorProtocol`.

    The service itself listens and answers; it sends no captions. Typed and suggested questions are answered by the
    site's own file, because `/talk` only speaks the text that it is given (docs/vendors/aistudios.md 4.3).
    """

    def __init__(self, control: AistudiosControl, session: SessionInfo, settings: AistudiosSettings) -> None:
        self._control = control
        self._session = session
        self._greeting = settings.greeting.strip()[:MOST]  # sent at the start; the avatar speaks it first
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._avatar: str | None = None
        self._heard: str | None = None
        self._voices = Voices()
        self._has_ambience = self._has_others = False
        self._is_ready = False
        self._avatar_speaks = False
        self._voice = asyncio.Event()  # set while the avatar speaks
        self._questions: asyncio.Queue[str | None] = asyncio.Queue()  # None: the closing sentence
        self._said = 0  # texts that the service accepted
        self._topics: set[str] = set()

    # ------------------------------------------------------------ who is the avatar

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """See `VendorProtocol.choose`: `avatar_identity`, else the first one with a picture; it stays the avatar."""
        hint = self._session.avatar_identity_hint
        known = {participant.identity: participant for participant in participants}
        avatar = known.get(hint or "") or known.get(self._avatar or "")
        avatar = avatar or next((participant for participant in participants if participant.has_video), None)
        self._avatar = avatar.identity if avatar is not None else None
        heard = self._voices.with_picture(avatar, participants)
        self._heard = heard.identity if heard is not None else None
        self._has_ambience = heard is not None and heard.has_ambience
        if not self._has_others and any(p is not avatar and p is not heard for p in participants):
            self._has_others = True
            log.info("somebody else is in the room and is ignored")
        return Choice(self._avatar, self._heard)

    # ------------------------------------------------------------ received

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """See `VendorProtocol.decode`. No message is documented, so none is used (docs/vendors/aistudios.md 4.4)."""
        try:
            return tuple(self._decode(event))
        except Exception as error:
            log.warning("a room event could not be read", extra={"error": type(error).__name__})
            return ()

    def _decode(self, event: RoomEvent) -> Iterator[Event]:
        match event:
            case FirstFrame() if not self._is_ready:
                self._is_ready = True
                yield Ready()
                if self._greeting:
                    yield Caption(Speaker.AVATAR, "greeting", self._greeting, final=True)
                left_s = self._control.credits_left_s()
                if left_s is not None:
                    yield Ending(max(left_s - LAST_S, 0.0), reason=EndReason.OUT_OF_CREDITS)
            case ActiveSpeakers(identities=identities):
                # The room's level meter cannot tell the voice from another sound of the avatar.
                yield from self._speaking(self._heard in identities and not self._has_ambience)
            case Data(payload=payload, topic=topic, identity=identity):
                self._note(topic, len(payload), identity)
            case Text(topic=topic, text=text, identity=identity):
                self._note(topic, len(text), identity)
            case Disconnected():
                self._is_ready = False  # after a second join a new first picture is needed
                yield from self._speaking(False)
            case _:
                pass

    def _speaking(self, active: bool) -> Iterator[Event]:
        if active == self._avatar_speaks:
            return
        self._avatar_speaks = active
        if active:
            self._voice.set()
        else:
            self._voice.clear()
        yield Speaking(Speaker.AVATAR, active)

    def _note(self, topic: str, size: int, identity: str) -> None:
        """Log the kind of an undocumented message, so that we learn what this service sends; never its content."""
        topic = topic[:40] if topic.isascii() and topic.isprintable() else "?"
        if topic in self._topics or len(self._topics) >= MOST_TOPICS:
            return
        self._topics.add(topic)
        sender = "avatar" if identity == self._avatar else "service" if not identity else "somebody"
        log.info("an undocumented message", extra={"topic": topic, "size": size, "sender": sender})

    # ------------------------------------------------------------ texts for the avatar to speak

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """See `VendorProtocol.attend`: answers one question after another, or tells that no answer will come."""
        answers: Answers | None = None
        while True:
            question = await self._questions.get()
            is_said = False
            try:
                answers = answers or await asyncio.to_thread(self._control.answers, self._session.language)
                is_said = answers is not None and await self._answer(answers, question, emit)
            except Exception as error:
                log.warning("a question could not be answered", extra={"error": type(error).__name__})
            if question is not None and not is_said:
                emit(QuestionRefused())

    async def _answer(self, answers: Answers, question: str | None, emit: Callable[[Event], None]) -> bool:
        """Let the avatar speak the answer, and return whether the service accepted it."""
        text = answers.wrap_up() if question is None else answers.reply(question)
        emit(Thinking(True))
        try:
            if not await self._say(text, emit):
                return False
            self._said += 1
            emit(Caption(Speaker.AVATAR, f"said-{self._said}", text[:MOST], final=True))
            await run_within(self._voice.wait(), most_s=VOICE_S)
            return True
        finally:
            emit(Thinking(False))

    async def _say(self, text: str, emit: Callable[[Event], None]) -> bool:
        """Let the avatar speak a text; return whether the service accepted it."""
        delays = iter(RETRIES_S)
        while True:
            try:
                await self._control.api.talk(self._session.session_id, text)
            except VendorError as error:
                log.info("a text was not accepted", extra={"error": type(error).__name__, "status": error.http_status})
                if is_gone(error):
                    emit(Ended(await self.why_ended(EndReason.ROOM_CLOSED)))
                    return False
                delay_s = next(delays, None)
                # A text whose answer was lost may already be spoken.
                if delay_s is None or error.ambiguous or not isinstance(error, Busy | TransientError):
                    return False
                await asyncio.sleep(delay_s)
            else:
                return True

    async def ask(self, room: Room, text: str) -> None:
        """See `VendorProtocol.ask`; `attend` answers, so this returns at once."""
        self._put(text)

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """See `VendorProtocol.wrap_up`: a closing sentence of the site's file."""
        self._put(None)

    def _put(self, question: str | None) -> None:
        self._questions.put_nowait(question)
        while self._questions.qsize() > MOST_QUESTIONS:
            self._questions.get_nowait()

    async def finish_question(self, room: Room) -> None:
        """See `VendorProtocol.finish_question`: nothing; the service detects the silence."""

    async def interrupt(self, room: Room) -> None:
        """See `VendorProtocol.interrupt`: there is no call for it; questions that still wait are dropped."""
        while not self._questions.empty():
            self._questions.get_nowait()

    async def stay(self, room: Room) -> None:
        """See `VendorProtocol.stay`: nothing; the service gives no idle warning."""

    # ------------------------------------------------------------ the end

    async def why_ended(self, reason: EndReason) -> EndReason:
        """See `VendorProtocol.why_ended`: the service's `end_reason` where it has one, else by the session's age."""
        try:
            async with asyncio.timeout(ASK_WHY_S):
                for pause_s in ASK_PAUSES_S:
                    await asyncio.sleep(pause_s)
                    told = await self._control.why_ended(self._session.session_id)
                    if told is EndReason.ROOM_CLOSED:
                        break  # it ended, and the service tells no reason
                    if told is not None:
                        return told
        except (VendorError, TimeoutError) as error:
            log.info("the service does not say why a session ended", extra={"error": type(error).__name__})
        most_s = self._session.max_duration_s
        if most_s is not None and self._clock() - self._began >= most_s - EARLY_S:
            return EndReason.VENDOR_MAX_DURATION
        return reason

    async def goodbye(self, room: Room) -> None:
        """See `VendorProtocol.goodbye`: nothing; only the stop call ends the session."""
