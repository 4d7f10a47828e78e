"""The texts of Convai's refusals, as data (docs/vendors/convai.md 3)."""

from __future__ import annotations

from app.vendors.classify import ErrorPattern, ErrorPatterns

# The settings add to busy and credits. A 429 that fits no pattern is busy: the wording of that refusal is unknown. The
# wording for credits is taken from the message in a running session.
PATTERNS = ErrorPatterns(
    credits=(ErrorPattern(statuses=frozenset({402})), ErrorPattern(text=r"(exceeded|reached).{0,40}quota")),
    config=(ErrorPattern(statuses=frozenset({429}), text="speaker"),),
)
# What staff are told in addition to the service's own text: status, a fragment of that text, advice.
ADVICE = (
    (401, "", "the key is wrong: see service.convai.api_key"),
    (403, "", "this account's plan does not include live sessions"),
    (404, "", "see service.convai.character_id: it must be a character of this key's account"),
    (400, "end_user_id", "turn Long Term Memory off for this character"),
    (429, "speaker", "turn Long Term Memory off for this character: it remembers no more people"),
)
