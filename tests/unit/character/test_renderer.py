"""The renderer paints on its own thread, and only when there is something to see."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from app.character.base import Mood
from app.character.renderer import CharacterRenderer
from app.events import Visemes
from app.picture import Frame, PixelFormat

WAIT_S = 5.0


class FrameRecorder:
    """A painter that records the poses, and a sink that records the frames."""

    def __init__(self):
        self.poses = queue.Queue()
        self.threads = set()
        self.frames = 0
        self.may_go_out = threading.Event()
        self.may_go_out.set()
        self.is_held_up = threading.Event()

    def paint(self, pose):
        self.threads.add(threading.current_thread().name)
        self.poses.put(pose)
        return Frame(16, 16, PixelFormat.BGRA, b"\0" * 1024)

    def sink(self, frame):
        if not self.may_go_out.is_set():
            self.is_held_up.set()
        self.may_go_out.wait(WAIT_S)
        self.frames += 1

    def pose_where(self, wanted):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            pose = self.poses.get(timeout=WAIT_S)
            if wanted(pose):
                return pose
        raise AssertionError("no such pose came")


@pytest.fixture
def recorder():
    return FrameRecorder()


@pytest.fixture
def renderer(recorder):
    renderer = CharacterRenderer(recorder.paint, 1, fps=200, quiet_fps=200)
    renderer.start(recorder.sink)
    yield renderer
    renderer.stop()
    assert "character" not in [t.name for t in threading.enumerate()]


def open_mouth(pose):
    return pose.mouth.down > 20


def test_it_paints_on_a_thread_of_its_own_and_stops_for_good(recorder, renderer):
    recorder.pose_where(lambda pose: True)
    assert recorder.threads == {"character"}
    renderer.stop()
    renderer.stop()
    frames = recorder.frames
    time.sleep(0.05)
    assert recorder.frames == frames


def test_hidden_no_frame_comes_any_more_and_shown_again_they_come(recorder, renderer):
    recorder.pose_where(lambda pose: True)
    renderer.hide()
    frames = recorder.frames
    time.sleep(0.1)
    assert recorder.frames == frames
    renderer.show(Mood.SORRY)
    recorder.pose_where(lambda pose: pose.worry > 0.3)


def test_hiding_waits_for_the_frame_that_is_going_out(recorder, renderer):
    recorder.pose_where(lambda pose: True)
    recorder.may_go_out.clear()
    assert recorder.is_held_up.wait(WAIT_S)
    hidden = threading.Event()

    def hide():
        renderer.hide()
        hidden.set()

    threading.Thread(target=hide).start()
    assert not hidden.wait(0.05)
    recorder.may_go_out.set()
    assert hidden.wait(WAIT_S)


def test_calm_and_asleep_it_paints_one_picture_and_then_nothing(recorder, renderer):
    renderer.calm(True)
    renderer.show(Mood.ASLEEP)
    recorder.pose_where(lambda pose: pose.lid_l == 0 and pose.light < 0.5501)
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        before = recorder.frames
        time.sleep(0.3)
        if recorder.frames == before:
            break
    assert recorder.frames == before
    renderer.hide()
    renderer.show(Mood.ASLEEP)  # somebody cleared the picture meanwhile: it is needed once more
    recorder.pose_where(lambda pose: True)


def test_without_shapes_the_mouth_follows_the_loudness(recorder, renderer):
    renderer.show(Mood.SPEAKING)
    renderer.voice(1.0)
    recorder.pose_where(open_mouth)
    renderer.voice(0.0)
    recorder.pose_where(lambda pose: pose.mouth.down + pose.mouth.up < 2)


def test_shapes_follow_what_was_heard_a_little_ahead(recorder, renderer):
    heard = [0.0]
    renderer.turn_started(lambda: heard[0])
    renderer.mouth([(1.0, {"aa": 1.0}), (1.2, {"aa": 1.0}), (1.25, {})])
    time.sleep(0.1)
    while not recorder.poses.empty():
        assert not open_mouth(recorder.poses.get())
    heard[0] = 1.0
    recorder.pose_where(open_mouth)
    heard[0] = 1.3
    recorder.pose_where(lambda pose: pose.mouth.down < 2)


def test_flush_closes_the_mouth(recorder, renderer):
    renderer.turn_started(lambda: 0.5)
    renderer.mouth([(0.4, {"aa": 1.0}), (0.6, {"aa": 1.0})])
    recorder.pose_where(open_mouth)
    renderer.flush()
    recorder.pose_where(lambda pose: pose.mouth.down < 2)


def test_a_services_shapes_begin_with_its_voice(recorder, renderer):
    heard = [None]
    renderer.turn_started(lambda: heard[0])
    for i in range(20):
        renderer.visemes(Visemes(i * 0.05, {"aa": 1.0}))
    time.sleep(0.1)
    while not recorder.poses.empty():
        assert not open_mouth(recorder.poses.get())
    heard[0] = 0.0
    recorder.pose_where(open_mouth)


def test_a_new_turn_forgets_the_shapes_of_the_last_one(recorder, renderer):
    renderer.turn_started(lambda: 1.0)
    for i in range(40):
        renderer.visemes(Visemes(i * 0.05, {"aa": 1.0}))
    recorder.pose_where(open_mouth)
    renderer.turn_started(lambda: 0.5)
    for i in range(20):
        renderer.visemes(Visemes(i * 0.05, {"PP": 1.0}))
    recorder.pose_where(lambda pose: pose.mouth.press > 0.8)


def test_where_a_services_shapes_stop_the_mouth_follows_the_loudness_300_ms_later(recorder, renderer):
    heard = [0.2]
    renderer.turn_started(lambda: heard[0])
    for i in range(5):
        renderer.visemes(Visemes(i * 0.05, {"PP": 1.0}))
    renderer.show(Mood.SPEAKING)
    renderer.voice(1.0)
    recorder.pose_where(lambda pose: pose.mouth.press > 0.8)
    heard[0] = 0.2 + 0.28 - 0.06
    time.sleep(0.1)
    while not recorder.poses.empty():
        assert not open_mouth(recorder.poses.get())
    heard[0] = 0.2 + 0.32
    recorder.pose_where(open_mouth)


def test_shapes_that_come_after_a_flush_are_not_shown(recorder, renderer):
    renderer.turn_started(lambda: 0.5)
    renderer.visemes(Visemes(0.5, {"aa": 1.0}))
    recorder.pose_where(open_mouth)
    renderer.flush()
    recorder.pose_where(lambda pose: pose.mouth.down < 2)
    renderer.visemes(Visemes(0.55, {"aa": 1.0}))
    time.sleep(0.1)
    while not recorder.poses.empty():
        assert not open_mouth(recorder.poses.get())


def test_a_feeling_colours_the_light_and_neutral_is_no_colour(recorder, renderer):
    renderer.feel("neutral", 1.0)
    renderer.feel("joy", 1.0)
    assert recorder.pose_where(lambda pose: pose.tint_strength > 0.5).tint == 0xFFC94D
    renderer.feel("sadness", 1.0)
    recorder.pose_where(lambda pose: pose.tint == 0x6C8FD6 and pose.tint_strength > 0.3)


def test_the_painter_can_be_replaced_while_it_plays(recorder, renderer):
    other = FrameRecorder()
    renderer.painter = other.paint
    other.pose_where(lambda pose: True)


@pytest.mark.expect_log("the character cannot be painted")
def test_a_painter_that_fails_is_told_once_and_the_figure_lives_on(recorder, renderer):
    def fails(pose):
        raise ValueError("no paint")

    renderer.painter = fails
    time.sleep(0.1)
    while not recorder.poses.empty():
        recorder.poses.get()
    renderer.painter = recorder.paint
    recorder.pose_where(lambda pose: True)


def test_the_face_goes_where_nothing_covers_it(recorder, renderer):
    renderer.free(0.5)
    recorder.pose_where(lambda pose: pose.free < 0.6)
