"""Finds, reads and checks the settings; each mistake becomes one line, never an exception."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from app.settings.checking import check_service, check_tables
from app.settings.document import Document
from app.settings.files import Files
from app.settings.model import ServiceSettings, Settings
from app.settings.not_yet import without_effect
from app.settings.place import find
from app.settings.planned import PLANNED
from app.settings.remarks import Remark
from app.settings.service import KnownServices


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and the messages about them.

    Attributes:
        settings: The right values; the default where a value is wrong.
        mistakes: Messages that must be corrected before anybody can be served.
        warnings: Messages that stop nothing.
        path: The file that was read, or would be.
        found: There is such a file; without one the kiosk is the demo.
        again: Reads everything anew.
    """

    settings: Settings
    mistakes: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    path: Path
    found: bool
    again: Callable[[], Loaded] = field(repr=False)
    _files: Files = field(repr=False)

    def changed(self) -> bool:
        """Tell whether the file, or a file of secrets that it names, is different now. Reads them; blocks."""
        return self._files.changed()

    def as_demo(self) -> Loaded:
        """Return the same with the built-in guide chosen; mistakes become warnings, for the demo needs no settings."""
        service = ServiceSettings(vendor="demo", tables=self.settings.service.tables)
        settings = self.settings.model_copy(update={"service": service})
        return replace(
            self,
            settings=settings,
            mistakes=(),
            warnings=self.mistakes + self.warnings,
            again=lambda: self.again().as_demo(),
        )


def load(
    config: Path | None = None,
    *,
    vendors: KnownServices,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """Read and check the settings. Never raises.

    Args:
        config: The file named on the command line.
        vendors: The services that can be chosen, by name.
        environ: Environment variables; None: those of this process.
    """
    environ = os.environ if environ is None else environ
    services = {**PLANNED, **{name: vendor.settings for name, vendor in vendors.items()}}
    files, document = Files(), Document()
    path, named = find(config, environ)
    found = document.read(path, files, may_be_absent=not named)
    document.overlay(environ, services)
    tables, faults = check_tables(document, files, services)
    service, service_faults = check_service(document, files, services, vendors)
    settings = Settings(**tables, service=service)
    mistakes = [
        Remark(document.source_of(fault.path), fault.name, fault.value, fault.text) for fault in faults + service_faults
    ]
    return Loaded(
        settings=settings,
        mistakes=(*document.mistakes, *mistakes),
        warnings=(*document.warnings, *without_effect(settings, document, frozenset(vendors))),
        path=path,
        found=found,
        again=partial(load, config, environ=environ, vendors=vendors),
        _files=files,
    )
