"""SQLite: the journal of open sessions, the cost of sessions, and counters that outlive the process."""
