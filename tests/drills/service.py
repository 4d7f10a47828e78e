"""What a drill needs of any service: how to reach it, steer it, and tell what runs there."""

from __future__ import annotations

import contextlib
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import Emulator, Session

CANARY = "CANARYkey0123456789"
OTHERS = "of-another-kiosk"


@dataclass(frozen=True)
class Refusal:
    """An answer to the create call, and what the visitor then sees: `screen`, and why, as the status page says it."""

    status: int
    body: Any
    screen: str
    why: str | None = None


@dataclass(frozen=True)
class MediaFault:
    """Something that goes wrong in the room of a visit, and the reasons with which the visit may end then."""

    happens: Callable[[], Awaitable[object]]
    ends: frozenset[str]


class Service(ABC):
    """name: the vendor's. create, stop: parts of the lines of the two calls. key: the account's, in the emulator.

    refusals: how the service says no (section 3 of its vendor file). knows_orphans: it can stop a session whose id
    never arrived, also from another process. absence: what a visitor sees when no avatar appears. handed: which fields
    of its answers are secret. means_stopped: answers to the stop call that are a confirmation, by status; PAGE: a body
    that is none. takes_slot_at_create: else it is taken when the room begins. orphan_s: with `hurry`, the service has
    ended a session by then that nobody ever joined, or that everybody left. by_stop: how sessions end, in the
    emulator's words, that ended by our stop call, not by a timer of the service.
    """

    name: ClassVar[str]
    create: ClassVar[str]
    stop: ClassVar[str]
    refusals: ClassVar[tuple[Refusal, ...]]
    knows_orphans: ClassVar[bool] = False
    absence: ClassVar[str] = "farewell"
    handed: ClassVar[frozenset[str]]
    by_stop: ClassVar[frozenset[str]]
    means_stopped: ClassVar[frozenset[int]] = frozenset()
    takes_slot_at_create: ClassVar[bool] = True
    orphan_s: ClassVar[float] = 45.0
    first: ClassVar[tuple[Path, ...]] = ()
    key: str
    emulator: Emulator
    is_hurried = False

    @abstractmethod
    def table(self) -> Mapping[str, Any]:
        """Return the settings below [service.NAME]."""

    @abstractmethod
    async def start(self, server: LiveKitServer) -> None:
        """Begin to serve."""

    async def close(self) -> None:
        """End it."""
        await self.emulator.close()

    @abstractmethod
    def linger(self) -> None:
        """From now on sessions end by the stop call alone, not because a client went away."""

    @abstractmethod
    def keep_away(self) -> None:
        """From now on no avatar appears in new sessions."""

    @abstractmethod
    def visitor_is_in(self) -> bool:
        """Whether an avatar or the room has seen the kiosk in the newest session."""

    @abstractmethod
    async def break_off(self) -> None:
        """The service ends the newest session, as it does when its time is up."""

    @abstractmethod
    def media_faults(self) -> dict[str, MediaFault]:
        """Return what can go wrong in the newest session's room."""

    @abstractmethod
    def avatar_says(self, text: str) -> None:
        """Greet every visitor of new sessions with these words, where the service sends words."""

    def hurry(self) -> None:
        """The service's own timers, and what the kiosk knows of them, are short from now on. Before `toml`."""
        self.is_hurried = True

    def revoke(self) -> Callable[[], None]:
        """Take the key out of use; returns what undoes it."""
        account = self.emulator.accounts.pop(self.key)
        return lambda: self.emulator.accounts.update({self.key: account})

    def secrets(self) -> set[str]:
        """Return the key, and everything secret that was handed out up to now."""
        found = {CANARY, *(session.id for session in self.emulator.sessions)}
        for answer in self.emulator.answers:
            with contextlib.suppress(ValueError):
                found.update(value for name, value in _fields(json.loads(answer)) if name in self.handed)
        return found

    def toml(self) -> str:
        """Return the settings that reach the emulator."""
        lines = [f"{key} = {_toml(value)}" for key, value in self.table().items()]
        return "\n".join([f'[service]\nvendor = "{self.name}"\n[service.{self.name}]', *lines, ""])

    def taken(self) -> int:
        """How many slots are held."""
        return self.emulator.taken(self.key)

    def ours(self) -> list[Session]:
        """Every session up to now, other kiosks' left out."""
        self.emulator.settle()
        return [session for session in self.emulator.sessions if not session.id.startswith(OTHERS)]

    def running(self) -> list[Session]:
        """What of ours runs at the service."""
        return [session for session in self.ours() if session.ended_at is None]

    def occupy(self) -> Session:
        """Another kiosk takes a slot."""
        return self.emulator.take(self.key, f"{OTHERS}-{len(self.emulator.sessions)}")


def _fields(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and len(inner) > 7:
                yield name, inner
            else:
                yield from _fields(inner)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(inner)}' for key, inner in value.items()) + " }"
    return json.dumps(value)
