"""The base of all screens: a widget that draws a value of app/screens.py and sends back intents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.intents import Intent
from app.screens import Preferences, Screen
from app.window.toolkit.controls import Control, extend_hit_areas
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

ENDS = ".!?:…؟"
REACH = 0.5  # g: the hit area of a control goes at most so far beyond what is seen


@dataclass(frozen=True, slots=True)
class Site:
    """What the site has set that visitors see.

    Attributes:
        place: Its name.
        help: Where visitors find a person.
        languages: Codes of the languages on offer; the kiosk starts in the first one.
        questions: Suggested questions; empty: three neutral ones.
        typed_only: The kiosk never opens a microphone.
    """

    place: str = ""
    help: str = ""
    languages: tuple[str, ...] = ("en",)
    questions: tuple[str, ...] = ()
    typed_only: bool = False


class ScreenWidget(QWidget):
    """One kind of screen. It covers the window; where it has no surface, the picture is seen.

    A subclass makes its widgets once, puts values into them in `fill`, and places them in `arrange`. Keys that no
    focused control took come to `on_escape`, `on_enter`, `on_text` and `on_other_key`, taps beside all controls to
    `on_tap`.

    Attributes:
        shown: The value that is shown; None: none yet.
        preferences: What the visitor has chosen.
        arranged: Called after widgets may have moved; None: nobody wants to know.
        top_room: The height at the top that the place's name takes, pixels.
        drawn: Conversations show the drawn figure, which moves aside by itself; otherwise a service's picture.

    Args:
        look: Lengths, colours and fonts. All four are attributes as well.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
    """

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__()
        self.look = look
        self.texts = texts
        self.send = send
        self.site = site
        self.shown: Screen | None = None
        self.preferences = Preferences()
        self.arranged: Callable[[], None] | None = None
        self._touched = False
        self.top_room = 0
        self.drawn = True
        self._drawn: tuple[Screen, Preferences, int, QSize] | None = None

    # -------------------------------------------------------- drawing

    def draw(self, screen: Screen, preferences: Preferences) -> None:
        """Show this value; do nothing where nothing has changed."""
        now = (screen, preferences, self.look.version, self.size())
        if now != self._drawn:
            self.shown, self.preferences = screen, preferences
            self.redraw()

    def redraw(self) -> None:
        """Show the value again after it, the language, the size or something in the widget has changed."""
        if self.shown is None:
            return
        self.fill()
        self.arrange()
        extend_hit_areas(self.controls(), self.look.px(REACH))
        # Read afterwards: words that were made smaller for a small window have changed the version.
        self._drawn = (self.shown, self.preferences, self.look.version, self.size())
        if self.arranged is not None:
            self.arranged()

    def forget(self) -> None:
        """Forget the value, since its visitor has gone; the next value is drawn in any case."""
        self.shown = self._drawn = None

    def fill(self) -> None:
        """Put the value's words and numbers into the widgets."""
        raise NotImplementedError

    def arrange(self) -> None:
        """Give every widget its place for the present size and look; hide those that are not needed."""
        raise NotImplementedError

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out for the new size."""
        self.redraw()

    # -------------------------------------------------------- the picture

    @property
    def dark(self) -> bool:
        """Whether the picture is to be darkened."""
        return False

    def picture_area(self, size: QSize) -> QRect:
        """Return where the picture goes in a window of this size: everywhere, in landscape where reading starts."""
        if size.height() >= size.width():
            return QRect(QPoint(0, 0), size)
        wide = picture_width(size)
        return QRect(size.width() - wide if self.look.rtl else 0, 0, wide, size.height())

    def picture_free(self, size: QSize) -> float:
        """Return the share of the picture's height, from the top, that nothing covers; the drawn figure stays in it."""
        return 1.0

    # -------------------------------------------------------- what a screen reader says

    def topic(self) -> object:
        """Return a value; when it changes, the screen is announced again. By itself this is the language."""
        return self.texts.code

    def spoken(self) -> str:
        """Return what is announced when the screen appears and when its topic changes: its words, in reading order."""
        words = [part for part in self.findChildren(Words) if part.isVisible()]
        words.sort(key=lambda part: part.mapTo(self, QPoint(0, 0)).y())
        return sentences(part.text() for part in words)

    def seconds_left(self) -> int | None:
        """Return the seconds left of a countdown, or None where there is none."""
        return None

    def spoken_seconds(self, seconds: int) -> str:
        """Return a number of seconds in words."""
        return f"{self.texts.number(seconds)} {self.texts('unit.seconds', count=seconds)}"

    # -------------------------------------------------------- focus, keys, touch

    @property
    def enter_activates(self) -> bool:
        """Whether Enter and Space act on the focused control."""
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
        """Return what Tab and the arrow keys go through, in reading order."""
        return [*self.controls()]

    def first_focus(self) -> QWidget | None:
        """Return what has the focus when the screen appears, or None for nothing."""
        return None

    def on_escape(self) -> None:
        """Act on Esc."""

    def on_enter(self) -> None:
        """Act on Enter or Space, pressed while no control has the focus."""

    def on_text(self, text: str) -> None:
        """Act on a printable key, pressed without Ctrl or Alt."""
        self.on_other_key()

    def on_other_key(self) -> None:
        """Act on a key that means nothing else."""

    def on_tap(self, pos: QPoint) -> None:
        """Act on a finger that was lifted where no control is."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a press where no control is, so that `on_tap` can follow."""
        self._touched = event.button() == Qt.MouseButton.LeftButton
        event.setAccepted(self._touched)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Call `on_tap` for a finger that went down on this screen, where no control is."""
        touched, self._touched = self._touched, False
        if touched and self.isVisible():
            self.on_tap(event.position().toPoint())


def sentences(texts: Iterable[str]) -> str:
    """Join texts, each with a punctuation mark at its end, so that a voice pauses between them."""
    return " ".join(text if text[-1] in ENDS else f"{text}." for text in texts if text)


def picture_width(size: QSize) -> int:
    """Return the width of the picture in landscape, pixels: 9/16 of the height.

    In a window that is nearly square the words need more room, and the picture is up to 28 % narrower.
    """
    whole = size.height() * 9 // 16
    return min(whole, max(round(whole * 0.72), round(size.width() * 0.36)))
