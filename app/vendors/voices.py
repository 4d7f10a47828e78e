"""Whose sound is the avatar's voice, where members of a room have several sounds (docs/vendors/livekit.md 4.1)."""

from __future__ import annotations

from collections.abc import Sequence

from app.rooms.base import Participant


class Voices:
    """Remembers who had a voice: while that is away, for example published anew, nothing else takes its place."""

    def __init__(self) -> None:
        self._heard: dict[str, bool] = {}  # avatars that were heard; True: by a microphone

    def of(self, avatar: str, members: Sequence[Participant]) -> Participant | None:
        """Return whose voice is heard.

        Another sound is taken for a voice only where the avatar never had a microphone.

        Args:
            avatar: Names the avatar.
            members: Who speaks for it, the likeliest first.
        """
        voice = next((m for m in members if m.has_audio), None)
        if voice is not None:
            self._heard[avatar] = True
        elif not self._heard.get(avatar):
            voice = next((m for m in members if m.has_sound), None)
            if voice is not None:
                self._heard[avatar] = False
        return voice

    def with_picture(self, avatar: Participant | None, members: Sequence[Participant]) -> Participant | None:
        """Return whose voice belongs to a picture: its own, or, where it never had any, that of any member."""
        if avatar is not None and (avatar.is_audible or avatar.identity in self._heard):
            return self.of(avatar.identity, [avatar])
        return self.of("", members)
