"""The animation depends on time, input and seed only, and every pose can be painted, whatever the input."""

from __future__ import annotations

import itertools
import math
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.character.animator import AnimationInput, Animator
from app.character.base import Mood
from app.character.mouth import MOUTHS
from app.character.pose import target

STEP = 0.04


def live(animator, seconds, inputs, begin=0.0):
    pose = None
    for i in range(int(seconds / STEP)):
        pose = animator.step(begin + i * STEP, inputs)
    return pose


def flat(pose):
    out = []
    for value in astuple(pose):
        out += value if isinstance(value, tuple) else [value]
    return out


def test_the_same_seed_lives_the_same_life():
    def run(seed):
        animator, out = Animator(seed, Mood.ATTRACT), []
        for i in range(500):
            mood = Mood.ATTRACT if i < 200 else Mood.LISTENING if i < 300 else Mood.SPEAKING
            out.append(flat(animator.step(i * STEP, AnimationInput(mood, loudness=i % 7 / 7))))
        return out

    assert run(5) == run(5)
    assert run(5) != run(6)


moments = st.tuples(
    st.floats(0, 30),
    st.sampled_from(list(Mood)),
    st.one_of(st.none(), st.dictionaries(st.sampled_from(list(MOUTHS)), st.floats(0, 2), max_size=3)),
    st.floats(0, 1),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(moments, min_size=1, max_size=60))
def test_no_history_makes_a_pose_that_cannot_be_painted(history):
    animator, t = Animator(1), 0.0
    for gap, mood, shapes, level, calm in history:
        t += gap
        pose = animator.step(t, AnimationInput(mood, shapes, level, level, 0.6, calm))
        assert all(math.isfinite(value) for value in flat(pose))
        assert 0 <= pose.bloom <= 1.08 and pose.lid_l >= 0 and pose.motes >= 0
        assert -1 <= pose.gaze_x <= 1 and -1 <= pose.gaze_y <= 1
        assert abs(pose.lean) < 25 and abs(pose.rise) < 0.2 and abs(pose.yaw) < 2
        assert 0.4 < pose.light < 1.15 and 0.2 <= pose.free <= 1.0


@pytest.mark.parametrize("mood", Mood)
def test_every_mood_is_reached_and_held(mood):
    animator = Animator(2, Mood.IDLE)
    live(animator, 1, AnimationInput(Mood.IDLE))
    pose = live(animator, 12, AnimationInput(mood, visemes={}, calm=True), begin=1)
    for name in ("smile", "ears", "light", "worry", "leaf_l", "curl_r"):
        assert getattr(pose, name) == pytest.approx(target(mood, name), abs=0.06), name
    assert pose.bloom == pytest.approx(target(mood, "bloom"), abs=0.13)  # while it speaks, it opens with the voice


def test_asleep_and_calm_nothing_moves_any_more():
    animator = Animator(3, Mood.IDLE)
    live(animator, 15, AnimationInput(Mood.ASLEEP, visemes={}, calm=True))
    poses = {
        tuple(round(v, 3) for v in flat(animator.step(15 + i, AnimationInput(Mood.ASLEEP, visemes={}, calm=True))))
        for i in range(5)
    }
    assert len(poses) == 1
    assert animator.step(30, AnimationInput(Mood.ASLEEP, visemes={}, calm=True)).lid_l == 0


def test_it_blinks_while_it_listens_and_never_stares():
    animator, last_shut, longest = Animator(4, Mood.LISTENING), 0.0, 0.0
    for i in range(60 * 25):
        t = i * STEP
        if animator.step(t, AnimationInput(Mood.LISTENING)).lid_l < 0.3:
            longest, last_shut = max(longest, t - last_shut), t
    assert last_shut > 45
    assert longest < 11


def test_it_looks_at_who_talks_to_it():
    animator = Animator(4, Mood.LISTENING)
    seen = [animator.step(i * STEP, AnimationInput(Mood.LISTENING)) for i in range(2500)]
    at_visitor = sum(abs(p.gaze_x) < 0.15 for p in seen)
    assert at_visitor / len(seen) > 0.9
    thinking = [animator.step(100 + i * STEP, AnimationInput(Mood.THINKING)) for i in range(100)]
    assert sum(p.gaze_y for p in thinking) / len(thinking) > 0.3


def test_a_visitors_voice_opens_the_flower_a_little():
    quiet, spoken_to = Animator(5, Mood.LISTENING), Animator(5, Mood.LISTENING)
    a = live(quiet, 3, AnimationInput(Mood.LISTENING))
    b = live(spoken_to, 3, AnimationInput(Mood.LISTENING, hearing=0.8))
    assert b.bloom > a.bloom + 0.1
    assert b.leaf_l > a.leaf_l + 3


def test_in_attract_it_does_something_charming_every_few_seconds_but_not_when_calm():
    def liveliness(calm):
        animator = Animator(6, Mood.ATTRACT)
        poses = [animator.step(i * STEP, AnimationInput(Mood.ATTRACT, visemes={}, calm=calm)) for i in range(60 * 25)]
        waves = sum(abs(b.leaf_r - a.leaf_r) > 2 for a, b in itertools.pairwise(poses))
        winks = sum(p.lid_l - p.lid_r > 0.5 for p in poses)
        return waves, winks

    waves, winks = liveliness(calm=False)
    assert waves > 20 and winks > 3
    assert liveliness(calm=True) == (0, 0)


def test_after_a_long_gap_it_goes_on_instead_of_leaping():
    animator = Animator(7, Mood.IDLE)
    before = live(animator, 3, AnimationInput(Mood.IDLE))
    after = animator.step(3 + 3600, AnimationInput(Mood.IDLE))
    assert abs(after.lean - before.lean) < 4
    assert abs(after.smile - before.smile) < 0.2
