"""Finds, reads and checks the settings; whatever is wrong becomes one line each, never an exception."""

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
    """The settings, and what is to be said about them.

    settings: everything that is right in itself; the default stands where something is wrong. mistakes: nobody can be
    served before they are mended. path: the file that was read, or would be. found: there is such a file; without one
    the kiosk is the demo. again: reads everything anew.
    """

    settings: Settings
    mistakes: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    path: Path
    found: bool
    again: Callable[[], Loaded] = field(repr=False)
    _files: Files = field(repr=False)

    def changed(self) -> bool:
        """Tell whether the file, or a file of secrets that it names, has other content now. Reads them: blocks."""
        return self._files.changed()

    def as_demo(self) -> Loaded:
        """Return the same with the built-in guide chosen; mistakes become warnings, because the demo needs nothing."""
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
        config: the file named on the command line.
        vendors: the services that can be chosen.
        environ: the process's environment where none is given.
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
