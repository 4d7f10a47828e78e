"""Tests whether parts of the program work here; a part that fails, or ends its process, becomes a finding."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from app.findings import Finding
from app.system.redact import redact

APART_S = 30.0


def within(item: str, probe: Callable[[], list[Finding] | str]) -> list[Finding]:
    """Call a probe in this process. Its text becomes a good finding, an exception a bad one."""
    try:
        answer = probe()
    except Exception as error:
        return [Finding(item, False, _text(error))]
    return [Finding(item, True, answer)] if isinstance(answer, str) else answer


def probe_of(module: str, function: str, *arguments: object) -> Any:
    """Call the probe of a part; its module is imported now, so that one broken part does not prevent the others."""
    return getattr(importlib.import_module(module), function)(*arguments)


async def apart(item: str, module: str, function: str) -> list[Finding]:
    """Call `function` of `module` in a process of its own, because Qt aborts the process where it finds no screen."""
    return await asyncio.to_thread(_apart, item, module, function)


def _apart(item: str, module: str, function: str) -> list[Finding]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, item, module, function), daemon=True)
    process.start()
    theirs.close()
    try:
        with suppress(EOFError):
            if ours.poll(APART_S):
                found: list[Finding] = ours.recv()
                return found
            return [Finding(item, False, f"gives no answer within {APART_S:g} s")]
        process.join(5.0)
        return [Finding(item, False, f"cannot be used: its probe ended with {process.exitcode}")]
    finally:
        process.kill()
        process.join(5.0)
        ours.close()


def _answer(to: Connection, item: str, module: str, function: str) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # native code prints long messages when it aborts
    to.send(within(item, partial(probe_of, module, function)))
    to.close()
    os._exit(0)  # no clean-up is needed, and some native libraries fail at it


def _text(error: Exception) -> str:
    text = " ".join(redact(str(error)).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
