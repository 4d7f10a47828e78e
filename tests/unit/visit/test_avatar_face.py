"""The face events of a service reach the drawn figure, and each turn of speech is timed by what is heard."""

from __future__ import annotations

import asyncio

import pytest

from app.audio.base import Heard
from app.events import Emotion, FlushMouth, Visemes
from app.screens import TalkMode
from app.visit.avatar_face import AvatarFace
from app.visit.speech_activity import SpeechActivity
from tests.fakes.audio import FakeSpeaker
from tests.fakes.character import FakeFigure

pytestmark = pytest.mark.asyncio


class Face:
    def __init__(self) -> None:
        self.speaker = FakeSpeaker()
        self.speech = SpeechActivity(self.speaker, None, TalkMode.TEXT)
        self.figure = FakeFigure()
        self.face = AvatarFace(self.figure, self.speech)

    def shape(self, turn: int) -> Visemes:
        made = Visemes(0.1, {"aa": 1.0}, turn)
        self.face.note(made)
        return made


async def test_shapes_feelings_and_an_interruption_are_passed_on_in_order() -> None:
    made = Face()
    first = made.shape(1)
    made.face.note(Emotion("joy", 0.5))
    made.face.note(FlushMouth())
    assert made.figure.shapes == [first, None] and made.figure.feelings == [("joy", 0.5)]


async def test_a_turn_begins_with_the_sound_that_is_heard_of_it() -> None:
    made = Face()
    made.shape(1)
    made.shape(1)
    (heard_s,) = made.figure.turns
    assert heard_s() is None, "nothing is heard yet"
    made.speaker.stretch = Heard(1, -0.1)
    assert heard_s() == pytest.approx(-0.1), "its first sample is on its way through the device"
    await asyncio.sleep(2)
    assert heard_s() == pytest.approx(1.9)
    made.speaker.stretch = None
    assert heard_s() == pytest.approx(1.9), "a pause within the turn changes nothing"


@pytest.mark.parametrize("how", ["the service's word", "an interruption"])
async def test_the_sound_of_the_turn_before_is_not_the_new_ones(how: str) -> None:
    made = Face()
    made.shape(1)
    made.speaker.stretch = Heard(4, 3.0)
    if how == "an interruption":
        made.speech.interrupt()
    else:
        made.speech.avatar_says(True)
        made.speech.avatar_says(False)
    made.shape(2)
    heard_s = made.figure.turns[-1]
    assert len(made.figure.turns) == 2 and heard_s() is None
    made.speaker.stretch = Heard(5, 0.2)
    assert heard_s() == pytest.approx(0.2)


async def test_after_a_second_join_the_first_turn_is_a_new_one() -> None:
    made = Face()
    made.shape(1)
    made.face.joined_again()
    made.shape(1)
    assert len(made.figure.turns) == 2
    made.face.rest()
    assert made.figure.shapes[-1] is None and made.figure.loudness == 0.0
