"""Builds everything once, from the settings, and owns the way down. There are no globals anywhere else."""

from app.compose.process import run_kiosk

__all__ = ["run_kiosk"]
