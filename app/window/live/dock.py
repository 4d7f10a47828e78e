"""The dock: the row with the microphone indicator, its state in words or level bars, and three tool buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from app.screens import Live, TalkMode, Trouble
from app.window.live.ground import Rule
from app.window.live.indicator import LevelBars, LevelHalo, MicrophoneButton
from app.window.live.state import UNHEARD, DockState, Highlight, Touch, all_words, dock_state, highlight
from app.window.toolkit.button import MOST_LINES, Button, Kind, Size
from app.window.toolkit.flow import Row
from app.window.toolkit.look import Look, Role
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words
from app.window.toolkit.wrapped_text import WrappedText

TALLEST = 4.6  # g: greatest height of words beside the tools; taller ones take a row of their own


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the dock shares its width.

    Attributes:
        beside: Words and tools share a row.
        whole: Every word of every state can be read.
        words: Width of title and second line, pixels.
        row: Height of the row with the indicator, pixels.
        tools: Width and height of all tools together, pixels.
    """

    beside: bool
    whole: bool
    words: int
    row: int
    tools: tuple[int, int]


class Dock:
    """Indicator, state and tools; an item of the layout. Its size is that of its largest state, so that nothing jumps.

    Attributes:
        halo: Shows the level around the indicator.
        indicator: The microphone.
        title: The state in words.
        more: A second line of words.
        bars: Show the level in place of the second line.
        tools: The tool buttons by their names.
        state: What is shown.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        parent: The screen.
        touched: Called with what a touch of the indicator means now.
        tools: Called with "type", "settings" or "goodbye".
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        parent: QWidget,
        touched: Callable[[Touch], None],
        tools: Callable[[str], None],
    ) -> None:
        self._look, self._texts = look, texts
        self._touched = touched
        self._rule = Rule(look, parent)
        self.halo = LevelHalo(look, parent)
        self.indicator = MicrophoneButton(look, parent)
        self.indicator.on_click = self._was_touched
        self.title = Words(look, parent, Role.STATE)
        self.more = Words(look, parent, Role.SMALL, colour="paper2")
        self.bars = LevelBars(look, parent)
        self.tools = {
            name: Button(look, parent, name, size=Size.TOOL, icon=icon, on_click=partial(tools, name))
            for name, icon in (("type", "keyboard"), ("settings", "settings"), ("goodbye", "goodbye"))
        }
        self._mode = TalkMode.HANDS_FREE
        self._can_type = True
        self._planned: tuple[tuple[object, ...], _Plan] | None = None
        self.state = DockState("live.listening", None, self.indicator.indicator, Touch.NOTHING)

    def fill(self, live: Live) -> None:
        """Put the words and states of this value into the widgets."""
        texts = self._texts
        state = self.state = dock_state(live)
        self._mode, self._can_type = live.mode, live.can_type
        self.title.say(texts(state.title))
        is_unheard = live.trouble is Trouble.CANNOT_HEAR and state.title in UNHEARD
        self.title.restyle(Role.STATE, "coral" if is_unheard else "paper")
        self.more.say(texts(state.more) if state.more else "")
        self.bars.setAccessibleName(texts("live.level"))
        spoken = texts(state.title) if state.touch is Touch.NOTHING else texts(f"live.{state.touch}")
        self.indicator.set(state.indicator, state.touch, spoken)
        for name, button in self.tools.items():
            button.say(texts(f"live.{name}"))
        self.tools["type"].set_kind(Kind.PRIMARY if highlight(live) is Highlight.TYPE else Kind.SECONDARY)

    def level(self, level: float) -> None:
        """Show how loud the visitor is now, 0 to 1."""
        if self.halo.isVisible():
            self.halo.show_level(level)
        if self.bars.isVisible():
            self.bars.show_level(level)

    def rest(self) -> None:
        """Forget the level."""
        self.halo.rest()
        self.bars.rest()

    # -------------------------------------------------------- an item of the layout

    def natural(self) -> int:
        """Return the width of the window: it takes what there is."""
        return self._look.size.width()

    def height_for(self, width: int, /) -> int:
        """Return its height at this width, pixels."""
        plan = self._plan(width)
        return self._above() + plan.row + (0 if plan.beside else self._gap() + plan.tools[1])

    def fits(self, width: int, /) -> bool:
        """Return whether every word of every state can be read."""
        return self._plan(width).whole

    def widgets(self) -> Iterator[QWidget]:
        """Yield what it places."""
        yield from (self._rule, self.halo, self.indicator, self.title, self.more, self.bars)
        yield from self._tools()

    def place(self, rect: QRect, /) -> None:
        """Place everything."""
        look = self._look
        above = self._above()
        if look.portrait:
            self._rule.hide()
        else:
            self._rule.place(QRect(rect.left(), rect.top(), rect.width(), max(2, round(look.stroke))))
        plan = self._plan(rect.width())
        row = QRect(rect.left(), rect.top() + above, rect.width(), plan.row)
        self._place_indicator(row)
        off = self.indicator.natural() + self._between()
        left = row.right() + 1 - off - plan.words if look.rtl else row.left() + off
        self._place_words(QRect(left, row.top(), plan.words, plan.row))
        wide, tall = plan.tools
        if plan.beside:
            left = row.left() if look.rtl else row.right() + 1 - wide
            tools = QRect(left, row.top() + (plan.row - tall) // 2, wide, tall)
        else:
            tools = QRect(row.left(), row.bottom() + 1 + self._gap(), wide, tall)
        self._tool_row(plan.beside).place(tools)
        self.tools["type"].setVisible(self._can_type)

    # -------------------------------------------------------- its parts

    def _place_indicator(self, row: QRect) -> None:
        side = self.indicator.natural()
        left = row.right() + 1 - side if self._look.rtl else row.left()
        spot = QRect(left, row.top() + (row.height() - side) // 2, side, side)
        self.indicator.place(spot)
        if not self.indicator.isEnabled():
            self.indicator.set_reach(0)  # leaves the room to the controls beside it
        self.halo.surround(spot)
        self.halo.setVisible(self.state.level)

    def _place_words(self, room: QRect) -> None:
        look = self._look
        bars = self.state.more is None and self.state.level
        title = self.title.height_for(room.width())
        below = self._bars_height() if bars else self._more_height(room.width())
        top = room.top() + (room.height() - title - below) // 2
        self.title.place(QRect(room.left(), top, room.width(), title))
        under = QRect(room.left(), top + title, room.width(), below)
        self.bars.setVisible(bars)
        self.more.setVisible(not bars and bool(self.more.text()))
        if bars:
            self.bars.setGeometry(under.adjusted(0, look.px(0.3), 0, 0))
        elif self.more.text():
            self.more.place(under.adjusted(0, look.px(0.1), 0, 0))

    def _bars_height(self) -> int:
        return self.bars.height_for(0) + self._look.px(0.3)

    def _more_height(self, width: int) -> int:
        return self.more.height_for(width) + self._look.px(0.1) if self.more.text() else 0

    # -------------------------------------------------------- how they share the room

    def _plan(self, width: int) -> _Plan:
        look = self._look
        key = (look.version, self._texts.code, self._mode, self._can_type, width)
        if self._planned is None or self._planned[0] != key:
            self._planned = (key, self._beside(width) or self._below(width))
        return self._planned[1]

    def _beside(self, width: int) -> _Plan | None:
        """Return the plan with everything in one row, or None where the words would get too little width."""
        tools = self._tools()
        wide = sum(tool.natural() for tool in tools) + self._look.px(0.5) * (len(tools) - 1)
        words = self._words_width(width) - wide - self._between()
        if words <= 0 or not self._words_fit(words):
            return None
        tall, indicator = self._tallest(words), self.indicator.natural()
        if tall > max(TALLEST * self._look.g, indicator):
            return None
        tool = self._tool_row(True).height_for(wide)
        return _Plan(True, True, words, max(tall, indicator, tool), (wide, tool))

    def _below(self, width: int) -> _Plan:
        words = self._words_width(width)
        row = self._tool_row(False)
        tool, whole = row.height_for(width), row.fits(width) and self._words_fit(words)
        return _Plan(False, whole, words, max(self._tallest(words), self.indicator.natural()), (width, tool))

    def _words_width(self, width: int) -> int:
        return width - self.indicator.natural() - self._between()

    def _tallest(self, width: int) -> int:
        """Return the height of the tallest state, pixels: the dock keeps its size when the state changes."""
        look, texts = self._look, self._texts
        tallest = 0.0
        for title, more in all_words(self._mode):
            words = self._lines(texts(title), Role.STATE, width).height
            below = self._lines(texts(more), Role.SMALL, width).height + look.px(0.1) if more else 0
            tallest = max(tallest, words + max(below, self._bars_height() if title == "live.listening" else 0))
        return round(tallest + 0.499)

    def _words_fit(self, width: int) -> bool:
        lines = [self._lines(self._texts(title), Role.STATE, width) for title, _ in all_words(self._mode)]
        lines += [self._lines(self._texts(more), Role.SMALL, width) for _, more in all_words(self._mode) if more]
        return all(line.count <= MOST_LINES and not line.wide for line in lines)

    def _lines(self, text: str, role: Role, width: int) -> WrappedText:
        look = self._look
        return WrappedText(text, look.font(role), look.line_height(role), width, Qt.AlignmentFlag.AlignLeft)

    def _tools(self) -> list[Button]:
        return [button for name, button in self.tools.items() if name != "type" or self._can_type]

    def _tool_row(self, beside: bool) -> Row:
        return Row(self._look, self._tools(), self._look.px(0.5), equal=not beside, wrap=not beside)

    def _above(self) -> int:
        return 0 if self._look.portrait else self._look.px(0.9)

    def _gap(self) -> int:
        return self._look.px(0.6)

    def _between(self) -> int:
        return self._look.px(0.85)

    def _was_touched(self) -> None:
        self._touched(self.state.touch)
