"""Media rooms: one interface, one package for each kind of room."""
