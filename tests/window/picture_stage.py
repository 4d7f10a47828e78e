"""A window with the video widget in it, driven step by step, here or in a process of its own on another display.

`python -m tests.window.picture_stage` takes pickled calls on stdin and answers pickled results on stdout.
"""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 540, 960
GROUND = "#0e1a1e"


class PictureStage:
    """One VideoWidget, filling a window of 540x960.

    Args:
        painter: "auto", "raster" or "gpu".
        choice: What `choose` returns, for "auto".
        broken_shader: Shaders cannot be loaded.
        width: Of the widget, pixels.
        height: Of the widget, pixels.
    """

    def __init__(self, painter="raster", choice=None, broken_shader=False, width=WIDTH, height=HEIGHT):
        from PySide6.QtGui import QColor
        from PySide6.QtWidgets import QApplication, QWidget

        from app.picture import Picture
        from app.vitals import Vitals
        from app.window.video import gpu_resources
        from app.window.video import widget as video

        self.app = QApplication.instance() or QApplication([])
        self.calls = deque()  # what the widget asked to be run on this thread
        self.wakes = 0
        self.now = 100.0
        self.painted = []
        self.picture, self.vitals = Picture(), Vitals()
        self.begin_visit()
        self.window = QWidget()
        self.window.resize(width, height)
        self._undo = contextlib.ExitStack()
        if choice:
            self._swap(video, "choose", lambda: choice)
        if broken_shader:
            self._swap(gpu_resources, "load_shader", self._refuse)
        self.widget = video.VideoWidget(
            self.picture,
            self.vitals,
            wake=self._wake,
            painter=painter,
            painted=lambda frame: self.painted.append((frame.width, frame.height)),
            now=lambda: self.now,
            parent=self.window,
        )
        self.widget.set_background(QColor(GROUND))
        self.widget.resize(width, height)
        self.window.show()
        self.spin(self.window.isVisible)

    def _swap(self, module, name, value):
        self._undo.callback(setattr, module, name, getattr(module, name))
        setattr(module, name, value)

    def _refuse(self, name):
        from app.window.video.gpu_resources import PainterFailed

        raise PainterFailed(f"{name} is broken on purpose")

    def _wake(self, call):
        self.wakes += 1
        self.calls.append(call)

    def spin(self, done=lambda: True, least_s=0.05, most_s=5.0):
        """Run the window until `done`, and in any case for a moment longer."""
        end = time.monotonic() + most_s
        while not done() and time.monotonic() < end:
            self._turn()
        end = time.monotonic() + least_s
        while time.monotonic() < end:
            self._turn()

    def _turn(self):
        while self.calls:
            self.calls.popleft()()
        self.app.processEvents()
        time.sleep(0.001)

    def push(self, *frames):
        """Push frames from another thread, as rooms do, while this one is busy."""
        thread = threading.Thread(target=lambda: [self.picture.push(frame) for frame in frames])
        thread.start()
        thread.join()

    def show(self, *frames):
        """Push, and wait until one more picture is painted; returns what is on the screen."""
        before = len(self.painted)
        self.push(*frames)
        self.spin(lambda: len(self.painted) > before)
        return self.look()

    def darken(self, dark):
        self.widget.darken(dark)
        return self.look()

    def set_area(self, *rect):
        from PySide6.QtCore import QRect

        self.widget.set_area(QRect(*rect))
        return self.look()

    def begin_visit(self, source="room"):
        from app.vitals import VideoVitals

        self.now += 10.0  # later than everything that was painted before
        self.vitals.video = VideoVitals(source=source)

    def end_visit(self):
        self.vitals.video = None

    def clear(self):
        self.widget.clear()
        return self.look()

    def look(self):
        """Photograph the window as it is on the screen, without painting anything; shape (height, width, 3), RGB."""
        from PySide6.QtGui import QImage

        self.spin()
        shot = self.window.screen().grabWindow(self.window.winId()).toImage()
        shot = shot.convertToFormat(QImage.Format.Format_RGBX8888)
        pixels = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine() // 4, 4)
        return pixels[:, : shot.width(), :3].copy()

    def fall_behind(self, seconds):
        """Let thirty frames come every second, and keep the painter from painting them."""
        from tests.window.pictures import plain

        frame = plain((255, 0, 0))
        for _ in range(int(seconds * 30)):
            self.now += 1 / 30
            self.push(frame)
            while self.calls:
                self.calls.popleft()()

    def facts(self):
        """Return what can be pickled."""
        return {
            "painter": self.widget.painter,
            "vitals_painter": self.vitals.painter,
            "video": self.vitals.video,
            "degraded": self.vitals.degraded,
            "now": self.now,
            "wanted": self.picture.wanted,
            "shown_size": self.picture.shown_size,
            "painted": list(self.painted),
            "wakes": self.wakes,
            "surface": self.window.windowHandle().surfaceType().name,
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._undo.close()
        self.widget.detach()
        self.window.close()
        self.window.deleteLater()
        self.spin()


class RemoteStage:
    """A PictureStage in a child process with its own environment; also has `log`, what the child logged."""

    def __init__(self, environment, *arguments, **options):
        command = [sys.executable, "-m", "tests.window.picture_stage"]
        self._child = subprocess.Popen(
            command, env=environment, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.log = []
        self._call("__init__", *arguments, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getattr__(self, name):
        return lambda *arguments, **options: self._call(name, *arguments, **options)

    def _call(self, name, *arguments, **options):
        pickle.dump((name, arguments, options), self._child.stdin)
        self._child.stdin.flush()
        result, self.log = pickle.load(self._child.stdout)
        if isinstance(result, Exception):
            raise result
        return result

    def close(self):
        for pipe in (self._child.stdin, self._child.stdout):
            pipe.close()
        try:
            self._child.wait(timeout=5)
        finally:
            self._child.kill()
            self._child.wait()


def serve():
    """Answer calls until stdin ends."""
    import logging

    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append((record.levelname, record.getMessage(), getattr(record, "reason", "")))

    logging.getLogger().addHandler(Keep(logging.WARNING))
    stage = None
    while True:
        try:
            name, arguments, options = pickle.load(sys.stdin.buffer)
        except EOFError:
            if stage:
                stage.close()
            return
        try:
            if name == "__init__":
                stage, result = PictureStage(*arguments, **options), None
            else:
                result = getattr(stage, name)(*arguments, **options)
        except Exception as error:
            result = error
        pickle.dump((result, list(lines)), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
