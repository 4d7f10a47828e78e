"""The window: the picture below, one screen above it, the place's name on top; touch and keys become answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QPixmap,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.audio.base import Levels
from app.intents import Activity, Answer, Intent
from app.screens import Attract, Farewell, Live, Screen, Shown, StillThere
from app.vitals import Vitals
from app.window.announce import Announcer, announcer_of
from app.window.place_chip import PlaceChip
from app.window.placement import Placement, density
from app.window.pointer import Pointer
from app.window.screens.attract import CORNER
from app.window.screens.base import ScreenWidget, Site
from app.window.screens.factory import Screens, makers
from app.window.toolkit.controls import Control
from app.window.toolkit.fade import Fade
from app.window.toolkit.focus import FocusPath
from app.window.toolkit.keys import Press, meaning
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.toolkit.theme import Theme
from app.window.video.widget import VideoWidget

ACTIVITY_S = 0.25  # at most one sign of life in this time
FADE_MS = 320
FADE_HOME_MS = 700  # from a farewell to attract
TALKING = (Live, StillThere)

Send = Callable[[Intent], None]
LiveMaker = Callable[[Look, Texts, Send, Site, Levels], ScreenWidget]


class StaffOverlay(Protocol):
    """What the window asks of the staff panel: a widget over everything that opens itself when asked."""

    def open(self) -> None:
        """Ask for the PIN."""

    def isVisible(self) -> bool:
        """Return whether it is open."""

    def setGeometry(self, rect: QRect, /) -> None:
        """Cover the window."""

    def raise_(self) -> None:
        """Lie on top."""


class KioskWindow(QWidget):
    """Shows `Shown` values and sends back `Answer`s. Knows no vendor, room or timer.

    theme: colours and logo. texts, site: what is said. video: the picture, handed over to this window. levels: for the
    live screen's signs, which `live` makes. send: takes every answer. vitals: `focus` is written here. facts: folder of
    the waiting cards. staff: makes the staff panel. windowed: (width, height) of an ordinary window; display: name or
    serial of the screen to fill. on_close_request: somebody wants the window closed; it stays until `dismiss`.
    on_first_paint: the first screen can be seen. on_free: the share of the picture, from the top, that nothing covers.
    drawn: whether conversations show the drawn figure, which keeps its face in that share, or a service's picture.
    announcer: speaks to screen readers; None: the system's. now: monotonic seconds. today: the present for opening
    hours. screen_density: logical pixels per millimetre of a screen, or None.
    """

    def __init__(
        self,
        *,
        theme: Theme,
        texts: Texts,
        site: Site,
        video: VideoWidget,
        levels: Levels,
        send: Callable[[Answer], None],
        vitals: Vitals,
        facts: Path,
        live: LiveMaker,
        staff: Callable[[Look, Texts, Send, QWidget], StaffOverlay] | None = None,
        windowed: tuple[int, int] | None = None,
        display: str | None = None,
        on_close_request: Callable[[], None] = lambda: None,
        on_first_paint: Callable[[], None] | None = None,
        on_free: Callable[[float], None] = lambda share: None,
        drawn: Callable[[], bool] = lambda: True,
        announcer: Announcer | None = None,
        now: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = datetime.now,
        screen_density: Callable[[QScreen], float | None] = density,
    ) -> None:
        super().__init__()
        self.look = Look(theme)
        self.texts = texts
        self._site = site
        self._video = video
        self._send_answer = send
        self._on_close_request = on_close_request
        self._on_free = on_free
        self._drawn = drawn
        self._now = now
        self._density = screen_density
        self._shown: Shown | None = None
        self._last_activity = -ACTIVITY_S
        self._dismissed = False
        self._showing = False

        self.setWindowTitle("Avatar Kiosk")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if windowed is None:
            self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        video.setParent(self)
        made_by = makers(self.look, texts, self.send, site, facts=facts, now=today)
        made_by[Live] = lambda: live(self.look, texts, self.send, site, levels)
        self._screens = Screens(made_by, self._adopt)
        self._chip = PlaceChip(self.look, self)
        self._chip.painted = on_first_paint
        if theme.logo is not None:
            self._chip.set_logo(QPixmap(str(theme.logo)))
        self._fade = Fade(self)
        self._path = FocusPath(self.look, self, vitals, self._focus_order)
        self._announcer = announcer if announcer is not None else announcer_of(self)
        self._make_staff = staff
        self._panel: StaffOverlay | None = None
        self._pointer = Pointer(
            self,
            corner=lambda: self.look.px(CORNER),
            touched=self._was_touched,
            gesture=self._open_staff,
            now=now,
        )
        self._placement = Placement(self, windowed, display)
        self._placement.follow(self._refresh)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    # -------------------------------------------------------- showing

    def appear(self) -> None:
        """Come up on the right screen."""
        self._placement.show()

    def make_ready(self) -> None:
        """Make what the first screen did not need, a piece at a time, so that no touch has to wait for it."""
        if not self._dismissed and self._screens.make_another():
            QTimer.singleShot(0, self.make_ready)

    def dismiss(self) -> None:
        """Go for good: the program ends. Qt deletes the window with all that is in it, before Python collects it."""
        if self._dismissed:
            return
        self._dismissed = True
        self._placement.leave()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._focus_changed)
        self._fade.stop()
        self._pointer.leave()
        self._video.detach()
        self.hide()
        self.deleteLater()

    def show_screen(self, shown: Shown) -> None:
        """Show this value now; nothing is touched that did not change."""
        before, self._shown = self._shown, shown
        old = self._screens[type(before.screen)] if before else None
        widget = self._screens[type(shown.screen)]
        self.texts.use(shown.preferences.language)
        self._fit()
        changed = before is None or before.step != shown.step or old is not widget
        if changed and old is not None and before is not None:
            self._begin_fade(old, before.screen, shown.screen)
        if old is not widget:
            # What the last screen took from the words to fit is not the next one's loss.
            self.look.squeeze(1.0)
        widget.top_room = self._chip.stand(self._site.place, self.texts("chip.guide"), self.size())
        widget.drawn = self._drawn()
        widget.setGeometry(self.rect())
        self._showing = True
        widget.draw(shown.screen, shown.preferences)
        if old is not widget:
            widget.show()
            if old is not None:
                old.hide()
            if not isinstance(shown.screen, TALKING):
                self._forget_talk()
            self._order()
        self._showing = False
        self._place_picture(widget)
        focused = self.focusWidget()
        lost = focused is None or not focused.isVisibleTo(self) or not widget.isAncestorOf(focused)
        if (changed or lost) and not self._staff_is_open():
            self._path.give(widget.first_focus())
        self._path.follow()
        self._announcer.follow(widget, changed=changed)

    def _forget_talk(self) -> None:
        """A conversation is over: what was said stays in no widget, not even for a screen reader to find."""
        for kind in TALKING:
            if kind in self._screens:
                self._screens[kind].forget()

    def current_screen(self) -> ScreenWidget | None:
        """Return the widget of the screen that is shown."""
        return self._screens[type(self._shown.screen)] if self._shown else None

    def send(self, intent: Intent) -> None:
        """Send an intent as the answer to the screen that is shown now; signs of life are thinned out."""
        if self._shown is None:
            return
        if isinstance(intent, Activity):
            now = self._now()
            if now - self._last_activity < ACTIVITY_S:
                return
            self._last_activity = now
        self._send_answer(Answer(self._shown.step, intent))

    def _adopt(self, widget: ScreenWidget) -> None:
        widget.setParent(self)
        widget.hide()
        widget.arranged = self._arranged

    def _arranged(self) -> None:
        """A screen has laid itself out anew without a new value (a sheet opened, a card turned)."""
        screen = self.current_screen()
        if screen is not None and not self._showing and screen.isVisible():
            self._place_picture(screen)
            self._path.follow()
            self._announcer.follow(screen, changed=False)

    def _refresh(self) -> None:
        if self._shown is not None and not self._dismissed:
            self.show_screen(self._shown)

    def _fit(self) -> None:
        if self._shown is not None:
            screen = self.screen()
            ratio = self._density(screen) if screen is not None else None
            self.look.fit(self.size(), self._shown.preferences, rtl=self.texts.rtl, px_per_mm=ratio)

    def _begin_fade(self, old: ScreenWidget, before: Screen, after: Screen) -> None:
        self._fade.stop()
        if self.look.still or isinstance(before, TALKING) or isinstance(after, TALKING) or not self.isVisible():
            return
        home = isinstance(before, Farewell) and isinstance(after, Attract)
        self._fade.start(old, FADE_HOME_MS if home else FADE_MS)

    def _order(self) -> None:
        self._video.lower()
        self._fade.raise_()
        self._chip.raise_()
        self._path.ring.raise_()
        if self._panel is not None:
            self._panel.raise_()

    def _place_picture(self, widget: ScreenWidget) -> None:
        self._video.setGeometry(self.rect())
        self._video.set_area(widget.picture_area(self.size()))
        self._video.darken(widget.dark)
        self._on_free(widget.picture_free(self.size()))
        self._video.set_background(self.look.colour("ink3"))

    # -------------------------------------------------------- focus

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or self.isAncestorOf(new):
            self._path.follow()

    def _focus_order(self) -> list[QWidget]:
        if self._staff_is_open() and isinstance(self._panel, QWidget):
            parts = self._panel.findChildren(QWidget)
            return [part for part in parts if part.isVisible() and part.focusPolicy() & Qt.FocusPolicy.TabFocus]
        screen = self.current_screen()
        return screen.focus_order() if screen is not None else []

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab and Shift+Tab: through the current screen only, in reading order."""
        focused: QWidget | None = self.focusWidget()
        if focused is not None and not focused.isVisible():
            # Nobody pressed Tab: Qt looks for a new place because what had the focus was hidden.
            screen = self.current_screen()
            self._path.give(screen.first_focus() if screen is not None else None)
            self._path.follow()
            return True
        self._path.move(1 if forward else -1)
        self._anything()
        return True

    # -------------------------------------------------------- keys (docs/contract.md 3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Decide what a key means that no field took."""
        screen = self.current_screen()
        press = meaning(event, rtl=self.look.rtl)
        if press is Press.STAFF:
            self._open_staff()
        elif self._staff_is_open():
            self._key_for_staff(press)
        elif screen is None:
            return
        elif press in {Press.NEXT, Press.PREVIOUS}:
            self._path.move(1 if press is Press.NEXT else -1)
            self._anything()
        elif event.isAutoRepeat():
            # A key that lies under something must not start visits for ever.
            self._anything()
        elif press is Press.ESCAPE:
            screen.on_escape()
        elif press is Press.ENTER:
            self._enter(screen)
        elif press is Press.TEXT:
            screen.on_text(event.text())
        else:
            screen.on_other_key()
            self._anything(keep_asking=True)

    def _enter(self, screen: ScreenWidget) -> None:
        focused = self.focusWidget()
        if isinstance(focused, Control) and focused.isVisible() and screen.isAncestorOf(focused):
            if screen.enter_activates:
                focused.press_by_key()
        else:
            screen.on_enter()

    def _key_for_staff(self, press: Press) -> None:
        focused = self.focusWidget()
        if press in {Press.NEXT, Press.PREVIOUS}:
            self._path.move(1 if press is Press.NEXT else -1)
        elif press is Press.ENTER and isinstance(focused, Control) and focused in self._focus_order():
            focused.press_by_key()

    def _anything(self, *, keep_asking: bool = False) -> None:
        """A key or touch that means nothing else: somebody is here. keep_asking: the screen was already told."""
        shown = self._shown
        if shown is None:
            return
        if isinstance(shown.screen, Live):
            self.send(Activity())
        elif isinstance(shown.screen, StillThere) and not keep_asking:
            self._screens[StillThere].on_other_key()

    def _was_touched(self) -> None:
        if self._shown is not None and isinstance(self._shown.screen, Live) and not self._staff_is_open():
            self.send(Activity())

    # -------------------------------------------------------- staff

    @property
    def _staff(self) -> StaffOverlay | None:
        """The staff panel, made when it is first asked for; None where the window has none."""
        if self._panel is None and self._make_staff is not None:
            self._panel = self._make_staff(self.look, self.texts, self.send, self)
        return self._panel

    def _staff_is_open(self) -> bool:
        return self._panel is not None and self._panel.isVisible()

    def _open_staff(self) -> None:
        panel = self._staff
        if panel is not None and not panel.isVisible():
            panel.setGeometry(self.rect())
            panel.raise_()
            panel.open()
            self._path.ring.raise_()

    # -------------------------------------------------------- Qt

    def event(self, event: QEvent) -> bool:
        """Watch the native window, also after Qt made a new one (the GPU painter may ask for that)."""
        if event.type() in {QEvent.Type.WinIdChange, QEvent.Type.Show}:
            self._pointer.watch()
        return super().event(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out for the new size."""
        if isinstance(self._panel, QWidget):
            self._panel.setGeometry(self.rect())
        self._fade.stop()
        self._refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Pass the wish on; the window itself never closes."""
        if self._dismissed:
            event.accept()
            return
        event.ignore()
        self._on_close_request()

    def sizeHint(self) -> QSize:
        """Half of a portrait screen."""
        return QSize(540, 960)
