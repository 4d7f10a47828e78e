"""An event loop whose clock jumps to the next timer: twenty minutes of a visit in milliseconds, in a fixed order."""

from __future__ import annotations

import asyncio
import selectors


class _JumpingSelector(selectors.SelectSelector):
    """Never waits for a timer: where the loop would sleep, the clock is moved instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            # No timer at all: only a real descriptor (a thread's wake-up) can go on; bounded, so a deadlock is seen.
            ready = super().select(5.0)
            if not ready:
                raise RuntimeError("deadlock: no timer and nothing to wake the loop")
            return ready
        if timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop for tests of timing. `time()` starts at 1000, so that a forgotten 0 shows."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return 1000.0 + self._jumping.now


class _HurryingSelector(selectors.DefaultSelector):
    """Gives sockets and threads a moment of real time before the clock is moved to the next timer."""

    PATIENCE_S = 0.003

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(min(timeout, self.PATIENCE_S))
        if not ready:
            self.now += timeout
        return ready


class HurryLoop(asyncio.SelectorEventLoop):
    """The loop for tests of timing that speak over real sockets with an emulator in the same loop."""

    def __init__(self) -> None:
        self._hurrying = _HurryingSelector()
        super().__init__(self._hurrying)

    def time(self) -> float:
        return 1000.0 + self._hurrying.now
