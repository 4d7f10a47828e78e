"""The screen of a running conversation, and its parts."""
