"""What every visit works with."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from app.audio.base import AudioBackend
from app.character.base import Figure
from app.picture import Picture
from app.rooms.base import RoomFactory
from app.sessions.create import Service, SessionCreator
from app.sessions.release import SessionReleaser
from app.settings.model import Settings
from app.stage import Stage
from app.vendors.base import VendorControl, VendorProtocol
from app.vendors.session import SessionInfo
from app.visit.farewell_words import FarewellWords
from app.vitals import Vitals
from app.waiting.line import Line


@dataclass(frozen=True)
class VisitParts:
    """Everything that a visit works with; built once by the composition.

    Attributes:
        make_protocol: Makes the protocol for a session that the control created.
        questions: Returns the suggested questions in a language.
        farewells: What visitors say to end a conversation.
        plan_max_s: The longest session that the plan allows, seconds.
        chance: The source of random delays.
        new_name: Returns a name that is unique and cannot be guessed.
    """

    settings: Settings
    stage: Stage
    vitals: Vitals
    service: Service
    make_protocol: Callable[[VendorControl, SessionInfo], VendorProtocol]
    make_room: RoomFactory
    creator: SessionCreator
    releaser: SessionReleaser
    audio: AudioBackend
    picture: Picture
    figure: Figure
    line: Line
    questions: Callable[[str], tuple[str, ...]]
    farewells: FarewellWords
    plan_max_s: float
    chance: random.Random
    new_name: Callable[[], str]
