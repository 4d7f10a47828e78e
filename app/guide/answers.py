"""What the guide's file answers, as plain text: for services whose avatar says only what it is given."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.guide.knowledge import Knowledge, load_knowledge
from app.guide.mind import Mind


class Speechless:
    """One visit's worth of answers; see `app.vendors.base.Answers`."""

    def __init__(self, mind: Mind) -> None:
        self._mind = mind

    def reply(self, question: str) -> str:
        """Return an answer, or an excuse; never nothing, never invented."""
        return self._mind.reply(question).text

    def wrap_up(self) -> str:
        """Return words for the last seconds of a visit."""
        return self._mind.wrap_up().text


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

    def __call__(self, language: str) -> Speechless:
        """Return fresh answers for one visit. Raises BadBook where no folder has a usable file; blocks to read it."""
        return Speechless(Mind(self._knowledge(language), self._chance, self._own))

    def questions(self, language: str) -> tuple[str, ...]:
        """Return what to suggest in a language: the site's own, else what its file answers, none in another one."""
        if self._own:
            return self._own
        knowledge = self._knowledge(language)
        is_same = knowledge.language.split("-")[0] == language.split("-", maxsplit=1)[0]
        return tuple(knowledge.book.questions) if is_same else ()
