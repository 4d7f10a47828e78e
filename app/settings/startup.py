"""What the first picture needs to know of the settings, and a quick look that tells it before they are checked.

Checking the settings takes longer than everything else until the first picture. The quick look believes only what is
plainly written and says nothing otherwise; whoever shows its picture compares it with the checked settings afterwards.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.settings.files import FileFault, Files, decode
from app.settings.place import find

if TYPE_CHECKING:
    from app.settings.load import Loaded


@dataclass(frozen=True, slots=True)
class StartupSettings:
    """Whatever of the settings the window is made from; see the settings model for each. theme: its folder, or None."""

    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    place: str = "Science Hall"
    help: str = "the information desk"
    questions: tuple[str, ...] = ()
    captions: bool = True
    theme: Path | None = None
    volume: float = 0.8
    typed_only: bool = False
    pin: str = field(default="", repr=False)


def startup_settings_of(loaded: Loaded) -> StartupSettings:
    """Return what checked settings say."""
    settings = loaded.settings
    return StartupSettings(
        language=settings.kiosk.language,
        languages=tuple(settings.kiosk.languages),
        place=settings.kiosk.place,
        help=settings.kiosk.help,
        questions=tuple(settings.look.questions),
        captions=settings.look.captions,
        theme=_theme(settings.look.theme, loaded.path),
        volume=settings.audio.volume,
        typed_only=settings.audio.mode == "text",
        pin=settings.staff.pin.get_secret_value(),
    )


def read_startup_settings(config: Path | None, environ: Mapping[str, str]) -> StartupSettings | None:
    """Return what the settings file plainly says; None where only the whole check can tell. Never raises.

    config: the file named on the command line.
    """
    if any(name.startswith(("KIOSK_KIOSK_", "KIOSK_LOOK_", "KIOSK_AUDIO_", "KIOSK_STAFF_")) for name in environ):
        return None
    path, named = find(config, environ)
    try:
        tables = tomllib.loads(decode(Files().read(path))[0])
    except FileFault as fault:
        return StartupSettings() if fault.absent and not named else None
    except (ValueError, RecursionError):
        return None
    try:
        return _plain(tables, path)
    except _Unclear:
        return None


class _Unclear(Exception):
    """Something stands there that only the check understands."""


def _plain(tables: dict[str, Any], path: Path) -> StartupSettings:
    nothing = StartupSettings()
    kiosk, look, audio, staff = (_value(tables, name, {}) for name in ("kiosk", "look", "audio", "staff"))
    if "pin_file" in staff:
        raise _Unclear
    language = _value(kiosk, "language", nothing.language)
    return StartupSettings(
        language=language,
        languages=_words(kiosk, "languages", (language,)),
        place=_value(kiosk, "place", nothing.place),
        help=_value(kiosk, "help", nothing.help),
        questions=_words(look, "questions", ()),
        captions=_value(look, "captions", nothing.captions),
        theme=_theme(_value(look, "theme", ""), path),
        volume=_value(audio, "volume", nothing.volume),
        typed_only=_value(audio, "mode", "") == "text",
        pin=_value(staff, "pin", ""),
    )


def _value(table: dict[str, Any], key: str, default: Any) -> Any:
    found = table.get(key, default)
    if type(found) is not type(default):
        raise _Unclear
    return found


def _words(table: dict[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    found = _value(table, key, list(default))
    if not all(isinstance(word, str) for word in found):
        raise _Unclear
    return tuple(found)


def _theme(folder: str, path: Path) -> Path | None:
    return path.parent / folder if folder else None
