"""Tavus as drills see it; media run on the stand-in of Daily's library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.drills import answers
from tests.drills.service import CANARY, NEW_SIZE, Break, DrilledService, JoinFault, MediaFault, set_for_now
from tests.end.conftest import ROOT
from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import Account
from tests.vendors.tavus_knobs import TavusKnobs
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import PERSONA, REPLICA, TavusService


class Tavus(DrilledService):
    """Tavus: everything but Daily's network, whose library is stood in for."""

    name = "tavus"
    create = "POST /v2/conversations "
    stop = "/end "
    knows_orphans = True
    handed = frozenset({"conversation_id", "conversation_url", "meeting_token"})
    by_stop = frozenset({"end_conversation_endpoint_hit"})
    first = (ROOT / "tests" / "fakes",)
    refusals = answers.TAVUS
    bad_stops = answers.TAVUS_STOPS

    async def start(self, server: LiveKitServer) -> None:
        self.key = CANARY
        self.script = ReplicaScript(greeting="Hello, I am the guide.", word_s=0.05)
        self.emulator = self.service = TavusService(script=lambda: self.script, knobs=TavusKnobs(second_end=400))
        self.emulator.accounts = {CANARY: Account(CANARY)}
        await self.emulator.start()

    def table(self) -> Mapping[str, Any]:
        table = {
            "base_url": self.emulator.url, "api_key": self.key, "replica_id": REPLICA, "persona_id": PERSONA,
            "rate_limit_s": 1,
        }  # fmt: skip
        hurried = {"participant_absent_timeout_s": 6, "participant_left_timeout_s": 6}
        return table | (hurried if self.is_hurried else {})

    def hurry(self) -> None:
        super().hurry()
        self.service.knobs.absent_s = 300.0  # what is found by its name must be ended by the kiosk, not by time

    def linger(self) -> None:
        self.service.knobs.lingers = True

    def join_faults(self) -> dict[str, JoinFault]:
        def plays(**script: Any) -> Callable[[], Callable[[], object]]:
            return lambda: set_for_now(self, script=replace(self.script, **script))

        def library_says(text: str) -> Callable[[], Callable[[], object]]:
            return lambda: set_for_now(self.service.knobs, join_error=text)

        return {
            "nobody comes": JoinFault(plays(joins_after_s=None), "farewell"),
            "no picture": JoinFault(plays(has_video=False), "farewell", creates=1),
            "token is refused": JoinFault(
                library_says("You are not authorized to join this meeting."), "unavailable", "auth"
            ),
            "room is full": JoinFault(library_says("meeting-full"), "farewell"),
            "room is closed": JoinFault(library_says("This room is not available: exp-room"), "farewell"),
        }

    def visitor_is_in(self) -> bool:
        return bool(self.service.talks) and self.service.talk.room.is_joined

    def breaks(self) -> dict[str, Break]:
        def end(word: str) -> Callable[[], Awaitable[object]]:
            async def happens() -> None:
                self.emulator.end(self.service.talk.session, word)

            return happens

        return {
            "its longest, or no minutes left": Break(end("max_call_duration"), "vendor_max_duration"),
            "ended by somebody": Break(end("end_conversation_endpoint_hit"), "room_closed"),
            "room is deleted": Break(end("daily_room_has_been_deleted"), "room_closed"),
            "internal error": Break(end("internal error occurred at step x"), "error"),
        }

    def media_faults(self) -> dict[str, MediaFault]:
        talk = self.service.talk

        async def stall() -> None:
            talk.room.show(frozen=True)

        async def be_silent() -> None:
            talk.replica.speaking(self.script.role, "started_speaking")

        async def leave() -> None:
            talk.replica.leave()

        async def grow() -> None:
            talk.room.show(width=NEW_SIZE[0], height=NEW_SIZE[1])

        return {
            "picture changes its size": MediaFault(grow, shows=NEW_SIZE),
            "picture stands still": MediaFault(stall, "network"),
            "voice is dead": MediaFault(be_silent),
            "agent leaves": MediaFault(leave, "avatar_left"),
        }

    def avatar_says(self, text: str) -> None:
        self.script = replace(self.script, greeting=text)
