"""Texts are broken into lines; those in the middle into lines of nearly one length."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.window.toolkit.look import Role
from app.window.toolkit.wrapped_text import LineCache, WrappedText

LEFT, CENTRE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter
LONG = "Not finished? Touch the screen, or press any key."


@pytest.fixture
def broken(look):
    cache = LineCache(look)
    return lambda text, width, align: cache.get(text, Role.LEAD, width, align)


def longest_and_shortest(text: WrappedText) -> tuple[float, float]:
    widths = [text._layout.lineAt(at).naturalTextWidth() for at in range(text.count)]
    return max(widths), min(widths)


def test_no_word_stands_alone_below_a_long_centred_line(broken):
    width = broken(LONG, 1e6, CENTRE).widest * 0.95
    longest, shortest = longest_and_shortest(broken(LONG, width, LEFT))
    assert shortest < 0.2 * longest
    longest, shortest = longest_and_shortest(broken(LONG, width, CENTRE))
    assert shortest > 0.6 * longest


@pytest.mark.parametrize("part", [0.95, 0.6, 0.34, 0.1, 0.01])
def test_it_takes_no_more_room_than_before_and_stands_in_the_middle(broken, part):
    width = broken(LONG, 1e6, CENTRE).widest * part
    before, now = broken(LONG, width, LEFT), broken(LONG, width, CENTRE)
    assert (now.count, now.height, now.wide) == (before.count, before.height, before.wide)
    assert now.widest <= before.widest + 0.5
    for at in range(0 if now.wide else now.count):
        line = now._layout.lineAt(at)
        assert abs(line.naturalTextRect().center().x() - width / 2) < 1.5
