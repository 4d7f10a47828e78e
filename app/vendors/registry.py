"""Finds the services: every package or module in this package that declares VENDOR."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import app.vendors
from app.vendors.base import AnyVendor, Vendor


@cache
def vendors() -> dict[str, AnyVendor]:
    """Return all services by name. A new one is one package here; no other code of the program changes."""
    found: dict[str, AnyVendor] = {}
    for module_info in pkgutil.iter_modules(app.vendors.__path__):
        module = importlib.import_module(f"app.vendors.{module_info.name}")
        vendor = getattr(module, "VENDOR", None)
        if isinstance(vendor, Vendor):
            found[vendor.name] = vendor
    return found
