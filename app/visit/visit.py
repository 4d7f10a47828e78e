"""One visit as one coroutine: notice, place, room, conversation, farewell."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

from app.character.base import Mood
from app.intents import Accept, Answer, Cancel, Start
from app.screens import EndReason, Farewell, Notice, TalkMode
from app.vendors.errors import TransientError, VendorError
from app.visit.arrival import MARGIN_S, Arrival
from app.visit.conversation import Conversation, ConversationParts
from app.visit.media_session import MediaSession
from app.visit.parts import VisitParts
from app.visit.sound import VisitSound
from app.vitals import VisitVitals, Vitals
from app.waiting.wait import Left, Slot

log = logging.getLogger(__name__)

NOTICE_S = 20.0  # how long the notice waits for an answer
APOLOGY_S = 5.0  # how long the farewell of a visit that could not begin is shown
SOONER_S = 3.0  # our end comes so much before the service's, however long the way to the avatar was
CAP_FAREWELL_S = 10.0  # a visitor who waited in vain needs time to read where to go

# The visitor did nothing wrong and got less than promised.
_SORRY = frozenset({EndReason.NO_START, EndReason.CAP, EndReason.NETWORK, EndReason.ERROR, EndReason.AVATAR_LEFT})

# How a service ends a session, in order or not. After a spoken goodbye it was in order.
_UNEXPLAINED = frozenset({EndReason.AVATAR_LEFT, EndReason.ROOM_CLOSED})


class Visit:
    """One visit, from the tap to the farewell.

    Attributes:
        wants_again: The visitor answered the farewell with "start again".
    """

    def __init__(self, parts: VisitParts) -> None:
        self.wants_again = False
        self._p = parts
        self._settings = parts.settings.visit
        self._mode = TalkMode(parts.settings.audio.mode)
        self._facts = VisitVitals(vendor=parts.service.name)
        self._conversation: Conversation | None = None
        self._reason = EndReason.CANCELLED
        self._has_service_picture = False

    @property
    def was_answered(self) -> bool | None:
        """Whether the avatar answered; None: no question waited for long."""
        return self._facts.was_answered

    async def run(self) -> EndReason:
        """Serve the visitor.

        Returns:
            Why it ended. The devices are closed by then, and the release of the session is under way.

        Raises:
            VendorError, JournalError: What the next visitor would meet as well: OutOfCredits, AuthError, ConfigError,
                TransientError with `unreachable`, and a session that cannot be written down.
        """
        self._p.vitals.visit = self._facts
        try:
            async with AsyncExitStack() as exit_stack:
                sound = VisitSound(self._p.audio, self._mode, self._p.stage.preferences.volume, self._p.vitals)
                arrival = Arrival(self._p, self._facts, sound)
                exit_stack.callback(lambda: arrival.give_back(self._reason))  # after the devices have closed
                await exit_stack.enter_async_context(sound)
                reason = await self._serve(sound, arrival)
                self._p.vitals.visit = self._p.vitals.media_overdue = None
                self._say_goodbye(reason)
            await self._let_read(self._farewell_s(reason))
            return reason
        except Left as left:
            if left.reason is EndReason.CAP:
                self._say_goodbye(left.reason)
                await self._let_read(CAP_FAREWELL_S)
            return left.reason
        finally:
            self._p.vitals.visit = self._p.vitals.video = None
            self._p.vitals.media_overdue = None

    def end(self, reason: EndReason) -> None:
        """End the visit from outside (staff); before the conversation it is as if the visitor had cancelled."""
        if self._conversation is not None:
            self._conversation.end(reason)
        else:
            self._p.stage.answer(Answer(self._p.stage.step, Cancel()))

    async def _serve(self, sound: VisitSound, arrival: Arrival) -> EndReason:
        if self._settings.notice == "screen":
            await self._give_notice()
        sound.open_microphone()
        self._p.figure.show(Mood.IDLE)
        self._p.picture.withhold(True)
        try:
            media, slot = await arrival.reach_avatar()
        except TransientError as error:
            _count_error(self._p.vitals, error)
            if error.unreachable:
                raise
            return EndReason.NO_START
        return await self._talk(media, slot, sound, arrival)

    async def _give_notice(self) -> None:
        stage = self._p.stage
        local = self._p.service.control.capabilities.local
        stage.show(Notice(limit_s=round(self._settings.hard_limit_s), mode=self._mode, local=local))
        try:
            async with asyncio.timeout(NOTICE_S):
                while not isinstance(intent := await stage.next(), Accept):
                    if isinstance(intent, Cancel):
                        raise Left(EndReason.CANCELLED)
        except TimeoutError:
            raise Left(EndReason.CANCELLED) from None

    # ------------------------------------------------------------ live

    async def _talk(self, media: MediaSession, slot: Slot, sound: VisitSound, arrival: Arrival) -> EndReason:
        control, session = slot.lease.control, slot.lease.session
        most_s = session.max_duration_s if session else None
        on_the_way_s = asyncio.get_running_loop().time() - slot.lease.since  # the service counts it
        has_video = control.capabilities.video and media.has_picture
        if has_video:
            self._p.figure.hide()
        conversation = Conversation(
            ConversationParts(
                stage=self._p.stage,
                vitals=self._p.vitals,
                facts=self._facts,
                settings=self._settings,
                speaker=await sound.speaker(),
                microphone=await sound.microphone(),
                mode=self._mode,
                picture=self._p.picture,
                figure=self._p.figure,
                capabilities=control.capabilities,
                line=self._p.line,
                questions=self._p.questions(self._p.stage.preferences.language),
                farewells=self._p.farewells,
                has_video=has_video,
                most_s=None if most_s is None else max(most_s - max(MARGIN_S, on_the_way_s + SOONER_S), 1.0),
                first_idle_s=self._p.settings.waiting.claim_s if slot.waited_long else None,
                rejoin=arrival.join_again,
                measure=sound.measure,
            ),
            media,
        )
        (await sound.speaker()).chime("turn" if slot.waited_long else "microphone_open")
        self._conversation = conversation
        self._p.vitals.visits += 1
        try:
            return await conversation.run()
        finally:
            self._has_service_picture = conversation.has_video
            self._conversation = None

    # ------------------------------------------------------------ the end

    def _say_goodbye(self, reason: EndReason) -> None:
        self._reason = reason
        said = self._facts.parted and reason in _UNEXPLAINED
        if not self._has_service_picture:
            self._p.figure.show(Mood.SORRY if reason in _SORRY and not said else Mood.GOODBYE)
        self._p.stage.show(Farewell(reason, said))

    def _farewell_s(self, reason: EndReason) -> float:
        return APOLOGY_S if reason is EndReason.NO_START else self._settings.farewell_s

    async def _let_read(self, seconds: float) -> None:
        """Show the farewell for `seconds`, or until the first intent; `Start` means that somebody begins again."""
        try:
            async with asyncio.timeout(seconds):
                self.wants_again = isinstance(await self._p.stage.next(), Start)
        except TimeoutError:
            return


def _count_error(vitals: Vitals, error: VendorError) -> None:
    errors, name = vitals.vendor_errors, type(error).__name__
    vitals.vendor_errors = {**errors, name: errors.get(name, 0) + 1}
    log.info("the visit could not begin", extra={"error": name, "status": error.http_status})
