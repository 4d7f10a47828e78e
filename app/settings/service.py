"""The keys that every service's table has, and what the settings need to know of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from app.settings.types import Duration


class VendorSettings(BaseModel):
    """Keys that every service's table has; the package of a service adds its own. Unknown keys are mistakes.

    Attributes:
        plan_max_s: Longest session of the plan, seconds.
        busy_texts: Fragments of a refusal's text that mean "full", upper or lower case.
        credits_texts: Fragments of a refusal's text that mean "used up", upper or lower case.
        extra: Merged into the body of the create call.
    """

    model_config = ConfigDict(extra="forbid", validate_default=False)

    plan_max_s: Duration = 3600.0
    busy_texts: list[str] = []
    credits_texts: list[str] = []
    extra: dict[str, Any] = {}


class LiveKitRoomSettings(VendorSettings):
    """Keys of services whose rooms are LiveKit rooms.

    Attributes:
        relay_only: Send sound and picture only through relays (docs/vendors/livekit.md 4.3).
    """

    relay_only: bool = False


class KnownService(Protocol):
    """A service that can be chosen, as far as settings are concerned; see `app.vendors.base.Vendor`."""

    @property
    def settings(self) -> type[VendorSettings]:
        """The model of its table."""
        ...

    @property
    def required(self) -> tuple[str | tuple[str, ...], ...]:
        """Dotted keys below its table that must not be empty; of a tuple of keys one is enough."""
        ...


KnownServices = Mapping[str, KnownService]
"""By name."""
