"""Settings files for tests, read with one service that requires keys."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from app.settings.load import Loaded, load
from app.settings.service import VendorSettings
from app.settings.types import OptionalHttpUrl
from app.vendors.base import Vendor


class ShopSettings(VendorSettings):
    url: OptionalHttpUrl = ""
    release_url: OptionalHttpUrl = ""
    api_key: SecretStr = SecretStr("")
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    tries: int = 3
    loud: bool = False


def _never(*_args: object) -> object:
    raise AssertionError("reading settings builds nothing")


SHOP = Vendor("shop", ShopSettings, "livekit", _never, _never, required=("url", "api_key"))
VENDORS = {"shop": SHOP}


def read(
    folder: Path, text: str | bytes = "", environ: dict[str, str] | None = None, vendors: dict[str, Vendor] = VENDORS
) -> Loaded:
    """Load `text` as kiosk.toml."""
    file = folder / "kiosk.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file, environ=environ or {}, vendors=vendors)


def lines(folder: Path, text: str | bytes = "", environ: dict[str, str] | None = None) -> list[str]:
    """The mistakes in `text`, without the folder's name."""
    return [str(mistake).replace(f"{folder}/", "") for mistake in read(folder, text, environ).mistakes]


def warnings(folder: Path, text: str | bytes = "", environ: dict[str, str] | None = None) -> list[str]:
    """The warnings about `text`, without the folder's name."""
    return [str(warning).replace(f"{folder}/", "") for warning in read(folder, text, environ).warnings]
