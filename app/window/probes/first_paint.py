"""For the readiness report: the screens, their size and density, and which painter draws the picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from PySide6.QtGui import QGuiApplication, QScreen

from app.findings import Finding
from app.window.placement import density
from app.window.toolkit.look import BELIEVABLE_PX_PER_MM
from app.window.video.choice import choose

USUAL = {(720, 1280), (1280, 720)}  # pixels; sizes of picture that the services send


def screen_findings(environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Return what is known of screens and painter. Starts Qt, which ends the process where it cannot start."""
    if _has_no_display(environ):
        return [Finding("screen", False, "no display: neither DISPLAY nor WAYLAND_DISPLAY is set; start in a session")]
    application = QGuiApplication.instance() or QGuiApplication(["avatar-kiosk"])
    screens, primary = QGuiApplication.screens(), QGuiApplication.primaryScreen()
    session = f"{QGuiApplication.platformName()}, session {environ.get('XDG_SESSION_TYPE') or 'unknown'}"
    found = [screen_finding(screen, session, is_primary=screen is primary) for screen in screens]
    if primary is None:
        return [Finding("screen", False, f"{session}: no screen is connected")]
    found.append(painter_finding(*choose(), pixels(primary)))
    del application
    return found


def screen_finding(screen: QScreen, session: str, *, is_primary: bool) -> Finding:
    """Return name, size and density of one screen; without a density, a warning: sizes then follow the pixels alone."""
    width, height = pixels(screen)
    told = f"{screen.name() or 'unnamed'}{' (primary)' if is_primary else ''}, {session}: {width} x {height} pixels"
    per_mm = density(screen)
    if per_mm is None or not BELIEVABLE_PX_PER_MM[0] <= per_mm <= BELIEVABLE_PX_PER_MM[1]:
        return Finding("screen", None, f"{told}; it does not say how large it is: look whether buttons are 20 mm high")
    return Finding("screen", True, f"{told}, {per_mm * screen.devicePixelRatio():.1f} pixels per mm")


def painter_finding(painter: str, reason: str, screen: tuple[int, int]) -> Finding:
    """Return which painter this machine gets, and without a graphics card what helps most.

    Args:
        painter: "gpu" or "raster".
        reason: Why, in words for staff.
        screen: Width and height of the primary screen, real pixels.
    """
    if painter == "gpu":
        return Finding("picture", True, f"painted by the graphics card: {reason}")
    told = f"painted by the processor: {reason}"
    if screen in USUAL:
        return Finding("picture", True, f"{told}; the screen has the usual size of the picture: nothing is scaled")
    upright = screen[1] > screen[0]
    mode = "720 x 1280" if upright else "1280 x 720"
    return Finding("picture", None, f"{told}; advised: a screen mode of the picture's size, usually {mode}")


def pixels(screen: QScreen) -> tuple[int, int]:
    """Return width and height in real pixels."""
    ratio, size = screen.devicePixelRatio(), screen.size()
    return round(size.width() * ratio), round(size.height() * ratio)


def _has_no_display(environ: Mapping[str, str]) -> bool:
    """Return whether no X or Wayland display is named, so that Qt could not start."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform == "linux" and not any(environ.get(name) for name in named)
