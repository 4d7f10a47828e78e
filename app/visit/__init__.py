"""One visit: notice, place, room, conversation and farewell."""
