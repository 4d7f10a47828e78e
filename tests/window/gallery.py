"""Photographs every screen from its literal: `python -m tests.window.gallery OUT [part of a name]...`.

Names are SCREEN-WIDTHxHEIGHT-LANGUAGE[-WISH].png; several parts must all be in the name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent

from app.audio.base import Levels
from app.character.paint import Painter
from app.character.pose import Pose
from app.picture import Picture
from app.screens import Preferences, Screen, Shown
from app.settings.not_yet import languages
from app.vitals import Vitals
from app.window.screens.base import ScreenWidget, Site
from app.window.shell import KioskWindow
from app.window.toolkit.controls import Control
from app.window.toolkit.texts import Texts
from app.window.toolkit.theme import Theme
from app.window.video.widget import VideoWidget
from tests.window.literals import NOW, QUIET, SITE, SIZES, WISHES

RESOURCES = Path(__file__).parents[2] / "resources"
LANGUAGES = ("en", "de", "ar")  # those that the conversations of tests are written in
CALM = Preferences(less_motion=True)


class BlankLive(ScreenWidget):
    """Replaces the live screen where only the other screens are looked at."""

    def __init__(self, look, texts, send, site, levels) -> None:
        super().__init__(look, texts, send, site)

    def fill(self) -> None:
        pass

    def arrange(self) -> None:
        pass


def make_window(
    size, *, site: Site = SITE, live=BlankLive, send=lambda answer: None, theme=None, **more
) -> KioskWindow:
    """Return a window of exactly this size, with a real video widget that gets no frames."""
    picture, vitals = Picture(), more.pop("vitals", None) or Vitals()
    video = VideoWidget(picture, vitals, wake=lambda run: run(), painter="raster")
    window = KioskWindow(
        theme=theme or Theme(),
        texts=Texts(RESOURCES / "translations"),
        site=site,
        video=video,
        levels=Levels(),
        send=send,
        vitals=vitals,
        facts=RESOURCES / "facts",
        live=live,
        windowed=size,
        today=lambda: NOW,
        screen_density=more.pop("screen_density", lambda screen: None),
        **more,
    )
    window.picture = picture  # the tests push frames
    return window


def control(window: KioskWindow, name: str) -> Control:
    """Return the control of the shown screen with this name."""
    controls = window.current_screen().findChildren(Control)
    return next(part for part in controls if part.objectName() == name and part.isVisible())


def end(window: KioskWindow) -> None:
    """Dismiss a window and have Qt delete it now: what Python's collector finds later is empty."""
    window.dismiss()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


def photograph(window: KioskWindow, screen: Screen, wishes: Preferences, step: int):
    """Show a literal and return its picture, with the drawn figure where a picture is wanted."""
    shares: list[float] = [1.0]
    window._host.on_free = shares.append
    window.show_screen(Shown(step, screen, wishes))
    window._host.fade.stop()
    window.picture.push(Painter()(Pose(free=max(0.3, shares[-1]))))
    return window.grab()


def names(wanted: list[str], screens: dict[str, Screen]) -> Iterator[tuple[str, tuple[int, int], Screen, Preferences]]:
    """Yield every picture whose name has all wanted parts."""
    for size in SIZES:
        for name, screen in screens.items():
            for language in languages():
                for wish, preferences in WISHES.items():
                    full = f"{name}-{size[0]}x{size[1]}-{language}" + (f"-{wish}" if wish else "")
                    if all(part in f"{full}." for part in wanted):
                        yield full, size, screen, replace(preferences, language=language, less_motion=True)


def main() -> None:
    """Write the pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.window.toolkit.look import load_fonts

    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    load_fonts(RESOURCES / "fonts")
    windows: dict[tuple[int, int], KioskWindow] = {}
    for step, (name, size, screen, wishes) in enumerate(names(sys.argv[2:], QUIET)):
        if size not in windows:
            windows[size] = make_window(size)
            windows[size].appear()
        photograph(windows[size], screen, wishes, step).save(str(out / f"{name}.png"))
        print(name)
    for window in windows.values():
        end(window)
    app.processEvents()


if __name__ == "__main__":
    main()
