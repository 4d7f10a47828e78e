"""What happens when a key is pressed that no control took (docs/contract.md 3)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.intents import Activity, Intent
from app.screens import Live, StillThere
from app.window.screen_host import ScreenHost
from app.window.screens.base import ScreenWidget
from app.window.staff.overlay import StaffLayer
from app.window.toolkit.controls import Control
from app.window.toolkit.focus import FocusPath
from app.window.toolkit.keys import Press, meaning


class KeyHandler:
    """Hands each key to the staff panel, to the focused control, or to the screen.

    Args:
        window: The window; asked which of its widgets has the focus.
        host: The screens.
        staff: The staff panel.
        path: Moves the focus.
        send: Takes an intent.
        open_staff: Called for the keys that open the staff panel.
    """

    def __init__(
        self,
        window: QWidget,
        *,
        host: ScreenHost,
        staff: StaffLayer,
        path: FocusPath,
        send: Callable[[Intent], None],
        open_staff: Callable[[], None],
    ) -> None:
        self._window, self._host, self._staff, self._path = window, host, staff, path
        self._send, self._open_staff = send, open_staff

    def press(self, event: QKeyEvent, *, rtl: bool) -> None:
        """Act on a key press; `rtl`: the window is read from right to left."""
        screen = self._host.current()
        press = meaning(event, rtl=rtl)
        if press is Press.STAFF:
            self._open_staff()
        elif self._staff.is_open:
            self._press_for_staff(press)
        elif screen is None:
            return
        elif press in {Press.NEXT, Press.PREVIOUS}:
            self._path.move(1 if press is Press.NEXT else -1)
            self._somebody_is_here()
        elif event.isAutoRepeat():
            # A key with something lying on it must not start visits for ever.
            self._somebody_is_here()
        elif press is Press.ESCAPE:
            screen.on_escape()
        elif press is Press.ENTER:
            self._enter(screen)
        elif press is Press.TEXT:
            screen.on_text(event.text())
        else:
            screen.on_other_key()
            self._somebody_is_here(screen_was_told=True)

    def tab(self, *, forward: bool) -> None:
        """Move the focus on (Tab) or back (Shift+Tab)."""
        focused: QWidget | None = self._window.focusWidget()
        if focused is not None and not focused.isVisible():
            # Nobody pressed Tab: Qt looks for a new place because what had the focus was hidden.
            screen = self._host.current()
            self._path.give(screen.first_focus() if screen is not None else None)
            self._path.follow()
            return
        self._path.move(1 if forward else -1)
        self._somebody_is_here()

    def _enter(self, screen: ScreenWidget) -> None:
        focused = self._window.focusWidget()
        if isinstance(focused, Control) and focused.isVisible() and screen.isAncestorOf(focused):
            if screen.enter_activates:
                focused.press_by_key()
        else:
            screen.on_enter()

    def _press_for_staff(self, press: Press) -> None:
        focused = self._window.focusWidget()
        if press in {Press.NEXT, Press.PREVIOUS}:
            self._path.move(1 if press is Press.NEXT else -1)
        elif press is Press.ENTER and isinstance(focused, Control) and focused in self._staff.focus_order():
            focused.press_by_key()

    def _somebody_is_here(self, *, screen_was_told: bool = False) -> None:
        """Report activity for a key that means nothing else; `screen_was_told`: `on_other_key` was called already."""
        shown = self._host.shown
        if shown is None:
            return
        if isinstance(shown.screen, Live):
            self._send(Activity())
        elif isinstance(shown.screen, StillThere) and not screen_was_told:
            self._host.screens[StillThere].on_other_key()
