"""What a service is to the kiosk: a control (HTTP) and a protocol (room messages), declared as one `Vendor`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from app.events import Event
from app.findings import Finding
from app.rooms.base import Choice, Participant, Room, RoomEvent
from app.screens import EndReason
from app.settings.service import VendorSettings
from app.system.redact import Redactor

if TYPE_CHECKING:
    from app.http import Http


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can do; everything else follows from it.

    Attributes:
        video: it sends a picture; else the drawn character is shown.
        stop: it has a call that ends a session.
        captions: it sends what is spoken as words, the avatar's at least.
        transcripts: it sends the visitor's words.
        answers_prove: it does not, but an answer of its avatar right after a voice proves that a visitor spoke.
        absence_is_busy: a room where nobody appears means that every slot is taken.
        orphan_s: seconds after we are gone, or after the longest possible visit, by which the service itself has ended
            a session that nobody stopped.
        local: nothing that is said leaves this machine.
    """

    video: bool = True
    stop: bool = True
    captions: bool = True
    transcripts: bool = True
    answers_prove: bool = False
    absence_is_busy: bool = False
    orphan_s: float = 3600.0
    local: bool = False


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """What a create call may know of the visit: nothing about the visitor but the language.

    Attributes:
        name: our unique name for this session, unguessable.
        identity: ours in the room.
        kiosk_id: of the settings.
        language: the visitor's, such as "en".
        max_s: the longest this visit can last, seconds: min(hard limit + all extensions + 15 s, plan).
        idle_s: seconds without a sign of the visitor after which this visit has surely ended.
        conversation: what an earlier session of this very visit called it, where the room is joined a second time.
    """

    name: str
    identity: str
    kiosk_id: str
    language: str
    max_s: float
    idle_s: float
    conversation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A running session.

    Attributes:
        provider: the service's name.
        session_id: the service's; whoever has it can end the session.
        media_url: of the room.
        media_token: lets us into the room.
        max_duration_s: seconds after which the service ends it; None where it did not say.
        avatar_identity_hint: who in the room is the avatar, where that is known.
        language: the visitor's, for what the kiosk itself lets the avatar say.
        stop_context: what the stop call needs besides the id; goes to the journal, never to a log.
        conversation: the service's name for what was said so far; kept in memory, for a second join of the same visit.
    """

    provider: str
    session_id: str
    media_url: str = field(repr=False)
    media_token: str = field(repr=False)
    max_duration_s: float | None = None
    avatar_identity_hint: str | None = None
    language: str = ""
    stop_context: Mapping[str, str] = field(default_factory=dict, repr=False)
    conversation: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StopOrder:
    """Everything a stop needs, also after a crash: from the journal's row alone.

    Attributes:
        name: our unique name for the session.
        session_id: the service's; "" where the create call was never answered.
        reason: why the visit ended.
        stop_context: as in `SessionInfo`.
    """

    name: str
    session_id: str
    reason: EndReason
    stop_context: Mapping[str, str] = field(default_factory=dict, repr=False)

    def hide(self, text: str) -> str:
        """Return a service's words without what names the session: whoever has its id can end it."""
        return Redactor([self.name, self.session_id])(text)


class VendorControl(Protocol):
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

    def choose(self, participants: Sequence[Participant]) -> Choice:
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
    """The count of what sessions cost, for services that sell credits.

    Attributes:
        bought: how many may be used; 0: no limit.
    """

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


S = TypeVar("S", bound=VendorSettings)
C = TypeVar("C", bound=VendorControl)


@dataclass(frozen=True, slots=True)
class VendorContext(Generic[S]):
    """What composition hands to a vendor's control.

    Attributes:
        settings: the vendor's own table.
        http: for its calls.
        kiosk_id: of the settings.
        language: the kiosk's first one.
        create_timeout_s: seconds after which a create call is given up.
        demo_busy_s: seconds for which the demo pretends to be full.
        slots: the plan's concurrency by the settings; 0: unknown.
        credits: the count of what sessions cost; None where nobody counts.
        answers: what the site's file answers in a language, fresh for each visit; None where there is no such file.
    """

    settings: S
    http: Http
    kiosk_id: str
    language: str
    create_timeout_s: float
    demo_busy_s: float = 0.0
    slots: int = 0
    credits: Credits | None = None
    answers: Callable[[str], Answers] | None = None


@dataclass(frozen=True, slots=True)
class Vendor(Generic[S, C]):
    """One service; its package declares exactly one of these, named VENDOR.

    Attributes:
        name: of its table below [service], and of its package.
        settings: the model of that table.
        media: which room carries it: "livekit", "daily" or "local".
        control: makes its control; one for each process.
        protocol: makes its protocol; a fresh one for each session.
        required: dotted keys below its table that must not be empty; of a group of keys one is enough.
        answers_from_file: its avatar says only what it is given, so typed and suggested questions are answered by the
            site's file.
        sells_credits: what its sessions cost is counted.
    """

    name: str
    settings: type[S]
    media: str
    control: Callable[[VendorContext[S]], C]
    protocol: Callable[[C, SessionInfo, S], VendorProtocol]
    required: tuple[str | tuple[str, ...], ...] = ()
    answers_from_file: bool = False
    sells_credits: bool = False


AnyVendor = Vendor[Any, Any]
"""Some service of the registry: which settings and control belong together is known inside its package only."""
