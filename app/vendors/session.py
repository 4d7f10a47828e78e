"""Values about one session at a service: what is asked for, what came of it, and what its stop needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.screens import EndReason
from app.system.redact import Redactor


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """What a create call may know of the visit: nothing about the visitor but the language.

    Attributes:
        name: Our unique name for this session; it cannot be guessed.
        identity: Our identity in the room.
        kiosk_id: Setting `kiosk.id`.
        language: Code of the visitor's language, such as "en".
        max_s: The longest that this visit can last, seconds: min(hard limit + all extensions + 15 s, plan).
        idle_s: Seconds without activity of the visitor after which this visit has certainly ended.
        conversation: `SessionInfo.conversation` of an earlier session of the same visit, for a second join; else "".
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
        provider: Name of the service.
        session_id: The service's id. A secret: whoever has it can end the session.
        media_url: Address of the room.
        media_token: Secret that admits us to the room.
        max_duration_s: Seconds after which the service ends the session; None where it did not say.
        avatar_identity_hint: Identity of the avatar in the room, where that is known.
        language: Code of the visitor's language, for sentences that the kiosk gives the avatar to say.
        stop_context: What the stop call needs besides the id; goes to the journal, never to a log.
        conversation: The service's id of the dialogue so far, for a second join of the same visit; kept in memory only.
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
    """Everything that a stop call needs; after a crash it is made from the journal's row alone.

    Attributes:
        name: Our unique name for the session.
        session_id: The service's id; "" where the create call was never answered.
        reason: Why the visit ended.
        stop_context: As in `SessionInfo`.
    """

    name: str
    session_id: str
    reason: EndReason
    stop_context: Mapping[str, str] = field(default_factory=dict, repr=False)

    def hide(self, text: str) -> str:
        """Return a service's text without name and id of the session: whoever has the id can end it."""
        return Redactor([self.name, self.session_id])(text)
