"""The conversation: captions, suggested questions, remaining time and the dock, over or beside the picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect, QSize, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.audio.base import Levels
from app.intents import AskText, Extend, Intent, Interrupt, Mute, TalkButton
from app.screens import Live, MicrophoneState, TalkMode, Trouble, WhyNot
from app.window.live.captions import LEAST_LINES, Captions
from app.window.live.clock import TimeChip
from app.window.live.dock import Dock
from app.window.live.ground import Ground
from app.window.live.hold import HoldButton
from app.window.live.moment import Moment
from app.window.live.state import Lamp, Touch, dock_state, holds, lamp
from app.window.live.turns import turns
from app.window.screens.base import ScreenWidget, Site, picture_width, sentences
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.flow import Column, Item, Row
from app.window.toolkit.look import Look
from app.window.toolkit.surfaces import Surface
from app.window.toolkit.texts import Texts

LEVEL_STEP_MS = 66
QUESTIONS = 3
# Share of the height in portrait that stays free of plates: the face. Large words need more.
FREE, FREE_LARGE = 0.62, 0.48
FREE_FIGURE = 0.54  # with a question, plates end here: a mouth that speaks stays in sight
CROWDED = 0.1  # less, with a row for the time that is left or to hold: the figure steps back
WHY = {WhyNot.SOMEONE_WAITS: "live.someone_waits", WhyNot.LIMIT: "live.limit"}
# Words become smaller only on windows that cannot hold them.
SQUEEZES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


class TalkPane(ScreenWidget):
    """Everything of the live screen but its two sheets. `tool` is called with "type", "settings" or "goodbye"."""

    def __init__(
        self,
        look: Look,
        texts: Texts,
        send: Callable[[Intent], None],
        site: Site,
        *,
        levels: Levels,
        tool: Callable[[str], None],
    ) -> None:
        super().__init__(look, texts, send, site)
        self._levels = levels
        self._panel, self._deck = Surface(look, self), Ground(look, self)
        self.dock = Dock(look, texts, self, self._sign_touched, tool)
        self.captions = Captions(look, texts, self)
        self.questions = [
            Button(look, self, f"question-{at + 1}", Kind.QUESTION, on_click=partial(self._ask, at))
            for at in range(QUESTIONS)
        ]
        self.chip = TimeChip(look, self)
        self.extend = Button(look, self, "extend", Kind.LAMP, icon="plus", on_click=self._extend)
        self.hold = HoldButton(look, self, self._held)
        self.moment = Moment(look, texts, self)
        self._offered: tuple[str, ...] = ()
        self._clock = QTimer(self)
        self._clock.setInterval(LEVEL_STEP_MS)
        self._clock.timeout.connect(self._step)

    @property
    def live(self) -> Live:
        """The value that is shown."""
        return self.shown if isinstance(self.shown, Live) else Live()

    @property
    def stalled(self) -> bool:
        """Whether the picture stands still."""
        return self.live.trouble is Trouble.STALLED

    def forget(self) -> None:
        """Keep no caption."""
        super().forget()
        self.captions.forget()

    # -------------------------------------------------------- words

    def fill(self) -> None:
        """Put the value into the widgets."""
        live, texts = self.live, self.texts
        self.dock.fill(live)
        offered = live.questions or self.site.questions or texts.questions()
        self._offered = tuple(offered[:QUESTIONS]) if live.show_questions and not self.stalled else ()
        for button, text in zip(self.questions, self._offered, strict=False):
            button.say(text)
        if live.remaining_s is not None:
            clock = texts.clock(live.remaining_s)
            words = [texts("live.left", clock=clock)]
            if live.why_not is not None and not live.may_extend:
                words.append(texts(WHY[live.why_not]))
            self.chip.say(" · ".join(words), clock, left_s=live.remaining_s, urgent=live.urgent)
        self.extend.say(texts("live.extend", minutes=texts.minutes(live.extension_s)))
        self.extend.set_kind(Kind.LAMP if lamp(live) is Lamp.EXTEND else Kind.QUIET)
        self.hold.say(texts("live.holding" if self.hold.holding else "live.hold"))
        # With large words there is room for one speaker, the last one.
        most = 0 if not self.preferences.captions else 1 if self.look.large else 2
        self.captions.set(turns(live.captions, most))

    # -------------------------------------------------------- places

    def arrange(self) -> None:
        """Place everything, from the bottom up; captions take what is left."""
        for words in SQUEEZES:
            self.look.squeeze(words)
            room = self._room()
            if self._least_height(room.width()) <= room.height() and self.dock.fits(room.width() - 2 * self._pad()):
                break
        top = self._place_controls(room)
        free = QRect(room.left(), room.top(), room.width(), max(0, top - self._gap() - room.top()))
        least = self.captions.least_height(room.width(), LEAST_LINES)
        captions = self.captions.place(free, max(least, free.bottom() + 1 - self._highest(room)))
        if self.stalled:
            portrait = self.look.portrait
            floor = min(captions, top) - self.look.px(1) if portrait else self.height() - self.look.px(1)
            self.moment.place(self.picture_area(self.size()), floor)
        else:
            self.moment.hide()
        self._run()

    def _room(self) -> QRect:
        """Return what may be covered: all below the chip in portrait, the panel in landscape."""
        look, size = self.look, self.size()
        if look.portrait:
            self._panel.uncover()
            edge, chip = look.px(0.9), self.top_room
            return QRect(edge, chip, size.width() - 2 * edge, size.height() - chip - edge)
        start = picture_width(size)
        self._panel.cover(QRect(0 if look.rtl else start, 0, size.width() - start, size.height()), edged=True)
        side, top = look.px(1.6), look.px(1.4)
        left = side if look.rtl else start + side
        return QRect(left, top, size.width() - start - 2 * side, size.height() - top - look.px(1.2))

    def _pad(self) -> int:
        """Return the room around the controls on their deck; in landscape the panel has it."""
        return self.look.px(0.85) if self.look.portrait else 0

    def _highest(self, room: QRect) -> int:
        """Return how high plates may reach, pixels from the top, before they come too near the face."""
        if not self.look.portrait:
            return room.top()
        return max(room.top(), round(self.height() * (FREE_LARGE if self.look.large else FREE)))

    def _gap(self) -> int:
        return self.look.px(0.6 if self.look.portrait else 0.75)

    def _least_height(self, width: int) -> int:
        """Return the height below which words must become smaller: one question, two lines of caption."""
        pad = self._pad()
        rows = Column(self._rows(1 if self._offered else 0), self._gap())
        return rows.height_for(width - 2 * pad) + 2 * pad + self._gap() + self.captions.least_height(width, LEAST_LINES)

    def _rows(self, questions: int) -> list[Item]:
        """Return what stands below the captions, with so many of the suggested questions."""
        look, live = self.look, self.live
        rows: list[Item] = []
        if questions:
            rows.append(Row(look, self.questions[:questions], look.px(0.5), equal=True))
        extend = [self.extend] if live.may_extend and not self.stalled else []
        if live.remaining_s is not None:
            rows.append(Row(look, [self.chip, *extend], look.px(0.5), stretch=[0.0] * (1 + len(extend))))
        elif extend:
            rows.append(Row(look, extend, look.px(0.5), stretch=[0.0]))
        if holds(live) and not self.stalled:
            rows.append(self.hold)
        return [*rows, self.dock]

    def _place_controls(self, room: QRect) -> int:
        """Place all but the captions and return the top of it. Questions give way to two lines of caption."""
        captions = self.captions.least_height(room.width(), LEAST_LINES) + self._gap()
        most = room.bottom() + 1 - self._highest(room)
        pad = self._pad()
        for count in range(len(self._offered), -1, -1):
            column = Column(self._rows(count), self._gap())
            tall = column.height_for(room.width() - 2 * pad) + 2 * pad
            if count <= 1 or tall + captions <= most:
                break
        wanted = set(column.widgets())
        for part in (*self.questions, self.chip, self.extend, self.hold):
            if part not in wanted:
                part.hide()
        deck = QRect(room.left(), room.bottom() + 1 - tall, room.width(), tall)
        if self.look.portrait:
            self._deck.place(deck)
        else:
            self._deck.hide()
        column.place(deck.adjusted(pad, pad, -pad, -pad))
        return deck.top()

    # -------------------------------------------------------- what a screen reader says

    def topic(self) -> object:
        """Return what stands in the way of talking, and whether time runs out."""
        live = self.live
        open_ = live.microphone not in (MicrophoneState.MUTED, MicrophoneState.MISSING)
        indicator = None if open_ or live.mode is TalkMode.TEXT else live.microphone
        return live.trouble, indicator, live.remaining_s is not None, live.may_extend, live.why_not

    def spoken(self) -> str:
        """Return the state, and why there is no more time or how to get it; captions are heard already."""
        live, dock = self.live, dock_state(self.live)
        keys = [dock.title, *([dock.more] if dock.more else [])]
        words = [self.texts(key) for key in keys]
        if live.may_extend and live.remaining_s is not None:
            words.append(self.extend.label())
        elif live.why_not is not None:
            words.append(self.texts(WHY[live.why_not]))
        return sentences(words)

    def seconds_left(self) -> int | None:
        """Return what is left of the conversation, once that is told."""
        return self.live.remaining_s

    def spoken_seconds(self, seconds: int) -> str:
        """Return what is left."""
        return self.texts("live.left", clock=super().spoken_seconds(seconds))

    # -------------------------------------------------------- the picture, focus

    @property
    def dark(self) -> bool:
        """The picture that stands still is darkened."""
        return self.stalled

    def picture_free(self, size: QSize) -> float:
        """Return the share that plates leave free; it does not change with the words, so that no figure jumps."""
        if size.height() < size.width():
            return 1.0
        crowded = self.live.remaining_s is not None or holds(self.live)
        return (FREE_LARGE if self.look.large else FREE_FIGURE) - (CROWDED if crowded else 0.0)

    def first_focus(self) -> QWidget | None:
        """Return the first question, else "type", else "settings": nothing that ends the visit."""
        for part in (self.questions[0], self.dock.tools["type"], self.dock.tools["settings"]):
            if not part.isHidden():
                return part
        return None

    # -------------------------------------------------------- the level

    def _run(self) -> None:
        if self.isVisible() and self.dock.state.level:
            if not self._clock.isActive():
                self._clock.start()
        elif self._clock.isActive():
            self._clock.stop()
            self.dock.rest()

    def _step(self) -> None:
        self.dock.level(self._levels.microphone)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the level while it is seen."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody sees it."""
        super().hideEvent(event)
        self._clock.stop()
        self.dock.rest()

    # -------------------------------------------------------- touch

    def _ask(self, at: int) -> None:
        if at < len(self._offered):
            self.send(AskText(self._offered[at]))

    def _extend(self) -> None:
        self.send(Extend())

    def _held(self, down: bool) -> None:
        self.hold.say(self.texts("live.holding" if down else "live.hold"))
        self.send(TalkButton(down))

    def _sign_touched(self, touch: Touch) -> None:
        if touch is Touch.INTERRUPT:
            self.send(Interrupt())
        elif touch is not Touch.NOTHING:
            self.send(Mute(touch is Touch.MUTE))
