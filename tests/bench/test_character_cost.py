"""What a frame of the drawn character costs, in CPU time of the painting thread."""

from __future__ import annotations

import statistics
import time

import pytest

from app.character.animator import AnimationInput, Animator
from app.character.base import Mood
from app.character.paint import Painter

pytestmark = pytest.mark.bench


def _cpu_ms(work, items):
    out = []
    for item in items:
        begin = time.thread_time()
        work(item)
        out.append((time.thread_time() - begin) * 1e3)
    return statistics.median(out), sorted(out)[int(len(out) * 0.95)]


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (1080, 1920)])
def test_cost_of_a_painted_frame(size, qapp):
    animator = Animator(2, Mood.SPEAKING)
    times = [i / 25 for i in range(150)]
    poses = []
    pose_ms, _ = _cpu_ms(
        lambda t: poses.append(animator.step(t, AnimationInput(Mood.SPEAKING, loudness=abs((t * 3) % 1 - 0.5) * 1.6))),
        times,
    )
    painter = Painter(*size, plate="Ollo · AI guide")
    begin = time.thread_time()
    painter(poses[0])
    first_ms = (time.thread_time() - begin) * 1e3
    median, p95 = _cpu_ms(painter, poses)
    print(f"{size[0]}x{size[1]}: pose {pose_ms:.2f} ms, frame {median:.2f} ms (p95 {p95:.2f}), first {first_ms:.0f} ms")
