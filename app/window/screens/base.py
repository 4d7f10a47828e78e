"""What every screen of the window is: a widget that draws a value and sends back intents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.intents import Intent
from app.screens import Preferences, Screen
from app.window.toolkit.controls import Control, spread
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

ENDS = ".!?:…؟"
REACH = 0.5  # g, at most, beyond what is seen of a control


@dataclass(frozen=True, slots=True)
class Site:
    """What the site has set that visitors see, in its own words.

    place: its name; help: where visitors find a person; languages: codes on offer, first one first; questions:
    suggestions (empty: three neutral ones); typed_only: the
    kiosk never opens a microphone.
    """

    place: str = ""
    help: str = ""
    languages: tuple[str, ...] = ("en",)
    questions: tuple[str, ...] = ()
    typed_only: bool = False


class ScreenWidget(QWidget):
    """One kind of screen. It covers the window; where it has no surface of its own, the picture is seen.

    A subclass makes its widgets once, puts values into them in `fill`, and places them in `arrange`. The window hands
    it keys that no focused control took: `on_escape`, `on_enter`, `on_text`, `on_other_key`, and taps on nothing.
    """

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__()
        self.look = look
        self.texts = texts
        self.send = send
        self.site = site
        self.shown: Screen | None = None
        self.preferences = Preferences()
        self.arranged: Callable[[], None] | None = None  # told after things may have moved
        self._touched = False
        self.top_room = 0  # pixels at the top that belong to the name of the place
        self.drawn = True  # conversations show the drawn figure, which steps aside by itself
        self._drawn: tuple[Screen, Preferences, int, QSize] | None = None

    # -------------------------------------------------------- drawing

    def draw(self, screen: Screen, preferences: Preferences) -> None:
        """Show this value; nothing is touched when nothing changed."""
        now = (screen, preferences, self.look.version, self.size())
        if now != self._drawn:
            self.shown, self.preferences = screen, preferences
            self.redraw()

    def redraw(self) -> None:
        """Show the value again: it, the language, the size or something of the widget's own has changed."""
        if self.shown is None:
            return
        self.fill()
        self.arrange()
        spread(self.controls(), self.look.px(REACH))
        # A fit of the words to a small window moves the version on: what was drawn is drawn in it.
        self._drawn = (self.shown, self.preferences, self.look.version, self.size())
        if self.arranged is not None:
            self.arranged()

    def forget(self) -> None:
        """Keep nothing of the value: whoever it was shown to is gone. The next one is drawn from the start."""
        self.shown = self._drawn = None

    def fill(self) -> None:
        """Put the value's words and numbers into the widgets."""
        raise NotImplementedError

    def arrange(self) -> None:
        """Give every widget its place for the size and the look of now; hide those that are not needed."""
        raise NotImplementedError

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out anew."""
        self.redraw()

    # -------------------------------------------------------- the picture

    @property
    def dark(self) -> bool:
        """Whether the picture is wanted darkened."""
        return False

    def picture_area(self, size: QSize) -> QRect:
        """Where the picture is wanted in a window of this size: all of it, or in landscape the reading start."""
        if size.height() >= size.width():
            return QRect(QPoint(0, 0), size)
        wide = picture_width(size)
        return QRect(size.width() - wide if self.look.rtl else 0, 0, wide, size.height())

    def picture_free(self, size: QSize) -> float:
        """Return the share of the picture's height, from the top, that nothing covers: the drawn figure steps aside."""
        return 1.0

    # -------------------------------------------------------- what a screen reader says

    def topic(self) -> object:
        """Return what is worth a word whenever it changes while the screen stays: the language, by itself."""
        return self.texts.code

    def spoken(self) -> str:
        """Return what is said when the screen comes, and when its topic changes: its words, in reading order."""
        words = [part for part in self.findChildren(Words) if part.isVisible()]
        words.sort(key=lambda part: part.mapTo(self, QPoint(0, 0)).y())
        return sentences(part.text() for part in words)

    def seconds_left(self) -> int | None:
        """Return a time that runs out, seconds; None: none does."""
        return None

    def spoken_seconds(self, seconds: int) -> str:
        """Return so many seconds in words."""
        return f"{self.texts.number(seconds)} {self.texts('unit.seconds', count=seconds)}"

    # -------------------------------------------------------- focus, keys, touch

    @property
    def enter_activates(self) -> bool:
        """Whether Enter and Space touch the focused control."""
        return True

    def controls(self) -> list[Control]:
        """Return what can have the focus now, in reading order."""
        found = [part for part in self.findChildren(Control) if not part.isHidden() and part.isEnabled()]
        sign = -1 if self.look.rtl else 1

        def reading(part: Control) -> tuple[int, int]:
            corner = part.shape_box().topLeft() + part.mapTo(self, QPoint(0, 0))
            return corner.y(), sign * corner.x()

        return sorted(found, key=reading)

    def focus_order(self) -> list[QWidget]:
        """Return what Tab and the arrows go through, in reading order."""
        return [*self.controls()]

    def first_focus(self) -> QWidget | None:
        """Return what has the focus when the screen appears; None: nothing."""
        return None

    def on_escape(self) -> None:
        """Esc was pressed."""

    def on_enter(self) -> None:
        """Enter or Space was pressed and no control has the focus."""

    def on_text(self, text: str) -> None:
        """A printable key was pressed, without Ctrl or Alt."""
        self.on_other_key()

    def on_other_key(self) -> None:
        """A key that means nothing else."""

    def on_tap(self, pos: QPoint) -> None:
        """A finger was lifted where no control is."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take presses on nothing, so that `on_tap` follows."""
        self._touched = event.button() == Qt.MouseButton.LeftButton
        event.setAccepted(self._touched)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A finger that went down on nothing of this very screen was lifted."""
        touched, self._touched = self._touched, False
        if touched and self.isVisible():
            self.on_tap(event.position().toPoint())


def sentences(texts: Iterable[str]) -> str:
    """Return texts one after the other, each with a sign at its end: a voice then pauses between them."""
    return " ".join(text if text[-1] in ENDS else f"{text}." for text in texts if text)


def picture_width(size: QSize) -> int:
    """Return the width of the picture in landscape: 9:16 of the height.

    On a screen that is nearly square the words need more room: the picture gives up to 28 % of its sides.
    """
    whole = size.height() * 9 // 16
    return min(whole, max(round(whole * 0.72), round(size.width() * 0.36)))
