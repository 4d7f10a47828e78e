"""Chooses the painter: asks the graphics stack once, at the start, whether there is a real graphics card."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

# Software rasterisers of Mesa, Google, Microsoft and Apple: they cost 20 to 60 times as much CPU as the raster painter.
SOFTWARE = re.compile(r"llvmpipe|softpipe|swrast|swiftshader|basic render|\bwarp\b|apple software", re.IGNORECASE)
GL_RENDERER = 0x1F01
# Render nodes of the kernel; closed drivers of NVIDIA, Arm, Qualcomm, Imagination, Vivante; Linux inside Windows (WSL).
DEVICES = ("dri/renderD*", "nvidia[0-9]*", "mali*", "kgsl-3d*", "pvr*", "galcore", "dxg")

SPAN_S = 3.0  # frames are counted over this time
SLOW_SPANS = 2  # too slow in so many of them, one after another; one alone may be the fault of another program
LEAST_PAINTED = 0.7  # too slow: fewer are painted than this share of the frames that came and the screen could show


def is_software(renderer: str) -> bool:
    """Return whether the name of a graphics device is empty or that of a software rasteriser."""
    return not renderer.strip() or SOFTWARE.search(renderer) is not None


def choose(has_device: Callable[[], bool] | None = None) -> tuple[str, str]:
    """Choose the painter of this machine. Needs a QGuiApplication.

    On Linux OpenGL is asked, which the GPU painter uses there. Windows and macOS have a GPU interface on every machine;
    a software device behind it is noticed when the GPU painter starts, and it is then replaced.

    Args:
        has_device: Returns whether it is worth asking OpenGL; None: `has_graphics_device`.

    Returns:
        "gpu" or "raster", and the reason in words for staff.
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
    """Return whether Linux has a graphics device; without one, asking OpenGL costs 0.1 s and keeps 40 MB for good."""
    return any(found for pattern in DEVICES for found in Path("/dev").glob(pattern))


def gl_renderer() -> str | None:
    """Return the name of the device behind OpenGL, or None where no context can be made."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return None
    name = context.functions().glGetString(GL_RENDERER)
    context.doneCurrent()
    return str(name or "")


class Pace:
    """Compares the number of frames that came with the number that were painted."""

    def __init__(self) -> None:
        self._from: tuple[float, int, int] | None = None
        self._slow = 0

    def is_behind(self, now: float, came: int, painted: int, refresh_hz: float) -> bool:
        """Return whether too few frames have been painted for some seconds; call it with each frame.

        Args:
            now: Seconds on a clock that does not go back.
            came: Number of frames that came, counted from any start.
            painted: Number of frames that were painted, likewise.
            refresh_hz: The screen shows no more frames a second than this.
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
