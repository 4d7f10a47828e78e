"""Mouth shapes: the fifteen visemes, mixing them, and the springs that move the lips from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from app.character.springs import Spring, noise


@dataclass(slots=True)
class Mouth:
    """One mouth shape. `w`, `up` and `down` are design pixels (a picture is 1280 high), the rest 0 to 1."""

    w: float = 50.0  # half width, corner to corner
    up: float = 0.0  # opening above the line of the corners
    down: float = 0.0  # opening below it (the jaw)
    round: float = 0.0  # 0: sharp corners like a lens, 1: an ellipse
    pucker: float = 0.0  # lips pushed out: a thick ring
    press: float = 0.0  # lips rolled in and closed (m, b, p)
    top: float = 0.0  # upper teeth shown
    low: float = 0.0  # lower teeth shown
    tongue: float = 0.0  # height of the tongue in the opening
    tip: float = 0.0  # its tip at the upper teeth (l, n, d) or between them (th)
    bite: float = 0.0  # lower lip under the upper teeth (f, v)


_PARTS = tuple(f.name for f in fields(Mouth))
_NEVER_NEGATIVE = tuple(name for name in _PARTS if name != "w")

# Names of the Oculus LipSync visemes, which services send too.
MOUTHS: Mapping[str, Mouth] = {
    "sil": Mouth(50),
    "PP": Mouth(40, press=1.0),
    "FF": Mouth(45, 15, 10, round=0.1, top=1.0, bite=1.0),
    "TH": Mouth(48, 11, 17, round=0.25, top=0.8, tongue=0.55, tip=1.0),
    "DD": Mouth(50, 10, 16, round=0.15, top=0.8, low=0.25, tongue=0.5, tip=0.5),
    "kk": Mouth(48, 12, 24, round=0.3, top=0.45, tongue=0.75),
    "CH": Mouth(31, 17, 21, round=0.75, pucker=0.65, top=0.75, low=0.7),
    "SS": Mouth(54, 11, 13, round=0.05, top=1.0, low=1.0),
    "nn": Mouth(50, 11, 19, round=0.2, top=0.5, tongue=0.4, tip=0.8),
    "RR": Mouth(35, 13, 20, round=0.7, pucker=0.5, top=0.25, tongue=0.55),
    "aa": Mouth(56, 20, 62, round=0.6, top=0.55, tongue=0.45),
    "E": Mouth(64, 16, 36, round=0.3, top=0.8, tongue=0.5),
    "ih": Mouth(70, 13, 19, round=0.1, top=1.0, low=0.45, tongue=0.3),
    "oh": Mouth(37, 28, 42, round=1.0, pucker=0.55, tongue=0.3),
    "ou": Mouth(19, 17, 20, round=1.0, pucker=1.0),
}
# Weight of a closed mouth (p, b, m, f, v) against its neighbours: viewers notice first whether lips close.
_CLOSURE = 2.0
_BY_LOWER_NAME = {name.lower(): name for name in MOUTHS}
_CLOSING_HZ, _OPENING_HZ, _DAMPING = 13.0, 8.5, 0.95


def viseme_name(name: str) -> str | None:
    """Return the viseme of that name in any case, None for an unknown one."""
    return _BY_LOWER_NAME.get(name.lower())


def blend(weights: Mapping[str, float]) -> Mouth:
    """Return the mixture of visemes by weight, 0 to 1 each.

    A sum below 1 is filled up with the resting mouth; one above 1 is scaled down. Unknown names count as rest.
    """
    known: dict[str, float] = {}
    for name, weight in weights.items():
        viseme = viseme_name(name)
        if viseme is not None and weight > 0:
            known[viseme] = min(weight, 1.0) * (_CLOSURE if viseme in {"PP", "FF"} else 1.0)
    total = sum(known.values())
    known["sil"] = known.get("sil", 0.0) + max(0.0, 1.0 - total)
    scale = 1.0 / max(1.0, total)
    out = Mouth(w=0.0)
    for viseme, weight in known.items():
        shape = MOUTHS[viseme]
        for part in _PARTS:
            setattr(out, part, getattr(out, part) + weight * scale * getattr(shape, part))
    return out


def babble(loudness: float, t: float) -> Mouth:
    """Return a mouth shape at `t` seconds for a voice of which only the loudness (0 to 1) is known.

    The louder, the wider it opens; about four times a second it changes between spread, open and round, so that it
    does not only open and close.
    """
    level = max(0.0, min(1.0, (loudness - 0.2) / 0.75)) * (0.72 + 0.28 * noise(t * 17, 45))
    rounded = max(0.0, min(1.0, 0.5 + 0.9 * noise(t * 11, 41)))
    opened = max(0.0, min(1.0, 0.5 + 0.9 * noise(t * 13, 43)))
    return blend(
        {
            "aa": level * 0.75 * opened,
            "oh": level * 0.6 * rounded * opened,
            "ou": level * 0.7 * rounded * (1 - opened),
            "ih": level * 0.6 * (1 - rounded) * (1 - opened),
            "E": level * 0.45 * (1 - rounded),
        }
    )


class Lips:
    """The moving mouth: one spring for each field of `Mouth`; closing is quicker than opening."""

    def __init__(self) -> None:
        rest = MOUTHS["sil"]
        self._springs = {part: Spring(getattr(rest, part), _OPENING_HZ, _DAMPING) for part in _PARTS}

    def step(self, goal: Mouth, dt: float) -> Mouth:
        """Move on by `dt` seconds towards `goal`; return the shape at that instant."""
        out = Mouth()
        for part, spring in self._springs.items():
            target = getattr(goal, part)
            closing = part in {"press", "bite"} or (part in {"up", "down"} and target < spring.x)
            spring.hz = _CLOSING_HZ if closing else _OPENING_HZ
            setattr(out, part, spring.step(target, dt))
        for part in _NEVER_NEGATIVE:
            setattr(out, part, max(0.0, getattr(out, part)))
        out.w = max(10.0, out.w)
        shut = max(0.0, 1.0 - out.press) ** 1.5
        out.up *= shut
        out.down *= shut
        return out
