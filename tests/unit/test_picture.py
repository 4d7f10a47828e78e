"""The mailbox of frames: one place, the latest wins, and the room's frames never lie over the drawn character's."""

from __future__ import annotations

import pytest

from app.picture import Frame, Picture, PixelFormat
from tests.fakes.pictures import plain


def test_the_latest_frame_wins_and_the_painter_is_told_once():
    picture, told = Picture(), []
    picture.on_frame = lambda: told.append(1)
    first, second = plain(1), plain(2)
    picture.push(first)
    picture.push(second)
    assert picture.take() is second and picture.take() is None and told == [1]
    picture.push(first)
    assert told == [1, 1] and picture.pushed == picture.arrived == 3


def test_withheld_frames_of_the_room_are_counted_and_the_drawn_characters_are_shown():
    picture, told = Picture(), []
    picture.on_frame = lambda: told.append(1)
    drawn = plain(2)
    picture.withhold(True)
    picture.push(plain(1))
    assert picture.take() is None and told == []
    picture.push_drawn(drawn)
    picture.push_drawn(drawn)
    picture.push(plain(1))
    assert picture.take() is drawn and told == [1]
    assert (picture.arrived, picture.pushed) == (2, 2)


@pytest.mark.parametrize("withheld", [True, False])
def test_a_waiting_frame_of_the_other_source_is_dropped(withheld):
    picture = Picture()
    picture.withhold(not withheld)
    picture.push_drawn(plain())
    picture.withhold(not withheld)  # no change
    assert picture.take() is not None
    picture.push_drawn(plain())
    picture.withhold(withheld)
    assert picture.take() is None


@pytest.mark.parametrize("withheld", [True, False])
def test_one_frame_is_shown_to_whoever_wants_to_inspect_it(withheld):
    picture, seen = Picture(), []
    picture.withhold(withheld)
    frames = [plain(n) for n in range(3)]
    picture.push(frames[0])
    picture.inspect_next(seen.append)
    picture.push_drawn(plain())
    picture.push(frames[1])
    picture.push(frames[2])
    assert seen == [frames[1]]
    picture.inspect_next(seen.append)
    picture.inspect_next(None)
    picture.push(frames[2])
    assert seen == [frames[1]]


def test_nothing_stays_for_the_next_visitor():
    picture, seen = Picture(), []
    picture.withhold(True)
    picture.push_drawn(plain())
    picture.inspect_next(seen.append)
    picture.clear()
    assert picture.take() is None
    assert (picture.arrived, picture.pushed, picture.withheld) == (0, 0, False)
    picture.push(plain())
    assert seen == [] and picture.take() is not None


@pytest.mark.parametrize(
    ("layout", "needed"), [(PixelFormat.BGRA, 4 * 17 * 19), (PixelFormat.I420, 17 * 19 + 2 * 9 * 10)]
)
def test_a_frame_is_whole_when_no_byte_is_missing(layout, needed):
    assert Frame(17, 19, layout, bytes(needed)).is_whole
    assert Frame(17, 19, layout, memoryview(bytes(needed))).is_whole
    assert not Frame(17, 19, layout, bytes(needed - 1)).is_whole
