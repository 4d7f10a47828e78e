"""Avatars whose movements come in black frames, for a player of their provider's (docs/vendors/livekit.md 4.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.rooms.base import Participant

PROVIDER = "lk.avatar_provider"
_PROVIDERS = frozenset({"spatius", "spatialreal"})
_IDENTITIES = frozenset({"spatius-avatar-agent", "spatialreal-avatar"})  # by default; an operator may choose others


def needs_own_player(participant: Participant) -> bool:
    """Return whether what it sends as a picture is none, by its name or its provider's."""
    return participant.identity in _IDENTITIES or participant.attributes.get(PROVIDER, "").lower() in _PROVIDERS


def without_their_pictures(participants: Iterable[Participant]) -> tuple[Participant, ...]:
    """Return the participants as far as they can be seen and heard here."""
    return tuple(replace(m, has_video=False) if needs_own_player(m) else m for m in participants)
