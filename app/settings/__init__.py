"""The settings: their model, how they are read and checked, secrets, and messages about mistakes."""
