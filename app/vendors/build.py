"""Makes a service's control from the settings, for the kiosk, for `check` and for `release` alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.settings.model import Settings
from app.vendors.base import Answers, AnyVendor, Credits, VendorContext, VendorControl

if TYPE_CHECKING:
    from app.http import Http

# The create call may take this many times longer than the visitor waits: a session that comes late is then released.
LATE = 2.0


def control_for(
    settings: Settings,
    vendor: AnyVendor,
    http: Http,
    demo_busy_s: float = 0.0,
    *,
    credits_: Credits | None = None,
    answers: Callable[[str], Answers] | None = None,
) -> VendorControl:
    """Return the control of a service, made from its own table of the settings; it need not be the chosen one.

    Args:
        settings: The whole settings.
        vendor: The service.
        http: Client for its calls.
        demo_busy_s: See `VendorContext`.
        credits_: See `VendorContext`.
        answers: See `VendorContext`.
    """
    control: VendorControl = vendor.control(
        VendorContext(
            settings=settings.service.table(vendor.name, vendor.settings),
            http=http,
            kiosk_id=settings.kiosk.id,
            language=settings.kiosk.language,
            create_timeout_s=settings.visit.create_timeout_s * LATE,
            demo_busy_s=demo_busy_s,
            slots=settings.line.slots,
            credits=credits_,
            answers=answers,
        )
    )
    return control
