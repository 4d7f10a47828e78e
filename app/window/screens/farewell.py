"""The farewell: thanks, or what happened, and what the visitor can do next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.intents import End, Intent, Start
from app.screens import EndReason, Farewell
from app.window.screens.base import Site
from app.window.screens.sheet import Fit, SheetScreen
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.flow import Grow, Item, Space
from app.window.toolkit.look import Look, Role
from app.window.toolkit.rows import PersonRow
from app.window.toolkit.surfaces import Glow
from app.window.toolkit.texts import Texts
from app.window.toolkit.words import Words


@dataclass(frozen=True, slots=True)
class _Parting:
    """What is shown for a reason to end.

    Attributes:
        title: Key of its first text.
        more: Key of its second text.
        picture: The last picture of the conversation is shown.
        dark: That picture is darkened.
        again: There is a button to start again.
        person: It says where visitors find a person.
        cleared: It says that what was said has been removed.
    """

    title: str
    more: str
    picture: bool = True
    dark: bool = False
    again: bool = False
    person: bool = False
    cleared: bool = False


_TALKED = _Parting("goodbye", "thanks", cleared=True)
_TIME = _Parting("time", "time_more", cleared=True)
_IDLE = _Parting("idle", "idle_more", dark=True, cleared=True)
_LEFT = _Parting("left", "left_more", picture=False, again=True, person=True)
_NETWORK = _Parting("network", "network_more", picture=False, again=True, person=True)
_GONE = _Parting("unavailable", "unavailable_more", picture=False, person=True)
_KINDS = {
    EndReason.VISITOR: _TALKED,
    EndReason.IDLE: _IDLE,
    EndReason.HARD_LIMIT: _TIME,
    EndReason.STAFF: _Parting("staff", "staff_more", cleared=True),
    EndReason.VENDOR_IDLE: _IDLE,
    EndReason.VENDOR_MAX_DURATION: _TIME,
    EndReason.OUT_OF_CREDITS: _GONE,
    EndReason.AVATAR_ENDED: _TALKED,
    EndReason.AVATAR_LEFT: _LEFT,
    EndReason.ROOM_CLOSED: _LEFT,
    EndReason.NETWORK: _NETWORK,
    EndReason.DUPLICATE_IDENTITY: _LEFT,
    EndReason.ERROR: _LEFT,
    EndReason.UNKNOWN: _LEFT,
    EndReason.CANCELLED: _Parting("cancelled", "cancelled_more"),
    EndReason.CAP: _Parting("cap", "cap_more", picture=False, person=True),
    EndReason.UNAVAILABLE: _GONE,
    EndReason.NO_START: _Parting("no_start", "no_start_more", picture=False, again=True, person=True),
}


class FarewellScreen(SheetScreen):
    """Shows why the visit has ended."""

    def __init__(self, look: Look, texts: Texts, send: Callable[[Intent], None], site: Site) -> None:
        super().__init__(look, texts, send, site)
        self._title = Words(look, self, Role.TITLE)
        self._more = Words(look, self, Role.LEAD, colour="paper2")
        self._again = Button(
            look, self, "start", Kind.PRIMARY, size=Size.BIG, icon="retry", on_click=lambda: send(Start())
        )
        self._person = PersonRow(look, self)
        self._cleared = Words(look, self, Role.SMALL, colour="paper2")

    def fill(self) -> None:
        """Show what happened."""
        texts, kind = self.texts, self._kind()
        self._title.say(texts(f"farewell.{kind.title}"))
        self._more.say(texts(f"farewell.{kind.more}"))
        self._again.say(texts("farewell.start"))
        self._cleared.say(texts("farewell.cleared"))
        self._person.say(texts, self.site.help)

    def layout_key(self) -> object:
        """Return the value: the words depend on all of it."""
        return self._kind()

    def content(self, fit: Fit) -> list[Item | Grow | Space]:
        """Return what this reason shows."""
        kind = self._kind()
        items: list[Item | Grow | Space] = [*self.free_space(), self._title, self._more]
        if kind.again:
            items.append(self._again)
        if kind.person:
            items.append(self._person.row())
        items += self.free_space()
        if kind.cleared:
            items.append(self._cleared)
        return items

    def _kind(self) -> _Parting:
        if not isinstance(self.shown, Farewell) or self.shown.said:
            return _TALKED
        return _KINDS[self.shown.reason]

    @property
    def glow(self) -> Glow | None:
        """Without a picture: the quiet halo."""
        return None if self._kind().picture else quiet_glow(self.look)

    @property
    def after_talk(self) -> bool:
        """True: the last picture of the conversation is behind it."""
        return True

    @property
    def dark(self) -> bool:
        """Whether the picture is darkened: where nobody answered."""
        return self._kind().dark

    def on_escape(self) -> None:
        """Go to attract at once."""
        self.send(End())

    def on_enter(self) -> None:
        """Go to attract at once; before Tab was pressed no control has the focus."""
        self.send(End())


def quiet_glow(look: Look) -> Glow:
    """Return the circles in the background of a screen without a picture."""
    if look.portrait:
        return Glow(0.5, 0.26)
    return Glow(0.2 if look.rtl else 0.8, 0.42)
