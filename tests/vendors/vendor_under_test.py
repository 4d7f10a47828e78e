"""A service as the acceptance scenarios use it: our code for it, its emulator, and what only its own test knows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from app.rooms.base import RoomFactory
from app.vendors.base import Answers, AnyVendor
from tests.vendors.emulator import EmulatedSession, Emulator
from tests.vendors.media_server import MediaServer


class VendorUnderTest(ABC):
    """Base class; the acceptance test of each service makes one for its emulator.

    Args:
        vendor: The code under test.
        emulator: The emulator, which is already started.
        key: Key of the account in the emulator.
        media_server: Where its media run; None: the subclass replaces `rooms`, `left_over`, `cut` and `mend`.

    Attributes:
        create_path: Part of the path of the create call.
        answers: Returns the answers of the site's file by language, where the service uses them.
        visit: Keys of [visit] that this service needs.
    """

    create_path = ""
    answers: Callable[[str], Answers] | None = None
    visit: ClassVar[dict[str, object]] = {}

    def __init__(
        self, vendor: AnyVendor, emulator: Emulator, key: str, media_server: MediaServer | None = None
    ) -> None:
        self.vendor = vendor
        self.emulator = emulator
        self.key = key
        self.media_server = media_server

    # ------------------------------------------------------------ to be given

    @abstractmethod
    def table(self) -> dict[str, object]:
        """Return the settings below [service.NAME] that reach the emulator."""

    @abstractmethod
    def asked(self) -> list[str]:
        """Return the typed questions that reached the service."""

    @abstractmethod
    def use_up(self) -> None:
        """From now on the account has no credits."""

    @abstractmethod
    def keep_away(self) -> None:
        """From now on no avatar appears in new sessions."""

    @abstractmethod
    def paint(self, pattern: str) -> None:
        """From now on the picture of new sessions shows this; see `tests.vendors.agent_media.AgentLook`."""

    @abstractmethod
    def linger(self) -> None:
        """From now on sessions end by the stop call alone, not because a client went away."""

    # ------------------------------------------------------------ the same for all

    def taken(self) -> int:
        """How many slots are held."""
        return self.emulator.taken(self.key)

    def occupy(self) -> EmulatedSession:
        """Another kiosk takes a slot."""
        return self.emulator.take(self.key, f"of-another-kiosk-{len(self.emulator.sessions)}")

    def rooms(self) -> RoomFactory:
        """Return what makes the kiosk's rooms."""
        assert self.media_server is not None
        return self.media_server.rooms()

    async def left_over(self) -> list[str]:
        """Return the ids of what still runs at the service."""
        return [session.id for session in self.emulator.active()]

    def cut(self) -> None:
        """The media network is gone; calls still get through."""
        assert self.media_server is not None
        self.media_server.cut()

    def mend(self) -> None:
        """It is back."""
        assert self.media_server is not None
        self.media_server.mend()
