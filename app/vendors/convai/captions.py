"""Captions from Convai's messages: the visitor's final text comes twice, the avatar's text in pieces.

See docs/vendors/convai.md 4.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.events import Caption
from app.screens import Speaker
from app.vendors.captions import MOST, spoken
from app.vendors.convai.messages import Message

_MOST_IDS = 64


class VisitorCaptions:
    """Segments of what the visitor says; a new one begins after each final text."""

    def __init__(self) -> None:
        self._segment = 1
        self._finals: list[str] = []  # final texts of this turn, normalised for comparison
        self._answered: list[str] = []  # those of the turn before, until the visitor speaks again: they may come late
        self._may_correct = False  # a corrected version of the last final text may still come
        self._is_repeat_due = False  # the second one of a text that was answered is missing
        self._ids: list[str] = []

    def transcription(self, message: Message) -> Iterator[Caption]:
        """Take `user-transcription`: the text recognised so far, or a final text."""
        text = spoken(message.text("text"))
        is_final = message.is_true("final")
        if not text or self._is_old(text, is_final):
            return
        yield Caption(Speaker.VISITOR, f"visitor-{self._segment}", text, is_final)
        if is_final:
            self._close(text)
            self._may_correct = True

    def final(self, message: Message) -> Iterator[Caption]:
        """Take `final-user-transcription`: nearly always the last final text again, sometimes a corrected version."""
        text = spoken(message.text("text"))
        message_id = message.text("message_id")
        if not text or (message_id and message_id in self._ids):
            return
        if message_id:
            self._ids = [*self._ids[-_MOST_IDS:], message_id]
        is_new = bool(message_id) and not self._is_repeat_due
        finals = self._finals or ([] if is_new else self._answered)
        if _plain(text) in (*finals[-1:], " ".join(finals)):
            self._may_correct = self._is_repeat_due = False
            return
        if self._may_correct and len(self._finals) == 1:
            self._finals = [_plain(text)]
            yield Caption(Speaker.VISITOR, f"visitor-{self._segment - 1}", text, True)
        else:
            yield Caption(Speaker.VISITOR, f"visitor-{self._segment}", text, True)
            self._close(text)
        self._may_correct = False

    def turn_over(self) -> None:
        """The avatar answers: whatever the visitor says from now on is a new turn."""
        if self._finals:
            self._answered, self._is_repeat_due = self._finals, self._may_correct
        self._finals = []
        self._may_correct = False

    def voice_began(self) -> None:
        """The visitor begins to speak: the same words are said once more."""
        self._answered = []

    def _close(self, text: str) -> None:
        self._finals.append(_plain(text))
        self._segment += 1

    def _is_old(self, text: str, is_final: bool) -> bool:
        """Tell whether this repeats the last final text, or is an interim text that came after its final one."""
        finals = self._finals or self._answered
        last = finals[-1] if finals else ""
        return bool(last) and (_plain(text) == last if is_final else last.startswith(_plain(text)))


class AvatarCaptions:
    """Segments of what the avatar says, one for each turn."""

    def __init__(self) -> None:
        self._segment = 0
        self._text = ""
        self._is_open = False
        self._is_dropped = False  # interrupted: text that still comes was not heard by the visitor
        self._sends_chunks = False

    def begin(self) -> Iterator[Caption]:
        """A new answer begins; the text of one that was left open stays as it is."""
        is_used = bool(self._text) or not self._is_open
        yield from self.close()
        if is_used:
            self._segment += 1
            self._text = ""
        self._is_open = True
        self._is_dropped = False

    def chunk(self, message: Message) -> Iterator[Caption]:
        """Take `bot-llm-text`: another piece of the answer."""
        self._sends_chunks = True
        yield from self._append(message.text("text"))

    def sentence(self, message: Message) -> Iterator[Caption]:
        """Take `bot-transcription`: a whole sentence, used only where the service sends no pieces."""
        if not self._sends_chunks:
            yield from self._append(f"{message.text('text').strip()} ")

    def close(self) -> Iterator[Caption]:
        """The answer is over, or was interrupted: the text that is shown stays."""
        if self._is_open and self._text.strip():
            yield self._caption(final=True)
        self._is_open = False

    def drop(self) -> None:
        """Show nothing more of this answer."""
        self._is_dropped = True

    def _append(self, piece: str) -> Iterator[Caption]:
        if self._is_dropped or not piece:
            return
        if not self._is_open:
            yield from self.begin()
        self._text = (self._text + piece)[:MOST]
        if self._text.strip():
            yield self._caption(final=False)

    def _caption(self, final: bool) -> Caption:
        return Caption(Speaker.AVATAR, f"avatar-{self._segment}", self._text.strip(), final)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
