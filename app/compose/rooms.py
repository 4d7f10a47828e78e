"""Media rooms for the chosen service, and the questions that go with them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.aio import TaskSet
from app.character.paint import Painter
from app.character.renderer import CharacterRenderer, Manner
from app.compose.presentation import PLATE
from app.resources import resource
from app.rooms.base import Room, RoomError, RoomFactory, RoomFault
from app.settings.load import Loaded
from app.vitals import StaffNotes

if TYPE_CHECKING:
    from app.guide.answers import SiteAnswers
    from app.guide.build import Guide

Questions = Callable[[str], tuple[str, ...]]
"""The suggested questions in a language; at most QUESTIONS where they are not the site's own."""

QUESTIONS = 3

RELAYS_NEEDED = (
    "The network blocks direct media: sound and picture go through the service's relays."
    " Setting relay_only = true saves the first try of each day."
)


def load_libraries(media: str) -> None:
    """Import the large libraries, which takes longer than the rest of the start; call it on a worker thread."""
    import app.audio.backend
    import app.http
    import app.rooms.livekit.room
    import app.rooms.local.room  # noqa: F401  # reason: all four are used later, where they are named

    if media == "daily":
        from app.rooms.daily.room import load_library

        with contextlib.suppress(ImportError):  # reported where the rooms are made
            load_library()


def livekit_rooms(way_down: contextlib.AsyncExitStack, notes: StaffNotes, *, relay_only: bool) -> RoomFactory:
    """Return the factory of LiveKit rooms; `way_down` closes it. Staff read in `notes` that relays are needed."""
    from app.rooms.livekit.relays import Relays
    from app.rooms.livekit.room import LiveKitRooms

    def tell(needed: bool) -> None:
        if needed:
            notes.report("relays", RELAYS_NEEDED)
        else:
            notes.mended("relays")

    rooms = LiveKitRooms(relays=Relays(always=relay_only, tell=tell))
    way_down.push_async_callback(rooms.close)
    return rooms


def daily_rooms(way_down: contextlib.AsyncExitStack) -> RoomFactory:
    """Return the factory of Daily rooms; `way_down` closes it.

    Raises:
        ImportError: Daily's library, an extra, is not installed.
    """
    from app.rooms.daily.room import DailyRooms

    rooms = DailyRooms()
    way_down.push_async_callback(rooms.close)
    return rooms


def no_rooms(**_parts: object) -> Room:
    """Replace the room factory of a service whose media library is missing: every room fails."""
    raise RoomError(RoomFault.CONFIG, "the media library is missing")


def guide_rooms(guide: Guide, manner: Manner) -> RoomFactory:
    """Return the factory of the built-in guide's rooms; `manner` is how every figure of this kiosk behaves."""
    from app.rooms.local.room import local_rooms

    return local_rooms(guide, lambda: CharacterRenderer(Painter(plate=PLATE), _seed(), manner=manner), _seed)


def open_guide(loaded: Loaded, tasks: TaskSet, way_down: contextlib.AsyncExitStack) -> tuple[Guide, Questions]:
    """Return the built-in guide and its suggested questions; it warms up in `tasks`, and `way_down` closes it."""
    from app.guide.build import Guide

    kiosk, own = loaded.settings.kiosk, _own_questions(loaded)
    guide = Guide(_guide_folders(loaded), place=kiosk.place, help_at=kiosk.help, questions=own)
    way_down.callback(guide.close)
    tasks.start(guide.warm_up(kiosk.language), "guide-warm-up")
    return guide, lambda language: own or tuple(guide.in_language(language).knowledge.content.questions)[:QUESTIONS]


def open_answers(loaded: Loaded, tasks: TaskSet) -> SiteAnswers:
    """Return the answers of the site's own file, for services whose avatar only speaks the text that it is given."""
    from app.guide.answers import SiteAnswers

    kiosk = loaded.settings.kiosk
    answers = SiteAnswers(
        _guide_folders(loaded),
        place=kiosk.place,
        help_at=kiosk.help,
        questions=loaded.settings.look.questions,
        chance=random.Random(),  # reason: the words of answers vary
    )
    tasks.start(asyncio.to_thread(answers, kiosk.language), "answers-warm-up")
    return answers


def questions_of(loaded: Loaded, answers: SiteAnswers | None) -> Questions:
    """Return the suggested questions: the site's own, else those of the file that answers them."""
    own = _own_questions(loaded)
    if answers is None:
        return lambda language: own
    return lambda language: own or answers.questions(language)[:QUESTIONS]


def _own_questions(loaded: Loaded) -> tuple[str, ...]:
    return tuple(loaded.settings.look.questions)


def _guide_folders(loaded: Loaded) -> tuple[Path, Path]:
    """Return the folders of the guide's files: beside the settings first, then the program's own."""
    return loaded.path.parent / "guide", resource("guide")


def _seed() -> int:
    return secrets.randbits(16)
