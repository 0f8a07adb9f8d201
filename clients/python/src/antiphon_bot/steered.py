"""Messages that arrive while a bot is at work, one after the other for whoever asks for them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from .words import Message

MOST_WAITING = 64
"""As many as the server gives into one run."""


class Steered:
    """A queue with an end. The same message, told twice after a cut, is there once."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._waiting: deque[Message] = deque()
        self._ended = False
        self._news = asyncio.Event()

    def add(self, message: Message) -> None:
        """A message has arrived."""
        if self._ended or message["id"] in self._known or len(self._known) == MOST_WAITING:
            return
        self._known.add(message["id"])
        self._waiting.append(message)
        self._news.set()

    def end(self) -> None:
        """Nothing more arrives."""
        self._ended = True
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[Message]:
        while True:
            if self._waiting:
                yield self._waiting.popleft()
            elif self._ended:
                return
            else:
                self._news.clear()
                await self._news.wait()
