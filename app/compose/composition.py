"""Builds all parts of one kiosk from the settings, connects them, and takes them down again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from typing import TYPE_CHECKING

from app.aio import TaskSet
from app.character.renderer import CharacterRenderer
from app.compose.options import RunOptions
from app.compose.presentation import Presentation
from app.compose.rooms import (
    Questions,
    daily_rooms,
    guide_rooms,
    livekit_rooms,
    load_libraries,
    no_rooms,
    open_answers,
    open_guide,
    questions_of,
)
from app.kiosk.hours import Hours
from app.kiosk.kiosk import Kiosk, KioskContext
from app.kiosk.safe_mode import SafeMode
from app.records.credits import Ledger, ledger_for
from app.records.journal import JournalError, SqliteJournal
from app.resources import resource
from app.rooms.base import RoomFactory
from app.screens import UnavailableReason
from app.sessions.budget import Budget
from app.sessions.create import Service, SessionCreator
from app.sessions.release import JOURNAL_TROUBLE, SessionReleaser
from app.settings.load import Loaded
from app.settings.service import LiveKitRoomSettings
from app.settings.types import split_listen
from app.state import StateDirectory
from app.system.awake import KeepAwake
from app.system.memory import used_share
from app.system.status import StatusServer, StatusUnavailable
from app.vendors.base import AnyVendor, VendorControl
from app.vendors.build import control_for
from app.vendors.registry import vendors
from app.visit.farewell_words import load_farewells
from app.visit.parts import VisitParts
from app.vitals import Vitals
from app.waiting.line import NoLine

if TYPE_CHECKING:
    from app.guide.answers import SiteAnswers
    from app.http import Http

log = logging.getLogger(__name__)


class Composition:
    """Composition root: builds every part from the settings, connects them, and takes them down.

    Args:
        options: What the command line asks for.
        loaded: The settings.
        presentation: The window, which is already shown.
        state: The state directory.
        vitals: Where every part reports its state.
        run: Name of this run, as in the journal.
        safe_mode: Build the safe mode: a quiet screen without visits.
    """

    def __init__(
        self,
        *,
        options: RunOptions,
        loaded: Loaded,
        presentation: Presentation,
        state: StateDirectory,
        vitals: Vitals,
        run: str,
        safe_mode: bool,
    ) -> None:
        self._options = options
        self._presentation = presentation
        self._loaded = loaded
        self._settings = loaded.settings
        self._state = state
        self._vitals = vitals
        self._run = run
        self._safe_mode = safe_mode
        self._tasks = TaskSet()
        self._journal = SqliteJournal(state.database, mends=True, tell=self._tell_of_database)
        self._ledgers: dict[str, Ledger] = {}
        self._budget = Budget(None, vitals)
        self._lacks_media = False  # the library that the chosen service streams through is not installed
        self._way_down = contextlib.AsyncExitStack()

    async def build(self) -> Kiosk | SafeMode:
        """Return the kiosk. The window keeps responding while the large libraries are loaded."""
        self._vitals.kiosk = self._settings.kiosk.id
        self._vitals.staff_notes.start_over()
        why = self._vitals.unavailable = self._why_unavailable()
        self._presentation.welcome(why)
        await self._presentation.reachable()
        self._way_down.callback(self._journal.close)
        await self._tell_status()
        self._keep_awake()
        if self._safe_mode:
            releaser, _ = await self._open_releaser()
            return SafeMode(self._presentation.stage, self._vitals, releaser, self._loaded.changed)
        figure = await self._presentation.start_figure()
        parts = await self._build_parts(figure)
        context = KioskContext(
            Hours(self._settings.hours),
            time.time,
            self._loaded.changed,
            lambda: self._loaded.changed() and not self._loaded.again().mistakes,
            self._why_unavailable(),
            self._budget.spent,
            memory=used_share,
            is_makeshift=self._options.is_makeshift,
        )
        return Kiosk(parts, context)

    async def take_down(self) -> None:
        """Undo `build` in reverse order; safe after an incomplete build."""
        await self._way_down.aclose()
        await self._tasks.cancel_all(2.0)

    def _why_unavailable(self) -> UnavailableReason | None:
        if self._safe_mode:
            return UnavailableReason.SAFE_MODE
        return UnavailableReason.CONFIG if self._loaded.mistakes or self._lacks_media else None

    async def _tell_status(self) -> None:
        status = self._settings.status
        if not status.listen:
            return
        with contextlib.suppress(JournalError):  # told where it is needed
            # The first answer already counts sessions that an earlier run left behind.
            self._vitals.open_sessions = len(await self._journal.rows())
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
            self._vitals.staff_notes.report("status", str(error))
            log.error("no status over HTTP", extra={"reason": str(error)})
        self._way_down.callback(server.stop)

    def _keep_awake(self) -> None:
        awake = KeepAwake()
        awake.start()
        self._way_down.callback(awake.stop)

    # ------------------------------------------------------------ parts of a visit

    async def _build_parts(self, figure: CharacterRenderer) -> VisitParts:
        settings = self._settings
        vendor = self._chosen(settings.service.vendor)
        await asyncio.to_thread(load_libraries, vendor.media)
        from app.audio.backend import SoundDeviceBackend

        releaser, http = await self._open_releaser()
        answers = open_answers(self._loaded, self._tasks) if vendor.answers_from_file else None
        control = self._control(http, vendor, answers)
        await self._watch_budget(vendor)
        service = Service(vendor.name, control, self._run)
        self._presentation.picture.drawn = vendor.media == "local" or not control.capabilities.video
        audio = SoundDeviceBackend(
            output_name=settings.audio.output,
            input_name=settings.audio.input,
            echo_cancellation=settings.audio.echo_cancellation,
            levels=self._presentation.levels,
            sounds=resource("sounds"),
        )
        self._way_down.push_async_callback(audio.close)
        rooms, questions = self._rooms(vendor, figure, answers)
        table = settings.service.table(vendor.name, vendor.settings)
        return VisitParts(
            settings=settings,
            stage=self._presentation.stage,
            vitals=self._vitals,
            service=service,
            make_protocol=lambda of, session: vendor.protocol(of, session, table),
            make_room=rooms,
            creator=SessionCreator(service, releaser, settings.visit.create_timeout_s),
            releaser=releaser,
            audio=audio,
            picture=self._presentation.picture,
            figure=figure,
            line=NoLine(is_shared=bool(settings.line.account)),
            questions=questions,
            farewells=load_farewells(resource("farewells"), settings.kiosk.languages),
            plan_max_s=table.plan_max_s,
            chance=random.Random(),  # reason: jitter
            new_name=lambda: f"kiosk-{settings.kiosk.id}-{secrets.token_hex(8)}",
        )

    async def _open_releaser(self) -> tuple[SessionReleaser, Http]:
        """Open journal and network, and start to stop all sessions in the journal: none of this process runs yet."""
        from app.http import HttpClient

        http = HttpClient(self._vitals.version)
        self._way_down.push_async_callback(http.close)
        self._open_ledgers()
        self._way_down.push_async_callback(self._tasks.cancel_all, 2.0)  # the tasks use all of these
        releaser = SessionReleaser(self._journal, self._vitals, self._tasks, time.time)
        try:
            await releaser.recover(lambda name: self._control_of(http, name))
            await releaser.check()
        except JournalError as error:
            log.error("the journal cannot be used", extra={"reason": str(error)})
            self._vitals.staff_notes.report(JOURNAL_TROUBLE, str(error))
            self._vitals.unavailable = self._vitals.unavailable or UnavailableReason.CONFIG
        await self._presentation.counters.open(self._state.database)  # after the journal, which mends the file
        self._way_down.callback(self._presentation.counters.close)
        return releaser, http

    def _tell_of_database(self, note: str) -> None:
        """A damaged file was put aside; on a thread of the journal."""
        self._vitals.staff_notes.report("database", note, is_past=True)

    def _chosen(self, name: str) -> AnyVendor:
        """Return the service of this name; the demo where it is unknown or the settings have mistakes."""
        known = vendors()
        vendor = known.get(name) if not self._loaded.mistakes else None
        return vendor or known["demo"]

    def _control(self, http: Http, vendor: AnyVendor, answers: SiteAnswers | None = None) -> VendorControl:
        busy_s, ledger = self._options.busy_s, self._ledgers.get(vendor.name)
        return control_for(self._settings, vendor, http, busy_s, credits_=ledger, answers=answers)

    def _control_of(self, http: Http, name: str) -> VendorControl | None:
        """Return the control of a service in the journal, which need not be the chosen one any more.

        None where its sessions cannot be stopped for now: wrong settings may lack the stop call that the right ones
        have, so the row must wait until the settings are corrected.
        """
        vendor = vendors().get(name)
        if vendor is None:
            return None
        control = self._control(http, vendor)
        is_bare = bool(self._loaded.mistakes and vendor.required) and not control.capabilities.stop
        return None if is_bare else control

    # ------------------------------------------------------------ costs and rooms

    def _open_ledgers(self) -> None:
        """Open the ledger of every service: sessions of an earlier one may still have to be stopped and counted."""
        for vendor in vendors().values():
            ledger = ledger_for(self._settings, vendor, self._state.database)
            if ledger is not None:
                self._ledgers[vendor.name] = ledger
                self._way_down.callback(ledger.close)

    async def _watch_budget(self, vendor: AnyVendor) -> None:
        self._budget = Budget(self._ledgers.get(vendor.name), self._vitals)
        await self._budget.look()
        self._tasks.start(self._budget.watch(), "budget")

    def _rooms(
        self, vendor: AnyVendor, figure: CharacterRenderer, answers: SiteAnswers | None
    ) -> tuple[RoomFactory, Questions]:
        """Return the factory of the service's rooms, and the function that suggests questions in a language."""
        if vendor.media == "local":
            guide, questions = open_guide(self._loaded, self._tasks, self._way_down)
            return guide_rooms(guide, figure.manner), questions
        questions = questions_of(self._loaded, answers)
        if vendor.media == "livekit":
            table = self._settings.service.table(vendor.name, vendor.settings)
            relay_only = isinstance(table, LiveKitRoomSettings) and table.relay_only
            return livekit_rooms(self._way_down, self._vitals.staff_notes, relay_only=relay_only), questions
        try:
            return daily_rooms(self._way_down), questions
        except ImportError as error:
            log.error("the media library is missing", extra={"reason": str(error)})
            self._vitals.staff_notes.report("media library", str(error))
            self._lacks_media = True
            return no_rooms, questions
