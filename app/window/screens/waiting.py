"""The waiting screen: why, how long, at most how long, something to read, and two questions to who waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.intents import Cancel, Intent, KeepPlace, Prefer
from app.screens import Ask, Waiting, WaitReason
from app.window.screens.base import Site
from app.window.screens.facts import FactCard, load_facts
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Box, Column, Grow, Item, Row, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import NEXT_SIZE, LanguageRow
from app.window.toolkit.shapes import Bar, Dots, ProgressRing
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

CARD_MS = 12_000
TELL_AFTER_S = 3  # reason and duration of a wait are shown after this time
MOST_DOTS = 8


class WaitingScreen(SheetScreen):
    """Shows one of three: the wait, "keep my place?", "your turn".

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        facts: Folder of the cards.
    """

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site, facts: Path) -> None:
        super().__init__(look, texts, send, site)
        self._facts = {code: load_facts(facts, code) for code in texts.known()}
        self._card_at = 0
        self._choosing = False
        self._asked: Ask | None = None

        self._title = Words(look, self, Role.TITLE)
        self._reason = Words(look, self, Role.LEAD)
        self._bar = Bar(look, self)
        self._waited = Words(look, self, Role.TEXT)
        self._most = Words(look, self, Role.TEXT, colour="paper2")
        self._number = Words(look, self, Role.NUMBER, colour="lamp")
        self._place_words = Words(look, self, Role.SUBTITLE)
        self._before = Words(look, self, Role.LEAD)
        self._bound = Words(look, self, Role.LEAD)
        self._queue = Dots(look, self, large=True)
        self._card = FactCard(look, self, self._next_card)
        self._languages = LanguageRow(look, texts, self, site.languages, self._choose)
        self._ring = ProgressRing(look, self)
        self._question = Words(look, self, Role.TITLE_SMALL, centred=True)
        self._question_more = Words(look, self, Role.LEAD, colour="paper2", centred=True)
        self._keep = Button(look, self, "keep", Kind.PRIMARY, size=Size.BIG, on_click=lambda: send(KeepPlace()))
        self._claim = Button(
            look, self, "claim", Kind.PRIMARY, size=Size.BIG, icon="talk", on_click=lambda: send(KeepPlace())
        )
        self._cancel = Button(look, self, "cancel", Kind.OUTLINED, on_click=lambda: send(Cancel()))
        self._language = Button(look, self, "language", icon="globe", on_click=self._toggle_languages)
        self._size = Button(look, self, "size", icon="size", on_click=self._next_size)

        self._clock = QTimer(self)
        self._clock.setInterval(CARD_MS)
        self._clock.timeout.connect(self._next_card)

    # -------------------------------------------------------- words

    def fill(self) -> None:
        """Put the numbers into words."""
        waiting = self.shown
        if not isinstance(waiting, Waiting):
            return
        if waiting.asks is not self._asked:
            self._choosing = False
        if waiting.asks is None:
            self._fill_wait(waiting)
        else:
            self._fill_question(waiting, waiting.asks)
        if not self.preferences.less_motion and waiting.asks is None:
            if not self._clock.isActive() and self.isVisible():
                self._clock.start()
        else:
            self._clock.stop()

    def redraw(self) -> None:
        """Show the value again; when a question comes or goes, the focus moves to the first control."""
        super().redraw()
        if isinstance(self.shown, Waiting):
            told = self.shown.waited_s >= TELL_AFTER_S or self.shown.place is not None
            for part in (self._reason, self._bar, self._waited, self._most):
                part.setVisible(part.isVisibleTo(self) and told)
            if self.shown.asks is not self._asked:
                self._asked = self.shown.asks
                first = self.first_focus()
                if first is not None and self.isVisible():
                    first.setFocus()

    def _fill_wait(self, waiting: Waiting) -> None:
        texts = self.texts
        in_line = waiting.place is not None
        self._title.say(texts("waiting.title"))
        self._title.restyle(Role.TITLE_SMALL if in_line else Role.TITLE, "paper")
        self._reason.say(texts("waiting.busy" if waiting.reason is WaitReason.BUSY else "waiting.trouble"))
        self._reason.restyle(Role.SMALL if in_line else Role.LEAD, "paper2" if in_line else "paper")
        clock, most = texts.clock(waiting.waited_s), texts.minutes(waiting.cap_s)
        self._waited.say(texts("waiting.waited", clock=clock), accent=clock)
        self._most.say(texts("waiting.most", minutes=most))
        self._bar.set(waiting.waited_s / max(1, waiting.cap_s), f"{texts('waiting.bar')} {clock}")
        if waiting.place is not None:
            before = waiting.place - 1
            self._number.say(texts.number(waiting.place))
            self._place_words.say(texts("waiting.place"))
            self._before.say(texts("waiting.next") if before < 1 else texts("waiting.before", count=before))
            self._queue.set(waiting.place, before)
            self._queue.setAccessibleName(self._before.text())
        if waiting.bound_s is not None:
            self._bound.say(texts("waiting.bound", minutes=texts.minutes(waiting.bound_s)))
        facts = self._facts.get(texts.code) or self._facts["en"]
        self._card.set(facts, self._card_at % len(facts), texts("fact.know"), texts("fact.next"))
        self._cancel.say(texts("waiting.cancel"))
        self._cancel.set_icon("close")
        self._language.say(texts.name_of(texts.code), spoken=texts("waiting.language"))
        self._language.choose(self._choosing)
        self._size.say("", spoken=texts("waiting.size"))
        self._languages.set(texts.code)

    def _fill_question(self, waiting: Waiting, asks: Ask) -> None:
        texts = self.texts
        left = max(0, waiting.asks_left_s)
        part = left / max(1, waiting.asks_of_s)
        self._ring.set(part, texts.number(left), texts("unit.seconds", count=left))
        name = "keep" if asks is Ask.KEEP_PLACE else "claim"
        self._question.say(texts(f"waiting.{name}_title"))
        self._question.restyle(Role.TITLE_SMALL if asks is Ask.KEEP_PLACE else Role.TITLE, "paper")
        self._question_more.say(texts(f"waiting.{name}_more"))
        self._keep.say(texts("waiting.keep"))
        self._claim.say(texts("waiting.claim"))
        self._cancel.say(texts("waiting.leave"))
        self._cancel.set_icon(None)

    # -------------------------------------------------------- places

    def layout_key(self) -> object:
        """Return what decides the layout: which of the three it is, and how large the numbers are."""
        if not isinstance(self.shown, Waiting):
            return None
        line = (self.shown.place or 0) > 9, (self.shown.place or 0) > MOST_DOTS, self.shown.bound_s is None
        return self.shown.asks, self.shown.place is None, line, self._choosing, self.shown.reason

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the wait, or the question."""
        waiting = self.shown
        if not isinstance(waiting, Waiting):
            return []
        if waiting.asks is not None:
            return self._ask_content(waiting.asks, fit)
        head = self._line(waiting, fit) if waiting.place is not None else self._meter(fit)
        if self._choosing:
            head.append(self._languages.row())
        elif fit.extras:
            head.append(self._card.with_art(fit.art and not self.look.large))
        return [*self.free_space(), self._title, *head, *self.free_space(), self._tools()]

    def _meter(self, fit: Fit) -> list[Item]:
        labels = Row(self.look, [self._waited, self._most], self.look.px(1), stretch=[1, 0])
        return [self._reason, Column([self._bar, labels], self.gap(0.45, fit))]

    def _line(self, waiting: Waiting, fit: Fit) -> list[Item]:
        look = self.look
        words: list[Item] = [self._place_words, self._before]
        if waiting.bound_s is not None:
            words.append(self._bound)
        if fit.art and waiting.place is not None and waiting.place <= MOST_DOTS:
            words += [self._queue]
        column = Column(words, look.px(0.25))
        row = Row(look, [self._number, column], look.px(1.3), stretch=[0, 1], middle=True, wrap=False)
        return [row, self._reason]

    def _tools(self) -> Row:
        tools: list[Item] = [self._cancel]
        if self._languages.buttons():
            tools.append(self._language)
        tools.append(self._size)
        return Row(self.look, tools, self.look.px(0.6), stretch=[1.0] + [0.0] * (len(tools) - 1))

    def _ask_content(self, asks: Ask, fit: Fit) -> list[Item | Grow | Space]:
        side = self.look.px(8 * max(0.6, fit.gap))
        ring = Box(self._ring, QSize(side, side))
        block = Column([ring, self._question, self._question_more], self.gap(1.1, fit))
        answer = self._keep if asks is Ask.KEEP_PLACE else self._claim
        return [*self.free_space(), block, Grow(), answer, self._cancel]

    # -------------------------------------------------------- behaviour

    @property
    def dark(self) -> bool:
        """Whether the picture is darkened: while it asks whether anybody is still there."""
        return isinstance(self.shown, Waiting) and self.shown.asks is Ask.KEEP_PLACE

    def topic(self) -> object:
        """Return the language, the question, the reason once it is told, and the place in line."""
        waiting = self.shown
        if not isinstance(waiting, Waiting):
            return None
        return self.texts.code, waiting.asks, waiting.reason, waiting.place, waiting.waited_s >= TELL_AFTER_S

    def seconds_left(self) -> int | None:
        """Return the seconds that are left to answer a question."""
        waiting = self.shown
        return waiting.asks_left_s if isinstance(waiting, Waiting) and waiting.asks is not None else None

    def first_focus(self) -> QWidget | None:
        """Return the answer to a question, or cancel."""
        asks = self.shown.asks if isinstance(self.shown, Waiting) else None
        return {Ask.KEEP_PLACE: self._keep, Ask.CLAIM: self._claim, None: self._cancel}[asks]

    def on_escape(self) -> None:
        """Stop waiting."""
        self.send(Cancel())

    def showEvent(self, _event: QShowEvent) -> None:
        """Begin to change the cards."""
        self._choosing = False
        self.redraw()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Stop changing the cards; the next visitor begins with another one."""
        self._clock.stop()
        self._asked = None
        self._card_at += 1

    def _next_card(self) -> None:
        self._card_at += 1
        if self._clock.isActive():
            self._clock.start()
        self.redraw()

    def _toggle_languages(self) -> None:
        self._choosing = not self._choosing
        self.redraw()

    def _choose(self, language: str) -> None:
        self._choosing = False
        self.send(Prefer(replace(self.preferences, language=language)))
        self.redraw()
        self._language.setFocus()

    def _next_size(self) -> None:
        self.send(Prefer(replace(self.preferences, text_size=NEXT_SIZE[self.preferences.text_size])))
