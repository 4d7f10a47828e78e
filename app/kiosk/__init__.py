"""The kiosk's day: attract, visits one after another, closing hours, planned restarts and safe mode."""
