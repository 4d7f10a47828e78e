"""Does harm inside the program under test, by order from outside: loaded by Python itself, unknown to the program.

Orders are files in the folder that FAULT_INJECTOR names. `clock`: seconds by which the time of day is wrong. A SIGUSR1
to the kiosk carries out `order`: "hang" (the loop stands still), "hold" (and nobody else may use the interpreter
either), "panic" (as the media library does it), "eat" (memory, until there is none, for good), "set MODULE:NAME
NUMBER", and "die MODE MODULE:CLASS.METHOD ..." (kill -9 of itself at the next call of one of these: "before" it,
"during" it, or "after" it). The last two leave a file `done`.
"""

import os
import pathlib
import re
import signal
import sys
import time

_folder = os.environ.get("FAULT_INJECTOR", "")
_hoard = []


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
        for size in (10_000_000, 100_000, 1_000):
            _eat(size)
    elif order.startswith("set "):
        import importlib

        _, place, value = order.split()
        module, name = place.split(":")
        setattr(importlib.import_module(module), name, float(value))
        pathlib.Path(_folder, "done").touch()
    elif order.startswith("die "):
        _, mode, *places = order.split()
        for place in places:
            _mine(mode, place)
        pathlib.Path(_folder, "done").touch()


def _eat(size):
    """Take memory, and keep it, until there is no piece of this size any more."""
    try:
        while True:
            _hoard.append(bytearray(size))
    except MemoryError:
        pass


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def _mine(mode, place):
    """Let the next call of a coroutine method be the last."""
    import asyncio
    import functools
    import importlib
    import threading

    module, name = place.split(":")
    owner, name = name.split(".")
    owner = getattr(importlib.import_module(module), owner)
    method = getattr(owner, name)

    @functools.wraps(method)
    async def last(*given, **named):
        if mode == "before":
            _die()
        if mode == "during":
            threading.Timer(0.05, _die).start()
        found = await method(*given, **named)
        if mode == "during":
            await asyncio.sleep(1)  # it was quicker
        _die()
        return found

    setattr(owner, name, last)


if _folder:
    _true_time = time.time
    time.time = lambda: _true_time() + float(_read("clock") or 0)
    if "--no-supervise" in sys.orig_argv:
        signal.signal(signal.SIGUSR1, _obey)
