"""Finds the vendors: every module of this package that declares VENDOR."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import app.vendors
from app.vendors.base import Vendor


@cache
def vendors() -> dict[str, Vendor]:
    """All vendors by name. A new one is one file in this package; nothing else changes."""
    found: dict[str, Vendor] = {}
    for module_info in pkgutil.iter_modules(app.vendors.__path__):
        module = importlib.import_module(f"app.vendors.{module_info.name}")
        vendor = getattr(module, "VENDOR", None)
        if isinstance(vendor, Vendor):
            found[vendor.name] = vendor
    return found
