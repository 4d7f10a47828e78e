"""What the command line asks of `run` and `demo`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings.load import Loaded


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything a kiosk process is started with.

    load: reads and checks the settings, tells people what is wrong in them and the logs what is secret; for the demo
    already `as_demo`. It takes longer than everything until the first picture. state_dir: made, private and writable.
    config: the file named on the command line. windowed: width and height of an ordinary window in pixels, None: full
    screen. display: name or serial of an output, None: the primary one. demo: the built-in guide, which pretends to be
    full for busy_s seconds. is_makeshift: the state directory could not be used at the start, so there is no lock and
    no log file; once it can, a fresh start is due. die: ends the process at once with a code, without any clean-up.
    """

    load: Callable[[], Loaded]
    state_dir: Path
    die: Callable[[int], None]
    config: Path | None = None
    windowed: tuple[int, int] | None = None
    display: str | None = None
    demo: bool = False
    busy_s: float = 0.0
    log_level: str = "info"
    is_makeshift: bool = False
