"""Who is in a Daily room, from the library's events. Events of any shape are normal input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.rooms.base import Participant
from app.rooms.presence import TrackState

# States of a participant's media (Daily's ParticipantMediaInfo) in which something comes, or will in a moment.
_DELIVERS = frozenset({"playable", "loading", "interrupted"})
_EXISTS = _DELIVERS | {"receivable"}


class Participants:
    """The participants of one room. `own`: our identity, "" before the join."""

    def __init__(self) -> None:
        self.own = ""
        self._others: dict[str, Mapping[str, Any]] = {}
        self._had: dict[str, set[str]] = {}  # media that each of them ever had: what is switched off may come back

    def note(self, given: object, is_us: bool = False) -> None:
        """Take the state of a participant as it is now. `is_us`: it is the kiosk."""
        participant = mapping(given)
        identity = text_of(participant.get("id"))
        if is_us or mapping(participant.get("info")).get("isLocal") is True:
            self.own = self.own or identity
        elif identity:
            self._others[identity] = participant
            had = self._had.setdefault(identity, set())
            had.update(kind for kind in ("camera", "microphone") if _state(participant, kind) in _EXISTS)

    def forget(self, given: object) -> None:
        """Remove a participant who left."""
        identity = text_of(mapping(given).get("id"))
        self._others.pop(identity, None)
        self._had.pop(identity, None)

    def participants(self) -> tuple[Participant, ...]:
        """Return the other participants."""
        return tuple(
            Participant(
                identity, has_video="camera" in self._had[identity], has_audio="microphone" in self._had[identity]
            )
            for identity in self._others
        )

    def track_state(self, identity: str | None, kind: str) -> TrackState:
        """Return the state of a participant's `kind`, "camera" or "microphone"."""
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
