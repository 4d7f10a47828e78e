"""The live part of a visit: somebody talks with the avatar until the first of many things ends it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.audio.base import Microphone, SpeakerOut
from app.character.base import Figure
from app.events import (
    Caption,
    Emotion,
    Ended,
    Ending,
    FlushMouth,
    Speaking,
    Thinking,
    Visemes,
)
from app.intents import Activity, AskText, Extend, Intent, Interrupt, Mute, Prefer, Stay, TalkButton
from app.intents import End as EndIntent
from app.picture import Picture
from app.rooms.base import Arriving, AvatarGone, Disconnected, FirstFrame
from app.screens import EndReason, Speaker, TalkMode
from app.settings.model import VisitSettings
from app.stage import Stage
from app.vendors.base import Capabilities
from app.visit.live_scene import LiveScene
from app.visit.media_session import MediaEvent, MediaSession
from app.visit.media_watch import Cure, MediaWatch
from app.visit.speech_activity import SpeechActivity
from app.visit.timers import SUSTAINED_S, Countdown, IdleTimer, SessionTimer
from app.visit.transcript import Transcript
from app.vitals import VideoVitals, VisitVitals, Vitals
from app.waiting.line import Line

log = logging.getLogger(__name__)

LOOK_S = 0.1  # how often devices and picture are looked at
EARLY_S = 40.0  # the service counts from its own start, which is earlier than ours by the time that joining took


@dataclass
class ConversationParts:
    """What a conversation works with; made by the visit."""

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
    has_video: bool
    most_s: float | None  # the service's own maximum from now, seconds, or None
    first_idle_s: float | None  # the first idle period, if it is another one
    rejoin: Callable[[], Awaitable[MediaSession]]
    measure: Callable[[], None]  # writes what the devices do into the vitals


class Conversation:
    """Everything between the first picture and the goodbye."""

    def __init__(self, parts: ConversationParts, media: MediaSession) -> None:
        self._p = parts
        self._media = media
        self._clock = asyncio.get_running_loop().time
        settings = parts.settings
        can = parts.capabilities
        self._idle = IdleTimer(
            settings.idle_s,
            transcripts=can.transcripts,
            answers_prove=can.answers_prove,
            first_s=parts.first_idle_s,
        )
        self._session = SessionTimer(settings.hard_limit_s, parts.most_s)
        self._speech = SpeechActivity(parts.speaker, parts.microphone, parts.mode)
        self._watch = MediaWatch(
            self._speech,
            parts.picture,
            settings,
            self._clock(),
            has_video=parts.has_video,
            room_proves=can.local or not can.transcripts,
        )
        self._transcript = Transcript()
        self._scene = LiveScene(
            stage=parts.stage,
            facts=parts.facts,
            settings=settings,
            line=parts.line,
            questions=parts.questions,
            speech=self._speech,
            idle=self._idle,
            session=self._session,
            transcript=self._transcript,
            has_captions=can.captions,
            health=self._watch.health,
            figure=None if parts.has_video else parts.figure,
        )
        self._stays = asyncio.Event()
        self._looked = asyncio.Event()  # pulses with every look at the devices
        self._voice_since: float | None = None
        self._turn: int | None = None  # whose mouth shapes come
        self._has_rejoined = False
        self._service_doubts = False  # it warned that it will end the session, because it noticed nobody
        self._services_reason = EndReason.VENDOR_MAX_DURATION  # of an end that the service sets
        self._calls: asyncio.Queue[Callable[[MediaSession], Awaitable[None]]] = asyncio.Queue()
        self._over: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()

    async def run(self) -> EndReason:
        """Talk until the end and say why. Whatever it started has stopped when it returns."""
        self._p.vitals.video = VideoVitals(
            painter=self._p.vitals.painter, source="room" if self._p.has_video else "character"
        )
        self._scene.measure(0.0)  # the facts are there before the screen that they belong to
        work = {
            "events": self._follow_media_session(),
            "intents": self._follow_intents(),
            "calls": self._call_service(),
            "look": self._look(),
            "idle": self._watch_idle(),
            "end": self._watch_end(),
            "countdown": self._announce(self._p.settings.countdown_s, self._chime_near_end),
            "wrap-up": self._announce(self._p.settings.wrap_up_s, self._wrap_up),
        }
        tasks = [asyncio.create_task(self._guarded(part), name=f"live-{name}") for name, part in work.items()]
        try:
            reason = await self._over
            self._look_at_length(reason)
            return reason
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._p.figure.flush()
            self._p.figure.voice(0.0)  # a mouth that was left open would babble on into the goodbye
            await self._media.stop()

    def end(self, reason: EndReason) -> None:
        """End it; the first reason counts."""
        if not self._over.done():
            self._over.set_result(reason)

    def _look_at_length(self, reason: EndReason) -> None:
        """Minutes that are used up in the middle can look exactly like the end of the longest session."""
        left_s = self._session.services_remaining_s
        if reason is not EndReason.VENDOR_MAX_DURATION or not EARLY_S < left_s < math.inf:
            return
        log.warning("the service ended a conversation before its time", extra={"left_s": round(left_s)})
        self._p.vitals.staff_note = (
            f"The service ended a conversation {left_s:.0f} s before its time: its minutes may be used up, "
            "or plan_max_s is more than the plan allows."
        )

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
                if not event.may_rejoin or self._has_rejoined:
                    self.end(await self._media.protocol.why_ended(event.reason))
                    return
                await self._join_again()
            else:
                self._on_event(event)
                if isinstance(event, Caption) and event.speaker is Speaker.VISITOR:
                    self._reassure()
            if not isinstance(event, Visemes | Arriving):  # they are many, and change nothing on the screen's value
                self._draw()

    async def _join_again(self) -> None:
        """One fresh join inside the same timers; the last picture stays."""
        self._has_rejoined = True
        self._watch.joining_again()
        self._draw()
        await self._media.stop()
        try:
            self._media = await self._p.rejoin()
            self._turn = None
        except Exception as error:
            log.info("the second join failed", extra={"error": type(error).__name__})
            self.end(EndReason.NETWORK)
            return
        self._watch.joined_again(self._clock())

    def _on_event(self, event: MediaEvent) -> None:
        self._watch.note(event)
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
                self._on_face(event)
            case Ending(by_idle=True):
                self._service_doubts = True
            case Ending(remaining_s=remaining_s, reason=reason):
                if self._session.shorten(remaining_s):
                    self._services_reason = reason
            case FirstFrame() if not self._watch.has_video:
                self._show_services_picture()
            case Ended(reason=reason):
                self.end(reason)
            case _:
                pass

    def _on_face(self, event: Visemes | FlushMouth | Emotion) -> None:
        figure = self._p.figure
        if isinstance(event, Emotion):
            figure.feel(event.name, event.strength)
        elif isinstance(event, FlushMouth):
            figure.flush()
        else:
            if event.turn != self._turn:
                self._turn = event.turn
                figure.turn_started(self._speech.begin_turn(self._clock))
            figure.visemes(event)

    def _show_services_picture(self) -> None:
        """A service that promised a voice only sends a picture after all."""
        self._watch.has_video = True
        self._p.figure.hide()
        self._scene.figure = None
        self._p.vitals.video = VideoVitals(painter=self._p.vitals.painter, source="room")

    def _reassure(self) -> None:
        """The service thinks that nobody is here; somebody is."""
        if self._service_doubts:
            self._service_doubts = False
            self._tell_service(lambda media: media.protocol.stay(media.room))

    def _on_caption(self, caption: Caption) -> None:
        is_new = self._transcript.add(caption.speaker, caption.segment, caption.text, caption.final)
        if caption.speaker is Speaker.VISITOR:
            self._scene.greeting = False
            self._idle.activity()
            self._stays.set()
        if is_new and self._p.stage.preferences.captions:
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
        self._idle.activity()
        self._stays.set()
        self._reassure()
        match intent:
            case Extend() if self._scene.why_no_extension() is None:
                self._session.extend(self._p.settings.extension_s)
            case AskText(text=text) if text.strip():
                self._scene.greeting = False
                self._transcript.typed(text.strip())
                if self._p.stage.preferences.captions:
                    self._p.facts.captions += 1
                self._tell_service(lambda media: media.protocol.ask(media.room, text.strip()))
            case Interrupt():
                self._speech.interrupt()
                self._p.figure.flush()
                self._tell_service(lambda media: media.protocol.interrupt(media.room))
            case TalkButton(down=down):
                self._speech.talk_button(down)
                if not down:
                    self._tell_service(lambda media: media.protocol.finish_question(media.room))
            case Mute(muted=muted):
                self._speech.visitor_muted = muted
                self._p.speaker.chime("microphone_closed" if muted else "microphone_open")
            case Prefer(preferences=preferences):
                self._p.speaker.volume = preferences.volume
                self._p.figure.calm(preferences.less_motion)
            case Stay() | Activity() | _:
                pass

    # ------------------------------------------------------------ what is looked at

    async def _look(self) -> None:
        while True:
            now = self._clock()
            self._speech.look(now)
            self._follow_voice(now)
            self._idle.avatar(self._speech.avatar_is_busy)
            self._follow_media(now)
            self._speech.muted_by_us = self._scene.warning is not None and self._speech.avatar_is_heard
            self._scene.measure(self._p.speaker.level)
            self._p.measure()
            self._draw()
            self._looked.set()
            self._looked.clear()
            await asyncio.sleep(LOOK_S)

    def _follow_voice(self, now: float) -> None:
        voice = self._speech.visitor_speaks
        self._idle.voice(voice)
        if not voice or self._idle.voice_is_noise:
            self._voice_since = None
        elif self._voice_since is None:
            self._voice_since = now
        if self._scene.warning is not None:
            self._scene.warning.pause(self._voice_since is not None)
            if self._voice_since is not None and now - self._voice_since >= SUSTAINED_S:
                self._idle.restart()
                self._stays.set()

    def _follow_media(self, now: float) -> None:
        health = self._watch.look(now)
        self._p.vitals.media_overdue = health.overdue
        if health.cure is Cure.END:
            self.end(EndReason.NETWORK)
        elif health.cure is Cure.JOIN_AGAIN:
            self._p.vitals.staff_note = health.cause
            self._media.give_up()

    # ------------------------------------------------------------ what time does

    async def _watch_idle(self) -> None:
        while True:
            await self._idle.expired()
            if not await self._still_there():
                self.end(EndReason.IDLE)
                return

    async def _still_there(self) -> bool:
        """Ask, and return whether anybody answered."""
        self._stays.clear()
        self._scene.warning = Countdown(self._p.settings.idle_warning_s)
        self._p.speaker.chime("still_there")
        self._draw()
        expired = asyncio.create_task(self._scene.warning.expired(), name="still-there-time")
        stays = asyncio.create_task(self._stays.wait(), name="still-there-answer")
        try:
            await asyncio.wait({expired, stays}, return_when=asyncio.FIRST_COMPLETED)
            return stays.done()
        finally:
            expired.cancel()
            stays.cancel()
            self._scene.warning = None
            self._voice_since = None

    async def _watch_end(self) -> None:
        while True:
            await self._session.reached()
            grace_until = self._clock() + self._p.settings.grace_s
            while self._speech.avatar_is_heard and self._clock() < grace_until and self._session.is_over:
                await self._looked.wait()
            if self._session.is_over:
                own = not self._session.is_services_limit
                self.end(EndReason.HARD_LIMIT if own else self._services_reason)
                return

    async def _announce(self, before_s: float, what: Callable[[], Awaitable[None]]) -> None:
        """Do `what` at so many seconds before the end, again after each extension."""
        while before_s > 0:
            await self._session.reached(before_s)
            await what()
            await self._session.extended_beyond(before_s)

    def _tell_service(self, call: Callable[[MediaSession], Awaitable[None]]) -> None:
        """Say something to the service, in turn; a slow answer must not hold up the next tap."""
        self._calls.put_nowait(call)

    async def _call_service(self) -> None:
        while True:
            call = await self._calls.get()
            try:
                await call(self._media)
            except Exception as error:
                log.warning("the service did not take a message", extra={"error": type(error).__name__})

    async def _chime_near_end(self) -> None:
        self._p.speaker.chime("time_20s")

    async def _wrap_up(self) -> None:
        self._tell_service(lambda media: media.protocol.wrap_up(media.room, self._session.remaining_s))

    def _draw(self) -> None:
        if not self._over.done():
            self._scene.health = self._watch.health
            self._scene.draw()
