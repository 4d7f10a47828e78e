"""What the guide knows: one file for each language, which staff may edit. A bad file is logged and skipped."""

from __future__ import annotations

import logging
import string
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from app.guide.matching import Match, Matcher, plain_words
from app.settings.files import FileFault, Files, decode
from app.settings.remarks import dotted, in_plain_words, nearest, printable

log = logging.getLogger(__name__)

FALLBACK = "en"  # the language whose file comes with the program
_SURE = 0.8  # from this score on, a question counts as asked
_SURE_ENOUGH = 0.7  # the same for small talk and directions, where a wrong guess does no harm
_NEARLY = 0.55  # from this score on, the topic is offered instead
_FIELDS = {"name", "place", "help", "about", "question"}


def _with_known_fields(text: str) -> str:
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        raise ValueError("a brace without its partner, allowed: {name}, {place}, {help}") from None
    if unknown := fields - _FIELDS:
        raise ValueError(f"{{{min(unknown)}}} means nothing, allowed: {{name}}, {{place}}, {{help}}")
    if not text.strip():
        raise ValueError("empty, allowed: something to say")
    return text


def _with_words(text: str) -> str:
    if not plain_words(text):
        raise ValueError("no word in it, allowed: something that people say")
    return text


Line = Annotated[str, AfterValidator(_with_known_fields)]
Phrase = Annotated[str, AfterValidator(_with_words)]
Lines = Annotated[list[Line], Field(min_length=1)]
Phrases = Annotated[list[Phrase], Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Topic(_Table):
    """One thing that visitors ask about.

    Attributes:
        ask: How visitors may ask for it.
        say: Answers; one of them is said, in turn.
        more: Said one after the other when the visitor asks for more.
        about: What it is about, in words that fit into an offer; "" for small talk and directions.
        mood: How the figure behaves while it answers; "" is speaking.
        does: What it does besides answering.
    """

    ask: Phrases
    say: Lines
    more: list[Line] = []
    about: str = ""
    mood: Literal["", "greeting", "sorry", "goodbye"] = ""
    does: Literal["", "more", "repeat", "yes", "no", "questions"] = ""


class MatchingWords(_Table):
    """What `Matcher` needs to know about the language; see its arguments."""

    ignore: list[str] = []
    polite: list[str] = []
    same: list[Annotated[list[Phrase], Field(min_length=2)]] = []


class GuideContent(_Table):
    """The whole file. Each list of lines holds variants, of which one is said."""

    name: Phrase
    place: str
    help: str
    greeting: Lines
    wrap_up: Lines
    unknown: Lines
    suggest: Lines
    nearly: Lines
    cannot_hear: Lines
    questions: Phrases
    words: MatchingWords = MatchingWords()
    topic: Annotated[list[Topic], Field(min_length=1)]


class BadGuideContent(Exception):
    """A file cannot be used; the text is one line that names the file and the position in it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The topic nearest to a question. `is_sure`: it was asked for; otherwise it may be offered."""

    topic: Topic
    is_sure: bool


class Knowledge:
    """The content of a guide file, with an index of its questions.

    Args:
        content: The file.
        language: Its language.
        place: What the site calls itself; "" for the file's word.
        help_at: Where visitors find a person; "" for the file's word.
    """

    def __init__(self, content: GuideContent, *, language: str = FALLBACK, place: str = "", help_at: str = "") -> None:
        self.content = content
        self.language = language
        self._fields = {"name": content.name, "place": place or content.place, "help": help_at or content.help}
        self._matcher = Matcher(
            [topic.ask for topic in content.topic],
            [*content.words.ignore, content.name],
            content.words.polite,
            content.words.same,
        )

    def find(self, question: str) -> Found | None:
        """Return the topic that was asked for, or one that is near enough to be offered; None if there is neither."""
        match: Match | None = self._matcher.nearest(question)
        if match is None:
            return None
        topic = self.content.topic[match.topic]
        if match.score >= (_SURE if topic.about else _SURE_ENOUGH):
            return Found(topic, True)
        return Found(topic, False) if topic.about and match.score >= _NEARLY else None

    def fill(self, line: str, *, about: str = "", question: str = "") -> str:
        """Return a line with its fields filled in: {name}, {place}, {help}, {about}, {question}."""
        return line.format(**self._fields, about=about, question=question)


def read_content(path: Path) -> GuideContent:
    """Read one file. Raises BadGuideContent."""
    try:
        text, _ = decode(Files().read(path))
        return GuideContent.model_validate(tomllib.loads(text))
    except FileFault as fault:
        raise BadGuideContent(f"{printable(str(path))}: {fault}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadGuideContent(f"{printable(str(path))}: {printable(str(error))}") from None
    except ValidationError as error:
        raise BadGuideContent(f"{printable(str(path))}: {_first_fault(error)}") from None


def load_knowledge(folders: Sequence[Path], language: str, *, place: str = "", help_at: str = "") -> Knowledge:
    """Load LANGUAGE.toml from the first folder that has a usable one, else the English file.

    A bad file is logged as a warning and skipped.

    Args:
        folders: Where the files are looked for, in this order.
        language: Such as "de" or "pt-BR"; for the latter "pt" is tried as well.
        place: As for `Knowledge`.
        help_at: As for `Knowledge`.

    Raises:
        BadGuideContent: No file is usable, which cannot happen as long as the program's own folder comes last.
    """
    last = BadGuideContent("no folder has a file for the guide")
    for name, path in _candidates(folders, language):
        try:
            return Knowledge(read_content(path), language=name, place=place, help_at=help_at)
        except BadGuideContent as fault:
            last = fault
            log.warning("a file for the guide cannot be used", extra={"fault": str(fault)})
    raise last


def _candidates(folders: Sequence[Path], language: str) -> Iterator[tuple[str, Path]]:
    for name in dict.fromkeys((language, language.split("-", maxsplit=1)[0], FALLBACK)):
        for folder in folders:
            path = folder / f"{name}.toml"
            if path.exists():
                yield name, path


def _first_fault(error: ValidationError) -> str:
    fault: dict[str, Any] = dict(error.errors(include_url=False, include_input=False)[0])
    place = dotted(fault["loc"])
    if fault["type"] == "extra_forbidden":
        key = str(fault["loc"][-1])
        known = {2: list(MatchingWords.model_fields), 3: list(Topic.model_fields)}.get(
            len(fault["loc"]), list(GuideContent.model_fields)
        )
        return f"{place}: unknown, nearest known: {nearest(key, known)}"
    if fault["type"] == "too_short":
        return f"{place}: too few entries, allowed: at least {fault['ctx']['min_length']}"
    return f"{place}: {in_plain_words(fault)}"
