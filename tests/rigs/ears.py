"""A recogniser for tests: writes down what the kiosk says. It is the optional extra `listen`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from app.audio.base import Sound


@pytest.fixture(scope="session")
def ears_model() -> Iterator[Callable[[Sound], str]]:
    """Return a function: mono int16 sound at 48 kHz to words."""
    try:
        from moonshine_voice import ModelArch, Transcriber, get_assets_path
    except ImportError:
        if os.environ.get("KIOSK_TEST_STRICT"):
            pytest.fail("moonshine-voice is not installed: install the extra 'listen'")
        pytest.skip("moonshine-voice is not installed: install the extra 'listen'")
    model = Transcriber(str(get_assets_path() / "tiny-en"), ModelArch.TINY, options={"return_audio_data": "false"})

    def write_down(sound: Sound) -> str:
        padded = np.concatenate([np.zeros(24_000, np.int16), sound, np.zeros(48_000, np.int16)])
        lines = model.transcribe_without_streaming((padded / 32768).tolist(), 48_000).lines
        return " ".join(line.text for line in lines)

    yield write_down
    model.close()
