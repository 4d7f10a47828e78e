"""The system is asked to restart or to switch off; here a fake command takes the request."""

from __future__ import annotations

import sys

import pytest

from app.system import power
from app.system.outside import environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stand-in is a shell script")


@pytest.fixture
def system(tmp_path, monkeypatch):
    """A systemctl that writes what it was asked for, and answers with the code in `answer`."""
    script = tmp_path / "systemctl"
    script.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexit $(cat {tmp_path}/answer)\n')
    script.chmod(0o755)
    (tmp_path / "answer").write_text("0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize(("ask", "words"), [(power.reboot, "reboot"), (power.shut_down, "poweroff")])
def test_the_system_is_asked(system, ask, words):
    assert ask()
    assert (system / "asked").read_text() == f"{words}\n"


@pytest.mark.expect_log("refuses")
def test_a_refusal_is_told(system):
    (system / "answer").write_text("1")
    assert not power.reboot()


@pytest.mark.expect_log("cannot be asked")
def test_a_system_without_the_command_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not power.shut_down()


def test_a_frozen_program_hands_on_the_systems_own_libraries(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    given = {"LD_LIBRARY_PATH": "/opt/bundle", "LD_LIBRARY_PATH_ORIG": "/usr/local/lib", "HOME": "/home/k"}
    assert environment(given) == {"LD_LIBRARY_PATH": "/usr/local/lib", "HOME": "/home/k"}
    assert "LD_LIBRARY_PATH" not in environment({"LD_LIBRARY_PATH": "/opt/bundle"})
