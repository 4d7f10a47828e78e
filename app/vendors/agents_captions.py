"""Words of a room with a LiveKit agent become captions (docs/vendors/livekit.md 4.4, 4.5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.events import Caption
from app.rooms.base import Text
from app.screens import Speaker
from app.vendors.captions import MOST, spoken

CHAT = "lk.chat"
TRANSCRIPTION = "lk.transcription"
LEGACY = "lk.transcription.legacy"
SEGMENT = "lk.segment_id"
FINAL = "lk.transcription_final"

_MOST_RAW = 2 * MOST  # characters of plain text, white space included, or of one line of JSON
_MOST_ID = 80  # characters of a segment's id
_MOST_KEPT = 64  # streams open at once, and segments remembered as closed
_DECODER = json.JSONDecoder()


class StreamText:
    """The text of one stream, put together out of its pieces; each is read once.

    Agents with timed transcripts send lines of JSON with a `text` each (docs/vendors/livekit.md 4.4); a line that is
    not complete yet is left out. Anything else is the text itself.
    """

    def __init__(self) -> None:
        self._raw = ""  # the beginning of everything
        self._rest = ""  # of JSON: what is not read yet
        self._words = ""  # of JSON: the texts that were read
        self._has_words = False

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._raw = (self._raw + piece)[:_MOST_RAW]
        if self._may_be_json:
            self._rest += piece
            self._read()

    def text(self, closed: bool) -> str:
        """Return the text so far. `closed`: nothing more comes."""
        if self._has_words or (self._may_be_json and not closed and "\n" not in self._raw.strip()):
            return self._words.strip()
        return self._raw.strip()[:MOST]  # also a sentence that happens to begin with a brace

    @property
    def _may_be_json(self) -> bool:
        return self._raw.lstrip().startswith("{")

    def _read(self) -> None:
        while rest := self._rest.lstrip():
            try:
                value, end = _DECODER.raw_decode(rest)
            except (ValueError, RecursionError):
                _, newline, after = rest.partition("\n")
                if not newline:
                    self._rest = rest if len(rest) <= _MOST_RAW else ""
                    return
                self._rest = after
                continue
            self._rest = rest[end:]
            text = value.get("text") if isinstance(value, dict) else None
            if isinstance(text, str):
                self._has_words = True
                self._words = (self._words + text)[:MOST]


class AgentCaptions:
    """Assembles segments out of the pieces of text streams (docs/vendors/livekit.md 4.4, 4.5)."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Speaker, StreamText]] = {}  # by the stream's id
        self._closed: dict[tuple[Speaker, str], str] = {}  # the text of each closed segment
        self._turn = 0  # of the visitor; names segments that come without an id
        self._has_streams = False
        self._older: dict[Speaker, str] = {}  # shown from the older event, until the stream with the same words comes

    def take(self, event: Text, speaker: Speaker) -> Iterator[Caption]:
        """Yield the captions that this piece changes. Of a stream the speaker at its beginning counts."""
        if event.topic == LEGACY:
            yield from self._take_older(event, speaker)
            return
        speaker, words = self._open.pop(event.stream, (speaker, StreamText()))
        words.add(event.text)
        if not event.closed:
            self._open[event.stream] = speaker, words
            _keep_newest(self._open)
        text = words.text(event.closed)
        if event.topic == CHAT:
            if speaker is Speaker.AVATAR and event.closed and not self._was_said(text):
                yield from self._show(speaker, _segment(event), text, final=True)
            return
        self._has_streams = True
        if speaker is Speaker.VISITOR:
            yield from self._visitor(event, spoken(text))
        else:
            # An interrupted stream is simply closed early.
            yield from self._show(speaker, _segment(event), text, final=event.closed)

    def _visitor(self, event: Text, text: str) -> Iterator[Caption]:
        """Each stream holds the whole segment so far; only the last one is final, and never an empty one."""
        final = event.closed and event.attributes.get(FINAL) == "true"
        if not text or (event.closed and not final):
            return
        segment = _segment(event, f"turn-{self._turn}")
        if final:
            self._turn += 1
        yield from self._show(Speaker.VISITOR, segment, text, final)

    def _take_older(self, event: Text, speaker: Speaker) -> Iterator[Caption]:
        """The older event repeats every text stream: it counts only while no stream ever came."""
        if self._has_streams or not event.closed:
            return
        text = spoken(event.text) if speaker is Speaker.VISITOR else event.text.strip()[:MOST]
        self._older[speaker] = text
        yield from self._show(speaker, _segment(event), text, final=True)

    def _show(self, speaker: Speaker, segment: str, text: str, final: bool) -> Iterator[Caption]:
        key = (speaker, segment)
        if not text or key in self._closed:
            return
        is_repeat = self._has_streams and self._older.get(speaker, "").startswith(text)
        if final:
            if self._has_streams:
                self._older.pop(speaker, None)
            self._closed[key] = text
            _keep_newest(self._closed)
        if not is_repeat:
            yield Caption(speaker, segment, text, final)

    def _was_said(self, text: str) -> bool:
        return any(speaker is Speaker.AVATAR and said == text for (speaker, _), said in self._closed.items())


def _segment(event: Text, otherwise: str = "") -> str:
    return (event.attributes.get(SEGMENT) or otherwise or event.stream)[:_MOST_ID]


def _keep_newest(kept: dict[Any, Any]) -> None:
    while len(kept) > _MOST_KEPT:
        del kept[next(iter(kept))]
