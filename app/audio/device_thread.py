"""The thread that opens, watches, closes and reopens devices: no other thread may wait for a device."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from app.audio.base import Sound
from app.audio.devices import Card, DeviceError, Devices, Way, choose
from app.audio.streams import RunningStream

log = logging.getLogger(__name__)

WATCH_S = 0.5  # how often running streams are looked at
RETRY_S = 2.0  # how often a missing device is tried again
RELIST_S = 10.0  # how often the other, idle device is closed for a moment, to list them all anew
LIST_AGE_S = 5.0  # a list younger than this is taken as it is
FADE_S = 0.03  # from a flush to the last block that is not silent


class Client(Protocol):
    """Who uses a device in one direction: told when there is one and when there is none."""

    def connected(self, delay_s: float) -> None:
        """A device is there; `delay_s` is its latency, seconds."""
        ...

    def disconnected(self) -> None:
        """There is no device any more, or there never was one."""
        ...

    def is_idle(self) -> bool:
        """Return whether nobody would notice a short interruption now."""
        ...


class Sink(Protocol):
    """Where the sound of the streams comes from and goes to."""

    def next_block(self, delay_s: float) -> Sound:
        """Return the speaker's next 480 samples; they will be heard in `delay_s` seconds."""
        ...

    def heard(self, block: Sound, delay_s: float) -> None:
        """Take the microphone's next 480 samples; they sounded `delay_s` seconds ago."""
        ...


@dataclass
class _Endpoint:
    """One direction of sound: who uses it, and the stream that serves it.

    Attributes:
        way: The direction.
        name: Of the device, as in the settings; "" for the default.
        client: Who uses it; None: nobody.
        stream: None while there is no device.
        retry_at: When a missing device is tried again, seconds on the monotonic clock.
        last_error: The last one of opening it, so that each is logged once.
    """

    way: Way
    name: str
    client: Client | None = None
    stream: RunningStream | None = None
    retry_at: float = 0.0
    last_error: str = ""


class DeviceThread(threading.Thread):
    """Opens what is wanted, and keeps trying while it is missing. Its methods return a future and never wait.

    Args:
        devices: PortAudio; used by this thread only.
        sink: Where the sound comes from and goes to.
        output_name: The speaker, as in the settings; "" for the system's default.
        input_name: The microphone, likewise.
    """

    def __init__(self, devices: Devices, sink: Sink, output_name: str, input_name: str) -> None:
        super().__init__(name="sound-devices", daemon=True)
        self._devices = devices
        self._sink = sink
        self._endpoints = {Way.OUTPUT: _Endpoint(Way.OUTPUT, output_name), Way.INPUT: _Endpoint(Way.INPUT, input_name)}
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._hanging: list[RunningStream] = []  # ended, but still held by their device
        self._relist_at = 0.0
        self._is_ending = False

    def want(self, way: Way, client: Client) -> Future[None]:
        """Open a device for this client, again whenever it was missing or lost; done after the first try."""
        return self._order(lambda: self._begin(self._endpoints[way], client))

    def drop(self, way: Way, client: Client) -> Future[None]:
        """Close what this client uses; done when the device is free. An unknown client is no error."""
        return self._order(lambda: self._finish(self._endpoints[way], client))

    def end(self) -> Future[None]:
        """Close everything and let the thread end."""
        return self._order(self._end)

    def run(self) -> None:
        """Work until `end`."""
        while not self._is_ending:
            is_watching = any(p.client for p in self._endpoints.values())
            try:
                action, done = self._orders.get(timeout=WATCH_S if is_watching else None)
            except queue.Empty:
                self._guard(self._watch)
                continue
            done.set_running_or_notify_cancel()
            self._guard(action)
            if not done.cancelled():
                done.set_result(None)

    def _order(self, action: Callable[[], None]) -> Future[None]:
        done: Future[None] = Future()
        self._orders.put((action, done))
        return done

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # reason: no error of a device or its library may end this thread
            log.exception("a sound device failed in an unknown way", extra={"error": type(error).__name__})

    def _begin(self, endpoint: _Endpoint, client: Client) -> None:
        if endpoint.stream:
            self._close(endpoint)
        endpoint.client, endpoint.last_error = client, ""
        if self._may_refresh() and self._devices.listed_s_ago() > LIST_AGE_S:
            self._refresh()
        self._try(endpoint)

    def _finish(self, endpoint: _Endpoint, client: Client) -> None:
        if endpoint.client is not client:
            return
        if endpoint.stream:
            if endpoint.way is Way.OUTPUT:
                # Stopping drops what the device still holds, whatever the library promises: that would be a click.
                time.sleep(FADE_S + endpoint.stream.latency_s)
            self._close(endpoint)
        endpoint.client = None

    def _end(self) -> None:
        self._is_ending = True
        for endpoint in self._endpoints.values():
            if endpoint.stream:
                self._close(endpoint)
            endpoint.client = None

    def _watch(self) -> None:
        now = time.monotonic()
        for endpoint in self._endpoints.values():
            if endpoint.client and endpoint.stream and endpoint.stream.is_lost():
                log.warning("a sound device was lost", extra={"way": endpoint.way.value})
                self._close(endpoint)
                endpoint.retry_at = now
        lacking = [p for p in self._endpoints.values() if p.client and not p.stream and now >= p.retry_at]
        if lacking:
            self._make_list_fresh(now)
        for endpoint in lacking:
            self._try(endpoint)

    def _make_list_fresh(self, now: float) -> None:
        """List the devices anew if none is open, or if nobody would notice a short interruption of the open one."""
        open_endpoints = [p for p in self._endpoints.values() if p.stream]
        if open_endpoints:
            if now < self._relist_at or not all(p.client and p.client.is_idle() for p in open_endpoints):
                return
            self._relist_at = now + RELIST_S
            for endpoint in open_endpoints:
                self._close(endpoint)
        if self._may_refresh():
            self._refresh()
        for endpoint in open_endpoints:
            self._try(endpoint)

    def _refresh(self) -> None:
        try:
            self._devices.refresh()
        except DeviceError as error:
            log.info("no list of sound devices", extra={"error": str(error)})

    def _try(self, endpoint: _Endpoint) -> None:
        client = endpoint.client
        if client is None:
            return
        try:
            endpoint.stream = self._open(endpoint)
        except DeviceError as error:
            endpoint.retry_at = time.monotonic() + RETRY_S
            self._log_error(endpoint, str(error))
            client.disconnected()
            return
        endpoint.last_error = ""
        log.info("a sound device is open", extra={"way": endpoint.way.value, "rate": endpoint.stream.rate})
        client.connected(endpoint.stream.latency_s)

    def _open(self, endpoint: _Endpoint) -> RunningStream:
        card: Card | None = choose(self._devices.cards(), endpoint.way, endpoint.name)
        if card is None:
            raise DeviceError(f"no device is called {endpoint.name!r}" if endpoint.name else "there is no device")
        if endpoint.way is Way.OUTPUT:
            return self._devices.open_output(card, self._sink.next_block)
        return self._devices.open_input(card, self._sink.heard)

    def _close(self, endpoint: _Endpoint) -> None:
        stream, endpoint.stream = endpoint.stream, None
        # Called before, because ending may take a moment; and after, because a last block may have been under way.
        if endpoint.client:
            endpoint.client.disconnected()
        if stream and not stream.end():
            self._hanging.append(stream)
        if endpoint.client:
            endpoint.client.disconnected()

    def _log_error(self, endpoint: _Endpoint, text: str) -> None:
        if text != endpoint.last_error:
            log.warning("a sound device is missing", extra={"way": endpoint.way.value, "error": text})
        endpoint.last_error = text

    def _may_refresh(self) -> bool:
        self._hanging = [stream for stream in self._hanging if not stream.end(0)]
        return not self._hanging and not any(p.stream for p in self._endpoints.values())
