"""[service.tavus], and which of Tavus's two sets of names a site uses."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from app.settings.service import VendorSettings
from app.settings.types import Count, Duration, DurationOrZero, HttpUrl, KeyFault

NAME = "tavus"


class TavusSettings(VendorSettings):
    """[service.tavus]. face_id and pal_id are Tavus's newer words for replica_id and persona_id; one of all is enough.

    naming: which set of names is sent; "auto": the newer one where the settings use it. max_call_duration_s: 0 for the
    longest visit. private_room: only who has the visit's own token gets in. closed_captions: asked for, so that the
    visitor's and the avatar's words come. send_language: the visitor's language is told. closing_words: by language,
    over the kiosk's own; "" for none. max_concurrent: of the plan, for the readiness report; 0: not known.
    rate_limit_s: the wait after a 429 that names none. already_ended_statuses: what the end call may answer for a
    conversation that has ended. confirm_end: an end is believed only when the service shows it. end_poll_s: how often
    it is asked meanwhile, and about an avatar that left.
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
    private_room: bool = True
    closed_captions: bool = True
    send_language: bool = True
    closing_words: dict[str, str] = Field(default={})
    max_concurrent: Count = 0
    rate_limit_s: Duration = 5.0
    already_ended_statuses: list[int] = Field(default=[400, 404])
    confirm_end: bool = True
    end_poll_s: Duration = 0.5

    @model_validator(mode="after")
    def _ids_are_not_swapped(self) -> Self:
        # Ids of replicas begin with r, ids of personas with p; the service's own refusal of a swap says little.
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
        newer = self.naming == "face" or (self.naming == "auto" and bool(self.face_id or self.pal_id))
        names = ("face_id", "pal_id") if newer else ("replica_id", "persona_id")
        values = (self.face_id or self.replica_id, self.pal_id or self.persona_id)
        return {name: value for name, value in zip(names, values, strict=True) if value}
