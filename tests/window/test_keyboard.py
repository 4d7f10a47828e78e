"""The on-screen keyboard types, for one finger, for two, and for the arrow keys of a keypad."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.window.toolkit.keyboard import Keyboard
from app.window.toolkit.keyboard_layout import Act, Layer, load_layout
from tests.window.conftest import RESOURCES
from tests.window.literals import LANGUAGES

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def keys_of(board):
    """Return every key with its place in the keyboard."""
    return [(placed.key, placed.box.toRect()) for placed in board._grid().keys]


class Typist:
    """A keyboard in a window, and the text that it has typed."""

    def __init__(self, look, texts, languages):
        self.text = ""
        self.parent = QWidget()
        self.parent.resize(1080, 600)
        layouts = [load_layout(RESOURCES / "keyboards", code) for code in languages]
        self.board = Keyboard(look, self.parent, texts, layouts, typed=self.typed, deleted=self.deleted)
        self.board.use(languages[0])
        self.board.place(self.parent.rect().adjusted(0, 0, 0, self.board.height_for(1080) - 600))
        self.parent.show()

    def typed(self, text):
        self.text += text

    def deleted(self):
        self.text = self.text[:-1]

    def place(self, wanted):
        """Return the middle of a key, by its text or by what it does."""
        return next(box for key, box in keys_of(self.board) if wanted in {key.act, key.text}).center()

    def touch(self, *wanted):
        for one in wanted:
            QTest.mouseClick(self.board, LEFT, pos=self.place(one))
        return self


@pytest.fixture
def typist(look, texts, qtbot):
    made = Typist(look, texts, ["en", "de", "ar"])
    qtbot.addWidget(made.parent)
    return made


def test_keys_type_what_they_show(typist):
    assert typist.touch("m", "a", "r", "s", Act.SPACE, "?").text == "mars ?"


def test_shift_is_for_one_letter_and_can_be_taken_back(typist):
    assert typist.touch(Act.SHIFT, "M", "a").text == "Ma"
    typist.touch(Act.SHIFT, Act.SHIFT)
    assert typist.board.layer is Layer.LETTERS


def test_signs_stay_until_they_are_left(typist):
    assert typist.touch(Act.SIGNS, "1", "0", Act.SIGNS, "a").text == "10a"


def test_the_globe_goes_through_the_languages_on_offer_and_the_board_keeps_its_size(typist):
    tall = typist.board.height()
    languages = []
    for _ in range(3):
        typist.touch(Act.LANGUAGE)
        languages.append(typist.board.layout_now.language)
    assert languages == ["de", "ar", "en"]
    assert typist.board.height() == tall == typist.board.height_for(1080)


def test_one_language_needs_no_globe(look, texts, qtbot):
    alone = Typist(look, texts, ["en"])
    qtbot.addWidget(alone.parent)
    assert Act.LANGUAGE not in {key.act for key, _ in keys_of(alone.board)}


def test_a_held_delete_goes_on_and_stops_when_it_is_lifted(typist):
    typist.text = "abcdef"
    QTest.mousePress(typist.board, LEFT, pos=typist.place(Act.BACKSPACE))
    for _ in range(3):
        typist.board._again.timeout.emit()
    assert typist.text == "ab"
    QTest.mouseRelease(typist.board, LEFT, pos=typist.place(Act.BACKSPACE))
    assert not typist.board._again.isActive()


def test_a_held_delete_stops_when_the_board_goes(typist):
    QTest.mousePress(typist.board, LEFT, pos=typist.place(Act.BACKSPACE))
    typist.board.hide()
    assert not typist.board._again.isActive()


def test_two_thumbs_type_at_once(typist, qapp):
    device = QTest.createTouchDevice(QInputDevice.DeviceType.TouchScreen)
    assert isinstance(device, QPointingDevice)
    first, second = typist.place("h"), typist.place("i")
    QTest.touchEvent(typist.board, device).press(1, first, typist.board)
    QTest.touchEvent(typist.board, device).stationary(1).press(2, second, typist.board)
    QTest.touchEvent(typist.board, device).release(1, first, typist.board).stationary(2)
    QTest.touchEvent(typist.board, device).release(2, second, typist.board)
    assert typist.text == "hi"
    assert typist.board._down == {}


def test_a_touch_between_two_keys_counts_for_the_nearer_one(typist):
    boxes = {key.text: box for key, box in keys_of(typist.board)}
    gap = QPointF(boxes["a"].right() + 3, boxes["a"].center().y())
    assert typist.board.key_at(gap).text == "a"
    assert typist.board.key_at(QPointF(boxes["s"].left() - 3, gap.y())).text == "s"


def test_a_touch_far_from_all_keys_types_nothing(typist):
    row = next(box for key, box in keys_of(typist.board) if key.text == "a")
    assert typist.board.key_at(QPointF(2, row.center().y())) is None


def test_no_two_keys_overlap_and_all_lie_inside(look, texts, qtbot):
    for language in LANGUAGES:
        typist = Typist(look, texts, [language, "en"])
        qtbot.addWidget(typist.parent)
        for layer in Layer:
            typist.board._turn_to(layer)
            boxes = [box for _, box in keys_of(typist.board)]
            assert all(typist.board.rect().adjusted(-1, -1, 1, 1).contains(box) for box in boxes)
            inner = [box.adjusted(2, 2, -2, -2) for box in boxes]
            assert not any(a.intersects(b) for at, a in enumerate(inner) for b in inner[:at])


@pytest.mark.parametrize("width", [360, 520, 1080])
def test_what_is_written_on_a_key_stays_on_it(look, texts, qtbot, width):
    typist = Typist(look, texts, ["ar"])
    qtbot.addWidget(typist.parent)
    board = typist.board
    board.place(QRect(0, 0, width, board.height()))
    picture = board.grab().toImage()
    for (_, left), (_, right) in pairwise(keys_of(board)):
        if left.top() == right.top():
            between = (left.right() + right.left()) // 2
            assert len({picture.pixel(between, y) for y in range(left.top() + 9, left.bottom() - 9)}) == 1


def test_keys_stand_where_they_always_stand_also_from_right_to_left(look, texts, qtbot):
    look.rtl = True
    typist = Typist(look, texts, ["ar", "en"])
    qtbot.addWidget(typist.parent)
    assert typist.place("ض").x() < typist.place("د").x()
    assert typist.place(Act.SHIFT).x() < typist.place(Act.BACKSPACE).x()


def test_arrow_keys_go_from_key_to_key_and_press_by_key_types(typist):
    board = typist.board
    board.setFocus()
    for key in (KEY.Key_Right, KEY.Key_Down, KEY.Key_Right):
        QTest.keyClick(board, key)
    board.press_by_key()
    assert typist.text in {"s", "d"}
    QTest.keyClick(board, KEY.Key_Left)
    board.press_by_key()
    assert typist.text in {"sa", "ds"}


def test_a_screen_reader_says_the_key_that_was_reached_also_where_it_shows_a_sign_alone(typist):
    board = typist.board
    said = set()
    for row in range(4):
        board._cursor = (0, 0)
        for _ in range(row):
            QTest.keyClick(board, KEY.Key_Down)
        for _ in range(12):
            QTest.keyClick(board, KEY.Key_Right)
            said.add(board.accessibleDescription())
    assert "" not in said
    assert {"a", "Capital letters", "Delete", "space", "Keyboard language"} <= said


def test_every_key_can_be_reached_by_arrow_keys(typist):
    board = typist.board
    reached = set()
    for row in range(4):
        board._cursor = (0, 0)
        for _ in range(row):
            QTest.keyClick(board, KEY.Key_Down)
        for _ in range(12):
            reached.add(board._cursor_key())
            QTest.keyClick(board, KEY.Key_Right)
    assert reached == {key for key, _ in keys_of(board)}


def test_beyond_the_last_row_the_arrow_key_is_the_window_s(typist):
    taken = []
    typist.parent.keyPressEvent = lambda event: taken.append(event.key())
    QTest.keyClick(typist.board, KEY.Key_Up)
    for _ in range(4):
        QTest.keyClick(typist.board, KEY.Key_Down)
    assert taken == [KEY.Key_Up, KEY.Key_Down]


def test_it_paints_every_layer_in_every_language(look, texts, qtbot):
    """Including the vowel marks of Arabic, which are shown on a dotted circle."""
    for language in LANGUAGES:
        typist = Typist(look, texts, [language, "en"])
        qtbot.addWidget(typist.parent)
        for layer in Layer:
            typist.board._turn_to(layer)
            QTest.mousePress(typist.board, LEFT, pos=typist.place(Act.SPACE))
            picture = typist.board.grab().toImage()
            lit = picture.pixelColor(typist.place(Act.SPACE) + QPoint(0, -typist.board.height() // 16))
            QTest.mouseRelease(typist.board, LEFT, pos=typist.place(Act.SPACE))
            assert lit == look.colour("paper")
