"""One visit, from the tap to the goodbye."""
