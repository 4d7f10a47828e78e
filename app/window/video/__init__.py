"""The avatar's picture: the widget that shows it, and its two painters."""
