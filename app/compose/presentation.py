"""Everything visible, shown before anything else is loaded: the window, its picture, the stage and the figure."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.audio.base import Levels
from app.compose.options import RunOptions
from app.intents import Answer
from app.picture import Frame, Picture
from app.records.counters import Counters
from app.resources import resource
from app.screens import Attract, Preferences, Screen, Shown, Unavailable, UnavailableReason
from app.settings.startup import StartupSettings
from app.vitals import Vitals
from app.window.screens.base import ScreenWidget, Site
from app.window.shell import KioskWindow, Send
from app.window.staff.overlay import StaffOverlay
from app.window.toolkit.look import Look
from app.window.toolkit.texts import Texts
from app.window.toolkit.theme import Theme, ThemeError, load_theme
from app.window.video.widget import VideoWidget

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtWidgets import QWidget

    from app.character.renderer import CharacterRenderer
    from app.stage import Stage

log = logging.getLogger(__name__)

PLATE = "Ollo · AI guide"
CHARACTER_SEED = 20
ATTRACT_FPS = 15.0  # of the figure on the attract screen
WAIT_S, POLL_S = 1.0, 0.02  # longest wait for the window, and how often it is asked


class Presentation:
    """One window and everything that belongs to it, made from the startup settings.

    It can be shown without an event loop; `enter` attaches it to one.

    Args:
        startup: The settings that it is made from.
        options: What the command line asks for.
        vitals: Where the window reports its state.

    Attributes:
        startup: As above.
        picture: Frames on their way to the painter.
        levels: Sound levels.
        counters: Numbers that outlive the process.
        stage: Screens go out and answers come in here; exists after `enter`.
        figure: The drawn character; None until `start_figure`.
        is_painted: Whether the first screen is painted.
    """

    def __init__(self, startup: StartupSettings, options: RunOptions, vitals: Vitals) -> None:
        self.startup = startup
        self.picture = Picture()
        self.levels = Levels()
        self.counters = Counters()
        self.stage: Stage
        self.figure: CharacterRenderer | None = None
        self.is_painted = False
        self._options = options
        self._vitals = vitals
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Answer] = []
        self._defaults = Preferences(language=startup.language, captions=startup.captions, volume=startup.volume)
        self._first: Screen = Attract()
        self._close_request: Callable[[], None] = lambda: None
        self._video = VideoWidget(self.picture, vitals, wake=self._soon)
        self._window = KioskWindow(
            theme=_theme(startup),
            texts=Texts(resource("translations"), startup.language),
            site=Site(
                place=startup.place,
                help=startup.help,
                languages=startup.languages,
                questions=startup.questions,
                typed_only=startup.typed_only,
            ),
            video=self._video,
            levels=self.levels,
            vitals=vitals,
            facts=resource("facts"),
            live=_live_screen,
            staff=self._staff_panel,
            send=self._answer,
            windowed=options.windowed,
            display=options.display,
            on_close_request=lambda: self._close_request(),  # noqa: PLW0108  # reason: it is set later
            on_first_paint=lambda: setattr(self, "is_painted", True),
            on_free=lambda share: setattr(self.picture, "free", share),
            drawn=lambda: self.picture.drawn or self.picture.withheld,
        )

    def appear(self, why: UnavailableReason | None) -> None:
        """Show the window with the attract screen, or with the reason why nobody can be served."""
        self._first = _screen(why)
        self._window.show_screen(Shown(1, self._first, self._defaults))
        self._window.appear()

    def enter(self, loop: asyncio.AbstractEventLoop, close_request: Callable[[], None]) -> None:
        """Attach to an event loop; `close_request` is called when the window shall be closed."""
        from app.stage import Stage

        self._loop, self._close_request = loop, close_request
        self.stage = Stage(self._window.show_screen, self._defaults, self._vitals)
        self.stage.show(self._first)
        for answer in self._early:
            self.stage.answer(Answer(self.stage.step, answer.intent))

    def welcome(self, why: UnavailableReason | None) -> None:
        """Show attract, or why nobody can be served; answers that wait are kept if the screen stays the same."""
        self.stage.show(_screen(why))

    def _answer(self, answer: Answer) -> None:
        if self._loop is None:
            self._early.append(answer)  # it came before the event loop runs
        else:
            self.stage.answer(answer)

    def _soon(self, work: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(work)

    async def painted(self) -> None:
        """Wait until the first screen is painted, for a second at most: the display may be off."""
        await self._until(lambda: self.is_painted)

    async def reachable(self) -> None:
        """Wait until the window gets key presses, for a second at most; create the other screens meanwhile."""
        self._window.make_ready()
        await self._until(self._window.isActiveWindow)

    async def _until(self, test: Callable[[], bool]) -> None:
        import asyncio

        for _ in range(int(WAIT_S / POLL_S)):
            if test():
                return
            await asyncio.sleep(POLL_S)

    async def start_figure(self) -> CharacterRenderer:
        """Return the figure, which starts moving in the picture; its modules are loaded on another thread."""
        if self.figure is None:
            import asyncio

            await asyncio.to_thread(_load_figure)
            from app.character.paint import Painter
            from app.character.renderer import CharacterRenderer

            self.figure = figure = CharacterRenderer(Painter(plate=PLATE), CHARACTER_SEED, quiet_fps=ATTRACT_FPS)

            def push(frame: Frame) -> None:
                figure.free(self.picture.free)
                self.picture.push_drawn(frame)

            figure.start(push)
        return self.figure

    def _staff_panel(self, look: Look, texts: Texts, send: Send, parent: QWidget) -> StaffOverlay:
        from app.window.staff.panel import StaffPanel

        return StaffPanel(
            parent,
            look,
            texts,
            self._vitals,
            send,
            pin_hash=self.startup.pin or None,
            may_leave=self._options.demo or self._options.windowed is not None,
            store=self.counters,
            now=time.time,
        )

    def close(self) -> None:
        """Close the window for good."""
        if self.figure is not None:
            self.figure.stop()
        self._window.dismiss()
        self._video.detach()
        self._window.deleteLater()


def _screen(why: UnavailableReason | None) -> Screen:
    return Attract() if why is None else Unavailable(why, staff_hint=why is UnavailableReason.CONFIG)


def _live_screen(look: Look, texts: Texts, send: Send, site: Site, levels: Levels) -> ScreenWidget:
    from app.window.live.screen import LiveScreen

    return LiveScreen(look, texts, send, site, levels, keyboards=resource("keyboards"))


def _load_figure() -> None:
    import app.character.paint
    import app.character.renderer  # noqa: F401  # reason: loaded here, off the loop's thread, used above


def _theme(startup: StartupSettings) -> Theme:
    try:
        return load_theme(startup.theme)
    except ThemeError as error:
        log.error("the theme cannot be used", extra={"reason": str(error)})
        return Theme()
