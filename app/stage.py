"""The stage: publishes screens to the window and queues the intents that come back; late ones are dropped."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from app.intents import Answer, Intent, Prefer, Staff, StaffAction
from app.screens import Preferences, Screen, Shown
from app.vitals import Vitals

TICK_S = 1.0


class Stage:
    """Publishes `Shown` values and queues the intents that answer the screen now shown.

    Attributes:
        preferences: What this visitor has chosen.
        on_staff: Called with staff actions, which are valid on every screen.

    Args:
        publish: Draws a value; called on the loop's thread.
        defaults: The site's preferences, restored at every reset.
        vitals: `screen` and `screen_since` are written here.
        on_staff: The first value of the attribute.
    """

    def __init__(
        self,
        publish: Callable[[Shown], None],
        defaults: Preferences,
        vitals: Vitals,
        on_staff: Callable[[StaffAction], None] = lambda action: None,
    ) -> None:
        self.preferences = defaults
        self.on_staff = on_staff
        self._publish = publish
        self._defaults = defaults
        self._vitals = vitals
        self._step = 0
        self._screen: Screen | None = None
        self._intents: deque[Intent] = deque()
        self._arrived = asyncio.Event()

    @property
    def screen(self) -> Screen | None:
        """The screen now shown."""
        return self._screen

    @property
    def step(self) -> int:
        """The step of the screen now shown; answers to another step are dropped."""
        return self._step

    def show(self, screen: Screen) -> None:
        """Show a screen. Another kind of screen begins a new step: what was tapped on the old one is dropped."""
        if screen == self._screen:
            return
        if type(screen) is not type(self._screen):
            self._step += 1
            self._forget()
            self._vitals.screen = screen.name
            self._vitals.screen_since = time.monotonic()
        self._screen = screen
        self._publish(Shown(self._step, screen, self.preferences))

    def reset(self) -> None:
        """Restore the site's preferences and drop all intents that wait."""
        self._forget()
        self._prefer(self._defaults)

    def answer(self, answer: Answer) -> None:
        """Take an intent from the window; on the loop's thread."""
        if isinstance(answer.intent, Staff):
            self.on_staff(answer.intent.action)
            return
        if answer.step != self._step:
            return
        if isinstance(answer.intent, Prefer):
            self._prefer(answer.intent.preferences)
        self._intents.append(answer.intent)
        self._arrived.set()

    async def arrived(self) -> None:
        """Wait until an intent can be taken. Taking is a step of its own, so that a cancelled wait loses no intent."""
        await self._arrived.wait()

    def take(self) -> Intent | None:
        """Return the oldest intent for the screen now shown, or None."""
        intent = self._intents.popleft() if self._intents else None
        if not self._intents:
            self._arrived.clear()
        return intent

    async def next(self) -> Intent:
        """Wait for the next intent and take it."""
        while True:
            await self.arrived()
            if (intent := self.take()) is not None:
                return intent

    async def beside(self, work: Awaitable[object], takes: Callable[[Intent], bool], show: Callable[[], None]) -> bool:
        """Wait for `work` and handle intents meanwhile; what `takes` or `show` raises ends the wait too.

        Args:
            work: What is waited for; cancelled when the wait ends before it.
            takes: Called with each intent; True ends the wait.
            show: Called at once, every second, and after each intent.

        Returns:
            True where `takes` has ended the wait, False where `work` is done.
        """
        task = asyncio.ensure_future(work)
        arrived = asyncio.create_task(self.arrived(), name="intent")
        try:
            while not task.done():
                show()
                await asyncio.wait({task, arrived}, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
                while (intent := self.take()) is not None:
                    if takes(intent):
                        return True
                if arrived.done():
                    arrived = asyncio.create_task(self.arrived(), name="intent")
            return False
        finally:
            arrived.cancel()
            task.cancel()

    def _forget(self) -> None:
        self._intents.clear()
        self._arrived.clear()

    def _prefer(self, preferences: Preferences) -> None:
        if preferences == self.preferences:
            return
        self.preferences = preferences
        if self._screen is not None:
            self._publish(Shown(self._step, self._screen, preferences))
