"""The thread that opens, watches and closes devices, and brings them back: nothing else may wait for a device."""

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
    """Who uses a device, on one way: told when there is one and when there is none."""

    def connected(self, delay_s: float) -> None:
        """A device is there; its latency, seconds."""
        ...

    def disconnected(self) -> None:
        """It is there no more, or was not from the beginning."""
        ...

    def is_idle(self) -> bool:
        """Whether an interruption of a moment would go unnoticed."""
        ...


class Sink(Protocol):
    """Where the sound of the streams comes from and goes to."""

    def next_block(self, delay_s: float) -> Sound:
        """Return the speaker's next 480 samples."""
        ...

    def heard(self, block: Sound, delay_s: float) -> None:
        """Take the microphone's next 480 samples."""
        ...


@dataclass
class _Place:
    """One way of sound: who wants it, and the stream that serves it."""

    way: Way
    name: str  # of the device, "" for the default
    client: Client | None = None
    stream: RunningStream | None = None
    retry_at: float = 0.0
    told: str = ""  # the last complaint, so that it is logged once


class DeviceThread(threading.Thread):
    """Holds what is wanted against what is there. Its methods return a future and never wait."""

    def __init__(self, devices: Devices, sink: Sink, output_name: str, input_name: str) -> None:
        super().__init__(name="sound-devices", daemon=True)
        self._devices = devices
        self._sink = sink
        self._places = {Way.OUTPUT: _Place(Way.OUTPUT, output_name), Way.INPUT: _Place(Way.INPUT, input_name)}
        self._orders: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._hanging: list[RunningStream] = []  # ended, but still held by their device
        self._relist_at = 0.0
        self._is_ending = False

    def want(self, way: Way, client: Client) -> Future[None]:
        """Open a device for this client, now and whenever it can be had; done after the first try."""
        return self._order(lambda: self._begin(self._places[way], client))

    def drop(self, way: Way, client: Client) -> Future[None]:
        """Close what this client uses; done when the device is free. A client that is unknown here is no error."""
        return self._order(lambda: self._finish(self._places[way], client))

    def end(self) -> Future[None]:
        """Close everything and let the thread end."""
        return self._order(self._end)

    def run(self) -> None:
        """Work until `end`."""
        while not self._is_ending:
            is_watching = any(p.client for p in self._places.values())
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

    def _begin(self, place: _Place, client: Client) -> None:
        if place.stream:
            self._close(place)
        place.client, place.told = client, ""
        if self._may_refresh() and self._devices.listed_s_ago() > LIST_AGE_S:
            self._refresh()
        self._try(place)

    def _finish(self, place: _Place, client: Client) -> None:
        if place.client is not client:
            return
        if place.stream:
            if place.way is Way.OUTPUT:
                # Stopping drops what the device holds, whatever the library promises: that would be a click.
                time.sleep(FADE_S + place.stream.latency_s)
            self._close(place)
        place.client = None

    def _end(self) -> None:
        self._is_ending = True
        for place in self._places.values():
            if place.stream:
                self._close(place)
            place.client = None

    def _watch(self) -> None:
        now = time.monotonic()
        for place in self._places.values():
            if place.client and place.stream and place.stream.is_lost():
                log.warning("a sound device was lost", extra={"way": place.way.value})
                self._close(place)
                place.retry_at = now
        lacking = [p for p in self._places.values() if p.client and not p.stream and now >= p.retry_at]
        if lacking:
            self._make_list_fresh(now)
        for place in lacking:
            self._try(place)

    def _make_list_fresh(self, now: float) -> None:
        """List the devices anew if none is open, or if the open one would not be missed for a moment."""
        open_places = [p for p in self._places.values() if p.stream]
        if open_places:
            if now < self._relist_at or not all(p.client and p.client.is_idle() for p in open_places):
                return
            self._relist_at = now + RELIST_S
            for place in open_places:
                self._close(place)
        if self._may_refresh():
            self._refresh()
        for place in open_places:
            self._try(place)

    def _refresh(self) -> None:
        try:
            self._devices.refresh()
        except DeviceError as error:
            log.info("no list of sound devices", extra={"error": str(error)})

    def _try(self, place: _Place) -> None:
        client = place.client
        if client is None:
            return
        try:
            place.stream = self._open(place)
        except DeviceError as error:
            place.retry_at = time.monotonic() + RETRY_S
            self._complain(place, str(error))
            client.disconnected()
            return
        place.told = ""
        log.info("a sound device is open", extra={"way": place.way.value, "rate": place.stream.rate})
        client.connected(place.stream.latency_s)

    def _open(self, place: _Place) -> RunningStream:
        card: Card | None = choose(self._devices.cards(), place.way, place.name)
        if card is None:
            raise DeviceError(f"no device is called {place.name!r}" if place.name else "there is no device")
        if place.way is Way.OUTPUT:
            return self._devices.open_output(card, self._sink.next_block)
        return self._devices.open_input(card, self._sink.heard)

    def _close(self, place: _Place) -> None:
        stream, place.stream = place.stream, None
        # Told before, because ending may take a moment; and after, because of the last block under way.
        if place.client:
            place.client.disconnected()
        if stream and not stream.end():
            self._hanging.append(stream)
        if place.client:
            place.client.disconnected()

    def _complain(self, place: _Place, text: str) -> None:
        if text != place.told:
            log.warning("a sound device is missing", extra={"way": place.way.value, "error": text})
        place.told = text

    def _may_refresh(self) -> bool:
        self._hanging = [stream for stream in self._hanging if not stream.end(0)]
        return not self._hanging and not any(p.stream for p in self._places.values())
