"""Plays scenes with real devices in a child process, because PortAudio reads its environment only once."""

from __future__ import annotations

import json
import logging

import pytest


@pytest.fixture
def play(sound_server):
    """play(scene, *arguments) -> the scene's result. What the child logged counts as logged here."""

    def run(scene: str, *arguments: str) -> dict:
        child = sound_server.child("-m", "tests.sound.play", str(sound_server.home), scene, *arguments)
        try:
            out, err = child.communicate(timeout=90)
        finally:
            child.kill()
        assert child.returncode == 0, err[-3000:]
        report = json.loads(out.splitlines()[-1])
        for name, level, message in report["records"]:
            logging.getLogger(name).log(level, message)
        return report["result"]

    return run
