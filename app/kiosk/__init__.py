"""The top-level loop: attract screen, visits one after another, opening hours, planned restarts, safe mode."""
