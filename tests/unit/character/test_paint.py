"""Pictures of the figure: opaque, the same everywhere, and with a face whose expression can be recognised."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

from app.character.animator import AnimationInput, Animator
from app.character.base import Mood
from app.character.mouth import MOUTHS
from app.character.paint import Painter, RoomLight
from app.character.paint.room import camera
from app.character.pose import Pose
from app.picture import PixelFormat

MOUTH_BOX = (slice(650, 810), slice(230, 490))  # rows and columns of a 720x1280 picture


@pytest.fixture(scope="module")
def painter():
    return Painter()


def pixels(frame):
    return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, 4)


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (240, 427), (1081, 1919), (400, 1600), (64, 64)])
@pytest.mark.parametrize("theme", RoomLight)
def test_every_size_is_painted_whole_and_opaque(size, theme):
    frame = Painter(*size, theme)(Pose())
    assert (frame.width, frame.height, frame.format) == (*size, PixelFormat.BGRA)
    assert len(frame.data) == size[0] * size[1] * 4
    assert (pixels(frame)[..., 3] == 255).all()


def test_every_mood_looks_different(painter):
    seen = []
    for mood in Mood:
        animator = Animator(1, mood)
        for i in range(30):
            pose = animator.step(i * 0.04, AnimationInput(mood))
        seen.append(pixels(painter(pose))[::4, ::4, :3].astype(int))
    for i, a in enumerate(seen):
        for b in seen[:i]:
            assert np.abs(a - b).mean() > 0.5


def test_every_viseme_looks_different(painter):
    seen = {name: pixels(painter(Pose(mouth=mouth)))[MOUTH_BOX].astype(int) for name, mouth in MOUTHS.items()}
    names = list(seen)
    for i, a in enumerate(names):
        for b in names[:i]:
            assert np.abs(seen[a] - seen[b]).mean() > 0.8, (a, b)


def test_threads_paint_the_same_bits(painter):
    want = bytes(painter(Pose(smile=1.0)).data)
    got = []
    threads = [threading.Thread(target=lambda: got.append(bytes(Painter()(Pose(smile=1.0)).data))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [want, want]


def test_a_frame_keeps_its_memory_when_its_painter_is_gone():
    frame = Painter(120, 200)(Pose())
    before = bytes(frame.data)
    for _ in range(20):
        Painter(120, 200, RoomLight.DARK)(Pose(light=0.5))
    gc.collect()
    assert bytes(frame.data) == before


def eyes_row(frame):
    """Return the middle row of the whites of the eyes, as a share of the height."""
    image = pixels(frame)[..., :3].astype(int)
    middle = image[:, int(frame.width * 0.25) : int(frame.width * 0.75)]
    # the room of the dark theme has nothing as light as the eyes
    light = (middle.min(axis=2) > 235).sum(axis=1)
    return float(np.average(np.arange(frame.height), weights=light)) / frame.height


@pytest.mark.parametrize("free", [1.0, 0.7, 0.62, 0.575, 0.45])
def test_eyes_and_mouth_stay_above_whatever_covers_the_picture(free):
    frame = Painter(theme=RoomLight.DARK)(Pose(free=free))
    assert eyes_row(frame) < free * 0.8
    view = camera(720, 1280, free)
    if free == 1.0:
        free = 0.62  # so high may captions reach without telling
    lowest_lip = 188 - 1.24 * MOUTHS["aa"].down
    assert view.foot_y - lowest_lip * view.k <= free * 1280


def test_the_plate_carries_its_words(qapp):
    plain = pixels(Painter()(Pose())).astype(int)
    named = pixels(Painter(plate="Ollo · AI guide")(Pose())).astype(int)
    differs = np.abs(plain - named).sum(axis=2) > 0
    rows = np.flatnonzero(differs.any(axis=1))
    view = camera(720, 1280, 1.0)
    assert rows.min() > view.foot_y + 60 * view.k  # on the plinth, and nowhere else
    assert rows.max() < view.foot_y + 140 * view.k
    longer = pixels(Painter(plate="Ollo, the guide of the Museum of Natural History")(Pose())).astype(int)
    columns = np.flatnonzero((np.abs(longer - named).sum(axis=2) > 0).any(axis=0))
    assert columns.min() >= 220 and columns.max() <= 500  # long words shrink into the plate


def test_a_shut_eye_hides_the_white_and_a_wink_only_one():
    painter = Painter(theme=RoomLight.DARK)
    whites = lambda pose: pixels(painter(pose))[560:730, :, :3].min(axis=2) > 235  # noqa: E731  # reason: used once, below
    both, none, one = whites(Pose()), whites(Pose(lid_l=0, lid_r=0)), whites(Pose(lid_r=0))
    assert none.sum() < both.sum() * 0.05
    assert one[:, :360].sum() > 10 * one[:, 360:].sum()
