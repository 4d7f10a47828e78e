"""Builds the guide for each language of the visitors: what it knows, its voice, and its speech recognition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.guide.knowledge import Knowledge, load_knowledge
from app.guide.recognizer import SpeechRecognizer, open_recognizer
from app.guide.voice import HibariVoice, SilentVoice, Voice


@dataclass(frozen=True, slots=True)
class GuideLanguage:
    """The guide in one language. `recognizer` is None where it cannot understand speech."""

    knowledge: Knowledge
    voice: Voice
    recognizer: SpeechRecognizer | None


class Guide:
    """The built-in guide. One for the process: models are loaded at the first visit and kept.

    Args:
        folders: Where its files LANGUAGE.toml are looked for, the program's own folder last.
        place: What the site calls itself; "" for the file's word.
        help_at: Where visitors find a person; "" for the file's word.
        questions: The site's suggestions.
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
        self._recognizer: SpeechRecognizer | None = None

    def in_language(self, language: str) -> GuideLanguage:
        """Return the guide in this language, or in English where it has no file for it.

        Raises:
            BadGuideContent: No folder has a usable file.
        """
        if language not in self._languages:
            knowledge = load_knowledge(self._folders, language, place=self._place, help_at=self._help_at)
            voice, recognizer = self._voice_for(knowledge), self._recognizer_for(knowledge)
            self._languages[language] = GuideLanguage(knowledge, voice, recognizer)
        return self._languages[language]

    async def warm_up(self, language: str) -> None:
        """Load the voice of a language, so that the first visitor does not wait for it."""
        await self.in_language(language).voice.warm_up()

    def close(self) -> None:
        """Free voices and recognizer; idempotent."""
        for voice in self._voices.values():
            voice.close()
        if self._recognizer is not None:
            self._recognizer.close()
        self._languages.clear()
        self._voices.clear()
        self._recognizer = None

    def _voice_for(self, knowledge: Knowledge) -> Voice:
        has_voice = knowledge.language.startswith("en")  # hibari-tts speaks English
        if has_voice not in self._voices:
            self._voices[has_voice] = HibariVoice() if has_voice else SilentVoice()
        return self._voices[has_voice]

    def _recognizer_for(self, knowledge: Knowledge) -> SpeechRecognizer | None:
        if self._recognizer is None:
            self._recognizer = open_recognizer(knowledge.language)
            return self._recognizer
        return self._recognizer if knowledge.language.startswith("en") else None
