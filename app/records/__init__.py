"""SQLite: the journal of open sessions and what outlives a visit."""
