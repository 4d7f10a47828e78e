"""Puts the guide together: what it knows, how it speaks and whether it hears, for each language of the visitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.guide.ears import Ears, open_ears
from app.guide.knowledge import Knowledge, load_knowledge
from app.guide.voice import HibariVoice, SilentVoice, Voice


@dataclass(frozen=True, slots=True)
class GuideLanguage:
    """The guide in one language."""

    knowledge: Knowledge
    voice: Voice
    ears: Ears | None


class Guide:
    """The built-in guide. One for the process: models are loaded at the first visit and kept.

    folders: where its files LANGUAGE.toml are looked for, the program's own last. place, help_at: the site's words.
    questions: the site's suggestions. Raises BadGuideContent at the first use of a language when no folder has a usable
    file.
    """

    def __init__(
        self, folders: Sequence[Path], *, place: str = "", help_at: str = "", questions: Sequence[str] = ()
    ) -> None:
        self.questions = tuple(questions)
        self._folders = tuple(folders)
        self._place = place
        self._help_at = help_at
        self._languages: dict[str, GuideLanguage] = {}
        self._voices: dict[bool, Voice] = {}
        self._ears: Ears | None = None

    def in_language(self, language: str) -> GuideLanguage:
        """The guide in this language, or in English where it has no file for it."""
        if language not in self._languages:
            knowledge = load_knowledge(self._folders, language, place=self._place, help_at=self._help_at)
            self._languages[language] = GuideLanguage(knowledge, self._voice(knowledge), self._listening(knowledge))
        return self._languages[language]

    async def warm_up(self, language: str) -> None:
        """Load the voice of a language, so that the first visitor does not wait for it."""
        await self.in_language(language).voice.warm_up()

    def close(self) -> None:
        """Free voice and ears; idempotent."""
        for voice in self._voices.values():
            voice.close()
        if self._ears is not None:
            self._ears.close()
        self._languages.clear()
        self._voices.clear()
        self._ears = None

    def _voice(self, knowledge: Knowledge) -> Voice:
        has_voice = knowledge.language.startswith("en")  # hibari-tts speaks English
        if has_voice not in self._voices:
            self._voices[has_voice] = HibariVoice() if has_voice else SilentVoice()
        return self._voices[has_voice]

    def _listening(self, knowledge: Knowledge) -> Ears | None:
        if self._ears is None:
            self._ears = open_ears(knowledge.language)
            return self._ears
        return self._ears if knowledge.language.startswith("en") else None
