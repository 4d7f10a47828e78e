"""An emulator of Tavus: conversations over HTTP, rooms for the fake Daily library, and a replica in each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.vendors.daily_host import DailyHost, HostedRoom, ReplicaLook
from tests.vendors.emulator import Account, Clock, EmulatedSession, Emulator, NoSlot, refusal
from tests.vendors.tavus_app_messages import answer_to
from tests.vendors.tavus_knobs import TavusKnobs
from tests.vendors.tavus_replica import Replica, ReplicaScript

_NAMES = {
    "older": (("replica_id",), ("persona_id",)),
    "newer": (("face_id",), ("pal_id",)),
    "both": (("face_id", "replica_id"), ("pal_id", "persona_id")),
}
KEY = "tavus-secret-key"
REPLICA = "r90bbd427f71"
PERSONA = "pcb7a34da5fe"
LOOK_S = 0.03


@dataclass
class EmulatedConversation:
    """One conversation: its session, its room and its replica."""

    session: EmulatedSession
    room: HostedRoom
    replica: Replica
    asked: dict[str, Any] = field(default_factory=dict)
    left_at: float | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    told_at: list[float] = field(default_factory=list)


class TavusService(Emulator):
    """POST, GET, DELETE /v2/conversations.

    Attributes:
        script: Makes the next replica's script.
        talks: Every conversation by id.
        seconds_left: Seconds that each account may still use, by key; a missing key: no limit.
    """

    def __init__(
        self,
        slots: int = 1,
        script: Callable[[], ReplicaScript] = ReplicaScript,
        knobs: TavusKnobs | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__([Account(KEY, slots)], clock)
        self.knobs = knobs or TavusKnobs()
        self.script = script
        self.host = DailyHost()
        self.talks: dict[str, EmulatedConversation] = {}
        self.seconds_left: dict[str, float] = {}
        self._watching: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        one = "/v2/conversations/{id}"
        return [
            web.post("/v2/conversations", self._create),
            web.get("/v2/conversations", self._list),
            web.get(one, self._get),
            web.post(f"{one}/end", self._end),
            web.post(f"{one}/send-app-message", self._send_app_message),
            web.delete(one, self._delete),
        ]

    async def start(self) -> None:
        await super().start()
        if self._watching is None:
            await self.host.start()
            self._watching = asyncio.create_task(self._watch(), name="tavus-watch")

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, *self._closing, return_exceptions=True)
        for talk in self.talks.values():
            talk.replica.leave()
            await talk.replica.gone()
        await self.host.close()
        await super().close()

    @property
    def talk(self) -> EmulatedConversation:
        """The newest conversation."""
        return list(self.talks.values())[-1]

    # ------------------------------------------------------------ calls

    async def _create(self, request: web.Request) -> web.Response:
        key = self._key(request)
        if key is None:
            return self._refuse_key()
        body = await request.json()
        if wrong := self._wrong(body):
            return refusal(400, **{self.knobs.error_key: wrong})
        if not self.accounts[key].credits_left or self.seconds_left.get(key, 1.0) <= 0:
            return refusal(402, **{self.knobs.error_key: "The user is out of conversational credits"})
        if body.get("test_mode") is True and self.knobs.test_mode:
            return web.json_response(self._row("ctest", body, "ended"))
        session_id = f"c{len(self.sessions) + 1:08x}{'CANARY'}"
        try:
            session = self.take(key, session_id)
        except NoSlot:
            text = "User has reached maximum concurrent conversations"
            return refusal(self.knobs.full, **{self.knobs.error_key: text})
        session.name = body.get("conversation_name", "")
        return web.json_response(self._open(session, body))

    def _open(self, session: EmulatedSession, body: dict[str, Any]) -> dict[str, Any]:
        needs_token = body.get("require_auth") or body.get("properties", {}).get("require_auth")
        room = self.host.open(session.id, f"eyJ-CANARY-{session.id}" if needs_token else "")
        room.manners.join_error = self.knobs.join_error
        replica = Replica(room, session.id, self.script(), body.get("custom_greeting", ""))
        talk = self.talks[session.id] = EmulatedConversation(session, room, replica, body)
        room.on_join = lambda: self._on_join(talk)
        room.on_leave = lambda: self._on_leave(talk)
        self._note(talk, "system.replica_joined")
        answer = self._row(session.id, body, "active")
        return answer | ({"meeting_token": room.token} if needs_token else {})

    def _wrong(self, body: dict[str, Any]) -> str:
        """Return what the service dislikes in a create call, in its words; it ignores what it does not know."""
        newer, known = self.knobs.newer_words, _NAMES[self.knobs.names]
        face, persona = (next((body[n] for n in names if body.get(n)), None) for names in known)
        if face not in (REPLICA, None) or (face is None and not (persona and self.knobs.default_face)):
            return "Invalid face_id" if newer else "Invalid replica_uuid"
        if persona not in (PERSONA, None):
            return "Invalid persona_id"
        if body.get("max_participants", 2) < 2:
            return "max_participants must be at least 2"
        return ""

    async def _list(self, request: web.Request) -> web.Response:
        key = self._key(request)
        if key is None:
            return self._refuse_key()
        wanted = request.query.get("status")
        rows = [
            _listed(self._row(talk.session.id, talk.asked, self._status(talk)), talk.asked)
            for talk in reversed(self.talks.values())
            if talk.session.account == key and wanted in (None, self._status(talk))
        ]
        others = [s for s in self.active() if s.account == key and s.id not in self.talks]
        if wanted in (None, "active"):
            rows += [
                _listed(self._row(s.id, {"conversation_name": s.name or "of another kiosk"}, "active"), {})
                for s in others
            ]
        limit, page = int(request.query.get("limit", 10)), int(request.query.get("page", 1))
        return web.json_response({"data": rows[limit * (page - 1) : limit * page], "total_count": len(rows)})

    async def _get(self, request: web.Request) -> web.Response:
        if self._key(request) is None:
            return self._refuse_key()
        talk = self._find(request)
        if talk is None:
            return self._unknown()
        answer = self._row(talk.session.id, talk.asked, self._status(talk))
        if request.query.get("verbose") == "true":
            answer["events"] = talk.events
        return web.json_response(answer)

    async def _end(self, request: web.Request) -> web.Response:
        if self._key(request) is None:
            return self._refuse_key()
        talk = self._find(request)
        if talk is None:
            return self._unknown()
        if talk.session.ended_at is not None and self.knobs.second_end != 200:
            return refusal(self.knobs.second_end, **{self.knobs.error_key: "The conversation has already ended"})
        self.end(talk.session, "end_conversation_endpoint_hit")
        return web.Response()

    async def _send_app_message(self, request: web.Request) -> web.Response:
        if self._key(request) is None:
            return self._refuse_key()
        talk = self._find(request)
        if talk is None:
            return self._unknown()
        return answer_to(await request.text(), talk, self.knobs, self.clock.now())

    async def _delete(self, request: web.Request) -> web.Response:
        talk = self._find(request)
        if talk is None:
            return self._unknown()
        self.end(talk.session, "daily_room_has_been_deleted")
        del self.talks[talk.session.id]
        return web.Response(status=204)

    # ------------------------------------------------------------ what time and people do

    def settle(self) -> None:
        """Set each conversation's end by the earliest of its timers and the account's minutes; then let it happen."""
        for talk in self.talks.values():
            session = talk.session
            if session.ended_at is None:
                session.ends_at, session.ends_because = min(self._ends(talk))
        super().settle()

    def _ends(self, talk: EmulatedConversation) -> list[tuple[float, str]]:
        session, wishes = talk.session, talk.asked.get("properties", {})
        longest = min(wishes.get("max_call_duration", 3600), self.knobs.plan_max_s)
        ends = [(session.created_at + longest, "max_call_duration")]
        if session.account in self.seconds_left:
            ends.append((session.created_at + self.seconds_left[session.account], "max_call_duration"))
        if session.joined_at is None:
            asked_s = wishes.get("participant_absent_timeout", 300)
            absent_s = asked_s if self.knobs.absent_s is None else self.knobs.absent_s
            ends.append((session.created_at + absent_s, "participant_absent_timeout"))
        if talk.left_at is not None and not self.knobs.lingers:
            ends.append((talk.left_at + wishes.get("participant_left_timeout", 0), "participant_left_timeout"))
        return ends

    def end(self, session: EmulatedSession, reason: str) -> None:
        was_over = session.ended_at is not None
        super().end(session, reason)
        talk = self.talks.get(session.id)
        if was_over or talk is None:
            return
        if session.account in self.seconds_left:
            self.seconds_left[session.account] -= self.clock.now() - session.created_at
        is_timer = reason in ("max_call_duration", "participant_left_timeout", "participant_absent_timeout")
        told = f"{reason} reached" if is_timer and self.knobs.reached else reason
        self._note(talk, "system.shutdown", **{self.knobs.reason_key: told})
        with contextlib.suppress(RuntimeError):  # no loop: nobody is in the room either
            task = asyncio.get_running_loop().create_task(self._shut(talk, told), name="tavus-shut")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _shut(self, talk: EmulatedConversation, told: str) -> None:
        if self.knobs.in_room:
            talk.replica.send("system.shutdown", message_type="system", **{self.knobs.reason_key: told})
        if not self.knobs.replica_stays:
            talk.replica.leave()
        if self.knobs.replica_first:
            await asyncio.sleep(0.3)
        talk.room.close(self.knobs.room_end)

    def _on_join(self, talk: EmulatedConversation) -> None:
        talk.left_at = None
        if talk.session.joined_at is None:
            talk.session.joined_at = self.clock.now()

    def _on_leave(self, talk: EmulatedConversation) -> None:
        talk.left_at = self.clock.now()

    async def _watch(self) -> None:
        """Timers run although nobody asks."""
        while True:
            self.settle()
            await asyncio.sleep(LOOK_S)

    # ------------------------------------------------------------ small things

    def _key(self, request: web.Request) -> str | None:
        key = request.headers.get("x-api-key", "")
        return key if key in self.accounts else None

    def _refuse_key(self) -> web.Response:
        return refusal(401, message="Invalid access token")

    def _unknown(self) -> web.Response:
        return refusal(400, **{self.knobs.error_key: "Invalid conversation_id"})

    def _find(self, request: web.Request) -> EmulatedConversation | None:
        self.settle()
        return self.talks.get(request.match_info["id"])

    def _status(self, talk: EmulatedConversation) -> str:
        ended_at = talk.session.ended_at
        has_ended = ended_at is not None and self.clock.now() >= ended_at + self.knobs.ends_late_s
        return "ended" if has_ended else "active"

    def _note(self, talk: EmulatedConversation, event: str, **properties: Any) -> None:
        made = {"event_type": event, "timestamp": "2026-01-01T00:00:00Z", "message_type": "system"}
        talk.events.append(made | {"properties": properties})

    def _row(self, session_id: str, body: dict[str, Any], status: str) -> dict[str, Any]:
        room = self.host.rooms.get(session_id)
        return {
            "conversation_id": session_id,
            "conversation_name": body.get("conversation_name", ""),
            "conversation_url": self.host.address(room) if room else f"https://tavus.invalid/{session_id}",
            "status": status,
            "callback_url": "",
            "created_at": "2026-01-01T00:00:00Z",
        }


def _listed(row: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the list, which has a few fields more."""
    face, persona = (next((body[n] for n in names if body.get(n)), "") for names in _NAMES["both"])
    return row | {"replica_id": face, "persona_id": persona, "updated_at": "2026-01-01T00:00:00Z"}


async def serve(slots: int) -> None:
    """Run until interrupted, and say which settings reach it."""
    script = ReplicaScript(
        joins_after_s=2.0,
        greeting="Welcome! Ask me anything about the exhibition.",
        word_s=0.25,
        look=ReplicaLook(width=720, height=1280, fps=25),
    )
    async with TavusService(slots, lambda: script) as service:
        print(
            f'[service]\nvendor = "tavus"\n\n[service.tavus]\nbase_url = "{service.url}"\napi_key = "{KEY}"\n'
            f'replica_id = "{REPLICA}"\npersona_id = "{PERSONA}"\n\n'
            "# Start the kiosk with the stand-in for Daily's library in front:\n"
            "#   PYTHONPATH=tests/fakes:. python -m app run --config THE-FILE-WITH-THESE-SETTINGS\n"
            f"# the truth: {service.url}/admin\n",
            flush=True,
        )
        await asyncio.Event().wait()
