"""The window: the picture below, one screen above it, the place's name on top; touch and keys become answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
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
from app.screens import Live, Shown
from app.vitals import Vitals
from app.window.announce import Announcer, announcer_of
from app.window.key_handler import KeyHandler
from app.window.place_chip import PlaceChip
from app.window.placement import Placement, density
from app.window.pointer import Pointer
from app.window.screen_host import ScreenHost
from app.window.screens.attract import CORNER
from app.window.screens.base import ScreenWidget, Site
from app.window.screens.factory import Screens, makers
from app.window.staff.overlay import StaffLayer, StaffOverlay
from app.window.toolkit.focus import FocusPath
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.toolkit.theme import Theme
from app.window.video.widget import VideoWidget

ACTIVITY_S = 0.25  # `Activity` is sent at most once in this time

Send = Callable[[Intent], None]
LiveMaker = Callable[[Look, Texts, Send, Site, Levels], ScreenWidget]


class KioskWindow(QWidget):
    """Shows `Shown` values and sends back `Answer`s. Knows no vendor, room or timer.

    Args:
        theme: Colours and logo.
        texts: All texts, in every language.
        site: What the site has set.
        video: The picture, handed over to this window.
        levels: How loud microphone and avatar are now; for the live screen.
        send: Takes every answer.
        vitals: `focus` is written here.
        facts: The folder of the waiting cards.
        live: Makes the live screen.
        staff: Makes the staff panel; None: there is none.
        windowed: (width, height) of an ordinary window; None: full screen.
        display: Name or serial number of the screen to fill; None: the primary one.
        on_close_request: Called when somebody wants the window closed; it stays until `dismiss`.
        on_first_paint: Called once, when the first screen can be seen.
        on_free: Called with the share of the picture, from the top, that nothing covers.
        drawn: Returns whether conversations show the drawn figure, which keeps its face in that share, or a service's
            picture.
        announcer: Speaks to screen readers; None: the system's.
        now: Seconds on a clock that does not go back.
        today: The present, for opening hours.
        screen_density: Returns the logical pixels per millimetre of a screen, or None.
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
        self._video = video
        self._send_answer = send
        self._on_close_request = on_close_request
        self._now = now
        self._last_activity = -ACTIVITY_S
        self._dismissed = False

        self.setWindowTitle("Avatar Kiosk")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        if windowed is None:
            self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        video.setParent(self)
        made_by = makers(self.look, texts, self.send, site, facts=facts, now=today)
        made_by[Live] = lambda: live(self.look, texts, self.send, site, levels)
        chip = PlaceChip(self.look, self)
        chip.painted = on_first_paint
        if theme.logo is not None:
            chip.set_logo(QPixmap(str(theme.logo)))
        self._host = ScreenHost(
            self,
            look=self.look,
            texts=texts,
            site=site,
            video=video,
            chip=chip,
            screens=lambda adopt: Screens(made_by, adopt),
            density=screen_density,
            on_free=on_free,
            drawn=drawn,
            rearranged=self._rearranged,
        )
        self._path = FocusPath(self.look, self, vitals, self._focus_order)
        self._announcer = announcer if announcer is not None else announcer_of(self)
        self._staff = StaffLayer(None if staff is None else lambda: staff(self.look, texts, self.send, self))
        self._keys = KeyHandler(
            self, host=self._host, staff=self._staff, path=self._path, send=self.send, open_staff=self._open_staff
        )
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
        """Show the window on its screen."""
        self._placement.show()

    def make_ready(self) -> None:
        """Make the screens that were not needed yet, one at a time, so that no touch has to wait for them."""
        if not self._dismissed and self._host.screens.make_another():
            QTimer.singleShot(0, self.make_ready)

    def dismiss(self) -> None:
        """Hide and delete the window: the program ends. Qt deletes everything in it, before Python collects it."""
        if self._dismissed:
            return
        self._dismissed = True
        self._placement.leave()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._focus_changed)
        self._host.fade.stop()
        self._pointer.leave()
        self._video.detach()
        self.hide()
        self.deleteLater()

    def show_screen(self, shown: Shown) -> None:
        """Show this value; what has not changed is left alone."""
        changed = self._host.show(shown)
        widget = self._host.screens[type(shown.screen)]
        if changed:
            self._path.ring.raise_()
            self._staff.raise_()
        focused = self.focusWidget()
        lost = focused is None or not focused.isVisibleTo(self) or not widget.isAncestorOf(focused)
        if (changed or lost) and not self._staff.is_open:
            self._path.give(widget.first_focus())
        self._path.follow()
        self._announcer.follow(widget, changed=changed)

    def current_screen(self) -> ScreenWidget | None:
        """Return the widget of the screen that is shown."""
        return self._host.current()

    def send(self, intent: Intent) -> None:
        """Send an intent as the answer to the screen that is shown now; `Activity` at most once in `ACTIVITY_S`."""
        if self._host.shown is None:
            return
        if isinstance(intent, Activity):
            now = self._now()
            if now - self._last_activity < ACTIVITY_S:
                return
            self._last_activity = now
        self._send_answer(Answer(self._host.shown.step, intent))

    def _rearranged(self, screen: ScreenWidget) -> None:
        self._path.follow()
        self._announcer.follow(screen, changed=False)

    def _refresh(self) -> None:
        if self._host.shown is not None and not self._dismissed:
            self.show_screen(self._host.shown)

    # -------------------------------------------------------- focus, keys and touch

    def _focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is None or self.isAncestorOf(new):
            self._path.follow()

    def _focus_order(self) -> list[QWidget]:
        if self._staff.is_open:
            return self._staff.focus_order()
        screen = self.current_screen()
        return screen.focus_order() if screen is not None else []

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Take Tab and Shift+Tab through the current screen only, in reading order."""
        self._keys.tab(forward=forward)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on a key that no control took."""
        self._keys.press(event, rtl=self.look.rtl)

    def _was_touched(self) -> None:
        shown = self._host.shown
        if shown is not None and isinstance(shown.screen, Live) and not self._staff.is_open:
            self.send(Activity())

    def _open_staff(self) -> None:
        if self._staff.open(self.rect()):
            self._path.ring.raise_()

    # -------------------------------------------------------- Qt

    def event(self, event: QEvent) -> bool:
        """Watch the native window, also after Qt made a new one (the GPU painter may ask for that)."""
        if event.type() in {QEvent.Type.WinIdChange, QEvent.Type.Show}:
            self._pointer.watch()
        return super().event(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out for the new size."""
        self._staff.cover(self.rect())
        self._host.fade.stop()
        self._refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Pass the request on; the window itself never closes."""
        if self._dismissed:
            event.accept()
            return
        event.ignore()
        self._on_close_request()

    def sizeHint(self) -> QSize:
        """Return half the size of a portrait screen."""
        return QSize(540, 960)
