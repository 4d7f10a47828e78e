"""One way of getting 720p30 onto a window, measured: `python -m tests.bench.paint_paths PATH WIDTH HEIGHT FRAMES`.

The media library delivers from a local track, so decoding and network cost nothing. Prints processor milliseconds of
the whole process for each shown picture. Paths: "none" (delivered as I420, not shown), "naive", and the two painters,
"raster" and "gpu".
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import numpy as np
import qasync
from livekit import rtc
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

from app.picture import Frame, Picture, PixelFormat
from app.vitals import Vitals
from app.window.video.widget import VideoWidget

SOURCE = (720, 1280)
FPS = 30
WARM_UP = 20  # frames before the clock starts


class Path:
    """Shows what `take` is given, and counts what was shown."""

    kind = rtc.VideoBufferType.I420
    shown = 0

    def take(self, frame: rtc.VideoFrame) -> None:
        self.shown += 1


class Naive(Path):
    """What comes first to mind: convert, make a pixmap, scale it, give it to a label."""

    def __init__(self, size) -> None:
        self.label = QLabel()
        self.label.resize(*size)
        self.label.show()

    def take(self, frame):
        rgba = frame.convert(rtc.VideoBufferType.RGBA)
        image = QImage(rgba.data, rgba.width, rgba.height, 4 * rgba.width, QImage.Format.Format_RGBA8888)
        scaled = QPixmap.fromImage(image).scaled(
            self.label.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.label.setPixmap(scaled)
        self.shown += 1


class Ours(Path):
    """The kiosk's widget."""

    def __init__(self, painter, size) -> None:
        self.picture = Picture()
        loop = asyncio.get_running_loop()
        self.widget = VideoWidget(
            self.picture, Vitals(), wake=loop.call_soon_threadsafe, painter=painter, painted=self._painted
        )
        self.widget.resize(*size)
        self.widget.show()
        self.format = self.picture.wanted
        self.kind = {PixelFormat.BGRA: rtc.VideoBufferType.BGRA}.get(self.format, rtc.VideoBufferType.I420)

    def _painted(self, _frame):
        self.shown += 1

    def take(self, frame):
        self.picture.push(Frame(frame.width, frame.height, self.format, frame.data))


async def publish(source: rtc.VideoSource) -> None:
    """Thirty frames a second, for ever; their content is made before."""
    chance = np.random.default_rng(1)
    width, height = SOURCE
    frames = [
        rtc.VideoFrame(width, height, rtc.VideoBufferType.I420, bytearray(chance.bytes(width * height * 3 // 2)))
        for _ in range(4)
    ]
    due, number = time.monotonic(), 0
    while True:
        source.capture_frame(frames[number % len(frames)], timestamp_us=number * 1_000_000 // FPS)
        number, due = number + 1, due + 1 / FPS
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def measure(name: str, size: tuple[int, int], count: int) -> None:
    """Show `count` frames and print the cost of one."""
    path = Path() if name == "none" else Naive(size) if name == "naive" else Ours(name, size)
    source = rtc.VideoSource(*SOURCE)
    track = rtc.LocalVideoTrack.create_video_track("bench", source)
    stream = rtc.VideoStream(track, capacity=1, format=path.kind)
    publishing = asyncio.create_task(publish(source))
    begin = None
    came = 0
    async for event in stream:
        path.take(event.frame)
        came += 1
        if came == WARM_UP:
            begin = time.process_time(), time.monotonic(), path.shown
        if came == WARM_UP + count:
            break
    cpu, wall, shown = time.process_time() - begin[0], time.monotonic() - begin[1], path.shown - begin[2]
    print(json.dumps({"cpu_ms": 1e3 * cpu / shown, "fps": shown / wall}), flush=True)
    publishing.cancel()
    # Closing the library's native side is no part of the measurement.
    os._exit(0)


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        runner.run(measure(sys.argv[1], (int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4])))
