"""The settings that the first picture needs, and a quick way to read them before all settings are checked.

The check takes longer than everything else until the first picture. The quick read accepts only simple values and
returns nothing otherwise; its caller compares the result with the checked settings afterwards.
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
    """The settings that the window is made from; see `app.settings.model` for each.

    Attributes:
        language: `kiosk.language`.
        languages: `kiosk.languages`.
        place: `kiosk.place`.
        help: `kiosk.help`.
        questions: `look.questions`.
        captions: `look.captions`.
        theme: Folder of `look.theme`, or None.
        volume: `audio.volume`, 0 to 1.
        typed_only: `audio.mode` is "text".
        pin: `staff.pin`, a hash.
    """

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
    """Return these values of the checked settings."""
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
    """Return these values from the settings file; None where only the whole check can tell. Never raises.

    Args:
        config: The file named on the command line.
        environ: Environment variables.
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
    """The file holds something that only the check can judge."""


def _plain(tables: dict[str, Any], path: Path) -> StartupSettings:
    nothing = StartupSettings()
    kiosk, look, audio, staff = (_value(tables, name, {}) for name in ("kiosk", "look", "audio", "staff"))
    if "pin_file" in staff:
        raise _Unclear
    language = _value(kiosk, "language", nothing.language)
    return StartupSettings(
        language=language,
        languages=_texts(kiosk, "languages", (language,)),
        place=_value(kiosk, "place", nothing.place),
        help=_value(kiosk, "help", nothing.help),
        questions=_texts(look, "questions", ()),
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


def _texts(table: dict[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    found = _value(table, key, list(default))
    if not all(isinstance(word, str) for word in found):
        raise _Unclear
    return tuple(found)


def _theme(folder: str, path: Path) -> Path | None:
    return path.parent / folder if folder else None
