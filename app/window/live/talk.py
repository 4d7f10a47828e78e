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
from app.window.live.state import Highlight, Touch, dock_state, highlight, holds
from app.window.live.talk_space import FREE_LARGE, TalkSpace
from app.window.live.turns import turns
from app.window.screens.base import ScreenWidget, Site, sentences
from app.window.toolkit.button import Button, Kind
from app.window.toolkit.flow import Column, Item, Row
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts

LEVEL_STEP_MS = 66
QUESTIONS = 3
# The same share as the drawn figure is told: with a question, plates end here, and a mouth that speaks stays in sight.
FREE_FIGURE = 0.54
CROWDED = 0.1  # less of it where there is a row for the time or for push-to-talk: the figure then stands further back
WHY = {WhyNot.SOMEONE_WAITS: "live.someone_waits", WhyNot.LIMIT: "live.limit"}
# Sizes of the words, tried until everything fits: they become smaller only on windows that are too small.
SQUEEZES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


class TalkPane(ScreenWidget):
    """Everything of the live screen but its two sheets.

    Attributes:
        dock: Indicator, state and tools.
        captions: The plates of both speakers.
        questions: The buttons of the suggested questions.
        chip: The time that is left.
        extend: Asks for more time.
        hold: Push-to-talk.
        moment: "One moment...", while the picture stands still.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        levels: How loud the visitor is; read while the conversation is seen.
        tool: Called with "type", "settings" or "goodbye".
    """

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
        self._space, self._deck = TalkSpace(look, self), Ground(look, self)
        self.dock = Dock(look, texts, self, self._indicator_touched, tool)
        self.captions = Captions(look, texts, self)
        self.questions = [
            Button(look, self, f"question-{at + 1}", Kind.QUESTION, on_click=partial(self._ask, at))
            for at in range(QUESTIONS)
        ]
        self.chip = TimeChip(look, self)
        self.extend = Button(look, self, "extend", Kind.PRIMARY, icon="plus", on_click=self._extend)
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
        """Remove all captions."""
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
        self.extend.set_kind(Kind.PRIMARY if highlight(live) is Highlight.EXTEND else Kind.SECONDARY)
        self.hold.say(texts("live.holding" if self.hold.holding else "live.hold"))
        # With large words there is room for one speaker, the last one.
        most = 0 if not self.preferences.captions else 1 if self.look.large else 2
        self.captions.set(turns(live.captions, most))

    # -------------------------------------------------------- places

    def arrange(self) -> None:
        """Place everything from the bottom up; captions take the room that is left."""
        for words in SQUEEZES:
            self.look.squeeze(words)
            room = self._space.cover(self.size(), self.top_room)
            inner = room.width() - 2 * self._space.pad()
            if self._least_height(room.width()) <= room.height() and self.dock.fits(inner):
                break
        top = self._place_controls(room)
        free = QRect(room.left(), room.top(), room.width(), max(0, top - self._space.gap() - room.top()))
        least = self.captions.least_height(room.width(), LEAST_LINES)
        captions = self.captions.place(free, max(least, free.bottom() + 1 - self._space.highest(room, self.height())))
        if self.stalled:
            portrait = self.look.portrait
            floor = min(captions, top) - self.look.px(1) if portrait else self.height() - self.look.px(1)
            self.moment.place(self.picture_area(self.size()), floor)
        else:
            self.moment.hide()
        self._run()

    def _least_height(self, width: int) -> int:
        """Return the least height: with one question and two lines of caption. With less, words become smaller."""
        pad, gap = self._space.pad(), self._space.gap()
        rows = Column(self._rows(1 if self._offered else 0), gap)
        return rows.height_for(width - 2 * pad) + 2 * pad + gap + self.captions.least_height(width, LEAST_LINES)

    def _rows(self, questions: int) -> list[Item]:
        """Return what is below the captions, with the first `questions` of the suggested questions."""
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
        """Place all but the captions and return its top; questions are left out until two lines of caption fit."""
        captions = self.captions.least_height(room.width(), LEAST_LINES) + self._space.gap()
        most = room.bottom() + 1 - self._space.highest(room, self.height())
        pad = self._space.pad()
        for count in range(len(self._offered), -1, -1):
            column = Column(self._rows(count), self._space.gap())
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
        """Return what prevents the visitor from talking, and whether time runs out."""
        live = self.live
        open_ = live.microphone not in (MicrophoneState.MUTED, MicrophoneState.MISSING)
        indicator = None if open_ or live.mode is TalkMode.TEXT else live.microphone
        return live.trouble, indicator, live.remaining_s is not None, live.may_extend, live.why_not

    def spoken(self) -> str:
        """Return the state, and why there is no more time or how to get it; captions are left out, they are heard."""
        live, dock = self.live, dock_state(self.live)
        keys = [dock.title, *([dock.more] if dock.more else [])]
        words = [self.texts(key) for key in keys]
        if live.may_extend and live.remaining_s is not None:
            words.append(self.extend.label())
        elif live.why_not is not None:
            words.append(self.texts(WHY[live.why_not]))
        return sentences(words)

    def seconds_left(self) -> int | None:
        """Return the seconds left of the conversation, while they are shown."""
        return self.live.remaining_s

    def spoken_seconds(self, seconds: int) -> str:
        """Return the time that is left, in words."""
        return self.texts("live.left", clock=super().spoken_seconds(seconds))

    # -------------------------------------------------------- the picture, focus

    @property
    def dark(self) -> bool:
        """Whether the picture is darkened: while it stands still."""
        return self.stalled

    def picture_free(self, size: QSize) -> float:
        """Return the share that plates leave free; the same for all words, so that the figure does not jump."""
        if size.height() < size.width():
            return 1.0
        crowded = self.live.remaining_s is not None or holds(self.live)
        return (FREE_LARGE if self.look.large else FREE_FIGURE) - (CROWDED if crowded else 0.0)

    def first_focus(self) -> QWidget | None:
        """Return the first question, or "type", or "settings", but nothing that ends the visit."""
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
        """Begin to show the level."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop showing the level."""
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

    def _indicator_touched(self, touch: Touch) -> None:
        if touch is Touch.INTERRUPT:
            self.send(Interrupt())
        elif touch is not Touch.NOTHING:
            self.send(Mute(touch is Touch.MUTE))
