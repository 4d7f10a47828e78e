"""`avatar-kiosk setup`: asks for the few values that a kiosk needs, and saves them."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from app.resources import resource
from app.settings.checking import check
from app.settings.edit import save, set_value
from app.settings.files import FileFault, Files, decode
from app.settings.load import Loaded
from app.settings.model import KioskSettings
from app.settings.pin import hash_pin, is_pin
from app.settings.shape import is_secret, is_secret_table
from app.vendors.base import AnyVendor


class Terminal(Protocol):
    """Shows lines to a person and asks questions."""

    def say(self, text: str) -> None:
        """Show a line."""
        ...

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return the answer without the space around it. Raises EOFError at the end of the input."""
        ...


class Console:
    """The terminal of this process, or the input that is piped into it."""

    def say(self, text: str) -> None:
        """See `Terminal.say`."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """See `Terminal.ask`; a hidden answer is not shown while it is typed."""
        if hidden and sys.stdin.isatty():
            return getpass.getpass(question).strip()
        sys.stdout.write(question)
        sys.stdout.flush()
        answer = sys.stdin.readline()
        if not answer:
            raise EOFError
        return answer.strip()


def ask_and_save(loaded: Loaded, vendors: Mapping[str, AnyVendor], terminal: Terminal) -> bool:
    """Ask, and write the settings file; its other keys and comments stay. False: nothing was saved."""
    try:
        return _setup(loaded, vendors, terminal)
    except (EOFError, KeyboardInterrupt):
        terminal.say("")
        terminal.say("Left without saving.")
        return False


def _setup(loaded: Loaded, vendors: Mapping[str, AnyVendor], terminal: Terminal) -> bool:
    path = loaded.path
    text = _text_to_change(path, terminal)
    if text is None:
        return False
    terminal.say("An empty answer keeps what stands in [ ].")
    now = loaded.settings
    names = sorted(vendors, key=lambda name: (name != "demo", name))
    chosen = _ask_until(
        terminal, f"Service, one of {', '.join(names)}", now.service.vendor,
        lambda answer: None if answer in names else f"Please write one of: {', '.join(names)}.",
    )  # fmt: skip
    changes = [("service", "vendor", chosen)] if chosen != now.service.vendor else []
    changes += [(f"service.{chosen}", key, value) for key, value in _ask_required(loaded, vendors[chosen], terminal)]
    place = _ask_until(
        terminal, "Place, shown to visitors", now.kiosk.place, lambda answer: _wrong(KioskSettings, "place", answer)
    )
    changes += [("kiosk", "place", place)] if place != now.kiosk.place else []
    if pin := _ask_pin(terminal, has_one=bool(now.staff.pin.get_secret_value())):
        changes.append(("staff", "pin", hash_pin(pin)))
    try:
        for table, key, value in changes:
            text = set_value(text, table, key, value)
        save(path, text)
    except ValueError as error:
        terminal.say(f"Not saved: {error}. Please change it with an editor.")
        return False
    except OSError as error:
        terminal.say(f"Not saved: {path}: {error.strerror or type(error).__name__}.")
        return False
    terminal.say(f"Saved {path}. Next: avatar-kiosk check")
    return True


def _text_to_change(path: Path, terminal: Terminal) -> str | None:
    try:
        text, _ = decode(Files().read(path))
    except FileFault as fault:
        if fault.absent:
            return resource("kiosk.toml").read_text(encoding="utf-8")
        terminal.say(f"{path}: {fault}")
        return None
    try:
        set_value(text, "kiosk", "place", "")
    except ValueError:
        terminal.say(f"{path} has mistakes that only an editor can mend.")
        return None
    terminal.say(f"{path} is there already; its other keys and comments will stay.")
    if terminal.ask("Change it? [y/N] ").lower() in ("y", "yes"):
        return text
    terminal.say("Left without saving.")
    return None


def _ask_required(loaded: Loaded, vendor: AnyVendor, terminal: Terminal) -> list[tuple[str, str]]:
    answers = []
    for required in vendor.required:
        keys = (required,) if isinstance(required, str) else required
        given = False
        for key in keys:
            needs = "" if key == keys[-1] and not given else "one of these is enough"
            old, answer = _ask_key(loaded, vendor, key, terminal, needs=needs)
            given = given or bool(answer)
            if answer != old:  # an unchanged value may come from the environment or from a file of its own
                answers.append((key, answer))
    return answers


def _ask_key(loaded: Loaded, vendor: AnyVendor, key: str, terminal: Terminal, *, needs: str) -> tuple[str, str]:
    """Return the old and the new value of a key; `needs` tells why it may stay empty; "": it may not."""
    if "." in key or is_secret_table(vendor.settings, key):
        terminal.say(f"Please write service.{vendor.name}.{key} with an editor.")
        return "", ""
    secret = is_secret(vendor.settings, key)
    value = getattr(loaded.settings.service.table(vendor.name, vendor.settings), key)
    old = str(value.get_secret_value() if secret else value)

    def wrong(answer: str) -> str | None:
        return _wrong(vendor.settings, key, answer) if answer else None if needs else "It is required."

    question = f"{vendor.name}: {key}" + (f" ({needs})" if needs else "")
    return old, _ask_until(terminal, question, old, wrong, hidden=secret)


def _ask_until(
    terminal: Terminal, question: str, old: str, wrong: Callable[[str], str | None], *, hidden: bool = False
) -> str:
    shown = " [***]" if old and hidden else f" [{old}]" if old else ""
    while True:
        answer = terminal.ask(f"{question}{shown}: ", hidden=hidden) or old
        complaint = wrong(answer)
        if complaint is None:
            return answer
        terminal.say(complaint)


def _ask_pin(terminal: Terminal, *, has_one: bool) -> str:
    keeps = "empty: keep the one there is" if has_one else "empty: none, the staff panel stays shut"
    while True:
        pin = terminal.ask(f"PIN for the staff panel, 4 to 12 digits ({keeps}): ", hidden=True)
        if not pin:
            return ""
        if not is_pin(pin):
            terminal.say("A PIN has 4 to 12 digits.")
        elif terminal.ask("The same PIN again: ", hidden=True) != pin:
            terminal.say("They differ.")
        else:
            return pin


def _wrong(model: type[BaseModel], key: str, answer: str) -> str | None:
    faults = check(model, {key: answer})[1]
    return f"{key}: {faults[0].text}" if faults else None
