"""The media library's log, as the filter lets it through."""

from __future__ import annotations

import logging
import time

import pytest

from app.rooms.livekit.log import LibraryLog

NATIVE = "%s:%s:%s - %s"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJraW9zayJ9.c2lnbmF0dXJl"


@pytest.fixture
def library_log():
    made = LibraryLog()
    made.install()
    yield made
    made.remove()


@pytest.fixture(autouse=True)
def _alone(caplog):
    """Remove filters of other tests in the same process, and let every record through."""
    caplog.set_level(logging.DEBUG, "livekit")
    loggers = [logging.getLogger("livekit"), logging.getLogger()]
    others = [list(logger.filters) for logger in loggers]
    for logger in loggers:
        logger.filters.clear()
    yield
    for logger, kept in zip(loggers, others, strict=True):
        logger.filters[:] = kept


def say(level: int, text: str) -> None:
    logging.getLogger("livekit").log(level, NATIVE, "livekit::room", 1835, "livekit::room", text)


@pytest.mark.expect_log("failed with")
def test_a_refused_token_never_reaches_the_log(library_log, caplog):
    say(logging.ERROR, f"error while connecting to a room: client error: 401 - invalid token: {TOKEN}, error: x")
    logging.getLogger("livekit").error(f"failed with {TOKEN}")
    assert len(caplog.records) == 2
    assert "eyJ" not in caplog.text
    assert all("eyJ" not in repr(vars(record)) for record in caplog.records)


@pytest.mark.parametrize(
    "text",
    [
        'received session close: "signal client closed" UnknownReason Resume',
        "resuming connection... attempt: 1",
        "restarting connection... attempt: 3",
        "publisher data channel '_reliable' closed unexpectedly",
        "failed to connect: Signal(Timeout), retrying... (1/3)",
    ],
)
def test_what_the_room_tells_by_itself_is_no_alarm(library_log, caplog, text):
    say(logging.ERROR, text)
    assert [record.levelno for record in caplog.records] == [logging.INFO]


@pytest.mark.expect_log("media library")
def test_what_nobody_expects_stays_an_alarm_with_its_text_in_a_field(library_log, caplog):
    say(logging.ERROR, "the decoder fell over")
    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].getMessage() == "media library"
    assert "the decoder fell over" in caplog.records[0].detail


def test_room_names_and_addresses_stay_out(library_log, caplog):
    say(logging.INFO, 'Disconnected from room "kiosk-lobby-7f3a" with reason: ClientInitiated')
    say(logging.INFO, "connecting to wss://guide.example/rtc/v1")
    assert all(record.levelno == logging.DEBUG for record in caplog.records)
    told = " ".join(record.detail for record in caplog.records)
    assert "7f3a" not in told
    assert "guide.example" not in told


def test_the_visitors_words_stay_out_of_the_report_of_a_failed_callback(library_log, caplog):
    caplog.set_level(logging.INFO)
    logging.getLogger().info("error running user callback for %s: %s", "data_packet_received", "what the visitor said")
    assert "data_packet_received" in caplog.text
    assert "visitor said" not in caplog.text


def test_it_remembers_that_media_was_blocked(library_log, caplog):
    before = time.monotonic()
    assert not library_log.media_blocked_since(before)
    say(logging.WARNING, "failed to connect: Connection(wait_pc_connection timed out), retrying... (1/3)")
    assert library_log.media_blocked_since(before)
    assert not library_log.media_blocked_since(time.monotonic() + 1)


def test_nothing_is_filtered_after_its_removal(caplog):
    made = LibraryLog()
    made.install()
    made.remove()
    say(logging.INFO, "as it is")
    assert "as it is" in caplog.records[0].getMessage()
