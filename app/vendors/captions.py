"""Turns text of services into captions: removes recognition artefacts, unpacks JSON lines, bounds the length."""

from __future__ import annotations

import json
import re

MOST = 4000  # characters of one segment; a screen shows far fewer

# What recognisers write when nobody said anything: [BLANK_AUDIO], (silence), [music], *coughs*, music notes.
_ARTEFACT = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|<[^<>]*>|\*[^*]*\*|[♪♫]+")
_WORD = re.compile(r"\w")


def spoken(text: str) -> str:
    """Return what a visitor really said, without artefacts of speech recognition; "" where nothing is left."""
    rest = " ".join(_ARTEFACT.sub(" ", text).split())
    return rest[:MOST] if _WORD.search(rest) else ""


def unpacked(raw: str, closed: bool) -> str:
    """Return the text of an avatar's stream so far.

    Agents with timed transcripts send lines of JSON with a `text` each (docs/vendors/livekit.md 4.4); a line that is
    not complete yet is left out. Anything else is the text itself.

    Args:
        raw: What has come of the stream.
        closed: Nothing more comes.
    """
    if raw.lstrip().startswith("{"):
        texts = [text for line in raw.splitlines() if (text := _text_of(line)) is not None]
        if texts or not (closed or "\n" in raw.strip()):
            return "".join(texts).strip()[:MOST]
    return raw.strip()[:MOST]  # also a sentence that happens to begin with a brace


def _text_of(line: str) -> str | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else None
