"""A session at the service: created, released, and what it may cost."""
