"""The errors every service's refusals are told apart into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class VendorError(Exception):
    """A call to a service failed.

    message: bounded and free of secrets, for staff. retry_after: seconds the service asked for. ambiguous: a session
    may exist at the service although no usable answer arrived: its paper trail stays. unreachable: the service's host
    could not be reached at all, which the next visitor would meet as well.
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
    """No free slot now, or a refusal that cannot be told from it: the visitor waits."""


class OutOfCredits(VendorError):
    """Minutes, credits or quota are used up: not available, staff are told."""


class AuthError(VendorError):
    """Key or token missing, wrong or revoked: not available, staff are told."""


class ConfigError(VendorError):
    """A wrong id or field: not available, staff are told."""


class TransientError(VendorError):
    """Network, time-out, 5xx, an unusable answer: tried again, then an apology."""
