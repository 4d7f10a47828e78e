"""Makes the widget of each kind of screen, and imports its module, when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from app.intents import Intent
from app.screens import Attract, Closed, Connecting, Farewell, Notice, Screen, StillThere, Unavailable, Waiting
from app.window.screens.base import ScreenWidget, Site
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts

Maker = Callable[[], ScreenWidget]


class Screens(dict[type[Screen], ScreenWidget]):
    """The widgets by the kind of screen: `screens[Attract]` makes its widget at the first use.

    Args:
        makers: What makes each widget.
        adopt: Called with each widget that was made.
    """

    def __init__(self, makers: Mapping[type[Screen], Maker], adopt: Callable[[ScreenWidget], None]) -> None:
        super().__init__()
        self._makers = makers
        self._adopt = adopt

    def __missing__(self, kind: type[Screen]) -> ScreenWidget:
        widget = self[kind] = self._makers[kind]()
        self._adopt(widget)
        return widget

    def make_another(self) -> bool:
        """Make one widget that was not needed yet; False: all are made."""
        for kind in self._makers:
            if kind not in self:
                self.__missing__(kind)
                return True
        return False


def makers(
    look: Look,
    texts: Texts,
    send: Callable[[Intent], None],
    site: Site,
    *,
    facts: Path,
    now: Callable[[], datetime],
) -> dict[type[Screen], Maker]:
    """Return what makes each screen but live.

    Args:
        look: Lengths, colours and fonts.
        texts: The words.
        send: Takes an intent.
        site: What the site has set.
        facts: Folder of the waiting cards.
        now: Returns the present.
    """

    def attract() -> ScreenWidget:
        from app.window.screens.attract import AttractScreen

        return AttractScreen(look, texts, send, site)

    def notice() -> ScreenWidget:
        from app.window.screens.notice import NoticeScreen

        return NoticeScreen(look, texts, send, site)

    def waiting() -> ScreenWidget:
        from app.window.screens.waiting import WaitingScreen

        return WaitingScreen(look, texts, send, site, facts)

    def connecting() -> ScreenWidget:
        from app.window.screens.connecting import ConnectingScreen

        return ConnectingScreen(look, texts, send, site)

    def still_there() -> ScreenWidget:
        from app.window.screens.still_there import StillThereScreen

        return StillThereScreen(look, texts, send, site)

    def farewell() -> ScreenWidget:
        from app.window.screens.farewell import FarewellScreen

        return FarewellScreen(look, texts, send, site)

    def unavailable() -> ScreenWidget:
        from app.window.screens.unavailable import UnavailableScreen

        return UnavailableScreen(look, texts, send, site)

    def closed() -> ScreenWidget:
        from app.window.screens.closed import ClosedScreen

        return ClosedScreen(look, texts, send, site, now)

    return {
        Attract: attract,
        Notice: notice,
        Connecting: connecting,
        Waiting: waiting,
        StillThere: still_there,
        Farewell: farewell,
        Unavailable: unavailable,
        Closed: closed,
    }
