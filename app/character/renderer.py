"""The thread that animates the drawn character and paints its frames. No Qt in here."""

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
_FEELS_S = 8.0  # how long a feeling is shown
_STEADY = frozenset({Mood.ATTRACT, Mood.IDLE, Mood.ASLEEP})


class PosePainter(Protocol):
    """Paints one pose; called on the renderer's thread only."""

    def __call__(self, pose: Pose) -> Frame:
        """Return the picture of this instant."""
        ...


@dataclass
class Manner:
    """What all renderers of a kiosk share. Threads may read it at any time: each field is replaced whole.

    Attributes:
        calm: Reduced motion.
        free: Share of the picture's height, from its top, that nothing covers, 0 to 1.
    """

    calm: bool = False
    free: float = 1.0


class CharacterRenderer:
    """Animates the figure and gives its frames to a sink. Any thread may call any method; none blocks for long.

    Args:
        painter: Paints a pose; the attribute may be replaced between two frames.
        seed: Of everything random.
        fps: Frames a second while somebody is here.
        quiet_fps: Frames a second in attract, idle and asleep.
        manner: Another renderer's, where both show the same figure.
        clock: Seconds, rising.
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
        """Show the figure in this mood; cheap when nothing changes."""
        with self._changed:
            if mood is not self._mood or not self._is_shown:
                self._is_blank = self._is_blank or not self._is_shown
                self._mood, self._is_shown = mood, True
                self._changed.notify_all()

    def hide(self) -> None:
        """Paint nothing until `show`; no frame comes after it has returned."""
        with self._gate:
            self._is_shown = False

    # ------------------------------------------------------------ input of the animation

    @property
    def mood(self) -> Mood:
        """The mood that is shown."""
        return self._mood

    def calm(self, less_motion: bool) -> None:
        """Move less (True). Asleep and calm the figure does not move, and nothing is painted."""
        self.manner.calm = less_motion

    def free(self, share: float) -> None:
        """Set the share of the picture's height, from its top, that nothing covers (0 to 1): the face stays in it."""
        self.manner.free = max(0.3, min(1.0, share))

    def hear(self, level: float) -> None:
        """Set how loud the visitor is now, 0 to 1."""
        self._hearing = max(0.0, min(1.0, level))

    def voice(self, level: float) -> None:
        """Set how loud the figure's own voice is now, 0 to 1: the mouth follows it where no shapes are known."""
        with self._changed:
            self._loudness = max(0.0, min(1.0, level))

    def turn_started(self, heard: Callable[[], float | None]) -> None:
        """Begin a new turn of speech: shapes count from its first audible sample.

        Args:
            heard: Returns how many seconds of it came out of the speaker, None while nothing did; called on the
                renderer's thread.
        """
        with self._changed:
            self._track = MouthTrack()
            self._heard = heard

    def mouth(self, shapes: Iterable[Shape]) -> None:
        """Add shapes to the turn that has started, each with its time in seconds into the turn."""
        with self._changed:
            if self._track is not None:
                self._track.add(shapes)

    def visemes(self, shapes: Visemes) -> None:
        """Add a shape of a turn whose shapes arrive while it is spoken; when they stop, the mouth follows loudness."""
        with self._changed:
            if self._track is not None:
                self._track.grows()
                self._track.add([(shapes.at_s, shapes.weights)])

    def feel(self, emotion: str, strength: float) -> None:
        """Show a feeling for 8 s: the light around the figure takes its colour.

        Args:
            emotion: As in `app.events.Emotion`.
            strength: 0 to 1.
        """
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
                pose = animator.step(self._clock() - begin, self._inputs())
                painter = self.painter
                visible = _visible(pose, painter) if self.manner.calm else ()  # not calm: something moves always
                if self._is_shown and (not visible or visible != shown or self._is_blank):
                    self._is_blank = False
                    self._put(painter(pose), sink)
                shown = visible
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

    def _inputs(self) -> AnimationInput:
        with self._changed:
            track, heard = self._track, self._heard
            felt = self._feeling if self._clock() < self._feels_until else Feeling()
        heard_s = heard() if heard is not None else None  # called outside the lock: it may take another one
        shapes = None
        if track is not None and heard_s is not None:  # until it is heard, and afterwards, the mouth follows loudness
            with self._changed:
                if not track.is_over(heard_s + LEAD_S):
                    shapes = track.at(heard_s + LEAD_S)
        manner = self.manner
        return AnimationInput(self._mood, shapes, self._loudness, self._hearing, manner.free, manner.calm, felt)


_pose_values = attrgetter(*(f.name for f in fields(Pose) if f.name not in {"mouth", "stem"}))
_mouth_values = attrgetter(*(f.name for f in fields(Mouth)))


def _visible(pose: Pose, painter: object) -> tuple[float, ...]:
    """Return what can be seen of a pose: two poses with equal values need one frame."""
    values = (*_pose_values(pose), *pose.stem, *_mouth_values(pose.mouth))
    return (id(painter), *(round(value, 3) for value in values))
