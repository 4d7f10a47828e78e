"""Captions from Tavus's messages: lines that grow, closed by the whole turn (docs/vendors/tavus.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.events import Caption
from app.screens import Speaker
from app.vendors.tavus.messages import Message

_MOST_KEPT = 64  # rows remembered as closed
_MOST_OPEN = 2  # the whole turn of the visitor may come when he has begun the next one


@dataclass(slots=True)
class _Row:
    """A row of captions as it is now.

    Attributes:
        segment: Its name.
        turn: The service's number of the turn; None where it sends none.
        text: The text so far.
        newest: The message that it is from.
        inferences: Every `inference_id` of its messages.
        is_answered: The avatar has said something since.
        is_settled: It was told as final; what comes nevertheless corrects it.
    """

    segment: str
    turn: int | None
    text: str = ""
    newest: Message | None = None
    inferences: set[str] = field(default_factory=set)
    is_answered: bool = False
    is_settled: bool = False

    def is_older(self, message: Message) -> bool:
        """Tell whether the message was sent before what is shown."""
        newest = self.newest
        if newest is None or _is_before(newest.seq, message.seq):
            return False
        if _is_before(message.seq, newest.seq):
            return True
        is_one_line = message.inference == newest.inference
        return is_one_line and message.index is not None and newest.index is not None and message.index <= newest.index

    def take(self, message: Message, text: str) -> bool:
        """Show this text; return whether it is another one."""
        is_other = text != self.text
        self.text, self.newest, self.is_answered = text, message, False
        self.inferences.add(message.inference)
        return is_other


def _is_before(seq: int | None, other: int | None) -> bool:
    return seq is not None and other is not None and seq < other


def _is_double(message: Message, other: Message) -> bool:
    return message.seq is not None and (message.seq, message.text) == (other.seq, other.text)


class VisitorCaptions:
    """Rows of the visitor: one a turn, by its number, else the row that is open.

    Each piece replaces the row, whatever it says of being final: the service begins to answer, with another
    `inference_id`, while the visitor still speaks. The whole turn is the clean sentence and the last word on it.

    Args:
        prefix: Of the names of rows.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._open: list[_Row] = []
        self._closed: list[_Row] = []
        self._unnamed = 0
        self._begins_anew = True  # the visitor began to speak after the last whole turn

    def begin(self) -> Iterator[Caption]:
        """The visitor begins to speak: without numbers of turns, an answered row is of an earlier turn."""
        self._begins_anew = True
        if self._open and self._open[-1].turn is None and self._open[-1].is_answered:
            yield self._close(self._open[-1])

    def answer(self) -> None:
        """The avatar speaks."""
        for row in self._open:
            row.is_answered = True

    def settle(self) -> Iterator[Caption]:
        """Neither more words nor an answer came, with which the whole turn would: what stands there was said."""
        row = self._open[-1] if self._open else None
        if row is not None and not row.is_answered and not row.is_settled:
            row.is_settled = True
            yield Caption(Speaker.VISITOR, row.segment, row.text, final=True)

    def piece(self, message: Message) -> Iterator[Caption]:
        """Take `conversation.utterance.streaming`: the turn so far."""
        row = self._row(message) if message.text else None
        if row is None or row.is_older(message):
            return
        if row not in self._open:
            self._open.append(row)
        if row.take(message, message.text):
            yield Caption(Speaker.VISITOR, row.segment, row.text, row.is_settled)
        if len(self._open) > _MOST_OPEN:
            yield self._close(self._open[0])

    def whole(self, message: Message) -> Iterator[Caption]:
        """Take `conversation.utterance`: the whole turn."""
        row = self._row(message)
        if row is None or not (message.text or row.text):
            return
        row.take(message, message.text or row.text)
        self._begins_anew = False
        yield self._close(row)

    def close(self) -> Iterator[Caption]:
        """Close the open rows with the text that was shown so far."""
        for row in tuple(self._open):
            yield self._close(row)

    def _close(self, row: _Row) -> Caption:
        if row in self._open:
            self._open.remove(row)
        self._closed = [*self._closed, row][-_MOST_KEPT:]
        return Caption(Speaker.VISITOR, row.segment, row.text, final=True)

    def _row(self, message: Message) -> _Row | None:
        """Return the message's row, which may be a new one; None where the row is closed."""
        turn = message.turn
        if turn is None:
            if self._is_late(message):
                return None
            return self._open[-1] if self._open else self._new("unnamed", None)
        if any(row.turn == turn for row in self._closed):
            return None
        known = next((row for row in self._open if row.turn == turn), None)
        if known is None and self._open and self._open[-1].turn is None:
            known = self._open[-1]  # begun by a message without the number
            known.turn = turn
        return known or self._new("turn", turn)

    def _new(self, kind: str, turn: int | None) -> _Row:
        if turn is None:
            self._unnamed += 1
        return _Row(f"{self._prefix}{kind}-{self._unnamed if turn is None else turn}", turn)

    def _is_late(self, message: Message) -> bool:
        """Tell whether a message without the turn's number belongs to a row that is closed."""
        if not self._closed:
            return False
        if message.inference and any(message.inference in row.inferences for row in self._closed):
            return True
        last = self._closed[-1]
        if last.newest is not None and (_is_before(message.seq, last.newest.seq) or _is_double(message, last.newest)):
            return True
        return not self._begins_anew and last.text.casefold().startswith(message.text.casefold())


class AvatarCaptions:
    """Rows of the avatar: one a line, by `inference_id`; one is open at most, and a new one closes the last.

    The whole turn holds what the avatar meant to say; where it was interrupted, the streamed text counts.

    Args:
        prefix: Of the names of rows that the service does not name itself.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._open: _Row | None = None
        self._last: _Row | None = None  # that was closed
        self._closed: dict[str, tuple[int | None, str]] = {}
        self._unnamed = 0
        self._begins_anew = True  # the avatar began to speak after the last row

    def begin(self) -> None:
        """The avatar begins to speak."""
        self._begins_anew = True

    def piece(self, message: Message) -> Iterator[Caption]:
        """Take `conversation.utterance.streaming`: the line so far."""
        if self._is_late(message):
            return
        segment = self._segment(message)
        if segment in self._closed:
            return
        if self._open is not None and self._open.segment != segment:
            yield from self.close()
        row = self._open or _Row(segment, message.turn)
        is_end = message.is_final or message.was_interrupted
        if message.text and not row.is_older(message):
            self._open = row
            if row.take(message, message.text) and not is_end:
                yield Caption(Speaker.AVATAR, segment, row.text)
        if is_end:
            yield from self.close()

    def whole(self, message: Message) -> Iterator[Caption]:
        """Take `conversation.utterance`: the whole turn, which closes its row."""
        row, text = self._open, message.text
        segment = self._segment(message)
        if row is not None and _is_same_turn(row, segment, message):
            if text and not message.was_interrupted:
                row.text = text
            row.newest = message
            self._remember(segment, message.turn, text)
            yield from self.close()
        elif text and not self._is_repeat(segment, message):
            yield from self.close()
            self._remember(segment, message.turn, text)
            self._note_last(_Row(segment, message.turn, text, message))
            yield Caption(Speaker.AVATAR, segment, text, final=True)

    def close(self) -> Iterator[Caption]:
        """Close the open row with the text that was shown so far."""
        row, self._open = self._open, None
        if row is not None:
            self._remember(row.segment, row.turn, row.text)
            self._note_last(row)
            yield Caption(Speaker.AVATAR, row.segment, row.text, final=True)

    def _segment(self, message: Message) -> str:
        if message.inference:
            return message.inference
        if message.turn is not None:
            return f"{self._prefix}turn-{message.turn}"
        if self._open is None:
            self._unnamed += 1
            return f"{self._prefix}unnamed-{self._unnamed}"
        return self._open.segment

    def _is_late(self, message: Message) -> bool:
        """Tell whether a piece without any name belongs to the row that was closed last."""
        last = self._last
        if message.inference or message.turn is not None or self._open is not None or last is None:
            return False
        if last.newest is not None and _is_before(message.seq, last.newest.seq):
            return True
        return not self._begins_anew and last.text.startswith(message.text)

    def _note_last(self, row: _Row) -> None:
        self._last = row
        self._begins_anew = False

    def _is_repeat(self, segment: str, message: Message) -> bool:
        if segment in self._closed:
            return True
        known = list(self._closed.values())
        if message.turn is not None:
            return (message.turn, message.text) in known
        return not self._begins_anew and known[-1][1] == message.text

    def _remember(self, segment: str, turn: int | None, text: str) -> None:
        self._closed[segment] = (turn, text)
        while len(self._closed) > _MOST_KEPT:
            del self._closed[next(iter(self._closed))]


def _is_same_turn(row: _Row, segment: str, message: Message) -> bool:
    """Tell whether a whole turn is the one that is open; its id may differ from the stream's."""
    if row.segment == segment:
        return True
    if message.turn is not None and row.turn is not None:
        return row.turn == message.turn
    return bool(message.text) and message.text.startswith(row.text)
