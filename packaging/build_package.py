"""`make package`: PyInstaller, licences, gates, then dist/avatar-kiosk_VERSION_ARCH.deb and a portable archive.

On Windows and macOS, for which nothing is released yet, it zips a folder for trying.

Build on the oldest supported system: a package built on Debian 12 runs there and on everything newer.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import notices
from pruning import forbidden

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "packaging" / "linux"
WORK = ROOT / "build" / "package"
DIST = ROOT / "dist"
NAME = "avatar-kiosk"
RELEASE_DATE = "1767225600"  # for a source tree without history
MEGABYTE = 1024 * 1024
MOST_ON_DISK_MB = 420
MOST_PACKED_MB = 190


class Refused(Exception):
    """The build broke one of its rules; the text says which."""


def version() -> str:
    """Return the version in pyproject.toml."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return found


def source_date() -> str:
    """Return the time of the last commit, seconds since the epoch, so that the same source gives the same package."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    if shutil.which("git") is None:
        return RELEASE_DATE
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or RELEASE_DATE


def freeze() -> Path:
    """Run PyInstaller; return the folder with the program."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    log = WORK / "pyinstaller.log"
    places = ["--distpath", str(WORK), "--workpath", str(WORK / "pyinstaller")]
    with log.open("w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", *places, "kiosk.spec"],
            cwd=ROOT,
            env={**os.environ, "SOURCE_DATE_EPOCH": source_date(), "PYTHONHASHSEED": "0"},
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Refused(f"PyInstaller failed; {log.relative_to(ROOT)} ends with\n" + log.read_text()[-2000:])
    program = WORK / NAME
    for library in (program / "_internal").glob("libpython*.so*"):
        subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
    return program


def complete(program: Path) -> None:
    """Add the launcher, licences and README to the folder of the program."""
    shutil.copy(LINUX / "launch.sh", program / "launch.sh")
    (program / "launch.sh").chmod(0o755)
    shutil.copy(ROOT / "LICENSE", program)
    shutil.copy(ROOT / "README.md", program)
    notices.collect(ROOT / "packaging" / "requirements.txt", program, program / "licenses")


def check_contents(program: Path) -> int:
    """Return the size in bytes. Raises Refused: forbidden files, dangling links, or too large."""
    files = [path for path in program.rglob("*") if path.is_file() or path.is_symlink()]
    if bad := forbidden([str(path.relative_to(program)) for path in files]):
        raise Refused("must not be shipped: " + ", ".join(bad))
    if dangling := [str(path) for path in files if not path.exists()]:
        raise Refused("links lead nowhere: " + ", ".join(dangling))
    size = sum(path.lstat().st_size for path in files)
    if size > MOST_ON_DISK_MB * MEGABYTE:
        raise Refused(f"{size // MEGABYTE} MB on disk, {MOST_ON_DISK_MB} allowed")
    return size


def architecture() -> str:
    """Return Debian's name of this machine's architecture."""
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def build_deb(program: Path, size: int) -> Path:
    """Make the Debian package; return its path."""
    root = WORK / "deb"
    shutil.copytree(program, root / "opt" / NAME, symlinks=True)
    bin_folder = root / "usr" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / NAME).symlink_to(f"/opt/{NAME}/launch.sh")
    share = root / "usr" / "share"
    for source, folder in (
        (LINUX / f"{NAME}.desktop", share / "applications"),
        (LINUX / f"{NAME}.svg", share / "icons" / "hicolor" / "scalable" / "apps"),
        (LINUX / f"{NAME}.service", root / "usr" / "lib" / "systemd" / "user"),
        (ROOT / "resources" / "kiosk.toml", share / "doc" / NAME / "examples"),
        (ROOT / "CHANGELOG.md", share / "doc" / NAME),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / source.name)
    write_copyright(program / "licenses", share / "doc" / NAME / "copyright")
    control = (LINUX / "control").read_text()
    for word, value in (("VERSION", version()), ("ARCHITECTURE", architecture()), ("SIZE_KB", str(size // 1024))):
        control = control.replace(f"@{word}@", value)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control)
    subprocess.run(["chmod", "-R", "u+rwX,go+rX,go-w", str(root)], check=True)
    target = DIST / f"{NAME}_{version()}_{architecture()}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--build", str(root), str(target)],
        env={**os.environ, "SOURCE_DATE_EPOCH": source_date()},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    shutil.rmtree(root)
    return target


def write_copyright(licences: Path, target: Path) -> None:
    """Write Debian's copyright file: our licence first, then the path of each shipped part's licence."""
    parts = "\n".join(f"  /opt/{NAME}/licenses/{path.name}/" for path in sorted(licences.iterdir()))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        f"Copyright 2026 the contributors to Avatar Kiosk\n\n"
        f"Avatar Kiosk is licensed under the Apache License, Version 2.0 (/usr/share/common-licenses/Apache-2.0).\n\n"
        f"It is shipped with the following parts, each under its own licence, in full at:\n\n{parts}\n"
    )


def build_archive(program: Path) -> Path:
    """Make the portable archive for any distribution; return its path. Unpack it and start launch.sh."""
    top = f"{NAME}-{version()}-linux-{platform.machine()}"
    target = DIST / f"{top}.tar.zst"
    shutil.copy(ROOT / "resources" / "kiosk.toml", program / "kiosk.toml.example")
    shutil.copy(LINUX / f"{NAME}.service", program)
    same = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{source_date()}"]
    packing = ["--transform", f"s,^{NAME},{top},", "--use-compress-program", "zstd -10 -T0 -q"]
    subprocess.run(["tar", *same, *packing, "-cf", str(target), NAME], cwd=WORK, check=True)
    return target


def build_linux(program: Path) -> list[Path]:
    """Build the Debian package and the portable archive. Raises Refused and notices.Missing."""
    complete(program)
    size = check_contents(program)
    print(f"{size // MEGABYTE} MB on disk; packing", flush=True)
    return [build_deb(program, size), build_archive(program)]


def build_trial(program: Path) -> Path:
    """Zip the frozen folder on another system. For trying only: the licence texts of its libraries are not in it."""
    shutil.copy(ROOT / "LICENSE", program)
    name = f"{NAME}-{version()}-{platform.system().lower()}-{platform.machine().lower()}-trial"
    return Path(shutil.make_archive(str(DIST / name), "zip", WORK, NAME))


def main() -> int:
    DIST.mkdir(exist_ok=True)
    try:
        print("Freezing (about a minute)", flush=True)
        program = freeze()
        for file in build_linux(program) if sys.platform == "linux" else [build_trial(program)]:
            packed = file.stat().st_size
            print(f"{file.relative_to(ROOT)}: {packed // MEGABYTE} MB")
            if packed > MOST_PACKED_MB * MEGABYTE:
                raise Refused(f"{packed // MEGABYTE} MB packed, {MOST_PACKED_MB} allowed")
    except (Refused, notices.Missing) as error:
        print(f"Not built: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"Not built: {error.cmd[0]} failed", file=sys.stderr)
        return 1
    print("Try it: make smoke")
    return 0


if __name__ == "__main__":
    sys.exit(main())
