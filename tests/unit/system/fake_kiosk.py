"""A fake kiosk for tests of the parent: `python fake_kiosk.py DIARY ACTION...`.

The n-th process does the n-th action, later ones do the last. Each writes a line into DIARY for its start and for
everything that happens to it.
"""

import os
import signal
import sys
import time
from pathlib import Path

from app.system.heartbeat import Heartbeat

diary = Path(sys.argv[1])
actions = sys.argv[2:]


def note(text: str) -> None:
    with diary.open("a") as out:
        out.write(text + "\n")


def stop(*_: object) -> None:
    note("told to end")
    if action != "slow":
        beat.nothing_left()
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
life = diary.read_text().count("life") if diary.exists() else 0
beat = Heartbeat()
note(
    f"life run={len(beat.run)} safe={beat.safe_mode} trim={os.environ.get('MALLOC_TRIM_THRESHOLD_')} pid={os.getpid()}"
)
action = actions[min(life, len(actions) - 1)]

if action == "mute":
    beat.ready()
    signal.signal(signal.SIGABRT, lambda *_: (note("last words"), os._exit(99)))
    while True:
        time.sleep(0.05)
if action == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("turned away")
beat.ready()
beat.beat(action != "stalled")
if action.isdecimal():
    if action != "30":
        beat.nothing_left()
    sys.exit(int(action))
if action == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
while True:
    time.sleep(0.05)
    beat.beat(action != "stalled")
