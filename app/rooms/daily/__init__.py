"""Rooms of Daily. No other package imports Daily's library."""
