"""The settings sheet of the live screen: text size, contrast, motion, captions, volume, language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from app.intents import Intent, Prefer
from app.screens import Live, Preferences, TextSize
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Grow, Item, Row, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.painted import Painted, rounded
from app.window.toolkit.rows import LanguageRow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

STEPS = 10  # of the volume


class VolumeSteps(Painted):
    """The volume as ten steps of growing height, filled up to the present volume."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self._filled = 0

    def set(self, filled: int, name: str) -> None:
        """Fill the first `filled` of the ten steps; `name` is what assistive technology says."""
        self.setAccessibleName(name)
        if filled != self._filled:
            self._filled = filled
            self.canvas.drop()

    @property
    def filled(self) -> int:
        """How many steps are filled."""
        return self._filled

    def natural(self) -> int:
        """Return the least width of ten steps, pixels."""
        return self.look.px(0.75 * STEPS)

    def fits(self, width: int, /) -> bool:
        """Return whether ten steps have room."""
        return width >= self.natural()

    def height_for(self, _width: int) -> int:
        """Return the height of the highest step, pixels."""
        return self.look.px(2.2)

    def paint(self, painter: QPainter) -> None:
        """Paint the steps, starting where reading starts."""
        look, gap = self.look, 0.3 * self.look.g
        wide = (self.width() - gap * (STEPS - 1)) / STEPS
        tallest = min(float(self.height()), 2.2 * look.g)
        base = (self.height() + tallest) / 2
        line = look.colour("line") if look.high_contrast else None
        for at in range(STEPS):
            tall = tallest * (0.28 + 0.72 * at / (STEPS - 1))
            left = self.width() - wide - at * (wide + gap) if look.rtl else at * (wide + gap)
            fill = look.colour("sea" if at < self._filled else "ink3")
            box = QRectF(left, base - tall, wide, tall)
            rounded(painter, box, 0.2 * look.g, fill=fill, line=line, pen=max(1.0, look.stroke / 2))


class Labelled:
    """A label with its controls beside it, or below it where the sheet is narrow.

    Args:
        look: Lengths and reading direction.
        label: The label.
        control: The controls.
        label_width: The same for all labels of a sheet, pixels.
    """

    def __init__(self, look: Look, label: Words, control: Row, label_width: int) -> None:
        self._look, self._label, self._control, self._label_width = look, label, control, label_width

    def natural(self) -> int:
        """Return the width with label and control side by side, pixels."""
        return self._label_width + self._gap() + self._control.natural()

    def height_for(self, width: int, /) -> int:
        """Return the height at this width, pixels."""
        if self._beside(width):
            wide = width - self._label_width - self._gap()
            return max(self._label.height_for(self._label_width), self._control.height_for(wide))
        return self._label.height_for(width) + self._look.px(0.2) + self._control.height_for(width)

    def fits(self, width: int, /) -> bool:
        """Return whether everything can be read whole."""
        return self._beside(width) or (self._label.fits(width) and self._control.fits(width))

    def place(self, rect: QRect, /) -> None:
        """Place label and control."""
        look, wide = self._look, rect.width() - self._label_width - self._gap()
        if self._beside(rect.width()):
            tall = self._label.height_for(self._label_width)
            left = rect.right() + 1 - self._label_width if look.rtl else rect.left()
            self._label.place(QRect(left, rect.top() + (rect.height() - tall) // 2, self._label_width, tall))
            own = self._control.height_for(wide)
            left = rect.left() if look.rtl else rect.right() + 1 - wide
            self._control.place(QRect(left, rect.top() + (rect.height() - own) // 2, wide, own))
        else:
            tall = self._label.height_for(rect.width())
            self._label.place(QRect(rect.left(), rect.top(), rect.width(), tall))
            self._control.place(rect.adjusted(0, tall + look.px(0.2), 0, 0))

    def widgets(self) -> Iterator[QWidget]:
        """Yield the label and what the control places."""
        yield self._label
        yield from self._control.widgets()

    def _beside(self, width: int) -> bool:
        wide = width - self._label_width - self._gap()
        least = self._control.height_for(max(1, width))
        return wide > 0 and self._control.fits(wide) and self._control.height_for(wide) <= least

    def _gap(self) -> int:
        return self._look.px(1.2)


class SettingsSheet(SheetScreen):
    """The visitor's settings; every touch takes effect at once.

    Attributes:
        sizes: The buttons of the text sizes.
        quieter: Turns the volume down.
        louder: Turns the volume up.
        volume: Shows the volume.
        done: Closes the sheet.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        done: Called when the visitor has finished.
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        send: Callable[[Intent], None],
        site: Site,
        *,
        done: Callable[[], None],
    ) -> None:
        super().__init__(look, texts, send, site)
        self._title = Words(look, self, Role.TITLE_SMALL)
        self.sizes = {size: self._choice(f"size-{size}", partial(self._prefer, text_size=size)) for size in TextSize}
        self._contrast = self._pair("contrast-normal", "contrast-high", "high_contrast")
        self._motion = self._pair("motion-normal", "motion-less", "less_motion")
        self._captions = self._pair("captions-off", "captions-on", "captions")
        self.quieter = Button(look, self, "quieter", icon="minus", on_click=partial(self._louder, -1))
        self.louder = Button(look, self, "louder", icon="plus", on_click=partial(self._louder, 1))
        self.volume = VolumeSteps(look, self)
        self._languages = LanguageRow(look, texts, self, site.languages, self._speak)
        self.done = Button(look, self, "done", Kind.PRIMARY, size=Size.BIG, on_click=done)
        self._labels = {
            key: Words(look, self, Role.BUTTON) for key in ("text", "contrast", "motion", "captions", "volume")
        }

    def fill(self) -> None:
        """Show what is chosen, in the present language."""
        texts, now = self.texts, self.preferences
        self._title.say(texts("settings.title"))
        for key, label in self._labels.items():
            label.say(texts(f"settings.{key}"))
        if not self._all_captions():
            self._labels["captions"].say(texts("settings.captions_typed"))
        for size, button in self.sizes.items():
            name = texts(f"settings.{size}")
            self._show(button, name, size is now.text_size, texts("settings.text"))
        pairs = (
            (self._contrast, "contrast", ("normal", "high"), now.high_contrast),
            (self._motion, "motion", ("normal", "less"), now.less_motion),
            (self._captions, "captions", ("off", "on"), now.captions),
        )
        for buttons, about, names, chosen in pairs:
            for at, (button, name) in enumerate(zip(buttons, names, strict=True)):
                self._show(button, texts(f"settings.{name}"), chosen == bool(at), texts(f"settings.{about}"))
        self.quieter.say("", spoken=texts("settings.quieter"))
        self.louder.say("", spoken=texts("settings.louder"))
        filled = _steps(now)
        self.volume.set(filled, f"{texts('settings.volume')}: {texts.number(filled)}")
        self._languages.set(now.language)
        self.done.say(texts("settings.done"))

    def layout_key(self) -> object:
        """Return what decides which content is shown: the label of the captions."""
        return self._all_captions()

    def _all_captions(self) -> bool:
        """Return whether everything that is spoken has captions; where not, their label says so."""
        return not isinstance(self.shown, Live) or self.shown.has_captions

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the title, a row for each setting, the languages, Done."""
        look, gap = self.look, self.look.px(0.4)
        most = max(label.natural() for label in self._labels.values())
        rows: dict[str, Row] = {
            "text": Row(look, list(self.sizes.values()), gap, equal=True),
            "contrast": Row(look, self._contrast, gap, equal=True),
            "motion": Row(look, self._motion, gap, equal=True),
            "captions": Row(look, self._captions[::-1], gap, equal=True),
            "volume": Row(look, [self.quieter, self.volume, self.louder], gap, stretch=[0, 1, 0], wrap=False),
        }
        labelled = [Labelled(look, self._labels[key], row, most) for key, row in rows.items()]
        languages = [self._languages.row()] if self._languages.buttons() else []
        title = [self._title] if fit.art else []
        return [*title, *labelled, *languages, Grow(), self.done]

    def spoken(self) -> str:
        """Return the name of this sheet; its controls are read when they get the focus."""
        return self.texts("settings.title")

    def first_focus(self) -> QWidget | None:
        """Return the text size that is chosen."""
        return self.sizes[self.preferences.text_size]

    def _choice(self, name: str, chosen: Callable[[], None]) -> Button:
        return Button(self.look, self, name, on_click=chosen)

    def _pair(self, no: str, yes: str, field: str) -> list[Button]:
        return [self._choice(name, partial(self._prefer, **{field: on})) for name, on in ((no, False), (yes, True))]

    @staticmethod
    def _show(button: Button, name: str, chosen: bool, about: str) -> None:
        button.say(name, spoken=f"{about}: {name}")
        button.choose(chosen)

    def _prefer(self, **changes: object) -> None:
        wanted = replace(self.preferences, **changes)  # type: ignore[arg-type]  # reason: one field of Preferences by name
        if wanted != self.preferences:
            self.send(Prefer(wanted))

    def _louder(self, by: int) -> None:
        self._prefer(volume=min(STEPS, max(0, _steps(self.preferences) + by)) / STEPS)

    def _speak(self, language: str) -> None:
        self._prefer(language=language)


def _steps(preferences: Preferences) -> int:
    return min(STEPS, max(0, round(preferences.volume * STEPS)))
