"""The live part of a visit: the visitor talks with the avatar until the first reason to end it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.audio.base import Microphone, SpeakerOut
from app.character.base import Figure
from app.events import Caption, Emotion, Ended, Ending, FlushMouth, Speaking, Thinking, Visemes
from app.intents import AskText, Extend, Intent, Interrupt, Mute, Prefer, TalkButton
from app.intents import End as EndIntent
from app.picture import Picture
from app.rooms.base import Arriving, AvatarGone, Disconnected
from app.screens import EndReason, Speaker, TalkMode
from app.settings.model import VisitSettings
from app.stage import Stage
from app.vendors.base import Capabilities
from app.visit.avatar_face import AvatarFace
from app.visit.avatar_picture import AvatarPicture
from app.visit.clock import VisitClock
from app.visit.farewell_words import FarewellWords
from app.visit.live_scene import LiveScene
from app.visit.media_session import MediaEvent, MediaSession
from app.visit.media_watch import Cure, MediaWatch
from app.visit.parting import Parting
from app.visit.service_messages import ServiceMessages
from app.visit.speech_activity import SpeechActivity
from app.visit.transcript import Transcript
from app.vitals import VisitVitals, Vitals
from app.waiting.line import Line

log = logging.getLogger(__name__)

LOOK_S = 0.1  # how often devices and picture are looked at


@dataclass
class ConversationParts:
    """What a conversation works with; made by the visit.

    Attributes:
        has_video: The service's picture has come; otherwise the drawn character is shown.
        most_s: The service's own maximum from now, seconds, or None.
        first_idle_s: The first idle period, seconds; None: `idle_s`.
        rejoin: Joins a fresh session inside the same visit.
        measure: Writes the state of the sound devices into the vitals.
    """

    stage: Stage
    vitals: Vitals
    facts: VisitVitals
    settings: VisitSettings
    speaker: SpeakerOut
    microphone: Microphone | None
    mode: TalkMode
    picture: Picture
    figure: Figure
    capabilities: Capabilities
    line: Line
    questions: tuple[str, ...]
    farewells: FarewellWords
    has_video: bool
    most_s: float | None
    first_idle_s: float | None
    rejoin: Callable[[], Awaitable[MediaSession]]
    measure: Callable[[], None]


class Conversation:
    """Connects events, intents, timers, devices and the screen between the first picture and the goodbye."""

    def __init__(self, parts: ConversationParts, media: MediaSession) -> None:
        self._p = parts
        self._media = media
        self._now = asyncio.get_running_loop().time
        settings = parts.settings
        can = parts.capabilities
        self._speech = SpeechActivity(parts.speaker, parts.microphone, parts.mode)
        self._face = AvatarFace(parts.figure, self._speech)
        self._messages = ServiceMessages()
        self._clock = VisitClock(
            settings,
            can,
            self._speech,
            parts.speaker,
            most_s=parts.most_s,
            first_idle_s=parts.first_idle_s,
            end=self.end,
            wrap_up=lambda: self._messages.wrap_up(lambda: self._clock.session.remaining_s),
            draw=self._draw,
        )
        self._watch = MediaWatch(
            self._speech,
            parts.picture,
            settings,
            self._now(),
            has_video=parts.has_video,
            room_proves=can.local or not can.transcripts,
        )
        self._parting = Parting(
            parts.farewells, self._speech, self._clock, parts.speaker, self.end, listens=settings.spoken_goodbye
        )
        self._transcript = Transcript()
        self._scene = LiveScene(
            stage=parts.stage,
            facts=parts.facts,
            settings=settings,
            line=parts.line,
            questions=parts.questions,
            speech=self._speech,
            clock=self._clock,
            parting=self._parting,
            transcript=self._transcript,
            has_captions=can.captions,
            health=self._watch.health,
            figure=None if parts.has_video else parts.figure,
        )
        seen = {"is_promised": can.video, "is_there": parts.has_video}
        self._picture = AvatarPicture(parts.picture, parts.figure, parts.vitals, self._watch, self._scene, **seen)
        self._has_rejoined = False
        self._over: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()

    @property
    def has_video(self) -> bool:
        """Whether the service's picture is what is seen."""
        return self._watch.has_video

    async def run(self) -> EndReason:
        """Run until the end and return why it ended. Every task that it started has stopped then."""
        self._picture.begin()
        self._scene.measure(0.0)  # the facts are there before the screen that they belong to
        work = {
            "events": self._follow_media_session(),
            "intents": self._follow_intents(),
            "messages": self._messages.send(lambda: self._media),
            "look": self._look(),
            **self._clock.waits(),
        }
        tasks = [asyncio.create_task(self._guarded(part), name=f"live-{name}") for name, part in work.items()]
        try:
            reason = await self._over
            if (note := self._clock.early_end_note(reason)) is not None:
                self._p.vitals.staff_notes.report("early end", note, is_past=True)
            return reason
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._face.rest()
            self._p.facts.was_answered = self._watch.questions.was_answered
            self._picture.end()
            await self._media.stop()

    def end(self, reason: EndReason) -> None:
        """End the conversation; the first reason counts."""
        if not self._over.done():
            self._p.facts.parted = self._parting.was_said(self._now())
            self._over.set_result(self._parting.reason(reason))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            log.error("a part of the conversation failed", extra={"error": type(error).__name__}, exc_info=error)
            self.end(EndReason.ERROR)

    # ------------------------------------------------------------ what arrives

    async def _follow_media_session(self) -> None:
        while True:
            event = await self._media.next()
            if isinstance(event, AvatarGone):
                self.end(await self._media.protocol.why_ended(EndReason.AVATAR_LEFT))
                return
            if isinstance(event, Disconnected):
                if not event.may_rejoin or self._has_rejoined or self._parting.avatar_ends:
                    self.end(await self._media.protocol.why_ended(event.reason))
                    return
                await self._join_again()
            else:
                self._on_event(event)
                if isinstance(event, Caption) and event.speaker is Speaker.VISITOR:
                    self._messages.reassure()
            if not isinstance(event, Visemes | Arriving):  # they are frequent, and do not change the screen
                self._draw()

    async def _join_again(self) -> None:
        """Join once more inside the same timers; the last picture stays."""
        self._has_rejoined = True
        self._watch.joining_again()
        self._draw()
        await self._media.stop()
        try:
            self._media = await self._p.rejoin()
            self._face.joined_again()
            self._transcript.joined_again()
        except Exception as error:
            log.info("the second join failed", extra={"error": type(error).__name__})
            self.end(EndReason.NETWORK)
            return
        self._watch.joined_again(self._now())

    def _on_event(self, event: MediaEvent) -> None:
        self._watch.note(event)
        self._parting.note(event, self._now())
        match event:
            case Speaking(speaker=Speaker.AVATAR, active=active):
                self._speech.avatar_says(active)
            case Speaking(speaker=Speaker.VISITOR, active=active):
                self._speech.visitor_by_service = active
            case Thinking(active=active):
                self._speech.avatar_thinks(active)
            case Caption():
                self._on_caption(event)
            case Visemes() | FlushMouth() | Emotion():
                self._face.note(event)
            case Ending(by_idle=True):
                self._messages.doubted()
            case Ending(remaining_s=remaining_s, reason=reason):
                self._clock.service_ends(remaining_s, reason)
            case Ended(reason=reason):
                self.end(reason)
            case _:
                pass

    def _on_caption(self, caption: Caption) -> None:
        is_new = self._transcript.add(caption.speaker, caption.segment, caption.text, caption.final)
        if caption.speaker is Speaker.VISITOR:
            self._scene.greeting = False
            self._clock.activity()
            self._watch.questions.spoken(caption.segment, caption.text.strip(), caption.final)
        elif is_new:
            self._watch.questions.said()
        if is_new:
            self._count_caption()

    def _count_caption(self) -> None:
        if self._p.stage.preferences.captions:
            self._p.facts.captions += 1

    async def _follow_intents(self) -> None:
        while True:
            intent = await self._p.stage.next()
            self._on_intent(intent)
            self._draw()

    def _on_intent(self, intent: Intent) -> None:
        if isinstance(intent, EndIntent):
            self.end(EndReason.VISITOR)
            return
        self._clock.activity()
        self._messages.reassure()
        self._parting.touched(intent, self._now())
        match intent:
            case Extend() if self._scene.why_no_extension() is None:
                self._clock.extend()
            case AskText(text=text) if text.strip():
                self._scene.greeting = False
                if self._transcript.typed(text.strip()):
                    self._count_caption()
                self._speech.silent_turns.excuse()
                self._watch.questions.asked(text.strip())
                self._messages.ask(text.strip())
            case Interrupt():
                self._watch.questions.withdrawn()
                self._speech.interrupt()
                self._p.figure.flush()
                self._messages.interrupt()
            case TalkButton(down=down):
                self._speech.talk_button(down)
                if not down:
                    self._messages.finish_question()
            case Mute(muted=muted):
                self._speech.visitor_muted = muted
                self._p.speaker.chime("microphone_closed" if muted else "microphone_open")
            case Prefer(preferences=preferences):
                self._p.speaker.volume = preferences.volume
                self._p.figure.calm(preferences.less_motion)
            case _:  # Stay, Activity: that something came is enough
                pass

    # ------------------------------------------------------------ what is looked at

    async def _look(self) -> None:
        while True:
            now = self._now()
            self._speech.look(now)
            self._clock.look(now, service_is_deaf=self._watch.health.is_deaf)
            self._parting.look(now)
            if self._parting.wants_no_answer:
                self._watch.questions.withdrawn()  # a farewell is no question
            self._picture.look(now)
            self._follow_media(now)
            self._scene.measure(self._p.speaker.level)
            self._p.measure()
            self._draw()
            await asyncio.sleep(LOOK_S)

    def _follow_media(self, now: float) -> None:
        health = self._watch.look(now)
        self._p.vitals.media_overdue = health.overdue
        if health.cure is Cure.END:
            self.end(EndReason.NETWORK)
        elif health.cure is not None:
            self._media.give_up(is_mute=health.cure is Cure.END_MUTE)
        if health.cause is not None:
            self._p.vitals.staff_notes.report(health.cause.name, health.cause, is_past=True)
        if (question := self._watch.questions.take_again()) is not None:
            self._clock.idle.restart()  # the visitor waits for us
            self._transcript.asked_again(question)
            self._messages.ask(question)

    def _draw(self) -> None:
        if not self._over.done():
            self._scene.health = self._watch.health
            self._scene.draw()
