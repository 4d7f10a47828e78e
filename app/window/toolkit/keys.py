"""What a key press asks the window to do, on every screen alike."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_MODIFIERS = Qt.KeyboardModifier
_CHORD = _MODIFIERS.ControlModifier | _MODIFIERS.AltModifier | _MODIFIERS.MetaModifier
_STAFF = _MODIFIERS.ControlModifier | _MODIFIERS.AltModifier | _MODIFIERS.ShiftModifier
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Select}
_FORWARD = {Qt.Key.Key_Down, Qt.Key.Key_Right}
_BACK = {Qt.Key.Key_Up, Qt.Key.Key_Left}


class Press(StrEnum):
    """What a key press asks for."""

    STAFF = "staff"
    ESCAPE = "escape"
    ENTER = "enter"
    NEXT = "next"
    PREVIOUS = "previous"
    TEXT = "text"
    OTHER = "other"


def meaning(event: QKeyEvent, *, rtl: bool) -> Press:
    """Return what a key press asks for.

    Args:
        event: The key press.
        rtl: The window is read from right to left: the left arrow goes on, the right one back.
    """
    held = event.modifiers()
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Q and held & _STAFF == _STAFF:
        return Press.STAFF
    if held & _CHORD:
        return Press.OTHER
    if key == Qt.Key.Key_Escape:
        return Press.ESCAPE
    if key in _ENTER:
        return Press.ENTER
    if key in _FORWARD | _BACK:
        forward = key in _FORWARD
        if rtl and key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            forward = not forward
        return Press.NEXT if forward else Press.PREVIOUS
    return Press.TEXT if event.text() and event.text().isprintable() else Press.OTHER
