"""App messages of a Tavus conversation, read in every shape in which they come (docs/vendors/tavus.md 4.4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.screens import Speaker
from app.vendors.captions import MOST, spoken

MOST_BYTES = 65_536  # of a message; those of the service are far smaller
_MOST_ID = 80  # characters
_DEEP = 3  # JSON, text of JSON, and text of that
_MOST_TIME = 1e12  # seconds since the epoch
_LATE_S = 2.0  # parts of the service whose clocks differ send in another order, but by less than this

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message; "" and None where the service sent nothing usable.

    Attributes:
        name: `event_type`, at its dots.
        speaker: Whose message it is, by `role`.
        text: What was said, without what no caption shows.
        inference: `inference_id`.
        turn: `turn_idx`.
        seq: Place in the order in which the service sent its messages.
        sent_at: When it was sent, seconds since the epoch by the service's clock.
        index: `content_index`: place in the order of the pieces of one line.
        is_final: Nothing follows in this line, by `final`.
        was_interrupted: The speaker was interrupted.
        tool: Name of the tool that is called.
        shutdown: Why the conversation ended, in the service's word.
    """

    name: tuple[str, ...]
    speaker: Speaker | None
    text: str
    inference: str
    turn: int | None
    seq: int | None
    sent_at: float | None
    index: int | None
    is_final: bool
    was_interrupted: bool
    tool: str
    shutdown: str


class Count:
    """Notices that the service counts its messages anew, for example because a part of it was started again."""

    def __init__(self) -> None:
        self._newest: tuple[int, float] | None = None

    def begins_anew(self, message: Message) -> bool:
        """Take the next message; return whether it was sent later than all before, with a lower number."""
        if message.seq is None or message.sent_at is None:
            return False
        number, at = self._newest or (message.seq, message.sent_at)
        is_anew = message.seq < number and message.sent_at > at + _LATE_S
        if is_anew or message.seq >= number:
            self._newest = message.seq, message.sent_at
        return is_anew


def read(payload: bytes) -> Message | None:
    """Return the message, or None where this is none.

    It may come as text of JSON, and each field in `properties` or beside it.
    """
    whole = _fields(payload) if len(payload) <= MOST_BYTES else {}
    name = whole.get("event_type")
    if not isinstance(name, str):
        return None
    places = (_fields(whole.get("properties")), whole)
    speaker = speaker_of(_word(places, "role"))
    text = _word(places, "speech", "text", "content", "transcript")
    return Message(
        name=tuple(name.split(".")),
        speaker=speaker,
        text=spoken(text) if speaker is Speaker.VISITOR else text.strip()[:MOST],
        inference=_word(places, "inference_id")[:_MOST_ID],
        turn=_number(places, "turn_idx"),
        seq=_number(places, "seq"),
        sent_at=_time(places),
        index=_number(places, "content_index"),
        is_final=_is_true(places, "final"),
        was_interrupted=_is_true(places, "interrupted", "is_interrupted"),
        tool=_word(places, "name"),
        shutdown=shutdown_word(*places),
    )


def speaker_of(role: str) -> Speaker | None:
    """Return whose role this is: everybody but "user" is the avatar, whose role has several names (replica, pal)."""
    role = role.strip().casefold()
    return None if not role else Speaker.VISITOR if role == "user" else Speaker.AVATAR


def shutdown_word(*places: object) -> str:
    """Return the reason of `system.shutdown`, under either of its names; "" for none."""
    return _word(tuple(place for place in places if isinstance(place, dict)), "shutdown_reason", "reason")


def _fields(value: object) -> Fields:
    for _ in range(_DEEP):
        if not isinstance(value, str | bytes):
            break
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _word(places: tuple[Fields, ...], *names: str) -> str:
    """Return the first text that is not empty."""
    values = (place.get(name) for place in places for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _number(places: tuple[Fields, ...], name: str) -> int | None:
    values = (place.get(name) for place in places)
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool)), None)


def _time(places: tuple[Fields, ...]) -> float | None:
    values = (place.get("timestamp") for place in places)
    numbers = (value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
    return next((float(value) for value in numbers if abs(value) < _MOST_TIME), None)


def _is_true(places: tuple[Fields, ...], *names: str) -> bool:
    return any(place.get(name) is True for place in places for name in names)
