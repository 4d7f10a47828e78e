"""Joins a conversation with the transport of tavus-cli (its folder, id, address): one question and its answer.

Runs in the kiosk's environment, where the stand-in for Daily's library runs; tavus-cli is only read.
"""

import asyncio
import json
import sys

sys.path.append(sys.argv[1])
from tavus_mcp.sdk.daily_transport import open_conversation_session


async def main() -> None:
    session = await open_conversation_session(sys.argv[2], sys.argv[3], startup_timeout_s=15.0)
    await session.send_text("Where is the cafe?")
    turn = await session.collect_turn(timeout_s=15.0)
    await session.overwrite_context("The cafe is closed.")
    await session.send_tool_result("call-1", "look_up", {"open": False})
    await session.close()
    print(json.dumps(turn))


asyncio.run(main())
