"""The one module that knows where fonts, sounds, shaders, keyboards, translations and example settings are stored."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


@cache
def _folder() -> Path:
    # Beside the package in a checkout and in the frozen program, inside it in an installed wheel.
    for place in (_PACKAGE.parent / "resources", _PACKAGE / "resources"):
        if place.is_dir():
            return place
    raise FileNotFoundError("the folder 'resources' is missing: the program was not copied whole")


def resource(*parts: str) -> Path:
    """Return the path of one resource, for example `resource("translations", "en.toml")`; the file may be absent.

    Raises:
        FileNotFoundError: The program was copied without its resources.
    """
    return _folder().joinpath(*parts)
