"""Which painter this machine gets: asks the graphics stack, once at start, what it really is."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

# Mesa's two, Google's, Microsoft's two, Apple's; all of them paint on the CPU at 20 to 60 times the cost of raster.
SOFTWARE = re.compile(r"llvmpipe|softpipe|swrast|swiftshader|basic render|\bwarp\b|apple software", re.IGNORECASE)
GL_RENDERER = 0x1F01
# Render nodes of the kernel; the closed drivers of NVIDIA, Arm, Qualcomm, Imagination, Vivante; Windows below Linux.
DEVICES = ("dri/renderD*", "nvidia[0-9]*", "mali*", "kgsl-3d*", "pvr*", "galcore", "dxg")

SPAN_S = 3.0  # over which painted frames are held against those that came
SLOW_SPANS = 2  # one after another; a single one may be somebody else's fault
LEAST_PAINTED = 0.7  # of the frames that came and that the screen could show


def is_software(renderer: str) -> bool:
    """Tell whether the name of a graphics device is that of a software rasteriser, or empty."""
    return not renderer.strip() or SOFTWARE.search(renderer) is not None


def choose(has_device: Callable[[], bool] | None = None) -> tuple[str, str]:
    """Return the painter, "gpu" or "raster", and the reason in words for staff. Needs a QGuiApplication.

    Linux is asked through OpenGL, which is what the painter uses there. Windows and macOS have a GPU interface on every
    machine; a software device behind it shows when the painter starts, and the painter then gives way by itself.
    has_device: whether it is worth asking OpenGL.
    """
    platform = QGuiApplication.platformName()
    if platform in {"offscreen", "minimal", "vnc", "linuxfb"}:
        return "raster", f"the display platform {platform} has no graphics card"
    if sys.platform in {"win32", "darwin"}:
        return "gpu", "Direct3D" if sys.platform == "win32" else "Metal"
    if not (has_device or has_graphics_device)():
        return "raster", "no graphics device"
    name = gl_renderer()
    if name is None:
        return "raster", "OpenGL does not work here"
    if is_software(name):
        return "raster", f"software rasteriser: {name}"
    return "gpu", name


def has_graphics_device() -> bool:
    """Tell whether Linux has a graphics device at all. Asking OpenGL in vain costs 0.1 s and keeps 40 MB for good."""
    return any(found for pattern in DEVICES for found in Path("/dev").glob(pattern))


def gl_renderer() -> str | None:
    """Return the name of the device behind OpenGL, or None where no context can be had."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return None
    name = context.functions().glGetString(GL_RENDERER)
    context.doneCurrent()
    return str(name or "")


class Pace:
    """Compares the frames that came with those that were painted."""

    def __init__(self) -> None:
        self._from: tuple[float, int, int] | None = None
        self._slow = 0

    def is_behind(self, now: float, came: int, painted: int, refresh_hz: float) -> bool:
        """Tell whether fewer frames are painted than come, for some seconds; call it with each frame.

        now: seconds. came, painted: counted from any start. refresh_hz: more than that no screen can show.
        """
        if self._from is None:
            self._from = now, came, painted
            return False
        since, came_then, painted_then = self._from
        span = now - since
        if span < SPAN_S:
            return False
        self._from = now, came, painted
        due = min(came - came_then, refresh_hz * span)
        self._slow = self._slow + 1 if painted - painted_then < LEAST_PAINTED * due else 0
        return self._slow >= SLOW_SPANS
