"""Who is in a Daily room, from what its library tells; whatever it tells is normal input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.rooms.base import Participant
from app.rooms.presence import TrackState

# States of a participant's media (Daily's ParticipantMediaInfo): these say that something comes, or soon will.
_DELIVERS = frozenset({"playable", "loading", "interrupted"})
_EXISTS = _DELIVERS | {"receivable"}


class Participants:
    """The others, and our own identity ("" before the join)."""

    def __init__(self) -> None:
        self.own = ""
        self._others: dict[str, Mapping[str, Any]] = {}
        self._had: dict[str, set[str]] = {}  # which media each of them ever had: what is switched off is not gone

    def note(self, given: object, is_us: bool = False) -> None:
        """Take a participant as it is now."""
        participant = mapping(given)
        identity = text_of(participant.get("id"))
        if is_us or mapping(participant.get("info")).get("isLocal") is True:
            self.own = self.own or identity
        elif identity:
            self._others[identity] = participant
            had = self._had.setdefault(identity, set())
            had.update(kind for kind in ("camera", "microphone") if _state(participant, kind) in _EXISTS)

    def forget(self, given: object) -> None:
        """A participant left."""
        identity = text_of(mapping(given).get("id"))
        self._others.pop(identity, None)
        self._had.pop(identity, None)

    def participants(self) -> tuple[Participant, ...]:
        """Return the others in our words."""
        return tuple(
            Participant(
                identity, has_video="camera" in self._had[identity], has_audio="microphone" in self._had[identity]
            )
            for identity in self._others
        )

    def sight(self, identity: str | None, kind: str) -> TrackState:
        """Return what there is now of somebody's "camera" or "microphone"."""
        participant = self._others.get(identity or "")
        if participant is None:
            return TrackState()
        return TrackState(exists=True, delivers=_state(participant, kind) in _DELIVERS)


def mapping(given: object) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return given if isinstance(given, Mapping) else {}


def text_of(given: object) -> str:
    """Return a text as it is, and "" for anything else."""
    return given if isinstance(given, str) else ""


def _state(participant: Mapping[str, Any], kind: str) -> str:
    return text_of(mapping(mapping(participant.get("media")).get(kind)).get("state"))
