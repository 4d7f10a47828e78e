"""The state of the kiosk for staff: facts in rows, and the table that shows them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.vitals import Vitals
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted
from app.window.toolkit.texts import Texts
from app.window.toolkit.wrapped_text import WrappedText


def facts(vitals: Vitals, texts: Texts) -> list[tuple[str, str]]:
    """Return label and value of every fact that staff may need on the telephone."""
    none = texts("staff.none")
    video, audio = vitals.video, vitals.audio
    picture = vitals.painter or none
    if video is not None and video.width:
        picture = f"{video.painter} · {video.width}x{video.height} · {video.fps:.0f}/s"
    trouble = [*sorted(vitals.degraded), *([vitals.media_overdue] if vitals.media_overdue else [])]
    if vitals.unavailable is not None:
        trouble.insert(0, _word(vitals.unavailable.value, texts))
    sessions = f"{vitals.open_sessions}" + (f" (+{vitals.unconfirmed}?)" if vitals.unconfirmed else "")
    return [
        (texts("staff.version"), vitals.version or none),
        (texts("staff.kiosk"), vitals.kiosk or none),
        (texts("staff.running"), _span(vitals.beat_at - vitals.started_at)),
        (texts("staff.screen"), vitals.screen or none),
        (texts("staff.picture"), picture),
        (texts("staff.microphone"), texts(f"word.{audio.microphone if audio else 'off'}")),
        (texts("staff.speaker"), texts(f"word.{audio.speaker if audio else 'off'}")),
        (texts("staff.visits"), str(vitals.visits)),
        (texts("staff.last_end"), _word(vitals.last_end.value, texts) if vitals.last_end else none),
        (texts("staff.sessions"), sessions),
        (texts("staff.trouble"), "; ".join(trouble) or none),
        *_notes(vitals, texts("staff.note"), none),
    ]


def _notes(vitals: Vitals, label: str, none: str) -> list[tuple[str, str]]:
    """Return a row for each note; the label stands beside the first."""
    first, *others = vitals.staff_notes.texts() or (none,)
    return [(label, first), *(("", other) for other in others)]


def _word(value: str, texts: Texts) -> str:
    """Return a word of the status page in plain words, and the word itself, which the manual and the logs use."""
    said = "out_of_credits" if value == "credits" else value
    return f"{texts(f'word.{said}')} ({value})"


def _span(seconds: float) -> str:
    minutes = max(0, int(seconds)) // 60
    days, minutes = divmod(minutes, 24 * 60)
    clock = f"{minutes // 60}:{minutes % 60:02}"
    return f"{days} d {clock}" if days else clock


class FactTable(Painted):
    """Labels on the side where reading begins, values beside them, long values on several lines."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._rows: list[tuple[str, str]] = []

    def set(self, rows: list[tuple[str, str]]) -> None:
        """Show these rows."""
        if rows != self._rows:
            self._rows = rows
            self.setAccessibleName("; ".join(f"{label}: {value}" if label else value for label, value in rows))
            self.canvas.drop()

    def rows(self) -> list[tuple[str, str]]:
        """Return what it shows."""
        return self._rows

    def height_for(self, width: int) -> int:
        """Return the height of all rows at this width, pixels."""
        return round(sum(gap + height for _, _, gap, height in self._laid_out(width)) + 0.499)

    def fits(self, width: int) -> bool:
        """Return whether labels leave the values enough room."""
        return self._label_width() < 0.6 * width

    def paint(self, painter: QPainter) -> None:
        """Paint all rows."""
        look, top = self.look, 0.0
        start = self._label_width() + self._gap()
        for label, value, gap, height in self._laid_out(self.width()):
            top += gap
            label.paint(painter, 0, top, look.colour("paper2"))
            value.paint(painter, 0 if look.rtl else start, top, look.colour("paper"))
            top += height

    def _laid_out(self, width: int) -> list[tuple[WrappedText, WrappedText, float, float]]:
        """Return label, value, the gap above and the height of each row, pixels."""
        room = max(1.0, width - self._label_width() - self._gap())
        found = []
        for label, value in self._rows:
            first, second = self._lines(label, width), self._lines(value, room)
            # A row without a label goes on with the one above; the gap says that it is another thing.
            found.append((first, second, 0.0 if label else self._gap() / 3, max(first.height, second.height)))
        return found

    def _label_width(self) -> float:
        return max((self._lines(label, 1e6).widest for label, _ in self._rows), default=0.0)

    def _gap(self) -> float:
        return self.look.g

    def _lines(self, text: str, width: float) -> WrappedText:
        look, role = self.look, Role.SMALL
        align = Qt.AlignmentFlag.AlignRight if look.rtl else Qt.AlignmentFlag.AlignLeft
        return WrappedText(text, look.font(role), look.line_height(role), width, align)
