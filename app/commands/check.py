"""The readiness report: settings, service, network, sound, screen, disk and clock; takes no slot."""

from __future__ import annotations

import asyncio
import shutil
import stat
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from app.commands.probes import apart, probe_of, within
from app.findings import Finding
from app.http import Http
from app.records.credits import ledger_for
from app.settings.advice import advice
from app.settings.load import Loaded
from app.settings.shape import secret_values
from app.state import StateDirectory
from app.system.redact import Redactor
from app.vendors.base import AnyVendor
from app.vendors.build import control_for
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError, VendorError

SERVICE_S = 30.0
LEAST_FREE = 200 * 1024**2  # bytes; enough for a year of database and rotating logs
_BUILT = datetime(2026, 11, 1, tzinfo=UTC).timestamp()  # an earlier time is impossible: the program did not exist

_TROUBLE = {
    AuthError: "the key is refused",
    ConfigError: "an id or another setting is refused",
    OutOfCredits: "minutes or credits are used up",
    Busy: "answers, and is full just now",
    TransientError: "cannot be asked just now",
}


async def readiness(
    loaded: Loaded,
    state: StateDirectory,
    redactor: Redactor,
    vendors: Mapping[str, AnyVendor],
    http: Http,
) -> list[Finding]:
    """Return every finding, in the order in which staff would fix them."""
    audio = loaded.settings.audio
    devices = partial(probe_of, "app.audio.probe", "devices", audio.output, audio.input, audio.echo_cancellation)
    return [
        *settings_findings(loaded),
        *advice(loaded.settings),
        *await service_findings(loaded, redactor, vendors, http, state),
        *await media_findings(loaded, vendors),
        *await asyncio.to_thread(within, "sound", devices),
        *await apart("screen", "app.window.probes.first_paint", "screen_findings"),
        *await apart("awake", "app.system.awake", "awake_findings"),
        *disk_findings(state),
        *clock_findings(time.time()),
    ]


def is_ready(findings: list[Finding]) -> bool:
    """Tell whether nothing is wrong; warnings do not count."""
    return all(finding.ok is not False for finding in findings)


def settings_findings(loaded: Loaded) -> list[Finding]:
    """Report the source of the settings, their mistakes, and whether other users can read the secrets."""
    if not loaded.found and not loaded.mistakes:
        return [Finding("settings", True, f"defaults: there is no {loaded.path}")]
    if loaded.mistakes:
        count = len(loaded.mistakes)
        return [Finding("settings", False, f"{loaded.path}: {count} {'mistake' if count == 1 else 'mistakes'}")]
    found = [Finding("settings", True, str(loaded.path))]
    if secret_values(loaded.settings) and _others_can_read(loaded.path):
        found.append(Finding("settings", None, f"others can read {loaded.path}; advised: chmod 600"))
    return found


def _others_can_read(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


async def service_findings(
    loaded: Loaded,
    redactor: Redactor,
    vendors: Mapping[str, AnyVendor],
    http: Http,
    state: StateDirectory | None = None,
) -> list[Finding]:
    """Ask the chosen service about host, key and ids. Nothing is asked while its settings are wrong.

    Args:
        loaded: The settings.
        redactor: Removes secrets from texts.
        vendors: All services by name.
        http: Client for the calls.
        state: State directory with the database of the credits; None: they are not reported.
    """
    if any(not mistake.key or mistake.key.startswith("service") for mistake in loaded.mistakes):
        return [Finding("service", False, "not asked: its settings are wrong")]
    settings = loaded.settings
    vendor = vendors.get(settings.service.vendor)
    if vendor is None:
        return [Finding("service", False, f"{settings.service.vendor} is missing in this program")]
    ledger = ledger_for(settings, vendor, state.database) if state is not None else None
    try:
        if state is not None and ledger is not None and state.database.exists():
            await ledger.refresh()
        control = control_for(settings, vendor, http, credits_=ledger)
        async with asyncio.timeout(SERVICE_S):
            return [Finding("service", True, vendor.name), *await control.check()]
    except VendorError as error:
        trouble = next((text for kind, text in _TROUBLE.items() if isinstance(error, kind)), "refuses")
        # A full service is normal in a busy museum and no fault of this kiosk.
        ok = None if isinstance(error, Busy) else False
        return [Finding("service", ok, f"{vendor.name}: {trouble} ({redactor(str(error))})")]
    except TimeoutError:
        return [Finding("service", False, f"{vendor.name}: gives no answer within {SERVICE_S:g} s")]
    except Exception as error:
        return [Finding("service", False, f"{vendor.name}: the check itself failed ({type(error).__name__})")]
    finally:
        if ledger is not None:
            ledger.close()


async def media_findings(loaded: Loaded, vendors: Mapping[str, AnyVendor]) -> list[Finding]:
    """Report whether the media library of the chosen service is installed, where it is not part of the program."""
    vendor = vendors.get(loaded.settings.service.vendor)
    if vendor is None or vendor.media != "daily":
        return []
    return await apart("media library", "app.rooms.daily.room", "library_version")


def disk_findings(state: StateDirectory) -> list[Finding]:
    """Report whether the state directory can be used and has enough free space."""
    try:
        state.prepare()
        free = shutil.disk_usage(state.folder).free
    except OSError as error:
        return [Finding("disk", False, f"{state.folder} cannot be used: {error.strerror or type(error).__name__}")]
    return [Finding("disk", free >= LEAST_FREE, f"{state.folder}: {free / 1024**2:,.0f} MiB free")]


def clock_findings(now: float) -> list[Finding]:
    """Report whether this computer knows the time; `now` is in seconds since the epoch."""
    local = datetime.fromtimestamp(now).astimezone()
    told = f"{local:%Y-%m-%d %H:%M} {local:%Z}"
    if now < _BUILT:
        return [Finding("time of day", False, f"{told} cannot be: set the clock")]
    return [Finding("time of day", True, told)]
