"""The answers of /status, /healthz and /metrics for given vitals: fields, texts and nulls of docs/contract.md 4."""

from __future__ import annotations

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.screens import Ask, EndReason, Speaker, UnavailableReason
from app.system.metrics import metrics_of
from app.system.snapshot import health_of, overdue, status_of
from app.vitals import AudioVitals, CreditsVitals, VideoVitals, VisitVitals, Vitals

NOW, LOOP = 5000.0, 800.0  # the two clocks need not agree
STALL = 5.0


def quiet():
    return Vitals(version="1.0.0", kiosk="lobby-1", started_at=NOW - 60, beat_at=NOW, screen="attract",
                  screen_since=NOW - 3.21)  # fmt: skip


def visited():
    vitals = quiet()
    vitals.screen, vitals.screen_since, vitals.focus = "live", NOW - 12.4, "question-1"
    vitals.visits, vitals.last_end, vitals.open_sessions = 7, EndReason.IDLE, 1
    vitals.visit = VisitVitals(
        "tavus", None, hard_deadline=LOOP + 287.6, idle_deadline=LOOP + 41.0, speaking=Speaker.AVATAR, captions=5
    )
    vitals.video = VideoVitals("raster", "room", 720, 1280, frames=371, fps=29.9, painted_at=NOW - 0.03)
    vitals.audio = AudioVitals(11.9, 12.1, "on", "on")
    return vitals


def status(vitals):
    return json.loads(json.dumps(status_of(vitals, NOW, LOOP, STALL)))


def test_a_visit_reads_as_the_contract_writes_it():
    assert status(visited()) == {
        "version": "1.0.0", "kiosk": "lobby-1", "health": "ACTIVE", "screen": "live", "screen_s": 12.4,
        "focus": "question-1", "visits": 7, "last_end": "idle",
        "visit": {"vendor": "tavus", "place": None, "remaining_s": 287.6, "idle_remaining_s": 41.0,
                  "speaking": "avatar", "captions": 5, "extensions": 0, "asks": None},
        "video": {"painter": "raster", "source": "room", "width": 720, "height": 1280, "frames": 371, "fps": 29.9,
                  "age_s": 0.03},
        "audio": {"played_s": 11.9, "sent_s": 12.1, "microphone": "on", "speaker": "on"},
        "open_sessions": 1, "unavailable": None,
    }  # fmt: skip


def test_without_a_visitor_everything_of_a_visit_is_null():
    told = status(quiet())
    assert told["health"] == "ONLINE"
    assert told["visit"] is told["video"] is told["audio"] is told["focus"] is told["last_end"] is None


def test_before_live_no_time_runs_and_the_wait_shows_place_and_question():
    vitals = quiet()
    vitals.screen = "waiting"
    vitals.visit = VisitVitals("demo", place=2, asks=Ask.KEEP_PLACE)
    visit = status(vitals)["visit"]
    assert visit["remaining_s"] is visit["idle_remaining_s"] is visit["speaking"] is None
    assert (visit["place"], visit["asks"]) == (2, "keep_place")


def test_a_held_idle_clock_stands_still():
    vitals = visited()
    vitals.visit.idle_held_s = 45.0
    assert status(vitals)["visit"]["idle_remaining_s"] == 45.0


def test_a_deadline_that_has_passed_leaves_nothing():
    vitals = visited()
    vitals.visit.hard_deadline = LOOP - 3
    assert status(vitals)["visit"]["remaining_s"] == 0.0


def test_a_picture_that_stopped_has_an_age_and_no_rate():
    vitals = visited()
    vitals.video.painted_at = NOW - 2.5
    assert (status(vitals)["video"]["fps"], status(vitals)["video"]["age_s"]) == (0.0, 2.5)
    vitals.video.painted_at = None
    assert (status(vitals)["video"]["fps"], status(vitals)["video"]["age_s"]) == (0.0, None)


# ---------------------------------------------------------------- health


def test_a_kiosk_that_moves_is_well():
    assert overdue(quiet(), NOW, STALL) is None
    assert overdue(visited(), NOW, STALL) is None


def test_a_loop_without_a_beat_for_five_seconds_hangs():
    vitals = quiet()
    assert overdue(vitals, NOW + 4.9, STALL) is None
    assert overdue(vitals, NOW + 6, STALL) == "the event loop hangs for 6 s"
    assert health_of(vitals, NOW + 6, STALL) == "DEGRADED"


def test_a_picture_older_than_the_notice_is_overdue_in_a_visit_alone():
    vitals = visited()
    vitals.video.painted_at = NOW - 5.1
    assert overdue(vitals, NOW, STALL) == "the picture stands still for 5 s"
    assert health_of(vitals, NOW, STALL) == "DEGRADED"
    vitals.visit = None
    assert overdue(vitals, NOW, STALL) is None


def test_a_picture_that_never_came_is_overdue_as_well():
    vitals = visited()
    vitals.video.painted_at = None
    assert overdue(vitals, NOW, STALL) is not None


def test_a_drawn_character_is_nobodys_media():
    vitals = visited()
    vitals.video.source, vitals.video.painted_at = "character", NOW - 60
    assert overdue(vitals, NOW, STALL) is None
    vitals.media_overdue = "the voice stands still"
    assert overdue(vitals, NOW, STALL) == "the voice stands still"


@pytest.mark.parametrize(
    ("change", "health"),
    [
        ({}, "ONLINE"),
        ({"screen": "closed"}, "STANDBY"),
        ({"screen": "closed", "degraded": frozenset({"no line"})}, "STANDBY"),
        ({"degraded": frozenset({"no line"})}, "DEGRADED"),
        ({"unavailable": UnavailableReason.CREDITS}, "DEGRADED"),
        ({"unavailable": UnavailableReason.SAFE_MODE}, "SAFE"),
        ({"unavailable": UnavailableReason.SAFE_MODE, "screen": "closed"}, "SAFE"),
        ({"visit": VisitVitals("demo")}, "ACTIVE"),
        ({"visit": VisitVitals("demo"), "degraded": frozenset({"no line"})}, "DEGRADED"),
    ],
)
def test_the_five_words_of_health(change, health):
    vitals = quiet()
    for name, value in change.items():
        setattr(vitals, name, value)
    assert health_of(vitals, NOW, STALL) == health


# ---------------------------------------------------------------- metrics


def samples(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_every_line_of_the_metrics_has_the_form_that_prometheus_reads():
    vitals = visited()
    vitals.ends, vitals.vendor_errors = {"idle": 2}, {"Busy": 3}
    text = metrics_of(vitals, NOW, STALL)
    number = r"-?[0-9.]+(e[+-]?[0-9]+)?"
    form = re.compile(r'avatar_kiosk_[a-z_]+(\{[a-z]+="(\\.|[^"\\\n])*"(,[a-z]+="(\\.|[^"\\\n])*")*\})? ' + number)
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) avatar_kiosk_[a-z_]+ .+", line) or form.fullmatch(line), line
    names = re.findall(r"# TYPE (\S+)", text)
    assert len(names) == len(set(names))


def test_the_metrics_are_ours_alone_and_the_library_reads_them():
    vitals = visited()
    vitals.ends, vitals.vendor_errors, vitals.credits = {"idle": 2}, {"Busy": 3}, CreditsVitals(1.5, 0.0)
    families = list(text_string_to_metric_families(metrics_of(vitals, NOW, STALL)))
    assert all(family.name.startswith("avatar_kiosk_") for family in families)
    assert {family.name.removeprefix("avatar_kiosk_") for family in families if family.type == "counter"} == {
        "visits", "visit_ends", "service_errors",
    }  # fmt: skip
    assert {family.type for family in families} == {"counter", "gauge"}
    assert all(family.documentation for family in families)
    labels = {(family.name, *sorted(sample.labels)) for family in families for sample in family.samples}
    assert {found for found in labels if len(found) > 1} == {
        ("avatar_kiosk_info", "kiosk", "version"), ("avatar_kiosk_health", "state"),
        ("avatar_kiosk_visit_ends", "reason"), ("avatar_kiosk_service_errors", "kind"),
    }  # fmt: skip


def test_a_number_that_there_is_not_is_a_name_alone():
    vitals = quiet()
    vitals.credits = CreditsVitals(1.5, 0.0)
    text = metrics_of(vitals, NOW, STALL)
    assert "# TYPE avatar_kiosk_credits_bought gauge" in text
    assert {"avatar_kiosk_credits_bought", "avatar_kiosk_unavailable"} & samples(text).keys() == set()


def test_the_metrics_count_what_the_vitals_hold():
    vitals = visited()
    vitals.ends, vitals.vendor_errors = {"idle": 2, "visitor": 5}, {"Busy": 3}
    vitals.unavailable, vitals.unconfirmed, vitals.tasks = UnavailableReason.NETWORK, 1, 9
    found = samples(metrics_of(vitals, NOW, STALL))
    assert found['avatar_kiosk_info{kiosk="lobby-1",version="1.0.0"}'] == "1.0"
    assert found['avatar_kiosk_health{state="DEGRADED"}'] == "1.0"
    assert found['avatar_kiosk_health{state="ACTIVE"}'] == "0.0"
    assert found['avatar_kiosk_visit_ends_total{reason="visitor"}'] == "5.0"
    assert found['avatar_kiosk_service_errors_total{kind="Busy"}'] == "3.0"
    assert found['avatar_kiosk_unavailable{reason="network"}'] == "1.0"
    assert found["avatar_kiosk_uptime_seconds"] == "60.0"
    assert found["avatar_kiosk_visits_total"] == "7.0"
    assert found["avatar_kiosk_open_sessions"] == "1.0"
    assert found["avatar_kiosk_unconfirmed_releases"] == "1.0"
    assert found["avatar_kiosk_video_frames"] == "371.0"
    assert found["avatar_kiosk_healthy"] == "1.0"
    assert found["avatar_kiosk_loop_tasks"] == "9.0"


def test_a_name_cannot_break_out_of_its_label():
    vitals = quiet()
    vitals.kiosk = 'a"b\\c\nd'
    assert 'kiosk="a\\"b\\\\c\\nd"' in metrics_of(vitals, NOW, STALL)
