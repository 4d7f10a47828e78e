"""Answers from the guide's file as plain text, for services whose avatar says only what it is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.guide.dialog_state import DialogState
from app.guide.knowledge import Knowledge, load_knowledge


class TextOnlyAnswers:
    """The answers of one visit; see `app.vendors.base.Answers`."""

    def __init__(self, dialog: DialogState) -> None:
        self._dialog = dialog

    def reply(self, question: str) -> str:
        """Return an answer from the file, or an excuse. Never empty; nothing is made up."""
        return self._dialog.reply(question).text

    def wrap_up(self) -> str:
        """Return what to say in the last seconds of a visit."""
        return self._dialog.wrap_up().text


class SiteAnswers:
    """Answers from the files LANGUAGE.toml; each file is read at its first use and kept.

    Args:
        folders: Where the files are looked for, the program's own folder last.
        place: What the site calls itself; "" for the file's word.
        help_at: Where visitors find a person; "" for the file's word.
        questions: The site's suggestions.
        chance: Varies the words.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        place: str = "",
        help_at: str = "",
        questions: Sequence[str] = (),
        chance: random.Random,
    ) -> None:
        self._own = tuple(questions)
        self._chance = chance

        @cache
        def knowledge(language: str) -> Knowledge:
            return load_knowledge(folders, language, place=place, help_at=help_at)

        self._knowledge = knowledge

    def __call__(self, language: str) -> TextOnlyAnswers:
        """Return the answers for a new visit; blocks while it reads the file.

        Raises:
            BadGuideContent: No folder has a usable file.
        """
        return TextOnlyAnswers(DialogState(self._knowledge(language), self._chance, self._own))

    def questions(self, language: str) -> tuple[str, ...]:
        """Return what to suggest: the site's own questions, else those of the file if it is in that language."""
        if self._own:
            return self._own
        knowledge = self._knowledge(language)
        is_same = knowledge.language.split("-")[0] == language.split("-", maxsplit=1)[0]
        return tuple(knowledge.content.questions) if is_same else ()
