"""Shows one screen at a time above the picture, and everything that changes with it: language, sizes, crossfade."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from app.screens import Attract, Farewell, Live, Screen, Shown, StillThere
from app.window.place_chip import PlaceChip
from app.window.screens.base import ScreenWidget, Site
from app.window.screens.factory import Screens
from app.window.toolkit.fade import Fade
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.video.widget import VideoWidget

FADE_MS = 320
FADE_HOME_MS = 700  # from a farewell to attract
TALKING = (Live, StillThere)


class ScreenHost:
    """The screens of the window, the picture below them and the chip with the place's name above them.

    Attributes:
        screens: The widget of each kind of screen, made at its first use.
        fade: The crossfade between two screens.
        shown: The value that is shown; None before the first one.

    Args:
        window: The window that all of it is in.
        look: Lengths, colours and fonts; fitted to the window here.
        texts: The words; they speak the language of the value that is shown.
        site: What the site has set.
        video: The picture.
        chip: The place's name.
        screens: Makes the widgets of all screens; takes what is called with each widget that was made.
        density: Returns the logical pixels per millimetre of a screen, or None.
        on_free: Called with the share of the picture, from the top, that nothing covers.
        drawn: Returns whether conversations show the drawn figure, not a service's picture.
        rearranged: Called with a screen that has laid itself out anew without a new value.
    """

    def __init__(
        self,
        window: QWidget,
        *,
        look: Look,
        texts: Texts,
        site: Site,
        video: VideoWidget,
        chip: PlaceChip,
        screens: Callable[[Callable[[ScreenWidget], None]], Screens],
        density: Callable[[QScreen], float | None],
        on_free: Callable[[float], None],
        drawn: Callable[[], bool],
        rearranged: Callable[[ScreenWidget], None],
    ) -> None:
        self._window, self._look, self._texts, self._site = window, look, texts, site
        self._video, self._chip = video, chip
        self._density, self._drawn, self._rearranged = density, drawn, rearranged
        self.on_free = on_free
        self.screens = screens(self._adopt)
        self.fade = Fade(window)
        self.shown: Shown | None = None
        self._showing = False

    def current(self) -> ScreenWidget | None:
        """Return the widget of the screen that is shown."""
        return self.screens[type(self.shown.screen)] if self.shown else None

    def show(self, shown: Shown) -> bool:
        """Show this value; what has not changed is left alone. True: it is another screen, or a new step."""
        before, self.shown = self.shown, shown
        old = self.screens[type(before.screen)] if before else None
        widget = self.screens[type(shown.screen)]
        self._texts.use(shown.preferences.language)
        self._fit(shown)
        changed = before is None or before.step != shown.step or old is not widget
        if changed and old is not None and before is not None:
            self._begin_fade(old, before.screen, shown.screen)
        if old is not widget:
            # The last screen may have made the words smaller to fit; this one starts from the full size.
            self._look.squeeze(1.0)
        widget.top_room = self._chip.show_place(self._site.place, self._texts("chip.guide"), self._window.size())
        widget.drawn = self._drawn()
        widget.setGeometry(self._window.rect())
        self._showing = True
        widget.draw(shown.screen, shown.preferences)
        if old is not widget:
            widget.show()
            if old is not None:
                old.hide()
            if not isinstance(shown.screen, TALKING):
                self._forget_talk()
            self._video.lower()
            self.fade.raise_()
            self._chip.raise_()
        self._showing = False
        self._place_picture(widget)
        return changed

    def _adopt(self, widget: ScreenWidget) -> None:
        widget.setParent(self._window)
        widget.hide()
        widget.arranged = self._arranged

    def _forget_talk(self) -> None:
        """Remove what was said from every widget, also for screen readers: a conversation is over."""
        for kind in TALKING:
            if kind in self.screens:
                self.screens[kind].forget()

    def _arranged(self) -> None:
        """Follow a screen that has laid itself out anew without a new value (a sheet opened, another card)."""
        screen = self.current()
        if screen is not None and not self._showing and screen.isVisible():
            self._place_picture(screen)
            self._rearranged(screen)

    def _fit(self, shown: Shown) -> None:
        screen = self._window.screen()
        density = self._density(screen) if screen is not None else None
        self._look.fit(self._window.size(), shown.preferences, rtl=self._texts.rtl, px_per_mm=density)

    def _begin_fade(self, old: ScreenWidget, before: Screen, after: Screen) -> None:
        self.fade.stop()
        talking = isinstance(before, TALKING) or isinstance(after, TALKING)
        if self._look.less_motion or talking or not self._window.isVisible():
            return
        home = isinstance(before, Farewell) and isinstance(after, Attract)
        self.fade.start(old, FADE_HOME_MS if home else FADE_MS)

    def _place_picture(self, widget: ScreenWidget) -> None:
        size = self._window.size()
        self._video.setGeometry(self._window.rect())
        self._video.set_area(widget.picture_area(size))
        self._video.darken(widget.dark)
        self.on_free(widget.picture_free(size))
        self._video.set_background(self._look.colour("ink3"))
