"""The path of the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

FILE_NAME = "kiosk.toml"


def find(config: Path | None, environ: Mapping[str, str]) -> tuple[Path, bool]:
    """Return the path of the settings file, and whether it was named explicitly, so that it must exist.

    Args:
        config: The file named on the command line.
        environ: Environment variables.
    """
    if config is not None:
        return config, True
    if named := environ.get("KIOSK_CONFIG"):
        return Path(named), True
    return platformdirs.user_config_path("avatar-kiosk", appauthor=False) / FILE_NAME, False
