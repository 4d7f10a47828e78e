"""The same facts for Prometheus: its text format, version 0.0.4. Few labels, and none with unbounded values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.system.snapshot import HEALTH, health_of, overdue
from app.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Samples = Mapping[str, float]  # by the label's part of the line, "" for none


def metrics_of(vitals: Vitals, now: float, stall_notice_s: float) -> str:
    """Return the answer of `/metrics`. Arguments as in `snapshot.status_of`."""
    return "".join(_lines(vitals, now, stall_notice_s))


def _lines(vitals: Vitals, now: float, stall_notice_s: float) -> Iterator[str]:
    health = health_of(vitals, now, stall_notice_s)
    version = _labels(version=vitals.version, kiosk=vitals.kiosk)
    yield _metric("info", "gauge", "Always 1; tells version and name.", {version: 1})
    yield _metric("uptime_seconds", "gauge", "Since the process started.", {"": now - vitals.started_at})
    states = {_labels(state=state): float(state == health) for state in HEALTH}
    yield _metric("health", "gauge", "1 for the state that the kiosk is in.", states)
    well = float(overdue(vitals, now, stall_notice_s) is None)
    yield _metric("healthy", "gauge", "1 while nothing that ought to move stands still.", {"": well})
    yield _metric("loop_beat_age_seconds", "gauge", "Since the event loop's last beat.", {"": now - vitals.beat_at})
    yield _metric("loop_tasks", "gauge", "Tasks of the event loop at its last beat.", {"": vitals.tasks})
    reason = vitals.unavailable
    away = {_labels(reason=reason.value): 1.0} if reason else {}
    yield _metric("unavailable", "gauge", "1 with the reason, while nobody can be served.", away)
    yield _metric("visit_active", "gauge", "1 while somebody is served.", {"": float(vitals.visit is not None)})
    yield _metric("visits_total", "counter", "Visits that reached the conversation.", {"": vitals.visits})
    ends = {_labels(reason=reason): float(count) for reason, count in vitals.ends.items()}
    yield _metric("visit_ends_total", "counter", "Ends of visits by reason.", ends)
    errors = {_labels(kind=kind): float(count) for kind, count in vitals.vendor_errors.items()}
    yield _metric("service_errors_total", "counter", "Refusals and failures of the service by kind.", errors)
    yield _metric("open_sessions", "gauge", "Sessions of the service that may still run.", {"": vitals.open_sessions})
    yield _metric("unconfirmed_releases", "gauge", "Releases that nothing confirmed.", {"": vitals.unconfirmed})
    if vitals.credits is not None:
        yield _metric("credits_used", "gauge", "Credits of the service, by our count.", {"": vitals.credits.used})
        bought = {"": vitals.credits.bought} if vitals.credits.bought else {}
        yield _metric("credits_bought", "gauge", "Credits that may be used, where there is a limit.", bought)
    yield from _media(vitals, now)


def _media(vitals: Vitals, now: float) -> Iterator[str]:
    video, audio = vitals.video, vitals.audio
    if video is not None and video.painted_at is not None:
        age = max(now - video.painted_at, 0.0)
        yield _metric("video_frames", "gauge", "Pictures painted in this visit.", {"": video.frames})
        yield _metric("video_fps", "gauge", "Pictures painted in the last second.", {"": video.fps if age <= 1 else 0})
        yield _metric("video_age_seconds", "gauge", "Age of the picture on the screen.", {"": age})
    if audio is not None:
        yield _metric("audio_played_seconds", "gauge", "Sound that went to the speaker.", {"": audio.played_s})
        yield _metric("audio_sent_seconds", "gauge", "Sound that went to the room.", {"": audio.sent_s})


def _metric(name: str, kind: str, about: str, samples: Samples) -> str:
    name = f"avatar_kiosk_{name}"
    lines = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {value:.10g}" for labels, value in samples.items()]
    return "\n".join(lines) + "\n"


def _labels(**values: str) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in values.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
