"""The built-in guide: what it knows, how it speaks and listens."""
