"""The status as Prometheus metrics: text format 0.0.4. Few labels, and none with unbounded values.

Imported only where the status server runs, on its thread: the import takes some 40 ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from app.system.snapshot import HEALTH, health_of, overdue
from app.vitals import Vitals

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

Family = GaugeMetricFamily | CounterMetricFamily


def metrics_of(vitals: Vitals, now: float, stall_notice_s: float) -> str:
    """Return the answer of `/metrics`. Arguments as in `snapshot.status_of`."""
    # A registry of our own: the library's default one adds metrics of the process under other names.
    registry = CollectorRegistry()
    registry.register(_VitalsCollector(vitals, now, stall_notice_s))
    return generate_latest(registry).decode()


class _VitalsCollector(Collector):
    """Converts the vitals at the time `now` to metrics; it counts nothing itself."""

    def __init__(self, vitals: Vitals, now: float, stall_notice_s: float) -> None:
        self._vitals = vitals
        self._now = now
        self._stall_notice_s = stall_notice_s

    def collect(self) -> Iterator[Family]:
        """Yield every metric; the library calls it."""
        vitals, now, stall_notice_s = self._vitals, self._now, self._stall_notice_s
        health = health_of(vitals, now, stall_notice_s)
        reason = vitals.unavailable
        info = GaugeMetricFamily(_name("info"), "Always 1; tells version and name.", labels=["version", "kiosk"])
        info.add_metric([vitals.version, vitals.kiosk], 1)
        yield info
        yield _gauge("uptime_seconds", "Since the process started.", now - vitals.started_at)
        states = {state: state == health for state in HEALTH}
        yield _gauges("health", "1 for the state that the kiosk is in.", "state", states)
        well = overdue(vitals, now, stall_notice_s) is None
        yield _gauge("healthy", "1 while nothing that ought to move stands still.", well)
        yield _gauge("loop_beat_age_seconds", "Since the event loop's last beat.", now - vitals.beat_at)
        yield _gauge("loop_tasks", "Tasks of the event loop at its last beat.", vitals.tasks)
        away = {reason.value: 1} if reason else {}
        yield _gauges("unavailable", "1 with the reason, while nobody can be served.", "reason", away)
        yield _gauge("visit_active", "1 while somebody is served.", vitals.visit is not None)
        yield CounterMetricFamily(_name("visits_total"), "Visits that reached the conversation.", vitals.visits)
        yield _counters("visit_ends_total", "Ends of visits by reason.", "reason", vitals.ends)
        kinds = vitals.vendor_errors
        yield _counters("service_errors_total", "Refusals and failures of the service by kind.", "kind", kinds)
        yield _gauge("open_sessions", "Sessions of the service that may still run.", vitals.open_sessions)
        yield _gauge("unconfirmed_releases", "Releases that nothing confirmed.", vitals.unconfirmed)
        yield from _credits(vitals)
        yield from _media(vitals, now)


def _credits(vitals: Vitals) -> Iterator[Family]:
    if vitals.credits is not None:
        yield _gauge("credits_used", "Credits of the service, by our count.", vitals.credits.used)
        bought = vitals.credits.bought or None
        yield _gauge("credits_bought", "Credits that may be used, where there is a limit.", bought)


def _media(vitals: Vitals, now: float) -> Iterator[Family]:
    video, audio = vitals.video, vitals.audio
    if video is not None and video.painted_at is not None:
        age = max(now - video.painted_at, 0.0)
        yield _gauge("video_frames", "Pictures painted in this visit.", video.frames)
        yield _gauge("video_fps", "Pictures painted in the last second.", video.fps if age <= 1 else 0)
        yield _gauge("video_age_seconds", "Age of the picture on the screen.", age)
    if audio is not None:
        yield _gauge("audio_played_seconds", "Sound that went to the speaker.", audio.played_s)
        yield _gauge("audio_sent_seconds", "Sound that went to the room.", audio.sent_s)


def _gauge(name: str, about: str, value: float | None) -> Family:
    """Return a metric with one number of ten digits; None: no sample, only the name."""
    return GaugeMetricFamily(_name(name), about, None if value is None else float(f"{value:.10g}"))


def _gauges(name: str, about: str, label: str, values: Mapping[str, float]) -> Family:
    return _filled(GaugeMetricFamily(_name(name), about, labels=[label]), values)


def _counters(name: str, about: str, label: str, values: Mapping[str, float]) -> Family:
    return _filled(CounterMetricFamily(_name(name), about, labels=[label]), values)


def _filled(family: Family, values: Mapping[str, float]) -> Family:
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def _name(name: str) -> str:
    return f"avatar_kiosk_{name}"
