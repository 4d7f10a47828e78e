"""The self-test prints one explicit line when it passes, and names the parts that fail."""

import json
from functools import partial

from app.commands.probes import within
from app.commands.self_test import all_parts, self_test
from app.findings import Finding
from app.state import StateDirectory
from tests.unit.settings.givens import read


def broken():
    raise OSError("gone")


GOOD = partial(within, "one", lambda: "works")
BAD = partial(within, "two", broken)


def test_it_passes_with_its_own_line_last(capsys):
    assert self_test([GOOD, lambda: [Finding("sound", None, "no device")]])
    assert capsys.readouterr().out.splitlines() == [
        "ok      one                works",
        "warning sound              no device",
        "SELF-TEST PASS",
    ]


def test_it_names_what_failed_and_tries_the_rest(capsys):
    assert not self_test([BAD, GOOD])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "FAIL    two                OSError: gone"
    assert told[1].startswith("ok      one")
    assert told[2] == "SELF-TEST FAIL: two"


def test_as_json_it_says_the_same(capsys):
    assert not self_test([BAD, GOOD], as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["result"] == "SELF-TEST FAIL: two"
    assert [finding["ok"] for finding in told["findings"]] == [False, True]


def test_wrong_settings_and_a_state_directory_of_no_use_fail_it(tmp_path):
    (tmp_path / "file").touch()
    parts = all_parts(read(tmp_path, "[visit]\nidle_s = 0"), StateDirectory(tmp_path / "file" / "x"))
    (first,), (last,) = parts[0](), parts[-1]()
    assert (first.item, first.ok) == ("settings", False)
    assert (last.item, last.ok) == ("state directory", False)


def test_the_parts_that_need_nothing_work_here(tmp_path):
    parts = all_parts(read(tmp_path), StateDirectory(tmp_path / "state"))
    found = [finding for part in (parts[0], parts[1], parts[7], parts[-1]) for finding in part()]
    assert [finding.item for finding in found] == ["settings", "resources", "TLS", "state directory"]
    assert all(finding.ok for finding in found)
