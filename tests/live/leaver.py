"""A process that ends as the kiosk does, with a stream still open: an ordinary exit sometimes aborts then.

Run as `python -m tests.live.leaver`; it imports little, because it is run many times.
"""

from __future__ import annotations

import asyncio
import os
import threading

from livekit import rtc

from app.rooms.livekit.end import shut_down_library


async def film_and_watch() -> None:
    """Open a stream on a local track, see one frame of it, and leave it open while frames go on coming."""
    camera = rtc.VideoSource(64, 64)
    track = rtc.LocalVideoTrack.create_video_track("left open", camera)
    stream = rtc.VideoStream(track, capacity=1)
    frame = rtc.VideoFrame(64, 64, rtc.VideoBufferType.I420, bytearray(64 * 64 * 3 // 2))
    pause = threading.Event()

    def film() -> None:
        while not pause.wait(0.002):
            camera.capture_frame(frame)

    threading.Thread(target=film, daemon=True).start()
    await anext(aiter(stream))


if __name__ == "__main__":
    asyncio.new_event_loop().run_until_complete(film_and_watch())
    shut_down_library()
    os._exit(0)
