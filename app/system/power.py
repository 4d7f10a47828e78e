"""Asks the operating system to restart or to switch off the computer."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

from app.system.outside import environment

log = logging.getLogger(__name__)

ASK_S = 10.0
_REBOOT = {
    "linux": ["systemctl", "reboot"],
    "darwin": ["osascript", "-e", 'tell application "System Events" to restart'],
    "win32": ["shutdown", "/r", "/t", "0"],
}
_SHUT_DOWN = {
    "linux": ["systemctl", "poweroff"],
    "darwin": ["osascript", "-e", 'tell application "System Events" to shut down'],
    "win32": ["shutdown", "/s", "/t", "0"],
}


def reboot() -> bool:
    """Ask for a restart; return whether the system accepts. Blocks for 10 s at most."""
    return _ask(_REBOOT)


def shut_down() -> bool:
    """Ask to be switched off; return whether the system accepts. Blocks for 10 s at most."""
    return _ask(_SHUT_DOWN)


def _ask(commands: dict[str, list[str]]) -> bool:
    command = commands.get(sys.platform)
    if command is None:
        return False
    try:
        done = subprocess.run(
            command,
            env=environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ASK_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("the system cannot be asked", extra={"command": command[0], "error": type(error).__name__})
        return False
    if done.returncode != 0:
        log.error("the system refuses", extra={"command": " ".join(command), "code": done.returncode})
    return done.returncode == 0
