"""The composition root: builds every part from the settings and takes all of them down. No other code has globals."""

from app.compose.start import run_kiosk

__all__ = ["run_kiosk"]
