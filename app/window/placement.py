"""On which screen the window is shown, by name or serial number, also after a screen was unplugged or came back."""

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
    """Return the screen's logical pixels per millimetre, as reported by the screen; None where it reports nothing."""
    inch = screen.physicalDotsPerInch()
    return inch / MM_PER_INCH if inch > 0 else None


class Placement:
    """Keeps a window full screen on its screen, or shows it as an ordinary window.

    `follow` begins to watch for screens that are plugged in or out; `leave` ends it.

    Args:
        window: The window.
        windowed: (width, height) of an ordinary window, logical pixels; None: full screen.
        display: Name or serial number of the screen to fill; None: the primary one.
    """

    def __init__(self, window: QWidget, windowed: tuple[int, int] | None, display: str | None) -> None:
        self._window = window
        self._windowed = windowed
        self._display = display
        self._on_move: Callable[[], None] | None = None
        # One unplugged cable reports several changes: they are handled together, 250 ms after the last one.
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
        """Bring the window back to its screen when the screens change; `moved` is called afterwards."""
        self._on_move = moved
        gui = QGuiApplication.instance()
        if isinstance(gui, QGuiApplication):
            gui.screenAdded.connect(self._changed)
            gui.screenRemoved.connect(self._changed)

    def leave(self) -> None:
        """Stop watching."""
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
