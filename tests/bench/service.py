"""A LiveKit server, a token endpoint and agents in one process: `python -m tests.bench.service FILE W H FPS`.

Every agent shows the numbered moving pattern. FILE holds one float64 for each number: when a picture with it was last
handed to the library, on `time.monotonic`, which all processes of a machine share. Prints its addresses as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import numpy as np

from tests.rigs.livekit_server import start_server
from tests.vendors import agent
from tests.vendors.agent_media import PATTERNS, AgentCamera, AgentLook
from tests.vendors.agent_script import AgentScript
from tests.vendors.livekit_endpoint import LiveKitEndpoint


async def serve(file: str, width: int, height: int, fps: float) -> None:
    times = np.memmap(file, np.float64, "w+", shape=(PATTERNS,))

    class TimedCamera(AgentCamera):
        async def _run(self) -> None:
            number, due = 0, time.monotonic()
            while True:
                now = number % len(self._frames)
                times[now] = time.monotonic()
                self._source.capture_frame(self._frames[now])
                number, due = number + 1, due + 1 / fps
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    agent.AgentCamera = TimedCamera
    script = AgentScript(look=AgentLook(width, height, fps), greeting="")
    server = start_server()
    # A visitor who does not call the release address holds a slot until the room is closed.
    endpoint = LiveKitEndpoint(server, slots=99, script=lambda: script)
    try:
        await endpoint.start()
        print(json.dumps({"token_url": f"{endpoint.url}/token", "release_url": f"{endpoint.url}/release"}), flush=True)
        await asyncio.to_thread(sys.stdin.read)  # until whoever started us lets go
    finally:
        server.close()
        os._exit(0)  # the media library can abort a finalising interpreter


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
