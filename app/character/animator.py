"""Animation of the figure: computes its pose from time, mood, its own voice and the visitor's voice. No Qt.

Deterministic: the time is passed in, and random numbers come from one seed. Units: seconds, degrees, design pixels.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from app.character.base import Mood
from app.character.feeling import Feeling, Light
from app.character.gaze import Blink, Gaze
from app.character.gestures import Gestures, Offsets
from app.character.mouth import Lips, babble, blend
from app.character.pose import PURSE, SPRINGS, Pose, target
from app.character.springs import Spring, noise

_LONGEST_DT_S = 0.2  # a longer step counts as this: after a stall the figure goes on where it was, without a jump
_NEUTRAL = Feeling()
_BREATH_S, _BREATH_ASLEEP_S = 3.8, 5.4  # length of one breath


@dataclass(frozen=True, slots=True)
class AnimationInput:
    """What the pose of one instant depends on.

    Attributes:
        mood: How the figure behaves.
        visemes: Weights by name, 0 to 1, while the mouth shapes of its speech are known; None: the mouth follows
            `loudness`.
        loudness: Of its own voice, 0 to 1.
        hearing: How loud the visitor is, 0 to 1.
        free: Share of the picture's height, from the top, that nothing covers, 0 to 1.
        calm: Reduced motion.
        feeling: About what it says.
    """

    mood: Mood = Mood.IDLE
    visemes: Mapping[str, float] | None = None
    loudness: float = 0.0
    hearing: float = 0.0
    free: float = 1.0
    calm: bool = False
    feeling: Feeling = _NEUTRAL


class Animator:
    """Call `step` with rising times; it returns the pose of each.

    Args:
        seed: Of everything random.
        mood: The first one.
    """

    def __init__(self, seed: int, mood: Mood = Mood.IDLE) -> None:
        chance = random.Random(seed)
        self._mood = mood
        self._t: float | None = None
        self._springs = {name: Spring(target(mood, name), hz, zeta) for name, (hz, zeta, _) in SPRINGS.items()}
        self._free = Spring(1.0, 1.0, 1.0)
        self._lips = Lips()
        self._light = Light()
        self._gaze = Gaze(chance)
        self._blink = Blink(chance)
        self._gestures = Gestures(chance)
        self._loud = self._slow = self._beat = self._hearing = 0.0
        self._first = True

    def step(self, t: float, inputs: AnimationInput) -> Pose:
        """Return the pose at `t` seconds. `t` must not fall; a step longer than `_LONGEST_DT_S` counts as that long."""
        dt = 0.0 if self._t is None else min(_LONGEST_DT_S, max(0.0, t - self._t))
        if self._first:
            self._free.x, self._first = inputs.free, False
        self._t = t
        if inputs.mood is not self._mood:
            self._enter(inputs.mood, t)
        self._follow_voice(dt, inputs)
        looked = self._gaze.step(t, dt, self._mood, inputs.calm)
        if self._gaze.jumped and not inputs.calm:
            self._blink.now(t)
        extra = self._gestures.step(t, self._mood, inputs.calm)
        at = {}
        for name, spring in self._springs.items():
            goal, push = self._pull(name, t, inputs, looked)
            at[name] = spring.step(goal + extra.get(name, 0.0), dt, push)
        pose = self._compose(t, inputs, at, extra)
        pose.free = max(0.2, min(1.0, self._free.step(inputs.free, dt)))
        self._light.step(inputs.feeling, dt)
        pose.tint, pose.tint_strength = self._light.colour, self._light.strength
        shape = blend(inputs.visemes) if inputs.visemes is not None else babble(self._loud, t)
        shape.w *= 1 - PURSE.get(self._mood, 0.0)
        pose.mouth = self._lips.step(shape, dt)
        return pose

    def _enter(self, mood: Mood, t: float) -> None:
        self._mood = mood
        self._springs["rise"].v -= 0.10  # anticipation, as animators call it: a short crouch before every change
        self._gaze.turn_to_visitor(t)
        self._blink.now(t)
        self._gestures.enter(mood, t)
        if mood in {Mood.GREETING, Mood.GOODBYE}:
            self._springs["bloom"].v += 1.5

    def _follow_voice(self, dt: float, inputs: AnimationInput) -> None:
        """Follow its own loudness, the slow average of it, stressed syllables (`_beat`), and the visitor's loudness."""
        level = inputs.loudness
        if inputs.visemes is not None:
            talk = sum(weight for name, weight in inputs.visemes.items() if name.lower() != "sil")
            level = max(level, 0.6 * min(1.0, talk))
        self._loud += (level - self._loud) * min(1.0, dt / 0.05)
        self._slow += (level - self._slow) * min(1.0, dt / 0.6)
        accent = max(0.0, self._loud - self._slow - 0.12)
        self._beat += (accent - self._beat) * min(1.0, dt / 0.09)
        quick = 0.06 if inputs.hearing > self._hearing else 0.35
        self._hearing += (inputs.hearing - self._hearing) * min(1.0, dt / quick)

    def _pull(self, name: str, t: float, inputs: AnimationInput, looked: tuple[float, float]) -> tuple[float, float]:
        """Return the target of the spring of that name at `t`, and the acceleration that it gets from other springs."""
        springs, sway = self._springs, 0.0 if inputs.calm else 1.0
        goal, push = target(self._mood, name), 0.0
        if name == "yaw":
            goal += 0.38 * looked[0]  # the jar turns to where the eyes look, later and less
        elif name == "pitch":
            goal += 0.3 * looked[1]
            if self._mood is Mood.LISTENING and sway:  # a small nod now and then shows that it listens
                goal -= 0.34 * max(0.0, math.sin(t * 4.4)) * (math.sin(t * 0.73) > 0.55)
        elif name.startswith("stem"):  # the plant lags behind the jar and sways in the air
            third = int(name[-1])
            push = -(4.5 + 4.5 * third) * springs["lean"].v - (19.2 + 19.2 * third) * springs["yaw"].v
            goal += sway * ((1 + 1.2 * third) * noise(t * 0.9, 11 + third) + 10 * self._beat * noise(t * 0.7, 17))
        elif name in {"leaf_l", "leaf_r"}:
            side = -1 if name == "leaf_l" else 1
            push = side * 3.0 * springs["stem1"].v - 420 * springs["rise"].v
            goal += sway * (4 * noise(t * 1.1, 21 + side) + 30 * self._beat) + 9 * self._hearing
        elif name == "bloom":
            if self._mood is Mood.SPEAKING:
                goal -= 0.12 * (1 - min(1.0, 2.2 * self._slow))
            goal += 0.22 * self._hearing
        elif name == "brow":
            goal += 4 * self._hearing
        return goal, push

    def _compose(self, t: float, inputs: AnimationInput, at: dict[str, float], extra: Offsets) -> Pose:
        sway, beat = (0.0 if inputs.calm else 1.0), self._beat
        asleep = self._mood is Mood.ASLEEP
        breath = math.sin(2 * math.pi * t / (_BREATH_ASLEEP_S if asleep else _BREATH_S))
        breath *= (0.0 if asleep else 0.5) if inputs.calm else (1.5 if asleep else 1.0)
        blink = self._blink.step(t, self._mood)
        gaze_x, gaze_y = self._gaze.x + extra.get("gaze_x", 0.0), self._gaze.y + extra.get("gaze_y", 0.0)
        lid = at["lid"] * (1 - blink) if at["lid"] > 0.05 else 0.0
        if lid > 0:
            lid = max(0.0, lid - 0.16 * max(0.0, -gaze_y))  # the lids go down with a look downwards
        return Pose(
            lean=at["lean"] + sway * 0.7 * noise(t * 0.8, 1) + 1.6 * beat * noise(t, 5),
            rise=at["rise"] + 0.0055 * breath - 0.012 * beat,
            near=at["near"] + 0.0015 * breath,
            yaw=at["yaw"] + sway * 0.05 * noise(t, 2),
            pitch=at["pitch"] - 0.30 * beat + sway * 0.035 * noise(t, 3),
            gaze_x=max(-1.0, min(1.0, gaze_x)),
            gaze_y=max(-1.0, min(1.0, gaze_y)),
            lid_l=lid,
            lid_r=lid * (1 - extra.get("wink", 0.0)),
            pupil=at["pupil"] + 0.05 * self._hearing,
            squint=max(0.0, at["squint"] + 0.12 * max(0.0, at["smile"] - 0.5)),
            brow_l=at["brow"] - 0.5 * at["brow_skew"] + 26 * beat - 4 * blink,
            brow_r=at["brow"] + 0.5 * at["brow_skew"] + 22 * beat - 4 * blink,
            worry=at["worry"],
            smile=at["smile"],
            skew=at["skew"],
            ears=at["ears"] + 0.5 * beat + 0.15 * self._hearing,
            stem=(at["stem0"], at["stem1"], at["stem2"]),
            leaf_l=at["leaf_l"],
            leaf_r=at["leaf_r"],
            curl_l=at["curl_l"],
            curl_r=at["curl_r"],
            bloom=min(1.08, max(0.0, at["bloom"] + 0.25 * beat)),
            motes=max(0.0, at["motes"]),
            mote_t=t * sway if at["motes"] > 0.02 else 0.0,
            light=at["light"],
        )
