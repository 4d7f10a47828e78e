"""What a service is to the kiosk: a control adapter (HTTP) and a protocol (room messages), declared in one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict

from app.events import Event
from app.rooms.base import Choice, Member, Room, RoomEvent
from app.screens import EndReason
from app.settings.types import Duration
from app.system.redact import Redactor

if TYPE_CHECKING:
    from app.http import Http


class VendorSettings(BaseModel):
    """Keys that every service's table has; a vendor's file adds its own. Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", validate_default=False)

    plan_max_s: Duration = 3600.0
    busy_texts: list[str] = []
    credits_texts: list[str] = []
    extra: dict[str, Any] = {}


class LiveKitRoomSettings(VendorSettings):
    """Those of services whose rooms are LiveKit's. relay_only: sound and picture go through relays alone."""

    relay_only: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can do; everything else follows from it.

    video: it sends a picture (else the drawn character is shown). stop: it has a call that ends a session. count:
    it tells how many sessions run. captions: it sends what is spoken as words, the avatar's at least. transcripts: it
    sends the visitor's words. answers_prove: it does not, but an answer of its avatar right after a voice proves that
    a visitor spoke. orphan_s: so many seconds after we are gone, or after the longest possible visit, the service has
    ended a session that nobody stopped. local: nothing that is said leaves this machine.
    """

    video: bool = True
    stop: bool = True
    count: bool = False
    credits: bool = False
    captions: bool = True
    transcripts: bool = True
    answers_prove: bool = False
    can_interrupt: bool = False
    absence_is_busy: bool = False  # a room where nobody appears means that every slot is taken
    tells_nothing_came: bool = False  # after a lost answer the service can say that no session exists
    orphan_s: float = 3600.0
    local: bool = False


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """What a create call may know of the visit: nothing about the visitor but the language.

    name: our unique name for this session, unguessable. identity: ours in the room. max_s: the longest this visit can
    last, seconds: min(hard limit + all extensions + 15 s, plan). conversation: what an earlier session of this very
    visit called it, where the room is joined a second time.
    """

    name: str
    identity: str
    kiosk_id: str
    language: str
    max_s: float
    idle_s: float
    mode: str = "hands-free"
    conversation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A running session. stop_context: what the stop call needs besides the id; goes to the journal, never to a log.

    language: the visitor's, for what the kiosk itself lets the avatar say. conversation: the service's name for what
    was said so far; kept in memory, for a second join of the same visit.
    """

    provider: str
    session_id: str
    media_url: str = field(repr=False)
    media_token: str = field(repr=False)
    max_duration_s: float | None = None
    max_sessions: int | None = None
    avatar_identity_hint: str | None = None
    language: str = ""
    stop_context: Mapping[str, str] = field(default_factory=dict, repr=False)
    conversation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StopOrder:
    """Everything a stop needs, also after a crash: from the journal's row alone. session_id "": create unanswered."""

    name: str
    session_id: str
    reason: EndReason
    stop_context: Mapping[str, str] = field(default_factory=dict, repr=False)

    def hide(self, text: str) -> str:
        """Return a service's words without what names the session: whoever has its id can end it."""
        return Redactor([self.name, self.session_id])(text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the readiness report. ok None: worth knowing, neither good nor bad."""

    item: str
    ok: bool | None
    text: str


class Control(Protocol):
    """Calls to the service. Every method may raise the errors of `vendors.errors`; each bounds itself in time."""

    capabilities: Capabilities

    async def start(self, request: VisitRequest) -> SessionInfo:
        """Create the session; success takes a slot. Never cancelled once sent."""
        ...

    async def stop(self, order: StopOrder) -> bool:
        """End the session named by the order. True: confirmed ended. False: nothing to call; wait for its expiry."""
        ...

    async def count(self) -> int | None:
        """How many sessions of the account run now; a hint only. None: unknown."""
        ...

    async def check(self) -> list[Finding]:
        """Test host, key and ids without taking a slot. A wrong key raises as `start` would."""
        ...


class VendorProtocol(Protocol):
    """Decodes one session's room events and encodes what we say; lives as long as the visit, over rejoins."""

    def choose(self, members: Sequence[Member]) -> Choice:
        """Whose picture and voice are the avatar's."""
        ...

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """Common events in this room event. Never raises: whatever arrives is normal input."""
        ...

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """Whatever must go on while the room is joined (keep-alives, handshakes). Cancelled at the end."""
        ...

    async def ask(self, room: Room, text: str) -> None:
        """A typed or suggested question of the visitor."""
        ...

    async def finish_question(self, room: Room) -> None:
        """The visitor let go of the talk button: what was said is all of it."""
        ...

    async def interrupt(self, room: Room) -> None:
        """Ask the avatar to fall silent; local playout is silenced by the visit."""
        ...

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """Ask the avatar to close, where the service can."""
        ...

    async def stay(self, room: Room) -> None:
        """The visitor did something real after the service's idle warning: tell the service that somebody is here."""
        ...

    async def why_ended(self, reason: EndReason) -> EndReason:
        """Return the true reason of an end that came from the room, where the service can be asked; bounded by itself.

        reason: what the room said.
        """
        ...

    async def goodbye(self, room: Room) -> None:
        """End in-band, where the service can; bounded by the caller."""
        ...


class Answers(Protocol):
    """What the site's own file answers in one visit, for services that only say what they are given."""

    def reply(self, question: str) -> str:
        """Return the answer to a question, or words that say that there is none."""
        ...

    def wrap_up(self) -> str:
        """Return words for the last seconds of a visit."""
        ...


class Credits(Protocol):
    """The count of what sessions cost, for services that sell credits. bought: how many may be used, 0: no limit."""

    bought: float

    @property
    def is_low(self) -> bool:
        """Whether staff ought to know."""
        ...

    @property
    def is_used_up(self) -> bool:
        """Whether nothing is left that would make a visit."""
        ...

    def used(self) -> float:
        """Return the credits used up to now, those of running sessions included."""
        ...

    def left_s(self) -> float | None:
        """Return for how many seconds of one session the credits last; None: they are not limited."""
        ...

    async def begin(self, name: str, at: float, most_s: float) -> None:
        """Count the session `name`, ours and unique, from `at`, seconds since the epoch, until it ends.

        most_s: seconds; the service ends it by then.
        """
        ...

    async def end(self, name: str) -> None:
        """The session has ended; the first end counts."""
        ...

    async def forget(self, name: str) -> None:
        """The session never was."""
        ...


@dataclass(frozen=True, slots=True)
class VendorContext:
    """What composition hands to a vendor's builders.

    slots: the plan's concurrency by the settings, 0: unknown. credits: None where nobody counts. answers: what the
    site's file answers in a language, fresh for each visit; None where there is no such file.
    """

    settings: Any  # the vendor's own settings model
    http: Http
    kiosk_id: str
    language: str
    create_timeout_s: float
    demo_busy_s: float = 0.0
    slots: int = 0
    credits: Credits | None = None
    answers: Callable[[str], Answers] | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's file declares exactly one of these, named VENDOR.

    required: dotted keys below its table that must not be empty; of a group of keys one is enough. media: which room
    carries it: "livekit", "daily" or "local". build: its control. protocol: a fresh one per session. answers_from_file:
    its avatar says only what it is given, so typed and suggested questions are answered by the site's file.
    sells_credits: what its sessions cost is counted.
    """

    name: str
    settings: type[VendorSettings]
    media: str
    build: Callable[[VendorContext], Control]
    protocol: Callable[[Control, SessionInfo, Any], VendorProtocol]
    required: tuple[str | tuple[str, ...], ...] = ()
    answers_from_file: bool = False
    sells_credits: bool = False
