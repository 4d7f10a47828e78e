"""The picture on the screen, painted by both painters: here (raster) and on a virtual display (GPU path, llvmpipe)."""

from __future__ import annotations

import numpy as np
import pytest

from app.picture import Frame, PixelFormat
from tests.window.picture_stage import GROUND, HEIGHT, WIDTH, PictureStage, RemoteStage
from tests.window.pictures import COLOURS, bars, plain, rgb_of, yuv_of

SIZES = [(720, 1280), (540, 960), (854, 480), (640, 361), (426, 240)]
GROUND_RGB = tuple(bytes.fromhex(GROUND[1:]))
NATIVE = {"raster": PixelFormat.BGRA, "gpu": PixelFormat.I420}
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def gpu_stage(display):
    with RemoteStage(display, "gpu") as stage:
        yield stage


@pytest.fixture(params=["raster", pytest.param("gpu", marks=pytest.mark.display)])
def stage(request, qapp):
    if request.param == "raster":
        stage = PictureStage("raster")
        yield stage
        stage.close()
    else:
        stage = request.getfixturevalue("gpu_stage")
        stage.darken(False)
        stage.set_area(0, 0, WIDTH, HEIGHT)
        stage.clear()
        stage.begin_visit()
        yield stage


def native(stage):
    """The pixel format that the painter asked for."""
    return NATIVE[stage.facts()["painter"]]


def colour(rgb):
    """Return what a pure colour looks like after its conversion to the video's bytes and back."""
    return rgb_of(yuv_of(rgb))


def close_to(pixels, rgb, levels=3):
    worst = np.abs(pixels.reshape(-1, 3).astype(int) - np.array(rgb)).max()
    assert worst <= levels, f"{worst} levels off {rgb}"


def picture_rect(width, height):
    """Where the rules put a picture of this size in the window."""
    fill, fit = max(WIDTH / width, HEIGHT / height), min(WIDTH / width, HEIGHT / height)
    if fit / fill >= 0.7:
        return 0, 0, WIDTH, HEIGHT
    shown_w, shown_h = round(width * fit), round(height * fit)
    return (WIDTH - shown_w) // 2, (HEIGHT - shown_h) // 2, shown_w, shown_h


def assert_bars(shot, width, height, levels=3):
    left, top, shown_w, shown_h = picture_rect(width, height)
    for number, rgb in enumerate(COLOURS.values()):
        middle = left + int((number + 0.5) * shown_w / len(COLOURS))
        reach = shown_w // len(COLOURS) // 3
        # The whole height, nearly as wide as the bar: with a wrong stride the bar leans and another colour is seen.
        close_to(shot[top + 2 : top + shown_h - 2, middle - reach : middle + reach], colour(rgb), levels)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_pure_colours_are_those_of_the_reference_and_nothing_leans(stage, width, height):
    assert_bars(stage.show(bars(width, height, kind=native(stage))), width, height)


@pytest.mark.parametrize("kind", list(PixelFormat))
def test_a_frame_in_the_other_format_is_shown_all_the_same(stage, kind):
    assert_bars(stage.show(bars(640, 361, kind=kind)), 640, 361)
    assert_bars(stage.show(bars(540, 960, kind=native(stage))), 540, 960)


def test_the_size_may_change_from_frame_to_frame(stage):
    for width, height in [(720, 1280), (426, 240), (854, 480), (720, 1280), (640, 361)]:
        shot = stage.show(bars(width, height, kind=native(stage)))
        assert_bars(shot, width, height)
        video = stage.facts()["video"]
        assert (video.width, video.height) == (width, height)
    left, top, _, _ = picture_rect(640, 361)
    close_to(shot[: top - 1], GROUND_RGB, 0)
    assert (left, top) == (0, 327)


def test_only_the_latest_of_many_frames_is_painted(stage):
    before = stage.facts()
    shot = stage.show(*(plain(c, kind=native(stage)) for c in (RED, GREEN, BLUE)))
    after = stage.facts()
    close_to(shot, colour(BLUE))
    assert len(after["painted"]) - len(before["painted"]) == 1
    assert after["wakes"] - before["wakes"] == 1


def test_the_last_picture_stays_until_it_is_cleared(stage):
    stage.show(plain(GREEN, kind=native(stage)))
    close_to(stage.look(), colour(GREEN))
    assert stage.facts()["video"].frames == 1
    close_to(stage.clear(), GROUND_RGB, 0)


def test_a_darkened_picture_keeps_its_place_and_less_than_half_its_light(stage):
    bright = stage.show(bars(854, 480, kind=native(stage)))
    dark = stage.darken(True)
    close_to(dark, np.where(is_picture(854, 480), np.rint(bright * 0.45), bright).reshape(-1, 3), 3)
    dark_green = stage.show(plain(GREEN, kind=native(stage)))
    close_to(dark_green, colour(GREEN) * 0.45)
    close_to(stage.darken(False), colour(GREEN))


def is_picture(width, height):
    left, top, shown_w, shown_h = picture_rect(width, height)
    mask = np.zeros((HEIGHT, WIDTH, 1), bool)
    mask[top : top + shown_h, left : left + shown_w] = True
    return mask


def test_a_picture_that_loses_too_much_is_shown_whole_on_the_background(stage):
    shot = stage.show(bars(1280, 720, kind=native(stage)))
    _, top, _, shown_h = picture_rect(1280, 720)
    close_to(shot[: top - 1], GROUND_RGB, 0)
    close_to(shot[top + shown_h + 1 :], GROUND_RGB, 0)
    assert_bars(shot, 1280, 720)


def test_the_picture_keeps_to_its_area(stage):
    stage.show(plain(RED, kind=native(stage)))
    shot = stage.set_area(20, 40, 270, 480)
    close_to(shot[42:518, 22:288], colour(RED))
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[40:520, 20:290] = False
    close_to(shot[outside], GROUND_RGB, 0)
    assert stage.facts()["shown_size"] == (270, 480)


def test_the_painter_counts_what_it_paints(stage):
    for number in (1, 2, 3):
        stage.show(plain(RED, 720, 1280, kind=native(stage)))
        facts = stage.facts()
        assert facts["video"].frames == number
        assert facts["video"].painter == facts["vitals_painter"] == facts["painter"]
        assert facts["video"].painted_at == facts["now"]
        assert facts["video"].fps == number  # the clock does not move: all within the last second
    assert facts["wanted"] is native(stage)
    assert facts["painted"][-1] == (720, 1280)
    assert facts["shown_size"] == (540, 960)
    assert not facts["degraded"]


def test_a_frame_pushed_on_the_windows_own_thread_takes_no_detour(qapp):
    with PictureStage() as stage:
        stage.picture.push(plain(BLUE, kind=PixelFormat.BGRA))
        close_to(stage.look(), colour(BLUE))
        assert stage.wakes == 0


def test_frames_per_second_are_those_of_the_last_second(qapp):
    with PictureStage() as stage:
        for _ in range(4):
            stage.now += 0.4
            stage.show(plain(RED, kind=PixelFormat.BGRA))
        assert stage.vitals.video.fps == 3
        assert stage.vitals.video.frames == 4


def test_nothing_is_repainted_without_a_reason(qapp):
    from PySide6.QtCore import QEvent, QObject

    class Counter(QObject):
        paints = 0

        def eventFilter(self, watched, event):
            self.paints += event.type() == QEvent.Type.Paint
            return False

    with PictureStage() as stage:
        stage.show(plain(RED, kind=PixelFormat.BGRA))
        counter = Counter()
        stage.widget.children()[0].installEventFilter(counter)
        stage.widget.darken(False)
        stage.set_area(0, 0, WIDTH, HEIGHT)
        stage.set_area(0, 0, WIDTH, HEIGHT)
        stage.spin()
        assert counter.paints == 1  # for the area, which was "everywhere" before
        stage.show(plain(BLUE, kind=PixelFormat.BGRA))
        assert counter.paints == 2


def test_something_above_that_repaints_is_no_new_picture(qapp):
    from PySide6.QtWidgets import QLabel

    with PictureStage() as stage:
        label = QLabel("0:48 left", stage.window)
        label.show()
        stage.show(plain(RED, kind=PixelFormat.BGRA))
        label.setText("0:47 left")
        stage.spin()
        assert stage.vitals.video.frames == 1


def test_each_visit_is_counted_by_itself_and_what_nobody_visits_is_not(qapp):
    with PictureStage() as stage:
        stage.show(plain(RED, kind=PixelFormat.BGRA))
        stage.end_visit()
        stage.show(plain(RED, kind=PixelFormat.BGRA))
        assert stage.vitals.video is None
        stage.begin_visit("character")
        stage.show(plain(RED, kind=PixelFormat.BGRA))
        assert (stage.vitals.video.frames, stage.vitals.video.source) == (1, "character")


@pytest.mark.expect_log("frame too short")
def test_a_frame_with_too_few_bytes_is_refused_and_the_next_one_shown(qapp):
    with PictureStage() as stage:
        stage.push(Frame(720, 1280, PixelFormat.BGRA, bytes(100)))
        stage.spin()
        assert stage.vitals.video.frames == 0
        close_to(stage.show(plain(RED, kind=PixelFormat.BGRA)), colour(RED))


def test_a_frame_after_the_end_of_the_event_loop_is_dropped_in_silence(qapp):
    with PictureStage() as stage:

        def closed(call):
            raise RuntimeError("Event loop is closed")

        stage._wake = closed
        stage.widget._wake = closed
        stage.push(plain(RED))
        stage.push(plain(RED))
        assert stage.picture.on_frame is None


def test_the_bytes_live_as_long_as_the_picture(qapp):
    with PictureStage() as stage:
        frame = plain(GREEN, kind=PixelFormat.BGRA)
        stage.show(Frame(frame.width, frame.height, frame.format, memoryview(frame.data)))
        del frame
        rubbish = [bytearray(4 * WIDTH * HEIGHT) for _ in range(20)]
        stage.window.hide()
        stage.window.show()
        close_to(stage.look(), colour(GREEN))
        assert len(rubbish) == 20


@pytest.mark.display
def test_on_a_dense_screen_the_picture_is_painted_in_its_pixels(display):
    for painter, kind in NATIVE.items():
        with RemoteStage({**display, "QT_SCALE_FACTOR": "1.5"}, painter) as stage:
            shot = stage.show(bars(810, 1440, kind=kind))
            assert shot.shape == (1440, 810, 3)
            for number, rgb in enumerate(COLOURS.values()):
                close_to(shot[:, int(number * 202.5) + 4 : int((number + 1) * 202.5) - 4], colour(rgb))
            assert stage.facts()["shown_size"] == (810, 1440)
