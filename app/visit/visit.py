"""One visit as one coroutine: notice, place, room, conversation, farewell."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from app.audio.base import AudioBackend
from app.character.base import Figure, Mood
from app.intents import Accept, Answer, Cancel, Intent, Start
from app.picture import Picture
from app.rooms.base import RoomError, RoomFactory, RoomFault
from app.screens import Connecting, EndReason, Farewell, Notice, TalkMode
from app.sessions.create import Service, SessionCreator
from app.sessions.release import Lease, SessionReleaser
from app.settings.model import Settings
from app.stage import Stage
from app.vendors.base import VendorControl, VendorProtocol
from app.vendors.errors import AuthError, Busy, ConfigError, TransientError, VendorError
from app.vendors.session import SessionInfo, VisitRequest
from app.visit.conversation import Conversation, ConversationParts
from app.visit.media_session import MediaLimits, MediaSession, NotReady
from app.visit.sound import VisitSound
from app.vitals import VisitVitals, Vitals
from app.waiting.line import Line
from app.waiting.wait import SLOW_S, Left, Slot, WaitForSlot

log = logging.getLogger(__name__)

NOTICE_S = 20.0  # how long the notice waits for an answer
APOLOGY_S = 5.0  # how long the farewell of a visit that could not begin is shown
CAP_FAREWELL_S = 10.0  # a visitor who waited in vain needs time to read where to go
JOINS = 2  # a join that fails is tried once more, with a fresh session
MARGIN_S = 15.0  # our limits end so much earlier than the service's

# The visitor did nothing wrong and got less than promised.
_SORRY = frozenset({EndReason.NO_START, EndReason.CAP, EndReason.NETWORK, EndReason.ERROR, EndReason.AVATAR_LEFT})


@dataclass(frozen=True)
class VisitParts:
    """Everything that a visit works with; built once by the composition.

    Attributes:
        make_protocol: Makes the protocol for a session that the control created.
        questions: Returns the suggested questions in a language.
        plan_max_s: The longest session that the plan allows, seconds.
        chance: The source of random delays.
        new_name: Returns a name that is unique and cannot be guessed.
    """

    settings: Settings
    stage: Stage
    vitals: Vitals
    service: Service
    make_protocol: Callable[[VendorControl, SessionInfo], VendorProtocol]
    make_room: RoomFactory
    creator: SessionCreator
    releaser: SessionReleaser
    audio: AudioBackend
    picture: Picture
    figure: Figure
    line: Line
    questions: Callable[[str], tuple[str, ...]]
    plan_max_s: float
    chance: random.Random
    new_name: Callable[[], str]


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
        self._lease: Lease | None = None
        self._facts = VisitVitals(vendor=parts.service.name)
        self._conversation: Conversation | None = None
        self._reason = EndReason.CANCELLED
        self._has_service_picture = False

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
                exit_stack.callback(self._hand_over)
                sound = await exit_stack.enter_async_context(
                    VisitSound(self._p.audio, self._mode, self._p.stage.preferences.volume, self._p.vitals)
                )
                reason = await self._serve(sound)
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

    async def _serve(self, sound: VisitSound) -> EndReason:
        if self._settings.notice == "screen":
            await self._give_notice()
        sound.open_microphone()
        wait = WaitForSlot(
            stage=self._p.stage,
            creator=self._p.creator,
            releaser=self._p.releaser,
            settings=self._p.settings.waiting,
            request=self._request,
            vitals=self._facts,
            chance=self._p.chance,
        )
        self._p.figure.show(Mood.IDLE)
        try:
            media, slot = await self._reach_avatar(wait, sound)
        except TransientError as error:
            _count_error(self._p.vitals, error)
            if error.unreachable:
                raise
            return EndReason.NO_START
        return await self._talk(media, slot, sound)

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

    # ------------------------------------------------------------ to the first picture

    async def _reach_avatar(self, wait: WaitForSlot, sound: VisitSound) -> tuple[MediaSession, Slot]:
        """Wait for a slot and join, once more where the join failed; `Busy` at the join goes back to waiting."""
        slot = await wait.slot()
        failures = 0
        while True:
            self._lease = slot.lease
            try:
                return await self._connect(slot.lease, sound, shows=True), slot
            except Busy as busy:
                self._give_back(EndReason.NO_START)
                failures += isinstance(busy, NotReady)
                if failures >= JOINS:
                    raise TransientError(busy.vendor, busy.message) from None
                slot = await wait.slot(after=busy)
            except (TransientError, AuthError):  # a room token may be too old: a fresh session has a fresh one
                self._give_back(EndReason.NO_START)
                failures += 1
                if failures >= JOINS:
                    raise
                slot = await wait.slot()

    async def _connect(self, lease: Lease, sound: VisitSound, shows: bool) -> MediaSession:
        """Join and wait for the avatar; `shows`: the connecting screen. Raises VendorError, or Left on its cancel."""
        if lease.session is None:  # pragma: no cover - for the type checker: a created lease has its session
            raise RuntimeError("a lease without a session cannot be joined")
        protocol = self._p.make_protocol(lease.control, lease.session)
        room = self._p.make_room(
            picture=self._p.picture,
            speaker=await sound.speaker(),
            microphone=await sound.microphone(),
            choose=protocol.choose,
        )
        lease.room, lease.protocol, lease.left = room, protocol, False
        limits = MediaLimits(
            self._settings.connect_timeout_s,
            self._settings.avatar_timeout_s,
            self._settings.first_frame_timeout_s,
            lease.control.capabilities.absence_is_busy,
        )
        media = MediaSession(lease.vendor, room, protocol, limits)
        joining = asyncio.create_task(self._join(media, lease.session), name="join")
        try:
            if shows:
                await self._beside_connecting(joining, sound)
            await joining
        except BaseException:
            joining.cancel()
            await asyncio.gather(joining, return_exceptions=True)
            await media.stop()
            raise
        return media

    async def _join(self, media: MediaSession, session: SessionInfo) -> None:
        try:
            await media.start(session.media_url, session.media_token)
        except RoomError as error:
            raise _as_vendor_error(session.provider, error) from None
        await media.ready()

    async def _beside_connecting(self, joining: asyncio.Task[None], sound: VisitSound) -> None:
        """Show the connecting screen until the join is done; the visitor may cancel."""
        clock = asyncio.get_running_loop().time
        began = clock()

        def show() -> None:
            self._p.stage.show(Connecting(slow=clock() - began > SLOW_S))
            sound.measure()

        await self._p.stage.beside(joining, _may_cancel, show)

    # ------------------------------------------------------------ live

    async def _talk(self, media: MediaSession, slot: Slot, sound: VisitSound) -> EndReason:
        control, session = slot.lease.control, slot.lease.session
        most_s = session.max_duration_s if session else None
        has_video = control.capabilities.video
        self._has_service_picture = has_video
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
                has_video=has_video,
                most_s=None if most_s is None else max(most_s - MARGIN_S, 1.0),
                first_idle_s=self._p.settings.waiting.claim_s if slot.waited_long else None,
                rejoin=lambda: self._join_again(sound),
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
            self._conversation = None

    async def _join_again(self, sound: VisitSound) -> MediaSession:
        """Create a fresh session and join it inside the running visit; a full service is not waited for here."""
        session = self._lease.session if self._lease is not None else None
        self._give_back(EndReason.NETWORK)
        await self._p.releaser.settled(3.0)
        again = replace(self._request(), conversation=session.conversation if session is not None else "")
        self._lease = await self._p.creator.create(again)
        return await self._connect(self._lease, sound, shows=False)

    # ------------------------------------------------------------ the end

    def _give_back(self, reason: EndReason) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            self._p.releaser.hand_over(lease, reason)

    def _hand_over(self) -> None:
        """Release the session; called after the devices have closed."""
        self._give_back(self._reason)

    def _say_goodbye(self, reason: EndReason) -> None:
        self._reason = reason
        if not self._has_service_picture:
            self._p.figure.show(Mood.SORRY if reason in _SORRY else Mood.GOODBYE)
        self._p.stage.show(Farewell(reason))

    def _farewell_s(self, reason: EndReason) -> float:
        return APOLOGY_S if reason is EndReason.NO_START else self._settings.farewell_s

    async def _let_read(self, seconds: float) -> None:
        """Show the farewell for `seconds`, or until the first intent; `Start` means that somebody begins again."""
        try:
            async with asyncio.timeout(seconds):
                self.wants_again = isinstance(await self._p.stage.next(), Start)
        except TimeoutError:
            return

    def _request(self) -> VisitRequest:
        settings = self._p.settings
        most_s = self._settings.hard_limit_s + self._settings.max_extensions * self._settings.extension_s + MARGIN_S
        return VisitRequest(
            name=self._p.new_name(),
            identity=self._p.new_name(),
            kiosk_id=settings.kiosk.id,
            language=self._p.stage.preferences.language,
            max_s=min(most_s, self._p.plan_max_s),
            idle_s=self._settings.idle_s + self._settings.idle_warning_s + 30.0,
        )


def _count_error(vitals: Vitals, error: VendorError) -> None:
    errors, name = vitals.vendor_errors, type(error).__name__
    vitals.vendor_errors = {**errors, name: errors.get(name, 0) + 1}
    log.info("the visit could not begin", extra={"error": name, "status": error.http_status})


def _may_cancel(intent: Intent) -> bool:
    if isinstance(intent, Cancel):
        raise Left(EndReason.CANCELLED)
    return False


def _as_vendor_error(vendor: str, error: RoomError) -> VendorError:
    kinds: dict[RoomFault, type[VendorError]] = {
        RoomFault.AUTH: AuthError,
        RoomFault.BUSY: Busy,
        RoomFault.CONFIG: ConfigError,
        RoomFault.TRANSIENT: TransientError,
    }
    return kinds[error.fault](vendor, error.hint)
