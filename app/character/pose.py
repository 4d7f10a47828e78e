"""The pose of the figure at one instant, and the pose towards which each mood moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.character.base import Mood
from app.character.mouth import Mouth


@dataclass(slots=True)
class Pose:
    """What is painted of one instant.

    Angles are degrees, lengths design pixels (a picture is 1280 high), the rest factors without a unit.
    """

    lean: float = 0.0  # tilted on its foot, + to the right of the picture
    rise: float = 0.0  # stretch of the height (volume is kept); 0.03 is a lot
    near: float = 0.0  # leaning towards the visitor: 0.03 is 3 % larger
    yaw: float = 0.0  # -1 to 1, the jar turned around its vertical axis
    pitch: float = 0.0  # -1 to 1, + looks up
    gaze_x: float = 0.0  # eyes, -1 to 1
    gaze_y: float = 0.0  # + up
    lid_l: float = 1.0  # 0 shut, 1 open, 1.15 wide; left and right as seen in the picture
    lid_r: float = 1.0
    pupil: float = 1.0  # wider when it likes what it hears
    squint: float = 0.0  # lower lids pushed up by the smile
    brow_l: float = 0.0  # height, + up
    brow_r: float = 0.0
    worry: float = 0.0  # + inner ends up (sorry)
    smile: float = 0.5  # -0.5 to 1, corners of the mouth
    skew: float = 0.0  # mouth moved sideways (thinking)
    ears: float = 0.0  # the handles; 1 is pricked up
    stem: tuple[float, float, float] = (0.0, 0.0, 0.0)  # angles of the thirds of the stem, 0 upright
    leaf_l: float = 25.0  # angle above the horizontal
    leaf_r: float = 25.0
    curl_l: float = 0.3  # its tip hangs (+) or reaches up (-)
    curl_r: float = 0.3
    bloom: float = 0.3  # 0 bud, 1 open
    motes: float = 0.0  # the three lights that are shown while it thinks, 0 to 1
    mote_t: float = 0.0  # their phase, seconds
    light: float = 1.0  # 1 day, 0.55 asleep
    tint: int = 0  # colour of the light around it, 0xRRGGBB
    tint_strength: float = 0.0  # 0 none, 1 strong
    free: float = 1.0  # share of the picture's height, from the top, that nothing covers
    mouth: Mouth = field(default_factory=Mouth)


# The springs of `Animator`: frequency in hertz, damping, and the target where a mood names none. The damping gives the
# overshoot.
SPRINGS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "lean": (1.1, 0.62, 0.0),
        "rise": (1.7, 0.5, 0.0),
        "near": (1.2, 0.8, 0.0),
        "yaw": (1.5, 0.85, 0.0),
        "pitch": (1.5, 0.8, 0.0),
        "lid": (5.0, 1.0, 1.0),
        "pupil": (1.6, 1.0, 1.0),
        "squint": (2.5, 1.0, 0.0),
        "brow": (4.0, 0.7, 0.0),
        "brow_skew": (3.0, 0.8, 0.0),
        "worry": (3.0, 0.9, 0.0),
        "smile": (2.6, 0.9, 0.5),
        "skew": (2.5, 0.8, 0.0),
        "ears": (2.6, 0.45, 0.0),
        "stem0": (1.3, 0.45, 0.0),
        "stem1": (1.15, 0.38, 0.0),
        "stem2": (1.0, 0.3, 0.0),
        "leaf_l": (1.7, 0.38, 22.0),
        "leaf_r": (1.7, 0.38, 26.0),
        "curl_l": (1.4, 0.4, 0.3),
        "curl_r": (1.4, 0.4, 0.3),
        "bloom": (1.1, 0.65, 0.35),
        "motes": (1.6, 1.0, 0.0),
        "light": (0.6, 1.0, 1.0),
    }
)

# The target of the springs in each mood; only what differs from the target above is named.
TARGETS: Mapping[Mood, Mapping[str, float]] = MappingProxyType(
    {
        Mood.IDLE: {"smile": 0.6},
        Mood.ATTRACT: {"smile": 0.75, "bloom": 0.7, "ears": 0.2, "leaf_l": 32, "leaf_r": 34, "brow": 4},
        Mood.GREETING: {
            "smile": 1.0, "bloom": 1.0, "ears": 0.6, "rise": 0.016, "near": 0.012, "leaf_l": 38, "leaf_r": 42,
            "curl_r": -0.35, "brow": 10, "squint": 0.45, "pupil": 1.08,
        },
        Mood.LISTENING: {
            "smile": 0.5, "bloom": 0.5, "ears": 1.0, "near": 0.045, "pitch": 0.06, "lean": 2.4, "leaf_l": 50,
            "leaf_r": 50, "curl_l": -0.45, "curl_r": -0.45, "stem1": 2, "stem2": 4, "brow": 9, "lid": 1.07,
            "pupil": 1.1,
        },
        Mood.THINKING: {
            "smile": 0.22, "bloom": 0.1, "ears": 0.25, "lean": -3.4, "yaw": 0.4, "pitch": 0.35, "leaf_l": 8,
            "leaf_r": 30, "curl_l": 0.6, "stem0": -4, "stem1": -14, "stem2": -26, "brow": 3, "brow_skew": 11,
            "motes": 1.0, "skew": 14,
        },
        Mood.SPEAKING: {"smile": 0.55, "bloom": 0.9, "ears": 0.3, "leaf_l": 30, "leaf_r": 34, "brow": 3},
        Mood.SORRY: {
            "smile": -0.28, "bloom": 0.2, "ears": -0.6, "lean": 4.0, "rise": -0.016, "pitch": -0.22, "leaf_l": -16,
            "leaf_r": 2, "curl_l": 0.9, "curl_r": 1.0, "stem0": 4, "stem1": 16, "stem2": 34, "brow": 1, "worry": 1.0,
            "lid": 0.9,
        },
        Mood.GOODBYE: {
            "smile": 0.95, "bloom": 1.0, "ears": 0.3, "lean": -2.5, "near": -0.01, "leaf_l": 28, "leaf_r": 42,
            "curl_r": -0.3, "stem0": 2, "stem1": 3, "stem2": 4, "brow": 6, "squint": 0.5,
        },
        Mood.ASLEEP: {
            "smile": 0.35, "bloom": 0.0, "ears": -0.5, "lean": 3.2, "rise": -0.012, "pitch": -0.3, "yaw": 0.12,
            "lid": 0.0, "leaf_l": -16, "leaf_r": -4, "curl_l": 0.8, "curl_r": 0.8, "stem0": 7, "stem1": 26, "stem2": 58,
            "brow": -5, "light": 0.55,
        },
    }
)  # fmt: skip

# Lips drawn together while it thinks: the share by which the mouth gets narrower.
PURSE: Mapping[Mood, float] = MappingProxyType({Mood.THINKING: 0.42})


def target(mood: Mood, spring: str) -> float:
    """Return the target of the spring of that name in a mood."""
    return TARGETS[mood].get(spring, SPRINGS[spring][2])
