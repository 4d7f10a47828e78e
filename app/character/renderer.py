"""The figure on stage: a thread of its own that turns moods and mouth shapes into frames. No Qt in here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Protocol

from app.character.animator import AnimationInput, Animator
from app.character.base import Mood
from app.character.feeling import Feeling, feeling
from app.character.mouth import Mouth
from app.character.pose import Pose
from app.character.track import MouthTrack, Shape
from app.events import Visemes
from app.picture import Frame

log = logging.getLogger(__name__)

LEAD_S = 0.06  # the mouth moves a little before the sound, as a person's does (40 to 80 ms look right)
_FEELS_S = 8.0  # a feeling lasts so long
_STEADY = frozenset({Mood.ATTRACT, Mood.IDLE, Mood.ASLEEP})


class PosePainter(Protocol):
    """Paints one pose; called on the renderer's thread only."""

    def __call__(self, pose: Pose) -> Frame:
        """Return the picture of this instant."""
        ...


@dataclass
class Manner:
    """How every figure of a kiosk behaves; shared by its renderers, each field replaced whole.

    calm: reduced motion. free: share of the picture's height, from its top, that nothing covers.
    """

    calm: bool = False
    free: float = 1.0


class CharacterRenderer:
    """Lives, and paints what it lives, into a sink. All methods may be called from any thread; none blocks for long.

    painter: may be replaced between two frames. seed: of everything that is left to chance. fps: frames a second while
    somebody is here; quiet_fps: in attract, idle and asleep. manner: another renderer's, where both are one figure.
    clock: seconds, rising.
    """

    def __init__(
        self,
        painter: PosePainter,
        seed: int,
        *,
        fps: float = 25.0,
        quiet_fps: float = 25.0,
        manner: Manner | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.painter = painter
        self.manner = manner if manner is not None else Manner()
        self._seed = seed
        self._fps = fps
        self._quiet_fps = quiet_fps
        self._clock = clock
        self._changed = threading.Condition()
        self._gate = threading.Lock()  # held while a frame goes out
        self._thread: threading.Thread | None = None
        self._sink: Callable[[Frame], None] | None = None
        self._is_shown = True
        self._is_blank = True  # the next frame is needed whatever it shows
        self._mood = Mood.IDLE
        self._hearing = 0.0
        self._loudness = 0.0
        self._track: MouthTrack | None = None
        self._heard: Callable[[], float | None] | None = None  # seconds of the turn that were heard
        self._feeling, self._feels_until = Feeling(), 0.0

    # ------------------------------------------------------------ on and off

    def start(self, sink: Callable[[Frame], None]) -> None:
        """Begin to paint into `sink`, which is called on the renderer's thread; nothing happens if it already does."""
        if self._thread is None:
            self._sink = sink
            self._thread = threading.Thread(target=self._run, args=(sink,), name="character", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; no frame comes after it has returned. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        with self._gate:
            self._sink = None
        with self._changed:
            self._changed.notify_all()
        thread.join()

    def show(self, mood: Mood) -> None:
        """Be seen, in this mood; cheap when nothing changes."""
        with self._changed:
            if mood is not self._mood or not self._is_shown:
                self._is_blank = self._is_blank or not self._is_shown
                self._mood, self._is_shown = mood, True
                self._changed.notify_all()

    def hide(self) -> None:
        """Paint nothing until `show`; no frame comes after it has returned."""
        with self._gate:
            self._is_shown = False

    # ------------------------------------------------------------ what it perceives and says

    @property
    def mood(self) -> Mood:
        """What the figure is doing."""
        return self._mood

    def calm(self, less_motion: bool) -> None:
        """Move less; asleep and calm it stands still, and nothing is painted."""
        self.manner.calm = less_motion

    def free(self, share: float) -> None:
        """Tell which share of the picture's height, from its top, nothing covers (0 to 1): the face stays in it."""
        self.manner.free = max(0.3, min(1.0, share))

    def hear(self, level: float) -> None:
        """How loud the visitor is now, 0 to 1."""
        self._hearing = max(0.0, min(1.0, level))

    def voice(self, level: float) -> None:
        """How loud its own voice is now, 0 to 1: the mouth follows it where no shapes are known."""
        with self._changed:
            self._loudness = max(0.0, min(1.0, level))

    def turn_started(self, heard: Callable[[], float | None]) -> None:
        """A new turn of speech: shapes count from its first audible sample.

        heard: tells how many seconds of it came out of the speaker, None while nothing did (called on the performer's
        thread).
        """
        with self._changed:
            self._track = MouthTrack()
            self._heard = heard

    def mouth(self, shapes: Iterable[Shape]) -> None:
        """Add shapes to the turn that has started: seconds into it, and weights by viseme name."""
        with self._changed:
            if self._track is not None:
                self._track.add(shapes)

    def visemes(self, shapes: Visemes) -> None:
        """Add a shape of a turn whose shapes come while it is spoken; where they stop, the mouth follows loudness."""
        with self._changed:
            if self._track is not None:
                self._track.grows()
                self._track.add([(shapes.at_s, shapes.weights)])

    def feel(self, emotion: str, strength: float) -> None:
        """Show a feeling for a while: the light around the figure takes its colour. Unknown words change nothing."""
        with self._changed:
            self._feeling, self._feels_until = feeling(emotion, strength), self._clock() + _FEELS_S

    def flush(self) -> None:
        """Forget the shapes: the voice was interrupted, or the turn is over."""
        with self._changed:
            self._track = self._heard = None

    # ------------------------------------------------------------ the thread

    def _run(self, sink: Callable[[Frame], None]) -> None:
        animator, begin = Animator(self._seed, self._mood), self._clock()
        shown: tuple[float, ...] = ()
        failed = False
        while self._sink is sink:
            due = self._clock() + 1 / (self._quiet_fps if self._mood in _STEADY else self._fps)
            try:
                pose = animator.step(self._clock() - begin, self._sense())
                painter = self.painter
                look = _look(pose, painter) if self.manner.calm else ()  # otherwise something moves always
                if self._is_shown and (not look or look != shown or self._is_blank):
                    self._is_blank = False
                    self._put(painter(pose), sink)
                shown = look
            except Exception as error:
                if not failed:
                    log.error("the character cannot be painted", extra={"error": type(error).__name__}, exc_info=error)
                failed = True
            with self._changed:
                if self._sink is sink:
                    self._wait(due)

    def _wait(self, due: float) -> None:
        """Sleep until the next frame is due, or for as long as nobody wants to see one."""
        if not self._is_shown:
            self._changed.wait_for(lambda: self._is_shown or self._sink is None)
            return
        self._changed.wait_for(lambda: self._sink is None, timeout=max(0.0, due - self._clock()))

    def _put(self, frame: Frame, sink: Callable[[Frame], None]) -> None:
        with self._gate:
            if self._is_shown and self._sink is sink:
                sink(frame)

    def _sense(self) -> AnimationInput:
        with self._changed:
            track, heard = self._track, self._heard
            felt = self._feeling if self._clock() < self._feels_until else Feeling()
        heard_s = heard() if heard is not None else None  # asked outside the lock: it may take another
        shapes = None
        if track is not None and heard_s is not None:  # until it is heard, and afterwards, the mouth follows loudness
            with self._changed:
                if not track.is_over(heard_s + LEAD_S):
                    shapes = track.at(heard_s + LEAD_S)
        manner = self.manner
        return AnimationInput(self._mood, shapes, self._loudness, self._hearing, manner.free, manner.calm, felt)


_seen = attrgetter(*(f.name for f in fields(Pose) if f.name not in {"mouth", "stem"}))
_seen_mouth = attrgetter(*(f.name for f in fields(Mouth)))


def _look(pose: Pose, painter: object) -> tuple[float, ...]:
    """What can be seen of a pose: two that look the same need one frame."""
    return (id(painter), *(round(value, 3) for value in (*_seen(pose), *pose.stem, *_seen_mouth(pose.mouth))))
