"""The table of drills: what happens, what is promised then, and how it is played. `make drills` plays them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.drills import crashes, ends
from tests.drills.scene import Scene

ALL = "every service"


@dataclass(frozen=True)
class Drill:
    """One row. services: with which it is played: "livekit" for what does not depend on the service, or ALL.

    fast: part of the ordinary tests too. needs: "namespaces" (network and mounts of its own), "display" (no more).
    """

    name: str
    happening: str
    promise: str
    play: Callable[[Scene], Awaitable[None]]
    services: str = "livekit"
    fast: bool = False
    needs: str = "display"


DRILLS = (
    # -------------------------------------------------------- the kiosk dies
    Drill("killed in attract", "kill -9 of the kiosk", "attract within 5 s", crashes.killed_in_attract),
    Drill("killed in a visit", "kill -9 of the kiosk while a visitor talks", "session stopped within 3 s by the "
          "parent, attract within 5 s, another kiosk's session untouched", crashes.killed_in_a_visit, ALL, fast=True),
    Drill("killed twice", "a second kill -9 in the next visit", "the same again: no pause before the stop",
          crashes.killed_twice),
    Drill("next visitor is quick", "a new visit begins while the dead run's stop still fails", "only the dead run's "
          "session is stopped", crashes.next_visitor_is_quick),
    Drill("out of memory", "the kiosk finds no more memory", "lives on, or attract within 5 s and session stopped "
          "within 3 s", crashes.out_of_memory),
    # -------------------------------------------------------- it hangs
    Drill("process stands still", "SIGSTOP of the kiosk in a visit", "attract within 20 s, session stopped",
          crashes.stopped_process),
    Drill("loop hangs", "the event loop stands still in a visit", "health says so after 5 s, stacks are written, "
          "attract within 20 s", crashes.loop_hangs),
    Drill("interpreter is held", "a native call keeps the interpreter to itself", "stacks are written, attract within "
          "20 s", crashes.interpreter_is_held),
    Drill("hangs alone", "the loop of a kiosk without a parent stands still", "it ends itself with its stacks",
          crashes.hangs_alone),
    Drill("library panics", "the media library panics and sends SIGTERM", "code 70, counted as a fault; session "
          "stopped within 3 s, attract within 5 s", crashes.library_panics),
    Drill("five faults", "five faults in a row", "safe mode: a quiet screen, status alive, no sessions",
          crashes.five_faults),
    # -------------------------------------------------------- the parent
    Drill("parent killed", "kill -9 of the parent in a visit", "the kiosk ends properly within 5 s, session stopped, "
          "no process left", crashes.parent_killed),
    Drill("power cut", "both are gone at once; started again later", "exactly the journal's session is stopped, within "
          "3 s of attract", crashes.power_cut, ALL),
    Drill("two starts", "a second start on one state directory", "one line and exit code 1; the first goes on",
          crashes.two_starts),
    Drill("service manager", "systemd listens", "READY with the first picture, WATCHDOG only while the picture moves",
          crashes.manager_is_told),
    # -------------------------------------------------------- ends
    Drill("SIGTERM in attract", "SIGTERM", "exit 0 within 5 s", ends.sigterm_in_attract),
    Drill("SIGTERM in a visit", "SIGTERM while a visitor talks", "session stopped within 5 s, exit 0, nobody left",
          ends.sigterm_in_a_visit, ALL, fast=True),
    Drill("SIGINT in waiting", "Ctrl-C while a visitor waits", "exit 0, nothing taken", ends.sigint_in_waiting),
    Drill("log-off", "SIGHUP to the parent in a visit", "session stopped, exit 0", ends.log_off),
    Drill("system goes down", "SIGTERM to every process at once", "session stopped, exit 0, nobody left",
          ends.system_goes_down),
    Drill("display goes", "the X server ends in a visit, then SIGTERM", "session stopped within 3 s, nobody left",
          ends.display_goes),
    Drill("staff exit", "staff panel: leave, in a visit", "session stopped, exit 30", ends.staff_exit),
    Drill("staff reboot", "staff panel: restart the computer", "session stopped, the system is asked, exit 10",
          ends.staff_reboot),
    Drill("staff shut down", "staff panel: switch off", "session stopped, the system is asked, exit 20",
          ends.staff_shut_down),
    Drill("reboot refused", "the system refuses to restart", "session stopped, attract again", ends.reboot_refused),
    Drill("staff restart", "staff panel: restart the program", "session stopped, attract again, no fault counted",
          ends.staff_restart),
)  # fmt: skip
