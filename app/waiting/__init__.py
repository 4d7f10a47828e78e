"""Getting a slot: polling with back-off, and later the fleet's line."""
