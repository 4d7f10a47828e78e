"""Runs an emulated service, so that people can watch a visit: `python -m tests.vendors livekit --slots 1`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from importlib import import_module

SERVICES = {
    "aistudios": "tests.vendors.aistudios_service",
    "convai": "tests.vendors.convai_service",
    "livekit": "tests.vendors.livekit_endpoint",
    "tavus": "tests.vendors.tavus_service",
}


def main() -> None:
    """Serve until Ctrl-C; the service prints the settings that reach it."""
    parser = argparse.ArgumentParser(prog="python -m tests.vendors", description=__doc__)
    parser.add_argument("service", choices=sorted(SERVICES))
    parser.add_argument("--slots", type=int, default=1, help="how many sessions may run at once")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(import_module(SERVICES[given.service]).serve(given.slots))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # the media library can abort a finalising interpreter
