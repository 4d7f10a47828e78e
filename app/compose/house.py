"""One kiosk as a whole: every part built from the settings, wired, and taken down again."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import random
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.audio.base import Levels
from app.character.paint import Painter
from app.character.performer import Performer
from app.hours import Hours
from app.kiosk import ExitCode, Kiosk, Site
from app.line import NoLine
from app.options import RunOptions
from app.picture import Frame, Picture
from app.records.journal import SqliteJournal
from app.release import Releases
from app.resources import resource
from app.rooms.base import RoomFactory
from app.screens import Attract, Preferences, Unavailable, UnavailableReason
from app.settings.load import Loaded
from app.settings.types import split_listen
from app.stage import Stage
from app.state import StateDirectory
from app.system.awake import KeepAwake
from app.system.heartbeat import Heartbeat
from app.system.status import StatusServer, StatusUnavailable
from app.tasks import Tasks
from app.vendors.base import Control, Vendor
from app.vendors.build import control_for
from app.vendors.registry import vendors
from app.visit import VisitParts
from app.vitals import Vitals
from app.waiting.creates import Creates, Service
from app.window.live import LiveScreen
from app.window.screen import Site as SiteWords
from app.window.shell import KioskWindow
from app.window.staff import StaffPanel
from app.window.texts import Texts
from app.window.theme import Theme, ThemeError, load_theme
from app.window.video import VideoWidget

if TYPE_CHECKING:
    from app.http import Http

log = logging.getLogger(__name__)
Questions = Callable[[str], tuple[str, ...]]

PLATE = "Ollo · AI guide"
QUESTIONS = 3
CHARACTER_SEED = 20
ATTRACT_FPS = 15.0
FIRST_PAINT_S = 10.0
ACTIVE_S, LOOK_S = 1.0, 0.02


class House:
    """Builds one kiosk and takes it down. `end`: asks the process to end with a code."""

    def __init__(
        self,
        *,
        options: RunOptions,
        loaded: Loaded,
        state: StateDirectory,
        vitals: Vitals,
        run: str,
        heartbeat: Heartbeat,
        end: Callable[[ExitCode], None],
    ) -> None:
        self._options = options
        self._loaded = loaded
        self._settings = loaded.settings
        self._state = state
        self._vitals = vitals
        self._run = run
        self._heartbeat = heartbeat
        self._end = end
        self._levels = Levels()
        self._tasks = Tasks()
        self._way_down = contextlib.AsyncExitStack()

    async def build(self) -> Kiosk:
        """Return the kiosk. Its first screen is painted before the large libraries are loaded."""
        picture = Picture()
        window, stage = self._open_window(picture)
        company = self._invite_company(picture)
        await self._be_seen(window)
        self._heartbeat.ready()
        self._tell_status()
        self._keep_awake()
        parts = await self._build_parts(stage, picture, company)
        site = Site(Hours(self._settings.hours), time.time, self._loaded.changed, self._why_unavailable())
        return Kiosk(parts, site)

    async def take_down(self) -> None:
        """Undo `build`, last thing first; safe after half a build."""
        await self._way_down.aclose()
        await self._tasks.cancel_all(2.0)

    def _why_unavailable(self) -> UnavailableReason | None:
        if self._heartbeat.safe_mode:
            return UnavailableReason.SAFE_MODE
        return UnavailableReason.CONFIG if self._loaded.mistakes else None

    async def _be_seen(self, window: KioskWindow) -> None:
        """Wait until the first screen is painted and keys reach it; a screen that is off must not hold up the rest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_PAINT_S):
                await self._first_paint.wait()
        for _ in range(int(ACTIVE_S / LOOK_S)):
            if window.isActiveWindow():
                return
            await asyncio.sleep(LOOK_S)

    def _tell_status(self) -> None:
        status = self._settings.status
        if not status.listen:
            return
        host, port = split_listen(status.listen)
        server = StatusServer(
            host,
            port,
            status.token.get_secret_value(),
            self._vitals,
            stall_notice_s=self._settings.visit.stall_notice_s,
        )
        try:
            server.start()
        except StatusUnavailable as error:
            self._vitals.staff_note = str(error)
            log.error("no status over HTTP", extra={"reason": str(error)})
        self._way_down.callback(server.stop)

    def _keep_awake(self) -> None:
        awake = KeepAwake()
        awake.start()
        self._way_down.callback(awake.stop)

    # ------------------------------------------------------------ what is seen

    def _open_window(self, picture: Picture) -> tuple[KioskWindow, Stage]:
        settings = self._settings
        loop = asyncio.get_running_loop()
        self._first_paint = asyncio.Event()
        defaults = Preferences(
            language=settings.kiosk.language, captions=settings.look.captions, volume=settings.audio.volume
        )
        video = VideoWidget(picture, self._vitals, wake=loop.call_soon_threadsafe)
        window = KioskWindow(
            theme=self._theme(),
            texts=Texts(resource("translations"), settings.kiosk.language),
            site=SiteWords(
                place=settings.kiosk.place,
                help=settings.kiosk.help,
                languages=tuple(settings.kiosk.languages),
                questions=tuple(settings.look.questions),
            ),
            video=video,
            levels=self._levels,
            vitals=self._vitals,
            facts=resource("facts"),
            live=partial(LiveScreen, keyboards=resource("keyboards")),
            staff=lambda look, texts, send, parent: StaffPanel(
                parent,
                look,
                texts,
                self._vitals,
                send,
                pin_hash=settings.staff.pin.get_secret_value() or None,
                may_leave=self._options.demo or self._options.windowed is not None,
                attempts_file=self._state.folder / "pin.json",
                now=time.time,
            ),
            send=lambda answer: stage.answer(answer),  # noqa: PLW0108  # reason: the stage is made after the window
            windowed=self._options.windowed,
            display=self._options.display,
            on_close_request=lambda: self._end(ExitCode.STAFF_EXIT),
            on_first_paint=self._first_paint.set,
            on_free=lambda share: setattr(picture, "free", share),
        )
        stage = Stage(window.show_screen, defaults, self._vitals)
        why = self._vitals.unavailable = self._why_unavailable()
        stage.show(Attract() if why is None else Unavailable(why, staff_hint=why is UnavailableReason.CONFIG))
        window.appear()

        def close() -> None:
            window.dismiss()
            video.detach()
            window.deleteLater()

        self._way_down.callback(close)
        return window, stage

    def _theme(self) -> Theme:
        folder = self._settings.look.theme
        try:
            return load_theme(self._loaded.path.parent / folder if folder else None)
        except ThemeError as error:
            log.error("the theme cannot be used", extra={"reason": str(error)})
            return Theme()

    def _invite_company(self, picture: Picture) -> Performer:
        performer = Performer(Painter(plate=PLATE), CHARACTER_SEED, quiet_fps=ATTRACT_FPS)

        def push(frame: Frame) -> None:
            performer.free(picture.free)
            picture.push(frame)

        performer.start(push)
        self._way_down.callback(performer.stop)
        return performer

    # ------------------------------------------------------------ what works

    async def _build_parts(self, stage: Stage, picture: Picture, company: Performer) -> VisitParts:
        settings = self._settings
        # Loading them takes longer than everything else at the start together; the window stays alive meanwhile.
        await asyncio.to_thread(_load_libraries)
        from app.audio.backend import SoundDeviceBackend
        from app.http import HttpClient

        http = HttpClient(self._vitals.version)
        self._way_down.push_async_callback(http.close)
        vendor, control = self._service(http, settings.service.vendor)
        journal = SqliteJournal(self._state.database)
        self._way_down.callback(journal.close)
        releases = Releases(journal, self._vitals, self._tasks, time.time)
        service = Service(vendor.name, control, self._run)
        audio = SoundDeviceBackend(
            output_name=settings.audio.output,
            input_name=settings.audio.input,
            echo_cancellation=settings.audio.echo_cancellation,
            levels=self._levels,
            sounds=resource("sounds"),
        )
        self._way_down.push_async_callback(audio.close)
        rooms, questions = self._rooms(vendor, company)
        await releases.recover(lambda name: self._control_of(http, name), self._run)
        table = settings.service.table(vendor)
        return VisitParts(
            settings=settings,
            stage=stage,
            vitals=self._vitals,
            service=service,
            make_protocol=lambda of, session: vendor.protocol(of, session, table),
            make_room=rooms,
            creates=Creates(service, releases, settings.visit.create_timeout_s),
            releases=releases,
            audio=audio,
            picture=picture,
            company=company,
            line=NoLine(is_shared=bool(settings.line.account)),
            questions=questions,
            plan_max_s=table.plan_max_s,
            chance=random.Random(),  # reason: jitter
            new_name=lambda: f"kiosk-{settings.kiosk.id}-{secrets.token_hex(8)}",
        )

    def _service(self, http: Http, name: str) -> tuple[Vendor, Control]:
        """Return a vendor and its control; the demo's where the settings name none that can be used."""
        known = vendors()
        vendor = known.get(name) if not self._loaded.mistakes else None
        vendor = vendor or known["demo"]
        return vendor, control_for(self._settings, vendor, http, self._options.busy_s)

    def _control_of(self, http: Http, name: str) -> Control | None:
        """Return the control of any vendor that the journal may name; the settings may have changed since."""
        vendor = vendors().get(name)
        return None if vendor is None else control_for(self._settings, vendor, http)

    def _rooms(self, vendor: Vendor, company: Performer) -> tuple[RoomFactory, Questions]:
        """Return what makes rooms of the vendor's kind, and the questions it suggests in a language."""
        own = tuple(self._settings.look.questions)
        if vendor.media == "local":
            return self._guides_rooms(own, company)
        from app.rooms.livekit_room import LiveKitRooms

        rooms = LiveKitRooms()
        self._way_down.push_async_callback(rooms.close)
        return rooms, lambda language: own

    def _guides_rooms(self, own: tuple[str, ...], company: Performer) -> tuple[RoomFactory, Questions]:
        from app.guide.build import Guide
        from app.rooms.local_room import local_rooms

        kiosk = self._settings.kiosk
        folders = (self._loaded.path.parent / "guide", resource("guide"))
        guide = Guide(folders, place=kiosk.place, help_at=kiosk.help, questions=own)
        self._way_down.callback(guide.close)
        self._tasks.start(guide.warm_up(kiosk.language), "guide-warm-up")
        return (
            local_rooms(
                guide, lambda: Performer(Painter(plate=PLATE), secrets.randbits(16)), lambda: secrets.randbits(16)
            ),
            lambda language: own or tuple(guide.tongue(language).knowledge.book.questions)[:QUESTIONS],
        )


def _seed() -> int:
    return secrets.randbits(16)


def _load_libraries() -> None:
    importlib.import_module("app.audio.backend")
    importlib.import_module("app.http")
    importlib.import_module("app.rooms.livekit_room")
    importlib.import_module("app.rooms.local_room")
