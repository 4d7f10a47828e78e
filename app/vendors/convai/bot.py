"""Finds the bot in a Convai room, and tells its messages from those of others (docs/vendors/convai.md 4.2)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from app.rooms.base import Choice, Participant
from app.vendors.voices import Voices

log = logging.getLogger(__name__)


class Bot:
    """Who is the bot: whoever has a voice first, and it stays so while it is in the room.

    While nobody has had a voice, whoever sends a message first counts as the bot: its first messages may come before
    the list of participants names it or its voice.
    """

    def __init__(self) -> None:
        self._identity: str | None = None
        self._voices = Voices()
        self._had_voice = False
        self._has_ambience = False
        self._sent_first = False
        self._ignored = 0

    def choose(self, participants: Sequence[Participant]) -> Choice:
        """Return whose voice and whose picture are the avatar's; see `VendorProtocol.choose`."""
        bot = self._pick(participants)
        if bot is None or bot.identity != self._identity:
            self._had_voice = self._sent_first = False
        self._has_ambience = bot is not None and bot.has_ambience
        if bot is None:
            self._identity = None
            return Choice()
        self._identity = bot.identity
        self._had_voice = self._had_voice or bot.is_audible
        # Anybody may have a camera; that it is an agent is the word of the server.
        seen = bot if bot.has_video else next((m for m in participants if m.has_video and m.is_agent), None)
        heard = self._voices.of(bot.identity, [bot])
        return Choice(seen.identity if seen else None, heard.identity if heard else None)

    def is_one_of(self, identities: Sequence[str]) -> bool:
        """Tell whether the bot is among these speakers; anybody may be it while it is not known."""
        return bool(identities) and not self._has_ambience and (self._identity is None or self._identity in identities)

    def sent(self, sender: str) -> bool:
        """Tell whether a message is the bot's or, without a sender, the server's; count it where it is neither."""
        if not sender:
            return True
        if sender != self._identity and (self._had_voice or self._sent_first):
            if not self._ignored:
                log.info("messages of somebody else in the room are ignored")
            self._ignored += 1
            return False
        self._identity, self._sent_first = sender, True
        return True

    def sum_up(self) -> None:
        """Log how many messages were not the bot's, where there were any."""
        if self._ignored:
            log.info("messages of others in the room", extra={"ignored": self._ignored})

    def _pick(self, participants: Sequence[Participant]) -> Participant | None:
        known = next((m for m in participants if m.identity == self._identity), None)
        if known is not None and (known.is_audible or self._had_voice):
            return known
        audible = [m for m in participants if m.has_audio] or [m for m in participants if m.is_audible]
        return next(iter(audible), None) or known or next(iter(participants), None)
