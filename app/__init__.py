"""Avatar Kiosk: a visitor taps the screen and talks with a live avatar."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("avatar-kiosk")
except PackageNotFoundError:  # started from a checkout that was never installed
    __version__ = "0.1.0"
