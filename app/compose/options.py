"""The options of the commands `run` and `demo`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings.load import Loaded


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Everything that a kiosk process is started with.

    Attributes:
        load: Reads and checks the settings, prints mistakes, and tells the logs what is secret; for the demo it returns
            `as_demo`. It takes longer than everything else until the first picture.
        state_dir: The state directory; it exists, is private and writable, unless `is_makeshift`.
        die: Ends the process at once with an exit code, without any clean-up.
        config: The settings file named on the command line.
        windowed: Width and height of an ordinary window in pixels; None: full screen.
        display: Name or serial number of an output; None: the primary one.
        demo: Run the built-in guide.
        busy_s: Seconds for which the demo pretends to be full.
        log_level: "debug", "info", "warning" or "error".
        is_makeshift: The state directory could not be used at the start, so there is no lock and no log file; once it
            can be used, the kiosk restarts.
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
