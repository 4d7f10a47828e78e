"""The sound devices, and the processing of what they play and record."""
