"""Status over HTTP: read-only, on threads of its own, so that it answers even while the event loop hangs."""

from __future__ import annotations

import contextlib
import hmac
import importlib
import io
import json
import logging
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.system.snapshot import overdue, status_of
from app.vitals import Vitals

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 8192  # request line and headers; bodies are never read
REQUEST_S = 5.0  # for the whole request to arrive, and for each part of the answer to leave
MOST_AT_ONCE = 8  # connections; further ones are closed at once


class StatusUnavailable(Exception):
    """The address cannot be listened on; the text is for staff and says what to do."""


class StatusServer:
    """Answers `/healthz`, `/metrics` and `/status` from `start` to `stop`.

    Args:
        host: Address to listen on.
        port: Port to listen on.
        token: Required as `Authorization: Bearer TOKEN` on every path; "" for none.
        vitals: The kiosk's state.
        stall_notice_s: Age of a picture, seconds, from which it counts as standing still.
        now: `time.monotonic`, which is also the event loop's clock; seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        token: str,
        vitals: Vitals,
        *,
        stall_notice_s: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = host, port
        self._token = token
        self._vitals = vitals
        self._stall_notice_s = stall_notice_s
        self._now = now
        self._server: _Server | None = None

    def start(self) -> None:
        """Start listening. Raises StatusUnavailable; the kiosk continues without a status page."""
        host, port = self._address
        try:
            self._server = _Server(self._address, self)
        except OSError as error:
            shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            raise StatusUnavailable(
                f"status.listen = {shown}: cannot be used ({error.strerror or error}); "
                "another program has this port, or this computer has no such address"
            ) from None
        threading.Thread(target=_serve, args=(self._server,), name="status", daemon=True).start()

    def stop(self) -> None:
        """Stop listening; takes half a second at most. May be called again."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def is_allowed(self, authorization: str) -> bool:
        """Tell whether this header's value has the token; a wrong one always takes the same time."""
        if not self._token:
            return True
        scheme, _, given = authorization.partition(" ")
        # The library decodes headers as Latin-1, whatever the bytes were.
        same = hmac.compare_digest(given.strip().encode("latin-1", "replace"), self._token.encode())
        return same and scheme.lower() == "bearer"

    def answer(self, path: str) -> tuple[HTTPStatus, str, str]:
        """Return status, content type and body for a path."""
        vitals, now, stall = self._vitals, self._now(), self._stall_notice_s
        if path == "/healthz":
            trouble = overdue(vitals, now, stall)
            status = HTTPStatus.OK if trouble is None else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "text/plain; charset=utf-8", f"{trouble or 'ok'}\n"
        if path == "/metrics":
            from app.system.metrics import CONTENT_TYPE, metrics_of

            return HTTPStatus.OK, CONTENT_TYPE, metrics_of(vitals, now, stall)
        if path == "/status":
            return HTTPStatus.OK, "application/json", json.dumps(status_of(vitals, now, now, stall)) + "\n"
        return _plain(HTTPStatus.NOT_FOUND)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # On Windows this option would let two programs share the port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, address: tuple[str, int], status: StatusServer) -> None:
        self.status = status
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # The library's method asks the name service for our name, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "", 0

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._free.release()  # no thread was started that would do so
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # The client closed the connection; the library's method would print a traceback.
        log.debug("status request broke off", exc_info=True)


def _serve(server: _Server) -> None:
    # Imported on this thread, so that the event loop does not wait; and not at the first request, which may come while
    # the loop hangs in another import.
    importlib.import_module("app.system.metrics")
    server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = REQUEST_S

    def setup(self) -> None:
        super().setup()
        # Bounds for the whole request: the library limits only each line, and the time for each byte.
        self.rfile.close()
        self.rfile = io.BytesIO(_read_head(self.connection))

    def do_GET(self) -> None:
        """Answer the request, or refuse it with 401."""
        if not self.server.status.is_allowed(self.headers.get("Authorization", "")):
            self._refuse()
            return
        try:
            self._send(*self.server.status.answer(self.path.partition("?")[0]))
        except OSError:
            raise
        except Exception:
            log.exception("status cannot be told")
            self._send(*_plain(HTTPStatus.INTERNAL_SERVER_ERROR))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Called by the library for what it cannot read, and for every method but GET."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            if not self.server.status.is_allowed(self.headers.get("Authorization", "")):
                self._refuse()
                return
            code = HTTPStatus.METHOD_NOT_ALLOWED
        self._send(*_plain(HTTPStatus(code)))

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: addresses of clients are private."""

    def _refuse(self) -> None:
        self._send(*_plain(HTTPStatus.UNAUTHORIZED))

    def _send(self, status: HTTPStatus, kind: str, body: str) -> None:
        data = body.encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        if status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _read_head(connection: socket.socket) -> bytes:
    """Return a request up to its empty line; empty where it is too long, too slow or incomplete."""
    head = bytearray()
    deadline = time.monotonic() + REQUEST_S
    with contextlib.suppress(OSError):
        while b"\r\n\r\n" not in head and b"\n\n" not in head:
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            part = connection.recv(MOST_HEAD_BYTES)
            head += part
            if not part or len(head) > MOST_HEAD_BYTES or time.monotonic() > deadline:
                return b""
        connection.settimeout(REQUEST_S)
        return bytes(head)
    return b""


def _plain(status: HTTPStatus) -> tuple[HTTPStatus, str, str]:
    return status, "text/plain; charset=utf-8", f"{status.phrase.lower()}\n"
