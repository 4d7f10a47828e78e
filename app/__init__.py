"""Avatar Kiosk: a visitor taps the screen and talks with a live avatar."""

# Written out: asking the installed package for it loads a fifth of what the first picture needs. A test compares.
__version__ = "0.1.0"
