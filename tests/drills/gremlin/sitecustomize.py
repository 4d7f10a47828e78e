"""Does harm inside the program under test, by order from outside: loaded by Python itself, unknown to the program.

Orders are files in the folder that GREMLIN names. `clock`: seconds by which the time of day is wrong. A SIGUSR1 to the
kiosk carries out `order`: "hang" (the loop stands still), "hold" (and nobody else may use the interpreter either),
"panic" (as the media library does it), "eat" (memory, until there is none).
"""

import os
import pathlib
import re
import signal
import sys
import time

_folder = os.environ.get("GREMLIN", "")


def _read(name):
    try:
        return pathlib.Path(_folder, name).read_text()
    except OSError:
        return ""


def _obey(*_):
    order = _read("order")
    if order == "hang":
        time.sleep(1000)
    elif order == "hold":
        re.match("(a+)+$", "a" * 100 + "b")
    elif order == "panic":
        print("FFI Panic: ", "called `Result::unwrap()` on an `Err` value", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
    elif order == "eat":
        hoard = []
        while True:
            hoard.append(bytearray(10_000_000))


if _folder:
    _true_time = time.time
    time.time = lambda: _true_time() + float(_read("clock") or 0)
    if "--no-supervise" in sys.orig_argv:
        signal.signal(signal.SIGUSR1, _obey)
