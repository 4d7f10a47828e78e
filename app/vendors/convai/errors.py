"""How refusals of Convai read, as data (docs/vendors/convai.md 3)."""

from __future__ import annotations

from app.vendors.classify import ErrorPattern, ErrorPatterns

# The settings add to busy and credits. A 429 without a sign is busy: its wording is unknown. The wording of credits is
# that of the message in a running session.
PATTERNS = ErrorPatterns(
    credits=(ErrorPattern(statuses=frozenset({402})), ErrorPattern(text=r"(exceeded|reached).{0,40}quota")),
    config=(ErrorPattern(statuses=frozenset({429}), text="speaker"),),
)
# What staff are told besides the service's own words: status, a fragment of its text, advice.
ADVICE = (
    (401, "", "the key is wrong: see service.convai.api_key"),
    (403, "", "this account's plan does not include live sessions"),
    (404, "", "see service.convai.character_id: it must be a character of this key's account"),
    (400, "end_user_id", "turn Long Term Memory off for this character"),
    (429, "speaker", "turn Long Term Memory off for this character: it remembers no more people"),
)
