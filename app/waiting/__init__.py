"""Getting a place at the service: polling with back-off."""
