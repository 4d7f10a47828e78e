"""Files that the package leaves out or must never contain. Used by kiosk.spec, the build and the smoke test."""

from __future__ import annotations

import re
import subprocess
import sys

QT_PLUGINS = {
    # folder of plug-ins: those that are kept (None: all); other folders are left out
    "platforms": {"libqxcb", "libqwayland", "libqoffscreen", "libqcocoa"},
    "imageformats": {"libqjpeg", "libqsvg", "libqwebp", "libqgif"},
    "iconengines": {"libqsvgicon"},
    "xcbglintegrations": None,
    "wayland-shell-integration": {"libxdg-shell", "libfullscreen-shell-v1"},
    "wayland-graphics-integration-client": {"libqt-plugin-wayland-egl", "libdmabuf-server", "libdrm-egl-server"},
    "wayland-decoration-client": {"libbradient"},
    "platforminputcontexts": {"libibusplatforminputcontextplugin", "libcomposeplatforminputcontextplugin"},
}

# The system's own copies must be used: libraries of graphics drivers fit only those. Source: the list of gridsync's
# spec and PyInstaller's issues 6993, 8963, 3286, 7506.
SYSTEM_LIBRARIES = (
    "libstdc++",
    "libgcc_s",
    "libX11",
    "libXau",
    "libXdmcp",
    "libXext",
    "libXrender",
    "libxcb.",
    "libdrm",
    "libwayland-client",
    "libwayland-cursor",
    "libwayland-egl",
    "libwayland-server",
    "libEGL",
    "libGL",
    "libGLX",
    "libGLdispatch",
    "libOpenGL",
    # Sound: their plug-ins and settings belong to the system.
    "libasound",
    "libportaudio",
    "libjack",
    "libpulse",
    "libsndfile",
    # Needed by those: a newer libpulse or libEGL needs newer ones of these, too.
    "libsystemd",
    "libdbus-1",
    "libglib-2",
    "libgthread-2",
    "libgobject-2",
    "libgio-2",
    # They read the system's configuration and cache, whose format changes.
    "libfontconfig",
    "libfreetype",
)

# Not LGPL, or GPL codecs: may not be shipped.
FORBIDDEN = (
    "VirtualKeyboard",
    "virtualkeyboard",
    "Charts",
    "Graphs",
    "DataVisualization",
    "Quick3D",
    "libx264",
    "libx265",
)

_QT_PLUGIN = re.compile(r"PySide6/Qt/plugins/([^/]+)/(.+?)\.")
_QT_UNUSED = re.compile(
    r"libQt6(Pdf|Qml|Quick|VirtualKeyboard|Network|Sql|Test|Designer|PrintSupport|Egl[Ff][Ss]\w*)\b"
    r"|PySide6/Qt(Network|Qml|Quick\w*|Sql|Test)\.abi3\.so"
    r"|libpyside6qml"
)
_NUMPY_UNUSED = re.compile(r"numpy/(.*/)?tests/|numpy/_core/(include|lib)/|numpy/f2py/|\.pyi$")


def is_wanted(name: str, system: str = sys.platform) -> bool:
    """Tell whether the file with the path `name` inside the bundle is needed. system: as in `sys.platform`."""
    name = name.replace("\\", "/")
    base = name.rpartition("/")[2]
    if any(word in name for word in FORBIDDEN):
        return False
    if system == "linux" and base.startswith(SYSTEM_LIBRARIES):
        return False
    if found := _QT_PLUGIN.search(name):
        if found[1] not in QT_PLUGINS:
            return False
        kept = QT_PLUGINS[found[1]]
        return kept is None or found[2] in kept
    if "PySide6/Qt/translations/" in name or "PySide6/Qt/qml/" in name or base == "RECORD":
        return False
    return not (_QT_UNUSED.search(name) or _NUMPY_UNUSED.search(name))


def reachable(binaries: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Drop the shared libraries that were needed only by files that are left out (the GTK theme alone needs 25).

    A library at the top of the bundle is there because another file needs it; a file in a folder is wanted itself.

    Args:
        binaries: PyInstaller's entries: name in the bundle, source file, kind.
    """
    sources = {name: source for name, source, _ in binaries}
    names = {name.rpartition("/")[2]: name for name in sources}
    kept: set[str] = set()
    wanted = [name for name in sources if "/" in name or not name.startswith("lib") or name.startswith("libpython")]
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept.add(name)
            wanted += [names[base] for base in needed(sources[name]) if base in names]
    return [entry for entry in binaries if entry[0] in kept]


def needed(file: str) -> list[str]:
    """Return the names of the shared libraries that `file` needs."""
    headers = subprocess.run(["objdump", "-p", file], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\s+NEEDED\s+(\S+)", headers, re.MULTILINE)


def forbidden(names: list[str]) -> list[str]:
    """Return those of the shipped files that must not be shipped."""
    bad = [name for name in names if any(word in name for word in FORBIDDEN)]
    return sorted(bad + [name for name in names if name.rpartition("/")[2].startswith(SYSTEM_LIBRARIES)])
