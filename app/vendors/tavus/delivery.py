"""An app message over HTTP, for when the room cannot send it (docs/vendors/tavus.md 4.9)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from enum import Enum, auto

from app.http import Response
from app.vendors.classify import is_page
from app.vendors.errors import TransientError

ANSWER_S = 2.0
RETRY_S = 0.5
BAD_GATEWAY = 502  # it could not be delivered; any other of these may have been

# Where the conversation is not active, and where its room is gone; the status of the second is not known.
_OVER = re.compile(r"active conversations|no longer available|invalid conversation_id", re.IGNORECASE)
_OVER_STATUSES = frozenset({400, 404, 410})


class Delivery(Enum):
    """What became of a message. SENT: or it may have been. LOST: certainly not sent. OVER: the conversation ended."""

    SENT = auto()
    LOST = auto()
    OVER = auto()


async def deliver(
    post: Callable[[float], Awaitable[Response]], *, most_s: float, may_repeat: bool, rate_limit_s: float, epoch: float
) -> Delivery:
    """Send a message, again where that helps.

    Args:
        post: Makes the call, with a time-out in seconds. Raises TransientError where no answer comes.
        most_s: For everything, seconds.
        may_repeat: It does no harm twice. A question that arrives twice is answered twice.
        rate_limit_s: The wait after a 429 that names no time, seconds.
        epoch: Seconds since the epoch, for `Retry-After`.
    """
    now = asyncio.get_running_loop().time
    due = now() + most_s
    while True:
        wait_s = RETRY_S
        try:
            async with asyncio.timeout_at(due):
                response = await post(ANSWER_S)
        except (TransientError, TimeoutError) as failure:
            may_be_there = not isinstance(failure, TransientError) or failure.ambiguous
        else:
            if 200 <= response.status < 300 and not is_page(response):
                return Delivery.SENT
            if _is_over(response):
                return Delivery.OVER
            if response.status == 429:
                wait_s = response.retry_after(epoch) or rate_limit_s
            elif response.status < 500:
                return Delivery.LOST
            may_be_there = response.status >= 500 and response.status != BAD_GATEWAY
        if may_be_there and not may_repeat:
            return Delivery.SENT
        if now() + wait_s >= due:
            return Delivery.LOST
        await asyncio.sleep(wait_s)


def _is_over(response: Response) -> bool:
    is_refusal = 400 <= response.status < 500 and not is_page(response)
    return is_refusal and (response.status in _OVER_STATUSES or _OVER.search(response.text) is not None)
