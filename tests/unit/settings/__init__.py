"""Rules about the settings."""
