"""Rooms of a LiveKit server."""
