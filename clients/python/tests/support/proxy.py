"""A network that breaks: a TCP proxy that cuts, stops and slows what passes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

Direction = Literal["up", "down"]


class Proxy:
    """Passes connections on to a server; ``up`` is what the bot says."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._cut_after: dict[Direction, int] = {}
        self.delay = 0.0
        """Seconds that each piece of what the bot says waits."""
        self.refuses = False
        """Whether new connections are cut at once."""
        self.accepted = 0
        self._news = asyncio.Condition()

    async def start(self) -> None:
        """Listens on a free port."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._listener.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Resets what is open."""
        for pair in list(self._pairs):
            self._reset(pair)

    def cut_after(self, direction: Direction, size: int) -> None:
        """Resets the connection that passes so many bytes more, in the middle of a frame if it falls there; once."""
        self._cut_after[direction] = size

    def hold(self) -> None:
        """Bytes stop, sockets stay open: a half-open connection."""
        self._flows.clear()

    def release(self) -> None:
        """Bytes flow again."""
        self._flows.set()

    async def accepts(self, more_than: int) -> None:
        """Returns when so many connections have come."""
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: self.accepted > more_than), 30)

    async def stop(self) -> None:
        """Resets what is open and stops listening."""
        self._listener.close()
        self.cut()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._news:
            self.accepted += 1
            self._news.notify_all()
        if self.refuses:
            writer.transport.abort()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target)
        pair = (writer, up_writer)
        self._pairs.add(pair)
        for direction, source, sink in (("up", reader, up_writer), ("down", up_reader, writer)):
            task = asyncio.create_task(self._pass(direction, source, sink, pair))  # type: ignore[arg-type]
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass(
        self,
        direction: Direction,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        with suppress(OSError):
            while piece := await source.read(4096):
                await self._flows.wait()
                if direction == "up" and self.delay:
                    await asyncio.sleep(self.delay)
                left = self._cut_after.get(direction)
                sink.write(piece if left is None else piece[:left])
                await sink.drain()
                if left is not None:
                    self._cut_after[direction] = left - len(piece)
                    if left <= len(piece):
                        del self._cut_after[direction]
                        break
        self._reset(pair)

    def _reset(self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        self._pairs.discard(pair)
        for writer in pair:
            writer.transport.abort()
