"""The settings model, secrets, and mistakes in plain language."""
