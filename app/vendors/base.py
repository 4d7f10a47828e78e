"""The interface of a service: a control (HTTP calls) and a protocol (room messages), declared as one `Vendor`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from app.events import Event
from app.findings import Finding
from app.rooms.base import Choice, Participant, Room, RoomEvent
from app.screens import EndReason
from app.settings.service import VendorSettings
from app.vendors.session import SessionInfo, StopOrder, VisitRequest

if TYPE_CHECKING:
    from app.http import Http


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service can do; the kiosk decides by these values, never by the service's name.

    Attributes:
        video: The service sends a picture; else the drawn character is shown.
        stop: The service has a call that ends a session.
        captions: The service sends spoken words as text, at least those of the avatar.
        transcripts: The service sends the visitor's words.
        answers_prove: Without transcripts: an answer of the avatar right after a voice proves that a visitor spoke.
        absence_is_busy: A room where nobody appears means that every slot is taken.
        orphan_s: Seconds after we left, or after the longest possible visit, by which the service itself has ended a
            session that was not stopped.
        appear_s: Seconds that the avatar may need to appear after the join; 0: as `visit.avatar_timeout_s`.
        local: Nothing that is said leaves this machine.
    """

    video: bool = True
    stop: bool = True
    captions: bool = True
    transcripts: bool = True
    answers_prove: bool = False
    absence_is_busy: bool = False
    orphan_s: float = 3600.0
    appear_s: float = 0.0
    local: bool = False


class VendorControl(Protocol):
    """HTTP calls to the service. Every method may raise the errors of `app.vendors.errors` and has its own time-out."""

    capabilities: Capabilities

    async def start(self, request: VisitRequest) -> SessionInfo:
        """Create the session; success takes a slot. Never cancelled once sent.

        An answer that names a session which cannot be joined (no room, no token) holds a slot all the same: end it at
        once, by its id, before raising `unusable`.
        """
        ...

    async def stop(self, order: StopOrder) -> bool:
        """End the session that the order names.

        Returns:
            True: the end is confirmed. False: there is no call for it; the session ends by itself (`orphan_s`).
        """
        ...

    async def count(self) -> int | None:
        """Return how many sessions of the account run now; a hint only. None: unknown."""
        ...

    async def check(self) -> list[Finding]:
        """Test host, key and ids without taking a slot. A wrong key raises the same error as in `start`."""
        ...


class VendorProtocol(Protocol):
    """Decodes the room events of one session and sends our messages; lives as long as the visit, also over a rejoin."""

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """Return whose picture and whose voice are the avatar's."""
        ...

    def decode(self, event: RoomEvent, room: Room) -> Iterable[Event]:
        """Return the common events in this room event. Never raises: whatever arrives is normal input."""
        ...

    async def attend(self, room: Room, emit: Callable[[Event], None]) -> None:
        """Do background work while the room is joined (keep-alives, handshakes). Cancelled at the end."""
        ...

    async def ask(self, room: Room, text: str) -> None:
        """Send a typed or suggested question of the visitor."""
        ...

    async def finish_question(self, room: Room) -> None:
        """The visitor released the talk button: the question is complete."""
        ...

    async def interrupt(self, room: Room) -> None:
        """Ask the avatar to stop speaking; the visit silences the local playout."""
        ...

    async def wrap_up(self, room: Room, remaining_s: float) -> None:
        """Ask the avatar to close the conversation, where the service can; `remaining_s` seconds are left."""
        ...

    async def stay(self, room: Room) -> None:
        """Tell the service that somebody is here: the visitor was active after the service's idle warning."""
        ...

    async def why_ended(self, reason: EndReason) -> EndReason:
        """Return the true reason of an end that the room reported, where the service can be asked.

        Has its own time-out.

        Args:
            reason: What the room reported.
        """
        ...

    async def goodbye(self, room: Room) -> None:
        """End the session by a message in the room, where the service can; the caller sets the time-out."""
        ...


class Answers(Protocol):
    """Answers of the site's own file in one visit, for services whose avatar only speaks the text that it is given."""

    def reply(self, question: str) -> str:
        """Return the answer to a question, or a sentence that says that there is none."""
        ...

    def wrap_up(self) -> str:
        """Return a closing sentence for the last seconds of a visit."""
        ...


class Credits(Protocol):
    """The count of what sessions cost, for services that sell credits.

    Attributes:
        bought: How many credits may be used; 0: no limit.
    """

    bought: float

    @property
    def is_low(self) -> bool:
        """Whether so many are used that staff should be told."""
        ...

    @property
    def is_used_up(self) -> bool:
        """Whether what is left is too little for a visit."""
        ...

    def used(self) -> float:
        """Return the credits used up to now, those of running sessions included."""
        ...

    def left_s(self) -> float | None:
        """Return for how many seconds of one session the credits last; None: no limit."""
        ...

    async def begin(self, name: str, at: float, most_s: float) -> None:
        """Count a session from its start until it ends.

        Args:
            name: Our unique name for the session.
            at: Its start, seconds since the epoch.
            most_s: Seconds after which the service itself ends it.
        """
        ...

    async def end(self, name: str) -> None:
        """Note that the session has ended; only the first call counts."""
        ...

    async def forget(self, name: str) -> None:
        """Remove a session that turned out never to have started."""
        ...


S = TypeVar("S", bound=VendorSettings)
C = TypeVar("C", bound=VendorControl)


@dataclass(frozen=True, slots=True)
class VendorContext(Generic[S]):
    """Everything that the control of a service is made from.

    Attributes:
        settings: The service's own table.
        http: Client for its calls.
        kiosk_id: Setting `kiosk.id`.
        language: Code of the kiosk's first language.
        create_timeout_s: Seconds after which a create call is given up.
        demo_busy_s: Seconds for which the demo pretends to be full.
        slots: How many sessions the plan allows at a time, by the settings; 0: unknown.
        credits: The count of what sessions cost; None where it is not counted.
        answers: Returns the answers of the site's file in a language, new for each visit; None where there is no file.
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
        name: Name of its table below [service], and of its package.
        settings: Model of that table.
        media: Kind of room that it uses: "livekit", "daily" or "local".
        control: Makes its control; called once in a process.
        protocol: Makes its protocol; called once for each session.
        required: Dotted keys below its table that must not be empty; of a tuple of keys one is enough.
        answers_from_file: The avatar only speaks the text that it is given, so the site's file answers typed and
            suggested questions.
        sells_credits: The cost of its sessions is counted.
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
"""Any service of the registry; only its own package knows which settings and control belong together."""
