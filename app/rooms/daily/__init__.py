"""Rooms of Daily. Nobody else imports Daily's library."""
