"""The bare SDK in the room of an agent: `python -m tests.bench.receiver TOKEN_URL TIMES_FILE SECONDS VISITS [show]`.

Joins, reads every picture, leaves; VISITS times. With "show" it also paints them, with the least that is known to do it
well: the SDK's BGRA, drawn once, smoothly scaled, on a 1080x1920 window. Prints a line of JSON for each visit.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
import urllib.request
import uuid

import numpy as np
from livekit import rtc

WARM_UP_S = 1.0
CELL, BITS = 32, 5


class Least:
    """The least window that shows pictures."""

    def __init__(self) -> None:
        from PySide6.QtCore import QRect, Qt
        from PySide6.QtGui import QImage, QPainter
        from PySide6.QtWidgets import QWidget

        class Window(QWidget):
            frame = None

            def paintEvent(self, event):
                if self.frame is None:
                    return
                f = self.frame
                image = QImage(f.data, f.width, f.height, 4 * f.width, QImage.Format.Format_ARGB32_Premultiplied)
                with QPainter(self) as painter:
                    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
                    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                    painter.drawImage(QRect(0, 0, self.width(), self.height()), image)

        self.window = Window()
        self.window.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.window.resize(1080, 1920)
        self.window.show()

    def __call__(self, frame: rtc.VideoFrame) -> None:
        self.window.frame = frame
        self.window.update()


def token(url: str) -> dict[str, str]:
    body = {"room_name": f"bare-{uuid.uuid4().hex}", "participant_identity": uuid.uuid4().hex, "room_config": {}}
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def number_of(frame: rtc.VideoFrame, shows: bool) -> int:
    step = 4 if shows else 1
    row = (CELL // 2) * frame.width * step
    return sum(int(frame.data[row + (bit * CELL + CELL // 2) * step] > 128) << bit for bit in range(BITS))


async def visit(url: str, times: np.ndarray, seconds: float, show: Least | None) -> dict[str, object]:
    began = time.monotonic()
    access = await asyncio.to_thread(token, url)
    room = rtc.Room()
    tracks: asyncio.Queue[rtc.Track] = asyncio.Queue()
    heard: list[asyncio.Task] = []
    room.on("track_subscribed", lambda track, publication, who: tracks.put_nowait(track))
    # As the kiosk: with one connection for both directions, the default, some joins on a busy machine get no picture.
    options = rtc.RoomOptions(single_peer_connection=False)
    await room.connect(access["server_url"], access["participant_token"], options)
    source = rtc.AudioSource(48_000, 1)
    microphone = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    publishing = asyncio.create_task(
        room.local_participant.publish_track(
            microphone, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        )
    )
    while (track := await tracks.get()).kind != rtc.TrackKind.KIND_VIDEO:
        heard.append(asyncio.create_task(listen(track)))
    stream = rtc.VideoStream(track, capacity=1, format=rtc.VideoBufferType.BGRA if show else rtc.VideoBufferType.I420)
    first: float | None = None
    begin: tuple[float, float, int] | None = None
    frames, late = 0, []
    async for event in stream:
        now = time.monotonic()
        if event.frame.width < 16:
            continue
        frames += 1
        first = first or now
        if show is not None:
            show(event.frame)
        if begin is None and now - first >= WARM_UP_S:
            begin = now, time.process_time(), frames
        if begin is not None:
            number = number_of(event.frame, show is not None)
            if number < len(times):
                late.append(now - float(times[number]))
        if now - first >= seconds:
            break
        while not tracks.empty():
            heard.append(asyncio.create_task(listen(tracks.get_nowait())))
    found: dict[str, object] = {"first_s": first - began}
    if begin is not None and frames > begin[2]:
        spent, shown = time.process_time() - begin[1], frames - begin[2]
        found |= {"cpu_ms": 1e3 * spent / shown, "fps": shown / (time.monotonic() - begin[0]), "late_s": late}
    for task in heard:
        task.cancel()
    await stream.aclose()
    await publishing
    await source.aclose()
    await room.disconnect()
    return found


async def listen(track: rtc.Track) -> None:
    if track.kind != rtc.TrackKind.KIND_AUDIO:
        return
    stream = rtc.AudioStream(track, capacity=50, sample_rate=48_000, num_channels=1)
    try:
        async for event in stream:
            np.frombuffer(event.frame.data, np.int16)
    finally:
        await stream.aclose()


def memory() -> dict[str, float]:
    """Memory in MB that no other process shares and no file backs."""
    with open("/proc/self/smaps_rollup") as rollup:
        own = next(int(line.split()[1]) for line in rollup if line.startswith("Anonymous:"))
    return {"own_mb": own / 1024}


async def main(url: str, file: str, seconds: float, visits: int, show: bool) -> None:
    times = np.memmap(file, np.float64, "r")
    window = Least() if show else None
    for _ in range(visits):
        found = await visit(url, times, seconds, window)
        gc.collect()
        print(json.dumps(found | memory()), flush=True)
    os._exit(0)


if __name__ == "__main__":
    url, file, seconds, visits = sys.argv[1:5]
    work = (url, file, float(seconds), int(visits), "show" in sys.argv)
    if "show" in sys.argv:
        import qasync
        from PySide6.QtWidgets import QApplication

        application = QApplication(sys.argv[:1])
        with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
            runner.run(main(*work))
    else:
        asyncio.run(main(*work))
