"""Builds everything once, from the settings, and owns the way down. There are no globals anywhere else."""

from app.compose.start import run_kiosk

__all__ = ["run_kiosk"]
