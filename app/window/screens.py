"""The widget of each kind of screen, but for the conversation itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from app.screens import (
    Attract,
    Closed,
    Connecting,
    Farewell,
    Intent,
    Notice,
    Screen,
    StillThere,
    Unavailable,
    Waiting,
)
from app.window.attract import AttractScreen
from app.window.closed import ClosedScreen
from app.window.connecting import ConnectingScreen
from app.window.farewell import FarewellScreen
from app.window.look import Look
from app.window.notice import NoticeScreen
from app.window.screen import ScreenWidget, Site
from app.window.still_there import StillThereScreen
from app.window.texts import Texts
from app.window.unavailable import UnavailableScreen
from app.window.waiting import WaitingScreen


def make_screens(
    look: Look,
    texts: Texts,
    send: Callable[[Intent], None],
    site: Site,
    *,
    facts: Path,
    now: Callable[[], datetime],
) -> dict[type[Screen], ScreenWidget]:
    """Make every screen but live. facts: folder of the waiting cards. now: the present, for the opening hours."""
    return {
        Attract: AttractScreen(look, texts, send, site),
        Notice: NoticeScreen(look, texts, send, site),
        Waiting: WaitingScreen(look, texts, send, site, facts),
        Connecting: ConnectingScreen(look, texts, send, site),
        StillThere: StillThereScreen(look, texts, send, site),
        Farewell: FarewellScreen(look, texts, send, site),
        Unavailable: UnavailableScreen(look, texts, send, site),
        Closed: ClosedScreen(look, texts, send, site, now),
    }
