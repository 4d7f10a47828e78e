"""Whatever arrives in a Tavus room is normal input: the protocol never raises, and no segment changes after its end."""

from __future__ import annotations

import asyncio
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import AvatarEnds, Caption, Ended, Speaking
from app.rooms.base import Data
from app.screens import Speaker
from tests.vendors.test_tavus_protocol import AVATAR, ROOM, VISITOR, protocol

NAMES = [
    "conversation.utterance", "conversation.utterance.streaming", "conversation.started_speaking",
    "conversation.stopped_speaking", "conversation.user.started_speaking", "conversation.pal.stopped_speaking",
    "conversation.tool_call", "system.shutdown", "system.replica_present", "conversation.joined", "of.tomorrow",
]  # fmt: skip
FIELDS = [
    "role",
    "speech",
    "content_index",
    "final",
    "is_interrupted",
    "interrupted",
    "reason",
    "duration",
    "attempt",
    "name",
    "text",
    "seq",
]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["user", "replica", "end_call", True, 1, 2]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(NAMES) | JUNK,
        "properties": st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=6) | JUNK,
        "inference_id": st.sampled_from(["a", "b"]) | JUNK,
        "turn_idx": st.integers(0, 3) | JUNK,
        "seq": st.integers(0, 9) | JUNK,
        "role": st.sampled_from(["user", "replica"]),
        "content": JUNK,
        "message_type": JUNK,
        "conversation_id": JUNK,
    },
)


@settings(deadline=None, max_examples=150)
@given(st.lists(MESSAGES | JUNK | st.binary(max_size=40), max_size=12))
def test_nothing_that_arrives_leaves_the_protocol_as_an_exception(messages: list[object]) -> None:
    async def check() -> None:
        made = protocol()
        finals: set[tuple[Speaker, str]] = set()
        active = {VISITOR: False, AVATAR: False}
        ends = asks = 0
        for number, message in enumerate(messages):
            shaped = json.dumps(message) if number % 3 == 0 and not isinstance(message, bytes) else message
            payload = shaped if isinstance(shaped, bytes) else json.dumps(shaped).encode()
            for event in made.decode(Data(payload, "", "replica"), ROOM):
                if isinstance(event, Caption):
                    key = (event.speaker, event.segment)
                    assert key not in finals and event.text.strip()
                    finals |= {key} if event.final else set()
                elif isinstance(event, Speaking):
                    assert event.active is not active[event.speaker]
                    active[event.speaker] = event.active
                elif isinstance(event, AvatarEnds):
                    asks += 1
                elif isinstance(event, Ended):
                    ends += 1
        assert ends <= 1 and asks <= 1

    asyncio.run(check())
