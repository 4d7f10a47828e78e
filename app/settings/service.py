"""What the table of every service has, and what settings need to know of a service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from app.settings.types import Duration


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


class KnownService(Protocol):
    """A service that can be chosen, as far as settings are concerned; see `vendors.base.Vendor`."""

    @property
    def settings(self) -> type[VendorSettings]:
        """The model of its table."""
        ...

    @property
    def required(self) -> tuple[str | tuple[str, ...], ...]:
        """Dotted keys below its table that must not be empty; of a group of keys one is enough."""
        ...


KnownServices = Mapping[str, KnownService]
"""By name."""
