"""What the guide says next: keeps the state of one visit, varies its words, and admits what it does not know."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.character.base import Mood
from app.guide.knowledge import Knowledge, Topic

_MOODS = {"": Mood.SPEAKING, "greeting": Mood.GREETING, "sorry": Mood.SORRY, "goodbye": Mood.GOODBYE}


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say.

    Attributes:
        text: The words.
        mood: How the figure behaves while it says them.
        knows: They are an answer, not an excuse.
    """

    text: str
    mood: Mood = Mood.SPEAKING
    knows: bool = True


class DialogState:
    """The dialog of one visit: what was said and asked so far.

    Args:
        knowledge: What the guide knows.
        chance: Varies the words.
        questions: The site's own suggestions. Those that the guide cannot answer are left out; where none is left,
            those of its file are used.
    """

    def __init__(self, knowledge: Knowledge, chance: random.Random, questions: Sequence[str] = ()) -> None:
        self._knowledge = knowledge
        self._content = knowledge.content
        self._chance = chance
        self._questions = [q for q in questions if self._is_ours(q)] or list(self._content.questions)
        chance.shuffle(self._questions)
        self._said: dict[int, int] = {}  # which line of a list comes next, by `id` of the list
        self._topic: Topic | None = None  # what was talked about last
        self._more = 0  # how much of its "more" was said
        self._offer: Topic | None = None
        self._last = ""
        self._misses = 0

    def greeting(self) -> Reply:
        """Return the first words."""
        return self._say(self._content.greeting, Mood.GREETING)

    def wrap_up(self) -> Reply:
        """Return words for the last seconds of a visit."""
        return self._say(self._content.wrap_up, Mood.GOODBYE)

    def cannot_hear(self) -> Reply:
        """Return words for somebody who speaks to a guide that cannot understand speech."""
        return self._say(self._content.cannot_hear, Mood.SORRY)

    def reply(self, question: str) -> Reply:
        """Return the answer to a question, or an excuse. Never empty; nothing is made up."""
        found = self._knowledge.find(question)
        offer, self._offer = self._offer, None
        if found is None:
            return self._miss()
        topic = found.topic
        if not found.is_sure:
            self._offer = topic
            self._misses = 0
            return self._say(self._content.nearly, Mood.SORRY, about=topic.about, knows=False)
        if topic.does == "yes" and offer is not None:
            topic = offer
        self._misses = 0
        match topic.does:
            case "repeat" if self._last:
                return Reply(self._last)
            case "more" if self._topic is not None and self._more < len(self._topic.more):
                self._more += 1
                return self._keep(self._topic.more[self._more - 1], Mood.SPEAKING)
            case "":
                self._topic, self._more = topic, 0
        return self._say(topic.say, _MOODS[topic.mood])

    def _miss(self) -> Reply:
        """Return an excuse; from the second one in a row on, with what may be asked."""
        self._misses += 1
        line = self._next(self._content.unknown)
        if self._misses > 1:
            line += " " + self._next(self._content.suggest)
        return self._keep(line, Mood.SORRY, knows=False)

    def _say(self, lines: list[str], mood: Mood, *, about: str = "", knows: bool = True) -> Reply:
        return self._keep(self._next(lines), mood, about=about, knows=knows)

    def _keep(self, line: str, mood: Mood, *, about: str = "", knows: bool = True) -> Reply:
        question = ""
        if "{question}" in line:
            question = self._questions[0]
            self._questions.append(self._questions.pop(0))
        self._last = self._knowledge.fill(line, about=about, question=question)
        return Reply(self._last, mood, knows)

    def _next(self, lines: list[str]) -> str:
        """Return the next line of the list, in turn; the first one is chosen at random."""
        at = self._said.get(id(lines), self._chance.randrange(len(lines)))
        self._said[id(lines)] = at + 1
        return lines[at % len(lines)]

    def _is_ours(self, question: str) -> bool:
        found = self._knowledge.find(question)
        return found is not None and found.is_sure
