"""Who is the avatar among the members of a room with a LiveKit agent (docs/vendors/livekit.md 4.1)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.rooms.base import Choice, Participant
from app.vendors.voices import Voices

log = logging.getLogger(__name__)

STATE = "lk.agent.state"
ON_BEHALF = "lk.publish_on_behalf"


@dataclass(frozen=True, slots=True)
class Avatar:
    """Who is the avatar now.

    Attributes:
        agent: The agent; None: there is none, or a service hides it.
        seen: Whose picture is the avatar's.
        heard: Whose voice is the avatar's.
        names: Identities of all members that belong to it.
    """

    agent: Participant | None = None
    seen: Participant | None = None
    heard: Participant | None = None
    names: frozenset[str] = frozenset()

    @property
    def choice(self) -> Choice:
        """Whose picture and voice are taken."""
        return Choice(_identity(self.seen), _identity(self.heard))

    @property
    def has_ambience(self) -> bool:
        """Whether whoever is heard has another sound beside the voice."""
        return self.heard is not None and self.heard.has_ambience


class Members:
    """Finds the avatar among the members of one room. What a member says of itself proves nothing: its kind does.

    Args:
        agent_hint: Identity of the agent, where the service tells it.
        worker_identity: Identity of an avatar worker that is not of kind AGENT; "" for none.

    Attributes:
        avatar: Who it was at the last look.
    """

    def __init__(self, agent_hint: str | None = None, worker_identity: str = "") -> None:
        self.avatar = Avatar()
        self._hint = agent_hint
        self._worker = worker_identity or None
        self._first: str | None = None  # the agent that was the first to do anything: it stays the avatar
        self._host: str | None = None  # the same where no agent is seen
        self._had_agent = False
        self._voices = Voices()
        self._known: set[str] = set()  # members that were the avatar's: their last words may come after they left
        self._has_looked = False
        self._told: set[str] = set()

    def look(self, participants: Sequence[Participant]) -> Avatar:
        """Return who is the avatar among these members, and remember it."""
        self._has_looked = True
        agent = self._find_agent(participants)
        self.avatar = self._hosted(participants) if agent is None else self._of_agent(agent, participants)
        if any(member.identity not in self.avatar.names for member in participants):
            self._tell_once(logging.INFO, "somebody else is in the room and is ignored")
        return self.avatar

    def knows(self, identity: str) -> bool:
        """Return whether it is a member whose words are the avatar's. Before anybody was looked at: it may be."""
        return not self._has_looked or identity in self.avatar.names or identity in self._known

    # ------------------------------------------------------------ rooms with an agent

    def _find_agent(self, participants: Sequence[Participant]) -> Participant | None:
        named = _named(self._hint, participants)
        if named is not None:
            return named
        agents = [m for m in participants if m.is_agent and not m.attributes.get(ON_BEHALF)]
        agents = [m for m in agents if m.identity != self._worker]
        if len(agents) > 1:
            self._tell_once(logging.WARNING, "several agents are in the room: only the first one is shown and heard")
        return (
            _named(self._first, agents)
            or next((m for m in agents if STATE in m.attributes), None)
            or next(iter(agents), None)
        )

    def _of_agent(self, agent: Participant, participants: Sequence[Participant]) -> Avatar:
        self._had_agent = True
        workers = self._workers(agent, participants)
        # After a worker was replaced, the old one is still listed for a while: the newer one counts.
        worker = next((m for m in workers if m.has_video or m.is_audible), None)
        pair = [m for m in (agent, worker) if m is not None]
        seen = next((m for m in pair if m.has_video), None)
        heard = self._voices.of(agent.identity, pair[::-1])
        names = {agent.identity, *(m.identity for m in workers)}
        if self._first is None and (STATE in agent.attributes or seen or heard):
            self._first = agent.identity
        if agent.identity == self._first:
            self._known |= names
        return Avatar(agent, seen, heard, frozenset(names))

    def _workers(self, agent: Participant, participants: Sequence[Participant]) -> list[Participant]:
        """Return the agent's avatar workers, the one of the settings first, then the newest."""
        claims = [m for m in participants if m.attributes.get(ON_BEHALF) == agent.identity]
        named = [m for m in participants if m.identity == self._worker and m is not agent]
        if any(not m.is_agent and m not in named for m in claims):
            self._tell_once(
                logging.WARNING,
                "a member of the room that is no agent claims to be the avatar, and is ignored;"
                " if it is, name it in service.livekit.avatar_identity",
            )
        return named + [m for m in reversed(claims) if m.is_agent and m not in named]

    # ------------------------------------------------------------ rooms without one: a service hosts them

    def _hosted(self, participants: Sequence[Participant]) -> Avatar:
        if self._had_agent:
            return Avatar()  # it left; its worker is over as well, and nobody else takes its place
        agents = [m for m in participants if m.is_agent]
        named = _named(self._worker, participants)
        members = [named] if named is not None else agents or participants
        seen = _named(self._host, members) or next((m for m in members if m.has_video), None)
        if seen is not None:
            self._host = seen.identity
        heard = self._voices.with_picture(seen, members)
        names = {m.identity for m in (seen, heard) if m is not None}
        names |= {behalf for m in agents if (behalf := m.attributes.get(ON_BEHALF))}
        return Avatar(None, seen if seen is not None and seen.has_video else None, heard, frozenset(names))

    def _tell_once(self, level: int, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            log.log(level, text)


def _named(identity: str | None, participants: Iterable[Participant]) -> Participant | None:
    return next((m for m in participants if m.identity == identity), None)


def _identity(participant: Participant | None) -> str | None:
    return participant.identity if participant is not None else None
