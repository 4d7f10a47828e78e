"""Captions from Tavus's messages: the text of a turn so far, closed by the whole turn (docs/vendors/tavus.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.events import Caption
from app.screens import Speaker
from app.vendors.captions import MOST, spoken

_MOST_KEPT = 64  # segments remembered as closed
_MOST_ID = 80  # characters


@dataclass(slots=True)
class _Open:
    """A segment that still grows.

    Attributes:
        segment: Its name.
        turn: The service's number of the turn; None where it sends none.
        text: The text so far.
        index: `content_index` of the newest part; None where the service sends none.
    """

    segment: str
    turn: int | None
    text: str
    index: int | None


class TavusCaptions:
    """Assembles segments. Each speaker has one open segment at most: a new one closes the last.

    The whole turn of the avatar holds what it meant to say; where it was interrupted, the streamed text counts.
    """

    def __init__(self) -> None:
        self._open: dict[Speaker, _Open] = {}
        self._closed: dict[tuple[Speaker, str], tuple[int | None, str]] = {}
        self._unnamed = 0

    def streamed(
        self, speaker: Speaker, message: Mapping[str, Any], properties: Mapping[str, Any]
    ) -> Iterator[Caption]:
        """Take `conversation.utterance.streaming`: the text of a turn so far."""
        text = _speech(speaker, properties)
        segment, turn = self._place(speaker, message)
        if (speaker, segment) in self._closed:
            return
        known = self._open.get(speaker)
        if known is not None and known.segment != segment:
            yield from self.close(speaker)
            known = None
        index = _number(properties.get("content_index"))
        ends = properties.get("final") is True or properties.get("is_interrupted") is True
        if text and not (known is not None and _is_older(index, known.index)):
            self._open[speaker] = _Open(segment, turn, text, index)
            if not ends:
                yield Caption(speaker, segment, text)
        if ends:
            yield from self.close(speaker)

    def whole(self, speaker: Speaker, message: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[Caption]:
        """Take `conversation.utterance`: a whole turn, which closes its segment."""
        text = _speech(speaker, properties)
        segment, turn = self._place(speaker, message)
        known = self._open.get(speaker)
        if known is not None and _is_same_turn(known, segment, turn, text):
            was_interrupted = speaker is Speaker.AVATAR and properties.get("interrupted") is True
            if text and not was_interrupted:
                known.text = text
            self._remember(speaker, segment, turn, text)
            yield from self.close(speaker)
            return
        if not text or self._is_repeat(speaker, segment, turn, text):
            return
        yield from self.close(speaker)
        self._remember(speaker, segment, turn, text)
        yield Caption(speaker, segment, text, final=True)

    def close(self, speaker: Speaker) -> Iterator[Caption]:
        """Close the open segment with the text that was shown so far."""
        known = self._open.pop(speaker, None)
        if known is not None:
            self._remember(speaker, known.segment, known.turn, known.text)
            yield Caption(speaker, known.segment, known.text, final=True)

    def _place(self, speaker: Speaker, message: Mapping[str, Any]) -> tuple[str, int | None]:
        """Return the name of a message's segment, and the turn's number where the service tells it."""
        turn = _number(message.get("turn_idx"))
        given = message.get("inference_id")
        if isinstance(given, str) and given.strip():
            return given[:_MOST_ID], turn
        if turn is not None:
            return f"turn-{turn}", turn
        known = self._open.get(speaker)
        if known is None:
            self._unnamed += 1
        return known.segment if known is not None else f"unnamed-{self._unnamed}", None

    def _is_repeat(self, speaker: Speaker, segment: str, turn: int | None, text: str) -> bool:
        if (speaker, segment) in self._closed:
            return True
        own = [value for (who, _), value in self._closed.items() if who is speaker]
        if turn is not None:
            return (turn, text) in own
        return bool(own) and own[-1][1] == text

    def _remember(self, speaker: Speaker, segment: str, turn: int | None, text: str) -> None:
        self._closed[speaker, segment] = (turn, text)
        while len(self._closed) > _MOST_KEPT:
            del self._closed[next(iter(self._closed))]


def _is_same_turn(known: _Open, segment: str, turn: int | None, text: str) -> bool:
    """Tell whether a whole turn is the one that is open; its id may differ from the stream's."""
    if known.segment == segment:
        return True
    if turn is not None and known.turn is not None:
        return known.turn == turn
    return bool(text) and text.startswith(known.text)


def _is_older(index: int | None, newest: int | None) -> bool:
    return index is not None and newest is not None and index <= newest


def _speech(speaker: Speaker, properties: Mapping[str, Any]) -> str:
    text = properties.get("speech")
    if not isinstance(text, str):
        return ""
    return spoken(text) if speaker is Speaker.VISITOR else text.strip()[:MOST]


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
