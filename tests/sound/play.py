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


class _Keep(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append((record.name, record.levelno, record.getMessage()))


def main() -> None:
    home, scene, *arguments = sys.argv[1:]
    keep = _Keep()
    logging.basicConfig(level=logging.INFO)
    logging.getLogger().addHandler(keep)
    result = asyncio.run(getattr(scenes, scene)(SoundServer(Path(home)), *arguments))
    print(json.dumps({"result": result, "records": keep.kept}), flush=True)
    sys.stderr.flush()
    os._exit(0)  # the media library must not meet a finalising interpreter


if __name__ == "__main__":
    main()
