"""When a conversation is over, nothing that was said stays in the window, not even hidden or for screen readers."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import QWidget

from app.screens import Attract, CaptionLine, EndReason, Farewell, Live, Speaker, StillThere
from tests.window.test_keys import KEY

MARK = "pomegranate"


def conversation() -> Live:
    said = ((Speaker.VISITOR, "I come from the {} coast"), (Speaker.AVATAR, "Oh, the {} coast is lovely"))
    return Live(captions=tuple(CaptionLine(who, str(at), text.format(MARK)) for at, (who, text) in enumerate(said)))


def kept() -> list[object]:
    """Return what still holds a text with the mark in it, in the whole program."""
    gc.collect()
    return [
        holder
        for holder in gc.get_objects()
        if any(isinstance(text, str) and f"{MARK} coast" in text for text in gc.get_referents(holder))
        and not hasattr(holder, "co_consts")
    ]


@pytest.mark.parametrize("last", ["talk", "still there", "typed"])
def test_no_word_of_a_conversation_is_left_in_the_window(kiosk, last):
    kiosk.show(conversation())
    assert kept()
    if last == "still there":
        kiosk.show(StillThere(10, 15, conversation()))
    elif last == "typed":
        kiosk.key(KEY.Key_W)
        kiosk.type(f"hat about the {MARK} coast?")
    kiosk.show(Farewell(EndReason.VISITOR))
    kiosk.show(Attract())
    kiosk.answers.clear()
    assert kept() == []
    names = [part.accessibleName() for part in kiosk.window.findChildren(QWidget)]
    assert not [name for name in names if MARK in name]


def test_the_next_conversation_is_drawn_from_the_start(kiosk):
    for _ in range(2):
        kiosk.show(conversation())
        plates = kiosk.screen.talk.captions.plates
        assert any(MARK in plate.words() and plate.isVisible() for plate in plates.values())
        kiosk.show(Attract())
        assert not any(plate.words() for plate in plates.values())
