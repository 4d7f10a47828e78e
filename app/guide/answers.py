"""What the guide's file answers, as plain text: for services whose avatar says only what it is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.guide.dialog_state import DialogState
from app.guide.knowledge import Knowledge, load_knowledge


class TextOnlyAnswers:
    """One visit's worth of answers; see `app.vendors.base.Answers`."""

    def __init__(self, dialog: DialogState) -> None:
        self._dialog = dialog

    def reply(self, question: str) -> str:
        """Return an answer, or an excuse; never nothing, never invented."""
        return self._dialog.reply(question).text

    def wrap_up(self) -> str:
        """Return words for the last seconds of a visit."""
        return self._dialog.wrap_up().text


class SiteAnswers:
    """The files LANGUAGE.toml of `folders`, the program's own last; each is read at its first use and kept.

    place, help_at: the site's words. questions: its suggestions. chance: varies the words.
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
        """Return fresh answers for one visit; blocks to read the file.

        Raises:
            BadGuideContent: no folder has a usable file.
        """
        return TextOnlyAnswers(DialogState(self._knowledge(language), self._chance, self._own))

    def questions(self, language: str) -> tuple[str, ...]:
        """Return what to suggest in a language: the site's own, else what its file answers, none in another one."""
        if self._own:
            return self._own
        knowledge = self._knowledge(language)
        is_same = knowledge.language.split("-")[0] == language.split("-", maxsplit=1)[0]
        return tuple(knowledge.content.questions) if is_same else ()
