"""Text that grows: written by the bot at its own pace, sent in pieces, exactly once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .run import Run

MOST_UNSENT = 64 * 1024
"""Bytes that may wait to be sent; a bot that writes more waits."""
PIECE = 16 * 1024
"""Bytes of one piece, at most."""


class Stream:
    """One part of the answer. While a piece is on its way, what is written meanwhile is gathered for the next."""

    def __init__(self, run: Run, part: int) -> None:
        self._run, self.part = run, part
        self._unsent = bytearray()
        self._sent = 0
        self._room = asyncio.Event()
        self._room.set()
        self._pump: asyncio.Task[None] | None = None

    async def write(self, text: str) -> None:
        """Adds text. Returns at once unless much is waiting to be sent."""
        self._check()
        self._unsent += text.encode()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send())
        if len(self._unsent) > MOST_UNSENT:
            self._room.clear()
            await self._room.wait()
            self._check()

    async def drain(self) -> None:
        """Returns when the server has all of it."""
        if self._pump is not None:
            await asyncio.shield(self._pump)

    def _check(self) -> None:
        if self._pump is not None and self._pump.done():
            self._pump.result()

    async def _send(self) -> None:
        try:
            while self._unsent:
                piece = _whole_letters(self._unsent[:PIECE])
                text = piece.decode()
                await self._run.say_again("append", part=self.part, at=self._sent, text=text)
                self._sent += len(piece)
                del self._unsent[: len(piece)]
                if len(self._unsent) <= MOST_UNSENT:
                    self._room.set()
        finally:
            self._room.set()


def _whole_letters(piece: bytearray) -> bytes:
    """The piece without the beginning of a letter at its end whose rest is not in it."""
    end = len(piece)
    for back in range(1, min(4, end) + 1):
        byte = piece[end - back]
        if byte < 0x80:
            break
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            if length > back:
                end -= back
            break
    return bytes(piece[:end])
