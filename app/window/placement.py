"""On which screen the kiosk stands, by name or serial, and what happens when that screen goes or comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

MM_PER_INCH = 25.4


def choose_screen(screens: Sequence[QScreen], display: str | None, primary: QScreen) -> QScreen:
    """Return the screen whose output name or serial number is `display`; the primary one when there is none."""
    if display:
        for screen in screens:
            if display in {screen.name(), screen.serialNumber()}:
                return screen
    return primary


def density(screen: QScreen) -> float | None:
    """Return the screen's logical pixels per millimetre, as it says itself; None where it says nothing."""
    inch = screen.physicalDotsPerInch()
    return inch / MM_PER_INCH if inch > 0 else None


class Placement:
    """Keeps a window full screen where it belongs, or in a frame of its own size.

    windowed: (width, height), an ordinary window. `follow` begins to watch screens come and go; `leave` ends it.
    """

    def __init__(self, window: QWidget, windowed: tuple[int, int] | None, display: str | None) -> None:
        self._window = window
        self._windowed = windowed
        self._display = display
        self._on_move: Callable[[], None] | None = None
        # Screens come and go in bursts when a cable is touched.
        self._settle = QTimer(window)
        self._settle.setSingleShot(True)
        self._settle.setInterval(250)
        self._settle.timeout.connect(self._move)

    def show(self) -> None:
        """Bring the window to its screen and show it."""
        window = self._window
        if self._windowed is not None:
            window.resize(*self._windowed)
            window.show()
        else:
            self._fill_screen()
        window.raise_()
        window.activateWindow()

    def follow(self, moved: Callable[[], None]) -> None:
        """Go home when the screens change; `moved` is called afterwards."""
        self._on_move = moved
        gui = QGuiApplication.instance()
        if isinstance(gui, QGuiApplication):
            gui.screenAdded.connect(self._changed)
            gui.screenRemoved.connect(self._changed)

    def leave(self) -> None:
        """Watch no longer."""
        self._settle.stop()
        gui = QGuiApplication.instance()
        if self._on_move is not None and isinstance(gui, QGuiApplication):
            gui.screenAdded.disconnect(self._changed)
            gui.screenRemoved.disconnect(self._changed)
            self._on_move = None

    def _fill_screen(self) -> None:
        window = self._window
        screen = choose_screen(QGuiApplication.screens(), self._display, QGuiApplication.primaryScreen())
        window.setScreen(screen)
        window.setGeometry(screen.geometry())
        window.showFullScreen()

    def _changed(self, _screen: QScreen) -> None:
        self._settle.start()

    def _move(self) -> None:
        if self._windowed is None and QGuiApplication.screens():
            log.info("screens changed, the window goes home")
            self._fill_screen()
        if self._on_move is not None:
            self._on_move()
