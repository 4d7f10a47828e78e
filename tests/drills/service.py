"""What a drill needs of any service: how to reach it, steer it, and tell what runs there."""

from __future__ import annotations

import contextlib
import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from livekit import rtc

from tests.rigs.livekit_server import LiveKitServer
from tests.vendors.emulator import EmulatedSession, Emulator
from tests.vendors.livekit_media_server import LiveKitMediaServer
from tests.vendors.media_server import Actor

CANARY = "CANARYkey0123456789"
OTHERS = "of-another-kiosk"
NO_END = 10**6
WRONG_SECRET = "another-secret-another-secret-0000"
NEW_SIZE = (480, 480)  # pixels


@dataclass(frozen=True)
class Refusal:
    """An answer to the create call, and what the visitor then sees: `screen`, and why, as the status page says it.

    headers: of the answer. at: part of the line of another call that is answered so. times: how often, NO_END until it
    is mended. without: no refusal, but the true answer without these fields; they are not the session's id. may_run:
    nobody can know whether a session came of it; after a useless yes it is not asked for again in the same visit.
    """

    status: int
    body: Any
    screen: str
    why: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    times: int = NO_END
    without: tuple[str, ...] = ()
    may_run: bool = False


@dataclass(frozen=True)
class JoinFault:
    """What stands between a visitor and the avatar although the create call succeeded.

    begin: arranges it, and returns what undoes it. screen: what the visitor sees; "live" where it does no harm. why: as
    in `Refusal`. creates: how many sessions are asked for until then. via: a screen that he sees before.
    """

    begin: Callable[[], Callable[[], object]]
    screen: str
    why: str | None = None
    creates: int = 2
    via: str = ""


@dataclass(frozen=True)
class MediaFault:
    """Something that goes wrong in the room of a visit.

    ends: the reason with which the visit ends then. Where it goes on: shows, the picture's new size, pixels; else the
    fault is told by the health.
    """

    happens: Callable[[], Awaitable[object]]
    ends: str | None = None
    shows: tuple[int, int] | None = None


@dataclass(frozen=True)
class Break:
    """A way in which the service ends a session by itself, the reason with which the visit ends then, and why nobody
    is served after it, as the status page says it."""

    happens: Callable[[], Awaitable[object]]
    ends: str
    why: str | None = None


@dataclass(frozen=True)
class BadStop:
    """An answer to the stop call.

    status None: none at all, or the true one. times: in a row. more: see `EmulatedFault`.
    """

    name: str
    status: int | None = None
    body: Any = None
    times: int = 1
    more: Mapping[str, Any] = field(default_factory=dict)


class DrilledService(ABC):
    """name: the vendor's. create, stop: parts of the lines of the two calls. key: the account's, in the emulator.

    refusals: how the service says no (section 3 of its page). knows_orphans: it can stop a session whose id
    never arrived, also from another process. handed: which fields of its answers are secret. bad_stops: its own answers
    to the stop call, besides those that any host may give. takes_slot_at_create: else it is taken when the room begins.
    orphan_s: with `hurry`, the service has ended a session by then that nobody ever joined, or that everybody left.
    by_stop: how sessions end, in the emulator's words, that ended by our stop call, not by a timer of the service.
    """

    name: ClassVar[str]
    create: ClassVar[str]
    stop: ClassVar[str]
    refusals: ClassVar[tuple[Refusal, ...]]
    knows_orphans: ClassVar[bool] = False
    handed: ClassVar[frozenset[str]]
    by_stop: ClassVar[frozenset[str]]
    bad_stops: ClassVar[tuple[BadStop, ...]] = ()
    takes_slot_at_create: ClassVar[bool] = True
    orphan_s: ClassVar[float] = 45.0
    first: ClassVar[tuple[Path, ...]] = ()  # folders that go before everything on the program's PYTHONPATH
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
    def join_faults(self) -> dict[str, JoinFault]:
        """Return what can keep a visitor of a new session from the avatar."""

    @abstractmethod
    def visitor_is_in(self) -> bool:
        """Whether an avatar or the room has seen the kiosk in the newest session."""

    @abstractmethod
    def breaks(self) -> dict[str, Break]:
        """Return how the service may end the newest session."""

    @abstractmethod
    def media_faults(self) -> dict[str, MediaFault]:
        """Return what can go wrong in the newest session's room."""

    @abstractmethod
    def avatar_says(self, text: str) -> None:
        """Greet every visitor of new sessions with these words, where the service sends words."""

    def hurry(self) -> None:
        """The service's own timers, and what the kiosk knows of them, are short from now on. Before `toml`."""
        self.is_hurried = True

    def expire(self) -> None:
        """Whatever short-lived was handed out for the key is worth nothing any more."""
        return

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

    def ours(self) -> list[EmulatedSession]:
        """Every session up to now, other kiosks' left out."""
        self.emulator.settle()
        return [session for session in self.emulator.sessions if not session.id.startswith(OTHERS)]

    def running(self) -> list[EmulatedSession]:
        """What of ours runs at the service."""
        return [session for session in self.ours() if session.ended_at is None]

    def occupy(self) -> EmulatedSession:
        """Another kiosk takes a slot."""
        return self.emulator.take(self.key, f"{OTHERS}-{len(self.emulator.sessions)}")


def set_for_now(place: Any, **values: Any) -> Callable[[], object]:
    """Change attributes; returns what changes them back."""
    before = {name: getattr(place, name) for name in values}
    for name, value in values.items():
        setattr(place, name, value)
    return lambda: set_for_now(place, **before)


async def intrude(media_server: LiveKitMediaServer, session: EmulatedSession, actor: Actor) -> None:
    """Somebody joins the room of the actor under the visitor's name."""
    room = session.facts["room"]
    (visitor,) = await media_server.present(room) - {actor.identity}
    with contextlib.suppress(rtc.ConnectError):  # the room was closed meanwhile, because the visitor left
        await media_server.enter(room, visitor)


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
