"""Names that the guide's room and its protocol both use."""

from __future__ import annotations

GUIDE = "guide"  # its identity in the room
URL = "local:"  # address of its room, followed by the language of the visit; the token is the visitor's identity

# Its remote procedures: stop speaking; say a closing line; wave, because the visit ends.
INTERRUPT = "interrupt"
WRAP_UP = "wrap_up"
GOODBYE = "goodbye"
