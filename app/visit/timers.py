"""The idle timer, which holds while somebody speaks, and the hard session timer. Both use the loop's clock."""

from __future__ import annotations

import asyncio
import math

SUSTAINED_S = 0.5  # a voice must last so long to count where no words prove it
TICK_S = 0.001  # less than this is the rounding of a clock and counts as nothing
NOISE_S = 120.0  # voice without any words holds the timer at most so long; then it counts as room noise
ANSWER_S = 10.0  # an avatar that speaks so soon after a voice answers it
THINKING_S = 120.0  # thinking counts so long; tools of 30 to 90 s are met in the field (docs/vendors/README.md 5.3)


def _now() -> float:
    return asyncio.get_running_loop().time()


class IdleTimer:
    """Runs only while nobody speaks, thinks, touches or types.

    A visitor's voice holds the timer while it lasts, and the timer then starts anew; without words for NOISE_S it is
    noise, unless the service is deaf: then no words can come, and every voice is activity. The avatar's voice holds the
    timer too, but starts it anew only once per activity of the visitor, so that an avatar that prompts an empty room
    does not prolong the visit for ever. Its thinking holds it for THINKING_S altogether per activity, and never starts
    it anew: the answer that follows does.

    Args:
        idle_s: The full time, seconds.
        transcripts: The service sends the visitor's words, so a voice alone proves nothing.
        answers_prove: The service sends no words, but the avatar answers, which proves a voice as words would.
        first_s: The full time until the first activity, seconds, if it is another one: a visitor who waited long may
            have left.

    Attributes:
        service_is_deaf: The service hears no visitor at all, so his voice alone has to prove that he is there.
    """

    def __init__(
        self, idle_s: float, *, transcripts: bool, answers_prove: bool = False, first_s: float | None = None
    ) -> None:
        self._full = first_s if first_s is not None else idle_s
        self._idle_s = idle_s
        self.service_is_deaf = False
        self._has_proofs = transcripts or answers_prove
        self._answers_prove = answers_prove
        self._left = self._full
        self._at = _now()
        self._voice = False
        self._voice_since = 0.0
        self._voice_is_echo = False
        self._asked_at: float | None = None  # when a voice that may be a question ended
        self._avatar = False
        self._avatar_was_heard = False  # since it began
        self._avatar_may_restart = True
        self._thinks = False
        self._thought_s = 0.0  # since the last activity
        self._unproved_s: float | None = (
            None  # since the first voice that no words have proved, without the avatar's turns
        )
        self._changed = asyncio.Event()

    @property
    def remaining_s(self) -> float:
        """Seconds left as of now; stands still during a hold."""
        self._advance()
        return max(self._left, 0.0)

    @property
    def is_held(self) -> bool:
        """Whether the timer stands still now."""
        self._advance()
        return self._holds()

    @property
    def voice_is_noise(self) -> bool:
        """Whether voices without words have gone on for so long that they no longer count."""
        self._advance()
        return self._is_noise()

    def activity(self) -> None:
        """A touch, a key, typed text, or words of the visitor: start anew from full."""
        self._advance()
        self._full = self._left = self._idle_s
        self._avatar_may_restart = True
        self._thought_s = 0.0
        self._unproved_s = None
        if self._voice:
            self._unproved_s = 0.0
            self._voice_since = self._at
        self._changed.set()

    def voice(self, active: bool) -> None:
        """The visitor's voice starts or stops, by voice detection."""
        self._advance()
        if active == self._voice:
            return
        self._voice = active
        if active:
            self._voice_since = self._at
            self._voice_is_echo = self._avatar
            if self._unproved_s is None:
                self._unproved_s = 0.0
        elif not self._is_noise():
            if not self._needs_proof and self._at - self._voice_since >= SUSTAINED_S:
                self.activity()
            self._left = self._full
        if not active and self._may_be_question():
            self._asked_at = self._at
        self._changed.set()

    def avatar(self, active: bool, *, heard: bool = True) -> None:
        """The avatar starts or stops to speak. It stops when its voice was played to the end.

        Args:
            active: It speaks, by its voice or by the service's word.
            heard: Its voice is heard now. Where it never was, its end does not start the timer anew.
        """
        self._advance()
        self._avatar_was_heard = self._avatar_was_heard or (active and heard)
        if active == self._avatar:
            return
        self._avatar = active
        if active and self._answers_prove and self._is_answer():
            self.activity()
        if not active:
            if self._avatar_was_heard and self._avatar_may_restart:
                self._avatar_may_restart = False
                self._left = self._full
            self._avatar_was_heard = False
        self._changed.set()

    def thinking(self, active: bool) -> None:
        """The avatar starts or stops to work on an answer, by the service's word."""
        self._advance()
        if active != self._thinks:
            self._thinks = active
            self._changed.set()

    def restart(self) -> None:
        """Start anew from full without counting as the visitor's activity (a voice closed the warning)."""
        self._advance()
        self._left = self._full
        self._changed.set()

    async def expired(self) -> None:
        """Wait until the time is up."""
        while True:
            self._changed.clear()
            self._advance()
            if self._left <= TICK_S and not self._holds():
                return
            try:
                async with asyncio.timeout(self._next_look_s()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _may_be_question(self) -> bool:
        """Whether the present voice lasts long enough and did not begin while the avatar spoke: it may be the echo."""
        return not self._voice_is_echo and self._at - self._voice_since >= SUSTAINED_S

    def _is_answer(self) -> bool:
        """Whether an avatar that begins to speak now answers a voice."""
        asked_at, self._asked_at = self._asked_at, None
        if self._voice:
            return self._may_be_question()
        return asked_at is not None and self._at - asked_at <= ANSWER_S

    @property
    def _needs_proof(self) -> bool:
        return self._has_proofs and not self.service_is_deaf

    def _is_noise(self) -> bool:
        return self._needs_proof and self._unproved_s is not None and self._unproved_s >= NOISE_S

    def _thinking_left_s(self) -> float:
        return THINKING_S - self._thought_s if self._thinks else 0.0

    def _holds(self) -> bool:
        return self._avatar or self._thinking_left_s() > TICK_S or (self._voice and not self._is_noise())

    def _next_look_s(self) -> float | None:
        if self._avatar:
            return None
        if self._thinking_left_s() > TICK_S:
            return self._thinking_left_s()
        if self._holds():
            return NOISE_S - (self._unproved_s or 0.0) + TICK_S if self._needs_proof else None
        return self._left

    def _advance(self) -> None:
        now = _now()
        passed = now - self._at
        self._at = now
        if self._avatar:
            return
        thinking = min(passed, self._thinking_left_s())
        self._thought_s += thinking
        passed -= thinking
        held = 0.0
        if self._voice:
            held = passed
            if self._needs_proof:
                held = min(passed, max(0.0, NOISE_S - (self._unproved_s or 0.0)))
        if self._unproved_s is not None:
            self._unproved_s += passed
        self._left -= passed - held


class Countdown:
    """A countdown that can be paused: a voice pauses the "still there?" question until it has lasted long enough."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._at = _now()
        self._paused = False
        self._changed = asyncio.Event()

    @property
    def remaining_s(self) -> float:
        """Seconds left."""
        self._advance()
        return max(self._left, 0.0)

    def pause(self, paused: bool) -> None:
        """Stop or go on."""
        self._advance()
        if paused != self._paused:
            self._paused = paused
            self._changed.set()

    async def expired(self) -> None:
        """Wait until the time is up."""
        while self.remaining_s > TICK_S or self._paused:
            self._changed.clear()
            try:
                async with asyncio.timeout(None if self._paused else self._left):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _advance(self) -> None:
        now = _now()
        if not self._paused:
            self._left -= now - self._at
        self._at = now


class SessionTimer:
    """The hard limit of a visit. It belongs to the visit: a second join does not renew it.

    Args:
        limit_s: Seconds from now.
        most_s: What the service confirmed as its own maximum from now, seconds, or None.

    Attributes:
        started: When the conversation began, on the loop's clock, seconds.
        deadline: When it ends, on the loop's clock, seconds.
        is_services_limit: The service's maximum, not ours, sets the deadline.
        extensions: How often more time was given.
    """

    def __init__(self, limit_s: float, most_s: float | None = None) -> None:
        self.started = _now()
        self.is_services_limit = most_s is not None and most_s < limit_s
        self._most = math.inf if most_s is None else self.started + most_s
        self.deadline = min(self.started + limit_s, self._most)
        self.extensions = 0
        self._changed = asyncio.Event()

    @property
    def remaining_s(self) -> float:
        """Seconds left, not below 0."""
        return max(self.deadline - _now(), 0.0)

    @property
    def services_remaining_s(self) -> float:
        """Seconds left of what the service confirmed; infinite where it said nothing."""
        return self._most - _now()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.remaining_s <= TICK_S

    def can_extend(self, seconds: float) -> bool:
        """Whether so many seconds more are inside what the service confirmed."""
        return self.deadline + seconds <= self._most

    def extend(self, seconds: float) -> None:
        """Give more time."""
        self.deadline += seconds
        self.extensions += 1
        self._changed.set()

    def shorten(self, remaining_s: float) -> bool:
        """The service said when it ends: no extension goes beyond. Return whether that is sooner than our own end."""
        self._most = min(self._most, _now() + remaining_s)
        is_sooner = self._most < self.deadline
        if is_sooner:
            self.deadline = self._most
            self.is_services_limit = True
            self._changed.set()
        return is_sooner

    async def reached(self, before_s: float = 0.0) -> None:
        """Wait until so many seconds before the end, however often it is extended."""
        while self.remaining_s > before_s + TICK_S:
            self._changed.clear()
            try:
                async with asyncio.timeout(self.remaining_s - before_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def extended_beyond(self, before_s: float) -> None:
        """Wait until more than so many seconds are left again."""
        while self.remaining_s <= before_s + TICK_S:
            self._changed.clear()
            await self._changed.wait()
