"""The sound devices and everything that touches them."""
