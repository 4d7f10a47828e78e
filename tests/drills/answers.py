"""What services answer instead of a success: to the create call, and to the stop.

See section 3 of each service's page in docs/vendors.
"""

from __future__ import annotations

from typing import Any

from tests.drills.service import BadStop, Refusal

PAGE = "<html>Welcome to the museum's WLAN</html>"
PATIENT = {"Retry-After": "3"}
GATEWAY = Refusal(502, "<html>Bad gateway</html>", "farewell", may_run=True)  # which gave up on the service behind it

# What any host may say, or a portal, a proxy or a cable before it.
BAD_STOPS = (
    BadStop("500 thrice", 500, {"error": "no"}, times=3),
    BadStop("200 with a page", 200, PAGE),
    BadStop("empty 503", 503),
    BadStop("401", 401, {"message": "Invalid access token"}),
    BadStop("403", 403, "<html>Forbidden</html>"),
    BadStop("404", 404, "<html>Not found</html>"),
    BadStop("429", 429, {"message": "slow down"}, more={"headers": {"Retry-After": "1"}}),
    BadStop("redirect", 302, "<html>login</html>", more={"headers": {"Location": "http://127.0.0.1:9/"}}),
    BadStop("no answer", more={"delay_s": 30.0, "reset": True}),
    BadStop("cut", more={"reset": True}),
    BadStop("huge", 200, "x" * 3_000_000),
)
# The stop took effect, and nobody was told: the next try meets a session that is gone.
TAKEN_STOPS = (BadStop("answer lost", more={"lose": True}), BadStop("answered late", more={"late_s": 4.0}))

# ---------------------------------------------------------------- LiveKit agents

LIVEKIT = (
    GATEWAY,
    Refusal(429, {"message": "all agents are busy"}, "waiting"),
    Refusal(503, {"message": "all agents are busy"}, "waiting", headers=PATIENT),
    Refusal(402, {"message": "quota"}, "unavailable", "credits"),
    Refusal(401, {"message": "unknown kiosk"}, "unavailable", "auth"),
    Refusal(403, "<html>Forbidden</html>", "unavailable", "auth"),
    Refusal(400, {"error": "field room_config is not allowed"}, "unavailable", "config"),
    Refusal(404, None, "unavailable", "config"),
    Refusal(500, "<html>Bad gateway</html>", "farewell"),
    Refusal(302, "<html>login</html>", "farewell", headers={"Location": "http://127.0.0.1:9/"}),
    Refusal(200, PAGE, "farewell", may_run=True),
    Refusal(200, {}, "farewell", may_run=True),
    Refusal(200, None, "farewell", without=("participant_token",), may_run=True),
    Refusal(200, None, "farewell", without=("server_url",), may_run=True),
)
LIVEKIT_STOPS = (BadStop("400", 400, {"error": "room_name is not allowed"}),)

# ---------------------------------------------------------------- Convai

_MEMORY = "Missing end_user_id. end_user_id is required when the character has Long Term Memory enabled."
_SCHEMA = {"type": "missing", "loc": ["body", "character_id"], "msg": "Field required", "input": None}
CONVAI = (
    GATEWAY,
    Refusal(429, {"detail": "Too many live sessions for this plan"}, "waiting"),
    Refusal(429, {"detail": "Slow down"}, "waiting", headers=PATIENT),
    Refusal(429, {"detail": "LTM speaker limit reached"}, "unavailable", "config"),
    Refusal(401, {"detail": "Invalid API key"}, "unavailable", "auth"),
    Refusal(403, {"detail": "Realtime access denied"}, "unavailable", "auth"),
    Refusal(403, {"detail": "You have exceeded your monthly quota"}, "unavailable", "credits"),
    Refusal(400, {"detail": "Invalid character_id"}, "unavailable", "config"),
    Refusal(400, {"detail": _MEMORY}, "unavailable", "config"),
    Refusal(404, {"detail": "Character not found or doesn't belong to user"}, "unavailable", "config"),
    Refusal(409, {"detail": "Shared session conflict"}, "unavailable", "config"),
    Refusal(422, {"detail": [_SCHEMA]}, "unavailable", "config"),
    Refusal(500, {"detail": "failed to start bot"}, "farewell"),
    Refusal(503, {"detail": "no capacity"}, "farewell"),
    Refusal(200, None, "farewell", without=("room_url",)),  # it is ended at once, by its id
    Refusal(200, {"session_id": "x"}, "farewell", may_run=True),
    Refusal(200, PAGE, "farewell", may_run=True),
)
CONVAI_STOPS = (
    BadStop("400", 400, {"detail": "Bad request"}),
    BadStop("500", 500, {"detail": "Internal Server Error"}),
)

# ---------------------------------------------------------------- AI Studios

_TOKEN, _ONCE = "/sessions/token ", 1


def _said(code: int, message: str, data: Any = None) -> dict[str, Any]:
    return {"code": code, "data": data, "message": message}


_ROOM = {"url": "wss://127.0.0.1:9", "room_name": "room-x", "token": "no-token"}
AISTUDIOS = (
    GATEWAY,
    Refusal(401, _said(4010, "Invalid appId or userKey"), "unavailable", "auth", at=_TOKEN),
    Refusal(200, _said(1000, "Session token has been created", {}), "farewell", at=_TOKEN),
    Refusal(429, _said(4290, "Rate limited"), "waiting"),
    Refusal(429, _said(4290, "Rate limited"), "waiting", headers=PATIENT),
    Refusal(200, _said(4290, "Rate limited"), "waiting"),
    Refusal(403, _said(4030, "Maximum number of concurrent sessions reached"), "waiting"),
    Refusal(400, _said(4000, "Session limit exceeded for this plan"), "waiting"),
    Refusal(402, _said(4020, "Payment required"), "unavailable", "credits"),
    Refusal(403, _said(4030, "Not enough credits"), "unavailable", "credits"),
    Refusal(401, _said(4010, "Session token is invalid or expired"), "live", times=_ONCE),  # a fresh one is fetched
    Refusal(401, _said(4010, "Session token is invalid or expired"), "unavailable", "auth"),
    Refusal(403, _said(4030, "Forbidden"), "unavailable", "auth"),
    Refusal(200, _said(4030, "Forbidden"), "unavailable", "auth"),
    Refusal(400, _said(4000, "Invalid avatar"), "unavailable", "config"),
    Refusal(422, _said(4000, "avatar_id is required"), "unavailable", "config"),
    Refusal(404, _said(4040, "Avatar not found"), "unavailable", "config"),
    Refusal(500, _said(5000, "Server error"), "farewell"),
    Refusal(200, _said(9999, "Something new"), "farewell", may_run=True),
    Refusal(200, _said(1000, "Session has been started", {"livekit": _ROOM}), "farewell", may_run=True),
    Refusal(200, None, "farewell", without=("data.livekit",), may_run=True),
    Refusal(200, "<html>maintenance</html>", "farewell", may_run=True),
)
AISTUDIOS_STOPS = (
    BadStop("400", 400, _said(4000, "Invalid input")),
    BadStop("422", 422, _said(4000, "session_id and reason are required")),
    BadStop("5000 in 200", 200, _said(5000, "Server error")),
    BadStop("unknown code", 200, _said(9999, "Something new")),
    BadStop("says yes, does nothing", 200, _said(1000, "Session has been stopped")),
)

# ---------------------------------------------------------------- Tavus

_FULL = "User has reached maximum concurrent conversations"
_SUPPORT = "There was an error creating the conversation, please reach out to support at support@tavus.io!"
_ENDED = {"conversation_id": "c1", "conversation_url": "https://127.0.0.1:9/c1", "status": "ended"}
TAVUS = (
    GATEWAY,
    Refusal(400, {"error": _FULL}, "waiting"),
    Refusal(429, {"message": _FULL}, "waiting", headers=PATIENT),
    Refusal(402, {"error": "The user is out of conversational credits"}, "unavailable", "credits"),
    Refusal(400, {"message": "The user is out of conversational credits"}, "unavailable", "credits"),
    Refusal(401, {"message": "Invalid access token"}, "unavailable", "auth"),
    Refusal(403, {"message": "Forbidden"}, "unavailable", "auth"),
    Refusal(400, {"error": "Invalid replica_uuid"}, "unavailable", "config"),
    Refusal(400, {"error": "Invalid face_id"}, "unavailable", "config"),
    Refusal(400, {"message": "Invalid persona_id"}, "unavailable", "config"),
    Refusal(400, {"error": _SUPPORT}, "unavailable", "config"),
    Refusal(404, "<html>Not found</html>", "unavailable", "config"),
    Refusal(429, {"message": "Too many requests"}, "farewell"),
    Refusal(429, {"message": "Too many requests"}, "farewell", headers={"Retry-After": "2"}),
    Refusal(500, "<html>Internal Server Error</html>", "farewell"),
    Refusal(200, _ENDED | {"meeting_token": "t"}, "farewell", may_run=True),
    Refusal(200, None, "farewell", without=("conversation_url",), may_run=True),
    Refusal(200, None, "farewell", without=("conversation_id",), may_run=True),
    Refusal(200, PAGE, "farewell", may_run=True),
)
TAVUS_STOPS = (
    BadStop("400", 400, {"error": "Bad request"}),
    BadStop("says yes, does nothing", 200),
)
