"""The content of the status page, computed from the vitals only; no clock is read here."""

from __future__ import annotations

from typing import Any

from app.screens import UnavailableReason
from app.vitals import AudioVitals, VideoVitals, VisitVitals, Vitals

HANG_S = 5.0  # since the event loop's last heartbeat
HEALTH = ("STANDBY", "ONLINE", "ACTIVE", "DEGRADED", "SAFE")


def status_of(vitals: Vitals, now: float, loop_now: float, stall_notice_s: float) -> dict[str, Any]:
    """Return the answer of `/status`, ready for JSON.

    Args:
        vitals: The kiosk's state.
        now: `time.monotonic`, seconds.
        loop_now: The event loop's clock at the same moment, seconds; the visit's deadlines are on that clock.
        stall_notice_s: Age of a picture, seconds, from which it counts as standing still.
    """
    return {
        "version": vitals.version,
        "kiosk": vitals.kiosk,
        "health": health_of(vitals, now, stall_notice_s),
        "screen": vitals.screen,
        "screen_s": _rounded(now - vitals.screen_since),
        "focus": vitals.focus,
        "visits": vitals.visits,
        "last_end": vitals.last_end,
        "visit": _visit(vitals.visit, loop_now),
        "video": _video(vitals.video, now),
        "audio": _audio(vitals.audio),
        "open_sessions": vitals.open_sessions,
        "unavailable": vitals.unavailable,
    }


def overdue(vitals: Vitals, now: float, stall_notice_s: float) -> str | None:
    """Return what stands still, in words for staff, or None: for `/healthz`. Arguments as in `status_of`."""
    if now - vitals.beat_at > HANG_S:
        return f"the event loop hangs for {now - vitals.beat_at:.0f} s"
    if vitals.media_overdue is not None:
        return vitals.media_overdue
    video = vitals.video
    # A drawn character moves whatever the service does, so only pictures of the room are watched.
    if vitals.visit is not None and video is not None and video.source == "room":
        age = now - (vitals.screen_since if video.painted_at is None else video.painted_at)
        if age > stall_notice_s:
            return f"the picture stands still for {age:.0f} s"
    return None


def health_of(vitals: Vitals, now: float, stall_notice_s: float) -> str:
    """Return one of `HEALTH`. DEGRADED: something is missing or stands still, or nobody can be served."""
    if vitals.unavailable is UnavailableReason.SAFE_MODE:
        return "SAFE"
    if overdue(vitals, now, stall_notice_s) is not None:
        return "DEGRADED"
    if vitals.screen == "closed":
        return "STANDBY"
    if vitals.degraded or vitals.unavailable is not None:
        return "DEGRADED"
    return "ONLINE" if vitals.visit is None else "ACTIVE"


def _visit(visit: VisitVitals | None, loop_now: float) -> dict[str, Any] | None:
    if visit is None:
        return None
    held = visit.idle_held_s
    return {
        "vendor": visit.vendor,
        "place": visit.place,
        "remaining_s": _left(visit.hard_deadline, loop_now),
        "idle_remaining_s": _left(visit.idle_deadline, loop_now) if held is None else _rounded(held),
        "speaking": visit.speaking,
        "captions": visit.captions,
        "extensions": visit.extensions,
        "asks": visit.asks,
    }


def _video(video: VideoVitals | None, now: float) -> dict[str, Any] | None:
    if video is None:
        return None
    age = None if video.painted_at is None else max(now - video.painted_at, 0.0)
    return {
        "painter": video.painter,
        "source": video.source,
        "width": video.width,
        "height": video.height,
        "frames": video.frames,
        # The painter updates its rate only when it paints.
        "fps": _rounded(video.fps) if age is not None and age <= 1.0 else 0.0,
        "age_s": None if age is None else round(age, 2),
    }


def _audio(audio: AudioVitals | None) -> dict[str, Any] | None:
    if audio is None:
        return None
    return {
        "played_s": _rounded(audio.played_s),
        "sent_s": _rounded(audio.sent_s),
        "microphone": audio.microphone,
        "speaker": audio.speaker,
    }


def _left(deadline: float | None, loop_now: float) -> float | None:
    return None if deadline is None else _rounded(deadline - loop_now)


def _rounded(seconds: float) -> float:
    return round(max(seconds, 0.0), 1)
