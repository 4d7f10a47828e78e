"""Rebuilds resources/shaders/*.qsb from their sources: `python packaging/shaders.py [--qsb PROGRAM]`.

Needed only after a change of a source; the results are committed, because the compiler `qsb` is in PySide6_Addons,
which the kiosk does not use. Without --qsb the wheel of the installed version is downloaded for it, then deleted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import PySide6

SHADERS = Path(__file__).parent.parent / "resources" / "shaders"
# What QRhi needs: OpenGL ES 2, OpenGL 2.1 and 3.2 or later, Direct3D 11 and 12, Metal; SPIR-V (Vulkan) always is in.
TARGETS = ["--glsl", "100 es,120,150", "--hlsl", "50", "--msl", "12"]
HASHES = "built-from.txt"  # a hash of each source; a test compares them with the sources


def fetch_qsb(folder: Path) -> Path:
    """Download the wheel that has `qsb` and unpack it and its library into `folder`. Raises CalledProcessError."""
    wheel = f"PySide6_Addons=={PySide6.__version__}"
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, wheel], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as packed:
        names = [n for n in packed.namelist() if Path(n).stem.split(".")[0] in {"qsb", "libQt6ShaderTools"}]
        packed.extractall(folder, names)
    qsb = next(p for p in folder.rglob("qsb*") if p.is_file())
    qsb.chmod(0o755)
    return qsb


def build(qsb: Path) -> None:
    """Compile every source and write the hashes. Raises CalledProcessError; the compiler's messages go to stderr."""
    libraries = [str(qsb.parent / "Qt" / "lib"), str(Path(PySide6.__file__).parent / "Qt" / "lib")]
    environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    lines = []
    for source in sorted([*SHADERS.glob("*.vert"), *SHADERS.glob("*.frag")]):
        subprocess.run([qsb, *TARGETS, "-o", f"{source}.qsb", source], check=True, env=environment)
        lines.append(f"{hashlib.sha256(source.read_bytes()).hexdigest()}  {source.name}\n")
    (SHADERS / HASHES).write_text("".join(lines))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qsb", type=Path, help="a qsb program of the same Qt version")
    given = parser.parse_args().qsb
    with tempfile.TemporaryDirectory() as folder:
        build(given or fetch_qsb(Path(folder)))


if __name__ == "__main__":
    main()
