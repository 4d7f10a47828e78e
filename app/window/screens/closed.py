"""The screen "closed": when the guide is back, the hours of the week, a low sun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.intents import Intent
from app.screens import Closed
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.flow import Column, Grow, Item, Row, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import PersonRow
from app.window.toolkit.surfaces import Glow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHIFT_MS = 60_000
# Against burn-in: everything moves a little each minute, by (x, y) thirds of a layout unit.
SHIFTS = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))

Span = tuple[str, str]


class ClosedScreen(SheetScreen):
    """The opening hours; there is nothing to touch.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        now: Returns the present, for "today" and "tomorrow".
    """

    def __init__(
        self,
        look: Look,
        texts: Texts,
        send: Callable[[Intent], None],
        site: Site,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        super().__init__(look, texts, send, site)
        self._now = now
        self._minute = 0
        self._title = Words(look, self, Role.TITLE)
        self._back = Words(look, self, Role.LEAD)
        self._hours = Words(look, self, Role.BUTTON, colour="paper2")
        self._days = [Words(look, self, Role.TEXT) for _ in DAYS]
        self._times = [Words(look, self, Role.BUTTON, colour="lamp") for _ in DAYS]
        self._person = PersonRow(look, self)
        self._rows = 0
        self._clock = QTimer(self)
        self._clock.setInterval(SHIFT_MS)
        self._clock.timeout.connect(self._shift)

    def fill(self) -> None:
        """Show when the guide is back, and the hours; days with the same hours share a line."""
        texts, closed = self.texts, self.shown
        if not isinstance(closed, Closed):
            return
        self._title.say(texts("closed.title"))
        self._say_back(closed.opens_at)
        self._hours.say(texts("closed.hours"))
        groups = group_days(closed.week)
        self._rows = len(groups)
        for day, time, (days, spans) in zip(self._days, self._times, groups, strict=False):
            day.say(self._name(days))
            time.say(self._spans(spans))
            time.restyle(Role.BUTTON, "lamp" if spans else "paper2")
        self._person.say(texts, self.site.help)

    def layout_key(self) -> object:
        """Return the value: the words depend on all of it."""
        return self.shown

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return the words above, hours and person below."""
        look = self.look
        wide = max((day.natural() for day in self._days[: self._rows]), default=0)
        rows = [
            Row(look, [Fixed(day, wide), time], look.px(1.6), stretch=[0, 1], wrap=False)
            for day, time in list(zip(self._days, self._times, strict=True))[: self._rows]
        ]
        top = [Space(look.px(1.5))] if look.portrait and fit.gap == 1.0 else []
        items: list[Item | Grow | Space] = [*top, self._title, self._back, Grow()]
        if rows:
            items += [Column([self._hours, *rows], look.px(0.3))]
        return [*items, self._person.row()]

    @property
    def glow(self) -> Glow | None:
        """The circles of the low sun, moved a little each minute."""
        look = self.look
        third = look.g / 3
        x, y = SHIFTS[self._minute % len(SHIFTS)]
        shift = (round(x * third), round(y * third))
        if look.portrait:
            return Glow(0.5, 0.5, sun=True, shift=shift)
        return Glow(0.2 if look.rtl else 0.8, 0.86, sun=True, shift=shift)

    def _place(self, fit: Fit) -> QRect:
        shift = self.glow.shift if self.glow else (0, 0)
        return super()._place(fit).translated(*shift)

    def showEvent(self, _event: QShowEvent) -> None:
        """Begin to move everything."""
        self._clock.start()

    def hideEvent(self, _event: QHideEvent) -> None:
        """Stop moving."""
        self._clock.stop()

    def _shift(self) -> None:
        self._minute += 1
        self.redraw()

    def _say_back(self, opens: datetime | None) -> None:
        texts = self.texts
        if opens is None:
            self._back.say(texts("closed.later"))
            return
        now = self._now()
        today = (now.astimezone(opens.tzinfo) if opens.tzinfo else now).date()
        time = texts.digits(f"{opens:%H:%M}")
        days = (opens.date() - today).days
        if days in (0, 1):
            self._back.say(texts("closed.today" if days == 0 else "closed.tomorrow", time=time), accent=time)
        elif days < 7:
            name = texts(f"day.{DAYS[opens.weekday()]}")
            self._back.say(texts("closed.day", day=name, time=time), accent=time)
        else:
            self._back.say(texts("closed.later"))

    def _name(self, days: list[int]) -> str:
        texts = self.texts
        first, last = texts(f"day.{DAYS[days[0]]}"), texts(f"day.{DAYS[days[-1]]}")
        if len(days) == 1:
            return first
        return texts("closed.pair" if len(days) == 2 else "closed.range", first=first, last=last)

    def _spans(self, spans: tuple[Span, ...]) -> str:
        texts = self.texts
        if not spans:
            return texts("closed.shut")
        if spans in ((("00:00", "24:00"),), (("00:00", "00:00"),)):
            return texts("closed.always")
        return ", ".join(texts.digits(f"{start} \N{EN DASH} {end}") for start, end in spans)


class Fixed:
    """Gives an item a fixed width, so that what follows it is aligned from row to row."""

    def __init__(self, item: Item, width: int) -> None:
        self._item, self._width = item, width

    def natural(self) -> int:
        """Return the width."""
        return self._width

    def height_for(self, width: int, /) -> int:
        """Return the item's height."""
        return self._item.height_for(width)

    def fits(self, width: int, /) -> bool:
        """Return whether the item fits."""
        return self._item.fits(width)

    def place(self, rect: QRect, /) -> None:
        """Place the item."""
        self._item.place(rect)

    def widgets(self) -> Iterator[QWidget]:
        """Yield what the item places."""
        return self._item.widgets()


def group_days(week: tuple[tuple[Span, ...], ...]) -> list[tuple[list[int], tuple[Span, ...]]]:
    """Group days that follow each other and have the same hours.

    Returns:
        For each group its days, counted from 0 = Monday, and their hours.
    """
    groups: list[tuple[list[int], tuple[Span, ...]]] = []
    for day, spans in enumerate(week):
        if groups and groups[-1][1] == spans:
            groups[-1][0].append(day)
        else:
            groups.append(([day], spans))
    return groups
