"""How a visit reaches its avatar: a place at the service, a session, the room, the first picture; and a second join."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from app.intents import Cancel, Intent
from app.rooms.base import RoomError, RoomFault
from app.screens import EndReason
from app.sessions.release import Lease
from app.settings.model import VisitSettings
from app.vendors.errors import AuthError, Busy, ConfigError, TransientError, VendorError
from app.vendors.session import SessionInfo, VisitRequest
from app.visit.media_session import MediaLimits, MediaSession, NeverReady, NotReady
from app.visit.parts import VisitParts
from app.visit.sound import VisitSound
from app.vitals import VisitVitals
from app.waiting.wait import Left, Slot, WaitForSlot, connecting

JOINS = 2  # a join that fails is tried once more, with a fresh session
MARGIN_S = 15.0  # our limits end so much earlier than the service's


class Arrival:
    """Brings one visit to its avatar, and gives the session back.

    Attributes:
        lease: The session that the visit has now, or None.
    """

    def __init__(self, parts: VisitParts, facts: VisitVitals, sound: VisitSound) -> None:
        self.lease: Lease | None = None
        self._p = parts
        self._settings = parts.settings.visit
        self._facts = facts
        self._sound = sound

    async def reach_avatar(self) -> tuple[MediaSession, Slot]:
        """Wait for a slot and join, once more where the join failed; `Busy` at the join goes back to waiting.

        A fresh session is no help where somebody was in the room and did not become ready (`NeverReady`).

        Raises:
            VendorError: It cannot be reached.
            Left: The visitor cancelled, or waited for as long as anybody may.
        """
        wait = WaitForSlot(
            stage=self._p.stage,
            creator=self._p.creator,
            releaser=self._p.releaser,
            settings=self._p.settings.waiting,
            request=self._request,
            vitals=self._facts,
            chance=self._p.chance,
        )
        slot = await wait.slot()
        failures = 0
        while True:
            self.lease = slot.lease
            try:
                return await self._connect(slot.lease, slot.connecting_since), slot
            except Busy as busy:
                self.give_back(EndReason.NO_START)
                failures += isinstance(busy, NotReady)
                if failures >= JOINS:
                    raise TransientError(busy.vendor, busy.message) from None
                slot = await wait.slot(after=busy)
            except (TransientError, AuthError) as error:  # a room token may be too old: a fresh session has a fresh one
                self.give_back(EndReason.NO_START)
                failures += 1
                if failures >= JOINS or isinstance(error, NeverReady):
                    raise
                slot = await wait.slot()

    async def _connect(self, lease: Lease, shown_since: float | None) -> MediaSession:
        """Join and wait for the avatar.

        Args:
            lease: The session to join.
            shown_since: Since when the connecting screen is shown, on the loop's clock, seconds; None: not at all.

        Raises:
            VendorError: The avatar was not reached.
            Left: The visitor cancelled on the connecting screen.
        """
        if lease.session is None:  # pragma: no cover - for the type checker: a created lease has its session
            raise RuntimeError("a lease without a session cannot be joined")
        protocol = self._p.make_protocol(lease.control, lease.session)
        room = self._p.make_room(
            picture=self._p.picture,
            speaker=await self._sound.speaker(),
            microphone=await self._sound.microphone(),
            choose=protocol.choose,
        )
        lease.room, lease.protocol, lease.left = room, protocol, False
        limits = MediaLimits(
            self._settings.connect_timeout_s,
            self._appear_s(lease.control.capabilities.appear_s),
            self._settings.first_frame_timeout_s,
            lease.control.capabilities.absence_is_busy,
        )
        media = MediaSession(lease.vendor, room, protocol, limits)
        joining = asyncio.create_task(self._join(media, lease.session), name="join")
        try:
            if shown_since is not None:
                await self._beside_connecting(joining, shown_since)
            await joining
        except BaseException:
            joining.cancel()
            await asyncio.gather(joining, return_exceptions=True)
            await media.stop()
            raise
        return media

    def _appear_s(self, needed_s: float) -> float:
        """Return how long the avatar may take, seconds: the site's own word, else what the service is known to need."""
        allowed_s = self._settings.avatar_timeout_s
        # Not "the key is set": a file that `setup` made has every key, with its default.
        is_default = allowed_s == VisitSettings.model_fields["avatar_timeout_s"].default
        return needed_s if needed_s and is_default else allowed_s

    async def _join(self, media: MediaSession, session: SessionInfo) -> None:
        try:
            await media.start(session.media_url, session.media_token)
        except RoomError as error:
            raise _as_vendor_error(session.provider, error) from None
        await media.ready()

    async def _beside_connecting(self, joining: asyncio.Task[None], since: float) -> None:
        """Show the connecting screen until the join is done; the visitor may cancel."""
        clock = asyncio.get_running_loop().time

        def show() -> None:
            self._p.stage.show(connecting(clock() - since))
            self._sound.measure()

        await self._p.stage.beside(joining, _may_cancel, show)

    async def join_again(self) -> MediaSession:
        """Create a fresh session and join it inside the running visit; a full service is not waited for here."""
        session = self.lease.session if self.lease is not None else None
        self.give_back(EndReason.NETWORK)
        await self._p.releaser.settled(3.0)
        again = replace(self._request(), conversation=session.conversation if session is not None else "")
        self.lease = await self._p.creator.create(again)
        return await self._connect(self.lease, shown_since=None)

    def give_back(self, reason: EndReason) -> None:
        """Hand the session over for release, if there is one; returns at once."""
        lease, self.lease = self.lease, None
        if lease is not None:
            self._p.releaser.hand_over(lease, reason)

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
