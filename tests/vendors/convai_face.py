"""Face data as Convai sends it: single visemes while they are spoken, or chunks of frames a little earlier."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tests.vendors.convai_bot import BotScript

NAMES = ("sil", "pp", "ff", "th", "dd", "kk", "ch", "ss", "nn", "rr", "aa", "e", "ih", "oh", "ou")
WIDTHS = {"visemes": 15, "arkit": 61, "mha": 251, "cc4_extended": 170}  # by format of "neurosync"
CHUNK = 10
SINGLE_FPS = 25


def single(**weights: float) -> dict[str, float]:
    """Return the fifteen weights of a `visemes` message."""
    return dict.fromkeys(NAMES, 0.0) | weights


def frame(width: int, shape: str) -> list[float]:
    """Return one frame of an animation stream; with fifteen values it is that shape of the mouth."""
    values = [0.0] * width
    values[NAMES.index(shape)] = 0.9
    return values


def asked(body: Mapping[str, Any]) -> str:
    """Return the face data that the body of a create call asks for: "none", "visemes", or the width of a frame."""
    provider, config = body.get("blendshape_provider"), body.get("blendshape_config")
    if provider == "ovr":
        return "visemes"
    style = config.get("format", "mha") if isinstance(config, dict) else "mha"
    return str(WIDTHS[style]) if provider == "neurosync" else "none"


class Tell(Protocol):
    """Sends one message: its type, its form and its data."""

    def __call__(self, kind: str, form: str = "A", **data: object) -> None: ...


async def play(script: BotScript, tell: Tell) -> None:
    """Send the face of one turn, as long as its voice."""
    if script.face == "none":
        return
    if script.face == "visemes":
        for _ in range(round(script.voice_s * SINGLE_FPS)):
            tell("visemes", "B", visemes=single(**{script.shape: 0.9}))
            await asyncio.sleep(1 / SINGLE_FPS)
        return
    width, count = int(script.face), round(script.voice_s * script.fps)
    for first in range(0, count, CHUNK):
        frames = [frame(width, script.shape) for _ in range(min(CHUNK, count - first))]
        tell("chunked-neurosync-blendshapes", "B", blendshapes=frames)
        await asyncio.sleep(CHUNK / script.fps)
    stats = {"total_blendshapes": count, "fps": script.fps, "was_interrupted": False}
    tell("blendshape-turn-stats", "B", stats=stats)
    for _ in range(script.late_frames):
        tell("neurosync-blendshapes", "B", blendshapes=frame(width, script.shape))
