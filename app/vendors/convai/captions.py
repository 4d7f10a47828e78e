"""Convai's words as captions: the visitor's finals come twice, the avatar's text in chunks.

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


class VisitorsWords:
    """Segments of what the visitor says; a new one begins after each final."""

    def __init__(self) -> None:
        self._segment = 1
        self._finals: list[str] = []  # of this turn of the visitor, made comparable
        self._may_mend = False  # the last final may still be told in better words
        self._ids: list[str] = []

    def transcription(self, message: Message) -> Iterator[Caption]:
        """A recognised text so far, or a final one."""
        text = spoken(message.text("text"))
        is_final = message.is_true("final")
        if not text or self._is_old(text, is_final):
            return
        yield Caption(Speaker.VISITOR, f"visitor-{self._segment}", text, is_final)
        if is_final:
            self._close(text)
            self._may_mend = True

    def final(self, message: Message) -> Iterator[Caption]:
        """The text of the whole turn: nearly always the doubled last final, sometimes in better words."""
        text = spoken(message.text("text"))
        message_id = message.text("message_id")
        if not text or (message_id and message_id in self._ids):
            return
        if message_id:
            self._ids = [*self._ids[-_MOST_IDS:], message_id]
        if _plain(text) in (*self._finals[-1:], " ".join(self._finals)):
            self._may_mend = False
            return
        if self._may_mend and len(self._finals) == 1:
            self._finals = [_plain(text)]
            yield Caption(Speaker.VISITOR, f"visitor-{self._segment - 1}", text, True)
        else:
            yield Caption(Speaker.VISITOR, f"visitor-{self._segment}", text, True)
            self._close(text)
        self._may_mend = False

    def turn_over(self) -> None:
        """The avatar answers: what comes now is another question."""
        self._finals = []
        self._may_mend = False

    def _close(self, text: str) -> None:
        self._finals.append(_plain(text))
        self._segment += 1

    def _is_old(self, text: str, is_final: bool) -> bool:
        """A final told again, or an interim text that comes after its final."""
        last = self._finals[-1] if self._finals else ""
        return bool(last) and (_plain(text) == last if is_final else last.startswith(_plain(text)))


class AvatarsWords:
    """Segments of what the avatar says: one a turn."""

    def __init__(self) -> None:
        self._segment = 0
        self._text = ""
        self._is_open = False
        self._is_dropped = False  # interrupted: what still comes of it was not heard
        self._sends_chunks = False

    def begin(self) -> None:
        """A new answer."""
        if not self._is_open or self._text:
            self._segment += 1
            self._text = ""
        self._is_open = True
        self._is_dropped = False

    def chunk(self, message: Message) -> Iterator[Caption]:
        """Another piece of the answer."""
        self._sends_chunks = True
        yield from self._append(message.text("text"))

    def sentence(self, message: Message) -> Iterator[Caption]:
        """A whole sentence; only where the service sends no pieces."""
        if not self._sends_chunks:
            yield from self._append(f"{message.text('text').strip()} ")

    def close(self) -> Iterator[Caption]:
        """The answer is over, or was interrupted: what is shown stays."""
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
            self.begin()
        self._text = (self._text + piece)[:MOST]
        if self._text.strip():
            yield self._caption(final=False)

    def _caption(self, final: bool) -> Caption:
        return Caption(Speaker.AVATAR, f"avatar-{self._segment}", self._text.strip(), final)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
