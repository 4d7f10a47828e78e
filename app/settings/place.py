"""Where the settings file lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

FILE_NAME = "kiosk.toml"


def find(config: Path | None, environ: Mapping[str, str]) -> tuple[Path, bool]:
    """Return the settings file to read, and whether somebody named it, so that it has to be there."""
    if config is not None:
        return config, True
    if named := environ.get("KIOSK_CONFIG"):
        return Path(named), True
    return platformdirs.user_config_path("avatar-kiosk", appauthor=False) / FILE_NAME, False
