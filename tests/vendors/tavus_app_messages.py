"""App messages over HTTP, as the emulated Tavus takes them (docs/vendors/tavus.md 4.9)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.vendors.emulator import refusal
from tests.vendors.tavus_knobs import TavusKnobs

if TYPE_CHECKING:
    from tests.vendors.tavus_service import EmulatedConversation

MOST_MESSAGE = 65_536  # bytes
MOST_MESSAGES, RATE_S = 120, 60.0
TO_THE_REPLICA = frozenset({
    "respond", "echo", "interrupt", "overwrite_llm_context", "append_llm_context", "sensitivity", "set_emotion",
    "tool_result",
})  # fmt: skip


def answer_to(text: str, talk: EmulatedConversation, knobs: TavusKnobs, now: float) -> web.Response:
    """Take one message, and return the service's answer."""
    talk.told_at = [at for at in talk.told_at if at > now - RATE_S] + [now]
    if len(text.encode()) > MOST_MESSAGE:
        return refusal(413, **{knobs.error_key: "The app message is too large."})
    if len(talk.told_at) > MOST_MESSAGES:
        return refusal(429, **{knobs.error_key: "Too many requests"})
    if talk.session.ended_at is not None:
        text = "App messages can only be sent to active conversations."
        return refusal(400, **{knobs.error_key: text})
    if not talk.room.is_open:
        text = "The conversation's room is no longer available."
        return refusal(knobs.gone_status, **{knobs.error_key: text})
    if knobs.app_message in ("taken", "delivered unknown"):
        message = json.loads(text)
        if message.get("event_type", "").removeprefix("conversation.") in TO_THE_REPLICA:
            talk.replica.told_by_http(message)
        else:
            talk.room.say(message)
    status = {"taken": 200, "undelivered": 502}.get(knobs.app_message, 504)
    return web.Response() if status == 200 else refusal(status, message="The message could not be delivered.")
