"""For the self-test: loads fonts and shaders; needs no screen."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from app.resources import resource
from app.window.toolkit.look import load_fonts
from app.window.video.gpu_resources import load_shader


def fonts() -> str:
    """Load every font.

    Returns:
        Their families.

    Raises:
        OSError: A font is missing or damaged.
    """
    application = QGuiApplication.instance() or QGuiApplication(["avatar-kiosk", "-platform", "offscreen"])
    families = load_fonts(resource("fonts"))
    del application
    return ", ".join(families)


def shaders() -> str:
    """Load every compiled shader.

    Returns:
        Their names.

    Raises:
        PainterFailed: A shader cannot be loaded.
        OSError: There is none.
    """
    names = sorted(file.stem for file in resource("shaders").glob("*.qsb"))
    if not names:
        raise OSError("no shader is there")
    for name in names:
        load_shader(name)
    return ", ".join(names)
