"""The time part of a conversation: the "still there?" question, the hard limit and the announcements before it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from app.audio.base import SpeakerOut
from app.screens import EndReason
from app.settings.model import VisitSettings
from app.vendors.base import Capabilities
from app.visit.speech_activity import SpeechActivity
from app.visit.timers import SUSTAINED_S, TICK_S, Countdown, IdleTimer, SessionTimer

log = logging.getLogger(__name__)

SENTENCE_S = 20.0  # a voice that lasts longer without a pause is no sentence
EARLY_S = 40.0  # the service counts from its own start, which is earlier than ours by the time that joining took


class VisitClock:
    """The timers of one conversation. They belong to the visit: a second join does not renew them.

    Args:
        settings: All times, seconds.
        capabilities: Whether the service sends the visitor's words decides what proves that somebody is there.
        speech: Tells who speaks. While "still there?" is asked, the avatar is muted through it.
        speaker: Plays the chimes.
        most_s: The service's own maximum from now, seconds, or None.
        first_idle_s: The first idle period, seconds; None: `idle_s`.
        end: Ends the conversation.
        wrap_up: Asks the service for closing words.
        draw: Redraws the screen when the question appears.

    Attributes:
        idle: Runs while nobody speaks, thinks, touches or types.
        session: The hard limit.
        warning: The time that "still there?" has left, while it is asked.
    """

    def __init__(
        self,
        settings: VisitSettings,
        capabilities: Capabilities,
        speech: SpeechActivity,
        speaker: SpeakerOut,
        *,
        most_s: float | None,
        first_idle_s: float | None,
        end: Callable[[EndReason], None],
        wrap_up: Callable[[], None],
        draw: Callable[[], None],
    ) -> None:
        self.idle = IdleTimer(
            settings.idle_s,
            transcripts=capabilities.transcripts,
            answers_prove=capabilities.answers_prove,
            first_s=first_idle_s,
        )
        self.session = SessionTimer(settings.hard_limit_s, most_s)
        self.warning: Countdown | None = None
        self._settings = settings
        self._speech = speech
        self._speaker = speaker
        self._end = end
        self._wrap_up = wrap_up
        self._draw = draw
        self._now = asyncio.get_running_loop().time
        self._answered = asyncio.Event()  # somebody answered "still there?"
        self._looked = asyncio.Event()  # pulses with every look at the devices
        self._voice_since: float | None = None
        self._own_voice_since: float | None = None  # by our own voice detection, noise included
        self._services_reason = EndReason.VENDOR_MAX_DURATION  # of an end that the service sets

    def waits(self) -> dict[str, Awaitable[None]]:
        """Return the waits for each timer by name, to be awaited side by side until the conversation is over."""
        return {
            "idle": self._watch_idle(),
            "end": self._watch_end(),
            "countdown": self._announce(self._settings.countdown_s, lambda: self._speaker.chime("time_20s")),
            "wrap-up": self._announce(self._settings.wrap_up_s, self._wrap_up),
        }

    # ------------------------------------------------------------ input

    def activity(self) -> None:
        """A touch, a key, typed text, or words of the visitor."""
        self.idle.activity()
        self._answered.set()

    def extend(self) -> None:
        """Give the visitor an extension."""
        self.session.extend(self._settings.extension_s)

    def service_ends(self, remaining_s: float, reason: EndReason) -> None:
        """The service said when and why it ends the session; that counts where it is sooner than our own end."""
        if self.session.shorten(remaining_s):
            self._services_reason = reason

    def look(self, now: float, *, service_is_deaf: bool = False) -> None:
        """Take who speaks, several times a second, after the devices were looked at.

        Args:
            now: The loop's clock, seconds.
            service_is_deaf: See `IdleTimer.service_is_deaf`.
        """
        self.idle.service_is_deaf = service_is_deaf
        self._follow_voice(now)
        self.idle.avatar(self._speech.avatar_speaks, heard=self._speech.avatar_is_heard)
        self.idle.thinking(self._speech.avatar_is_thinking)
        self._speech.muted_by_us = self.warning is not None and self._speech.avatar_is_heard
        self._looked.set()
        self._looked.clear()

    def _follow_voice(self, now: float) -> None:
        if not self._speech.visitor_is_heard_here:
            self._own_voice_since = None
        elif self._own_voice_since is None:
            self._own_voice_since = now
        voice = self._speech.visitor_speaks
        self.idle.voice(voice)
        if not voice or self.idle.voice_is_noise:
            self._voice_since = None
        elif self._voice_since is None:
            self._voice_since = now
        if self.warning is not None:
            self.warning.pause(self._voice_since is not None)
            if self._voice_since is not None and now - self._voice_since >= SUSTAINED_S:
                self.idle.restart()
                self._answered.set()

    def early_end_note(self, reason: EndReason) -> str | None:
        """Return what staff should know if the service ended the conversation well before its own maximum, or None.

        Minutes that are used up in the middle can look exactly like the end of the longest session.
        """
        left_s = self.session.services_remaining_s
        if reason is not EndReason.VENDOR_MAX_DURATION or not EARLY_S < left_s < math.inf:
            return None
        log.warning("the service ended a conversation before its time", extra={"left_s": round(left_s)})
        return (
            f"The service ended a conversation {left_s:.0f} s before its time: its minutes may be used up, "
            "or plan_max_s is more than the plan allows."
        )

    # ------------------------------------------------------------ waits

    async def _watch_idle(self) -> None:
        while True:
            await self.idle.expired()
            self._answered.clear()
            await self._sentence_over()
            if self.idle.remaining_s > TICK_S:
                continue
            if not await self._still_there():
                self._end(EndReason.IDLE)
                return

    async def _still_there(self) -> bool:
        """Ask, and return whether anybody answered."""
        self._answered.clear()
        self.warning = Countdown(self._settings.idle_warning_s)
        self._speaker.chime("still_there")
        self._draw()
        expired = asyncio.create_task(self.warning.expired(), name="still-there-time")
        answered = asyncio.create_task(self._answered.wait(), name="still-there-answer")
        try:
            await asyncio.wait({expired, answered}, return_when=asyncio.FIRST_COMPLETED)
            await self._sentence_over()
            return self._answered.is_set()
        finally:
            expired.cancel()
            answered.cancel()
            self.warning = None
            self._voice_since = None

    async def _sentence_over(self) -> None:
        """Wait while a visitor is in the middle of a sentence, even where voices have come to count as noise."""
        while (
            self._own_voice_since is not None
            and self._now() - self._own_voice_since < SENTENCE_S
            and not self._answered.is_set()
        ):
            await self._looked.wait()

    async def _watch_end(self) -> None:
        """End at the hard limit; a sentence of the avatar may be finished within the grace."""
        while True:
            await self.session.reached()
            grace_until = self._now() + self._settings.grace_s
            while self._speech.avatar_is_heard and self._now() < grace_until and self.session.is_over:
                await self._looked.wait()
            if self.session.is_over:
                own = not self.session.is_services_limit
                self._end(EndReason.HARD_LIMIT if own else self._services_reason)
                return

    async def _announce(self, before_s: float, what: Callable[[], None]) -> None:
        """Do `what` at so many seconds before the end, again after each extension."""
        while before_s > 0:
            await self.session.reached(before_s)
            what()
            await self.session.extended_beyond(before_s)
