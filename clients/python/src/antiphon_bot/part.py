"""One part of an answer as the bot has it, and what the server is known to have of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import BotError
from .growth import PIECE, Growth
from .link import Saying
from .words import Frame

MOST_BEHIND = 64 * 1024
"""Bytes that may wait to be heard; who says more waits."""


@dataclass
class Step:
    """Something to say about a part, and what to do once it was heard."""

    part: Part
    saying: Saying
    done: Callable[[], None]


class Part:
    """A part, ahead of the server's. ``extra`` is said when it is opened: who may see it, when the server ends it."""

    def __init__(self, value: Frame, extra: Frame, wake: Callable[[], None]) -> None:
        self.value, self._extra, self._wake = value, extra, wake
        self.opened = False
        self.is_tool = value["type"] == "tool_call"
        self.error: BotError | None = None
        self.is_told = True
        """Whether somebody was told of the error."""
        self._closed = False
        self._revision, self._heard = 1, 0
        """The value's changes are counted; the server has the value of ``_heard``."""
        self._last: Frame | None = None
        """The last value, which waits for the text before it."""
        grows = self.is_tool or value["type"] in ("text", "reasoning")
        self._growth = Growth() if grows else None
        self._waiters: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    @property
    def _behind(self) -> int:
        return self._growth.behind if self._growth else 0

    @property
    def is_behind(self) -> bool:
        """Whether the server lacks something."""
        if self.error or self._closed:
            return False
        return self._heard < self._revision or self._last is not None or self._behind > 0

    def change(self, value: Frame) -> None:
        """Says something else about it."""
        self.value = value
        self._revision += 1
        self._wake()

    def finish(self, value: Frame) -> None:
        """Says the last thing about it: the server takes no text after that, so what was said before goes first."""
        self.complete()
        self._last = value
        self._wake()

    async def grow(self, words: str) -> None:
        """Lets it grow. Returns at once, unless much is waiting to be heard."""
        if self._growth:
            self._growth.add(words)
        self._wake()
        await self._until(lambda: self._behind <= MOST_BEHIND)

    async def heard(self) -> None:
        """Returns when the server has heard what was said about it so far."""
        revision = self._revision + (self._last is not None)
        await self._until(lambda: self._heard >= revision)

    def complete(self) -> None:
        """Nothing will be added."""
        if self._growth:
            self._growth.end()

    def close(self) -> None:
        """The server takes nothing more of it, which is no error."""
        self._closed = True
        self._look()

    def fail(self, error: BotError) -> None:
        """The server takes nothing more of it."""
        if self.error is None:
            self.error, self.is_told = error, False
        self._look()

    def refused(self, kind: str, error: BotError) -> None:
        """The server does not want this."""
        if kind == "append" and self.is_tool and self._growth:
            self._growth.stop()
            self._look()
        else:
            self.fail(error)

    def next(self, index: int) -> list[Step]:
        """What is to be said now, as the part with this index.

        It is opened with its first words; later its words go before what else is new of it.
        """
        if not self.is_behind:
            return []
        if self._last is not None and self._behind <= PIECE:
            self.value, self._last = self._last, None
            self._revision += 1
        steps = []
        piece = self._growth.next() if self._growth else None
        if piece and self.opened:
            at, words = piece
            steps.append(self._step("append", {"part": index, "at": at, "text": words}, self._arrived))
        if self._heard < self._revision:
            revision, opens = self._revision, not self.opened

            def heard() -> None:
                self.opened, self._heard = True, revision
                if opens:
                    self._arrived()

            value = _beginning(self.value, piece[1] if piece else "") if opens else self.value
            steps.append(self._step("put_part", {"part": index, "value": value, **self._extra}, heard))
        return steps

    def stands_at(self, end: int | None) -> bool:
        """The server has so much of it; nothing if it was not opened there. False if that cannot be."""
        if self.error or self._closed:
            return True
        self.opened = end is not None
        if end is None:
            self._heard = 0
        return self._growth.reset(end or 0) if self._growth else True

    def _arrived(self) -> None:
        if self._growth:
            self._growth.arrived()

    def _step(self, kind: str, fields: Frame, heard: Callable[[], None]) -> Step:
        def done() -> None:
            heard()
            self._look()

        return Step(self, (kind, fields), done)

    async def _until(self, is_so: Callable[[], bool]) -> None:
        if not (self.error or self._closed or is_so()):
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((is_so, waiter))
            await waiter
        if self.error:
            self.is_told = True
            raise self.error

    def _look(self) -> None:
        """Wakes those who have waited long enough."""
        is_over = self.error is not None or self._closed
        for is_so, waiter in self._waiters:
            if not waiter.done() and (is_over or is_so()):
                waiter.set_result(None)
        self._waiters = [(is_so, waiter) for is_so, waiter in self._waiters if not waiter.done()]


def plain(value: Any) -> Any:
    """The value as JSON has it, as it is now. Raises ``TypeError`` or ``ValueError`` for what JSON cannot say."""
    return json.loads(json.dumps(value, allow_nan=False))


def _beginning(value: Frame, words: str) -> Frame:
    """A part as it is opened, with its first words."""
    if value["type"] in ("text", "reasoning"):
        return {**value, "text": words}
    return {**value, "output": words} if value["type"] == "tool_call" else value
