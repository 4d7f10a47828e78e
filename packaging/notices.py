"""Collects the licences of everything in the package: Python packages, Qt, system libraries, Python itself."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_LICENCE = re.compile(r"(licen[cs]e|copying|notice|thirdparty)", re.IGNORECASE)
# Wheels without a licence text: the Debian file that has it.
_COMMON = {
    "pyside6-essentials": ("LGPL-3", "GPL-3"),
    "shiboken6": ("LGPL-3", "GPL-3"),
    "livekit": ("Apache-2.0",),
    "flatbuffers": ("Apache-2.0",),
    "onnxruntime": (),
}
_QT = """Qt and PySide6 are used under the GNU Lesser General Public License, version 3 (texts beside this file).
They lie in the folder _internal/PySide6 as shared libraries and may be replaced by your own builds of them.
Sources: https://download.qt.io/official_releases/ (Qt {version}, Qt for Python {version}).
"""


class Missing(Exception):
    """Something would be shipped without its licence; the text names it."""


def collect(lock: Path, bundle: Path, target: Path) -> None:
    """Write the licence texts of all packages and libraries.

    Args:
        lock: Lock file that lists the packages.
        bundle: Folder of the program.
        target: Folder for the texts.

    Raises:
        Missing: A part has no licence text.
    """
    for name in re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE):
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system
        _copy_package(package, name, target / name)
    _copy_python(target / "python")
    _copy_system_libraries(bundle / "_internal", target)
    qt = distribution("pyside6-essentials").version
    (target / "pyside6-essentials" / "README").write_text(_QT.format(version=qt))


def _copy_package(package: Distribution, name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts = [file for file in package.files or [] if _LICENCE.search(file.name) and file.suffix not in (".py", ".pyc")]
    for file in texts:
        source = Path(str(package.locate_file(file)))
        if source.is_file():
            shutil.copyfile(source, folder / str(file).replace("/", "_"))
    for common in _COMMON.get(name, ()):
        shutil.copyfile(Path("/usr/share/common-licenses") / common, folder / common)
    if not any(folder.iterdir()):
        fields = package.metadata
        stated = next((fields[key] for key in ("License-Expression", "License") if key in fields), None)
        if not stated:
            raise Missing(f"{name} has no licence text")
        (folder / "LICENSE").write_text(f"{name} {package.version}\nLicence: {stated}\n")


def _copy_python(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = [Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path(f"/usr/share/doc/{version}/copyright")]
    for place in places:
        if place.is_file():
            shutil.copyfile(place, folder / "LICENSE")
            return
    raise Missing("Python's own licence was not found")


def _copy_system_libraries(bundle: Path, target: Path) -> None:
    """Copy Debian's copyright file of each system library at the top of the bundle."""
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    places = dict(reversed(re.findall(r"^\s+(\S+) .* => (\S+)$", known, re.MULTILINE)))
    for file in sorted(bundle.glob("lib*.so*")):
        # Links lead into a package's folder; a hash in the name is from auditwheel, and that package has the licence.
        if file.is_symlink() or re.search(r"-[0-9a-f]{8}", file.name) or file.name.startswith("libpython"):
            continue
        place = places.get(file.name)
        if place is None:
            raise Missing(f"{file.name} comes from nowhere known")
        owner = _owner(Path(place))
        folder = target / "system" / owner
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(f"/usr/share/doc/{owner}/copyright", folder / "copyright")


def _owner(file: Path) -> str:
    """Return the Debian package of a library; dpkg may know its path from before /lib became a link to /usr/lib."""
    real = str(file.resolve())
    for name in (real, real.removeprefix("/usr"), str(file)):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.partition(":")[0]
    raise Missing(f"no Debian package owns {file}")
