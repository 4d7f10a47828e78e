"""Controls: hit areas, names, layout; and shapes that are only looked at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.screens import Preferences
from app.window.screens.facts import load_facts
from app.window.toolkit.art import PICTURES, paint_art
from app.window.toolkit.button import Button, Kind, Size
from app.window.toolkit.controls import extend_hit_areas
from app.window.toolkit.flow import Column, Grow, Row, Space
from app.window.toolkit.focus import FocusRing
from app.window.toolkit.icons import SHAPES, paint_icon
from app.window.toolkit.plates import Chip, Plate
from app.window.toolkit.shapes import Bar, ProgressRing
from app.window.toolkit.words import Words
from tests.window.conftest import RESOURCES
from tests.window.literals import LANGUAGES

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def ground(qtbot, fonts):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(1080, 1920)
    widget.show()
    return widget


def button(look, ground, rect, name="start", **more) -> Button:
    made = Button(look, ground, name, **more)
    made.say("Touch")
    made.place(rect)
    return made


def test_a_touch_is_a_click_and_has_a_name(look, ground, qtbot):
    clicks = []
    made = button(look, ground, QRect(100, 100, 400, 92), on_click=lambda: clicks.append(1))
    qtbot.mouseClick(made, LEFT)
    assert clicks == [1]
    assert (made.objectName(), made.accessibleName()) == ("start", "Touch")


def test_an_icon_alone_still_says_what_it_does(look, ground):
    made = Button(look, ground, "size", icon="size")
    made.say("", spoken="Text size")
    assert made.accessibleName() == "Text size"


def test_hit_areas_reach_half_way_to_the_neighbour_and_never_overlap(look, ground):
    first = button(look, ground, QRect(100, 100, 200, 92), "a")
    second = button(look, ground, QRect(310, 100, 200, 92), "b")
    third = button(look, ground, QRect(100, 400, 200, 92), "c")
    extend_hit_areas([first, second, third], 17)
    assert first.geometry().right() + 1 == second.geometry().left() == 305
    assert third.geometry() == QRect(100, 400, 200, 92).adjusted(-17, -17, 17, 17)
    assert first.shape_in_parent() == QRect(100, 100, 200, 92)


def test_a_finger_that_just_misses_still_hits(look, ground, qtbot):
    clicks = []
    made = button(look, ground, QRect(100, 100, 200, 92), on_click=lambda: clicks.append(1))
    extend_hit_areas([made], 17)
    qtbot.mouseClick(made, LEFT, pos=QPoint(2, 2))
    assert clicks == [1]


def test_a_press_can_be_seen(look, ground):
    made = button(look, ground, QRect(100, 100, 400, 92), kind=Kind.PRIMARY)
    before = made.grab().toImage()
    QTest.mousePress(made, LEFT)
    assert made.grab().toImage() != before


def test_a_press_with_less_motion_changes_its_shade_not_its_size(look, ground):
    look.fit(QSize(1080, 1920), Preferences(less_motion=True), rtl=False)
    made = button(look, ground, QRect(100, 100, 400, 92), kind=Kind.PRIMARY)
    QTest.mousePress(made, LEFT)
    image = made.grab().toImage()
    assert image.pixelColor(2, 46).alpha() > 200  # the edge is where it was
    assert image.pixelColor(20, 46) == look.shade("lamp_ink", "lamp", 0.14)


def test_the_focus_ring_lies_outside_and_follows(look, ground):
    made = button(look, ground, QRect(100, 100, 400, 92))
    ring = FocusRing(look, ground)
    ring.surround(made)
    assert ring.isVisible()
    assert ring.geometry().contains(QRect(100, 100, 400, 92).adjusted(-7, -7, 7, 7))
    made.hide()
    ring.surround(made)
    assert not ring.isVisible()


@pytest.mark.parametrize("size", list(Size))
def test_buttons_are_never_lower_than_a_finger(look, ground, size):
    made = Button(look, ground, "x", size=size)
    made.say("A rather long label that takes two lines")
    assert made.height_for(made.natural()) >= look.t
    assert made.height_for(250) > made.height_for(made.natural())


def test_three_lines_do_not_fit_on_a_button(look, ground):
    made = Button(look, ground, "x")
    made.say("one two three four five six")
    assert made.fits(made.natural())
    assert not made.fits(170)


def test_rows_mirror(look, ground):
    parts = [button(look, ground, QRect(0, 0, 1, 1), name) for name in "abc"]
    row = Row(look, parts, 10)
    row.place(QRect(0, 0, 620, 92))
    lefts = [part.x() for part in parts]
    look.rtl = True
    row.place(QRect(0, 0, 620, 92))
    assert lefts == sorted(lefts)
    assert [part.x() for part in parts] == sorted((part.x() for part in parts), reverse=True)


def test_rows_wrap_without_a_lonely_last_one(look, ground):
    parts = [button(look, ground, QRect(0, 0, 1, 1), name) for name in "abcde"]
    wide = parts[0].natural()
    Row(look, parts, 10).place(QRect(0, 0, 4 * wide + 30, 400))
    assert [sum(part.y() == top for part in parts) for top in sorted({part.y() for part in parts})] == [3, 2]


def test_equal_columns_have_one_width(look, ground):
    parts = [button(look, ground, QRect(0, 0, 1, 1), name) for name in "abc"]
    Row(look, parts, 10, equal=True).place(QRect(0, 0, 920, 92))
    assert {part.width() for part in parts} == {300}


def test_free_space_is_shared_out(look, ground):
    top, low = (button(look, ground, QRect(0, 0, 1, 1), name) for name in "ab")
    column = Column([Grow(1), top, Grow(3), low, Space(20)], 10)
    tall = column.height_for(400)
    column.place(QRect(0, 0, 400, tall + 400))
    assert top.y() == 100
    assert low.geometry().bottom() + 1 == tall + 400 - 20


def test_a_word_wider_than_its_place_does_not_fit(look, ground):
    words = Words(look, ground, "text")
    words.say("Geschwindigkeitsbegrenzung")
    assert words.fits(words.natural())
    assert not words.fits(100)


def test_words_change_only_when_they_change(look, ground):
    words = Words(look, ground, "text")
    words.say("one")
    words.place(QRect(0, 0, 200, 50))
    words.grab()
    kept = words.canvas._pixmap
    words.say("one")
    words.grab()
    assert words.canvas._pixmap is kept
    words.say("two")
    words.grab()
    assert words.canvas._pixmap is not kept


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_pixmaps_have_the_screens_own_pixels(look, ground, ratio, monkeypatch):
    words = Words(look, ground, "text")
    words.say("one")
    words.place(QRect(0, 0, 200, 50))
    monkeypatch.setattr(words, "devicePixelRatioF", lambda: ratio)
    words.repaint()
    assert words.canvas._pixmap.size() == words.size() * ratio


def test_signs_say_what_they_show(look, ground):
    ring, bar, chip, plate = ProgressRing(look, ground), Bar(look, ground), Chip(look, ground), Plate(look, ground)
    ring.set(0.5, "14", "seconds")
    bar.set(0.5, "Waiting time 1:12")
    chip.say("0:48 left", part=0.8)
    plate.say("Guide", "Hello!")
    names = [part.accessibleName() for part in (ring, bar, chip, plate)]
    assert names == ["14 seconds", "Waiting time 1:12", "0:48 left", "Guide: Hello!"]


def test_the_ring_empties_against_the_clock_and_turns_round_for_arabic(look, ground):
    ring = ProgressRing(look, ground)
    ring.set(0.25, "5", "s")
    ring.place(QRect(0, 0, 200, 200))
    full, empty = QPoint(163, 37), QPoint(37, 37)  # upper right and upper left on the ring

    def is_lamp(at):
        return ring.grab().toImage().pixelColor(at) == QColor(look.palette.lamp)

    assert is_lamp(full)
    assert not is_lamp(empty)
    look.fit(QSize(1080, 1920), Preferences(), rtl=True)
    assert is_lamp(empty)
    assert not is_lamp(full)


@pytest.mark.parametrize("name", list(SHAPES))
def test_every_icon_paints_inside_its_field(name):
    image = QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        paint_icon(painter, name, QRectF(16, 16, 32, 32), QColor("#FFFFFF"))
    painted = {(x, y) for x in range(64) for y in range(64) if image.pixelColor(x, y).alpha() > 40}
    assert painted
    assert all(15 <= x <= 48 and 15 <= y <= 48 for x, y in painted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_cards(language):
    facts = load_facts(RESOURCES / "facts", language)
    assert [fact.art for fact in facts] == [fact.art for fact in load_facts(RESOURCES / "facts", "en")]
    assert {fact.art for fact in facts} == set(PICTURES)
    assert all(20 < len(fact.text) < 110 for fact in facts)


def test_a_language_without_cards_gets_the_english_ones():
    assert load_facts(RESOURCES / "facts", "xx") == load_facts(RESOURCES / "facts", "en")


@pytest.mark.parametrize("name", list(PICTURES))
def test_every_picture_fills_its_frame(name):
    image = QImage(100, 100, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        paint_art(painter, name, QRectF(0, 0, 100, 100), 10)
    assert image.pixelColor(50, 2).alpha() == 255
    assert len({image.pixel(x, y) for x in range(0, 100, 5) for y in range(0, 100, 5)}) >= 4
