"""Settings of Tavus, and which of its two sets of names a site uses (docs/vendors/tavus.md 2, 9)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from app.settings.service import VendorSettings
from app.settings.types import Count, Duration, DurationOrZero, HttpUrl, KeyFault

NAME = "tavus"


class TavusSettings(VendorSettings):
    """Table [service.tavus]. Numbers in brackets are sections of docs/vendors/tavus.md.

    One of the four ids is enough, where a persona brings its replica.

    Attributes:
        base_url: Host of all calls (2).
        api_key: Key of the account; a secret.
        replica_id: The replica that appears (2.1).
        face_id: Tavus's newer word for replica_id (2).
        persona_id: The persona that the replica plays (2.1).
        pal_id: Tavus's newer word for persona_id (2).
        naming: Which names the ids are sent under: "replica" (and "auto") the older ones, which every source knows;
            "face" the newer ones (2).
        conversational_context: Sent with the create call; "" for none (2.1).
        custom_greeting: What the replica says first; "" for the persona's own greeting (2.1).
        max_call_duration_s: Longest conversation, seconds; 0: as long as a visit can last (5.2).
        participant_left_timeout_s: Seconds after which the service ends a conversation that we left (5.2).
        participant_absent_timeout_s: Seconds after which the service ends a conversation that nobody joined (5.2).
        ready_timeout_s: Seconds that the replica may need to appear (4.7); `visit.avatar_timeout_s` counts instead
            where it is not at its default.
        private_room: Only who has the visit's own token can join (2.1).
        closed_captions: Ask for the visitor's and the avatar's words (4.6).
        send_language: Tell the visitor's language (2.1).
        end_call_names: Names of the persona's tools with which the avatar asks to end the visit (4.4).
        closing_words: Closing sentence by language, instead of the built-in one; "" for none (4.5).
        max_concurrent: Conversations that the plan allows at a time, for the readiness report; 0: not known (6).
        rate_limit_s: Seconds to wait after a 429 that names no time (3).
        already_ended_statuses: What the end call may answer for a conversation that has already ended (5.3).
        confirm_end: An end counts only when the service shows it (5.3).
        end_poll_s: Seconds between two questions whether a conversation has ended (5.3).
    """

    base_url: HttpUrl = "https://tavusapi.com"
    api_key: SecretStr = SecretStr("")
    replica_id: str = ""
    face_id: str = ""
    persona_id: str = ""
    pal_id: str = ""
    naming: Literal["auto", "replica", "face"] = "auto"
    conversational_context: str = ""
    custom_greeting: str = ""
    max_call_duration_s: DurationOrZero = 0.0
    participant_left_timeout_s: Duration = 15.0
    participant_absent_timeout_s: Duration = 45.0
    ready_timeout_s: Duration = 45.0
    private_room: bool = True
    closed_captions: bool = True
    send_language: bool = True
    end_call_names: list[str] = Field(default=["end_call", "end_conversation"])
    closing_words: dict[str, str] = Field(default={})
    max_concurrent: Count = 0
    rate_limit_s: Duration = 5.0
    already_ended_statuses: list[int] = Field(default=[400, 404])
    confirm_end: bool = True
    end_poll_s: Duration = 0.5

    @model_validator(mode="after")
    def _ids_are_not_swapped(self) -> Self:
        # Ids of replicas begin with r, ids of personas with p; the service's refusal of swapped ids tells little.
        for key, wrong, other in (
            ("replica_id", "p", "persona_id"), ("face_id", "p", "pal_id"),
            ("persona_id", "r", "replica_id"), ("pal_id", "r", "face_id"),
        ):  # fmt: skip
            if getattr(self, key).startswith(wrong):
                raise KeyFault(key, f"begins with {wrong}, as those for {other} do, allowed: the id of a {key[:-3]}")
        for older, newer in (("replica_id", "face_id"), ("persona_id", "pal_id")):
            if getattr(self, older) and getattr(self, newer):
                raise KeyFault(newer, f"is another word for {older}, which is set too, allowed: one of the two")
        return self

    def ids(self) -> dict[str, str]:
        """Return the ids under the names of one set, as a create call takes them."""
        names = ("face_id", "pal_id") if self.naming == "face" else ("replica_id", "persona_id")
        values = (self.face_id or self.replica_id, self.pal_id or self.persona_id)
        return {name: value for name, value in zip(names, values, strict=True) if value}
