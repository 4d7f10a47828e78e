"""Media legs: one interface, one file for each kind of room."""
