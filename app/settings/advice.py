"""Warnings about settings that are allowed but advised against; the ranges are those of docs/contract.md 2.2."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from app.findings import Finding
from app.settings.model import Settings
from app.settings.types import is_loopback

_ADVISED: dict[str, tuple[float, float]] = {
    "visit.idle_s": (30, 300),
    "visit.idle_warning_s": (20, 60),
    "visit.hard_limit_s": (60, 1800),
    "visit.chip_s": (30, 120),
    "visit.countdown_s": (10, 30),
    "visit.wrap_up_s": (10, 30),
    "visit.max_extensions": (10, math.inf),
    "visit.connect_timeout_s": (5, 60),
    "visit.avatar_timeout_s": (5, 120),
    "visit.first_frame_timeout_s": (5, 30),
    "visit.stall_notice_s": (2, 15),
    "visit.stall_end_s": (10, 30),
    "visit.touch_guard_s": (0, 5),
    "waiting.poll_s": (1, 30),
    "waiting.keep_place_s": (30, 300),
    "waiting.claim_s": (10, 60),
    "waiting.cap_s": (60, 900),
}
_ADVISED_OF_SERVICES: dict[str, tuple[float, float]] = {"ready_timeout_s": (10, 120)}


def advice(settings: Settings) -> list[Finding]:
    """Return a line for each value outside its advised range, and for values that contradict each other."""
    found = []
    for name, (least, most) in _ADVISED.items():
        table, key = name.split(".")
        found += _outside(name, getattr(getattr(settings, table), key), least, most)
    visit = settings.visit
    if visit.stall_notice_s >= visit.stall_end_s:
        text = f"{visit.stall_notice_s:g} is never reached: stall_end_s ends the visit at {visit.stall_end_s:g}"
        found.append(Finding("visit.stall_notice_s", None, text))
    if visit.chip_s < visit.countdown_s:
        text = f"{visit.chip_s:g} is later than the countdown, which begins at {visit.countdown_s:g}"
        found.append(Finding("visit.chip_s", None, text))
    return found + _beyond_plan(settings) + _of_service(settings) + _unencrypted(settings)


def _outside(name: str, value: float, least: float, most: float) -> list[Finding]:
    if least <= value <= most:
        return []
    advised = f"at least {least:g}" if math.isinf(most) else f"{least:g} to {most:g}"
    return [Finding(name, None, f"{value:g} works; advised: {advised}")]


def _beyond_plan(settings: Settings) -> list[Finding]:
    """Return a note where a visit may last longer than the longest session of the chosen service's plan."""
    table = settings.service.tables.get(settings.service.vendor)
    limit_s = settings.visit.hard_limit_s
    if settings.service.vendor == "demo" or table is None or limit_s <= table.plan_max_s:
        return []
    text = f"{limit_s:g} is longer than the plan's longest session: visits end before {table.plan_max_s:g}"
    return [Finding("visit.hard_limit_s", None, text)]


def _of_service(settings: Settings) -> list[Finding]:
    """Return a note for each time of the chosen service that is unwise, or does not go with those of a visit."""
    chosen, join_s = settings.service.vendor, settings.visit.connect_timeout_s
    found = []
    for key, value in settings.service.tables.get(chosen, ()):
        if key in _ADVISED_OF_SERVICES:
            found += _outside(f"service.{chosen}.{key}", value, *_ADVISED_OF_SERVICES[key])
        if key == "participant_absent_timeout_s" and value <= join_s:
            text = f"{value:g} is over before a slow join, for which visit.connect_timeout_s allows {join_s:g}"
            found.append(Finding(f"service.{chosen}.{key}", None, text))
    return found


def _unencrypted(settings: Settings) -> list[Finding]:
    """Return a note for each address of the chosen service that sends keys and tokens unencrypted over a network."""
    chosen = settings.service.vendor
    found = []
    for key, value in settings.service.tables.get(chosen, ()):
        if not key.endswith("url") or not isinstance(value, str) or not value.lower().startswith("http://"):
            continue
        if not is_loopback(urlsplit(value).hostname or ""):
            text = "everybody on the way can read its keys and tokens; advised: https://"
            found.append(Finding(f"service.{chosen}.{key}", None, text))
    return found
