"""Turns text of services into captions: removes recognition artefacts, bounds the length."""

from __future__ import annotations

import re

MOST = 4000  # characters of one segment; a screen shows far fewer

# What recognisers write when nobody said anything: [BLANK_AUDIO], (silence), [music], *coughs*, music notes.
_ARTEFACT = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|<[^<>]*>|\*[^*]*\*|[♪♫]+")
_WORD = re.compile(r"\w")


def spoken(text: str) -> str:
    """Return what a visitor really said, without artefacts of speech recognition; "" where nothing is left."""
    rest = " ".join(_ARTEFACT.sub(" ", text).split())
    return rest[:MOST] if _WORD.search(rest) else ""
