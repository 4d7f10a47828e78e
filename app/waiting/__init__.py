"""Getting a place at the service: polling with back-off, and later the fleet's line."""
