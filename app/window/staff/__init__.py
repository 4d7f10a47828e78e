"""The staff panel: its gesture, PIN, facts and actions."""
