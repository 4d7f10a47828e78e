"""The machine around the kiosk: processes, logs, status, keep-awake."""
