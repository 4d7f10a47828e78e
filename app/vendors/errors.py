"""The error classes that the refusals of all services are mapped to (docs/vendors/README.md 4.1)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class VendorError(Exception):
    """A call to a service failed.

    Attributes:
        vendor: Name of the service.
        message: For staff; bounded in length and free of secrets.
        http_status: Status of the answer, where one came.
        vendor_code: The service's own code.
        retry_after: Seconds after which the service asks to try again.
        trace_id: The service's id of this call, for its support.
        ambiguous: A session may exist at the service although no usable answer arrived: its journal row stays.
        unreachable: The host could not be reached at all, so the next visitor would meet the same error.
    """

    vendor: str
    message: str = ""
    http_status: int | None = None
    vendor_code: str | None = None
    retry_after: float | None = None
    trace_id: str | None = None
    ambiguous: bool = False
    unreachable: bool = False

    def __str__(self) -> str:
        status = f" (HTTP {self.http_status})" if self.http_status else ""
        return f"{self.vendor}: {self.message or type(self).__name__}{status}"


class Busy(VendorError):
    """No free slot now, or a refusal that cannot be distinguished from it: the visitor waits."""


class OutOfCredits(VendorError):
    """Minutes, credits or quota are used up: not available, staff are told."""


class AuthError(VendorError):
    """Key or token missing, wrong or revoked: not available, staff are told."""


class ConfigError(VendorError):
    """A wrong id or field: not available, staff are told."""


class TransientError(VendorError):
    """Network, time-out, 5xx, an unusable answer: tried again, then an apology is shown."""
