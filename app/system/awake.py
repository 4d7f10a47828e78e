"""Keeps the screen on and the computer awake, where the system allows it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from app.findings import Finding

log = logging.getLogger(__name__)

ITEM = "awake"
ADVICE = "set the screen never to go dark in the system's own settings"


class Hold(Protocol):
    """What wakepy returns on entering: whether it worked."""

    active: bool


def presenting() -> AbstractContextManager[Hold]:
    """Return wakepy's mode for presentations: no sleep, no dark screen. Entering asks the desktop (D-Bus)."""
    from wakepy import keep

    mode: AbstractContextManager[Hold] = keep.presenting(on_fail="pass")
    return mode


class KeepAwake:
    """Asks the system to stay awake from `start` to `stop`, or to the end of the process.

    The request is made on a thread of its own, which may wait for the desktop as long as it takes. A refusal is no
    error: the kiosk continues, and `check` reports it.

    Args:
        hold: Makes the context manager that keeps the system awake.

    Attributes:
        is_held: Whether the system stays awake; None until it has answered.
    """

    def __init__(self, hold: Callable[[], AbstractContextManager[Hold]] = presenting) -> None:
        self._hold = hold
        self._over = threading.Event()
        self.is_held: bool | None = None

    def start(self) -> None:
        """Start asking; returns at once."""
        threading.Thread(target=self._keep, name="awake", daemon=True).start()

    def stop(self) -> None:
        """Let the system sleep again; returns at once."""
        self._over.set()

    def _keep(self) -> None:
        try:
            with self._hold() as hold:
                self.is_held = hold.active
                if not hold.active:
                    log.info("the system does not stay awake for us")
                self._over.wait()
        except Exception as error:
            log.info("the system does not stay awake for us", extra={"reason": type(error).__name__})
            self.is_held = False


def awake_findings(hold: Callable[[], AbstractContextManager[Hold]] = presenting) -> list[Finding]:
    """Try it for a moment, for the readiness report. A refusal is a warning with `ADVICE`."""
    try:
        with hold() as mode:
            if mode.active:
                return [Finding(ITEM, True, "the system stays awake while the kiosk runs")]
    except Exception as error:
        return [Finding(ITEM, None, f"the system cannot be asked to stay awake ({type(error).__name__}): {ADVICE}")]
    return [Finding(ITEM, None, f"the system does not stay awake for programs: {ADVICE}")]
