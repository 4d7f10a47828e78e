"""Every message on a service's page, in its right form and in wrong ones (docs/vendors/README.md R19).

Fields that are missing, null, of another type or unknown; messages that are repeated, out of order, too large or not
JSON: they are ignored or mean an end. They never raise, and the session understands later messages.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from app.events import Caption, Ended, Event, Ready, Speaking
from app.rooms.base import Data
from app.screens import Speaker
from tests.vendors.test_aistudios_protocol import Talk
from tests.vendors.test_convai_protocol import Session
from tests.vendors.test_tavus_protocol import ROOM, protocol, told, whole

pytestmark = pytest.mark.asyncio

SHAPES = dict.fromkeys(("sil", "pp", "ff", "th", "dd", "kk", "ch", "ss", "nn", "rr", "aa", "e", "ih", "oh", "ou"), 0.1)
FRAME = [0.1] * 15
# What docs/vendors/convai.md 4.5 names, and more; forms as in docs/vendors/convai.md 4.3.
CONVAI: list[tuple[str, dict[str, Any]]] = [
    ("A bot-ready", {"version": "1.2.0", "about": {}}),
    ("B interaction-created", {"interaction_id": "int_1", "character_session_id": "cs_1"}),
    ("A user-started-speaking", {}), ("A user-stopped-speaking", {}),
    ("A user-transcription", {"text": "where is", "user_id": "u", "timestamp": "t", "final": False}),
    ("A user-transcription", {"text": "where is it", "user_id": "u", "timestamp": "t", "final": True}),
    ("B final-user-transcription", {"text": "where is it", "speaker_id": "s", "message_id": "m"}),
    ("B vad-stt-started", {"timestamp": 1, "pre_roll_ms": 2}), ("B vad-stt-stopped", {"reason": "x"}),
    ("A bot-llm-started", {}), ("A bot-llm-text", {"text": "It is on"}), ("A bot-llm-stopped", {}),
    ("A bot-tts-started", {}), ("A bot-tts-text", {"text": "It"}), ("A bot-tts-stopped", {}),
    ("A bot-output", {"text": "It is on", "spoken": True, "aggregated_by": "word", "segment_id": 1}),
    ("A bot-transcription", {"text": "It is on the left."}),
    ("B bot-started-speaking", {"label": "rtvi-ai", "response_id": "x:r4", "epoch": 1, "sequence": 3}),
    ("B visemes", {"visemes": SHAPES}), ("B neurosync-blendshapes", {"blendshapes": FRAME}),
    ("B chunked-neurosync-blendshapes", {"blendshapes": [FRAME, FRAME]}),
    ("B blendshape-turn-stats", {"stats": {"total_blendshapes": 2, "fps": 60, "was_interrupted": False}}),
    ("B neurosync-blendshapes-cancel", {"response_id": "x", "valid_through_frame_index": None, "reason": "x"}),
    ("B bot-stopped-speaking", {"label": "rtvi-ai"}),
    ("B bot-turn-completed", {"was_interrupted": False, "was_aborted": False, "error_reason": "x"}),
    ("A bot-interrupted", {}), ("B llm-no-response", {"reason": "abstain"}),
    ("B bot-emotion", {"emotion": "joy", "scale": 2}), ("B action-response", {"actions": [{"name": "wave"}]}),
    ("B moderation-response", {"result": False, "user_input": "x", "reason": "x"}),
    ("B behavior-tree-response", {"bt_code": "x", "bt_constants": "x", "narrative_section_id": "x"}),
    ("B audio-data", {"sample_rate": 48000, "channels": 1, "audio": "AAAA", "includes_wav_header": False}),
    ("B usage-limit-reached", {"quota_type": "minutes", "message": "You have exceeded your monthly quota"}),
    ("B user-idle-warning", {"remaining_seconds": 300, "message": "You've been idle."}),
    ("B session-ending", {"reason": "idle_timeout"}),
    ("A error", {"error": "x", "fatal": False}), ("A error-response", {"error": "x"}),
    ("C server-response", {"event_type": "stt-toggle", "status": "success", "message": "x", "extras": {"muted": True}}),
    ("A metrics", {"ttfb": []}), ("B turn-trace", {}), ("B server-log", {}), ("B usage-update", {}),
    ("B session-config", {}), ("B of-tomorrow", {"text": "x"}),
]  # fmt: skip
# What docs/vendors/tavus.md 4.4 names.
TAVUS: list[tuple[str, dict[str, Any]]] = [
    ("conversation.utterance", {"role": "replica", "speech": "Full reply.", "interrupted": True}),
    ("conversation.utterance.streaming", {"role": "replica", "speech": "so far", "content_index": 3, "final": False}),
    ("conversation.utterance.streaming", {"role": "user", "speech": "where", "content_index": 1, "final": True}),
    ("conversation.started_speaking", {"role": "user"}),
    ("conversation.stopped_speaking", {"role": "replica", "interrupted": False, "duration": 2.3}),
    ("conversation.user.started_speaking", {}), ("conversation.user.stopped_speaking", {}),
    ("conversation.replica.started_speaking", {}),
    ("conversation.replica.stopped_speaking", {"duration": 4.5, "interrupted": True}),
    ("conversation.joined", {"role": "replica", "id": "x"}), ("conversation.left", {"role": "replica", "id": "x"}),
    ("conversation.tool_call", {"name": "x", "arguments": "{}"}), ("conversation.perception_tool_call", {}),
    ("conversation.perception_analysis", {"analysis": "x"}), ("conversation.objective.completed", {}),
    ("conversation.replica_interrupted", {}), ("system.replica_present", {"attempt": 3}),
    ("system.pal_joined", {}), ("system.replica_joined", {}),
    ("system.shutdown", {"shutdown_reason": "max_call_duration reached", "reason": "max_call_duration"}),
    ("conversation.of_tomorrow", {"speech": "x"}),
]  # fmt: skip
WRONG: list[Any] = [
    None, True, 0, -7, 10**400, 1e308, float("nan"), float("inf"), "", "of another kind", "x" * 70_000, [], [[]],
    [None, {}], {}, {"type": "server-message"}, {"text": {"text": []}},
]  # fmt: skip
BYTES = [
    b"", b"\xff\xfe\x00", b"{", b'{"type": ', b"[" * 100_000, b'"text"', b"null", b"7", b"[]", b"{}", b"NaN",
    b'{"type":"bot-llm-text","data":{"text":"' + b"x" * 2_000_000 + b'"}}', "ж".encode("utf-16"),
]  # fmt: skip


def convai(form_and_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return a message in form A, B or C."""
    form, kind = form_and_type.split()
    if form == "B":
        return {"label": "rtvi-ai", "type": "server-message", "data": {"type": kind, **data}}
    return {"label": "rtvi-ai", "type": kind, "data": data} if form == "A" else {"type": kind, **data}


def tavus(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a message in the service's envelope."""
    envelope = {"message_type": name.partition(".")[0], "event_type": name, "conversation_id": "c-1", "seq": 1}
    return envelope | {"timestamp": 1.5, "turn_idx": 8, "inference_id": "i-1", "properties": properties}


class Convai:
    """One session; `tell` decodes a packet, `lives` tells whether an ordinary message is still understood."""

    def __init__(self) -> None:
        self._session = Session()

    def tell(self, payload: bytes) -> list[Event]:
        return self._session.raw(payload)

    def lives(self) -> bool:
        self._session.a("bot-turn-completed", was_interrupted=False)
        self._session.a("bot-llm-started")
        return any(isinstance(event, Caption) for event in self._session.a("bot-llm-text", text="Still here."))


class Tavus:
    """The same for the other service."""

    def __init__(self) -> None:
        self._protocol = protocol()

    def tell(self, payload: bytes) -> list[Event]:
        return told(self._protocol, Data(payload, "", "replica"))

    def lives(self) -> bool:
        return any(
            isinstance(event, Caption) for event in told(self._protocol, whole("user", "Still here.", "new", 99))
        )


Side = type[Convai] | type[Tavus]
EVERY: list[tuple[Side, dict[str, Any]]] = [
    *((Convai, convai(*each)) for each in CONVAI),
    *((Tavus, tavus(*each)) for each in TAVUS),
]


def name_of(value: Side | dict[str, Any]) -> str:
    if not isinstance(value, dict):
        return value.__name__
    inner = value.get("data")
    wrapped = inner.get("type") if isinstance(inner, dict) else None
    return str(value.get("event_type" if "properties" in value else "type") if wrapped is None else wrapped)


def spoiled(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the message with one thing wrong: a field, at any depth, missing or of a wrong kind, or one more."""
    for path in paths(message):
        for wrong in (*WRONG, ...):
            made = copy.deepcopy(message)
            inner = made
            for part in path[:-1]:
                inner = inner[part]
            if wrong is ...:
                del inner[path[-1]]
            else:
                inner[path[-1]] = wrong
            yield made
    yield {**message, "of tomorrow": {"deep": [1, None]}}


def paths(value: Any) -> Iterator[tuple[str, ...]]:
    for key, inner in value.items():
        yield (key,)
        if isinstance(inner, dict):
            yield from ((key, *rest) for rest in paths(inner))


def wire(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


@pytest.mark.parametrize(("side", "message"), EVERY, ids=name_of)
async def test_a_message_with_anything_wrong_is_ignored_or_an_end_and_the_session_goes_on(
    side: Side, message: dict[str, Any]
) -> None:
    for wrong in spoiled(message):
        one = side()
        found = one.tell(wire(wrong))
        assert any(isinstance(event, Ended) for event in found) or one.lives(), wrong


@pytest.mark.parametrize(("side", "message"), EVERY, ids=name_of)
async def test_a_message_that_comes_twice_changes_nothing_twice(side: Side, message: dict[str, Any]) -> None:
    one = side()
    first, second = one.tell(wire(message)), one.tell(wire(message))
    once = (Ready, Speaking)
    assert not [event for event in second if isinstance(event, once) and event in first]
    finals = [event for event in (*first, *second) if isinstance(event, Caption) and event.final]
    assert len({(final.speaker, final.segment) for final in finals}) == len(finals)


@pytest.mark.parametrize("side", [Convai, Tavus])
@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_nobody_speaks_twice_and_no_text_is_closed_twice(side: Side, seed: int) -> None:
    messages = [message for of, message in EVERY if of is side and "shutdown" not in name_of(message)] * 2
    random.Random(seed).shuffle(messages)
    one, speaks, finals = side(), dict.fromkeys(Speaker, False), []
    for message in messages:
        for event in one.tell(wire(message)):
            if isinstance(event, Speaking):
                assert event.active is not speaks[event.speaker]
                speaks[event.speaker] = event.active
            elif isinstance(event, Caption) and event.final:
                finals.append((event.speaker, event.segment, event.text))
    assert len(set(finals)) == len(finals)
    assert one.lives()


@pytest.mark.parametrize("side", [Convai, Tavus])
async def test_bytes_that_are_no_message_are_ignored(side: Side) -> None:
    one = side()
    for payload in BYTES:
        assert one.tell(payload) == []
    assert one.lives()


async def test_a_service_that_documents_no_messages_is_believed_none() -> None:
    talk = Talk()
    for payload in (*BYTES, *(wire(message) for _, message in EVERY)):
        assert talk.decode(Data(payload, "", "somebody")) == []
    assert isinstance(ROOM.sent, list) and ROOM.sent == []
