"""A faulty proxy in front of a TCP port: slow, closed, or changing bytes, while the server behind it works."""

from __future__ import annotations

import asyncio


class FaultyProxy:
    """Listens on a free port of loopback and passes bytes on.

    Args:
        port: Where the bytes are passed on to.
        opens_after_s: How long each new connection waits before anything is passed on.
        swap: Bytes that are replaced on the way to the client, old and new, of equal length.

    Attributes:
        port: Where it listens.
        shut: New connections are closed at once.
    """

    def __init__(self, port: int, opens_after_s: float = 0.0, swap: tuple[bytes, bytes] = (b"", b"")) -> None:
        self.opens_after_s = opens_after_s
        self.shut = False
        self.port = 0
        self._target = port
        self._swap = swap
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultyProxy:
        self._server = await asyncio.start_server(self._enter, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def slam(self) -> None:
        """Cut every connection and let no new one in."""
        self.shut = True
        for task in self._tasks:
            task.cancel()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self.shut:
                await asyncio.sleep(self.opens_after_s)
                out_reader, out_writer = await asyncio.open_connection("127.0.0.1", self._target)
                try:
                    await asyncio.gather(_pass(reader, out_writer), _pass(out_reader, writer, self._swap))
                finally:
                    out_writer.close()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


async def _pass(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swap: tuple[bytes, bytes] = (b"", b"")
) -> None:
    while data := await reader.read(65536):
        writer.write(data.replace(*swap) if swap[0] else data)
        await writer.drain()
    writer.close()
