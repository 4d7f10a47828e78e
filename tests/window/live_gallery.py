"""Photographs the conversation: `python -m tests.window.live_gallery OUT [part of a name]...`, as the gallery does.

Names are live-STATE-WIDTHxHEIGHT-LANGUAGE[-WISH].png; the sheets are states too.
"""

from __future__ import annotations

import math
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.character.paint import Painter
from app.character.pose import Pose
from app.screens import Shown
from app.window.live.screen import LiveScreen
from app.window.toolkit.theme import DAYLIGHT, Theme
from tests.window.gallery import LANGUAGES, RESOURCES, make_window, photograph
from tests.window.literals import SIZES, WISHES
from tests.window.live_literals import SHEETS, WORDS, live_screens

KEYBOARDS = RESOURCES / "keyboards"
make_live = partial(LiveScreen, keyboards=KEYBOARDS)


def open_sheet(screen: LiveScreen, name: str, text: str) -> None:
    """Open a sheet as a visitor would."""
    if name == "settings":
        screen.talk.dock.tools["settings"].click()
    elif name == "typed":
        screen.talk.dock.tools["type"].click()
        screen.typed.field.insert(text)
    else:
        screen.on_text(text[0])
        screen.typed.field.insert(text[1:])


def close_sheets(screen: LiveScreen) -> None:
    """Back to the conversation."""
    if screen._pane is not screen.talk:
        screen.close_sheet()


def speak_for_a_second(screen: LiveScreen) -> None:
    """Let the indicator show a level."""
    for step in range(14):
        screen.talk.dock.level(abs(math.sin(step * 1.3)) * 0.9 + 0.1)


def main() -> None:
    """Write the pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.window.toolkit.look import load_fonts

    out, wanted = Path(sys.argv[1]), sys.argv[2:]
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    load_fonts(RESOURCES / "fonts")
    step = 0
    old = []
    for size in SIZES:
        window = None
        for language in LANGUAGES:
            states = live_screens(language)
            for name in (*states, *SHEETS):
                for wish, preferences in {**WISHES, "daylight": WISHES[""]}.items():
                    full = f"live-{name}-{size[0]}x{size[1]}-{language}" + (f"-{wish}" if wish else "")
                    if not all(part in f"{full}." for part in wanted):
                        continue
                    if window is None or (wish == "daylight") != (window.look.theme.palette is DAYLIGHT):
                        if window is not None:
                            window.dismiss()
                            old.append(window)
                        theme = Theme(palette=DAYLIGHT) if wish == "daylight" else Theme()
                        window = make_window(size, live=make_live, theme=theme)
                        window.appear()
                    step += 1
                    value = states.get(name, states["talk"])
                    shown = replace(preferences, language=language)
                    photograph(window, value, shown, step)
                    screen = window.current_screen()
                    close_sheets(screen)
                    if name in SHEETS:
                        open_sheet(screen, name, WORDS[language][0][:-1])
                    else:
                        speak_for_a_second(screen)
                    screen.rise.stop()
                    app.processEvents()
                    window.show_screen(Shown(step, value, shown))
                    free = screen.picture_free(window.size())
                    window.picture.push(Painter()(Pose(free=max(0.3, free))))
                    window.grab().save(str(out / f"{full}.png"))
        if window is not None:
            window.dismiss()
    app.processEvents()


if __name__ == "__main__":
    main()
