"""Child process of the sound tests: `python -m tests.sound.play HOME SCENE [ARGUMENT ...]` prints the result."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from tests.rigs.pulse import SoundServer
from tests.sound import scenes


class _LogRecorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((record.name, record.levelno, record.getMessage()))


def main() -> None:
    home, scene, *arguments = sys.argv[1:]
    recorder = _LogRecorder()
    logging.basicConfig(level=logging.INFO)
    logging.getLogger().addHandler(recorder)
    result = asyncio.run(getattr(scenes, scene)(SoundServer(Path(home)), *arguments))
    print(json.dumps({"result": result, "records": recorder.kept}), flush=True)
    sys.stderr.flush()
    os._exit(0)  # threads of the media library can abort an interpreter that is finalising


if __name__ == "__main__":
    main()
