"""Operating system and operation: processes, logs, status page, keeping the system awake."""
