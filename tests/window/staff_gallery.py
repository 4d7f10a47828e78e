"""Photographs the staff panel: `python -m tests.window.staff_gallery OUT`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from app.intents import StaffAction
from app.records.counters import Counters
from app.screens import EndReason, Live, Preferences, Shown
from app.vitals import AudioVitals, VideoVitals, VisitVitals, Vitals
from app.window.staff.panel import StaffPanel
from tests.window.gallery import make_window
from tests.window.literals import SIZES

PIN_HASH = "scrypt$2$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
NOTES = {
    "service": "Tavus says: 402 Payment Required. The conversational minutes of this plan are used up.",
    "session 7": "A session could not be stopped yet; it is tried again (no answer in time).",
    "budget": "81.3 of 100 credits are used: buy more, and raise budget.credits.",
    "unheard": "A visitor spoke, and the service took no notice.",
}


def busy_vitals() -> Vitals:
    """Return the vitals of a kiosk in the middle of a visit, with a note for staff."""
    vitals = Vitals(version="1.0.0", kiosk="lobby-1", screen="live", painter="raster", visits=7)
    vitals.started_at, vitals.beat_at = 100.0, 100.0 + 200_000
    vitals.visit = VisitVitals(vendor="tavus")
    vitals.video = VideoVitals(width=720, height=1280, frames=371, fps=29.9)
    vitals.audio = AudioVitals(microphone="on", speaker="on")
    vitals.last_end = EndReason.IDLE
    vitals.open_sessions = 1
    vitals.degraded = frozenset({"the picture is painted without the graphics card"})
    for key, text in NOTES.items():
        vitals.staff_notes.report(key, text)
    return vitals


def main() -> None:
    """Write the pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from app.window.toolkit.look import load_fonts
    from tests.window.gallery import RESOURCES

    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    load_fonts(RESOURCES / "fonts")
    for size in SIZES:
        for language in ("en", "de", "ar"):
            for name, pin in (("nopin", None), ("pin", PIN_HASH)):
                vitals = busy_vitals()

                def make(look, texts, send, parent, vitals=vitals, pin=pin):
                    return StaffPanel(parent, look, texts, vitals, send, pin_hash=pin, may_leave=True, store=Counters())

                window = make_window(size, vitals=vitals, staff=make)
                window.appear()
                window.show_screen(Shown(1, Live(), replace(Preferences(), language=language)))
                window._open_staff()
                panel = window._staff.panel
                shots = [name]
                if pin:
                    shots += ["inside", "sure", "done"]
                for shot in shots:
                    if shot == "pin":
                        for digit in "123":
                            panel._pad.type(digit)
                    elif shot == "inside":
                        panel._enter()
                    elif shot == "sure":
                        panel.action_rows.buttons[StaffAction.REBOOT].click()
                    elif shot == "done":
                        panel.action_rows.no.click()
                        panel.action_rows.buttons[StaffAction.END_VISIT].click()
                        vitals.visit = None
                        panel.redraw()
                    app.processEvents()
                    window.grab().save(str(out / f"staff-{shot}-{size[0]}x{size[1]}-{language}.png"))
                panel.close_panel()
                window.dismiss()
                app.processEvents()


if __name__ == "__main__":
    main()
