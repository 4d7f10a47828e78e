"""What the command line asks of `run` and `demo`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.settings.load import Loaded
from app.system.redact import Redactor


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a kiosk process is started with.

    loaded: the settings and their mistakes; for the demo already `as_demo`. state_dir: made, private and writable.
    redactor: knows the secrets of `loaded`; it has to learn those of settings that are read later. config: the file
    named on the command line. windowed: width and height of an ordinary window in pixels, None: full screen. display:
    name or serial of an output, None: the primary one. supervise: whether this process shall have a parent; one that
    runs a kiosk has it already, or was told not to. demo: the built-in guide, which pretends to be full for busy_s
    seconds.
    """

    loaded: Loaded
    state_dir: Path
    redactor: Redactor
    config: Path | None = None
    windowed: tuple[int, int] | None = None
    display: str | None = None
    supervise: bool = False
    demo: bool = False
    busy_s: float = 0.0
    log_level: str = "info"
