"""Captions on the live screen: a plate for each speaker, with as many of the newest lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QTextLayout, QTextOption
from PySide6.QtWidgets import QWidget

from app.screens import Speaker
from app.window.live.turns import Turn
from app.window.toolkit.look import Look, Role
from app.window.toolkit.plates import Plate
from app.window.toolkit.texts import Texts

WIDEST = 0.94  # share of the column: the two sides stay apart
LEAST_LINES = 2  # a second plate is shown only where so many lines of it, or the whole text, have room


class CaptionPlate(Plate):
    """The words of one speaker, below the speaker's name."""

    def speak(self, turn: Turn, texts: Texts, width: int, most_height: int) -> None:
        """Show the newest lines of a turn that fit, at least one.

        Args:
            turn: What was said.
            texts: The names of the speakers.
            width: Of the plate, pixels.
            most_height: Greatest height of the plate, pixels.
        """
        look, role = self.look, _role(turn)
        guide = turn.speaker is Speaker.AVATAR
        if look.portrait:
            self.surface("ink", outlined=False)
        else:
            self.surface("ink2" if guide else None, outlined=not guide)
        starts = self._line_starts(turn, width)
        keep = min(len(starts), max(1, int((most_height - self._around()) / look.line_height(role))))
        # The text is cut at the start of a line: the lines that are left break as before, and their words do not move.
        words = turn.text[starts[-keep] :]
        self.say(texts("live.guide" if guide else "live.you"), words, colour="lamp" if guide else "sea", role=role)

    def forget(self) -> None:
        """Remove what was said."""
        self.say("", "")
        self._cache.forget()

    def height_of(self, turn: Turn, width: int, most_lines: int) -> int:
        """Return the height of a plate with at most `most_lines` of the newest lines of `turn`, pixels."""
        lines = min(most_lines, len(self._line_starts(turn, width)))
        return round(self._around() + lines * self.look.line_height(_role(turn)) + 0.499)

    def _around(self) -> float:
        return sum(self._pads()) + self.look.line_height(Role.LABEL) + 1

    def _line_starts(self, turn: Turn, width: int) -> list[int]:
        layout = QTextLayout(turn.text, self.look.font(_role(turn)))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        starts: list[int] = []
        layout.beginLayout()
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(1.0, float(width - 2 * self._side())))
            starts.append(line.textStart())
        layout.endLayout()
        return starts or [0]


class Captions:
    """The plates of both speakers, the last turn nearest to the dock.

    Attributes:
        plates: The plate of each speaker.
    """

    def __init__(self, look: Look, texts: Texts, parent: QWidget) -> None:
        self._look, self._texts = look, texts
        self.plates = {speaker: CaptionPlate(look, parent) for speaker in Speaker}
        self._turns: list[Turn] = []

    def set(self, turns: Sequence[Turn]) -> None:
        """Take these turns, oldest first, at most one for each speaker."""
        self._turns = list(turns)

    def forget(self) -> None:
        """Remove what was said."""
        self._turns = []
        for plate in self.plates.values():
            plate.forget()

    def least_height(self, width: int, lines: int) -> int:
        """Return the height of the last turn's plate with `lines` lines at most, gap included; 0 without a turn."""
        if not self._turns:
            return 0
        last = self._turns[-1]
        return self.plates[last.speaker].height_of(last, self._width(width), lines) + self._gap()

    def place(self, free: QRect, most: int) -> int:
        """Place the plates, in portrait at the bottom of `free`, in landscape in its middle.

        The last turn gets the room that it needs; the other one gets what is left.

        Args:
            free: Where nothing else is, pixels.
            most: The height at its bottom that may be covered, pixels.

        Returns:
            The top of the upper plate, pixels.
        """
        look, gap, wide = self._look, self._gap(), self._width(free.width())
        shown: list[tuple[CaptionPlate, Speaker, int]] = []
        room = most
        for turn in reversed(self._turns):
            plate = self.plates[turn.speaker]
            if shown and room < plate.height_of(turn, wide, LEAST_LINES):
                break
            plate.speak(turn, self._texts, wide, room)
            tall = plate.height_for(wide)
            shown.insert(0, (plate, turn.speaker, tall))
            room -= tall + gap
        for plate in self.plates.values():
            if not any(plate is other for other, _, _ in shown):
                plate.hide()
        whole = sum(tall + gap for _, _, tall in shown) - gap
        top = first = free.bottom() + 1 - whole if look.portrait else free.top() + max(0, free.height() - whole) // 2
        for plate, speaker, tall in shown:
            own = min(wide, plate.natural())
            at_start = (speaker is Speaker.AVATAR) != look.rtl
            plate.place(QRect(free.left() if at_start else free.right() + 1 - own, top, own, tall))
            top += tall + gap
        return first

    def _gap(self) -> int:
        return self._look.px(0.45 if self._look.portrait else 0.9)

    def _width(self, width: int) -> int:
        return round(width * WIDEST)


def _role(turn: Turn) -> Role:
    return Role.CAPTION_GUIDE if turn.speaker is Speaker.AVATAR else Role.CAPTION_VISITOR
