"""Logs tell what happened, but never a visitor's words or a secret."""

import json
import logging
import os
import stat
import subprocess
import sys

import pytest

from app.system.log import JsonLines, Plain, PlainLines, handlers
from app.system.redact import HIDDEN, Redactor

SECRET = "hunter22"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc"


def record(message="slot granted", *args, error=None, name="app.visit.visit", **fields):
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, exc_info)
    made.__dict__.update(fields)
    return made


def raised(error, cause=None):
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def told(made):
    return json.loads(JsonLines(Plain(Redactor([SECRET]))).format(made))


def line(made):
    return PlainLines(Plain(Redactor([SECRET]))).format(made)


def test_a_line_is_one_json_object_with_the_records_fields():
    found = told(record(vendor="tavus", seconds=1.5, old=None, parts=("a", 2)))
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "error", "logger": "app.visit.visit", "message": "slot granted",
        "vendor": "tavus", "seconds": 1.5, "old": None, "parts": ["a", 2],
    }  # fmt: skip


def test_a_line_for_people_is_one_line():
    assert line(record("two\nlines", why="a\nb")).endswith(' error   app.visit.visit: two lines why="a\\nb"')
    assert "\n" not in line(record(error=raised(OSError(f"first\nsecond {SECRET}"))))


@pytest.mark.parametrize("form", [told, line])
def test_no_secret_gets_through_any_part_of_a_record(form):
    made = record(
        f"message {SECRET} {TOKEN}",
        error=raised(RuntimeError(f"Authorization: Bearer {SECRET}")),
        detail=f"https://a:{SECRET}@host/?key={SECRET}",
        nested={"a": [SECRET, {"token": "short"}], "authorization": "x" * 9},
        failure=ValueError(SECRET),
    )
    text = str(form(made))
    assert SECRET not in text
    assert "eyJ" not in text
    assert "short" not in text
    assert "x" * 9 not in text


@pytest.mark.parametrize("field", ["pii", "pii.caption", "caption.pii", "said_pii", "session_id", "room_name", "token"])
def test_a_private_field_is_dropped(field):
    made = record(**{field: "private"})
    assert "private" not in str(told(made))
    assert "private" not in line(made)


def test_an_error_is_told_by_kind_and_place_with_the_text_that_cannot_quote_a_visitor():
    found = told(record(error=raised(OSError(28, "No space left on device"))))
    assert found["error"] == "OSError"
    assert found["error_text"] == "[Errno 28] No space left on device"
    assert "test_log.py" in found["trace"][-1]


@pytest.mark.parametrize(
    "error", [ValueError("my name is Ada"), KeyError("Ada"), UnicodeDecodeError("x", b"Ada", 0, 1, "Ada")]
)
def test_an_error_that_quotes_its_data_is_told_without_its_text(error):
    made = record(error=raised(error))
    assert "Ada" not in json.dumps(told(made))
    assert "Ada" not in line(made)
    assert type(error).__name__ in line(made)


def test_causes_are_told_by_kind_and_place():
    found = told(record(error=raised(RuntimeError("outer"), raised(ValueError("Ada")))))
    assert found["caused_by"][0].startswith("ValueError at ")
    assert "Ada" not in json.dumps(found)


def test_the_loops_own_words_about_a_failed_task_are_cut():
    made = record(
        "Task exception was never retrieved\nfuture: <Task finished exception=ValueError('Ada')>", name="asyncio"
    )
    assert "Ada" not in json.dumps(told(made))


def test_a_field_cannot_take_the_place_of_the_records_own():
    assert told(record(level="fine", logger="x"))["level"] == "error"


def test_a_message_that_does_not_fit_its_arguments_is_logged_all_the_same():
    assert told(record("%d apples", "many"))["message"] == "%d apples"


def test_the_file_is_private_and_holds_json_lines(tmp_path):
    file = tmp_path / "kiosk.jsonl"
    _, to_file = handlers(Redactor(), file)
    to_file.handle(record("one", text="\udcff"))
    to_file.handle(record("two"))
    to_file.close()
    assert [json.loads(each)["message"] for each in file.read_text().splitlines()] == ["one", "two"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_never_grows_without_end(tmp_path):
    _, to_file = handlers(Redactor(), tmp_path / "kiosk.jsonl")
    to_file.maxBytes = 2000
    for number in range(300):
        to_file.handle(record("again", number=number))
    to_file.close()
    assert len(list(tmp_path.iterdir())) == 6
    assert all(file.stat().st_size <= 2000 for file in tmp_path.iterdir())


def test_a_process_logs_to_stderr_and_file_at_its_level_and_silences_chatty_libraries(tmp_path):
    code = (
        "import logging, sys; from pathlib import Path; from app.system.log import start_logging;"
        "from app.system.redact import HIDDEN, Redactor;"
        f"start_logging('info', Redactor(['{SECRET}']), Path(sys.argv[1]));"
        "logging.getLogger('app.x').debug('hidden'); logging.getLogger('app.x').info('shown');"
        f"logging.getLogger('httpx').info('POST https://host'); logging.getLogger('httpx').warning('{SECRET}');"
        f"import warnings; warnings.warn('careful {SECRET}')"
    )
    file = tmp_path / "kiosk.jsonl"
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    messages = [json.loads(each)["message"] for each in file.read_text().splitlines()]
    assert messages[:2] == ["shown", HIDDEN]
    assert messages[2].startswith("<string>:1: UserWarning: careful ***")
    assert len(done.stderr.splitlines()) == 3
    assert SECRET not in done.stderr + file.read_text()
